"""Changes to a load balancer: its subnets, its security groups, its kind of addresses.

A network load balancer may be given other subnets; a gateway one keeps those it has and may be
given more. Groups can be set for one that was made with groups, and then it keeps at least one.
SetSubnets and SetSecurityGroups in the Elastic Load Balancing API reference.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.address_types import DUALSTACK, IPV6
from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import need
from genkan.api.elbv2.errors import InvalidConfigurationRequest
from genkan.api.elbv2.listener_forwards import check_datagram_targets
from genkan.api.elbv2.load_balancer_settings import check_ip_address_type, choose_balancer_groups
from genkan.api.elbv2.load_balancer_shape import ON_OFF, zones
from genkan.api.elbv2.placements import (
    balancer_ipv6,
    check_same_address,
    choose_placements,
    leave,
    stand_everywhere,
)
from genkan.model.endpoint_service import EndpointService
from genkan.model.errors import ValidationError
from genkan.model.load_balancer import Listener, LoadBalancer, LoadBalancerType, TargetGroup
from genkan.model.network import put
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet

IS_ON = {"on": True, "off": False}


def set_subnets(
    call: Call,
    *,
    load_balancer_arn: str,
    subnets: Sequence[str] | None = None,
    subnet_mappings: Sequence[Mapping[str, Any]] | None = None,
    ip_address_type: str | None = None,
) -> Answer:
    balancer = need(call, LoadBalancer, load_balancer_arn)
    held = dict(zip(balancer.subnet_ids, balancer.network_interface_ids, strict=True))
    asked = subnet_mappings or [{"SubnetId": name} for name in subnets or ()]
    new = [one for one in asked if one.get("SubnetId") not in held]
    # Those that stay keep their address: only new ones are placed.
    staying = [one for one in asked if one not in new]
    for one in staying:
        check_same_address(call, held[one["SubnetId"]], one)
    named = [{"SubnetId": one["SubnetId"]} for one in staying] + new
    placements = choose_placements(call, balancer.type, balancer.internal, None, named)
    _check_replaceable(balancer, [one.subnet.id for one in placements])
    family = check_ip_address_type(
        ip_address_type or balancer.ip_address_type, (one.subnet for one in placements)
    )
    _check_listeners(call, balancer, family)
    if placements[0].subnet.vpc_id != balancer.vpc_id:
        raise InvalidConfigurationRequest(
            f"{placements[0].subnet.id} is not in {balancer.vpc_id}, where the load balancer "
            "stands. Name subnets of that VPC."
        )
    added = [one for one in placements if one.subnet.id not in held]
    of_family = replace(balancer, ip_address_type=family)
    interfaces, change = stand_everywhere(call, of_family, added)
    stays = [one.subnet.id for one in placements if one.subnet.id in held]
    change += put(*_readdressed(call, of_family, [held[name] for name in stays]))
    change += leave(call, (held[name] for name in held if name not in stays))
    fixed = {*balancer.fixed_subnet_ids, *(one.subnet.id for one in added if one.address)}
    subnet_ids = (*stays, *(one.subnet.id for one in added))
    after = replace(
        of_family,
        subnet_ids=subnet_ids,
        network_interface_ids=(
            *(held[name] for name in stays),
            *(one.id for one in interfaces),
        ),
        fixed_subnet_ids=tuple(name for name in subnet_ids if name in fixed),
    )
    change += put(after)
    shown_call = replace(call, network=call.network.apply(change))
    output = {"AvailabilityZones": zones(shown_call, after), "IpAddressType": family}
    return Answer(output, change)


def set_security_groups(
    call: Call,
    *,
    load_balancer_arn: str,
    security_groups: Sequence[str],
    enforce_security_group_inbound_rules_on_private_link_traffic: str | None = None,
) -> Answer:
    balancer = need(call, LoadBalancer, load_balancer_arn)
    enforce = enforce_security_group_inbound_rules_on_private_link_traffic
    if enforce not in (None, *IS_ON):
        raise ValidationError(
            f"'{enforce}' is not valid for "
            "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic. Use on or off."
        )
    group_ids = choose_balancer_groups(call, balancer.type, balancer.vpc_id, security_groups)
    if group_ids and not balancer.group_ids:
        raise InvalidConfigurationRequest(
            f"You cannot set security groups on '{balancer.id}' because it was created without "
            "any. Create another load balancer with SecurityGroups."
        )
    if not group_ids:
        raise InvalidConfigurationRequest(
            f"'{balancer.id}' cannot be left without a security group. Name at least one."
        )
    after = replace(
        balancer,
        group_ids=group_ids,
        enforces_groups_on_private_link=(
            balancer.enforces_groups_on_private_link if enforce is None else IS_ON[enforce]
        ),
    )
    interfaces = (call.network.get(NetworkInterface, one) for one in after.network_interface_ids)
    worn = [replace(one, group_ids=group_ids) for one in interfaces if one]
    output = {
        "SecurityGroupIds": list(group_ids),
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": ON_OFF[
            after.enforces_groups_on_private_link
        ],
    }
    return Answer(output, put(after, *worn))


def set_ip_address_type(call: Call, *, load_balancer_arn: str, ip_address_type: str) -> Answer:
    balancer = need(call, LoadBalancer, load_balancer_arn)
    subnets = (call.network.get(Subnet, name) for name in balancer.subnet_ids)
    family = check_ip_address_type(ip_address_type, (one for one in subnets if one))
    _check_listeners(call, balancer, family)
    if family != DUALSTACK:
        _check_unneeded(call, balancer)
    after = replace(balancer, ip_address_type=family)
    worn = _readdressed(call, after, balancer.network_interface_ids)
    return Answer({"IpAddressType": family}, put(after, *worn))


def _check_listeners(call: Call, balancer: LoadBalancer, family: str) -> None:
    """Raise InvalidConfigurationRequest when a listener's targets do not go with `family`."""
    if family == balancer.ip_address_type:
        return
    for listener in call.network.where(Listener, load_balancer=balancer.id):
        for forward in listener.forwards:
            group = call.network.get(TargetGroup, forward.target_group)
            if group:
                check_datagram_targets(balancer.id, family, listener.protocol, group)


