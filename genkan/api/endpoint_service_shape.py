"""An endpoint service as its owner sees it, and what its filters read."""

from collections.abc import Iterable, Mapping
from typing import Any

from genkan.api.output import present
from genkan.api.selection import Values
from genkan.api.tagging import shown
from genkan.model.catalogue.regions import REGIONS
from genkan.model.endpoint_service import EndpointService, PrivateDnsName
from genkan.model.vpc_endpoint import VpcEndpointType

AVAILABLE = "Available"
SERVICE_OWNER = "ServiceOwner"

FILTERS: Mapping[str, Values[EndpointService]] = {
    "service-name": lambda row: [row.service_name],
    "service-id": lambda row: [row.id],
    "service-state": lambda row: [AVAILABLE],
    "supported-ip-address-types": lambda row: row.ip_address_types,
}


def service_configuration(service: EndpointService) -> dict[str, Any]:
    """Give a service as DescribeVpcEndpointServiceConfigurations does."""
    network = service.service_type is VpcEndpointType.INTERFACE
    arns = list(service.load_balancers)
    return present(
        ServiceType=[{"ServiceType": service.service_type.value}],
        ServiceId=service.id,
        ServiceName=service.service_name,
        ServiceState=AVAILABLE,
        AvailabilityZoneIds=zone_ids(service.region, service.zones),
        AvailabilityZones=list(service.zones),
        AcceptanceRequired=service.acceptance_required,
        ManagesVpcEndpoints=False,
        NetworkLoadBalancerArns=arns if network else None,
        GatewayLoadBalancerArns=None if network else arns,
        SupportedIpAddressTypes=list(service.ip_address_types),
        BaseEndpointDnsNames=base_names(service),
        PrivateDnsName=service.private_dns.name if service.private_dns else None,
        PrivateDnsNameConfiguration=_private_dns(service.private_dns),
        PayerResponsibility=SERVICE_OWNER if service.owner_pays else None,
        Tags=shown(service.tags),
        SupportedRegions=[
            {"Region": region, "ServiceState": AVAILABLE} for region in service.regions
        ],
        RemoteAccessEnabled=any(region != service.region for region in service.regions),
    )


def base_names(service: EndpointService) -> list[str]:
    """Give what names of endpoints end in; those to gateway load balancers have no names."""
    return [service.base_name] if service.service_type is VpcEndpointType.INTERFACE else []


def zone_ids(region: str, zones: Iterable[str]) -> list[str]:
    """Give the ids of zones, which mean the same place in every account."""
    known = {zone.name: zone.id for zone in REGIONS[region].zones} if region in REGIONS else {}
    return [known[zone] for zone in zones if zone in known]


def _private_dns(private: PrivateDnsName | None) -> dict[str, Any]:
    """Give the proof that is asked for; without a name an empty element, as in AWS."""
    if private is None:
        return {}
    return {
        "State": private.state.value,
        "Type": "TXT",
        "Value": private.value,
        "Name": private.record,
    }
