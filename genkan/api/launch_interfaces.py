"""The interfaces an instance is launched with: new ones as the request says, or one that is there.

A request either describes interfaces or says subnet, groups and address of the only one; both at
once is refused, as in AWS. The lent public address goes to the primary interface, and to a new one
alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from genkan.api.call import Call
from genkan.api.default_vpc import need_default_vpc
from genkan.api.ids import need
from genkan.api.interface_ipv6 import choose_ipv6, ipv6_in_use, parse_ipv6_addresses
from genkan.api.interface_limits import check_asked_count
from genkan.api.interface_making import (
    addresses_in_use,
    choose_groups,
    new_interface,
    parse_address,
)
from genkan.api.interface_prefixes import Asked, asked_of, with_prefixes
from genkan.api.network_interfaces import with_primary_ipv6
from genkan.api.subnets import zones_of
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    Refused,
    UnsupportedOperation,
)
from genkan.model.network import put
from genkan.model.network_interface import Attachment, NetworkInterface
from genkan.model.resource import Tags
from genkan.model.subnet import Subnet

# What an interface of a launch may say; anything else is refused by name.
MEMBERS = frozenset(
    {
        "AssociatePublicIpAddress",
        "DeleteOnTermination",
        "Description",
        "DeviceIndex",
        "Groups",
        "InterfaceType",
        "Ipv4PrefixCount",
        "Ipv4Prefixes",
        "Ipv6AddressCount",
        "Ipv6Addresses",
        "Ipv6PrefixCount",
        "Ipv6Prefixes",
        "NetworkCardIndex",
        "NetworkInterfaceId",
        "PrimaryIpv6",
        "PrivateIpAddress",
        "PrivateIpAddresses",
        "SecondaryPrivateIpAddressCount",
        "SubnetId",
    }
)


class MissingInput(Refused):
    code = "MissingInput"


class InterfaceInUse(Refused):
    code = "InvalidNetworkInterface.InUse"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceRequest:
    """One interface of a launch, whichever way it was asked for."""

    device_index: int
    subnet: Subnet
    existing: NetworkInterface | None
    group_ids: tuple[str, ...]
    address: IPv4Address | None
    secondary: tuple[IPv4Address, ...]
    secondary_count: int
    ipv6: tuple[IPv6Address, ...]
    ipv6_count: int | None
    ipv6_primary: bool
    prefixes: tuple[Asked, ...]
    public: bool
    description: str
    delete_on_termination: bool


@dataclass(frozen=True, slots=True)
class InUse:
    """The addresses of each subnet of a launch that are taken, while instances are made."""

    ipv4: dict[str, set[IPv4Address]] = field(default_factory=dict)
    ipv6: dict[str, set[IPv6Address]] = field(default_factory=dict)

    def of(self, call: Call, subnet: Subnet) -> tuple[set[IPv4Address], set[IPv6Address]]:
        """Give both sets of a subnet, to be added to."""
        if subnet.id not in self.ipv4:
            self.ipv4[subnet.id] = addresses_in_use(call, subnet)
            self.ipv6[subnet.id] = ipv6_in_use(call, subnet)
        return self.ipv4[subnet.id], self.ipv6[subnet.id]


def requested_interfaces(
    call: Call,
    specifications: Sequence[Mapping[str, Any]] | None,
    subnet_id: str | None,
    group_ids: Sequence[str] | None,
    private_ip_address: str | None,
    ipv6: Mapping[str, Any],
    zone: str | None = None,
) -> list[InterfaceRequest]:
    """Read what a launch asks for, the primary interface first, in `zone` where one is named.
    `ipv6` is what the request says of IPv6 for an interface that it does not describe. Raises
    Refused."""
    requests = _requests(call, specifications, subnet_id, group_ids, private_ip_address, ipv6, zone)
    subnet = requests[0].subnet
    if zone not in (None, subnet.zone):
        raise InvalidParameterValue(
            f"Value ({zone}) for parameter availabilityZone is invalid. Subnet '{subnet.id}' is in "
            f"the availability zone {subnet.zone}."
        )
    return requests


def placed_zone(call: Call, placement: Mapping[str, Any]) -> str | None:
    """Give the zone that a launch's placement names. Raises InvalidParameterValue."""
    name, zone_id = placement.get("AvailabilityZone"), placement.get("AvailabilityZoneId")
    if not name and not zone_id:
        return None
    for zone in zones_of(call.region):
        if name in (None, "", zone.name) and zone_id in (None, "", zone.id):
            return zone.name
    raise InvalidParameterValue(
        f"Invalid availability zone: [{name or zone_id}]. DescribeAvailabilityZones tells those of "
        f"{call.region}."
    )


