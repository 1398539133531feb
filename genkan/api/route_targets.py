"""What a route points at: found from a request, checked against the table's VPC, and shown.

A route outlives its target: it is then a `blackhole`, as it is when its instance does not run or
its gateway was detached. "Routes" in the Amazon VPC user guide.
"""

from collections.abc import Callable, Mapping
from typing import Any

from genkan.api.call import Call
from genkan.api.ids import need
from genkan.api.peering_lookup import need_peering
from genkan.api.route_destinations import member_of
from genkan.model.catalogue.prefix_lists import list_of_service
from genkan.model.errors import (
    IncorrectInstanceState,
    InvalidInstanceId,
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
    NotFound,
    Refused,
)
from genkan.model.instance import Instance, InstanceState
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.peering import HAS_A_PATH, VpcPeeringConnection
from genkan.model.route_table import (
    ListDestination,
    Route,
    RouteTable,
    RouteTarget,
    TargetKind,
)
from genkan.model.vpc import EgressOnlyInternetGateway, InternetGateway
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from genkan.model.vpn import VpnGateway

RUNS = (InstanceState.PENDING, InstanceState.RUNNING)
ENDED = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)
TRANSLATES = (NatGatewayState.PENDING, NatGatewayState.AVAILABLE)


class RouteNotSupported(Refused):
    code = "RouteNotSupported"


def find_target(call: Call, table: RouteTable, asked: Mapping[str, str | None]) -> RouteTarget:
    """Give the one target that `asked` (AWS's parameter names, lower camel case) names.

    Raises MissingParameter, InvalidParameterCombination, NotFound with the code of the kind, and
    InvalidParameterValue for a target in another VPC.
    """
    given = {name: value for name, value in asked.items() if value is not None}
    if len(given) != 1:
        refusal = InvalidParameterCombination if given else MissingParameter
        raise refusal(f"The request must contain exactly one of {', '.join(asked)}.")
    ((parameter, name),) = given.items()
    return _FINDERS[parameter](call, table, name)


def is_active(network: Network, table: RouteTable, target: RouteTarget) -> bool:
    """Tell whether a route to `target` leads anywhere now."""
    match target.kind:
        case TargetKind.INTERNET_GATEWAY:
            gateway = network.get(InternetGateway, target.id)
            return gateway is not None and gateway.vpc_id == table.vpc_id
        case TargetKind.EGRESS_ONLY_INTERNET_GATEWAY:
            return network.get(EgressOnlyInternetGateway, target.id) is not None
        case TargetKind.VPN_GATEWAY:
            vpn = network.get(VpnGateway, target.id)
            return vpn is not None and vpn.vpc_id == table.vpc_id
        case TargetKind.VPC_PEERING_CONNECTION:
            peering = network.get(VpcPeeringConnection, target.id)
            return peering is not None and peering.state in HAS_A_PATH
        case TargetKind.VPC_ENDPOINT:
            endpoint = network.get(VpcEndpoint, target.id)
            return endpoint is not None and endpoint.state is VpcEndpointState.AVAILABLE
        case TargetKind.NAT_GATEWAY:
            nat = network.get(NatGateway, target.id)
            return nat is not None and nat.state in TRANSLATES
    interface = network.get(NetworkInterface, target.id)
    if interface is None or interface.interface_type is not InterfaceType.INTERFACE:
        return interface is not None
    instance = _instance_of(network, interface)
    return instance is not None and instance.state in RUNS


def shown_target(network: Network, target: RouteTarget) -> dict[str, Any]:
    """Give the members that say where a route leads; an interface's instance is shown with it."""
    shown = {target.kind.member: target.id}
    interface = network.get(NetworkInterface, target.id)
    instance = _instance_of(network, interface) if interface else None
    if instance is not None:
        shown |= {"InstanceId": instance.id, "InstanceOwnerId": instance.account}
    return shown


def shown_route(network: Network, table: RouteTable, route: Route) -> dict[str, Any]:
    """Give a route as the API lists it."""
    return {
        member_of(route.destination): str(route.destination),
        **shown_target(network, route.target),
        "Origin": "CreateRoute",
        "State": "active" if is_active(network, table, route.target) else "blackhole",
    }


def endpoint_routes(network: Network, table: RouteTable) -> list[Route]:
    """Give the routes that a table has by gateway endpoints."""
    return [
        Route(
            destination=ListDestination(listed.id),
            target=RouteTarget(TargetKind.INTERNET_GATEWAY, endpoint.id),
        )
        for endpoint in network.where(VpcEndpoint, vpc_id=table.vpc_id)
        if table.id in endpoint.route_table_ids
        and (listed := list_of_service(endpoint.service_name))
    ]


def shown_endpoint_route(route: Route) -> dict[str, Any]:
    """Give the route of a gateway endpoint as the API lists it."""
    return {
        member_of(route.destination): str(route.destination),
        route.target.kind.member: route.target.id,
        "Origin": "CreateRoute",
        "State": "active",
    }


