"""Default VPCs and addresses of both families over the wire, with boto3 and the API alone."""

import contextlib
import ipaddress
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.story.conftest import RunningSite, running_site, until

pytestmark = [pytest.mark.site, pytest.mark.timeout(120)]

ALONE = ("--engine", "none")


@pytest.fixture(scope="module")
def api() -> Iterator[RunningSite]:
    with running_site(False, *ALONE, "--default-vpc") as site:
        yield site


@pytest.fixture(scope="module")
def ec2(api: RunningSite) -> Any:
    return api.client("ec2")


@contextlib.contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code


def test_a_site_that_was_asked_for_default_vpcs_has_one(ec2):
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    assert (vpc["IsDefault"], vpc["CidrBlock"]) == (True, "172.31.0.0/16")
    instance = ec2.run_instances(MinCount=1, MaxCount=1)["Instances"][0]
    assert instance["VpcId"] == vpc["VpcId"]
    with refused("DefaultVpcAlreadyExists"):
        ec2.create_default_vpc()
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])


def test_a_default_vpc_that_was_deleted_is_made_again_only_when_it_is_asked_for(api, ec2):
    for gateway in ec2.describe_internet_gateways()["InternetGateways"]:
        name = gateway["InternetGatewayId"]
        for attached in gateway["Attachments"]:
            ec2.detach_internet_gateway(InternetGatewayId=name, VpcId=attached["VpcId"])
        ec2.delete_internet_gateway(InternetGatewayId=name)
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    api.genkan("down")
    api.genkan("up", *ALONE)
    again = api.client("ec2")
    assert again.describe_vpcs()["Vpcs"] == []
    said = api.genkan("up", *ALONE, "--default-vpc").stderr
    assert "create-default-vpc" in said
    api.genkan("down")
    api.genkan("up", *ALONE, "--default-vpc")
    assert len(api.client("ec2").describe_vpcs()["Vpcs"]) == 1


def test_blocks_and_addresses_of_both_families_are_made_and_described(api):
    ec2 = api.client("ec2")
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    vpc = made["VpcId"]
    added = ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="100.64.0.0/16")
    assert added["CidrBlockAssociation"]["CidrBlockState"]["State"] == "associating"
    block = made["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    first, second, *_ = ipaddress.ip_network(block).subnets(new_prefix=64)
    both = ec2.create_subnet(VpcId=vpc, CidrBlock="100.64.0.0/24", Ipv6CidrBlock=str(first))
    alone = ec2.create_subnet(VpcId=vpc, Ipv6CidrBlock=str(second), Ipv6Native=True)
    assert "CidrBlock" not in alone["Subnet"]
    subnet = both["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, AssignIpv6AddressOnCreation={"Value": True})
    interface = ec2.create_network_interface(
        SubnetId=subnet, SecondaryPrivateIpAddressCount=1, Ipv6AddressCount=2
    )["NetworkInterface"]
    name = interface["NetworkInterfaceId"]
    assert len(interface["PrivateIpAddresses"]) == len(interface["Ipv6Addresses"]) == 2
    ec2.unassign_ipv6_addresses(
        NetworkInterfaceId=name, Ipv6Addresses=[interface["Ipv6Addresses"][0]["Ipv6Address"]]
    )
    (seen,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[name])["NetworkInterfaces"]
    assert seen["Ipv6Addresses"] == interface["Ipv6Addresses"][1:]
    with refused("InvalidVpc.Range"):
        ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="192.168.0.0/16")


def test_a_nat_gateway_without_a_way_out_fails_by_itself(api):
    ec2 = api.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address()["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
    assert made["State"] == "pending"
    given = {"NatGatewayIds": [made["NatGatewayId"]]}
    seen = until(
        lambda: ec2.describe_nat_gateways(**given)["NatGateways"][0],
        lambda one: one["State"] != "pending",
    )
    assert (seen["State"], seen["FailureCode"]) == ("failed", "Gateway.NotAttached")
    ec2.release_address(AllocationId=address)
