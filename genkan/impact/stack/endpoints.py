"""The calls for what has an address: interfaces, instances, Elastic IPs, endpoints and endpoint
services."""

import json
from typing import Any

from genkan.impact.stack.stacking import Make, Wanted, listed
from genkan.imports.cloudformation import Listed, Pending, Unresolved
from genkan.imports.notes import NoteCode

INTERFACE = "NetworkInterface"
UNKNOWN_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/known-to-the-stack": "yes"}},
        }
    ],
}
PLAIN = (
    "Description",
    "PrivateIpAddress",
    "PrivateIpAddresses",
    "SecondaryPrivateIpAddressCount",
    "Ipv6Addresses",
    "Ipv6AddressCount",
)


def interface(wanted: Wanted) -> None:
    number = wanted.order(
        "CreateNetworkInterface",
        **wanted.given("SubnetId", *PLAIN),
        Groups=wanted.value("GroupSet"),
        InterfaceType=wanted.value("InterfaceType"),
        TagSpecifications=wanted.tagged("network-interface"),
    )
    name = wanted.answer(number, "NetworkInterface.NetworkInterfaceId")
    address = wanted.answer(number, "NetworkInterface.PrivateIpAddress")
    checked = wanted.value("SourceDestCheck")
    if checked is not None:
        wanted.order(
            "ModifyNetworkInterfaceAttribute",
            NetworkInterfaceId=name,
            SourceDestCheck={"Value": checked},
        )
    wanted.made(name, Id=name, PrimaryPrivateIpAddress=address)


def interface_attachment(wanted: Wanted) -> None:
    given = wanted.given(f"{INTERFACE}Id", "InstanceId", "DeviceIndex")
    number = wanted.order("AttachNetworkInterface", **given)
    wanted.made(wanted.answer(number, "AttachmentId"))


def instance(wanted: Wanted) -> None:
    """An instance: what it runs, and which image it is of, tells no packet where to go."""
    profile = wanted.known("IamInstanceProfile")
    number = wanted.order(
        "RunInstances",
        MinCount=1,
        MaxCount=1,
        InstanceType=wanted.known("InstanceType"),
        **wanted.given("SubnetId", "SecurityGroupIds", "PrivateIpAddress", "Ipv6AddressCount"),
        NetworkInterfaces=[_specified(one) for one in wanted.blocks(f"{INTERFACE}s")],
        IamInstanceProfile={"Name": profile} if profile else None,
        TagSpecifications=wanted.tagged("instance"),
    )
    name = wanted.answer(number, "Instances.0.InstanceId")
    checked = wanted.value("SourceDestCheck")
    if checked is not None:
        wanted.order("ModifyInstanceAttribute", InstanceId=name, SourceDestCheck={"Value": checked})

    def public() -> Pending:
        asked = wanted.order("DescribeInstances", InstanceIds=[name])
        return wanted.answer(asked, "Reservations.0.Instances.0.PublicIpAddress")

    wanted.made(
        name,
        InstanceId=name,
        AvailabilityZone=wanted.answer(number, "Instances.0.Placement.AvailabilityZone"),
        PrivateIp=wanted.answer(number, "Instances.0.PrivateIpAddress"),
        PrivateDnsName=wanted.answer(number, "Instances.0.PrivateDnsName"),
        VpcId=wanted.answer(number, "Instances.0.VpcId"),
        PublicIp=public,
    )


def _specified(row: dict[str, Any]) -> dict[str, Any]:
    """Give an interface as RunInstances takes it: the groups are called otherwise."""
    made = {("Groups" if name == "GroupSet" else name): one for name, one in row.items()}
    made["DeviceIndex"] = made.get("DeviceIndex", 0)
    return made


def elastic_ip(wanted: Wanted) -> None:
    instance_id = wanted.value("InstanceId")
    number = wanted.order(
        "AllocateAddress", Domain="vpc", TagSpecifications=wanted.tagged("elastic-ip")
    )
    name = wanted.answer(number, "AllocationId")
    if instance_id:
        wanted.order("AssociateAddress", AllocationId=name, InstanceId=instance_id)
    address = wanted.answer(number, "PublicIp")
    wanted.made(address, AllocationId=name, PublicIp=address)


