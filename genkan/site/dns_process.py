"""The name server's process: `genkan.dns` on the site's sockets.

python -m genkan.site.dns_process HOME
"""

import asyncio
import contextlib
import gc
import logging

from genkan.dns import SECTIONS, NameServer
from genkan.engine.linux.namespace import socket_in
from genkan.site.home import RUN
from genkan.site.subscription import Subscription


async def _main() -> None:
    server = NameServer(socket_in)
    server.start(asyncio.get_running_loop())
    gc.collect()
    gc.freeze()  # modules stay: no question waits while they are looked through
    await Subscription(f"{RUN}/program.sock", "dns", SECTIONS, server.apply).follow()


def main() -> None:
    """Run until killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())


if __name__ == "__main__":
    main()
