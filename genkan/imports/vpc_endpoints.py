"""VPC endpoints, and the services behind them that neither the catalogue nor the dump has."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from genkan.imports.dump import Told
from genkan.imports.members import (
    Row,
    Unusable,
    choice,
    inner,
    instant,
    optional,
    rows,
    tags,
    text,
    texts,
    truth,
)
from genkan.imports.notes import NoteCode
from genkan.imports.reading import Reading
from genkan.model.catalogue.services import find_service
from genkan.model.endpoint_service import service_id_of
from genkan.model.hosted_service import HostedService, hosted_service_id
from genkan.model.network import Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.vpc_endpoint import (
    SERVICE_DEFINED,
    VpcEndpoint,
    VpcEndpointState,
    VpcEndpointType,
)

EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
DEFAULT_POLICIES = (  # of interface endpoints, and of gateway endpoints
    {"Statement": [EVERYTHING]},
    {"Version": "2008-10-17", "Statement": [EVERYTHING]},
)
OLD_STATES = {"pending-acceptance": "pendingAcceptance"}
GONE = (VpcEndpointState.DELETING,)
INTERFACES = {
    VpcEndpointType.INTERFACE: InterfaceType.VPC_ENDPOINT,
    VpcEndpointType.GATEWAY_LOAD_BALANCER: InterfaceType.GATEWAY_LOAD_BALANCER_ENDPOINT,
}
HTTPS = 443
DNS_TYPES = ("ipv4", "ipv6", "dualstack", SERVICE_DEFINED)


def read_vpc_endpoints(reading: Reading, network: Network) -> Iterator[Resource]:
    """Give the endpoints, their interfaces as theirs, and services that are elsewhere."""
    elsewhere: dict[str, HostedService] = {}
    for one in reading.each("VpcEndpoints", lambda told: _endpoint(reading, network, told)):
        yield one
        for name in one.network_interface_ids:
            interface = network.get(NetworkInterface, name)
            if interface:
                yield replace(interface, interface_type=INTERFACES[one.endpoint_type])
        service = _elsewhere(reading, one)
        if service:
            elsewhere.setdefault(service.id, service)
    yield from elsewhere.values()


def _endpoint(reading: Reading, network: Network, told: Told) -> VpcEndpoint | None:
    row = told.row
    account, region = reading.where(told)
    name = text(row, "VpcEndpointId")
    of_type = _type(reading, name, row)
    state = optional(row, "State") or ""
    state_row = {"State": OLD_STATES.get(state.lower(), state)}
    if of_type is None:
        return None
    interfaces = _interfaces(reading, network, name, row)
    subnets = [one.subnet_id for one in interfaces] or list(texts(row, "SubnetIds"))
    options = inner(row, "DnsOptions")
    service_region = optional(row, "ServiceRegion")
    return VpcEndpoint(
        id=name,
        account=account,
        region=region,
        tags=tags(row),
        vpc_id=text(row, "VpcId"),
        service_name=text(row, "ServiceName"),
        endpoint_type=of_type,
        state=choice(VpcEndpointState, state_row, "State"),
        created_at=instant(row, "CreationTimestamp"),
        dns_suffix=_suffix(name, row),
        hosted_zone_id=_hidden_zone(name, row),
        subnet_ids=tuple(subnets),
        group_ids=tuple(text(one, "GroupId") for one in rows(row, "Groups")),
        network_interface_ids=tuple(one.id for one in interfaces),
        private_dns_enabled=truth(row, "PrivateDnsEnabled"),
        policy=_policy(of_type, row),
        route_table_ids=texts(row, "RouteTableIds"),
        dns_record_type=_record_type(of_type, row),
        ip_address_type=optional(row, "IpAddressType") or "ipv4",
        private_dns_inbound_only=truth(options, "PrivateDnsOnlyForInboundResolverEndpoint"),
        service_region=service_region if service_region != region else None,
    )


def _type(reading: Reading, name: str, row: Row) -> VpcEndpointType | None:
    """Give an endpoint's type; the oldest answers have none, and are of gateway endpoints."""
    said = optional(row, "VpcEndpointType")
    if said is None:
        gateway = bool(texts(row, "RouteTableIds")) or not texts(row, "SubnetIds")
        return VpcEndpointType.GATEWAY if gateway else VpcEndpointType.INTERFACE
    found = next((one for one in VpcEndpointType if one.value.lower() == said.lower()), None)
    if found is None:
        reading.note(
            name,
            NoteCode.UNSUPPORTED_COMPONENT,
            f"It was left out: endpoints of type {said} are not in the model. Ways through it "
            "are not known.",
        )
    return found


