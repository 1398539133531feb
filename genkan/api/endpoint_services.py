"""Endpoint services that a caller sees as amazon's: those of the catalogue, each in its Region, and
those that the user added."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from genkan.model.catalogue.regions import REGIONS
from genkan.model.catalogue.services import CROSS_REGION, HOME, ROWS, CatalogueService
from genkan.model.endpoint_names import in_region
from genkan.model.errors import Refused
from genkan.model.hosted_service import HostedService, find_hosted
from genkan.model.network import Network

INTERFACE, GATEWAY = "Interface", "Gateway"


class InvalidServiceName(Refused):
    code = "InvalidServiceName"


@lru_cache(64)
def visible_services(region: str) -> Mapping[str, CatalogueService]:
    """Give a Region's services by name; one without a Region in its name is at home in one."""
    return {
        service_name(service, region): service
        for service in ROWS
        if "{region}" in service.service_name or region == HOME
    }


def need_service(network: Network, name: str, region: str) -> CatalogueService:
    """Give the service of this name in a Region. Raises InvalidServiceName."""
    hosted = find_hosted(network, name, region)
    service = hosted.described if hosted else visible_services(region).get(name)
    if service is None:
        raise InvalidServiceName(f"The Vpc Endpoint Service '{name}' does not exist")
    return service


def need_reached(network: Network, name: str, home: str, region: str) -> CatalogueService:
    """Give the service of this name at home in one Region, as endpoints of another one have it.

    Raises InvalidServiceName also for one that is not to be had across Regions.
    """
    if home == region:
        return need_service(network, name, region)
    service = remote_services(home).get(name)
    if service is None:
        raise InvalidServiceName(
            f"The Vpc Endpoint Service '{name}' does not exist in {home}, or cannot be had from "
            f"{region}. Those that can are {', '.join(sorted(CROSS_REGION))}."
        )
    return service


@lru_cache(64)
def remote_services(home: str) -> Mapping[str, CatalogueService]:
    """Give a Region's services by name that can be had from others: by interface endpoints."""
    return {
        name: replace(service, types=(INTERFACE,))
        for name, service in (visible_services(home) if home in REGIONS else {}).items()
        if service.code in CROSS_REGION
    }


def hosted_services(network: Network, region: str) -> Mapping[str, CatalogueService]:
    """Give the services that the user added in a Region, by name."""
    found = (one for one in network.all(HostedService) if one.region == region)
    return {one.service_name: one.described for one in found}


def service_name(service: CatalogueService, region: str) -> str:
    """Give the name that endpoints are made with."""
    (name,) = in_region((service.service_name,), region)
    return name


def private_names(service: CatalogueService, region: str) -> tuple[str, ...]:
    """Give the names that private DNS brings into a VPC."""
    return in_region(service.private_dns_names, region)


def address_types(service: CatalogueService) -> tuple[str, ...]:
    """Give the IP address types of a service: those with dual-stack names have IPv6 too."""
    names = service.private_dns_names
    dual = service.code == "s3" or any(name.endswith("api.aws") for name in names)
    return ("ipv4", "ipv6") if dual else ("ipv4",)


def has_both_kinds(service: CatalogueService) -> bool:
    """Tell whether there are gateway and interface endpoints for it, as for S3."""
    return {INTERFACE, GATEWAY} <= set(service.types)
