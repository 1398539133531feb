"""Targets: which take connections, where each is, and whether it is well."""

from collections.abc import Iterator
from ipaddress import ip_address

from genkan.model.instance import Instance, InstanceState
from genkan.model.load_balancer import Target, TargetGroup, TargetType
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.target_health import TargetHealth, target_health_id
from genkan.program.address import Address

EVERY_ZONE = "all"
RUNS = (InstanceState.PENDING, InstanceState.RUNNING)


def version_of(group: TargetGroup) -> int:
    """Give the IP version of a group's targets."""
    return 6 if group.ip_address_type == "ipv6" else 4


def taking(group: TargetGroup) -> Iterator[Target]:
    """Give the targets that are registered; one that drains is no more."""
    return (target for target in group.targets if target.draining_until is None)


def measured(network: Network, group: TargetGroup, target: Target) -> TargetHealth | None:
    """Give what was measured of a target; None when nothing was."""
    return network.get(TargetHealth, target_health_id(group.id, target.id, target.port))


def is_healthy(network: Network, group: TargetGroup, target: Target) -> bool:
    """Tell whether a target was measured to be well; one that nobody asked yet is not."""
    found = measured(network, group, target)
    return found is not None and found.healthy


def placed(network: Network, group: TargetGroup, target: Target) -> tuple[Address, str] | None:
    """Give a target's address and zone; None for an instance that does not run."""
    instance = network.get(Instance, target.id)
    if group.target_type is TargetType.INSTANCE and (
        instance is None or instance.state not in RUNS
    ):
        return None
    return addressed(network, group, target)


def addressed(network: Network, group: TargetGroup, target: Target) -> tuple[Address, str] | None:
    """Give a target's address and zone, whether or not it runs. An instance's is the first one of
    the group's family at its primary interface."""
    if group.target_type is TargetType.IP:
        return ip_address(target.id), target.zone or EVERY_ZONE
    instance = network.get(Instance, target.id)
    if instance is None:
        return None
    for interface in network.where(NetworkInterface, instance_id=instance.id):
        if interface.attachment and interface.attachment.device_index == 0:
            address = interface.first_address(version_of(group))
            return (address, instance.zone) if address else None
    return None
