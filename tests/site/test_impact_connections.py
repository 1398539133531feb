"""Connections that are held open across a change break, or go on, as `genkan impact` said."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.story.conftest import REGION, until
from tests.story.network import https_from

pytestmark = [pytest.mark.site, pytest.mark.kernel]

S3, SQS = (f"{one}.{REGION}.amazonaws.com" for one in ("s3", "sqs"))
PATIENCE = 60
HOLD = """
import http.client, itertools, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
held = http.client.HTTPSConnection(sys.argv[1], timeout=30, context=context)
held.connect()
held.auto_open = 0
for line in itertools.chain(["first"], sys.stdin):
    try:
        held.request("GET", "/")
        held.getresponse().read()
        print("goes on", flush=True)
        held.sock.settimeout(6)
    except (OSError, http.client.HTTPException):
        print("broken", flush=True)
        break
"""


class Held:
    """A connection of `web`'s to a name, with requests one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def again(self) -> str:
        """Ask once more on the same connection; tell what became of it."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self.answer()


@contextmanager
def held_open(site, name: str) -> Iterator[Held]:
    command = [*site.prefix, "timeout", str(PATIENCE)]
    command += ["genkan", "exec", "web", "--", "python3", "-c", HOLD, name]
    with subprocess.Popen(
        command, env=site.environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            held = Held(process)
            assert held.answer() == "goes on"
            yield held
        finally:
            process.terminate()


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
    with held_open(site, S3) as connection:
        assert connection.again() == "goes on"
        made = make(site, story, words)
        try:
            assert connection.again() == "broken"
            with held_open(site, S3) as anew:
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
        with held_open(site, SQS) as connection:
            made = make(site, story, words)
            try:
                assert connection.again() == "goes on"
                with held_open(site, SQS) as by_endpoint:
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
