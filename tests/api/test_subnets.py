"""Subnets: where they may lie, in which zone, and what they hold."""

from ipaddress import IPv4Address

import pytest

from genkan.model.network_interface import NetworkInterface
from tests.build import ACCOUNT, REGION, Client


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def interface(subnet: dict, *addresses: str) -> NetworkInterface:
    return NetworkInterface(
        id="eni-00000000000000001",
        account=ACCOUNT,
        region=REGION,
        vpc_id=subnet["VpcId"],
        subnet_id=subnet["SubnetId"],
        zone=subnet["AvailabilityZone"],
        mac="02:00:00:00:00:01",
        private_addresses=tuple(map(IPv4Address, addresses)),
    )


def test_a_subnet_is_described_as_it_was_asked_for(client, vpc):
    made = client.ask(
        "CreateSubnet",
        VpcId=vpc,
        CidrBlock="10.0.1.9/24",
        AvailabilityZone=f"{REGION}c",
        TagSpecifications=[{"ResourceType": "subnet", "Tags": [{"Key": "a", "Value": "b"}]}],
    )["Subnet"]
    assert (made["CidrBlock"], made["AvailabilityZone"]) == ("10.0.1.0/24", f"{REGION}c")
    assert (made["AvailableIpAddressCount"], made["MapPublicIpOnLaunch"]) == (251, False)
    filters = [
        {"Name": "availability-zone-id", "Values": [made["AvailabilityZoneId"]]},
        {"Name": "tag:a", "Values": ["b"]},
    ]
    assert client.ask("DescribeSubnets", Filters=filters)["Subnets"] == [made]


def test_a_zone_is_named_by_name_or_by_id_or_chosen(client, vpc):
    zones = client.ask("DescribeAvailabilityZones")["AvailabilityZones"]
    wanted = zones[-1]
    named = client.ask(
        "CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZoneId=wanted["ZoneId"]
    )["Subnet"]
    assert named["AvailabilityZone"] == wanted["ZoneName"]
    chosen = client.ask("CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]
    assert chosen["AvailabilityZone"] in {zone["ZoneName"] for zone in zones}


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"CidrBlock": "10.0.1.0/24"}, "InvalidSubnet.Conflict"),
        ({"CidrBlock": "10.0.1.128/28"}, "InvalidSubnet.Conflict"),
        ({"CidrBlock": "10.0.0.0/16"}, "InvalidSubnet.Conflict"),
        ({"CidrBlock": "10.1.0.0/24"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.0.0/15"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.2.0/29"}, "InvalidSubnet.Range"),
        ({"CidrBlock": "10.0.2"}, "InvalidParameterValue"),
        ({}, "MissingParameter"),
        ({"CidrBlock": "10.0.2.0/24", "AvailabilityZone": "eu-west-1a"}, "InvalidParameterValue"),
        ({"CidrBlock": "10.0.2.0/24", "AvailabilityZoneId": "x-az1"}, "InvalidParameterValue"),
        (
            {
                "CidrBlock": "10.0.2.0/24",
                "AvailabilityZone": f"{REGION}a",
                "AvailabilityZoneId": "apne1-az4",
            },
            "InvalidParameterCombination",
        ),
        ({"CidrBlock": "10.0.2.0/24", "Ipv6Native": True}, "InvalidParameterCombination"),
        ({"Ipv6Native": True}, "MissingParameter"),
        ({"CidrBlock": "10.0.2.0/24", "VpcId": "vpc-00000000"}, "InvalidVpcID.NotFound"),
        ({"CidrBlock": "10.0.2.0/24", "VpcId": "vpc1"}, "InvalidVpcID.Malformed"),
    ],
)
def test_a_subnet_that_aws_would_not_make_is_refused(client, vpc, parameters, code):
    client.ask("CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/24")
    assert client.refusal("CreateSubnet", **{"VpcId": vpc, **parameters}) == code


def test_an_interface_takes_addresses_and_keeps_the_subnet(client, vpc):
    subnet = client.ask("CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/28")["Subnet"]
    client.put(interface(subnet, "10.0.1.4", "10.0.1.5"))
    (seen,) = client.ask("DescribeSubnets")["Subnets"]
    assert seen["AvailableIpAddressCount"] == 16 - 5 - 2
    name = subnet["SubnetId"]
    assert client.refusal("DeleteSubnet", SubnetId=name) == "DependencyViolation"


def test_a_deleted_subnet_leaves_no_association(client, vpc):
    subnet = client.ask("CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    table = client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    client.ask("AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
    client.ask("DeleteSubnet", SubnetId=subnet)
    assert client.refusal("DescribeSubnets", SubnetIds=[subnet]) == "InvalidSubnetID.NotFound"
    client.ask("DeleteRouteTable", RouteTableId=table)
    client.ask("DeleteVpc", VpcId=vpc)


def test_public_addresses_on_launch_are_switched(client, vpc):
    subnet = client.ask("CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    client.ask("ModifySubnetAttribute", SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    (seen,) = client.ask("DescribeSubnets", SubnetIds=[subnet])["Subnets"]
    assert seen["MapPublicIpOnLaunch"]
    assert client.refusal("ModifySubnetAttribute", SubnetId=subnet) == "MissingParameter"
