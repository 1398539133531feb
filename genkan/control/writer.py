"""`Writer`: the one thread that changes a network, and those who wait for it.

What came while it was at work it takes together: one durable write serves all who wait. Work that
is no operation (a lifecycle's step, mending) stands in the same row. What could be written later is
written when nobody asked for anything for a moment.
"""

import asyncio
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from genkan.api.call import Answer, Call
from genkan.control.batch import Asked
from genkan.control.control import Control
from genkan.store import StoreLost

T = TypeVar("T")
What = tuple[Call, Asked] | Callable[[], Any]
Item = tuple[What, asyncio.Future[Any]]
Outcome = Any  # an answer, what work gave, or the exception it ended with
MOST = 64  # operations in one batch
QUIET = 0.02  # seconds without a question, after which what can wait is written


class Writer:
    """Belongs to the event loop that made it; `fatal` is told what no work can go on after."""

    def __init__(self, control: Control, fatal: Callable[[BaseException], None]) -> None:
        self._control = control
        self._fatal = fatal
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Item] = SimpleQueue()
        threading.Thread(target=self._work, name="writer", daemon=True).start()

    async def ask(self, call: Call, asked: Asked) -> Answer:
        """Run one operation. Raises what it raises; StoreLost goes to `fatal`."""
        return await self._wait((call, asked))  # type: ignore[no-any-return]

    async def do(self, work: Callable[[], T]) -> T:
        """Run `work` in the writer's turn."""
        return await self._wait(work)  # type: ignore[no-any-return]

    async def _wait(self, what: What) -> Any:  # noqa: ANN401
        future: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put((what, future))
        return await future

    def _work(self) -> None:
        try:
            kept: Item | None = None
            while True:
                item = kept or self._next()
                batch, kept = self._batch(item)
                outcomes = self._outcomes([what for what, _ in batch])
                futures = [future for _, future in batch]
                self._loop.call_soon_threadsafe(_tell, futures, outcomes)
        except BaseException as error:
            self._fatal(error)
            raise

    def _next(self) -> Item:
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


def _tell(futures: list[asyncio.Future[Any]], outcomes: list[Outcome]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.cancelled():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
