"""What was measured for a health check of Route 53: whether its endpoint answers, and how.

There is none until a first request was made, and none of a check that nobody makes: a calculated or
disabled one, or one of an endpoint that is nowhere in the site.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointHealth(Resource):
    """`id` is the health check's. `passed` is what the requests decided, before `Inverted`; None
    while too few were made. `report` says what the last one came to, in AWS's manner, and
    `last_failure` what the last one that failed did; the times are when that was told first."""

    kind: ClassVar[str] = "endpoint-health"

    passed: bool | None
    report: str
    reported_at: datetime
    checker: str  # the address that asks
    last_failure: str | None = None
    failed_at: datetime | None = None
