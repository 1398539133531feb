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
    dns_record_type: str | None = None  # of a gateway endpoint; None: service-defined
