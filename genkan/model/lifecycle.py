"""Lifecycles as tables: which state follows which, and what has to be true first.

`Condition` says what the rest of the site must have done: the data path stands (the engine applied
it), the instance's programs run or have ended. `control` looks these rows up after every commit and
after a restart, so a state that was left half-way goes on. The docs' diagrams are drawn from these
tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from genkan.model.instance import Instance, InstanceState
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Network
from genkan.model.resource import Resource
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState


class Condition(Enum):
    PROGRAMMED = "its data path is in the kernel"
    BOOTED = "its first process runs"
    HALTED = "its processes have ended"
    WITHDRAWN = "its data path is gone from the kernel"


GONE = None  # the record is dropped


@dataclass(frozen=True, slots=True)
class Step:
    after: Condition
    state: Enum | None


INSTANCE: dict[Enum, Step] = {
    InstanceState.PENDING: Step(Condition.BOOTED, InstanceState.RUNNING),
    InstanceState.STOPPING: Step(Condition.HALTED, InstanceState.STOPPED),
    InstanceState.SHUTTING_DOWN: Step(Condition.HALTED, InstanceState.TERMINATED),
}

NAT_GATEWAY: dict[Enum, Step] = {
    NatGatewayState.PENDING: Step(Condition.PROGRAMMED, NatGatewayState.AVAILABLE),
    NatGatewayState.DELETING: Step(Condition.WITHDRAWN, NatGatewayState.DELETED),
}

VPC_ENDPOINT: dict[Enum, Step] = {
    VpcEndpointState.PENDING: Step(Condition.PROGRAMMED, VpcEndpointState.AVAILABLE),
    VpcEndpointState.DELETING: Step(Condition.WITHDRAWN, GONE),
}

TABLES: dict[type[Resource], dict[Enum, Step]] = {
    Instance: INSTANCE,
    NatGateway: NAT_GATEWAY,
    VpcEndpoint: VPC_ENDPOINT,
}


def due(network: Network) -> Iterator[Resource]:
    """Give every resource that is in a state from which a step leads on."""
    for of, table in TABLES.items():
        for state in table:
            yield from network.where(of, state=state)
