"""Network ACLs → ordered filters at the edge of subnets, asked by every packet, answers too.

The default ACL of a VPC, as long as nobody changed it, lets everything pass: it gives no entries.
"Network ACL rules" in the Amazon VPC user guide.
"""

from collections.abc import Iterator

from genkan.model.network import Network
from genkan.model.network_acl import NetworkAcl, NetworkAclEntry, default_acl
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Address, in_order
from genkan.program.filter import Filter, Match, Rule, Stage, SubnetGuard, Verdict

ICMP_PROTOCOLS = (1, 58)
PLACES_OF_THEIR_OWN = (
    InterfaceType.INTERFACE,
    InterfaceType.NAT_GATEWAY,
    InterfaceType.GATEWAY_LOAD_BALANCER,
    InterfaceType.GATEWAY_LOAD_BALANCER_ENDPOINT,
    InterfaceType.NETWORK_LOAD_BALANCER,
)
DIRECTIONS = (
    (True, Stage.NETWORK_ACL_EGRESS, "egress"),
    (False, Stage.NETWORK_ACL_INGRESS, "ingress"),
)


def stored_acls(network: Network, vpc: Vpc) -> Iterator[NetworkAcl]:
    """Give the ACLs that somebody made or changed."""
    yield from network.where(NetworkAcl, vpc_id=vpc.id)


def guard_of(network: Network, vpc: Vpc, subnet: Subnet) -> str | None:
    """Give the ACL of a subnet; None where it is the default one as AWS made it."""
    stored = list(stored_acls(network, vpc))
    if not stored:
        return None
    chosen = {one.subnet_id: acl.id for acl in stored for one in acl.associations}
    changed = network.get(NetworkAcl, default_acl(network, vpc).id)
    return chosen.get(subnet.id) or (changed.id if changed else None)


def delivered_in(network: Network, subnet: Subnet) -> tuple[Address, ...]:
    """Give the addresses of a subnet at which the VPC's router itself answers."""
    return in_order(
        address
        for interface in network.where(NetworkInterface, subnet_id=subnet.id)
        if interface.interface_type not in PLACES_OF_THEIR_OWN
        for address in interface.addresses
    )


def compile_acl(acl: NetworkAcl) -> Iterator[Entry]:
    """Give an ACL's two filters, rules by number."""
    for egress, _, word in DIRECTIONS:
        entries = [entry for entry in acl.entries if entry.egress is egress]
        yield Filter(
            because=Because("network-acl", acl.id),
            place=acl.vpc_id,
            name=f"{acl.id}/{word}",
            rules=tuple(
                _compile_entry(acl.id, word, entry)
                for entry in sorted(entries, key=lambda entry: entry.number)
            ),
        )


def compile_subnet_guards(
    place: str, subnet_id: str, acl_id: str, delivered: tuple[Address, ...]
) -> Iterator[Entry]:
    """Give the two guards of a subnet; `delivered` are the addresses that its router delivers."""
    for _, stage, word in DIRECTIONS:
        yield SubnetGuard(
            because=Because("network-acl", acl_id),
            place=place,
            stage=stage,
            subnet=subnet_id,
            addresses=delivered,
            filter=f"{acl_id}/{word}",
        )


def _compile_entry(acl_id: str, word: str, entry: NetworkAclEntry) -> Rule:
    ports = None if entry.ports is None else (entry.ports.first, entry.ports.last)
    icmp = entry.protocol in ICMP_PROTOCOLS
    return Rule(
        match=Match(
            remote=entry.cidr,
            protocol=entry.protocol,
            ports=None if icmp else ports,
            icmp=ports if icmp else None,
        ),
        verdict=Verdict.ACCEPT if entry.allow else Verdict.DROP,
        because=Because("network-acl", acl_id, f"{word} {entry.number}"),
    )
