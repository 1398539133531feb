"""Network interfaces of the caller's own: made, shown, changed, deleted.

Those that AWS makes for an endpoint or a NAT gateway are shown with the rest, and changed by nobody but
their maker. "Requester-managed network interfaces" in the Amazon EC2 user guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import remembered, replayed
from genkan.api.ids import need
from genkan.api.interface_making import (
    addresses_in_use,
    choose_groups,
    new_interface,
    parse_address,
)
from genkan.api.network_interface_shape import (
    association,
    network_interface,
    private_dns_name,
    status_of,
)
from genkan.api.output import present
from genkan.api.selection import Values, page, select, yes_no
from genkan.api.tagging import from_specifications
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import InvalidParameterCombination, Refused
from genkan.model.network import delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet


class InterfaceInUse(Refused):
    code = "InvalidParameterValue"


class OperationNotPermitted(Refused):
    code = "OperationNotPermitted"


def create_network_interface(
    call: Call,
    *,
    subnet_id: str,
    description: str = "",
    private_ip_address: str | None = None,
    private_ip_addresses: Sequence[Mapping[str, Any]] | None = None,
    secondary_private_ip_address_count: int = 0,
    groups: Sequence[str] | None = None,
    interface_type: str = "interface",
    client_token: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    parameters = dict(locals(), call=None, client_token=None)
    made = replayed(call, "CreateNetworkInterface", client_token, parameters)
    if made:
        return _created(call, need(call, NetworkInterface, made[0]), client_token)
    if interface_type != "interface":
        raise InvalidParameterCombination(
            f"Genkan makes interfaces of type 'interface'; '{interface_type}' is not one yet."
        )
    subnet = need(call, Subnet, subnet_id)
    primary, secondary = _named_addresses(private_ip_address, private_ip_addresses)
    interface = new_interface(
        call,
        subnet,
        choose_groups(call, subnet.vpc_id, groups),
        in_use=addresses_in_use(call, subnet),
        wanted=parse_address(primary, "privateIpAddress") if primary else None,
        secondary=[parse_address(one, "privateIpAddresses") for one in secondary],
        secondary_count=secondary_private_ip_address_count,
        description=description,
        tags=from_specifications("network-interface", tag_specifications),
    )
    change = put(interface)
    if client_token:
        change += put(
            remembered(call, "CreateNetworkInterface", client_token, parameters, (interface.id,))
        )
    return Answer(_created(call, interface, client_token).output, change)


def describe_network_interfaces(
    call: Call,
    *,
    network_interface_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(
        call, NetworkInterface, ids=network_interface_ids, filters=filters, table=_filters(call)
    )
    some, token = page(rows, max_results, next_token, ids=network_interface_ids)
    shown = [network_interface(call, row) for row in some]
    return Answer(present(NetworkInterfaces=shown, NextToken=token))


def delete_network_interface(call: Call, *, network_interface_id: str) -> Answer:
    interface = _need_own(call, network_interface_id)
    if interface.attachment:
        raise InterfaceInUse(
            f"Network interface '{interface.id}' is currently in use by "
            f"{interface.attachment.instance_id}. Detach it or terminate the instance first."
        )
    freed = [
        replace(one, association_id=None, network_interface_id=None, private_ip=None)
        for one in call.network.where(ElasticIp, network_interface_id=interface.id)
    ]
    return Answer({}, put(*freed) + delete(interface))


def modify_network_interface_attribute(
    call: Call,
    *,
    network_interface_id: str,
    description: Mapping[str, str] | None = None,
    groups: Sequence[str] | None = None,
    source_dest_check: Mapping[str, bool] | None = None,
    attachment: Mapping[str, Any] | None = None,
) -> Answer:
    interface = _need_own(call, network_interface_id)
    changed = interface
    if description is not None:
        changed = replace(changed, description=description.get("Value", ""))
    if groups is not None:
        changed = replace(changed, group_ids=choose_groups(call, interface.vpc_id, groups))
    if source_dest_check is not None:
        changed = replace(changed, source_dest_check=source_dest_check.get("Value", True))
    if attachment is not None and changed.attachment is not None:
        kept = attachment.get("DeleteOnTermination", changed.attachment.delete_on_termination)
        changed = replace(
            changed, attachment=replace(changed.attachment, delete_on_termination=kept)
        )
    return Answer({}, put(changed))


def describe_network_interface_attribute(
    call: Call, *, network_interface_id: str, attribute: str = "description"
) -> Answer:
    interface = need(call, NetworkInterface, network_interface_id)
    whole = network_interface(call, interface)
    out: dict[str, Any] = {"NetworkInterfaceId": interface.id}
    match attribute:
        case "description":
            out["Description"] = {"Value": interface.description}
        case "groupSet":
            out["Groups"] = whole["Groups"]
        case "sourceDestCheck":
            out["SourceDestCheck"] = {"Value": interface.source_dest_check}
        case "attachment":
            out |= present(Attachment=whole.get("Attachment"))
    return Answer(out)


def _need_own(call: Call, name: str) -> NetworkInterface:
    interface = need(call, NetworkInterface, name)
    if interface.requester_id is not None:
        raise OperationNotPermitted(
            f"You are not allowed to manage '{interface.interface_type.value}' interfaces: "
            f'{interface.id} belongs to "{interface.description}". Change that instead.'
        )
    return interface


def _created(call: Call, interface: NetworkInterface, token: str | None) -> Answer:
    return Answer(present(NetworkInterface=network_interface(call, interface), ClientToken=token))


def _named_addresses(
    single: str | None, several: Sequence[Mapping[str, Any]] | None
) -> tuple[str | None, list[str]]:
    """Give the primary and the secondary addresses that a request names."""
    primary = single
    secondary = []
    for one in several or ():
        address = one.get("PrivateIpAddress", "")
        if one.get("Primary"):
            if primary and primary != address:
                raise InvalidParameterCombination(
                    "Only one primary private IP address can be specified."
                )
            primary = address
        else:
            secondary.append(address)
    return primary, secondary


def _filters(call: Call) -> Mapping[str, Values[NetworkInterface]]:
    def worn(name: str) -> Values[NetworkInterface]:
        return lambda row: [str(getattr(row.attachment, name))] if row.attachment else []

    def public(name: str) -> Values[NetworkInterface]:
        return lambda row: [(association(call, row) or {}).get(name)]

    def addresses(row: NetworkInterface) -> list[str]:
        return [str(one) for one in row.private_addresses]

    return {
        "addresses.association.public-ip": public("PublicIp"),
        "addresses.association.owner-id": public("IpOwnerId"),
        "addresses.primary": lambda row: ["true"],
        "addresses.private-ip-address": addresses,
        "association.allocation-id": public("AllocationId"),
        "association.association-id": public("AssociationId"),
        "association.ip-owner-id": public("IpOwnerId"),
        "association.public-dns-name": public("PublicDnsName"),
        "association.public-ip": public("PublicIp"),
        "attachment.attachment-id": worn("id"),
        "attachment.device-index": worn("device_index"),
        "attachment.instance-id": worn("instance_id"),
        "attachment.instance-owner-id": worn("instance_owner"),
        "attachment.status": lambda row: ["attached"] if row.attachment else [],
        "attachment.delete-on-termination": lambda row: (
            [yes_no(row.attachment.delete_on_termination)] if row.attachment else []
        ),
        "availability-zone": lambda row: [row.zone],
        "description": lambda row: [row.description],
        "group-id": lambda row: row.group_ids,
        "interface-type": lambda row: [row.interface_type.value],
        "mac-address": lambda row: [row.mac],
        "network-interface-id": lambda row: [row.id],
        "private-dns-name": lambda row: [private_dns_name(row)],
        "private-ip-address": addresses,
        "requester-id": lambda row: [row.requester_id],
        "requester-managed": lambda row: [yes_no(row.requester_id is not None)],
        "source-dest-check": lambda row: [yes_no(row.source_dest_check)],
        "status": lambda row: [status_of(row)],
        "subnet-id": lambda row: [row.subnet_id],
        "vpc-id": lambda row: [row.vpc_id],
    }
