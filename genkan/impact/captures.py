"""Names whose answer a change alters, in each view that sees it: what an endpoint's private DNS
captures, wildcards too, and what stays behind when it goes."""

from collections.abc import Iterator
from dataclasses import dataclass

from genkan.analysis.names import Ending, Resolved
from genkan.impact.state import State
from genkan.impact.touched import Touched
from genkan.program.names import EVERY_VIEW, PUBLIC_ZONE, Forwarding
from genkan.program.place import INTERNET
from genkan.program.service import Service

ANY = "anything"  # the label that stands for all where a wildcard answers


@dataclass(frozen=True, slots=True)
class Capture:
    """A name ("*.name" for all below it) whose answer in `view` differs."""

    view: str
    name: str
    before: Resolved
    after: Resolved

    @property
    def is_new(self) -> bool:
        """Whether nobody could have asked for it: a public name that was not there."""
        nothing = (Ending.NO_SUCH_NAME, Ending.NOTHING)
        return self.before.ending in nothing and self.after.zone == PUBLIC_ZONE

    @property
    def is_gone(self) -> bool:
        nothing = (Ending.NO_SUCH_NAME, Ending.NOTHING)
        return self.after.ending in nothing and self.before.zone == PUBLIC_ZONE


def captures(before: State, after: State, touched: Touched) -> list[Capture]:
    """Give every name that is answered otherwise, by view and name."""
    asked: set[tuple[str, str]] = set()
    for zone in touched.zones:
        for state in (before, after):
            asked.update(_asked(state, zone, touched))
    for view in touched.views:
        for state in (before, after):
            asked.update((view, name) for name in _forwarded(state, view))
    found = (_captured(before, after, view, name) for view, name in sorted(asked))
    return [one for one in found if one is not None]


def _captured(before: State, after: State, view: str, name: str) -> Capture | None:
    queried = question(name)
    old, new = (state.addresses(view, queried) for state in (before, after))
    if (old.ending, old.addresses) == (new.ending, new.addresses):
        return None
    return Capture(view, name, old, new)


def question(name: str) -> str:
    """Give a name to ask for that a wildcard answers."""
    return name.replace("*", ANY, 1) if name.startswith("*.") else name


def _asked(state: State, zone: str, touched: Touched) -> Iterator[tuple[str, str]]:
    """Give (view, name) of what a zone can have the word on."""
    origin = state.names.origin_of(zone)
    if origin is None:
        return
    if zone == PUBLIC_ZONE:
        yield from ((INTERNET, name) for name in touched.public_names)
        return
    views = set(state.names.views_of(zone))
    if EVERY_VIEW in views:
        views = {*views - {EVERY_VIEW}, INTERNET}
    for view in views:
        yield from ((view, name) for name in state.names.names_in(zone))
        yield from ((view, name) for name in _hosts(state) if _is_below(name, origin))
        for other in state.names.zones_of(view):
            if _is_below(other.origin, origin) or _is_below(origin, other.origin):
                yield from (
                    (view, name)
                    for name in state.names.names_in(other.id)
                    if _is_below(name, origin)
                )


def _hosts(state: State) -> set[str]:
    return {host for one in state.program.of(Service) for host in one.hosts}


def _forwarded(state: State, view: str) -> Iterator[str]:
    for one in state.program.of(Forwarding):
        if one.view == view:
            yield one.domain
            yield from (name for name in _hosts(state) if _is_below(name, one.domain))


def _is_below(name: str, origin: str) -> bool:
    return not origin or name == origin or name.endswith(f".{origin}")
