"""`Incoming`: a body as its bytes come, read by one reader, bounded by whom they come from."""

import asyncio
from collections.abc import Callable

LARGEST = 1 << 18  # bytes that wait to be read, before no more are taken in


def _nothing() -> None:
    """Do nothing, where nobody can be held back."""


class Incoming:
    """What came and was not read yet. `pause` and `resume` hold back whom it comes from."""

    __slots__ = ("_ended", "_error", "_parts", "_pause", "_paused", "_resume", "_size", "_waiting")

    def __init__(
        self, pause: Callable[[], None] = _nothing, resume: Callable[[], None] = _nothing
    ) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._ended = False
        self._error: Exception | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._pause, self._resume = pause, resume
        self._paused = False

    @property
    def is_whole(self) -> bool:
        """Whether all of it has come: nobody has to be waited for."""
        return self._ended

    @property
    def size(self) -> int:
        """Bytes that wait to be read."""
        return self._size

    def feed(self, data: bytes) -> None:
        """Take bytes in."""
        self._parts.append(data)
        self._size += len(data)
        if self._size > LARGEST and not self._paused:
            self._paused = True
            self._pause()
        self._wake()

    def end(self) -> None:
        """Hear that this was all."""
        self._ended = True
        self._wake()

    def fail(self, error: Exception) -> None:
        """Hear that the rest will not come; who reads is raised `error`."""
        if not self._ended and self._error is None:
            self._error = error
            self._wake()

    def take(self) -> bytes:
        """Give what is there now."""
        taken = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        if self._paused:
            self._paused = False
            self._resume()
        return taken

    async def part(self) -> bytes:
        """Give the next bytes when they are there, none at the end. Raises what `fail` was told."""
        while not self._parts:
            if self._error is not None:
                raise self._error
            if self._ended:
                return b""
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        return self.take()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
