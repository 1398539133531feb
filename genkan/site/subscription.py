"""The subscriber of the program: keeps it, applies what differs, outlives the control process.

`genkan.control.publisher` says what the lines mean. When the connection breaks, what is held stays
in force; the next one begins with the whole program, and only what differs from the held one is
applied.
"""

import asyncio
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from genkan.program import Delta, Program
from genkan.program.text import parse_entry

LOG = logging.getLogger(__name__)
WAIT = 0.05  # seconds between attempts to connect
LONGER_WAIT = 1.0  # the same, after something that could not be applied
LONGEST_LINE = 1 << 30

Apply = Callable[[Delta], Awaitable[None] | None]


class Subscription:
    """Follows the program for ever."""

    def __init__(self, path: str, name: str, sections: Iterable[str], apply: Apply) -> None:
        self._path = path
        self._hello = {"subscribe": sorted(sections), "name": name}
        self._apply = apply
        self.program = Program()
        self._confirmed = True

    async def follow(self) -> None:
        """Connect, apply, and connect again when the connection breaks."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_LINE)
            except OSError:
                await asyncio.sleep(WAIT)
                continue
            try:
                await self._converse(reader, writer)
            except (OSError, ValueError) as error:
                LOG.warning("the subscription broke: %r", error)
            finally:
                writer.close()
            await asyncio.sleep(WAIT if self._confirmed else LONGER_WAIT)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(json.dumps(self._hello).encode() + b"\n")
        while line := await reader.readline():
            message = json.loads(line)
            answer: dict[str, Any] = {"applied": message["seq"]}
            self._confirmed = True
            try:
                await self._take(message)
            except Exception as error:
                LOG.exception("could not apply %s", message["seq"])
                self._confirmed = False
                answer = {"failed": message["seq"], "why": repr(error)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()

    async def _take(self, message: dict[str, Any]) -> None:
        put = tuple(map(parse_entry, message["put"]))
        if message.get("reset"):
            new = Program(put)
            delta = self.program.delta(new)
        else:
            delta = Delta(put, tuple(map(parse_entry, message["removed"])))
            new = self.program.apply(delta)
        done = self._apply(delta)
        if inspect.isawaitable(done):
            await done
        self.program = new