def _instance_of(network: Network, interface: NetworkInterface) -> Instance | None:
    return network.get(Instance, interface.attachment.instance_id) if interface.attachment else None


def _gateway(call: Call, table: RouteTable, name: str) -> RouteTarget:
    if name.startswith("vpce-"):
        return _endpoint(call, table, name)
    vpn = call.find(VpnGateway, name)
    gateway = vpn or call.find(InternetGateway, name)
    if gateway is None:
        raise NotFound(
            "InvalidGatewayID.NotFound",
            f"The gateway ID '{name}' does not exist. GatewayId takes an internet gateway or a "
            "virtual private gateway.",
        )
    _check_vpc(table, gateway.vpc_id, f"network gateway {name}")
    return RouteTarget(TargetKind.VPN_GATEWAY if vpn else TargetKind.INTERNET_GATEWAY, name)


def _egress_only_gateway(call: Call, table: RouteTable, name: str) -> RouteTarget:
    gateway = call.find(EgressOnlyInternetGateway, name)
    if gateway is None:
        raise NotFound(
            "InvalidGatewayID.NotFound",
            f"The gateway ID '{name}' does not exist. EgressOnlyInternetGatewayId takes an "
            "egress-only internet gateway.",
        )
    _check_vpc(table, gateway.vpc_id, f"egress-only internet gateway {name}")
    return RouteTarget(TargetKind.EGRESS_ONLY_INTERNET_GATEWAY, name)


def _endpoint(call: Call, table: RouteTable, name: str) -> RouteTarget:
    endpoint = need(call, VpcEndpoint, name)
    if endpoint.endpoint_type is not VpcEndpointType.GATEWAY_LOAD_BALANCER:
        raise RouteNotSupported(
            f"Route table contains unsupported route target: {endpoint.id}. VPC Endpoints of this "
            "type cannot be used as route targets. It is of type "
            f"{endpoint.endpoint_type.value}."
        )
    _check_vpc(table, endpoint.vpc_id, f"VPC endpoint {name}")
    if endpoint.state is not VpcEndpointState.AVAILABLE:
        raise InvalidParameterValue(
            f"{endpoint.id} is {endpoint.state.value} and cannot be a route's target yet. "
            "Wait until it is available."
        )
    return RouteTarget(TargetKind.VPC_ENDPOINT, name)


def _peering(call: Call, table: RouteTable, name: str) -> RouteTarget:
    peering = need_peering(call, name)
    if table.vpc_id not in (peering.requester.vpc, peering.accepter.vpc):
        raise InvalidParameterValue(
            f"route table {table.id} and vpc peering connection {name} belong to different "
            f"networks. The table is in {table.vpc_id}, which {name} does not join."
        )
    return RouteTarget(TargetKind.VPC_PEERING_CONNECTION, name)


def _nat_gateway(call: Call, table: RouteTable, name: str) -> RouteTarget:
    nat = call.find(NatGateway, name)
    if nat is None or nat.state not in TRANSLATES:
        raise NotFound("InvalidNatGatewayID.NotFound", f"The natGateway ID '{name}' does not exist")
    _check_vpc(table, nat.vpc_id, f"nat gateway {name}")
    return RouteTarget(TargetKind.NAT_GATEWAY, name)


def _interface(call: Call, table: RouteTable, name: str) -> RouteTarget:
    interface = need(call, NetworkInterface, name)
    _check_vpc(table, interface.vpc_id, f"interface {name}")
    return RouteTarget(TargetKind.NETWORK_INTERFACE, name)


def _instance(call: Call, table: RouteTable, name: str) -> RouteTarget:
    instance = need(call, Instance, name)
    if instance.state in ENDED:
        raise IncorrectInstanceState(
            f"The instance '{name}' is {instance.state.value} and cannot be a route's target."
        )
    worn = [
        row
        for row in call.network.where(NetworkInterface, vpc_id=instance.vpc_id)
        if row.attachment and row.attachment.instance_id == name
    ]
    if len(worn) != 1:
        raise InvalidInstanceId(
            f"There are multiple interfaces attached to instance '{name}'. "
            "Please specify an interface ID for the operation instead."
        )
    _check_vpc(table, instance.vpc_id, f"interface {worn[0].id}")
    return RouteTarget(TargetKind.NETWORK_INTERFACE, worn[0].id)


def _check_vpc(table: RouteTable, vpc_id: str | None, what: str) -> None:
    if vpc_id != table.vpc_id:
        raise InvalidParameterValue(
            f"route table {table.id} and {what} belong to different networks. "
            f"The table is in {table.vpc_id}, the target in {vpc_id or 'no VPC'}."
        )


_FINDERS: Mapping[str, Callable[[Call, RouteTable, str], RouteTarget]] = {
    "gatewayId": _gateway,
    "egressOnlyInternetGatewayId": _egress_only_gateway,
    "natGatewayId": _nat_gateway,
    "networkInterfaceId": _interface,
    "instanceId": _instance,
    "vpcPeeringConnectionId": _peering,
    "vpcEndpointId": _endpoint,
}
