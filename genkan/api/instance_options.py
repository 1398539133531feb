"""Options of instances that are changed after the launch: metadata, names, credits, monitoring.

What they say of hardware and of services that are not there is kept and shown again; an option
that a call leaves out stays as it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.instance_shape import METADATA, interfaces_of, name_options
from genkan.api.instance_types import check_instance_type
from genkan.api.output import present
from genkan.model.errors import (
    IncorrectInstanceState,
    InvalidParameterValue,
    Refused,
)
from genkan.model.instance import Instance, InstanceState
from genkan.model.network import Change, put

SWITCH = ("enabled", "disabled")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "HttpTokens": ("optional", "required"),
    "HttpEndpoint": SWITCH,
    "HttpProtocolIpv6": SWITCH,
    "InstanceMetadataTags": SWITCH,
}
MOST_HOPS = 64
HOST_NAMES = ("ip-name", "resource-name")
RECOVERY = ("default", "disabled")
SHUTDOWN_BEHAVIORS = ("stop", "terminate")
CREDITS = ("standard", "unlimited")
GONE = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)


class InvalidCpuCredits(Refused):
    code = "InvalidCpuCredits"


class DuplicateInstance(Refused):
    code = "InvalidInstanceCreditSpecification.DuplicateInstanceId"


def modify_instance_metadata_options(
    call: Call,
    *,
    instance_id: str,
    http_tokens: str | None = None,
    http_put_response_hop_limit: int | None = None,
    http_endpoint: str | None = None,
    http_protocol_ipv6: str | None = None,
    instance_metadata_tags: str | None = None,
) -> Answer:
    instance = _need_there(call, instance_id)
    asked = present(
        HttpTokens=http_tokens,
        HttpPutResponseHopLimit=http_put_response_hop_limit,
        HttpEndpoint=http_endpoint,
        HttpProtocolIpv6=http_protocol_ipv6,
        InstanceMetadataTags=instance_metadata_tags,
    )
    for name, choices in CHOICES.items():
        _check_choice(name, asked.get(name), choices)
    hops = http_put_response_hop_limit
    if hops is not None and not 1 <= hops <= MOST_HOPS:
        raise InvalidParameterValue(
            f"Value ({hops}) for parameter HttpPutResponseHopLimit is invalid. "
            f"Give 1 to {MOST_HOPS}."
        )
    held = json.loads(instance.described).get("MetadataOptions", {})
    options = {**METADATA, **held, **asked}
    return Answer(
        {"InstanceId": instance.id, "InstanceMetadataOptions": {**options, "State": "pending"}},
        put(described_as(instance, "MetadataOptions", options)),
    )


def modify_private_dns_name_options(
    call: Call,
    *,
    instance_id: str,
    private_dns_hostname_type: str | None = None,
    enable_resource_name_dns_a_record: bool | None = None,
    enable_resource_name_dns_aaaa_record: bool | None = None,
) -> Answer:
    instance = _need_there(call, instance_id)
    _check_choice("PrivateDnsHostnameType", private_dns_hostname_type, HOST_NAMES)
    if private_dns_hostname_type and instance.state is not InstanceState.STOPPED:
        raise IncorrectInstanceState(
            f"The instance '{instance.id}' is not in the 'stopped' state: its kind of name changes "
            "while it is stopped. Stop it first."
        )
    asked = present(
        HostnameType=private_dns_hostname_type,
        EnableResourceNameDnsARecord=enable_resource_name_dns_a_record,
        EnableResourceNameDnsAAAARecord=enable_resource_name_dns_aaaa_record,
    )
    held = name_options(json.loads(instance.described))
    changed = described_as(instance, "PrivateDnsNameOptions", {**held, **asked})
    return Answer({"Return": True}, put(changed))


def modify_instance_maintenance_options(
    call: Call, *, instance_id: str, auto_recovery: str | None = None
) -> Answer:
    instance = _need_there(call, instance_id)
    _check_choice("AutoRecovery", auto_recovery, RECOVERY)
    held = json.loads(instance.described).get("MaintenanceOptions", {})
    options = {"AutoRecovery": "default", **held, **present(AutoRecovery=auto_recovery)}
    changed = described_as(instance, "MaintenanceOptions", options)
    return Answer({"InstanceId": instance.id, **options}, put(changed))


def modify_instance_credit_specification(
    call: Call,
    *,
    instance_credit_specifications: Sequence[Mapping[str, str]],
    client_token: str | None = None,
) -> Answer:
    """Set the credits of burstable instances; one that cannot have any is told of by itself."""
    names = [one.get("InstanceId", "") for one in instance_credit_specifications]
    for name in names:
        if names.count(name) > 1:
            raise DuplicateInstance(f"The instance ID '{name}' is named twice. Name it once.")
    done, failed, change = [], [], Change()
    for one in instance_credit_specifications:
        instance = need(call, Instance, one.get("InstanceId", ""))
        credits = one.get("CpuCredits")
        if credits not in CREDITS:
            raise InvalidCpuCredits(
                f"Value ({credits}) for parameter CpuCredits is invalid. "
                f"Choose from {', '.join(CREDITS)}."
            )
        if not check_instance_type(instance.instance_type).burstable:
            failed.append(_no_credits(instance))
            continue
        change += put(described_as(instance, "CreditSpecification", {"CpuCredits": credits}))
        done.append({"InstanceId": instance.id})
    return Answer(
        {
            "SuccessfulInstanceCreditSpecifications": done,
            "UnsuccessfulInstanceCreditSpecifications": failed,
        },
        change,
    )


def monitor_instances(call: Call, *, instance_ids: Sequence[str]) -> Answer:
    return _monitored(call, instance_ids, True)


def unmonitor_instances(call: Call, *, instance_ids: Sequence[str]) -> Answer:
    return _monitored(call, instance_ids, False)


def reset_instance_attribute(call: Call, *, instance_id: str, attribute: str) -> Answer:
    """Set the source check back; other attributes that can be reset are of disks and kernels."""
    instance = need(call, Instance, instance_id)
    if attribute != "sourceDestCheck":
        raise InvalidParameterValue(
            f"Value ({attribute}) for parameter attribute is invalid. "
            "Genkan resets sourceDestCheck."
        )
    primary = interfaces_of(call, instance)[:1]
    return Answer(change=put(*(replace(one, source_dest_check=True) for one in primary)))


def check_shutdown_behavior(value: str) -> str:
    """Give what an instance does when its own programs shut it down. Raises
    InvalidParameterValue."""
    _check_choice("instanceInitiatedShutdownBehavior", value, SHUTDOWN_BEHAVIORS)
    return value


def described_as(instance: Instance, member: str, value: Mapping[str, Any] | None) -> Instance:
    """Give the instance with a member of what was said of it put; None takes it away."""
    described = json.loads(instance.described)
    described.pop(member, None)
    if value is not None:
        described[member] = value
    return replace(instance, described=json.dumps(described))


def _need_there(call: Call, name: str) -> Instance:
    instance = need(call, Instance, name)
    if instance.state in GONE:
        raise IncorrectInstanceState(
            f"The instance '{name}' is {instance.state.value} and cannot be modified."
        )
    return instance


def _check_choice(name: str, value: str | None, choices: Sequence[str]) -> None:
    if value is not None and value not in choices:
        raise InvalidParameterValue(
            f"Value ({value}) for parameter {name} is invalid. Choose from {', '.join(choices)}."
        )


def _no_credits(instance: Instance) -> dict[str, Any]:
    return {
        "InstanceId": instance.id,
        "Error": {
            "Code": "InstanceCreditSpecification.NotSupported",
            "Message": f"The type {instance.instance_type} has no CPU credits.",
        },
    }


def _monitored(call: Call, names: Sequence[str], wanted: bool) -> Answer:
    instances = [need(call, Instance, name) for name in dict.fromkeys(names)]
    state = "pending" if wanted else "disabling"
    return Answer(
        {
            "InstanceMonitorings": [
                {"InstanceId": one.id, "Monitoring": {"State": state}} for one in instances
            ]
        },
        put(*(replace(one, monitoring=wanted) for one in instances)),
    )
