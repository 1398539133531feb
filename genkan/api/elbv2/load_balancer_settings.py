"""What a request may say of a load balancer: its kind of addresses, its security groups."""

from collections.abc import Iterable, Sequence

from genkan.api.address_types import DUALSTACK, IPV4
from genkan.api.call import Call
from genkan.api.elbv2.errors import InvalidConfigurationRequest, InvalidSecurityGroup
from genkan.api.interface_making import choose_groups
from genkan.model.errors import Refused, ValidationError
from genkan.model.load_balancer import LoadBalancerType
from genkan.model.subnet import Subnet

IP_ADDRESS_TYPES = (IPV4, DUALSTACK)


def check_ip_address_type(asked: str, subnets: Iterable[Subnet]) -> str:
    """Give the kind of addresses. Raises ValidationError, InvalidConfigurationRequest for one that
    a subnet does not have."""
    if asked not in IP_ADDRESS_TYPES:
        raise ValidationError(
            f"'{asked}' is not valid for IpAddressType here. Use {' or '.join(IP_ADDRESS_TYPES)}."
        )
    for subnet in subnets:
        if subnet.cidr is None:
            raise InvalidConfigurationRequest(
                f"{subnet.id} is an IPv6-only subnet, and load balancers need an IPv4 CIDR block. "
                "Name another subnet."
            )
        if asked == DUALSTACK and subnet.ipv6_cidr is None:
            raise InvalidConfigurationRequest(
                f"The IP address type {asked} needs subnets with IPv6 CIDR blocks, and "
                f"{subnet.id} has none."
            )
    return asked


def choose_balancer_groups(
    call: Call, of: LoadBalancerType, vpc_id: str, names: Sequence[str] | None
) -> tuple[str, ...]:
    """Give the groups of a network load balancer; it has none unless some are named.

    Raises InvalidConfigurationRequest for a gateway one, InvalidSecurityGroup.
    """
    if not names:
        return ()
    if of is not LoadBalancerType.NETWORK:
        raise InvalidConfigurationRequest(
            "Security groups are not supported for load balancers with type 'gateway'. "
            "Leave SecurityGroups out."
        )
    try:
        return choose_groups(call, vpc_id, names)
    except Refused as refusal:
        raise InvalidSecurityGroup(str(refusal)) from None
