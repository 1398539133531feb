"""The calls for what a network is made of: VPCs, subnets, ways out, endpoints, instances."""

from collections.abc import Iterable
from typing import Any

from genkan.impact.plan import PlannedChange, Planning
from genkan.impact.plan_interfaces import name_tag
from genkan.impact.plan_lookups import default_acl, default_group, ipv6_block, main_table

NAMES = {
    "cidr_block": "DestinationCidrBlock",
    "destination_cidr_block": "DestinationCidrBlock",
    "ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_prefix_list_id": "DestinationPrefixListId",
    "gateway_id": "GatewayId",
    "nat_gateway_id": "NatGatewayId",
    "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "network_interface_id": "NetworkInterfaceId",
    "vpc_endpoint_id": "VpcEndpointId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId",
}
DESTINATIONS = tuple(one for one in NAMES if "cidr" in one or "prefix" in one)
VPC_ATTRIBUTES = {
    "enable_dns_support": ("EnableDnsSupport", True),
    "enable_dns_hostnames": ("EnableDnsHostnames", False),
}


def create_vpc(planning: Planning, change: PlannedChange) -> None:
    six = planning.value(change, "assign_generated_ipv6_cidr_block")
    number = planning.order(
        "CreateVpc",
        CidrBlock=planning.value(change, "cidr_block"),
        AmazonProvidedIpv6CidrBlock=six or None,
        TagSpecifications=name_tag(change, "vpc"),
    )
    name = f"{{{number}.Vpc.VpcId}}"
    planning.stands(
        change,
        id=name,
        default_security_group_id=default_group(planning, name),
        default_network_acl_id=default_acl(planning, name),
        main_route_table_id=main_table(planning, name),
        default_route_table_id=main_table(planning, name),
        ipv6_cidr_block=ipv6_block(planning, name),
    )
    _vpc_attributes(planning, change, name, {})


def update_vpc(planning: Planning, change: PlannedChange) -> None:
    _vpc_attributes(planning, change, change.before["id"], change.before)


def _vpc_attributes(planning: Planning, change: PlannedChange, name: str, before: Any) -> None:  # noqa: ANN401
    for attribute, (member, default) in VPC_ATTRIBUTES.items():
        value = planning.value(change, attribute)
        if value is not None and value != before.get(attribute, default):
            planning.order("ModifyVpcAttribute", VpcId=name, **{member: {"Value": value}})


def create_subnet(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "CreateSubnet",
        VpcId=planning.value(change, "vpc_id"),
        CidrBlock=planning.value(change, "cidr_block"),
        Ipv6CidrBlock=planning.known(change, "ipv6_cidr_block"),
        AvailabilityZone=planning.value(change, "availability_zone"),
        TagSpecifications=name_tag(change, "subnet"),
    )
    planning.answered(change, number, id="Subnet.SubnetId")
    if planning.value(change, "map_public_ip_on_launch"):
        planning.order(
            "ModifySubnetAttribute",
            SubnetId=f"{{{number}.Subnet.SubnetId}}",
            MapPublicIpOnLaunch={"Value": True},
        )


def create_internet_gateway(planning: Planning, change: PlannedChange) -> None:
    vpc = planning.value(change, "vpc_id")
    number = planning.order("CreateInternetGateway")
    name = "InternetGateway.InternetGatewayId"
    planning.answered(change, number, id=name)
    if vpc:
        planning.order("AttachInternetGateway", InternetGatewayId=f"{{{number}.{name}}}", VpcId=vpc)


def create_elastic_ip(planning: Planning, change: PlannedChange) -> None:
    number = planning.order("AllocateAddress", Domain="vpc")
    planning.answered(change, number, id="AllocationId", allocation_id="AllocationId")
    planning.answered(change, number, public_ip="PublicIp")
    instance = planning.value(change, "instance")
    interface = planning.value(change, "network_interface")
    if instance or interface:
        planning.order(
            "AssociateAddress",
            AllocationId=f"{{{number}.AllocationId}}",
            InstanceId=instance,
            NetworkInterfaceId=None if instance else interface,
            PrivateIpAddress=planning.value(change, "associate_with_private_ip"),
        )


