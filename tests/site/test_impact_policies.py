"""What `genkan impact` says of a bucket's policy before a change is what calls meet after it."""

import json

import pytest

from tests.story.conftest import REGION, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]

BUCKET = "impact-policies"
NOT_BY_ENDPOINTS = {
    "Sid": "NotByEndpoints",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:ListBucket",
    "Resource": f"arn:aws:s3:::{BUCKET}",
    "Condition": {"Null": {"aws:SourceIp": "true"}},
}


@pytest.fixture
def bucket(site):
    s3 = site.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    policy = {"Version": "2012-10-17", "Statement": [NOT_BY_ENDPOINTS]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    yield
    s3.delete_bucket(Bucket=BUCKET)


def listed(site) -> bool:
    """List the bucket in `web`; tell whether that was let."""
    command = ("aws", "s3api", "list-objects-v2", "--bucket", BUCKET, "--cli-read-timeout", "20")
    result = site.inside("web", *command)
    if result.returncode:
        assert "explicit deny in a resource-based policy" in result.stderr, result.stderr
    return result.returncode == 0


def test_a_gateway_endpoint_has_a_buckets_policy_deny_and_impact_says_by_which_statement(
    site, story, bucket
):
    tables = story.ec2.describe_route_tables(
        Filters=[{"Name": "association.subnet-id", "Values": [story.front]}]
    )["RouteTables"]
    words = [
        "create-vpc-endpoint", "--vpc-id", story.vpc,
        "--service-name", f"com.amazonaws.{REGION}.s3", "--vpc-endpoint-type", "Gateway",
        "--route-table-ids", tables[0]["RouteTableId"],
    ]  # fmt: skip
    report = json.loads(site.genkan("impact", "--json", *words, wrong=1).stdout)
    told = [one for one in report["effects"] if one["flow"]["to"] == "resource"]
    denied = [one for one in told if one["effect"] == "DENIED"]
    assert {one["flow"]["id"] for one in denied} == {f"arn:aws:s3:::{BUCKET}"}
    assert denied[0]["after"]["said"]["reason"] == "denied by statement 1 (NotByEndpoints)"
    assert story.web in {member["place"] for one in denied for member in one["group"]["interfaces"]}
    assert listed(site)
    assert (
        "NotByEndpoints" not in site.genkan("trace", "web", f"s3.{REGION}.amazonaws.com:443").stdout
    )
    made = json.loads(site.genkan("aws", "ec2", *words).stdout)["VpcEndpoint"]["VpcEndpointId"]
    try:
        until(lambda: story.endpoint(made)["State"], lambda state: state == "available")
        assert not listed(site)
        told = site.genkan("trace", "web", f"s3.{REGION}.amazonaws.com:443").stdout
        assert "denied by statement 1 (NotByEndpoints)" in told
    finally:
        story.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
    until(lambda: listed(site), bool)
