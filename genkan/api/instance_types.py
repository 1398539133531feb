"""Instance types, as a table of facts. An instance here is as large as its machine lets it be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from genkan.api.call import Answer, Call
from genkan.api.network_interface_shape import read
from genkan.api.output import present
from genkan.api.selection import Values, absent, matching, page
from genkan.model.catalogue.instance_types import INSTANCE_TYPES, InstanceType
from genkan.model.catalogue.regions import REGIONS
from genkan.model.errors import InvalidParameterValue, Refused
from genkan.model.resource import Resource


class InvalidInstanceType(Refused):
    code = "InvalidInstanceType"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering(Resource):
    """An instance type as a row that filters can read, at a location."""

    kind: ClassVar[str] = "instance-type"

    type: InstanceType
    location: str = ""


def check_instance_type(name: str) -> InstanceType:
    """Give an instance type. Raises InvalidParameterValue for one that there is not."""
    if name not in INSTANCE_TYPES:
        raise InvalidParameterValue(
            f"Invalid value '{name}' for InstanceType. DescribeInstanceTypes lists those there are."
        )
    return INSTANCE_TYPES[name]


def describe_instance_types(
    call: Call,
    *,
    instance_types: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    unknown = [name for name in instance_types or () if name not in INSTANCE_TYPES]
    if unknown:
        raise InvalidInstanceType(
            f"The following supplied instance types do not exist: [{', '.join(unknown)}]"
        )
    named = instance_types or INSTANCE_TYPES
    rows = matching([_row(call, INSTANCE_TYPES[name]) for name in named], filters, _FILTERS)
    some, token = page(rows, max_results or 100, next_token)
    return Answer(present(InstanceTypes=[_shown(row.type) for row in some], NextToken=token))


def describe_instance_type_offerings(
    call: Call,
    *,
    location_type: str = "region",
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    zones = REGIONS[call.region].zones if call.region in REGIONS else ()
    locations = {
        "region": [call.region],
        "availability-zone": [zone.name for zone in zones],
        "availability-zone-id": [zone.id for zone in zones],
    }.get(location_type)
    if locations is None:
        raise InvalidParameterValue(
            f"Value ({location_type}) for parameter locationType is invalid. Give region, "
            "availability-zone or availability-zone-id."
        )
    rows = [_row(call, one, at) for one in INSTANCE_TYPES.values() for at in locations]
    some, token = page(matching(rows, filters, _FILTERS), max_results, next_token)
    offered = [
        {"InstanceType": row.type.name, "LocationType": location_type, "Location": row.location}
        for row in some
    ]
    return Answer(present(InstanceTypeOfferings=offered, NextToken=token))


def _row(call: Call, one: InstanceType, location: str = "") -> Offering:
    return Offering(
        id=one.name, account=call.account, region=call.region, type=one, location=location
    )


def _shown(one: InstanceType) -> dict[str, Any]:
    return {
        "InstanceType": one.name,
        "CurrentGeneration": one.current_generation,
        "FreeTierEligible": one.name in ("t2.micro", "t3.micro"),
        "SupportedUsageClasses": ["on-demand"],
        "SupportedRootDeviceTypes": ["ebs"],
        "SupportedVirtualizationTypes": ["hvm"],
        "BareMetal": False,
        "Hypervisor": one.hypervisor,
        "ProcessorInfo": {"SupportedArchitectures": list(one.architectures)},
        "VCpuInfo": {
            "DefaultVCpus": one.vcpus,
            "DefaultCores": max(1, one.vcpus // 2),
            "DefaultThreadsPerCore": 2 if one.vcpus > 1 else 1,
        },
        "MemoryInfo": {"SizeInMiB": one.memory_mib},
        "InstanceStorageSupported": False,
        "NetworkInfo": {
            "MaximumNetworkInterfaces": one.interfaces,
            "MaximumNetworkCards": 1,
            "DefaultNetworkCardIndex": 0,
            "Ipv4AddressesPerInterface": one.addresses_per_interface,
            "EnaSupport": "supported",
        },
        "PlacementGroupInfo": {"SupportedStrategies": ["partition", "spread"]},
        "HibernationSupported": False,
        "BurstablePerformanceSupported": one.burstable,
        "DedicatedHostsSupported": False,
        "AutoRecoverySupported": False,
    }


def _path(*members: str) -> Values[Offering]:
    return lambda row: read(_shown(row.type), members)


_FILTERS: Mapping[str, Values[Offering]] = {
    "auto-recovery-supported": _path("AutoRecoverySupported"),
    "bare-metal": _path("BareMetal"),
    "burstable-performance-supported": _path("BurstablePerformanceSupported"),
    "current-generation": _path("CurrentGeneration"),
    "dedicated-hosts-supported": _path("DedicatedHostsSupported"),
    "free-tier-eligible": _path("FreeTierEligible"),
    "hibernation-supported": _path("HibernationSupported"),
    "hypervisor": _path("Hypervisor"),
    "instance-storage-supported": _path("InstanceStorageSupported"),
    "instance-type": _path("InstanceType"),
    "location": lambda row: [row.location],
    "memory-info.size-in-mib": _path("MemoryInfo", "SizeInMiB"),
    "network-info.ena-support": _path("NetworkInfo", "EnaSupport"),
    "network-info.ipv4-addresses-per-interface": _path("NetworkInfo", "Ipv4AddressesPerInterface"),
    "network-info.maximum-network-cards": _path("NetworkInfo", "MaximumNetworkCards"),
    "network-info.maximum-network-interfaces": _path("NetworkInfo", "MaximumNetworkInterfaces"),
    "processor-info.supported-architecture": _path("ProcessorInfo", "SupportedArchitectures"),
    "supported-root-device-type": _path("SupportedRootDeviceTypes"),
    "supported-usage-class": _path("SupportedUsageClasses"),
    "supported-virtualization-type": _path("SupportedVirtualizationTypes"),
    "vcpu-info.default-cores": _path("VCpuInfo", "DefaultCores"),
    "vcpu-info.default-threads-per-core": _path("VCpuInfo", "DefaultThreadsPerCore"),
    "vcpu-info.default-vcpus": _path("VCpuInfo", "DefaultVCpus"),
    **absent(
        *("nitro-enclaves-support", "nitro-tpm-support", "nitro-tpm-info.supported-versions"),
        *("reboot-migration-support", "supported-boot-mode"),
        *("vcpu-info.valid-cores", "vcpu-info.valid-threads-per-core"),
        *("processor-info.supported-features", "processor-info.sustained-clock-speed-in-ghz"),
        *(
            f"ebs-info.{name}"
            for name in (
                *("attachment-limit-type", "maximum-ebs-attachments", "ebs-optimized-support"),
                *("encryption-support", "nvme-support"),
                *(
                    f"ebs-optimized-info.{size}-{what}"
                    for size in ("baseline", "maximum")
                    for what in ("bandwidth-in-mbps", "iops", "throughput-in-mbps")
                ),
            )
        ),
        *(
            f"instance-storage-info.{name}"
            for name in (
                *("disk.count", "disk.size-in-gb", "disk.type", "encryption-support"),
                *("nvme-support", "total-size-in-gb"),
            )
        ),
        *(
            f"network-info.{name}"
            for name in (
                *("bandwidth-weightings", "efa-info.maximum-efa-interfaces", "efa-supported"),
                *("encryption-in-transit-supported", "flexible-ena-queues-support"),
                *("ipv6-addresses-per-interface", "ipv6-supported", "network-performance"),
            )
        ),
    ),
}
