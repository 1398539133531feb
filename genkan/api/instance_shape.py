"""An instance as DescribeInstances shows it, and the filters that read it."""

import json
from collections.abc import Mapping
from typing import Any

from genkan.api.call import Call
from genkan.api.network_interface_shape import (
    PATHS,
    association,
    groups_of,
    network_interface,
    private_dns_name,
    read,
    status_of,
)
from genkan.api.output import present
from genkan.api.selection import Values, absent
from genkan.api.subnets import zone_id
from genkan.api.tagging import shown
from genkan.model.catalogue.instance_types import INSTANCE_TYPES
from genkan.model.host_names import internal_domain
from genkan.model.instance import Instance, InstanceState
from genkan.model.instance_profile import profile_arn, profile_id
from genkan.model.network_interface import NetworkInterface

CODES = {
    InstanceState.PENDING: 0,
    InstanceState.RUNNING: 16,
    InstanceState.SHUTTING_DOWN: 32,
    InstanceState.TERMINATED: 48,
    InstanceState.STOPPING: 64,
    InstanceState.STOPPED: 80,
}
METADATA = {
    "State": "applied",
    "HttpTokens": "optional",
    "HttpPutResponseHopLimit": 1,
    "HttpEndpoint": "enabled",
    "HttpProtocolIpv6": "disabled",
    "InstanceMetadataTags": "disabled",
}
# What an instance shows of these unless its launch, or a later call, said otherwise.
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "CapacityReservationSpecification": {"CapacityReservationPreference": "open"},
    "EnclaveOptions": {"Enabled": False},
    "HibernationOptions": {"Configured": False},
    "MaintenanceOptions": {"AutoRecovery": "default"},
    "MetadataOptions": METADATA,
}

OF_INTERFACES_ALONE = frozenset(  # members that an instance does not show of its interfaces
    {
        "AvailabilityZone",
        "AvailabilityZoneId",
        "Ipv6Address",
        "RequesterId",
        "RequesterManaged",
        "TagSet",
    }
)


def interfaces_of(call: Call, instance: Instance) -> list[NetworkInterface]:
    """Give the interfaces that an instance wears, in the order of their device index."""
    worn = [
        (interface.attachment.device_index, interface)
        for interface in call.network.where(NetworkInterface, vpc_id=instance.vpc_id)
        if interface.attachment and interface.attachment.instance_id == instance.id
    ]
    return [interface for _, interface in sorted(worn, key=lambda pair: pair[0])]


def state(instance: Instance) -> dict[str, Any]:
    return {"Code": CODES[instance.state], "Name": instance.state.value}


def instance_shape(call: Call, instance: Instance) -> dict[str, Any]:
    """Give an instance as the API does."""
    interfaces = interfaces_of(call, instance)
    primary = interfaces[0] if interfaces else None
    described = json.loads(instance.described)
    code, message = instance.state_reason or (None, None)
    public = association(call, primary) if primary else None
    names = name_options(described)
    return present(
        AmiLaunchIndex=instance.launch_index,
        Architecture=INSTANCE_TYPES[instance.instance_type].architectures[0],
        BlockDeviceMappings=[],
        BootMode="uefi",
        ClientToken=instance.client_token or "",
        CpuOptions=_cpu_options(instance, described),
        EbsOptimized=instance.ebs_optimized,
        EnaSupport=True,
        Hypervisor="xen",
        IamInstanceProfile=shown_profile(instance, described.get("IamInstanceProfile")),
        ImageId=instance.image_id,
        InstanceId=instance.id,
        InstanceType=instance.instance_type,
        KeyName=instance.key_name,
        LaunchTime=instance.launched_at,
        Monitoring={"State": "enabled" if instance.monitoring else "disabled"},
        NetworkInterfaces=[_worn(call, one) for one in interfaces],
        Placement={
            "AvailabilityZone": instance.zone,
            "GroupName": "",
            "Tenancy": described.get("Placement", {}).get("Tenancy", "default"),
        },
        PlatformDetails="Linux/UNIX",
        PrivateDnsName=_private_name(instance, primary, names) if primary else "",
        PrivateDnsNameOptions=names,
        Ipv6Address=str(primary.ipv6_addresses[0]) if primary and primary.ipv6_addresses else None,
        PrivateIpAddress=str(primary.private_ip) if primary and primary.has_ipv4 else None,
        ProductCodes=[],
        PublicDnsName=public["PublicDnsName"] if public else "",
        PublicIpAddress=public["PublicIp"] if public else None,
        RootDeviceName="/dev/xvda",
        RootDeviceType="ebs",
        SecurityGroups=groups_of(call, primary.group_ids) if primary else [],
        SourceDestCheck=primary.source_dest_check if primary else None,
        State=state(instance),
        StateReason={"Code": code, "Message": message} if code else None,
        StateTransitionReason=message if code and code.startswith("Client.User") else "",
        SubnetId=instance.subnet_id if primary else None,
        Tags=shown(instance.tags) or None,
        UsageOperation="RunInstances",
        UsageOperationUpdateTime=instance.launched_at,
        VirtualizationType="hvm",
        VpcId=instance.vpc_id if primary else None,
        **{name: {**plain, **described.get(name, {})} for name, plain in OPTIONS.items()},
    )


