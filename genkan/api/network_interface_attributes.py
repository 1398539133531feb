"""The attributes of an interface that are changed one at a time: groups, source check, text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.interface_making import choose_groups, need_own
from genkan.api.network_interface_shape import network_interface
from genkan.api.network_interfaces import check_description
from genkan.api.output import present
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
    NotFound,
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
) -> Answer:
    interface = need_own(call, network_interface_id)
    given = [
        name
        for name, value in (
            ("description", description),
            ("groupSet", groups),
            ("sourceDestCheck", source_dest_check),
            ("attachment", attachment),
        )
        if value is not None
    ]
    if not given:
        raise MissingParameter(
            "No attributes specified. Give one of description, groupSet, sourceDestCheck, "
            "attachment."
        )
    if len(given) > 1:
        raise InvalidParameterCombination(
            f"Fields for multiple attribute types specified: {', '.join(given)}. "
            "Change one attribute a call."
        )
    if description is not None:
        text = description.get("Value", "")
        check_description(text)
        return Answer(change=put(replace(interface, description=text)))
    if groups is not None:
        worn = choose_groups(call, interface.vpc_id, groups)
        return Answer(change=put(replace(interface, group_ids=worn)))
    if source_dest_check is not None:
        check = source_dest_check.get("Value", True)
        return Answer(change=put(replace(interface, source_dest_check=check)))
    return Answer(change=put(_reattached(interface, attachment or {})))


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


def _reattached(interface: NetworkInterface, asked: Mapping[str, Any]) -> NetworkInterface:
    """Give the interface with its attachment changed. Raises NotFound."""
    worn = interface.attachment
    name = asked.get("AttachmentId")
    if not name:
        raise MissingParameter("The request must contain the parameter attachment.attachmentId.")
    if worn is None or worn.id != name:
        raise NotFound("InvalidAttachmentID.NotFound", f"The attachment ID '{name}' does not exist")
    goes = asked.get("DeleteOnTermination", worn.delete_on_termination)
    return replace(interface, attachment=replace(worn, delete_on_termination=goes))
