"""Network ACLs: entries by number, one ACL a subnet, the default one like any other."""

import pytest

from genkan.api.quotas import NETWORK_ACL_ENTRIES
from tests.build import Client

HTTPS = {"Protocol": "6", "RuleAction": "allow", "Egress": False, "CidrBlock": "10.0.0.9/8"}
ENTRY = {**HTTPS, "RuleNumber": 100, "PortRange": {"From": 443, "To": 443}}


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture
def acl(client, vpc) -> str:
    return client.ask("CreateNetworkAcl", VpcId=vpc)["NetworkAcl"]["NetworkAclId"]


def described(client: Client, name: str) -> dict:
    (one,) = client.ask("DescribeNetworkAcls", NetworkAclIds=[name])["NetworkAcls"]
    return one


def numbers(client: Client, name: str, egress: bool = False) -> list[int]:
    held = described(client, name)["Entries"]
    return [entry["RuleNumber"] for entry in held if entry["Egress"] is egress]


def default_of(client: Client, vpc: str) -> dict:
    only = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default", "Values": ["true"]}]
    (one,) = client.ask("DescribeNetworkAcls", Filters=only)["NetworkAcls"]
    return one


def a_subnet(client: Client, vpc: str, block: str = "10.0.0.0/24") -> str:
    return client.ask("CreateSubnet", VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"]


def test_a_new_acl_drops_everything(client, acl):
    one = described(client, acl)
    assert [entry["RuleAction"] for entry in one["Entries"]] == ["deny", "deny"]
    assert (one["IsDefault"], one["Associations"]) == (False, [])


def test_entries_stand_by_number_and_are_replaced_and_deleted(client, acl):
    client.ask("CreateNetworkAclEntry", NetworkAclId=acl, **ENTRY)
    client.ask("CreateNetworkAclEntry", NetworkAclId=acl, **{**ENTRY, "RuleNumber": 90})
    client.ask("CreateNetworkAclEntry", NetworkAclId=acl, **{**ENTRY, "Egress": True})
    assert numbers(client, acl) == [90, 100, 32767]
    first = described(client, acl)["Entries"][-2]
    assert first == {**ENTRY, "CidrBlock": "10.0.0.0/8"}
    client.ask("ReplaceNetworkAclEntry", NetworkAclId=acl, **{**ENTRY, "RuleAction": "deny"})
    assert described(client, acl)["Entries"][-2]["RuleAction"] == "deny"
    client.ask("DeleteNetworkAclEntry", NetworkAclId=acl, RuleNumber=100, Egress=False)
    assert numbers(client, acl) == [90, 32767]
    gone = {"NetworkAclId": acl, "RuleNumber": 100, "Egress": False}
    assert client.refusal("DeleteNetworkAclEntry", **gone) == "InvalidNetworkAclEntry.NotFound"
    assert client.refusal("ReplaceNetworkAclEntry", NetworkAclId=acl, **ENTRY) == (
        "InvalidNetworkAclEntry.NotFound"
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"RuleNumber": 0}, "InvalidParameterValue"),
        ({"RuleNumber": 32767}, "InvalidParameterValue"),
        ({"RuleNumber": 90}, "NetworkAclEntryAlreadyExists"),
        ({"RuleAction": "maybe"}, "InvalidParameterValue"),
        ({"Protocol": "banana"}, "InvalidParameterValue"),
        ({"Protocol": "256"}, "InvalidParameterValue"),
        ({"CidrBlock": None}, "MissingParameter"),
        ({"Ipv6CidrBlock": "::/0"}, "InvalidParameterCombination"),
        ({"CidrBlock": "10.0.0.0"}, "InvalidParameterValue"),
        ({"PortRange": None}, "MissingParameter"),
        ({"PortRange": {"From": 2, "To": 1}}, "InvalidParameterValue"),
        ({"Protocol": "1"}, "MissingParameter"),
        ({"NetworkAclId": "acl-00000000000000000"}, "InvalidNetworkAclID.NotFound"),
    ],
)
def test_an_entry_that_aws_would_not_make_is_refused(client, acl, change, code):
    client.ask("CreateNetworkAclEntry", NetworkAclId=acl, **{**ENTRY, "RuleNumber": 90})
    asked = {"NetworkAclId": acl, **ENTRY, **change}
    asked = {name: value for name, value in asked.items() if value is not None}
    assert client.refusal("CreateNetworkAclEntry", **asked) == code


