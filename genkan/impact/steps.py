"""The changes of orders one after the other: which of them are looked at by themselves, and whether
something is on the way that is as it was in the end.

What only makes things that nobody refers to who was there (a group, a subnet, a table of new
subnets, an endpoint without private names) alters no flow that was there: the state after it is
not looked at, and is compiled together with what comes next.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from genkan.model.network import Change, Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTable
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType


def together(network: Network, changes: Iterable[Change]) -> Iterator[Change]:
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


def may_come_back(network: Network, changes: Sequence[Change]) -> bool:
    """Tell whether changes may lead through what is neither before nor after them: a row that was
    there is altered twice, one is made and goes again, one goes and another of its kind comes."""
    counts: Counter[tuple[str, str]] = Counter()
    beside: set[tuple[str, str]] = set()
    gone: set[str] = set()
    for change in changes:
        rows = {(row.kind, row.id): row for row in change.puts}
        new = {one for one in rows if one not in counts and network.find(*one) is None}
        if any(kind in gone for kind, _ in new):
            return True
        counts.update((*rows, *change.deletes))
        beside = (beside - set(change.deletes)) | {
            one for one in new if _stands_alone(network, rows[one])
        }
        gone |= {kind for kind, _ in change.deletes}
    return any(count > 1 and one not in beside for one, count in counts.items())
