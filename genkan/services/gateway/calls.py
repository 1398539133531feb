"""`Call` and `Reply`: what a client asks an API of API Gateway, and what it is told.

Names of headers are compared without their case and kept as they came. "Gateway response types" in
the API Gateway developer guide has the errors that API Gateway words itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

JSON = "application/json"
Headers = tuple[tuple[str, str], ...]
FORBIDDEN = "Forbidden"
INTERNAL = "Internal server error"
# gateway response → status, message, error type
ERRORS = {
    "FORBIDDEN": (403, FORBIDDEN, "ForbiddenException"),
    "INVALID_API_KEY": (403, FORBIDDEN, "ForbiddenException"),
    "MISSING_AUTHENTICATION_TOKEN": (
        403,
        "Missing Authentication Token",
        "MissingAuthenticationTokenException",
    ),
    "NOT_FOUND": (404, "Not Found", "NotFoundException"),
    "UNAUTHORIZED": (401, "Unauthorized", "UnauthorizedException"),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, INTERNAL, "AuthorizerConfigurationException"),
    "BAD_REQUEST_PARAMETERS": (400, "", "BadRequestException"),
    "BAD_REQUEST_BODY": (400, "Invalid request body", "BadRequestException"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported Media Type", "BadRequestException"),
    "REQUEST_TOO_LARGE": (413, "Request Too Long", "RequestTooLargeException"),
    "THROTTLED": (429, "Too Many Requests", "TooManyRequestsException"),
    "API_CONFIGURATION_ERROR": (500, INTERNAL, "InternalServerErrorException"),
    "INTEGRATION_FAILURE": (
        504,
        "Network error communicating with endpoint",
        "InternalServerErrorException",
    ),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out", "InternalServerErrorException"),
    "BAD_GATEWAY": (502, INTERNAL, "InternalServerErrorException"),
}


# what HTTP and WebSocket APIs say otherwise
OF_VERSION_2 = {
    "AUTHORIZER_CONFIGURATION_ERROR": (500, "Internal Server Error"),
    "API_CONFIGURATION_ERROR": (500, "Internal Server Error"),
    "BAD_GATEWAY": (500, "Internal Server Error"),
    "INTEGRATION_FAILURE": (503, "Service Unavailable"),
    "INTEGRATION_TIMEOUT": (503, "Service Unavailable"),
}


class Failed(Exception):
    """A call ends with a gateway response: which, and what the log says of it."""

    def __init__(self, kind: str, why: str = "", message: str = "") -> None:
        super().__init__(why or message or kind)
        self.kind = kind
        self.message = message


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; or, with a denial, what the front is to word."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    denial: Mapping[str, Any] | None = None

    def header(self, name: str) -> str | None:
        return header_in(self.headers, name)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an API, as the front told it."""

    method: str
    path: str  # as it came, from the stage on
    query: str
    headers: Headers
    body: bytes
    host: str
    source: str
    request_id: str
    region: str
    account: str = ""  # of who signed
    principal: str = ""
    endpoint: str | None = None  # that it came through
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    socket: Mapping[str, Any] | None = None  # what happened on a WebSocket
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def header(self, name: str) -> str | None:
        return header_in(self.headers, name)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the query, in order."""
        return parse_qsl(self.query, keep_blank_values=True)

    @property
    def media_type(self) -> str:
        return (self.header("content-type") or JSON).partition(";")[0].strip().lower()


def header_in(headers: Headers, name: str) -> str | None:
    """Give the last value of a header, None where it is not there."""
    found = [value for one, value in headers if one.lower() == name.lower()]
    return found[-1] if found else None


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Give every value of each name, in order."""
    out: dict[str, list[str]] = {}
    for name, value in pairs:
        out.setdefault(name, []).append(value)
    return out


def status_of(kind: str) -> int:
    """Give the status of a gateway response."""
    return ERRORS[kind][0]


def told(kind: str, message: str = "", *, second: bool = False) -> Reply:
    """Give the answer that API Gateway words itself; `second`: of an API of version 2."""
    status, words, error = ERRORS[kind]
    if second:
        status, words = OF_VERSION_2.get(kind, (status, words))
    body = json.dumps({"message": message or words}).encode()
    return Reply(status, body, (("Content-Type", JSON), ("x-amzn-ErrorType", error)))
