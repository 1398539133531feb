"""NAT gateways: many private addresses share one, for connections that start inside."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Address
from typing import ClassVar

from genkan.model.resource import Resource


class NatGatewayState(Enum):
    PENDING = "pending"
    AVAILABLE = "available"
    FAILED = "failed"
    DELETING = "deleting"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGateway(Resource):
    kind: ClassVar[str] = "natgateway"

    vpc_id: str
    subnet_id: str
    network_interface_id: str  # "" when it failed before it had one
    state: NatGatewayState
    created_at: datetime
    public: bool = True
    allocation_id: str | None = None
    deleted_at: datetime | None = None
    private_ip: IPv4Address | None = None  # as its interface had it, which goes first
    public_ip: IPv4Address | None = None
    failure: tuple[str, str] | None = None  # AWS's failure code and message
