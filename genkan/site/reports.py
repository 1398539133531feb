"""The socket at which control hears what was measured of targets and endpoints.

`genkan.control.health` has the lines; a line is answered when what it says is in force.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from genkan.site import sockets

LOG = logging.getLogger(__name__)
LONGEST_REPORT = 1 << 28

Take = Callable[[Mapping[str, Any]], Awaitable[None]]


async def serve(path: str, take: Take) -> None:
    """Serve reporters from now on."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                await take(json.loads(line))
                writer.write(b'{"taken": true}\n')
                await writer.drain()
        except Exception:
            LOG.exception("a report is not taken; it is told again")
        finally:
            writer.close()

    await asyncio.start_unix_server(converse, sock=sockets.listen(path), limit=LONGEST_REPORT)