def _requests(
    call: Call,
    specifications: Sequence[Mapping[str, Any]] | None,
    subnet_id: str | None,
    group_ids: Sequence[str] | None,
    private_ip_address: str | None,
    ipv6: Mapping[str, Any],
    zone: str | None,
) -> list[InterfaceRequest]:
    if not specifications:
        one = {
            "DeviceIndex": 0,
            "SubnetId": subnet_id,
            "Groups": list(group_ids or ()),
            "PrivateIpAddress": private_ip_address,
            **ipv6,
        }
        return [_read(call, one, zone)]
    if subnet_id or group_ids or private_ip_address or ipv6:
        raise InvalidParameterCombination(
            "Network interfaces and an instance-level subnet ID, security groups or private "
            "address may not be specified on the same request. Say them in NetworkInterfaces."
        )
    requests = sorted(
        (_read(call, one, zone) for one in specifications), key=lambda r: r.device_index
    )
    if [request.device_index for request in requests] != list(range(len(requests))):
        raise InvalidParameterValue(
            "The device indexes of NetworkInterfaces begin with 0, and each is given once."
        )
    taken = [request.existing.id for request in requests if request.existing]
    if len(set(taken)) < len(taken):
        raise InvalidParameterValue(
            f"The same interface must not appear multiple times: {', '.join(taken)}."
        )
    if len({request.subnet.vpc_id for request in requests}) > 1:
        raise InvalidParameterValue("The interfaces of an instance have to be in one VPC.")
    if len({request.subnet.zone for request in requests}) > 1:
        raise InvalidParameterValue("The interfaces of an instance have to be in one zone.")
    return requests if len(requests) == 1 else _without_lent_addresses(specifications, requests)


def _without_lent_addresses(
    specifications: Sequence[Mapping[str, Any]], requests: Sequence[InterfaceRequest]
) -> list[InterfaceRequest]:
    """An instance of several interfaces is lent no public address. "Public IPv4 addresses" in the
    Amazon EC2 user guide. Raises InvalidParameterCombination where one is asked for."""
    if any(one.get("AssociatePublicIpAddress") for one in specifications):
        raise InvalidParameterCombination(
            "The associatePublicIPAddress parameter cannot be specified when launching with "
            "multiple network interfaces. Associate an Elastic IP address."
        )
    return [replace(request, public=False) for request in requests]


def worn_interfaces(
    call: Call,
    requests: Sequence[InterfaceRequest],
    instance_id: str,
    tags: Tags,
    in_use: InUse,
    free: Iterator[IPv4Address],
) -> list[NetworkInterface]:
    """Make or take the interfaces of one instance. `in_use` is brought up to date."""
    worn = list[NetworkInterface]()
    for request in requests:
        held = (
            replace(call, network=call.network.apply(put(*worn))) if any(request.prefixes) else call
        )
        interface = request.existing or _new(held, request, tags, in_use)
        attachment = Attachment(
            id=call.new_id("eni-attach"),
            instance_id=instance_id,
            instance_owner=call.account,
            device_index=request.device_index,
            attached_at=call.now,
            delete_on_termination=request.delete_on_termination,
        )
        public = next(free) if request.public else interface.public_ip
        worn.append(replace(interface, attachment=attachment, public_ip=public))
    return worn


def _new(call: Call, request: InterfaceRequest, tags: Tags, in_use: InUse) -> NetworkInterface:
    taken, taken_ipv6 = in_use.of(call, request.subnet)
    ipv6 = choose_ipv6(call, request.subnet, taken_ipv6, request.ipv6, request.ipv6_count)
    interface = new_interface(
        call,
        request.subnet,
        request.group_ids,
        in_use=taken,
        wanted=request.address,
        secondary=request.secondary,
        secondary_count=request.secondary_count,
        ipv6=ipv6,
        description=request.description,
        tags=tags,
    )
    for asked in request.prefixes:
        interface = with_prefixes(call, interface, asked)
    taken.update(one for one in interface.answerable if isinstance(one, IPv4Address))
    return with_primary_ipv6(interface, request.ipv6_primary)


