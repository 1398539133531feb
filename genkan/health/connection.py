"""A connection that a check makes from a place, and TLS on it that nobody has to vouch for."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable

from genkan.program.address import Address

OpenSocket = Callable[[str, int, int], socket.socket]  # place, family, type

LONGEST_LINE = 4096
_TRANSPARENT = {  # by IP version: its family, IP_TRANSPARENT, IPV6_TRANSPARENT
    4: (socket.AF_INET, socket.SOL_IP, 19),
    6: (socket.AF_INET6, socket.IPPROTO_IPV6, 75),
}


def socket_from(
    open_socket: OpenSocket, place: str, source: Address, kind: int = socket.SOCK_STREAM
) -> socket.socket:
    """Give a socket that does not block and sends from an address of a place. Raises OSError."""
    family, level, transparent = _TRANSPARENT[source.version]
    opened = open_socket(place, family, kind)
    try:
        opened.setblocking(False)
        opened.setsockopt(level, transparent, 1)  # no device may have the address
        opened.bind((str(source), 0))
    except OSError:
        opened.close()
        raise
    return opened


@contextlib.asynccontextmanager
async def streams(
    opened: socket.socket, *, tls: bool, name: str | None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Give the streams of a connected socket; inside TLS the client names `name`, if it is given.

    Raises OSError, ssl.SSLError.
    """
    reader, writer = await asyncio.open_connection(
        sock=opened.dup(),
        ssl=_trusting() if tls else None,
        server_hostname=(name or "") if tls else None,
        limit=LONGEST_LINE,
    )
    try:
        yield reader, writer
    finally:
        with contextlib.suppress(OSError, ssl.SSLError):
            writer.transport.abort()


def _trusting() -> ssl.SSLContext:
    """Who checks does not look at certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
