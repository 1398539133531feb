"""Instances: run, and shown. "RunInstances" in the Amazon EC2 API reference.

What a request says of hardware that is not there (disks, tenancy) is kept and
shown again, so that declarative clients find what they declared.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.group_lookup import need_group_by_name
from genkan.api.idempotency import remembered, replayed
from genkan.api.ids import need
from genkan.api.images import OURS, check_image
from genkan.api.instance_defaults import with_defaults
from genkan.api.instance_options import check_shutdown_behavior
from genkan.api.instance_shape import CODES, instance_filters, instance_shape, state
from genkan.api.instance_types import check_instance_type
from genkan.api.interface_limits import check_address_count, check_interface_count
from genkan.api.key_pairs import check_key_name
from genkan.api.launch_interfaces import (
    InterfaceRequest,
    InUse,
    placed_zone,
    requested_interfaces,
    worn_interfaces,
)
from genkan.api.output import present
from genkan.api.public_addresses import free_public_addresses
from genkan.api.selection import Values, absent, matching, page, select
from genkan.api.subnets import zone_id
from genkan.api.tagging import from_specifications
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    Malformed,
    Refused,
)
from genkan.model.instance import Instance, InstanceState
from genkan.model.network import Change, put
from genkan.model.resource import Tags
from genkan.model.subnet import Subnet

MOST_AT_ONCE = 1_000
LARGEST_USER_DATA = 16 * 1024  # bytes, before base64
LAUNCH_TAGS = ("instance", "network-interface", "volume", "spot-instances-request")


class InstanceLimitExceeded(Refused):
    code = "InstanceLimitExceeded"


# Members that a description shows as they were asked for, and their parameters.
DESCRIBED = {
    "BlockDeviceMappings": "block_device_mappings",
    "CapacityReservationSpecification": "capacity_reservation_specification",
    "CpuOptions": "cpu_options",
    "CreditSpecification": "credit_specification",
    "EnclaveOptions": "enclave_options",
    "HibernationOptions": "hibernation_options",
    "IamInstanceProfile": "iam_instance_profile",
    "MaintenanceOptions": "maintenance_options",
    "MetadataOptions": "metadata_options",
    "Placement": "placement",
}


def run_instances(
    call: Call,
    *,
    min_count: int,
    max_count: int,
    image_id: str = OURS,
    instance_type: str = "t3.micro",
    subnet_id: str | None = None,
    security_group_ids: Sequence[str] | None = None,
    security_groups: Sequence[str] | None = None,
    private_ip_address: str | None = None,
    ipv6_addresses: Sequence[Mapping[str, Any]] | None = None,
    ipv6_address_count: int | None = None,
    enable_primary_ipv6: bool | None = None,
    network_interfaces: Sequence[Mapping[str, Any]] | None = None,
    key_name: str | None = None,
    user_data: str | None = None,
    client_token: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
    monitoring: Mapping[str, bool] | None = None,
    ebs_optimized: bool = False,
    disable_api_termination: bool = False,
    disable_api_stop: bool = False,
    instance_initiated_shutdown_behavior: str = "stop",
    block_device_mappings: Sequence[Mapping[str, Any]] | None = None,
    capacity_reservation_specification: Mapping[str, Any] | None = None,
    cpu_options: Mapping[str, Any] | None = None,
    credit_specification: Mapping[str, Any] | None = None,
    enclave_options: Mapping[str, Any] | None = None,
    hibernation_options: Mapping[str, Any] | None = None,
    iam_instance_profile: Mapping[str, str] | None = None,
    maintenance_options: Mapping[str, Any] | None = None,
    metadata_options: Mapping[str, Any] | None = None,
    placement: Mapping[str, Any] | None = None,
    private_dns_name_options: Mapping[str, Any] | None = None,
) -> Answer:
    parameters = dict(locals(), call=None, client_token=None)
    made = replayed(call, "RunInstances", client_token, parameters)
    if made:
        return Answer(_reservation(call, [need(call, Instance, name) for name in made]))
    _check_counts(min_count, max_count)
    check_image(image_id)
    check_instance_type(instance_type)
    check_key_name(call, key_name)
    _check_user_data(user_data)
    requests = _requested(call, parameters)
    _check_requests(requests, instance_type, max_count)
    template = replace(_template(call, requests[0].subnet, parameters), client_token=client_token)
    interface_tags = _tags("network-interface", tag_specifications)
    change, instances = _launched(call, template, requests, max_count, interface_tags)
    if client_token:
        names = tuple(instance.id for instance in instances)
        change += put(remembered(call, "RunInstances", client_token, parameters, names))
    return Answer(
        _reservation(replace(call, network=call.network.apply(change)), instances), change
    )


def _requested(call: Call, given: Mapping[str, Any]) -> list[InterfaceRequest]:
    """Give the interfaces that a launch asks for, of the parameters of RunInstances."""
    ipv6 = present(
        Ipv6Addresses=given["ipv6_addresses"],
        Ipv6AddressCount=given["ipv6_address_count"],
        PrimaryIpv6=given["enable_primary_ipv6"],
    )
    named = [need_group_by_name(call, name).id for name in given["security_groups"] or ()]
    return requested_interfaces(
        call,
        given["network_interfaces"],
        given["subnet_id"],
        [*(given["security_group_ids"] or ()), *named],
        given["private_ip_address"],
        ipv6,
        placed_zone(call, given["placement"] or {}),
    )


def _template(call: Call, subnet: Subnet, given: Mapping[str, Any]) -> Instance:
    """Give what the instances of a launch have in common, of the parameters of RunInstances."""
    described = {name: given[member] for name, member in DESCRIBED.items()}
    described["MetadataOptions"] = with_defaults(call, given["metadata_options"])
    described["PrivateDnsNameOptions"] = given["private_dns_name_options"] or _names_of(subnet)
    return Instance(
        id="",
        account=call.account,
        region=call.region,
        tags=_tags("instance", given["tag_specifications"]),
        reservation_id=call.new_id("r"),
        vpc_id=subnet.vpc_id,
        subnet_id=subnet.id,
        zone=subnet.zone,
        image_id=given["image_id"],
        instance_type=given["instance_type"],
        state=InstanceState.PENDING,
        launched_at=call.now.replace(microsecond=0),
        key_name=given["key_name"],
        user_data=given["user_data"],
        monitoring=bool((given["monitoring"] or {}).get("Enabled")),
        ebs_optimized=given["ebs_optimized"],
        disable_api_termination=given["disable_api_termination"],
        disable_api_stop=given["disable_api_stop"],
        shutdown_behavior=check_shutdown_behavior(given["instance_initiated_shutdown_behavior"]),
        described=_described(**described),
    )


def _check_requests(
    requests: Sequence[InterfaceRequest], instance_type: str, instances: int
) -> None:
    check_interface_count(instance_type, len(requests))
    if instances > 1 and any(one.existing or one.address or one.ipv6 for one in requests):
        raise InvalidParameterCombination(
            "Several instances cannot be launched with one interface or one address. "
            "Launch them one by one, or leave it out."
        )


def _launched(
    call: Call,
    template: Instance,
    requests: Sequence[InterfaceRequest],
    count: int,
    interface_tags: Tags,
) -> tuple[Change, list[Instance]]:
    """Give `count` instances like `template` with their interfaces, and what makes them."""
    change, instances = Change(), list[Instance]()
    in_use = InUse()
    free = free_public_addresses(call)
    has_prefixes = any(any(request.prefixes) for request in requests)
    for index in range(count):
        instance = replace(template, id=call.new_id("i"), launch_index=index)
        held = replace(call, network=call.network.apply(change)) if has_prefixes else call
        worn = worn_interfaces(held, requests, instance.id, interface_tags, in_use, free)
        for interface in worn:
            check_address_count(instance.instance_type, interface, 4)
            check_address_count(instance.instance_type, interface, 6)
        change += put(instance, *worn)
        instances.append(instance)
    return change, instances


def describe_instances(
    call: Call,
    *,
    instance_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(call, Instance, ids=instance_ids, filters=filters, table=instance_filters(call))
    some, token = page(rows, max_results, next_token, ids=instance_ids)
    reservations: dict[str, list[Instance]] = {}
    for row in some:
        reservations.setdefault(row.reservation_id, []).append(row)
    shown = [_reservation(call, instances) for instances in reservations.values()]
    return Answer(present(Reservations=shown, NextToken=token))


def describe_instance_status(
    call: Call,
    *,
    instance_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    include_all_instances: bool = False,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(call, Instance, ids=instance_ids, filters=filters, table=_STATUS_FILTERS)
    if not include_all_instances:
        rows = [row for row in rows if row.state is InstanceState.RUNNING]
    some, token = page(rows, max_results, next_token, ids=instance_ids)
    return Answer(present(InstanceStatuses=[_status(row) for row in some], NextToken=token))


def get_console_output(call: Call, *, instance_id: str, latest: bool = False) -> Answer:
    instance = need(call, Instance, instance_id)
    output = base64.b64encode(call.console_output(instance.id)).decode()
    return Answer({"InstanceId": instance.id, "Timestamp": call.now, "Output": output})


def describe_volumes(
    call: Call,
    *,
    volume_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    """Show the volumes there are: none, an instance's disk is its machine's."""
    if volume_ids:
        raise _no_volume(volume_ids[0])
    nothing: list[Instance] = []
    page(matching(nothing, filters, _NO_VOLUME), max_results, next_token)
    return Answer({"Volumes": []})


def _no_volume(name: str) -> Refused:
    if not re.fullmatch(r"vol-(?:[0-9a-f]{8}|[0-9a-f]{17})", name):
        return Malformed("InvalidVolumeID.Malformed", f'Invalid id: "{name}" (expecting "vol-...")')
    return InvalidVolume(f"The volume '{name}' does not exist.")


class InvalidVolume(Refused):
    code = "InvalidVolume.NotFound"


def describe_instance_credit_specifications(
    call: Call,
    *,
    instance_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(call, Instance, ids=instance_ids, filters=filters, table=_STATUS_FILTERS)
    some, token = page(rows, max_results, next_token, ids=instance_ids)
    shown = [
        {
            "InstanceId": row.id,
            "CpuCredits": json.loads(row.described)
            .get("CreditSpecification", {})
            .get("CpuCredits", "unlimited" if row.instance_type.startswith("t3") else "standard"),
        }
        for row in some
        if check_instance_type(row.instance_type).burstable
    ]
    return Answer(present(InstanceCreditSpecifications=shown, NextToken=token))


def _reservation(call: Call, instances: Sequence[Instance]) -> dict[str, Any]:
    return {
        "ReservationId": instances[0].reservation_id,
        "OwnerId": instances[0].account,
        "Groups": [],
        "Instances": [instance_shape(call, instance) for instance in instances],
    }


def _check_counts(least: int, most: int) -> None:
    if least < 1 or most < least:
        raise InvalidParameterValue(
            f"Value ({least}) for parameter minCount is invalid. It is at least 1 and at most "
            f"maxCount, which is {most}."
        )
    if most > MOST_AT_ONCE:
        raise InstanceLimitExceeded(
            f"You have requested more instances ({most}) than are launched at once here "
            f"({MOST_AT_ONCE})."
        )


def _check_user_data(user_data: str | None) -> None:
    if user_data is None:
        return
    try:
        size = len(base64.b64decode(user_data, validate=True))
    except ValueError:
        raise InvalidParameterValue(
            "Invalid BASE64 encoding of user data. Encode the script in base64."
        ) from None
    if size > LARGEST_USER_DATA:
        raise InvalidParameterValue(
            f"User data is limited to {LARGEST_USER_DATA} bytes; this has {size}."
        )


def _tags(
    kind: str, specifications: Sequence[Mapping[str, Any]] | None
) -> tuple[tuple[str, str], ...]:
    """Give the tags for a kind of what a launch makes; of kinds it cannot make, refuse."""
    for one in specifications or ():
        if one.get("ResourceType") not in LAUNCH_TAGS:
            from_specifications(kind, [one])
    meant = [one for one in specifications or () if one.get("ResourceType") == kind]
    return from_specifications(kind, meant)


def _names_of(subnet: Subnet) -> dict[str, Any]:
    """Give the options of private names that a launch takes from its subnet."""
    return {
        "HostnameType": subnet.host_names,
        "EnableResourceNameDnsARecord": subnet.dns_a_record,
        "EnableResourceNameDnsAAAARecord": subnet.dns_aaaa_record,
    }


def _described(**members: Any) -> str:  # noqa: ANN401
    return json.dumps({name: value for name, value in members.items() if value}, default=str)


def _status(row: Instance) -> dict[str, Any]:
    runs = row.state is InstanceState.RUNNING
    status = "ok" if runs else "not-applicable"
    summary = present(
        Status=status,
        Details=[{"Name": "reachability", "Status": "passed"}] if runs else None,
    )
    return {
        "AvailabilityZone": row.zone,
        "InstanceId": row.id,
        "InstanceState": state(row),
        "InstanceStatus": summary,
        "SystemStatus": summary,
    }


def _reachability(row: Instance) -> list[str]:
    return [one["Status"] for one in _status(row)["InstanceStatus"].get("Details", ())]


_NO_VOLUME: Mapping[str, Values[Instance]] = absent(
    *(
        f"attachment.{name}"
        for name in ("attach-time", "delete-on-termination", "device", "instance-id", "status")
    ),
    *("availability-zone", "availability-zone-id", "create-time", "encrypted", "fast-restored"),
    *("multi-attach-enabled", "operator.managed", "operator.principal", "size", "snapshot-id"),
    *("status", "volume-id", "volume-type"),
)
_STATUS_FILTERS: Mapping[str, Values[Instance]] = {
    "availability-zone": lambda row: [row.zone],
    "instance-id": lambda row: [row.id],
    "instance-state-code": lambda row: [str(CODES[row.state])],
    "instance-state-name": lambda row: [row.state.value],
    "availability-zone-id": lambda row: [zone_id(row.region, row.zone)],
    "instance-status.reachability": lambda row: _reachability(row),
    "system-status.reachability": lambda row: _reachability(row),
    "operator.managed": lambda row: ["false"],
    **absent(
        *("application-status.status", "attached-ebs-status.status", "operator.principal"),
        *(
            f"event.{name}"
            for name in (
                *("code", "description", "instance-event-id", "not-after", "not-before"),
                "not-before-deadline",
            )
        ),
    ),
    "instance-status.status": lambda row: [_status(row)["InstanceStatus"]["Status"]],
    "system-status.status": lambda row: [_status(row)["SystemStatus"]["Status"]],
}
