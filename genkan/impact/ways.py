"""What gives a packet a way: routes, public addresses, accepted endpoints, as orders."""

from collections.abc import Iterator
from typing import Any

from genkan.analysis import Step
from genkan.compile.peering import is_joined
from genkan.impact.openings import owner, wearer
from genkan.impact.order import Order
from genkan.impact.state import State
from genkan.model.catalogue.prefix_lists import aws_lists, list_of_service
from genkan.model.endpoint_service import EndpointService, service_id_of
from genkan.model.load_balancer import Listener, LoadBalancer
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.peering import PeeringState, VpcPeeringConnection
from genkan.model.route_table import RouteTable
from genkan.model.vpc import EgressOnlyInternetGateway, InternetGateway, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from genkan.program.address import Address
from genkan.program.filter import SourceCheck
from genkan.program.route import Route, SourceChoice, TableChoice
from genkan.program.translation import Border, OneToOne

DEFAULT = {4: "0.0.0.0/0", 6: "::/0"}
MEMBER = {4: "DestinationCidrBlock", 6: "DestinationIpv6CidrBlock"}
WAITS = (VpcEndpointState.PENDING_ACCEPTANCE, VpcEndpointState.REJECTED)
CROSS_ZONE = "load_balancing.cross_zone.enabled"


def new_routes(state: State, step: Step) -> Iterator[tuple[Order, ...]]:
    """Give orders that make a route where a table has none."""
    if not isinstance(step.asked, TableChoice | SourceChoice):
        return
    table = state.network.get(RouteTable, step.asked.table)
    if table is None:
        return
    address = step.before.destination
    yield from _gateway_endpoints(state.network, table, address)
    for block, target in _targets(state, table, step):
        yield (
            Order(
                "CreateRoute",
                {"RouteTableId": table.id, MEMBER[address.version]: block, **target},
                **owner(table),
            ),
        )
    yield from _new_gateway_endpoints(state.network, table, address)


def other_routes(state: State, step: Step) -> Iterator[tuple[Order, ...]]:
    """Give orders that lead a route elsewhere whose target is gone; or accept the endpoint or the
    peering that it leads to."""
    route = step.asked
    if not isinstance(route, Route):
        return
    yield from acceptances(state, step)
    table = state.network.get(RouteTable, route.table)
    if table is None:
        return
    for _, target in _targets(state, table, step):
        block = {MEMBER[route.destination.version]: str(route.destination)}
        yield (
            Order("ReplaceRoute", {"RouteTableId": table.id, **block, **target}, **owner(table)),
        )


def public_addresses(state: State, step: Step) -> Iterator[tuple[Order, ...]]:
    """Give the orders that give the sender a public address."""
    border = step.asked
    if not isinstance(border, Border) or step.before.source.version != 4:
        return
    gateway = state.network.get(InternetGateway, border.place)
    vpc_id = gateway.vpc_id if gateway else None
    interface = wearer(state, vpc_id, step.before.source) if vpc_id else None
    if interface is None:
        return
    private = {} if step.before.source == interface.private_ip else {
        "PrivateIpAddress": str(step.before.source)
    }  # fmt: skip
    yield (
        Order("AllocateAddress", {"Domain": "vpc"}, **owner(interface)),
        Order(
            "AssociateAddress",
            {
                "NetworkInterfaceId": interface.id,
                "AllocationId": "{1.AllocationId}",
                **private,
            },
            **owner(interface),
        ),
    )


def unchecked_sources(state: State, step: Step) -> Iterator[tuple[Order, ...]]:
    """Give the order that lets an interface send as others."""
    check = step.asked
    interface = isinstance(check, SourceCheck) and state.network.get(
        NetworkInterface, check.interface
    )
    if interface:
        yield (
            Order(
                "ModifyNetworkInterfaceAttribute",
                {"NetworkInterfaceId": interface.id, "SourceDestCheck": {"Value": False}},
                **owner(interface),
            ),
        )


def other_zones(state: State, step: Step) -> Iterator[tuple[Order, ...]]:
    """Give the order that has a load balancer hand on to targets of every zone."""
    listener = step.because and state.network.get(Listener, step.because.id)
    balancer = listener and state.network.get(LoadBalancer, listener.load_balancer)
    if balancer:
        parameters = {
            "LoadBalancerArn": balancer.id,
            "Attributes": [{"Key": CROSS_ZONE, "Value": "true"}],
        }
        name = "ModifyLoadBalancerAttributes"
        yield (Order(name, parameters, service="elbv2", **owner(balancer)),)


def new_listeners(state: State, step: Step) -> Iterator[tuple[Order, ...]]:
    """Give the order that has a load balancer listen at one more port, before the same targets."""
    balancer = step.because and state.network.get(LoadBalancer, step.because.id)
    ports = step.before.destination_port
    if not balancer or not ports:
        return
    listeners = list(state.network.where(Listener, load_balancer=balancer.id))
    groups = {forward.target_group for one in listeners for forward in one.forwards}
    if len(groups) == 1 and len({one.protocol for one in listeners}) == 1:
        parameters = {
            "LoadBalancerArn": balancer.id,
            "Protocol": listeners[0].protocol,
            "Port": ports[0],
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": groups.pop()}],
        }
        yield (Order("CreateListener", parameters, service="elbv2", **owner(balancer)),)


