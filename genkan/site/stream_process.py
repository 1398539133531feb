"""The process that relays streams at load balancers: `genkan.front.streams` on the site's sockets.

Started when the program first has a port that is relayed; a storm there keeps nobody waiting at the
front, which answers for AWS's services.

    python -m genkan.site.stream_process HOME
"""

import asyncio
import contextlib
import logging
import sys
from pathlib import Path

from genkan.certificates.kept import Kept
from genkan.engine.linux.namespace import socket_in
from genkan.engine.linux.naming import number
from genkan.front.streams import SECTIONS, StreamRelay
from genkan.program import Delta
from genkan.site import sockets
from genkan.site.home import RUN, Home
from genkan.site.subscription import Subscription


async def _main(home: Home) -> None:
    relay = StreamRelay(socket_in, number, Kept(home.certificates))
    ready: list[asyncio.Server] = []

    async def apply(delta: Delta) -> None:
        await relay.apply(delta)
        if not ready:
            listener = sockets.listen(f"{RUN}/streams.sock")
            ready.append(
                await asyncio.start_unix_server(lambda _, writer: writer.close(), sock=listener)
            )

    await Subscription(f"{RUN}/program.sock", "streams", SECTIONS, apply).follow()


def main() -> None:
    """Run until killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(Home(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
