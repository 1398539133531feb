"""Requests as IAM's actions and resources, by a table of calls."""

import pytest

from genkan import wire
from genkan.front.iam.actions import asked_of
from genkan.front.iam.endpoint_keys import endpoint_keys
from genkan.program import Because
from genkan.program.service import Service, Upstream

ACCOUNT, REGION = "111122223333", "eu-west-1"
HERE = f"{REGION}:{ACCOUNT}"


def ask(code, operation, parameters=None, *, signing_name=None, method="POST", path="/", host="x"):
    service = Service(
        because=Because("service", code),
        id=f"{REGION}/{code}",
        region=REGION,
        code=code,
        hosts=(),
        signing_name=signing_name or code,
        model=code,
        upstream=Upstream.EMBEDDED,
    )
    head = wire.HttpRequest(method, path, "", (("host", host),))
    found = asked_of(service, operation, parameters or {}, head, ACCOUNT)
    return [(one.action, one.resource) for one in found]


KEY = {"Bucket": "b", "Key": "a/k"}
S3_ROWS = [
    ("GetObject", KEY, [("GetObject", "b/a/k")]),
    ("GetObject", {**KEY, "VersionId": "1"}, [("GetObjectVersion", "b/a/k")]),
    ("HeadObject", KEY, [("GetObject", "b/a/k")]),
    ("PutObject", KEY, [("PutObject", "b/a/k")]),
    ("UploadPart", KEY, [("PutObject", "b/a/k")]),
    ("ListObjectsV2", {"Bucket": "b"}, [("ListBucket", "b")]),
    ("HeadBucket", {"Bucket": "b"}, [("ListBucket", "b")]),
    ("GetBucketLocation", {"Bucket": "b"}, [("GetBucketLocation", "b")]),
    ("GetBucketCors", {"Bucket": "b"}, [("GetBucketCORS", "b")]),
    ("DeletePublicAccessBlock", {"Bucket": "b"}, [("PutBucketPublicAccessBlock", "b")]),
    (
        "DeleteObjects",
        {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y", "VersionId": "1"}]}},
        [("DeleteObject", "b/x"), ("DeleteObjectVersion", "b/y")],
    ),
    (
        "CopyObject",
        {**KEY, "CopySource": "/from/some%20key?versionId=3"},
        [("GetObjectVersion", "from/some key"), ("PutObject", "b/a/k")],
    ),
    ("GetObjectAttributes", KEY, [("GetObject", "b/a/k"), ("GetObjectAttributes", "b/a/k")]),
    ("POST /b", {}, [("PutObject", "b/*")]),
]


@pytest.mark.parametrize(("operation", "parameters", "asked"), S3_ROWS)
def test_s3(operation, parameters, asked):
    wanted = [(f"s3:{action}", f"arn:aws:s3:::{rest}") for action, rest in asked]
    assert ask("s3", operation, parameters) == wanted


def test_all_buckets_and_what_no_model_reads_are_no_bucket():
    assert ask("s3", "ListBuckets") == [("s3:ListAllMyBuckets", "*")]
    assert ask("s3", "GET /") == [("s3:Unread", "*")]


def test_an_object_of_an_access_point_has_its_own_form():
    arn = f"arn:aws:s3:{HERE}:accesspoint/p"
    found = ask("s3", "GetObject", {"Bucket": arn, "Key": "k"})
    assert found == [("s3:GetObject", f"{arn}/object/k")]


@pytest.mark.parametrize(
    ("code", "operation", "parameters", "action", "resources"),
    [
        ("sqs", "SendMessage", {"QueueUrl": "https://sqs/1/q"}, "sqs:SendMessage", ["sqs", "1:q"]),
        ("sns", "Publish", {"TopicArn": "arn:aws:sns:r:1:t"}, "sns:Publish", "arn:aws:sns:r:1:t"),
        ("kms", "Decrypt", {}, "kms:Decrypt", "*"),
        ("lambda", "Invoke", {"FunctionName": "f"}, "lambda:InvokeFunction", "function:f"),
        ("dynamodb", "GetItem", {"TableName": "t"}, "dynamodb:GetItem", "table/t"),
        ("ssm", "GetParameter", {"Name": "/a/b"}, "ssm:GetParameter", "parameter/a/b"),
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "/g", "logStreamName": "s"},
            "logs:PutLogEvents",
            "log-group:/g:log-stream:s",
        ),
        ("ec2", "DescribeVpcs", {"VpcIds": ["vpc-1"]}, "ec2:DescribeVpcs", "*"),
        ("ec2", "DeleteVpc", {"VpcId": "vpc-1"}, "ec2:DeleteVpc", "vpc/vpc-1"),
        ("ec2", "CreateVpc", {}, "ec2:CreateVpc", "vpc/*"),
        (
            "sts",
            "AssumeRole",
            {"RoleArn": "arn:aws:iam::1:role/r"},
            "sts:AssumeRole",
            "arn:aws:iam::1:role/r",
        ),
    ],
)
def test_other_services(code, operation, parameters, action, resources):
    if isinstance(resources, list):
        wanted = f"arn:aws:{resources[0]}:{REGION}:{resources[1]}"
    elif resources == "*" or resources.startswith("arn:"):
        wanted = resources
    else:
        wanted = f"arn:aws:{code}:{HERE}:{resources}"
    assert ask(code, operation, parameters) == [(action, wanted)]


