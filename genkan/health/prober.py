"""`Prober`: each target asked at its interval, and what follows from how it answered."""

import asyncio
import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from genkan.health.checks import OpenSocket, check
from genkan.program import Delta
from genkan.program.health import HealthCheck

LOG = logging.getLogger(__name__)
SECTIONS = frozenset({HealthCheck.section})
AT_ONCE = 256  # checks under way; others wait for their turn


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of a target: `why` it is not well, as reason and description, or None."""

    why: tuple[str, str] | None


class Standing:
    """A target between its checks: what is known, and what would change it."""

    def __init__(self, entry: HealthCheck) -> None:
        self.entry = entry
        self.well: bool | None = None  # None: no check has decided yet
        self._passed = self._failed = 0

    def take(self, passed: bool) -> bool:
        """Take the result of a check; tell whether it decides anew."""
        self._passed, self._failed = (self._passed + 1, 0) if passed else (0, self._failed + 1)
        to_be_well = self.entry.healthy_threshold if self.well is False else 1
        needed = to_be_well if passed else self.entry.unhealthy_threshold
        if self.well is passed or max(self._passed, self._failed) < needed:
            return False
        self.well = passed
        return True


class Prober:
    """Asks every target of the program. Lives in one event loop."""

    def __init__(self, open_socket: OpenSocket, changed: Callable[[], None]) -> None:
        """`changed` is called whenever `known` changed."""
        self._open_socket = open_socket
        self._changed = changed
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.known: dict[str, Result | None] = {}  # of every target; None: nothing yet

    def apply(self, delta: Delta) -> None:
        """Begin to ask new targets, and as they are to be asked now; forget those that went."""
        for entry in delta.removed:
            if isinstance(entry, HealthCheck):
                self._stop(entry.target)
                self.known.pop(entry.target, None)
        for entry in delta.put:
            if isinstance(entry, HealthCheck):
                self._stop(entry.target)
                self.known.setdefault(entry.target, None)
                self._tasks[entry.target] = asyncio.create_task(self._ask(entry))
        self._changed()

    def close(self) -> None:
        """Ask nobody any more."""
        for target in list(self._tasks):
            self._stop(target)

    def _stop(self, target: str) -> None:
        task = self._tasks.pop(target, None)
        if task is not None:
            task.cancel()

    async def _ask(self, entry: HealthCheck) -> None:
        """Ask a target for ever: the first time soon, not all of them at one moment."""
        standing = Standing(entry)
        found = self.known.get(entry.target)
        if found is not None:
            standing.well = found.why is None
        loop = asyncio.get_running_loop()
        due = loop.time() + zlib.crc32(entry.target.encode()) % 1000 / 1000 * min(1, entry.interval)
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due + entry.interval, loop.time())
            async with self._turns:
                why = await check(entry, self._open_socket)
            if standing.take(why is None):
                self.known[entry.target] = Result(why)
                LOG.info("%s: %s", entry.target, "well" if why is None else why[1])
                self._changed()
