"""The services' networks with IPv6 beside IPv4, whose targets are met by IPv6: every resource that
is put gets its other half, so what is done with one family is done with both."""

from dataclasses import replace
from ipaddress import IPv6Network

from genkan.compile.gateways import ANYWHERE_IPV6
from genkan.model.load_balancer import LoadBalancer, TargetGroup
from genkan.model.network import Change
from genkan.model.network_acl import NetworkAcl
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTable
from genkan.model.vpc_endpoint import VpcEndpoint
from tests.engine.services_ipv6 import six, with_ipv6
from tests.engine.world import World


class SixWorld(World):
    """A network in the kernel."""

    def __init__(self, resources: list[Resource], accelerates_after: int | None = None) -> None:
        super().__init__([both(one) for one in resources], accelerates_after)

    def change(self, change: Change) -> None:
        super().change(replace(change, puts=tuple(map(both, change.puts))))


def both(one: Resource) -> Resource:
    """Give a resource with what it has by IPv4 by IPv6 as well, once."""
    match one:
        case TargetGroup():
            return replace(one, ip_address_type="ipv6")
        case LoadBalancer() | VpcEndpoint():
            return replace(one, ip_address_type="dualstack")
        case NetworkInterface(ipv6_addresses=known) if known:
            return one
        case NetworkInterface(id="eni-d-vpce"):  # elsewhere it is in a subnet of its own
            return replace(with_ipv6(replace(one, id="eni")), id=one.id)
        case NetworkAcl():
            rows = (replace(e, number=e.number + 1, cidr=_block(str(e.cidr))) for e in one.entries)
            return replace(one, entries=(*one.entries, *rows))
        case RouteTable():
            rows = (replace(r, destination=_block(str(r.destination))) for r in one.routes)
            return replace(one, routes=(*one.routes, *rows))
    return with_ipv6(one)


def _block(cidr: str) -> IPv6Network:
    address, _, length = cidr.partition("/")
    return IPv6Network(six(address)) if length == "32" else ANYWHERE_IPV6
