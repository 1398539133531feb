"""VPCs and subnets: their blocks, attributes, reservations; default ones."""

from genkan.api import quotas
from genkan.model.catalogue.regions import REGIONS
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import far_away, many
from tests.build import REGION

DEFAULT = example("CreateDefaultVpc", default_vpc="Vpc.VpcId")
WITH_IPV6 = example(
    "AssociateSubnetCidrBlock",
    {"SubnetId": "<subnet>", "Ipv6CidrBlock": "<subnet_ipv6>"},
    subnet_ipv6_association="Ipv6CidrBlockAssociation.AssociationId",
)
IPV6_ONLY = example(
    "CreateSubnet",
    {"VpcId": "<vpc>", "Ipv6CidrBlock": "<subnet_ipv6>", "Ipv6Native": True},
    subnet_6="Subnet.SubnetId",
    subnet_6_association="Subnet.Ipv6CidrBlockAssociationSet[0].AssociationId",
)
IPV6_INTERFACE = example("CreateNetworkInterface", {"SubnetId": "<subnet>", "Ipv6AddressCount": 1})
NO_DNS = example(
    "ModifyVpcAttribute", {"VpcId": "<peer_vpc>", "EnableDnsSupport": {"Value": False}}
)
EMPTY_ZONE = (
    DEFAULT,
    example(
        "DescribeSubnets",
        {"Filters": [{"Name": "vpc-id", "Values": ["<default_vpc>"]}]},
        default_subnet="Subnets[0].SubnetId",
        default_zone="Subnets[0].AvailabilityZone",
        default_block="Subnets[0].CidrBlock",
    ),
    example("DeleteSubnet", {"SubnetId": "<default_subnet>"}),
    example("CreateSubnet", {"VpcId": "<default_vpc>", "CidrBlock": "<default_block>"}),
    *(
        example("CreateSubnet", {"VpcId": "<default_vpc>", "CidrBlock": f"172.31.{16 * n}.0/20"})
        for n in range(len(REGIONS[REGION].zones), 16)
    ),
)
IN_VPC = {"VpcId": "<vpc>", "CidrBlock": "10.0.5.0/24"}
IN_SUBNET = {"SubnetId": "<subnet>", "Cidr": "10.0.0.144/28", "ReservationType": "prefix"}
TRUE, FALSE = {"Value": True}, {"Value": False}
BLOCKS = tuple(
    example("AssociateVpcCidrBlock", {"VpcId": "<peer_vpc>", "AmazonProvidedIpv6CidrBlock": True})
    for _ in range(quotas.IPV6_CIDRS - 1)
)

