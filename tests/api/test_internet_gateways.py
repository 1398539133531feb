"""Internet gateways: attached to one VPC, detached when nothing is public there."""

from ipaddress import IPv4Address

import pytest

from genkan.model.elastic_ip import ElasticIp
from genkan.model.network_interface import NetworkInterface
from tests.build import ACCOUNT, REGION, Client

NOWHERE = "igw-00000000000000000"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def a_gateway(client: Client) -> str:
    return client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]


def test_a_gateway_is_attached_detached_and_deleted(client, vpc):
    both = {"InternetGatewayId": a_gateway(client), "VpcId": vpc}
    client.ask("AttachInternetGateway", **both)
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    (seen,) = client.ask("DescribeInternetGateways", Filters=attached)["InternetGateways"]
    assert seen["Attachments"] == [{"State": "available", "VpcId": vpc}]
    client.ask("DetachInternetGateway", **both)
    assert client.ask("DescribeInternetGateways", Filters=attached)["InternetGateways"] == []
    client.ask("DeleteInternetGateway", InternetGatewayId=both["InternetGatewayId"])
    client.ask("DeleteVpc", VpcId=vpc)


def test_what_does_not_fit_an_attachment_is_refused(client, vpc):
    gateway, spare = a_gateway(client), a_gateway(client)
    other = client.ask("CreateVpc", CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    client.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    for operation, igw, where, code in (
        ("AttachInternetGateway", gateway, other, "Resource.AlreadyAssociated"),
        ("AttachInternetGateway", spare, vpc, "InvalidParameterValue"),
        ("AttachInternetGateway", NOWHERE, vpc, "InvalidInternetGatewayID.NotFound"),
        ("AttachInternetGateway", spare, "vpc-00000000", "InvalidVpcID.NotFound"),
        ("DetachInternetGateway", gateway, other, "Gateway.NotAttached"),
        ("DetachInternetGateway", spare, vpc, "Gateway.NotAttached"),
    ):
        assert client.refusal(operation, InternetGatewayId=igw, VpcId=where) == code
    assert client.refusal("DeleteInternetGateway", InternetGatewayId=gateway) == (
        "DependencyViolation"
    )
    assert client.refusal("DeleteVpc", VpcId=vpc) == "DependencyViolation"


@pytest.mark.parametrize("elastic", [True, False])
def test_a_gateway_stays_while_an_address_is_public_through_it(client, vpc, elastic):
    both = {"InternetGatewayId": a_gateway(client), "VpcId": vpc}
    client.ask("AttachInternetGateway", **both)
    public = IPv4Address("54.65.0.1")
    mine = {"account": ACCOUNT, "region": REGION}
    worn = NetworkInterface(
        id="eni-00000000000000001",
        vpc_id=vpc,
        subnet_id="subnet-00000000000000001",
        zone=f"{REGION}a",
        mac="02:00:00:00:00:01",
        private_addresses=(IPv4Address("10.0.0.4"),),
        public_ip=None if elastic else public,
        **mine,
    )
    client.put(worn)
    if elastic:
        client.put(
            ElasticIp(id="eipalloc-1", public_ip=public, network_interface_id=worn.id, **mine)
        )
    assert client.refusal("DetachInternetGateway", **both) == "DependencyViolation"
