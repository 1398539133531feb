"""Endpoints to endpoint services → a link from the consumer's VPC to a node of a load balancer.

The endpoint's address is routed over it as it is, so the consumer's VPC decides by its own groups
and ACLs, and the node by the provider's. An endpoint that is not accepted has its interface and no
link: what is sent to it is dropped. "Connect to an endpoint service" in the AWS PrivateLink guide.
"""

import hashlib
from collections.abc import Iterator

from genkan.compile import names
from genkan.compile.balanced_targets import serving
from genkan.compile.balancer_nodes import addresses_of, intake_filters, nodes_of
from genkan.compile.gateways import EVERYWHERE
from genkan.compile.naming import has_private_names, host_network, link_hop, mac_of
from genkan.compile.part import Part
from genkan.compile.security_groups import filters_of
from genkan.model.endpoint_service import EndpointService, service_id_of
from genkan.model.load_balancer import LoadBalancer
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.security_group import Direction
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from genkan.program import Because, Entry
from genkan.program.address import Address
from genkan.program.balancing import Intake
from genkan.program.filter import Guard, Stage
from genkan.program.place import End, Link
from genkan.program.route import PLACE_TABLE, AnswerChoice, Blackhole, Forward, Route

MTU = 8500  # "MTU considerations" of the guide
HAS_A_PATH = (VpcEndpointState.PENDING, VpcEndpointState.AVAILABLE)


def parts(network: Network, vpc: Vpc, endpoint: VpcEndpoint) -> Iterator[Part]:
    """Give the parts of the interfaces of an endpoint of a VPC, if it is one to an endpoint
    service."""
    service = network.get(EndpointService, service_id_of(endpoint.service_name))
    if endpoint.endpoint_type is not VpcEndpointType.INTERFACE or service is None:
        return
    yield from _ways(network, endpoint, service)
    if endpoint.state is VpcEndpointState.AVAILABLE:
        yield from _names(network, vpc, endpoint, service)


def _ways(network: Network, endpoint: VpcEndpoint, service: EndpointService) -> Iterator[Part]:
    for interface in interfaces_of(network, endpoint):
        found = None
        if endpoint.state in HAS_A_PATH:
            found = chosen_node(network, service, endpoint, interface)
        if found is None:
            why = _nothing(endpoint)
            yield Part(("no-service", interface.id), compile_nothing, (endpoint.id, interface, why))
            continue
        node, balancer = found
        yield Part(
            ("service-interface", interface.id),
            compile_interface,
            (endpoint.id, interface, node.id, _carried(node), intake_filters(balancer)),
        )


def _names(
    network: Network, vpc: Vpc, endpoint: VpcEndpoint, service: EndpointService
) -> Iterator[Part]:
    interfaces = interfaces_of(network, endpoint)
    served = [one for one in interfaces if _is_served(network, service, endpoint, one)]
    unserved = [one for one in interfaces if served and one not in served]
    yield Part(
        ("endpoint-public-names", endpoint.id),
        names.endpoint_names_public,
        (
            endpoint,
            (service.base_name,),
            tuple((one.zone, at) for one in interfaces for at in _named(endpoint, one, False)),
            tuple(at for one in unserved for at in _named(endpoint, one, False)),
        ),
    )
    private = service.standing_name
    if private and endpoint.private_dns_enabled and has_private_names(vpc):
        addresses = tuple(at for one in served or interfaces for at in _named(endpoint, one, True))
        yield Part(
            ("endpoint-private-names", endpoint.id),
            names.endpoint_names_private,
            (endpoint, (private,), addresses),
        )


def _named(
    endpoint: VpcEndpoint, interface: NetworkInterface, private: bool
) -> tuple[Address, ...]:
    return tuple(names.named_addresses(endpoint, interface, private=private))


def _is_served(
    network: Network, service: EndpointService, endpoint: VpcEndpoint, interface: NetworkInterface
) -> bool:
    """Tell whether the node that an interface is bound to has targets that are well."""
    found = chosen_node(network, service, endpoint, interface)
    return found is not None and found[0].zone in serving(network, found[1])


