"""Changes to an endpoint: its subnets, groups, private DNS, policy.

What changes is in force when the call is answered, so the endpoint stays in the state it is in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.endpoint_interfaces import choose_subnets, endpoint_interface, fixed_addresses
from genkan.api.endpoint_private_dns import check_dns_options, check_private_dns
from genkan.api.endpoint_services import need_service
from genkan.api.gateway_endpoints import check_goes_with_gateway, record_type, with_tables
from genkan.api.ids import need
from genkan.api.interface_making import choose_groups
from genkan.api.provided_endpoints import check_changes, check_fixed
from genkan.api.vpc_endpoint_shape import IP_ADDRESS_TYPE
from genkan.api.vpc_endpoints import check_policy_for
from genkan.model.endpoint_service import service_id_of
from genkan.model.errors import InvalidParameter, InvalidParameterCombination, Refused
from genkan.model.network import Change, delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType

CHANGEABLE = (
    VpcEndpointState.PENDING_ACCEPTANCE,
    VpcEndpointState.PENDING,
    VpcEndpointState.AVAILABLE,
)


class IncorrectState(Refused):
    code = "IncorrectState"


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
    if ip_address_type not in (None, IP_ADDRESS_TYPE):
        raise InvalidParameter(
            f"{endpoint.id} has IPv4 addresses alone and cannot become {ip_address_type}. "
            f"Use {IP_ADDRESS_TYPE}."
        )
    if endpoint.endpoint_type is VpcEndpointType.GATEWAY_LOAD_BALANCER:
        check_fixed(endpoint, given)
        return Answer({"Return": True})
    fixed = fixed_addresses(subnet_configurations)
    subnet_ids = _subnets_after(endpoint, [*(add_subnet_ids or ()), *fixed], remove_subnet_ids)
    provided = service_id_of(endpoint.service_name) is not None
    if provided:
        check_changes(call, endpoint, subnet_ids, given)
    group_ids = _groups_after(call, endpoint, add_security_group_ids, remove_security_group_ids)
    private_dns, policy = endpoint.private_dns_enabled, None
    if provided:
        private_dns = private_dns if private_dns_enabled is None else private_dns_enabled
    else:
        private_dns = _private_dns_after(call, endpoint, private_dns_enabled, dns_options or {})
        policy = _policy_after(call, endpoint, reset_policy, policy_document)
    interfaces, gone = _interfaces_after(call, endpoint, subnet_ids, group_ids, fixed)
    changed = replace(
        endpoint,
        subnet_ids=tuple(interface.subnet_id for interface in interfaces),
        network_interface_ids=tuple(interface.id for interface in interfaces),
        group_ids=group_ids,
        private_dns_enabled=private_dns,
        policy=policy,
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


def _private_dns_after(
    call: Call, endpoint: VpcEndpoint, wanted: bool | None, options: Mapping[str, Any]
) -> bool:
    service = need_service(endpoint.service_name, endpoint.region)
    check_dns_options(service, options)
    if wanted is None:
        wanted = endpoint.private_dns_enabled
    if wanted and (options or not endpoint.private_dns_enabled):
        vpc = need(call, Vpc, endpoint.vpc_id)
        check_private_dns(call, vpc, service, options, itself=endpoint.id)
    return wanted


def _policy_after(call: Call, endpoint: VpcEndpoint, reset: bool, text: str | None) -> str | None:
    if reset and text:
        raise InvalidParameterCombination(
            "The parameters resetPolicy and policyDocument cannot be used together. "
            "Leave one of them out."
        )
    check_policy_for(need_service(endpoint.service_name, endpoint.region), text)
    return None if reset else text or endpoint.policy


def _interfaces_after(
    call: Call,
    endpoint: VpcEndpoint,
    subnet_ids: Sequence[str],
    group_ids: tuple[str, ...],
    fixed: Mapping[str, IPv4Address | None],
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
    for subnet in choose_subnets(call, endpoint.vpc_id, subnet_ids):
        interface, address = held.get(subnet.id), fixed.get(subnet.id)
        if interface and address in (None, interface.private_ip):
            after.append(replace(interface, group_ids=group_ids))
        else:
            after.append(endpoint_interface(call, endpoint.id, subnet, group_ids, address))
    stays = {interface.id for interface in after}
    gone = (interface for interface in held.values() if interface.id not in stays)
    return after, delete(*gone)
