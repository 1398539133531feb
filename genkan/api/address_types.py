"""IP address types: which addresses an endpoint or a load balancer has, which records its names.

The tables of "IP address types" and "DNS record IP types" in the AWS PrivateLink guide.
"""

from collections.abc import Iterable, Sequence

from genkan.model.errors import InvalidParameter
from genkan.model.subnet import Subnet
from genkan.model.vpc_endpoint import SERVICE_DEFINED, VpcEndpointType

IPV4, IPV6, DUALSTACK = "ipv4", "ipv6", "dualstack"
FAMILIES = {IPV4: (IPV4,), IPV6: (IPV6,), DUALSTACK: (IPV4, IPV6)}

# What DnsRecordIpType may be by the endpoint's type and addresses; the first one is the default.
RECORD_TYPES = {
    VpcEndpointType.INTERFACE: {
        IPV4: (IPV4,),
        IPV6: (IPV6,),
        DUALSTACK: (DUALSTACK, IPV4, IPV6, SERVICE_DEFINED),
    },
    VpcEndpointType.GATEWAY: {
        IPV4: (SERVICE_DEFINED, IPV4),
        IPV6: (SERVICE_DEFINED, IPV6),
        DUALSTACK: (SERVICE_DEFINED, IPV4, IPV6, DUALSTACK),
    },
}


def choose_address_type(asked: str | None, supported: Sequence[str], service: str) -> str:
    """Give an endpoint's address type; left out it is IPv4 where the service has that.

    Raises InvalidParameter.
    """
    if asked is None:
        return IPV4 if IPV4 in supported else IPV6
    if asked not in FAMILIES:
        raise InvalidParameter(
            f"The IP address type '{asked}' is not valid. Choose from {', '.join(FAMILIES)}."
        )
    if not set(FAMILIES[asked]) <= set(supported):
        raise InvalidParameter(
            f"IP address type {asked} is not supported by the service {service}: it supports "
            f"{', '.join(supported)}."
        )
    return asked


def check_subnets(address_type: str, subnets: Iterable[Subnet]) -> None:
    """Raise InvalidParameter for a subnet that lacks what the type needs, or has too much."""
    for subnet in subnets:
        if address_type != IPV6 and subnet.cidr is None:
            raise InvalidParameter(
                f"IP address type {address_type} needs subnets with an IPv4 CIDR block, and "
                f"{subnet.id} is an IPv6-only subnet."
            )
        if address_type != IPV4 and subnet.ipv6_cidr is None:
            raise InvalidParameter(
                f"IP address type {address_type} needs subnets with an IPv6 CIDR block, and "
                f"{subnet.id} has none. AssociateSubnetCidrBlock gives it one."
            )
        if address_type == IPV6 and subnet.cidr is not None:
            raise InvalidParameter(
                f"IP address type ipv6 is for IPv6-only subnets, and {subnet.id} has the IPv4 "
                f"CIDR block {subnet.cidr}. Use {DUALSTACK}."
            )


def choose_record_type(
    of: VpcEndpointType, address_type: str, asked: str | None, held: str | None = None
) -> str | None:
    """Give the record type to keep: None for the default. Raises InvalidParameter.

    `held` is what the endpoint has; one that does not go with its addresses is let go of.
    """
    allowed = RECORD_TYPES[of][address_type]
    if asked is None:
        return held if held in allowed else None
    if asked not in allowed:
        raise InvalidParameter(
            f"DnsRecordIpType {asked} does not go with the IP address type {address_type}. "
            f"Choose from {', '.join(allowed)}."
        )
    return None if asked == allowed[0] else asked


def shown_record_type(of: VpcEndpointType, address_type: str, held: str | None) -> str:
    return held or RECORD_TYPES[of][address_type][0]
