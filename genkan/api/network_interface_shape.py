"""An interface as the API shows it, in its own calls and in those of instances, and its filters."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from typing import Any

from genkan.api.call import Call
from genkan.api.interface_prefixes import shown_prefixes
from genkan.api.output import present
from genkan.api.public_addresses import elastic_ip_of
from genkan.api.selection import Values, instant, yes_no
from genkan.api.tagging import shown
from genkan.model.catalogue.regions import REGIONS
from genkan.model.host_names import internal_domain, private_host, public_domain, public_host
from genkan.model.load_balancer import LoadBalancer
from genkan.model.network_interface import Attachment, InterfaceType, NetworkInterface
from genkan.model.security_group import SecurityGroup
from genkan.model.vpc import Vpc

AMAZON = "amazon"
DETACHED = "detached"
ATTACHED = "attached"  # attaching and detaching are done when their call is answered
NOT_MANAGED = {"Managed": False}
FOUND_AFTER_ITS_END = timedelta(minutes=1)  # an attachment, by who asks for it by its own id


def private_dns_name(interface: NetworkInterface, address: IPv4Address | None = None) -> str:
    """Give the name that an interface's address (the primary one) has in its VPC; "" without
    IPv4."""
    if not interface.has_ipv4:
        return ""
    host = private_host(address or interface.private_ip)
    return f"{host}.{internal_domain(interface.region)}"


def groups_of(call: Call, group_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Give groups with their names."""
    groups = (call.network.get(SecurityGroup, name) for name in group_ids)
    return [{"GroupId": group.id, "GroupName": group.group_name} for group in groups if group]


def association(
    call: Call, interface: NetworkInterface, private_ip: IPv4Address | None = None
) -> dict[str, Any] | None:
    """Give the public address of a private one (the primary): an Elastic IP, or a lent one."""
    if not interface.has_ipv4:
        return None
    private_ip = private_ip or interface.private_ip
    elastic = elastic_ip_of(call.network, interface, private_ip)
    if elastic:
        return present(
            AllocationId=elastic.id,
            AssociationId=elastic.association_id,
            IpOwnerId=elastic.account,
            PublicIp=str(elastic.public_ip),
            PublicDnsName=_public_dns_name(call, interface, elastic.public_ip),
        )
    if interface.public_ip and private_ip == interface.private_ip:
        return {
            "IpOwnerId": AMAZON,
            "PublicIp": str(interface.public_ip),
            "PublicDnsName": _public_dns_name(call, interface, interface.public_ip),
        }
    return None


def just_ended(call: Call, interface: NetworkInterface) -> Attachment | None:
    """Give the attachment that ended a moment ago: who waits for its end asks for it by its id."""
    ended_at = interface.former_ended_at
    fresh = ended_at is not None and call.now - ended_at < FOUND_AFTER_ITS_END
    return interface.former if fresh else None


def found_by_attachment(
    call: Call, interface: NetworkInterface, names: Collection[str]
) -> dict[str, Any]:
    """Give an interface to who asked for attachments by these ids: one that ended is shown."""
    shape = network_interface(call, interface)
    ended = just_ended(call, interface)
    if ended and ended.id in names:
        return shape | {"Attachment": {**(_attachment(ended) or {}), "Status": DETACHED}}
    return shape


def status_of(interface: NetworkInterface) -> str:
    return "in-use" if interface.attachment else "available"


def network_interface(call: Call, interface: NetworkInterface) -> dict[str, Any]:
    """Give an interface as DescribeNetworkInterfaces does."""
    named = _has_names(call, interface)
    return present(
        Association=association(call, interface),
        Attachment=_attachment(interface.attachment),
        AvailabilityZone=interface.zone,
        AvailabilityZoneId=_zone_id(interface),
        ConnectionTrackingConfiguration=dict(interface.connection_tracking) or None,
        DenyAllIgwTraffic=_denies_gateways(call, interface),
        Description=interface.description,
        Groups=groups_of(call, interface.group_ids),
        InterfaceType=interface.interface_type.value,
        Ipv4Prefixes=shown_prefixes(interface, 4) or None,
        Ipv6Address=str(interface.ipv6_addresses[0]) if interface.ipv6_addresses else None,
        Ipv6Addresses=[
            {
                "Ipv6Address": str(address),
                "IsPrimaryIpv6": interface.ipv6_primary and address == interface.ipv6_addresses[0],
            }
            for address in interface.ipv6_addresses
        ],
        Ipv6Prefixes=shown_prefixes(interface, 6) or None,
        MacAddress=interface.mac,
        NetworkInterfaceId=interface.id,
        Operator=NOT_MANAGED,
        OwnerId=interface.account,
        PrivateDnsName=private_dns_name(interface) if named else None,
        PrivateIpAddress=str(interface.private_ip) if interface.has_ipv4 else None,
        PrivateIpAddresses=[
            present(
                PrivateIpAddress=str(address),
                Primary=address == interface.private_ip,
                PrivateDnsName=private_dns_name(interface, address) if named else None,
                Association=association(call, interface, address),
            )
            for address in interface.private_addresses
        ],
        RequesterId=interface.requester_id,
        RequesterManaged=interface.requester_id is not None,
        SourceDestCheck=interface.source_dest_check,
        Status=status_of(interface),
        SubnetId=interface.subnet_id,
        TagSet=shown(interface.tags),
        VpcId=interface.vpc_id,
    )


