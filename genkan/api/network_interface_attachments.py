"""Interfaces put on instances that are there, and taken off again.

"Attach a network interface" in the Amazon EC2 user guide. The primary interface is for good.
"""

from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.ids import need, unknown_part
from genkan.api.instance_shape import interfaces_of
from genkan.api.interface_limits import check_address_count, check_interface_count
from genkan.api.interface_making import need_own
from genkan.api.launch_interfaces import InterfaceInUse
from genkan.model.errors import (
    IncorrectState,
    InvalidParameterCombination,
    InvalidParameterValue,
    OperationNotPermitted,
)
from genkan.model.instance import Instance, InstanceState
from genkan.model.network import put
from genkan.model.network_interface import Attachment, NetworkInterface

TAKES_INTERFACES = (InstanceState.RUNNING, InstanceState.STOPPED)


def attach_network_interface(
    call: Call,
    *,
    network_interface_id: str,
    instance_id: str,
    device_index: int,
    network_card_index: int = 0,
) -> Answer:
    interface = need_own(call, network_interface_id)
    instance = need(call, Instance, instance_id)
    if interface.attachment:
        raise InterfaceInUse(
            f"Interface: [{interface.id}] in use by {interface.attachment.instance_id}. "
            "Detach it first."
        )
    _check_instance(instance, interface)
    _check_place(call, instance, device_index, network_card_index)
    check_address_count(instance.instance_type, interface, 4)
    check_address_count(instance.instance_type, interface, 6)
    attachment = Attachment(
        id=call.new_id("eni-attach"),
        instance_id=instance.id,
        instance_owner=call.account,
        device_index=device_index,
        attached_at=call.now,
        delete_on_termination=False,
    )
    return Answer(
        {"AttachmentId": attachment.id, "NetworkCardIndex": 0},
        put(replace(interface, attachment=attachment)),
    )


def detach_network_interface(call: Call, *, attachment_id: str, force: bool = False) -> Answer:
    for interface in call.mine(NetworkInterface):
        worn = interface.attachment
        if worn is None or worn.id != attachment_id:
            continue
        need_own(call, interface.id)
        if worn.device_index == 0:
            raise OperationNotPermitted(
                f"The network interface at device index 0 cannot be detached: {interface.id} is "
                f"the primary one of {worn.instance_id}. Terminate the instance."
            )
        ended = replace(interface, attachment=None, former=worn, former_ended_at=call.now)
        return Answer(change=put(ended))
    raise unknown_part("eni-attach", attachment_id)


def _check_instance(instance: Instance, interface: NetworkInterface) -> None:
    if instance.state not in TAKES_INTERFACES:
        raise IncorrectState(
            f"Instance '{instance.id}' is not in a state in which it takes interfaces: it is "
            f"{instance.state.value}. Wait until it is running, or stop it."
        )
    if instance.zone != interface.zone:
        raise InvalidParameterCombination(
            "You may not attach a network interface to an instance if they are not in the same "
            f"availability zone: {interface.id} is in {interface.zone}, {instance.id} in "
            f"{instance.zone}."
        )
    if instance.vpc_id != interface.vpc_id:
        raise InvalidParameterCombination(
            f"You may not attach a network interface to an instance of another VPC: "
            f"{interface.id} is in {interface.vpc_id}, {instance.id} in {instance.vpc_id}."
        )


def _check_place(call: Call, instance: Instance, device_index: int, card: int) -> None:
    worn = interfaces_of(call, instance)
    taken = {one.attachment.device_index for one in worn if one.attachment}
    if device_index in taken:
        raise InvalidParameterValue(
            f"Instance '{instance.id}' already has an interface attached at device index "
            f"'{device_index}'. Give another index."
        )
    if device_index < 1 or card != 0:
        raise InvalidParameterValue(
            f"Device index {device_index} of network card {card} is none of "
            f"{instance.instance_type}. Give an index of 1 or more, and network card 0."
        )
    check_interface_count(instance.instance_type, len(worn) + 1)
