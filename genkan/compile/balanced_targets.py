"""Target groups → who a node of a load balancer may hand a connection to.

A node hands on to targets of its own zone, unless cross-zone load balancing is on: the target group
says so, else the load balancer. "Target groups for your Network Load Balancers".
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from genkan.model.instance import Instance, InstanceState
from genkan.model.load_balancer import (
    Listener,
    LoadBalancer,
    Target,
    TargetGroup,
    TargetType,
)
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.program.balancing import BalancedTarget

EVERY_ZONE = "all"
CROSS_ZONE = "load_balancing.cross_zone.enabled"
KEEPS_SOURCE = "preserve_client_ip.enabled"
STREAMS = ("TCP", "TLS")
SHARE = 10_000  # of a target group with weight 1, to be divided among its targets
RUNS = (InstanceState.PENDING, InstanceState.RUNNING)


def targets_of(
    network: Network, balancer: LoadBalancer, listener: Listener, zone: str
) -> tuple[BalancedTarget, ...]:
    """Give the targets of a listener for the node in `zone`."""
    found: list[tuple[int, TargetGroup, list[tuple[IPv4Address, int]]]] = []
    for forward in listener.forwards:
        group = network.get(TargetGroup, forward.target_group)
        if group and forward.weight:
            found.append((forward.weight, group, _eligible(network, balancer, group, zone)))
    found = [row for row in found if row[2]]
    alone = len(found) == 1
    return tuple(
        BalancedTarget(
            address=address,
            port=port,
            weight=1 if alone else max(1, weight * SHARE // len(addresses)),
            keeps_source=keeps_source(group),
        )
        for weight, group, addresses in found
        for address, port in addresses
    )


def placed(network: Network, group: TargetGroup, target: Target) -> tuple[IPv4Address, str] | None:
    """Give a target's address and zone; None for an instance that does not run."""
    if group.target_type is TargetType.IP:
        return IPv4Address(target.id), target.zone or EVERY_ZONE
    instance = network.get(Instance, target.id)
    if instance is None or instance.state not in RUNS:
        return None
    for interface in network.where(NetworkInterface, vpc_id=instance.vpc_id):
        worn = interface.attachment
        if worn and worn.instance_id == instance.id and worn.device_index == 0:
            return (interface.private_ip, instance.zone) if interface.has_ipv4 else None
    return None


def crosses_zones(balancer: LoadBalancer, group: TargetGroup) -> bool:
    of_balancer = dict(balancer.attributes).get(CROSS_ZONE, "false")
    said = dict(group.attributes).get(CROSS_ZONE, of_balancer)
    return said == "true"


def keeps_source(group: TargetGroup) -> bool:
    """Tell whether targets see the client's own address: by default, but for streams to
    addresses."""
    of_type = group.protocol not in STREAMS or group.target_type is TargetType.INSTANCE
    return dict(group.attributes).get(KEEPS_SOURCE, str(of_type).lower()) == "true"


def _eligible(
    network: Network, balancer: LoadBalancer, group: TargetGroup, zone: str
) -> list[tuple[IPv4Address, int]]:
    return sorted(_in_reach(network, balancer, group, zone))


def _in_reach(
    network: Network, balancer: LoadBalancer, group: TargetGroup, zone: str
) -> Iterator[tuple[IPv4Address, int]]:
    everywhere = crosses_zones(balancer, group)
    enabled = {zone, EVERY_ZONE}
    if everywhere:
        interfaces = (network.get(NetworkInterface, one) for one in balancer.network_interface_ids)
        enabled |= {one.zone for one in interfaces if one}
    for target in group.targets:
        where = placed(network, group, target)
        if where and where[1] in enabled:
            yield where[0], target.port
