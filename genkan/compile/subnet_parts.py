"""One subnet → what stands at its edge because of the addresses in it: its guards, and the way back
of what the router itself answers there."""

from collections.abc import Iterator

from genkan.compile import network_acls, routing
from genkan.compile.part import Part
from genkan.model.network import Network
from genkan.model.route_table import RouteTable
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc

NOBODY: frozenset[str] = frozenset()  # which interfaces take packets does not matter here


def parts(network: Network, subnet_id: str) -> Iterator[Part]:
    """Give the parts of a subnet; none when it, or its VPC, is not there."""
    subnet = network.get(Subnet, subnet_id)
    vpc = network.get(Vpc, subnet.vpc_id) if subnet else None
    if subnet is None or vpc is None:
        return
    acl_id = network_acls.guard_of(network, vpc, subnet)
    if acl_id:
        yield Part(
            ("subnet-guards",),
            network_acls.compile_subnet_guards,
            (vpc.id, subnet.id, acl_id, network_acls.delivered_in(network, subnet)),
        )
    table = routing.table_of(network, subnet)
    beyond = routing.peerings_of(table) if table else NOBODY
    if table and beyond and _leads_over(network, table, beyond):
        answering = (vpc.id, table.id, network_acls.delivered_in(network, subnet))
        yield Part(("answers",), routing.compile_answers, answering)


def _leads_over(network: Network, table: RouteTable, beyond: frozenset[str]) -> bool:
    return routing.leads_over(routing.resolve_routes(network, table, NOBODY), beyond)
