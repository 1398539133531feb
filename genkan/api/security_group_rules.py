"""Rules of security groups by their own ids: listed, changed in place, described in words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.group_lookup import (
    RuleRow,
    need_group,
    need_rules,
    need_rules_of,
    rule_rows,
)
from genkan.api.group_peers import parse_group_peer
from genkan.api.group_rules import Permission, new_rule, permission_of, shown_rule
from genkan.api.ip_permissions import (
    check_description,
    parse_cidr_peer,
    parse_list_peer,
    parse_permissions,
)
from genkan.api.ip_protocols import parse_ports, parse_protocol
from genkan.api.output import present
from genkan.api.security_group_permissions import InvalidPermissionDuplicate
from genkan.api.selection import Values, matching, page
from genkan.model.errors import InvalidParameterCombination, Malformed, MissingParameter, NotFound
from genkan.model.network import put
from genkan.model.security_group import (
    Direction,
    Peer,
    SecurityGroup,
    SecurityGroupRule,
)

PEERS = ("CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupId")

_FILTERS: Mapping[str, Values[RuleRow]] = {
    "group-id": lambda row: [row.group.id],
    "security-group-rule-id": lambda row: [row.id],
}


def describe_security_group_rules(
    call: Call,
    *,
    security_group_rule_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    ids = security_group_rule_ids
    for one in filters or ():
        for name in one.get("Values") or () if one.get("Name") == "group-id" else ():
            _check_group_id(name)
    found = need_rules(call, ids) if ids else rule_rows(call)
    rows, token = page(matching(found, filters, _FILTERS), max_results, next_token, ids=ids)
    shown = [shown_rule(call.network, row.group, row.rule) for row in rows]
    return Answer(present(SecurityGroupRules=shown, NextToken=token))


def modify_security_group_rules(
    call: Call, *, group_id: str, security_group_rules: Sequence[Mapping[str, Any]]
) -> Answer:
    """Replace what rules allow; their ids, directions and tags stay."""
    group = need_group(call, group_id, None)
    names = [update.get("SecurityGroupRuleId", "") for update in security_group_rules]
    rules = {rule.id: rule for rule in need_rules_of(group, None, names)}
    changed = {
        name: _modified(call, group, rules[name], update.get("SecurityGroupRule") or {})
        for name, update in zip(names, security_group_rules, strict=True)
    }
    return _changed(group, changed)


def update_security_group_rule_descriptions_ingress(
    call: Call,
    *,
    group_id: str | None = None,
    group_name: str | None = None,
    ip_permissions: Sequence[Mapping[str, Any]] | None = None,
    security_group_rule_descriptions: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    group = need_group(call, group_id, group_name)
    return _describe_in_words(
        call, group, Direction.INGRESS, ip_permissions, security_group_rule_descriptions
    )


def update_security_group_rule_descriptions_egress(
    call: Call,
    *,
    group_id: str | None = None,
    group_name: str | None = None,
    ip_permissions: Sequence[Mapping[str, Any]] | None = None,
    security_group_rule_descriptions: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    group = need_group(call, group_id, group_name)
    return _describe_in_words(
        call, group, Direction.EGRESS, ip_permissions, security_group_rule_descriptions
    )


def _check_group_id(name: str) -> None:
    """Raise Malformed for a filter's value that no group's id can be."""
    if not name.startswith("sg-") and not set(name) & set("*?"):
        raise Malformed(
            "InvalidGroupId.Malformed",
            f"The security group ID '{name}' is malformed. Ids begin with sg-.",
        )


def _modified(
    call: Call, group: SecurityGroup, rule: SecurityGroupRule, wanted: Mapping[str, Any]
) -> SecurityGroupRule:
    protocol = parse_protocol(wanted.get("IpProtocol"))
    ports = parse_ports(protocol, wanted.get("FromPort"), wanted.get("ToPort"))
    permission = Permission(protocol, ports, _parse_peer(call, group, wanted))
    description = check_description(wanted.get("Description"))
    return new_rule(rule.id, rule.direction, permission, description, rule.tags)


def _parse_peer(call: Call, group: SecurityGroup, wanted: Mapping[str, Any]) -> Peer:
    given = [name for name in PEERS if wanted.get(name)]
    if len(given) != 1:
        refusal = InvalidParameterCombination if given else MissingParameter
        raise refusal(f"The rule must contain exactly one of {', '.join(PEERS)}.")
    match given[0]:
        case "CidrIpv4":
            return parse_cidr_peer(IPv4Network, wanted["CidrIpv4"])
        case "CidrIpv6":
            return parse_cidr_peer(IPv6Network, wanted["CidrIpv6"])
        case "PrefixListId":
            return parse_list_peer(call, wanted["PrefixListId"])
    return parse_group_peer(call, group, {"GroupId": wanted["ReferencedGroupId"]})


def _describe_in_words(
    call: Call,
    group: SecurityGroup,
    direction: Direction,
    permissions: Sequence[Mapping[str, Any]] | None,
    descriptions: Sequence[Mapping[str, Any]] | None,
) -> Answer:
    if permissions and descriptions:
        raise InvalidParameterCombination(
            "The parameters ipPermissions and securityGroupRuleDescriptions cannot be used "
            "together. Leave one of them out."
        )
    if descriptions:
        texts = {
            one.get("SecurityGroupRuleId", ""): check_description(one.get("Description"))
            for one in descriptions
        }
        rules = need_rules_of(group, direction, list(texts))
        return _changed(group, {r.id: replace(r, description=texts[r.id]) for r in rules})
    if not permissions:
        raise MissingParameter("The request must contain the parameter ipPermissions.")
    there = {permission_of(rule): rule for rule in group.rules if rule.direction is direction}
    changed = {}
    held = {rule.peer for rule in group.rules}
    for permission, text in parse_permissions(call, group, permissions, held):
        rule = there.get(permission)
        if rule is None:
            raise NotFound(
                "InvalidPermission.NotFound",
                "The specified rule does not exist in this security group. "
                f'{group.id} has no {direction.value} rule "{permission}".',
            )
        changed[rule.id] = replace(rule, description=text)
    return _changed(group, changed)


def _changed(group: SecurityGroup, changed: Mapping[str, SecurityGroupRule]) -> Answer:
    """Give the answer that puts rules in their places. Raises InvalidPermissionDuplicate."""
    rules = tuple(changed.get(rule.id, rule) for rule in group.rules)
    seen = set()
    for rule in rules:
        one = (rule.direction, permission_of(rule))
        if one in seen:
            raise InvalidPermissionDuplicate(
                f'the specified rule "{one[1]}" already exists. Change it to another.'
            )
        seen.add(one)
    return Answer({"Return": True}, put(replace(group, rules=rules)))
