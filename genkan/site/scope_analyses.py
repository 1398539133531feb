"""Analyses of access scopes: made beside the writer, one after the other, and then taken down.

What is found is of one moment's network. An analysis that was running when a control ended is made
by the next one.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from genkan.api.access_scopes import analysed
from genkan.api.call import Call
from genkan.api.way import Access
from genkan.compile import Compilation
from genkan.control import Control
from genkan.control.ways import find_access
from genkan.control.writer import Writer
from genkan.model.network import Network
from genkan.model.network_insights import NetworkInsightsAccessScopeAnalysis as Analysis

LOG = logging.getLogger(__name__)
Find = Callable[[Compilation, Network, str], Access]


class ScopeAnalyses:
    """Belongs to the event loop."""

    def __init__(
        self,
        control: Control,
        writer: Writer,
        call_as: Callable[[str, str], Call],
        find: Find = find_access,
    ) -> None:
        self._control = control
        self._writer = writer
        self._call_as = call_as
        self._find = find
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="access-scope")
        self._work: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Begin what is there to be made, unless it is begun; returns at once."""
        if (self._work is None or self._work.done()) and self._waiting() is not None:
            self._work = asyncio.get_running_loop().create_task(self._make_all())

    def _waiting(self) -> Analysis | None:
        return next(self._control.network.where(Analysis, running=True), None)

    async def _make_all(self) -> None:
        try:
            while (analysis := self._waiting()) is not None:
                await self._make(analysis)
        except Exception:
            LOG.exception("an access scope's analysis was not taken down; it is made again")

    async def _make(self, analysis: Analysis) -> None:
        network, compilation = await self._writer.do(
            lambda: (self._control.network, self._control.compilation)
        )
        call = replace(
            self._call_as(analysis.account, analysis.region),
            network=network,
            find_access=lambda network, content: self._find(compilation, network, content),
        )
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._thread, _found, call, analysis)
        await self._writer.do(lambda: self._control.end_analysis(found))


def _found(call: Call, analysis: Analysis) -> Analysis:
    """Give an analysis with what it finds, or why it finds nothing."""
    try:
        return analysed(call, analysis)
    except Exception as error:
        LOG.exception("an access scope could not be analysed")
        return replace(analysis, message=f"The scope could not be analysed: {error!r}.")
