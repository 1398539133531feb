"""`Writer`: the one thread that changes a network, and those who wait for it.

What came while it was at work it takes together: one durable write serves all who wait. Work that
is no operation (mending) stands in the same row. Lifecycle steps that are due are taken when nobody
asked for anything for a moment, so that they keep nobody waiting who asks one thing after the
other, and soon where somebody always asks: those that come together share a step. What could be
written later is written when it is quiet for longer.
"""

import asyncio
import functools
import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from genkan.api.call import Answer, Call
from genkan.control.batch import Asked
from genkan.control.control import Control
from genkan.store import StoreLost

LOG = logging.getLogger(__name__)
T = TypeVar("T")
What = tuple[Call, Asked] | Callable[[], Any]
Outcome = Any  # an answer, what work gave, or the exception it ended with
Told = Callable[[Outcome], None]
Item = tuple[What, Told]
MOST = 64  # operations in one batch
MOMENT = 0.002  # seconds without a question, after which lifecycles go on
LONGEST = 0.01  # seconds that they wait where there always is a question
QUIET = 0.02  # seconds without a question, after which what can wait is written


class Writer:
    """Belongs to the event loop that made it; `fatal` is told what no work can go on after."""

    def __init__(self, control: Control, fatal: Callable[[BaseException], None]) -> None:
        self._control = control
        self._fatal = fatal
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._steps = False  # whether lifecycles go on
        self._step_after: float | None = None  # seconds without a question; None: nothing to step
        self._stepped_at = 0.0
        threading.Thread(target=self._work, name="writer", daemon=True).start()

    def submit(self, what: What, told: Told) -> None:
        """Run an operation or other work; `told` is called in the loop with what it gave or raised.
        StoreLost goes to `fatal`."""
        self._queue.put((what, told))

    async def ask(self, call: Call, asked: Asked) -> Answer:
        """Run one operation. Raises what it raises."""
        return await self._wait((call, asked))  # type: ignore[no-any-return]

    async def do(self, work: Callable[[], T]) -> T:
        """Run `work` in the writer's turn."""
        return await self._wait(work)  # type: ignore[no-any-return]

    async def _wait(self, what: What) -> Any:  # noqa: ANN401
        future: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put((what, functools.partial(_settle, future)))
        return await future

    def _work(self) -> None:
        try:
            kept: Item | None = None
            while True:
                item = kept or self._next()
                batch, kept = self._batch(item)
                outcomes = self._outcomes([what for what, _ in batch])
                waiting = [told for _, told in batch]
                self._loop.call_soon_threadsafe(self._tell, waiting, outcomes)
                self._step_after = MOMENT
                if time.monotonic() - self._stepped_at > LONGEST:
                    self._step()
        except BaseException as error:
            self._fatal(error)
            raise

    def _tell(self, waiting: list[Told], outcomes: list[Outcome]) -> None:
        for told, outcome in zip(waiting, outcomes, strict=True):
            told(outcome)

    async def begin_steps(self) -> None:
        """Have lifecycles go on, from now on: after whatever work, what is due then."""
        self._steps = True
        await self.do(lambda: None)

    def _step(self) -> None:
        self._stepped_at = time.monotonic()
        stepped = False
        try:
            stepped = self._steps and self._control.advance()
        except StoreLost:
            raise
        except Exception:
            LOG.exception("a lifecycle step failed; it is tried again")
        self._step_after = 0.0 if stepped else None  # what one step leads to may be due as well

    def _next(self) -> Item:
        """Wait for what is asked next; meanwhile lifecycles go on, and what waits is written."""
        while True:
            after = self._step_after
            if after is None and self._control.can_write_down:
                after = QUIET
            try:
                return self._queue.get(timeout=after)
            except Empty:
                if self._step_after is None:
                    self._control.write_down()
                else:
                    self._step()

    def _batch(self, first: Item) -> tuple[list[Item], Item | None]:
        """Give what is done together, and what came after it that cannot be."""
        batch = [first]
        while not callable(first[0]) and len(batch) < MOST:
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
            if callable(item[0]):
                return batch, item
            batch.append(item)
        return batch, None

    def _outcomes(self, whats: list[What]) -> list[Outcome]:
        (first, *_) = whats
        if not callable(first):
            return list(self._control.run_all([what for what in whats if not callable(what)]))
        try:
            return [first()]
        except StoreLost:
            raise
        except Exception as error:
            return [error]


def _settle(future: asyncio.Future[Any], outcome: Outcome) -> None:
    if future.cancelled():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
