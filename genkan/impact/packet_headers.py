"""Packet headers that access scopes look for: which ways carry one.

"Packet header statements" in the guide of Network Access Analyzer: a header without protocols is of
TCP or UDP; addresses and prefix lists of one side exclude each other; a list stands for all its
entries, and is named by its id or ARN. Addresses of the internet are whatever is not private.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from genkan.analysis.sets.atoms import LENT
from genkan.impact.groups import Group, Sender
from genkan.impact.open_ways import Reached
from genkan.impact.target import Kind, Target
from genkan.model.catalogue.prefix_lists import find_aws_list
from genkan.model.network import Network
from genkan.model.prefix_list import ManagedPrefixList, blocks_of

SIDES = ("Source", "Destination")
FIELDS = {
    "SourceAddresses",
    "DestinationAddresses",
    "SourcePrefixLists",
    "DestinationPrefixLists",
    "SourcePorts",
    "DestinationPorts",
    "Protocols",
}
NUMBERS = {"tcp": 6, "udp": 17}
Header = Mapping[str, Any]
Block = IPv4Network | IPv6Network


class HeaderUnreadable(Exception):
    """A header says what cannot be; the message says what."""


def check(header: Header) -> None:
    """Raise HeaderUnreadable for a header that AWS would refuse."""
    for unknown in header.keys() - FIELDS:
        raise HeaderUnreadable(f"a packet header has no {unknown}")
    for side in SIDES:
        if header.get(f"{side}Addresses") and header.get(f"{side}PrefixLists"):
            raise HeaderUnreadable(f"{side}Addresses and {side}PrefixLists exclude each other")
        for text in header.get(f"{side}Ports") or ():
            _range(text)
        for text in header.get(f"{side}Addresses") or ():
            _block(text)
    for text in header.get("Protocols") or ():
        if str(text).lower() not in NUMBERS:
            raise HeaderUnreadable(f"{text!r} is no protocol of packet headers: tcp and udp are")


def check_lists(network: Network, header: Header) -> None:
    """Raise HeaderUnreadable for a prefix list that is not there."""
    for side in SIDES:
        for text in header.get(f"{side}PrefixLists") or ():
            _listed(network, str(text))


def carries(network: Network, header: Header, reached: Reached) -> bool:
    """Tell whether packets with such a header go a way; every way has some without any."""
    if not header:
        return True
    return (
        _has_ports(header, reached)
        and _has_addresses(network, header, "Source", _senders(reached.sender), reached)
        and _has_addresses(network, header, "Destination", _receivers(reached), reached)
    )


def _has_ports(header: Header, reached: Reached) -> bool:
    asked = header.get("Protocols") or NUMBERS
    protocols = {NUMBERS[str(one).lower()] for one in asked}
    to = [_range(one) for one in header.get("DestinationPorts") or ()]
    found = {
        one.protocol
        for one in reached.ports
        if one.protocol in protocols and _meets(to, one.first, one.last)
    }
    from_ = [_range(one) for one in header.get("SourcePorts") or ()]
    lent = [(one.protocol, one.first, one.last) for one in reached.source_ports]
    if not lent:
        lent = [(one, *LENT) for one in found]
    return any(one[0] in found and _meets(from_, *one[1:]) for one in lent)


def _meets(wanted: list[tuple[int, int]], first: int | None, last: int | None) -> bool:
    if not wanted:
        return True
    if first is None or last is None:
        return False
    return any(first <= high and low <= last for low, high in wanted)


def _has_addresses(
    network: Network, header: Header, side: str, addresses: Iterable[str], reached: Reached
) -> bool:
    asked = [_block(one) for one in header.get(f"{side}Addresses") or ()]
    lists = header.get(f"{side}PrefixLists") or ()
    if not asked and not lists:
        return True
    blocks = [*asked, *(block for one in lists for block in _listed(network, str(one)))]
    if any(ip_address(one) in block for one in addresses for block in blocks):
        return True
    beyond = not isinstance(reached.sender, Group)
    if side == "Destination":
        beyond = reached.target.kind is Kind.INTERNET
    return beyond and any(not one.is_private and one.version == reached.version for one in blocks)


def _listed(network: Network, text: str) -> tuple[Block, ...]:
    """Give the blocks of a prefix list. Raises HeaderUnreadable where there is none of the name."""
    name = text.rpartition("/")[2]
    if network.get(ManagedPrefixList, name) is None and find_aws_list(name) is None:
        raise HeaderUnreadable(f"there is no prefix list {name}")
    return blocks_of(network, name)


def _range(text: object) -> tuple[int, int]:
    first, _, last = str(text).partition("-")
    try:
        return int(first), int(last or first)
    except ValueError as error:
        raise HeaderUnreadable(f"{text!r} is no range of ports") from error


def _block(text: object) -> Block:
    try:
        return ip_network(str(text), strict=False)
    except ValueError as error:
        raise HeaderUnreadable(f"{error}") from error


def _senders(sender: Sender) -> Iterator[str]:
    if not isinstance(sender, Group):
        yield from map(str, sender.addresses)
        return
    for member in sender.members:
        yield from map(str, member.interface.addresses)


def _receivers(reached: Reached) -> Iterator[str]:
    target: Target = reached.target
    if target.group is not None:
        yield from _senders(target.group)
    yield from map(str, target.fixed)
    if reached.to is not None:
        yield str(reached.to)
