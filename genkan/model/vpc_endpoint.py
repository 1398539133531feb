"""VPC endpoints: a service's door in a VPC.

States and their order: "Access an AWS service using an interface VPC endpoint" and the section on
endpoint states in the AWS PrivateLink guide. Classic endpoint types show states in lower camel
case.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from genkan.model.resource import Resource

SERVICE_DEFINED = "service-defined"


class VpcEndpointType(Enum):
    INTERFACE = "Interface"
    GATEWAY = "Gateway"
    GATEWAY_LOAD_BALANCER = "GatewayLoadBalancer"


class VpcEndpointState(Enum):
    PENDING_ACCEPTANCE = "pendingAcceptance"
    PENDING = "pending"
    AVAILABLE = "available"
    REJECTED = "rejected"
    EXPIRED = "expired"
    FAILED = "failed"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcEndpoint(Resource):
    """`dns_suffix` is the eight random characters of its names; `policy` None means the default
    one.

    `network_interface_ids` stand in the order of `subnet_ids`. A gateway endpoint has route tables
    instead of subnets, groups and names; its routes follow from them and are not stored.
    `ip_address_type` is ipv4, ipv6 or dualstack; `dns_record_type` None means the default: a
    gateway endpoint's is service-defined, every other one's is its address type. With
    `private_dns_inbound_only` private names answer what comes in by a Resolver inbound endpoint
    alone.
    """

    kind: ClassVar[str] = "vpc-endpoint"

    vpc_id: str
    service_name: str
    endpoint_type: VpcEndpointType
    state: VpcEndpointState
    created_at: datetime
    dns_suffix: str = ""
    hosted_zone_id: str = ""  # of the hidden zone of its private names
    subnet_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    network_interface_ids: tuple[str, ...] = ()
    private_dns_enabled: bool = False
    policy: str | None = None
    route_table_ids: tuple[str, ...] = ()
    dns_record_type: str | None = None
    ip_address_type: str = "ipv4"
    private_dns_inbound_only: bool = False
    service_region: str | None = None  # None: its own
    payer: str | None = None  # of its charges, where its provider chose; by AWS's word

    @property
    def home(self) -> str:
        """The Region of its service."""
        return self.service_region or self.region

    def record_families(self, private: bool) -> tuple[str, ...]:
        """Give the families whose addresses its public, or its private, names answer."""
        both = ("ipv4", "ipv6")
        held = self.dns_record_type or self.ip_address_type
        if held == SERVICE_DEFINED:
            return ("ipv4",) if private else both
        return both if held == "dualstack" else (held,)
