"""`Prober`: each target and endpoint asked at its interval, and what follows from how it
answered."""

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from genkan.health.checks import check
from genkan.health.connection import OpenSocket
from genkan.health.endpoint import observe
from genkan.program import Delta
from genkan.program.health import EndpointCheck, HealthCheck

LOG = logging.getLogger(__name__)
SECTIONS = frozenset({HealthCheck.section, EndpointCheck.section})
AT_ONCE = 256  # checks under way; others wait for their turn


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of a target: `why` it is not well, as reason and description, or None."""

    why: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of an endpoint: what the checks decided, or None, and how the last one went."""

    passed: bool | None
    report: str
    checker: str


class Standing:
    """A target between its checks: what is known, and what would change it."""

    def __init__(self, healthy_threshold: int, unhealthy_threshold: int) -> None:
        self._to_be = {True: healthy_threshold, False: unhealthy_threshold}
        self.well: bool | None = None  # None: no check has decided yet
        self._passed = self._failed = 0

    def take(self, passed: bool) -> bool:
        """Take the result of a check; tell whether it decides anew."""
        self._passed, self._failed = (self._passed + 1, 0) if passed else (0, self._failed + 1)
        needed = 1 if passed and self.well is None else self._to_be[passed]
        if self.well is passed or max(self._passed, self._failed) < needed:
            return False
        self.well = passed
        return True


class Prober:
    """Asks every target and endpoint of the program. Lives in one event loop."""

    def __init__(self, open_socket: OpenSocket, changed: Callable[[], None]) -> None:
        """`changed` is called whenever `known` or `reports` changed."""
        self._open_socket = open_socket
        self._changed = changed
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.known: dict[str, Result | None] = {}  # of every target; None: nothing yet
        self.reports: dict[str, Report | None] = {}  # of every endpoint, in the same way

    def apply(self, delta: Delta) -> None:
        """Begin to ask new ones, and as they are to be asked now; forget those that went."""
        for entry in delta.removed:
            if isinstance(entry, HealthCheck | EndpointCheck):
                self._stop(entry.target)
                self.known.pop(entry.target, None)
                self.reports.pop(entry.target, None)
        for entry in delta.put:
            if isinstance(entry, HealthCheck):
                self.known.setdefault(entry.target, None)
                self._begin(entry, self._ask_target(entry))
            elif isinstance(entry, EndpointCheck):
                self.reports.setdefault(entry.target, None)
                self._begin(entry, self._ask_endpoint(entry))
        self._changed()

    def close(self) -> None:
        """Ask nobody any more."""
        for target in list(self._tasks):
            self._stop(target)

    def _begin(
        self, entry: HealthCheck | EndpointCheck, ask: Callable[[], Awaitable[None]]
    ) -> None:
        self._stop(entry.target)
        self._tasks[entry.target] = asyncio.create_task(self._repeat(entry, ask))

    def _stop(self, target: str) -> None:
        task = self._tasks.pop(target, None)
        if task is not None:
            task.cancel()

    async def _repeat(
        self, entry: HealthCheck | EndpointCheck, ask: Callable[[], Awaitable[None]]
    ) -> None:
        """Ask for ever: the first time soon, not all of them at one moment."""
        loop = asyncio.get_running_loop()
        due = loop.time() + zlib.crc32(entry.target.encode()) % 1000 / 1000 * min(1, entry.interval)
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due + entry.interval, loop.time())
            async with self._turns:
                await ask()

    def _ask_target(self, entry: HealthCheck) -> Callable[[], Awaitable[None]]:
        standing = Standing(entry.healthy_threshold, entry.unhealthy_threshold)
        found = self.known.get(entry.target)
        if found is not None:
            standing.well = found.why is None

        async def ask() -> None:
            why = await check(entry, self._open_socket)
            if standing.take(why is None):
                self.known[entry.target] = Result(why)
                LOG.info("%s: %s", entry.target, "well" if why is None else why[1])
                self._changed()

        return ask

    def _ask_endpoint(self, entry: EndpointCheck) -> Callable[[], Awaitable[None]]:
        standing = Standing(entry.threshold, entry.threshold)
        found = self.reports.get(entry.target)
        standing.well = found.passed if found else None

        async def ask() -> None:
            seen = await observe(entry, self._open_socket)
            standing.take(seen.passed)
            now = Report(standing.well, seen.report, seen.checker)
            if self.reports.get(entry.target) != now:
                self.reports[entry.target] = now
                LOG.info("%s: %s", entry.target, now)
                self._changed()

        return ask
