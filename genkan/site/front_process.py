"""The front process: `genkan.front` on the site's sockets.

python -m genkan.site.front_process HOME API_FD
"""

import asyncio
import contextlib
import gc
import json
import logging
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from genkan.certificates.authority import Authority
from genkan.engine.linux.namespace import socket_in
from genkan.front import SECTIONS, EventLog, Front
from genkan.front.metadata import MetadataAnswers
from genkan.front.metadata_server import SECTIONS as METADATA_SECTIONS
from genkan.front.metadata_server import MetadataServer
from genkan.front.role_credentials import RoleCredentials
from genkan.program import Delta
from genkan.program.service import Listener, Upstream
from genkan.site.home import RUN, Home
from genkan.site.subscription import Subscription

UPSTREAMS = {
    Upstream.CONTROL: f"{RUN}/control.sock",
    Upstream.EMBEDDED: f"{RUN}/embedded.sock",
}


async def _start_upstream(upstream: Upstream) -> None:
    """Have the anchor start what is not there; control it starts by itself."""
    if upstream is Upstream.CONTROL:
        return
    reader, writer = await asyncio.open_unix_connection(f"{RUN}/anchor.sock")
    writer.write(json.dumps({"do": "start", "process": upstream.value}).encode() + b"\n")
    await reader.readline()
    writer.close()


async def _main(home: Home, api: socket.socket) -> None:
    authority = Authority(home.authority, home.authority_key)
    authority.write_bundle(Path(RUN) / "ca-bundle.pem")
    secret = home.authority_key.read_bytes()  # what is sealed by it holds until `down --wipe`
    of_roles = RoleCredentials(secret)
    front = Front(
        open_socket=socket_in,
        authority=authority,
        upstreams=UPSTREAMS,
        start_upstream=_start_upstream,
        events=EventLog(home.events),
        clock=_now,
        of_roles=of_roles,
    )
    metadata = MetadataServer(socket_in, MetadataAnswers(secret, of_roles), _now)

    serves = False

    async def apply(delta: Delta) -> None:
        nonlocal serves
        try:
            await front.apply(delta)
            await metadata.apply(delta)
        finally:
            if (
                not serves
            ):  # until there are keys to know them by, callers wait: they are not refused
                serves = True
                await front.serve_api(api)

    # Without an engine there are no places to listen in, only the API.
    sections = SECTIONS | METADATA_SECTIONS
    if home.engine == "none":
        sections -= {Listener.section}
    gc.collect()
    gc.freeze()  # modules and models stay: nobody is kept waiting while they are looked through
    gc.set_threshold(20_000, 20, 20)
    await Subscription(f"{RUN}/program.sock", "front", sections, apply).follow()


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    """Run until killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    api = socket.socket(fileno=int(sys.argv[2]))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(Home(Path(sys.argv[1])), api))


if __name__ == "__main__":
    main()
