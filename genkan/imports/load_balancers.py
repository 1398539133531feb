"""Network and gateway load balancers with their listeners and targets, and the endpoint services
on them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from genkan.imports.dump import Told
from genkan.imports.members import (
    BEGINNING,
    Row,
    Unusable,
    choice,
    inner,
    instant,
    number,
    optional,
    rows,
    tags,
    text,
    texts,
    truth,
)
from genkan.imports.notes import NoteCode
from genkan.imports.reading import Reading
from genkan.model.endpoint_service import (
    DnsNameState,
    EndpointConnection,
    EndpointService,
    PrivateDnsName,
    ServicePermission,
)
from genkan.model.load_balancer import (
    Attributes,
    Forward,
    HealthCheck,
    Listener,
    LoadBalancer,
    LoadBalancerState,
    LoadBalancerType,
    Target,
    TargetGroup,
    TargetType,
)
from genkan.model.network import Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.target_health import TargetHealth, target_health_id
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType

INTERFACES = {
    LoadBalancerType.NETWORK: InterfaceType.NETWORK_LOAD_BALANCER,
    LoadBalancerType.GATEWAY: InterfaceType.GATEWAY_LOAD_BALANCER,
}
GENEVE, GENEVE_PORT = "GENEVE", 6081
LISTENS = ("TCP", "UDP", "TLS", "TCP_UDP")  # of network load balancers, here
NUMBERS = (".count", ".percentage", "timeout_seconds", "timeout.seconds")  # attributes that are one
TRAFFIC_PORT = "traffic-port"
NOT_MEASURED = ("initial", "unused", "unavailable")
DRAINING = "draining"
NOT_FOUND = "not-a-target"
KNOWN_TARGETS = tuple(one.value for one in TargetType)


def read_load_balancers(reading: Reading, network: Network) -> Iterator[Resource]:
    """Give load balancers, their interfaces as theirs, listeners, target groups, and what was
    measured of targets."""
    known = set()
    for one in reading.each("LoadBalancers", lambda told: _balancer(reading, network, told)):
        known.add(one.id)
        yield one
        for name in one.network_interface_ids:
            interface = network.get(NetworkInterface, name)
            if interface:
                yield replace(interface, interface_type=INTERFACES[one.type])
    for listener in reading.each("Listeners", lambda told: _listener(reading, told)):
        if listener.load_balancer in known:
            yield listener
    for group in reading.each("TargetGroups", lambda told: _target_group(reading, told)):
        yield group
        yield from _measured(reading, group)


def read_endpoint_services(reading: Reading, network: Network) -> Iterator[Resource]:
    """Give endpoint services, who may use them, and the connections to them."""
    services = list(reading.each("ServiceConfigurations", lambda told: _service(reading, told)))
    yield from services
    for service in services:
        yield from _permissions(reading, service)
        for endpoint in network.where(VpcEndpoint, service_name=service.service_name):
            yield _connection(service, endpoint)


def _where(reading: Reading, told: Told, arn: str) -> tuple[str, str]:
    """Give the account and Region in an ARN, which say more than what is around it."""
    parts = arn.split(":")
    if len(parts) < 6:
        raise Unusable(f"its ARN, {arn!r}, is none")
    _, region = reading.where(replace(told, region=parts[3] or told.region))
    return parts[4], parts[3] or region


def _balancer(reading: Reading, network: Network, told: Told) -> LoadBalancer | None:
    row = told.row
    arn = text(row, "LoadBalancerArn")
    said = (optional(row, "Type") or "").lower()
    if said not in (one.value for one in LoadBalancerType):
        return None  # application load balancers are interfaces of the VPC, and no more
    account, region = _where(reading, told, arn)
    of_type = LoadBalancerType(said)
    zones = list(rows(row, "AvailabilityZones"))
    subnets = tuple(text(one, "SubnetId") for one in zones)
    return LoadBalancer(
        id=arn,
        account=account,
        region=region,
        tags=tags(row),
        load_balancer_name=text(row, "LoadBalancerName"),
        type=of_type,
        internal=optional(row, "Scheme") != "internet-facing",
        vpc_id=text(row, "VpcId"),
        state=choice(LoadBalancerState, inner(row, "State"), "Code", LoadBalancerState.ACTIVE),
        created_at=instant(row, "CreatedTime"),
        subnet_ids=subnets,
        network_interface_ids=_interfaces(reading, network, arn, subnets),
        fixed_subnet_ids=tuple(
            text(one, "SubnetId")
            for one in zones
            if any("PrivateIPv4Address" in held for held in rows(one, "LoadBalancerAddresses"))
        ),
        group_ids=texts(row, "SecurityGroups"),
        enforces_groups_on_private_link=optional(
            row, "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
        )
        != "off",
        attributes=_attributes(reading, arn),
        ip_address_type=optional(row, "IpAddressType") or "ipv4",
    )


def _interfaces(
    reading: Reading, network: Network, arn: str, subnets: tuple[str, ...]
) -> tuple[str, ...]:
    """Give a load balancer's interfaces, which it names itself in, in the order of its subnets."""
    path = arn.partition(":loadbalancer/")[2]
    found = {
        one.subnet_id: one.id for one in network.where(NetworkInterface, description=f"ELB {path}")
    }
    for subnet in subnets:
        if subnet not in found:
            reading.note(
                arn,
                NoteCode.UNKNOWN_RESOURCE,
                f"Its interface in {subnet} is described nowhere, so it was taken to have none "
                "there. Add describe-network-interfaces.",
            )
    return tuple(found[one] for one in subnets if one in found)


