"""What we write, botocore reads: outputs and errors, in every protocol."""

from datetime import UTC, datetime

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genkan import wire
from tests.wire.calls import parameters

EXCHANGES = [
    ("ec2", "DescribeVpcs", "ec2"),
    ("ec2", "DescribeInstances", "ec2"),
    ("ec2", "DescribeVpcEndpoints", "ec2"),
    ("ec2", "DescribeNetworkInterfaces", "ec2"),
    ("ec2", "DescribeVpcAttribute", "ec2"),
    ("ec2", "DeleteVpc", "ec2"),
    ("sts", "AssumeRole", "query"),
    ("sns", "GetTopicAttributes", "query"),
    ("elbv2", "DescribeLoadBalancers", "query"),
    ("cloudwatch", "GetMetricData", "query"),
    ("cloudwatch", "GetMetricData", "json"),
    ("cloudwatch", "GetMetricData", "smithy-rpc-v2-cbor"),
    ("dynamodb", "GetItem", "json"),
    ("sqs", "ReceiveMessage", "json"),
    ("route53", "ListHostedZones", "rest-xml"),
    ("route53", "CreateHostedZone", "rest-xml"),
    ("s3", "GetBucketAcl", "rest-xml"),
    ("s3", "HeadObject", "rest-xml"),
    ("s3", "ListObjectsV2", "rest-xml"),
    ("lambda", "GetFunctionConfiguration", "rest-json"),
    ("lambda", "ListTags", "rest-json"),
]


def read(protocol, answer, shape):
    headers = HeadersDict(answer.headers)
    return create_parser(protocol).parse(
        {"status_code": answer.status, "headers": headers, "body": answer.body}, shape
    )


@pytest.mark.parametrize(("service", "operation", "protocol"), EXCHANGES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_we_write_botocore_reads_back(service, operation, protocol, data):
    model = wire.service_model(service)
    shape = model.operation_model(operation).output_shape
    output = data.draw(parameters(shape))

    answer = wire.serialize_answer(model, operation, protocol, output, "req-1")

    parsed = read(protocol, answer, shape)
    metadata = parsed.pop("ResponseMetadata")
    # botocore gives an empty map for headers that are not there.
    assert {name: value for name, value in parsed.items() if value != {}} == output
    assert metadata["RequestId"] == "req-1"


def test_ec2_answers_as_ec2_does():
    answer = wire.serialize_answer(
        wire.service_model("ec2"),
        "DescribeVpcs",
        "ec2",
        {
            "Vpcs": [
                {"VpcId": "vpc-1", "IsDefault": False, "Tags": [], "CidrBlock": None},
                {"VpcId": "a<b&\r\x00c"},
            ]
        },
        "req-1",
    )
    assert answer.body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        "<requestId>req-1</requestId><vpcSet>"
        "<item><vpcId>vpc-1</vpcId><isDefault>false</isDefault><tagSet/></item>"
        "<item><vpcId>a&lt;b&amp;&#13;\ufffdc</vpcId></item>"
        "</vpcSet></DescribeVpcsResponse>"
    )


def test_an_ec2_operation_without_output_answers_true():
    answer = wire.serialize_answer(wire.service_model("ec2"), "DeleteVpc", "ec2", {}, "req-1")
    assert b"<requestId>req-1</requestId><return>true</return></DeleteVpcResponse>" in answer.body


def test_times_have_milliseconds_and_utc():
    when = datetime(2026, 2, 3, 4, 5, 6, 789_999, tzinfo=UTC)
    answer = wire.serialize_answer(
        wire.service_model("ec2"),
        "DescribeVpcEndpoints",
        "ec2",
        {"VpcEndpoints": [{"CreationTimestamp": when}]},
        "req-1",
    )
    assert b"<creationTimestamp>2026-02-03T04:05:06.789Z</creationTimestamp>" in answer.body


@pytest.mark.parametrize(
    ("operation", "output"),
    [
        ("DescribeVpcs", {"Colour": "red"}),
        ("DescribeVpcs", {"Vpcs": [{"Colour": "red"}]}),
        ("DescribeVpcs", {"Vpcs": "vpc-1"}),
        ("DeleteVpc", {"Return": True}),
        ("DescribeVpcEndpoints", {"VpcEndpoints": [{"CreationTimestamp": datetime(2026, 1, 1)}]}),
    ],
)
def test_an_answer_outside_the_model_is_our_mistake(operation, output):
    with pytest.raises(ValueError, match=r"\w"):
        wire.serialize_answer(wire.service_model("ec2"), operation, "ec2", output, "req-1")


@pytest.mark.parametrize(
    ("service", "operation", "protocol"),
    [
        ("ec2", "CreateVpc", "ec2"),
        ("sts", "AssumeRole", "query"),
        ("cloudwatch", "PutMetricData", "query"),
        ("cloudwatch", "PutMetricData", "json"),
        ("cloudwatch", "PutMetricData", "smithy-rpc-v2-cbor"),
        ("dynamodb", "PutItem", "json"),
        ("s3", "PutObject", "rest-xml"),
        ("route53", "CreateHostedZone", "rest-xml"),
        ("lambda", "Invoke", "rest-json"),
        (None, None, "ec2"),
        (None, None, "rest-xml"),
        (None, None, "json"),
    ],
)
def test_an_error_reads_back_at_botocore_and_here(service, operation, protocol):
    model = wire.service_model(service) if service else None
    answer = wire.serialize_error(model, protocol, "No.Such<Thing", "a & b", 404, "req-1")

    shape = model.operation_model(operation).output_shape if model else None
    parsed = read(protocol, answer, shape)
    assert (parsed["Error"]["Code"], parsed["Error"]["Message"]) == ("No.Such<Thing", "a & b")
    assert parsed["ResponseMetadata"]["RequestId"] == "req-1"
    assert wire.error_code_of(protocol, answer.status, answer.headers, answer.body) == (
        "No.Such<Thing",
        "a & b",
    )


@given(
    protocol=st.sampled_from(
        ["ec2", "query", "json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor"]
    ),
    body=st.binary(max_size=40),
)
def test_what_is_no_error_document_says_nothing(protocol, body):
    assert wire.error_code_of(protocol, 200, {}, body) is None
    found = wire.error_code_of(protocol, 500, {}, body)
    assert found is None or found[0]
