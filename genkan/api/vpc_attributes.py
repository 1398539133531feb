"""The attributes of a VPC that are changed one at a time: its DNS switches, its usage metrics."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from genkan.api.attributes import only_attribute
from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.model.errors import InvalidParameterValue, Refused
from genkan.model.network import put
from genkan.model.vpc import Vpc

Attribute = tuple[Callable[[Vpc], bool], Callable[[Vpc, bool], Vpc]]  # read, changed

ATTRIBUTES: Mapping[str, Attribute] = {
    "enableDnsSupport": (
        lambda vpc: vpc.dns_support,
        lambda vpc, value: replace(vpc, dns_support=value),
    ),
    "enableDnsHostnames": (
        lambda vpc: vpc.dns_hostnames,
        lambda vpc, value: replace(vpc, dns_hostnames=value),
    ),
    "enableNetworkAddressUsageMetrics": (
        lambda vpc: vpc.network_address_usage_metrics,
        lambda vpc, value: replace(vpc, network_address_usage_metrics=value),
    ),
}


class UnsupportedTenancy(Refused):
    code = "UnsupportedTenancy"


def modify_vpc_attribute(
    call: Call,
    *,
    vpc_id: str,
    enable_dns_hostnames: Mapping[str, bool] | None = None,
    enable_dns_support: Mapping[str, bool] | None = None,
    enable_network_address_usage_metrics: Mapping[str, bool] | None = None,
) -> Answer:
    vpc = need(call, Vpc, vpc_id)
    asked = {
        "enableDnsHostnames": enable_dns_hostnames,
        "enableDnsSupport": enable_dns_support,
        "enableNetworkAddressUsageMetrics": enable_network_address_usage_metrics,
    }
    name, holder = only_attribute(asked)
    value = holder.get("Value", False)
    if name == "enableDnsHostnames" and value and not vpc.dns_support:
        raise InvalidParameterValue(
            f"DNS hostnames cannot be enabled for {vpc.id}: its DNS support is disabled. "
            "Set enableDnsSupport to true first."
        )
    _, changed = ATTRIBUTES[name]
    return Answer(change=put(changed(vpc, value)))


def modify_vpc_tenancy(call: Call, *, vpc_id: str, instance_tenancy: str) -> Answer:
    """Make a dedicated VPC a default one; the other way there is none."""
    vpc = need(call, Vpc, vpc_id)
    if instance_tenancy != "default":
        raise UnsupportedTenancy(
            f"Value ({instance_tenancy}) for parameter instanceTenancy is invalid. "
            "A VPC's tenancy can be changed to default alone."
        )
    return Answer({"ReturnValue": True}, put(replace(vpc, instance_tenancy=instance_tenancy)))


def describe_vpc_attribute(call: Call, *, vpc_id: str, attribute: str) -> Answer:
    vpc = need(call, Vpc, vpc_id)
    if attribute not in ATTRIBUTES:
        raise InvalidParameterValue(
            f"Value ({attribute}) for parameter attribute is invalid. "
            f"Choose from {', '.join(ATTRIBUTES)}."
        )
    read, _ = ATTRIBUTES[attribute]
    member = attribute[0].upper() + attribute[1:]
    return Answer({"VpcId": vpc.id, member: {"Value": read(vpc)}})
