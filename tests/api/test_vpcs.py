"""VPCs, their attributes, their default network ACL."""

import pytest

from tests.build import Client

TO_ANYWHERE = {"CidrIp": "0.0.0.0/0"}


@pytest.fixture
def client() -> Client:
    return Client()


def a_vpc(client: Client, cidr: str = "10.0.0.0/16") -> str:
    return client.ask("CreateVpc", CidrBlock=cidr)["Vpc"]["VpcId"]


def by_vpc(vpc: str) -> list[dict]:
    return [{"Name": "vpc-id", "Values": [vpc]}]


def test_a_vpc_is_described_as_it_was_asked_for(client):
    tags = [{"Key": "Name", "Value": "hall"}]
    made = client.ask(
        "CreateVpc",
        CidrBlock="10.1.2.3/20",
        InstanceTenancy="dedicated",
        AmazonProvidedIpv6CidrBlock=False,
        TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}],
    )["Vpc"]
    assert made["CidrBlock"] == "10.1.0.0/20"
    assert (made["State"], made["IsDefault"]) == ("available", False)
    assert (made["InstanceTenancy"], made["Tags"]) == ("dedicated", tags)
    assert client.ask("DescribeVpcs", VpcIds=[made["VpcId"]])["Vpcs"] == [made]
    by_cidr = [
        {"Name": "cidr", "Values": ["10.1.0.0/20"]},
        {"Name": "isDefault", "Values": ["false"]},
    ]
    assert client.ask("DescribeVpcs", Filters=by_cidr)["Vpcs"] == [made]


def test_a_vpc_has_a_main_route_table_a_default_group_and_a_default_network_acl(client):
    vpc = a_vpc(client)
    (table,) = client.ask(
        "DescribeRouteTables",
        Filters=[{"Name": "association.main", "Values": ["true"]}, *by_vpc(vpc)],
    )["RouteTables"]
    assert [route["GatewayId"] for route in table["Routes"]] == ["local"]
    (group,) = client.ask(
        "DescribeSecurityGroups",
        Filters=[{"Name": "group-name", "Values": ["default"]}, *by_vpc(vpc)],
    )["SecurityGroups"]
    (inbound,), (outbound,) = group["IpPermissions"], group["IpPermissionsEgress"]
    assert [pair["GroupId"] for pair in inbound["UserIdGroupPairs"]] == [group["GroupId"]]
    assert (outbound["IpProtocol"], outbound["IpRanges"]) == ("-1", [TO_ANYWHERE])
    (acl,) = client.ask(
        "DescribeNetworkAcls", Filters=[{"Name": "default", "Values": ["true"]}, *by_vpc(vpc)]
    )["NetworkAcls"]
    assert {(e["Egress"], e["RuleNumber"], e["RuleAction"]) for e in acl["Entries"]} == {
        (way, number, action)
        for way in (True, False)
        for number, action in ((100, "allow"), (32767, "deny"))
    }


def test_the_default_network_acl_is_associated_with_every_subnet(client):
    vpc = a_vpc(client)
    subnet = client.ask("CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    (acl,) = client.ask("DescribeNetworkAcls")["NetworkAcls"]
    assert [one["SubnetId"] for one in acl["Associations"]] == [subnet]
    assert client.ask("DescribeNetworkAcls", NetworkAclIds=[acl["NetworkAclId"]])["NetworkAcls"]
    assert client.refusal("DescribeNetworkAcls", NetworkAclIds=["acl-00000000"]) == (
        "InvalidNetworkAclID.NotFound"
    )


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"CidrBlock": "10.0.0.0/15"}, "InvalidVpc.Range"),
        ({"CidrBlock": "10.0.0.0/29"}, "InvalidVpc.Range"),
        ({"CidrBlock": "127.0.0.0/16"}, "InvalidVpc.Range"),
        ({"CidrBlock": "240.0.0.0/16"}, "InvalidVpc.Range"),
        ({"CidrBlock": "10.0.0.0"}, "InvalidParameterValue"),
        ({"CidrBlock": "10.0.0.0/33"}, "InvalidParameterValue"),
        ({"CidrBlock": "fd00::/16"}, "InvalidParameterValue"),
        ({}, "MissingParameter"),
        ({"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "shared"}, "InvalidParameterValue"),
        (
            {"CidrBlock": "10.0.0.0/16", "Ipv6CidrBlockNetworkBorderGroup": "elsewhere"},
            "InvalidParameterValue",
        ),
        ({"CidrBlock": "10.0.0.0/16", "Ipv4IpamPoolId": "ipam-pool-1"}, "UnsupportedOperation"),
    ],
)
def test_a_vpc_that_aws_would_not_make_is_refused(client, parameters, code):
    assert client.refusal("CreateVpc", **parameters) == code


