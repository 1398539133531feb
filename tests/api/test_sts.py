"""Temporary keys: whose they are, and how long they hold."""

from dataclasses import replace
from datetime import timedelta

import pytest

from genkan.model.account import AccessKey, Account
from tests.build import ACCOUNT, AT, REGION, Client

OTHER = "222222222222"
POLICY = '{"Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}'
ROLE = f"arn:aws:iam::{OTHER}:role/team/Admin"


@pytest.fixture
def client() -> Client:
    client = Client()
    for number in (ACCOUNT, OTHER):
        client.put(Account(id=number, account=number, region=REGION, account_name=number))
    return client


def assume(client: Client, **more) -> dict:
    return client.ask("sts:AssumeRole", **{"RoleArn": ROLE, "RoleSessionName": "me", **more})


def act_as(client: Client, arn: str) -> None:
    client.become(arn.split(":")[4])
    client.call = replace(client.call, principal=arn)


def test_an_assumed_role_acts_in_its_own_account(client):
    answer = assume(client, ExternalId="anything")
    arn = f"arn:aws:sts::{OTHER}:assumed-role/Admin/me"
    assert answer["AssumedRoleUser"]["Arn"] == arn
    given = answer["Credentials"]
    assert given["Expiration"] == AT + timedelta(hours=1)
    key = client.call.network.get(AccessKey, given["AccessKeyId"])
    assert (key.account, key.principal, key.session_token) == (OTHER, arn, given["SessionToken"])
    act_as(client, arn)
    identity = client.ask("sts:GetCallerIdentity")
    assert identity == {
        "UserId": answer["AssumedRoleUser"]["AssumedRoleId"],
        "Account": OTHER,
        "Arn": arn,
    }


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"RoleArn": f"arn:aws:iam::{OTHER}:user/somebody"}, "ValidationError"),
        ({"RoleArn": "arn:aws:iam::1234:role/somebody"}, "ValidationError"),
        ({"RoleArn": "arn:aws:iam::999999999999:role/Admin"}, "AccessDenied"),
        ({"RoleSessionName": "m"}, "ValidationError"),
        ({"RoleSessionName": "m/e"}, "ValidationError"),
        ({"DurationSeconds": 899}, "ValidationError"),
        ({"DurationSeconds": 43_201}, "ValidationError"),
        ({"SourceIdentity": "me"}, "UnsupportedOperation"),
    ],
)
def test_a_role_that_cannot_be_assumed_is_refused(client, asked, code):
    whole = {"RoleArn": ROLE, "RoleSessionName": "me", **asked}
    assert client.refusal("sts:AssumeRole", **whole) == code


def test_a_role_assumed_by_a_role_holds_an_hour_at_most(client):
    act_as(client, assume(client)["AssumedRoleUser"]["Arn"])
    assume(client)
    asked = {"RoleArn": ROLE, "RoleSessionName": "me", "DurationSeconds": 3601}
    assert client.refusal("sts:AssumeRole", **asked) == "ValidationError"
    assert client.refusal("sts:GetSessionToken") == "AccessDenied"


@pytest.mark.parametrize(
    ("principal", "seconds"),
    [("root", 3600), ("user/somebody", 43_200)],
)
def test_a_session_is_the_callers_own(client, principal, seconds):
    arn = f"arn:aws:iam::{ACCOUNT}:{principal}"
    act_as(client, arn)
    given = client.ask("sts:GetSessionToken")["Credentials"]
    assert given["Expiration"] == AT + timedelta(seconds=seconds)
    assert client.call.network.get(AccessKey, given["AccessKeyId"]).principal == arn
    assert client.refusal("sts:GetSessionToken", DurationSeconds=129_601) == "ValidationError"


@pytest.mark.parametrize(("principal", "seconds"), [("root", 3600), ("user/somebody", 43_200)])
def test_a_federated_user_is_of_the_account_and_bound_by_who_made_it(client, principal, seconds):
    arn = f"arn:aws:iam::{ACCOUNT}:{principal}"
    act_as(client, arn)
    tags = [{"Key": "team", "Value": "web"}]
    managed = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    asked = {"Policy": POLICY, "PolicyArns": [{"arn": managed}], "Tags": tags}
    answer = client.ask("sts:GetFederationToken", Name="guest", **asked)
    name = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
    assert answer["FederatedUser"] == {"FederatedUserId": f"{ACCOUNT}:guest", "Arn": name}
    assert 0 < answer["PackedPolicySize"] < 100
    assert answer["Credentials"]["Expiration"] == AT + timedelta(seconds=seconds)
    key = client.call.network.get(AccessKey, answer["Credentials"]["AccessKeyId"])
    assert (key.account, key.principal, key.issuer) == (ACCOUNT, name, arn)
    assert (key.session_policies, key.session_tags) == ((POLICY, managed), (("team", "web"),))
    act_as(client, name)
    identity = client.ask("sts:GetCallerIdentity")
    assert (identity["UserId"], identity["Arn"]) == (f"{ACCOUNT}:guest", name)


def test_transitive_tags_go_on_to_the_next_role_and_others_do_not(client):
    tags = [{"Key": "team", "Value": "web"}, {"Key": "cost", "Value": "1"}]
    first = assume(client, Tags=tags, TransitiveTagKeys=["team"])
    act_as(client, first["AssumedRoleUser"]["Arn"])
    client.call = replace(client.call, access_key=first["Credentials"]["AccessKeyId"])
    second = assume(client, Tags=[{"Key": "cost", "Value": "2"}])
    key = client.call.network.get(AccessKey, second["Credentials"]["AccessKeyId"])
    assert dict(key.session_tags) == {"team": "web", "cost": "2"}
    assert key.transitive_tags == ("team",)


def test_nothing_is_packed_where_nothing_binds(client):
    assert "PackedPolicySize" not in assume(client)


def test_a_key_tells_its_account(client):
    key = assume(client)["Credentials"]["AccessKeyId"]
    assert client.ask("sts:GetAccessKeyInfo", AccessKeyId=key)["Account"] == OTHER
    nobodys = {"AccessKeyId": "AKIA0000000000000000"}
    assert client.refusal("sts:GetAccessKeyInfo", **nobodys) == "ValidationError"
