"""Security groups → filters, guards and address sets.

Groups only allow, so the order of rules cannot change the outcome; they are sorted by rule id so
that equal models compile to equal programs. An interface that wears several groups asks each of
their filters: the union. A rule that names a group matches the addresses of all that wear it; one
that names a prefix list is a rule for each of its entries.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv6Network

from genkan.model.network import Network
from genkan.model.prefix_list import blocks_of
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
from genkan.program import Because, Entry
from genkan.program.address import Address, Block, in_order
from genkan.program.filter import AddressSet, Filter, Guard, InSet, Match, Rule, Stage, Verdict

Lists = tuple[tuple[str, tuple[Block, ...]], ...]
Remote = Block | InSet

Traffic = tuple[tuple[int, int], ...]  # IP version and protocol, sorted

ICMP_PROTOCOLS = (1, 58)
TRACKED_BY_PORTS = (6, 17)  # "Untracked connections": TCP and UDP alone can be
EVERY_PORT = PortRange(0, 65535)
STAGES = {
    Direction.INGRESS: Stage.SECURITY_GROUP_INGRESS,
    Direction.EGRESS: Stage.SECURITY_GROUP_EGRESS,
}


def groups_in(network: Network, vpc_id: str) -> list[SecurityGroup]:
    """Give the groups that interfaces of a VPC may wear: its own, and those associated with it."""
    own = network.where(SecurityGroup, vpc_id=vpc_id)
    return [*own, *network.holding(SecurityGroup, associated_vpcs=vpc_id)]


def filter_name(group_id: str, direction: Direction) -> str:
    return f"{group_id}/{direction.value}"


def members_of(group_id: str) -> InSet:
    """Name the set that holds the addresses of every interface that wears `group_id`."""
    return InSet(f"members/{group_id}")


def compile_group(place: str, group: SecurityGroup, lists: Lists) -> Iterator[Filter]:
    """Give a group's two filters. `lists` holds the blocks of the prefix lists that it names."""
    blocks = dict(lists)
    for direction in Direction:
        rules = sorted(
            (rule for rule in group.rules if rule.direction is direction), key=lambda rule: rule.id
        )
        yield Filter(
            because=Because("security-group", group.id),
            place=place,
            name=filter_name(group.id, direction),
            rules=tuple(
                _compile_rule(group, rule, remote)
                for rule in rules
                for remote in _remotes(rule.peer, blocks)
            ),
            stateful=True,
        )


def compile_members(
    place: str, group_id: str, addresses: tuple[Address, ...], blocks: tuple[IPv6Network, ...]
) -> Iterator[Entry]:
    """Give the set of the addresses and prefixes that wear a group which some rule names."""
    yield AddressSet(
        because=Because("security-group", group_id),
        place=place,
        name=members_of(group_id).name,
        members=in_order(addresses),
        blocks=tuple(sorted(blocks)),
    )


def guard(
    place: str,
    at: str,
    group_ids: Iterable[str],
    direction: Direction,
    untracked: Traffic,
    because: Because,
) -> Guard:
    """Give the guard of an interface that wears these groups."""
    return Guard(
        because=because,
        place=place,
        stage=STAGES[direction],
        at=at,
        filters=filters_of(group_ids, direction),
        untracked=untracked,
    )


def let_pass_whole(group: SecurityGroup, direction: Direction) -> frozenset[tuple[int, int]]:
    """Give (IP version, protocol) of the TCP and UDP that a group lets pass to or from everywhere
    on every port: where it does so for what answers, what was asked is not tracked."""
    return frozenset(
        (rule.peer.cidr.version, protocol)
        for rule in group.rules
        for protocol in TRACKED_BY_PORTS
        if rule.direction is direction
        and isinstance(rule.peer, CidrPeer)
        and rule.peer.cidr.prefixlen == 0
        and rule.protocol in (None, protocol)
        and (rule.ports is None or rule.ports == EVERY_PORT)
    )


def whole_ways(
    groups: Iterable[SecurityGroup],
) -> Callable[[Iterable[str]], dict[Direction, Traffic]]:
    """Give what says of groups' ids what the groups together let pass whole, each way."""
    known = {
        group.id: {direction: let_pass_whole(group, direction) for direction in Direction}
        for group in groups
    }

    def of(group_ids: Iterable[str]) -> dict[Direction, Traffic]:
        worn = [known[name] for name in group_ids if name in known]
        return {
            direction: tuple(sorted(frozenset().union(*(one[direction] for one in worn))))
            for direction in Direction
        }

    return of


def filters_of(group_ids: Iterable[str], direction: Direction) -> tuple[str, ...]:
    return tuple(filter_name(group_id, direction) for group_id in sorted(set(group_ids)))


def referenced_groups(groups: Iterable[SecurityGroup]) -> list[str]:
    """Give the groups that rules of `groups` name."""
    return sorted({name for group in groups for name in group.named_groups})


def lists_of(network: Network, group: SecurityGroup) -> Lists:
    """Give the prefix lists that rules of `group` name, with the blocks that they hold now."""
    named = {rule.peer.prefix_list_id for rule in group.rules if isinstance(rule.peer, ListPeer)}
    return tuple((name, blocks_of(network, name)) for name in sorted(named))


def _compile_rule(group: SecurityGroup, rule: SecurityGroupRule, remote: Remote) -> Rule:
    ports = None if rule.ports is None else (rule.ports.first, rule.ports.last)
    icmp = rule.protocol in ICMP_PROTOCOLS
    return Rule(
        match=Match(
            remote=remote,
            protocol=rule.protocol,
            ports=None if icmp else ports,
            icmp=ports if icmp else None,
        ),
        verdict=Verdict.ACCEPT,
        because=Because("security-group", group.id, rule.id),
    )


def _remotes(peer: Peer, blocks: Mapping[str, tuple[Block, ...]]) -> tuple[Remote, ...]:
    match peer:
        case GroupPeer(group_id=group_id):
            return (members_of(group_id),)
        case CidrPeer(cidr=cidr):
            return (cidr,)
        case ListPeer(prefix_list_id=name):
            return blocks.get(name, ())
