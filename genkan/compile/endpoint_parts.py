"""One endpoint → its parts: the way to what it leads to, its policy, its names.

Nothing here looks at another endpoint, so what one costs does not grow with the others.
"""

from collections.abc import Iterator

from genkan.compile import (
    endpoints,
    gateway_endpoints,
    inspected_endpoints,
    names,
    naming,
    service_endpoints,
)
from genkan.compile.part import Part
from genkan.model.catalogue.prefix_lists import list_of_service
from genkan.model.catalogue.services import CatalogueService, find_service
from genkan.model.endpoint_names import in_region
from genkan.model.hosted_service import find_any, find_hosted
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from genkan.program.address import Address

HAS_A_PATH = (VpcEndpointState.PENDING, VpcEndpointState.AVAILABLE)


def parts(network: Network, endpoint_id: str) -> Iterator[Part]:
    """Give the parts of an endpoint; none when it, or its VPC, is not there."""
    endpoint = network.get(VpcEndpoint, endpoint_id)
    vpc = network.get(Vpc, endpoint.vpc_id) if endpoint else None
    if endpoint is None or vpc is None:
        return
    if endpoint.endpoint_type is VpcEndpointType.GATEWAY:
        yield from _gateway(endpoint, vpc)
        return
    if endpoint.state in HAS_A_PATH:
        yield from _interface(network, endpoint, vpc)
    yield from inspected_endpoints.parts(network, endpoint)
    yield from service_endpoints.parts(network, vpc, endpoint)


def _gateway(endpoint: VpcEndpoint, vpc: Vpc) -> Iterator[Part]:
    listed = list_of_service(endpoint.service_name)
    service = find_service(endpoint.service_name, endpoint.region)
    if listed and service:
        yield Part(
            ("gateway-endpoint", endpoint.id),
            gateway_endpoints.compile_gateway_endpoint,
            (endpoint, vpc.cidrs, listed.blocks, f"{endpoint.region}/{service.code}"),
        )
        yield from _policy(endpoint)


def _interface(network: Network, endpoint: VpcEndpoint, vpc: Vpc) -> Iterator[Part]:
    service = find_any(network, endpoint.service_name, endpoint.home)
    if service is None:
        return
    hosted = find_hosted(network, endpoint.service_name, endpoint.home)
    interfaces = service_endpoints.interfaces_of(network, endpoint)
    for interface in interfaces:
        if hosted is not None:
            yield Part(
                ("hosted-interface", interface.id),
                endpoints.compile_hosted_interface,
                (endpoint, interface, hosted),
            )
            continue
        yield Part(
            ("endpoint-interface", interface.id),
            endpoints.compile_endpoint_interface,
            (endpoint, interface, f"{endpoint.home}/{service.code}"),
        )
    yield from _policy(endpoint)
    if endpoint.state is VpcEndpointState.AVAILABLE:
        yield from _names(endpoint, vpc, service, interfaces)


def _names(
    endpoint: VpcEndpoint, vpc: Vpc, service: CatalogueService, interfaces: list[NetworkInterface]
) -> Iterator[Part]:
    zonal = tuple((one.zone, at) for one in interfaces for at in _named(endpoint, one, False))
    bases = in_region(service.base_endpoint_dns_names, endpoint.home)
    yield Part(
        ("endpoint-public-names", endpoint.id),
        names.endpoint_names_public,
        (endpoint, bases, zonal),
    )
    if endpoint.private_dns_enabled and naming.has_private_names(vpc):
        addresses = tuple(at for one in interfaces for at in _named(endpoint, one, True))
        private = in_region(service.private_dns_names, endpoint.home)
        yield Part(
            ("endpoint-private-names", endpoint.id),
            names.endpoint_names_private,
            (endpoint, private, addresses),
        )


def _named(endpoint: VpcEndpoint, interface: NetworkInterface, private: bool) -> Iterator[Address]:
    return names.named_addresses(endpoint, interface, private=private)


def _policy(endpoint: VpcEndpoint) -> Iterator[Part]:
    if endpoint.policy is not None:
        yield Part(
            ("endpoint-policy", endpoint.id),
            endpoints.compile_policy,
            (endpoint, endpoint.policy),
        )
