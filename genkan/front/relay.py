"""The way to what stands behind a service: HTTP over a unix socket, bodies passed on as they come;
to control, which reads every request whole, a handover.

The embedded services are started when they are first needed. A request that nobody has taken yet is
tried again while its upstream starts; one that was taken is never sent twice.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from yarl import URL

from genkan.front.handover import Handover
from genkan.front.upstream import UpstreamDown
from genkan.program.service import Upstream

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer"}
    | {"upgrade", "expect", "host", "proxy-authorization"}
)
PATIENCE = 30.0  # seconds for an upstream to start
WAIT = 0.05
ANSWER_PATIENCE = 300.0
ERROR = 400

Body = bytes | AsyncIterator[bytes]


class Relay:
    """Sends requests on."""

    def __init__(
        self, paths: Mapping[Upstream, str], start: Callable[[Upstream], Awaitable[None]]
    ) -> None:
        """`start` brings an upstream up that is not there, and returns when it may be."""
        self._paths = paths
        self._start = start
        self._sessions: dict[Upstream, aiohttp.ClientSession] = {}
        control = Upstream.CONTROL
        self.control = Handover(paths[control], lambda: self._await_upstream(control))

    @contextlib.asynccontextmanager
    async def send(
        self,
        upstream: Upstream,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: Body,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request; give the answer while its body comes. Raises UpstreamDown."""
        if not isinstance(body, bytes):
            await self._await_upstream(upstream)
        response = await self._request(upstream, method, url, headers, body)
        try:
            yield response
        finally:
            response.release()

    async def ask(self, what: str, question: dict[str, object]) -> dict[str, Any] | None:
        """Ask the embedded services' gate; None also while they do not run. Raises UpstreamDown."""
        try:
            async with self._session(Upstream.EMBEDDED).post(
                "http://embedded/", headers={"x-genkan-ask": what}, json=question
            ) as answer:
                if answer.status >= ERROR:
                    raise UpstreamDown(f"the embedded services answered {answer.status}")
                found: dict[str, Any] | None = await answer.json()
                return found
        except aiohttp.ClientConnectorError:
            return None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UpstreamDown(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        self.control.close()
        for session in self._sessions.values():
            await session.close()

    async def _request(
        self,
        upstream: Upstream,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: Body,
    ) -> aiohttp.ClientResponse:
        for last in (False, True):
            try:
                return await self._session(upstream).request(
                    method,
                    URL(url, encoded=True),
                    headers=headers,
                    data=body if body != b"" else None,
                    allow_redirects=False,
                )
            except aiohttp.ClientConnectorError as error:
                if last or not isinstance(body, bytes):
                    raise UpstreamDown(str(error)) from error
                await self._await_upstream(upstream)
            except (aiohttp.ClientError, TimeoutError) as error:
                raise UpstreamDown(f"{type(error).__name__}: {error}") from error
        raise UpstreamDown("unreachable")

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

    def _session(self, upstream: Upstream) -> aiohttp.ClientSession:
        if upstream not in self._sessions:
            self._sessions[upstream] = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(self._paths[upstream], limit=0),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                timeout=aiohttp.ClientTimeout(total=None, sock_read=ANSWER_PATIENCE),
            )
        return self._sessions[upstream]


async def _accepts(path: str) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.close()
    return True
