"""A program indexed for sets: routes by length, what listens and is balanced where, and everything
that is said of single addresses."""

from genkan.analysis.atlas import Atlas
from genkan.program import Entry
from genkan.program.address import Address
from genkan.program.balancing import BalancedPort, RelayedPort
from genkan.program.filter import SubnetGuard
from genkan.program.place import End, Link
from genkan.program.route import PLACE_TABLE, Deliver, Forward, Route, SourceChoice
from genkan.program.service import Listener
from genkan.program.translation import OneToOne

Fact = tuple[str, ...]  # the place first
OWNS = "owns"
Networks = dict[int, Route]  # network number: route
READ: frozenset[type[Entry]] = frozenset(
    (Route, Link, Listener, BalancedPort, RelayedPort, OneToOne, SubnetGuard, SourceChoice)
)


class Index:
    """One program, read once."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._routes: dict[tuple[str, str, int], dict[int, Networks]] = {}
        self._sorted: dict[tuple[str, str, int], list[tuple[int, Networks]]] = {}
        self._at_address: dict[tuple[str, Address], list[Listener]] = {}
        self._at_blocks: dict[str, list[Listener]] = {}
        self.balanced: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self.shape_of: dict[str, list[tuple[object, ...]]] = {}  # how hosts send
        self.places_beside: dict[str, set[str]] = {}
        self.ends: dict[str, list[End]] = {}
        self.facts: dict[Address, list[Fact]] = {}
        self.blocks: dict[str, dict[int, dict[int, set[int]]]] = {}
        self.gateways_of: dict[Address, list[OneToOne]] = {}
        for entry in atlas.program:
            if type(entry) not in READ:
                continue
            match entry:
                case Route():
                    self._read_route(entry)
                case Link(left=left, right=right):
                    for end, far in ((left, right), (right, left)):
                        self.places_beside.setdefault(end.place, set()).add(far.place)
                        self.ends.setdefault(end.place, []).append(end)
                        for address in end.addresses:
                            self._note(address, end.place, OWNS)
                case Listener():
                    block = entry.addresses
                    if block.prefixlen == block.max_prefixlen:
                        at = (entry.place, block.network_address)
                        self._at_address.setdefault(at, []).append(entry)
                    else:
                        self._at_blocks.setdefault(entry.place, []).append(entry)
                case BalancedPort() | RelayedPort():
                    self._read_balanced(entry)
                case OneToOne():
                    self.gateways_of.setdefault(entry.private, []).append(entry)
                    self._note(entry.private, entry.place, "translated")
                    self._note(entry.public, entry.place, "public")
                case SubnetGuard():
                    for address in entry.addresses:
                        self._note(address, entry.place, "near", entry.subnet)
                case SourceChoice():
                    shape = ("by", str(entry.source), entry.table)
                    self.shape_of.setdefault(entry.place, []).append(shape)

    def _read_route(self, entry: Route) -> None:
        block = entry.destination
        shift = block.max_prefixlen - block.prefixlen
        number = int(block.network_address) >> shift
        table = self._routes.setdefault((entry.place, entry.table, block.version), {})
        table.setdefault(shift, {})[number] = entry
        action = type(entry.action).__name__
        leads = entry.action.interface if isinstance(entry.action, Forward) else ""
        shape = (entry.table, block.version, shift, number, action, leads)
        self.shape_of.setdefault(entry.place, []).append(shape)
        if shift == 0:
            self._note(block.network_address, entry.place, "route", entry.table, action, leads)
        else:
            lengths = self.blocks.setdefault(entry.place, {}).setdefault(block.version, {})
            lengths.setdefault(shift, set()).add(number)

    def _read_balanced(self, entry: BalancedPort | RelayedPort) -> None:
        ports = self.balanced.setdefault((entry.place, entry.version), [])
        if (entry.protocol, entry.port) not in ports:
            ports.append((entry.protocol, entry.port))

    def _note(self, address: Address, *fact: str) -> None:
        self.facts.setdefault(address, []).append(fact)

    def listening(self, place: str, address: Address) -> list[Listener]:
        """Give what listens at an address: at each port, the one for the smallest block."""
        found: dict[tuple[int, int], Listener] = {}
        held = [one for one in self._at_blocks.get(place, ()) if address in one.addresses]
        held.sort(key=lambda one: one.addresses.prefixlen)
        for one in (*held, *self._at_address.get((place, address), ())):
            found[one.protocol, one.port] = one
        return list(found.values())

    def owners(self, address: Address) -> set[str]:
        """Give the places that have an address."""
        return {fact[0] for fact in self.facts.get(address, ()) if fact[1] == OWNS}

    def longest(self, place: str, table: str, address: Address) -> Route | None:
        """Give the route of a table whose block is the smallest of those that hold an address."""
        key = (place, table, address.version)
        held = self._sorted.get(key)
        if held is None:
            held = self._sorted[key] = sorted(self._routes.get(key, {}).items())
        number = int(address)
        for shift, networks in held:
            found = networks.get(number >> shift)
            if found is not None:
                return found
        return None

    def answers_for(self, place: str, address: Address) -> bool:
        """Tell whether packets to an address end at the place."""
        if self._atlas.owns(place, address):
            return True
        found = self.longest(place, PLACE_TABLE, address)
        return found is not None and isinstance(found.action, Deliver)
