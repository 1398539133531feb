"""The process of gateway load balancers: `genkan.inspection` on the site's sockets.

Started when the program first has an endpoint that leads to one. Its socket accepts when it has
applied a program; nothing is said there.

    python -m genkan.site.inspection_process HOME
"""

import asyncio
import contextlib
import gc
import logging

from genkan.engine.linux.namespace import socket_in
from genkan.inspection import SECTIONS, Inspector
from genkan.program import Delta
from genkan.site import sockets
from genkan.site.home import RUN
from genkan.site.subscription import Subscription


async def _main() -> None:
    inspector = Inspector(socket_in, asyncio.get_running_loop())
    ready: list[asyncio.Server] = []

    async def apply(delta: Delta) -> None:
        inspector.apply(delta)
        if not ready:
            listener = sockets.listen(f"{RUN}/inspection.sock")
            ready.append(
                await asyncio.start_unix_server(lambda _, writer: writer.close(), sock=listener)
            )

    gc.collect()
    gc.freeze()  # modules stay: no packet waits while they are looked through
    await Subscription(f"{RUN}/program.sock", "inspection", SECTIONS, apply).follow()


def main() -> None:
    """Run until killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())


if __name__ == "__main__":
    main()
