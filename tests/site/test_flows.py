"""Flows, flow logs and counters of real packets, as people and AWS's clients read them."""

import gzip
import json
import os
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.site.conftest import RunningSite
from tests.story.conftest import REGION, until
from tests.story.network import Story

pytestmark = [pytest.mark.site, pytest.mark.timeout(120)]

FORMAT = (
    "${interface-id} ${srcaddr} ${dstaddr} ${dstport} ${packets} ${action} ${log-status} "
    "${flow-direction} ${genkan-stage} ${genkan-because}"
)
SPOOF = (
    "import socket, struct\n"
    "s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)\n"
    "udp = struct.pack('!HHHH', 4000, 5000, 8, 0)\n"
    "ip = struct.pack('!BBHHHBBH4s4s', 69, 0, 28, 1, 0, 64, 17, 0, bytes([9, 9, 9, 9]), "
    "bytes([172, 16, 1, 4]))\n"
    "s.sendto(ip + udp, ('172.16.1.4', 0))\n"
)


def flows(site: RunningSite, *options: str) -> list[dict[str, Any]]:
    shown = site.genkan("flows", "--json", *options).stdout
    return [json.loads(line) for line in shown.splitlines()]


def begun(site: RunningSite, *options: str) -> list[dict[str, Any]]:
    """Give flows when there are some: drops are told within a tenth of a second."""
    return until(lambda: flows(site, *options), lambda found: found != [])


def knock(site: RunningSite, source: str, address: str, port: int) -> int:
    """Try to connect, for a moment."""
    return site.inside(
        source, "timeout", "0.5", "bash", "-c", f"</dev/tcp/{address}/{port}"
    ).returncode


@pytest.fixture(scope="module")
def endpoint(story: Story) -> str:
    (one,) = story.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    return one["VpcEndpointId"]


@pytest.fixture(scope="module")
def address(story: Story, endpoint: str) -> str:
    (name,) = story.endpoint(endpoint)["NetworkInterfaceIds"]
    (one,) = story.ec2.describe_network_interfaces(NetworkInterfaceIds=[name])["NetworkInterfaces"]
    return one["PrivateIpAddress"]


