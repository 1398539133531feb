"""Prefix lists: AWS's own, and managed ones with their versions and what refers to them."""

import pytest

from genkan.api.quotas import RULES
from tests.build import REGION, Client

NOBODY = "pl-00000000000000000"
S3_LIST = "pl-61a54008"


@pytest.fixture
def client() -> Client:
    return Client()


def a_list(client: Client, *cidrs: str, most: int = 3, **more) -> str:
    asked = {
        "PrefixListName": "partners",
        "MaxEntries": most,
        "AddressFamily": "IPv4",
        "Entries": [{"Cidr": cidr} for cidr in cidrs],
        **more,
    }
    return client.ask("CreateManagedPrefixList", **asked)["PrefixList"]["PrefixListId"]


def entries(client: Client, name: str, **more) -> list[str]:
    answer = client.ask("GetManagedPrefixListEntries", PrefixListId=name, **more)
    return [entry["Cidr"] for entry in answer["Entries"]]


def version(client: Client, name: str) -> int:
    (one,) = client.ask("DescribeManagedPrefixLists", PrefixListIds=[name])["PrefixLists"]
    return one["Version"]


def test_aws_lists_are_there_for_services_with_gateway_endpoints(client):
    named = [{"Name": "prefix-list-name", "Values": [f"com.amazonaws.{REGION}.s3"]}]
    (s3,) = client.ask("DescribePrefixLists", Filters=named)["PrefixLists"]
    assert s3["PrefixListId"] == S3_LIST
    assert s3["Cidrs"] == entries(client, S3_LIST)
    (managed,) = client.ask("DescribeManagedPrefixLists", Filters=named)["PrefixLists"]
    assert managed["OwnerId"] == "AWS"
    assert "Version" not in managed
    names = {one["PrefixListName"] for one in client.ask("DescribePrefixLists")["PrefixLists"]}
    assert f"com.amazonaws.{REGION}.dynamodb" in names


def test_aws_lists_cannot_be_changed(client):
    for operation, more in (
        ("ModifyManagedPrefixList", {"PrefixListName": "mine"}),
        ("RestoreManagedPrefixListVersion", {"PreviousVersion": 1, "CurrentVersion": 1}),
        ("DeleteManagedPrefixList", {}),
    ):
        assert client.refusal(operation, PrefixListId=S3_LIST, **more) == "UnauthorizedOperation"


def test_a_change_of_entries_makes_a_version_and_an_earlier_one_comes_back(client):
    name = a_list(client, "10.0.0.7/8", "10.0.0.0/16")
    assert entries(client, name) == ["10.0.0.0/8", "10.0.0.0/16"]
    change = {
        "PrefixListId": name,
        "CurrentVersion": 1,
        "AddEntries": [{"Cidr": "192.0.2.0/24", "Description": "x"}],
        "RemoveEntries": [{"Cidr": "10.0.0.0/8"}],
    }
    client.ask("ModifyManagedPrefixList", **change)
    assert entries(client, name) == ["10.0.0.0/16", "192.0.2.0/24"]
    assert entries(client, name, TargetVersion=1) == ["10.0.0.0/8", "10.0.0.0/16"]
    client.ask(
        "RestoreManagedPrefixListVersion", PrefixListId=name, PreviousVersion=1, CurrentVersion=2
    )
    assert (version(client, name), entries(client, name)) == (3, ["10.0.0.0/8", "10.0.0.0/16"])
    client.ask("ModifyManagedPrefixList", PrefixListId=name, PrefixListName="y", MaxEntries=9)
    assert version(client, name) == 3


