"""What was measured of a target: whether it is well, and why not.

There is none until a first check decided, and none of a target that nobody checks. "Target health
status" in the user guides of Network and Gateway Load Balancers.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHealth(Resource):
    """`reason` and `description` are AWS's, of one that is not well. Its connections go on until
    `draining_until`, where its group gives them time."""

    kind: ClassVar[str] = "target-health"

    vpc_id: str  # of the target group
    target_group: str  # ARN
    healthy: bool
    reason: str | None = None
    description: str | None = None
    draining_until: datetime | None = None

    @property
    def drains(self) -> bool:
        return self.draining_until is not None


def target_health_id(target_group: str, target: str, port: int) -> str:
    """Give the id of what is measured of a target at a port."""
    return f"{target_group} {target} {port}"


def group_of(target_health: str) -> str:
    """Give the target group in such an id."""
    return target_health.partition(" ")[0]
