"""`Request` and `Response`: what the front is asked and what it answers, by whatever HTTP."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from genkan import wire
from genkan.front.incoming import Incoming

ORIGIN = re.compile("^https?://[^/?]*", re.IGNORECASE)
Headers = tuple[tuple[str, str], ...]


class Parts(Protocol):
    """A body that is passed on in parts; `aclose` lets go of where they come from."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


@dataclass(slots=True)
class Request:
    """One request: its head is there, its body may still come.

    `head` has names in lower case and no body; `headers` are as they came. `peer` and `near` are
    the addresses of both ends. `go_on` tells a client that waits for it to send its body.
    """

    head: wire.HttpRequest
    headers: Headers
    body: Incoming
    has_body: bool
    length: int | None
    peer: str
    near: str
    socket: socket.socket | None
    go_on: Callable[[], None]


Speaks = Callable[[asyncio.Transport, Callable[[], None]], None]


@dataclass(slots=True)
class Response:
    """One answer. Its length is its body's where there is one, else `length`, if that is known: of
    a body in parts, or of what HEAD does not get."""

    status: int
    headers: Headers = ()
    body: bytes | Parts = b""
    length: int | None = None
    speaks: Speaks | None = None  # who takes the connection over, after 101


Answer = Callable[[Request], Awaitable[Response]]


def response_of(answer: wire.HttpAnswer) -> Response:
    """Give a written answer as one of the front's."""
    return Response(answer.status, tuple(answer.headers.items()), answer.body)


def text(status: int, told: str) -> Response:
    """Answer with words for people."""
    return Response(status, (("content-type", "text/plain; charset=utf-8"),), told.encode())


def head_of(method: str, target: str, headers: Headers) -> wire.HttpRequest:
    """Give a request's head; a target in absolute form loses its origin."""
    if not target.startswith("/"):
        target = ORIGIN.sub("", target)
    path, _, query = target.partition("?")
    lowered = tuple([(name.lower(), value) for name, value in headers])
    return wire.HttpRequest(method, path or "/", query, lowered)
