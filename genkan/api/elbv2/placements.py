"""Where a load balancer stands: a subnet a zone, an interface in each, its addresses.

"Availability Zones" in the user guides of network and gateway load balancers: one subnet of a zone,
all of one VPC; an internal load balancer's address may be named, an internet-facing one's may be an
Elastic IP, else a public address is lent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from genkan.api.address_types import DUALSTACK
from genkan.api.call import Call
from genkan.api.elbv2.errors import (
    AllocationIdNotFound,
    InvalidConfigurationRequest,
    InvalidSubnet,
    ResourceInUse,
    SubnetNotFound,
)
from genkan.api.interface_ipv6 import choose_ipv6, ipv6_in_use
from genkan.api.interface_making import addresses_in_use, new_interface, worn_by_aws
from genkan.api.public_addresses import free_public_addresses
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import (
    AddressInUse,
    AddressNotInSubnet,
    AddressReserved,
    SubnetFull,
    ValidationError,
)
from genkan.model.load_balancer import LoadBalancer, LoadBalancerType
from genkan.model.network import Change, delete, put
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import InternetGateway

OWNER = "amazon-elb"
INTERFACE_TYPES = {
    LoadBalancerType.NETWORK: InterfaceType.NETWORK_LOAD_BALANCER,
    LoadBalancerType.GATEWAY: InterfaceType.GATEWAY_LOAD_BALANCER,
}
_MAPPED = frozenset({"SubnetId", "AllocationId", "PrivateIPv4Address", "IPv6Address"})


@dataclass(frozen=True, slots=True)
class Placement:
    """A subnet, and what the request says of the address there."""

    subnet: Subnet
    address: IPv4Address | None = None
    ipv6: IPv6Address | None = None
    elastic: ElasticIp | None = None


def choose_placements(
    call: Call,
    of: LoadBalancerType,
    internal: bool,
    subnet_ids: Sequence[str] | None,
    mappings: Sequence[Mapping[str, Any]] | None,
) -> list[Placement]:
    """Give where a request wants a load balancer.

    Raises ValidationError, SubnetNotFound, InvalidSubnet, InvalidConfigurationRequest,
    AllocationIdNotFound, ResourceInUse.
    """
    if bool(subnet_ids) == bool(mappings):
        raise ValidationError(
            "At least one subnet must be specified, either by Subnets or by SubnetMappings and "
            "not by both."
        )
    asked: Iterable[Mapping[str, Any]] = mappings or [
        {"SubnetId": name} for name in subnet_ids or ()
    ]
    placements = [_placement(call, of, internal, one) for one in asked]
    _check_zones(placements)
    return placements


def check_same_address(call: Call, interface_id: str, asked: Mapping[str, Any]) -> None:
    """Raise AllocationIdNotFound or InvalidConfigurationRequest for an address, of a subnet that
    the load balancer has already, that is not the one that it has there."""
    allocation, text = asked.get("AllocationId"), asked.get("PrivateIPv4Address")
    interface = call.network.get(NetworkInterface, interface_id)
    six = asked.get("IPv6Address")
    held = interface.ipv6_addresses if interface else ()
    if (
        (allocation and _find_elastic(call, allocation).network_interface_id != interface_id)
        or (text and interface and _address(text) != interface.private_ip)
        or (six and _ipv6_address(six) not in held)
    ):
        raise InvalidConfigurationRequest(
            f"The load balancer has an address in {asked['SubnetId']} already, and keeps it. Leave "
            f"{allocation or text or six} out."
        )


def check_gateway(call: Call, vpc_id: str) -> None:
    """Raise InvalidSubnet when an internet-facing load balancer would face no internet."""
    if next(iter(call.network.where(InternetGateway, vpc_id=vpc_id)), None) is None:
        raise InvalidSubnet(
            f"VPC {vpc_id} has no internet gateway. Attach one, or give the Scheme internal."
        )


def stand(
    call: Call, balancer: LoadBalancer, placement: Placement, lent: Iterable[IPv4Address]
) -> tuple[NetworkInterface, Change]:
    """Give the interface of a placement, and what changes beside it.

    `lent` gives free public addresses. Raises InvalidSubnet, InvalidConfigurationRequest.
    """
    interface = replace(
        _interface(call, balancer, placement),
        attachment=replace(worn_by_aws(call), instance_owner=OWNER),
        requester_id=OWNER,
    )
    if placement.elastic:
        taken = replace(
            placement.elastic,
            association_id=call.new_id("eipassoc"),
            network_interface_id=interface.id,
            private_ip=interface.private_ip,
        )
        return interface, put(interface, taken)
    if balancer.type is LoadBalancerType.NETWORK and not balancer.internal:
        interface = replace(interface, public_ip=next(iter(lent)))
    return interface, put(interface)


def stand_everywhere(
    call: Call, balancer: LoadBalancer, placements: Iterable[Placement]
) -> tuple[list[NetworkInterface], Change]:
    """Give an interface for each placement, and the change that makes them."""
    lent = free_public_addresses(call)
    interfaces, change = [], Change()
    for placement in placements:
        interface, made = stand(call, balancer, placement, lent)
        interfaces.append(interface)
        change += made
    return interfaces, change


def leave(call: Call, interface_ids: Iterable[str]) -> Change:
    """Give the change that drops interfaces and frees their Elastic IPs."""
    change = Change()
    for name in interface_ids:
        interface = call.network.get(NetworkInterface, name)
        freed = [
            replace(one, association_id=None, network_interface_id=None, private_ip=None)
            for one in call.network.where(ElasticIp, network_interface_id=name)
        ]
        change += put(*freed) + delete(*([interface] if interface else []))
    return change


def balancer_ipv6(
    call: Call, balancer: LoadBalancer, subnet: Subnet, wanted: IPv6Address | None = None
) -> tuple[IPv6Address, ...]:
    """Give the IPv6 address of a load balancer in a subnet; none unless it is dualstack."""
    if balancer.ip_address_type != DUALSTACK:
        return ()
    in_use = ipv6_in_use(call, subnet)
    return choose_ipv6(call, subnet, in_use, [wanted] if wanted else [], None if wanted else 1)


def _placement(
    call: Call, of: LoadBalancerType, internal: bool, asked: Mapping[str, Any]
) -> Placement:
    for name in sorted(set(asked) - _MAPPED):
        raise InvalidConfigurationRequest(
            f"{name} of a subnet mapping is not supported here. Leave it out."
        )
    subnet = call.find(Subnet, asked.get("SubnetId", ""))
    if subnet is None:
        raise SubnetNotFound(f"The subnet ID '{asked.get('SubnetId', '')}' does not exist")
    allocation, text = asked.get("AllocationId"), asked.get("PrivateIPv4Address")
    if allocation and (internal or of is not LoadBalancerType.NETWORK):
        raise InvalidConfigurationRequest(
            f"Elastic IP addresses are for internet-facing network load balancers: {allocation} "
            "cannot be had. Leave AllocationId out."
        )
    if text and not (internal and of is LoadBalancerType.NETWORK):
        raise InvalidConfigurationRequest(
            f"Private IPv4 addresses can be named for internal network load balancers: {text} "
            "cannot be had. Leave PrivateIPv4Address out."
        )
    six = asked.get("IPv6Address")
    return Placement(
        subnet,
        _address(text) if text else None,
        _ipv6_address(six) if six else None,
        _elastic(call, allocation) if allocation else None,
    )


def _address(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except ValueError:
        raise ValidationError(f"'{text}' is not a valid IPv4 address") from None


def _ipv6_address(text: str) -> IPv6Address:
    try:
        return IPv6Address(text)
    except ValueError:
        raise ValidationError(f"'{text}' is not a valid IPv6 address") from None


def _elastic(call: Call, allocation_id: str) -> ElasticIp:
    elastic = _find_elastic(call, allocation_id)
    if elastic.association_id:
        raise ResourceInUse(
            f"The allocation IDs '{allocation_id}' are not available for use: "
            f"{elastic.network_interface_id} has the address."
        )
    return elastic


def _find_elastic(call: Call, allocation_id: str) -> ElasticIp:
    elastic = call.find(ElasticIp, allocation_id)
    if elastic is None:
        raise AllocationIdNotFound(f"The allocation IDs '{allocation_id}' are not valid")
    return elastic


def _check_zones(placements: Sequence[Placement]) -> None:
    zones: set[str] = set()
    for placement in placements:
        subnet, first = placement.subnet, placements[0].subnet
        if subnet.vpc_id != first.vpc_id:
            raise InvalidConfigurationRequest(
                f"All subnets must be in one VPC: {first.id} is in {first.vpc_id} and {subnet.id} "
                f"in {subnet.vpc_id}."
            )
        if subnet.zone in zones:
            raise InvalidConfigurationRequest(
                "A load balancer cannot be attached to multiple subnets in the same Availability "
                f"Zone: {subnet.id} is the second one in {subnet.zone}."
            )
        zones.add(subnet.zone)


def _interface(call: Call, balancer: LoadBalancer, placement: Placement) -> NetworkInterface:
    subnet = placement.subnet
    if placement.ipv6 and balancer.ip_address_type != DUALSTACK:
        raise InvalidConfigurationRequest(
            f"IPv6 addresses can be named for load balancers with the IP address type {DUALSTACK}, "
            f"and this one has {balancer.ip_address_type}. Leave IPv6Address out."
        )
    try:
        return new_interface(
            call,
            subnet,
            balancer.group_ids,
            in_use=addresses_in_use(call, subnet),
            wanted=placement.address,
            ipv6=balancer_ipv6(call, balancer, subnet, placement.ipv6),
            description=f"ELB {balancer.path}",
            interface_type=INTERFACE_TYPES[balancer.type],
        )
    except SubnetFull:
        raise InvalidSubnet(
            f"Not enough IP space available in {subnet.id}. Delete an interface there, or name "
            "another subnet."
        ) from None
    except (AddressInUse, AddressNotInSubnet, AddressReserved) as refusal:
        raise InvalidConfigurationRequest(str(refusal)) from None
