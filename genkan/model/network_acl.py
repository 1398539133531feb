"""Network ACLs: ordered, stateless lists at the edge of subnets.

Every VPC has a default one, which lets everything pass. As long as nobody changed it, it follows
from the VPC and is not stored, and so do the associations of subnets that nobody moved. "Control
subnet traffic with network access control lists" in the Amazon VPC user guide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar

from genkan.model.network import Network
from genkan.model.resource import Resource
from genkan.model.security_group import PortRange
from genkan.model.vpc import Vpc

FIRST_NUMBER, FIRST_IPV6_NUMBER = 100, 101  # of the entries that a default ACL starts with
ANYWHERE, ANYWHERE_IPV6 = IPv4Network("0.0.0.0/0"), IPv6Network("::/0")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAclEntry:
    """`protocol` None is every protocol; `ports` of ICMP are type and code, where -1 is any."""

    number: int
    egress: bool
    allow: bool
    protocol: int | None
    cidr: IPv4Network | IPv6Network
    ports: PortRange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAclAssociation:
    id: str
    subnet_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAcl(Resource):
    """`entries` stand outbound first, each direction by number.

    What no entry matches is dropped. The default ACL's `associations` are those that somebody made.
    """

    kind: ClassVar[str] = "network-acl"

    vpc_id: str
    is_default: bool = False
    entries: tuple[NetworkAclEntry, ...] = ()
    associations: tuple[NetworkAclAssociation, ...] = ()


def default_acl(network: Network, vpc: Vpc) -> NetworkAcl:
    """Give a VPC's default ACL: as it was changed, or as it follows from the VPC."""
    stored = network.where(NetworkAcl, vpc_id=vpc.id)
    changed = next((one for one in stored if one.is_default), None)
    if changed:
        return changed
    name = f"acl-{_digits(vpc.id)}"
    first = [(FIRST_NUMBER, ANYWHERE)]
    blocks: list[tuple[int, IPv4Network | IPv6Network]] = [*first]
    if vpc.ipv6_associations:
        blocks.append((FIRST_IPV6_NUMBER, ANYWHERE_IPV6))
    return NetworkAcl(
        id=name,
        account=vpc.account,
        region=vpc.region,
        vpc_id=vpc.id,
        is_default=True,
        entries=tuple(
            NetworkAclEntry(number=number, egress=egress, allow=True, protocol=None, cidr=cidr)
            for egress in (True, False)
            for number, cidr in blocks
        ),
    )


def acls_of(network: Network, vpc: Vpc) -> Iterator[NetworkAcl]:
    """Give every ACL of a VPC, the default one first."""
    yield default_acl(network, vpc)
    for acl in network.where(NetworkAcl, vpc_id=vpc.id):
        if not acl.is_default:
            yield acl


def unmoved(subnet_id: str) -> NetworkAclAssociation:
    """Give the association with the default ACL of a subnet that nobody moved."""
    return NetworkAclAssociation(id=f"aclassoc-{_digits(subnet_id)}", subnet_id=subnet_id)


def _digits(name: str) -> str:
    return name.rpartition("-")[2]
