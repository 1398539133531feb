"""Default VPCs: none until one is asked for, then as a new account of AWS's finds it."""

import pytest

from tests.build import REGION, Client


@pytest.fixture
def client() -> Client:
    return Client()


def subnets(client: Client) -> list[dict]:
    return client.ask("DescribeSubnets")["Subnets"]


def test_a_default_vpc_has_a_subnet_in_each_zone_and_a_way_out(client):
    made = client.ask("CreateDefaultVpc")["Vpc"]
    assert (made["CidrBlock"], made["IsDefault"]) == ("172.31.0.0/16", True)
    zones = client.ask("DescribeAvailabilityZones")["AvailabilityZones"]
    assert {one["AvailabilityZone"] for one in subnets(client)} == {z["ZoneName"] for z in zones}
    for subnet in subnets(client):
        assert subnet["DefaultForAz"]
        assert subnet["MapPublicIpOnLaunch"]
        assert subnet["CidrBlock"].endswith("/20")
    (gateway,) = client.ask("DescribeInternetGateways")["InternetGateways"]
    assert gateway["Attachments"] == [{"State": "available", "VpcId": made["VpcId"]}]
    (table,) = client.ask("DescribeRouteTables")["RouteTables"]
    way_out = {route["DestinationCidrBlock"]: route["GatewayId"] for route in table["Routes"]}
    assert way_out == {
        "172.31.0.0/16": "local",
        "0.0.0.0/0": gateway["InternetGatewayId"],
    }
    (group,) = client.ask("DescribeSecurityGroups")["SecurityGroups"]
    assert group["GroupName"] == "default"
    given = {"VpcId": made["VpcId"], "Attribute": "enableDnsHostnames"}
    assert client.ask("DescribeVpcAttribute", **given)["EnableDnsHostnames"] == {"Value": True}


def test_calls_that_name_no_vpc_mean_it(client):
    code = "VPCIdNotSpecified"
    given = {"GroupName": "web", "Description": "web"}
    assert client.refusal("CreateSecurityGroup", **given) == code
    counts = {"MinCount": 1, "MaxCount": 1}
    assert client.refusal("RunInstances", **counts) == code
    vpc = client.ask("CreateDefaultVpc")["Vpc"]["VpcId"]
    client.ask("CreateSecurityGroup", **given)
    (instance,) = client.ask("RunInstances", SecurityGroups=["web"], **counts)["Instances"]
    assert instance["VpcId"] == vpc
    assert [group["GroupName"] for group in instance["SecurityGroups"]] == ["web"]
    assert instance["PublicIpAddress"]
    attributes = client.ask("DescribeAccountAttributes", AttributeNames=["default-vpc"])
    (one,) = attributes["AccountAttributes"]
    assert one["AttributeValues"] == [{"AttributeValue": vpc}]


def test_there_is_one_in_a_region(client):
    client.ask("CreateDefaultVpc")
    assert client.refusal("CreateDefaultVpc") == "DefaultVpcAlreadyExists"


def test_a_default_subnet_is_made_where_there_is_none(client):
    zone = f"{REGION}c"
    given = {"AvailabilityZone": zone}
    assert client.refusal("CreateDefaultSubnet", **given) == "DefaultVpcDoesNotExist"
    vpc = client.ask("CreateDefaultVpc")["Vpc"]["VpcId"]
    code = "DefaultSubnetAlreadyExistsInAvailabilityZone"
    assert client.refusal("CreateDefaultSubnet", **given) == code
    (former,) = (one for one in subnets(client) if one["AvailabilityZone"] == zone)
    client.ask("DeleteSubnet", SubnetId=former["SubnetId"])
    made = client.ask("CreateDefaultSubnet", **given)["Subnet"]
    assert (made["CidrBlock"], made["VpcId"]) == (former["CidrBlock"], vpc)
    client.ask("DeleteSubnet", SubnetId=made["SubnetId"])
    whole = [f"172.31.{number * 16}.0/20" for number in range(16)]
    taken = {one["CidrBlock"] for one in subnets(client)}
    for cidr in set(whole) - taken:
        client.ask("CreateSubnet", VpcId=vpc, CidrBlock=cidr)
    full = "InsufficientFreeAddressesInSubnet"
    assert client.refusal("CreateDefaultSubnet", **given) == full
