"""An interface as the API shows it, in its own calls and in those of instances."""

from typing import Any

from genkan.api.call import Call
from genkan.api.output import present
from genkan.api.tagging import shown
from genkan.model.elastic_ip import ElasticIp
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.security_group import SecurityGroup
from genkan.model.vpc import Vpc

AMAZON = "amazon"


def internal_domain(region: str) -> str:
    """Give the domain of private names. "Amazon EC2 instance hostnames and domains"."""
    return "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"


def public_domain(region: str) -> str:
    return "compute-1.amazonaws.com" if region == "us-east-1" else f"{region}.compute.amazonaws.com"


def private_dns_name(interface: NetworkInterface) -> str:
    """Give the name that an interface's primary address has in its VPC."""
    host = str(interface.private_ip).replace(".", "-")
    return f"ip-{host}.{internal_domain(interface.region)}"


def groups_of(call: Call, group_ids: tuple[str, ...]) -> list[dict[str, Any]]:
    names = {name: call.network.get(SecurityGroup, name) for name in group_ids}
    return [
        {"GroupId": name, "GroupName": group.group_name if group else name}
        for name, group in names.items()
    ]


def association(call: Call, interface: NetworkInterface) -> dict[str, Any] | None:
    """Give the public address of an interface's primary one: an Elastic IP, or a lent one."""
    elastic = next(
        (
            one
            for one in call.network.where(ElasticIp, network_interface_id=interface.id)
            if one.private_ip == interface.private_ip
        ),
        None,
    )
    if elastic:
        return present(
            AllocationId=elastic.id,
            AssociationId=elastic.association_id,
            IpOwnerId=elastic.account,
            PublicIp=str(elastic.public_ip),
            PublicDnsName=public_dns_name(call, interface, str(elastic.public_ip)),
        )
    if interface.public_ip:
        return {
            "IpOwnerId": AMAZON,
            "PublicIp": str(interface.public_ip),
            "PublicDnsName": public_dns_name(call, interface, str(interface.public_ip)),
        }
    return None


def public_dns_name(call: Call, interface: NetworkInterface, address: str) -> str:
    """Give the public name of an address; empty where the VPC gives no names."""
    vpc = call.network.get(Vpc, interface.vpc_id)
    if vpc is None or not (vpc.dns_hostnames and vpc.dns_support):
        return ""
    return f"ec2-{address.replace('.', '-')}.{public_domain(interface.region)}"


def private_addresses(call: Call, interface: NetworkInterface) -> list[dict[str, Any]]:
    first = association(call, interface)
    return [
        present(
            PrivateIpAddress=str(address),
            Primary=address == interface.private_ip,
            PrivateDnsName=private_dns_name(interface) if address == interface.private_ip else None,
            Association=first if address == interface.private_ip else None,
        )
        for address in interface.private_addresses
    ]


def status_of(interface: NetworkInterface) -> str:
    return "in-use" if interface.attachment else "available"


def network_interface(call: Call, interface: NetworkInterface) -> dict[str, Any]:
    """Give an interface as DescribeNetworkInterfaces does."""
    return present(
        Association=association(call, interface),
        Attachment=_attachment(interface),
        AvailabilityZone=interface.zone,
        Description=interface.description,
        Groups=groups_of(call, interface.group_ids),
        InterfaceType=interface.interface_type.value,
        Ipv6Addresses=[],
        MacAddress=interface.mac,
        NetworkInterfaceId=interface.id,
        OwnerId=interface.account,
        PrivateDnsName=private_dns_name(interface),
        PrivateIpAddress=str(interface.private_ip),
        PrivateIpAddresses=private_addresses(call, interface),
        RequesterId=interface.requester_id,
        RequesterManaged=interface.requester_id is not None,
        SourceDestCheck=interface.source_dest_check,
        Status=status_of(interface),
        SubnetId=interface.subnet_id,
        TagSet=shown(interface.tags),
        VpcId=interface.vpc_id,
        DenyAllIgwTraffic=False if interface.interface_type is InterfaceType.VPC_ENDPOINT else None,
    )


def _attachment(interface: NetworkInterface) -> dict[str, Any] | None:
    worn = interface.attachment
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
        Status="attached",
    )
