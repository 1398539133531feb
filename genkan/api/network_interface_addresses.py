"""Addresses that an interface gets after it was made, and gives back.

A secondary address can move from one interface to another of the same subnet, and its Elastic IP
moves along; one that is given back lets go of it. "Multiple IP addresses" in the Amazon EC2 user
guide. Prefixes are `interface_prefixes`'.
"""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.interface_ipv6 import choose_ipv6, ipv6_in_use, parse_ipv6_address
from genkan.api.interface_limits import check_address_count, check_asked_count
from genkan.api.interface_making import (
    addresses_in_use,
    need_own,
    parse_address,
    reserved_addresses,
)
from genkan.api.interface_prefixes import asked_prefixes, with_prefixes, without_prefixes
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
)
from genkan.model.instance import Instance
from genkan.model.network import Change, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet, allocate


def assign_private_ip_addresses(
    call: Call,
    *,
    network_interface_id: str,
    private_ip_addresses: Sequence[str] | None = None,
    secondary_private_ip_address_count: int | None = None,
    allow_reassignment: bool = False,
    ipv4_prefixes: Sequence[str] | None = None,
    ipv4_prefix_count: int | None = None,
) -> Answer:
    interface = need_own(call, network_interface_id)
    if ipv4_prefixes or ipv4_prefix_count:
        if private_ip_addresses or secondary_private_ip_address_count:
            raise InvalidParameterCombination(
                "Prefixes and addresses cannot be assigned by one call. Use two."
            )
        changed = _given_prefixes(call, interface, 4, ipv4_prefixes, ipv4_prefix_count)
        given = [str(one) for one in changed.prefixes[len(interface.prefixes) :]]
        shown = [{"Ipv4Prefix": one} for one in given]
        return Answer(
            {"NetworkInterfaceId": interface.id, "AssignedIpv4Prefixes": shown}, put(changed)
        )
    count = _named_or_counted(
        private_ip_addresses,
        secondary_private_ip_address_count,
        ("privateIpAddresses", "secondaryPrivateIpAddressCount"),
    )
    subnet = need(call, Subnet, interface.subnet_id)
    wanted = [parse_address(one, "privateIpAddresses") for one in private_ip_addresses or ()]
    moved = _moved(call, interface, wanted) if allow_reassignment else Change()
    after = replace(call, network=call.network.apply(moved))
    taken = addresses_in_use(after, subnet)
    chosen = [
        allocate(subnet, taken, one)
        for one in dict.fromkeys(wanted)
        if one not in interface.private_addresses
    ]
    taken |= {*chosen, *reserved_addresses(call, subnet)}
    for _ in range(count):
        chosen.append(allocate(subnet, taken))
        taken.add(chosen[-1])
    changed = replace(interface, private_addresses=(*interface.private_addresses, *chosen))
    _check_limit(call, changed, 4)
    return Answer(
        {
            "NetworkInterfaceId": interface.id,
            "AssignedPrivateIpAddresses": [{"PrivateIpAddress": str(one)} for one in chosen],
        },
        moved + put(changed),
    )


def unassign_private_ip_addresses(
    call: Call,
    *,
    network_interface_id: str,
    private_ip_addresses: Sequence[str] | None = None,
    ipv4_prefixes: Sequence[str] | None = None,
) -> Answer:
    interface = need_own(call, network_interface_id)
    if ipv4_prefixes and not private_ip_addresses:
        return Answer(change=put(without_prefixes(interface, 4, ipv4_prefixes)))
    if ipv4_prefixes:
        interface = without_prefixes(interface, 4, ipv4_prefixes)
    if not private_ip_addresses:
        raise MissingParameter("The request must contain the parameter privateIpAddresses.")
    given = {parse_address(one, "privateIpAddresses") for one in private_ip_addresses}
    strangers = given - set(interface.private_addresses)
    if strangers:
        raise InvalidParameterValue(
            f"Some of {', '.join(map(str, sorted(strangers)))} are not assigned to interface "
            f"{interface.id}. Name addresses that it has."
        )
    if interface.private_ip in given:
        raise InvalidParameterValue(
            f"The address {interface.private_ip} is the primary one of {interface.id} and cannot "
            "be unassigned. Name secondary addresses."
        )
    left = tuple(one for one in interface.private_addresses if one not in given)
    freed = [
        replace(one, association_id=None, network_interface_id=None, private_ip=None)
        for one in call.network.where(ElasticIp, network_interface_id=interface.id)
        if one.private_ip in given
    ]
    return Answer(change=put(replace(interface, private_addresses=left), *freed))


