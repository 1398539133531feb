"""Endpoints of gateway load balancers → a place in their subnet, where packets are inspected.

A route leads there; what comes back goes on from there, by the route table and the ACLs of the
endpoint's own subnet. Source and destination stay as they are, no group is asked, and nobody
answers at the endpoint's address. "Access virtual appliances through AWS PrivateLink".
"""

import hashlib
from collections.abc import Iterator

from genkan.compile import fleets
from genkan.compile.naming import host_network, mac_of
from genkan.compile.part import Part
from genkan.model.endpoint_service import EndpointService, service_id_of
from genkan.model.load_balancer import LoadBalancer
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from genkan.program import Because, Entry
from genkan.program.inspection import Inspection
from genkan.program.place import End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Blackhole, Route

MTU = 8500  # "Network MTU" in the Gateway Load Balancer guide
WAY = "eth0"
HAS_A_PATH = (VpcEndpointState.PENDING, VpcEndpointState.AVAILABLE)


def parts(network: Network, endpoint: VpcEndpoint) -> Iterator[Part]:
    """Give the part of an endpoint, if it is one of a gateway load balancer."""
    interface = way_of(network, endpoint)
    if interface:
        fleet = _fleet(network, endpoint, interface.zone)
        yield Part(
            ("inspected-endpoint", endpoint.id),
            compile_endpoint,
            (endpoint.id, interface, fleet),
        )


def way_of(network: Network, endpoint: VpcEndpoint) -> NetworkInterface | None:
    """Give the interface that routes to an endpoint lead to; None while it takes no packets."""
    gateway = endpoint.endpoint_type is VpcEndpointType.GATEWAY_LOAD_BALANCER
    if not gateway or endpoint.state not in HAS_A_PATH:
        return None
    names = endpoint.network_interface_ids
    return network.get(NetworkInterface, names[0]) if names else None


def carries(endpoint: VpcEndpoint | None, version: int) -> bool:
    """Tell whether packets of an IP version may go through an endpoint."""
    return endpoint is not None and endpoint.ip_address_type in (f"ipv{version}", "dualstack")


def compile_endpoint(
    endpoint: str, interface: NetworkInterface, fleet: str | None
) -> Iterator[Entry]:
    """Give an endpoint's place. `fleet` is the interface of the load balancer that it leads to."""
    because = Because("vpc-endpoint", endpoint)
    name, vpc_id = interface.id, interface.vpc_id
    router = mac_of(vpc_id, name)
    yield Place(
        because=because,
        id=endpoint,
        kind=PlaceKind.GATEWAY_LOAD_BALANCER_ENDPOINT,
        forwards=False,
    )
    yield Link(
        because=because,
        id=name,
        left=End(place=vpc_id, name=name, mac=router, subnet=interface.subnet_id),
        right=End(place=endpoint, name=WAY, mac=interface.mac),
        whole=True,
        tracks=True,
        passes_on=True,
    )
    for address in interface.private_addresses:
        yield Route(
            because=because,
            place=vpc_id,
            table=PLACE_TABLE,
            destination=host_network(address),
            action=Blackhole(),
        )
    yield Inspection(
        because=because,
        place=endpoint,
        interface=WAY,
        router=router,
        endpoint=_number(endpoint),
        attachment=_number(vpc_id),
        fleet=fleet,
        mtu=MTU,
    )


def _fleet(network: Network, endpoint: VpcEndpoint, zone: str) -> str | None:
    """Give the load balancer's interface that an endpoint is bound to: one in its zone, by a hash,
    so that others coming and going move it only when its own goes."""
    service = network.get(EndpointService, service_id_of(endpoint.service_name))
    arns = service.load_balancers if service else ()
    balancers = (network.get(LoadBalancer, arn) for arn in arns)
    there = (fleets.interface_in(network, one, zone) for one in balancers if one)
    return max(filter(None, there), key=lambda one: _rank(endpoint.id, one), default=None)


def _rank(endpoint: str, interface: str) -> bytes:
    return hashlib.blake2s(f"{endpoint}/{interface}".encode(), digest_size=8).digest()


def _number(name: str) -> int:
    """Give the 64 bits by which appliances know an endpoint or a VPC: the last 16 digits of its
    id."""
    return int(name.rpartition("-")[2][-16:], 16)
