"""NAT gateways: those that cannot work fail with AWS's code, the others have several addresses."""

from dataclasses import replace

import pytest

from genkan.model import lifecycle
from genkan.model.nat_gateway import NatGateway
from tests.build import REGION, Client

NOBODY = "0123456789abcdef0"


class Site(Client):
    """A VPC with an internet gateway and a subnet."""

    def __init__(self) -> None:
        super().__init__()
        self.vpc = self.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.gateway = self.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
        self.ask("AttachInternetGateway", InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.subnet = self.a_subnet("10.0.0.0/24")

    def a_subnet(self, cidr: str) -> str:
        given = {"VpcId": self.vpc, "CidrBlock": cidr, "AvailabilityZone": f"{REGION}a"}
        return self.ask("CreateSubnet", **given)["Subnet"]["SubnetId"]

    def address(self) -> str:
        return self.ask("AllocateAddress")["AllocationId"]

    def nat(self, **more: object) -> str:
        given = {"SubnetId": self.subnet, **more}
        return self.ask("CreateNatGateway", **given)["NatGateway"]["NatGatewayId"]

    def public(self, **more: object) -> str:
        return self.settled(self.nat(AllocationId=self.address(), **more))

    def private(self, **more: object) -> str:
        return self.settled(self.nat(ConnectivityType="private", **more))

    def settled(self, name: str) -> str:
        """Take the lifecycle's step that is due."""
        due = self.call.network.get(NatGateway, name)
        change = lifecycle.complete(self.call.network, due, self.call.now)
        self.call = replace(self.call, network=self.call.network.apply(change))
        return name

    def seen(self, name: str) -> dict:
        return self.ask("DescribeNatGateways", NatGatewayIds=[name])["NatGateways"][0]

    def addresses(self, name: str) -> list[str]:
        return [one["PrivateIp"] for one in self.seen(name)["NatGatewayAddresses"]]


@pytest.fixture
def site() -> Site:
    return Site()


def test_a_gateway_is_pending_and_then_available(site):
    name = site.nat(AllocationId=site.address())
    assert site.seen(name)["State"] == "pending"
    site.settled(name)
    shown = site.seen(name)
    assert (shown["State"], shown["ConnectivityType"]) == ("available", "public")
    (address,) = shown["NatGatewayAddresses"]
    assert (address["IsPrimary"], address["Status"]) == (True, "succeeded")
    assert {"AllocationId", "AssociationId", "PublicIp", "NetworkInterfaceId"} <= set(address)
    for key, value in (("state", "available"), ("subnet-id", site.subnet), ("vpc-id", site.vpc)):
        filters = [{"Name": key, "Values": [value]}, {"Name": "nat-gateway-id", "Values": [name]}]
        assert len(site.ask("DescribeNatGateways", Filter=filters)["NatGateways"]) == 1


def test_without_an_internet_gateway_it_is_pending_and_then_failed(site):
    site.ask("DetachInternetGateway", InternetGatewayId=site.gateway, VpcId=site.vpc)
    address = site.address()
    name = site.nat(AllocationId=address)
    assert site.seen(name)["State"] == "pending"
    site.settled(name)
    shown = site.seen(name)
    assert (shown["State"], shown["FailureCode"]) == ("failed", "Gateway.NotAttached")
    assert site.vpc in shown["FailureMessage"]
    assert site.ask("DescribeNetworkInterfaces")["NetworkInterfaces"] == []
    site.ask("ReleaseAddress", AllocationId=address)


def test_with_an_address_that_is_in_use_it_fails(site):
    address = site.address()
    site.nat(AllocationId=address)
    shown = site.seen(site.settled(site.nat(AllocationId=address)))
    assert (shown["State"], shown["FailureCode"]) == ("failed", "Resource.AlreadyAssociated")


def test_in_a_full_subnet_it_fails_and_can_be_deleted(site):
    small = site.a_subnet("10.0.1.0/28")
    for _ in range(11):
        site.ask("CreateNetworkInterface", SubnetId=small)
    name = site.settled(site.nat(AllocationId=site.address(), SubnetId=small))
    shown = site.seen(name)
    assert shown["FailureCode"] == "InsufficientFreeAddressesInSubnet"
    site.ask("DeleteNatGateway", NatGatewayId=name)
    assert site.seen(site.settled(name))["State"] == "deleted"


def test_a_deleted_gateway_shows_what_it_had(site):
    name = site.public()
    before = site.seen(name)["NatGatewayAddresses"][0]
    site.ask("DeleteNatGateway", NatGatewayId=name)
    assert site.seen(name)["State"] == "deleting"
    shown = site.seen(site.settled(name))
    assert shown["State"] == "deleted"
    after = shown["NatGatewayAddresses"][0]
    assert [after[key] for key in ("PrivateIp", "PublicIp")] == [
        before[key] for key in ("PrivateIp", "PublicIp")
    ]
    site.ask("ReleaseAddress", AllocationId=before["AllocationId"])


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "MissingParameter"),
        ({"AllocationId": f"eipalloc-{NOBODY}"}, "InvalidAllocationID.NotFound"),
        ({"ConnectivityType": "both"}, "InvalidParameterValue"),
        ({"ConnectivityType": "private", "AllocationId": "own"}, "InvalidParameterValue"),
        (
            {"AllocationId": "own", "SecondaryPrivateIpAddressCount": 1},
            "InvalidParameterCombination",
        ),
        (
            {"AllocationId": "own", "SecondaryPrivateIpAddresses": ["10.0.0.9"]},
            "InvalidParameterValue",
        ),
        ({"AllocationId": "own", "SecondaryAllocationIds": ["own"]}, "InvalidParameterValue"),
        (
            {
                "ConnectivityType": "private",
                "SecondaryPrivateIpAddresses": ["10.0.0.9"],
                "SecondaryPrivateIpAddressCount": 1,
            },
            "InvalidParameterCombination",
        ),
        (
            {"ConnectivityType": "private", "SecondaryPrivateIpAddressCount": 8},
            "PrivateIpAddressLimitExceeded",
        ),
        (
            {"ConnectivityType": "private", "SecondaryPrivateIpAddressCount": -1},
            "InvalidParameterValue",
        ),
        (
            {"ConnectivityType": "private", "PrivateIpAddress": "10.9.0.1"},
            "InvalidParameterValue",
        ),
        (
            {"ConnectivityType": "private", "SubnetId": f"subnet-{NOBODY}"},
            "InvalidSubnetID.NotFound",
        ),
    ],
)
def test_a_gateway_that_aws_would_not_make_is_refused(site, asked, code):
    own = site.address()
    given = {
        key: own if value == "own" else [own] if value == ["own"] else value
        for key, value in asked.items()
    }
    assert site.refusal("CreateNatGateway", **{"SubnetId": site.subnet, **given}) == code


