"""HTTP messages as the wire sees them, and a request once it is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Headers = Mapping[str, str] | tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request.

    `path` is as it came, percent-encoded; `query` is the raw query string without `?`; header names
    are lower case, and a tuple of pairs may repeat one.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    _first: Mapping[str, str] | None = field(default=None, init=False, repr=False, compare=False)

    def with_body(self, body: bytes) -> "HttpRequest":
        """Give the same request with this body."""
        if not body and not self.body:
            return self
        made = HttpRequest(self.method, self.path, self.query, self.headers, body)
        object.__setattr__(made, "_first", self._first)
        return made

    def header_items(self) -> Iterator[tuple[str, str]]:
        """Give every header, in the order in which they came."""
        return iter(self.headers if isinstance(self.headers, tuple) else self.headers.items())

    def header_values(self, name: str) -> list[str]:
        """Give every value of the header `name` (lower case)."""
        return [value for key, value in self.header_items() if key == name]

    def header(self, name: str) -> str | None:
        """Give the first value of the header `name` (lower case), or None."""
        first = self._first
        if first is None:
            first = self.first_headers()
        return first.get(name)

    def first_headers(self) -> Mapping[str, str]:
        """Give the first value of each header by its name."""
        if self._first is not None:
            return self._first
        headers = self.headers
        first = dict(reversed(headers)) if isinstance(headers, tuple) else headers
        object.__setattr__(self, "_first", first)
        return first


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One HTTP answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """What a request asks: operation, parameters under the API's names, protocol."""

    operation: str
    parameters: dict[str, Any] = field(default_factory=dict)
    protocol: str = ""
