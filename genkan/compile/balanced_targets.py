"""Target groups → who a node of a load balancer may hand a connection to, and who not any more.

A node hands on to targets of its own zone, unless cross-zone load balancing is on: the target group
says so, else the load balancer. It hands on to those that are well; where fewer are than the group
asks for, to all. "Target groups for your Network Load Balancers", "Target group health".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from genkan.compile.target_placement import (
    EVERY_ZONE,
    addressed,
    is_healthy,
    measured,
    placed,
    taking,
    version_of,
)
from genkan.model.load_balancer import Listener, LoadBalancer, Target, TargetGroup, TargetType
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.program.balancing import BalancedTarget, Held, RelayedTarget

CROSS_ZONE = "load_balancing.cross_zone.enabled"
OF_BALANCER = "use_load_balancer_configuration"
KEEPS_SOURCE = "preserve_client_ip.enabled"
ENDS_AFTER_DRAINING = "deregistration_delay.connection_termination.enabled"
ENDS_UNHEALTHY = "target_health_state.unhealthy.connection_termination.enabled"
ROUTED = "target_group_health.unhealthy_state_routing.minimum_healthy_targets"
NAMED = "target_group_health.dns_failover.minimum_healthy_targets"
TELLS_SOURCE = "proxy_protocol_v2.enabled"
TLS = "TLS"
STREAMS = ("TCP", TLS)
TCP = 6
SHARE = 10_000  # of a target group with weight 1, to be divided among its targets


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom a listener hands on to at a node, for one protocol and one IP version; see
    BalancedPort."""

    targets: tuple[BalancedTarget, ...] = ()
    relayed: tuple[RelayedTarget, ...] = ()  # the same, where a relay is between
    draining: tuple[Held, ...] = ()
    ended: tuple[Held, ...] = ()
    ends_with_target: bool = False


def choose(
    network: Network,
    balancer: LoadBalancer,
    listener: Listener,
    zone: str,
    protocol: int = TCP,
    version: int = 4,
) -> Chosen:
    """Give whom a listener hands on to at the node in `zone`.

    Clients of one IP version and targets of the other are joined by a relay: streams are, and
    datagrams from IPv4 to IPv6.
    """
    zones = zones_of(network, balancer)
    found = [
        (forward.weight, group, _Reach(network, group, _zones(balancer, group, zone, zones)))
        for forward in listener.forwards
        if (group := network.get(TargetGroup, forward.target_group)) and forward.weight
    ]
    weighed = [(weight, group, taken) for weight, group, r in found if (taken := r.taking())]
    relayed = needs_relay(listener, weighed, protocol, version)
    reached = [reach for _, group, reach in found if relayed or version_of(group) == version]
    return Chosen(
        tuple(_balanced(weighed, version)),
        tuple(_relayed(weighed, protocol)) if relayed else (),
        _in_order({one for reach in reached for one in reach.draining()}),
        _in_order({one for reach in reached for one in reach.ended()}),
        bool(found) and all(ends_after_draining(group) for _, group, _ in found),
    )


def serves(network: Network, balancer: LoadBalancer, zone: str) -> bool:
    """Tell whether enough targets are well for `zone` to be named: those of some listener."""
    zones = zones_of(network, balancer)
    for listener in network.where(Listener, load_balancer=balancer.id):
        for forward in listener.forwards:
            group = network.get(TargetGroup, forward.target_group)
            if group and _Reach(network, group, _zones(balancer, group, zone, zones)).is_named():
                return True
    return False


def serving(network: Network, balancer: LoadBalancer) -> frozenset[str]:
    """Give the zones that names of a load balancer hold: those that serve, all where none does."""
    zones = zones_of(network, balancer)
    return frozenset(zone for zone in zones if serves(network, balancer, zone)) or zones


def zones_of(network: Network, balancer: LoadBalancer) -> frozenset[str]:
    """Give the zones in which a load balancer has a node."""
    interfaces = (network.get(NetworkInterface, one) for one in balancer.network_interface_ids)
    return frozenset(one.zone for one in interfaces if one)


def keeps_source(group: TargetGroup) -> bool:
    """Tell whether targets see the client's own address: by default, but for streams to
    addresses."""
    of_type = group.protocol not in STREAMS or group.target_type is TargetType.INSTANCE
    return dict(group.attributes).get(KEEPS_SOURCE, str(of_type).lower()) == "true"


def ends_after_draining(group: TargetGroup) -> bool:
    """Tell whether connections to a deregistered target end with its delay: datagrams' do."""
    by_default = str(group.protocol not in STREAMS).lower()
    return dict(group.attributes).get(ENDS_AFTER_DRAINING, by_default) == "true"


