"""Requests and answers on a stream between two processes: frames with a number, a head and a body.

A number tells which answer is whose, so one connection carries any number of requests at once, in
any order. The head is JSON; the body is as it is. Both ends are of one site: a frame that cannot be
read is a fault, and ends the connection.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any

from genkan.wire.message import HttpAnswer, HttpRequest

_text = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_SIZES = struct.Struct(">QII")  # number, bytes of the head, bytes of the body
Frame = tuple[int, Any, bytes]


def write_request(number: int, request: HttpRequest) -> bytes:
    """Write a request, under a number of the writer's choice."""
    headers = list(request.header_items())
    return _frame(number, [request.method, request.path, request.query, headers], request.body)


def read_request(head: Any, body: bytes) -> HttpRequest:  # noqa: ANN401
    """Read what `write_request` wrote; a header that came twice is its last value."""
    method, path, query, headers = head
    return HttpRequest(method, path, query, dict(headers), body)


def write_answer(number: int, answer: HttpAnswer) -> bytes:
    """Write an answer, under the request's number."""
    return _frame(number, [answer.status, dict(answer.headers)], answer.body)


def read_answer(head: Any, body: bytes) -> HttpAnswer:  # noqa: ANN401
    """Read what `write_answer` wrote."""
    status, headers = head
    return HttpAnswer(status, headers, body)


class Frames:
    """Bytes in, whole frames out."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, received: bytes) -> Iterator[Frame]:
        """Give each frame that is whole now."""
        held = self._held
        held += received
        at = 0
        while len(held) - at >= _SIZES.size:
            number, head, body = _SIZES.unpack_from(held, at)
            start = at + _SIZES.size
            end = start + head + body
            if len(held) < end:
                break
            yield (
                number,
                json.loads(held[start : start + head]),
                bytes(held[start + head : end]),
            )
            at = end
        del held[:at]


def _frame(number: int, head: object, body: bytes) -> bytes:
    written = _text(head).encode()
    return b"".join((_SIZES.pack(number, len(written), len(body)), written, body))
