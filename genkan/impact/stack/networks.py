"""The calls for VPCs, subnets, gateways, route tables, network ACLs, DHCP options, peering."""

from collections.abc import Callable
from typing import Any

from genkan.impact.stack.stacking import Make, Wanted, listed
from genkan.imports.cloudformation import Unresolved

VPC = "Vpc.VpcId"
SUBNET_SETTINGS = ("MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation", "EnableDns64")
LAUNCH_SETTINGS = {
    "HostnameType": "PrivateDnsHostnameTypeOnLaunch",
    "EnableResourceNameDnsARecord": "EnableResourceNameDnsARecordOnLaunch",
    "EnableResourceNameDnsAAAARecord": "EnableResourceNameDnsAAAARecordOnLaunch",
}
ROUTE_TARGETS = (
    "GatewayId",
    "EgressOnlyInternetGatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "VpcPeeringConnectionId",
    "VpcEndpointId",
)
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
NOT_MODELLED = ("TransitGatewayId", "CarrierGatewayId", "LocalGatewayId", "CoreNetworkArn")
DHCP = (
    ("domain-name", "DomainName"),
    ("domain-name-servers", "DomainNameServers"),
    ("ntp-servers", "NtpServers"),
    ("netbios-name-servers", "NetbiosNameServers"),
    ("netbios-node-type", "NetbiosNodeType"),
    ("ipv6-address-preferred-lease-time", "Ipv6AddressPreferredLeaseTime"),
)


def vpc(wanted: Wanted) -> None:
    cidr = wanted.value("CidrBlock")
    if cidr is None:
        raise Unresolved("its block is IPAM's to choose")
    number = wanted.order(
        "CreateVpc",
        CidrBlock=cidr,
        InstanceTenancy=wanted.known("InstanceTenancy"),
        TagSpecifications=wanted.tagged("vpc"),
    )
    name = wanted.answer(number, VPC)
    for member in ("EnableDnsSupport", "EnableDnsHostnames"):
        value = wanted.value(member)
        if value is not None:
            wanted.order("ModifyVpcAttribute", VpcId=name, **{member: {"Value": value}})

    def default_group() -> Any:  # noqa: ANN401
        asked = wanted.order("DescribeSecurityGroups", Filters=_filters(name, "group-name"))
        return wanted.answer(asked, "SecurityGroups.0.GroupId")

    def default_acl() -> Any:  # noqa: ANN401
        asked = wanted.order("DescribeNetworkAcls", Filters=_filters(name, "default", "true"))
        return wanted.answer(asked, "NetworkAcls.0.NetworkAclId")

    def ipv6() -> Any:  # noqa: ANN401
        asked = wanted.order("DescribeVpcs", VpcIds=[name])
        return listed(wanted, asked, "Vpcs.0.Ipv6CidrBlockAssociationSet.*.Ipv6CidrBlock")

    wanted.made(
        name,
        VpcId=name,
        CidrBlock=cidr,
        DefaultSecurityGroup=default_group,
        DefaultNetworkAcl=default_acl,
        Ipv6CidrBlocks=ipv6,
    )


def _filters(vpc_id: str, name: str, value: str = "default") -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": name, "Values": [value]}]


def vpc_cidr(wanted: Wanted) -> None:
    pool = wanted.value("Ipv4IpamPoolId") or wanted.value("Ipv6IpamPoolId")
    if pool or wanted.value("Ipv6Pool"):
        raise Unresolved("its block is of a pool")
    given = wanted.given("VpcId", "CidrBlock", "AmazonProvidedIpv6CidrBlock")
    wanted.order("AssociateVpcCidrBlock", **given)
    wanted.made(given["VpcId"])


def subnet(wanted: Wanted) -> None:
    six = wanted.known("Ipv6CidrBlock")
    given = wanted.given("VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId")
    number = wanted.order(
        "CreateSubnet", **given, Ipv6CidrBlock=six, TagSpecifications=wanted.tagged("subnet")
    )
    name = wanted.answer(number, "Subnet.SubnetId")
    settings = {member: wanted.value(member) for member in SUBNET_SETTINGS}
    options = wanted.known("PrivateDnsNameOptionsOnLaunch") or {}
    for member, attribute in LAUNCH_SETTINGS.items():
        value = options.get(member)
        settings[attribute] = value
    for member, value in settings.items():
        if value is not None:
            said = value if member == LAUNCH_SETTINGS["HostnameType"] else {"Value": value}
            wanted.order("ModifySubnetAttribute", SubnetId=name, **{member: said})

    def association() -> Any:  # noqa: ANN401
        return _acl_association(wanted, name)

    wanted.made(
        name,
        SubnetId=name,
        VpcId=given["VpcId"],
        CidrBlock=given["CidrBlock"],
        AvailabilityZone=wanted.answer(number, "Subnet.AvailabilityZone"),
        AvailabilityZoneId=wanted.answer(number, "Subnet.AvailabilityZoneId"),
        NetworkAclAssociationId=association,
        Ipv6CidrBlocks=[six] if six else [],
    )


