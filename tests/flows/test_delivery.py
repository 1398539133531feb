"""Where records go: keys of objects, files, and a destination that does not take them."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest

from genkan.flows.delivery import MOST_BYTES, MOST_EVENTS, Delivery, DeliveryFailure, key_of
from genkan.program.record import FlowLog
from tests.flows.entries import log

END = 1767225600.0 + 3600 * 15 + 60 * 5  # 2026-01-01T15:05Z
NAME = "123456789012_vpcflowlogs_ap-northeast-1_fl-1_20260101T1505Z_abcd.log.gz"
FOLDERS = "AWSLogs/123456789012/vpcflowlogs/ap-northeast-1/2026/01/01/"
HIVE = (
    "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=ap-northeast-1/"
    "year=2026/month=01/day=01/"
)


@pytest.mark.parametrize(
    ("prefix", "hive", "hourly", "expected"),
    [
        ("", False, False, FOLDERS),
        ("net/all/", False, False, f"net/all/{FOLDERS}"),
        ("", False, True, f"{FOLDERS}15/"),
        ("", True, False, HIVE),
        ("a", True, True, f"a/{HIVE}hour=15/"),
    ],
)
def test_an_objects_key_is_awss(prefix: str, hive: bool, hourly: bool, expected: str) -> None:
    one = log(hive_partitions=hive, hourly_partitions=hourly)
    assert key_of(one, prefix, END, "abcd") == expected + NAME


def delivered(one: FlowLog, lines: list[tuple[float, str]], folder: Path, *answers: int):
    """Deliver to services that answer so; give what they were asked."""
    asked = []
    statuses = list(answers)

    async def ask(request):
        asked.append(request)
        status = statuses.pop(0) if statuses else 200
        return status, b"<Code>NoSuchBucket</Code>" if status >= 400 else b"{}"

    delivery = Delivery(ask, folder)
    asyncio.run(delivery.deliver(one, END, [("eni-1", lines)]))
    return asked


def test_an_object_is_a_compressed_text_that_begins_with_its_fields(tmp_path: Path) -> None:
    one = log("action bytes", destination_type="s3", destination="arn:aws:s3:::logs/net")
    (request,) = delivered(one, [(2.0, "REJECT 1"), (1.0, "ACCEPT 2")], tmp_path)
    assert (request.method, request.host) == ("PUT", "s3.ap-northeast-1.amazonaws.com")
    assert request.path.startswith(f"/logs/net/{FOLDERS}")
    assert gzip.decompress(request.body) == b"action bytes\nACCEPT 2\nREJECT 1\n"


def test_a_stream_is_an_interfaces_and_is_made_once(tmp_path: Path) -> None:
    arn = "arn:aws:logs:ap-northeast-1:123456789012:log-group:flows"
    one = log("action", destination_type="cloud-watch-logs", destination=arn, traffic="REJECT")
    lines = [(float(second), "x" * 1000) for second in range(MOST_BYTES // 1000 + 1)]
    requests = delivered(one, lines, tmp_path)
    assert [request.headers["X-Amz-Target"].partition(".")[2] for request in requests] == [
        "CreateLogGroup",
        "CreateLogStream",
        "PutLogEvents",
        "PutLogEvents",
    ]
    put = json.loads(requests[2].body)
    assert (put["logGroupName"], put["logStreamName"]) == ("flows", "eni-1-reject")
    assert put["logEvents"][1] == {"timestamp": 1000, "message": "x" * 1000}
    assert len(put["logEvents"]) <= MOST_EVENTS


def test_a_file_begins_with_its_fields_and_goes_on(tmp_path: Path) -> None:
    for text in ("ACCEPT", "REJECT"):
        delivered(log("action"), [(1.0, text)], tmp_path / "flow-logs")
    assert (tmp_path / "flow-logs/fl-1.log").read_text() == "action\nACCEPT\nREJECT\n"


@pytest.mark.parametrize(
    ("status", "said"), [(404, "Access error: NoSuchBucket"), (500, "Unknown error: 500")]
)
def test_what_is_not_taken_is_awss_error(status: int, said: str, tmp_path: Path) -> None:
    one = log(destination_type="s3", destination="arn:aws:s3:::logs")
    with pytest.raises(DeliveryFailure, match=said):
        delivered(one, [], tmp_path, status)
