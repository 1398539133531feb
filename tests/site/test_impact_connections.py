"""Connections that are held open across a change break, or go on, as `genkan impact` said."""

import json

import pytest

from tests.story.conftest import REGION, until
from tests.story.held import held_open
from tests.story.network import https_from

pytestmark = [pytest.mark.site, pytest.mark.kernel]

S3, SQS = (f"{one}.{REGION}.amazonaws.com" for one in ("s3", "sqs"))


def told(site, story, name: str, words: list[str], wrong: int) -> dict:
    """Give what impact says of `web`'s way to a name."""
    report = json.loads(site.genkan("impact", "--json", *words, wrong=wrong).stdout)
    (found,) = [
        one
        for one in report["effects"]
        if name in one["flow"]["names"]
        and story.web in {member["place"] for member in one["group"]["interfaces"]}
    ]
    return found


def make(site, story, words: list[str]) -> str:
    made = json.loads(site.genkan("aws", "ec2", *words).stdout)["VpcEndpoint"]["VpcEndpointId"]
    until(lambda: story.endpoint(made)["State"], lambda state: state == "available")
    return made


def unmake(story, name: str) -> None:
    story.ec2.delete_vpc_endpoints(VpcEndpointIds=[name])
    filters = [{"Name": "vpc-endpoint-id", "Values": [name]}]
    until(
        lambda: story.ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"], lambda x: not x
    )


def test_a_gateway_endpoints_route_breaks_what_is_open(site, story):
    tables = story.ec2.describe_route_tables(
        Filters=[{"Name": "association.subnet-id", "Values": [story.front]}]
    )["RouteTables"]
    words = [
        "create-vpc-endpoint", "--vpc-id", story.vpc,
        "--service-name", f"com.amazonaws.{REGION}.s3", "--vpc-endpoint-type", "Gateway",
        "--route-table-ids", tables[0]["RouteTableId"],
    ]  # fmt: skip
    said = told(site, story, S3, words, 0)
    assert (said["effect"], "CONNECTIONS_RESET" in said["flags"]) == ("REDIRECTED", True)
    with held_open(site, "web", S3) as connection:
        assert connection.again() == "goes on"
        made = make(site, story, words)
        try:
            assert connection.again() == "broken"
            with held_open(site, "web", S3) as anew:
                assert anew.again() == "goes on"
        finally:
            unmake(story, made)


def test_a_captured_name_leaves_what_is_open_and_leads_what_is_new_elsewhere(site, story):
    group = story.ec2.create_security_group(GroupName="held", Description="held", VpcId=story.vpc)[
        "GroupId"
    ]
    words = [
        "create-vpc-endpoint", "--vpc-id", story.vpc,
        "--service-name", f"com.amazonaws.{REGION}.sqs", "--vpc-endpoint-type", "Interface",
        "--subnet-ids", story.back, "--security-group-ids", group, "--private-dns-enabled",
    ]  # fmt: skip
    try:
        assert told(site, story, SQS, words, 1)["effect"] == "LOST"
        everybody = https_from(IpRanges=[{"CidrIp": "172.16.0.0/16"}])
        story.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=everybody)
        said = told(site, story, SQS, words, 0)
        assert (said["effect"], "CONNECTIONS_RESET" in said["flags"]) == ("REDIRECTED", False)
        with held_open(site, "web", SQS) as connection:
            made = make(site, story, words)
            try:
                assert connection.again() == "goes on"
                with held_open(site, "web", SQS) as by_endpoint:
                    gone = ["delete-vpc-endpoints", "--vpc-endpoint-ids", made]
                    back = told(site, story, SQS, gone, 1)  # `app` has no other way
                    assert "CONNECTIONS_RESET" in back["flags"]
                    unmake(story, made)
                    made = ""
                    assert by_endpoint.again() == "broken"
                assert connection.again() == "goes on"
            finally:
                if made:
                    unmake(story, made)
    finally:
        story.ec2.delete_security_group(GroupId=group)


ASK = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], 443), timeout=3).close()
    print("answers")
except OSError:
    print("nothing")
"""


def test_an_endpoint_that_is_made_anew_leaves_the_window_that_is_said(site, story, tmp_path):
    """`app` has no way out: between the two calls the name leads where it cannot go."""
    group = story.ec2.create_security_group(GroupName="anew", Description="anew", VpcId=story.vpc)[
        "GroupId"
    ]
    everybody = https_from(IpRanges=[{"CidrIp": "172.16.0.0/16"}])
    story.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=everybody)
    words = [
        "create-vpc-endpoint", "--vpc-id", story.vpc,
        "--service-name", f"com.amazonaws.{REGION}.sqs", "--vpc-endpoint-type", "Interface",
        "--subnet-ids", story.back, "--security-group-ids", group, "--private-dns-enabled",
    ]  # fmt: skip

    def seen() -> str:
        return site.inside("app", "python3", "-c", ASK, SQS).stdout.strip()

    made = make(site, story, words)
    try:
        calls = tmp_path / "anew.txt"
        calls.write_text(f"delete-vpc-endpoints --vpc-endpoint-ids {made}\n{' '.join(words)}\n")
        calls.chmod(0o644)
        asked = site.genkan("impact", "--json", "--file", str(calls), wrong=1)  # its old name goes
        report = json.loads(asked.stdout)
        (said,) = [
            one
            for one in report["effects"]
            if SQS in one["flow"]["names"]
            and story.app in {member["place"] for member in one["group"]["interfaces"]}
        ]
        assert (said["effect"], "OUTAGE_WINDOW" in said["flags"]) == ("REDIRECTED", True)
        assert seen() == "answers"
        unmake(story, made)
        made = ""
        assert seen() == "nothing"
        made = make(site, story, words)
        assert seen() == "answers"
    finally:
        if made:
            unmake(story, made)
        story.ec2.delete_security_group(GroupId=group)