def _read(call: Call, one: Mapping[str, Any], zone: str | None) -> InterfaceRequest:
    index = one.get("DeviceIndex", 0)
    _check_members(one)
    check_asked_count(one.get("SecondaryPrivateIpAddressCount", 0))
    if one.get("NetworkInterfaceId"):
        return _existing(call, one, index)
    subnet = _subnet(call, one.get("SubnetId"), zone)
    addresses = [
        (parse_address(item.get("PrivateIpAddress", ""), "privateIpAddresses"), item.get("Primary"))
        for item in one.get("PrivateIpAddresses") or ()
    ]
    primary = one.get("PrivateIpAddress")
    named = next((address for address, first in addresses if first), None)
    public = one.get("AssociatePublicIpAddress")
    if public is None:
        public = index == 0 and subnet.map_public_ip_on_launch
    elif public and index:
        raise InvalidParameterCombination(
            "AssociatePublicIpAddress can be given for the interface with device index 0 alone."
        )
    return InterfaceRequest(
        device_index=index,
        subnet=subnet,
        existing=None,
        group_ids=choose_groups(call, subnet.vpc_id, one.get("Groups")),
        address=parse_address(primary, "privateIpAddress") if primary else named,
        secondary=tuple(address for address, first in addresses if not first),
        secondary_count=one.get("SecondaryPrivateIpAddressCount", 0),
        ipv6=tuple(parse_ipv6_addresses(one.get("Ipv6Addresses"))),
        ipv6_count=one.get("Ipv6AddressCount"),
        ipv6_primary=one.get("PrimaryIpv6", False),
        prefixes=tuple(asked_of(one)),
        public=bool(public),
        description=one.get("Description", ""),
        delete_on_termination=one.get("DeleteOnTermination", True),
    )


def _check_members(one: Mapping[str, Any]) -> None:
    """Raise UnsupportedOperation for what an interface says that is not known here."""
    unknown = sorted(
        name for name, value in one.items() if name not in MEMBERS and value is not None
    )
    if one.get("InterfaceType", "interface") != "interface":
        unknown.append(f"InterfaceType={one['InterfaceType']}")
    if one.get("NetworkCardIndex"):
        unknown.append(f"NetworkCardIndex={one['NetworkCardIndex']}")
    if unknown:
        raise UnsupportedOperation(
            f"Genkan's RunInstances does not take {', '.join(unknown)} of a network interface "
            "yet, and ignores none. Leave it out."
        )


def _existing(call: Call, one: Mapping[str, Any], index: int) -> InterfaceRequest:
    interface = need(call, NetworkInterface, one["NetworkInterfaceId"])
    if interface.attachment:
        raise InterfaceInUse(
            f"Interface: [{interface.id}] in use by "
            f"{interface.attachment.instance_id or interface.description}. Give one that is free."
        )
    if one.get("SubnetId") or one.get("Groups") or one.get("AssociatePublicIpAddress"):
        raise InvalidParameterCombination(
            f"{interface.id} has a subnet, groups and addresses already. Leave them out."
        )
    return InterfaceRequest(
        device_index=index,
        subnet=need(call, Subnet, interface.subnet_id),
        existing=interface,
        group_ids=interface.group_ids,
        address=None,
        secondary=(),
        secondary_count=0,
        ipv6=(),
        ipv6_count=None,
        ipv6_primary=False,
        prefixes=(),
        public=False,
        description=interface.description,
        delete_on_termination=one.get("DeleteOnTermination", False),
    )


def _subnet(call: Call, name: str | None, zone: str | None) -> Subnet:
    if name:
        return need(call, Subnet, name)
    vpc = need_default_vpc(call)
    for subnet in call.network.where(Subnet, vpc_id=vpc.id):
        if subnet.default_for_az and zone in (None, subnet.zone):
            return subnet
    where = f" in the availability zone {zone}" if zone else ""
    raise MissingInput(
        f"No subnets found for the default VPC '{vpc.id}'{where}. Please specify a subnet."
    )
