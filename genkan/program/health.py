"""Health checks: what is asked of a target, whence and how often."""

from dataclasses import dataclass
from typing import ClassVar

from genkan.program.address import Address
from genkan.program.entry import Entry, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck(Entry):
    """`source` of `place` asks `address` at `port` every `interval` seconds whether it is well.

    A check passes when a TCP connection stands within `timeout` seconds; with HTTP or HTTPS (whose
    certificate nobody looks at) when a GET of `path` is answered by one of the status codes of
    `matcher` in that time. A target is well after one check that passed, or `healthy_threshold` in
    a row once it was not; it is not after `unhealthy_threshold` in a row that failed. `target` is
    what the result is reported of.
    """

    section: ClassVar[str] = "health-check"

    target: str
    place: str
    source: Address
    address: Address  # of the same IP version
    port: int
    protocol: str  # TCP, HTTP, HTTPS
    path: str | None
    matcher: str | None  # "200-399", "200,202"
    interval: int
    timeout: int
    healthy_threshold: int
    unhealthy_threshold: int

    @property
    def key(self) -> Key:
        return (self.section, self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointCheck(Entry):
    """One of `sources` of `place` asks an endpoint every `interval` seconds whether it is well.

    The endpoint is `address`, or the IPv4 address that the resolver at `resolver` then has for
    `name`. Nothing is asked, and the check passes, for a name that the resolver denies with the
    SOA of the root, unless it is of AWS's, and for an address to which no route leads, unless it
    `is_given` by the site. Else it passes when a TCP connection to `port` stands; with HTTP or
    HTTPS (whose certificate nobody looks at, and whose client names `server_name`) when a GET of
    `path` from `host` is answered by a status of 200 to 399, and the beginning of the body holds
    `search` where it is given. It takes `threshold` in a row to be the other from what it was; the
    first one that passes is enough to begin with. `target` is what the result is reported of.
    """

    section: ClassVar[str] = "endpoint-check"

    target: str
    place: str
    sources: tuple[Address, ...]
    resolver: Address
    address: Address | None
    name: str | None
    is_given: bool
    port: int
    protocol: str  # TCP, HTTP, HTTPS
    path: str = "/"
    host: str = ""
    server_name: str | None = None
    search: str | None = None
    interval: int
    threshold: int

    @property
    def key(self) -> Key:
        return (self.section, self.target)