def elastic_ip_association(wanted: Wanted) -> None:
    given = wanted.given("AllocationId", "InstanceId", f"{INTERFACE}Id", "PrivateIpAddress")
    if given["AllocationId"] is None:
        given["PublicIp"] = wanted.value("EIP")
    number = wanted.order("AssociateAddress", **given)
    name = wanted.answer(number, "AssociationId")
    wanted.made(name, Id=name)


def endpoint(wanted: Wanted) -> None:
    """An endpoint; CloudFormation's default for private DNS is off, where the API's is on."""
    kind = wanted.value("VpcEndpointType") or "Gateway"
    private = wanted.value("PrivateDnsEnabled") or False
    number = wanted.order(
        "CreateVpcEndpoint",
        VpcEndpointType=kind,
        **wanted.given(
            "VpcId",
            "ServiceName",
            "ServiceRegion",
            "SubnetIds",
            "SecurityGroupIds",
            "RouteTableIds",
            "IpAddressType",
            "DnsOptions",
        ),
        PrivateDnsEnabled=private if kind == "Interface" else None,
        PolicyDocument=_policy(wanted),
        TagSpecifications=wanted.tagged("vpc-endpoint"),
    )
    name = wanted.answer(number, "VpcEndpoint.VpcEndpointId")

    def entry(at: int) -> Pending:
        held = f"{{{number}.VpcEndpoint.DnsEntries.{at}"
        return Pending(f"{held}.HostedZoneId}}:{held}.DnsName}}", apart=True)

    wanted.made(
        name,
        Id=name,
        DnsEntries=Listed(entry),
        NetworkInterfaceIds=listed(wanted, number, "VpcEndpoint.NetworkInterfaceIds.*"),
    )


def _policy(wanted: Wanted) -> str | None:
    """Give an endpoint's policy. In the place of one that is not known stands one that allows some
    calls, and of which nobody can say which: what it is asked DEPENDS."""
    try:
        held = wanted.value("PolicyDocument")
    except Unresolved as error:
        wanted.note(
            NoteCode.UNKNOWN_RESOURCE,
            f"What its policy allows is not known: {error}. What is said of calls DEPENDS on it.",
        )
        held = UNKNOWN_POLICY
    return held if held is None or isinstance(held, str) else json.dumps(held)


def service(wanted: Wanted) -> None:
    number = wanted.order(
        "CreateVpcEndpointServiceConfiguration",
        NetworkLoadBalancerArns=wanted.value("NetworkLoadBalancerArns"),
        GatewayLoadBalancerArns=wanted.value("GatewayLoadBalancerArns"),
        SupportedIpAddressTypes=wanted.value("SupportedIpAddressTypes"),
        # CloudFormation sends what the template has; absent is the API's own default.
        AcceptanceRequired=wanted.value("AcceptanceRequired"),
        TagSpecifications=wanted.tagged("vpc-endpoint-service"),
    )
    name = wanted.answer(number, "ServiceConfiguration.ServiceId")
    wanted.made(name, ServiceId=name)


def permissions(wanted: Wanted) -> None:
    wanted.order(
        "ModifyVpcEndpointServicePermissions",
        ServiceId=wanted.value("ServiceId"),
        AddAllowedPrincipals=wanted.value("AllowedPrincipals"),
    )
    wanted.made(wanted.resource.name)


MAKES: dict[str, Make] = {
    "AWS::EC2::EIP": elastic_ip,
    "AWS::EC2::NetworkInterface": interface,
    "AWS::EC2::Instance": instance,
    "AWS::EC2::NetworkInterfaceAttachment": interface_attachment,
    "AWS::EC2::EIPAssociation": elastic_ip_association,
    "AWS::EC2::VPCEndpointService": service,
    "AWS::EC2::VPCEndpointServicePermissions": permissions,
    "AWS::EC2::VPCEndpoint": endpoint,
}
