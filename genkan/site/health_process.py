"""The process that asks targets and endpoints for their health: `genkan.health` on the site's
sockets.

Started when the program first has a health check. It tells control all it knows whenever that
changes, over `reports.sock`, as `genkan.control.health` has it; when control is away it goes on
asking, and tells when control is back.

    python -m genkan.site.health_process HOME
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from genkan.engine.linux.namespace import socket_in
from genkan.health import SECTIONS, Prober, Report, Result
from genkan.program import Delta
from genkan.site import sockets
from genkan.site.home import RUN
from genkan.site.subscription import Subscription

LOG = logging.getLogger(__name__)
AGAIN = 0.2  # seconds until control is looked for again


class Reporter:
    """Tells what a prober knows."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._changed = asyncio.Event()
        self.prober = Prober(socket_in, self._changed.set)

    async def report(self) -> None:
        """Tell for ever."""
        while True:
            with contextlib.suppress(OSError, ValueError):
                reader, writer = await asyncio.open_unix_connection(self._path)
                try:
                    await self._tell(reader, writer)
                finally:
                    writer.close()
            await asyncio.sleep(AGAIN)

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Tell all now and after every change. Raises OSError, ValueError."""
        while True:
            self._changed.clear()
            told = {
                "targets": _written(self.prober.known),
                "endpoints": _written(self.prober.reports),
            }
            writer.write(json.dumps(told).encode() + b"\n")
            await writer.drain()
            if json.loads(await reader.readline()) != {"taken": True}:
                raise ConnectionAbortedError("control did not take it")
            await self._changed.wait()


def _written(known: Mapping[str, Result | Report | None]) -> dict[str, Any]:
    return {name: None if found is None else asdict(found) for name, found in known.items()}


async def _main() -> None:
    reporter = Reporter(f"{RUN}/reports.sock")
    ready: list[asyncio.Server] = []
    telling: list[asyncio.Task[None]] = []

    async def apply(delta: Delta) -> None:
        reporter.prober.apply(delta)
        if not ready:
            # Not before: who names no target says that none is checked, and what an earlier
            # process measured would be forgotten.
            telling.append(asyncio.create_task(reporter.report()))
            listener = sockets.listen(f"{RUN}/health.sock")
            ready.append(
                await asyncio.start_unix_server(lambda _, writer: writer.close(), sock=listener)
            )

    await Subscription(f"{RUN}/program.sock", "health", SECTIONS, apply).follow()
    for task in telling:
        task.cancel()


def main() -> None:
    """Run until killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())


if __name__ == "__main__":
    main()
