"""Security groups themselves: made, listed, deleted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.default_vpc import need_default_vpc
from genkan.api.group_lookup import need_group, need_group_by_name
from genkan.api.group_rules import allow_all_egress, with_ipv6_egress
from genkan.api.ids import need
from genkan.api.ip_permissions import ALLOWED_IN_TEXT, shown_permissions
from genkan.api.ip_protocols import shown_protocol
from genkan.api.output import present
from genkan.api.quotas import SECURITY_GROUPS, SecurityGroupLimitExceeded, check_quota
from genkan.api.selection import Values, page, select
from genkan.api.tagging import from_specifications, shown
from genkan.model.errors import (
    DependencyViolation,
    InvalidParameterValue,
    MissingParameter,
    Refused,
)
from genkan.model.network import delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint

LONGEST_TEXT = 255

GROUP_FILTERS: Mapping[str, Values[SecurityGroup]] = {
    "description": lambda group: [group.description],
    "group-id": lambda group: [group.id],
    "group-name": lambda group: [group.group_name],
    "vpc-id": lambda group: [group.vpc_id],
}

RULE_FILTERS = (
    "cidr",
    "from-port",
    "group-id",
    "group-name",
    "ipv6-cidr",
    "prefix-list-id",
    "protocol",
    "to-port",
    "user-id",
)


class InvalidGroupDuplicate(Refused):
    code = "InvalidGroup.Duplicate"


class CannotDelete(Refused):
    code = "CannotDelete"


def create_security_group(
    call: Call,
    *,
    group_name: str,
    description: str,
    vpc_id: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    name = group_name.strip()
    _check_name(name)
    if not description:
        raise MissingParameter("The request must contain the parameter GroupDescription.")
    _check_text("GroupDescription", description, "security group description")
    vpc = need(call, Vpc, vpc_id) if vpc_id else need_default_vpc(call)
    if any(call.network.where(SecurityGroup, vpc_id=vpc.id, group_name=name)):
        raise InvalidGroupDuplicate(
            f"The security group '{name}' already exists for VPC '{vpc.id}'. Choose another name."
        )
    count = len(call.mine(SecurityGroup)) + 1
    check_quota(call, count, SECURITY_GROUPS, SecurityGroupLimitExceeded, "security groups")
    group = SecurityGroup(
        id=call.new_id("sg"),
        account=call.account,
        region=call.region,
        tags=from_specifications("security-group", tag_specifications),
        vpc_id=vpc.id,
        group_name=name,
        description=description,
        rules=(allow_all_egress(call.new_id("sgr")),),
    )
    if vpc.ipv6_associations:
        group = with_ipv6_egress(group, call.new_id("sgr"))
    return Answer(
        {"GroupId": group.id, "Tags": shown(group.tags), "SecurityGroupArn": _arn(group)},
        put(group),
    )


def describe_security_groups(
    call: Call,
    *,
    group_ids: Sequence[str] | None = None,
    group_names: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    named = [need_group_by_name(call, name).id for name in group_names or ()]
    ids = [*(group_ids or ()), *named]
    table = {**GROUP_FILTERS, **_rule_filters(call)}
    groups = select(call, SecurityGroup, ids=ids, filters=filters, table=table)
    rows, token = page(groups, max_results, next_token, ids=ids)
    return Answer(present(SecurityGroups=[_shown(call, group) for group in rows], NextToken=token))


def delete_security_group(
    call: Call, *, group_id: str | None = None, group_name: str | None = None
) -> Answer:
    group = need_group(call, group_id, group_name)
    if group.is_default:
        raise CannotDelete(
            f'the specified group: "{group.id}" name: "default" cannot be deleted by a user. '
            "It goes with its VPC."
        )
    users = list(_users(call, group))
    if users:
        raise DependencyViolation(
            f"resource {group.id} has a dependent object: {', '.join(users)}. "
            "Take the group off them first."
        )
    return Answer({"Return": True, "GroupId": group.id}, delete(group))


def _check_name(name: str) -> None:
    if name == "default":
        raise InvalidParameterValue("Cannot use reserved security group name: default")
    if name.lower().startswith("sg-"):
        raise InvalidParameterValue(
            f"Value ({name}) for parameter GroupName is invalid. "
            "Group names may not be in the format sg-*."
        )
    _check_text("GroupName", name, "security group name")


def _check_text(parameter: str, text: str, what: str) -> None:
    if not text:
        raise InvalidParameterValue(
            f"Value () for parameter {parameter} is invalid. The parameter cannot be empty."
        )
    if not text.isascii():
        raise InvalidParameterValue(
            f"Value ({text}) for parameter {parameter} is invalid. "
            "Character sets beyond ASCII are not supported."
        )
    if len(text) > LONGEST_TEXT or not ALLOWED_IN_TEXT.issuperset(text):
        raise InvalidParameterValue(
            f"Invalid {what}. Valid values are strings less than 256 characters from the following "
            "set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        )


def _users(call: Call, group: SecurityGroup) -> Iterator[str]:
    """Give what wears `group`, and the other groups whose rules name it."""
    for interface in call.network.holding(NetworkInterface, group_ids=group.id):
        yield interface.id
    for endpoint in call.network.where(VpcEndpoint, vpc_id=group.vpc_id):
        if group.id in endpoint.group_ids:
            yield endpoint.id
    for other in call.network.where(SecurityGroup, vpc_id=group.vpc_id):
        if other.id != group.id and any(_names(rule, group) for rule in other.rules):
            yield other.id


def _names(rule: SecurityGroupRule, group: SecurityGroup) -> bool:
    return isinstance(rule.peer, GroupPeer) and rule.peer.group_id == group.id


def _rule_filters(call: Call) -> dict[str, Values[SecurityGroup]]:
    """Give the filters on rules: `ip-permission.…` inbound, `egress.ip-permission.…` outbound."""
    table: dict[str, Values[SecurityGroup]] = {}
    for prefix, direction in (("", Direction.INGRESS), ("egress.", Direction.EGRESS)):
        for name in RULE_FILTERS:
            table[f"{prefix}ip-permission.{name}"] = _rule_values(call, direction, name)
    return table


def _rule_values(call: Call, direction: Direction, name: str) -> Values[SecurityGroup]:
    def values(group: SecurityGroup) -> Iterable[str | None]:
        rules = (rule for rule in group.rules if rule.direction is direction)
        return [_facts(call, rule).get(name) for rule in rules]

    return values


def _facts(call: Call, rule: SecurityGroupRule) -> dict[str, str]:
    """Give what filters may ask of a rule."""
    facts = {"protocol": shown_protocol(rule.protocol)}
    if rule.ports:
        facts |= {"from-port": str(rule.ports.first), "to-port": str(rule.ports.last)}
    match rule.peer:
        case CidrPeer(cidr=IPv4Network() as cidr):
            facts["cidr"] = str(cidr)
        case CidrPeer(cidr=IPv6Network() as cidr):
            facts["ipv6-cidr"] = str(cidr)
        case GroupPeer(group_id=group_id, account=account):
            facts |= {"group-id": group_id, "user-id": account}
            named = call.network.get(SecurityGroup, group_id)
            facts |= {"group-name": named.group_name} if named else {}
    return facts


def _arn(group: SecurityGroup) -> str:
    return f"arn:aws:ec2:{group.region}:{group.account}:security-group/{group.id}"


def _shown(call: Call, group: SecurityGroup) -> dict[str, Any]:
    return {
        "GroupId": group.id,
        "IpPermissionsEgress": shown_permissions(call.network, group, Direction.EGRESS),
        "Tags": shown(group.tags),
        "VpcId": group.vpc_id,
        "SecurityGroupArn": _arn(group),
        "OwnerId": group.account,
        "GroupName": group.group_name,
        "Description": group.description,
        "IpPermissions": shown_permissions(call.network, group, Direction.INGRESS),
    }
