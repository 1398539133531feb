"""Targets: registered, deregistered, and how they are.

A target that could be sent to is `initial` until its health was measured; one that could not is
`unused`, with AWS's reason. A deregistered target that was in use is `draining` for the delay that
its group has; a gateway load balancer sees to that by itself. "Target health status" in the user
guide of Network Load Balancers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from genkan.api.address_types import IPV6
from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import need
from genkan.api.elbv2.attributes import value_of
from genkan.api.elbv2.errors import InvalidConfigurationRequest, InvalidTarget, TooManyTargets
from genkan.api.elbv2.health_checks import GENEVE
from genkan.api.elbv2.target_group_attributes import table_of
from genkan.api.elbv2.target_group_shape import load_balancers_of
from genkan.api.elbv2.target_groups import GENEVE_PORT, HIGHEST_PORT
from genkan.api.output import present
from genkan.model.errors import ValidationError
from genkan.model.instance import Instance, InstanceState
from genkan.model.load_balancer import LoadBalancer, Target, TargetGroup, TargetType
from genkan.model.network import put
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.target_health import TargetHealth, target_health_id
from genkan.model.vpc import Vpc

TARGETS = 1_000  # of a target group
ALL = "all"
RUNS = (InstanceState.PENDING, InstanceState.RUNNING)
OUTSIDE = tuple(
    map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"))
)
Health = tuple[str, str | None, str | None]  # AWS's state, reason and description

UNUSED = "unused"
DELAY = "deregistration_delay.timeout_seconds"
NOT_REGISTERED: Health = (
    UNUSED,
    "Target.NotRegistered",
    "Target is not registered to the target group",
)
NOT_IN_USE: Health = (
    UNUSED,
    "Target.NotInUse",
    "Target group is not configured to receive traffic from the load balancer",
)
ZONE_NOT_ENABLED: Health = (
    UNUSED,
    "Target.NotInUse",
    "Target is in an Availability Zone that is not enabled for the load balancer",
)
HEALTHY: Health = ("healthy", None, None)
DRAINING: Health = (
    "draining",
    "Target.DeregistrationInProgress",
    "Target deregistration is in progress",
)
INITIAL: Health = (
    "initial",
    "Elb.InitialHealthChecking",
    "Initial health checks in progress",
)


def register_targets(
    call: Call, *, target_group_arn: str, targets: Sequence[Mapping[str, Any]]
) -> Answer:
    group = need(call, TargetGroup, target_group_arn)
    if not targets:
        raise ValidationError("At least one target must be specified")
    held = {(one.id, one.port): one for one in group.targets}
    for asked in targets:
        target = _target(call, group, asked)
        held[target.id, target.port] = target
    if len(held) > TARGETS:
        raise TooManyTargets(
            f"Target group '{group.id}' would have {len(held)} targets, and {TARGETS} is the "
            "limit. Deregister some first."
        )
    return Answer(change=put(replace(group, targets=tuple(held.values()))))


def deregister_targets(
    call: Call, *, target_group_arn: str, targets: Sequence[Mapping[str, Any]]
) -> Answer:
    """Take targets out; without a port at every port. One that is not registered is no error."""
    group = need(call, TargetGroup, target_group_arn)
    kept: list[Target] = []
    for one in group.targets:
        if not any(_names(asked, one) for asked in targets) or one.draining_until:
            kept.append(one)
        elif (delay := _delay(call, group, one)) > timedelta(0):
            kept.append(replace(one, draining_until=call.now + delay))
    return Answer(change=put(replace(group, targets=tuple(kept))))


def _delay(call: Call, group: TargetGroup, target: Target) -> timedelta:
    """Give how long a target drains: not at all when nothing was sent to it."""
    if group.protocol == GENEVE or _health(call, group, target)[0] == UNUSED:
        return timedelta(0)
    return timedelta(seconds=int(value_of(group.attributes, DELAY, table_of(group))))


def describe_target_health(
    call: Call, *, target_group_arn: str, targets: Sequence[Mapping[str, Any]] | None = None
) -> Answer:
    group = need(call, TargetGroup, target_group_arn)
    if not targets:
        rows = [_described(group, one, _health(call, group, one)) for one in group.targets]
        return Answer({"TargetHealthDescriptions": rows})
    rows = []
    for asked in targets:
        found = [one for one in group.targets if _names(asked, one)]
        rows += [_described(group, one, _health(call, group, one)) for one in found]
        if not found:
            unknown = Target(id=asked.get("Id", ""), port=asked.get("Port") or group.port)
            rows.append(_described(group, unknown, NOT_REGISTERED))
    return Answer({"TargetHealthDescriptions": rows})


def _names(asked: Mapping[str, Any], target: Target) -> bool:
    return asked.get("Id") == target.id and asked.get("Port", target.port) == target.port


def _target(call: Call, group: TargetGroup, asked: Mapping[str, Any]) -> Target:
    name, port = asked.get("Id", ""), asked.get("Port", group.port)
    if "QuicServerId" in asked:
        raise InvalidConfigurationRequest("QuicServerId is for QUIC target groups. Leave it out.")
    if not 1 <= port <= HIGHEST_PORT or (group.protocol == GENEVE and port != GENEVE_PORT):
        raise ValidationError(f"Port '{port}' is not valid for a target of '{group.id}'")
    if group.target_type is TargetType.INSTANCE:
        return Target(id=_instance(call, group, name), port=port)
    zone = asked.get("AvailabilityZone")
    return Target(id=name, port=port, zone=_zone_of_address(call, group, name, zone))


def _instance(call: Call, group: TargetGroup, name: str) -> str:
    """Give an instance's id. Raises InvalidTarget for one elsewhere, not running, or without the
    primary IPv6 address by which an IPv6 group finds its targets."""
    instance = call.find(Instance, name)
    if instance is None or instance.vpc_id != group.vpc_id:
        raise InvalidTarget(
            f"The following targets are not in the target group VPC '{group.vpc_id}': '{name}'"
        )
    if instance.state not in RUNS:
        raise InvalidTarget(
            f"The following targets are not in a running state and cannot be registered: '{name}'"
        )
    worn = [
        one
        for one in call.network.where(NetworkInterface, vpc_id=group.vpc_id)
        if one.instance_id == name and one.attachment and one.attachment.device_index == 0
    ]
    if group.ip_address_type == IPV6 and not any(one.ipv6_primary for one in worn):
        raise InvalidTarget(
            "The following targets do not have a primary IPv6 address assigned to their primary "
            f"network interface: '{name}'"
        )
    return name


def _zone_of_address(call: Call, group: TargetGroup, text: str, zone: str | None) -> str | None:
    """Give the zone of an address: its subnet's, or `all` for one that is outside the VPC."""
    of_ipv6 = group.ip_address_type == IPV6
    try:
        address = IPv6Address(text) if of_ipv6 else IPv4Address(text)
    except ValueError:
        family = "IPv6" if of_ipv6 else "IPv4"
        raise ValidationError(f"The IP address '{text}' is not a valid {family} address") from None
    vpc = call.network.get(Vpc, group.vpc_id)
    blocks: list[IPv4Network | IPv6Network] = [*vpc.cidrs, *vpc.ipv6_cidrs] if vpc else []
    if any(address in block for block in blocks):
        inside = _zone_at(call, group.vpc_id, address)
        if zone not in (None, inside, ALL):
            raise ValidationError(
                f"The Availability Zone '{zone}' is not that of the IP address '{text}', which is "
                f"in {inside or 'no subnet'}."
            )
        return ALL if zone == ALL else inside
    if of_ipv6 or not any(address in range_ for range_ in OUTSIDE):
        raise InvalidTarget(
            f"The IP address '{text}' is not a valid target: it is neither in the VPC "
            f"'{group.vpc_id}' nor in {', '.join(map(str, OUTSIDE))}."
        )
    if zone != ALL:
        raise ValidationError(
            f"You must specify the Availability Zone '{ALL}' for the IP address '{text}', because "
            f"it is outside the VPC '{group.vpc_id}'."
        )
    return ALL


