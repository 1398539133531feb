"""The attributes of an interface that are changed one at a time: groups, source check, text.

EnaSrdSpecification is not taken: there is no such hardware here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.attributes import only_attribute
from genkan.api.call import Answer, Call
from genkan.api.ids import need, unknown_part
from genkan.api.interface_making import choose_groups, need_own
from genkan.api.network_interface_shape import network_interface
from genkan.api.network_interfaces import check_description, tracked, with_primary_ipv6
from genkan.api.output import present
from genkan.api.public_addresses import elastic_ip_of, free_public_addresses
from genkan.model.errors import (
    InvalidParameterValue,
    MissingParameter,
    UnsupportedOperation,
)
from genkan.model.instance import Instance
from genkan.model.network import put
from genkan.model.network_interface import NetworkInterface

ATTRIBUTES = (
    "description",
    "groupSet",
    "sourceDestCheck",
    "attachment",
    "associatePublicIpAddress",
)


def modify_network_interface_attribute(
    call: Call,
    *,
    network_interface_id: str,
    description: Mapping[str, str] | None = None,
    groups: Sequence[str] | None = None,
    source_dest_check: Mapping[str, bool] | None = None,
    attachment: Mapping[str, Any] | None = None,
    enable_primary_ipv6: bool | None = None,
    connection_tracking_specification: Mapping[str, int] | None = None,
    associate_public_ip_address: bool | None = None,
) -> Answer:
    interface = need_own(call, network_interface_id)
    name, value = only_attribute(
        {
            "description": description,
            "groupSet": groups,
            "sourceDestCheck": source_dest_check,
            "attachment": attachment,
            "enablePrimaryIpv6": enable_primary_ipv6,
            "connectionTrackingSpecification": connection_tracking_specification,
            "associatePublicIpAddress": associate_public_ip_address,
        }
    )
    return Answer(change=put(_changed(call, interface, name, value)))


def reset_network_interface_attribute(
    call: Call, *, network_interface_id: str, source_dest_check: str | None = None
) -> Answer:
    """Set the source check back to what an interface is made with."""
    interface = need_own(call, network_interface_id)
    if source_dest_check is None:
        raise MissingParameter("No attributes specified. Give sourceDestCheck.")
    return Answer(change=put(replace(interface, source_dest_check=True)))


def describe_network_interface_attribute(
    call: Call, *, network_interface_id: str, attribute: str | None = None
) -> Answer:
    interface = need(call, NetworkInterface, network_interface_id)
    if attribute is None:
        raise MissingParameter(f"No attributes specified. Give one of {', '.join(ATTRIBUTES)}.")
    if attribute not in ATTRIBUTES:
        raise InvalidParameterValue(
            f"Value ({attribute}) for parameter attribute is invalid. "
            f"Choose from {', '.join(ATTRIBUTES)}."
        )
    whole = network_interface(call, interface)
    instance = call.network.get(Instance, interface.instance_id)
    values = {
        "description": {"Description": {"Value": interface.description}},
        "groupSet": {"Groups": whole["Groups"]},
        "sourceDestCheck": {"SourceDestCheck": {"Value": interface.source_dest_check}},
        "attachment": present(Attachment=whole.get("Attachment")),
        "associatePublicIpAddress": {
            "AssociatePublicIpAddress": instance is not None and instance.lent_public_address
        },
    }
    return Answer({"NetworkInterfaceId": interface.id, **values[attribute]})


def _changed(call: Call, interface: NetworkInterface, name: str, value: Any) -> NetworkInterface:  # noqa: ANN401
    match name:
        case "description":
            text = value.get("Value", "")
            check_description(text)
            return replace(interface, description=text)
        case "groupSet":
            return replace(interface, group_ids=choose_groups(call, interface.vpc_id, value))
        case "sourceDestCheck":
            return replace(interface, source_dest_check=value.get("Value", True))
        case "enablePrimaryIpv6":
            return with_primary_ipv6(interface, value)
        case "connectionTrackingSpecification":
            return tracked(interface, value)
        case "associatePublicIpAddress":
            return _with_public_address(call, interface, value)
    return _reattached(interface, value)


def _with_public_address(call: Call, interface: NetworkInterface, wanted: bool) -> NetworkInterface:
    """Give the interface with a lent public address, or without. Raises InvalidParameterValue."""
    worn = interface.attachment
    if worn is None or worn.device_index != 0 or not interface.has_ipv4:
        raise InvalidParameterValue(
            f"A public address cannot be lent to {interface.id}: it is no instance's primary "
            "interface with an IPv4 address. Associate an Elastic IP address."
        )
    if not wanted:
        return replace(interface, public_ip=None)
    if interface.public_ip or elastic_ip_of(call.network, interface, interface.private_ip):
        return interface
    return replace(interface, public_ip=next(free_public_addresses(call)))


def _reattached(interface: NetworkInterface, asked: Mapping[str, Any]) -> NetworkInterface:
    """Give the interface with its attachment changed.

    Raises MissingParameter, NotFound, UnsupportedOperation.
    """
    for unknown in sorted(set(asked) - {"AttachmentId", "DeleteOnTermination"}):
        raise UnsupportedOperation(
            f"Genkan's interfaces do not take {unknown} of an attachment, and ignore none. "
            "Leave it out."
        )
    worn = interface.attachment
    name = asked.get("AttachmentId")
    if not name:
        raise MissingParameter("The request must contain the parameter attachment.attachmentId.")
    if worn is None or worn.id != name:
        raise unknown_part("eni-attach", name)
    goes = asked.get("DeleteOnTermination", worn.delete_on_termination)
    return replace(interface, attachment=replace(worn, delete_on_termination=goes))