def test_every_resource_of_a_request_is_named():
    parameters = {"RequestItems": {"t": {}, "u": {}}}
    found = ask("dynamodb", "BatchGetItem", parameters)
    assert [resource.rpartition("/")[2] for _, resource in found] == ["t", "u"]
    index = ask("dynamodb", "Query", {"TableName": "t", "IndexName": "i"})
    assert index == [("dynamodb:Query", f"arn:aws:dynamodb:{HERE}:table/t/index/i")]


def test_prefixes_that_differ_from_the_name_a_request_is_signed_for():
    asked = ask("monitoring", "PutMetricData", signing_name="monitoring")
    assert asked == [("cloudwatch:PutMetricData", "*")]


def test_an_api_is_invoked_by_stage_method_and_path():
    host = f"abc.execute-api.{REGION}.amazonaws.com"
    found = ask("execute-api", "GET /prod/pets/1", method="GET", path="/prod/pets/1", host=host)
    wanted = f"arn:aws:execute-api:{HERE}:abc/prod/GET/pets/1"
    assert found == [("execute-api:Invoke", wanted)]
    managed = ask("apigateway", "GetRestApis", method="GET", path="/restapis")
    assert managed == [("apigateway:GET", f"arn:aws:apigateway:{REGION}::/restapis")]


@pytest.mark.parametrize(
    ("operation", "parameters", "crosses"),
    [
        ("CreateVpcEndpoint", {"VpcId": "vpc-1"}, False),
        ("CreateVpcEndpoint", {"VpcId": "vpc-1", "ServiceRegion": REGION}, False),
        ("CreateVpcEndpoint", {"VpcId": "vpc-1", "ServiceRegion": "us-east-1"}, True),
        ("CreateVpcEndpointServiceConfiguration", {"SupportedRegions": ["us-east-1"]}, True),
        ("CreateVpcEndpointServiceConfiguration", {"SupportedRegions": [REGION]}, False),
        ("ModifyVpcEndpointServiceConfiguration", {"AddSupportedRegions": ["us-east-1"]}, True),
        ("ModifyVpcEndpointServiceConfiguration", {"ServiceId": "vpce-svc-1"}, False),
    ],
)
def test_what_crosses_regions_needs_a_permission_of_its_own(operation, parameters, crosses):
    asked = ask("ec2", operation, parameters)
    assert (("vpce:AllowMultiRegion", "*") in asked) == crosses
    assert endpoint_keys(operation, parameters, REGION)["ec2:VpceMultiRegion"] == (
        "true" if crosses else "false",
    )


@pytest.mark.parametrize(
    ("operation", "parameters", "key", "values"),
    [
        ("CreateVpcEndpoint", {"ServiceName": "com.amazonaws.r.s3"}, "ServiceOwner", ("amazon",)),
        ("CreateVpcEndpoint", {"ServiceName": "com.amazonaws.vpce.r.x"}, "ServiceOwner", None),
        ("CreateVpcEndpoint", {"ServiceName": "a.b"}, "ServiceName", ("a.b",)),
        ("CreateVpcEndpoint", {}, "ServiceRegion", (REGION,)),
        ("CreateVpcEndpoint", {"ServiceRegion": "us-east-1"}, "ServiceRegion", ("us-east-1",)),
        (
            "ModifyVpcEndpointServiceConfiguration",
            {"PrivateDnsName": "api.example.com"},
            "ServicePrivateDnsName",
            ("api.example.com",),
        ),
        (
            "CreateVpcEndpointServiceConfiguration",
            {"SupportedRegions": [REGION, "us-east-1"]},
            "SupportedRegion",
            (REGION, "us-east-1"),
        ),
        ("DeleteVpc", {"VpcId": "vpc-1"}, "MultiRegion", None),
    ],
)
def test_what_makes_endpoints_has_condition_keys_of_its_own(operation, parameters, key, values):
    assert endpoint_keys(operation, parameters, REGION).get(f"ec2:Vpce{key}") == values
