"""Records: what is written down of packets, and what those are called whose packets they are.

Nothing is made of these entries; whoever watches packets reads them.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar

from genkan.program.entry import Entry, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface(Entry):
    """These addresses at `place` are those of a network interface.

    `kind` is AWS's interface type. `owner` is what wears it (an instance, an endpoint, a gateway),
    `name` that one's Name tag; `service` the service that an endpoint stands for, and
    `service_account` whose that is, where it is a customer's.
    """

    section: ClassVar[str] = "interface"

    id: str
    place: str
    subnet: str
    zone: str
    zone_id: str
    account: str
    region: str
    kind: str
    addresses: tuple[IPv4Address | IPv6Address, ...]
    owner: str | None = None
    name: str | None = None
    service: str | None = None
    service_account: str | None = None

    @property
    def key(self) -> Key:
        return (self.section, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLog(Entry):
    """The packets of `logged` (a VPC, a subnet, an interface) are written down.

    `fields` is the format, `version` what it shows as its version; `traffic` is ACCEPT, REJECT or
    ALL; `interval` the longest that a record may stand for, in seconds. A destination is a log
    group's ARN, a bucket's with a prefix, or none for a file.
    """

    section: ClassVar[str] = "flow-log"

    id: str
    account: str
    region: str
    logged: str
    traffic: str
    fields: tuple[str, ...]
    version: int
    interval: int
    destination_type: str
    destination: str | None = None
    hive_partitions: bool = False
    hourly_partitions: bool = False

    @property
    def key(self) -> Key:
        return (self.section, self.id)
