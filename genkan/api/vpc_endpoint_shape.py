"""An endpoint as the API shows it, and what its filters read."""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.address_types import shown_record_type
from genkan.api.call import Call
from genkan.api.endpoint_policies import DEFAULT_GATEWAY_POLICY, DEFAULT_POLICY
from genkan.api.endpoint_private_dns import INBOUND_ONLY
from genkan.api.endpoint_services import has_both_kinds, private_names
from genkan.api.network_interface_shape import groups_of
from genkan.api.provided_services import find_provided
from genkan.api.selection import Values
from genkan.api.tagging import shown
from genkan.model.catalogue.addresses import vpce_zone_id
from genkan.model.catalogue.services import CatalogueService
from genkan.model.endpoint_names import in_region, regional_name, zonal_name
from genkan.model.endpoint_service import base_name_of
from genkan.model.hosted_service import find_any
from genkan.model.subnet import Subnet
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType

ENDPOINT_CHARGES = "vpc-endpoint-charges"

FILTERS: Mapping[str, Values[VpcEndpoint]] = {
    "ip-address-type": lambda endpoint: [endpoint.ip_address_type],
    "service-name": lambda endpoint: [endpoint.service_name],
    "service-region": lambda endpoint: [endpoint.home],
    "vpc-id": lambda endpoint: [endpoint.vpc_id],
    "vpc-endpoint-id": lambda endpoint: [endpoint.id],
    "vpc-endpoint-state": lambda endpoint: [endpoint.state.value],
    "vpc-endpoint-type": lambda endpoint: [endpoint.endpoint_type.value],
}


def vpc_endpoint(call: Call, endpoint: VpcEndpoint) -> dict[str, Any]:
    """Give an endpoint as CreateVpcEndpoint and DescribeVpcEndpoints do."""
    service = find_any(call.network, endpoint.service_name, endpoint.home)
    named = endpoint.endpoint_type is not VpcEndpointType.GATEWAY_LOAD_BALANCER
    return {
        "VpcEndpointId": endpoint.id,
        "VpcEndpointType": endpoint.endpoint_type.value,
        "VpcId": endpoint.vpc_id,
        "ServiceName": endpoint.service_name,
        "ServiceRegion": endpoint.home,
        "State": endpoint.state.value,
        "RouteTableIds": list(endpoint.route_table_ids),
        "SubnetIds": list(endpoint.subnet_ids),
        "Groups": groups_of(call, endpoint.group_ids),
        "IpAddressType": endpoint.ip_address_type,
        "PrivateDnsEnabled": endpoint.private_dns_enabled,
        "RequesterManaged": False,
        "NetworkInterfaceIds": list(endpoint.network_interface_ids),
        "DnsEntries": dns_entries(call, endpoint, service),
        "CreationTimestamp": endpoint.created_at,
        "Tags": shown(endpoint.tags),
        "OwnerId": endpoint.account,
        **payer_responsibilities(endpoint),
        **(_policy_and_options(endpoint, service) if named else {}),
    }


def payer_responsibilities(endpoint: VpcEndpoint) -> dict[str, Any]:
    """Give who pays for an endpoint, where its provider has said it."""
    if endpoint.payer is None:
        return {}
    said = {"Scope": ENDPOINT_CHARGES, "PayerResponsibilityType": endpoint.payer}
    return {"PayerResponsibilities": [said]}


def _policy_and_options(endpoint: VpcEndpoint, service: CatalogueService | None) -> dict[str, Any]:
    """Give what an endpoint to a gateway load balancer has not."""
    gateway = endpoint.endpoint_type is VpcEndpointType.GATEWAY
    return {
        "PolicyDocument": endpoint.policy
        or (DEFAULT_GATEWAY_POLICY if gateway else DEFAULT_POLICY),
        "DnsOptions": _dns_options(endpoint, service),
    }


def _dns_options(endpoint: VpcEndpoint, service: CatalogueService | None) -> dict[str, Any]:
    options: dict[str, Any] = {
        "DnsRecordIpType": shown_record_type(
            endpoint.endpoint_type, endpoint.ip_address_type, endpoint.dns_record_type
        )
    }
    interface = endpoint.endpoint_type is VpcEndpointType.INTERFACE and not endpoint.service_region
    if interface and service and endpoint.private_dns_enabled and has_both_kinds(service):
        options[INBOUND_ONLY] = endpoint.private_dns_inbound_only
    return options


def dns_entries(
    call: Call, endpoint: VpcEndpoint, service: CatalogueService | None
) -> list[dict[str, str]]:
    """Give the names in AWS's order: regional, zonal, private. `service` is AWS's or the user's
    that the endpoint leads to."""
    bases, private = _names(call, endpoint, service)
    zones: list[str] = []
    if endpoint.service_region is None:  # across Regions there are regional names alone
        subnets = [call.network.get(Subnet, name) for name in endpoint.subnet_ids]
        zones = [subnet.zone for subnet in subnets if subnet]
    zone_id = vpce_zone_id(endpoint.home)  # the zone that the names are in: the service's Region
    suffix = endpoint.dns_suffix
    public = [regional_name(endpoint.id, suffix, base) for base in bases]
    public += [zonal_name(endpoint.id, suffix, zone, base) for zone in zones for base in bases]
    hidden = endpoint.hosted_zone_id
    return [{"DnsName": name, "HostedZoneId": zone_id} for name in public] + [
        {"DnsName": name, "HostedZoneId": hidden} for name in private
    ]


def _names(
    call: Call, endpoint: VpcEndpoint, service: CatalogueService | None
) -> tuple[Sequence[str], Sequence[str]]:
    """Give what public names end in, and the private names that are turned on."""
    if endpoint.endpoint_type is not VpcEndpointType.INTERFACE:
        return (), ()
    private: Sequence[str] = ()
    if service:
        bases = in_region(service.base_endpoint_dns_names, endpoint.home)
        private = private_names(service, endpoint.home)
    else:
        bases = (base_name_of(endpoint.service_name),)
        provided = find_provided(call.network, endpoint.service_name)
        name = provided.standing_name if provided else None
        private = (name,) if name else ()
    return bases, private if endpoint.private_dns_enabled else ()
