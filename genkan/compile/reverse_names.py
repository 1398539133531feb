"""Reverse names: what has an address in a VPC, asked by the address.

Each CIDR block of a VPC lies in a zone of its own below in-addr.arpa or ip6.arpa, which ends where
an octet (a nibble) does: names of addresses that nobody has do not exist there. "VPCs and
autodefined rules" in the Amazon Route 53 developer guide; RFC 1035, 3.5; RFC 3596, 2.5.
"""

from collections.abc import Iterator

from genkan.compile import naming
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Block
from genkan.program.names import RecordSet, Zone, ZoneAttachment

TTL = 60
BITS_A_LABEL = {4: 8, 6: 4}


def zones(vpc: Vpc) -> Iterator[Entry]:
    """Give the zones of a VPC's blocks, seen by its own resolver."""
    because = Because("vpc", vpc.id, "enableDnsHostnames")
    for origin in dict.fromkeys(map(reverse_origin, vpc.blocks)):
        zone = f"{vpc.id}/{origin}"
        yield Zone(because=because, id=zone, origin=origin)
        yield ZoneAttachment(because=because, view=vpc.id, zone=zone)


def instance_names(
    vpc: Vpc, instance_id: str, interface: NetworkInterface, primary: bool
) -> Iterator[Entry]:
    """Give the names by the addresses of an instance's interface."""
    domain = naming.internal_domain(vpc.region)
    for address in (*interface.private_addresses[:1], *interface.ipv6_addresses):
        if address.version == 6 and not primary:
            continue
        host = instance_id if address.version == 6 else naming.private_host(interface.private_ip)
        block = next((one for one in vpc.blocks if address in one), None)
        if block is not None:
            yield RecordSet(
                because=Because("instance", instance_id),
                zone=f"{vpc.id}/{reverse_origin(block)}",
                name=address.reverse_pointer,
                type="PTR",
                ttl=TTL,
                values=(f"{host}.{domain}",),
            )


def reverse_origin(block: Block) -> str:
    """Give the name of the smallest zone that holds every address of a block."""
    labels = block.network_address.reverse_pointer.split(".")
    kept = block.prefixlen // BITS_A_LABEL[block.version]
    suffix = 2  # "in-addr.arpa"
    return ".".join(labels[len(labels) - suffix - kept :])
