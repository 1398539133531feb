"""Flow logs as objects: what is to be recorded of whose traffic, and where it is to go."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLog(Resource):
    """`logged` is the id of a VPC, subnet or interface, which the log may outlive.

    `delivery_error` is why its records do not reach their destination now.
    """

    kind: ClassVar[str] = "vpc-flow-log"

    logged: str
    traffic_type: str | None
    destination_type: str
    destination: str | None
    log_group_name: str | None
    log_format: str
    aggregation_interval: int
    created_at: datetime
    deliver_role: str | None = None
    cross_account_role: str | None = None
    file_format: str | None = None
    hive_partitions: bool = False
    hourly_partitions: bool = False
    delivery_error: str | None = None
