"""Groups of DNS Firewall's rules. What a group has in it is `firewall_rules`'."""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.firewall_lookup import (
    COMPLETE,
    DELETING,
    ConflictException,
    chosen_request_id,
    made_before,
    names_of,
    times,
)
from genkan.api.output import present
from genkan.api.resolver_lookup import arn_of, check_name, need, paged
from genkan.api.resolver_tags import parse_tags
from genkan.model.dns_firewall import FirewallRuleGroup, FirewallRuleGroupAssociation
from genkan.model.network import delete, put


def create_firewall_rule_group(
    call: Call,
    *,
    name: str,
    creator_request_id: str | None = None,
    tags: Sequence[Mapping[str, str]] | None = None,
) -> Answer:
    check_name(name)
    token = chosen_request_id(call, creator_request_id)
    held = made_before(call, FirewallRuleGroup, token)
    if held is not None:
        return Answer({"FirewallRuleGroup": _shown(held)})
    made = FirewallRuleGroup(
        id=call.new_id("rslvr-frg"),
        account=call.account,
        region=call.region,
        tags=parse_tags((), tags),
        group_name=name,
        creator_request_id=token,
        created_at=call.now,
        modified_at=call.now,
    )
    return Answer({"FirewallRuleGroup": _shown(made)}, put(made))


def get_firewall_rule_group(call: Call, *, firewall_rule_group_id: str) -> Answer:
    held = need(call, FirewallRuleGroup, firewall_rule_group_id)
    return Answer({"FirewallRuleGroup": _shown(held)})


def list_firewall_rule_groups(
    call: Call, *, max_results: int | None = None, next_token: str | None = None
) -> Answer:
    some, token = paged(call.mine(FirewallRuleGroup), max_results, next_token)
    wanted = ("Id", "Arn", "Name", "OwnerId", "CreatorRequestId", "ShareStatus")
    shown = [{name: _shown(one)[name] for name in wanted} for one in some]
    return Answer(present(FirewallRuleGroups=shown, NextToken=token))


def delete_firewall_rule_group(call: Call, *, firewall_rule_group_id: str) -> Answer:
    held = need(call, FirewallRuleGroup, firewall_rule_group_id)
    there = list(call.network.where(FirewallRuleGroupAssociation, group_id=held.id))
    if there:
        raise ConflictException(
            f"[RSLVR-02019] {held.id} filters the questions of VPCs, by {names_of(there)}. "
            "Disassociate it first."
        )
    return Answer({"FirewallRuleGroup": {**_shown(held), "Status": DELETING}}, delete(held))


def _shown(row: FirewallRuleGroup) -> dict[str, Any]:
    return {
        "Id": row.id,
        "Arn": arn_of(row),
        "Name": row.group_name,
        "RuleCount": len(row.rules),
        "Status": COMPLETE,
        "StatusMessage": "",
        "OwnerId": row.account,
        "CreatorRequestId": row.creator_request_id,
        "ShareStatus": "NOT_SHARED",
        **times(row.created_at, row.modified_at),
    }
