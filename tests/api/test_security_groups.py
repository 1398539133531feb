"""Security groups, their rules in both forms of the API."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.build import ACCOUNT, Client

SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
ALL = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
NOBODY = "sg-00000000000000000"


def a_vpc(client: Client) -> str:
    return client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def a_group(client: Client, vpc: str, name: str = "web") -> str:
    asked = {"GroupName": name, "Description": "for a test", "VpcId": vpc}
    return client.ask("CreateSecurityGroup", **asked)["GroupId"]


def seen(client: Client, group: str) -> dict:
    (shown,) = client.ask("DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"]
    return shown


def rules(client: Client, group: str, egress: bool = False) -> list[dict]:
    of = [{"Name": "group-id", "Values": [group]}]
    found = client.ask("DescribeSecurityGroupRules", Filters=of)["SecurityGroupRules"]
    return [rule for rule in found if rule["IsEgress"] is egress]


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return a_vpc(client)


@pytest.fixture
def group(client, vpc) -> str:
    return a_group(client, vpc)


def test_a_new_group_lets_everything_out_and_nothing_in(client, group):
    shown = seen(client, group)
    assert (shown["GroupName"], shown["Description"]) == ("web", "for a test")
    assert shown["IpPermissions"] == []
    (outbound,) = shown["IpPermissionsEgress"]
    assert (outbound["IpProtocol"], outbound["IpRanges"]) == ("-1", ALL["IpRanges"])
    assert "FromPort" not in outbound


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"GroupName": "web"}, "InvalidGroup.Duplicate"),
        ({"GroupName": " web "}, "InvalidGroup.Duplicate"),
        ({"GroupName": "default"}, "InvalidParameterValue"),
        ({"GroupName": "sg-web"}, "InvalidParameterValue"),
        ({"GroupName": "web?"}, "InvalidParameterValue"),
        ({"GroupName": "w" * 256}, "InvalidParameterValue"),
        ({"GroupName": ""}, "InvalidParameterValue"),
        ({"GroupName": "db", "Description": "玄関"}, "InvalidParameterValue"),
        ({"GroupName": "db", "Description": ""}, "MissingParameter"),
        ({"GroupName": "db", "VpcId": "vpc-00000000"}, "InvalidVpcID.NotFound"),
        ({"GroupName": "db", "VpcId": None}, "VPCIdNotSpecified"),
    ],
)
def test_a_group_that_aws_would_not_make_is_refused(client, vpc, group, parameters, code):
    asked = {"Description": "text", "VpcId": vpc, **parameters}
    assert client.refusal("CreateSecurityGroup", **asked) == code


def test_a_group_goes_when_nothing_names_it(client, vpc, group):
    other = a_group(client, vpc, "app")
    naming = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    for where in (group, other):
        client.ask("AuthorizeSecurityGroupIngress", GroupId=where, IpPermissions=naming)
    assert client.refusal("DeleteSecurityGroup", GroupId=group) == "DependencyViolation"
    client.ask("RevokeSecurityGroupIngress", GroupId=other, IpPermissions=naming)
    client.ask("DeleteSecurityGroup", GroupId=group)
    assert client.refusal("DescribeSecurityGroups", GroupIds=[group]) == "InvalidGroup.NotFound"


def test_the_default_group_cannot_be_deleted(client, vpc):
    (default,) = client.ask("DescribeSecurityGroups")["SecurityGroups"]
    assert client.refusal("DeleteSecurityGroup", GroupId=default["GroupId"]) == "CannotDelete"


def test_each_peer_of_a_permission_is_a_rule_and_they_are_shown_together(client, vpc, group):
    other = a_group(client, vpc, "app")
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.0.0.7/8", "Description": "inside"}, {"CidrIp": "11.0.0.0/8"}],
        "Ipv6Ranges": [{"CidrIpv6": "2001:DB8::1/32"}],
        "UserIdGroupPairs": [{"GroupId": other, "UserId": ACCOUNT}],
    }
    tags = [{"Key": "why", "Value": "https"}]
    answer = client.ask(
        "AuthorizeSecurityGroupIngress",
        GroupId=group,
        IpPermissions=[permission],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tags}],
    )
    assert len(answer["SecurityGroupRules"]) == 4
    assert answer["SecurityGroupRules"] == rules(client, group)
    (shown,) = seen(client, group)["IpPermissions"]
    assert shown == {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "inside"}, {"CidrIp": "11.0.0.0/8"}],
        "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}],
        "PrefixListIds": [],
        "UserIdGroupPairs": [{"UserId": ACCOUNT, "GroupId": other}],
    }
    by_tag = [{"Name": "tag:why", "Values": ["https"]}]
    assert len(client.ask("DescribeSecurityGroupRules", Filters=by_tag)["SecurityGroupRules"]) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "InvalidPermission.Duplicate"),
        ({"IpRanges": [{"CidrIp": "10.9.9.9/8"}]}, "InvalidPermission.Duplicate"),
        ({"IpProtocol": "TCP"}, "InvalidPermission.Duplicate"),
        ({"IpProtocol": "6"}, "InvalidPermission.Duplicate"),
        ({"IpProtocol": "tcpp"}, "InvalidParameterValue"),
        ({"IpProtocol": "256"}, "InvalidParameterValue"),
        ({"IpProtocol": None}, "InvalidParameterValue"),
        ({"FromPort": None}, "InvalidParameterValue"),
        ({"FromPort": 23}, "InvalidParameterValue"),
        ({"ToPort": 65536}, "InvalidPermission.Malformed"),
        ({"FromPort": -1, "ToPort": -1}, "InvalidPermission.Malformed"),
        ({"IpProtocol": "icmp", "FromPort": 256, "ToPort": 0}, "InvalidPermission.Malformed"),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": 3}, "InvalidPermission.Malformed"),
        ({"IpProtocol": "icmp", "FromPort": None, "ToPort": None}, "InvalidParameterValue"),
        ({"IpRanges": [{"CidrIp": "10.0.0.1"}]}, "InvalidParameterValue"),
        ({"IpRanges": [{"CidrIp": "10.0.0.0/40"}]}, "InvalidParameterValue"),
        ({"IpRanges": [{"CidrIp": "9.0.0.0/8"}] * 2}, "InvalidParameterValue"),
        ({"IpRanges": [{"CidrIp": "9.0.0.0/8", "Description": "?"}]}, "InvalidParameterValue"),
        ({"IpRanges": []}, "MissingParameter"),
        ({"UserIdGroupPairs": [{"GroupId": NOBODY}]}, "InvalidGroup.NotFound"),
        ({"UserIdGroupPairs": [{"GroupId": "web"}]}, "InvalidGroupId.Malformed"),
        ({"PrefixListIds": [{"PrefixListId": "pl-1"}]}, "InvalidPrefixListId.Malformed"),
    ],
)
def test_a_permission_that_aws_would_not_give_is_refused(client, group, change, code):
    client.ask("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[SSH])
    asked = {name: value for name, value in {**SSH, **change}.items() if value is not None}
    assert client.refusal(
        "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[asked]
    ) == (code)


def test_a_rule_names_no_group_of_another_vpc(client, vpc, group):
    elsewhere = a_group(client, a_vpc(client))
    naming = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": elsewhere}]}]
    assert client.refusal("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=naming) == (
        "InvalidGroup.NotFound"
    )


def test_the_flat_form_means_the_same_permission(client, group):
    flat = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"}
    client.ask("AuthorizeSecurityGroupIngress", GroupId=group, **flat)
    assert (
        client.refusal("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[SSH])
        == "InvalidPermission.Duplicate"
    )
    both = {**flat, "IpPermissions": [SSH]}
    assert client.refusal("AuthorizeSecurityGroupIngress", GroupId=group, **both) == (
        "InvalidParameterCombination"
    )
    assert client.refusal("AuthorizeSecurityGroupIngress", GroupId=group) == "MissingParameter"
    client.ask("RevokeSecurityGroupIngress", GroupId=group, **flat)
    assert rules(client, group) == []


def test_one_more_rule_than_the_quota_is_refused(client, group, monkeypatch):
    monkeypatch.setattr("genkan.api.security_group_permissions.RULES", 1)
    asked = {"GroupId": group, "IpPermissions": [SSH]}
    client.ask("AuthorizeSecurityGroupIngress", **asked)
    asked["IpPermissions"] = [{**SSH, "FromPort": 21}]
    assert client.refusal("AuthorizeSecurityGroupIngress", **asked) == (
        "RulesPerSecurityGroupLimitExceeded"
    )


def test_egress_is_revoked_by_permission_or_by_id(client, group):
    (first,) = rules(client, group, egress=True)
    by_permission = {"GroupId": group, "IpPermissions": [ALL]}
    answer = client.ask("RevokeSecurityGroupEgress", **by_permission)
    assert [r["SecurityGroupRuleId"] for r in answer["RevokedSecurityGroupRules"]] == [
        first["SecurityGroupRuleId"]
    ]
    assert client.refusal("RevokeSecurityGroupEgress", **by_permission) == (
        "InvalidPermission.NotFound"
    )
    made = client.ask("AuthorizeSecurityGroupEgress", **by_permission)["SecurityGroupRules"]
    by_id = {"GroupId": group, "SecurityGroupRuleIds": [made[0]["SecurityGroupRuleId"]]}
    assert client.refusal("RevokeSecurityGroupIngress", **by_id) == (
        "InvalidSecurityGroupRuleId.NotFound"
    )
    client.ask("RevokeSecurityGroupEgress", **by_id)
    assert rules(client, group, egress=True) == []
    assert client.refusal(
        "RevokeSecurityGroupEgress", GroupId=group, SecurityGroupRuleIds=["x"]
    ) == ("InvalidSecurityGroupRuleId.Malformed")


def test_a_rule_is_modified_in_place(client, group):
    asked = {"GroupId": group, "IpPermissions": [SSH, {**SSH, "FromPort": 20}]}
    first, second = client.ask("AuthorizeSecurityGroupIngress", **asked)["SecurityGroupRules"]
    wanted = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "CidrIpv6": "::/0"}

    def modify(rule: dict, **change: object) -> dict:
        one = {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": change}
        return {"GroupId": group, "SecurityGroupRules": [one]}

    client.ask("ModifySecurityGroupRules", **modify(first, **wanted, Description="names"))
    changed, untouched = rules(client, group)
    assert {**first, **changed}["SecurityGroupRuleId"] == first["SecurityGroupRuleId"]
    assert (changed["IpProtocol"], changed["CidrIpv6"]) == ("udp", "::/0")
    assert (changed["Description"], untouched) == ("names", second)
    for change, code in (
        ({**SSH, "FromPort": 20, "CidrIpv4": "10.0.0.0/8"}, "InvalidPermission.Duplicate"),
        ({"IpProtocol": "-1"}, "MissingParameter"),
        ({**wanted, "CidrIpv4": "1.0.0.0/8"}, "InvalidParameterCombination"),
    ):
        assert client.refusal("ModifySecurityGroupRules", **modify(first, **change)) == code


def test_descriptions_are_changed_by_permission_and_by_id(client, group):
    asked = {"GroupId": group, "IpPermissions": [SSH]}
    (rule,) = client.ask("AuthorizeSecurityGroupIngress", **asked)["SecurityGroupRules"]
    described = {**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "ops"}]}
    operation = "UpdateSecurityGroupRuleDescriptionsIngress"
    client.ask(operation, GroupId=group, IpPermissions=[described])
    assert rules(client, group)[0]["Description"] == "ops"
    by_id = [{"SecurityGroupRuleId": rule["SecurityGroupRuleId"]}]
    client.ask(operation, GroupId=group, SecurityGroupRuleDescriptions=by_id)
    assert "Description" not in rules(client, group)[0]
    assert client.refusal(operation, GroupId=group, IpPermissions=[ALL]) == (
        "InvalidPermission.NotFound"
    )
    assert client.refusal(operation.replace("Ingress", "Egress"), **asked) == (
        "InvalidPermission.NotFound"
    )


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("ip-permission.protocol", "tcp", True),
        ("ip-permission.from-port", "22", True),
        ("ip-permission.cidr", "10.*", True),
        ("ip-permission.cidr", "11.*", False),
        ("egress.ip-permission.protocol", "-1", True),
        ("egress.ip-permission.protocol", "tcp", False),
    ],
)
def test_groups_are_found_by_their_rules(client, group, name, value, found):
    client.ask("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[SSH])
    filters = [{"Name": name, "Values": [value]}, {"Name": "group-id", "Values": [group]}]
    assert bool(client.ask("DescribeSecurityGroups", Filters=filters)["SecurityGroups"]) is found


@st.composite
def a_permission(draw) -> dict:
    protocol = draw(st.sampled_from(["tcp", "udp", "icmp", "icmpv6", "-1", "50", "0", "255"]))
    if protocol in ("tcp", "udp"):
        ports = sorted((draw(st.integers(0, 65535)), draw(st.integers(0, 65535))))
    else:
        ports = [draw(st.integers(0, 255)), draw(st.integers(-1, 255))]
    cidrs = draw(st.lists(st.ip_addresses(v=4), max_size=3, unique=True))
    v6 = draw(st.lists(st.ip_addresses(v=6), min_size=not cidrs, max_size=2, unique=True))
    return {
        "IpProtocol": protocol,
        "FromPort": ports[0],
        "ToPort": ports[1],
        "IpRanges": [{"CidrIp": f"{one}/32"} for one in cidrs],
        "Ipv6Ranges": [{"CidrIpv6": f"{one}/128"} for one in v6],
    }


@given(a_permission())
def test_what_was_authorized_is_shown_and_can_be_revoked_as_shown(permission):
    client = Client()
    group = a_group(client, a_vpc(client))
    before = client.call.network
    client.ask("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[permission])
    shown = seen(client, group)["IpPermissions"]
    for member in ("IpRanges", "Ipv6Ranges"):
        assert [one for p in shown for one in p[member]] == permission[member]
    client.ask("RevokeSecurityGroupIngress", GroupId=group, IpPermissions=shown)
    assert client.call.network == before
