"""Assertions about ways, in the form of AWS's Network Access Analyzer: paths that are looked for,
and those of them that may be.

"How Network Access Analyzer works" in the Amazon VPC guide: a path is a finding when one of
MatchPaths matches it and none of ExcludePaths does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from genkan.analysis import Trace
from genkan.impact.groups import Group, Sender
from genkan.impact.open_ways import Reached
from genkan.impact.packet_headers import SIDES, HeaderUnreadable, carries, check, check_lists
from genkan.impact.state import State
from genkan.impact.target import Kind
from genkan.model.network import Network

PATHS = ("MatchPaths", "ExcludePaths")
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


class ScopeUnreadable(Exception):
    """A scope says what is not known here; the message says what."""


@dataclass(frozen=True, slots=True)
class AccessScope:
    """The paths of a scope, as they were written."""

    match: tuple[Mapping[str, Any], ...]
    exclude: tuple[Mapping[str, Any], ...]

    def findings(self, network: Network, reached: Iterable[Reached]) -> list[Reached]:
        """Give the ways of a network that are looked for and may not be. Raises ScopeUnreadable for
        a prefix list that is not there."""
        headers = (one for path in (*self.match, *self.exclude) for one in _headers(path))
        try:
            for header in headers:
                check_lists(network, header)
        except HeaderUnreadable as error:
            raise ScopeUnreadable(str(error)) from error
        return [
            one
            for one in reached
            if any(_matches(network, path, one) for path in self.match)
            and not any(_matches(network, path, one) for path in self.exclude)
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
        try:
            check(statement.get("PacketHeaderStatement") or {})
        except HeaderUnreadable as error:
            raise ScopeUnreadable(str(error)) from error
        for kind in _statement(statement).get("ResourceTypes") or ():
            if kind not in TYPES:
                raise ScopeUnreadable(f"{kind} is not a type that is known here")


def _matches(network: Network, path: Mapping[str, Any], reached: Reached) -> bool:
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
    return all(carries(network, header, reached) for header in _headers(path))


def _headers(path: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [(path.get(side) or {}).get("PacketHeaderStatement") or {} for side in SIDES]


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