def _attributes(reading: Reading, arn: str) -> Attributes:
    held = reading.dump.about("Attributes", arn)
    if held is None:
        reading.note(
            arn,
            NoteCode.ASSUMED_DEFAULT,
            "Its attributes are nowhere, so AWS's defaults were taken. Add "
            "describe-load-balancer-attributes or describe-target-group-attributes, with its ARN "
            "beside the answer.",
        )
    told = sorted((text(one, "Key"), str(one.get("Value") or "")) for one in held or ())
    for key, value in told:
        if not _may_be(key, value):
            raise Unusable(f"its attribute {key}, {value!r}, is no number")
    return tuple(told)


def _may_be(key: str, value: str) -> bool:
    return not key.endswith(NUMBERS) or value == "off" or (value.isascii() and value.isdecimal())


def _listener(reading: Reading, told: Told) -> Listener | None:
    row = told.row
    arn = text(row, "ListenerArn")
    balancer = text(row, "LoadBalancerArn")
    of = reading.dump.get("LoadBalancers", balancer)
    if of is None or ":listener/app/" in arn:
        return None
    said = optional(row, "Protocol") or GENEVE
    known = (GENEVE,) if optional(of.row, "Type") == "gateway" else LISTENS
    if said not in known:
        why = f"It was left out: listeners of {said} are not in the model. Ways are not known."
        reading.note(arn, NoteCode.UNSUPPORTED_COMPONENT, why)
        return None
    account, region = _where(reading, told, arn)
    actions = [one for one in rows(row, "DefaultActions") if one.get("Type") == "forward"]
    return Listener(
        id=arn,
        account=account,
        region=region,
        tags=tags(row),
        load_balancer=balancer,
        protocol=said,
        port=number(row, "Port") or GENEVE_PORT,
        forwards=tuple(one for action in actions for one in _forwards(action)),
        certificates=tuple(text(one, "CertificateArn") for one in rows(row, "Certificates")),
        ssl_policy=optional(row, "SslPolicy"),
        alpn_policy=next(iter(texts(row, "AlpnPolicy")), None),
    )


def _forwards(action: Row) -> Iterator[Forward]:
    several = list(rows(inner(action, "ForwardConfig"), "TargetGroups"))
    for one in several or [action]:
        weight = number(one, "Weight")
        yield Forward(
            target_group=text(one, "TargetGroupArn"), weight=1 if weight is None else weight
        )


def _target_group(reading: Reading, told: Told) -> TargetGroup | None:
    row = told.row
    arn = text(row, "TargetGroupArn")
    kind = optional(row, "TargetType") or "instance"
    if kind not in KNOWN_TARGETS or optional(row, "ProtocolVersion"):
        return None  # of application load balancers, or functions
    account, region = _where(reading, told, arn)
    port = number(row, "Port") or GENEVE_PORT
    return TargetGroup(
        id=arn,
        account=account,
        region=region,
        tags=tags(row),
        target_group_name=text(row, "TargetGroupName"),
        protocol=text(row, "Protocol"),
        port=port,
        vpc_id=text(row, "VpcId"),
        target_type=TargetType(kind),
        health_check=_health_check(row),
        ip_address_type=optional(row, "IpAddressType") or "ipv4",
        targets=tuple(
            _target(one, port)
            for one in _healths(reading, arn)
            if inner(one, "TargetHealth").get("State") != DRAINING
        ),
        attributes=_attributes(reading, arn),
    )


def _health_check(row: Row) -> HealthCheck:
    port = optional(row, "HealthCheckPort")
    protocol = optional(row, "HealthCheckProtocol") or "TCP"
    web = protocol != "TCP"
    return HealthCheck(
        protocol=protocol,
        port=number(row, "HealthCheckPort") if port and port != TRAFFIC_PORT else None,
        interval=number(row, "HealthCheckIntervalSeconds") or 30,
        timeout=number(row, "HealthCheckTimeoutSeconds") or 10,
        healthy_threshold=number(row, "HealthyThresholdCount") or 5,
        unhealthy_threshold=number(row, "UnhealthyThresholdCount") or 2,
        path=(optional(row, "HealthCheckPath") or "/") if web else None,
        matcher=(optional(inner(row, "Matcher"), "HttpCode") or "200-399") if web else None,
    )


