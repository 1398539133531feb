"""IpPermissions ↔ rules: one permission names several peers, one rule has exactly one."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.api.call import Call
from genkan.api.cidrs import parse_block
from genkan.api.group_peers import parse_group_peer, shown_group_peer
from genkan.api.group_rules import Permission
from genkan.api.ip_protocols import (
    parse_ports,
    parse_protocol,
    shown_ports,
    shown_protocol,
)
from genkan.api.output import present
from genkan.api.prefix_list_lookup import need_visible_list
from genkan.model.errors import (
    InvalidParameterValue,
    MissingParameter,
)
from genkan.model.network import Network
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
    call: Call,
    group: SecurityGroup,
    permissions: Sequence[Mapping[str, Any]],
    held: Collection[Peer] = (),
) -> list[Described]:
    """Read IpPermissions, one entry a peer, in order. Groups of `held` are taken as they stand.

    Raises InvalidParameterValue, InvalidPermissionMalformed, MissingParameter, NotFound for a group
    that is not in the VPC, and InvalidParameterValue when a permission stands there twice.
    """
    read = [entry for one in permissions for entry in _parse(call, group, one, held)]
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


def shown_permissions(
    network: Network, group: SecurityGroup, direction: Direction
) -> list[dict[str, Any]]:
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
            "UserIdGroupPairs": list(_shown_pairs(network, group, rules)),
        }
        for (protocol, ports), rules in together.items()
    ]


def _parse(
    call: Call, group: SecurityGroup, one: Mapping[str, Any], held: Collection[Peer]
) -> list[Described]:
    protocol = parse_protocol(one.get("IpProtocol"))
    ports = parse_ports(protocol, one.get("FromPort"), one.get("ToPort"))
    read = [
        (Permission(protocol, ports, peer), check_description(text))
        for peer, text in _peers(call, group, one, held)
    ]
    if not read:
        raise MissingParameter(
            "Missing source specification: include source security group or CIDR information."
        )
    return read


def _peers(
    call: Call, group: SecurityGroup, one: Mapping[str, Any], held: Collection[Peer]
) -> Iterator[tuple[Peer, str | None]]:
    for entry in one.get("IpRanges") or ():
        yield parse_cidr_peer(IPv4Network, entry.get("CidrIp", "")), entry.get("Description")
    for entry in one.get("Ipv6Ranges") or ():
        yield parse_cidr_peer(IPv6Network, entry.get("CidrIpv6", "")), entry.get("Description")
    for entry in one.get("UserIdGroupPairs") or ():
        yield parse_group_peer(call, group, entry, held), entry.get("Description")
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


def _shown_pairs(
    network: Network, group: SecurityGroup, rules: Iterable[SecurityGroupRule]
) -> Iterator[dict[str, Any]]:
    for rule in rules:
        if isinstance(rule.peer, GroupPeer):
            yield {
                **shown_group_peer(network, group, rule.peer),
                **present(Description=rule.description),
            }
