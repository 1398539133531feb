"""Subnets, route tables and network ACLs, as their describe calls have them."""

from collections.abc import Iterator

from genkan.imports.dump import Told
from genkan.imports.members import (
    Row,
    Unusable,
    block,
    inner,
    ipv4_block,
    number,
    optional,
    rows,
    tags,
    text,
    truth,
)
from genkan.imports.notes import NoteCode
from genkan.imports.prefix_lists import PrefixLists
from genkan.imports.protocols import parse_ports, parse_protocol
from genkan.imports.reading import Reading
from genkan.imports.vpcs import ipv6_associations
from genkan.model.network import Network
from genkan.model.network_acl import (
    NetworkAcl,
    NetworkAclAssociation,
    NetworkAclEntry,
    default_acl,
)
from genkan.model.resource import Resource
from genkan.model.route_table import (
    ListDestination,
    Route,
    RouteTable,
    RouteTableAssociation,
    RouteTarget,
    TargetKind,
)
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc

LAST_ENTRY = 32_767  # what no rule matched is dropped: every list ends so, and shows it
LOCAL = "local"
TARGETS = (
    ("EgressOnlyInternetGatewayId", TargetKind.EGRESS_ONLY_INTERNET_GATEWAY),
    ("NatGatewayId", TargetKind.NAT_GATEWAY),
    ("NetworkInterfaceId", TargetKind.NETWORK_INTERFACE),
    ("VpcPeeringConnectionId", TargetKind.VPC_PEERING_CONNECTION),
    ("VpcEndpointId", TargetKind.VPC_ENDPOINT),
)
GATEWAYS = (
    ("igw-", TargetKind.INTERNET_GATEWAY),
    ("vgw-", TargetKind.VPN_GATEWAY),
    ("vpce-", TargetKind.VPC_ENDPOINT),
)


def read_subnets(reading: Reading) -> Iterator[Resource]:
    yield from reading.each("Subnets", lambda told: _subnet(reading, told))


def read_route_tables(reading: Reading, lists: PrefixLists) -> Iterator[Resource]:
    yield from reading.each("RouteTables", lambda told: _route_table(reading, lists, told))


def read_network_acls(reading: Reading, network: Network) -> Iterator[Resource]:
    """Give the ACLs, but default ones that are as they follow from their VPC."""
    for acl in reading.each("NetworkAcls", lambda told: _network_acl(reading, told)):
        vpc = network.get(Vpc, acl.vpc_id)
        if vpc is None or not _is_untouched(default_acl(network, vpc), acl):
            yield acl


def _subnet(reading: Reading, told: Told) -> Subnet:
    row = told.row
    account, region = reading.where(told)
    names = inner(row, "PrivateDnsNameOptionsOnLaunch")
    cidr = optional(row, "CidrBlock")
    if cidr is None and not truth(row, "Ipv6Native"):
        raise Unusable("it has no CidrBlock")
    return Subnet(
        id=text(row, "SubnetId"),
        account=account,
        region=region,
        tags=tags(row),
        vpc_id=text(row, "VpcId"),
        zone=text(row, "AvailabilityZone"),
        cidr=ipv4_block(cidr, "CidrBlock") if cidr else None,
        map_public_ip_on_launch=truth(row, "MapPublicIpOnLaunch"),
        default_for_az=truth(row, "DefaultForAz"),
        ipv6_associations=ipv6_associations(row)[:1],
        assign_ipv6_on_creation=truth(row, "AssignIpv6AddressOnCreation"),
        dns64=truth(row, "EnableDns64"),
        host_names=optional(names, "HostnameType") or "ip-name",
        dns_a_record=truth(names, "EnableResourceNameDnsARecord"),
        dns_aaaa_record=truth(names, "EnableResourceNameDnsAAAARecord"),
    )


def _route_table(reading: Reading, lists: PrefixLists, told: Told) -> RouteTable:
    row = told.row
    account, region = reading.where(told)
    name = text(row, "RouteTableId")
    return RouteTable(
        id=name,
        account=account,
        region=region,
        tags=tags(row),
        vpc_id=text(row, "VpcId"),
        routes=tuple(_routes(reading, lists, row)),
        associations=tuple(
            RouteTableAssociation(
                id=optional(one, "RouteTableAssociationId") or f"rtbassoc-{name}",
                subnet_id=optional(one, "SubnetId"),
                gateway_id=optional(one, "GatewayId"),
            )
            for one in rows(row, "Associations")
            if (optional(inner(one, "AssociationState"), "State") or "associated").lower()
            in ("associated", "associating")
        ),
    )


