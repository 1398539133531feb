"""Reduced ordered binary decision diagrams: functions of a fixed list of bits, each held once.

R. E. Bryant, "Graph-Based Algorithms for Boolean Function Manipulation" (1986). A function is a
number: 0 is never, 1 is always, any other names a node: a bit, the function where it is 0, and the
one where it is 1.
"""

from collections.abc import Mapping

NEVER, ALWAYS = 0, 1
END = 1 << 30  # a bit after all others


class Diagrams:
    """Functions that share their nodes."""

    def __init__(self) -> None:
        self._nodes: list[tuple[int, int, int]] = [(END, 0, 0), (END, 1, 1)]
        self._known: dict[tuple[int, int, int], int] = {}
        self._both: dict[tuple[int, int], int] = {}
        self._not: dict[int, int] = {NEVER: ALWAYS, ALWAYS: NEVER}
        self._at_least: dict[tuple[int, int, int], int] = {}

    def node(self, bit: int, low: int, high: int) -> int:
        if low == high:
            return low
        key = (bit, low, high)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self._nodes)
            self._nodes.append(key)
        return found

    def both(self, one: int, other: int) -> int:
        if one == other or other == ALWAYS:
            return one
        if one == ALWAYS:
            return other
        if one == NEVER or other == NEVER:
            return NEVER
        key = (one, other) if one < other else (other, one)
        found = self._both.get(key)
        if found is None:
            bit_one, low_one, high_one = self._nodes[one]
            bit_other, low_other, high_other = self._nodes[other]
            bit = min(bit_one, bit_other)
            if bit != bit_one:
                low_one = high_one = one
            if bit != bit_other:
                low_other = high_other = other
            found = self._both[key] = self.node(
                bit, self.both(low_one, low_other), self.both(high_one, high_other)
            )
        return found

    def no(self, one: int) -> int:
        found = self._not.get(one)
        if found is None:
            bit, low, high = self._nodes[one]
            found = self._not[one] = self.node(bit, self.no(low), self.no(high))
            self._not[found] = one
        return found

    def either(self, one: int, other: int) -> int:
        return self.no(self.both(self.no(one), self.no(other)))

    def minus(self, one: int, other: int) -> int:
        return self.both(one, self.no(other))

    def at_least(self, first_bit: int, width: int, number: int) -> int:
        """Give the numbers, of so many bits, that are not less than one; the highest bit first."""
        found = self._at_least.get((first_bit, width, number))
        if found is None:
            found = ALWAYS
            for place in range(width):
                bit = first_bit + width - 1 - place
                found = (
                    self.node(bit, NEVER, found)
                    if number >> place & 1
                    else self.node(bit, found, ALWAYS)
                )
            self._at_least[first_bit, width, number] = found
        return found

    def between(self, first_bit: int, width: int, first: int, last: int) -> int:
        found = self.at_least(first_bit, width, max(first, 0))
        if last + 1 < 1 << width:
            found = self.minus(found, self.at_least(first_bit, width, last + 1))
        return found

    def holds(self, function: int, bits: Mapping[int, int] | list[int]) -> bool:
        while function > ALWAYS:
            bit, low, high = self._nodes[function]
            function = high if bits[bit] else low
        return function == ALWAYS