def _healths(reading: Reading, arn: str) -> list[Row]:
    held = reading.dump.about("TargetHealthDescriptions", arn)
    if held is None:
        reading.note(
            arn,
            NoteCode.UNKNOWN_RESOURCE,
            "Its targets are nowhere, so it was taken to have none. Add describe-target-health, "
            "with its ARN beside the answer.",
        )
    return held or []


def _target(row: Row, port: int) -> Target:
    said = inner(row, "Target")
    return Target(
        id=text(said, "Id"),
        port=number(said, "Port") or port,
        zone=optional(said, "AvailabilityZone"),
    )


def _measured(reading: Reading, group: TargetGroup) -> Iterator[TargetHealth]:
    for one in reading.dump.about("TargetHealthDescriptions", group.id) or ():
        health = inner(one, "TargetHealth")
        state = optional(health, "State") or NOT_MEASURED[0]
        if state in (*NOT_MEASURED, DRAINING):
            continue
        target = _target(one, group.port)
        yield TargetHealth(
            id=target_health_id(group.id, target.id, target.port),
            account=group.account,
            region=group.region,
            vpc_id=group.vpc_id,
            target_group=group.id,
            healthy=state == "healthy",
            reason=optional(health, "Reason"),
            description=optional(health, "Description"),
        )


def _service(reading: Reading, told: Told) -> EndpointService | None:
    row = told.row
    arns = (*texts(row, "NetworkLoadBalancerArns"), *texts(row, "GatewayLoadBalancerArns"))
    of_type = optional(next(rows(row, "ServiceType"), {}), "ServiceType") or "Interface"
    parts = arns[0].split(":") if arns else ()
    account, region = reading.where(
        replace(told, row={**row, "OwnerId": parts[4]}) if parts else told
    )
    return EndpointService(
        id=text(row, "ServiceId"),
        account=account,
        region=region,
        tags=tags(row),
        service_type=VpcEndpointType(of_type),
        load_balancers=arns,
        zones=texts(row, "AvailabilityZones"),
        acceptance_required=truth(row, "AcceptanceRequired"),
        ip_address_types=texts(row, "SupportedIpAddressTypes") or ("ipv4",),
        regions=tuple(text(one, "Region") for one in rows(row, "SupportedRegions")) or (region,),
        private_dns=_private_dns(row),
        owner_pays=optional(row, "PayerResponsibility") == "ServiceOwner",
    )


def _private_dns(row: Row) -> PrivateDnsName | None:
    name = optional(row, "PrivateDnsName")
    if name is None:
        return None
    proof = inner(row, "PrivateDnsNameConfiguration")
    return PrivateDnsName(
        name=name,
        state=choice(DnsNameState, proof, "State", DnsNameState.PENDING_VERIFICATION),
        record=optional(proof, "Name") or "",
        value=optional(proof, "Value") or "",
    )


def _permissions(reading: Reading, service: EndpointService) -> Iterator[ServicePermission]:
    held: list[Any] = list(reading.dump.about("AllowedPrincipals", service.id) or ())
    for document in reading.dump.answers("AllowedPrincipals"):
        said = rows(document.response, "AllowedPrincipals")
        held += [one for one in said if one.get("ServiceId") == service.id and one not in held]
    for one in held:
        principal = optional(one, "Principal")
        if principal is None:
            reading.note(
                service.id, NoteCode.UNREADABLE, "One of those who may use it is not said."
            )
            continue
        yield ServicePermission(
            id=optional(one, "ServicePermissionId") or f"vpce-svc-perm-{service.id}-{principal}",
            account=service.account,
            region=service.region,
            service_id=service.id,
            principal=principal,
            principal_type=optional(one, "PrincipalType") or "All",
        )


def _connection(service: EndpointService, endpoint: VpcEndpoint) -> EndpointConnection:
    """Give an endpoint as the service's owner sees it."""
    return EndpointConnection(
        id=f"vpce-con-{endpoint.id.removeprefix('vpce-')}",
        account=service.account,
        region=service.region,
        service_id=service.id,
        endpoint_id=endpoint.id,
        endpoint_account=endpoint.account,
        created_at=endpoint.created_at or BEGINNING,
        endpoint_region=endpoint.region if endpoint.region != service.region else None,
        ip_address_type=endpoint.ip_address_type,
    )
