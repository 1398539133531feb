"""What botocore writes, we read: the same operation, the same parameters, the same protocol."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genkan import wire
from tests.wire.calls import form, parameters, request_of

EXCHANGES = [
    ("ec2", "RunInstances", "ec2"),
    ("ec2", "CreateVpcEndpoint", "ec2"),
    ("ec2", "DescribeNetworkInterfaces", "ec2"),
    ("ec2", "AuthorizeSecurityGroupIngress", "ec2"),
    ("ec2", "ModifyVpcAttribute", "ec2"),
    ("cloudwatch", "PutMetricData", "query"),
    ("cloudwatch", "PutMetricData", "json"),
    ("cloudwatch", "PutMetricData", "smithy-rpc-v2-cbor"),
    ("sts", "AssumeRole", "query"),
    ("iam", "CreateRole", "query"),
    ("sns", "Publish", "query"),
    ("elbv2", "CreateListener", "query"),
    ("sqs", "SendMessage", "json"),
    ("dynamodb", "PutItem", "json"),
    ("kinesis", "PutRecords", "json"),
    ("s3", "PutBucketLifecycleConfiguration", "rest-xml"),
    ("s3", "PutBucketAcl", "rest-xml"),
    ("s3", "PutObject", "rest-xml"),
    ("s3", "ListObjectsV2", "rest-xml"),
    ("s3", "UploadPartCopy", "rest-xml"),
    ("route53", "CreateHostedZone", "rest-xml"),
    ("route53", "ChangeResourceRecordSets", "rest-xml"),
    ("lambda", "CreateFunction", "rest-json"),
    ("lambda", "ListTags", "rest-json"),
    ("apigateway", "PutIntegration", "rest-json"),
]


@pytest.mark.parametrize(("service", "operation", "protocol"), EXCHANGES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_botocore_writes_is_read_back(service, operation, protocol, data):
    model = wire.service_model(service)
    wanted = data.draw(parameters(model.operation_model(operation).input_shape))
    request = request_of(service, operation, wanted, protocol)

    parsed = wire.parse_request(model, request)

    added = {"ContentLength", "ContentType"} - set(wanted)  # every client's headers
    read = {name: value for name, value in parsed.parameters.items() if name not in added}
    assert (parsed.operation, read, parsed.protocol) == (operation, wanted, protocol)
    if "query" not in protocol and protocol != "ec2":
        head = wire.HttpRequest(request.method, request.path, request.query, request.headers)
        assert wire.operation_of(model, head) == operation


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "operation"),
    [
        ("GET", "/", "", {}, "ListBuckets"),
        ("GET", "/b", "", {}, "ListObjects"),
        ("GET", "/b/", "list-type=2&prefix=a", {}, "ListObjectsV2"),
        ("PUT", "/b", "", {}, "CreateBucket"),
        ("PUT", "/b?", "", {}, "CreateBucket"),
        ("GET", "/b", "acl", {}, "GetBucketAcl"),
        ("GET", "/b", "acl=", {}, "GetBucketAcl"),
        ("GET", "/b", "lifecycle", {}, "GetBucketLifecycleConfiguration"),
        ("GET", "/b", "analytics", {}, "ListBucketAnalyticsConfigurations"),
        ("GET", "/b", "analytics&id=x", {}, "GetBucketAnalyticsConfiguration"),
        ("GET", "/b/a/b/c", "", {}, "GetObject"),
        ("HEAD", "/b/k", "", {}, "HeadObject"),
        ("GET", "/b/k", "uploadId=1", {}, "ListParts"),
        ("PUT", "/b/k", "", {}, "PutObject"),
        ("PUT", "/b/k", "x-id=PutObject", {}, "PutObject"),
        ("PUT", "/b/k", "", {"x-amz-copy-source": "b/o"}, "CopyObject"),
        ("PUT", "/b/k", "partNumber=1&uploadId=2", {}, "UploadPart"),
        ("PUT", "/b/k", "partNumber=1&uploadId=2", {"x-amz-copy-source": "b/o"}, "UploadPartCopy"),
        ("POST", "/b/k", "uploads", {}, "CreateMultipartUpload"),
        ("POST", "/b/k", "uploadId=1", {}, "CompleteMultipartUpload"),
        ("POST", "/b", "delete", {}, "DeleteObjects"),
    ],
)
def test_an_s3_request_is_known_by_its_head(method, path, query, headers, operation):
    request = wire.HttpRequest(method, path.rstrip("?"), query, headers)
    assert wire.operation_of(wire.service_model("s3"), request) == operation


def test_a_bucket_may_stand_in_the_host():
    model = wire.service_model("s3")
    request = wire.HttpRequest("PUT", "/a%2Fb//c/", "", {})
    parsed = wire.parse_request(model, request, bucket_from_host="photos")
    assert parsed.operation == "PutObject"
    assert parsed.parameters == {"Bucket": "photos", "Key": "a/b//c/"}
    listing = wire.HttpRequest("GET", "/", "", {})
    assert wire.operation_of(model, listing, bucket_from_host="photos") == "ListObjects"


@pytest.mark.parametrize(
    ("service", "operation", "streamed"),
    [
        ("s3", "PutObject", True),
        ("s3", "UploadPart", True),
        ("s3", "PutBucketPolicy", False),
        ("lambda", "Invoke", False),
        ("ec2", "CreateVpc", False),
        ("bedrock-runtime", "InvokeModelWithBidirectionalStream", True),
    ],
)
def test_a_streamed_body_is_known_by_its_operation(service, operation, streamed):
    assert wire.has_streaming_body(wire.service_model(service), operation) is streamed


def test_ec2_counts_lists_from_one_and_closes_gaps():
    request = form(
        Action="DescribeVpcs",
        Version="2016-11-15",
        **{
            "Filter.2.Name": "b",
            "Filter.7.Name": "c",
            "Filter.1.Name": "a",
            "Filter.1.Value.1": "x",
        },
    )
    parsed = wire.parse_request(wire.service_model("ec2"), request)
    assert parsed.parameters["Filters"] == [
        {"Name": "a", "Values": ["x"]},
        {"Name": "b"},
        {"Name": "c"},
    ]


def test_a_form_may_stand_in_the_query_string():
    request = wire.HttpRequest("GET", "/", "Action=CreateVpc&CidrBlock=10.0.0.0%2F16&X-Amz-Date=1")
    parsed = wire.parse_request(wire.service_model("ec2"), request)
    assert parsed.parameters == {"CidrBlock": "10.0.0.0/16"}


VPC = {"Action": "CreateVpc"}
SUBNET = {"Action": "CreateSubnet"}
PAGE = {"Action": "DescribeVpcs"}


@pytest.mark.parametrize(
    ("parameters", "code", "message"),
    [
        ({}, "MissingAction", "The request must contain the parameter Action"),
        ({"Action": "MakeTea"}, "InvalidAction", "The action MakeTea is not valid"),
        (VPC | {"Colour": "red"}, "UnknownParameter", "The parameter colour is not recognized"),
        (PAGE | {"Filter.1.Colour": "r"}, "UnknownParameter", "filter.1.Colour is not recognized"),
        (PAGE | {"Filter.x.Name": "r"}, "UnknownParameter", "filter.x is not recognized"),
        (PAGE | {"Filter.².Name": "r"}, "UnknownParameter", "filter.² is not recognized"),
        (VPC | {"CidrBlock.1": "r"}, "UnknownParameter", "cidrBlock.1 is not recognized"),
        (SUBNET, "MissingParameter", "must contain the parameter vpcId"),
        (
            PAGE | {"MaxResults": "abc"},
            "InvalidParameterValue",
            "Value (abc) for parameter maxResults is invalid. Expected an integer",
        ),
        (PAGE | {"MaxResults": "9" * 12}, "InvalidParameterValue", "Expected an integer"),
        (PAGE | {"DryRun": "maybe"}, "InvalidParameterValue", "Expected true or false"),
        (PAGE | {"Filter": "a"}, "InvalidParameterValue", "Expected a list"),
        (PAGE | {"Filter.0.Name": "a"}, "InvalidParameterValue", "from 1 to 10000"),
        (PAGE | {"Filter.10001.Name": "a"}, "InvalidParameterValue", "from 1 to 10000"),
        (PAGE | {"Filter.1.Name": "a", "Filter.1.Name.1": "b"}, "MalformedQueryString", "twice"),
        (PAGE | {"Filter" + ".1" * 99: "a"}, "MalformedQueryString", "nested too deep"),
    ],
)
def test_ec2_refuses_in_its_own_words(parameters, code, message):
    with pytest.raises(wire.WireError) as refused:
        wire.parse_request(wire.service_model("ec2"), form(**parameters))
    assert refused.value.code == code
    assert message in str(refused.value)


def dynamodb(body: bytes, operation: str = "PutItem") -> tuple[str, wire.HttpRequest]:
    return "dynamodb", wire.HttpRequest(
        "POST", "/", headers={"x-amz-target": f"DynamoDB_20120810.{operation}"}, body=body
    )


def acl(body: bytes) -> tuple[str, wire.HttpRequest]:
    return "s3", wire.HttpRequest("PUT", "/b", "acl", {}, body)


ENTITY = b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("ec2", wire.HttpRequest("POST", "/", body=b"Action=%ff")), "MalformedQueryString"),
        (("ec2", wire.HttpRequest("POST", "/", body=b"\xff")), "MalformedQueryString"),
        (dynamodb(b"{"), "SerializationException"),
        (dynamodb(b"[]"), "SerializationException"),
        (dynamodb(b'{"TableName":1}'), "SerializationException"),
        (dynamodb(b"{}"), "ValidationException"),
        (dynamodb(b"{}", "MakeTea"), "UnknownOperationException"),
        (("sqs", form(Action="SendMessage")), "UnknownOperationException"),
        (("elbv2", form(Action="DescribeLoadBalancers", Version="2012-06-01")), "InvalidAction"),
        (("lambda", wire.HttpRequest("GET", "/tea")), "UnknownOperationException"),
        (("s3", wire.HttpRequest("PATCH", "/b/k")), "MethodNotAllowed"),
        (acl(b"<a>"), "MalformedXML"),
        (acl(ENTITY), "MalformedXML"),
        (acl(b"<a>" * 999), "MalformedXML"),
        (
            ("route53", wire.HttpRequest("POST", "/2013-04-01/hostedzone", body=b"<a/>")),
            "InvalidInput",
        ),
    ],
)
def test_each_protocol_refuses_in_its_own_words(asked, code):
    service, request = asked
    with pytest.raises(wire.WireError) as refused:
        wire.parse_request(wire.service_model(service), request)
    assert refused.value.code == code


def test_nested_beyond_reason_is_refused_and_not_recursed_into():
    body = b'{"TableName":"t","Item":{"a":' + b'{"L":[' * 90 + b"]}" * 90 + b"}}"
    service, request = dynamodb(body)
    with pytest.raises(wire.WireError, match="deep"):
        wire.parse_request(wire.service_model(service), request)


def test_a_relay_reads_what_it_knows_and_asks_for_nothing():
    model = wire.service_model("ec2")
    request = form(Action="CreateSubnet", CidrBlock="10.0.0.0/24", Colour="red")
    assert wire.parse_request(model, request, strict=False).parameters == {
        "CidrBlock": "10.0.0.0/24"
    }


JSON = st.recursive(
    st.sampled_from(["1", '"x"', "null", "1e999", "NaN", "{}"]),
    lambda inner: inner.map('{{"Item":{}}}'.format) | inner.map("[{}]".format),
)
BODIES = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=40).map(str.encode),
    JSON.map(str.encode),
    st.text("Filter.1Name=&%2", max_size=60).map(
        lambda text: f"Action=DescribeVpcs&{text}".encode()
    ),
    st.text('<>/abAccessControlPolicy&#; "=', max_size=60).map(str.encode),
)
ANY = st.text(st.characters(), max_size=20)
PUT_METRIC_DATA = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
HEADS = st.sampled_from(
    [
        ("ec2", "POST", "/", {}),
        ("sts", "GET", "/", {}),
        ("dynamodb", "POST", "/", {"x-amz-target": "DynamoDB_20120810.PutItem"}),
        ("cloudwatch", "POST", PUT_METRIC_DATA, {"smithy-protocol": "rpc-v2-cbor"}),
        ("s3", "PUT", "/b?acl", {}),
        ("route53", "POST", "/2013-04-01/hostedzone", {}),
        ("lambda", "POST", "/2015-03-31/functions", {}),
    ]
)


@settings(max_examples=300, deadline=None)
@given(head=HEADS, body=BODIES, query=ANY, path=ANY | st.none())
def test_whatever_comes_is_read_or_refused(head, body, query, path):
    service, method, where, headers = head
    where, _, literal = where.partition("?")
    request = wire.HttpRequest(
        method, where if path is None else "/" + path, f"{literal}&{query}", headers, body
    )
    with contextlib.suppress(wire.WireError):
        wire.parse_request(wire.service_model(service), request)
