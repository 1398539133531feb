"""What filters accept: for one far side every service, or for a column of far sides all at once.

A column says which address each sender shows: its own, or the one that a gateway gives it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from ipaddress import IPv6Network

from genkan.analysis.atlas import Atlas
from genkan.analysis.sets.atoms import Atoms
from genkan.analysis.sets.relation import Part, Relation
from genkan.program.address import Address, Block
from genkan.program.filter import AddressSet, InSet, Match, Rule, Verdict

Blocks = tuple[IPv6Network, ...]
# Version, first and last; a set with blocks of it; anybody.
Far = tuple[int, int, int] | tuple[frozenset[Address], Blocks] | None
Asked = tuple[Far, int, bool]


class Column:
    """The address of each sender, by the sender's bit, and who of them is in a block or a set."""

    def __init__(self, addresses: Mapping[int, Address]) -> None:
        self._by_address: dict[Address, int] = {}
        for bit, address in addresses.items():
            self._by_address[address] = self._by_address.get(address, 0) | bit
        self._numbers: dict[int, list[int]] = {}
        self._sums: dict[int, list[int]] = {}
        for version in (4, 6):
            held = sorted(
                (int(address), bits)
                for address, bits in self._by_address.items()
                if address.version == version
            )
            self._numbers[version] = [number for number, _ in held]
            sums = self._sums[version] = [0]
            for _, bits in held:
                sums.append(sums[-1] | bits)
        self._blocks: dict[Block, int] = {}

    def within(self, block: Block) -> int:
        """Give the senders whose address is in a block."""
        found = self._blocks.get(block)
        if found is None:
            numbers, first = self._numbers[block.version], int(block.network_address)
            low = bisect_left(numbers, first)
            high = bisect_left(numbers, first + block.num_addresses)
            sums = self._sums[block.version]
            found = self._blocks[block] = sums[high] & ~sums[low]
        return found

    def among(self, addresses: Iterable[Address], blocks: Iterable[Block]) -> int:
        """Give the senders whose address is one of these, or in one of the blocks."""
        found = 0
        for address in addresses:
            found |= self._by_address.get(address, 0)
        for block in blocks:
            found |= self.within(block)
        return found


class Rulings:
    """Asks the filters of a program; each question is answered once."""

    def __init__(self, atlas: Atlas, atoms: Atoms) -> None:
        self._atlas = atlas
        self._atoms = atoms
        self._for_one: dict[tuple[str, tuple[str, ...], Address], int] = {}
        self._for_all: dict[tuple[str, tuple[str, ...], int], Relation] = {}
        self._sets: dict[tuple[str, str], tuple[frozenset[Address], Blocks]] = {}
        self._rules_of: dict[tuple[str, tuple[str, ...]], list[Asked]] = {}
        self._takes: dict[tuple[str, str], bool] = {}
        self._in_set: dict[tuple[str, str, int], int] = {}

    def for_one(self, place: str, filters: tuple[str, ...], remote: Address) -> int:
        """Give the services that filters, asked in turn, accept of one far side."""
        key = (place, filters, remote)
        found = self._for_one.get(key)
        if found is None:
            if len(filters) > 1 and all(self.only_accepts(place, one) for one in filters):
                found = 0
                for one in filters:
                    found |= self.for_one(place, (one,), remote)
            else:
                found = self._ask(place, filters, remote)
            self._for_one[key] = found
        return found

    def _ask(self, place: str, filters: tuple[str, ...], remote: Address) -> int:
        accepted, undecided = 0, self._atoms.all
        version, number = remote.version, int(remote)
        for far, services, accepts in self.read(place, filters):
            if far is not None and len(far) == 2:
                if remote not in far[0] and not any(remote in block for block in far[1]):
                    continue
            elif far is not None and not (far[0] == version and far[1] <= number <= far[2]):
                continue
            hit = services & undecided
            undecided &= ~hit
            if accepts:
                accepted |= hit
        return accepted

    def read(self, place: str, filters: tuple[str, ...]) -> list[Asked]:
        """Give rules as they are asked: the far side, the services, whether they accept."""
        if len(filters) > 1:
            return [rule for name in filters for rule in self.read(place, (name,))]
        found = self._rules_of.get((place, filters))
        if found is None:
            found = self._rules_of[place, filters] = [
                (
                    self._far(place, rule.match),
                    self._atoms.matched(rule.match),
                    rule.verdict is Verdict.ACCEPT,
                )
                for rule in self._rules(place, filters)
            ]
        return found

    def _far(self, place: str, match: Match) -> Far:
        if match.remote is None:
            return None
        if isinstance(match.remote, InSet):
            return self._members(place, match.remote.name)
        first = int(match.remote.network_address)
        return (match.remote.version, first, first + match.remote.num_addresses - 1)

    def for_all(self, place: str, filters: tuple[str, ...], column: Column) -> Relation:
        """Give what filters, asked in turn, accept of each sender's address."""
        key = (place, filters, id(column))
        found = self._for_all.get(key)
        if found is None:
            found = self._for_all[key] = self._ask_all(place, filters, column)
        return found

    def _ask_all(self, place: str, filters: tuple[str, ...], column: Column) -> Relation:
        everybody = -1
        parts: list[tuple[int, int, int]] = [(self._atoms.all, everybody, 0)]
        for rule in self._rules(place, filters):
            senders = self._senders(place, rule.match, column, everybody)
            services = self._atoms.matched(rule.match)
            accepts = rule.verdict is Verdict.ACCEPT
            next_parts = []
            for has, undecided, accepted in parts:
                common, hit = has & services, undecided & senders
                if not common or not hit:
                    next_parts.append((has, undecided, accepted))
                    continue
                if has != common:
                    next_parts.append((has & ~common, undecided, accepted))
                taken = accepted | hit if accepts else accepted
                next_parts.append((common, undecided & ~hit, taken))
            parts = next_parts
        return _merged([(has, accepted) for has, _, accepted in parts if accepted])

    def _rules(self, place: str, filters: tuple[str, ...]) -> list[Rule]:
        return [rule for name in filters for rule in self._atlas.rules(place, name)]

    def only_accepts(self, place: str, name: str) -> bool:
        """Tell whether a filter's rules only add to what others accept."""
        found = self._takes.get((place, name))
        if found is None:
            rules = self._atlas.rules(place, name)
            found = all(one.verdict is Verdict.ACCEPT for one in rules)
            self._takes[place, name] = found
        return found

    def _senders(self, place: str, match: Match, column: Column, everybody: int) -> int:
        if match.remote is None:
            return everybody
        if not isinstance(match.remote, InSet):
            return column.within(match.remote)
        key = (place, match.remote.name, id(column))
        known = self._in_set.get(key)
        if known is None:
            known = self._in_set[key] = column.among(*self._members(place, match.remote.name))
        return known

    def _members(self, place: str, name: str) -> tuple[frozenset[Address], Blocks]:
        found = self._sets.get((place, name))
        if found is None:
            entry = self._atlas.find(AddressSet, place, name)
            found = (frozenset(entry.members), entry.blocks) if entry else (frozenset(), ())
            self._sets[place, name] = found
        return found


def _merged(parts: list[Part]) -> Relation:
    """Join parts that the same senders have."""
    found: dict[int, int] = {}
    for services, senders in parts:
        found[senders] = found.get(senders, 0) | services
    return tuple((services, senders) for senders, services in found.items())