def subnet_cidr(wanted: Wanted) -> None:
    given = wanted.given("SubnetId", "Ipv6CidrBlock")
    wanted.order("AssociateSubnetCidrBlock", **given)
    wanted.made(given["SubnetId"])


def _acl_association(wanted: Wanted, subnet_id: str) -> Any:  # noqa: ANN401
    """Give the association with an ACL that a subnet has."""
    held = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    asked = wanted.order("DescribeNetworkAcls", Filters=held)
    chosen = f"NetworkAcls.0.Associations.SubnetId={subnet_id}.NetworkAclAssociationId"
    return wanted.answer(asked, chosen)


def acl_association(wanted: Wanted) -> None:
    given = wanted.given("SubnetId", "NetworkAclId")
    held = _acl_association(wanted, given["SubnetId"])
    number = wanted.order(
        "ReplaceNetworkAclAssociation", AssociationId=held, NetworkAclId=given["NetworkAclId"]
    )
    name = wanted.answer(number, "NewAssociationId")
    wanted.made(name, AssociationId=name)


def acl_entry(wanted: Wanted) -> None:
    given = wanted.given(
        "NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "CidrBlock", "Ipv6CidrBlock"
    )
    icmp, ports = wanted.value("Icmp"), wanted.value("PortRange")
    wanted.order(
        "CreateNetworkAclEntry",
        **given,
        Egress=wanted.value("Egress") or False,
        IcmpTypeCode=icmp,
        PortRange=ports,
    )
    wanted.made(wanted.resource.name)


def internet_gateway(wanted: Wanted) -> None:
    made = wanted.order(
        "CreateInternetGateway", TagSpecifications=wanted.tagged("internet-gateway")
    )
    name = wanted.answer(made, "InternetGateway.InternetGatewayId")
    wanted.made(name, InternetGatewayId=name)


def attachment(wanted: Wanted) -> None:
    given = wanted.given("VpcId", "InternetGatewayId", "VpnGatewayId")
    if given["InternetGatewayId"]:
        del given["VpnGatewayId"]
        wanted.order("AttachInternetGateway", **given)
    else:
        del given["InternetGatewayId"]
        wanted.order("AttachVpnGateway", **given)
    wanted.made(wanted.resource.name)


def route_table(wanted: Wanted) -> None:
    made = wanted.order(
        "CreateRouteTable",
        VpcId=wanted.value("VpcId"),
        TagSpecifications=wanted.tagged("route-table"),
    )
    name = wanted.answer(made, "RouteTable.RouteTableId")
    wanted.made(name, RouteTableId=name)


def route(wanted: Wanted) -> None:
    elsewhere = next((one for one in NOT_MODELLED if wanted.resource.properties.get(one)), None)
    if elsewhere:
        raise Unresolved(f"its target, a {elsewhere}, is not in the model")
    wanted.order("CreateRoute", **wanted.given("RouteTableId", *DESTINATIONS, *ROUTE_TARGETS))
    wanted.made(wanted.resource.name)


def table_association(wanted: Wanted) -> None:
    made = wanted.order(
        "AssociateRouteTable", **wanted.given("RouteTableId", "SubnetId", "GatewayId")
    )
    name = wanted.answer(made, "AssociationId")
    wanted.made(name, Id=name)


def nat_gateway(wanted: Wanted) -> None:
    if str(wanted.value("AvailabilityMode")).lower() == "regional":
        raise Unresolved("regional NAT gateways are not in the model")
    given = wanted.given(
        "SubnetId",
        "AllocationId",
        "ConnectivityType",
        "PrivateIpAddress",
        "SecondaryAllocationIds",
        "SecondaryPrivateIpAddresses",
        "SecondaryPrivateIpAddressCount",
    )
    made = wanted.order("CreateNatGateway", **given, TagSpecifications=wanted.tagged("natgateway"))
    name = wanted.answer(made, "NatGateway.NatGatewayId")
    wanted.made(name, NatGatewayId=name)


