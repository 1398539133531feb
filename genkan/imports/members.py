"""The members of AWS's structures, read leniently: a reader a type, and one error for all.

Dumps are of every age and made by every client: times are written in three ways, states in any
case, and what AWS added since is not there.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any, TypeVar

from genkan.model.resource import Tags

E = TypeVar("E", bound=Enum)
Row = Mapping[str, Any]
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # of what does not say since when it is there


class Unusable(Exception):
    """A structure lacks what makes it one, or has something else there; the message says what."""


def text(row: Row, member: str) -> str:
    """Give a string that has to be there. Raises Unusable."""
    value = row.get(member)
    if not isinstance(value, str) or not value:
        raise Unusable(f"it has no {member}")
    return value


def optional(row: Row, member: str) -> str | None:
    value = row.get(member)
    return value if isinstance(value, str) and value else None


def truth(row: Row, member: str, default: bool = False) -> bool:
    """Give a boolean; files of other tools write them as words."""
    value = row.get(member)
    if isinstance(value, str):
        return value.lower() == "true"
    return value if isinstance(value, bool) else default


def number(row: Row, member: str) -> int | None:
    """Give a whole number, None where there is none. Raises Unusable."""
    value = row.get(member)
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise Unusable(f"its {member}, {value!r}, is no number") from error


def rows(row: Row, member: str) -> Iterator[Row]:
    """Give the structures in a list."""
    value = row.get(member)
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def texts(row: Row, member: str) -> tuple[str, ...]:
    """Give the strings in a list."""
    value = row.get(member)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def inner(row: Row, member: str) -> Row:
    """Give a structure, an empty one where there is none."""
    value = row.get(member)
    return value if isinstance(value, dict) else {}


def instant(row: Row, member: str) -> datetime:
    """Give a time with its zone; BEGINNING where none is said."""
    value = row.get(member)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str):
        return BEGINNING
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return BEGINNING
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def tags(row: Row, member: str = "Tags") -> Tags:
    return tuple(
        sorted((text(one, "Key"), str(one.get("Value") or "")) for one in rows(row, member))
    )


def choice(of: type[E], row: Row, member: str, default: E | None = None) -> E:
    """Give the constant that a string means, in whatever case. Raises Unusable."""
    value = row.get(member)
    if not isinstance(value, str) or not value:
        if default is not None:
            return default
        raise Unusable(f"it has no {member}")
    for one in of:
        if str(one.value).lower() == value.lower():
            return one
    raise Unusable(f"its {member}, {value!r}, is not one that is known")


def ipv4(row: Row, member: str) -> IPv4Address:
    return _read(IPv4Address, text(row, member), member)


def optional_ipv4(row: Row, member: str) -> IPv4Address | None:
    value = optional(row, member)
    return _read(IPv4Address, value, member) if value else None


def ipv6(row: Row, member: str) -> IPv6Address:
    return _read(IPv6Address, text(row, member), member)


def block(value: str, member: str) -> IPv4Network | IPv6Network:
    """Give a CIDR block; bits beyond the mask are cut off, as EC2 does. Raises Unusable."""
    try:
        return ip_network(value, strict=False)
    except ValueError as error:
        raise Unusable(f"its {member}, {value!r}, is no CIDR block") from error


def ipv4_block(value: str, member: str) -> IPv4Network:
    found = block(value, member)
    if not isinstance(found, IPv4Network):
        raise Unusable(f"its {member}, {value!r}, is no IPv4 block")
    return found


def ipv6_block(value: str, member: str) -> IPv6Network:
    found = block(value, member)
    if not isinstance(found, IPv6Network):
        raise Unusable(f"its {member}, {value!r}, is no IPv6 block")
    return found


A = TypeVar("A", IPv4Address, IPv6Address)


def _read(of: type[A], value: str, member: str) -> A:
    try:
        return of(value)
    except ValueError as error:
        raise Unusable(f"its {member}, {value!r}, is no address") from error
