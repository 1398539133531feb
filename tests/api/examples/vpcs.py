"""VPCs and what they are made of: CIDRs, subnets, DHCP options, gateways, default VPCs."""

from tests.api.examples.example import by, example, tagged


def _first_64(answer: dict) -> str:
    (block,) = answer["Vpcs"][0]["Ipv6CidrBlockAssociationSet"]
    return block["Ipv6CidrBlock"].replace("/56", "/64")


MAKE = (
    example(
        "CreateVpc",
        {"CidrBlock": "10.0.0.0/16", "TagSpecifications": tagged("vpc", "hall")},
        vpc="Vpc.VpcId",
        main_dopt="Vpc.DhcpOptionsId",
    ),
    example(
        "CreateVpc",
        {"CidrBlock": "10.9.0.0/16", "AmazonProvidedIpv6CidrBlock": True},
        peer_vpc="Vpc.VpcId",
    ),
    example("ModifyVpcAttribute", {"VpcId": "<vpc>", "EnableDnsSupport": {"Value": True}}),
    example("ModifyVpcAttribute", {"VpcId": "<vpc>", "EnableDnsHostnames": {"Value": True}}),
    example(
        "AssociateVpcCidrBlock",
        {"VpcId": "<vpc>", "CidrBlock": "10.1.0.0/16"},
        cidr_association="CidrBlockAssociation.AssociationId",
    ),
    example(
        "AssociateVpcCidrBlock",
        {"VpcId": "<vpc>", "AmazonProvidedIpv6CidrBlock": True},
        ipv6_association="Ipv6CidrBlockAssociation.AssociationId",
    ),
    example(
        "DescribeVpcs",
        {"VpcIds": ["<vpc>"]},
        subnet_ipv6=_first_64,
    ),
    example(
        "CreateSubnet",
        {
            "VpcId": "<vpc>",
            "CidrBlock": "10.0.0.0/24",
            "AvailabilityZone": "<region>a",
            "TagSpecifications": tagged("subnet", "front"),
        },
        subnet="Subnet.SubnetId",
    ),
    example(
        "CreateSubnet",
        {"VpcId": "<vpc>", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "<region>c"},
        subnet_c="Subnet.SubnetId",
    ),
    example(
        "CreateSubnet",
        {"VpcId": "<peer_vpc>", "CidrBlock": "10.9.0.0/24", "AvailabilityZone": "<region>a"},
        peer_subnet="Subnet.SubnetId",
    ),
    example(
        "CreateSubnet",
        {"VpcId": "<vpc>", "CidrBlock": "10.0.200.0/24"},
        spare_subnet="Subnet.SubnetId",
    ),
    example(
        "CreateSubnetCidrReservation",
        {"SubnetId": "<subnet>", "Cidr": "10.0.0.128/28", "ReservationType": "explicit"},
        reservation="SubnetCidrReservation.SubnetCidrReservationId",
    ),
    example(
        "CreateDhcpOptions",
        {"DhcpConfigurations": [{"Key": "domain-name", "Values": ["example.org"]}]},
        dopt="DhcpOptions.DhcpOptionsId",
    ),
    example("CreateInternetGateway", igw="InternetGateway.InternetGatewayId"),
    example("AttachInternetGateway", {"InternetGatewayId": "<igw>", "VpcId": "<vpc>"}),
    example("CreateInternetGateway", spare_igw="InternetGateway.InternetGatewayId"),
    example("AttachInternetGateway", {"InternetGatewayId": "<spare_igw>", "VpcId": "<peer_vpc>"}),
    example(
        "CreateEgressOnlyInternetGateway",
        {"VpcId": "<vpc>"},
        eigw="EgressOnlyInternetGateway.EgressOnlyInternetGatewayId",
    ),
)
USE = (
    example("CreateDefaultVpc", default_vpc="Vpc.VpcId"),
    example("DescribeVpcs", {"Filters": by("is-default", "true")}),
    example("DescribeVpcAttribute", {"VpcId": "<vpc>", "Attribute": "enableDnsSupport"}),
    example("ModifyVpcTenancy", {"VpcId": "<vpc>", "InstanceTenancy": "default"}),
    example(
        "DescribeSubnets",
        {"Filters": by("vpc-id", "<default_vpc>")},
        default_subnet="Subnets[0].SubnetId",
        default_zone="Subnets[0].AvailabilityZone",
    ),
    example("DescribeSubnets", {"SubnetIds": ["<subnet>"]}),
    example("DeleteSubnet", {"SubnetId": "<default_subnet>"}),
    example("CreateDefaultSubnet", {"AvailabilityZone": "<default_zone>"}),
    example(
        "ModifySubnetAttribute", {"SubnetId": "<subnet>", "MapPublicIpOnLaunch": {"Value": True}}
    ),
    example("GetSubnetCidrReservations", {"SubnetId": "<subnet>"}),
    example("DescribeDhcpOptions", {"DhcpOptionsIds": ["<dopt>"]}),
    example("AssociateDhcpOptions", {"DhcpOptionsId": "<dopt>", "VpcId": "<vpc>"}),
    example("AssociateDhcpOptions", {"DhcpOptionsId": "default", "VpcId": "<vpc>"}),
    example("DescribeInternetGateways", {"InternetGatewayIds": ["<igw>"]}),
    example("DescribeEgressOnlyInternetGateways", {"EgressOnlyInternetGatewayIds": ["<eigw>"]}),
)
UNMAKE = (
    example("DeleteEgressOnlyInternetGateway", {"EgressOnlyInternetGatewayId": "<eigw>"}),
    example("DeleteSubnetCidrReservation", {"SubnetCidrReservationId": "<reservation>"}),
    example("DetachInternetGateway", {"InternetGatewayId": "<spare_igw>", "VpcId": "<peer_vpc>"}),
    example("DeleteInternetGateway", {"InternetGatewayId": "<spare_igw>"}),
    example("DeleteDhcpOptions", {"DhcpOptionsId": "<dopt>"}),
    example("DeleteSubnet", {"SubnetId": "<spare_subnet>"}),
    example("DisassociateVpcCidrBlock", {"AssociationId": "<cidr_association>"}),
    example("CreateVpc", {"CidrBlock": "10.77.0.0/16"}, lone_vpc="Vpc.VpcId"),
    example("DeleteVpc", {"VpcId": "<lone_vpc>"}),
)