def create_nat_gateway(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "CreateNatGateway",
        SubnetId=planning.value(change, "subnet_id"),
        AllocationId=planning.value(change, "allocation_id"),
        ConnectivityType=planning.value(change, "connectivity_type"),
    )
    planning.answered(change, number, id="NatGateway.NatGatewayId")


def create_route_table(planning: Planning, change: PlannedChange) -> None:
    number = planning.order("CreateRouteTable", VpcId=planning.value(change, "vpc_id"))
    name = "RouteTable.RouteTableId"
    planning.answered(change, number, id=name)
    for route in planning.blocks(change, "route"):
        planning.order("CreateRoute", RouteTableId=f"{{{number}.{name}}}", **route_of(route))


def update_route_table(planning: Planning, change: PlannedChange) -> None:
    name = change.before["id"]
    old = {_destination(one): one for one in change.before.get("route") or ()}
    new = {_destination(one): one for one in planning.blocks(change, "route")}
    for destination in old:
        if destination not in new:
            member, value = destination
            planning.order("DeleteRoute", RouteTableId=name, **{NAMES[member]: value})
    for destination, route in new.items():
        if destination not in old:
            planning.order("CreateRoute", RouteTableId=name, **route_of(route))
        elif route != old[destination]:
            planning.order("ReplaceRoute", RouteTableId=name, **route_of(route))


def create_route(planning: Planning, change: PlannedChange) -> None:
    planning.order("CreateRoute", **_separate_route(planning, change))


def update_route(planning: Planning, change: PlannedChange) -> None:
    planning.order("ReplaceRoute", **_separate_route(planning, change))


def delete_route(planning: Planning, change: PlannedChange) -> None:
    member, value = _destination(change.before)
    planning.order(
        "DeleteRoute", RouteTableId=change.before["route_table_id"], **{NAMES[member]: value}
    )


def _separate_route(planning: Planning, change: PlannedChange) -> dict[str, Any]:
    route = {name: planning.value(change, name) for name in NAMES if name in change.after}
    unknown = {name: planning.value(change, name) for name in NAMES if name in change.unknown}
    table = planning.value(change, "route_table_id")
    return {"RouteTableId": table, **route_of({**route, **unknown})}


def route_of(row: dict[str, Any]) -> dict[str, Any]:
    return {NAMES[name]: value for name, value in row.items() if name in NAMES and value}


def _destination(row: Any) -> tuple[str, str]:  # noqa: ANN401 - JSON
    return next(((one, row[one]) for one in DESTINATIONS if row.get(one)), (DESTINATIONS[0], ""))


def create_association(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "AssociateRouteTable",
        RouteTableId=planning.value(change, "route_table_id"),
        SubnetId=planning.value(change, "subnet_id"),
        GatewayId=planning.value(change, "gateway_id"),
    )


def update_association(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "ReplaceRouteTableAssociation",
        AssociationId=change.before["id"],
        RouteTableId=planning.value(change, "route_table_id"),
    )


def create_endpoint(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "CreateVpcEndpoint",
        VpcId=planning.value(change, "vpc_id"),
        ServiceName=planning.value(change, "service_name"),
        VpcEndpointType=planning.value(change, "vpc_endpoint_type"),
        SubnetIds=planning.value(change, "subnet_ids"),
        SecurityGroupIds=planning.value(change, "security_group_ids"),
        RouteTableIds=planning.value(change, "route_table_ids"),
        # The provider sends what the plan has: absent is off, not the API's default.
        PrivateDnsEnabled=bool(planning.value(change, "private_dns_enabled")),
        PolicyDocument=planning.value(change, "policy"),
        IpAddressType=planning.value(change, "ip_address_type"),
        TagSpecifications=name_tag(change, "vpc-endpoint"),
    )
    first = "VpcEndpoint.DnsEntries.0"
    planning.answered(
        change,
        number,
        id="VpcEndpoint.VpcEndpointId",
        dns_entry__0__dns_name=f"{first}.DnsName",
        dns_entry__0__hosted_zone_id=f"{first}.HostedZoneId",
    )
    if planning.orders[-1].parameters.get("VpcEndpointType") in (None, "Gateway"):
        given = dict(planning.orders[-1].parameters)
        given.pop("PrivateDnsEnabled")
        planning.orders.pop()
        planning.order("CreateVpcEndpoint", **given)


