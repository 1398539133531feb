"""Tallies: what flows on the shortcut carried at a place, in memory that two processes share.

The kernel's tables of connections take no counters from outside, so what passes a place beside its
rules is counted here, by the programs in the kernel (`shortcut`). Who hands flows on gives a flow a
tally at each place (`Tallies`); who records adds what it finds there to what the tables say
(`Carried`). The memory is that of a map, an array that may be mapped: it is there for as long as
somebody holds it, so what was counted can be read when the process that made it has ended.

Tallies are given out round and round, so the longest unused one is next: a reader that looks every
few seconds misses none. A tally that is over was counted to its end.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from genkan.engine.traffic import Connection, Flow

MOST = 16384
SIZE = 88  # bytes of one; the first tells how far they are given out
PACKETS, PACKETS_BACK = 56, 72  # where counters stand: packets, and bytes after them
FREE, LIVE, OVER = 0, 1, 2
_NAME = struct.Struct("=IIQIHH16s16s")  # namespace, state, serial, protocol and version, ports
_COUNTERS = struct.Struct("=4Q")
_STEPS = struct.Struct("=Q")
_STATE, _STATE_AT = struct.Struct("=I"), 4
_MEMORY = MOST * SIZE


class Amount(NamedTuple):
    """Packets and bytes of a flow, and of its answers."""

    packets: int = 0
    bytes: int = 0
    packets_back: int = 0
    bytes_back: int = 0

    def plus(self, other: "Amount") -> "Amount":
        return Amount(*map(int.__add__, self, other))

    def less(self, other: "Amount") -> "Amount":
        return Amount(*map(int.__sub__, self, other))


NOTHING = Amount()


class Tallies:
    """Gives tallies out. Of the process that hands flows on."""

    def __init__(self, descriptor: int) -> None:
        """Map a map's memory. Raises OSError."""
        self._memory = mmap.mmap(descriptor, _rounded(_MEMORY))
        self._steps = self._serial = 0

    def give(self, namespace: int, flow: Flow) -> int | None:
        """Give the number of a tally for a flow at a place, None where there is none left."""
        for _ in range(MOST):
            self._steps += 1
            number = _number(self._steps)
            if self._state(number) != LIVE:
                break
        else:
            return None
        self._serial += 1
        at = number * SIZE
        self._set(number, FREE)
        _COUNTERS.pack_into(self._memory, at + PACKETS, *NOTHING)
        _write_name(self._memory, at, namespace, FREE, self._serial, flow)
        self._set(number, LIVE)
        _STEPS.pack_into(self._memory, 0, self._steps)
        return number

    def end(self, number: int) -> None:
        """Say that nothing more is counted there."""
        self._set(number, OVER)

    def amount(self, number: int) -> Amount:
        return _amount(self._memory, number)

    def close(self) -> None:
        self._memory.close()

    def _state(self, number: int) -> int:
        return int(_STATE.unpack_from(self._memory, number * SIZE + _STATE_AT)[0])

    def _set(self, number: int, state: int) -> None:
        _STATE.pack_into(self._memory, number * SIZE + _STATE_AT, state)


@dataclass(slots=True)
class _Known:
    """A tally that is read, and how much of it has been taken."""

    number: int
    serial: int
    namespace: int
    flow: Flow
    taken: Amount = NOTHING


@dataclass(slots=True)
class _Kept:
    """What flows of a place carried and nobody took yet: to its end, and what goes on."""

    over: dict[Flow, Amount] = field(default_factory=dict)
    live: dict[Flow, list[_Known]] = field(default_factory=dict)


