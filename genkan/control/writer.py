"""`Writer`: the one thread that changes a network, and those who wait for it.

What came while it was at work it takes together: one durable write serves all who wait. Work that
is no operation (mending) stands in the same row. After it has told what came of them it takes the
lifecycle steps that are due then. What could be written later is written when nobody asked for
anything for a moment.
"""

import asyncio
import functools
import logging
import threading
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
ANSWERING = 0.01  # seconds that the loop has for answering before lifecycles go on
QUIET = 0.02  # seconds without a question, after which what can wait is written


class Writer:
    """Belongs to the event loop that made it; `fatal` is told what no work can go on after."""

    def __init__(self, control: Control, fatal: Callable[[BaseException], None]) -> None:
        self._control = control
        self._fatal = fatal
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._told = threading.Event()  # the loop has told what came of the last batch
        self._steps = False  # whether lifecycles go on
        self._stepped = False  # and there may be more to step
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
                self._told.clear()
                self._loop.call_soon_threadsafe(self._tell, waiting, outcomes)
                if kept is None and self._queue.empty():
                    self._told.wait(ANSWERING)  # else answers would wait until this thread rests
                self._stepped = self._step()
        except BaseException as error:
            self._fatal(error)
            raise

    def _tell(self, waiting: list[Told], outcomes: list[Outcome]) -> None:
        for told, outcome in zip(waiting, outcomes, strict=True):
            told(outcome)
        self._told.set()

    async def begin_steps(self) -> None:
        """Have lifecycles go on, from now on: after whatever work, what is due then."""
        self._steps = True
        await self.do(lambda: None)

    def _step(self) -> bool:
        try:
            return self._steps and self._control.advance()
        except StoreLost:
            raise
        except Exception:
            LOG.exception("a lifecycle step failed; it is tried again")
            return False

    def _next(self) -> Item:
        while self._stepped and self._queue.empty():
            self._stepped = self._step()
        try:
            return self._queue.get(timeout=QUIET if self._control.can_write_down else None)
        except Empty:
            self._control.write_down()
            return self._queue.get()

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
