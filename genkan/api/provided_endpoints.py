"""Endpoints to endpoint services: what differs from those to AWS's own services.

The provider may have to accept one before it becomes available; there is no policy; the private
name has to be proved the provider's and the endpoint accepted before the name can be turned on. One
to a gateway load balancer has one subnet, no groups and no names. "Access virtual appliances
through AWS PrivateLink" and "Connect to an endpoint service" in the AWS PrivateLink guide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.address_types import check_subnets, choose_address_type, choose_record_type
from genkan.api.call import Call
from genkan.api.endpoint_interfaces import (
    ANY,
    choose_subnets,
    endpoint_interface,
    fixed_addresses,
    named_subnets,
)
from genkan.api.endpoint_private_dns import check_conflicts, check_dns_attributes
from genkan.api.interface_making import choose_groups
from genkan.api.provided_services import find_provided, need_provided
from genkan.api.tagging import from_specifications
from genkan.model.catalogue.regions import REGIONS
from genkan.model.endpoint_service import EndpointConnection, EndpointService
from genkan.model.errors import InvalidParameter
from genkan.model.network import Change, put
from genkan.model.network_interface import InterfaceType
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType

LOWER_ALPHANUMERICS = "abcdefghijklmnopqrstuvwxyz0123456789"
UPPER_ALPHANUMERICS = LOWER_ALPHANUMERICS.upper()
# Zones from which services of other Regions cannot be reached; "Cross-Region access" there.
NO_REMOTE_ACCESS = ("use1-az3", "usw1-az2", "apne1-az3", "apne2-az2", "apne2-az4")
NOT_ACCEPTED = (VpcEndpointState.PENDING_ACCEPTANCE, VpcEndpointState.REJECTED)
INTERFACE_TYPES = {
    VpcEndpointType.INTERFACE: InterfaceType.VPC_ENDPOINT,
    VpcEndpointType.GATEWAY_LOAD_BALANCER: InterfaceType.GATEWAY_LOAD_BALANCER_ENDPOINT,
}
# What ModifyVpcEndpoint cannot change of an endpoint to a gateway load balancer.
FIXED = {
    "add_subnet_ids": "AddSubnetIds",
    "remove_subnet_ids": "RemoveSubnetIds",
    "add_security_group_ids": "AddSecurityGroupIds",
    "remove_security_group_ids": "RemoveSecurityGroupIds",
    "dns_options": "DnsOptions",
    "private_dns_enabled": "PrivateDnsEnabled",
    "subnet_configurations": "SubnetConfigurations",
}
# What CreateVpcEndpoint refuses of one.
ONLY_INTERFACES = {
    "security_group_ids": "Security group IDs are",
    "private_dns_enabled": "Private DNS is",
    "dns_options": "DNS options are",
}


def connect(call: Call, vpc: Vpc, asked: Mapping[str, Any]) -> tuple[VpcEndpoint, Change]:
    """Give a new endpoint to an endpoint service, and the change that makes it.

    `asked` holds the parameters of CreateVpcEndpoint. Raises InvalidServiceName, InvalidParameter,
    UnsupportedOperation, and what choosing subnets, groups and addresses raises.
    """
    service = need_provided(call, asked["service_name"] or "", asked["service_region"])
    kind, remote = service.service_type, service.region != call.region
    _check_request(service, asked)
    family = choose_address_type(
        asked["ip_address_type"], service.ip_address_types, service.service_name
    )
    fixed = fixed_addresses(asked["subnet_configurations"])
    subnets = choose_subnets(call, vpc.id, named_subnets(asked["subnet_ids"], fixed))
    check_subnets(family, subnets)
    if remote:
        check_remote_zones(service.service_name, subnets)
    else:
        check_zones(service, subnets)
    group_ids: tuple[str, ...] = ()
    record = None
    if kind is VpcEndpointType.INTERFACE:
        group_ids = choose_groups(call, vpc.id, asked["security_group_ids"])
        record = choose_record_type(
            kind, family, (asked["dns_options"] or {}).get("DnsRecordIpType")
        )
    waits = service.acceptance_required
    state = VpcEndpointState.PENDING_ACCEPTANCE if waits else VpcEndpointState.PENDING
    if asked["private_dns_enabled"]:
        _check_private_dns(call, vpc, service, state)
    name = call.new_id("vpce")
    interfaces = tuple(
        replace(
            endpoint_interface(call, name, subnet, group_ids, fixed.get(subnet.id, ANY), family),
            interface_type=INTERFACE_TYPES[kind],
        )
        for subnet in subnets
    )
    endpoint = VpcEndpoint(
        id=name,
        account=call.account,
        region=call.region,
        tags=from_specifications("vpc-endpoint", asked["tag_specifications"]),
        vpc_id=vpc.id,
        service_name=service.service_name,
        endpoint_type=kind,
        state=state,
        created_at=call.now,
        dns_suffix=call.token(8, LOWER_ALPHANUMERICS),
        hosted_zone_id="Z" + call.token(20, UPPER_ALPHANUMERICS),
        subnet_ids=tuple(subnet.id for subnet in subnets),
        group_ids=group_ids,
        network_interface_ids=tuple(interface.id for interface in interfaces),
        private_dns_enabled=bool(asked["private_dns_enabled"]),
        ip_address_type=family,
        dns_record_type=record,
        service_region=service.region if remote else None,
    )
    return endpoint, put(endpoint, *interfaces, _connection(call, service, endpoint))


def check_zones(service: EndpointService, subnets: Iterable[Subnet]) -> None:
    """Raise InvalidParameter for a subnet in a zone where the service has no load balancer."""
    for subnet in subnets:
        if subnet.zone not in service.zones:
            raise InvalidParameter(
                f"The VPC endpoint service {service.service_name} does not support the "
                f"availability zone of the subnet: {subnet.id}. It is in "
                f"{', '.join(service.zones) or 'none'}."
            )


def check_remote_zones(service_name: str, subnets: Iterable[Subnet]) -> None:
    """Raise InvalidParameter for a subnet in one of the zones that no service of another Region
    can be had in."""
    for subnet in subnets:
        zones = REGIONS[subnet.region].zones
        allowed = [zone.id for zone in zones if zone.id not in NO_REMOTE_ACCESS]
        if all(zone.name != subnet.zone or zone.id not in allowed for zone in zones):
            raise InvalidParameter(
                "Only the following availability zones are supported for remote access: "
                f"{', '.join(allowed)}. {subnet.id}, for {service_name}, is in "
                f"{subnet.zone}."
            )


def check_changes(
    call: Call, endpoint: VpcEndpoint, subnet_ids: Sequence[str], asked: Mapping[str, Any]
) -> None:
    """Check what ModifyVpcEndpoint asks of such an endpoint. Raises InvalidParameter.

    `subnet_ids` are those it would have; `asked` holds the call's own parameters.
    """
    _check_no_policy(endpoint.service_name, asked)
    _check_options(asked["dns_options"] or {})
    service = find_provided(call.network, endpoint.service_name)
    new = [name for name in subnet_ids if name not in endpoint.subnet_ids]
    found = [subnet for name in new if (subnet := call.find(Subnet, name))]
    if endpoint.service_region:
        check_remote_zones(endpoint.service_name, found)
    elif service:
        check_zones(service, found)
    if asked["private_dns_enabled"] and not endpoint.private_dns_enabled:
        vpc = call.network.get(Vpc, endpoint.vpc_id)
        if vpc and service:
            _check_private_dns(call, vpc, service, endpoint.state, itself=endpoint.id)


def check_fixed(endpoint: VpcEndpoint, asked: Mapping[str, Any]) -> None:
    """Raise InvalidParameter for a change to an endpoint to a gateway load balancer: all it has is
    fixed."""
    _check_no_policy(endpoint.service_name, asked)
    for name, parameter in FIXED.items():
        if asked[name]:
            raise InvalidParameter(
                f"{parameter} cannot be changed of {endpoint.id}: endpoints of type "
                "GatewayLoadBalancer keep their subnet and have no groups and no names."
            )


def _check_request(service: EndpointService, asked: Mapping[str, Any]) -> None:
    kind = service.service_type
    if asked["vpc_endpoint_type"] != kind.value:
        raise InvalidParameter(
            f"Endpoint type ({asked['vpc_endpoint_type']}) does not match available service types "
            f"([{kind.value}])."
        )
    if asked["route_table_ids"]:
        raise InvalidParameter("Route table IDs are only supported for Gateway type VPC Endpoint.")
    _check_no_policy(service.service_name, asked)
    _check_options(asked["dns_options"] or {})
    if kind is VpcEndpointType.GATEWAY_LOAD_BALANCER:
        _check_gateway_request(asked)


def _check_gateway_request(asked: Mapping[str, Any]) -> None:
    for name, what in ONLY_INTERFACES.items():
        if asked[name]:
            raise InvalidParameter(f"{what} only supported for Interface type VPC Endpoints.")
    named = {
        *(asked["subnet_ids"] or ()),
        *(one.get("SubnetId") for one in asked["subnet_configurations"] or ()),
    }
    if len(named) != 1:
        raise InvalidParameter(
            "An endpoint of type GatewayLoadBalancer has exactly one subnet, and this names "
            f"{len(named)}."
        )


def _check_no_policy(service_name: str, asked: Mapping[str, Any]) -> None:
    if asked.get("policy_document"):
        raise InvalidParameter(
            f"The service {service_name} does not support endpoint policies: its endpoints give "
            "full access. Leave PolicyDocument out."
        )


def _check_options(options: Mapping[str, Any]) -> None:
    others = sorted(name for name in options if name != "DnsRecordIpType" and options[name])
    if others:
        raise InvalidParameter(
            f"{others[0]} is not for endpoints to an endpoint service. Leave it out."
        )


def _check_private_dns(
    call: Call,
    vpc: Vpc,
    service: EndpointService,
    state: VpcEndpointState,
    itself: str | None = None,
) -> None:
    if service.private_dns is None:
        raise InvalidParameter(
            f"Private DNS can't be enabled because the service {service.service_name} does not "
            "provide a private DNS name."
        )
    if state in NOT_ACCEPTED:
        raise InvalidParameter(
            "Private DNS can only be enabled after the endpoint connection is accepted by the "
            f"owner of {service.service_name}."
        )
    if service.verified_name is None:
        raise InvalidParameter(
            f"Private DNS can't be enabled because the private DNS name of the service "
            f"{service.service_name} is not verified: it is {service.private_dns.state.value}."
        )
    check_dns_attributes(vpc)
    check_conflicts(call, vpc, (service.verified_name,), itself)


def _connection(call: Call, service: EndpointService, endpoint: VpcEndpoint) -> EndpointConnection:
    return EndpointConnection(
        id=call.new_id("vpce-con"),
        account=service.account,
        region=service.region,
        service_id=service.id,
        endpoint_id=endpoint.id,
        endpoint_account=endpoint.account,
        endpoint_region=endpoint.region,
        ip_address_type=endpoint.ip_address_type,
        created_at=call.now,
    )
