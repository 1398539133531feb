"""Instances: programs that run at the far end of an interface."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from genkan.model.resource import Resource


class InstanceState(Enum):
    PENDING = "pending"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    SHUTTING_DOWN = "shutting-down"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance(Resource):
    """Its interfaces are found by their attachment; `boots` counts starts and reboots."""

    kind: ClassVar[str] = "instance"

    reservation_id: str
    vpc_id: str
    subnet_id: str
    zone: str
    image_id: str
    instance_type: str
    state: InstanceState
    launched_at: datetime
    boots: int = 1
    launch_index: int = 0
    key_name: str | None = None
    user_data: str | None = None  # base64, as it came
    client_token: str | None = None
    monitoring: bool = False
    ebs_optimized: bool = False
    state_reason: tuple[str, str] | None = None  # AWS's code and message
    state_changed_at: datetime | None = None
    disable_api_termination: bool = False
    disable_api_stop: bool = False
    shutdown_behavior: str = "stop"
    lent_public_address: bool = False  # while it runs, unless it has an Elastic IP
    described: str = "{}"  # JSON of what was said of hardware that is not there, to be shown again
