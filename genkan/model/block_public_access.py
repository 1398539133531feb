"""VPC block public access: an account's switch, in a Region, against its internet gateways.

What it blocks is asked by `mode_of`, a subnet at a time. "Block public access to VPCs and subnets"
in the Amazon VPC user guide.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from genkan.model.network import Network
from genkan.model.resource import Resource


class BlockMode(Enum):
    """BIDIRECTIONAL lets nothing pass an internet gateway or an egress-only one. INGRESS lets pass
    what NAT gateways and egress-only gateways begin, and its answers."""

    OFF = "off"
    INGRESS = "block-ingress"
    BIDIRECTIONAL = "block-bidirectional"


class ExclusionMode(Enum):
    """ALLOW_EGRESS leaves of BIDIRECTIONAL what INGRESS blocks; INGRESS itself it leaves as it
    is."""

    ALLOW_BIDIRECTIONAL = "allow-bidirectional"
    ALLOW_EGRESS = "allow-egress"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPublicAccessOptions(Resource):
    """`id` is "account/Region"; an account that never set them has none, and the mode OFF."""

    kind: ClassVar[str] = "vpc-block-public-access-options"

    mode: BlockMode
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPublicAccessExclusion(Resource):
    """A VPC, or a subnet, that the account's mode does not hold for. One of the two is set."""

    kind: ClassVar[str] = "vpc-block-public-access-exclusion"

    mode: ExclusionMode
    created_at: datetime
    updated_at: datetime | None = None
    vpc_id: str | None = None
    subnet_id: str | None = None


def options_id(account: str, region: str) -> str:
    return f"{account}/{region}"


def mode_of(
    network: Network, account: str, region: str, vpc_id: str, subnet_id: str | None = None
) -> BlockMode:
    """Give what is blocked for a subnet, or for a VPC where no subnet is named.

    A subnet's own exclusion counts before its VPC's.
    """
    options = network.get(BlockPublicAccessOptions, options_id(account, region))
    if options is None or options.mode is BlockMode.OFF:
        return BlockMode.OFF
    of_subnet = list(network.where(BlockPublicAccessExclusion, subnet_id=subnet_id or ""))
    exclusions = of_subnet or list(network.where(BlockPublicAccessExclusion, vpc_id=vpc_id))
    if not exclusions:
        return options.mode
    if any(one.mode is ExclusionMode.ALLOW_BIDIRECTIONAL for one in exclusions):
        return BlockMode.OFF
    return BlockMode.INGRESS