def _routes(reading: Reading, lists: PrefixLists, row: Row) -> Iterator[Route]:
    for one in rows(row, "Routes"):
        found = _route(reading, lists, text(row, "RouteTableId"), one)
        if found:
            yield found


def _route(reading: Reading, lists: PrefixLists, table: str, row: Row) -> Route | None:
    """Give a route, None for those that follow from something else: local ones, and those of a
    gateway endpoint."""
    target = _target(row)
    listed = optional(row, "DestinationPrefixListId")
    if optional(row, "GatewayId") == LOCAL:
        return None
    if listed and target and target.id.startswith("vpce-") and _is_gateway(reading, target.id):
        return None
    if target is None:
        reading.note(
            table,
            NoteCode.UNSUPPORTED_COMPONENT,
            f"Its route to {_shown(row)} was left out: its target is of no kind that is in the "
            "model. Ways that would take it are not known.",
        )
        return None
    if listed:
        return Route(destination=ListDestination(lists.known(listed)), target=target)
    return Route(destination=block(_shown(row), "destination"), target=target)


def _shown(row: Row) -> str:
    members = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next((one for member in members if (one := optional(row, member))), "nowhere")


def _target(row: Row) -> RouteTarget | None:
    for member, kind in TARGETS:
        name = optional(row, member)
        if name:
            return RouteTarget(kind, name)
    name = optional(row, "GatewayId") or ""
    return next(
        (RouteTarget(kind, name) for prefix, kind in GATEWAYS if name.startswith(prefix)), None
    )


def _is_gateway(reading: Reading, endpoint_id: str) -> bool:
    """Tell whether an endpoint's routes follow from it. One that is described nowhere and stands
    beside a prefix list is a gateway endpoint."""
    told = reading.dump.get("VpcEndpoints", endpoint_id)
    return told is None or told.row.get("VpcEndpointType", "Gateway") == "Gateway"


def _network_acl(reading: Reading, told: Told) -> NetworkAcl:
    row = told.row
    account, region = reading.where(told)
    entries = [_entry(one) for one in rows(row, "Entries") if one.get("RuleNumber") != LAST_ENTRY]
    return NetworkAcl(
        id=text(row, "NetworkAclId"),
        account=account,
        region=region,
        tags=tags(row),
        vpc_id=text(row, "VpcId"),
        is_default=truth(row, "IsDefault"),
        entries=tuple(
            sorted(
                (one for one in entries if one.number < LAST_ENTRY),
                key=lambda one: (not one.egress, one.number),
            )
        ),
        associations=tuple(
            NetworkAclAssociation(
                id=text(one, "NetworkAclAssociationId"), subnet_id=text(one, "SubnetId")
            )
            for one in rows(row, "Associations")
        ),
    )


def _entry(row: Row) -> NetworkAclEntry:
    found = number(row, "RuleNumber")
    cidr = optional(row, "CidrBlock") or optional(row, "Ipv6CidrBlock")
    if found is None or cidr is None:
        raise Unusable("an entry of it has no number or no block")
    protocol = parse_protocol(row.get("Protocol"))
    icmp, ports = inner(row, "IcmpTypeCode"), inner(row, "PortRange")
    return NetworkAclEntry(
        number=found,
        egress=truth(row, "Egress"),
        allow=text(row, "RuleAction").lower() == "allow",
        protocol=protocol,
        cidr=block(cidr, "block"),
        ports=parse_ports(
            protocol,
            number(icmp, "Type") if icmp else number(ports, "From"),
            number(icmp, "Code") if icmp else number(ports, "To"),
        ),
    )


def _is_untouched(follows: NetworkAcl, acl: NetworkAcl) -> bool:
    """Tell whether a default ACL is what follows from its VPC, under the id that does."""
    same = (follows.id, follows.entries, follows.tags) == (acl.id, acl.entries, acl.tags)
    return same and all(
        one.id.rpartition("-")[2] == one.subnet_id.rpartition("-")[2] for one in acl.associations
    )