def _zone_at(call: Call, vpc_id: str, address: IPv4Address | IPv6Address) -> str | None:
    for subnet in call.network.where(Subnet, vpc_id=vpc_id):
        if isinstance(address, IPv4Address):
            inside = subnet.cidr is not None and address in subnet.cidr
        else:
            inside = subnet.ipv6_cidr is not None and address in subnet.ipv6_cidr
        if inside:
            return subnet.zone
    return None


def _health(call: Call, group: TargetGroup, target: Target) -> Health:
    balancers = [
        balancer
        for arn in load_balancers_of(call, group)
        if (balancer := call.network.get(LoadBalancer, arn))
    ]
    if not balancers:
        return NOT_IN_USE
    if target.draining_until:
        return DRAINING
    zone = target.zone
    if group.target_type is TargetType.INSTANCE:
        instance = call.network.get(Instance, target.id)
        if instance is None or instance.state not in RUNS:
            state = instance.state.value if instance else InstanceState.TERMINATED.value
            return UNUSED, "Target.InvalidState", f"Target is in the {state} state"
        zone = instance.zone
    if zone not in (None, ALL) and not any(zone in _zones(call, one) for one in balancers):
        return ZONE_NOT_ENABLED
    measured = call.network.get(TargetHealth, target_health_id(group.id, target.id, target.port))
    if measured is None:
        return INITIAL
    if measured.healthy:
        return HEALTHY
    state = "unhealthy.draining" if measured.drains else "unhealthy"
    return state, measured.reason, measured.description


def _zones(call: Call, balancer: LoadBalancer) -> set[str]:
    interfaces = (call.network.get(NetworkInterface, one) for one in balancer.network_interface_ids)
    return {one.zone for one in interfaces if one}


def _described(group: TargetGroup, target: Target, health: Health) -> dict[str, Any]:
    state, reason, description = health
    checked = group.health_check.port
    return {
        "Target": present(Id=target.id, Port=target.port, AvailabilityZone=target.zone),
        "HealthCheckPort": str(target.port if checked is None else checked),
        "TargetHealth": present(State=state, Reason=reason, Description=description),
    }
