"""Outages: flows that work before orders and after them, and not between two of them.

What only makes things that nobody refers to who was there (a group, a subnet, a table of new
subnets, an endpoint without private names) alters no flow that was there: the state after it is
not looked at, and is compiled together with what comes next.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from genkan.impact.effects import Compared, Effect
from genkan.impact.groups import Sender
from genkan.impact.outlook import Verdict, look
from genkan.impact.state import State
from genkan.impact.target import Target
from genkan.model.network import Change, Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTable
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType


@dataclass(frozen=True, slots=True)
class Pair:
    """Who sends where, and what was compared of it."""

    sender: Sender
    target: Target
    compared: tuple[Compared, ...]


def with_outages(before: State, changes: Sequence[Change], pairs: Iterable[Pair]) -> list[Pair]:
    """Mark the flows that fail after some of the changes and not after all. The states in between
    are made where a flow asks for them, each of the one before it."""
    held = list(pairs)
    left = {id(one): (pair, one) for pair in held for one in pair.compared if _is_in_question(one)}
    states = before.through(_together(before.network, changes[:-1]))
    fails: set[int] = set()
    while left and (state := next(states, None)):
        now = {
            name
            for name, (pair, one) in left.items()
            if look(state, pair.sender, pair.target, one.flow).verdict is Verdict.BLOCKED
        }
        fails |= now
        left = {name: one for name, one in left.items() if name not in now}
    return [_marked(pair, fails) for pair in held]


def _together(network: Network, changes: Iterable[Change]) -> Iterator[Change]:
    """Give the changes that can alter a flow of a network, each with those before it that cannot;
    the last of these lead to nothing else."""
    held: list[Change] = []
    for change in changes:
        held.append(change)
        if not is_beside(network, change):
            yield Change.of(held)
            held = []


def is_beside(network: Network, change: Change) -> bool:
    """Tell whether a change only makes what stands beside all that a network has."""
    return not change.deletes and all(
        network.find(row.kind, row.id) is None and _stands_alone(network, row)
        for row in change.puts
    )


def _stands_alone(network: Network, row: Resource) -> bool:
    match row:
        case SecurityGroup() | Subnet():
            return True
        case RouteTable(associations=associations):
            return all(
                one.subnet_id and network.get(Subnet, one.subnet_id) is None for one in associations
            )
        case NetworkInterface(interface_type=InterfaceType.VPC_ENDPOINT):
            return True
        case VpcEndpoint():
            interface = row.endpoint_type is VpcEndpointType.INTERFACE
            return interface and not row.private_dns_enabled
    return False


def _is_in_question(one: Compared) -> bool:
    stopped = Verdict.BLOCKED in (one.before.verdict, one.after.verdict)
    return one.effect is not Effect.UNCHANGED and not stopped


def _marked(pair: Pair, fails: set[int]) -> Pair:
    if fails.isdisjoint(map(id, pair.compared)):
        return pair
    compared = (replace(one, interrupted=id(one) in fails) for one in pair.compared)
    return replace(pair, compared=tuple(compared))