def peering(wanted: Wanted) -> None:
    owner, region = wanted.value("PeerOwnerId"), wanted.value("PeerRegion")
    made = wanted.order(
        "CreateVpcPeeringConnection",
        **wanted.given("VpcId", "PeerVpcId"),
        PeerOwnerId=owner,
        PeerRegion=region,
        TagSpecifications=wanted.tagged("vpc-peering-connection"),
    )
    name = wanted.answer(made, "VpcPeeringConnection.VpcPeeringConnectionId")
    if owner in (None, wanted.stacking.account) or wanted.value("PeerRoleArn"):
        wanted.stacking.order(
            "AcceptVpcPeeringConnection",
            account=owner,
            region=region,
            VpcPeeringConnectionId=name,
        )
    wanted.made(name, Id=name)


def dhcp_options(wanted: Wanted) -> None:
    configurations = []
    for key, member in DHCP:
        value = wanted.value(member)
        if value not in (None, []):
            several = value if isinstance(value, list) else [value]
            configurations.append({"Key": key, "Values": [str(one) for one in several]})
    made = wanted.order(
        "CreateDhcpOptions",
        DhcpConfigurations=configurations,
        TagSpecifications=wanted.tagged("dhcp-options"),
    )
    name = wanted.answer(made, "DhcpOptions.DhcpOptionsId")
    wanted.made(name, DhcpOptionsId=name)


def creates(operation: str, path: str, attribute: str, *properties: str, tagged: str = "") -> Make:
    """Give what makes a resource by one call with its properties, which answers its id."""

    def make(wanted: Wanted) -> None:
        tags = {"TagSpecifications": wanted.tagged(tagged)} if tagged else {}
        number = wanted.order(operation, **wanted.given(*properties), **tags)
        name = wanted.answer(number, path)
        wanted.made(name, **{attribute: name})

    return make


def relates(operation: str, *properties: str) -> Make:
    """Give what relates resources by one call; it has no id of its own."""

    def make(wanted: Wanted) -> None:
        wanted.order(operation, **wanted.given(*properties))
        wanted.made(wanted.resource.name)

    return make


def propagation(wanted: Wanted) -> None:
    gateway = wanted.value("VpnGatewayId")
    tables = wanted.value("RouteTableIds") or []
    for one in tables:
        wanted.order("EnableVgwRoutePropagation", GatewayId=gateway, RouteTableId=one)
    wanted.made(wanted.resource.name)


def exclusion(wanted: Wanted) -> None:
    wanted.order(
        "CreateVpcBlockPublicAccessExclusion",
        **wanted.given("VpcId", "SubnetId", "InternetGatewayExclusionMode"),
    )
    wanted.made(wanted.resource.name)


MAKES: dict[str, Callable[[Wanted], None]] = {
    "AWS::EC2::VPC": vpc,
    "AWS::EC2::VPCCidrBlock": vpc_cidr,
    "AWS::EC2::DHCPOptions": dhcp_options,
    "AWS::EC2::VPCDHCPOptionsAssociation": relates(
        "AssociateDhcpOptions", "VpcId", "DhcpOptionsId"
    ),
    "AWS::EC2::InternetGateway": internet_gateway,
    "AWS::EC2::VPNGateway": creates(
        "CreateVpnGateway",
        "VpnGateway.VpnGatewayId",
        "VPNGatewayId",
        "Type",
        "AmazonSideAsn",
        tagged="vpn-gateway",
    ),
    "AWS::EC2::VPCGatewayAttachment": attachment,
    "AWS::EC2::EgressOnlyInternetGateway": creates(
        "CreateEgressOnlyInternetGateway",
        "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId",
        "Id",
        "VpcId",
        tagged="egress-only-internet-gateway",
    ),
    "AWS::EC2::Subnet": subnet,
    "AWS::EC2::SubnetCidrBlock": subnet_cidr,
    "AWS::EC2::NetworkAcl": creates(
        "CreateNetworkAcl", "NetworkAcl.NetworkAclId", "Id", "VpcId", tagged="network-acl"
    ),
    "AWS::EC2::NetworkAclEntry": acl_entry,
    "AWS::EC2::SubnetNetworkAclAssociation": acl_association,
    "AWS::EC2::RouteTable": route_table,
    "AWS::EC2::SubnetRouteTableAssociation": table_association,
    "AWS::EC2::GatewayRouteTableAssociation": table_association,
    "AWS::EC2::NatGateway": nat_gateway,
    "AWS::EC2::VPCPeeringConnection": peering,
    "AWS::EC2::VPCBlockPublicAccessOptions": relates(
        "ModifyVpcBlockPublicAccessOptions", "InternetGatewayBlockMode"
    ),
    "AWS::EC2::VPCBlockPublicAccessExclusion": exclusion,
    "AWS::EC2::Route": route,
    "AWS::EC2::VPNGatewayRoutePropagation": propagation,
}
