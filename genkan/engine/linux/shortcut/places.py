"""`Places`: the places that shortcuts lead through, their epochs, and the programs at their
devices.

An epoch is a number that a place has had at no other time. It is 0 while the place is held.
"""

import logging
import os
import threading
from collections.abc import Iterable
from socket import if_nametoindex

from genkan.engine.linux.namespace import entered
from genkan.engine.linux.shortcut import bpf, maps, program
from genkan.engine.linux.shortcut.maps import Maps

LOG = logging.getLogger(__name__)
HELD = 0


class BeingChanged(Exception):
    """A place has changed since it was looked at, or is just now."""


class Places:
    """May be used by two threads: who changes places, and who learns flows."""

    def __init__(self, made: Maps, threshold: int) -> None:
        self._maps = made
        self._threshold = threshold
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._free = list(range(maps.MOST_PLACES - 1, 0, -1))
        self._epochs: dict[str, int] = {}
        self._held: set[str] = set()
        self.paused = False
        self._clock = 0
        self._programs: dict[tuple[str, bool, bool], int] = {}
        self._links: dict[tuple[str, str, bool], tuple[int, int]] = {}  # → device's number, link
        self._closed = False

    def hold(self, places: Iterable[str]) -> None:
        with self._lock:
            self._clock += 1
            for place in places:
                self._held.add(place)
                self._set(place)

    def release(self, places: Iterable[str]) -> None:
        with self._lock:
            self._clock += 1
            for place in places:
                self._held.discard(place)
                self._set(place)

    def pause(self, paused: bool) -> None:
        with self._lock:
            if paused == self.paused:
                return
            self._clock += 1
            self.paused = paused
            for place in self._numbers:
                self._set(place)

    def _set(self, place: str) -> None:
        number = self._numbers.get(place)
        if number is None or self._closed:
            return
        epoch = HELD if self.paused or place in self._held else self._clock
        self._epochs[place] = epoch
        try:
            self._maps.epochs.put(maps.number(number), maps.number(epoch))
        except OSError:
            LOG.exception("shortcuts end: the kernel does not hear of a change of %s", place)
            self._take_away()

    def moment(self) -> int:
        """Give a moment, by which it is told whether a place has changed since."""
        with self._lock:
            return self._clock

    def epoch_of(self, place: str, before: int) -> int:
        """Give the epoch of a place that has not changed since a moment. Raises BeingChanged,
        OSError."""
        self.number(place)
        with self._lock:
            epoch = self._epochs.get(place, HELD)
            if epoch == HELD or epoch > before:
                raise BeingChanged(place)
            return epoch

    def is_at(self, place: str, epoch: int) -> bool:
        return self._epochs.get(place) == epoch

    def number(self, place: str) -> int:
        """Give a place's number; one that has none gets one. Raises OSError: there are too many."""
        with self._lock:
            if place not in self._numbers:
                if not self._free or self._closed:
                    raise OSError(28, "shortcuts lead through no more places")
                number = self._free.pop()
                self._numbers[place], self._names[number] = number, place
                self._set(place)
            return self._numbers[place]

    def number_of(self, place: str) -> int | None:
        return self._numbers.get(place)

    def called(self, number: int) -> str | None:
        return self._names.get(number)

    def forget(self, place: str) -> None:
        """Know no more of a place that is gone; its programs went with its devices."""
        with self._lock:
            self._held.discard(place)
            number = self._numbers.pop(place, None)
            if number is None:
                return
            self._epochs.pop(place, None)
            self._names.pop(number, None)
            self._free.insert(0, number)
            for at in [at for at in self._links if at[0] == place]:
                os.close(self._links.pop(at)[1])
            for which in [which for which in self._programs if which[0] == place]:
                os.close(self._programs.pop(which))

    def attach(self, place: str, device: str, index: int, leaving: bool, asks: bool) -> None:
        """Have the packets of a device, of this name and number, met by a program. Raises
        OSError."""
        at = (place, device, leaving)
        there = self._links.get(at)
        if there is not None and there[0] == index:
            return
        with entered(place):
            loaded = self._program(place, self.number(place), leaving, asks)
            side = bpf.Side.EGRESS if leaving else bpf.Side.INGRESS
            link = bpf.attach(loaded, index, side)
        with self._lock:
            self._links[at] = (index, link)
            if there is not None:
                os.close(there[1])

    def _program(self, place: str, number: int, leaving: bool, asks: bool) -> int:
        which = (place, leaving, asks)
        if which not in self._programs:
            text = program.instructions(
                self._maps.descriptors, number, leaving, asks, self._threshold
            )
            self._programs[which] = bpf.load("gk_shortcut", text)
        return self._programs[which]

    def close(self) -> None:
        """Take every program away; from then on nothing that changes is told to the kernel."""
        with self._lock:
            self._take_away()

    def _take_away(self) -> None:
        self._closed = True
        self._epochs.clear()
        for _, link in self._links.values():
            os.close(link)
        for loaded in self._programs.values():
            os.close(loaded)
        self._links.clear()
        self._programs.clear()


def try_out(device: str) -> None:
    """Have a device of the calling thread's network met by a program, and let it go. Raises
    OSError."""
    made = Maps()
    loaded = bpf.load("gk_shortcut", program.instructions(made.descriptors, 1, False, True))
    os.close(bpf.attach(loaded, if_nametoindex(device), bpf.Side.INGRESS))
    os.close(loaded)
    made.close()
