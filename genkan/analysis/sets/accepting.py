"""Rules of many filters that only accept, found by the far side that they name.

What an address is asked about are the rules that name it, a block around it or anybody; a VPC with
hundreds of groups has a handful of those for each address.
"""

from collections.abc import Iterable, Iterator

from genkan.analysis.sets.relation import Part, Relation, join
from genkan.analysis.sets.rulings import Blocks, Far
from genkan.program.address import Address

_Block = tuple[int, int, int]  # version, bits of the host part, network number


class Accepting:
    """Rules: their far side, their services, and the senders who wear their filters."""

    def __init__(self, rules: Iterable[tuple[Far, int, int]]) -> None:
        alike: dict[Far, dict[int, int]] = {}
        for far, services, senders in rules:
            held = alike.setdefault(far, {})
            held[services] = held.get(services, 0) | senders
        self._anybody: list[Part] = []
        self._named: dict[int, dict[int, dict[int, list[Relation]]]] = {4: {}, 6: {}}
        for far, parts in alike.items():
            accepted = join(parts.items())
            if far is None:
                self._anybody.extend(accepted)
                continue
            for version, shift, number in _blocks(far):
                numbers = self._named[version].setdefault(shift, {})
                numbers.setdefault(number, []).append(accepted)

    def of(self, remote: Address) -> Iterator[Part]:
        """Give what is accepted of one far side, in parts that may share services."""
        yield from self._anybody
        at = int(remote)
        for shift, numbers in self._named[remote.version].items():
            for accepted in numbers.get(at >> shift, ()):
                yield from accepted


def _blocks(
    far: tuple[int, int, int] | tuple[frozenset[Address], Blocks],
) -> Iterator[_Block]:
    """Give the blocks and single addresses that a far side is."""
    if len(far) == 3:
        version, first, last = far
        shift = (last - first).bit_length()
        yield version, shift, first >> shift
        return
    addresses, blocks = far
    for address in addresses:
        yield address.version, 0, int(address)
    for block in blocks:
        shift = block.max_prefixlen - block.prefixlen
        yield block.version, shift, int(block.network_address) >> shift
