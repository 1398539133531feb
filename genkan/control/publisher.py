"""The program's way to the processes that answer: name server and front.

A subscriber connects to a unix socket and says which sections it wants; it gets the whole program
once and every difference after that, and confirms each when it answers by it. JSON lines both ways:

    → {"subscribe": ["zone", …], "name": "dns"}
    ← {"seq": 7, "reset": true, "put": ["zone {…}", …], "removed": []}
    → {"applied": 7}
    ← {"seq": 8, "put": […], "removed": […]}
    → {"failed": 8, "why": "…"}
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any

from genkan.program import Delta, Entry, Program
from genkan.program.text import print_entry

LOG = logging.getLogger(__name__)
PATIENCE = 15.0  # seconds for a subscriber to confirm; one that is slower is cut off, starts anew
LINES_A_SECOND = 500  # beside that, for what it is sent: a tenth of what is usual
LONGEST_LINE = 1 << 30
MOST_KEPT = 64  # differences that nobody was to have, until the program takes them in


class Subscriber:
    """One connection, and what it has confirmed."""

    def __init__(
        self,
        name: str,
        sections: Iterable[str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.name = name
        self.sections = frozenset(sections)
        self._reader = reader
        self._writer = writer
        self._lock = asyncio.Lock()
        self.confirmed = False  # it answers by a program; until then it only connected

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message and wait until it is confirmed.

        Raises OSError or TimeoutError; also when the subscriber says that it could not: it is cut
        off then, and the whole program, with which it starts anew, is its next attempt.
        """
        lines = len(message["put"]) + len(message["removed"])
        async with self._lock, asyncio.timeout(PATIENCE + lines / LINES_A_SECOND):
            self._writer.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
            await self._writer.drain()
            line = await self._reader.readline()
        if not line:
            raise ConnectionResetError(f"{self.name} closed its subscription")
        answer = json.loads(line)
        if answer.get("applied") != message["seq"]:
            why = answer.get("why")
            raise ConnectionAbortedError(f"{self.name} could not apply {message['seq']}: {why}")
        self.confirmed = True

    def close(self) -> None:
        self._writer.close()


class Publisher:
    """Keeps the program as published and the subscribers to it. Lives in one event loop."""

    def __init__(self) -> None:
        self._program = Program()
        self._seq = 0
        self._subscribers: set[Subscriber] = set()
        self._changed = asyncio.Condition()
        self._publishing = asyncio.Lock()
        self._kept: deque[Delta] = deque()  # what nobody was told
        self._loop = asyncio.get_running_loop()
        self._published = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def listen(self, path: str) -> None:
        self._server = await asyncio.start_unix_server(self._welcome, path, limit=LONGEST_LINE)

    async def reset(self, program: Program) -> None:
        """Take `program` as what everybody is to have; those who wait for a first one get it."""
        async with self._publishing:
            self._kept.clear()
            self._program = program
            self._seq += 1
            self._published.set()
            await self._tell(self._subscribers, program, (), reset=True)

    def is_wanted(self, delta: Delta) -> bool:
        """Tell whether somebody is to have something of `delta`. Any thread may ask."""
        wanted = frozenset().union(*(one.sections for one in tuple(self._subscribers)))
        return any(entry.section in wanted for entry in (*delta.put, *delta.removed))

    def keep(self, delta: Delta) -> bool:
        """Take a difference in, from any thread, if nobody is to have it; tell whether so.

        Who subscribes is known before what was kept is looked at, and what is kept stands there
        before it is looked who wants it: one of the two sees the other.
        """
        self._kept.append(delta)
        if len(self._kept) >= MOST_KEPT:
            self._loop.call_soon_threadsafe(self._catch_up)
        return not self.is_wanted(delta)

    async def publish(self, delta: Delta) -> None:
        """Bring `delta` to every subscriber; returns when all have confirmed or were cut off."""
        async with self._publishing:
            self._catch_up()
            self._program = self._program.apply(delta)
            self._seq += 1
            await self._tell(self._subscribers, delta.put, delta.removed)

    def _catch_up(self) -> None:
        while self._kept:
            self._program = self._program.apply(self._kept.popleft())
            self._seq += 1

    async def wait_for(self, *names: str) -> None:
        """Wait until subscribers of these names have the program."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: set(names) <= {one.name for one in self._subscribers if one.confirmed}
            )

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for subscriber in self._subscribers:
            subscriber.close()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            hello = json.loads(await asyncio.wait_for(reader.readline(), PATIENCE))
            subscriber = Subscriber(hello["name"], hello["subscribe"], reader, writer)
        except (ValueError, KeyError, TimeoutError, OSError) as error:
            LOG.warning("a subscriber said nothing that is understood: %r", error)
            writer.close()
            return
        await self._published.wait()
        async with self._publishing:
            self._subscribers.add(subscriber)
            self._catch_up()
            await self._tell({subscriber}, self._program, (), reset=True)
        async with self._changed:
            self._changed.notify_all()

    async def _tell(
        self,
        whom: set[Subscriber],
        put: Iterable[Entry],
        removed: Iterable[Entry],
        reset: bool = False,
    ) -> None:
        delta = Delta(tuple(put), tuple(removed))
        results = await asyncio.gather(
            *(self._send(subscriber, delta, reset) for subscriber in whom), return_exceptions=True
        )
        for subscriber, result in zip(list(whom), results, strict=True):
            if isinstance(result, BaseException):
                LOG.warning("%s is cut off: %r", subscriber.name, result)
                subscriber.close()
                self._subscribers.discard(subscriber)

    async def _send(self, subscriber: Subscriber, delta: Delta, reset: bool) -> None:
        wanted = delta.only(subscriber.sections)
        if not wanted and not reset:
            return
        message: dict[str, Any] = {
            "seq": self._seq,
            "put": [print_entry(entry) for entry in wanted.put],
            "removed": [print_entry(entry) for entry in wanted.removed],
        }
        await subscriber.send({**message, "reset": True} if reset else message)
