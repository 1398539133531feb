"""`genkan impact` says before a change what packets meet after it."""

import json
import shlex

import pytest

from tests.story.conftest import REGION, until
from tests.story.network import https_from

pytestmark = [pytest.mark.site, pytest.mark.kernel]

SQS = f"sqs.{REGION}.amazonaws.com"


@pytest.fixture
def group(story):
    """A group that admits `app` alone."""
    made = story.ec2.create_security_group(
        GroupName="impact", Description="impact", VpcId=story.vpc
    )["GroupId"]
    story.ec2.authorize_security_group_ingress(
        GroupId=made, IpPermissions=https_from(UserIdGroupPairs=[{"GroupId": story.app_group}])
    )
    yield made
    story.ec2.delete_security_group(GroupId=made)


@pytest.fixture
def words(story, group) -> list[str]:
    return [
        "create-vpc-endpoint", "--vpc-id", story.vpc,
        "--service-name", f"com.amazonaws.{REGION}.sqs", "--vpc-endpoint-type", "Interface",
        "--subnet-ids", story.back, "--security-group-ids", group, "--private-dns-enabled",
    ]  # fmt: skip


def met(site, source: str) -> bool:
    """Send a packet to the name, and tell whether an answer came."""
    result = site.attempt("genkan", "ping", source, f"{SQS}:443", "--json")
    report = json.loads(result.stdout)
    assert report["agrees"] is True, report
    return report["met"] in ("answered", "refused")


def effects(report: dict, story) -> dict[str, str]:
    """Give what becomes of the story's two instances' way to the name; others may be beside them,
    which other tests have left."""
    found = {
        member["place"]: one["effect"]
        for one in report["effects"]
        if SQS in one["flow"]["names"]
        for member in one["group"]["interfaces"]
    }
    return {place: found.get(place, "") for place in (story.web, story.app)}


def test_what_is_said_before_is_what_packets_meet_after(site, story, words):
    told = site.genkan("impact", *words, wrong=1).stdout
    assert "LOST          1 interface: web" in told
    assert f"for EVERY instance in {story.vpc}" in told
    report = json.loads(site.genkan("impact", "--json", *words, wrong=1).stdout)
    assert effects(report, story) == {story.web: "LOST", story.app: "GAINED"}
    assert (met(site, "web"), met(site, "app")) == (True, False)
    made = json.loads(site.genkan("aws", "ec2", *words).stdout)["VpcEndpoint"]["VpcEndpointId"]
    try:
        until(lambda: story.endpoint(made)["State"], lambda state: state == "available")
        assert (met(site, "web"), met(site, "app")) == (False, True)
        (call,) = next(one for one in report["effects"] if one["fixes"])["fixes"][0]["calls"]
        site.genkan(*shlex.split(call["words"]))
        assert (met(site, "web"), met(site, "app")) == (True, True)
    finally:
        story.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
        until(
            lambda: story.ec2.describe_vpc_endpoints(
                Filters=[{"Name": "vpc-endpoint-id", "Values": [made]}]
            )["VpcEndpoints"],
            lambda left: not left,
        )


def test_what_aws_would_refuse_is_said_with_its_code_and_exits_3(site, story):
    told = site.genkan("impact", "delete-vpc", "--vpc-id", story.vpc, wrong=3).stdout
    assert "REFUSED call 1: DependencyViolation" in told


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("make-endpoint",), "no operation of ec2"),
        (("create-vpc", "--cidr", "x"), "has no option --cidr"),
        (("describe-vpcs",), "changes nothing"),
        ((), "Say one command, or a file of them"),
        (("--fail-on", "GONE", "create-vpc"), "There is no effect GONE"),
        (("--account", "nobody", "delete-vpc", "--vpc-id", "vpc-1"), "no account nobody"),
    ],
)
def test_what_is_not_understood_is_told_and_exits_2(site, typed, words):
    assert words in site.genkan("impact", *typed, wrong=2).stderr


def test_a_file_of_commands_is_one_change(site, story, words, group, tmp_path):
    """The rule that mends it, and then the endpoint: nothing is lost."""
    (web_group,) = story.instance(story.web)["SecurityGroups"]
    script = tmp_path / "change.sh"
    script.write_text(
        "# open it first\n"
        f"aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp \\\n"
        f"  --port 443 --source-group {web_group['GroupId']}\n\n"
        f"aws ec2 {shlex.join(words)}\n"
    )
    report = json.loads(site.genkan("impact", "--json", "--file", str(script)).stdout)
    assert effects(report, story) == {story.web: "REDIRECTED", story.app: "GAINED"}
    (tmp_path / "change.json").write_text(json.dumps(report["change"]))
    again = site.genkan("impact", "--json", "--file", str(tmp_path / "change.json")).stdout
    assert effects(json.loads(again), story) == effects(report, story)
