"""`Recorder`: sees packets by way of an engine, counts them, tells followers, keeps flow logs.

It has a turn for each place whose socket is readable, and in a turn takes a bounded part, so a
storm at one place leaves the others theirs. What a place's queue could not hold is lost: windows
say so. Counters of connections that last are read, and set back, when a window ends.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from genkan.engine.traffic import Begun, Connection, Drop, Lost, Seen
from genkan.flows import counters, live, sightings
from genkan.flows.counters import Counters, is_counted
from genkan.flows.directory import WITHOUT_CONNECTIONS
from genkan.flows.logbook import Logbook
from genkan.flows.metrics import Metrics
from genkan.flows.nat_gateways import NatGateways, is_gateway
from genkan.program import Delta
from genkan.program.record import Interface

LOG = logging.getLogger(__name__)
REMEMBERED = 1000  # drops
MOST_AT_ONCE = 2000  # connections of a look until others have a turn


class Watching(Protocol):
    """What an engine gives to see a place by; its descriptor is readable when there is something.

    See genkan.engine.linux.watch.Watch.
    """

    place: str

    def fileno(self) -> int: ...
    def see(self) -> Iterator[Seen]: ...
    def show_begun(self, wanted: bool) -> None: ...
    def connections(self, reset: bool) -> Iterator[list[Connection]]: ...
    def close(self) -> None: ...


class Follower(Protocol):
    """Whoever is told of flows as they happen."""

    wanted: live.Wanted

    def tell(self, flow: dict[str, Any]) -> None: ...


Open = Callable[[str, bool], Watching]


class Recorder:
    """Sees every place of the program that VPCs' packets pass."""

    def __init__(
        self,
        open_watch: Open,
        logbook: Logbook,
        metrics: Metrics,
        nat_gateways: NatGateways,
        clock: Callable[[], float],
    ) -> None:
        self.directory = logbook.directory
        self.counters = Counters()
        self.drops: deque[tuple[str, Drop]] = deque(maxlen=REMEMBERED)
        self.lost = 0  # how often a queue overflowed
        self.trouble: dict[str, str] = {}  # what cannot be seen, by place
        self._open = open_watch
        self._logbook = logbook
        self._metrics = metrics
        self._nat_gateways = nat_gateways
        self._clock = clock
        self._watches: dict[str, Watching] = {}
        self._since: dict[str, float] = {}  # when counters were set back last
        self._followers: set[Follower] = set()
        self._looking = asyncio.Lock()

    def apply(self, delta: Delta) -> None:
        """See by the program as it is after `delta`."""
        self.directory.apply(delta)
        for place in set(self._watches) - set(self.directory.places):
            self._stop_seeing(place)
        for place in set(self.directory.places) - set(self._watches):
            self._begin_seeing(place)
        self._logbook.keep_windows(self._clock())
        self.counters.keep(self.directory.interfaces)
        self._begin_counting()

    def _begin_seeing(self, place: str) -> None:
        connections = self.directory.places[place] not in WITHOUT_CONNECTIONS
        try:
            watch = self._open(place, connections)
        except OSError as error:
            self.trouble[place] = f"its packets cannot be seen: {error}"
            LOG.error("%s: %s", place, self.trouble[place])
            return
        self.trouble.pop(place, None)
        self._watches[place] = watch
        if connections:
            watch.show_begun(bool(self._followers))
        asyncio.get_running_loop().add_reader(watch.fileno(), self._see, watch)

    def _stop_seeing(self, place: str) -> None:
        watch = self._watches.pop(place)
        asyncio.get_running_loop().remove_reader(watch.fileno())
        watch.close()
        self._since.pop(place, None)

    def count_for_metrics(self) -> None:
        """Count for metrics from now on."""
        self._metrics.wanted = True
        self._begin_counting()

    def _begin_counting(self) -> None:
        """Set back the counters of places that are to be counted and were not."""
        for place in self._counted_places() - set(self._since):
            self._since[place] = self._clock()
            for _ in self._watches[place].connections(reset=True):
                pass  # what was before is not ours

    def _counted_places(self) -> set[str]:
        places = self._logbook.places()
        if self._metrics.wanted:
            places |= {one.place for one in self.endpoints()}
        return places & set(self._watches)

    def note_gap(self) -> None:
        """Say of every place that not all was seen there."""
        for place in self._watches:
            self._logbook.skip(place)

    def endpoints(self) -> list[Interface]:
        """Give the interfaces of endpoints."""
        return [one for one in self.directory.interfaces.values() if is_counted(one)]

    @property
    def is_needed(self) -> bool:
        """Whether anything of it is wanted but by who asks now."""
        return bool(self.directory.logs or self._followers)

    def follow(self, follower: Follower) -> None:
        """Tell somebody of flows from now on."""
        self._followers.add(follower)
        self._show_begun()

    def forget(self, follower: Follower) -> None:
        self._followers.discard(follower)
        self._show_begun()

    def _show_begun(self) -> None:
        for place, watch in self._watches.items():
            if self.directory.places.get(place) not in WITHOUT_CONNECTIONS:
                watch.show_begun(bool(self._followers))

    def _see(self, watch: Watching) -> None:
        try:
            for one in watch.see():
                self._take(watch.place, one)
        except OSError:
            LOG.exception("%s is seen no longer", watch.place)
            self._stop_seeing(watch.place)
            self._begin_seeing(watch.place)

    def _take(self, place: str, one: Seen) -> None:
        match one:
            case Connection():
                self._count(place, one)
                self._tell(place, one)
            case Begun(connection):
                self._tell(place, connection)
            case Drop():
                self._take_drop(place, one)
            case Lost():
                self.lost += 1
                self._logbook.skip(place)

    def _count(self, place: str, one: Connection) -> None:
        since = self._since.get(place)
        if since is None:
            return
        now = self._clock()
        if not self.directory.is_left_out(place, one.asks):
            for seen in sightings.of_connection(self.directory, place, one, since, now):
                self._logbook.add(seen)
        end = sightings.ends_of(self.directory, place, one.asks, one.answers).destination
        if end is not None and is_counted(end):
            self.counters.add(end, one, since)

    def _take_drop(self, place: str, drop: Drop) -> None:
        self.drops.append((place, drop))
        end = self.directory.at(place, drop.flow.destination)
        if end is not None and is_counted(end):
            self.counters.drop(end)
        if not self.directory.is_left_out(place, drop.flow):
            for seen in sightings.of_drop(self.directory, place, drop):
                self._logbook.add(seen)
                if drop.beyond:
                    self._logbook.skip(seen.interface.id)
        for follower in self._followers:
            shown = live.shown_drop(self.directory, place, drop, follower.wanted)
            if shown is not None:
                follower.tell(shown)

    def _tell(self, place: str, one: Connection) -> None:
        for follower in self._followers:
            shown = live.shown_connection(
                self.directory, place, one, self._clock(), follower.wanted
            )
            if shown is not None:
                follower.tell(shown)

    async def flows(self, wanted: live.Wanted) -> list[dict[str, Any]]:
        """Give the drops that are remembered and the connections that last, oldest first."""
        found = [
            shown
            for place, drop in self.drops
            if (shown := live.shown_drop(self.directory, place, drop, wanted))
        ]
        for place, watch in list(self._watches.items()):
            if self.directory.places.get(place) in WITHOUT_CONNECTIONS:
                continue
            async for one in _slowly(watch.connections(reset=False)):
                shown = live.shown_connection(self.directory, place, one, self._clock(), wanted)
                if shown is not None:
                    found.append(shown)
        return sorted(found, key=lambda flow: str(flow["at"]))

    async def look(self) -> None:
        """Read the counters of connections that last, and set them back."""
        async with self._looking:
            for place in self._counted_places():
                watch = self._watches.get(place)
                if watch is not None:
                    await self._look_at(place, watch)

    async def _look_at(self, place: str, watch: Watching) -> None:
        began = self._clock()
        active: dict[str, int] = {}
        try:
            async for one in _slowly(watch.connections(reset=True)):
                self._count(place, one)
                end = self.directory.at(place, one.asks.destination)
                if end is not None and is_counted(end) and _lasts(one):
                    active[end.id] = active.get(end.id, 0) + 1
        except OSError as error:
            LOG.error("the connections of %s cannot be read: %s", place, error)
            self._logbook.skip(place)
        self._since[place] = began
        self.counters.show_active(place, active, self.endpoints())

    async def end_windows(self, early: bool = False) -> None:
        """End the windows that are due, or all of them, and deliver what they hold."""
        if not early and not self._logbook.is_due(self._clock()):
            return
        await self.look()
        await self._logbook.close(self._clock(), early)

    async def put_metrics(self) -> None:
        """Bring metrics to CloudWatch, if they are wanted."""
        if self._metrics.wanted:
            await self.look()
            gateways = self._nat_gateways.since_told(self._gateways())
            await self._metrics.put(self.endpoints(), self.counters, gateways, self._clock())

    def prometheus(self) -> str:
        """Write all counters in Prometheus' text format."""
        endpoints = counters.prometheus(self.endpoints(), self.counters)
        return endpoints + self._nat_gateways.prometheus(self._gateways())

    def _gateways(self) -> list[Interface]:
        return [one for one in self.directory.interfaces.values() if is_gateway(one)]

    def close(self) -> None:
        for place in list(self._watches):
            self._stop_seeing(place)


def _lasts(one: Connection) -> bool:
    return one.ended is None and one.state not in ("closed", "reset")


async def _slowly(parts: Iterable[list[Connection]]) -> Any:  # noqa: ANN401 - an async iterator
    """Give connections one by one, leaving the others a turn now and then."""
    given = 0
    for part in parts:
        for one in part:
            yield one
        given += len(part)
        if given >= MOST_AT_ONCE:
            given = 0
            await asyncio.sleep(0)
