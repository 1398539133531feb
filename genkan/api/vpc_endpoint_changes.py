"""Changes to an endpoint: its subnets, groups, private DNS, policy.

What changes is in force when the call is answered, so the endpoint stays in the state it is in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from genkan.api.address_types import (
    FAMILIES,
    IPV4,
    IPV6,
    check_subnets,
    choose_address_type,
    choose_record_type,
)
from genkan.api.call import Answer, Call
from genkan.api.endpoint_interfaces import (
    ANY,
    Fixed,
    choose_subnets,
    endpoint_interface,
    fixed_addresses,
    ipv6_of,
)
from genkan.api.endpoint_private_dns import (
    INBOUND_ONLY,
    check_dns_options,
    check_private_dns,
    is_inbound_only,
)
from genkan.api.endpoint_services import address_types, need_reached
from genkan.api.gateway_endpoints import check_goes_with_gateway, record_type, with_tables
from genkan.api.ids import need
from genkan.api.interface_making import choose_groups
from genkan.api.provided_endpoints import check_changes, check_fixed
from genkan.api.provided_services import find_provided
from genkan.api.vpc_endpoints import check_policy_for
from genkan.model.catalogue.services import CatalogueService
from genkan.model.endpoint_service import service_id_of
from genkan.model.errors import (
    IncorrectState,
    InvalidParameter,
    InvalidParameterCombination,
)
from genkan.model.network import Change, delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType

CHANGEABLE = (
    VpcEndpointState.PENDING_ACCEPTANCE,
    VpcEndpointState.PENDING,
    VpcEndpointState.AVAILABLE,
)


def modify_vpc_endpoint(
    call: Call,
    *,
    vpc_endpoint_id: str,
    reset_policy: bool = False,
    policy_document: str | None = None,
    add_route_table_ids: Sequence[str] | None = None,
    remove_route_table_ids: Sequence[str] | None = None,
    add_subnet_ids: Sequence[str] | None = None,
    remove_subnet_ids: Sequence[str] | None = None,
    add_security_group_ids: Sequence[str] | None = None,
    remove_security_group_ids: Sequence[str] | None = None,
    ip_address_type: str | None = None,
    dns_options: Mapping[str, Any] | None = None,
    private_dns_enabled: bool | None = None,
    subnet_configurations: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    given = dict(locals())
    endpoint = need(call, VpcEndpoint, vpc_endpoint_id)
    _check_changeable(endpoint)
    if endpoint.endpoint_type is VpcEndpointType.GATEWAY:
        return _gateway(call, endpoint, given)
    if add_route_table_ids or remove_route_table_ids:
        raise InvalidParameter("Route table IDs are only supported for Gateway type VPC Endpoint.")
    family = _family_after(call, endpoint, ip_address_type)
    if endpoint.endpoint_type is VpcEndpointType.GATEWAY_LOAD_BALANCER:
        check_fixed(endpoint, given)
        return _readdress(call, endpoint, family)
    fixed = fixed_addresses(subnet_configurations)
    subnet_ids = _subnets_after(endpoint, [*(add_subnet_ids or ()), *fixed], remove_subnet_ids)
    provided = service_id_of(endpoint.service_name) is not None
    if provided:
        check_changes(call, endpoint, subnet_ids, given)
    group_ids = _groups_after(call, endpoint, add_security_group_ids, remove_security_group_ids)
    private_dns, policy, inbound_only = endpoint.private_dns_enabled, None, False
    if provided:
        private_dns = private_dns if private_dns_enabled is None else private_dns_enabled
    else:
        private_dns, inbound_only = _private_dns_after(
            call, endpoint, private_dns_enabled, dns_options or {}
        )
        policy = _policy_after(call, endpoint, reset_policy, policy_document)
    wanted = (dns_options or {}).get("DnsRecordIpType")
    record = choose_record_type(endpoint.endpoint_type, family, wanted, endpoint.dns_record_type)
    interfaces, gone = _interfaces_after(
        call, endpoint, _Wanted(subnet_ids, group_ids, fixed, family)
    )
    changed = replace(
        endpoint,
        subnet_ids=tuple(interface.subnet_id for interface in interfaces),
        network_interface_ids=tuple(interface.id for interface in interfaces),
        group_ids=group_ids,
        private_dns_enabled=private_dns,
        private_dns_inbound_only=inbound_only,
        policy=policy,
        ip_address_type=family,
        dns_record_type=record,
    )
    return Answer({"Return": True}, put(changed, *interfaces) + gone)


def _gateway(call: Call, endpoint: VpcEndpoint, given: Mapping[str, Any]) -> Answer:
    """Change a gateway endpoint by the parameters of ModifyVpcEndpoint."""
    of_interfaces = {
        "subnet_ids": given["add_subnet_ids"] or given["remove_subnet_ids"],
        "security_group_ids": given["add_security_group_ids"] or given["remove_security_group_ids"],
        "subnet_configurations": given["subnet_configurations"],
        "private_dns_enabled": given["private_dns_enabled"],
    }
    check_goes_with_gateway(of_interfaces, given["ip_address_type"])
    moved = with_tables(
        call, endpoint, given["add_route_table_ids"], given["remove_route_table_ids"]
    )
    vpc = need(call, Vpc, endpoint.vpc_id)
    changed = replace(
        moved,
        policy=_policy_after(call, endpoint, given["reset_policy"], given["policy_document"]),
        dns_record_type=record_type(vpc, given["dns_options"] or {}, endpoint.dns_record_type),
    )
    return Answer({"Return": True}, put(changed))


def _readdress(call: Call, endpoint: VpcEndpoint, family: str) -> Answer:
    """Give the interface of an endpoint to a gateway load balancer the addresses of a type."""
    interfaces, gone = _interfaces_after(
        call, endpoint, _Wanted(endpoint.subnet_ids, (), {}, family)
    )
    changed = replace(endpoint, ip_address_type=family)
    return Answer({"Return": True}, put(changed, *interfaces) + gone)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an endpoint's interfaces are to be."""

    subnet_ids: Sequence[str]
    group_ids: tuple[str, ...]
    fixed: Mapping[str, Fixed]
    family: str


