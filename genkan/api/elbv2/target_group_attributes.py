"""Attributes of target groups: what goes with each protocol and target type, and its default.

TargetGroupAttribute in the Elastic Load Balancing API reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import need
from genkan.api.elbv2.attributes import SWITCH, Attribute, Table, changed, shown, value_of
from genkan.api.elbv2.errors import InvalidConfigurationRequest
from genkan.api.elbv2.health_checks import GENEVE
from genkan.model.load_balancer import Attributes, TargetGroup, TargetType
from genkan.model.network import put

_STREAMS = ("TCP", "TLS")
_DELAY = {"deregistration_delay.timeout_seconds": Attribute("300", (0, 3600))}
_COUNT = Attribute("1", "off|[0-9]{1,5}")
_PERCENTAGE = Attribute("off", "off|[1-9][0-9]?|100")
ENDS_UNHEALTHY = "target_health_state.unhealthy.connection_termination.enabled"
DRAINING = "target_health_state.unhealthy.draining_interval_seconds"
_FAILOVER = ("target_failover.on_deregistration", "target_failover.on_unhealthy")
_GATEWAY: Table = {
    **_DELAY,
    "stickiness.enabled": Attribute("false", SWITCH),
    "stickiness.type": Attribute("", "|source_ip_dest_ip|source_ip_dest_ip_proto"),
    **dict.fromkeys(_FAILOVER, Attribute("no_rebalance", "no_rebalance|rebalance")),
}


def describe_target_group_attributes(call: Call, *, target_group_arn: str) -> Answer:
    group = need(call, TargetGroup, target_group_arn)
    return Answer({"Attributes": shown(group.attributes, table_of(group))})


def modify_target_group_attributes(
    call: Call, *, target_group_arn: str, attributes: Sequence[Mapping[str, str]]
) -> Answer:
    group = need(call, TargetGroup, target_group_arn)
    table = table_of(group)
    what = f"{group.protocol} target groups with targets of type '{group.target_type.value}'"
    held = changed(group.attributes, attributes, table, what)
    if group.protocol == GENEVE:
        _check_failover(held)
    _check_unhealthy_draining(held)
    after = replace(group, attributes=held)
    return Answer({"Attributes": shown(after.attributes, table)}, put(after))


def _check_unhealthy_draining(held: Attributes) -> None:
    """Raise InvalidConfigurationRequest when connections that end at once would be given time."""
    values = dict(held)
    if DRAINING in values and values.get(ENDS_UNHEALTHY) != "false":
        raise InvalidConfigurationRequest(
            f"{DRAINING} cannot be set while {ENDS_UNHEALTHY} is true: connections to an unhealthy "
            "target end at once. Set that to false."
        )


def _check_failover(held: Attributes) -> None:
    """Raise InvalidConfigurationRequest when flows would leave a target in one case and stay in
    the other: "the two attributes can't be set independently"."""
    values = {key: value_of(held, key, _GATEWAY) for key in _FAILOVER}
    if len(set(values.values())) > 1:
        said = " and ".join(f"'{key}' {value}" for key, value in values.items())
        raise InvalidConfigurationRequest(
            f"The target failover attributes must have the same value: {said}. Set both."
        )


def table_of(group: TargetGroup) -> Table:
    """Give the attributes that a target group has."""
    if group.protocol == GENEVE:
        return _GATEWAY
    stream = group.protocol in _STREAMS
    # The source of datagrams is kept whatever one wishes; that of streams to addresses is not
    # unless one asks for it.
    keeps = Attribute(
        "false" if stream and group.target_type is TargetType.IP else "true",
        SWITCH if stream else "true",
    )
    table = {
        **_DELAY,
        "deregistration_delay.connection_termination.enabled": Attribute(
            "false" if stream else "true", SWITCH
        ),
        "load_balancing.cross_zone.enabled": Attribute(
            "use_load_balancer_configuration", f"{SWITCH}|use_load_balancer_configuration"
        ),
        "preserve_client_ip.enabled": keeps,
        "proxy_protocol_v2.enabled": Attribute("false", SWITCH),
        "stickiness.enabled": Attribute("false", SWITCH),
        "stickiness.type": Attribute("source_ip", "source_ip"),
        "target_group_health.dns_failover.minimum_healthy_targets.count": _COUNT,
        "target_group_health.dns_failover.minimum_healthy_targets.percentage": _PERCENTAGE,
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": _COUNT,
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": (
            _PERCENTAGE
        ),
    }
    if stream:
        table |= {
            ENDS_UNHEALTHY: Attribute("true", SWITCH),
            DRAINING: Attribute("0", (0, 360_000)),
        }
    return table
