"""Endpoint services: what a provider offers to other VPCs through its load balancers.

A connection is one consumer's endpoint as the provider sees it; its state is that endpoint's, and
it outlives it for a while. "Create a service powered by AWS PrivateLink" and "Manage DNS names for
VPC endpoint services" in the AWS PrivateLink guide.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from genkan.model.resource import Resource
from genkan.model.vpc_endpoint import VpcEndpointType


class DnsNameState(Enum):
    PENDING_VERIFICATION = "pendingVerification"
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateDnsName:
    """A name that the provider says is its own, and the TXT record that has to prove it.

    `proved`: it has been verified once, whatever became of the proof.
    """

    name: str
    state: DnsNameState
    record: str  # the label of the TXT record, below the domain
    value: str
    proved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointService(Resource):
    """`zones` are those its load balancers had when they were last associated, by name."""

    kind: ClassVar[str] = "vpc-endpoint-service"

    service_type: VpcEndpointType
    load_balancers: tuple[str, ...]  # ARNs
    zones: tuple[str, ...]
    acceptance_required: bool = True
    ip_address_types: tuple[str, ...] = ("ipv4",)
    regions: tuple[str, ...] = ()
    private_dns: PrivateDnsName | None = None
    owner_pays: bool = False

    @property
    def service_name(self) -> str:
        """The name that endpoints are made with."""
        return f"com.amazonaws.vpce.{self.region}.{self.id}"

    @property
    def base_name(self) -> str:
        """What the names of its endpoints end in."""
        return base_name_of(self.service_name)

    @property
    def verified_name(self) -> str | None:
        """The private name, when it is proved to be the provider's."""
        private = self.private_dns
        return private.name if private and private.state is DnsNameState.VERIFIED else None

    @property
    def standing_name(self) -> str | None:
        """The private name that endpoints have which turned it on: what was proved once stays
        theirs when the proof is gone, and no new one gets it."""
        private = self.private_dns
        return private.name if private and private.proved else self.verified_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePermission(Resource):
    """A principal that may make endpoints to a service."""

    kind: ClassVar[str] = "vpc-endpoint-service-permission"

    service_id: str
    principal: str
    principal_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointConnection(Resource):
    """`account` and `region` are the provider's; `deleted_at` is when the endpoint went.

    `endpoint_region` None: the provider's.
    """

    kind: ClassVar[str] = "vpc-endpoint-connection"

    service_id: str
    endpoint_id: str
    endpoint_account: str
    created_at: datetime
    deleted_at: datetime | None = None
    endpoint_region: str | None = None
    ip_address_type: str = "ipv4"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionNotification(Resource):
    """Whom to tell of a service's, or of one endpoint's, connections."""

    kind: ClassVar[str] = "vpc-endpoint-connection-notification"

    topic: str  # ARN
    events: tuple[str, ...]
    service_id: str | None = None
    endpoint_id: str | None = None


def service_id_of(service_name: str) -> str | None:
    """Give the id in an endpoint service's name, None for a name that is not a customer's."""
    if not service_name.startswith("com.amazonaws.vpce."):
        return None
    return service_name.rpartition(".")[2]


def base_name_of(service_name: str) -> str:
    """Give what names of endpoints to a customer's service end in, from the service's name."""
    *_, region, service_id = service_name.split(".")
    return f"{service_id}.{region}.vpce.amazonaws.com"
