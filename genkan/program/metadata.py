"""What an instance can learn of itself, and how it may ask: its metadata.

It is answered at METADATA_ADDRESS of the instance's router, and at METADATA_IPV6_ADDRESS; who asks
is known by the source address alone, which a connection cannot borrow.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar

from genkan.program.address import Address
from genkan.program.entry import Entry, Key

METADATA_ADDRESS = IPv4Address("169.254.169.254")
METADATA_IPV6_ADDRESS = IPv6Address("fd00:ec2::254")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRole:
    """The role whose temporary credentials an instance is given: its name, the session that signs
    (an ARN), and the instance profile that it came by."""

    name: str
    session: str
    profile_arn: str
    profile_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceMetadata(Entry):
    """The metadata of `instance`, for whoever asks at `place` from one of `sources`.

    `items` are (path, text) below a version's root, sorted: "meta-data/hostname"; one whose path
    ends in "/" is the list that is shown there instead of the names of what is below. `user_data`
    is base64. `enabled` false: every question is refused; `ipv6` false: those by IPv6 are. With
    `tokens_required`, only those are answered that bring a session token, which a PUT gives whose
    answer crosses at most `hops` routers.
    """

    section: ClassVar[str] = "instance-metadata"

    place: str
    instance: str
    account: str
    sources: tuple[Address, ...]  # in order
    enabled: bool
    ipv6: bool
    tokens_required: bool
    hops: int
    items: tuple[tuple[str, str], ...]
    user_data: str | None = None
    role: InstanceRole | None = None

    @property
    def key(self) -> Key:
        return (self.section, self.instance)