@pytest.fixture(scope="module")
def logs(site: RunningSite, story: Story) -> Iterator[dict[str, str]]:
    """Flow logs of the VPC, one a destination, by destination; the traffic came after them."""
    site.client("s3").create_bucket(
        Bucket="flows", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    vpc = {"ResourceIds": [story.vpc], "ResourceType": "VPC", "MaxAggregationInterval": 60}
    subnet = {**vpc, "ResourceIds": [story.back], "ResourceType": "Subnet"}
    ways: dict[str, dict[str, Any]] = {
        "logs": {
            **vpc,
            "LogGroupName": "flows",
            "DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/flows",
            "LogFormat": FORMAT,
        },
        "s3": {**vpc, "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::flows/net"},
        "file": {**subnet, "LogDestinationType": "file", "TrafficType": "REJECT"},
        "nowhere": {
            **subnet,
            "LogDestinationType": "s3",
            "LogDestination": "arn:aws:s3:::no-bucket",
        },
    }
    made = {}
    for name, way in ways.items():
        answer = story.ec2.create_flow_logs(**{"TrafficType": "ALL", **way})
        (made[name],) = answer["FlowLogIds"]
    yield made
    story.ec2.delete_flow_logs(FlowLogIds=list(made.values()))


@pytest.fixture(scope="module")
def delivered(site: RunningSite, logs: dict[str, str], address: str) -> str:
    """A call through the endpoint, and a knock at a port of it that its groups do not open."""
    assert site.put_metric("app", "Flows").returncode == 0
    assert knock(site, "web", address, 22) != 0
    begun(site, "--to", address, "--port", "22")
    site.genkan("flows", "--deliver")
    return address


def test_a_connection_is_shown_with_the_rules_that_let_it_pass(
    site: RunningSite, endpoint: str, delivered: str
) -> None:
    found = flows(site, "--from", "app", "--to", endpoint, "--port", "443")
    assert {one["verdict"] for one in found} == {"accept"}
    first, second = found[0]["reasons"]
    assert first["stage"] == "security-group-egress"
    assert second["stage"] == "endpoint"
    assert " rule sgr-" in second["because"]
    assert found[0]["to"]["address"] == delivered
    shown = site.genkan("flows", "--to", endpoint).stdout
    assert f"app (172.16.2.4) → {endpoint} ({delivered}) 443/tcp" in " ".join(shown.split())


def test_a_drop_is_shown_with_its_stage_and_reason(
    site: RunningSite, endpoint: str, delivered: str
) -> None:
    found = flows(site, "--from", "web", "--verdict", "reject", "--port", "22")
    assert found[0]["to"]["id"] == endpoint
    assert found[0]["reasons"] == [{"stage": "endpoint", "because": "nothing listens here"}]
    assert flows(site, "--from", "web", "--verdict", "accept", "--port", "22") == []


def test_a_false_source_is_shown_though_aws_logs_know_nothing_of_it(
    site: RunningSite, story: Story
) -> None:
    site.inside("app", sys.executable, "-c", SPOOF)
    (one,) = begun(site, "--from", "9.9.9.9")
    assert one["reasons"][0]["stage"] == "source-dest-check"
    assert one["to"]["name"] == "web"


def test_flows_are_followed_while_they_happen(site: RunningSite, address: str) -> None:
    command = [*site.prefix, "genkan", "flows", "-f", "--json", "--to", address, "--port", "23"]
    with subprocess.Popen(
        command, env=site.environment, stdout=subprocess.PIPE, text=True
    ) as following:
        try:
            until(lambda: knock(site, "app", address, 23) and _ready(following), bool)
            assert following.stdout is not None
            assert json.loads(following.stdout.readline())["to"]["port"] == 23
        finally:
            following.kill()


def _ready(process: subprocess.Popen[str]) -> bool:
    return bool(select.select([process.stdout], [], [], 1)[0])


def test_whom_nobody_knows_is_refused_in_words(site: RunningSite, story: Story) -> None:
    refused = site.genkan("flows", "--from", "wep", wrong=3)
    assert "nothing here is called wep" in refused.stderr
    assert "web" in refused.stderr
    assert refused.stdout == ""


def test_cloudwatch_logs_has_a_stream_for_each_interface(
    site: RunningSite, story: Story, delivered: str
) -> None:
    client = site.client("logs")
    streams = client.describe_log_streams(logGroupName="flows")["logStreams"]
    (mine,) = story.instance(story.app)["NetworkInterfaces"]
    name = f"{mine['NetworkInterfaceId']}-all"
    assert name in {stream["logStreamName"] for stream in streams}
    events = client.get_log_events(logGroupName="flows", logStreamName=name)["events"]
    lines = [event["message"].split() for event in events]
    out = [line for line in lines if line[2:4] == [delivered, "443"]]
    assert out, lines
    assert out[0][5:9] == ["ACCEPT", "OK", "egress", "security-group-egress"]
    assert int(out[0][4]) > 3
    assert all(line[3] != "53" for line in lines)  # the resolver is no matter of flow logs


def test_s3_has_an_object_under_awss_key(
    site: RunningSite, logs: dict[str, str], delivered: str
) -> None:
    s3 = site.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="flows")["Contents"]]
    start = f"net/AWSLogs/123456789012/vpcflowlogs/{REGION}/20"
    assert all(key.startswith(start) and key.endswith(".log.gz") for key in keys)
    assert logs["s3"] in keys[0]
    text = gzip.decompress(s3.get_object(Bucket="flows", Key=keys[0])["Body"].read()).decode()
    assert text.startswith("version account-id interface-id srcaddr dstaddr ")
    assert f" {delivered} 40" in text.replace("  ", " ") or f" {delivered} " in text
    rejected = [line.split() for line in text.splitlines() if " REJECT " in line]
    assert ["172.16.1.4", delivered] in [line[3:5] for line in rejected]