ENDPOINT_SETS = {
    "subnet_ids": ("AddSubnetIds", "RemoveSubnetIds"),
    "security_group_ids": ("AddSecurityGroupIds", "RemoveSecurityGroupIds"),
    "route_table_ids": ("AddRouteTableIds", "RemoveRouteTableIds"),
}


def update_endpoint(planning: Planning, change: PlannedChange) -> None:
    given: dict[str, Any] = {}
    for attribute, (add, remove) in ENDPOINT_SETS.items():
        new = planning.value(change, attribute)
        if new is None:
            continue
        old = change.before.get(attribute) or []
        given[add] = sorted(set(new) - set(old))
        given[remove] = sorted(set(old) - set(new))
    named = planning.value(change, "private_dns_enabled")
    if named is not None and named != change.before.get("private_dns_enabled"):
        given["PrivateDnsEnabled"] = named
    policy = planning.value(change, "policy")
    if policy and policy != change.before.get("policy"):
        given["PolicyDocument"] = policy
    if any(value not in (None, []) for value in given.values()):
        planning.order("ModifyVpcEndpoint", VpcEndpointId=change.before["id"], **given)


def create_endpoint_association(member: str, attribute: str) -> Any:  # noqa: ANN401
    def create(planning: Planning, change: PlannedChange) -> None:
        planning.order(
            "ModifyVpcEndpoint",
            VpcEndpointId=planning.value(change, "vpc_endpoint_id"),
            **{member: [planning.value(change, attribute)]},
        )

    return create


def set_endpoint_policy(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "ModifyVpcEndpoint",
        VpcEndpointId=planning.value(change, "vpc_endpoint_id"),
        PolicyDocument=planning.value(change, "policy"),
    )


def set_private_dns(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "ModifyVpcEndpoint",
        VpcEndpointId=planning.value(change, "vpc_endpoint_id"),
        PrivateDnsEnabled=bool(planning.value(change, "private_dns_enabled")),
    )


def create_instance(planning: Planning, change: PlannedChange) -> None:
    profile = planning.known(change, "iam_instance_profile")
    worn = [
        {"DeviceIndex": one.get("device_index", 0), "NetworkInterfaceId": name}
        for one in planning.blocks(change, "network_interface")
        if (name := one.get("network_interface_id"))
    ]
    number = planning.order(
        "RunInstances",
        ImageId=planning.known(change, "ami"),
        NetworkInterfaces=worn,
        InstanceType=planning.value(change, "instance_type"),
        SubnetId=planning.value(change, "subnet_id"),
        SecurityGroupIds=planning.value(change, "vpc_security_group_ids"),
        PrivateIpAddress=planning.value(change, "private_ip"),
        IamInstanceProfile={"Name": profile} if profile else None,
        MinCount=1,
        MaxCount=1,
        TagSpecifications=name_tag(change, "instance"),
    )
    of = "Instances.0"
    planning.answered(
        change,
        number,
        id=f"{of}.InstanceId",
        private_ip=f"{of}.PrivateIpAddress",
        primary_network_interface_id=f"{of}.NetworkInterfaces.0.NetworkInterfaceId",
    )
    if change.after.get("source_dest_check") is False:
        planning.order(
            "ModifyInstanceAttribute",
            InstanceId=f"{{{number}.{of}.InstanceId}}",
            SourceDestCheck={"Value": False},
        )


def update_instance(planning: Planning, change: PlannedChange) -> None:
    groups = planning.value(change, "vpc_security_group_ids")
    if groups is not None and set(groups) != set(change.before.get("vpc_security_group_ids") or ()):
        planning.order("ModifyInstanceAttribute", InstanceId=change.before["id"], Groups=groups)
    checked = planning.value(change, "source_dest_check")
    if checked is not None and checked != change.before.get("source_dest_check"):
        planning.order(
            "ModifyInstanceAttribute",
            InstanceId=change.before["id"],
            SourceDestCheck={"Value": checked},
        )


def delete(operation: str, member: str, several: bool = False) -> Any:  # noqa: ANN401
    """Give what deletes a resource by its id."""

    def make(planning: Planning, change: PlannedChange) -> None:
        name = change.before["id"]
        planning.order(operation, **{member: [name] if several else name})

    return make