def test_one_more_vpc_than_the_quota_is_refused(client, monkeypatch):
    monkeypatch.setattr("genkan.api.vpcs.VPCS", 1)
    a_vpc(client)
    assert client.refusal("CreateVpc", CidrBlock="10.0.0.0/16") == "VpcLimitExceeded"


def test_an_empty_vpc_goes_with_all_it_was_made_with(client):
    client.ask("DeleteVpc", VpcId=a_vpc(client))
    assert list(client.call.network) == []


@pytest.mark.parametrize(
    "dependent",
    [
        ("CreateSubnet", {"CidrBlock": "10.0.0.0/24"}),
        ("CreateRouteTable", {}),
        ("CreateSecurityGroup", {"GroupName": "web", "Description": "web"}),
    ],
)
def test_a_vpc_with_something_in_it_cannot_be_deleted(client, dependent):
    vpc = a_vpc(client)
    operation, parameters = dependent
    client.ask(operation, VpcId=vpc, **parameters)
    assert client.refusal("DeleteVpc", VpcId=vpc) == "DependencyViolation"


def test_another_account_and_another_region_do_not_see_a_vpc(client):
    vpc = a_vpc(client)
    for other in ({"account": "210987654321"}, {"region": "eu-west-1"}):
        stranger = Client(client.call.network, **other)
        assert stranger.ask("DescribeVpcs") == {"Vpcs": []}
        assert stranger.refusal("DescribeVpcs", VpcIds=[vpc]) == "InvalidVpcID.NotFound"
        assert stranger.refusal("DeleteVpc", VpcId=vpc) == "InvalidVpcID.NotFound"


def test_pages_of_vpcs_join_to_the_whole(client):
    made = [a_vpc(client, f"10.{n}.0.0/16") for n in range(12)]
    seen, token = [], {}
    while token is not None:
        answer = client.ask("DescribeVpcs", MaxResults=5, **token)
        seen += [vpc["VpcId"] for vpc in answer["Vpcs"]]
        token = {"NextToken": answer["NextToken"]} if "NextToken" in answer else None
    assert seen == made


@pytest.mark.parametrize(
    "attribute", ["EnableDnsSupport", "EnableDnsHostnames", "EnableNetworkAddressUsageMetrics"]
)
def test_an_attribute_holds_what_it_was_set_to(client, attribute):
    vpc = a_vpc(client)
    name = attribute[0].lower() + attribute[1:]
    for value in (True, False):
        client.ask("ModifyVpcAttribute", VpcId=vpc, **{attribute: {"Value": value}})
        read = client.ask("DescribeVpcAttribute", VpcId=vpc, Attribute=name)
        assert read == {"VpcId": vpc, attribute: {"Value": value}}


def test_attributes_change_one_at_a_time_and_hostnames_need_support(client):
    vpc = a_vpc(client)
    on, off = {"Value": True}, {"Value": False}
    modify = {"VpcId": vpc}
    assert client.refusal("ModifyVpcAttribute", **modify) == "MissingParameter"
    assert (
        client.refusal("ModifyVpcAttribute", **modify, EnableDnsSupport=on, EnableDnsHostnames=on)
        == "InvalidParameterCombination"
    )
    client.ask("ModifyVpcAttribute", **modify, EnableDnsSupport=off)
    assert client.refusal("ModifyVpcAttribute", **modify, EnableDnsHostnames=on) == (
        "InvalidParameterValue"
    )
    assert client.refusal("DescribeVpcAttribute", VpcId=vpc, Attribute="colour") == (
        "InvalidParameterValue"
    )
