"""Load balancers of Elastic Load Balancing v2: who receives, what listens, where it is handed on.

`id` is the ARN: that is how the API names these. Network load balancers have an address in each
enabled zone; gateway load balancers hand packets to appliances. "Network Load Balancers" and
"Gateway Load Balancers" in the Elastic Load Balancing user guides.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from genkan.model.resource import Resource

Attributes = tuple[tuple[str, str], ...]  # those that differ from their default


class LoadBalancerType(Enum):
    NETWORK = "network"
    GATEWAY = "gateway"


class LoadBalancerState(Enum):
    PROVISIONING = "provisioning"
    ACTIVE = "active"


class TargetType(Enum):
    INSTANCE = "instance"
    IP = "ip"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer(Resource):
    """`network_interface_ids` stand in the order of `subnet_ids`, one a zone.

    `fixed_subnet_ids` are the subnets where its owner chose the private address.
    """

    kind: ClassVar[str] = "loadbalancer"

    load_balancer_name: str
    type: LoadBalancerType
    internal: bool
    vpc_id: str
    state: LoadBalancerState
    created_at: datetime
    subnet_ids: tuple[str, ...]
    network_interface_ids: tuple[str, ...]
    fixed_subnet_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    enforces_groups_on_private_link: bool = True
    attributes: Attributes = ()
    ip_address_type: str = "ipv4"  # or dualstack

    @property
    def denies_gateways(self) -> bool:
        """Whether nothing comes to its IPv6 addresses by a gateway to the internet: an internal
        one's by default."""
        by_default = str(self.internal).lower()
        return dict(self.attributes).get("ipv6.deny_all_igw_traffic", by_default) == "true"

    @property
    def path(self) -> str:
        """What follows `loadbalancer/` in the ARN: net/NAME/ID, the name of its interfaces."""
        return self.id.partition(":loadbalancer/")[2]

    @property
    def dns_name(self) -> str:
        """The public name of a network load balancer."""
        *_, name, digits = self.path.split("/")
        return f"{name}-{digits}.elb.{self.region}.amazonaws.com"

    @property
    def canonical_name(self) -> str:
        """Its public name as Route 53 writes names."""
        return f"{self.dns_name.lower()}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """A target group, and its share of what a listener receives."""

    target_group: str  # ARN
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener(Resource):
    """`protocol` and `port` of a gateway load balancer's listener are GENEVE's, 6081."""

    kind: ClassVar[str] = "listener"

    load_balancer: str  # ARN
    protocol: str
    port: int
    forwards: tuple[Forward, ...]
    certificates: tuple[str, ...] = ()  # ARNs, the first one is the default
    ssl_policy: str | None = None
    alpn_policy: str | None = None
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """`path` and `matcher` are of HTTP and HTTPS checks; `port` None is the target's own."""

    protocol: str
    port: int | None
    interval: int  # seconds
    timeout: int  # seconds
    healthy_threshold: int
    unhealthy_threshold: int
    path: str | None = None
    matcher: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An instance's id or an address; `zone` is `all` for an address outside the VPC.

    One that was deregistered takes no new connections, and is here until `draining_until`.
    """

    id: str
    port: int
    zone: str | None = None
    draining_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroup(Resource):
    kind: ClassVar[str] = "targetgroup"

    target_group_name: str
    protocol: str
    port: int
    vpc_id: str
    target_type: TargetType
    health_check: HealthCheck
    ip_address_type: str = "ipv4"  # or ipv6: what its targets' addresses are
    targets: tuple[Target, ...] = ()
    attributes: Attributes = ()

    @property
    def unhealthy_draining(self) -> int:
        """How many seconds connections to a target that is found ill go on; 0: they end at once, or
        never."""
        state, held = "target_health_state.unhealthy", dict(self.attributes)
        ends = held.get(f"{state}.connection_termination.enabled", "true") == "true"
        return 0 if ends else int(held.get(f"{state}.draining_interval_seconds", "0"))

    @property
    def drains(self) -> bool:
        """Whether some target was deregistered and is not gone yet."""
        return any(one.draining_until for one in self.targets)