def test_icmp_has_type_and_code_and_ipv6_its_own_block(client, acl):
    entry = {
        "RuleNumber": 7,
        "Protocol": "58",
        "RuleAction": "allow",
        "Egress": True,
        "Ipv6CidrBlock": "2001:db8::/32",
        "IcmpTypeCode": {"Type": 128, "Code": -1},
    }
    client.ask("CreateNetworkAclEntry", NetworkAclId=acl, **entry)
    assert described(client, acl)["Entries"][0] == entry
    for name, value in (("entry.icmp.type", "128"), ("entry.ipv6-cidr", "2001:*")):
        found = client.ask("DescribeNetworkAcls", Filters=[{"Name": name, "Values": [value]}])
        assert [one["NetworkAclId"] for one in found["NetworkAcls"]] == [acl]


def test_more_entries_than_the_quota_are_refused(client, acl):
    for number in range(1, NETWORK_ACL_ENTRIES + 1):
        client.ask("CreateNetworkAclEntry", NetworkAclId=acl, **{**ENTRY, "RuleNumber": number})
    assert client.refusal(
        "CreateNetworkAclEntry", NetworkAclId=acl, **{**ENTRY, "RuleNumber": 1000}
    ) == ("NetworkAclEntryLimitExceeded")


def test_a_subnet_moves_from_the_default_acl_and_back(client, vpc, acl):
    subnet, other = a_subnet(client, vpc), a_subnet(client, vpc, "10.0.1.0/24")
    default = default_of(client, vpc)
    (held,) = (one for one in default["Associations"] if one["SubnetId"] == subnet)
    moved = client.ask(
        "ReplaceNetworkAclAssociation",
        AssociationId=held["NetworkAclAssociationId"],
        NetworkAclId=acl,
    )["NewAssociationId"]
    (now,) = described(client, acl)["Associations"]
    assert (now["NetworkAclAssociationId"], now["SubnetId"]) == (moved, subnet)
    assert [one["SubnetId"] for one in default_of(client, vpc)["Associations"]] == [other]
    assert client.refusal("DeleteNetworkAcl", NetworkAclId=acl) == "DependencyViolation"
    assert client.refusal("DeleteVpc", VpcId=vpc) == "DependencyViolation"
    client.ask(
        "ReplaceNetworkAclAssociation",
        AssociationId=moved,
        NetworkAclId=default["NetworkAclId"],
    )
    assert {one["SubnetId"] for one in default_of(client, vpc)["Associations"]} == {subnet, other}
    client.ask("DeleteNetworkAcl", NetworkAclId=acl)
    for name in (subnet, other):
        client.ask("DeleteSubnet", SubnetId=name)
    client.ask("DeleteVpc", VpcId=vpc)
    assert client.ask("DescribeNetworkAcls")["NetworkAcls"] == []


def test_associations_that_do_not_fit_are_refused(client, vpc, acl):
    a_subnet(client, vpc)
    other = client.ask("CreateVpc", CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    far = default_of(client, other)["NetworkAclId"]
    (held,) = default_of(client, vpc)["Associations"]
    for association, name, code in (
        (held["NetworkAclAssociationId"], far, "InvalidParameterValue"),
        ("aclassoc-00000000000000000", acl, "InvalidAssociationID.NotFound"),
        ("aclassoc-x", acl, "InvalidAssociationID.NotFound"),
    ):
        asked = {"AssociationId": association, "NetworkAclId": name}
        assert client.refusal("ReplaceNetworkAclAssociation", **asked) == code


def test_the_default_acl_is_changed_tagged_and_not_deleted(client, vpc):
    default = default_of(client, vpc)["NetworkAclId"]
    assert numbers(client, default) == [100, 32767]
    client.ask("DeleteNetworkAclEntry", NetworkAclId=default, RuleNumber=100, Egress=False)
    client.ask("CreateTags", Resources=[default], Tags=[{"Key": "a", "Value": "b"}])
    now = described(client, default)
    assert (numbers(client, default), now["IsDefault"]) == ([32767], True)
    assert now["Tags"] == [{"Key": "a", "Value": "b"}]
    assert client.refusal("DeleteNetworkAcl", NetworkAclId=default) == "InvalidParameterValue"
    client.ask("DeleteVpc", VpcId=vpc)


def test_a_vpc_with_ipv6_lets_ipv6_pass_at_first(client):
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)
    default = default_of(client, vpc["Vpc"]["VpcId"])["NetworkAclId"]
    assert numbers(client, default, egress=True) == [100, 101, 32767, 32768]


def test_a_token_makes_one_acl(client, vpc):
    made = [client.ask("CreateNetworkAcl", VpcId=vpc, ClientToken="t") for _ in "ab"]
    assert made[0] == made[1]
