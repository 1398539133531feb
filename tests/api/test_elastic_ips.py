"""Elastic IPs: what AWS's own interfaces have of them is not theirs who call."""

import pytest

from genkan.model.nat_gateway import NatGateway
from genkan.model.network_interface import NetworkInterface
from tests.build import REGION, Client

WEB = f"com.amazonaws.{REGION}.monitoring"


@pytest.fixture
def client() -> Client:
    """A VPC with a NAT gateway, an endpoint and an interface of the caller's own."""
    ec2 = Client()
    vpc = ec2.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.ask("CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    ec2.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.ask("AllocateAddress")["AllocationId"]
    ec2.ask("CreateNatGateway", SubnetId=subnet, AllocationId=address)
    ec2.ask("CreateVpcEndpoint", VpcId=vpc, ServiceName=WEB, VpcEndpointType="Interface",
            SubnetIds=[subnet], PrivateDnsEnabled=False)  # fmt: skip
    ec2.ask("CreateNetworkInterface", SubnetId=subnet)
    return ec2


def interface(client: Client, kind: str) -> str:
    found = client.call.network.all(NetworkInterface)
    return next(one.id for one in found if one.interface_type.value == kind)


@pytest.mark.parametrize("kind", ["nat_gateway", "vpc_endpoint"])
def test_no_address_is_associated_with_an_interface_that_aws_manages(client, kind):
    spare = client.ask("AllocateAddress")["AllocationId"]
    target = {"AllocationId": spare, "NetworkInterfaceId": interface(client, kind)}
    assert client.refusal("AssociateAddress", **target) == "OperationNotPermitted"


def test_a_nat_gateways_address_is_not_taken_away_by_reassociation(client):
    gateway = next(client.call.network.all(NatGateway))
    target = {
        "AllocationId": gateway.allocation_id,
        "NetworkInterfaceId": interface(client, "interface"),
        "AllowReassociation": True,
    }
    assert client.refusal("AssociateAddress", **target) == "AuthFailure"
    assert client.refusal("ReleaseAddress", AllocationId=gateway.allocation_id) == (
        "InvalidIPAddress.InUse"
    )
