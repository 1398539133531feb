"""The calls for security groups: rules that stand in a group, and those that are resources."""

from collections.abc import Iterator
from typing import Any

from genkan.impact.plan import PlannedChange, Planning
from genkan.impact.plan_lookups import out_at_first

WAYS = ("ingress", "egress")
RULE_MEMBERS = (
    "ip_protocol",
    "from_port",
    "to_port",
    "cidr_ipv4",
    "cidr_ipv6",
    "prefix_list_id",
    "referenced_security_group_id",
)


def create_group(planning: Planning, change: PlannedChange) -> None:
    """A new group: the provider takes away the rule out that AWS gives it."""
    name = planning.value(change, "name") or change.address
    number = planning.order(
        "CreateSecurityGroup",
        GroupName=name,
        Description=planning.value(change, "description") or "Managed by Terraform",
        VpcId=planning.value(change, "vpc_id"),
    )
    planning.answered(change, number, id="GroupId")
    group = f"{{{number}.GroupId}}"
    out = out_at_first(planning, planning.value(change, "vpc_id"), group)
    planning.order("RevokeSecurityGroupEgress", GroupId=group, IpPermissions=out)
    for way in WAYS:
        rules = planning.blocks(change, way)
        authorize(planning, way, group, list(permissions_of(rules, group)))


def update_group(planning: Planning, change: PlannedChange) -> None:
    group = change.before["id"]
    for way in WAYS:
        new = planning.blocks(change, way)
        held = list(permissions_of(change.before.get(way) or [], group))
        wanted = list(permissions_of(new, group))
        gone = [one for one in held if one not in wanted]
        if gone:
            _order_of(planning, "Revoke", way, group, gone)
        authorize(planning, way, group, [one for one in wanted if one not in held])


def create_rule(planning: Planning, change: PlannedChange) -> None:
    """A rule of the older kind, `aws_security_group_rule`."""
    group = planning.value(change, "security_group_id")
    source = planning.value(change, "source_security_group_id")
    rule = {name: planning.value(change, name) for name in change.after}
    rule["security_groups"] = [source] if source else []
    authorize(planning, str(rule["type"]), group, list(permissions_of([rule], group)))


def delete_rule(planning: Planning, change: PlannedChange) -> None:
    rule = dict(change.before)
    source = rule.get("source_security_group_id")
    rule["security_groups"] = [source] if source else []
    group = rule["security_group_id"]
    permissions = list(permissions_of([rule], group))
    _order_of(planning, "Revoke", str(rule["type"]), group, permissions)


def create_rule_of(way: str) -> Any:  # noqa: ANN401
    """Give what makes a rule that is a resource of its own, one way."""

    def create(planning: Planning, change: PlannedChange) -> None:
        group = planning.value(change, "security_group_id")
        rule = {name: planning.value(change, name) for name in RULE_MEMBERS}
        authorize(planning, way, group, [_own_permission(rule)])

    return create


def update_rule_of(way: str) -> Any:  # noqa: ANN401
    def update(planning: Planning, change: PlannedChange) -> None:
        rule = {name: planning.value(change, name) for name in RULE_MEMBERS}
        if any(rule[name] != change.before.get(name) for name in RULE_MEMBERS):
            delete_rule_of(way)(planning, change)
            group = change.before["security_group_id"]
            authorize(planning, way, group, [_own_permission(rule)])

    return update


def delete_rule_of(way: str) -> Any:  # noqa: ANN401
    def delete(planning: Planning, change: PlannedChange) -> None:
        group = change.before["security_group_id"]
        _order_of(planning, "Revoke", way, group, [_own_permission(change.before)])

    return delete


def delete_group(planning: Planning, change: PlannedChange) -> None:
    planning.order("DeleteSecurityGroup", GroupId=change.before["id"])


def authorize(planning: Planning, way: str, group: str, permissions: list[Any]) -> None:
    if permissions:
        _order_of(planning, "Authorize", way, group, permissions)


def _order_of(planning: Planning, what: str, way: str, group: str, permissions: list[Any]) -> None:
    planning.order(
        f"{what}SecurityGroup{way.capitalize()}", GroupId=group, IpPermissions=permissions
    )


def permissions_of(rules: list[Any], group: str) -> Iterator[dict[str, Any]]:
    """Give a permission for each peer of rules that stand in a group."""
    for rule in rules:
        protocol = str(rule.get("protocol"))
        ports = _ports(protocol, rule)
        peers = [
            *(("IpRanges", {"CidrIp": one}) for one in rule.get("cidr_blocks") or ()),
            *(("Ipv6Ranges", {"CidrIpv6": one}) for one in rule.get("ipv6_cidr_blocks") or ()),
            *(
                ("PrefixListIds", {"PrefixListId": one})
                for one in rule.get("prefix_list_ids") or ()
            ),
            *(("UserIdGroupPairs", {"GroupId": one}) for one in rule.get("security_groups") or ()),
            *((("UserIdGroupPairs", {"GroupId": group}),) if rule.get("self") else ()),
        ]
        for member, peer in peers:
            yield {"IpProtocol": protocol, **ports, member: [peer]}


def _lists(rule: Any) -> list[str]:  # noqa: ANN401 - JSON
    return list(rule.get("prefix_list_ids") or ())


def _own_permission(rule: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Give the permission of a rule that is a resource: it has one peer."""
    protocol = str(rule.get("ip_protocol"))
    given = {
        "IpRanges": ("CidrIp", rule.get("cidr_ipv4")),
        "Ipv6Ranges": ("CidrIpv6", rule.get("cidr_ipv6")),
        "PrefixListIds": ("PrefixListId", rule.get("prefix_list_id")),
        "UserIdGroupPairs": ("GroupId", rule.get("referenced_security_group_id")),
    }
    peers = {member: [{key: value}] for member, (key, value) in given.items() if value}
    return {"IpProtocol": protocol, **_ports(protocol, rule), **peers}


def _ports(protocol: str, rule: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if protocol == "-1":
        return {}
    held = {"FromPort": rule.get("from_port"), "ToPort": rule.get("to_port")}
    return {name: value for name, value in held.items() if value is not None}


CREATES = {
    "aws_security_group": create_group,
    "aws_security_group_rule": create_rule,
    "aws_vpc_security_group_ingress_rule": create_rule_of("ingress"),
    "aws_vpc_security_group_egress_rule": create_rule_of("egress"),
}
UPDATES = {
    "aws_security_group": update_group,
    "aws_vpc_security_group_ingress_rule": update_rule_of("ingress"),
    "aws_vpc_security_group_egress_rule": update_rule_of("egress"),
}
DELETES = {
    "aws_security_group_rule": delete_rule,
    "aws_vpc_security_group_ingress_rule": delete_rule_of("ingress"),
    "aws_vpc_security_group_egress_rule": delete_rule_of("egress"),
    "aws_security_group": delete_group,
}
