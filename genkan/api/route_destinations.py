"""Where a route is for: an IPv4 block, an IPv6 block, or every block of a prefix list.

A block inside the VPC's own addresses has to be a whole subnet's, and leads to an interface
("Middlebox routing" in the Amazon VPC user guide).
"""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network

from genkan.api.call import Call
from genkan.api.cidrs import is_within, parse_cidr
from genkan.api.ids import need
from genkan.api.ipv6_cidrs import parse_ipv6_cidr
from genkan.api.prefix_list_lookup import check_visible_list
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
)
from genkan.model.prefix_list import weight_of
from genkan.model.route_table import ListDestination, Route, RouteTable, RouteTarget, TargetKind
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc

Block = IPv4Network | IPv6Network
Destination = Block | ListDestination

CIDR, IPV6_CIDR, LIST = (
    "destinationCidrBlock",
    "destinationIpv6CidrBlock",
    "destinationPrefixListId",
)
FILTERS = {4: "destination-cidr-block", 6: "destination-ipv6-cidr-block"}
MEMBERS = {4: "DestinationCidrBlock", 6: "DestinationIpv6CidrBlock"}
SERVICES_OF_THE_LINK = IPv4Network("169.254.168.0/22")  # instance metadata, DNS, time
NAT64 = IPv6Network("64:ff9b::/96")  # what a NAT gateway translates for DNS64
NO_MIDDLEBOX = (
    TargetKind.INTERNET_GATEWAY,
    TargetKind.EGRESS_ONLY_INTERNET_GATEWAY,
    TargetKind.VPN_GATEWAY,
    TargetKind.VPC_PEERING_CONNECTION,
)


def parse_destination(
    call: Call, ipv4: str | None, ipv6: str | None, prefix_list_id: str | None
) -> Destination:
    """Read the one destination that a request names.

    Raises MissingParameter, InvalidParameterCombination, InvalidParameterValue, NotFound.
    """
    asked: Mapping[str, str | None] = {CIDR: ipv4, IPV6_CIDR: ipv6, LIST: prefix_list_id}
    given = {name: text for name, text in asked.items() if text is not None}
    if not given:
        raise MissingParameter(f"The request must contain one of {', '.join(asked)}.")
    if len(given) > 1:
        raise InvalidParameterCombination(
            f"The parameters {' and '.join(given)} cannot be used together. Leave one of them out."
        )
    ((name, text),) = given.items()
    if name == LIST:
        check_visible_list(call, text)
        return ListDestination(text)
    return parse_cidr(text, CIDR) if name == CIDR else parse_ipv6_cidr(text, IPV6_CIDR)


def filter_of(destination: Destination) -> str:
    """Give the word that AWS's errors and filters have for a destination's kind."""
    if isinstance(destination, ListDestination):
        return "destination-prefix-list-id"
    return FILTERS[destination.version]


def member_of(destination: Destination) -> str:
    """Give the member that a route shows its destination under."""
    if isinstance(destination, ListDestination):
        return "DestinationPrefixListId"
    return MEMBERS[destination.version]


def weight(call: Call, route: Route) -> int:
    """Give what a route counts against a table's quota."""
    if isinstance(route.destination, ListDestination):
        return weight_of(call.network, route.destination.prefix_list_id)
    return 1


def own_blocks(vpc: Vpc) -> tuple[Block, ...]:
    """Give the blocks whose routes are `local`."""
    return (*vpc.cidrs, *vpc.ipv6_cidrs)


def check_destination(
    call: Call, table: RouteTable, destination: Destination, target: RouteTarget
) -> None:
    """Raise InvalidParameterValue where a route to `target` may not be."""
    if isinstance(destination, ListDestination):
        if target.kind is TargetKind.VPC_ENDPOINT:
            raise InvalidParameterValue(
                f"{target.id} cannot be the target of a route to a prefix list. Give its CIDRs."
            )
        return
    _check_family(destination, target)
    if is_within(destination, SERVICES_OF_THE_LINK):
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is inside {SERVICES_OF_THE_LINK}, "
            "which AWS keeps for its own services. Choose another destination."
        )
    vpc = need(call, Vpc, table.vpc_id)
    if not any(is_within(destination, cidr) for cidr in own_blocks(vpc)):
        return
    if destination in own_blocks(vpc):
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is one of this VPC's CIDR blocks: "
            "its local route cannot be replaced."
        )
    if target.kind in NO_MIDDLEBOX:
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is equal to or more specific than one of "
            "this VPC's CIDR blocks. This route can target only an interface or an instance."
        )
    subnets = call.network.where(Subnet, vpc_id=vpc.id)
    if all(destination not in (subnet.cidr, subnet.ipv6_cidr) for subnet in subnets):
        raise InvalidParameterValue(
            f"The destination CIDR block {destination} is more specific than one of this VPC's "
            "CIDR blocks and is no subnet's. Choose the whole CIDR block of a subnet."
        )


def _check_family(destination: Block, target: RouteTarget) -> None:
    """Raise InvalidParameterValue for a target that does not carry the destination's family."""
    if target.kind is TargetKind.EGRESS_ONLY_INTERNET_GATEWAY and destination.version == 4:
        raise InvalidParameterValue(
            f"The destination {destination} is IPv4, and {target.id} carries IPv6 alone. "
            "Use an internet gateway or a NAT gateway."
        )
    if target.kind is TargetKind.NAT_GATEWAY and destination.version == 6 and destination != NAT64:
        raise InvalidParameterValue(
            f"The destination {destination} is IPv6, and a NAT gateway carries {NAT64} alone of "
            "it. Use an egress-only internet gateway."
        )
