"""Target groups in use → who asks each target for its health.

The load balancer's interface in the target's zone asks, else the first one: a target's groups see
the address that its packets come from. "Health checks for Network Load Balancer target groups".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from genkan.compile.part import Part
from genkan.compile.target_placement import placed, taking
from genkan.model.load_balancer import HealthCheck as Wanted
from genkan.model.load_balancer import (
    Listener,
    LoadBalancer,
    TargetGroup,
)
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.target_health import target_health_id
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Address
from genkan.program.health import HealthCheck


@dataclass(frozen=True, slots=True)
class Checked:
    """A target, and the interface that asks it."""

    target: str
    address: Address
    port: int
    asker: NetworkInterface
    source: Address


def parts(network: Network, vpc: Vpc) -> Iterator[Part]:
    """Give the parts of the health checks of a VPC's load balancers, one a target group."""
    done: set[str] = set()
    balancers = network.where(LoadBalancer, vpc_id=vpc.id)
    for balancer in sorted(balancers, key=lambda one: one.id):
        for group in _groups(network, balancer):
            targets = tuple(_targets(network, balancer, group))
            if group.id not in done and targets:
                done.add(group.id)
                yield Part(
                    ("health-checks", group.id),
                    compile_checks,
                    (group.id, group.health_check, targets),
                )


def compile_checks(group: str, wanted: Wanted, targets: tuple[Checked, ...]) -> Iterator[Entry]:
    """Give the checks of a target group's targets."""
    for one in targets:
        yield HealthCheck(
            because=Because("target-group", group),
            target=one.target,
            place=one.asker.id,
            source=one.source,
            address=one.address,
            port=one.port if wanted.port is None else wanted.port,
            protocol=wanted.protocol,
            path=wanted.path,
            matcher=wanted.matcher,
            interval=wanted.interval,
            timeout=wanted.timeout,
            healthy_threshold=wanted.healthy_threshold,
            unhealthy_threshold=wanted.unhealthy_threshold,
        )


def _groups(network: Network, balancer: LoadBalancer) -> Iterator[TargetGroup]:
    listeners = network.where(Listener, load_balancer=balancer.id)
    names = {forward.target_group for one in listeners for forward in one.forwards}
    for name in sorted(names):
        group = network.get(TargetGroup, name)
        if group:
            yield group


def _targets(network: Network, balancer: LoadBalancer, group: TargetGroup) -> Iterator[Checked]:
    interfaces = [
        one
        for name in balancer.network_interface_ids
        if (one := network.get(NetworkInterface, name))
        and one.has_ipv4
        and network.get(Subnet, one.subnet_id)
    ]
    if not interfaces:
        return
    for target in taking(group):
        found = placed(network, group, target)
        if found:
            address, zone = found
            asker = next((one for one in interfaces if one.zone == zone), interfaces[0])
            name = target_health_id(group.id, target.id, target.port)
            source = asker.first_address(address.version)
            if source:
                yield Checked(name, address, target.port, asker, source)
