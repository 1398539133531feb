"""The way to what stands behind a service: HTTP over a unix socket, bodies passed on as they come;
to control, which reads every request whole, a handover.

The embedded services are started when they are first needed. A request that nobody has taken yet is
tried again while its upstream starts; one that was taken is never sent twice.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from genkan.front.handover import Handover
from genkan.front.upstream import Body, NotThere, UpstreamAnswer, UpstreamDown, UpstreamSocket
from genkan.program.service import Upstream

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer"}
    | {"upgrade", "expect", "host", "proxy-authorization"}
)
PATIENCE = 30.0  # seconds for an upstream to start
WAIT = 0.05
ERROR = 400


class Relay:
    """Sends requests on."""

    def __init__(
        self, paths: Mapping[Upstream, str], start: Callable[[Upstream], Awaitable[None]]
    ) -> None:
        """`start` brings an upstream up that is not there, and returns when it may be."""
        self._paths = paths
        self._start = start
        self._sockets = {upstream: UpstreamSocket(path) for upstream, path in paths.items()}
        control = Upstream.CONTROL
        self.control = Handover(paths[control], lambda: self._await_upstream(control))

    async def send(
        self,
        upstream: Upstream,
        method: str,
        host: str,
        target: str,
        headers: list[tuple[str, str]],
        body: Body,
    ) -> UpstreamAnswer:
        """Send a request; give the answer while its body comes, to be closed. Raises
        UpstreamDown."""
        named = [("Host", host), *headers]
        if not isinstance(body, bytes):
            await self._await_upstream(upstream)
            return await self._sockets[upstream].send(method, target, named, body)
        try:
            return await self._sockets[upstream].send(method, target, named, body)
        except NotThere:
            await self._await_upstream(upstream)
            return await self._sockets[upstream].send(method, target, named, body)

    async def ask(self, what: str, question: dict[str, object]) -> dict[str, Any] | None:
        """Ask the embedded services' gate; None also while they do not run. Raises UpstreamDown."""
        headers = [
            ("Host", "embedded"),
            ("x-genkan-ask", what),
            ("Content-Type", "application/json"),
        ]
        asked = json.dumps(question).encode()
        try:
            answer = await self._sockets[Upstream.EMBEDDED].send("POST", "/", headers, asked)
        except NotThere:
            return None
        try:
            told = await answer.read()
        finally:
            await answer.aclose()
        if answer.status >= ERROR:
            raise UpstreamDown(f"the embedded services answered {answer.status}")
        found: dict[str, Any] | None = json.loads(told)
        return found

    async def close(self) -> None:
        self.control.close()
        for one in self._sockets.values():
            one.close()

    async def _await_upstream(self, upstream: Upstream) -> None:
        path = self._paths[upstream]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                asked = False
                while not await _accepts(path):
                    if not asked:
                        asked = True
                        await self._start(upstream)
                        continue
                    await asyncio.sleep(WAIT)
                return
        raise UpstreamDown(f"{upstream.value} did not start within {PATIENCE:.0f} s")


async def _accepts(path: str) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.close()
    return True
