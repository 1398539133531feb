"""The attributes of a subnet, changed one at a time. "ModifySubnetAttribute" in the EC2 API
reference.

Attributes of Outposts (customer-owned addresses) are not taken: there are no Outposts here.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genkan.api.attributes import only_attribute
from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.model.errors import (
    InvalidParameterValue,
)
from genkan.model.network import put
from genkan.model.subnet import Subnet

HOST_NAMES = ("ip-name", "resource-name")
FIELDS = {  # AWS's name in errors → the field
    "mapPublicIpOnLaunch": "map_public_ip_on_launch",
    "assignIpv6AddressOnCreation": "assign_ipv6_on_creation",
    "enableDns64": "dns64",
    "enableResourceNameDnsARecordOnLaunch": "dns_a_record",
    "enableResourceNameDnsAAAARecordOnLaunch": "dns_aaaa_record",
}
NEED_IPV6 = ("assignIpv6AddressOnCreation",)
NEED_IPV4 = ("mapPublicIpOnLaunch", "enableResourceNameDnsARecordOnLaunch")


def modify_subnet_attribute(
    call: Call,
    *,
    subnet_id: str,
    map_public_ip_on_launch: Mapping[str, bool] | None = None,
    assign_ipv6_address_on_creation: Mapping[str, bool] | None = None,
    enable_dns64: Mapping[str, bool] | None = None,
    private_dns_hostname_type_on_launch: str | None = None,
    enable_resource_name_dns_a_record_on_launch: Mapping[str, bool] | None = None,
    enable_resource_name_dns_aaaa_record_on_launch: Mapping[str, bool] | None = None,
    enable_lni_at_device_index: int | None = None,
    disable_lni_at_device_index: Mapping[str, bool] | None = None,
) -> Answer:
    subnet = need(call, Subnet, subnet_id)
    flags = {
        "mapPublicIpOnLaunch": map_public_ip_on_launch,
        "assignIpv6AddressOnCreation": assign_ipv6_address_on_creation,
        "enableDns64": enable_dns64,
        "enableResourceNameDnsARecordOnLaunch": enable_resource_name_dns_a_record_on_launch,
        "enableResourceNameDnsAAAARecordOnLaunch": enable_resource_name_dns_aaaa_record_on_launch,
    }
    asked: dict[str, Any] = {
        **flags,
        "privateDnsHostnameTypeOnLaunch": private_dns_hostname_type_on_launch,
        "enableLniAtDeviceIndex": enable_lni_at_device_index,
        "disableLniAtDeviceIndex": disable_lni_at_device_index,
    }
    name, value = only_attribute(asked)
    if name in FIELDS:
        return Answer(change=put(_switched(subnet, name, value.get("Value", False))))
    if name == "privateDnsHostnameTypeOnLaunch":
        return Answer(change=put(_renamed(subnet, value)))
    return Answer(change=put(_with_local_interface(subnet, name, value)))


def _switched(subnet: Subnet, name: str, value: bool) -> Subnet:
    if value and name in NEED_IPV6 and subnet.ipv6_cidr is None:
        raise InvalidParameterValue(
            f"Invalid value 'true' for {name}. {subnet.id} does not have an IPv6 CIDR block; "
            "associate one first."
        )
    if value and name in NEED_IPV4 and subnet.ipv6_native:
        raise InvalidParameterValue(
            f"Invalid value 'true' for {name}. {subnet.id} is an IPv6-only subnet."
        )
    if not value and name == "assignIpv6AddressOnCreation" and subnet.ipv6_native:
        raise InvalidParameterValue(
            f"Invalid value 'false' for {name}. {subnet.id} is an IPv6-only subnet: its "
            "interfaces have no other address."
        )
    changed: dict[str, Any] = {FIELDS[name]: value}
    return replace(subnet, **changed)


def _renamed(subnet: Subnet, value: str) -> Subnet:
    if value not in HOST_NAMES:
        raise InvalidParameterValue(
            f"Value ({value}) for parameter privateDnsHostnameTypeOnLaunch is invalid. "
            f"Choose from {', '.join(HOST_NAMES)}."
        )
    if value == "ip-name" and subnet.ipv6_native:
        raise InvalidParameterValue(
            f"Value ({value}) for parameter privateDnsHostnameTypeOnLaunch is invalid. "
            f"{subnet.id} is an IPv6-only subnet: an ip-name is made of an IPv4 address."
        )
    return replace(subnet, host_names=value)


def _with_local_interface(subnet: Subnet, name: str, value: Any) -> Subnet:  # noqa: ANN401
    """Give the subnet with its device index for local network interfaces set or cleared."""
    if name == "disableLniAtDeviceIndex":
        return replace(subnet, lni_device_index=None) if value.get("Value") else subnet
    if value < 1:
        raise InvalidParameterValue(
            f"Value ({value}) for parameter enableLniAtDeviceIndex is invalid. Give 1 or more: "
            "index 0 is the primary interface's."
        )
    return replace(subnet, lni_device_index=value)
