"""Blocks that rules and routes name: two addresses that are in the same ones are treated alike."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from itertools import chain

from genkan.program import Entry, Program
from genkan.program.address import Address, Block
from genkan.program.filter import AddressSet, Filter, InSet
from genkan.program.route import PLACE_TABLE, Route, SourceChoice

Signature = tuple[object, ...]
TELLING: tuple[type[Entry], ...] = (Filter, Route, AddressSet, SourceChoice)


class Blocks:
    """Every block that a program, and `new` entries, tell addresses apart by, and every set; and
    `more` blocks."""

    def __init__(
        self, program: Program, new: Iterable[Entry] = (), more: Iterable[Block] = ()
    ) -> None:
        self._lengths: dict[int, dict[int, set[int]]] = {4: {}, 6: {}}
        self._sets: dict[int, dict[int, set[str]]] = {4: {}, 6: {}}
        for block in more:
            self._add(block)
        for entry in chain(new, *(program.of(kind) for kind in TELLING)):
            self._read(entry)

    def _read(self, entry: Entry) -> None:
        match entry:
            case Filter():
                for rule in entry.rules:
                    remote = rule.match.remote
                    if remote is not None and not isinstance(remote, InSet):
                        self._add(remote)
            case Route() if entry.table != PLACE_TABLE:
                self._add(entry.destination)
            case AddressSet():
                for address in entry.members:
                    self._name(address, f"{entry.place} {entry.name}")
                for block in entry.blocks:
                    self._add(block)
            case SourceChoice(source=IPv6Network() as block):
                self._add(block)
            case SourceChoice(source=IPv4Address() | IPv6Address() as address):
                self._name(address, f"by {entry.table}")

    def _add(self, block: Block) -> None:
        whole = block.max_prefixlen
        numbers = self._lengths[block.version].setdefault(whole - block.prefixlen, set())
        numbers.add(int(block.network_address) >> (whole - block.prefixlen))

    def _name(self, address: Address, name: str) -> None:
        self._sets[address.version].setdefault(int(address), set()).add(name)

    def of(self, address: Address) -> Signature:
        """Give what an address is in."""
        number, version = int(address), address.version
        held = [
            (shift, number >> shift)
            for shift, numbers in self._lengths[version].items()
            if number >> shift in numbers
        ]
        return (tuple(held), frozenset(self._sets[version].get(number, ())))