def read(shape: Any, path: tuple[str, ...]) -> list[str]:  # noqa: ANN401 - any part of an output
    """Give the values at a path of members in an output, as filters compare them."""
    if isinstance(shape, list):
        return [value for one in shape for value in read(one, path)]
    if path:
        return read(shape.get(path[0]), path[1:]) if isinstance(shape, dict) else []
    if shape is None:
        return []
    if isinstance(shape, datetime):
        return [instant(shape)]
    return [yes_no(shape) if isinstance(shape, bool) else str(shape)]


# Filter names that are paths of members of the output.
PATHS: Mapping[str, tuple[str, ...]] = {
    "addresses.association.owner-id": ("PrivateIpAddresses", "Association", "IpOwnerId"),
    "addresses.association.public-ip": ("PrivateIpAddresses", "Association", "PublicIp"),
    "addresses.primary": ("PrivateIpAddresses", "Primary"),
    "addresses.private-ip-address": ("PrivateIpAddresses", "PrivateIpAddress"),
    "association.allocation-id": ("Association", "AllocationId"),
    "association.association-id": ("Association", "AssociationId"),
    "association.ip-owner-id": ("Association", "IpOwnerId"),
    "association.public-dns-name": ("Association", "PublicDnsName"),
    "association.public-ip": ("Association", "PublicIp"),
    "attachment.attach-time": ("Attachment", "AttachTime"),
    "attachment.attachment-id": ("Attachment", "AttachmentId"),
    "attachment.delete-on-termination": ("Attachment", "DeleteOnTermination"),
    "attachment.device-index": ("Attachment", "DeviceIndex"),
    "attachment.instance-id": ("Attachment", "InstanceId"),
    "attachment.instance-owner-id": ("Attachment", "InstanceOwnerId"),
    "attachment.status": ("Attachment", "Status"),
    "availability-zone": ("AvailabilityZone",),
    "availability-zone-id": ("AvailabilityZoneId",),
    "description": ("Description",),
    "group-id": ("Groups", "GroupId"),
    "group-name": ("Groups", "GroupName"),
    "interface-type": ("InterfaceType",),
    "ipv6-addresses.ipv6-address": ("Ipv6Addresses", "Ipv6Address"),
    "mac-address": ("MacAddress",),
    "network-interface-id": ("NetworkInterfaceId",),
    "operator.managed": ("Operator", "Managed"),
    "operator.principal": ("Operator", "Principal"),
    "owner-id": ("OwnerId",),
    "private-dns-name": ("PrivateDnsName",),
    "private-ip-address": ("PrivateIpAddresses", "PrivateIpAddress"),
    "requester-id": ("RequesterId",),
    "requester-managed": ("RequesterManaged",),
    "source-dest-check": ("SourceDestCheck",),
    "status": ("Status",),
    "subnet-id": ("SubnetId",),
    "vpc-id": ("VpcId",),
}


def interface_filters(call: Call) -> Mapping[str, Values[NetworkInterface]]:
    """Give the filters of DescribeNetworkInterfaces."""

    def values(path: tuple[str, ...]) -> Values[NetworkInterface]:
        return lambda interface: read(network_interface(call, interface), path)

    def attachment_ids(interface: NetworkInterface) -> list[str]:
        worn = (interface.attachment, just_ended(call, interface))
        return [one.id for one in worn if one]

    quick: dict[str, Values[NetworkInterface]] = {
        "attachment.attachment-id": attachment_ids,
        "group-id": lambda interface: interface.group_ids,
        "interface-type": lambda interface: [interface.interface_type.value],
        "network-interface-id": lambda interface: [interface.id],
        "subnet-id": lambda interface: [interface.subnet_id],
        "vpc-id": lambda interface: [interface.vpc_id],
    }
    return {name: values(path) for name, path in PATHS.items()} | quick


def _denies_gateways(call: Call, interface: NetworkInterface) -> bool | None:
    """Tell that no internet gateway leads to an IPv6 address: an endpoint's, or that of a load
    balancer which says so."""
    denies = interface.interface_type is InterfaceType.VPC_ENDPOINT or any(
        balancer.denies_gateways and interface.id in balancer.network_interface_ids
        for balancer in call.network.where(LoadBalancer, vpc_id=interface.vpc_id)
    )
    return True if denies and interface.ipv6_addresses else None


def _has_names(call: Call, interface: NetworkInterface) -> bool:
    """Tell whether the VPC gives names. "DNS attributes for your VPC"."""
    vpc = call.network.get(Vpc, interface.vpc_id)
    return vpc is not None and vpc.dns_support and vpc.dns_hostnames


def _public_dns_name(call: Call, interface: NetworkInterface, address: IPv4Address) -> str:
    if not _has_names(call, interface):
        return ""
    return f"{public_host(address)}.{public_domain(interface.region)}"


def _zone_id(interface: NetworkInterface) -> str | None:
    region = REGIONS.get(interface.region)
    zones = region.zones if region else ()
    return next((zone.id for zone in zones if zone.name == interface.zone), None)


def _attachment(worn: Attachment | None) -> dict[str, Any] | None:
    if worn is None:
        return None
    return present(
        AttachTime=worn.attached_at,
        AttachmentId=worn.id,
        DeleteOnTermination=worn.delete_on_termination,
        DeviceIndex=worn.device_index,
        NetworkCardIndex=0 if worn.instance_id else None,
        InstanceId=worn.instance_id,
        InstanceOwnerId=worn.instance_owner,
        Status=ATTACHED,
    )
