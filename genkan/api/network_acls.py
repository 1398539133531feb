"""Network ACLs: made, associated with subnets, shown, deleted.

A subnet has exactly one: a new subnet the VPC's default one, which lets everything pass until
somebody changes it. "Network ACL basics" in the Amazon VPC user guide.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import need
from genkan.api.network_acl_entries import shown_acl_entries
from genkan.api.network_acl_lookup import (
    associations_of,
    every_acl,
    need_acl,
    need_association,
)
from genkan.api.output import present
from genkan.api.quotas import NETWORK_ACLS, NetworkAclLimitExceeded, check_quota
from genkan.api.selection import Values, matching, page, yes_no
from genkan.api.tagging import from_specifications, shown
from genkan.model.errors import DependencyViolation, InvalidParameterValue
from genkan.model.network import Change, Network, delete, put
from genkan.model.network_acl import NetworkAcl, NetworkAclAssociation
from genkan.model.vpc import Vpc


@idempotent(NetworkAcl, lambda call, rows: _created(call, rows[0]))
def create_network_acl(
    call: Call,
    *,
    vpc_id: str,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    """Make an ACL without entries: it drops everything."""
    vpc = need(call, Vpc, vpc_id)
    count = sum(1 for _ in call.network.where(NetworkAcl, vpc_id=vpc.id)) + 1
    check_quota(call, count, NETWORK_ACLS, NetworkAclLimitExceeded, f"network ACLs in {vpc.id}")
    acl = NetworkAcl(
        id=call.new_id("acl"),
        account=call.account,
        region=call.region,
        tags=from_specifications("network-acl", tag_specifications),
        vpc_id=vpc.id,
    )
    return Answer(_created(call, acl), put(acl))


def describe_network_acls(
    call: Call,
    *,
    network_acl_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    asked = (
        [need_acl(call, name) for name in dict.fromkeys(network_acl_ids)]
        if network_acl_ids
        else every_acl(call)
    )
    rows, token = page(
        matching(asked, filters, _filters(call)), max_results, next_token, ids=network_acl_ids
    )
    return Answer(present(NetworkAcls=[_shown(call, acl) for acl in rows], NextToken=token))


def delete_network_acl(call: Call, *, network_acl_id: str) -> Answer:
    acl = need_acl(call, network_acl_id)
    if acl.is_default:
        raise InvalidParameterValue(
            f"cannot delete default network ACL {acl.id}. It goes with {acl.vpc_id}."
        )
    if acl.associations:
        used = ", ".join(association.subnet_id for association in acl.associations)
        raise DependencyViolation(
            f"The networkAcl '{acl.id}' has dependencies and cannot be deleted. "
            f"Give {used} another network ACL first."
        )
    return Answer(change=delete(acl))


def replace_network_acl_association(
    call: Call, *, association_id: str, network_acl_id: str
) -> Answer:
    """Give a subnet another ACL."""
    former, association = need_association(call, association_id)
    acl = need_acl(call, network_acl_id)
    if acl.vpc_id != former.vpc_id:
        raise InvalidParameterValue(
            f"network ACL {acl.id} and association {association.id} belong to different networks. "
            f"The ACL is in {acl.vpc_id}, the association in {former.vpc_id}."
        )
    made = NetworkAclAssociation(id=call.new_id("aclassoc"), subnet_id=association.subnet_id)
    left = _without(former, association.subnet_id)
    base = left if acl.id == former.id else acl
    moved = replace(base, associations=(*base.associations, made))
    stays = put() if left == former else put(left)
    return Answer({"NewAssociationId": made.id}, stays + put(moved))


def without_subnet(network: Network, vpc_id: str, subnet_id: str) -> Change:
    """Give the change that takes a subnet from the ACLs of its VPC."""
    acls = ((acl, _without(acl, subnet_id)) for acl in network.where(NetworkAcl, vpc_id=vpc_id))
    return put(*(left for acl, left in acls if left != acl))


def _without(acl: NetworkAcl, subnet_id: str) -> NetworkAcl:
    left = tuple(one for one in acl.associations if one.subnet_id != subnet_id)
    return replace(acl, associations=left)


def _filters(call: Call) -> Mapping[str, Values[NetworkAcl]]:
    def associated(member: Callable[[NetworkAclAssociation], str]) -> Values[NetworkAcl]:
        return lambda acl: [member(one) for one in associations_of(call.network, acl)]

    return {
        "association.association-id": associated(lambda association: association.id),
        "association.network-acl-id": lambda acl: [
            acl.id for _ in associations_of(call.network, acl)
        ],
        "association.subnet-id": associated(lambda association: association.subnet_id),
        "default": lambda acl: [yes_no(acl.is_default)],
        "entry.cidr": _entry_values(call, "CidrBlock"),
        "entry.egress": _entry_values(call, "Egress"),
        "entry.icmp.code": _entry_values(call, "IcmpTypeCode", "Code"),
        "entry.icmp.type": _entry_values(call, "IcmpTypeCode", "Type"),
        "entry.ipv6-cidr": _entry_values(call, "Ipv6CidrBlock"),
        "entry.port-range.from": _entry_values(call, "PortRange", "From"),
        "entry.port-range.to": _entry_values(call, "PortRange", "To"),
        "entry.protocol": _entry_values(call, "Protocol"),
        "entry.rule-action": _entry_values(call, "RuleAction"),
        "entry.rule-number": _entry_values(call, "RuleNumber"),
        "network-acl-id": lambda acl: [acl.id],
        "vpc-id": lambda acl: [acl.vpc_id],
    }


def _entry_values(call: Call, member: str, inner: str | None = None) -> Values[NetworkAcl]:
    def values(acl: NetworkAcl) -> Iterable[str]:
        for entry in shown_acl_entries(acl, _has_ipv6(call, acl)):
            value = entry.get(member)
            if inner is not None:
                value = (value or {}).get(inner)
            if value is not None:
                yield yes_no(value) if isinstance(value, bool) else str(value)

    return values


def _has_ipv6(call: Call, acl: NetworkAcl) -> bool:
    return bool(need(call, Vpc, acl.vpc_id).ipv6_associations)


def _created(call: Call, acl: NetworkAcl) -> dict[str, Any]:
    return {"NetworkAcl": _shown(call, acl)}


def _shown(call: Call, acl: NetworkAcl) -> dict[str, Any]:
    return {
        "Associations": [
            {
                "NetworkAclAssociationId": association.id,
                "NetworkAclId": acl.id,
                "SubnetId": association.subnet_id,
            }
            for association in associations_of(call.network, acl)
        ],
        "Entries": shown_acl_entries(acl, _has_ipv6(call, acl)),
        "IsDefault": acl.is_default,
        "NetworkAclId": acl.id,
        "Tags": shown(acl.tags),
        "VpcId": acl.vpc_id,
        "OwnerId": acl.account,
    }
