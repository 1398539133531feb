"""IpPermissions ↔ rules: one permission names several peers, one rule has exactly one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.api.call import Call
from genkan.api.cidrs import parse_block
from genkan.api.group_lookup import need_group_by_name
from genkan.api.group_rules import Permission
from genkan.api.ids import need
from genkan.api.ip_protocols import (
    parse_ports,
    parse_protocol,
    shown_ports,
    shown_protocol,
)
from genkan.api.output import present
from genkan.api.peering_lookup import peered
from genkan.api.prefix_list_lookup import need_visible_list
from genkan.model.errors import (
    InvalidParameterValue,
    MissingParameter,
    NotFound,
)
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    ListPeer,
    Peer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)

Described = tuple[Permission, str | None]  # and the description

LONGEST_DESCRIPTION = 255
ALLOWED_IN_TEXT = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789. _-:/()#,@[]+=&;{}!$*"
)


def parse_permissions(
    call: Call, group: SecurityGroup, permissions: Sequence[Mapping[str, Any]]
) -> list[Described]:
    """Read IpPermissions, one entry a peer, in order.

    Raises InvalidParameterValue, InvalidPermissionMalformed, MissingParameter, NotFound for a group
    that is not in the VPC, and InvalidParameterValue when a permission stands there twice.
    """
    read = [entry for one in permissions for entry in _parse(call, group, one)]
    if len({permission for permission, _ in read}) < len(read):
        raise InvalidParameterValue(
            "The same permission must not appear multiple times. Give each peer once."
        )
    return read


def parse_cidr_peer(of: type[IPv4Network] | type[IPv6Network], text: str) -> CidrPeer:
    """Read a CIDR peer. Raises InvalidParameterValue."""
    block = parse_block(IPv4Network, text) if of is IPv4Network else parse_block(IPv6Network, text)
    if block is None:
        raise InvalidParameterValue(
            f"CIDR block {text} is malformed. Write one address as 10.0.0.1/32 or ::1/128."
        )
    return CidrPeer(block)


def parse_group_peer(call: Call, group: SecurityGroup, pair: Mapping[str, Any]) -> GroupPeer:
    """Read a group peer, in the VPC of `group` or in one that is peered. Raises NotFound."""
    if pair.get("GroupId"):
        other = need(call, SecurityGroup, pair["GroupId"])
    else:
        other = need_group_by_name(call, pair.get("GroupName", ""))
    together = not set(other.vpcs).isdisjoint(group.vpcs)
    near = together or peered(call.network, other.vpc_id, group.vpc_id)
    if not near or pair.get("UserId", other.account) != other.account:
        raise NotFound(
            "InvalidGroup.NotFound",
            "You have specified two resources that belong to different networks. "
            f"{other.id} is in {other.vpc_id}, {group.id} in {group.vpc_id}.",
        )
    return GroupPeer(other.id, other.account)


def check_description(text: str | None) -> str | None:
    """Give a rule's description back. Raises InvalidParameterValue."""
    if text and (len(text) > LONGEST_DESCRIPTION or not ALLOWED_IN_TEXT.issuperset(text)):
        raise InvalidParameterValue(
            "Invalid rule description. Valid descriptions are strings less than 256 characters "
            "from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        )
    return text or None


def parse_list_peer(call: Call, name: str) -> ListPeer:
    """Read a peer that is a prefix list. Raises Malformed, NotFound."""
    return ListPeer(need_visible_list(call, name).id)


def shown_permissions(group: SecurityGroup, direction: Direction) -> list[dict[str, Any]]:
    """Give the rules of one direction as IpPermissions: one for each protocol and port range."""
    together: dict[tuple[int | None, PortRange | None], list[SecurityGroupRule]] = {}
    for rule in group.rules:
        if rule.direction is direction:
            together.setdefault((rule.protocol, rule.ports), []).append(rule)
    return [
        {
            "IpProtocol": shown_protocol(protocol),
            **shown_ports(ports),
            "IpRanges": list(_shown_cidrs(rules, IPv4Network, "CidrIp")),
            "Ipv6Ranges": list(_shown_cidrs(rules, IPv6Network, "CidrIpv6")),
            "PrefixListIds": list(_shown_lists(rules)),
            "UserIdGroupPairs": list(_shown_pairs(rules)),
        }
        for (protocol, ports), rules in together.items()
    ]


def _parse(call: Call, group: SecurityGroup, one: Mapping[str, Any]) -> list[Described]:
    protocol = parse_protocol(one.get("IpProtocol"))
    ports = parse_ports(protocol, one.get("FromPort"), one.get("ToPort"))
    read = [
        (Permission(protocol, ports, peer), check_description(text))
        for peer, text in _peers(call, group, one)
    ]
    if not read:
        raise MissingParameter(
            "Missing source specification: include source security group or CIDR information."
        )
    return read


def _peers(
    call: Call, group: SecurityGroup, one: Mapping[str, Any]
) -> Iterator[tuple[Peer, str | None]]:
    for entry in one.get("IpRanges") or ():
        yield parse_cidr_peer(IPv4Network, entry.get("CidrIp", "")), entry.get("Description")
    for entry in one.get("Ipv6Ranges") or ():
        yield parse_cidr_peer(IPv6Network, entry.get("CidrIpv6", "")), entry.get("Description")
    for entry in one.get("UserIdGroupPairs") or ():
        yield parse_group_peer(call, group, entry), entry.get("Description")
    for entry in one.get("PrefixListIds") or ():
        peer = parse_list_peer(call, entry.get("PrefixListId", ""))
        yield peer, entry.get("Description")


def _shown_cidrs(
    rules: Iterable[SecurityGroupRule], of: type[IPv4Network] | type[IPv6Network], member: str
) -> Iterator[dict[str, Any]]:
    for rule in rules:
        if isinstance(rule.peer, CidrPeer) and isinstance(rule.peer.cidr, of):
            yield {member: str(rule.peer.cidr), **present(Description=rule.description)}


def _shown_lists(rules: Iterable[SecurityGroupRule]) -> Iterator[dict[str, Any]]:
    for rule in rules:
        if isinstance(rule.peer, ListPeer):
            yield present(PrefixListId=rule.peer.prefix_list_id, Description=rule.description)


def _shown_pairs(rules: Iterable[SecurityGroupRule]) -> Iterator[dict[str, Any]]:
    for rule in rules:
        if isinstance(rule.peer, GroupPeer):
            yield present(
                UserId=rule.peer.account,
                GroupId=rule.peer.group_id,
                Description=rule.description,
            )
