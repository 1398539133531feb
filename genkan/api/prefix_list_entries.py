"""Entries of prefix lists in requests: read, put in, taken out, counted, shown."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.api.cidrs import parse_block
from genkan.api.output import present
from genkan.model.errors import InvalidParameterValue, Refused
from genkan.model.prefix_list import Block, PrefixListEntry

IPV4, IPV6 = "IPv4", "IPv6"
FAMILIES: Mapping[str, type[IPv4Network] | type[IPv6Network]] = {
    IPV4: IPv4Network,
    IPV6: IPv6Network,
}
LONGEST_DESCRIPTION = 255
MOST_AT_ONCE = 100


class PrefixListMaxEntriesExceeded(Refused):
    code = "PrefixListMaxEntriesExceeded"


class InvalidPrefixListModification(Refused):
    code = "InvalidPrefixListModification"


def edited(
    family: str,
    held: Iterable[PrefixListEntry],
    added: Sequence[Mapping[str, Any]] | None,
    removed: Sequence[Mapping[str, Any]] | None,
) -> tuple[PrefixListEntry, ...]:
    """Give `held` with entries put in and taken out; one that is there takes a new description.

    Raises InvalidParameterValue, MissingParameter, InvalidPrefixListModification.
    """
    if len(added or ()) > MOST_AT_ONCE or len(removed or ()) > MOST_AT_ONCE:
        raise InvalidPrefixListModification(
            f"A call changes at most {MOST_AT_ONCE} entries. Use several calls."
        )
    entries: dict[Block, PrefixListEntry] = {entry.cidr: entry for entry in held}
    gone = [_parse(family, one).cidr for one in removed or ()]
    for cidr in gone:
        if entries.pop(cidr, None) is None:
            raise InvalidPrefixListModification(
                f"The prefix list has no entry {cidr}, so it cannot be removed."
            )
    come = [_parse(family, one) for one in added or ()]
    if len({entry.cidr for entry in come}) < len(come):
        raise InvalidPrefixListModification("The same CIDR cannot be added twice in one call.")
    for entry in come:
        if entry.cidr in gone:
            raise InvalidPrefixListModification(
                f"The entry {entry.cidr} cannot be added and removed in one call."
            )
        entries[entry.cidr] = entry
    return tuple(sorted(entries.values(), key=lambda entry: _order(entry.cidr)))


def check_room(entries: Sequence[PrefixListEntry], most: int) -> None:
    """Raise PrefixListMaxEntriesExceeded when a list holds more than it may."""
    if len(entries) > most:
        raise PrefixListMaxEntriesExceeded(
            f"You've reached the maximum number of entries for the prefix list: {len(entries)} "
            f"are more than its {most}. Remove some, or raise MaxEntries."
        )


def shown_entries(entries: Iterable[PrefixListEntry]) -> list[dict[str, Any]]:
    return [present(Cidr=str(one.cidr), Description=one.description) for one in entries]


def _parse(family: str, one: Mapping[str, Any]) -> PrefixListEntry:
    text, description = one["Cidr"], one.get("Description")
    of = FAMILIES[family]
    block = parse_block(IPv4Network, text) if of is IPv4Network else parse_block(IPv6Network, text)
    if block is None:
        raise InvalidParameterValue(
            f"The CIDR {text} is no {family} block, which the prefix list holds. "
            "Write it as 10.0.0.0/16 or 2001:db8::/32."
        )
    if len(description or "") > LONGEST_DESCRIPTION:
        raise InvalidParameterValue(
            f"The description of {text} is longer than {LONGEST_DESCRIPTION} characters."
        )
    return PrefixListEntry(cidr=block, description=description or None)


def _order(cidr: Block) -> tuple[int, int]:
    return (int(cidr.network_address), cidr.prefixlen)
