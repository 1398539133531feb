"""One check of a target: a connection, or a request and the status code of its answer. RFC 9112."""

import asyncio
import socket

from genkan.health.connection import OpenSocket, socket_from, streams
from genkan.program.health import HealthCheck

FAILED = ("Target.FailedHealthChecks", "Health checks failed")
TIMED_OUT = ("Target.Timeout", "Request timed out")
AGENT = "ELB-HealthChecker/2.0"


async def check(entry: HealthCheck, open_socket: OpenSocket) -> tuple[str, str] | None:
    """Ask a target once; None when it is well, otherwise AWS's reason and description."""
    try:
        async with asyncio.timeout(entry.timeout):
            with socket_from(open_socket, entry.place, entry.source) as opened:
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
    tls = entry.protocol == "HTTPS"
    async with streams(opened, tls=tls, name=None) as (reader, writer):
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


def matches(code: int, matcher: str) -> bool:
    """Tell whether a status code is one of those in "200-399" or "200,202,300-302"."""
    for part in matcher.split(","):
        first, _, last = part.partition("-")
        if int(first) <= code <= int(last or first):
            return True
    return False