def assign_ipv6_addresses(
    call: Call,
    *,
    network_interface_id: str,
    ipv6_addresses: Sequence[str] | None = None,
    ipv6_address_count: int | None = None,
    ipv6_prefixes: Sequence[str] | None = None,
    ipv6_prefix_count: int | None = None,
) -> Answer:
    interface = need_own(call, network_interface_id)
    if ipv6_prefixes or ipv6_prefix_count:
        if ipv6_addresses or ipv6_address_count:
            raise InvalidParameterCombination(
                "Prefixes and IPv6 addresses cannot be assigned by one call. Use two."
            )
        changed = _given_prefixes(call, interface, 6, ipv6_prefixes, ipv6_prefix_count)
        given = [str(one) for one in changed.prefixes[len(interface.prefixes) :]]
        return Answer(
            {"NetworkInterfaceId": interface.id, "AssignedIpv6Prefixes": given}, put(changed)
        )
    count = _named_or_counted(
        ipv6_addresses, ipv6_address_count, ("ipv6Addresses", "ipv6AddressCount")
    )
    subnet = need(call, Subnet, interface.subnet_id)
    named = [parse_ipv6_address(one) for one in ipv6_addresses or ()]
    chosen = choose_ipv6(call, subnet, ipv6_in_use(call, subnet), named, count)
    changed = replace(interface, ipv6_addresses=(*interface.ipv6_addresses, *chosen))
    _check_limit(call, changed, 6)
    return Answer(
        {
            "NetworkInterfaceId": interface.id,
            "AssignedIpv6Addresses": [str(one) for one in chosen],
        },
        put(changed),
    )


def unassign_ipv6_addresses(
    call: Call,
    *,
    network_interface_id: str,
    ipv6_addresses: Sequence[str] | None = None,
    ipv6_prefixes: Sequence[str] | None = None,
) -> Answer:
    interface = need_own(call, network_interface_id)
    if not ipv6_addresses and not ipv6_prefixes:
        raise MissingParameter("The request must contain the parameter ipv6Addresses.")
    ipv6_addresses = ipv6_addresses or ()
    before = interface.prefixes
    interface = without_prefixes(interface, 6, ipv6_prefixes or ())
    given = {parse_ipv6_address(one) for one in ipv6_addresses}
    strangers = given - set(interface.ipv6_addresses)
    if strangers:
        raise InvalidParameterValue(
            f"Some of {', '.join(map(str, sorted(strangers)))} are not assigned to interface "
            f"{interface.id}. Name addresses that it has."
        )
    if interface.ipv6_primary and interface.ipv6_addresses[0] in given:
        raise InvalidParameterValue(
            f"The address {interface.ipv6_addresses[0]} is the primary IPv6 address of "
            f"{interface.id} and cannot be unassigned."
        )
    left = tuple(one for one in interface.ipv6_addresses if one not in given)
    return Answer(
        {
            "NetworkInterfaceId": interface.id,
            "UnassignedIpv6Addresses": [str(one) for one in sorted(given)],
            "UnassignedIpv6Prefixes": [str(one) for one in before if one not in interface.prefixes],
        },
        put(replace(interface, ipv6_addresses=left)),
    )


def _given_prefixes(
    call: Call,
    interface: NetworkInterface,
    version: int,
    named: Sequence[str] | None,
    count: int | None,
) -> NetworkInterface:
    changed = with_prefixes(call, interface, asked_prefixes(version, named, count))
    _check_limit(call, changed, version)
    return changed


def _named_or_counted(
    named: Sequence[str] | None, count: int | None, parameters: tuple[str, str]
) -> int:
    """Give how many addresses are left to us. Raises when the request says both, or nothing."""
    if named and count:
        raise InvalidParameterCombination(
            f"The parameters {' and '.join(parameters)} cannot be used together. "
            "Leave one of them out."
        )
    if not named and not count:
        raise MissingParameter(
            f"Either {parameters[0]} or {parameters[1]} must be specified, and at least one "
            "address asked for."
        )
    if count is not None and count < 0:
        raise InvalidParameterValue(
            f"Value ({count}) for parameter {parameters[1]} is invalid. Give 1 or more."
        )
    check_asked_count(count or 0)
    return count or 0


def _moved(call: Call, to: NetworkInterface, wanted: Sequence[IPv4Address]) -> Change:
    """Give what takes secondary addresses off other interfaces; their Elastic IPs go along."""
    change = Change()
    for other in call.network.where(NetworkInterface, subnet_id=to.subnet_id):
        moving = {one for one in wanted if one in other.private_addresses[1:]}
        if not moving or other.id == to.id:
            continue
        need_own(call, other.id)
        left = tuple(one for one in other.private_addresses if one not in moving)
        elastic = [
            replace(one, network_interface_id=to.id)
            for one in call.network.where(ElasticIp, network_interface_id=other.id)
            if one.private_ip in moving
        ]
        change += put(replace(other, private_addresses=left), *elastic)
    return change


def _check_limit(call: Call, interface: NetworkInterface, version: int) -> None:
    instance = call.network.get(Instance, interface.instance_id)
    if instance:
        check_address_count(instance.instance_type, interface, version)
