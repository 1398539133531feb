"""Items of AWS Config → the answers that describe calls would give.

A snapshot or a history as Config delivers it to S3, what GetResourceConfigHistory and
BatchGetResourceConfig answer, and the Results of SelectResourceConfig. An item's configuration is
what the resource's describe call says with small first letters, or, of younger types, what
CloudFormation calls it; as JSON, or as a text of it. Of several items about one resource the latest
counts; what it says is deleted is not there. "Components of a Configuration Item" and
"Supported Resource Types" in the AWS Config guide.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from genkan.imports.documents import Document
from genkan.imports.members import Row, inner, optional, rows, texts
from genkan.imports.notes import Note, NoteCode

ITEMS = ("configurationItems", "baseConfigurationItems", "BaseConfigurationItems")
RESULTS = "Results"
DELETED = ("ResourceDeleted", "ResourceDeletedNotRecorded")
UNRECORDED = ("ResourceNotRecorded",)
GLOBAL = "global"
Translated = tuple[str, Row]  # the member of an answer, and a row of it


def is_config(content: Mapping[str, Any]) -> bool:
    """Tell what Config says by what is in it."""
    if any(isinstance(content.get(one), list) for one in ITEMS):
        return True
    return any("resourceType" in text for text in texts(content, RESULTS))


def described(documents: Iterable[Document]) -> tuple[list[Document], list[Note]]:
    """Give what describe calls would answer of the resources in all items of these documents."""
    notes: list[Note] = []
    latest: dict[tuple[str, str], tuple[Row, Document]] = {}
    for document in documents:
        for item in _items(document, notes):
            key = (str(item.get("resourceType")), str(item.get("resourceId")))
            before = latest.get(key)
            if before is None or _taken_at(before[0]) <= _taken_at(item):
                latest[key] = (item, document)
    found: dict[tuple[str, str | None, str | None], dict[str, list[Row]]] = {}
    more: list[Document] = []
    for item, document in latest.values():
        if optional(item, "configurationItemStatus") in (*DELETED, *UNRECORDED):
            continue
        account = optional(item, "awsAccountId") or optional(item, "accountId") or document.account
        region = optional(item, "awsRegion") or document.region
        place = (document.source, account, None if region == GLOBAL else region)
        for member, row in _translated(item, notes):
            found.setdefault(place, {}).setdefault(member, []).append(row)
        more += _about_one(item, document.source)
    told = [
        Document(source, answer, account=account, region=region)
        for (source, account, region), answer in found.items()
    ]
    return [*told, *more], notes


def _items(document: Document, notes: list[Note]) -> Iterator[Row]:
    for member in ITEMS:
        yield from rows(document.response, member)
    for text in texts(document.response, RESULTS):
        found = _read(text)
        if isinstance(found, dict):
            yield found
        else:
            notes.append(_unreadable(document.source, "one of its Results is no JSON"))


def _read(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _taken_at(item: Row) -> str:
    return str(item.get("configurationItemCaptureTime") or "")


def _translated(item: Row, notes: list[Note]) -> Iterator[Translated]:
    """Give the rows of an item's resource; None of types that carry no packet."""
    make = TYPES.get(str(item.get("resourceType")))
    if make is None:
        return
    about = str(item.get("resourceId") or item.get("resourceType"))
    held = item.get("configuration")
    read = _read(held) if isinstance(held, str) else held
    if not isinstance(read, dict):
        why = "its item has no configuration that can be read"
        notes.append(_unreadable(about, why))
        return
    row = dict(_folded(read))
    account = optional(item, "awsAccountId") or optional(item, "accountId")
    row.setdefault("OwnerId", account)
    for kind, member in CONTAINERS.items():
        name = next((optional(one, "resourceId") for one in _related(item, kind)), None)
        if name and not row.get(member):
            row[member] = name
    yield from make(row)


def _related(item: Row, kind: str) -> Iterator[Row]:
    return (one for one in rows(item, "relationships") if one.get("resourceType") == kind)