def test_there_are_so_many_gateways_in_a_zone_and_no_more(site, monkeypatch):
    monkeypatch.setattr("genkan.api.nat_gateways.NAT_GATEWAYS", 1)
    site.private()
    given = {"SubnetId": site.a_subnet("10.0.2.0/24"), "ConnectivityType": "private"}
    assert site.refusal("CreateNatGateway", **given) == "NatGatewayLimitExceeded"


def test_a_public_gateway_gets_more_addresses_and_loses_them(site):
    first = site.address()
    name = site.public(SecondaryAllocationIds=[first])
    assert [one["IsPrimary"] for one in site.seen(name)["NatGatewayAddresses"]] == [True, False]
    second = site.address()
    given = {"NatGatewayId": name, "AllocationIds": [second], "PrivateIpAddresses": ["10.0.0.77"]}
    (made,) = site.ask("AssociateNatGatewayAddress", **given)["NatGatewayAddresses"]
    assert (made["Status"], made["AllocationId"]) == ("associating", second)
    assert site.addresses(name)[2] == "10.0.0.77"
    code = "Resource.AlreadyAssociated"
    assert site.refusal("AssociateNatGatewayAddress", **given) == code
    given = {"NatGatewayId": name, "AssociationIds": [made["AssociationId"]]}
    (gone,) = site.ask("DisassociateNatGatewayAddress", **given)["NatGatewayAddresses"]
    assert (gone["Status"], gone["PrivateIp"]) == ("disassociating", "10.0.0.77")
    assert len(site.addresses(name)) == 2
    site.ask("ReleaseAddress", AllocationId=second)
    primary = site.seen(name)["NatGatewayAddresses"][0]["AssociationId"]
    for association, code in (
        (primary, "InvalidParameterValue"),
        (f"eipassoc-{NOBODY}", "InvalidAssociationID.NotFound"),
    ):
        given = {"NatGatewayId": name, "AssociationIds": [association]}
        assert site.refusal("DisassociateNatGatewayAddress", **given) == code
    given = {"NatGatewayId": name, "AssociationIds": [primary], "MaxDrainDurationSeconds": 0}
    assert site.refusal("DisassociateNatGatewayAddress", **given) == "InvalidParameterValue"


