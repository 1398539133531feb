"""The name server's process: `genkan.dns` on the site's sockets.

Where the site has a limit for what an interface may ask, what was dropped is told at `names.sock`,
in Prometheus' text format, to whoever connects.

python -m genkan.site.dns_process HOME
"""

import asyncio
import contextlib
import gc
import logging
import sys
from pathlib import Path

from genkan.dns import SECTIONS, NameServer, PacketLimit
from genkan.engine.linux.namespace import socket_in
from genkan.site import sockets
from genkan.site.home import RUN, Home
from genkan.site.subscription import Subscription


async def _main(home: Home) -> None:
    limit = PacketLimit(home.resolver_limit) if home.resolver_limit else None
    server = NameServer(socket_in, limit=limit)
    server.start(asyncio.get_running_loop())
    telling = await _tell(limit) if limit else None
    gc.collect()
    gc.freeze()  # modules stay: no question waits while they are looked through
    await Subscription(f"{RUN}/program.sock", "dns", SECTIONS, server.apply).follow()
    if telling:
        telling.close()


async def _tell(limit: PacketLimit) -> asyncio.Server:
    async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(limit.prometheus().encode())
        writer.close()

    return await asyncio.start_unix_server(tell, sock=sockets.listen(f"{RUN}/names.sock"))


def main() -> None:
    """Run until killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(Home(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
