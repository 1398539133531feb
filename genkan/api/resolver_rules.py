"""Resolver rules, and the VPCs that follow them.

"Managing forwarding rules" in the Amazon Route 53 developer guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from genkan.api.autodefined_rule import (
    INTERNET_RESOLVER,
    internet_associations,
    internet_rule,
    shown_internet_rule,
)
from genkan.api.call import Answer, Call
from genkan.api.idempotency import remembered, replayed
from genkan.api.output import present
from genkan.api.quotas import RESOLVER_ASSOCIATIONS, RESOLVER_RULES, check_quota
from genkan.api.resolver_lookup import (
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
    ResourceExistsException,
    ResourceInUseException,
    ResourceNotFoundException,
    Values,
    arn_of,
    check_name,
    filtered,
    need,
    paged,
    time,
    usual,
)
from genkan.api.resolver_tags import parse_tags
from genkan.model.domain_names import canonical
from genkan.model.errors import IdempotentParameterMismatch
from genkan.model.network import delete, put
from genkan.model.resolver import (
    ResolverEndpoint,
    ResolverRule,
    ResolverRuleAssociation,
    TargetAddress,
)
from genkan.model.vpc import Vpc

FORWARD, SYSTEM = "FORWARD", "SYSTEM"
MOST_TARGETS = 6
OPERATION = "CreateResolverRule"

_FILTERS: Mapping[str, Values[ResolverRule]] = {
    "CreatorRequestId": lambda row: [row.creator_request_id],
    "DomainName": lambda row: [row.domain_name],
    "Name": lambda row: [row.rule_name],
    "ResolverEndpointId": lambda row: [row.resolver_endpoint_id],
    "Status": lambda row: ["COMPLETE"],
    "Type": lambda row: [row.rule_type],
}
_ASSOCIATION_FILTERS: Mapping[str, Values[ResolverRuleAssociation]] = {
    "Name": lambda row: [row.association_name],
    "ResolverRuleId": lambda row: [row.rule_id],
    "Status": lambda row: ["COMPLETE"],
    "VPCId": lambda row: [row.vpc_id],
}


def create_resolver_rule(
    call: Call,
    *,
    creator_request_id: str,
    rule_type: str,
    domain_name: str | None = None,
    name: str | None = None,
    target_ips: Sequence[Mapping[str, Any]] | None = None,
    resolver_endpoint_id: str | None = None,
    tags: Sequence[Mapping[str, str]] | None = None,
) -> Answer:
    parameters = dict(locals(), call=None, creator_request_id=None)
    try:
        made = replayed(call, OPERATION, creator_request_id, parameters)
    except IdempotentParameterMismatch as error:
        raise ResourceExistsException(str(error)) from None
    if made:
        return Answer({"ResolverRule": _shown(need(call, ResolverRule, made[0]))})
    if rule_type not in (FORWARD, SYSTEM):
        raise InvalidParameterException(
            f"Rules of type {rule_type} are not made here. Use {FORWARD} or {SYSTEM}."
        )
    check_name(name)
    count = len(call.mine(ResolverRule)) + 1
    check_quota(call, count, RESOLVER_RULES, LimitExceededException, "Resolver rules")
    rule = ResolverRule(
        id=call.new_id("rslvr-rr"),
        account=call.account,
        region=call.region,
        tags=parse_tags((), tags),
        domain_name=_parse_domain(domain_name),
        rule_type=rule_type,
        creator_request_id=creator_request_id,
        created_at=call.now,
        modified_at=call.now,
        rule_name=name,
        resolver_endpoint_id=resolver_endpoint_id,
        targets=tuple(_parse_target(one) for one in target_ips or ()),
    )
    _check_way(call, rule)
    call_made = remembered(call, OPERATION, creator_request_id, parameters, (rule.id,))
    return Answer({"ResolverRule": _shown(rule)}, put(rule, call_made))


def get_resolver_rule(call: Call, *, resolver_rule_id: str) -> Answer:
    if resolver_rule_id == INTERNET_RESOLVER:
        return Answer({"ResolverRule": _shown(internet_rule(call))})
    return Answer({"ResolverRule": _shown(need(call, ResolverRule, resolver_rule_id))})


def list_resolver_rules(
    call: Call,
    *,
    max_results: int | None = None,
    next_token: str | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    rows = filtered([internet_rule(call), *call.mine(ResolverRule)], filters, _FILTERS)
    some, token = paged(rows, usual(max_results), next_token)
    return Answer(
        present(
            ResolverRules=[_shown(row) for row in some],
            MaxResults=usual(max_results),
            NextToken=token,
        )
    )


def update_resolver_rule(call: Call, *, resolver_rule_id: str, config: Mapping[str, Any]) -> Answer:
    rule = need(call, ResolverRule, resolver_rule_id)
    check_name(config.get("Name"))
    targets = config.get("TargetIps")
    changed = replace(
        rule,
        rule_name=config.get("Name", rule.rule_name),
        resolver_endpoint_id=config.get("ResolverEndpointId", rule.resolver_endpoint_id),
        targets=rule.targets if targets is None else tuple(map(_parse_target, targets)),
        modified_at=call.now,
    )
    _check_way(call, changed)
    return Answer({"ResolverRule": _shown(changed)}, put(changed))


def delete_resolver_rule(call: Call, *, resolver_rule_id: str) -> Answer:
    rule = need(call, ResolverRule, resolver_rule_id)
    used = next(call.network.where(ResolverRuleAssociation, rule_id=rule.id), None)
    if used is not None:
        raise ResourceInUseException(
            f"[RSLVR-00802] Please disassociate this resolver rule from VPC first before deleting: "
            f"{used.vpc_id} follows {rule.id}."
        )
    return Answer({"ResolverRule": {**_shown(rule), "Status": "DELETING"}}, delete(rule))


def associate_resolver_rule(
    call: Call, *, resolver_rule_id: str, vpc_id: str, name: str | None = None
) -> Answer:
    rule = need(call, ResolverRule, resolver_rule_id)
    check_name(name)
    if call.find(Vpc, vpc_id) is None:
        raise InvalidParameterException(f"The vpc ID '{vpc_id}' does not exist in {call.region}.")
    for other in call.network.where(ResolverRuleAssociation, vpc_id=vpc_id):
        followed = call.network.get(ResolverRule, other.rule_id)
        if followed and followed.domain_name == rule.domain_name:
            raise InvalidRequestException(
                "Cannot associate rules with same domain name with same VPC. Conflict with "
                f"resolver rule '{other.rule_id}': {vpc_id} follows it for {rule.domain_name}."
            )
    count = len(call.mine(ResolverRuleAssociation)) + 1
    what = "associations of Resolver rules"
    check_quota(call, count, RESOLVER_ASSOCIATIONS, LimitExceededException, what)
    association = ResolverRuleAssociation(
        id=call.new_id("rslvr-rrassoc"),
        account=call.account,
        region=call.region,
        rule_id=rule.id,
        vpc_id=vpc_id,
        association_name=name,
    )
    return Answer({"ResolverRuleAssociation": _association(association)}, put(association))


def disassociate_resolver_rule(call: Call, *, resolver_rule_id: str, vpc_id: str) -> Answer:
    rule = need(call, ResolverRule, resolver_rule_id)
    for one in call.network.where(ResolverRuleAssociation, rule_id=rule.id, vpc_id=vpc_id):
        shown = {**_association(one), "Status": "DELETING"}
        return Answer({"ResolverRuleAssociation": shown}, delete(one))
    raise ResourceNotFoundException(f"[RSLVR-01001] {vpc_id} does not follow {rule.id}.")


def get_resolver_rule_association(call: Call, *, resolver_rule_association_id: str) -> Answer:
    for one in internet_associations(call):
        if one.id == resolver_rule_association_id:
            return Answer({"ResolverRuleAssociation": _association(one)})
    found = need(call, ResolverRuleAssociation, resolver_rule_association_id)
    return Answer({"ResolverRuleAssociation": _association(found)})


def list_resolver_rule_associations(
    call: Call,
    *,
    max_results: int | None = None,
    next_token: str | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    there = [*internet_associations(call), *call.mine(ResolverRuleAssociation)]
    rows = filtered(there, filters, _ASSOCIATION_FILTERS)
    some, token = paged(rows, usual(max_results), next_token)
    return Answer(
        present(
            ResolverRuleAssociations=[_association(row) for row in some],
            MaxResults=usual(max_results),
            NextToken=token,
        )
    )


def _parse_domain(text: str | None) -> str:
    if not text:
        raise InvalidParameterException("A rule is for a domain. Give DomainName.")
    try:
        return canonical(text)
    except ValueError as error:
        raise InvalidParameterException(f"{error} in '{text[:256]}'.") from None


def _parse_target(one: Mapping[str, Any]) -> TargetAddress:
    for name in sorted(set(one) - {"Ip", "Port", "Protocol"}):
        raise InvalidParameterException(
            f"{name} of a target is not offered here, and is not ignored. Leave it out."
        )
    ip, port, protocol = one.get("Ip", ""), one.get("Port", 53), one.get("Protocol", "Do53")
    try:
        IPv4Address(ip)
    except ValueError:
        raise InvalidParameterException(
            f"'{ip}' is no IPv4 address to forward to. Others are not offered here yet."
        ) from None
    if port < 1:
        raise InvalidParameterException(f"Port {port} is no target's. Give one from 1.")
    return TargetAddress(ip=ip, port=port, protocol=protocol)


def _check_way(call: Call, rule: ResolverRule) -> None:
    """Raise when a rule's type and where it leads do not go together."""
    if rule.rule_type == SYSTEM:
        if rule.targets or rule.resolver_endpoint_id:
            raise InvalidRequestException(
                f"A {SYSTEM} rule leads nowhere. Leave TargetIps and ResolverEndpointId out."
            )
        return
    if not 1 <= len(rule.targets) <= MOST_TARGETS:
        raise InvalidRequestException(
            f"A {FORWARD} rule has 1 to {MOST_TARGETS} target IPs, not {len(rule.targets)}."
        )
    if not rule.resolver_endpoint_id:
        raise InvalidRequestException(f"A {FORWARD} rule has a ResolverEndpointId. Give it.")
    endpoint = need(call, ResolverEndpoint, rule.resolver_endpoint_id)
    if endpoint.direction != "OUTBOUND":
        raise InvalidRequestException(
            f"{endpoint.id} is {endpoint.direction}, and a rule forwards by an OUTBOUND one."
        )


def _shown(rule: ResolverRule) -> dict[str, Any]:
    if rule.id == INTERNET_RESOLVER:
        return shown_internet_rule(rule)
    targets = [{"Ip": t.ip, "Port": t.port, "Protocol": t.protocol} for t in rule.targets]
    return present(
        Id=rule.id,
        CreatorRequestId=rule.creator_request_id,
        Arn=arn_of(rule),
        DomainName=rule.domain_name,
        Status="COMPLETE",
        StatusMessage="",
        RuleType=rule.rule_type,
        Name=rule.rule_name,
        TargetIps=targets or None,
        ResolverEndpointId=rule.resolver_endpoint_id,
        OwnerId=rule.account,
        ShareStatus="NOT_SHARED",
        CreationTime=time(rule.created_at),
        ModificationTime=time(rule.modified_at),
    )


def _association(row: ResolverRuleAssociation) -> dict[str, Any]:
    return present(
        Id=row.id,
        ResolverRuleId=row.rule_id,
        Name=row.association_name,
        VPCId=row.vpc_id,
        Status="COMPLETE",
        StatusMessage="",
    )
