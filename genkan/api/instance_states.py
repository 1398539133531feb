"""Instances on their way: started, stopped, rebooted, terminated, and their attributes.

A stopped instance keeps its interfaces and private addresses, and gives its lent public address
back; when it starts it is lent another. "Instance lifecycle" in the Amazon EC2 user guide.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.instance_options import check_shutdown_behavior
from genkan.api.instance_shape import CODES, interfaces_of, state
from genkan.api.instance_types import check_instance_type
from genkan.api.interface_making import choose_groups
from genkan.api.network_interface_shape import groups_of
from genkan.api.public_addresses import free_public_addresses, is_lent_one
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import (
    IncorrectInstanceState,
    InvalidParameterCombination,
    InvalidParameterValue,
    OperationNotPermitted,
    Refused,
)
from genkan.model.instance import Instance, InstanceState
from genkan.model.network import Change, delete, put
from genkan.model.network_interface import NetworkInterface

STOPPED_BY_USER = (
    "Client.UserInitiatedShutdown",
    "Client.UserInitiatedShutdown: User initiated shutdown",
)
ON_ITS_WAY_OUT = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)
BOOLEAN_ATTRIBUTES = {
    "disableApiTermination": "disable_api_termination",
    "disableApiStop": "disable_api_stop",
    "ebsOptimized": "ebs_optimized",
}
UNCHANGEABLE = ("rootDeviceName", "productCodes")


def start_instances(call: Call, *, instance_ids: Sequence[str] = ()) -> Answer:
    instances = _need(call, instance_ids)
    free = free_public_addresses(call)
    change = Change()
    for instance in instances:
        if instance.state in (InstanceState.PENDING, InstanceState.RUNNING):
            continue
        if instance.state is not InstanceState.STOPPED:
            raise _wrong_state(instance, "started")
        change += put(
            replace(
                instance,
                state=InstanceState.PENDING,
                state_reason=None,
                state_changed_at=call.now,
                launched_at=call.now.replace(microsecond=0),
                boots=instance.boots + 1,
            )
        )
        primary = next(iter(interfaces_of(call, instance)), None)
        if primary and is_lent_one(call.network, instance, primary):
            change += put(replace(primary, public_ip=next(free)))
    return _transitions(call, instances, change, "StartingInstances")


def stop_instances(
    call: Call,
    *,
    instance_ids: Sequence[str] = (),
    force: bool = False,
    hibernate: bool = False,
    skip_os_shutdown: bool = False,
) -> Answer:
    instances = _need(call, instance_ids)
    change = Change()
    for instance in instances:
        if instance.disable_api_stop:
            raise OperationNotPermitted(
                f"The instance '{instance.id}' may not be stopped. Modify its 'disableApiStop' "
                "instance attribute and try again."
            )
        if instance.state in (InstanceState.STOPPING, InstanceState.STOPPED):
            continue
        if instance.state not in (InstanceState.RUNNING, InstanceState.PENDING):
            raise _wrong_state(instance, "stopped")
        interfaces = interfaces_of(call, instance)
        lent = any(interface.public_ip for interface in interfaces)
        change += put(
            replace(
                instance,
                state=InstanceState.STOPPING,
                state_reason=STOPPED_BY_USER,
                state_changed_at=call.now,
                lent_public_address=lent,
            ),
            *(replace(one, public_ip=None) for one in interfaces if one.public_ip),
        )
    return _transitions(call, instances, change, "StoppingInstances")


def reboot_instances(call: Call, *, instance_ids: Sequence[str] = ()) -> Answer:
    instances = _need(call, instance_ids)
    for instance in instances:
        if instance.state is not InstanceState.RUNNING:
            raise _wrong_state(instance, "rebooted")
    return Answer({}, put(*(replace(one, boots=one.boots + 1) for one in instances)))


def terminate_instances(
    call: Call,
    *,
    instance_ids: Sequence[str] = (),
    skip_os_shutdown: bool = False,
    force: bool = False,
) -> Answer:
    instances = _need(call, instance_ids)
    change = Change()
    for instance in instances:
        if instance.disable_api_termination:
            raise OperationNotPermitted(
                f"The instance '{instance.id}' may not be terminated. Modify its "
                "'disableApiTermination' instance attribute and try again."
            )
        if instance.state not in ON_ITS_WAY_OUT:
            change += _end(call, instance)
    return _transitions(call, instances, change, "TerminatingInstances")


def describe_instance_attribute(call: Call, *, instance_id: str, attribute: str) -> Answer:
    instance = need(call, Instance, instance_id)
    primary = next(iter(interfaces_of(call, instance)), None)
    answers: dict[str, tuple[str, Any]] = {
        "instanceType": ("InstanceType", {"Value": instance.instance_type}),
        "userData": ("UserData", {"Value": instance.user_data} if instance.user_data else {}),
        "disableApiTermination": (
            "DisableApiTermination",
            {"Value": instance.disable_api_termination},
        ),
        "disableApiStop": ("DisableApiStop", {"Value": instance.disable_api_stop}),
        "instanceInitiatedShutdownBehavior": (
            "InstanceInitiatedShutdownBehavior",
            {"Value": instance.shutdown_behavior},
        ),
        "ebsOptimized": ("EbsOptimized", {"Value": instance.ebs_optimized}),
        "rootDeviceName": ("RootDeviceName", {"Value": "/dev/xvda"}),
        "sourceDestCheck": (
            "SourceDestCheck",
            {"Value": primary.source_dest_check if primary else True},
        ),
        "groupSet": ("Groups", groups_of(call, primary.group_ids) if primary else []),
        "blockDeviceMapping": ("BlockDeviceMappings", []),
        "productCodes": ("ProductCodes", []),
        "enaSupport": ("EnaSupport", {"Value": True}),
        "kernel": ("KernelId", {}),
        "ramdisk": ("RamdiskId", {}),
        "sriovNetSupport": ("SriovNetSupport", {}),
        "enclaveOptions": ("EnclaveOptions", {"Enabled": False}),
    }
    if attribute not in answers:
        raise InvalidAttribute(f"Value ({attribute}) for parameter attribute is invalid.")
    name, value = answers[attribute]
    return Answer({"InstanceId": instance.id, name: value})


class InvalidAttribute(Refused):
    code = "InvalidParameterValue"


def modify_instance_attribute(
    call: Call,
    *,
    instance_id: str,
    attribute: str | None = None,
    value: str | None = None,
    instance_type: Mapping[str, str] | None = None,
    user_data: Mapping[str, bytes] | None = None,
    disable_api_termination: Mapping[str, bool] | None = None,
    disable_api_stop: Mapping[str, bool] | None = None,
    instance_initiated_shutdown_behavior: Mapping[str, str] | None = None,
    ebs_optimized: Mapping[str, bool] | None = None,
    source_dest_check: Mapping[str, bool] | None = None,
    groups: Sequence[str] | None = None,
) -> Answer:
    instance = need(call, Instance, instance_id)
    given = (
        *(attribute, instance_type, user_data, disable_api_termination, disable_api_stop),
        *(instance_initiated_shutdown_behavior, ebs_optimized, source_dest_check, groups),
    )
    if all(one is None for one in given):
        raise InvalidParameterCombination("No attributes specified. Give the one to change.")
    changed = _with_flags(
        instance,
        {
            "disable_api_termination": disable_api_termination,
            "disable_api_stop": disable_api_stop,
            "ebs_optimized": ebs_optimized,
        },
    )
    if attribute is not None:
        changed = _with_attribute(changed, attribute, value or "")
    if instance_type is not None:
        _need_stopped(instance, "instanceType")
        changed = replace(changed, instance_type=_known_type(instance_type.get("Value", "")))
    if user_data is not None:
        _need_stopped(instance, "userData")
        changed = replace(changed, user_data=_as_text(user_data.get("Value", b"")))
    if instance_initiated_shutdown_behavior is not None:
        behavior = instance_initiated_shutdown_behavior.get("Value", "stop")
        changed = replace(changed, shutdown_behavior=check_shutdown_behavior(behavior))
    interfaces = _modified_interfaces(call, instance, source_dest_check, groups)
    return Answer({}, put(*([changed] if changed != instance else []), *interfaces))


def _modified_interfaces(
    call: Call,
    instance: Instance,
    source_dest_check: Mapping[str, bool] | None,
    groups: Sequence[str] | None,
) -> list[NetworkInterface]:
    primary = next(iter(interfaces_of(call, instance)), None)
    if primary is None or (source_dest_check is None and groups is None):
        return []
    if source_dest_check is not None:
        primary = replace(primary, source_dest_check=source_dest_check.get("Value", True))
    if groups is not None:
        primary = replace(primary, group_ids=choose_groups(call, instance.vpc_id, groups))
    return [primary]


def _with_flags(instance: Instance, flags: Mapping[str, Mapping[str, bool] | None]) -> Instance:
    given: dict[str, Any] = {
        name: flag.get("Value", False) for name, flag in flags.items() if flag is not None
    }
    return replace(instance, **given) if given else instance


def _with_attribute(instance: Instance, attribute: str, value: str) -> Instance:
    """Change an attribute in the old way, by name and text."""
    if attribute in BOOLEAN_ATTRIBUTES:
        flag: dict[str, Any] = {BOOLEAN_ATTRIBUTES[attribute]: value == "true"}
        return replace(instance, **flag)
    if attribute == "instanceInitiatedShutdownBehavior":
        return replace(instance, shutdown_behavior=check_shutdown_behavior(value))
    if attribute == "instanceType":
        _need_stopped(instance, attribute)
        return replace(instance, instance_type=_known_type(value))
    if attribute in UNCHANGEABLE:
        raise UnsupportedInstanceAttribute(f"The attribute {attribute} cannot be modified.")
    raise InvalidAttribute(
        f"Value ({attribute}) for parameter attribute is invalid. Use the attribute's own "
        "parameter."
    )


class InvalidInstanceAttributeValue(Refused):
    code = "InvalidInstanceAttributeValue"


class UnsupportedInstanceAttribute(Refused):
    code = "UnsupportedInstanceAttribute"


def _known_type(name: str) -> str:
    try:
        return check_instance_type(name).name
    except InvalidParameterValue as error:
        raise InvalidInstanceAttributeValue(str(error)) from None


def _as_text(value: bytes | str) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _need(call: Call, names: Sequence[str]) -> list[Instance]:
    if not names:
        raise InvalidParameterCombination("No instances specified")
    return [need(call, Instance, name) for name in dict.fromkeys(names)]


def _need_stopped(instance: Instance, attribute: str) -> None:
    if instance.state is not InstanceState.STOPPED:
        raise IncorrectInstanceState(
            f"The instance '{instance.id}' is not in the 'stopped' state: {attribute} changes "
            "while an instance is stopped. Stop it first."
        )


def _wrong_state(instance: Instance, done: str) -> IncorrectInstanceState:
    return IncorrectInstanceState(
        f"The instance '{instance.id}' is not in a state from which it can be {done}: it is "
        f"{instance.state.value}."
    )


def _end(call: Call, instance: Instance) -> Change:
    """Begin to terminate: interfaces go or are set free, Elastic IPs are let go of."""
    change = put(
        replace(
            instance,
            state=InstanceState.SHUTTING_DOWN,
            state_reason=STOPPED_BY_USER,
            state_changed_at=call.now,
        )
    )
    for interface in interfaces_of(call, instance):
        worn = interface.attachment
        freed = [
            replace(one, association_id=None, network_interface_id=None, private_ip=None)
            for one in call.network.where(ElasticIp, network_interface_id=interface.id)
        ]
        if worn and worn.delete_on_termination:
            change += put(*freed) + delete(interface)
        else:
            change += put(replace(interface, attachment=None, public_ip=None))
    return change


def _transitions(call: Call, instances: Sequence[Instance], change: Change, member: str) -> Answer:
    after = call.network.apply(change)
    shown = []
    for before in instances:
        now = after.get(Instance, before.id) or before
        shown.append(
            {
                "InstanceId": before.id,
                "PreviousState": {"Code": CODES[before.state], "Name": before.state.value},
                "CurrentState": state(now),
            }
        )
    return Answer({member: shown}, change)