def _check_unneeded(call: Call, balancer: LoadBalancer) -> None:
    """Raise InvalidConfigurationRequest when an endpoint service needs the IPv6 addresses."""
    for service in call.network.all(EndpointService):
        if balancer.id in service.load_balancers and IPV6 in service.ip_address_types:
            raise InvalidConfigurationRequest(
                f"The endpoint service {service.id} supports IPv6 by '{balancer.id}'. Take ipv6 "
                "out of its SupportedIpAddressTypes first."
            )


def _readdressed(
    call: Call, balancer: LoadBalancer, interface_ids: Iterable[str]
) -> Iterator[NetworkInterface]:
    """Give interfaces with the IPv6 addresses that their load balancer's kind asks for."""
    for name in interface_ids:
        interface = call.network.get(NetworkInterface, name)
        subnet = call.network.get(Subnet, interface.subnet_id) if interface else None
        if interface and subnet:
            dual = balancer.ip_address_type == DUALSTACK
            held = interface.ipv6_addresses if dual else ()
            wanted = held or balancer_ipv6(call, balancer, subnet)
            yield replace(interface, ipv6_addresses=wanted)


def _check_replaceable(balancer: LoadBalancer, after: Sequence[str]) -> None:
    gone = [name for name in balancer.subnet_ids if name not in after]
    if gone and balancer.type is LoadBalancerType.GATEWAY:
        raise InvalidConfigurationRequest(
            f"The subnets {', '.join(gone)} cannot be removed from a gateway load balancer. "
            "Name them together with those to add."
        )
