"""What refers to prefix lists: rules of security groups and routes."""

from collections.abc import Iterator

from genkan.api.call import Call
from genkan.model.resource import Resource
from genkan.model.route_table import ListDestination, RouteTable
from genkan.model.security_group import ListPeer, SecurityGroup


def referring_to(call: Call, prefix_list_id: str) -> Iterator[Resource]:
    """Give the security groups and route tables, of any account, that name a list."""
    for group in call.network.all(SecurityGroup):
        if any(rule.peer == ListPeer(prefix_list_id) for rule in group.rules):
            yield group
    for table in call.network.all(RouteTable):
        if any(route.destination == ListDestination(prefix_list_id) for route in table.routes):
            yield table
