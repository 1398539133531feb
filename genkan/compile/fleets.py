"""Gateway load balancers → a place for each of their interfaces, and the fleet that is reached from
it.

The place stands in its subnet, as an instance does: what it sends to appliances passes their groups
and the ACLs, and comes back to its address. "Target groups for your Gateway Load Balancers".
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from genkan.compile.gateways import ANYWHERE
from genkan.compile.naming import host_network, mac_of
from genkan.compile.part import Part
from genkan.compile.target_placement import EVERY_ZONE, is_healthy, placed, taking
from genkan.model.load_balancer import (
    Listener,
    LoadBalancer,
    LoadBalancerType,
    TargetGroup,
)
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.inspection import Appliance, Fleet, Stickiness
from genkan.program.place import End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Forward, Route

WAY = "eth0"
PORT = 6081  # "Listeners for your Gateway Load Balancers"
IDLE, DELAY = "350", "300"  # seconds, what attributes are when nobody set them


def parts(network: Network, vpc: Vpc) -> Iterator[Part]:
    """Give the parts of a VPC's gateway load balancers."""
    for balancer in network.where(LoadBalancer, vpc_id=vpc.id):
        if balancer.type is not LoadBalancerType.GATEWAY:
            continue
        for interface, subnet in _interfaces(network, balancer):
            yield Part(
                ("fleet-place", interface.id), compile_place, (balancer.id, interface, subnet)
            )
            yield Part(
                ("fleet", interface.id),
                compile_fleet,
                (balancer.id, interface, *_fleet(network, balancer, interface.zone)),
            )


def compile_place(balancer: str, interface: NetworkInterface, subnet: Subnet) -> Iterator[Entry]:
    """Give the place at an interface, and its way into the subnet."""
    because = Because("load-balancer", balancer)
    here, vpc_id = interface.id, interface.vpc_id
    yield Place(because=because, id=here, kind=PlaceKind.LOAD_BALANCER_NODE, forwards=False)
    yield Link(
        because=because,
        id=here,
        left=End(place=vpc_id, name=here, mac=mac_of(vpc_id, here), subnet=subnet.id),
        right=End(
            place=here, name=WAY, mac=interface.mac, addresses=interface.private_addresses[:1]
        ),
    )
    ways = (
        (vpc_id, host_network(interface.private_ip), Forward(here)),
        (here, ANYWHERE, Forward(WAY, subnet.router)),
    )
    for place, destination, action in ways:
        yield Route(
            because=because,
            place=place,
            table=PLACE_TABLE,
            destination=destination,
            action=action,
        )


def compile_fleet(
    balancer: str,
    interface: NetworkInterface,
    appliances: tuple[Appliance, ...],
    attributes: tuple[tuple[str, str], ...],
    idle: str,
) -> Iterator[Entry]:
    """Give the appliances that are reached from an interface. `attributes` are the target
    group's."""
    set_ = dict(attributes)
    sticky = set_.get("stickiness.enabled") == "true" and set_.get("stickiness.type")
    yield Fleet(
        because=Because("load-balancer", balancer),
        place=interface.id,
        address=interface.private_ip,
        port=PORT,
        appliances=appliances,
        stickiness=Stickiness(sticky) if sticky else Stickiness.FIVE_TUPLE,
        rebalance=set_.get("target_failover.on_unhealthy") == "rebalance",
        delay=int(set_.get("deregistration_delay.timeout_seconds", DELAY)),
        idle=int(idle),
    )


def interface_in(network: Network, balancer: LoadBalancer, zone: str) -> str | None:
    """Give the interface that a gateway load balancer has in a zone."""
    found = (network.get(NetworkInterface, name) for name in balancer.network_interface_ids)
    return next((one.id for one in found if one and one.zone == zone), None)


def _interfaces(
    network: Network, balancer: LoadBalancer
) -> Iterator[tuple[NetworkInterface, Subnet]]:
    for name in balancer.network_interface_ids:
        interface = network.get(NetworkInterface, name)
        subnet = network.get(Subnet, interface.subnet_id) if interface else None
        if interface and subnet and interface.has_ipv4:
            yield interface, subnet


def _fleet(
    network: Network, balancer: LoadBalancer, zone: str
) -> tuple[tuple[Appliance, ...], tuple[tuple[str, str], ...], str]:
    """Give who takes packets that come in a zone, and what is set; a balancer of this type has one
    listener, which forwards to one target group."""
    listener = next(iter(network.where(Listener, load_balancer=balancer.id)), None)
    forward = listener.forwards[0] if listener and listener.forwards else None
    group = network.get(TargetGroup, forward.target_group) if forward else None
    if listener is None or group is None:
        return (), (), IDLE
    idle = dict(listener.attributes).get("tcp.idle_timeout.seconds", IDLE)
    crosses = dict(balancer.attributes).get("load_balancing.cross_zone.enabled") == "true"
    taken: dict[IPv4Address, bool] = {}
    for target in taking(group):
        found = placed(network, group, target)
        if (
            found
            and isinstance(found[0], IPv4Address)  # GENEVE goes over IPv4
            and (crosses or found[1] in (zone, EVERY_ZONE))
        ):
            taken[found[0]] = is_healthy(network, group, target)
    appliances = (Appliance(address=one, healthy=taken[one]) for one in sorted(taken))
    return tuple(appliances), group.attributes, idle
