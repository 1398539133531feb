"""What the CLI asks about ways and changes: answered from one moment's network, beside the writer.

Nothing of it is committed. One thread answers, so what was read of a program is read once.
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aiohttp import web

from genkan.api.call import Call
from genkan.compile import Compilation
from genkan.control import Control
from genkan.control.accounts import find_account
from genkan.control.writer import Writer
from genkan.site.known_policies import policies_at

if TYPE_CHECKING:
    from genkan.impact.traces import Traces

CallAs = Callable[[str, str], Call]


class AnalysisQuestions:
    """The questions, and what is kept between them."""

    def __init__(self, control: Control, writer: Writer, call_as: CallAs, embedded: str) -> None:
        """`embedded` is the socket where the embedded services answer."""
        self._control = control
        self._writer = writer
        self._call_as = call_as
        self._embedded = embedded
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="analysis")

    @cached_property
    def _traces(self) -> "Traces":
        from genkan.impact.traces import Traces  # a twentieth of control's start

        return Traces()

    def serve(self, app: web.Application) -> None:
        app.router.add_post("/trace", self._trace)
        app.router.add_post("/impact", self._impact)
        app.router.add_post("/reach", self._reach)
        app.router.add_get("/findings", self._findings)

    async def _trace(self, request: web.Request) -> web.Response:
        asked = await request.json()
        call, compilation = await self._moment(None, None)
        policies = await policies_at(self._embedded)
        return await self._answered(lambda: self._traces.answer(call, compilation, asked, policies))

    async def _impact(self, request: web.Request) -> web.Response:
        asked = await request.json()
        call, compilation = await self._moment(asked.get("account"), asked.get("region"))
        policies = await policies_at(self._embedded)

        def work() -> dict[str, Any]:
            from genkan.impact.questions import answer_impact  # most sites never need it

            state = self._traces.state(call.network, compilation)
            return answer_impact(state, call, asked, policies)

        return await self._answered(work)

    async def _reach(self, request: web.Request) -> web.Response:
        asked = await request.json()
        call, compilation = await self._moment(None, None)

        def work() -> dict[str, Any]:
            from genkan.impact.reach_report import answer_reach  # most sites never need it

            return answer_reach(self._traces.state(call.network, compilation), asked)

        return await self._answered(work)

    async def _findings(self, request: web.Request) -> web.Response:
        call, compilation = await self._moment(None, None)

        def work() -> dict[str, Any]:
            from genkan.impact.questions import answer_findings  # most sites never need it

            return answer_findings(self._traces.state(call.network, compilation))

        return await self._answered(work)

    async def _moment(self, account: str | None, region: str | None) -> tuple[Call, Compilation]:
        """Give a call of an account's on the network as it is now, and what it compiled to."""
        network, compilation = await self._writer.do(
            lambda: (self._control.network, self._control.compilation)
        )
        found = find_account(network, account)
        if found is None:
            raise web.HTTPNotFound(
                text=json.dumps({"unreadable": f"There is no account {account}."}),
                content_type="application/json",
            )
        call = self._call_as(found.id, region or found.region)
        return replace(call, network=network), compilation

    async def _answered(self, work: Callable[[], dict[str, Any]]) -> web.Response:
        loop = asyncio.get_running_loop()
        return web.json_response(await loop.run_in_executor(self._thread, work))
