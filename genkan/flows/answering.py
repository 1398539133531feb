"""`Answering`: questions about flows and counters, asked over a unix socket.

A JSON object a line, `do` says what: `flows` (with `from`, `to`, `port`, `verdict`, and `follow` to
go on with what comes), `metrics`, `deliver` (end the windows of flow logs now), `health`. A
follower that does not read is told how many flows it missed, and costs no more than its buffer.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from genkan.flows import live
from genkan.flows.recorder import Recorder

MOST_UNREAD = 4 << 20  # bytes that wait for a follower
LONGEST_QUESTION = 1 << 16
MOST_NAMES = 20
PATIENCE = 10.0


class _Follower:
    """A connection that is told of flows."""

    def __init__(self, wanted: live.Wanted, writer: asyncio.StreamWriter) -> None:
        self.wanted = wanted
        self._writer = writer
        self._missed = 0

    def tell(self, flow: dict[str, Any]) -> None:
        if self._writer.transport.get_write_buffer_size() > MOST_UNREAD:
            self._missed += 1
            return
        if self._missed:
            self._writer.write(_line({"missed": self._missed}))
            self._missed = 0
        self._writer.write(_line(flow))


class Answering:
    """Answers for a recorder."""

    def __init__(
        self,
        recorder: Recorder,
        clock: Callable[[], float],
        others: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        """`others` gives metrics that somebody else counts, in the same text format."""
        self._recorder = recorder
        self._clock = clock
        self._others = others
        self.asked_last = clock()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer a connection's one question."""
        with contextlib.suppress(OSError, ValueError):
            line = await asyncio.wait_for(reader.readline(), PATIENCE)
            if line:
                await self._take(json.loads(line), reader, writer)
        writer.close()

    async def _take(
        self,
        asked: dict[str, Any],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        if asked.get("do") != "health":  # how it is keeps nobody at work
            self.asked_last = self._clock()
        match asked.get("do"):
            case "flows":
                await self._flows(asked, reader, writer)
            case "metrics":
                self._recorder.count_for_metrics()
                await self._recorder.put_metrics()
                text = self._recorder.prometheus()
                text += await self._others() if self._others else ""
                writer.write(_line({"text": text}))
            case "deliver":
                await self._recorder.end_windows(early=True)
                writer.write(_line({"delivered": sorted(self._recorder.directory.logs)}))
            case "health":
                writer.write(_line(self._health()))
            case other:
                writer.write(_line({"error": f"not understood: {other!r}"}))
        await writer.drain()

    def _health(self) -> dict[str, Any]:
        return {"lost": self._recorder.lost, "trouble": self._recorder.trouble}

    async def _flows(
        self,
        asked: dict[str, Any],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        directory = self._recorder.directory
        try:
            wanted = live.wanted_of(directory, asked)
        except live.UnknownWho as unknown:
            writer.write(_line({"unknown": str(unknown), "known": live.names_of(directory)}))
            return
        follower = _Follower(wanted, writer)
        if asked.get("follow"):
            self._recorder.follow(follower)
        try:
            for flow in await self._recorder.flows(wanted):
                writer.write(_line(flow))
                await writer.drain()
            if asked.get("follow"):
                await writer.drain()
                writer.write(_line({"following": True}))
                await reader.read()  # nothing more is said: this is its end
        finally:
            self._recorder.forget(follower)
            self.asked_last = self._clock()


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
