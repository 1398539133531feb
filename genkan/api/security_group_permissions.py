"""Permissions of security groups given and taken: authorize and revoke, inbound and outbound.

Inbound calls know an older form too, one permission in flat parameters (`CidrIp`, `IpProtocol` …).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.group_lookup import need_group, need_rules_of
from genkan.api.group_rules import (
    Permission,
    new_rule,
    permission_of,
    shown_revoked_rule,
    shown_rule,
    weight,
)
from genkan.api.ip_permissions import parse_permissions
from genkan.api.quotas import RULES, RulesPerSecurityGroupLimitExceeded, check_quota
from genkan.api.tagging import from_specifications
from genkan.model.errors import (
    InvalidParameterCombination,
    MissingParameter,
    NotFound,
    Refused,
)
from genkan.model.network import put
from genkan.model.security_group import Direction, SecurityGroup, SecurityGroupRule

Permissions = Sequence[Mapping[str, Any]]
EVERY_CLASSIC_PROTOCOL = (
    {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535},
    {"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535},
    {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1},
)


class InvalidPermissionDuplicate(Refused):
    code = "InvalidPermission.Duplicate"


def authorize_security_group_ingress(
    call: Call,
    *,
    group_id: str | None = None,
    group_name: str | None = None,
    ip_permissions: Permissions | None = None,
    ip_protocol: str | None = None,
    from_port: int | None = None,
    to_port: int | None = None,
    cidr_ip: str | None = None,
    source_security_group_name: str | None = None,
    source_security_group_owner_id: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    group = need_group(call, group_id, group_name)
    flat = _flat(ip_protocol, from_port, to_port, cidr_ip)
    flat += _flat_source(source_security_group_name, source_security_group_owner_id)
    permissions = _either(ip_permissions, flat)
    return _authorize(call, group, Direction.INGRESS, permissions, tag_specifications)


def authorize_security_group_egress(
    call: Call,
    *,
    group_id: str,
    ip_permissions: Permissions | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    group = need_group(call, group_id, None)
    permissions = _either(ip_permissions, [])
    return _authorize(call, group, Direction.EGRESS, permissions, tag_specifications)


def revoke_security_group_ingress(
    call: Call,
    *,
    group_id: str | None = None,
    group_name: str | None = None,
    ip_permissions: Permissions | None = None,
    security_group_rule_ids: Sequence[str] | None = None,
    ip_protocol: str | None = None,
    from_port: int | None = None,
    to_port: int | None = None,
    cidr_ip: str | None = None,
    source_security_group_name: str | None = None,
    source_security_group_owner_id: str | None = None,
) -> Answer:
    group = need_group(call, group_id, group_name)
    flat = _flat(ip_protocol, from_port, to_port, cidr_ip)
    flat += _flat_source(source_security_group_name, source_security_group_owner_id)
    if security_group_rule_ids:
        _refuse_both(ip_permissions or flat)
        return _revoke_by_id(group, Direction.INGRESS, security_group_rule_ids)
    return _revoke(call, group, Direction.INGRESS, _either(ip_permissions, flat))


def revoke_security_group_egress(
    call: Call,
    *,
    group_id: str,
    ip_permissions: Permissions | None = None,
    security_group_rule_ids: Sequence[str] | None = None,
) -> Answer:
    group = need_group(call, group_id, None)
    if security_group_rule_ids:
        _refuse_both(ip_permissions)
        return _revoke_by_id(group, Direction.EGRESS, security_group_rule_ids)
    return _revoke(call, group, Direction.EGRESS, _either(ip_permissions, []))


def _authorize(
    call: Call,
    group: SecurityGroup,
    direction: Direction,
    permissions: Permissions,
    tag_specifications: Sequence[Mapping[str, Any]] | None,
) -> Answer:
    tags = from_specifications("security-group-rule", tag_specifications)
    wanted = parse_permissions(call, group, permissions)
    rules = [rule for rule in group.rules if rule.direction is direction]
    peers = {permission.peer for permission, _ in wanted}
    there = {permission_of(rule) for rule in rules if rule.peer in peers}
    for permission, _ in wanted:
        if permission in there:
            raise InvalidPermissionDuplicate(
                f'the specified rule "{permission}" already exists. Leave it out.'
            )
    held = (*(rule.peer for rule in rules), *(permission.peer for permission, _ in wanted))
    count = sum(weight(call.network, peer) for peer in held)
    check_quota(call, count, RULES, RulesPerSecurityGroupLimitExceeded, "rules per security group")
    made = tuple(
        new_rule(call.new_id("sgr"), direction, permission, description, tags)
        for permission, description in wanted
    )
    return Answer(
        {
            "Return": True,
            "SecurityGroupRules": [shown_rule(call.network, group, rule) for rule in made],
        },
        put(replace(group, rules=group.rules + made)),
    )


def _revoke(
    call: Call, group: SecurityGroup, direction: Direction, permissions: Permissions
) -> Answer:
    there = _by_permission(group, direction)
    revoked = []
    held = {rule.peer for rule in group.rules}
    for permission, _ in parse_permissions(call, group, permissions, held):
        if permission not in there:
            raise NotFound(
                "InvalidPermission.NotFound",
                "The specified rule does not exist in this security group. "
                f'{group.id} has no {direction.value} rule "{permission}".',
            )
        revoked.append(there[permission])
    return _without(group, revoked)


def _revoke_by_id(group: SecurityGroup, direction: Direction, names: Sequence[str]) -> Answer:
    return _without(group, need_rules_of(group, direction, names))


def _without(group: SecurityGroup, revoked: Sequence[SecurityGroupRule]) -> Answer:
    gone = {rule.id for rule in revoked}
    left = tuple(rule for rule in group.rules if rule.id not in gone)
    shown = [shown_revoked_rule(group, rule) for rule in revoked]
    return Answer(
        {"Return": True, "RevokedSecurityGroupRules": shown}, put(replace(group, rules=left))
    )


def _by_permission(
    group: SecurityGroup, direction: Direction
) -> dict[Permission, SecurityGroupRule]:
    return {permission_of(rule): rule for rule in group.rules if rule.direction is direction}


def _either(permissions: Permissions | None, flat: Permissions) -> Permissions:
    """Give the one form that a request used."""
    if permissions and flat:
        raise InvalidParameterCombination(
            "The parameter 'ipPermissions' may not be used in combination with 'cidrIp', "
            "'ipProtocol' or 'sourceSecurityGroupName'. Put everything into ipPermissions."
        )
    if not permissions and not flat:
        raise MissingParameter("The request must contain the parameter ipPermissions.")
    return permissions or flat


def _refuse_both(permissions: Permissions | None) -> None:
    if permissions:
        raise InvalidParameterCombination(
            "The parameter 'securityGroupRuleIds' may not be used in combination with permissions. "
            "Revoke by one of the two."
        )


def _flat(
    protocol: str | None, first: int | None, last: int | None, cidr: str | None
) -> list[dict[str, Any]]:
    """Give the flat parameters as the permission they stand for."""
    ports = {"FromPort": first, "ToPort": last}
    if (protocol, first, last, cidr) == (None, None, None, None):
        return []
    return [{"IpProtocol": protocol, **ports, "IpRanges": [{"CidrIp": cidr}] if cidr else []}]


def _flat_source(name: str | None, owner: str | None) -> list[dict[str, Any]]:
    """Give what the flat form's group parameters stand for: that group, by every protocol."""
    if name is None:
        return []
    pair = {"GroupName": name, **({"UserId": owner} if owner else {})}
    return [{**one, "UserIdGroupPairs": [pair]} for one in EVERY_CLASSIC_PROTOCOL]
