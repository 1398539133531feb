"""Attributes of load balancers: what each type has, and its default.

LoadBalancerAttribute in the Elastic Load Balancing API reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import need
from genkan.api.elbv2.attributes import SWITCH, Attribute, Table, changed, shown
from genkan.model.load_balancer import LoadBalancer, LoadBalancerType
from genkan.model.network import put

PROTECTED = "deletion_protection.enabled"
CROSS_ZONE = "load_balancing.cross_zone.enabled"

DENIES_GATEWAYS = "ipv6.deny_all_igw_traffic"

_OF_ALL = {PROTECTED: Attribute("false", SWITCH), CROSS_ZONE: Attribute("false", SWITCH)}
_TABLES: Mapping[LoadBalancerType, Table] = {
    LoadBalancerType.GATEWAY: _OF_ALL,
    LoadBalancerType.NETWORK: {
        **_OF_ALL,
        "access_logs.s3.enabled": Attribute("false", SWITCH),
        "access_logs.s3.bucket": Attribute("", "[a-z0-9.-]{0,63}"),
        "access_logs.s3.prefix": Attribute(""),
        DENIES_GATEWAYS: Attribute("false", SWITCH),
        "zonal_shift.config.enabled": Attribute("false", SWITCH),
        "secondary_ips.auto_assigned.per_subnet": Attribute("0", (0, 7)),
        "dns_record.client_routing_policy": Attribute(
            "any_availability_zone",
            "any_availability_zone|availability_zone_affinity|partial_availability_zone_affinity",
        ),
    },
}


def table_of(balancer: LoadBalancer) -> Table:
    """Give the attributes that a load balancer has; an internal one is closed to gateways."""
    table = _TABLES[balancer.type]
    if balancer.internal and DENIES_GATEWAYS in table:
        return {**table, DENIES_GATEWAYS: Attribute("true", SWITCH)}
    return table


def describe_load_balancer_attributes(call: Call, *, load_balancer_arn: str) -> Answer:
    balancer = need(call, LoadBalancer, load_balancer_arn)
    return Answer({"Attributes": shown(balancer.attributes, table_of(balancer))})


def modify_load_balancer_attributes(
    call: Call, *, load_balancer_arn: str, attributes: Sequence[Mapping[str, str]]
) -> Answer:
    balancer = need(call, LoadBalancer, load_balancer_arn)
    table = table_of(balancer)
    what = f"load balancers with type '{balancer.type.value}'"
    held = changed(balancer.attributes, attributes, table, what)
    after = replace(balancer, attributes=held)
    return Answer({"Attributes": shown(after.attributes, table)}, put(after))
