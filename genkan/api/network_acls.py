"""Network ACLs: the default one of each VPC, which lets everything pass.

It follows from the VPC, so it is not stored: its id has the VPC's digits, and every subnet of the
VPC is associated with it. "Default network ACL" in the Amazon VPC user guide. No other ACL can be
made yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from genkan.api.call import Answer, Call
from genkan.api.output import present
from genkan.api.selection import Values, matching, page, yes_no
from genkan.model.errors import NotFound
from genkan.model.resource import Resource
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc

ANYWHERE = "0.0.0.0/0"
ENTRIES = tuple(
    {
        "CidrBlock": ANYWHERE,
        "Egress": egress,
        "Protocol": "-1",
        "RuleAction": action,
        "RuleNumber": number,
    }
    for egress in (True, False)
    for number, action in ((100, "allow"), (32767, "deny"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DefaultNetworkAcl(Resource):
    """A VPC's default ACL as a row that filters can read."""

    kind: ClassVar[str] = "network-acl"

    vpc_id: str
    subnet_ids: tuple[str, ...]


_FILTERS: Mapping[str, Values[_DefaultNetworkAcl]] = {
    "association.association-id": lambda acl: map(_association_id, acl.subnet_ids),
    "association.network-acl-id": lambda acl: [acl.id] if acl.subnet_ids else [],
    "association.subnet-id": lambda acl: acl.subnet_ids,
    "default": lambda acl: [yes_no(True)],
    "entry.cidr": lambda acl: [ANYWHERE],
    "entry.egress": lambda acl: [yes_no(bool(entry["Egress"])) for entry in ENTRIES],
    "entry.icmp.code": lambda acl: [],
    "entry.icmp.type": lambda acl: [],
    "entry.ipv6-cidr": lambda acl: [],
    "entry.port-range.from": lambda acl: [],
    "entry.port-range.to": lambda acl: [],
    "entry.protocol": lambda acl: ["-1"],
    "entry.rule-action": lambda acl: [str(entry["RuleAction"]) for entry in ENTRIES],
    "entry.rule-number": lambda acl: [str(entry["RuleNumber"]) for entry in ENTRIES],
    "network-acl-id": lambda acl: [acl.id],
    "vpc-id": lambda acl: [acl.vpc_id],
}


def describe_network_acls(
    call: Call,
    *,
    network_acl_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    acls = {acl.id: acl for acl in (_default_acl(call, vpc) for vpc in call.mine(Vpc))}
    for name in network_acl_ids or ():
        if name not in acls:
            raise NotFound(
                "InvalidNetworkAclID.NotFound", f"The networkAcl ID '{name}' does not exist"
            )
    asked = [acls[name] for name in dict.fromkeys(network_acl_ids or acls)]
    rows, token = page(
        matching(asked, filters, _FILTERS), max_results, next_token, ids=network_acl_ids
    )
    return Answer(present(NetworkAcls=[_shown(acl) for acl in rows], NextToken=token))


def _default_acl(call: Call, vpc: Vpc) -> _DefaultNetworkAcl:
    return _DefaultNetworkAcl(
        id=f"acl-{_digits(vpc.id)}",
        account=vpc.account,
        region=vpc.region,
        vpc_id=vpc.id,
        subnet_ids=tuple(subnet.id for subnet in call.network.where(Subnet, vpc_id=vpc.id)),
    )


def _association_id(subnet_id: str) -> str:
    return f"aclassoc-{_digits(subnet_id)}"


def _digits(name: str) -> str:
    return name.rpartition("-")[2]


def _shown(acl: _DefaultNetworkAcl) -> dict[str, Any]:
    return {
        "Associations": [
            {
                "NetworkAclAssociationId": _association_id(subnet_id),
                "NetworkAclId": acl.id,
                "SubnetId": subnet_id,
            }
            for subnet_id in acl.subnet_ids
        ],
        "Entries": [dict(entry) for entry in ENTRIES],
        "IsDefault": True,
        "NetworkAclId": acl.id,
        "Tags": [],
        "VpcId": acl.vpc_id,
        "OwnerId": acl.account,
    }