def _leave_set(member: str, attribute: str) -> Any:  # noqa: ANN401
    """Give what takes a member out of one of an endpoint's sets again."""

    def leave(planning: Planning, change: PlannedChange) -> None:
        planning.order(
            "ModifyVpcEndpoint",
            VpcEndpointId=change.before["vpc_endpoint_id"],
            **{member: [change.before[attribute]]},
        )

    return leave


def _reset_policy(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "ModifyVpcEndpoint", VpcEndpointId=change.before["vpc_endpoint_id"], ResetPolicy=True
    )


def _detach_and_delete(planning: Planning, change: PlannedChange) -> None:
    name, vpc = change.before["id"], change.before.get("vpc_id")
    separate = any(one.get("internet_gateway_id") == name for one in planning.ids.values())
    if vpc and not separate:
        planning.order("DetachInternetGateway", InternetGatewayId=name, VpcId=vpc)
    planning.order("DeleteInternetGateway", InternetGatewayId=name)


def nothing(planning: Planning, change: PlannedChange) -> None:
    """Say that a change touches no packet and no name: tags, timeouts."""


def _all(names: Iterable[str], make: Any) -> dict[str, Any]:  # noqa: ANN401
    return dict.fromkeys(names, make)


CREATES = {
    "aws_vpc": create_vpc,
    "aws_subnet": create_subnet,
    "aws_internet_gateway": create_internet_gateway,
    "aws_eip": create_elastic_ip,
    "aws_nat_gateway": create_nat_gateway,
    "aws_route_table": create_route_table,
    "aws_route": create_route,
    "aws_route_table_association": create_association,
    "aws_vpc_endpoint": create_endpoint,
    "aws_vpc_endpoint_policy": set_endpoint_policy,
    "aws_vpc_endpoint_subnet_association": create_endpoint_association("AddSubnetIds", "subnet_id"),
    "aws_vpc_endpoint_security_group_association": create_endpoint_association(
        "AddSecurityGroupIds", "security_group_id"
    ),
    "aws_vpc_endpoint_route_table_association": create_endpoint_association(
        "AddRouteTableIds", "route_table_id"
    ),
    "aws_vpc_endpoint_private_dns": set_private_dns,
    "aws_instance": create_instance,
}
UPDATES = {
    "aws_vpc": update_vpc,
    "aws_route_table": update_route_table,
    "aws_route": update_route,
    "aws_route_table_association": update_association,
    "aws_vpc_endpoint": update_endpoint,
    "aws_vpc_endpoint_policy": set_endpoint_policy,
    "aws_vpc_endpoint_private_dns": set_private_dns,
    "aws_instance": update_instance,
    **_all(("aws_subnet", "aws_internet_gateway", "aws_eip", "aws_nat_gateway"), nothing),
}
DELETES = {  # in the order in which they can go
    "aws_vpc_endpoint_private_dns": nothing,  # the provider leaves it as it is
    "aws_vpc_endpoint_policy": _reset_policy,
    "aws_vpc_endpoint_subnet_association": _leave_set("RemoveSubnetIds", "subnet_id"),
    "aws_vpc_endpoint_security_group_association": _leave_set(
        "RemoveSecurityGroupIds", "security_group_id"
    ),
    "aws_vpc_endpoint_route_table_association": _leave_set("RemoveRouteTableIds", "route_table_id"),
    "aws_vpc_endpoint": delete("DeleteVpcEndpoints", "VpcEndpointIds", several=True),
    "aws_route": delete_route,
    "aws_route_table_association": delete("DisassociateRouteTable", "AssociationId"),
    "aws_instance": delete("TerminateInstances", "InstanceIds", several=True),
    "aws_nat_gateway": delete("DeleteNatGateway", "NatGatewayId"),
    "aws_eip": delete("ReleaseAddress", "AllocationId"),
    "aws_internet_gateway": _detach_and_delete,
    "aws_route_table": delete("DeleteRouteTable", "RouteTableId"),
    "aws_subnet": delete("DeleteSubnet", "SubnetId"),
    "aws_vpc": delete("DeleteVpc", "VpcId"),
}