def test_a_file_has_what_was_rejected_alone(
    site: RunningSite, logs: dict[str, str], delivered: str
) -> None:
    lines = (site.home / "flow-logs" / f"{logs['file']}.log").read_text().splitlines()
    told = {line.split()[12] for line in lines[1:]}
    assert told <= {"REJECT", "-"}
    assert any(line.split()[4] == delivered for line in lines)
    assert any(line.endswith(" NODATA") for line in lines)


def test_a_log_that_cannot_be_delivered_says_so(
    site: RunningSite, story: Story, logs: dict[str, str], delivered: str
) -> None:
    shown = {
        one["FlowLogId"]: one
        for one in story.ec2.describe_flow_logs(FlowLogIds=list(logs.values()))["FlowLogs"]
    }
    failed = shown[logs["nowhere"]]
    assert failed["DeliverLogsStatus"] == "FAILED"
    assert failed["DeliverLogsErrorMessage"] == "Access error: NoSuchBucket"
    assert shown[logs["s3"]]["DeliverLogsStatus"] == "SUCCESS"
    told = f"# trouble: {logs['nowhere']} is not delivered: Access error: NoSuchBucket"
    assert told in site.genkan("status").stdout
    asked = [{"Name": "deliver-log-status", "Values": ["FAILED"]}]
    found = story.ec2.describe_flow_logs(Filters=asked)["FlowLogs"]
    assert [one["FlowLogId"] for one in found] == [logs["nowhere"]]


def test_a_killed_recorder_is_there_again_and_goes_on(
    site: RunningSite, logs: dict[str, str], address: str
) -> None:
    before = site.processes()["recorder"]
    os.kill(before, signal.SIGKILL)
    until(lambda: site.processes().get("recorder", before), lambda pid: pid != before)
    flows(site)  # it is waited for until it sees packets
    knock(site, "web", address, 24)
    begun(site, "--to", address, "--port", "24")
    assert "recorder died and was started again" in site.genkan("status").stdout
    site.genkan("flows", "--deliver")
    lines = (site.home / "flow-logs" / f"{logs['file']}.log").read_text().splitlines()
    assert any(line.endswith(" SKIPDATA") for line in lines)  # what the killed one held is lost


def test_endpoints_are_counted_for_prometheus_and_for_cloudwatch(
    site: RunningSite, story: Story, endpoint: str
) -> None:
    site.genkan("metrics")
    assert site.put_metric("app", "Counted").returncode == 0
    text = site.genkan("metrics").stdout
    (line,) = [
        line
        for line in text.splitlines()
        if line.startswith("genkan_endpoint_new_connections_total") and endpoint in line
    ]
    assert int(line.rpartition(" ")[2]) >= 1
    client = site.client("cloudwatch")
    told = client.list_metrics(Namespace="AWS/PrivateLinkEndpoints")["Metrics"]
    mine = [
        one
        for one in told
        if one["MetricName"] == "BytesProcessed"
        and {"Name": "VPC Endpoint Id", "Value": endpoint} in one["Dimensions"]
    ]
    assert {len(one["Dimensions"]) for one in mine} == {4, 5}
    asked = json.loads(
        site.genkan(
            "aws",
            *shlex.split(
                "cloudwatch get-metric-statistics --namespace AWS/PrivateLinkEndpoints "
                "--metric-name BytesProcessed --statistics Sum --period 3600 "
                "--start-time 2020-01-01T00:00:00Z --end-time 2099-01-01T00:00:00Z "
                "--output json --dimensions"
            ),
            *(f"Name={one['Name']},Value={one['Value']}" for one in mine[0]["Dimensions"]),
        ).stdout
    )
    assert sum(point["Sum"] for point in asked["Datapoints"]) > 1000