class Carried:
    """Reads tallies, and keeps what was not taken yet. Of the process that records."""

    def __init__(self) -> None:
        self._memory: mmap.mmap | None = None
        self.missed = False  # whether some of what was carried is not known, since this was False
        self._steps = 0
        self._places: dict[int, _Kept] = {}
        self._known: dict[int, _Known] = {}

    def adopt(self, descriptor: int) -> None:
        """Read this map from now on. Raises OSError."""
        self.leave()
        self._memory = mmap.mmap(descriptor, _rounded(_MEMORY), prot=mmap.PROT_READ)

    def leave(self) -> None:
        """Read the map no longer, after a last look: who gave its tallies out has ended."""
        if self._memory is None:
            return
        self.read()
        for one in list(self._known.values()):
            self._end(one)
        self._memory.close()
        self._memory, self._steps = None, 0

    def read(self) -> None:
        """Learn which tallies are new, and keep what those carried that are over."""
        if self._memory is None:
            return
        (steps,) = _STEPS.unpack_from(self._memory, 0)
        self.missed |= steps - self._steps >= MOST and self._steps > 0
        for step in range(max(self._steps, steps - MOST + 1) + 1, steps + 1):
            self._learn(self._memory, _number(step))
        self._steps = steps
        for one in list(self._known.values()):
            if _read_name(self._memory, one.number)[1] == OVER:
                self._end(one)

    def _learn(self, memory: mmap.mmap, number: int) -> None:
        namespace, state, serial, flow = _read_name(memory, number)
        known = self._known.get(number)
        if state == FREE or (known is not None and known.serial == serial):
            return
        if known is not None:  # it was given to another flow meanwhile
            self._forget(known)
            self.missed = True
        one = _Known(number, serial, namespace, flow)
        self._known[number] = one
        self._at(namespace).live.setdefault(flow, []).append(one)

    def _end(self, one: _Known) -> None:
        """Keep the rest of a tally that is over."""
        rest = self._rest(one)
        self._forget(one)
        if any(rest):
            over = self._at(one.namespace).over
            over[one.flow] = over.get(one.flow, NOTHING).plus(rest)
            if len(over) > MOST:  # nobody takes from this place, or nobody could for long
                del over[next(iter(over))]
                self.missed = True

    def _forget(self, one: _Known) -> None:
        del self._known[one.number]
        live = self._places[one.namespace].live
        live[one.flow].remove(one)
        if not live[one.flow]:
            del live[one.flow]

    def _rest(self, one: _Known) -> Amount:
        assert self._memory is not None  # noqa: S101 - what is known stands in it
        return _amount(self._memory, one.number).less(one.taken)

    def _at(self, namespace: int) -> _Kept:
        return self._places.setdefault(namespace, _Kept())

    def add_to(self, one: Connection, namespace: int, take: bool) -> Connection:
        """Give a connection of a place with what it carried on the shortcut; `take`: and count that
        no more."""
        more = self._amount_of(namespace, one.asks, take)
        if not any(more):
            return one
        return one._replace(
            packets=one.packets + more.packets,
            bytes=one.bytes + more.bytes,
            packets_back=one.packets_back + more.packets_back,
            bytes_back=one.bytes_back + more.bytes_back,
        )

    def _amount_of(self, namespace: int, flow: Flow, take: bool) -> Amount:
        kept = self._places.get(namespace)
        if kept is None:
            return NOTHING
        found = (kept.over.pop if take else kept.over.get)(flow, NOTHING)
        for one in kept.live.get(flow, ()):
            rest = self._rest(one)
            found = found.plus(rest)
            if take:
                one.taken = one.taken.plus(rest)
        return found

    def remaining(self, namespace: int, ended: float) -> Iterator[Connection]:
        """Give what flows of a place carried that its table has no connection of any more, and
        count it no more."""
        kept = self._places.get(namespace)
        if kept is None:
            return
        for flow in {**kept.over, **kept.live}:
            amount = self._amount_of(namespace, flow, take=True)
            if any(amount):
                yield Connection(0, flow, flow.back, *amount, 0.0, ended, None)


def _number(step: int) -> int:
    return 1 + (step - 1) % (MOST - 1)


def _rounded(size: int) -> int:
    return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE


def _write_name(
    memory: mmap.mmap, at: int, namespace: int, state: int, serial: int, flow: Flow
) -> None:
    version = 6 if len(flow.source) == 16 else 4
    told = flow.protocol | version << 8
    ports = flow.source_port, flow.destination_port
    ends = (one.ljust(16, b"\0") for one in (flow.source, flow.destination))
    _NAME.pack_into(memory, at, namespace, state, serial, told, *ports, *ends)


def _read_name(memory: mmap.mmap, number: int) -> tuple[int, int, int, Flow]:
    namespace, state, serial, told, port, far, source, destination = _NAME.unpack_from(
        memory, number * SIZE
    )
    size = 16 if told >> 8 == 6 else 4
    return namespace, state, serial, Flow(source[:size], destination[:size], told & 0xFF, port, far)


def _amount(memory: mmap.mmap, number: int) -> Amount:
    return Amount(*_COUNTERS.unpack_from(memory, number * SIZE + PACKETS))
