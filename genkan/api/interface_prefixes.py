"""Prefixes of interfaces: blocks of the subnet whose addresses are all an interface's, /28 of IPv4
and /80 of IPv6.

What runs in the instance puts the addresses on itself. Free ones of IPv4 are given lowest first, of
IPv6 from a number on that is drawn. "Assign prefixes to network interfaces" in the Amazon EC2 user
guide.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network
from itertools import islice
from typing import Any

from genkan.api.call import Call
from genkan.api.cidrs import parse_block
from genkan.model.errors import (
    AddressInUse,
    InvalidParameterCombination,
    InvalidParameterValue,
    Refused,
)
from genkan.model.network import put
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import RESERVED_AT_END, RESERVED_AT_START, Subnet, SubnetCidrReservation

LENGTHS = {4: 28, 6: 80}
MOST = 50  # that a call may ask for
EXPLICIT = "explicit"
Prefix = IPv4Network | IPv6Network


class InsufficientCidrBlocks(Refused):
    code = "InsufficientCidrBlocks"


@dataclass(frozen=True, slots=True)
class Asked:
    """The prefixes of one IP version that a request names or counts."""

    version: int
    named: tuple[str, ...] = ()
    count: int | None = None

    def __bool__(self) -> bool:
        return bool(self.named or self.count)


def asked_prefixes(version: int, named: Sequence[str] | None, count: int | None) -> Asked:
    """Read what a request says. Raises InvalidParameterCombination, InvalidParameterValue."""
    if named and count:
        raise InvalidParameterCombination(
            f"The parameters ipv{version}Prefixes and ipv{version}PrefixCount cannot be used "
            "together. Leave one of them out."
        )
    if count is not None and not 0 <= count <= MOST:
        raise InvalidParameterValue(
            f"Value ({count}) for parameter ipv{version}PrefixCount is invalid. Give 1 to {MOST}."
        )
    return Asked(version, tuple(named or ()), count)


def asked_of(specification: Mapping[str, Any]) -> list[Asked]:
    """Read what is said of both versions where an interface is described. Raises as
    `asked_prefixes` does."""
    return [
        asked_prefixes(
            version,
            [one.get(f"Ipv{version}Prefix", "") for one in specification.get(several) or ()],
            specification.get(f"Ipv{version}PrefixCount"),
        )
        for version, several in ((4, "Ipv4Prefixes"), (6, "Ipv6Prefixes"))
    ]


def with_prefixes(call: Call, interface: NetworkInterface, asked: Asked) -> NetworkInterface:
    """Give an interface that has the prefixes that are named too, or as many free ones. Raises
    InvalidParameterValue, AddressInUse, InsufficientCidrBlocks."""
    for text in dict.fromkeys(asked.named):
        held = replace(call, network=call.network.apply(put(interface)))
        chosen = _named(held, _subnet(call, interface), asked.version, text)
        interface = replace(interface, prefixes=(*interface.prefixes, chosen))
    if not asked.count:
        return interface
    held, subnet = (
        replace(call, network=call.network.apply(put(interface))),
        _subnet(call, interface),
    )
    free = list(islice(_free(held, subnet, asked.version), asked.count))
    if len(free) < asked.count:
        raise InsufficientCidrBlocks(
            "The specified subnet does not have enough free cidr blocks to satisfy the request: "
            f"{asked.count} are asked for, and {subnet.id} has {len(free)} of "
            f"/{LENGTHS[asked.version]}."
        )
    return replace(interface, prefixes=(*interface.prefixes, *free))


def without_prefixes(
    interface: NetworkInterface, version: int, named: Sequence[str]
) -> NetworkInterface:
    """Give an interface that has these no more. Raises InvalidParameterValue."""
    gone = {parse_prefix(version, text) for text in named}
    strangers = gone - set(interface.prefixes)
    if strangers:
        raise InvalidParameterValue(
            f"Some of {', '.join(sorted(map(str, strangers)))} are not assigned to interface "
            f"{interface.id}. Name prefixes that it has."
        )
    return replace(interface, prefixes=tuple(one for one in interface.prefixes if one not in gone))


def parse_prefix(version: int, text: str) -> Prefix:
    """Read a prefix of a request. Raises InvalidParameterValue."""
    block = parse_block(IPv4Network, text) if version == 4 else parse_block(IPv6Network, text)
    if block is None or block.prefixlen != LENGTHS[version]:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter ipv{version}Prefixes is invalid. Give a block of "
            f"/{LENGTHS[version]}."
        )
    return block


def shown_prefixes(interface: NetworkInterface, version: int) -> list[dict[str, str]]:
    """Give an interface's prefixes of a version as descriptions have them."""
    return [
        {f"Ipv{version}Prefix": str(one)} for one in interface.prefixes if one.version == version
    ]


