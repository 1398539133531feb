"""Policies of resources in files: as `genkan collect` writes them, as the AWS CLI prints them."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from genkan.imports import Document, NoteCode, read_network
from genkan.imports.collection import POLICIES, NotAnswered, collect, written
from genkan.model.resource_policy import ResourcePolicies, ResourcePolicy
from genkan.model.role_policies import RolePolicies

ACCOUNT, REGION = "111122223333", "eu-west-1"
VPC = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": ACCOUNT}
TEXT = json.dumps(
    {
        "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::a/*"}
        ]
    }
)
URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"
QUEUE, TOPIC, KEY, SECRET = (
    f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"
    for service, name in (
        ("sqs", "q"), ("sns", "t"), ("kms", "key/k"), ("secretsmanager", "secret:s-AbCdEf"),
    )
)  # fmt: skip
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/app"
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/shared"
ANSWERS: dict[str, Any] = {
    "ListBuckets": {"Buckets": [{"Name": "a"}, {"Name": "b"}]},
    "ListQueues": {"QueueUrls": [URL]},
    "GetQueueAttributes": {"Attributes": {"QueueArn": QUEUE, "Policy": TEXT}},
    "ListTopics": {"Topics": [{"TopicArn": TOPIC}]},
    "GetTopicAttributes": {"Attributes": {"TopicArn": TOPIC, "Owner": ACCOUNT, "Policy": TEXT}},
    "ListKeys": {"Keys": [{"KeyId": "k", "KeyArn": KEY}]},
    "GetKeyPolicy": {"Policy": TEXT, "PolicyName": "default"},
    "ListSecrets": {"SecretList": [{"ARN": SECRET, "Name": "s"}]},
    "GetResourcePolicy": {"ARN": SECRET, "Name": "s"},
    "GetAccountAuthorizationDetails": {
        "UserDetailList": [],
        "RoleDetailList": [
            {
                "RoleName": "app",
                "Arn": ROLE,
                "Path": "/team/",
                "InstanceProfileList": [{"InstanceProfileName": "app-profile"}],
                "RolePolicyList": [
                    {"PolicyName": "own", "PolicyDocument": json.loads(TEXT)},
                    {"PolicyName": "escaped", "PolicyDocument": quote(TEXT)},
                ],
                "AttachedManagedPolicies": [{"PolicyArn": MANAGED}, {"PolicyArn": "arn:gone"}],
                "PermissionsBoundary": {"PermissionsBoundaryArn": MANAGED},
            },
            {"RoleName": "bare", "Arn": f"arn:aws:iam::{ACCOUNT}:role/bare"},
            {"RoleName": "odd"},
        ],
        "Policies": [
            {
                "Arn": MANAGED,
                "PolicyVersionList": [
                    {"VersionId": "v1", "IsDefaultVersion": False, "Document": "{}"},
                    {"VersionId": "v2", "IsDefaultVersion": True, "Document": TEXT},
                ],
            }
        ],
    },
}


def ask(service: str, operation: str, parameters: Any) -> Any:
    if operation != "GetBucketPolicy":
        return ANSWERS[operation]
    if parameters == {"Bucket": "b"}:
        raise NotAnswered("An error occurred (NoSuchBucketPolicy) when calling GetBucketPolicy")
    return {"Policy": TEXT}


def read(*documents: Document) -> Any:
    vpcs = Document("vpcs.json", {"Vpcs": [VPC]}, account=ACCOUNT, region=REGION)
    return read_network([vpcs, *documents])


def collected(refused: str = "") -> list[Document]:
    """Give what `genkan collect` writes; one operation is refused."""

    def asked(service: str, operation: str, parameters: Any) -> Any:
        if operation == refused:
            raise NotAnswered("An error occurred (AccessDenied)")
        return ask(service, operation, parameters)

    texts = [json.loads(written(one, ACCOUNT, REGION)) for one in collect(asked, POLICIES)]
    return [
        Document(one["Operation"], one["Response"], one["Parameters"], one["Operation"],
                 ACCOUNT, REGION)
        for one in texts
        if "Response" in one
    ]  # fmt: skip


def test_what_is_collected_is_known_as_a_whole() -> None:
    policies: ResourcePolicies = read(*collected()).policies
    assert policies.services == {"s3", "sqs", "sns", "kms", "secretsmanager"}
    assert set(policies.held) == {
        ResourcePolicy("arn:aws:s3:::a", ACCOUNT, TEXT),
        ResourcePolicy("arn:aws:s3:::b", ACCOUNT),
        ResourcePolicy(QUEUE, ACCOUNT, TEXT, REGION),
        ResourcePolicy(TOPIC, ACCOUNT, TEXT, REGION),
        ResourcePolicy(KEY, ACCOUNT, TEXT, REGION),
        ResourcePolicy(SECRET, ACCOUNT, None, REGION),
    }


@pytest.mark.parametrize(
    ("refused", "unknown"),
    [
        ("GetBucketPolicy", {"s3"}),
        ("ListBuckets", {"s3"}),
        ("GetQueueAttributes", {"sqs"}),
        ("GetKeyPolicy", {"kms"}),
        ("ListSecrets", {"secretsmanager"}),
    ],
)
def test_a_service_of_which_something_was_refused_is_not_known(refused, unknown) -> None:
    policies = read(*collected(refused)).policies
    assert {"s3", "sqs", "sns", "kms", "secretsmanager"} - policies.services == unknown


@pytest.mark.parametrize(
    ("answer", "arn"),
    [
        ({"Policy": TEXT}, "arn:aws:s3:::a"),
        ({"Attributes": {"QueueArn": QUEUE, "Policy": TEXT}}, QUEUE),
        ({"Attributes": {"TopicArn": TOPIC, "Policy": TEXT}}, TOPIC),
        ({"ARN": SECRET, "Name": "s", "ResourcePolicy": TEXT}, SECRET),
    ],
)
def test_an_answer_as_the_cli_prints_it_is_a_policy_of_what_it_says(answer, arn) -> None:
    policies = read(Document("one.json", answer)).policies
    assert [(one.arn, one.document) for one in policies.held] == [(arn, TEXT)]
    assert policies.services == frozenset()


@pytest.mark.parametrize(
    "policy",
    [
        '{"Statement": [{"Effect": "Deny", "Resource": "*"}]}',
        '{"Statement": [{"Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]}]}',
        '{"Statement": ',
        '{"Statement": 7}',
        '["Statement"]',
    ],
)
def test_a_policy_of_nobody_knows_what_is_left_out_and_said(policy) -> None:
    imported = read(Document("policy.json", {"Policy": policy}))
    assert imported.policies.held == ()
    (note,) = [one for one in imported.notes if one.about == "policy.json"]
    assert note.code is NoteCode.UNREADABLE


def test_roles_are_read_with_every_policy_that_they_have() -> None:
    app, bare = read(*collected()).policies.roles
    assert (app.arn, app.account, app.name) == (ROLE, ACCOUNT, "app")
    assert app.profiles == ("app-profile", "app")
    assert app.documents == (json.dumps(json.loads(TEXT)), TEXT, TEXT, None)
    assert app.boundary == (TEXT,)
    assert not app.is_known  # a policy that it names is not there
    assert bare == RolePolicies(bare.arn, ACCOUNT, ("bare",))
    assert bare.is_known