ROWS: tuple[Row, ...] = (
    *rows(
        "CreateVpc",
        {"CidrBlock": "10.50.0.0/16"},
        ({"CidrBlock": None}, "MissingParameter", "cidrBlock"),
        ({"CidrBlock": "10.50.0.0/29"}, "InvalidVpc.Range", "10.50.0.0/29"),
        ({"CidrBlock": "10.0.0.0/15"}, "InvalidVpc.Range", "10.0.0.0/15"),
        ({"CidrBlock": "10.50.0.0/33"}, "InvalidParameterValue", "10.50.0.0/33"),
        ({"CidrBlock": "ten"}, "InvalidParameterValue", "ten"),
        ({"InstanceTenancy": "host"}, "InvalidParameterValue", "host"),
        (
            {
                "AmazonProvidedIpv6CidrBlock": True,
                "Ipv6CidrBlockNetworkBorderGroup": "us-west-2-lax-1",
            },
            "InvalidParameterValue",
            "us-west-2-lax-1",
        ),
        ({}, "VpcLimitExceeded", str(quotas.VPCS), many(Vpc, quotas.VPCS)),
    ),
    *rows(
        "DeleteVpc",
        {"VpcId": "<vpc>"},
        ({}, "DependencyViolation", "<vpc>"),
    ),
    *rows(
        "ModifyVpcAttribute",
        {"VpcId": "<vpc>"},
        ({}, "MissingParameter", "No attributes"),
        (
            {"EnableDnsSupport": TRUE, "EnableDnsHostnames": TRUE},
            "InvalidParameterCombination",
            "multiple",
        ),
        (
            {"VpcId": "<peer_vpc>", "EnableDnsHostnames": TRUE},
            "InvalidParameterValue",
            "<peer_vpc>",
            NO_DNS,
        ),
    ),
    *rows(
        "ModifyVpcTenancy",
        {"VpcId": "<vpc>"},
        ({"InstanceTenancy": "dedicated"}, "UnsupportedTenancy", "dedicated"),
        ({}, "MissingParameter", "nstanceTenancy"),
    ),
    *rows(
        "DescribeVpcAttribute",
        {"VpcId": "<vpc>"},
        ({"Attribute": "colour"}, "InvalidParameterValue", "colour"),
        ({}, "MissingParameter", "ttribute"),
    ),
    *rows(
        "AssociateVpcCidrBlock",
        {"VpcId": "<vpc>"},
        ({}, "MissingParameter", "cidrBlock"),
        (
            {"CidrBlock": "10.2.0.0/16", "AmazonProvidedIpv6CidrBlock": True},
            "InvalidParameterCombination",
            "cidrBlock",
        ),
        ({"CidrBlock": "10.0.0.0/18"}, "InvalidVpc.Range", "10.0.0.0/16"),
        ({"CidrBlock": "192.168.0.0/16"}, "InvalidVpc.Range", "restricted"),
        ({"CidrBlock": "198.19.0.0/16"}, "InvalidVpc.Range", "restricted"),
        ({"CidrBlock": "10.2.0.0/29"}, "InvalidVpc.Range", "/16 and /28"),
        (
            {"CidrBlock": "10.3.0.0/16"},
            "InvalidVpc.Range",
            "10.3.4.0/24",
            example(
                "CreateRoute",
                {
                    "RouteTableId": "<rtb>",
                    "DestinationCidrBlock": "10.3.4.0/24",
                    "NatGatewayId": "<nat>",
                },
            ),
        ),
        (
            {"VpcId": "<peer_vpc>", "AmazonProvidedIpv6CidrBlock": True},
            "CidrLimitExceeded",
            "IPv6",
            *BLOCKS,
        ),
        (
            {"CidrBlock": "10.2.255.0/28"},
            "CidrLimitExceeded",
            "IPv4",
            *(
                example("AssociateVpcCidrBlock", {"VpcId": "<vpc>", "CidrBlock": f"10.2.{n}.0/28"})
                for n in range(quotas.IPV4_CIDRS - 2)
            ),
        ),
    ),
    *rows(
        "DisassociateVpcCidrBlock",
        {"AssociationId": "<cidr_association>"},
        (
            {"AssociationId": "vpc-cidr-assoc-0123456789abcdef0"},
            "InvalidVpcCidrBlockAssociationID.NotFound",
            "vpc-cidr-assoc-0123456789abcdef0",
        ),
        (
            {"AssociationId": "<primary>"},
            "OperationNotPermitted",
            "primary",
            example(
                "DescribeVpcs",
                {"VpcIds": ["<vpc>"]},
                primary="Vpcs[0].CidrBlockAssociationSet[0].AssociationId",
            ),
        ),
        (
            {},
            "InvalidCidrBlock.InUse",
            "10.1.0.0/24",
            example("CreateSubnet", {"VpcId": "<vpc>", "CidrBlock": "10.1.0.0/24"}),
        ),
        ({"AssociationId": "<ipv6_association>"}, "InvalidCidrBlock.InUse", "<subnet>", WITH_IPV6),
    ),
    *rows("CreateDefaultVpc", {}, ({}, "DefaultVpcAlreadyExists", "<default_vpc>", DEFAULT)),
    *rows(
        "CreateDefaultSubnet",
        {"AvailabilityZone": "<region>a"},
        ({}, "DefaultVpcDoesNotExist", "<region>"),
        ({}, "DefaultSubnetAlreadyExistsInAvailabilityZone", "<region>a", DEFAULT),
        ({"AvailabilityZone": "<region>z"}, "InvalidParameterValue", "<region>z", DEFAULT),
        ({"AvailabilityZone": None}, "MissingParameter", "vailabilityZone", DEFAULT),
        (
            {"AvailabilityZone": "<default_zone>"},
            "InsufficientFreeAddressesInSubnet",
            "<default_vpc>",
            *EMPTY_ZONE,
        ),
    ),
    *rows(
        "CreateSubnet",
        IN_VPC,
        ({"CidrBlock": None}, "MissingParameter", "cidrBlock"),
        ({"CidrBlock": "10.60.0.0/24"}, "InvalidSubnet.Range", "10.60.0.0/24"),
        ({"CidrBlock": "10.0.5.0/29"}, "InvalidSubnet.Range", "10.0.5.0/29"),
        ({"CidrBlock": "10.0.0.128/25"}, "InvalidSubnet.Conflict", "<subnet>"),
        ({"CidrBlock": "10.0.5.0"}, "InvalidParameterValue", "10.0.5.0"),
        ({"AvailabilityZone": "mars-1a"}, "InvalidParameterValue", "mars-1a"),
        ({"AvailabilityZoneId": "mars1-az1"}, "InvalidParameterValue", "mars1-az1"),
        (
            {"AvailabilityZone": "<region>a", "AvailabilityZoneId": "apne1-az4"},
            "InvalidParameterCombination",
            "availabilityZone",
        ),
        ({"Ipv6Native": True}, "InvalidParameterCombination", "ipv6Native"),
        ({"Ipv6Native": True, "CidrBlock": None}, "MissingParameter", "ipv6CidrBlock"),
        ({"Ipv6CidrBlock": "2001:db8::/64"}, "InvalidSubnet.Range", "2001:db8::/64"),
        ({"Ipv6CidrBlock": "banana"}, "InvalidParameterValue", "banana"),
        ({"Ipv6CidrBlock": "<subnet_ipv6>"}, "InvalidSubnet.Conflict", "<subnet>", WITH_IPV6),
        (
            {"TagSpecifications": [{"ResourceType": "vpc", "Tags": []}]},
            "InvalidParameterValue",
            "vpc",
        ),
        ({}, "SubnetLimitExceeded", "<vpc>", many(Subnet, quotas.SUBNETS)),
    ),
    *rows("DeleteSubnet", {"SubnetId": "<subnet>"}, ({}, "DependencyViolation", "<subnet>")),
    *rows(
        "ModifySubnetAttribute",
        {"SubnetId": "<subnet>"},
        ({}, "MissingParameter", "No attributes"),
        (
            {"MapPublicIpOnLaunch": TRUE, "EnableDns64": TRUE},
            "InvalidParameterCombination",
            "multiple",
        ),
        ({"AssignIpv6AddressOnCreation": TRUE}, "InvalidParameterValue", "IPv6 CIDR"),
        ({"PrivateDnsHostnameTypeOnLaunch": "pet-name"}, "InvalidParameterValue", "pet-name"),
        ({"EnableLniAtDeviceIndex": 0}, "InvalidParameterValue", "index 0"),
        (
            {"SubnetId": "<subnet_6>", "MapPublicIpOnLaunch": TRUE},
            "InvalidParameterValue",
            "IPv6-only",
            IPV6_ONLY,
        ),
        (
            {"SubnetId": "<subnet_6>", "AssignIpv6AddressOnCreation": FALSE},
            "InvalidParameterValue",
            "IPv6-only",
            IPV6_ONLY,
        ),
        (
            {"SubnetId": "<subnet_6>", "PrivateDnsHostnameTypeOnLaunch": "ip-name"},
            "InvalidParameterValue",
            "ip-name",
            IPV6_ONLY,
        ),
    ),
    *rows(
        "AssociateSubnetCidrBlock",
        {"SubnetId": "<subnet>", "Ipv6CidrBlock": "<subnet_ipv6>"},
        ({}, "CidrLimitExceeded", "<subnet>", WITH_IPV6),
    ),
    *rows(
        "DisassociateSubnetCidrBlock",
        {"AssociationId": "<subnet_ipv6_association>"},
        (
            {"AssociationId": "subnet-cidr-assoc-0123456789abcdef0"},
            "InvalidSubnetCidrBlockAssociationID.NotFound",
            "subnet-cidr-assoc-0123456789abcdef0",
        ),
        ({"AssociationId": "<subnet_6_association>"}, "OperationNotPermitted", "only", IPV6_ONLY),
        ({}, "InvalidCidrBlock.InUse", "<subnet>", WITH_IPV6, IPV6_INTERFACE),
    ),
    *rows(
        "CreateSubnetCidrReservation",
        IN_SUBNET,
        ({"ReservationType": "hotel"}, "InvalidParameterValue", "hotel"),
        ({"Cidr": "10.0.9.0/28"}, "InvalidParameterValue", "10.0.9.0/28"),
        ({"Cidr": "10.0.0.128/29"}, "InvalidSubnetCidrReservation.Conflict", "<reservation>"),
    ),
    *rows(
        "DescribeAvailabilityZones",
        {},
        ({"ZoneNames": ["mars-1a"]}, "InvalidParameterValue", "mars-1a"),
        ({"ZoneIds": ["mars1-az1"]}, "InvalidParameterValue", "mars1-az1"),
        ({"Filters": [{"Name": "colour", "Values": ["red"]}]}, "InvalidParameterValue", "colour"),
    ),
    *rows("DescribeRegions", {}, ({"RegionNames": ["mars"]}, "InvalidParameterValue", "mars")),
    *rows(
        "DescribeVpcs",
        {"VpcIds": ["<vpc>"]},
        ({}, "InvalidVpcID.NotFound", "<vpc>", far_away),
    ),
)
