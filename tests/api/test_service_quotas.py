"""Quotas: shown, raised, set, and what they let be made."""

import pytest

from genkan.api.service_quotas import EVERY, NAMES
from genkan.control.quotas import set_quota, shown_quotas
from genkan.model.errors import Refused
from tests.build import Client

VPCS = {"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"}
ADDRESSES = {"ServiceCode": "vpc", "QuotaCode": "L-5F53652F"}  # of a NAT gateway: fixed
OTHER = "210987654321"


@pytest.fixture
def client() -> Client:
    return Client()


def value(client: Client, **quota) -> float:
    return client.ask("service-quotas:GetServiceQuota", **quota)["Quota"]["Value"]


def give(client: Client, name: str, number: int) -> None:
    """Set a quota as the site's owner does."""
    change, shown = set_quota(client.call, name, number)
    client.put(*change.puts)
    assert shown["value"] == number


def test_codes_are_of_one_quota_each_and_adjustable_ones_begin_at_awss_or_above():
    codes = [one.code for one in EVERY]
    assert len(codes) == len(set(codes))
    assert {one.service for one in EVERY} == set(NAMES)
    assert [one.title for one in EVERY if int(one) < one.aws] == []
    assert [one.title for one in EVERY if not one.adjustable and int(one) != one.aws] == []


def test_what_an_account_may_have_is_listed_beside_awss_default(client):
    asked = {"ServiceCode": "vpc", "MaxResults": 10}
    first = client.ask("service-quotas:ListServiceQuotas", **asked)
    rest = client.ask(
        "service-quotas:ListServiceQuotas", ServiceCode="vpc", NextToken=first["NextToken"]
    )
    listed = [one["QuotaCode"] for one in (*first["Quotas"], *rest["Quotas"])]
    assert sorted(listed) == sorted(one.code for one in EVERY if one.service == "vpc")
    default = client.ask("service-quotas:GetAWSDefaultServiceQuota", **VPCS)["Quota"]
    assert (default["Value"], value(client, **VPCS)) == (5.0, 10_000.0)


def test_an_increase_is_granted_at_once_and_kept_in_the_history(client):
    ask = "service-quotas:RequestServiceQuotaIncrease"
    granted = client.ask(ask, **VPCS, DesiredValue=20_000)["RequestedQuota"]
    assert (granted["Status"], value(client, **VPCS)) == ("APPROVED", 20_000.0)
    named = {"RequestId": granted["Id"]}
    again = client.ask("service-quotas:GetRequestedServiceQuotaChange", **named)
    assert again["RequestedQuota"] == granted
    unknown = {"RequestId": "0" * 32}
    refused = client.refusal("service-quotas:GetRequestedServiceQuotaChange", **unknown)
    assert refused == "NoSuchResourceException"
    history = client.ask("service-quotas:ListRequestedServiceQuotaChangeHistory")
    assert history["RequestedQuotas"] == [granted]
    client.become(OTHER)
    assert value(client, **VPCS) == 10_000.0


@pytest.mark.parametrize(
    ("quota", "desired", "code"),
    [
        (VPCS, 10_000, "IllegalArgumentException"),  # it has that
        (VPCS, 10_000.5, "IllegalArgumentException"),
        (ADDRESSES, 9, "InvalidResourceStateException"),
        ({**VPCS, "QuotaCode": "L-00000000"}, 9, "NoSuchResourceException"),
        ({**VPCS, "ServiceCode": "sqs"}, 9, "NoSuchResourceException"),
    ],
)
def test_what_cannot_be_raised_is_refused(client, quota, desired, code):
    ask = "service-quotas:RequestServiceQuotaIncrease"
    assert client.refusal(ask, **quota, DesiredValue=desired) == code


@pytest.mark.parametrize(
    ("name", "operation", "parameters", "code"),
    [
        ("VPCs per Region", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}, "VpcLimitExceeded"),
        ("Subnets per VPC", "CreateSubnet", {"CidrBlock": "10.0.0.0/24"}, "SubnetLimitExceeded"),
        ("Route tables per VPC", "CreateRouteTable", {}, "RouteTableLimitExceeded"),
        ("Network ACLs per VPC", "CreateNetworkAcl", {}, "NetworkAclLimitExceeded"),
        ("EC2-VPC Elastic IPs", "AllocateAddress", {}, "AddressLimitExceeded"),
        ("Internet gateways per Region", "CreateInternetGateway", {}, "InternetGatewayLimit"),
        ("Interface VPC endpoints per VPC", "CreateVpcEndpoint", {}, "VpcEndpointLimitExceeded"),
        ("Gateway VPC endpoints per Region", "CreateVpcEndpoint", {}, "VpcEndpointLimitExceeded"),
    ],
)
def test_at_a_quota_that_is_set_awss_error_comes(client, name, operation, parameters, code):
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    if operation in ("CreateSubnet", "CreateRouteTable", "CreateNetworkAcl", "CreateVpcEndpoint"):
        parameters = {**parameters, "VpcId": vpc}
    if operation == "CreateVpcEndpoint":
        kind = name.partition(" ")[0]
        service = {"Interface": "sqs", "Gateway": "s3"}[kind]
        parameters["ServiceName"] = f"com.amazonaws.{client.call.region}.{service}"
        parameters |= {"VpcEndpointType": kind, "PrivateDnsEnabled": False}
    give(client, name, 0)
    assert client.refusal(operation, **parameters).startswith(code)
    give(client, name, 3)
    client.ask(operation, **parameters)


def test_gateway_endpoints_are_counted_in_the_region_of_an_account(client):
    asked = {"ServiceName": f"com.amazonaws.{client.call.region}.s3"}
    give(client, "Gateway VPC endpoints per Region", 1)
    vpcs = [client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2)]
    client.ask("CreateVpcEndpoint", VpcId=vpcs[0], **asked)
    refused = client.refusal("CreateVpcEndpoint", VpcId=vpcs[1], **asked)
    assert refused == "VpcEndpointLimitExceeded"


def test_the_owner_sets_what_aws_adjusts_and_nothing_else(client):
    give(client, "l-f678f1ce", 2)
    assert next(one for one in shown_quotas(client.call) if one["name"] == "VPCs per Region") == {
        "service": "vpc",
        "code": "L-F678F1CE",
        "name": "VPCs per Region",
        "value": 2,
        "aws_default": 5,
        "adjustable": True,
    }
    for name, number in (("Doors", 1), ("VPCs per Region", -1), (ADDRESSES["QuotaCode"], 9)):
        with pytest.raises(Refused):
            set_quota(client.call, name, number)
