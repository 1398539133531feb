"""VPC peering connections: two VPCs that may send to each other once both sides want it.

States and their order: "VPC peering connection lifecycle" in the Amazon VPC Peering guide. A
connection is one record that both sides see.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from genkan.model.resource import Resource


class PeeringState(Enum):
    INITIATING_REQUEST = "initiating-request"
    PENDING_ACCEPTANCE = "pending-acceptance"
    PROVISIONING = "provisioning"
    ACTIVE = "active"
    FAILED = "failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    DELETED = "deleted"


HAS_A_PATH = (PeeringState.PROVISIONING, PeeringState.ACTIVE)
ENDED = (
    PeeringState.FAILED,
    PeeringState.REJECTED,
    PeeringState.EXPIRED,
    PeeringState.DELETED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeeringSide:
    """One of the two VPCs, which may be gone or never have been there.

    `remote_dns`: names of this side's instances are private addresses for the other side.
    """

    account: str
    region: str
    vpc: str
    remote_dns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcPeeringConnection(Resource):
    """`account`, `region` and `tags` are the requester's."""

    kind: ClassVar[str] = "vpc-peering-connection"

    requester: PeeringSide
    accepter: PeeringSide
    state: PeeringState
    message: str
    expires_at: datetime
    ended_at: datetime | None = None
