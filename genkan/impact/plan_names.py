"""The calls for hosted zones and record sets, and for Resolver's endpoints and rules."""

import re
from typing import Any

from genkan.impact.plan import PlannedChange, Planning, Unresolved

ROUTE53, RESOLVER = "route53", "route53resolver"
UPSERT, GONE = "UPSERT", "DELETE"
# Of a routing policy's block: the member of a record set, and the attribute.
POLICIES = {
    "weighted_routing_policy": ("Weight", "weight"),
    "latency_routing_policy": ("Region", "region"),
    "failover_routing_policy": ("Failover", "type"),
}
TEXTS = ("TXT", "SPF")
ZONE_ID = re.compile(r"^/hostedzone/")


def create_zone(planning: Planning, change: PlannedChange) -> None:
    vpcs = [_vpc(planning, one) for one in planning.blocks(change, "vpc")]
    name = planning.value(change, "name")
    number = planning.order(
        "CreateHostedZone",
        ROUTE53,
        Name=name,
        CallerReference=change.address,
        VPC=vpcs[0] if vpcs else None,
    )
    of = "HostedZone.Id"
    planning.answered(change, number, id=of, zone_id=of)
    planning.stands(change, name=name)
    for one in vpcs[1:]:
        _associate(planning, f"{{{number}.{of}}}", one)


def _vpc(planning: Planning, block: dict[str, Any]) -> dict[str, Any]:
    """Give a VPC with its Region, the provider's where the block says none."""
    region = block.get("vpc_region") or planning.region
    if not block.get("vpc_id") or not region:
        raise Unresolved("in which VPC it answers is not in the plan")
    return {"VPCId": block["vpc_id"], "VPCRegion": region}


def update_zone(planning: Planning, change: PlannedChange) -> None:
    held = {one.get("vpc_id") for one in change.before.get("vpc") or ()}
    blocks = planning.blocks(change, "vpc")
    for one in blocks:
        if one.get("vpc_id") not in held:
            _associate(planning, change.before["id"], _vpc(planning, one))
    wanted = {one.get("vpc_id") for one in blocks}
    for one in change.before.get("vpc") or ():
        if one.get("vpc_id") not in wanted:
            _leave(planning, change.before["id"], _vpc(planning, one))


def _associate(planning: Planning, zone: str, vpc: dict[str, Any]) -> None:
    planning.order("AssociateVPCWithHostedZone", ROUTE53, HostedZoneId=zone, VPC=vpc)


def _leave(planning: Planning, zone: str, vpc: dict[str, Any]) -> None:
    planning.order("DisassociateVPCFromHostedZone", ROUTE53, HostedZoneId=zone, VPC=vpc)


def associate_zone(planning: Planning, change: PlannedChange) -> None:
    said = {name: planning.value(change, name) for name in ("vpc_id", "vpc_region")}
    _associate(planning, planning.value(change, "zone_id"), _vpc(planning, said))


def leave_zone(planning: Planning, change: PlannedChange) -> None:
    _leave(planning, change.before["zone_id"], _vpc(planning, dict(change.before)))


def delete_zone(planning: Planning, change: PlannedChange) -> None:
    planning.order("DeleteHostedZone", ROUTE53, Id=change.before["id"])


def put_record(planning: Planning, change: PlannedChange) -> None:
    zone = planning.value(change, "zone_id")
    names = ("type", "ttl", "set_identifier", "health_check_id", "records")
    row = {name: planning.value(change, name) for name in names}
    row["alias"] = planning.blocks(change, "alias")
    row["name"] = _whole(planning, change, zone)
    row["multivalue_answer_routing_policy"] = change.after.get("multivalue_answer_routing_policy")
    for policy in POLICIES:
        row[policy] = planning.blocks(change, policy)
    if any(change.after.get(one) for one in ("geolocation_routing_policy", "cidr_routing_policy")):
        raise Unresolved("its routing policy is not read")
    _changed(planning, zone, UPSERT, row)


def _whole(planning: Planning, change: PlannedChange, zone: str) -> str:
    """Give a record's whole name: the provider adds the zone's where it is not there."""
    name = str(planning.value(change, "name") or "").removesuffix(".")
    of_zone = planning.name_of(zone).removesuffix(".")
    if not name:
        return of_zone
    return name if name == of_zone or name.endswith(f".{of_zone}") else f"{name}.{of_zone}"


def delete_record(planning: Planning, change: PlannedChange) -> None:
    row = {**change.before, "name": change.before.get("fqdn") or change.before.get("name")}
    _changed(planning, change.before["zone_id"], GONE, row)


def _changed(planning: Planning, zone: str, action: str, row: dict[str, Any]) -> None:
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": _set(row)}]}
    planning.order("ChangeResourceRecordSets", ROUTE53, HostedZoneId=zone, ChangeBatch=batch)