class _Reach:
    """The targets of a group that are in some zones."""

    def __init__(self, network: Network, group: TargetGroup, zones: frozenset[str]) -> None:
        self._network = network
        self._group = group
        self._zones = zones
        self._attributes = dict(group.attributes)
        running = [one for one in taking(group) if self._at(one, running=True)]
        self._healthy = [one for one in running if is_healthy(network, group, one)]
        enough = _enough(self._attributes, ROUTED, len(self._healthy), len(running))
        self._taking = self._healthy if enough else running

    def taking(self) -> list[Held]:
        return list(_in_order(filter(None, (self._at(one, running=True) for one in self._taking))))

    def is_named(self) -> bool:
        registered = sum(1 for one in taking(self._group) if self._at(one, running=True))
        return _enough(self._attributes, NAMED, len(self._healthy), registered)

    def draining(self) -> Iterator[Held]:
        for target in self._group.targets:
            if target.draining_until and (found := self._at(target, running=True)):
                yield found

    def ended(self) -> Iterator[Held]:
        """Give those whose connections are not to wait: unhealthy ones, when they had the time that
        their group gives them, and instances that stopped."""
        at_once = self._attributes.get(ENDS_UNHEALTHY) != "false"
        if self._group.protocol not in STREAMS or not (at_once or self._group.unhealthy_draining):
            return
        for target in self._group.targets:
            health = measured(self._network, self._group, target)
            sick = health is not None and not health.healthy and target not in self._taking
            over = sick and health is not None and not health.drains
            stopped = at_once and self._at(target, running=True) is None
            found = self._at(target, running=False)
            if found and (over or stopped):
                yield found

    def _at(self, target: Target, *, running: bool) -> Held | None:
        find = placed if running else addressed
        where = find(self._network, self._group, target)
        return (where[0], target.port) if where and where[1] in self._zones else None


def _zones(
    balancer: LoadBalancer, group: TargetGroup, zone: str, all_of_them: frozenset[str]
) -> frozenset[str]:
    """Give the zones whose targets a node in `zone` hands on to."""
    of_balancer = dict(balancer.attributes).get(CROSS_ZONE, "false")
    said = dict(group.attributes).get(CROSS_ZONE, OF_BALANCER)
    crosses = (of_balancer if said == OF_BALANCER else said) == "true"
    return frozenset({zone, EVERY_ZONE}) | (all_of_them if crosses else frozenset())


def _enough(attributes: Mapping[str, str], name: str, healthy: int, registered: int) -> bool:
    """Tell whether as many targets are well as a group asks for, by number or by share."""
    count = attributes.get(f"{name}.count", "1")
    percentage = attributes.get(f"{name}.percentage", "off")
    by_count = count == "off" or healthy >= int(count)
    return by_count and (percentage == "off" or healthy * 100 >= int(percentage) * registered)


Weighed = list[tuple[int, TargetGroup, list[Held]]]  # groups with a weight, and who takes there


def _balanced(weighed: Weighed, version: int) -> Iterator[BalancedTarget]:
    alike = [one for one in weighed if version_of(one[1]) == version]
    for group, (address, port), share in _shares(alike):
        yield BalancedTarget(
            address=address, port=port, weight=share, keeps_source=keeps_source(group)
        )


def _relayed(weighed: Weighed, protocol: int) -> Iterator[RelayedTarget]:
    for group, (address, port), share in _shares(weighed):
        yield RelayedTarget(
            address=address,
            port=port,
            weight=share,
            tells_source=protocol == TCP and tells_source(group),
            tls=group.protocol == TLS,
        )


def _shares(weighed: Weighed) -> Iterator[tuple[TargetGroup, Held, int]]:
    for weight, group, taken in weighed:
        share = 1 if len(weighed) == 1 else max(1, weight * SHARE // len(taken))
        for one in taken:
            yield group, one, share


def needs_relay(listener: Listener, weighed: Weighed, protocol: int, version: int) -> bool:
    """Tell whether streams have to be read: to end TLS, to tell targets who the client is, or to
    pass from one IP version to the other, as datagrams of IPv4 may."""
    told = any(tells_source(group) for _, group, _ in weighed)
    crosses = any(version_of(group) != version for _, group, _ in weighed)
    if protocol != TCP:
        return crosses and version == 4
    return listener.protocol == TLS or crosses or (listener.protocol == "TCP" and told)


def _in_order(held: Iterable[Held]) -> tuple[Held, ...]:
    return tuple(sorted(held, key=lambda one: (one[0].version, *one)))


def tells_source(group: TargetGroup) -> bool:
    return dict(group.attributes).get(TELLS_SOURCE) == "true"
