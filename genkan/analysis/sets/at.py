"""Flows that are at a place together: what they carry, what remembers them, where they end."""

from typing import NamedTuple

from genkan.analysis.sets.held import Header, Held
from genkan.program.route import Route
from genkan.program.service import Listener

Passage = tuple[str, Route | None]  # a place on the way, and the route that led on


class Arrival(NamedTuple):
    """Flows that arrive alike and are answered: where, as what, and over what."""

    held: Held
    taken_at: str
    header: Header
    passages: tuple[Passage, ...]
    listener: Listener | None = None  # of what a router takes


class Crossed(NamedTuple):
    """What a place remembers of flows that it passed on."""

    place: str
    came: Header
    left: Header
    interface: str | None


class At(NamedTuple):
    """Flows at a place. `known`: they answer what the place passed on."""

    place: str
    header: Header
    held: Held
    interface: str | None = None
    leaves: str | None = None
    known: bool = False
    crossed: tuple[Crossed, ...] = ()
    passages: tuple[Passage, ...] = ()
    met: tuple[tuple[str, str, Header], ...] = ()  # few, and costly to hash
    arrival: Arrival | None = None  # of what is answered

    def keeping(self, held: Held) -> "At":
        return At(self.place, self.header, held, *self[3:])  # a third of what _replace costs

    def remembering(self, at: "At", came: Header) -> "At":
        """Note at the place of `at` what it came as, and what it leaves as."""
        crossed = Crossed(at.place, came, self.header, at.interface)
        return self._replace(crossed=(*at.crossed, crossed))
