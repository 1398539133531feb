"""The record of calls: each protocol's parameters are readable, by boto3 and by the AWS CLI."""

import json
import subprocess

import pytest
from botocore.exceptions import ClientError

from tests.story.conftest import RunningSite, until

pytestmark = [pytest.mark.site, pytest.mark.kernel, pytest.mark.usefixtures("story")]

NO_VPC = "vpc-0123456789abcdef0"


def records(site: RunningSite, operation: str) -> list[dict]:
    lines = site.genkan("events", "--json").stdout.splitlines()
    return [one for one in map(json.loads, lines) if one["eventName"] == operation]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "shown"),
    [
        ("sns", "create_topic", {"Name": "alpha"}, {"name": "alpha"}),  # query
        ("dynamodb", "list_tables", {"Limit": 7}, {"limit": 7}),  # json 1.0
        ("sqs", "create_queue", {"QueueName": "alpha"}, {"queueName": "alpha"}),  # json 1.0
        ("logs", "describe_log_groups", {"limit": 7}, {"limit": 7}),  # json 1.1
        ("cloudwatch", "list_metrics", {"Namespace": "alpha"}, {"namespace": "alpha"}),  # cbor
        ("s3", "create_bucket", {"Bucket": "alpha-1"}, {"bucket": "alpha-1"}),  # rest-xml
        ("lambda", "list_functions", {"MaxItems": 7}, {"maxItems": 7}),  # rest-json
        ("ec2", "describe_vpcs", {"MaxResults": 7}, {"maxResults": 7}),  # ec2
    ],
)
def test_parameters_are_read_whatever_the_protocol(site, service, operation, parameters, shown):
    if service == "s3":
        location = {"LocationConstraint": "ap-northeast-1"}
        parameters = {**parameters, "CreateBucketConfiguration": location}
    getattr(site.client(service), operation)(**parameters)
    name = "".join(word.capitalize() for word in operation.split("_"))
    last = records(site, name.replace("20150331", ""))[-1]
    assert shown.items() <= last["requestParameters"].items()
    assert last["sourceIPAddress"] == "127.0.0.1"
    assert last["userIdentity"]["accountId"] == "123456789012"
    assert "errorCode" not in last


@pytest.mark.parametrize(
    ("command", "operation", "shown"),
    [
        (("cloudwatch", "list-metrics", "--namespace", "beta"), "ListMetrics", "beta"),
        (("s3api", "list-objects-v2", "--bucket", "beta-1"), "ListObjectsV2", "beta-1"),
        (("dynamodb", "describe-table", "--table-name", "beta"), "DescribeTable", "beta"),
        (("sqs", "get-queue-url", "--queue-name", "beta"), "GetQueueUrl", "beta"),
        (("sns", "create-topic", "--name", "beta"), "CreateTopic", "beta"),
        (("lambda", "get-function", "--function-name", "beta"), "GetFunction", "beta"),
    ],
)
def test_the_aws_cli_in_an_instance_is_recorded_over_the_internet(
    site, story, command, operation, shown
):
    settings = ("env", "AWS_MAX_ATTEMPTS=1")
    limits = ("--cli-connect-timeout", "3", "--cli-read-timeout", "20")
    result = site.inside("web", *settings, "aws", *command, *limits)
    last = [one for one in records(site, operation) if shown in json.dumps(one)][-1]
    web = story.instance(story.web)
    through = "vpcEndpointId" in last
    assert last["sourceIPAddress"] == web["PrivateIpAddress" if through else "PublicIpAddress"]
    assert ("errorCode" in last) == (result.returncode != 0), result.stderr
    assert through == (command[0] == "cloudwatch")


def test_followed_records_come_as_they_are_made(site, story):
    command = [*site.prefix, "genkan", "events", "--json", "-f"]
    with subprocess.Popen(command, env=site.environment, stdout=subprocess.PIPE) as follower:
        try:
            story.ec2.describe_subnets(Filters=[{"Name": "tag:gamma", "Values": ["x"]}])
            while b"tag:gamma" not in (line := follower.stdout.readline()):
                assert line
        finally:
            follower.terminate()


def test_a_refused_call_is_on_record_with_its_error(site, story):
    with pytest.raises(story.ec2.exceptions.ClientError):
        story.ec2.describe_vpcs(VpcIds=["vpc-0123456789abcdef0"])
    last = until(lambda: records(site, "DescribeVpcs"), bool)[-1]
    assert last["errorCode"] == "InvalidVpcID.NotFound"
    assert last["requestParameters"]


def test_boto3_finds_the_calls_of_a_site(site: RunningSite) -> None:
    ec2, trail = site.client("ec2"), site.client("cloudtrail")
    ec2.describe_vpcs()
    with pytest.raises(ClientError):
        ec2.delete_vpc(VpcId=NO_VPC)
    asked = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "DeleteVpc"}]}
    event = next(
        one for one in trail.lookup_events(**asked)["Events"] if NO_VPC in one["CloudTrailEvent"]
    )
    assert (event["Username"], event["ReadOnly"]) == ("root", "false")
    assert event["Resources"] == [{"ResourceType": "AWS::EC2::VPC", "ResourceName": NO_VPC}]
    whole = json.loads(event["CloudTrailEvent"])
    assert whole["errorCode"] == "InvalidVpcID.NotFound"
    assert whole["sourceIPAddress"] == "127.0.0.1"
    assert whole["userIdentity"]["accountId"] == "123456789012"
    pages = trail.get_paginator("lookup_events").paginate(
        PaginationConfig={"PageSize": 1, "MaxItems": 3}
    )
    names = [one["EventName"] for page in pages for one in page["Events"]]
    assert names[1:] == ["DeleteVpc", "DescribeVpcs"]
    with pytest.raises(ClientError, match="InvalidLookupAttributesException"):
        trail.lookup_events(LookupAttributes=asked["LookupAttributes"] * 2)
