"""What a listener does with what it receives: it forwards to target groups, and nothing else.

One action, of type forward, to one target group or several by weight; their protocols have to go
with the listener's, their VPC is the load balancer's, and another load balancer has none of them.
"Listeners for your Network Load Balancers" and "Listeners for Gateway Load Balancers".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.address_types import DUALSTACK, IPV4, IPV6
from genkan.api.call import Call
from genkan.api.elbv2.arns import need
from genkan.api.elbv2.errors import (
    IncompatibleProtocols,
    InvalidConfigurationRequest,
    InvalidLoadBalancerAction,
    TargetGroupAssociationLimit,
    TooManyActions,
)
from genkan.api.elbv2.health_checks import GENEVE
from genkan.api.elbv2.target_group_shape import load_balancers_of
from genkan.model.errors import ValidationError
from genkan.model.load_balancer import Forward, Listener, LoadBalancer, TargetGroup

FORWARD = "forward"
TARGET_GROUPS = 5  # of an action
HEAVIEST = 999
DATAGRAMS = ("UDP", "TCP_UDP")
# Which target groups a listener may hand on to, by protocols.
COMPATIBLE = {
    "TCP": ("TCP", "TCP_UDP"),
    "TLS": ("TCP", "TLS"),
    "UDP": ("UDP", "TCP_UDP"),
    "TCP_UDP": ("TCP_UDP",),
    GENEVE: (GENEVE,),
}


def parse_forwards(
    call: Call, balancer: LoadBalancer, protocol: str, actions: Sequence[Mapping[str, Any]]
) -> tuple[Forward, ...]:
    """Give where `actions` send what a listener of `protocol` receives.

    Raises ValidationError, InvalidLoadBalancerAction, TooManyActions, TargetGroupNotFound,
    IncompatibleProtocols, InvalidConfigurationRequest, TargetGroupAssociationLimit.
    """
    if not actions:
        raise ValidationError("A listener must have a default action")
    if len(actions) > 1:
        raise TooManyActions(
            f"A listener of a {balancer.type.value} load balancer has one action; these are "
            f"{len(actions)}."
        )
    (action,) = actions
    if action.get("Type") != FORWARD:
        raise InvalidLoadBalancerAction(
            f"Action type '{action.get('Type')}' must be '{FORWARD}' for load balancers with type "
            f"'{balancer.type.value}'"
        )
    for name in sorted(set(action) - {"Type", "TargetGroupArn", "Order", "ForwardConfig"}):
        raise InvalidLoadBalancerAction(
            f"{name} is not for an action of type '{FORWARD}'. Leave it out."
        )
    forwards = _forwards(action)
    groups = [need(call, TargetGroup, forward.target_group) for forward in forwards]
    if len({group.ip_address_type for group in groups}) > 1:
        raise InvalidConfigurationRequest(
            "The target groups of a forward action have the same IP address type, and these have "
            "ipv4 and ipv6. Make a listener for each."
        )
    for group in groups:
        _check(call, balancer, protocol, group)
    return forwards


def check_datagram_targets(
    balancer_id: str, family: str, protocol: str, group: TargetGroup
) -> None:
    """Raise InvalidConfigurationRequest where datagrams would have to change their IP version.

    A UDP listener of a dual-stack load balancer takes IPv6 target groups alone ("Listeners for your
    Network Load Balancers"). A TCP_UDP one is held to the same: its datagrams are no others.
    """
    if protocol in DATAGRAMS and family == DUALSTACK and group.ip_address_type != IPV6:
        raise InvalidConfigurationRequest(
            f"A {protocol} listener of the {DUALSTACK} load balancer '{balancer_id}' needs target "
            f"groups of the IP address type {IPV6}, and '{group.id}' has {group.ip_address_type}. "
            f"Name an {IPV6} one, or leave the load balancer {IPV4}."
        )


def shown_action(listener: Listener) -> dict[str, Any]:
    """Give a listener's action as the API lists it."""
    groups = [
        {"TargetGroupArn": one.target_group, "Weight": one.weight} for one in listener.forwards
    ]
    single = {"TargetGroupArn": groups[0]["TargetGroupArn"]} if len(groups) == 1 else {}
    return {"Type": FORWARD, **single, "Order": 1, "ForwardConfig": {"TargetGroups": groups}}


def _forwards(action: Mapping[str, Any]) -> tuple[Forward, ...]:
    config = action.get("ForwardConfig") or {}
    if (config.get("TargetGroupStickinessConfig") or {}).get("Enabled"):
        raise InvalidConfigurationRequest(
            "Target group stickiness is for application load balancers. "
            "Leave TargetGroupStickinessConfig out."
        )
    named = [
        Forward(target_group=one.get("TargetGroupArn", ""), weight=one.get("Weight", 1))
        for one in config.get("TargetGroups") or ()
    ]
    single = action.get("TargetGroupArn")
    if single and named and [one.target_group for one in named] != [single]:
        raise ValidationError(
            "An action can name target groups by TargetGroupArn or by ForwardConfig, and these "
            "differ. Leave one of them out."
        )
    forwards = tuple(named) or ((Forward(target_group=single),) if single else ())
    if not 1 <= len(forwards) <= TARGET_GROUPS:
        raise ValidationError(
            f"A forward action names 1 to {TARGET_GROUPS} target groups; this names "
            f"{len(forwards)}."
        )
    for one in forwards:
        if not 0 <= one.weight <= HEAVIEST:
            raise ValidationError(f"Weight '{one.weight}' must be in the range 0-{HEAVIEST}")
    if len({one.target_group for one in forwards}) != len(forwards):
        raise ValidationError("A forward action names each target group once.")
    return forwards


def _check(call: Call, balancer: LoadBalancer, protocol: str, group: TargetGroup) -> None:
    if group.protocol not in COMPATIBLE[protocol]:
        raise IncompatibleProtocols(
            f"The protocol of target group '{group.id}', {group.protocol}, does not go with a "
            f"{protocol} listener: that takes {' or '.join(COMPATIBLE[protocol])}."
        )
    if group.vpc_id != balancer.vpc_id:
        raise InvalidConfigurationRequest(
            f"Target group '{group.id}' is in {group.vpc_id} and load balancer '{balancer.id}' in "
            f"{balancer.vpc_id}: they must be in the same VPC."
        )
    if group.ip_address_type == IPV6 and balancer.ip_address_type != DUALSTACK:
        raise InvalidConfigurationRequest(
            f"Target group '{group.id}' has the IP address type {IPV6}, and load balancer "
            f"'{balancer.id}' {balancer.ip_address_type}: it has to be {DUALSTACK}."
        )
    check_datagram_targets(balancer.id, balancer.ip_address_type, protocol, group)
    if any(arn != balancer.id for arn in load_balancers_of(call, group)):
        raise TargetGroupAssociationLimit(
            "The following target groups cannot be associated with more than one load balancer: "
            f"{group.id}"
        )
