"""Lifecycles as tables: which state follows which, and what has to be true first.

`Condition` says what the rest of the site must have done: the data path stands (the engine applied
it), the instance's programs run or have ended. `control` looks these rows up after every commit and
after a restart, so a state that was left half-way goes on. The docs' diagrams are drawn from these
tables.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar

from genkan.model.endpoint_service import ConnectionNotification, EndpointConnection
from genkan.model.instance import Instance, InstanceState
from genkan.model.load_balancer import LoadBalancer, LoadBalancerState, Target, TargetGroup
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Change, Network, delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.peering import PeeringState, VpcPeeringConnection
from genkan.model.resolver import ResolverEndpoint, ResolverEndpointState
from genkan.model.resource import Resource
from genkan.model.target_health import TargetHealth
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState
from genkan.model.vpn import VpnConnection, VpnConnectionState

S = TypeVar("S")


class Condition(Enum):
    PROGRAMMED = "its data path is in the kernel"
    BOOTED = "its first process runs"
    HALTED = "its processes have ended"
    WITHDRAWN = "its data path is gone from the kernel"
    UNANSWERED = "its provider has not answered for seven days"


GONE = None  # the record is dropped
PATIENCE = timedelta(days=7)  # of UNANSWERED


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """`failing` is where what was made though it cannot work goes instead."""

    after: Condition
    state: S
    failing: S | None = None


INSTANCE: dict[InstanceState, Step[InstanceState]] = {
    InstanceState.PENDING: Step(Condition.BOOTED, InstanceState.RUNNING),
    InstanceState.STOPPING: Step(Condition.HALTED, InstanceState.STOPPED),
    InstanceState.SHUTTING_DOWN: Step(Condition.HALTED, InstanceState.TERMINATED),
}

NAT_GATEWAY: dict[NatGatewayState, Step[NatGatewayState]] = {
    NatGatewayState.PENDING: Step(
        Condition.PROGRAMMED, NatGatewayState.AVAILABLE, failing=NatGatewayState.FAILED
    ),
    NatGatewayState.DELETING: Step(Condition.WITHDRAWN, NatGatewayState.DELETED),
}

LOAD_BALANCER: dict[LoadBalancerState, Step[LoadBalancerState]] = {
    LoadBalancerState.PROVISIONING: Step(Condition.PROGRAMMED, LoadBalancerState.ACTIVE),
}

VPC_ENDPOINT: dict[VpcEndpointState, Step[VpcEndpointState | None]] = {
    VpcEndpointState.PENDING_ACCEPTANCE: Step(Condition.UNANSWERED, VpcEndpointState.EXPIRED),
    VpcEndpointState.PENDING: Step(Condition.PROGRAMMED, VpcEndpointState.AVAILABLE),
    VpcEndpointState.DELETING: Step(Condition.WITHDRAWN, GONE),
}

RESOLVER_ENDPOINT: dict[ResolverEndpointState, Step[ResolverEndpointState | None]] = {
    ResolverEndpointState.CREATING: Step(Condition.PROGRAMMED, ResolverEndpointState.OPERATIONAL),
    ResolverEndpointState.DELETING: Step(Condition.WITHDRAWN, GONE),
}

# What a provider's answer makes of an endpoint; from every other state it is refused.
ACCEPTED: dict[VpcEndpointState, VpcEndpointState] = {
    VpcEndpointState.PENDING_ACCEPTANCE: VpcEndpointState.PENDING,
    VpcEndpointState.REJECTED: VpcEndpointState.PENDING,
}
REJECTED: dict[VpcEndpointState, VpcEndpointState] = {
    VpcEndpointState.PENDING_ACCEPTANCE: VpcEndpointState.REJECTED,
    VpcEndpointState.PENDING: VpcEndpointState.REJECTED,
    VpcEndpointState.AVAILABLE: VpcEndpointState.REJECTED,
}

VPN_CONNECTION: dict[VpnConnectionState, Step[VpnConnectionState]] = {
    VpnConnectionState.PENDING: Step(Condition.PROGRAMMED, VpnConnectionState.AVAILABLE),
    VpnConnectionState.DELETING: Step(Condition.WITHDRAWN, VpnConnectionState.DELETED),
}

VPC_PEERING_CONNECTION: dict[PeeringState, Step[PeeringState]] = {
    PeeringState.INITIATING_REQUEST: Step(Condition.PROGRAMMED, PeeringState.PENDING_ACCEPTANCE),
    PeeringState.PROVISIONING: Step(Condition.PROGRAMMED, PeeringState.ACTIVE),
}

PEERING_MESSAGES = {
    PeeringState.PENDING_ACCEPTANCE: "Pending Acceptance by {}",
    PeeringState.ACTIVE: "Active",
}

TABLES: dict[type[Resource], Mapping[Any, Step[Any]]] = {
    Instance: INSTANCE,
    NatGateway: NAT_GATEWAY,
    VpcEndpoint: VPC_ENDPOINT,
    ResolverEndpoint: RESOLVER_ENDPOINT,
    LoadBalancer: LOAD_BALANCER,
    VpcPeeringConnection: VPC_PEERING_CONNECTION,
    VpnConnection: VPN_CONNECTION,
}


def due(network: Network, at: datetime) -> Iterator[Resource]:
    """Give every resource that is in a state from which a step leads on.

    Only UNANSWERED asks for the time `at`, and so do targets that drain: what else a step waits for
    is done by whoever asks.
    """
    for of, table in TABLES.items():
        for state, step in table.items():
            for row in network.where(of, state=state):
                if step.after is not Condition.UNANSWERED or _is_unanswered(row, at):
                    yield row
    for group in network.where(TargetGroup, drains=True):
        if any(_is_drained(target, at) for target in group.targets):
            yield group
    for ill in network.where(TargetHealth, drains=True):
        if _is_drained(ill, at):
            yield ill


def _is_drained(target: Target | TargetHealth, at: datetime) -> bool:
    return target.draining_until is not None and target.draining_until <= at


def _is_unanswered(resource: Resource, at: datetime) -> bool:
    return isinstance(resource, VpcEndpoint) and resource.created_at + PATIENCE <= at


def complete(network: Network, resource: Resource, at: datetime) -> Change:
    """Give the change that takes a due resource to its next state, with what goes along with it.

    An endpoint that is gone takes its interfaces along and ends its connection; a NAT gateway and a
    terminated instance have let go of theirs when they began to end. A NAT gateway that cannot work
    is made all the same, and fails.
    """
    match resource:
        case Instance():
            running = INSTANCE[resource.state].state
            return put(replace(resource, state=running, state_changed_at=at))
        case NatGateway():
            step = NAT_GATEWAY[resource.state]
            standing = step.failing if resource.failure and step.failing else step.state
            ended = None if standing is NatGatewayState.AVAILABLE else at
            return put(replace(resource, state=standing, deleted_at=ended))
        case VpcEndpoint():
            state = VPC_ENDPOINT[resource.state].state
            if state is not GONE:
                return put(replace(resource, state=state))
            interfaces = (
                network.get(NetworkInterface, name) for name in resource.network_interface_ids
            )
            connections = network.where(EndpointConnection, endpoint_id=resource.id)
            told = network.where(ConnectionNotification, endpoint_id=resource.id)
            return delete(resource, *(one for one in interfaces if one), *told) + put(
                *(replace(one, deleted_at=at) for one in connections)
            )
        case LoadBalancer():
            return put(replace(resource, state=LOAD_BALANCER[resource.state].state))
        case TargetGroup():
            left = tuple(one for one in resource.targets if not _is_drained(one, at))
            return put(replace(resource, targets=left))
        case TargetHealth():
            return put(replace(resource, draining_until=None))
        case ResolverEndpoint():
            standing_or_gone = RESOLVER_ENDPOINT[resource.state].state
            if standing_or_gone is not GONE:
                return put(replace(resource, state=standing_or_gone))
            worn = (
                network.get(NetworkInterface, one.network_interface_id)
                for one in resource.addresses
            )
            return delete(resource, *(one for one in worn if one))
        case VpnConnection():
            standing_or_not = VPN_CONNECTION[resource.state].state
            over = at if standing_or_not is VpnConnectionState.DELETED else None
            return put(replace(resource, state=standing_or_not, deleted_at=over))
        case VpcPeeringConnection():
            joined = VPC_PEERING_CONNECTION[resource.state].state
            message = PEERING_MESSAGES[joined].format(resource.accepter.account)
            return put(replace(resource, state=joined, message=message))
    return Change()
