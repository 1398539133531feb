"""Assertions about ways, in the form of AWS's Network Access Analyzer: paths that are looked for,
and those of them that may be.

"How Network Access Analyzer works" in the Amazon VPC guide: a path is a finding when one of
MatchPaths matches it and none of ExcludePaths does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from typing import Any

from genkan.analysis import Trace
from genkan.impact.groups import Group, Sender
from genkan.impact.open_ways import Reached
from genkan.impact.state import State
from genkan.impact.target import Kind, Target

PATHS = ("MatchPaths", "ExcludePaths")
SIDES = ("Source", "Destination")
HEADER = {
    "SourceAddresses",
    "DestinationAddresses",
    "SourcePorts",
    "DestinationPorts",
    "Protocols",
}
GATEWAY = "AWS::EC2::InternetGateway"
TYPES = {
    GATEWAY: "igw-",
    "AWS::EC2::NatGateway": "nat-",
    "AWS::EC2::VPCEndpoint": "vpce-",
    "AWS::EC2::VPCPeeringConnection": "pcx-",
    "AWS::EC2::Instance": "i-",
    "AWS::EC2::NetworkInterface": "eni-",
    "AWS::EC2::Subnet": "subnet-",
    "AWS::EC2::VPC": "vpc-",
    "AWS::EC2::SecurityGroup": "sg-",
}
NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1}


class ScopeUnreadable(Exception):
    """A scope says what is not known here; the message says what."""


@dataclass(frozen=True, slots=True)
class AccessScope:
    """The paths of a scope, as they were written."""

    match: tuple[Mapping[str, Any], ...]
    exclude: tuple[Mapping[str, Any], ...]

    def findings(self, reached: Iterable[Reached]) -> list[Reached]:
        """Give the ways that are looked for and may not be."""
        return [
            one
            for one in reached
            if any(_matches(path, one) for path in self.match)
            and not any(_matches(path, one) for path in self.exclude)
        ]


def walks_of(state: State, reached: Reached) -> Iterator[tuple[str, Trace]]:
    """Give the walk of a way's witness from each of the equal interfaces that it begins at, by the
    interface's id; from outside, by the gateway's that it comes in by."""
    walks = reached.replayed(state)
    if not walks:
        return
    first, sender = walks[0], reached.sender
    if not isinstance(sender, Group):
        gateways = (one for one in reached.via if one.startswith(TYPES[GATEWAY]))
        yield next(gateways, sender.id), first
        return
    for member in sender.members:
        source = member.interface.first_address(reached.version)
        if source is not None:
            packet = replace(first.packet, source=source)
            yield member.interface.id, state.walks(member.place, packet)[0]


def parse_scope(content: Any) -> AccessScope:  # noqa: ANN401 - JSON
    """Read a scope, or the whole answer that holds one. Raises ScopeUnreadable."""
    if isinstance(content, dict) and "NetworkInsightsAccessScopeContent" in content:
        content = content["NetworkInsightsAccessScopeContent"]
    if not isinstance(content, dict) or not content.keys() & set(PATHS):
        raise ScopeUnreadable("it has no MatchPaths")
    paths = [content.get(name) or [] for name in PATHS]
    for path in (one for several in paths for one in several):
        _check(path)
    return AccessScope(tuple(paths[0]), tuple(paths[1]))


def _check(path: Any) -> None:  # noqa: ANN401 - JSON
    if not isinstance(path, dict):
        raise ScopeUnreadable(f"{path!r} is no path")
    for unknown in path.keys() - {*SIDES, "ThroughResources"}:
        raise ScopeUnreadable(f"a path has no {unknown}")
    for side in SIDES:
        statement = path.get(side) or {}
        for unknown in statement.keys() - {"PacketHeaderStatement", "ResourceStatement"}:
            raise ScopeUnreadable(f"a {side} has no {unknown}")
        for unknown in (statement.get("PacketHeaderStatement") or {}).keys() - HEADER:
            raise ScopeUnreadable(f"{unknown} of a packet header is not read here")
        for kind in _statement(statement).get("ResourceTypes") or ():
            if kind not in TYPES:
                raise ScopeUnreadable(f"{kind} is not a type that is known here")


def _matches(path: Mapping[str, Any], reached: Reached) -> bool:
    source, destination = (path.get(side) or {} for side in SIDES)
    ends = (
        (source, list(_ids_of(reached.sender))),
        (destination, list(_ids_of_target(reached))),
    )
    if not all(_is_meant(_statement(one), ids) for one, ids in ends):
        return False
    through = path.get("ThroughResources") or ()
    if not all(_is_meant(_statement(one), list(reached.via)) for one in through):
        return False
    headers = [one.get("PacketHeaderStatement") or {} for one in (source, destination)]
    return all(_carries(header, reached) for header in headers)


def _statement(side: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = side.get("ResourceStatement") or {}
    return found


def _is_meant(statement: Mapping[str, Any], ids: list[str]) -> bool:
    resources = {str(one).rpartition("/")[2] for one in statement.get("Resources") or ()}
    prefixes = tuple(TYPES[one] for one in statement.get("ResourceTypes") or ())
    if not resources and not prefixes:
        return True
    return bool(resources & set(ids)) or any(one.startswith(prefixes) for one in ids if prefixes)


def _ids_of(sender: Sender) -> Iterator[str]:
    if not isinstance(sender, Group):
        yield TYPES[GATEWAY]  # whichever it comes in by
        return
    yield from (sender.vpc, sender.subnet, *sender.group_ids)
    for member in sender.members:
        yield from (member.interface.id, member.place)


def _ids_of_target(reached: Reached) -> Iterator[str]:
    target = reached.target
    yield target.id
    if target.group is not None:
        yield from _ids_of(target.group)
    if target.kind in (Kind.NAME, Kind.INTERNET):
        yield from reached.via[-2:]


def _carries(header: Mapping[str, Any], reached: Reached) -> bool:
    protocols = {NUMBERS.get(str(one).lower()) for one in header.get("Protocols") or ()}
    ports = [_range(one) for one in header.get("DestinationPorts") or ()]
    wanted = [
        one
        for one in reached.ports
        if (not protocols or one.protocol in protocols)
        and (not ports or any(_overlap(one.first, one.last, low, high) for low, high in ports))
    ]
    sources = header.get("SourceAddresses") or ()
    destinations = header.get("DestinationAddresses") or ()
    return (
        bool(wanted)
        and _in_blocks(sources, _addresses(reached.sender))
        and _in_blocks(destinations, _target_addresses(reached.target))
    )


def _range(text: object) -> tuple[int, int]:
    first, _, last = str(text).partition("-")
    try:
        return int(first), int(last or first)
    except ValueError as error:
        raise ScopeUnreadable(f"{text!r} is no range of ports") from error


def _overlap(first: int | None, last: int | None, low: int, high: int) -> bool:
    return first is not None and last is not None and first <= high and low <= last


def _in_blocks(blocks: Iterable[str], addresses: Iterable[str]) -> bool:
    held = list(blocks)
    if not held:
        return True
    try:
        networks = [ip_network(one, strict=False) for one in held]
    except ValueError as error:
        raise ScopeUnreadable(f"{error}") from error
    return any(ip_address(one) in network for one in addresses for network in networks)


def _addresses(sender: Sender) -> Iterator[str]:
    members = sender.members if isinstance(sender, Group) else ()
    for member in members:
        yield from map(str, member.interface.addresses)
    if not isinstance(sender, Group):
        yield from map(str, sender.addresses)


def _target_addresses(target: Target) -> Iterator[str]:
    if target.group is not None:
        yield from _addresses(target.group)
    yield from map(str, target.fixed)
