"""Network load balancers and endpoint services drawn into a network, and endpoints to them."""

from typing import TYPE_CHECKING

from genkan.model.endpoint_service import EndpointService
from genkan.model.instance import Instance
from genkan.model.load_balancer import (
    Forward,
    HealthCheck,
    Listener,
    LoadBalancer,
    LoadBalancerState,
    LoadBalancerType,
    Target,
    TargetGroup,
    TargetType,
)
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from tests.engine.drawn import AT, MINE

if TYPE_CHECKING:
    from tests.engine.random_networks import Drawer

PORTS = (80, 443, 5000, 5001)
CHECK = HealthCheck(
    protocol="TCP", port=None, interval=30, timeout=10, healthy_threshold=5, unhealthy_threshold=2
)


def balancer(drawer: "Drawer", vpc: Vpc) -> None:
    """Add a load balancer with listeners, and most often a service that stands on it."""
    nodes = _nodes(drawer, vpc)
    if not nodes:
        return
    internal = drawer.maybe(0.7)
    if not internal:
        drawer.drawn.add(*(drawer.elastic(one) for one in nodes))
    name = drawer.name("lb")
    where = f"{MINE['region']}:{MINE['account']}"
    arn = f"arn:aws:elasticloadbalancing:{where}:loadbalancer/net/{name}/1"
    crosses = (("load_balancing.cross_zone.enabled", "true"),) if drawer.maybe(0.5) else ()
    drawer.drawn.add(
        LoadBalancer(
            id=arn,
            load_balancer_name=name,
            type=LoadBalancerType.NETWORK,
            internal=internal,
            vpc_id=vpc.id,
            state=LoadBalancerState.ACTIVE,
            created_at=AT,
            subnet_ids=tuple(one.subnet_id for one in nodes),
            network_interface_ids=tuple(one.id for one in nodes),
            group_ids=nodes[0].group_ids,
            enforces_groups_on_private_link=drawer.maybe(0.6),
            attributes=crosses,
            **MINE,
        )
    )
    for protocol in drawer.dice.sample(("TCP", "UDP", "TCP_UDP"), drawer.dice.choice((1, 2))):
        _listener(drawer, vpc, arn, protocol)
    if drawer.maybe(0.8):
        drawer.drawn.add(
            EndpointService(
                id=drawer.name("vpce-svc"),
                service_type=VpcEndpointType.INTERFACE,
                load_balancers=(arn,),
                zones=tuple(one.zone for one in nodes),
                **MINE,
            )
        )


def endpoint(drawer: "Drawer", vpc: Vpc, service: EndpointService) -> None:
    """Add an endpoint to a service; now and then one that nobody accepted."""
    made = [
        drawer.interface(vpc, subnet, interface_type=InterfaceType.VPC_ENDPOINT)
        for subnet in drawer.of(Subnet, vpc)
        if drawer.maybe(0.8)
    ]
    accepted = drawer.maybe(0.85)
    state = VpcEndpointState.AVAILABLE if accepted else VpcEndpointState.PENDING_ACCEPTANCE
    drawer.drawn.add(
        VpcEndpoint(
            id=drawer.name("vpce"),
            vpc_id=vpc.id,
            service_name=service.service_name,
            endpoint_type=VpcEndpointType.INTERFACE,
            state=state,
            created_at=AT,
            network_interface_ids=tuple(one.id for one in made if one),
            **MINE,
        )
    )


def _nodes(drawer: "Drawer", vpc: Vpc) -> list[NetworkInterface]:
    """Add an interface in most zones; all wear the same groups, or none."""
    subnets = {one.zone: one for one in drawer.of(Subnet, vpc) if one.cidr}
    more: dict[str, tuple[str, ...]] = {} if drawer.maybe(0.5) else {"group_ids": ()}
    nodes: list[NetworkInterface] = []
    for subnet in subnets.values():
        one = drawer.maybe(0.8) and drawer.interface(
            vpc,
            subnet,
            interface_type=InterfaceType.NETWORK_LOAD_BALANCER,
            source_dest_check=False,
            **more,
        )
        if one and one.has_ipv4:
            nodes.append(one)
            more = {"group_ids": one.group_ids}
    return nodes


def _listener(drawer: "Drawer", vpc: Vpc, arn: str, protocol: str) -> None:
    of_instances = drawer.maybe(0.5)
    version = 6 if vpc.ipv6_cidrs and drawer.maybe(0.4) else 4
    group = drawer.name("tg")
    keeps = drawer.dice.choice((None, "true", "false"))
    drawer.drawn.add(
        TargetGroup(
            id=group,
            target_group_name=group,
            protocol=protocol,
            port=80,
            vpc_id=vpc.id,
            target_type=TargetType.INSTANCE if of_instances else TargetType.IP,
            health_check=CHECK,
            targets=_targets(drawer, vpc, of_instances, version),
            ip_address_type=f"ipv{version}",
            attributes=(("preserve_client_ip.enabled", keeps),) if keeps else (),
            **MINE,
        ),
        Listener(
            id=drawer.name("listener"),
            load_balancer=arn,
            protocol=protocol,
            port=drawer.dice.choice(PORTS),
            forwards=(Forward(target_group=group),),
            **MINE,
        ),
    )


def _targets(drawer: "Drawer", vpc: Vpc, of_instances: bool, version: int) -> tuple[Target, ...]:
    dice, size = drawer.dice, drawer.dice.choice((0, 1, 1, 2, 3))
    if of_instances:
        hosts = drawer.of(Instance, vpc)
        chosen = dice.sample(hosts, min(size, len(hosts)))
        return tuple(Target(id=one.id, port=dice.choice(PORTS)) for one in chosen)
    worn = [
        (str(address), one.zone)
        for one in drawer.of(NetworkInterface, vpc)
        if one.attachment and (address := one.first_address(version))
    ]
    return tuple(
        Target(id=address, port=dice.choice(PORTS), zone=zone)
        for address, zone in dice.sample(worn, min(size, len(worn)))
    )
