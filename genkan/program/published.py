"""Programs of the host that answer at a place."""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import ClassVar

from genkan.program.entry import Entry, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Entry):
    """TCP connections to `address` and `port` of `place` are connections to a program of the host.

    The host reaches it at `host` and `host_port`; a `host` that begins with a slash is the path of
    a Unix socket. No route leads from one network to the other.
    """

    section: ClassVar[str] = "published"

    place: str
    address: IPv4Address
    port: int
    host: str
    host_port: int

    @property
    def key(self) -> Key:
        return (self.section, self.place, str(self.address), str(self.port))
