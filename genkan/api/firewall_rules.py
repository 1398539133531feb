"""Rules of DNS Firewall: what is done with a question for a domain of a list.

A group has one rule a list and type of question, and a priority once. "Rule groups and rules" and
"Rule settings in DNS Firewall" in the Amazon Route 53 developer guide. Threat protection, which
judges names that no list has, is refused by name.
"""

import re
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.firewall_lookup import chosen_request_id, invalid, times
from genkan.api.output import present
from genkan.api.resolver_lookup import (
    LimitExceededException,
    ResourceNotFoundException,
    check_name,
    need,
    paged,
)
from genkan.model.dns_firewall import FirewallDomainList, FirewallRule, FirewallRuleGroup
from genkan.model.network import put

BLOCK, OVERRIDE = "BLOCK", "OVERRIDE"
INSPECT = "INSPECT_REDIRECTION_DOMAIN"
MOST = 100  # rules of a group
TYPES = frozenset(
    {"A", "AAAA", "CAA", "CNAME", "DS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "TXT"}
)
_NUMBERED = re.compile(r"TYPE([0-9]{1,5})", re.ASCII)
LAST_TYPE = 65_534


def create_firewall_rule(
    call: Call,
    *,
    firewall_rule_group_id: str,
    priority: int,
    action: str,
    name: str,
    firewall_domain_list_id: str,
    creator_request_id: str | None = None,
    block_response: str | None = None,
    block_override_domain: str | None = None,
    block_override_dns_type: str | None = None,
    block_override_ttl: int | None = None,
    firewall_domain_redirection_action: str = INSPECT,
    qtype: str | None = None,
) -> Answer:
    group = need(call, FirewallRuleGroup, firewall_rule_group_id)
    check_name(name)
    need(call, FirewallDomainList, firewall_domain_list_id)
    token = chosen_request_id(call, creator_request_id)
    for one in group.rules:
        if one.creator_request_id == token:
            return Answer({"FirewallRule": _shown(group, one)})
    if len(group.rules) >= MOST:
        raise LimitExceededException(f"[RSLVR-02104] {group.id} has {MOST} rules, the most.")
    rule = FirewallRule(
        list_id=firewall_domain_list_id,
        rule_name=name,
        priority=priority,
        action=action,
        creator_request_id=token,
        created_at=call.now,
        modified_at=call.now,
        block_response=block_response,
        override_domain=block_override_domain,
        override_ttl=block_override_ttl,
        redirection=firewall_domain_redirection_action,
        qtype=_read_type(qtype),
    )
    return _answered(call, group, rule, (), block_override_dns_type)


def list_firewall_rules(
    call: Call,
    *,
    firewall_rule_group_id: str,
    priority: int | None = None,
    action: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    group = need(call, FirewallRuleGroup, firewall_rule_group_id)
    rows = [
        one
        for one in group.rules
        if priority in (None, one.priority) and action in (None, one.action)
    ]
    some, token = paged(rows, max_results, next_token)
    return Answer(present(FirewallRules=[_shown(group, one) for one in some], NextToken=token))


def update_firewall_rule(
    call: Call,
    *,
    firewall_rule_group_id: str,
    firewall_domain_list_id: str,
    priority: int | None = None,
    action: str | None = None,
    block_response: str | None = None,
    block_override_domain: str | None = None,
    block_override_dns_type: str | None = None,
    block_override_ttl: int | None = None,
    name: str | None = None,
    firewall_domain_redirection_action: str | None = None,
    qtype: str | None = None,
) -> Answer:
    group = need(call, FirewallRuleGroup, firewall_rule_group_id)
    check_name(name)
    held = _need_rule(group, firewall_domain_list_id, _read_type(qtype))
    blocks = (action or held.action) == BLOCK
    response = block_response or (held.block_response if blocks else None)
    overrides = response == OVERRIDE
    rule = replace(
        held,
        rule_name=name or held.rule_name,
        priority=held.priority if priority is None else priority,
        action=action or held.action,
        block_response=response,
        override_domain=block_override_domain or (held.override_domain if overrides else None),
        override_ttl=(
            block_override_ttl
            if block_override_ttl is not None
            else (held.override_ttl if overrides else None)
        ),
        redirection=firewall_domain_redirection_action or held.redirection,
        modified_at=call.now,
    )
    kind = block_override_dns_type or ("CNAME" if held.override_domain and overrides else None)
    return _answered(call, group, rule, (held,), kind)


def delete_firewall_rule(
    call: Call,
    *,
    firewall_rule_group_id: str,
    firewall_domain_list_id: str,
    qtype: str | None = None,
) -> Answer:
    group = need(call, FirewallRuleGroup, firewall_rule_group_id)
    held = _need_rule(group, firewall_domain_list_id, _read_type(qtype))
    left = tuple(one for one in group.rules if one != held)
    changed = replace(group, rules=left, modified_at=call.now)
    return Answer({"FirewallRule": _shown(group, held)}, put(changed))


def _answered(
    call: Call,
    group: FirewallRuleGroup,
    rule: FirewallRule,
    instead_of: tuple[FirewallRule, ...],
    override_type: str | None,
) -> Answer:
    others = [one for one in group.rules if one not in instead_of]
    _check_response(rule, override_type)
    for one in others:
        if one.priority == rule.priority:
            raise invalid(
                f"[RSLVR-02102] The priority {rule.priority} is that of '{one.rule_name}' in "
                f"{group.id}. Give another."
            )
        if (one.list_id, one.qtype) == (rule.list_id, rule.qtype):
            raise invalid(
                f"[RSLVR-02103] '{one.rule_name}' of {group.id} is about {rule.list_id} and this "
                "type already. Change that one."
            )
    rules = tuple(sorted((*others, rule), key=lambda one: one.priority))
    changed = replace(group, rules=rules, modified_at=call.now)
    return Answer({"FirewallRule": _shown(group, rule)}, put(changed))


def _check_response(rule: FirewallRule, override_type: str | None) -> None:
    """Raise for a response that does not go with the rule's action."""
    given = (rule.override_domain, rule.override_ttl, override_type)
    if rule.action != BLOCK and (rule.block_response or any(one is not None for one in given)):
        raise invalid(
            f"[RSLVR-02105] A rule whose action is {rule.action} has no BlockResponse. Leave it "
            "and what overrides out."
        )
    if rule.action == BLOCK and rule.block_response is None:
        raise invalid("[RSLVR-02106] A rule that blocks has a BlockResponse. Give one.")
    if rule.block_response == OVERRIDE and any(one is None for one in given):
        raise invalid(
            "[RSLVR-02107] A response that overrides has a BlockOverrideDomain, a "
            "BlockOverrideDnsType and a BlockOverrideTtl. Give all of them."
        )
    if rule.block_response != OVERRIDE and any(one is not None for one in given):
        raise invalid(
            f"[RSLVR-02108] Nothing is overridden by the response {rule.block_response}. Leave "
            "BlockOverrideDomain, BlockOverrideDnsType and BlockOverrideTtl out."
        )


def _read_type(text: str | None) -> str | None:
    if text is None or text in TYPES:
        return text
    numbered = _NUMBERED.fullmatch(text)
    if numbered is None or not 1 <= int(numbered[1]) <= LAST_TYPE:
        raise invalid(
            f"[RSLVR-02109] '{text}' is no type of question. Give one of "
            f"{', '.join(sorted(TYPES))}, or TYPE and a number."
        )
    return text


def _need_rule(group: FirewallRuleGroup, list_id: str, qtype: str | None) -> FirewallRule:
    for one in group.rules:
        if (one.list_id, one.qtype) == (list_id, qtype):
            return one
    raise ResourceNotFoundException(
        f"[RSLVR-02110] {group.id} has no rule about '{list_id[:64]}' and {qtype or 'every type'}."
    )


def _shown(group: FirewallRuleGroup, rule: FirewallRule) -> dict[str, Any]:
    return present(
        FirewallRuleGroupId=group.id,
        FirewallDomainListId=rule.list_id,
        Name=rule.rule_name,
        Priority=rule.priority,
        Action=rule.action,
        BlockResponse=rule.block_response,
        BlockOverrideDomain=rule.override_domain,
        BlockOverrideDnsType="CNAME" if rule.override_domain else None,
        BlockOverrideTtl=rule.override_ttl,
        CreatorRequestId=rule.creator_request_id,
        FirewallDomainRedirectionAction=rule.redirection,
        Qtype=rule.qtype,
        **times(rule.created_at, rule.modified_at),
    )