def _folded(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Give structures with members that begin with large letters, as answers have them."""
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _folded(one) for name, one in value.items()}
    return [_folded(one) for one in value] if isinstance(value, list) else value


def _unreadable(about: str, why: str) -> Note:
    return Note(about, NoteCode.UNREADABLE, f"It was left out: {why}. Take the snapshot again.")


def _as(member: str, **renamed: str) -> Callable[[Row], Iterator[Translated]]:
    """Give what takes a configuration as a row of an answer; `renamed`: its members' names there
    by those that CloudFormation has."""

    def make(row: Row) -> Iterator[Translated]:
        more = {name: row[of] for of, name in renamed.items() if of in row and name not in row}
        yield member, {**row, **more}

    return make


def _instance(row: Row) -> Iterator[Translated]:
    shown = {"ReservationId": f"r-{row.get('InstanceId')}", "OwnerId": row.get("OwnerId")}
    yield "Reservations", {**shown, "Instances": [row]}


def _security_group(row: Row) -> Iterator[Translated]:
    """A group: ranges of IPv4 stand there as texts, and a second time with what they are for."""
    made = dict(row)
    for member in ("IpPermissions", "IpPermissionsEgress"):
        if isinstance(row.get(member), list):
            made[member] = [_permission(one) for one in rows(row, member)]
    yield "SecurityGroups", made


def _permission(row: Row) -> Row:
    ranges = list(rows(row, "Ipv4Ranges")) or [{"CidrIp": one} for one in texts(row, "IpRanges")]
    return {**row, "IpRanges": ranges or list(rows(row, "IpRanges"))}


def _egress_only(row: Row) -> Iterator[Translated]:
    attached = list(rows(row, "Attachments")) or [{"VpcId": row.get("VpcId")}]
    name = row.get("EgressOnlyInternetGatewayId") or row.get("Id")
    shown = {"EgressOnlyInternetGatewayId": name, "Attachments": attached}
    yield "EgressOnlyInternetGateways", {**row, **shown}


def _dhcp_options(row: Row) -> Iterator[Translated]:
    if "DhcpConfigurations" in row:
        yield "DhcpOptions", row
        return
    told = {
        "domain-name": [one] if (one := optional(row, "DomainName")) else [],
        "domain-name-servers": list(texts(row, "DomainNameServers")),
        "ntp-servers": list(texts(row, "NtpServers")),
    }
    configurations = [
        {"Key": key, "Values": [{"Value": one} for one in values]}
        for key, values in told.items()
        if values
    ]
    yield "DhcpOptions", {**row, "DhcpConfigurations": configurations}


def _hosted_zone(row: Row) -> Iterator[Translated]:
    vpcs = list(rows(row, "VPCs"))
    config = {**inner(row, "HostedZoneConfig"), "PrivateZone": bool(vpcs)}
    name = f"{str(row.get('Name')).removesuffix('.')}."
    yield "HostedZones", {**row, "Name": name, "Config": config}


def _about_one(item: Row, source: str) -> Iterator[Document]:
    """Give what other calls answer about one resource, which only their request names."""
    kind = item.get("resourceType")
    held = item.get("configuration")
    read = _folded(_read(held) if isinstance(held, str) else held)
    row: Row = read if isinstance(read, dict) else {}
    if kind == "AWS::EC2::PrefixList":
        name = str(row.get("PrefixListId"))
        yield Document(source, {"Entries": row.get("Entries")}, {"PrefixListId": name})
    elif kind == "AWS::Route53::HostedZone":
        servers = list(texts(row, "NameServers"))
        yield Document(
            source,
            {
                "HostedZone": {"Id": row.get("Id")},
                "VPCs": list(rows(row, "VPCs")),
                "DelegationSet": {"NameServers": servers},
            },
        )
    elif kind == BALANCER:
        more = inner(item, "supplementaryConfiguration").get("LoadBalancerAttributes")
        attributes = _folded(_read(more) if isinstance(more, str) else more)
        if isinstance(attributes, list):
            arn = str(row.get("LoadBalancerArn"))
            yield Document(source, {"Attributes": attributes}, {"LoadBalancerArn": arn})
    elif kind == RESOLVER_ENDPOINT and "IpAddresses" in row:
        name = str(row.get("ResolverEndpointId") or row.get("Id"))
        addresses = {"IpAddresses": list(rows(row, "IpAddresses"))}
        yield Document(source, addresses, {"ResolverEndpointId": name})


BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
RESOLVER_ENDPOINT = "AWS::Route53Resolver::ResolverEndpoint"
# What a resource is in, where its configuration does not say it.
CONTAINERS = {"AWS::EC2::VPC": "VpcId", "AWS::EC2::Subnet": "SubnetId"}
TYPES: Mapping[str, Callable[[Row], Iterator[Translated]]] = {
    "AWS::EC2::VPC": _as("Vpcs"),
    "AWS::EC2::Subnet": _as("Subnets"),
    "AWS::EC2::RouteTable": _as("RouteTables"),
    "AWS::EC2::NetworkAcl": _as("NetworkAcls"),
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::NetworkInterface": _as("NetworkInterfaces"),
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::EIP": _as("Addresses"),
    "AWS::EC2::InternetGateway": _as("InternetGateways"),
    "AWS::EC2::EgressOnlyInternetGateway": _egress_only,
    "AWS::EC2::NatGateway": _as("NatGateways"),
    "AWS::EC2::VPCPeeringConnection": _as("VpcPeeringConnections"),
    "AWS::EC2::VPCEndpoint": _as("VpcEndpoints"),
    "AWS::EC2::VPCEndpointService": _as("ServiceConfigurations"),
    "AWS::EC2::PrefixList": _as("PrefixLists"),
    "AWS::EC2::DHCPOptions": _dhcp_options,
    BALANCER: _as("LoadBalancers"),
    "AWS::ElasticLoadBalancingV2::Listener": _as("Listeners"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": _as("TargetGroups", Name="TargetGroupName"),
    "AWS::Route53::HostedZone": _hosted_zone,
    RESOLVER_ENDPOINT: _as("ResolverEndpoints", ResolverEndpointId="Id"),
    "AWS::Route53Resolver::ResolverRule": _as("ResolverRules", ResolverRuleId="Id"),
    "AWS::Route53Resolver::ResolverRuleAssociation": _as(
        "ResolverRuleAssociations", ResolverRuleAssociationId="Id"
    ),
    # In no model; the reading of them says so.
    "AWS::EC2::TransitGateway": _as("TransitGateways"),
    "AWS::EC2::TransitGatewayAttachment": _as("TransitGatewayAttachments"),
    "AWS::EC2::TransitGatewayRouteTable": _as("TransitGatewayRouteTables"),
    "AWS::EC2::VPNConnection": _as("VpnConnections"),
    "AWS::EC2::CarrierGateway": _as("CarrierGateways"),
    "AWS::NetworkFirewall::Firewall": _as("Firewalls"),
}
