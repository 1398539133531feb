"""Hosted zones and record sets, and Resolver's rules, of a state."""

from collections.abc import Iterator
from typing import Any

from genkan.imports.documents import Document
from genkan.imports.members import Row, optional, rows, texts
from genkan.imports.terraform.rows import Rows, arn_part, present

ZONE, RECORD = "aws_route53_zone", "aws_route53_record"
RESOLVER_ENDPOINT = "aws_route53_resolver_endpoint"


def documents(state: Rows) -> Iterator[Document]:
    """Give the answers about a state's names."""
    for row in state.of(ZONE):
        name = str(row["id"])
        vpcs = [*rows(row, "vpc"), *state.where("aws_route53_zone_association", "zone_id", name)]
        region = arn_part(next(state.of("aws_vpc"), {}), 3)
        zone: dict[str, Any] = {
            "Id": name,
            "Name": f"{str(row.get('name')).removesuffix('.')}.",
            "Config": present(PrivateZone=bool(vpcs), Comment=row.get("comment")),
        }
        held = {
            str(one.get("vpc_id")): {
                "VPCId": one.get("vpc_id"),
                "VPCRegion": optional(one, "vpc_region") or region,
            }
            for one in vpcs
        }
        yield state.document({"HostedZones": [zone]})
        yield state.document(
            {
                "HostedZone": zone,
                "VPCs": list(held.values()),
                "DelegationSet": {"NameServers": list(texts(row, "name_servers"))},
            }
        )
        yield state.document(
            {
                "ResourceRecordSets": [
                    *_own_record_sets(zone["Name"], row),
                    *(_record_set(row, one) for one in state.where(RECORD, "zone_id", name)),
                ]
            },
            HostedZoneId=name,
        )
    for row in state.of(RESOLVER_ENDPOINT):
        yield state.document(
            {"IpAddresses": [_resolver_address(one) for one in rows(row, "ip_address")]},
            ResolverEndpointId=str(row["id"]),
        )
    yield state.document(
        {
            "ResolverEndpoints": [_resolver_endpoint(row) for row in state.of(RESOLVER_ENDPOINT)],
            "ResolverRules": [_rule(row) for row in state.of("aws_route53_resolver_rule")],
            "ResolverRuleAssociations": [
                present(
                    Id=row["id"],
                    ResolverRuleId=row.get("resolver_rule_id"),
                    VPCId=row.get("vpc_id"),
                )
                for row in state.of("aws_route53_resolver_rule_association")
            ],
        }
    )


def _own_record_sets(name: str, row: Row) -> Iterator[Row]:
    """Give the two that a zone is made with; "SOA and NS records" in Route 53's guide."""
    servers = texts(row, "name_servers")
    if not servers:
        return
    named = [f"{one.removesuffix('.')}." for one in servers]
    primary = optional(row, "primary_name_server") or servers[0]
    soa = f"{primary.removesuffix('.')}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    for of, ttl, values in (("NS", 172_800, named), ("SOA", 900, [soa])):
        yield {
            "Name": name,
            "Type": of,
            "TTL": ttl,
            "ResourceRecords": [{"Value": one} for one in values],
        }


def _record_set(zone: Row, row: Row) -> Row:
    alias = next(rows(row, "alias"), {})
    name = optional(row, "fqdn") or f"{row.get('name')}.{zone.get('name')}"
    weighted = next(rows(row, "weighted_routing_policy"), {})
    latency = next(rows(row, "latency_routing_policy"), {})
    failover = next(rows(row, "failover_routing_policy"), {})
    return present(
        Name=name,
        Type=row.get("type"),
        TTL=None if alias else row.get("ttl"),
        ResourceRecords=[{"Value": _value(row, one)} for one in texts(row, "records")],
        AliasTarget=present(
            HostedZoneId=alias.get("zone_id"),
            DNSName=alias.get("name"),
            EvaluateTargetHealth=alias.get("evaluate_target_health"),
        ),
        SetIdentifier=row.get("set_identifier"),
        Weight=weighted.get("weight"),
        Region=latency.get("region"),
        Failover=failover.get("type"),
        MultiValueAnswer=row.get("multivalue_answer_routing_policy"),
    )


def _value(row: Row, value: str) -> str:
    """Give a value as Route 53 has it: the provider takes the quotes off a text."""
    return f'"{value}"' if row.get("type") in ("TXT", "SPF") else value


def _resolver_endpoint(row: Row) -> Row:
    return present(
        Id=row["id"],
        Arn=row.get("arn"),
        Name=row.get("name"),
        Direction=row.get("direction"),
        HostVPCId=row.get("host_vpc_id"),
        SecurityGroupIds=sorted(texts(row, "security_group_ids")),
        Protocols=sorted(texts(row, "protocols")),
        Status="OPERATIONAL",
    )


def _resolver_address(row: Row) -> Row:
    return present(Ip=row.get("ip"), IpId=row.get("ip_id"), SubnetId=row.get("subnet_id"))


def _rule(row: Row) -> Row:
    return present(
        Id=row["id"],
        Arn=row.get("arn"),
        Name=row.get("name"),
        DomainName=row.get("domain_name"),
        RuleType=row.get("rule_type"),
        ResolverEndpointId=row.get("resolver_endpoint_id"),
        TargetIps=[
            present(Ip=one.get("ip"), Port=one.get("port"), Protocol=one.get("protocol"))
            for one in rows(row, "target_ip")
        ],
    )
