"""One check: a connection, or a request and the status code of its answer. RFC 9112."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable

from genkan.program.health import HealthCheck

OpenSocket = Callable[[str, int, int], socket.socket]

FAILED = ("Target.FailedHealthChecks", "Health checks failed")
TIMED_OUT = ("Target.Timeout", "Request timed out")
AGENT = "ELB-HealthChecker/2.0"
_LONGEST_LINE = 4096
_TRANSPARENT = {  # by IP version: its family, IP_TRANSPARENT, IPV6_TRANSPARENT
    4: (socket.AF_INET, socket.SOL_IP, 19),
    6: (socket.AF_INET6, socket.IPPROTO_IPV6, 75),
}


async def check(entry: HealthCheck, open_socket: OpenSocket) -> tuple[str, str] | None:
    """Ask a target once; None when it is well, otherwise AWS's reason and description."""
    try:
        async with asyncio.timeout(entry.timeout):
            family, level, transparent = _TRANSPARENT[entry.address.version]
            with open_socket(entry.place, family, socket.SOCK_STREAM) as opened:
                opened.setblocking(False)
                opened.setsockopt(level, transparent, 1)  # no device has the address
                opened.bind((str(entry.source), 0))
                loop = asyncio.get_running_loop()
                await loop.sock_connect(opened, (str(entry.address), entry.port))
                if entry.protocol == "TCP":
                    return None
                code = await _status(entry, opened)
    except TimeoutError:
        return FAILED if entry.protocol == "TCP" else TIMED_OUT
    except (OSError, ValueError, asyncio.IncompleteReadError):
        return FAILED
    if matches(code, entry.matcher or ""):
        return None
    return "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]"


async def _status(entry: HealthCheck, opened: socket.socket) -> int:
    """Ask for the path; give the status code. Raises OSError, ValueError."""
    context = _trusting() if entry.protocol == "HTTPS" else None
    reader, writer = await asyncio.open_connection(
        sock=opened.dup(),
        ssl=context,
        server_hostname=str(entry.address) if context else None,
        limit=_LONGEST_LINE,
    )
    try:
        request = (
            f"GET {entry.path} HTTP/1.1\r\nHost: {entry.address}:{entry.port}\r\n"
            f"User-Agent: {AGENT}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        )
        writer.write(request.encode())
        await writer.drain()
        version, code, *_ = (await reader.readline()).split(None, 2)
        if not version.startswith(b"HTTP/1.") or len(code) != 3:
            raise ValueError("no answer of HTTP")
        return int(code)
    finally:
        with contextlib.suppress(OSError, ssl.SSLError):
            writer.transport.abort()


def matches(code: int, matcher: str) -> bool:
    """Tell whether a status code is one of those in "200-399" or "200,202,300-302"."""
    for part in matcher.split(","):
        first, _, last = part.partition("-")
        if int(first) <= code <= int(last or first):
            return True
    return False


def _trusting() -> ssl.SSLContext:
    """Load balancers do not look at the certificates of targets."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