def test_a_private_gateway_gets_more_addresses_and_loses_them(site):
    name = site.private(PrivateIpAddress="10.0.0.20", SecondaryPrivateIpAddressCount=1)
    assert site.addresses(name) == ["10.0.0.20", "10.0.0.4"]
    site.ask("AssignPrivateNatGatewayAddress", NatGatewayId=name, PrivateIpAddressCount=2)
    given = {"NatGatewayId": name, "PrivateIpAddresses": ["10.0.0.9"]}
    (made,) = site.ask("AssignPrivateNatGatewayAddress", **given)["NatGatewayAddresses"]
    assert (made["PrivateIp"], made["Status"]) == ("10.0.0.9", "assigning")
    assert site.addresses(name) == ["10.0.0.20", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.9"]
    given = {"NatGatewayId": name, "PrivateIpAddresses": ["10.0.0.5", "10.0.0.6"]}
    site.ask("UnassignPrivateNatGatewayAddress", **given, MaxDrainDurationSeconds=60)
    assert site.addresses(name) == ["10.0.0.20", "10.0.0.4", "10.0.0.9"]


@pytest.mark.parametrize(
    ("operation", "asked", "code"),
    [
        ("AssignPrivateNatGatewayAddress", {}, "MissingParameter"),
        (
            "AssignPrivateNatGatewayAddress",
            {"PrivateIpAddresses": ["10.0.0.9"], "PrivateIpAddressCount": 1},
            "InvalidParameterCombination",
        ),
        (
            "AssignPrivateNatGatewayAddress",
            {"PrivateIpAddressCount": 8},
            "PrivateIpAddressLimitExceeded",
        ),
        (
            "AssignPrivateNatGatewayAddress",
            {"PrivateIpAddresses": ["10.0.0.4"]},
            "InvalidIPAddress.InUse",
        ),
        ("UnassignPrivateNatGatewayAddress", {"PrivateIpAddresses": []}, "MissingParameter"),
        (
            "UnassignPrivateNatGatewayAddress",
            {"PrivateIpAddresses": ["10.0.0.4"]},
            "InvalidParameterValue",
        ),
        (
            "AssociateNatGatewayAddress",
            {"AllocationIds": [f"eipalloc-{NOBODY}"]},
            "InvalidParameterValue",
        ),
        (
            "DisassociateNatGatewayAddress",
            {"AssociationIds": [f"eipassoc-{NOBODY}"]},
            "InvalidParameterValue",
        ),
    ],
)
def test_what_a_private_gateway_does_not_take_is_refused(site, operation, asked, code):
    name = site.private()
    assert site.refusal(operation, NatGatewayId=name, **asked) == code


def test_addresses_change_while_a_gateway_is_available(site):
    pending = site.nat(ConnectivityType="private")
    given = {"NatGatewayId": pending, "PrivateIpAddressCount": 1}
    assert site.refusal("AssignPrivateNatGatewayAddress", **given) == "IncorrectState"
    public = site.public()
    given = {"NatGatewayId": public, "AllocationIds": []}
    assert site.refusal("AssociateNatGatewayAddress", **given) == "MissingParameter"
    given = {"NatGatewayId": public, "AssociationIds": []}
    assert site.refusal("DisassociateNatGatewayAddress", **given) == "MissingParameter"
    two = {"AllocationIds": [site.address()], "PrivateIpAddresses": ["10.0.0.8", "10.0.0.9"]}
    given = {"NatGatewayId": public, **two}
    assert site.refusal("AssociateNatGatewayAddress", **given) == "InvalidParameterValue"