def _check_changeable(endpoint: VpcEndpoint) -> None:
    if endpoint.state not in CHANGEABLE:
        raise IncorrectState(
            f"{endpoint.id} cannot be modified: it is {endpoint.state.value}. "
            "Create another endpoint."
        )


def _subnets_after(
    endpoint: VpcEndpoint, added: Sequence[str], removed: Sequence[str] | None
) -> list[str]:
    gone = set(removed or ())
    for name in sorted(gone - set(endpoint.subnet_ids)):
        raise InvalidParameter(
            f"{endpoint.id} has no interface in the subnet {name}, so it cannot be removed. "
            f"It has {', '.join(endpoint.subnet_ids) or 'none'}."
        )
    kept = [name for name in endpoint.subnet_ids if name not in gone]
    return list(dict.fromkeys([*kept, *added]))


def _groups_after(
    call: Call,
    endpoint: VpcEndpoint,
    added: Sequence[str] | None,
    removed: Sequence[str] | None,
) -> tuple[str, ...]:
    gone = set(removed or ())
    for name in sorted(gone - set(endpoint.group_ids)):
        raise InvalidParameter(
            f"{endpoint.id} does not have the security group {name}, so it cannot be removed."
        )
    wanted = [name for name in endpoint.group_ids if name not in gone]
    wanted += added or ()
    if not wanted:
        raise InvalidParameter(
            f"{endpoint.id} would be left without a security group. Add another one in the call "
            "that removes the last."
        )
    return choose_groups(call, endpoint.vpc_id, wanted)


