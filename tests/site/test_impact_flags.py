"""What `genkan impact` flags is what packets and calls show, before a change and after it."""

import json
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest

from tests.site.test_impact_connections import ASK, make, told, unmake
from tests.story.conftest import REGION, until
from tests.story.network import ANYWHERE, https_from

pytestmark = [pytest.mark.site, pytest.mark.kernel]

SQS = f"sqs.{REGION}.amazonaws.com"
FAR = "172.16.8.0/24"  # in another zone than `web` and `app`


@pytest.fixture
def group(story) -> Iterator[str]:
    """A security group that lets the VPC in."""
    made = story.ec2.create_security_group(GroupName="flags", Description="f", VpcId=story.vpc)
    everybody = https_from(IpRanges=[{"CidrIp": "172.16.0.0/16"}])
    story.ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=everybody)
    yield made["GroupId"]
    story.ec2.delete_security_group(GroupId=made["GroupId"])


@pytest.fixture
def far(story) -> Iterator[str]:
    made = story.ec2.create_subnet(
        VpcId=story.vpc, CidrBlock=FAR, AvailabilityZone=f"{REGION}c"
    )["Subnet"]["SubnetId"]  # fmt: skip
    yield made
    story.ec2.delete_subnet(SubnetId=made)


def endpoint(story, group: str, *subnets: str) -> list[str]:
    return [
        "create-vpc-endpoint", "--vpc-id", story.vpc, "--service-name",
        f"com.amazonaws.{REGION}.sqs", "--vpc-endpoint-type", "Interface",
        "--security-group-ids", group, "--private-dns-enabled", "--subnet-ids", *subnets,
    ]  # fmt: skip


def answers(site, target: str) -> bool:
    return site.inside(target, "python3", "-c", ASK, SQS).stdout.strip() == "answers"


def test_an_endpoint_of_one_zone_is_where_packets_cross_to(site, story, group, far):
    words = endpoint(story, group, far)
    said = told(site, story, SQS, words, 0)
    assert {"SINGLE_AZ", "AVAILABILITY_ZONE_CROSSED"} <= set(said["flags"])
    assert not {ip_address(one) in ip_network(FAR) for one in site.dig("web", SQS)} & {True}
    made = make(site, story, words)
    try:
        assert [ip_address(one) in ip_network(FAR) for one in site.dig("web", SQS)] == [True]
        assert answers(site, "web")
    finally:
        unmake(story, made)


def test_an_endpoint_of_two_zones_answers_in_the_callers_own(site, story, group, far):
    words = endpoint(story, group, far, story.back)
    said = told(site, story, SQS, words, 0)
    assert not {"SINGLE_AZ", "AVAILABILITY_ZONE_CROSSED"} & set(said["flags"])
    made = make(site, story, words)
    try:
        inside = {ip_address(one) in ip_network(FAR) for one in site.dig("web", SQS)}
        assert inside == {True, False}
        assert answers(site, "web")
    finally:
        unmake(story, made)


def caller_of(site, prefix: str) -> str:
    """Call the service from `web`; give the source that it saw."""
    named = ("--endpoint-url", f"https://{SQS}", "--region", REGION)  # not by its older name
    asked = ("aws", "sqs", "list-queues", "--queue-name-prefix", prefix, *named)
    done = site.inside("web", *asked, "--cli-read-timeout", "20")
    assert done.returncode == 0, done.stderr
    (call,) = until(lambda: site.events(prefix), bool)
    return call["sourceIPAddress"]


def test_the_source_that_a_service_sees_is_the_one_that_is_said(site, story, group):
    words = endpoint(story, group, story.back)
    said = told(site, story, SQS, words, 0)
    assert "SOURCE_ADDRESS_CHANGES" in said["flags"]
    assert caller_of(site, "as-before") == said["before"]["sees"]
    made = make(site, story, words)
    try:
        assert caller_of(site, "as-after") == said["after"]["sees"]
    finally:
        unmake(story, made)


def test_what_is_made_again_as_it_was_is_interrupted(site, story, tmp_path):
    (table,) = story.ec2.describe_route_tables(
        Filters=[{"Name": "association.subnet-id", "Values": [story.front]}]
    )["RouteTables"]
    (gateway,) = [one["GatewayId"] for one in table["Routes"] if one.get("GatewayId") != "local"]
    route = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": ANYWHERE}
    calls = tmp_path / "again.txt"
    shared = f"--route-table-id {table['RouteTableId']} --destination-cidr-block {ANYWHERE}"
    calls.write_text(f"delete-route {shared}\ncreate-route {shared} --gateway-id {gateway}\n")
    calls.chmod(0o644)
    report = json.loads(site.genkan("impact", "--json", "--file", str(calls)).stdout)
    said = [one for one in report["effects"] if one["flow"]["to"] == "internet"]
    assert {(one["effect"], *one["flags"]) for one in said} == {("INTERRUPTED", "OUTAGE_WINDOW")}
    assert answers(site, "web")
    story.ec2.delete_route(**route)
    try:
        assert not answers(site, "web")
    finally:
        story.ec2.create_route(**route, GatewayId=gateway)
    assert answers(site, "web")