def _targets(state: State, table: RouteTable, step: Step) -> Iterator[tuple[str, dict[str, str]]]:
    """Give (block, target) of the routes that could lead on, those to peers first."""
    network, address = state.network, step.before.destination
    for connection in network.all(VpcPeeringConnection):
        ends = (connection.requester.vpc, connection.accepter.vpc)
        if table.vpc_id not in ends or not is_joined(network, connection):
            continue
        peer = network.get(Vpc, ends[1] if ends[0] == table.vpc_id else ends[0])
        for block in peer.blocks if peer else ():
            if block.version == address.version and address in block:
                yield str(block), {"VpcPeeringConnectionId": connection.id}
    own = network.get(Vpc, table.vpc_id)
    if own is None or any(address in block for block in own.blocks):
        return
    everything = DEFAULT[address.version]
    gateways = sorted(one.id for one in network.where(InternetGateway, vpc_id=table.vpc_id))
    for name in gateways:
        if address.version == 6 or _is_public(state, name, step.before.source):
            yield everything, {"GatewayId": name}
    if address.version == 6:
        for outward in network.where(EgressOnlyInternetGateway, vpc_id=table.vpc_id):
            yield everything, {"EgressOnlyInternetGatewayId": outward.id}
        return
    for nat in network.where(NatGateway, vpc_id=table.vpc_id):
        if nat.state is NatGatewayState.AVAILABLE and nat.public:
            yield everything, {"NatGatewayId": nat.id}


def _is_public(state: State, gateway: str, source: Address) -> bool:
    return state.program.get((OneToOne.section, gateway, str(source))) is not None


def _gateway_endpoints(
    network: Network, table: RouteTable, address: Address
) -> Iterator[tuple[Order, ...]]:
    """Give the order that adds a table to a gateway endpoint which has the address's service."""
    for endpoint in network.where(VpcEndpoint, vpc_id=table.vpc_id):
        listed = list_of_service(endpoint.service_name)
        gateway = endpoint.endpoint_type is VpcEndpointType.GATEWAY
        if gateway and listed and any(address in block for block in listed.blocks):
            parameters: dict[str, Any] = {
                "VpcEndpointId": endpoint.id,
                "AddRouteTableIds": [table.id],
            }
            yield (Order("ModifyVpcEndpoint", parameters, **owner(endpoint)),)


def _new_gateway_endpoints(
    network: Network, table: RouteTable, address: Address
) -> Iterator[tuple[Order, ...]]:
    """Give the order that makes a gateway endpoint, where an address is of a service that has
    them and the VPC has none of it."""
    has = {one.service_name for one in network.where(VpcEndpoint, vpc_id=table.vpc_id)}
    for listed in aws_lists(table.region):
        if listed.name not in has and any(address in block for block in listed.blocks):
            parameters = {
                "VpcId": table.vpc_id,
                "ServiceName": listed.name,
                "RouteTableIds": [table.id],
            }
            yield (Order("CreateVpcEndpoint", parameters, **owner(table)),)


def acceptances(state: State, step: Step) -> Iterator[tuple[Order, ...]]:
    """Give the other side's order that accepts the endpoint, or the peering, that a route is of or
    leads to."""
    route = step.asked
    if not isinstance(route, Route):
        return
    network, name = state.network, _led_to(state.network, route)
    endpoint = network.get(VpcEndpoint, name)
    if endpoint is not None:
        yield from ((order,) for order in accepted(network, endpoint))
    peering = network.get(VpcPeeringConnection, name)
    if peering and peering.state is PeeringState.PENDING_ACCEPTANCE:
        side = {"account": peering.accepter.account, "region": peering.accepter.region}
        one = {"VpcPeeringConnectionId": peering.id}
        yield (Order("AcceptVpcPeeringConnection", one, **side),)


def accepted(network: Network, endpoint: VpcEndpoint) -> Iterator[Order]:
    """Give the order of its service's owner that accepts an endpoint, where it waits for that."""
    service = network.get(EndpointService, service_id_of(endpoint.service_name))
    if service is not None and endpoint.state in WAITS:
        parameters = {"ServiceId": service.id, "VpcEndpointIds": [endpoint.id]}
        yield Order("AcceptVpcEndpointConnections", parameters, **owner(service))


def _led_to(network: Network, route: Route) -> str:
    """Give what a route of a table leads to, or else what the route is of."""
    table = network.get(RouteTable, route.table)
    rules = (table.routes if table else ()) if route.because.kind == RouteTable.kind else ()
    led = (one.target.id for one in rules if str(one.destination) == str(route.destination))
    return next(led, route.because.id)
