"""Network interfaces: an address of a subnet, and who wears it.

An interface of an instance, of a NAT gateway or of an endpoint is the same kind of thing;
`interface_type` and `attachment` tell them apart.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import ClassVar

from genkan.model.resource import Resource


class InterfaceType(Enum):
    INTERFACE = "interface"
    NAT_GATEWAY = "nat_gateway"
    VPC_ENDPOINT = "vpc_endpoint"
    GATEWAY_LOAD_BALANCER_ENDPOINT = "gateway_load_balancer_endpoint"
    NETWORK_LOAD_BALANCER = "network_load_balancer"
    GATEWAY_LOAD_BALANCER = "gateway_load_balancer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What wears an interface: an instance, or something that AWS runs (no `instance_id`)."""

    id: str
    instance_id: str | None
    instance_owner: str
    device_index: int
    attached_at: datetime
    delete_on_termination: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface(Resource):
    kind: ClassVar[str] = "network-interface"

    vpc_id: str
    subnet_id: str
    zone: str
    mac: str
    # The first is the primary one; an interface of an IPv6-only subnet has none.
    private_addresses: tuple[IPv4Address, ...]
    group_ids: tuple[str, ...] = ()
    description: str = ""
    interface_type: InterfaceType = InterfaceType.INTERFACE
    source_dest_check: bool = True
    requester_id: str | None = None  # set: something of AWS's made it and manages it
    attachment: Attachment | None = None
    public_ip: IPv4Address | None = (
        None  # the one lent to an instance while it runs; not an Elastic IP
    )
    former: Attachment | None = None  # the attachment that ended last
    former_ended_at: datetime | None = None
    ipv6_addresses: tuple[IPv6Address, ...] = ()
    ipv6_primary: bool = False  # the first of them is for good
    connection_tracking: tuple[tuple[str, int], ...] = ()  # time-outs by AWS's names, to be shown
    prefixes: tuple[IPv4Network | IPv6Network, ...] = ()  # all of whose addresses come to it

    @property
    def private_ip(self) -> IPv4Address:
        return self.private_addresses[0]

    @property
    def addresses(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """Every address it holds, IPv4 first, of each family the primary one first."""
        return (*self.private_addresses, *self.ipv6_addresses)

    @property
    def answerable(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """Every address at which it may be met, those of its IPv4 prefixes too. IPv6's are told
        by their blocks alone: nobody counts their addresses."""
        if not self.prefixes:
            return self.addresses
        return (*self.addresses, *(address for one in self.ipv4_prefixes for address in one))

    @property
    def ipv4_prefixes(self) -> tuple[IPv4Network, ...]:
        return tuple(one for one in self.prefixes if isinstance(one, IPv4Network))

    @property
    def ipv6_prefixes(self) -> tuple[IPv6Network, ...]:
        return tuple(one for one in self.prefixes if isinstance(one, IPv6Network))

    @property
    def has_ipv6(self) -> bool:
        return bool(self.ipv6_addresses or self.ipv6_prefixes)

    def first_address(self, version: int) -> IPv4Address | IPv6Address | None:
        """The first address of a family, if it has one."""
        return next((one for one in self.addresses if one.version == version), None)

    @property
    def has_ipv4(self) -> bool:
        return bool(self.private_addresses)

    @property
    def instance_id(self) -> str | None:
        """The instance that wears it."""
        return self.attachment.instance_id if self.attachment else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterfacePermission(Resource):
    """What another account may do with an interface: data alone, kept because clients ask."""

    kind: ClassVar[str] = "network-interface-permission"

    network_interface_id: str
    grantee: str
    permission: str
