"""What an endpoint service may be set to, and when it may not change."""

from collections.abc import Iterable, Sequence

from genkan.api.address_types import DUALSTACK
from genkan.api.call import Call
from genkan.api.provided_services import connected_endpoints
from genkan.model.catalogue.regions import REGIONS
from genkan.model.endpoint_service import EndpointService
from genkan.model.errors import InvalidParameter, Refused
from genkan.model.load_balancer import LoadBalancer
from genkan.model.vpc_endpoint import VpcEndpointState, VpcEndpointType

IP_ADDRESS_TYPES = ("ipv4", "ipv6")
FEWEST_ZONES = 2  # of a service that can be had from other Regions
IN_USE = (
    VpcEndpointState.PENDING_ACCEPTANCE,
    VpcEndpointState.PENDING,
    VpcEndpointState.AVAILABLE,
)


class ExistingVpcEndpointConnections(Refused):
    code = "ExistingVpcEndpointConnections"
    sentence = "Service has existing active VPC Endpoint connections!"


def is_in_use(call: Call, service: EndpointService) -> bool:
    """Tell whether a service has connections that hold it: accepted ones, or waiting ones."""
    return any(one.state in IN_USE for one in connected_endpoints(call.network, service))


def check_ip_address_types(
    call: Call, asked: Iterable[str], balancers: Iterable[str]
) -> tuple[str, ...]:
    """Give the address types of a service on load balancers, by ARN. Raises InvalidParameter."""
    chosen = tuple(dict.fromkeys(asked))
    for one in chosen:
        if one not in IP_ADDRESS_TYPES:
            raise InvalidParameter(
                f"The IP address type '{one}' is not valid. Use {' or '.join(IP_ADDRESS_TYPES)}."
            )
    for arn in balancers if "ipv6" in chosen else ():
        balancer = call.network.get(LoadBalancer, arn)
        if balancer and balancer.ip_address_type != DUALSTACK:
            raise InvalidParameter(
                "The IP address type ipv6 needs load balancers with the IP address type "
                f"{DUALSTACK}, and '{arn}' has {balancer.ip_address_type}. Use ipv4."
            )
    if not chosen:
        raise InvalidParameter("A service supports at least one IP address type.")
    return chosen


def check_regions(
    home: str, asked: Iterable[str], zones: Sequence[str], of: VpcEndpointType
) -> tuple[str, ...]:
    """Give the Regions from which a service in these zones can be had. Raises InvalidParameter."""
    chosen = tuple(dict.fromkeys(asked))
    for one in chosen:
        if one not in REGIONS:
            raise InvalidParameter(f"The Region '{one}' is not valid. DescribeRegions lists them.")
    if home not in chosen:
        raise InvalidParameter(
            f"The Region {home} cannot be removed: it is where the service is. "
            "Delete the service instead."
        )
    if len(chosen) > 1 and of is not VpcEndpointType.INTERFACE:
        raise InvalidParameter(
            f"Services of type {of.value} cannot be had from other Regions. "
            "Leave SupportedRegions out."
        )
    if len(chosen) > 1 and len(zones) < FEWEST_ZONES:
        raise InvalidParameter(
            f"A service that other Regions can have needs load balancers in {FEWEST_ZONES} "
            f"Availability Zones at least, and these are in {', '.join(zones) or 'none'}."
        )
    return chosen


def check_named(of: VpcEndpointType) -> None:
    """Raise InvalidParameter for a type of service that has no private DNS name."""
    if of is not VpcEndpointType.INTERFACE:
        raise InvalidParameter(
            f"Private DNS names are not supported for services of type {of.value}. "
            "Leave PrivateDnsName out."
        )
