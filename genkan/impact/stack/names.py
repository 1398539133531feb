"""The calls for hosted zones, record sets, health checks and Resolver's endpoints and rules."""

from collections.abc import Mapping
from typing import Any

from genkan.impact.stack.stacking import Make, Wanted
from genkan.imports.cloudformation import Unresolved

ROUTE53, RESOLVER = "route53", "route53resolver"
SAME = (
    "Name",
    "Type",
    "TTL",
    "SetIdentifier",
    "Weight",
    "Region",
    "Failover",
    "GeoLocation",
    "MultiValueAnswer",
    "HealthCheckId",
)


def hosted_zone(wanted: Wanted) -> None:
    vpcs = wanted.value("VPCs") or []
    if wanted.resource.properties.get("VPCs") and not vpcs:
        raise Unresolved("in which VPCs it answers is not known")
    number = wanted.order(
        "CreateHostedZone",
        ROUTE53,
        Name=wanted.value("Name"),
        CallerReference=wanted.resource.name,
        VPC=vpcs[0] if vpcs else None,
        HostedZoneConfig=wanted.known("HostedZoneConfig"),
    )
    name = wanted.answer(number, "HostedZone.Id")
    for one in vpcs[1:]:
        wanted.order("AssociateVPCWithHostedZone", ROUTE53, HostedZoneId=name, VPC=one)
    wanted.made(name, Id=name)


def record_set(wanted: Wanted) -> None:
    row = wanted.given(*SAME, "AliasTarget", "ResourceRecords")
    _changed(wanted, _zone(wanted), [row])
    wanted.made(row["Name"])


def record_set_group(wanted: Wanted) -> None:
    _changed(wanted, _zone(wanted), wanted.blocks("RecordSets"))
    wanted.made(wanted.resource.name)


def _changed(wanted: Wanted, zone: str, rows: list[dict[str, Any]]) -> None:
    changes = [{"Action": "CREATE", "ResourceRecordSet": _set(one)} for one in rows]
    if changes:
        wanted.order(
            "ChangeResourceRecordSets",
            ROUTE53,
            HostedZoneId=zone,
            ChangeBatch={"Changes": changes},
        )


def _zone(wanted: Wanted) -> str:
    """Give the zone of records; one that is meant by its name is one of the same template."""
    found = wanted.value("HostedZoneId")
    if found:
        return str(found)
    name = str(wanted.value("HostedZoneName") or "").removesuffix(".")
    for other in wanted.stacking.template.resources.values():
        if other.type == "AWS::Route53::HostedZone" and name:
            said = Wanted(wanted.stacking, other).value("Name")
            if str(said).removesuffix(".") == name:
                return str(wanted.stacking.ref(other.name))
    raise Unresolved(f"the zone {name} is not in the template: name it by its id")


def _set(row: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: row[name] for name in SAME if row.get(name) not in (None, "")}
    values = row.get("ResourceRecords")
    if values:
        several = values if isinstance(values, list) else [values]
        made["ResourceRecords"] = [{"Value": str(one)} for one in several]
    alias = row.get("AliasTarget")
    if isinstance(alias, dict):
        held = alias.get("EvaluateTargetHealth")
        made["AliasTarget"] = {**alias, "EvaluateTargetHealth": False if held is None else held}
    return made


def health_check(wanted: Wanted) -> None:
    number = wanted.order(
        "CreateHealthCheck",
        ROUTE53,
        CallerReference=wanted.resource.name,
        HealthCheckConfig=wanted.value("HealthCheckConfig"),
    )
    name = wanted.answer(number, "HealthCheck.Id")
    wanted.made(name, HealthCheckId=name)


def resolver_endpoint(wanted: Wanted) -> None:
    number = wanted.order(
        "CreateResolverEndpoint",
        RESOLVER,
        CreatorRequestId=wanted.resource.name,
        **wanted.given("Direction", "IpAddresses", "SecurityGroupIds", "Name", "Protocols"),
        ResolverEndpointType=wanted.value("ResolverEndpointType"),
        Tags=wanted.tags(),
    )
    name = wanted.answer(number, "ResolverEndpoint.Id")
    wanted.made(name, ResolverEndpointId=name)


def resolver_rule(wanted: Wanted) -> None:
    number = wanted.order(
        "CreateResolverRule",
        RESOLVER,
        CreatorRequestId=wanted.resource.name,
        **wanted.given("RuleType", "DomainName", "Name", "ResolverEndpointId", "TargetIps"),
        Tags=wanted.tags(),
    )
    name = wanted.answer(number, "ResolverRule.Id")
    wanted.made(name, ResolverRuleId=name)


def rule_association(wanted: Wanted) -> None:
    number = wanted.order(
        "AssociateResolverRule",
        RESOLVER,
        ResolverRuleId=wanted.value("ResolverRuleId"),
        VPCId=wanted.value("VPCId"),
        Name=wanted.value("Name"),
    )
    wanted.made(wanted.answer(number, "ResolverRuleAssociation.Id"))


MAKES: dict[str, Make] = {
    "AWS::Route53::HealthCheck": health_check,
    "AWS::Route53::HostedZone": hosted_zone,
    "AWS::Route53::RecordSet": record_set,
    "AWS::Route53::RecordSetGroup": record_set_group,
    "AWS::Route53Resolver::ResolverEndpoint": resolver_endpoint,
    "AWS::Route53Resolver::ResolverRule": resolver_rule,
    "AWS::Route53Resolver::ResolverRuleAssociation": rule_association,
}
