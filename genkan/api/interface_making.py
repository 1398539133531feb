"""Making interfaces: the address, the groups, the MAC, whoever wears it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any

from genkan.api.call import Call
from genkan.api.ids import need
from genkan.api.interface_limits import check_asked_count
from genkan.api.quotas import (
    GROUPS_OF_AN_INTERFACE,
    INTERFACES,
    NetworkInterfaceLimitExceeded,
    check_quota,
    value_of,
)
from genkan.model.errors import (
    InvalidParameter,
    InvalidParameterCombination,
    InvalidParameterValue,
    OperationNotPermitted,
    Refused,
)
from genkan.model.network_interface import Attachment, InterfaceType, NetworkInterface
from genkan.model.resource import Tags
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet, SubnetCidrReservation, allocate

HEX = "0123456789abcdef"


class SecurityGroupsPerInterfaceLimitExceeded(Refused):
    code = "SecurityGroupsPerInterfaceLimitExceeded"


def addresses_in_use(call: Call, subnet: Subnet) -> set[IPv4Address]:
    """Give every address of a subnet that an interface holds."""
    return {
        address
        for interface in call.network.where(NetworkInterface, subnet_id=subnet.id)
        for address in interface.answerable
        if isinstance(address, IPv4Address)
    }


def reserved_addresses(call: Call, subnet: Subnet) -> set[IPv4Address]:
    """Give the addresses that a reservation keeps from being assigned by themselves."""
    return {
        address
        for row in call.network.where(SubnetCidrReservation, subnet_id=subnet.id)
        if isinstance(row.cidr, IPv4Network)
        for address in row.cidr
    }


def choose_groups(call: Call, vpc_id: str, group_ids: Sequence[str] | None) -> tuple[str, ...]:
    """Give the groups an interface wears: those named, else the VPC's default one.

    Raises Malformed, NotFound, InvalidParameter for a group of another VPC,
    SecurityGroupsPerInterfaceLimitExceeded.
    """
    if not group_ids:
        return tuple(
            group.id
            for group in call.network.where(SecurityGroup, vpc_id=vpc_id)
            if group.is_default
        )
    groups = [need(call, SecurityGroup, name) for name in dict.fromkeys(group_ids)]
    most = value_of(call, GROUPS_OF_AN_INTERFACE)
    if len(groups) > most:
        raise SecurityGroupsPerInterfaceLimitExceeded(
            f"An interface wears at most {most} security groups; this names {len(groups)}."
        )
    for group in groups:
        if vpc_id not in group.vpcs:
            raise InvalidParameter(
                f"Security group {group.id} and network {vpc_id} belong to different networks: "
                f"the group is of {group.vpc_id}. Name groups of the interface's own VPC, or "
                "associate the group with it."
            )
    return tuple(group.id for group in groups)


def new_interface(
    call: Call,
    subnet: Subnet,
    group_ids: tuple[str, ...],
    *,
    in_use: AbstractSet[IPv4Address],
    wanted: IPv4Address | None = None,
    secondary: Sequence[IPv4Address] = (),
    secondary_count: int = 0,
    ipv6: Sequence[IPv6Address] = (),
    description: str = "",
    tags: Tags = (),
    interface_type: InterfaceType = InterfaceType.INTERFACE,
) -> NetworkInterface:
    """Make an interface with addresses of its subnet; of an IPv6-only one, those of `ipv6`.

    Raises AddressNotInSubnet, AddressReserved, AddressInUse, SubnetFull,
    NetworkInterfaceLimitExceeded.
    """
    if call.network.count(NetworkInterface) >= value_of(call, INTERFACES):  # else nobody can have
        count = len(call.mine(NetworkInterface)) + 1
        check_quota(call, count, INTERFACES, NetworkInterfaceLimitExceeded, "network interfaces")
    addresses: list[IPv4Address] = []
    if not (subnet.ipv6_native and ipv6):
        taken = set(in_use)
        addresses = _choose_ipv4(call, subnet, taken, wanted, secondary, secondary_count)
    digits = call.token(10, HEX)
    mac = ":".join(["02", *(digits[at : at + 2] for at in range(0, 10, 2))])
    return NetworkInterface(
        id=call.new_id("eni"),
        account=call.account,
        region=call.region,
        tags=tags,
        vpc_id=subnet.vpc_id,
        subnet_id=subnet.id,
        zone=subnet.zone,
        mac=mac,
        private_addresses=tuple(addresses),
        ipv6_addresses=tuple(ipv6),
        group_ids=group_ids,
        description=description,
        interface_type=interface_type,
        requester_id=None if interface_type is InterfaceType.INTERFACE else "amazon-aws",
        source_dest_check=interface_type is not InterfaceType.NAT_GATEWAY,
    )


def _choose_ipv4(
    call: Call,
    subnet: Subnet,
    taken: set[IPv4Address],
    wanted: IPv4Address | None,
    secondary: Sequence[IPv4Address],
    secondary_count: int,
) -> list[IPv4Address]:
    """Give the primary address and then the secondary ones."""
    named = []
    for one in (*([wanted] if wanted else []), *secondary):
        named.append(allocate(subnet, taken, one))
        taken.add(one)
    taken |= reserved_addresses(call, subnet)
    chosen = []
    for _ in range(secondary_count + (wanted is None)):
        chosen.append(allocate(subnet, taken))
        taken.add(chosen[-1])
    return named + chosen if wanted else chosen[:1] + named + chosen[1:]


def worn_by_aws(call: Call) -> Attachment:
    """Give the attachment of an interface that AWS made for an endpoint or a gateway."""
    return Attachment(
        id=call.new_id("ela-attach"),
        instance_id=None,
        instance_owner="amazon-aws",
        device_index=1,
        attached_at=call.now,
        delete_on_termination=False,
    )


def need_own(call: Call, name: str) -> NetworkInterface:
    """Give an interface that its owner may change. Raises OperationNotPermitted for AWS's own.

    "Requester-managed network interfaces" in the Amazon EC2 user guide.
    """
    interface = need(call, NetworkInterface, name)
    if interface.requester_id is not None:
        worn = interface.attachment.id.rpartition("-")[0] if interface.attachment else "such"
        raise OperationNotPermitted(
            f"You are not allowed to manage '{worn}' attachments: {interface.id} is "
            f'"{interface.description}". Change or delete that instead.'
        )
    return interface


def named_addresses(
    single: str | None, several: Sequence[Mapping[str, Any]] | None, count: int
) -> tuple[IPv4Address | None, list[IPv4Address]]:
    """Give the primary and the secondary addresses that a request names.

    `count` is how many secondary ones it leaves to us. Raises InvalidParameterCombination,
    InvalidParameterValue.
    """
    primary = [parse_address(single, "privateIpAddress")] if single else []
    secondary: list[IPv4Address] = []
    for one in several or ():
        address = parse_address(one.get("PrivateIpAddress", ""), "privateIpAddresses")
        (primary if one.get("Primary") else secondary).append(address)
    if len(set(primary)) > 1:
        raise InvalidParameterCombination(
            "Only one primary private IP address can be specified, and here are "
            f"{' and '.join(map(str, primary))}. Mark one as primary."
        )
    if count and secondary:
        raise InvalidParameterCombination(
            "Secondary private IP addresses can be named or counted, not both. "
            "Leave secondaryPrivateIpAddressCount out."
        )
    if count < 0:
        raise InvalidParameterValue(
            f"Value ({count}) for parameter secondaryPrivateIpAddressCount is invalid. "
            "Give 0 or more."
        )
    check_asked_count(count)
    return (primary[0] if primary else None), [one for one in secondary if one not in primary]


def parse_address(text: str, parameter: str) -> IPv4Address:
    """Read an address of a request. Raises InvalidParameterValue."""
    try:
        return IPv4Address(text)
    except ValueError:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter {parameter} is invalid. Give an IPv4 address."
        ) from None
