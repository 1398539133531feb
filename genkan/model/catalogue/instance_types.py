"""Instance types: how large each is, and how many interfaces and addresses it takes.

Facts that DescribeInstanceTypes shows of the types that people use most, as of November 2026. A row
is a family; a size in it reads size:vCPUs:MiB:interfaces:addresses an interface.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InstanceType:
    name: str
    vcpus: int
    memory_mib: int
    architectures: tuple[str, ...]
    interfaces: int
    addresses_per_interface: int
    current_generation: bool
    burstable: bool
    hypervisor: str


# family, architectures, current generation, burstable, hypervisor, sizes
_TABLE = (
    (
        "t2",
        "x86_64",
        True,
        True,
        "xen",
        "nano:1:512:2:2 micro:1:1024:2:2 small:1:2048:3:4 medium:2:4096:3:6 "
        "large:2:8192:3:12 xlarge:4:16384:3:15 2xlarge:8:32768:3:15",
    ),
    (
        "t3",
        "x86_64",
        True,
        True,
        "nitro",
        "nano:2:512:2:2 micro:2:1024:2:2 small:2:2048:3:4 medium:2:4096:3:6 "
        "large:2:8192:3:12 xlarge:4:16384:4:15 2xlarge:8:32768:4:15",
    ),
    (
        "t3a",
        "x86_64",
        True,
        True,
        "nitro",
        "nano:2:512:2:2 micro:2:1024:2:2 small:2:2048:2:4 medium:2:4096:3:6 "
        "large:2:8192:3:12 xlarge:4:16384:4:15 2xlarge:8:32768:4:15",
    ),
    (
        "t4g",
        "arm64",
        True,
        True,
        "nitro",
        "nano:2:512:2:2 micro:2:1024:2:2 small:2:2048:3:4 medium:2:4096:3:6 "
        "large:2:8192:3:12 xlarge:4:16384:4:15 2xlarge:8:32768:4:15",
    ),
    (
        "m4",
        "x86_64",
        False,
        False,
        "xen",
        "large:2:8192:2:10 xlarge:4:16384:4:15 2xlarge:8:32768:4:15 4xlarge:16:65536:8:30",
    ),
    (
        "m5",
        "x86_64",
        False,
        False,
        "nitro",
        "large:2:8192:3:10 xlarge:4:16384:4:15 2xlarge:8:32768:4:15 4xlarge:16:65536:8:30 "
        "8xlarge:32:131072:8:30",
    ),
    (
        "m5a",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:8192:3:10 xlarge:4:16384:4:15 2xlarge:8:32768:4:15 4xlarge:16:65536:8:30 "
        "8xlarge:32:131072:8:30",
    ),
    (
        "m6a",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:8192:3:10 xlarge:4:16384:4:15 2xlarge:8:32768:4:15 4xlarge:16:65536:8:30 "
        "8xlarge:32:131072:8:30",
    ),
    (
        "m6g",
        "arm64",
        True,
        False,
        "nitro",
        "medium:1:4096:2:4 large:2:8192:3:10 xlarge:4:16384:4:15 2xlarge:8:32768:4:15 "
        "4xlarge:16:65536:8:30 8xlarge:32:131072:8:30",
    ),
    (
        "m6i",
        "x86_64",
        False,
        False,
        "nitro",
        "large:2:8192:3:10 xlarge:4:16384:4:15 2xlarge:8:32768:4:15 4xlarge:16:65536:8:30 "
        "8xlarge:32:131072:8:30",
    ),
    (
        "m7a",
        "x86_64",
        True,
        False,
        "nitro",
        "medium:1:4096:2:4 large:2:8192:3:10 xlarge:4:16384:4:15 2xlarge:8:32768:4:15 "
        "4xlarge:16:65536:8:30 8xlarge:32:131072:8:30",
    ),
    (
        "m7g",
        "arm64",
        True,
        False,
        "nitro",
        "medium:1:4096:2:4 large:2:8192:3:10 xlarge:4:16384:4:15 2xlarge:8:32768:4:15 "
        "4xlarge:16:65536:8:30 8xlarge:32:131072:8:30",
    ),
    (
        "m7i",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:8192:3:10 xlarge:4:16384:4:15 2xlarge:8:32768:4:15 4xlarge:16:65536:8:30 "
        "8xlarge:32:131072:8:30",
    ),
    (
        "c4",
        "x86_64",
        False,
        False,
        "xen",
        "large:2:3840:3:10 xlarge:4:7680:4:15 2xlarge:8:15360:4:15 4xlarge:16:30720:8:30 "
        "8xlarge:36:61440:8:30",
    ),
    (
        "c5",
        "x86_64",
        False,
        False,
        "nitro",
        "large:2:4096:3:10 xlarge:4:8192:4:15 2xlarge:8:16384:4:15 4xlarge:16:32768:8:30",
    ),
    (
        "c5a",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:4096:3:10 xlarge:4:8192:4:15 2xlarge:8:16384:4:15 4xlarge:16:32768:8:30 "
        "8xlarge:32:65536:8:30",
    ),
    (
        "c6a",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:4096:3:10 xlarge:4:8192:4:15 2xlarge:8:16384:4:15 4xlarge:16:32768:8:30 "
        "8xlarge:32:65536:8:30",
    ),
    (
        "c6g",
        "arm64",
        True,
        False,
        "nitro",
        "medium:1:2048:2:4 large:2:4096:3:10 xlarge:4:8192:4:15 2xlarge:8:16384:4:15 "
        "4xlarge:16:32768:8:30 8xlarge:32:65536:8:30",
    ),
    (
        "c6i",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:4096:3:10 xlarge:4:8192:4:15 2xlarge:8:16384:4:15 4xlarge:16:32768:8:30 "
        "8xlarge:32:65536:8:30",
    ),
    (
        "c7g",
        "arm64",
        True,
        False,
        "nitro",
        "medium:1:2048:2:4 large:2:4096:3:10 xlarge:4:8192:4:15 2xlarge:8:16384:4:15 "
        "4xlarge:16:32768:8:30 8xlarge:32:65536:8:30",
    ),
    (
        "c7i",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:4096:3:10 xlarge:4:8192:4:15 2xlarge:8:16384:4:15 4xlarge:16:32768:8:30 "
        "8xlarge:32:65536:8:30",
    ),
    (
        "r5",
        "x86_64",
        False,
        False,
        "nitro",
        "large:2:16384:3:10 xlarge:4:32768:4:15 2xlarge:8:65536:4:15 "
        "4xlarge:16:131072:8:30 8xlarge:32:262144:8:30",
    ),
    (
        "r5a",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:16384:3:10 xlarge:4:32768:4:15 2xlarge:8:65536:4:15 "
        "4xlarge:16:131072:8:30 8xlarge:32:262144:8:30",
    ),
    (
        "r6g",
        "arm64",
        True,
        False,
        "nitro",
        "medium:1:8192:2:4 large:2:16384:3:10 xlarge:4:32768:4:15 2xlarge:8:65536:4:15 "
        "4xlarge:16:131072:8:30 8xlarge:32:262144:8:30",
    ),
    (
        "r6i",
        "x86_64",
        False,
        False,
        "nitro",
        "large:2:16384:3:10 xlarge:4:32768:4:15 2xlarge:8:65536:4:15 "
        "4xlarge:16:131072:8:30 8xlarge:32:262144:8:30",
    ),
    (
        "r7g",
        "arm64",
        False,
        False,
        "nitro",
        "medium:1:8192:2:4 large:2:16384:3:10 xlarge:4:32768:4:15 2xlarge:8:65536:4:15 "
        "4xlarge:16:131072:8:30 8xlarge:32:262144:8:30",
    ),
    (
        "r7i",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:16384:3:10 xlarge:4:32768:4:15 2xlarge:8:65536:4:15 "
        "4xlarge:16:131072:8:30 8xlarge:32:262144:8:30",
    ),
    (
        "i3",
        "x86_64",
        True,
        False,
        "xen",
        "large:2:15616:3:10 xlarge:4:31232:4:15 2xlarge:8:62464:4:15 "
        "4xlarge:16:124928:8:30 8xlarge:32:249856:8:30",
    ),
    (
        "i4i",
        "x86_64",
        True,
        False,
        "nitro",
        "large:2:16384:3:10 xlarge:4:32768:4:15 2xlarge:8:65536:4:15 "
        "4xlarge:16:131072:8:30 8xlarge:32:262144:8:30",
    ),
)


def _family(
    family: str, architectures: str, current: bool, burstable: bool, hypervisor: str, sizes: str
) -> list[InstanceType]:
    return [
        InstanceType(
            name=f"{family}.{size}",
            vcpus=int(vcpus),
            memory_mib=int(memory),
            architectures=tuple(architectures.split()),
            interfaces=int(interfaces),
            addresses_per_interface=int(addresses),
            current_generation=current,
            burstable=burstable,
            hypervisor=hypervisor,
        )
        for size, vcpus, memory, interfaces, addresses in (
            cell.split(":") for cell in sizes.split()
        )
    ]


INSTANCE_TYPES: dict[str, InstanceType] = {one.name: one for row in _TABLE for one in _family(*row)}
