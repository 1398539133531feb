"""Which VPCs' questions a group of DNS Firewall's rules filters, and what happens when none can be
asked.

Groups of a VPC are asked by their priority. Fail-open is kept and shown: a firewall here is never
out of reach of the name server that asks it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.firewall_lookup import (
    COMPLETE,
    DELETING,
    UPDATING,
    ConflictException,
    chosen_request_id,
    invalid,
    made_before,
    times,
)
from genkan.api.output import present
from genkan.api.resolver_lookup import ResourceNotFoundException, arn_of, check_name, need, paged
from genkan.api.resolver_tags import parse_tags
from genkan.model.dns_firewall import (
    FirewallConfig,
    FirewallRuleGroup,
    FirewallRuleGroupAssociation,
)
from genkan.model.network import delete, put
from genkan.model.vpc import Vpc

FIRST, LAST = 101, 9_899  # priorities; those around are AWS's own
ENABLED, DISABLED = "ENABLED", "DISABLED"


def associate_firewall_rule_group(
    call: Call,
    *,
    firewall_rule_group_id: str,
    vpc_id: str,
    priority: int,
    name: str,
    creator_request_id: str | None = None,
    mutation_protection: str = DISABLED,
    tags: Sequence[Mapping[str, str]] | None = None,
) -> Answer:
    check_name(name)
    token = chosen_request_id(call, creator_request_id)
    held = made_before(call, FirewallRuleGroupAssociation, token)
    if held is not None:
        return Answer({"FirewallRuleGroupAssociation": _shown(held, COMPLETE)})
    group = need(call, FirewallRuleGroup, firewall_rule_group_id)
    made = FirewallRuleGroupAssociation(
        id=call.new_id("rslvr-frgassoc"),
        account=call.account,
        region=call.region,
        tags=parse_tags((), tags),
        group_id=group.id,
        vpc_id=_need_vpc(call, vpc_id).id,
        association_name=name,
        priority=priority,
        protected=mutation_protection == ENABLED,
        creator_request_id=token,
        created_at=call.now,
        modified_at=call.now,
    )
    _check_priority(call, made)
    return Answer({"FirewallRuleGroupAssociation": _shown(made, UPDATING)}, put(made))


def get_firewall_rule_group_association(
    call: Call, *, firewall_rule_group_association_id: str
) -> Answer:
    held = need(call, FirewallRuleGroupAssociation, firewall_rule_group_association_id)
    return Answer({"FirewallRuleGroupAssociation": _shown(held, COMPLETE)})


def list_firewall_rule_group_associations(
    call: Call,
    *,
    firewall_rule_group_id: str | None = None,
    vpc_id: str | None = None,
    priority: int | None = None,
    status: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = [
        one
        for one in call.mine(FirewallRuleGroupAssociation)
        if firewall_rule_group_id in (None, one.group_id)
        and vpc_id in (None, one.vpc_id)
        and priority in (None, one.priority)
        and status in (None, COMPLETE)
    ]
    some, token = paged(rows, max_results, next_token)
    shown = [_shown(one, COMPLETE) for one in some]
    return Answer(present(FirewallRuleGroupAssociations=shown, NextToken=token))


def update_firewall_rule_group_association(
    call: Call,
    *,
    firewall_rule_group_association_id: str,
    priority: int | None = None,
    mutation_protection: str | None = None,
    name: str | None = None,
) -> Answer:
    held = need(call, FirewallRuleGroupAssociation, firewall_rule_group_association_id)
    check_name(name)
    if held.protected and mutation_protection != DISABLED:
        raise _protected(held)
    changed = replace(
        held,
        priority=held.priority if priority is None else priority,
        protected=held.protected if mutation_protection is None else mutation_protection == ENABLED,
        association_name=name or held.association_name,
        modified_at=call.now,
    )
    _check_priority(call, changed)
    return Answer({"FirewallRuleGroupAssociation": _shown(changed, UPDATING)}, put(changed))


def disassociate_firewall_rule_group(
    call: Call, *, firewall_rule_group_association_id: str
) -> Answer:
    held = need(call, FirewallRuleGroupAssociation, firewall_rule_group_association_id)
    if held.protected:
        raise _protected(held)
    return Answer({"FirewallRuleGroupAssociation": _shown(held, DELETING)}, delete(held))


def get_firewall_config(call: Call, *, resource_id: str) -> Answer:
    return Answer({"FirewallConfig": _config(_held_config(call, _need_vpc(call, resource_id)))})


def list_firewall_configs(
    call: Call, *, max_results: int | None = None, next_token: str | None = None
) -> Answer:
    rows = [_held_config(call, vpc) for vpc in call.mine(Vpc)]
    some, token = paged(rows, max_results, next_token)
    return Answer(present(FirewallConfigs=[_config(one) for one in some], NextToken=token))


def update_firewall_config(call: Call, *, resource_id: str, firewall_fail_open: str) -> Answer:
    held = _held_config(call, _need_vpc(call, resource_id))
    changed = replace(held, fail_open=firewall_fail_open)
    return Answer({"FirewallConfig": _config(changed)}, put(changed))


def _need_vpc(call: Call, name: str) -> Vpc:
    vpc = call.find(Vpc, name)
    if vpc is None:
        raise ResourceNotFoundException(
            f"[RSLVR-02025] The VPC '{name[:64]}' does not exist in {call.region}."
        )
    return vpc


def _protected(held: FirewallRuleGroupAssociation) -> ConflictException:
    return ConflictException(
        f"[RSLVR-02202] {held.id} is protected from changes. Set its MutationProtection to "
        f"{DISABLED} first."
    )


def _check_priority(call: Call, wanted: FirewallRuleGroupAssociation) -> None:
    if not FIRST <= wanted.priority <= LAST:
        raise invalid(
            f"[RSLVR-02201] The priority {wanted.priority} is not one from {FIRST} to {LAST}."
        )
    for one in call.network.where(FirewallRuleGroupAssociation, vpc_id=wanted.vpc_id):
        if one.id == wanted.id:
            continue
        if one.group_id == wanted.group_id:
            raise ConflictException(
                f"[RSLVR-02203] {wanted.group_id} filters the questions of {wanted.vpc_id} already."
            )
        if one.priority == wanted.priority:
            raise ConflictException(
                f"[RSLVR-02204] The priority {wanted.priority} is that of {one.id} in "
                f"{wanted.vpc_id}. Give another."
            )


def _held_config(call: Call, vpc: Vpc) -> FirewallConfig:
    held = next(iter(call.network.where(FirewallConfig, vpc_id=vpc.id)), None)
    return held or FirewallConfig(
        id=f"rslvr-fc-{vpc.id.removeprefix('vpc-')}",
        account=vpc.account,
        region=vpc.region,
        vpc_id=vpc.id,
        fail_open=DISABLED,
    )


def _config(row: FirewallConfig) -> dict[str, Any]:
    return {
        "Id": row.id,
        "ResourceId": row.vpc_id,
        "OwnerId": row.account,
        "FirewallFailOpen": row.fail_open,
    }


def _shown(row: FirewallRuleGroupAssociation, status: str) -> dict[str, Any]:
    return {
        "Id": row.id,
        "Arn": arn_of(row),
        "FirewallRuleGroupId": row.group_id,
        "VpcId": row.vpc_id,
        "Name": row.association_name,
        "Priority": row.priority,
        "MutationProtection": ENABLED if row.protected else DISABLED,
        "Status": status,
        "StatusMessage": "",
        "CreatorRequestId": row.creator_request_id,
        **times(row.created_at, row.modified_at),
    }
