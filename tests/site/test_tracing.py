"""`genkan trace` says where packets go, and `genkan ping` that they do."""

import json
import shlex

import pytest

from tests.story.conftest import REGION
from tests.story.network import https_from

pytestmark = [pytest.mark.site, pytest.mark.kernel]


def traced(site, source: str, destination: str, wrong: int = 0) -> dict:
    return json.loads(site.genkan("trace", source, destination, "--json", wrong=wrong).stdout)


def pinged(site, source: str, destination: str, wrong: int = 0) -> dict:
    return json.loads(site.genkan("ping", source, destination, "--json", wrong=wrong).stdout)


@pytest.fixture(scope="module")
def endpoint(story) -> str:
    found = story.ec2.describe_vpc_endpoints(
        Filters=[
            {"Name": "vpc-id", "Values": [story.vpc]},
            {"Name": "service-name", "Values": ["*monitoring"]},
        ]
    )
    return found["VpcEndpoints"][0]["VpcEndpointId"]


def test_a_way_that_is_open_is_told_step_by_step(site, story, endpoint):
    told = site.genkan("trace", "app", f"{endpoint}:443").stdout.splitlines()
    assert told[0].endswith("and the answer comes back")
    assert any("security-group-egress" in line for line in told)
    assert any(f"[{story.endpoint_group} rule sgr-" in line for line in told)


@pytest.mark.parametrize(
    ("source", "destination", "met"),
    [
        ("app", "{endpoint}:443", "answered"),
        ("web", "app:8080", "refused"),
        ("web", "{app}", "answered"),
        ("web", "internet", "answered"),
        ("internet", "{public}:81/tcp", "silence"),
        ("app", "{endpoint}:444", "silence"),
    ],
)
def test_what_is_predicted_is_what_is_met(site, story, endpoint, source, destination, met):
    public = story.instance(story.web)["PublicIpAddress"]
    named = destination.format(endpoint=endpoint, app=story.app, public=public)
    report = pinged(site, source, named, wrong=1 if met == "silence" else 0)
    assert (report["met"], report["agrees"]) == (met, True), report


def test_every_blocker_is_told_with_its_code(site, story):
    """The private subnet's table leads nowhere outside; the group lets nobody in."""
    (group,) = story.instance(story.web)["SecurityGroups"]
    found = traced(site, "app", "internet:443", wrong=1)
    assert [one["code"] for one in found["blockers"]] == ["NO_ROUTE_TO_DESTINATION"]
    public = story.instance(story.web)["PublicIpAddress"]
    found = traced(site, "internet", f"{public}:443", wrong=1)
    (blocker,) = found["blockers"]
    assert blocker["code"] == "ENI_SG_RULES_MISMATCH"
    assert group["GroupId"] in blocker["said"]
    drawn = site.genkan("trace", "internet", f"{public}:443", wrong=1).stdout
    assert "1. security-group-ingress at " in drawn


def test_a_rule_that_opens_the_way_is_seen_at_once(site, story):
    (group,) = story.instance(story.web)["SecurityGroups"]
    rule = {
        "GroupId": group["GroupId"],
        "IpPermissions": https_from(IpRanges=[{"CidrIp": "198.51.100.0/24"}]),
    }
    public = story.instance(story.web)["PublicIpAddress"]
    story.ec2.authorize_security_group_ingress(**rule)
    assert traced(site, "internet", f"{public}:443")["disposition"] == "reached"
    assert pinged(site, "internet", f"{public}:443")["met"] == "refused"
    story.ec2.revoke_security_group_ingress(**rule)
    assert traced(site, "internet", f"{public}:443", wrong=1)["disposition"] == "stopped"


@pytest.mark.parametrize(
    ("source", "destination", "words"),
    [
        ("nobody", "app:80", "Nothing is called nobody"),
        ("app", "vpce-nothing:80", "Nothing is called vpce-nothing"),
        ("10.255.255.1", "app:80", "Nobody who runs has the address"),
        ("i-", "app:80", "can mean i-"),
        ("app", "{vpc}:80", "which has no address"),
        ("app", "3fff::10", "no way for 3fff::10"),
    ],
)
def test_what_is_not_there_is_named(site, story, source, destination, words):
    answer = site.genkan("trace", source, destination.format(vpc=story.vpc), wrong=3)
    assert words in answer.stderr


def test_a_domain_name_is_what_the_source_sees_of_it(site, story, endpoint):
    name = f"monitoring.{REGION}.amazonaws.com"
    inside = json.loads(site.genkan("trace", "app", f"{name}:443", "--json").stdout)
    assert inside["resolved"]["address"] == inside["packet"]["destination"]
    assert endpoint in inside["resolved"]["because"]
    outside = json.loads(site.genkan("trace", "internet", f"{name}:443", "--json").stdout)
    assert outside["resolved"]["because"] == "internet"
    assert outside["resolved"]["address"] != inside["resolved"]["address"]


def test_a_name_without_an_address_is_told_with_who_says_so(site, story):
    refused = site.genkan("trace", "app", "nothing.example:443", wrong=1).stderr
    assert "nothing.example has no address for app" in refused
    assert "NXDOMAIN" in refused


def test_what_stops_a_packet_is_told_with_the_call_that_mends_it(site, story):
    """The call is made as it is told, and the packet arrives."""
    asked = ("internet", f"{story.instance(story.web)['PublicIpAddress']}:443")
    found = traced(site, *asked, wrong=1)
    (fix,) = found["fixes"]
    assert (fix["verified"], found["mended"]) == (True, "reached")
    drawn = site.genkan("trace", *asked, wrong=1).stdout
    (call,) = fix["calls"]
    assert f"fix (checked): {call['words']}" in drawn.splitlines()
    site.genkan("aws", *shlex.split(call["words"])[1:])
    try:
        assert pinged(site, *asked)["met"] == "refused"  # by the host: nobody listens
    finally:
        story.ec2.revoke_security_group_ingress(**call["parameters"])
    assert traced(site, *asked, wrong=1)["disposition"] == "stopped"