@pytest.mark.parametrize("change", [{"PrefixListName": "others"}, {"MaxEntries": 9}])
def test_a_list_that_was_changed_says_so_and_keeps_its_version(client, change):
    name = a_list(client)
    answer = client.ask("ModifyManagedPrefixList", PrefixListId=name, **change)
    (shown,) = client.ask("DescribeManagedPrefixLists", PrefixListIds=[name])["PrefixLists"]
    assert shown == {"Tags": [], **answer["PrefixList"]}
    assert (shown["State"], shown["Version"]) == ("modify-complete", 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"AddressFamily": "IPv5"}, "InvalidParameterValue"),
        ({"MaxEntries": 0}, "InvalidParameterValue"),
        ({"MaxEntries": 1001}, "InvalidParameterValue"),
        ({"PrefixListName": "com.amazonaws.x"}, "InvalidParameterValue"),
        ({"PrefixListName": ""}, "InvalidParameterValue"),
        ({"Entries": [{"Cidr": "::/0"}]}, "InvalidParameterValue"),
        ({"Entries": [{"Cidr": "10.0.0.0/8", "Description": "x" * 256}]}, "InvalidParameterValue"),
        ({"Entries": [{"Cidr": "10.0.0.0/8"}] * 2}, "InvalidPrefixListModification"),
        (
            {"Entries": [{"Cidr": f"10.{n}.0.0/16"} for n in range(3)]},
            "PrefixListMaxEntriesExceeded",
        ),
    ],
)
def test_what_no_list_can_be_is_refused(client, change, code):
    asked = {"PrefixListName": "x", "MaxEntries": 2, "AddressFamily": "IPv4", **change}
    assert client.refusal("CreateManagedPrefixList", **asked) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            {"CurrentVersion": 2, "AddEntries": [{"Cidr": "10.1.0.0/16"}]},
            "PrefixListVersionMismatch",
        ),
        ({"AddEntries": [{"Cidr": "10.1.0.0/16"}]}, "MissingParameter"),
        ({}, "MissingParameter"),
        (
            {"CurrentVersion": 1, "RemoveEntries": [{"Cidr": "10.1.0.0/16"}]},
            "InvalidPrefixListModification",
        ),
        (
            {"CurrentVersion": 1, "RemoveEntries": [{"Cidr": "10.0.0.0/8"}], "MaxEntries": 5},
            "InvalidPrefixListModification",
        ),
        (
            {
                "CurrentVersion": 1,
                "AddEntries": [{"Cidr": "10.0.0.0/8"}],
                "RemoveEntries": [{"Cidr": "10.0.0.0/8"}],
            },
            "InvalidPrefixListModification",
        ),
        (
            {"CurrentVersion": 1, "AddEntries": [{"Cidr": "10.0.0.0/8"}] * 101},
            "InvalidPrefixListModification",
        ),
        ({"MaxEntries": 1}, "PrefixListMaxEntriesExceeded"),
        ({"PrefixListId": NOBODY, "PrefixListName": "x"}, "InvalidPrefixListID.NotFound"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(client, change, code):
    name = a_list(client, "10.0.0.0/8", "192.0.2.0/24")
    assert client.refusal("ModifyManagedPrefixList", **{"PrefixListId": name, **change}) == code


def test_versions_that_are_not_there_are_refused(client):
    name = a_list(client)
    asked = {"PrefixListId": name, "PreviousVersion": 1, "CurrentVersion": 1}
    assert client.refusal("RestoreManagedPrefixListVersion", **asked) == (
        "InvalidPrefixListVersion.NotFound"
    )
    assert client.refusal("GetManagedPrefixListEntries", PrefixListId=name, TargetVersion=2) == (
        "InvalidPrefixListVersion.NotFound"
    )
    assert client.refusal("DescribePrefixLists", PrefixListIds=[name]) == (
        "InvalidPrefixListId.NotFound"
    )


def test_a_list_stays_while_a_rule_or_a_route_names_it(client):
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    name = a_list(client, "192.0.2.0/24")
    group = client.ask("CreateSecurityGroup", GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "PrefixListIds": [{"PrefixListId": name, "Description": "partners"}],
    }
    client.ask("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[permission])
    (seen,) = client.ask("DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"]
    assert seen["IpPermissions"][0]["PrefixListIds"] == permission["PrefixListIds"]
    table = client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    gateway = client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    client.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    route = {"RouteTableId": table, "DestinationPrefixListId": name}
    client.ask("CreateRoute", **route, GatewayId=gateway)
    answer = client.ask("GetManagedPrefixListAssociations", PrefixListId=name)
    assert [one["ResourceId"] for one in answer["PrefixListAssociations"]] == [group, table]
    assert client.refusal("DeleteManagedPrefixList", PrefixListId=name) == "DependencyViolation"
    client.ask("DeleteRoute", **route)
    client.ask("RevokeSecurityGroupIngress", GroupId=group, IpPermissions=[permission])
    client.ask("DeleteManagedPrefixList", PrefixListId=name)
    assert client.refusal("DescribeManagedPrefixLists", PrefixListIds=[name]) == (
        "InvalidPrefixListID.NotFound"
    )


def test_a_rule_by_prefix_list_counts_with_what_the_list_may_hold(client):
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = client.ask("CreateSecurityGroup", GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    asked = [
        {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": a_list(client, most=most)}]}
        for most in (RULES, 1)
    ]
    client.ask("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=asked[:1])
    assert client.refusal(
        "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=asked[1:]
    ) == ("RulesPerSecurityGroupLimitExceeded")


def test_a_token_makes_one_list(client):
    assert a_list(client, ClientToken="t") == a_list(client, ClientToken="t")