def _subnet(call: Call, interface: NetworkInterface) -> Subnet:
    subnet = call.network.get(Subnet, interface.subnet_id)
    assert subnet is not None  # noqa: S101 - an interface's subnet stays
    return subnet


def _whole(subnet: Subnet, version: int) -> Prefix | None:
    return subnet.cidr if version == 4 else subnet.ipv6_cidr


def _named(call: Call, subnet: Subnet, version: int, text: str) -> Prefix:
    block = parse_prefix(version, text)
    whole = _whole(subnet, version)
    if whole is None or not _is_assignable(whole, block):
        raise InvalidParameterValue(
            f"{block} is no prefix that {subnet.id} assigns: it is of {whole or 'no such block'}, "
            "without the addresses that are never assigned."
        )
    if _Taken(call, subnet).meets(block):
        raise AddressInUse(f"Addresses of {block} are assigned in {subnet.id} already.")
    return block


def _is_assignable(whole: Prefix, block: Prefix) -> bool:
    first, last = whole[RESERVED_AT_START], whole[-1 - RESERVED_AT_END]
    return int(first) <= int(block[0]) and int(block[-1]) <= int(last)


class _Taken:
    """What of a subnet's addresses interfaces hold."""

    def __init__(self, call: Call, subnet: Subnet) -> None:
        interfaces = list(call.network.where(NetworkInterface, subnet_id=subnet.id))
        self._addresses = [
            (address.version, int(address)) for one in interfaces for address in one.addresses
        ]
        self._blocks = {block for one in interfaces for block in one.prefixes}
        self._held = {
            (version, number >> (32 if version == 4 else 128) - LENGTHS[version])
            for version, number in self._addresses
        }

    def meets(self, block: Prefix) -> bool:
        """Tell whether an address of a prefix is held."""
        number = int(block[0]) >> block.max_prefixlen - block.prefixlen
        return block in self._blocks or (block.version, number) in self._held


def _free(call: Call, subnet: Subnet, version: int) -> Iterator[Prefix]:
    """Give the prefixes of which nothing is taken or kept to be named."""
    whole = _whole(subnet, version)
    if whole is None or whole.prefixlen > LENGTHS[version]:
        return
    kept = [
        row.cidr
        for row in call.network.where(SubnetCidrReservation, subnet_id=subnet.id)
        if row.cidr.version == version and row.reservation_type == EXPLICIT
    ]
    taken = _Taken(call, subnet)
    for block in _candidates(call, whole, LENGTHS[version]):
        if (
            _is_assignable(whole, block)
            and not taken.meets(block)
            and not any(block.overlaps(one) for one in kept)
        ):
            yield block


def _candidates(call: Call, whole: Prefix, length: int) -> Iterator[Prefix]:
    """Give every prefix of a block once, in the order in which they are tried."""
    total = 1 << length - whole.prefixlen
    first = int(call.token(4, "0123456789abcdef"), 16) if whole.version == 6 else 0
    size = 1 << whole.max_prefixlen - length
    for step in range(total):
        start = int(whole[0]) + (first + step) % total * size
        yield type(whole)((start, length))