def _family_after(call: Call, endpoint: VpcEndpoint, asked: str | None) -> str:
    """Give the address type that an endpoint has from now on. Raises InvalidParameter."""
    if asked is None:
        return endpoint.ip_address_type
    provided = find_provided(call.network, endpoint.service_name)
    if provided:
        supported = provided.ip_address_types
    else:
        supported = address_types(_service_of(call, endpoint))
    return choose_address_type(asked, supported, endpoint.service_name)


def _service_of(call: Call, endpoint: VpcEndpoint) -> CatalogueService:
    """Give the service of AWS's, or of the user's, that an endpoint leads to."""
    return need_reached(call.network, endpoint.service_name, endpoint.home, endpoint.region)


def _private_dns_after(
    call: Call, endpoint: VpcEndpoint, wanted: bool | None, options: Mapping[str, Any]
) -> tuple[bool, bool]:
    """Tell whether there is private DNS from now on, and whether for inbound Resolver endpoints
    alone."""
    service = _service_of(call, endpoint)
    check_dns_options(service, options)
    if wanted is None:
        wanted = endpoint.private_dns_enabled
    held = endpoint.private_dns_inbound_only if endpoint.private_dns_enabled else None
    inbound_only = is_inbound_only(service, wanted, options.get(INBOUND_ONLY), held)
    if wanted and (options or not endpoint.private_dns_enabled):
        vpc = need(call, Vpc, endpoint.vpc_id)
        check_private_dns(call, vpc, service, inbound_only, endpoint.home, itself=endpoint.id)
    return wanted, inbound_only


def _policy_after(call: Call, endpoint: VpcEndpoint, reset: bool, text: str | None) -> str | None:
    if reset and text:
        raise InvalidParameterCombination(
            "The parameters resetPolicy and policyDocument cannot be used together. "
            "Leave one of them out."
        )
    check_policy_for(_service_of(call, endpoint), text)
    return None if reset else text or endpoint.policy


def _interfaces_after(
    call: Call, endpoint: VpcEndpoint, wanted: _Wanted
) -> tuple[list[NetworkInterface], Change]:
    """Give the interfaces that the endpoint has from now on, and the change that drops others.

    A subnet that is configured with another address than its interface has gets a new interface.
    """
    held = {
        interface.subnet_id: interface
        for name in endpoint.network_interface_ids
        if (interface := call.network.get(NetworkInterface, name))
    }
    after = []
    subnets = choose_subnets(call, endpoint.vpc_id, wanted.subnet_ids)
    check_subnets(wanted.family, subnets)
    for subnet in subnets:
        interface, named = held.get(subnet.id), wanted.fixed.get(subnet.id, ANY)
        if interface and _keeps(interface, named, wanted.family):
            kept = replace(interface, group_ids=wanted.group_ids)
            after.append(_readdressed(call, kept, subnet, named, wanted.family))
        else:
            after.append(
                endpoint_interface(
                    call, endpoint.id, subnet, wanted.group_ids, named, wanted.family
                )
            )
    stays = {interface.id for interface in after}
    gone = (interface for interface in held.values() if interface.id not in stays)
    return after, delete(*gone)


def _keeps(interface: NetworkInterface, named: Fixed, family: str) -> bool:
    """Tell whether an interface stays: it has the addresses that are named, and the same IPv4."""
    if interface.has_ipv4 != (IPV4 in FAMILIES[family]):
        return False
    return named.ipv4 in (None, *interface.private_addresses[:1]) and (
        named.ipv6 is None
        or not interface.ipv6_addresses
        or named.ipv6 == interface.ipv6_addresses[0]
    )


def _readdressed(
    call: Call, interface: NetworkInterface, subnet: Subnet, named: Fixed, family: str
) -> NetworkInterface:
    """Give an interface an IPv6 address, or take it, as its endpoint's type asks."""
    if IPV6 not in FAMILIES[family]:
        return replace(interface, ipv6_addresses=())
    if interface.ipv6_addresses:
        return interface
    return replace(interface, ipv6_addresses=ipv6_of(call, subnet, named))
