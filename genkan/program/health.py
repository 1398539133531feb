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
