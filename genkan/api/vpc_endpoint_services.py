"""Endpoint services that a caller may make endpoints for. A service with two types is two rows."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from genkan.api.address_types import IPV4
from genkan.api.call import Answer, Call
from genkan.api.endpoint_service_shape import SERVICE_OWNER, base_names, zone_ids
from genkan.api.endpoint_services import (
    INTERFACE,
    address_types,
    hosted_services,
    need_service,
    private_names,
    remote_services,
    visible_services,
)
from genkan.api.output import present
from genkan.api.provided_services import discovered, find_provided, need_provided
from genkan.api.selection import Values, matching, page
from genkan.api.tagging import shown
from genkan.model.catalogue.regions import REGIONS
from genkan.model.catalogue.services import CatalogueService
from genkan.model.endpoint_names import in_region
from genkan.model.endpoint_service import EndpointService, service_id_of
from genkan.model.resource import Resource

OWNER = "amazon"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ServiceRow(Resource):
    """A service and one of its types, as a row that filters can read; `id` is the ServiceId."""

    kind: ClassVar[str] = "vpc-endpoint-service"

    service: CatalogueService | EndpointService
    service_name: str
    service_type: str
    owner: str = OWNER


_FILTERS: Mapping[str, Values[_ServiceRow]] = {
    "owner": lambda row: [row.owner],
    "service-name": lambda row: [row.service_name],
    "service-region": lambda row: [row.region],
    "service-type": lambda row: [row.service_type],
    "supported-ip-address-types": lambda row: _address_types(row),
}


def describe_vpc_endpoint_services(
    call: Call,
    *,
    service_names: Sequence[str] | None = None,
    service_regions: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    """Give services and their names; the names on a page are those of the page's services."""
    asked = set(service_names or ())
    provided = {one for one in asked if service_id_of(one)}
    regions = list(dict.fromkeys(service_regions or (call.region,)))
    for name in asked - provided:
        if not any(name in remote_services(one) for one in regions if one != call.region):
            need_service(call.network, name, call.region)
    named_ones = [_need_in(call, name, regions) for name in sorted(provided)]
    own = [row for region in regions for row in _rows(call, region)]
    rows = [*own, *_provided_rows(named_ones or discovered(call, regions))]
    named = [row for row in rows if not service_names or row.service_name in service_names]
    some, token = page(matching(named, filters, _FILTERS), max_results, next_token)
    names = sorted({row.service_name for row in some})
    details = [_shown(row) for row in some]
    return Answer(present(ServiceNames=names, ServiceDetails=details, NextToken=token))


def _need_in(call: Call, name: str, regions: Sequence[str]) -> EndpointService:
    """Give a provider's service in one of these Regions. Raises InvalidServiceName."""
    service = find_provided(call.network, name)
    home = service.region if service and service.region in regions else call.region
    return need_provided(call, name, home)


def _rows(call: Call, region: str) -> list[_ServiceRow]:
    """Give the services of a Region that endpoints of the call's Region can lead to."""
    found = _own_services(call) if region == call.region else remote_services(region)
    return [
        _ServiceRow(
            id=_service_id(name, service_type),
            account=call.account,
            region=region,
            service=service,
            service_name=name,
            service_type=service_type,
        )
        for name, service in sorted(found.items())
        for service_type in service.types
    ]


def _own_services(call: Call) -> dict[str, CatalogueService]:
    return {**visible_services(call.region), **hosted_services(call.network, call.region)}


def _provided_rows(services: Iterable[EndpointService]) -> list[_ServiceRow]:
    return [
        _ServiceRow(
            id=service.id,
            account=service.account,
            region=service.region,
            tags=service.tags,
            service=service,
            service_name=service.service_name,
            service_type=service.service_type.value,
            owner=service.account,
        )
        for service in services
    ]


def _service_id(name: str, service_type: str) -> str:
    """Derive a service's id, the same on every machine."""
    digest = hashlib.sha256(f"{name}/{service_type}".encode()).hexdigest()
    return f"vpce-svc-{digest[:17]}"


def _shown(row: _ServiceRow) -> dict[str, Any]:
    service, region = row.service, row.region
    if isinstance(service, EndpointService):
        return _shown_provided(service)
    zones = REGIONS[region].zones if region in REGIONS else ()
    interface = row.service_type == INTERFACE
    private = private_names(service, region) if interface else ()
    public = (service.public_host,) if service.public_host else ()
    bases = service.base_endpoint_dns_names if interface or not public else public
    return present(
        ServiceName=row.service_name,
        ServiceId=row.id,
        ServiceType=[{"ServiceType": row.service_type}],
        ServiceRegion=region,
        AvailabilityZoneIds=[zone.id for zone in zones],
        AvailabilityZones=[zone.name for zone in zones],
        Owner=OWNER,
        BaseEndpointDnsNames=list(in_region(bases, region)),
        PrivateDnsName=private[0] if private else None,
        PrivateDnsNames=[{"PrivateDnsName": name} for name in private],
        PrivateDnsNameVerificationState="verified" if private else None,
        VpcEndpointPolicySupported=service.policy_supported is not False,
        AcceptanceRequired=False,
        ManagesVpcEndpoints=False,
        SupportedIpAddressTypes=_address_types(row),
        Tags=[],
    )


def _address_types(row: _ServiceRow) -> list[str]:
    if isinstance(row.service, EndpointService):
        return list(row.service.ip_address_types)
    return list(address_types(row.service)) if row.service_type == INTERFACE else [IPV4]


def _shown_provided(service: EndpointService) -> dict[str, Any]:
    private = service.private_dns
    return present(
        ServiceName=service.service_name,
        ServiceId=service.id,
        ServiceType=[{"ServiceType": service.service_type.value}],
        ServiceRegion=service.region,
        AvailabilityZoneIds=zone_ids(service.region, service.zones),
        AvailabilityZones=list(service.zones),
        Owner=service.account,
        BaseEndpointDnsNames=base_names(service),
        PrivateDnsName=private.name if private else None,
        PrivateDnsNames=[{"PrivateDnsName": private.name}] if private else [],
        PrivateDnsNameVerificationState=private.state.value if private else None,
        VpcEndpointPolicySupported=False,
        AcceptanceRequired=service.acceptance_required,
        ManagesVpcEndpoints=False,
        PayerResponsibility=SERVICE_OWNER if service.owner_pays else None,
        SupportedIpAddressTypes=list(service.ip_address_types),
        Tags=shown(service.tags),
    )
