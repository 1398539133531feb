"""Route 53 Resolver: endpoints in a VPC, rules for domains, and which VPCs follow which rule.

"What is Route 53 VPC Resolver?" in the Amazon Route 53 developer guide.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Address
from typing import ClassVar

from genkan.model.resource import Resource


class ResolverEndpointState(Enum):
    CREATING = "CREATING"
    OPERATIONAL = "OPERATIONAL"
    DELETING = "DELETING"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverAddress:
    """An address of an endpoint, and the interface that has it."""

    id: str
    subnet_id: str
    ip: IPv4Address
    network_interface_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverEndpoint(Resource):
    kind: ClassVar[str] = "resolver-endpoint"

    vpc_id: str
    direction: str  # INBOUND, OUTBOUND, INBOUND_DELEGATION
    state: ResolverEndpointState
    creator_request_id: str
    created_at: datetime
    modified_at: datetime
    addresses: tuple[ResolverAddress, ...]
    group_ids: tuple[str, ...] = ()
    endpoint_name: str | None = None
    protocols: tuple[str, ...] = ("Do53",)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAddress:
    """Where questions are forwarded to."""

    ip: str
    port: int = 53
    protocol: str = "Do53"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverRule(Resource):
    """`domain_name` is canonical (see `domain_names`)."""

    kind: ClassVar[str] = "resolver-rule"

    domain_name: str
    rule_type: str  # FORWARD or SYSTEM
    creator_request_id: str
    created_at: datetime
    modified_at: datetime
    rule_name: str | None = None
    resolver_endpoint_id: str | None = None
    targets: tuple[TargetAddress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverRuleAssociation(Resource):
    kind: ClassVar[str] = "resolver-rule-association"

    rule_id: str
    vpc_id: str
    association_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverConfig(Resource):
    """Whether a VPC's reverse zones are defined by themselves."""

    kind: ClassVar[str] = "resolver-config"

    vpc_id: str
    autodefined_reverse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverDnssecConfig(Resource):
    """Whether a VPC's resolver validates signatures."""

    kind: ClassVar[str] = "resolver-dnssec-config"

    vpc_id: str
    validates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLogConfig(Resource):
    """Where the questions of VPCs are logged."""

    kind: ClassVar[str] = "resolver-query-log-config"

    config_name: str
    destination: str  # ARN
    creator_request_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLogAssociation(Resource):
    """A VPC whose questions a config logs."""

    kind: ClassVar[str] = "resolver-query-log-config-association"

    config_id: str
    vpc_id: str
    created_at: datetime