def _set(row: dict[str, Any]) -> dict[str, Any]:
    quoted = row["type"] in TEXTS
    made: dict[str, Any] = {
        "Name": row["name"],
        "Type": row["type"],
        "SetIdentifier": row.get("set_identifier"),
        "HealthCheckId": row.get("health_check_id"),
        "MultiValueAnswer": row.get("multivalue_answer_routing_policy") or None,
    }
    for policy, (member, attribute) in POLICIES.items():
        held = next(iter(row.get(policy) or ()), None)
        made[member] = held.get(attribute) if held else None
    alias = next(iter(row.get("alias") or ()), None)
    if alias:
        made["AliasTarget"] = {
            "HostedZoneId": ZONE_ID.sub("", str(alias.get("zone_id"))),
            "DNSName": alias.get("name"),
            "EvaluateTargetHealth": bool(alias.get("evaluate_target_health")),
        }
    else:
        made["TTL"] = row.get("ttl")
        made["ResourceRecords"] = [
            {"Value": f'"{one}"' if quoted else one} for one in row.get("records") or ()
        ]
    return {name: value for name, value in made.items() if value not in (None, "", [])}


def create_resolver_endpoint(planning: Planning, change: PlannedChange) -> None:
    addresses = [
        {
            name: one[attribute]
            for name, attribute in (("SubnetId", "subnet_id"), ("Ip", "ip"), ("Ipv6", "ipv6"))
            if one.get(attribute)
        }
        for one in planning.blocks(change, "ip_address")
    ]
    number = planning.order(
        "CreateResolverEndpoint",
        RESOLVER,
        CreatorRequestId=change.address,
        Name=planning.value(change, "name"),
        Direction=planning.value(change, "direction"),
        SecurityGroupIds=planning.value(change, "security_group_ids"),
        IpAddresses=addresses,
        Protocols=planning.value(change, "protocols"),
        ResolverEndpointType=planning.value(change, "resolver_endpoint_type"),
    )
    planning.answered(change, number, id="ResolverEndpoint.Id")


def create_resolver_rule(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "CreateResolverRule",
        RESOLVER,
        CreatorRequestId=change.address,
        Name=planning.value(change, "name"),
        RuleType=planning.value(change, "rule_type"),
        DomainName=planning.value(change, "domain_name"),
        ResolverEndpointId=planning.value(change, "resolver_endpoint_id"),
        TargetIps=_targets(planning, change),
    )
    planning.answered(change, number, id="ResolverRule.Id")


def update_resolver_rule(planning: Planning, change: PlannedChange) -> None:
    endpoint = planning.value(change, "resolver_endpoint_id")
    moved = endpoint != change.before.get("resolver_endpoint_id")
    planning.order(
        "UpdateResolverRule",
        RESOLVER,
        ResolverRuleId=change.before["id"],
        Config={
            name: value
            for name, value in (
                ("Name", planning.value(change, "name")),
                ("TargetIps", _targets(planning, change)),
                ("ResolverEndpointId", endpoint if moved else None),
            )
            if value
        },
    )


def _targets(planning: Planning, change: PlannedChange) -> list[dict[str, Any]]:
    members = (("Ip", "ip"), ("Ipv6", "ipv6"), ("Port", "port"), ("Protocol", "protocol"))
    return [
        {name: one[attribute] for name, attribute in members if one.get(attribute)}
        for one in planning.blocks(change, "target_ip")
    ]


def associate_rule(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "AssociateResolverRule",
        RESOLVER,
        ResolverRuleId=planning.value(change, "resolver_rule_id"),
        VPCId=planning.value(change, "vpc_id"),
        Name=planning.value(change, "name"),
    )
    planning.answered(change, number, id="ResolverRuleAssociation.Id")


def leave_rule(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "DisassociateResolverRule",
        RESOLVER,
        ResolverRuleId=change.before["resolver_rule_id"],
        VPCId=change.before["vpc_id"],
    )


def deletes(operation: str, member: str) -> Any:  # noqa: ANN401
    def delete(planning: Planning, change: PlannedChange) -> None:
        planning.order(operation, RESOLVER, **{member: change.before["id"]})

    return delete


CREATES = {
    "aws_route53_zone": create_zone,
    "aws_route53_zone_association": associate_zone,
    "aws_route53_record": put_record,
    "aws_route53_resolver_endpoint": create_resolver_endpoint,
    "aws_route53_resolver_rule": create_resolver_rule,
    "aws_route53_resolver_rule_association": associate_rule,
}
UPDATES = {
    "aws_route53_zone": update_zone,
    "aws_route53_record": put_record,
    "aws_route53_resolver_rule": update_resolver_rule,
}
DELETES = {
    "aws_route53_record": delete_record,
    "aws_route53_zone_association": leave_zone,
    "aws_route53_zone": delete_zone,
    "aws_route53_resolver_rule_association": leave_rule,
    "aws_route53_resolver_rule": deletes("DeleteResolverRule", "ResolverRuleId"),
    "aws_route53_resolver_endpoint": deletes("DeleteResolverEndpoint", "ResolverEndpointId"),
}
