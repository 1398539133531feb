"""A request's body as it comes: whole up to a limit, or in parts without one; never for ever.

`Expect: 100-continue` is answered when the body is first asked for, so a request that is refused by
its head alone never sends one (RFC 9110, section 10.1.1).
"""

import asyncio
import zlib
from collections.abc import AsyncIterator

from genkan import wire
from genkan.front.http1 import NotFramed
from genkan.front.request import Request
from genkan.wire.errors import refusal

LARGEST_WHOLE = 16 << 20  # bytes of a body that is read before it is passed on
PATIENCE = 60.0  # seconds until the next part of a body has to be there
NOT_FRAMED = "The request's body is not framed as HTTP has it"
GZIP = 31  # zlib's window bits for a gzip header and nothing else


async def read_parts(request: Request) -> AsyncIterator[bytes]:
    """Give the body in parts. Raises WireError, and ConnectionError when the client has gone."""
    request.go_on()
    while True:
        try:
            async with asyncio.timeout(PATIENCE):
                part = await request.body.part()
        except TimeoutError as error:
            raise refusal(
                "RequestTimeout",
                f"Nothing more of the request's body came within {PATIENCE:.0f} seconds. Send it "
                "without a pause.",
            ) from error
        except NotFramed as error:
            raise refusal("Malformed", NOT_FRAMED) from error
        if not part:
            return
        yield part


async def read_whole(request: Request) -> bytes:
    """Give the whole body. Raises WireError when it is too large, and as `read_parts` does."""
    if (request.length or 0) > LARGEST_WHOLE:
        raise _too_large()
    if request.body.is_whole:  # it is all here: nobody has to be waited for
        return _there(request)
    parts, size = [], 0
    async for part in read_parts(request):
        size += len(part)
        if size > LARGEST_WHOLE:
            raise _too_large()
        parts.append(part)
    return b"".join(parts)


def _there(request: Request) -> bytes:
    body = request.body.take()
    if len(body) > LARGEST_WHOLE:
        raise _too_large()
    return body


def unpacked(head: wire.HttpRequest, body: bytes) -> bytes:
    """Give what a body says when it came compressed, as large metrics do from SDKs.

    Raises WireError when it is not what its Content-Encoding says, or too large in the open.
    """
    if (head.header("content-encoding") or "").strip().lower() != "gzip" or not body:
        return body
    unpacker = zlib.decompressobj(GZIP)
    try:
        found = unpacker.decompress(body, LARGEST_WHOLE + 1)
    except zlib.error as error:
        raise refusal("Malformed", "The request's body is not gzip, as it says it is") from error
    if len(found) > LARGEST_WHOLE:
        raise _too_large()
    return found


def _too_large() -> wire.WireError:
    return refusal(
        "TooLarge",
        f"The request has more than {LARGEST_WHOLE} bytes, the most that is taken here. Send less "
        "in one request.",
    )
