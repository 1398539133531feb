"""Making interfaces: the address, the groups, the MAC, whoever wears it."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from ipaddress import IPv4Address

from genkan.api.call import Call
from genkan.api.ids import need
from genkan.model.errors import InvalidParameterValue, Refused
from genkan.model.network_interface import Attachment, InterfaceType, NetworkInterface
from genkan.model.resource import Tags
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet, allocate

MOST_GROUPS = 16  # AWS's default is 5 and it raises it to 16
HEX = "0123456789abcdef"


class SecurityGroupsPerInterfaceLimitExceeded(Refused):
    code = "SecurityGroupsPerInterfaceLimitExceeded"


def addresses_in_use(call: Call, subnet: Subnet) -> set[IPv4Address]:
    """Give every address of a subnet that an interface holds."""
    return {
        address
        for interface in call.network.where(NetworkInterface, subnet_id=subnet.id)
        for address in interface.private_addresses
    }


def choose_groups(call: Call, vpc_id: str, group_ids: Sequence[str] | None) -> tuple[str, ...]:
    """Give the groups an interface wears: those named, else the VPC's default one.

    Raises Malformed, NotFound, InvalidParameterValue for a group of another VPC.
    """
    if not group_ids:
        return tuple(
            group.id
            for group in call.network.where(SecurityGroup, vpc_id=vpc_id)
            if group.is_default
        )
    if len(set(group_ids)) > MOST_GROUPS:
        raise SecurityGroupsPerInterfaceLimitExceeded(
            f"An interface wears at most {MOST_GROUPS} security groups; this names "
            f"{len(set(group_ids))}."
        )
    groups = [need(call, SecurityGroup, name) for name in dict.fromkeys(group_ids)]
    for group in groups:
        if group.vpc_id != vpc_id:
            raise InvalidParameterValue(
                f"The security group {group.id} belongs to {group.vpc_id} and the interface to "
                f"{vpc_id}: they have to be in one VPC."
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
    description: str = "",
    tags: Tags = (),
    interface_type: InterfaceType = InterfaceType.INTERFACE,
) -> NetworkInterface:
    """Make an interface with addresses of its subnet.

    Raises AddressNotInSubnet, AddressReserved, AddressInUse, SubnetFull.
    """
    taken = set(in_use)
    addresses: list[IPv4Address] = []
    for one in (wanted, *secondary, *([None] * secondary_count)):
        addresses.append(allocate(subnet, taken, one))
        taken.add(addresses[-1])
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
        group_ids=group_ids,
        description=description,
        interface_type=interface_type,
        requester_id=None if interface_type is InterfaceType.INTERFACE else "amazon-aws",
        source_dest_check=interface_type is not InterfaceType.NAT_GATEWAY,
    )


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


def parse_address(text: str, parameter: str) -> IPv4Address:
    """Read an address of a request. Raises InvalidParameterValue."""
    try:
        return IPv4Address(text)
    except ValueError:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter {parameter} is invalid. Give an IPv4 address."
        ) from None
