"""What a request says before its body: target, headers, whence, and the name of what it asks."""

import re

from aiohttp import web

from genkan import wire

ORIGIN = re.compile("^https?://[^/?]*", re.IGNORECASE)
LONGEST_NAME = 200


def head_of(request: web.BaseRequest) -> wire.HttpRequest:
    """Give a request without its body, as `wire` has it; a target in absolute form loses its
    origin."""
    path, _, query = ORIGIN.sub("", request.raw_path).partition("?")
    return wire.HttpRequest(
        method=request.method,
        path=path or "/",
        query=query,
        headers=tuple((name.lower(), value) for name, value in request.headers.items()),
    )


def source_of(request: web.BaseRequest) -> str:
    """Give the address that a request came from."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return str(peer[0]) if peer else ""


def is_signed(head: wire.HttpRequest) -> bool:
    """Tell whether a request says that it is signed."""
    return head.header("authorization") is not None or "X-Amz-Signature=" in head.query


def named_by_head(head: wire.HttpRequest, body: bytes) -> str:
    """Give the operation of a request whose service has no model: what it calls itself."""
    target = head.header("x-amz-target")
    if target:
        return target.rpartition(".")[2][:LONGEST_NAME]
    for text in (head.query, body[:4096].decode("ascii", "replace")):
        for pair in text.split("&"):
            if pair.startswith("Action="):
                return pair.removeprefix("Action=")[:LONGEST_NAME]
    return f"{head.method} {head.path}"[:LONGEST_NAME]