def _interfaces(reading: Reading, network: Network, name: str, row: Row) -> list[NetworkInterface]:
    """Give an endpoint's interfaces in the order of its subnets."""
    order = {subnet: at for at, subnet in enumerate(texts(row, "SubnetIds"))}
    found = []
    for one in texts(row, "NetworkInterfaceIds"):
        interface = network.get(NetworkInterface, one)
        if interface:
            found.append(interface)
            continue
        reading.note(
            one,
            NoteCode.UNKNOWN_RESOURCE,
            f"{name} has it, and it is described nowhere, so its address is not known. Add "
            "describe-network-interfaces.",
        )
    return sorted(found, key=lambda one: order.get(one.subnet_id, len(order)))


def _suffix(name: str, row: Row) -> str:
    for entry in rows(row, "DnsEntries"):
        found = re.match(rf"(?:\*\.)?{re.escape(name)}-([a-z0-9]{{8}})[.-]", text(entry, "DnsName"))
        if found:
            return found[1]
    return ""


def _private_entries(name: str, row: Row) -> Iterator[Row]:
    """Give the names that are the service's, not the endpoint's own."""
    yield from (one for one in rows(row, "DnsEntries") if name not in text(one, "DnsName"))


def _hidden_zone(name: str, row: Row) -> str:
    first = next(_private_entries(name, row), {})
    return optional(first, "HostedZoneId") or ""


def _policy(of_type: VpcEndpointType, row: Row) -> str | None:
    """Give the policy as it is, None for the default one. Raises Unusable."""
    held = row.get("PolicyDocument")
    document = json.dumps(held) if isinstance(held, dict) else held
    if not isinstance(document, str) or not document:
        return None
    try:
        read = json.loads(document)
    except json.JSONDecodeError as error:
        raise Unusable(f"its PolicyDocument is no JSON: {error}") from error
    gateway = of_type is VpcEndpointType.GATEWAY
    return None if read == DEFAULT_POLICIES[gateway] else document


def _record_type(of_type: VpcEndpointType, row: Row) -> str | None:
    """Give the record type where it is not the default one."""
    said = optional(inner(row, "DnsOptions"), "DnsRecordIpType")
    gateway = of_type is VpcEndpointType.GATEWAY
    default = SERVICE_DEFINED if gateway else optional(row, "IpAddressType") or "ipv4"
    return said if said in DNS_TYPES and said != default else None


def _elsewhere(reading: Reading, endpoint: VpcEndpoint) -> HostedService | None:
    """Give what stands for a service that is in another account, or newer than the catalogue: it
    answers at the port of HTTPS, by the names that the endpoint shows."""
    name, region = endpoint.service_name, endpoint.region
    service_id = service_id_of(name)
    if endpoint.endpoint_type is not VpcEndpointType.INTERFACE:
        return None
    if find_service(name, region) or reading.dump.get("ServiceConfigurations", service_id):
        return None
    reading.note(
        name,
        NoteCode.UNKNOWN_RESOURCE,
        f"It is described nowhere, so behind {endpoint.id} it was taken to answer at TCP port "
        f"{HTTPS} and at no other. Add the provider's account, or read other ports with care.",
    )
    told = reading.dump.get("VpcEndpoints", endpoint.id)
    private = _private_entries(endpoint.id, told.row) if told else ()
    code = name.removeprefix(f"com.amazonaws.{region}.")
    return HostedService(
        id=hosted_service_id(region, code),
        account=endpoint.account,
        region=region,
        code=service_id or code,
        ports=(HTTPS,),
        host="",
        host_port=0,
        private_names=tuple(text(one, "DnsName") for one in private),
    )
