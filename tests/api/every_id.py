"""Every id that an example names, put wrong: malformed, of nothing, of another account's thing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from genkan.model.elastic_ip import ElasticIp
from genkan.model.peering import VpcPeeringConnection
from tests.api.boto import NAMED, OTHER_ACCOUNT, Site
from tests.api.examples import EXAMPLES

HEX_TAIL = re.compile(r"[0-9a-f]{8,17}$|[0-9A-Z]{8,}$")
NO_IDS = (
    "region",
    "account",
    "other",
    "public_ip",
    "default_zone",
    "subnet_ipv6",
    "ipv6_address",
    "ipv6_prefix",
    "offered_ip",
    "outside",
    "quota_request",
)
FREE = ("Filters", "Filter", "Name", "ServiceName", "ServiceNames", "AliasTarget")
MALFORMED, UNKNOWN, ANOTHERS = "malformed", "unknown", "another account's"

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One id of one example, and what is wrong with it."""

    example: int
    path: Path
    name: str  # what the examples call the thing
    how: str

    @property
    def member(self) -> str:
        """Name the parameter without positions: `IpPermissions.UserIdGroupPairs.GroupId`."""
        return ".".join(part for part in self.path if isinstance(part, str))


def wrong_ids() -> Iterator[Wrong]:
    """Give every id in every example three times: once for each way to be wrong."""
    for number, one in enumerate(EXAMPLES):
        for path, name in _named(one.parameters, ()):
            if name not in NO_IDS and not set(path) & set(FREE):
                for how in (MALFORMED, UNKNOWN, ANOTHERS):
                    yield Wrong(number, path, name, how)


def spoiled(before: Site, wrong: Wrong) -> tuple[Site, dict[str, Any]] | None:
    """Give a site and parameters in which the id is wrong; None where it cannot be another's."""
    site, value = before.fork(), str(before.names[wrong.name])
    match wrong.how:
        case "malformed":
            bad = "banana"
        case "unknown":
            bad = unknown_like(value)
        case _:
            bad = unknown_like(value)
            row = next((one for one in site.call.network if one.id == value), None)
            if row is None:
                return None
            theirs = replace(row, id=bad, account=OTHER_ACCOUNT)
            if isinstance(theirs, ElasticIp):
                theirs = replace(theirs, association_id=None, network_interface_id=None)
            if isinstance(theirs, VpcPeeringConnection):  # whose sides' it is
                side = replace(theirs.requester, account=OTHER_ACCOUNT)
                theirs = replace(theirs, requester=side, accepter=side)
            site.put(theirs)
    return site, _with(EXAMPLES[wrong.example].parameters, wrong.path, bad)


def unknown_like(value: str) -> str:
    """Give an id of the same form that names nothing."""
    return HEX_TAIL.sub(lambda tail: ("F" if tail[0].isupper() else "f") * len(tail[0]), value)


def prefix_of(value: str) -> str:
    """Tell the kind that an id says it is of: what stands before its digits."""
    if value.startswith("arn:"):
        return ":".join(value.split(":")[2:3] + value.split(":")[5:6]).partition("/")[0]
    return HEX_TAIL.sub("", value).rstrip("-")


def _named(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    match value:
        case str() if found := NAMED.fullmatch(value):
            yield path, found[1]
        case Mapping():
            for key, one in value.items():
                yield from _named(one, (*path, key))
        case list() | tuple():
            for at, one in enumerate(value):
                yield from _named(one, (*path, at))


def _with(value: Any, path: Sequence[str | int], bad: str) -> Any:
    if not path:
        return bad
    first, *rest = path
    if isinstance(value, Mapping):
        return {**value, first: _with(value[first], rest, bad)}
    return [_with(one, rest, bad) if at == first else one for at, one in enumerate(value)]
