"""Which security group or rule a request means. A name means a group of the default VPC alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from genkan.api.call import Call
from genkan.api.default_vpc import need_default_vpc
from genkan.api.ids import need, unknown_part
from genkan.model.errors import (
    InvalidParameterCombination,
    MissingParameter,
    NotFound,
)
from genkan.model.resource import Resource
from genkan.model.security_group import Direction, SecurityGroup, SecurityGroupRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow(Resource):
    """A rule as a row that filters can read, and the group that holds it."""

    kind: ClassVar[str] = "security-group-rule"

    group: SecurityGroup
    rule: SecurityGroupRule


def need_group(call: Call, group_id: str | None, group_name: str | None) -> SecurityGroup:
    """Give the group that a request names by either parameter.

    Raises MissingParameter, InvalidParameterCombination, Malformed, NotFound.
    """
    if group_id and group_name:
        raise InvalidParameterCombination(
            "The parameters groupId and groupName cannot be used together. Leave one of them out."
        )
    if group_id:
        return need(call, SecurityGroup, group_id)
    if group_name:
        return need_group_by_name(call, group_name)
    raise MissingParameter("The request must contain the parameter groupName or groupId.")


def need_group_by_name(call: Call, name: str) -> SecurityGroup:
    """Give the default VPC's group of this name. Raises NotFound, VpcIdNotSpecified."""
    vpc = need_default_vpc(call)
    for group in call.network.where(SecurityGroup, vpc_id=vpc.id):
        if group.group_name == name:
            return group
    raise NotFound(
        "InvalidGroup.NotFound",
        f"The security group '{name}' does not exist in default VPC '{vpc.id}'. "
        "A group of another VPC is named by its id.",
    )


def rule_rows(call: Call) -> list[RuleRow]:
    """Give every rule of the caller's groups, group by group."""
    return [
        RuleRow(
            id=rule.id,
            account=group.account,
            region=group.region,
            tags=rule.tags,
            group=group,
            rule=rule,
        )
        for group in call.mine(SecurityGroup)
        for rule in group.rules
    ]


def need_rules(call: Call, names: Iterable[str]) -> list[RuleRow]:
    """Give the caller's rules with these ids, each once. Raises Malformed, NotFound."""
    rows = {row.id: row for row in rule_rows(call)}
    asked = list(dict.fromkeys(names))
    for name in asked:
        if name not in rows:
            raise unknown_part("sgr", name)
    return [rows[name] for name in asked]


def need_rules_of(
    group: SecurityGroup, direction: Direction | None, names: Sequence[str]
) -> list[SecurityGroupRule]:
    """Give the rules of one group (and direction) with these ids. Raises Malformed, NotFound."""
    rules = {
        rule.id: rule for rule in group.rules if direction is None or rule.direction is direction
    }
    asked = list(dict.fromkeys(names))
    for name in asked:
        if name not in rules:
            raise unknown_part("sgr", name)
    return [rules[name] for name in asked]
