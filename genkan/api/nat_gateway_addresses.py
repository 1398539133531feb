"""Secondary addresses of NAT gateways: Elastic IPs of public ones, private addresses of private
ones. "Edit secondary IP address associations" in the Amazon VPC user guide.

No connection leaves from a secondary address here, so none has to be drained before it goes.
"""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address

from genkan.api.call import Answer, Call
from genkan.api.ids import need, unknown_part
from genkan.api.interface_making import addresses_in_use, reserved_addresses
from genkan.api.nat_gateway_shape import PRIVATE, PUBLIC, shown_addresses
from genkan.api.nat_gateways import associated, check_address_quota, parse_secondary
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import (
    AlreadyAssociated,
    IncorrectState,
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
)
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import put
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet, allocate

LONGEST_DRAIN = 4_000  # seconds


def associate_nat_gateway_address(
    call: Call,
    *,
    nat_gateway_id: str,
    allocation_ids: Sequence[str],
    private_ip_addresses: Sequence[str] | None = None,
) -> Answer:
    gateway, interface = _need_standing(call, nat_gateway_id, public=True)
    elastics = [need(call, ElasticIp, name) for name in dict.fromkeys(allocation_ids)]
    for elastic in elastics:
        if elastic.association_id:
            raise AlreadyAssociated(
                f"Elastic IP address [{elastic.id}] is already associated with "
                f"{elastic.network_interface_id}. Disassociate it, or give another."
            )
    named = parse_secondary(private_ip_addresses)
    if named and len(named) != len(elastics):
        raise InvalidParameterValue(
            f"There are {len(elastics)} allocation ids and {len(named)} private addresses. "
            "Give a private address for each, or none."
        )
    chosen = _choose(call, interface, named, 0 if named else len(elastics))
    grown = _grown(interface, chosen)
    change = put(grown, *associated(call, elastics, interface.id, chosen))
    after = replace(call, network=call.network.apply(change))
    shown = shown_addresses(after, grown, chosen, "associating")
    return Answer({"NatGatewayId": gateway.id, "NatGatewayAddresses": shown}, change)


def disassociate_nat_gateway_address(
    call: Call,
    *,
    nat_gateway_id: str,
    association_ids: Sequence[str],
    max_drain_duration_seconds: int | None = None,
) -> Answer:
    gateway, interface = _need_standing(call, nat_gateway_id, public=True)
    _check_drain(max_drain_duration_seconds)
    held = {
        one.association_id: one
        for one in call.network.where(ElasticIp, network_interface_id=interface.id)
    }
    for name in association_ids:
        if name not in held:
            raise unknown_part("eipassoc", name)
    going = [held[name] for name in dict.fromkeys(association_ids)]
    leaving = [one.private_ip for one in going if one.private_ip]
    shrunk = _shrunk(interface, leaving)
    freed = [
        replace(one, association_id=None, network_interface_id=None, private_ip=None)
        for one in going
    ]
    shown = shown_addresses(call, interface, leaving, "disassociating")
    return Answer({"NatGatewayId": gateway.id, "NatGatewayAddresses": shown}, put(shrunk, *freed))


def assign_private_nat_gateway_address(
    call: Call,
    *,
    nat_gateway_id: str,
    private_ip_addresses: Sequence[str] | None = None,
    private_ip_address_count: int | None = None,
) -> Answer:
    gateway, interface = _need_standing(call, nat_gateway_id, public=False)
    if private_ip_addresses and private_ip_address_count:
        raise InvalidParameterCombination(
            "The parameters privateIpAddresses and privateIpAddressCount cannot be used together. "
            "Leave one of them out."
        )
    count = private_ip_address_count or 0
    if count < 0 or not (private_ip_addresses or count):
        raise MissingParameter(
            "Either privateIpAddresses or privateIpAddressCount must be specified, and at least "
            "one address asked for."
        )
    chosen = _choose(call, interface, parse_secondary(private_ip_addresses), count)
    grown = _grown(interface, chosen)
    shown = shown_addresses(call, grown, chosen, "assigning")
    return Answer({"NatGatewayId": gateway.id, "NatGatewayAddresses": shown}, put(grown))


def unassign_private_nat_gateway_address(
    call: Call,
    *,
    nat_gateway_id: str,
    private_ip_addresses: Sequence[str],
    max_drain_duration_seconds: int | None = None,
) -> Answer:
    gateway, interface = _need_standing(call, nat_gateway_id, public=False)
    _check_drain(max_drain_duration_seconds)
    leaving = parse_secondary(private_ip_addresses)
    shrunk = _shrunk(interface, leaving)
    shown = shown_addresses(call, interface, leaving, "unassigning")
    return Answer({"NatGatewayId": gateway.id, "NatGatewayAddresses": shown}, put(shrunk))


def _need_standing(call: Call, name: str, *, public: bool) -> tuple[NatGateway, NetworkInterface]:
    """Give a gateway of this kind that is available, and its interface."""
    gateway = need(call, NatGateway, name)
    if gateway.public != public:
        kind, other = (PUBLIC, PRIVATE) if public else (PRIVATE, PUBLIC)
        raise InvalidParameterValue(
            f"{name} is a {other} NAT gateway, and this call is for {kind} ones."
        )
    interface = call.network.get(NetworkInterface, gateway.network_interface_id)
    if gateway.state is not NatGatewayState.AVAILABLE or interface is None:
        raise IncorrectState(
            f"The NAT gateway {name} is {gateway.state.value}. Its addresses change while it is "
            "available."
        )
    return gateway, interface


def _choose(
    call: Call, interface: NetworkInterface, named: Sequence[IPv4Address], count: int
) -> list[IPv4Address]:
    """Give the addresses that join an interface: those named, or the next free ones."""
    check_address_quota(call, len(interface.private_addresses) + len(named) + count)
    subnet = need(call, Subnet, interface.subnet_id)
    taken = addresses_in_use(call, subnet)
    chosen = []
    for wanted in named:
        chosen.append(allocate(subnet, taken, wanted))
        taken.add(wanted)
    taken |= reserved_addresses(call, subnet)
    for _ in range(count):
        chosen.append(allocate(subnet, taken))
        taken.add(chosen[-1])
    return chosen


def _grown(interface: NetworkInterface, more: Sequence[IPv4Address]) -> NetworkInterface:
    return replace(interface, private_addresses=(*interface.private_addresses, *more))


def _shrunk(interface: NetworkInterface, leaving: Sequence[IPv4Address]) -> NetworkInterface:
    """Give the interface without these secondary addresses. Raises InvalidParameterValue."""
    for address in leaving:
        if address not in interface.private_addresses[1:]:
            raise InvalidParameterValue(
                f"The address {address} is not a secondary one of {interface.id}. "
                "Name secondary addresses: the primary one stays."
            )
    left = tuple(one for one in interface.private_addresses if one not in leaving)
    return replace(interface, private_addresses=left)


def _check_drain(seconds: int | None) -> None:
    if seconds is not None and not 1 <= seconds <= LONGEST_DRAIN:
        raise InvalidParameterValue(
            f"Value ({seconds}) for parameter maxDrainDurationSeconds is invalid. "
            f"Give 1 to {LONGEST_DRAIN} seconds."
        )
