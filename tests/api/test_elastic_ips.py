"""Elastic IPs: what AWS's own interfaces have of them is not theirs who call."""

from datetime import timedelta

import pytest

from genkan.model.nat_gateway import NatGateway
from genkan.model.network_interface import NetworkInterface
from tests.build import ACCOUNT, REGION, Client

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


class Pair(Client):
    """A VPC with a way out, two interfaces and an Elastic IP."""

    def __init__(self) -> None:
        super().__init__()
        self.vpc = self.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        given = {"VpcId": self.vpc, "CidrBlock": "10.0.0.0/24"}
        self.subnet = self.ask("CreateSubnet", **given)["Subnet"]["SubnetId"]
        self.gateway = self.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
        self.ask("AttachInternetGateway", InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.one, self.two = (
            self.ask("CreateNetworkInterface", SubnetId=self.subnet)["NetworkInterface"][
                "NetworkInterfaceId"
            ]
            for _ in "ab"
        )
        self.address = self.ask("AllocateAddress")["AllocationId"]

    def associate(self, **more: object) -> str:
        given = {"AllocationId": self.address, "NetworkInterfaceId": self.one, **more}
        return self.ask("AssociateAddress", **given)["AssociationId"]

    def seen(self) -> dict:
        return self.ask("DescribeAddresses", AllocationIds=[self.address])["Addresses"][0]


def test_an_address_is_associated_found_and_let_go():
    site = Pair()
    association = site.associate()
    shown = site.seen()
    assert (shown["AssociationId"], shown["NetworkInterfaceId"]) == (association, site.one)
    for name, value in (
        ("association-id", association),
        ("network-interface-id", site.one),
        ("private-ip-address", "10.0.0.4"),
        ("network-interface-owner-id", "123456789012"),
        ("public-ip", shown["PublicIp"]),
        ("domain", "vpc"),
    ):
        filters = [{"Name": name, "Values": [value]}]
        assert site.ask("DescribeAddresses", Filters=filters)["Addresses"] == [shown]
    assert site.refusal("ReleaseAddress", AllocationId=site.address) == "InvalidIPAddress.InUse"
    site.ask("DisassociateAddress", AssociationId=association)
    assert "AssociationId" not in site.seen()
    by_address = {"PublicIp": shown["PublicIp"]}
    assert site.refusal("ReleaseAddress", **by_address) == "InvalidParameterValue"
    elsewhere = {"AllocationId": site.address, "NetworkBorderGroup": "us-west-2"}
    assert site.refusal("ReleaseAddress", **elsewhere) == "InvalidParameterValue"
    site.ask("ReleaseAddress", AllocationId=site.address)
    assert site.refusal("ReleaseAddress", AllocationId=site.address) == (
        "InvalidAllocationID.NotFound"
    )


def test_an_address_moves_only_when_reassociation_is_allowed():
    site = Pair()
    site.associate()
    given = {"AllocationId": site.address, "NetworkInterfaceId": site.two}
    assert site.refusal("AssociateAddress", **given) == "Resource.AlreadyAssociated"
    site.associate(NetworkInterfaceId=site.two, AllowReassociation=True)
    assert site.seen()["NetworkInterfaceId"] == site.two


def test_a_private_address_gives_its_elastic_ip_up_only_when_reassociation_is_allowed():
    site = Pair()
    site.associate()
    former, site.address = site.address, site.ask("AllocateAddress")["AllocationId"]
    given = {"AllocationId": site.address, "NetworkInterfaceId": site.one}
    assert site.refusal("AssociateAddress", **given) == "Resource.AlreadyAssociated"
    site.associate(AllowReassociation=True)
    (freed,) = site.ask("DescribeAddresses", AllocationIds=[former])["Addresses"]
    assert "AssociationId" not in freed


def test_an_association_that_does_not_fit_is_refused():
    site = Pair()
    given = {"MinCount": 1, "MaxCount": 1}
    interfaces = [{"DeviceIndex": at, "SubnetId": site.subnet} for at in (0, 1)]
    made = site.ask("RunInstances", NetworkInterfaces=interfaces, **given)["Instances"][0]
    address = {"AllocationId": site.address}
    for target, code in (
        ({}, "MissingParameter"),
        ({"InstanceId": made["InstanceId"]}, "InvalidInstanceID"),
        (
            {"InstanceId": made["InstanceId"], "NetworkInterfaceId": site.one},
            "InvalidParameterCombination",
        ),
        (
            {"NetworkInterfaceId": site.one, "PrivateIpAddress": "10.0.0.99"},
            "InvalidParameterValue",
        ),
    ):
        assert site.refusal("AssociateAddress", **address, **target) == code
    site.ask("DetachInternetGateway", InternetGatewayId=site.gateway, VpcId=site.vpc)
    target = {"NetworkInterfaceId": site.one}
    assert site.refusal("AssociateAddress", **address, **target) == "Gateway.NotAttached"


def test_an_instance_with_one_interface_is_a_target():
    site = Pair()
    given = {"MinCount": 1, "MaxCount": 1, "SubnetId": site.subnet}
    made = site.ask("RunInstances", **given)["Instances"][0]
    site.ask("AssociateAddress", AllocationId=site.address, InstanceId=made["InstanceId"])
    assert site.seen()["InstanceId"] == made["InstanceId"]


def test_the_domain_name_of_a_reverse_look_up_is_kept_and_taken_back():
    site = Pair()
    given = {"AllocationId": site.address}
    made = site.ask("ModifyAddressAttribute", **given, DomainName="mail.example.com")["Address"]
    assert made["PtrRecord"] == "mail.example.com."
    asked = {"AllocationIds": [site.address], "Attribute": "domain-name"}
    assert site.ask("DescribeAddressesAttribute", **asked)["Addresses"] == [made]
    plain = site.ask("ResetAddressAttribute", **given, Attribute="domain-name")["Address"]
    assert "PtrRecord" not in plain
    for wrong, code in (
        ({}, "MissingParameter"),
        ({"DomainName": "localhost"}, "InvalidParameterValue"),
        ({"DomainName": "a..b"}, "InvalidParameterValue"),
    ):
        assert site.refusal("ModifyAddressAttribute", **given, **wrong) == code
    asked["Attribute"] = "color"
    assert site.refusal("DescribeAddressesAttribute", **asked) == "InvalidParameterValue"


def test_there_are_so_many_addresses_in_a_region_and_no_more(monkeypatch):
    site = Pair()
    monkeypatch.setattr("genkan.api.elastic_ips.ELASTIC_IPS", 1)
    assert site.refusal("AllocateAddress") == "AddressLimitExceeded"


OTHER = "210987654321"


def test_an_address_changes_its_account_when_an_offer_is_accepted(client):
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "Name", "Value": "mine"}]}]
    made = client.ask("AllocateAddress", TagSpecifications=tags)
    by_id = {"AllocationId": made["AllocationId"]}
    offer = client.ask("EnableAddressTransfer", **by_id, TransferAccountId=OTHER)
    assert offer["AddressTransfer"]["AddressTransferStatus"] == "pending"
    expires = offer["AddressTransfer"]["TransferOfferExpirationTimestamp"]
    assert expires == client.call.now + timedelta(days=7)
    client.become(OTHER)
    assert client.ask("DescribeAddressTransfers")["AddressTransfers"] == []
    answer = client.ask("AcceptAddressTransfer", Address=made["PublicIp"])
    assert answer["AddressTransfer"]["AddressTransferStatus"] == "accepted"
    (seen,) = client.ask("DescribeAddresses")["Addresses"]
    assert (seen["PublicIp"], seen["Tags"]) == (made["PublicIp"], [])
    client.become(ACCOUNT)
    assert client.refusal("DescribeAddresses", AllocationIds=[made["AllocationId"]]) == (
        "InvalidAllocationID.NotFound"
    )
    asked = {"AllocationIds": [made["AllocationId"]]}
    (shown,) = client.ask("DescribeAddressTransfers", **asked)["AddressTransfers"]
    assert shown["AddressTransferStatus"] == "accepted"
    client.pass_time(14 * 86_400)
    assert client.ask("DescribeAddressTransfers")["AddressTransfers"] == []


def test_an_offer_ends_after_a_week_with_its_address_and_when_it_is_disabled(client):
    made = client.ask("AllocateAddress")
    by_id = {"AllocationId": made["AllocationId"]}
    client.ask("EnableAddressTransfer", **by_id, TransferAccountId=OTHER)
    ended = client.ask("DisableAddressTransfer", **by_id)["AddressTransfer"]
    assert ended["AddressTransferStatus"] == "disabled"
    assert client.ask("DescribeAddressTransfers")["AddressTransfers"] == []
    client.ask("EnableAddressTransfer", **by_id, TransferAccountId=OTHER)
    client.pass_time(7 * 86_400)
    assert client.ask("DescribeAddressTransfers")["AddressTransfers"] == []
    client.ask("EnableAddressTransfer", **by_id, TransferAccountId=OTHER)
    client.ask("ReleaseAddress", **by_id)
    client.become(OTHER)
    assert client.refusal("AcceptAddressTransfer", Address=made["PublicIp"]) == (
        "InvalidTransfer.AddressNotFound"
    )
