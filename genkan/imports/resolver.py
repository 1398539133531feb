"""Route 53 Resolver's endpoints and rules, and which VPCs follow them."""

from collections.abc import Iterator

from genkan.imports.dump import Told
from genkan.imports.members import Row, choice, instant, ipv4, number, optional, rows, text, texts
from genkan.imports.notes import NoteCode
from genkan.imports.reading import Reading
from genkan.model.domain_names import canonical
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.resolver import (
    ResolverAddress,
    ResolverEndpoint,
    ResolverEndpointState,
    ResolverRule,
    ResolverRuleAssociation,
    TargetAddress,
)
from genkan.model.resource import Resource

SYSTEM_DEFAULT = "Internet Resolver"  # the rule for everything else, which follows from nothing
DNS_PORT = 53


def read_resolver(reading: Reading, network: Network) -> Iterator[Resource]:
    """Give endpoints, rules and their associations."""
    yield from reading.each("ResolverEndpoints", lambda told: _endpoint(reading, network, told))
    yield from reading.each("ResolverRules", lambda told: _rule(reading, told))
    yield from reading.each("ResolverRuleAssociations", lambda told: _association(reading, told))


def _endpoint(reading: Reading, network: Network, told: Told) -> ResolverEndpoint:
    row = told.row
    account, region = _where(reading, told)
    name = text(row, "Id")
    held = reading.dump.about("IpAddresses", name)
    if held is None:
        reading.note(
            name,
            NoteCode.UNKNOWN_RESOURCE,
            "Its addresses are nowhere, so it was taken to have none. Add "
            "list-resolver-endpoint-ip-addresses, with its id beside the answer.",
        )
    return ResolverEndpoint(
        id=name,
        account=account,
        region=region,
        vpc_id=text(row, "HostVPCId"),
        direction=text(row, "Direction"),
        state=choice(ResolverEndpointState, row, "Status", ResolverEndpointState.OPERATIONAL),
        creator_request_id=optional(row, "CreatorRequestId") or name,
        created_at=instant(row, "CreationTime"),
        modified_at=instant(row, "ModificationTime"),
        addresses=tuple(
            one for held_row in held or () if (one := _address(network, name, held_row))
        ),
        group_ids=texts(row, "SecurityGroupIds"),
        endpoint_name=optional(row, "Name"),
        protocols=texts(row, "Protocols") or ("Do53",),
    )


def _where(reading: Reading, told: Told) -> tuple[str, str]:
    """Give the account and Region in its ARN, or else those of what is around it."""
    parts = (optional(told.row, "Arn") or "").split(":")
    account, region = reading.where(told)
    known = len(parts) > 4 and parts[4].isdigit()
    return (parts[4], parts[3]) if known else (account, region)


def _address(network: Network, endpoint: str, row: Row) -> ResolverAddress | None:
    ip, subnet_id = ipv4(row, "Ip"), text(row, "SubnetId")
    worn = [
        one
        for one in network.where(NetworkInterface, subnet_id=subnet_id)
        if ip in one.private_addresses
    ]
    if not worn:
        return None
    return ResolverAddress(
        id=optional(row, "IpId") or f"rni-{endpoint}",
        subnet_id=subnet_id,
        ip=ip,
        network_interface_id=worn[0].id,
        created_at=instant(row, "CreationTime"),
    )


def _is_autodefined(row: Row) -> bool:
    return row.get("Name") == SYSTEM_DEFAULT or row.get("RuleType") == "RECURSIVE"


def _rule(reading: Reading, told: Told) -> ResolverRule | None:
    row = told.row
    if _is_autodefined(row):
        return None
    account, region = _where(reading, told)
    return ResolverRule(
        id=text(row, "Id"),
        account=account,
        region=region,
        domain_name=canonical(text(row, "DomainName")),
        rule_type=text(row, "RuleType"),
        creator_request_id=optional(row, "CreatorRequestId") or text(row, "Id"),
        created_at=instant(row, "CreationTime"),
        modified_at=instant(row, "ModificationTime"),
        rule_name=optional(row, "Name"),
        resolver_endpoint_id=optional(row, "ResolverEndpointId"),
        targets=tuple(
            TargetAddress(
                ip=text(one, "Ip"),
                port=number(one, "Port") or DNS_PORT,
                protocol=optional(one, "Protocol") or "Do53",
            )
            for one in rows(row, "TargetIps")
            if optional(one, "Ip")
        ),
    )


def _association(reading: Reading, told: Told) -> ResolverRuleAssociation | None:
    row = told.row
    rule = reading.dump.get("ResolverRules", optional(row, "ResolverRuleId"))
    if rule is None or _is_autodefined(rule.row):
        return None
    account, region = reading.where(
        Told({**row, "VpcId": row.get("VPCId")}, told.source, told.account, told.region)
    )
    return ResolverRuleAssociation(
        id=text(row, "Id"),
        account=account,
        region=region,
        rule_id=text(row, "ResolverRuleId"),
        vpc_id=text(row, "VPCId"),
        association_name=optional(row, "Name"),
    )
