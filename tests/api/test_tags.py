"""Tags on what is there already."""

import pytest

from tests.build import Client


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def tags(client: Client, name: str) -> dict[str, str]:
    of = [{"Name": "resource-id", "Values": [name]}]
    return {tag["Key"]: tag["Value"] for tag in client.ask("DescribeTags", Filters=of)["Tags"]}


def a_rule(client: Client) -> tuple[str, str]:
    rule = client.ask("DescribeSecurityGroupRules")["SecurityGroupRules"][0]
    return rule["GroupId"], rule["SecurityGroupRuleId"]


def test_tags_are_put_on_several_resources_and_replaced(client, vpc):
    group, rule = a_rule(client)
    names = [vpc, rule, group]
    for value in ("a", "b"):
        client.ask("CreateTags", Resources=names, Tags=[{"Key": "k", "Value": value}])
    assert [tags(client, name) for name in names] == [{"k": "b"}] * 3
    kinds = {tag["ResourceType"] for tag in client.ask("DescribeTags")["Tags"]}
    assert kinds == {"vpc", "security-group", "security-group-rule"}


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ([{"Key": "a"}], {"b": "2", "c": ""}),
        ([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "x"}], {"b": "2", "c": ""}),
        ([{"Key": "a", "Value": ""}, {"Key": "c", "Value": ""}], {"a": "1", "b": "2"}),
        (None, {}),
    ],
)
def test_tags_are_taken_off_by_key_by_value_or_all(client, vpc, asked, left):
    given = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c"}]
    client.ask("CreateTags", Resources=[vpc], Tags=given)
    client.ask("DeleteTags", Resources=[vpc], **({"Tags": asked} if asked else {}))
    assert tags(client, vpc) == left


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("vpc-00000000000000000", "InvalidVpcID.NotFound"),
        ("sg-00000000000000000", "InvalidGroup.NotFound"),
        ("sgr-00000000000000000", "InvalidSecurityGroupRuleId.NotFound"),
        ("eipalloc-00000000000000000", "InvalidAllocationID.NotFound"),
        ("nothing", "InvalidID"),
        ("vpc", "InvalidID"),
        ("vpc-x", "InvalidVpcID.Malformed"),
        ("acl-00000000000000000", "InvalidNetworkAclID.NotFound"),
    ],
)
def test_one_unknown_id_refuses_the_whole_call(client, vpc, name, code):
    asked = {"Resources": [vpc, name], "Tags": [{"Key": "a", "Value": "1"}]}
    assert client.refusal("CreateTags", **asked) == code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ([], "MissingParameter"),
        ([{"Key": "aws:a", "Value": "1"}], "InvalidParameterValue"),
        ([{"Key": "k" * 129, "Value": "1"}], "InvalidParameterValue"),
        ([{"Key": "k", "Value": "1" * 257}], "InvalidParameterValue"),
        ([{"Key": f"k{n}", "Value": "1"} for n in range(51)], "TagLimitExceeded"),
    ],
)
def test_tags_have_limits(client, vpc, asked, code):
    assert client.refusal("CreateTags", Resources=[vpc], Tags=asked) == code


def test_a_page_of_tags_is_filtered_by_key_value_and_type(client, vpc):
    given = [{"Key": f"k{n}", "Value": "v"} for n in range(6)]
    client.ask("CreateTags", Resources=[vpc], Tags=given)
    filters = [
        {"Name": "key", "Values": ["k?"]},
        {"Name": "value", "Values": ["v"]},
        {"Name": "resource-type", "Values": ["vpc"]},
    ]
    answer = client.ask("DescribeTags", Filters=filters, MaxResults=5)
    assert len(answer["Tags"]) == 5
    rest = client.ask("DescribeTags", Filters=filters, NextToken=answer["NextToken"])
    assert len(rest["Tags"]) == 1
    assert client.ask("DescribeTags", Filters=[{"Name": "tag:k1", "Values": ["w"]}])["Tags"] == []
    assert (
        len(client.ask("DescribeTags", Filters=[{"Name": "tag:k1", "Values": ["v"]}])["Tags"]) == 1
    )


def test_a_tag_value_finds_what_has_it_under_any_key(client):
    red, blue = (
        client.ask(
            "CreateVpc",
            CidrBlock="10.0.0.0/16",
            TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": key, "Value": value}]}],
        )["Vpc"]["VpcId"]
        for key, value in (("wall", "dark red"), ("door", "blue"))
    )
    for wanted, found in (("*red", [red]), ("blue", [blue]), ("door", [])):
        by_value = [{"Name": "tag-value", "Values": [wanted]}]
        vpcs = client.ask("DescribeVpcs", Filters=by_value)["Vpcs"]
        assert [one["VpcId"] for one in vpcs] == found
