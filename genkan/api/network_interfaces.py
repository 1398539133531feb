"""Network interfaces of the caller's own: made, shown, deleted.

Those that AWS makes for an endpoint or a NAT gateway are shown with the rest, and go with what they
were made for. "Requester-managed network interfaces" in the Amazon EC2 user guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import need
from genkan.api.interface_ipv6 import choose_ipv6, ipv6_in_use, parse_ipv6_addresses
from genkan.api.interface_making import (
    addresses_in_use,
    choose_groups,
    named_addresses,
    need_own,
    new_interface,
)
from genkan.api.interface_prefixes import asked_of, with_prefixes
from genkan.api.network_interface_shape import (
    found_by_attachment,
    interface_filters,
    network_interface,
)
from genkan.api.output import present
from genkan.api.selection import page, select
from genkan.api.tagging import from_specifications
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import InvalidParameterValue, UnsupportedOperation
from genkan.model.network import delete, put
from genkan.model.network_interface import NetworkInterface, NetworkInterfacePermission
from genkan.model.subnet import Subnet

LONGEST_DESCRIPTION = 255
INTERFACE = "interface"
# "Idle connection tracking timeout" in the Amazon EC2 user guide, in seconds
TIMEOUTS = {
    "TcpEstablishedTimeout": (60, 432_000),
    "UdpStreamTimeout": (60, 180),
    "UdpTimeout": (30, 60),
}


@idempotent(NetworkInterface, lambda call, rows: _created(call, rows[0]))
def create_network_interface(
    call: Call,
    *,
    subnet_id: str,
    description: str = "",
    private_ip_address: str | None = None,
    private_ip_addresses: Sequence[Mapping[str, Any]] | None = None,
    secondary_private_ip_address_count: int = 0,
    ipv4_prefixes: Sequence[Mapping[str, str]] | None = None,
    ipv4_prefix_count: int | None = None,
    ipv6_addresses: Sequence[Mapping[str, Any]] | None = None,
    ipv6_address_count: int | None = None,
    ipv6_prefixes: Sequence[Mapping[str, str]] | None = None,
    ipv6_prefix_count: int | None = None,
    enable_primary_ipv6: bool = False,
    groups: Sequence[str] | None = None,
    connection_tracking_specification: Mapping[str, int] | None = None,
    interface_type: str = INTERFACE,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    if interface_type != INTERFACE:
        raise UnsupportedOperation(
            f"Genkan's interfaces are of type {INTERFACE}; there is no {interface_type} here. "
            "Leave InterfaceType out."
        )
    check_description(description)
    tracking = connection_tracking_specification
    subnet = need(call, Subnet, subnet_id)
    primary, secondary = named_addresses(
        private_ip_address, private_ip_addresses, secondary_private_ip_address_count
    )
    ipv6 = choose_ipv6(
        call,
        subnet,
        ipv6_in_use(call, subnet),
        parse_ipv6_addresses(ipv6_addresses),
        ipv6_address_count,
    )
    interface = new_interface(
        call,
        subnet,
        choose_groups(call, subnet.vpc_id, groups),
        in_use=addresses_in_use(call, subnet),
        wanted=primary,
        secondary=secondary,
        secondary_count=secondary_private_ip_address_count,
        ipv6=ipv6,
        description=description,
        tags=from_specifications("network-interface", tag_specifications),
    )
    interface = tracked(with_primary_ipv6(interface, enable_primary_ipv6), tracking)
    for asked in asked_of(
        {
            "Ipv4Prefixes": ipv4_prefixes,
            "Ipv4PrefixCount": ipv4_prefix_count,
            "Ipv6Prefixes": ipv6_prefixes,
            "Ipv6PrefixCount": ipv6_prefix_count,
        }
    ):
        interface = with_prefixes(call, interface, asked)
    return Answer(_created(call, interface), put(interface))


def describe_network_interfaces(
    call: Call,
    *,
    network_interface_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    include_managed_resources: bool = False,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(
        call,
        NetworkInterface,
        ids=network_interface_ids,
        filters=filters,
        table=interface_filters(call),
    )
    some, token = page(rows, max_results, next_token, ids=network_interface_ids)
    asked = [
        value
        for one in filters or ()
        if one.get("Name") == "attachment.attachment-id"
        for value in one.get("Values") or ()
    ]
    shown = [found_by_attachment(call, row, asked) for row in some]
    return Answer(present(NetworkInterfaces=shown, NextToken=token))


def delete_network_interface(call: Call, *, network_interface_id: str) -> Answer:
    interface = need_own(call, network_interface_id)
    if interface.attachment:
        # EC2's list of codes has InvalidNetworkInterface.InUse for this; it sends this one.
        raise InvalidParameterValue(
            f"Network interface '{interface.id}' is currently in use. Terminate "
            f"{interface.attachment.instance_id} first."
        )
    freed = (
        replace(one, association_id=None, network_interface_id=None, private_ip=None)
        for one in call.network.where(ElasticIp, network_interface_id=interface.id)
    )
    permissions = call.network.where(NetworkInterfacePermission, network_interface_id=interface.id)
    return Answer(change=put(*freed) + delete(interface, *permissions))


def with_primary_ipv6(interface: NetworkInterface, wanted: bool) -> NetworkInterface:
    """Give the interface with its first IPv6 address made the primary one, for good.

    Raises InvalidParameterValue where there is none, or to take it back.
    """
    if wanted and not interface.ipv6_addresses:
        raise InvalidParameterValue(
            f"Value (true) for parameter enablePrimaryIpv6 is invalid. {interface.id} has no IPv6 "
            "address; assign one."
        )
    if interface.ipv6_primary and not wanted:
        raise InvalidParameterValue(
            "Value (false) for parameter enablePrimaryIpv6 is invalid. A primary IPv6 address "
            "stays with its interface."
        )
    return replace(interface, ipv6_primary=wanted)


def tracked(interface: NetworkInterface, asked: Mapping[str, int] | None) -> NetworkInterface:
    """Give the interface with its connection tracking time-outs, which are kept to be shown.

    Raises InvalidParameterValue.
    """
    held = dict(interface.connection_tracking)
    for name, seconds in (asked or {}).items():
        least, most = TIMEOUTS.get(name, (0, 0))
        if not least <= seconds <= most:
            raise InvalidParameterValue(
                f"Value ({seconds}) for parameter {name} is invalid. Give {least} to {most} "
                "seconds."
            )
        held[name] = seconds
    return replace(interface, connection_tracking=tuple(sorted(held.items())))


def check_description(text: str) -> None:
    """Raise InvalidParameterValue for a description that is too long."""
    if len(text) > LONGEST_DESCRIPTION:
        raise InvalidParameterValue(
            f"The description has {len(text)} characters; {LONGEST_DESCRIPTION} is the limit. "
            "Give a shorter one."
        )


def _created(call: Call, interface: NetworkInterface) -> dict[str, Any]:
    return {"NetworkInterface": network_interface(call, interface)}