def interfaces_of(network: Network, endpoint: VpcEndpoint) -> list[NetworkInterface]:
    found = (network.get(NetworkInterface, name) for name in endpoint.network_interface_ids)
    return [one for one in found if one]


def chosen_node(
    network: Network, service: EndpointService, endpoint: VpcEndpoint, interface: NetworkInterface
) -> tuple[NetworkInterface, LoadBalancer] | None:
    """Give the node that an endpoint's interface is bound to: one in its zone, by a hash of both,
    so that others coming and going move it only when its own goes. Across Regions any zone will
    do."""
    nodes = [
        (node, balancer)
        for arn in service.load_balancers
        if (balancer := network.get(LoadBalancer, arn))
        for node, _ in nodes_of(network, balancer)
        if endpoint.service_region or node.zone == interface.zone
    ]
    return max(nodes, key=lambda found: _rank(interface.id, found[0].id), default=None)


def _carried(node: NetworkInterface) -> tuple[int, ...]:
    """Give the IP versions that a node takes."""
    return tuple(address.version for address in addresses_of(node))


def compile_interface(
    endpoint: str,
    interface: NetworkInterface,
    node: str,
    versions: tuple[int, ...],
    filters: tuple[str, ...] | None,
) -> Iterator[Entry]:
    """Give the way from an endpoint's addresses to its node and back, and what may go it.
    `versions` are the IP versions that the node takes; an address of another leads nowhere."""
    because = Because("vpc-endpoint", endpoint)
    name, vpc_id = interface.id, interface.vpc_id
    yield Link(
        because=because,
        id=name,
        left=End(place=vpc_id, name=name, mac=mac_of(vpc_id, name), subnet=interface.subnet_id),
        right=End(place=node, name=name, mac=mac_of(node, name)),
        mtu=MTU,
        tracks=True,
    )
    table = f"{AnswerChoice.tables}{name}"
    for address in interface.addresses:
        anywhere = EVERYWHERE[address.version]
        way = Forward(name, link_hop(anywhere))
        if address.version not in versions:
            why = f"{endpoint} leads to what takes no IPv{address.version}"
            yield _route(because, vpc_id, address, Blackhole(why))
            continue
        yield _route(because, vpc_id, address, way)
        yield Route(because=because, place=node, table=table, destination=anywhere, action=way)
    yield AnswerChoice(because=because, place=node, interface=name, table=table)
    yield Intake(because=because, place=node, interface=name, filters=filters, endpoint=endpoint)
    guards = (
        (Stage.SECURITY_GROUP_INGRESS, filters_of(interface.group_ids, Direction.INGRESS)),
        (Stage.SECURITY_GROUP_EGRESS, ()),  # a service begins nothing
    )
    for stage, asked in guards:
        yield Guard(because=because, place=vpc_id, stage=stage, at=name, filters=asked)


def compile_nothing(endpoint: str, interface: NetworkInterface, why: str) -> Iterator[Entry]:
    """Give what becomes of packets to an endpoint that leads nowhere: nothing, without a word."""
    for address in interface.addresses:
        yield _route(Because("vpc-endpoint", endpoint), interface.vpc_id, address, Blackhole(why))


def _nothing(endpoint: VpcEndpoint) -> str:
    """Say why an endpoint leads nowhere."""
    if endpoint.state in HAS_A_PATH:
        return f"{endpoint.id} finds no load balancer of its service in its zone"
    return f"{endpoint.id} is {endpoint.state.value}"


def _route(because: Because, vpc_id: str, address: Address, action: Forward | Blackhole) -> Route:
    return Route(
        because=because,
        place=vpc_id,
        table=PLACE_TABLE,
        destination=host_network(address),
        action=action,
    )


def _rank(interface: str, node: str) -> bytes:
    return hashlib.blake2s(f"{interface}/{node}".encode(), digest_size=8).digest()