def name_options(described: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options of an instance's private name, from what was said of it."""
    return {
        "HostnameType": "ip-name",
        "EnableResourceNameDnsARecord": False,
        "EnableResourceNameDnsAAAARecord": False,
        **described.get("PrivateDnsNameOptions", {}),
    }


def _private_name(instance: Instance, primary: NetworkInterface, names: Mapping[str, Any]) -> str:
    if names["HostnameType"] == "resource-name":
        return f"{instance.id}.{internal_domain(instance.region)}"
    return private_dns_name(primary)


def _worn(call: Call, interface: NetworkInterface) -> dict[str, Any]:
    """Give an interface as an instance shows it: fewer members than its own call."""
    whole = network_interface(call, interface)
    whole["Attachment"] = {
        name: value
        for name, value in whole["Attachment"].items()
        if name not in ("InstanceId", "InstanceOwnerId")
    }
    named = ("AllocationId", "AssociationId")
    for holder in (whole, *whole["PrivateIpAddresses"]):
        if "Association" in holder:
            holder["Association"] = {
                name: value for name, value in holder["Association"].items() if name not in named
            }
    shape = {name: value for name, value in whole.items() if name not in OF_INTERFACES_ALONE}
    return {**shape, "Status": status_of(interface)}


def _cpu_options(instance: Instance, described: Mapping[str, Any]) -> dict[str, Any]:
    threads = 2 if INSTANCE_TYPES[instance.instance_type].vcpus > 1 else 1
    cores = max(1, INSTANCE_TYPES[instance.instance_type].vcpus // 2)
    given = described.get("CpuOptions", {})
    return {
        "CoreCount": given.get("CoreCount", cores),
        "ThreadsPerCore": given.get("ThreadsPerCore", threads),
    }


def shown_profile(instance: Instance, given: Mapping[str, str] | None) -> dict[str, str] | None:
    """Give an instance profile as the API shows it, None for none."""
    if not given:
        return None
    return {"Arn": profile_arn(instance.account, given), "Id": profile_id(instance.id)}


# Filters that are paths of members of the output, beside those whose name says the path.
_PATHS: Mapping[str, tuple[str, ...]] = {
    "architecture": ("Architecture",),
    "dns-name": ("PublicDnsName",),
    "enclave-options.enabled": ("EnclaveOptions", "Enabled"),
    "hibernation-options.configured": ("HibernationOptions", "Configured"),
    "hypervisor": ("Hypervisor",),
    "iam-instance-profile.arn": ("IamInstanceProfile", "Arn"),
    "ip-address": ("PublicIpAddress",),
    "ipv6-address": ("NetworkInterfaces", "Ipv6Addresses", "Ipv6Address"),
    "maintenance-options.auto-recovery": ("MaintenanceOptions", "AutoRecovery"),
    "metadata-options.http-endpoint": ("MetadataOptions", "HttpEndpoint"),
    "metadata-options.http-protocol-ipv6": ("MetadataOptions", "HttpProtocolIpv6"),
    "metadata-options.http-put-response-hop-limit": ("MetadataOptions", "HttpPutResponseHopLimit"),
    "metadata-options.http-tokens": ("MetadataOptions", "HttpTokens"),
    "metadata-options.instance-metadata-tags": ("MetadataOptions", "InstanceMetadataTags"),
    "monitoring-state": ("Monitoring", "State"),
    "platform-details": ("PlatformDetails",),
    "private-dns-name": ("PrivateDnsName",),
    "private-dns-name-options.enable-resource-name-dns-a-record": (
        "PrivateDnsNameOptions",
        "EnableResourceNameDnsARecord",
    ),
    "private-dns-name-options.enable-resource-name-dns-aaaa-record": (
        "PrivateDnsNameOptions",
        "EnableResourceNameDnsAAAARecord",
    ),
    "private-dns-name-options.hostname-type": ("PrivateDnsNameOptions", "HostnameType"),
    "private-ip-address": ("PrivateIpAddress",),
    "root-device-name": ("RootDeviceName",),
    "root-device-type": ("RootDeviceType",),
    "source-dest-check": ("SourceDestCheck",),
    "state-reason-code": ("StateReason", "Code"),
    "subnet-id": ("SubnetId",),
    "tenancy": ("Placement", "Tenancy"),
    "usage-operation": ("UsageOperation",),
    "virtualization-type": ("VirtualizationType",),
    "vpc-id": ("VpcId",),
    "boot-mode": ("BootMode",),
    "capacity-reservation-specification.capacity-reservation-preference": (
        "CapacityReservationSpecification",
        "CapacityReservationPreference",
    ),
    "ebs-optimized": ("EbsOptimized",),
    "ena-support": ("EnaSupport",),
    "iam-instance-profile.id": ("IamInstanceProfile", "Id"),
    "launch-time": ("LaunchTime",),
    "metadata-options.http-protocol-ipv4": ("MetadataOptions", "HttpEndpoint"),
    "metadata-options.state": ("MetadataOptions", "State"),
    "reason": ("StateTransitionReason",),
    "state-reason-message": ("StateReason", "Message"),
    "usage-operation-update-time": ("UsageOperationUpdateTime",),
}
_WORN_PATHS: Mapping[str, tuple[str, ...]] = {
    **PATHS,
    "addresses.association.allocation-id": ("PrivateIpAddresses", "Association", "AllocationId"),
    "addresses.association.association-id": ("PrivateIpAddresses", "Association", "AssociationId"),
    "addresses.association.ip-owner-id": ("PrivateIpAddresses", "Association", "IpOwnerId"),
    "addresses.association.public-dns-name": ("PrivateIpAddresses", "Association", "PublicDnsName"),
    "addresses.private-dns-name": ("PrivateIpAddresses", "PrivateDnsName"),
    "attachment.network-card-index": ("Attachment", "NetworkCardIndex"),
    "deny-all-igw-traffic": ("DenyAllIgwTraffic",),
    "ipv6-address": ("Ipv6Addresses", "Ipv6Address"),
    "ipv6-addresses.is-primary-ipv6": ("Ipv6Addresses", "IsPrimaryIpv6"),
    "public-dns-name": ("Association", "PublicDnsName"),
    "tag-key": ("TagSet", "Key"),
    "tag-value": ("TagSet", "Value"),
}
_ABSENT = absent(
    *("capacity-reservation-id", "current-instance-boot-mode", "host-id", "instance-lifecycle"),
    "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
    "capacity-reservation-specification.capacity-reservation-target."
    "capacity-reservation-resource-group-arn",
    *("kernel-id", "network-performance-options.bandwidth-weighting", "operator.principal"),
    *("outpost-arn", "placement-partition-number", "platform", "product-code"),
    *("product-code.type", "ramdisk-id", "spot-instance-request-id", "tpm-support"),
    *(
        f"block-device-mapping.{name}"
        for name in ("attach-time", "delete-on-termination", "device-name", "status", "volume-id")
    ),
    *(
        f"network-interface.{name}"
        for name in (
            *("addresses.association.carrier-ip", "addresses.association.customer-owned-ip"),
            *("association.carrier-ip", "association.customer-owned-ip"),
            *("ipv4-prefixes.ipv4-prefix", "ipv6-native", "ipv6-prefixes.ipv6-prefix"),
            "outpost-arn",
        )
    ),
)


def instance_filters(call: Call) -> Mapping[str, Values[Instance]]:
    """Give the filters of DescribeInstances."""

    def member(*path: str) -> Values[Instance]:
        return lambda row: read(instance_shape(call, row), path)

    def worn(path: tuple[str, ...]) -> Values[Instance]:
        return lambda row: [
            value
            for one in interfaces_of(call, row)
            for value in read(network_interface(call, one), path)
        ]

    return {
        "affinity": lambda row: [],
        "availability-zone": lambda row: [row.zone],
        "client-token": lambda row: [row.client_token or ""],
        "image-id": lambda row: [row.image_id],
        "instance-id": lambda row: [row.id],
        "instance-state-code": lambda row: [str(CODES[row.state])],
        "instance-state-name": lambda row: [row.state.value],
        "instance-type": lambda row: [row.instance_type],
        "instance.group-id": worn(("Groups", "GroupId")),
        "instance.group-name": worn(("Groups", "GroupName")),
        "key-name": lambda row: [row.key_name],
        "launch-index": lambda row: [str(row.launch_index)],
        **_ABSENT,
        **{name: member(*path) for name, path in _PATHS.items()},
        **{f"network-interface.{name}": worn(path) for name, path in _WORN_PATHS.items()},
        "availability-zone-id": lambda row: [zone_id(row.region, row.zone)],
        "operator.managed": lambda row: ["false"],
        "placement-group-name": lambda row: [""],
        "requester-id": lambda row: [],
        "reservation-id": lambda row: [row.reservation_id],
    }
