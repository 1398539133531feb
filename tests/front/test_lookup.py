"""CloudTrail's LookupEvents over a record of calls."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.front import lookup
from genkan.front.events import EventLog
from genkan.front.lookup import look_up
from genkan.wire import WireError

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
START = datetime(2026, 1, 1, tzinfo=UTC)
VPC = "vpc-0123456789abcdef0"
ROOT = {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accessKeyId": "AKIA1"}
BOB = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/team/bob", "accessKeyId": "AKIA2"}


def an_event(number: int, **more: Any) -> dict[str, Any]:
    return {
        "eventID": f"id-{number}",
        "eventName": "DescribeVpcs" if number % 2 else "CreateVpc",
        "eventTime": (START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "ec2.amazonaws.com",
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "readOnly": bool(number % 2),
        "userIdentity": ROOT,
        "requestParameters": None,
        **more,
    }


EVENTS = [
    *(an_event(number) for number in range(120)),
    an_event(120, userIdentity=BOB, eventName="DeleteVpc", requestParameters={"vpcId": VPC}),
    an_event(121, recipientAccountId="210987654321", eventName="Theirs"),
    an_event(122, awsRegion="us-east-1", eventName="Elsewhere"),
    an_event(123, eventSource="monitoring.amazonaws.com", vpcEndpointId="vpce-1"),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record in two files, the last line of the newer one torn."""
    path = tmp_path_factory.mktemp("record") / "events.jsonl"
    log = EventLog(path, largest=20_000)
    for event in EVENTS:
        log.append(event)
    log.close()
    assert path.with_name("events.jsonl.1").exists()
    with path.open("ab") as file:
        file.write(b'{"eventID":"torn"')
    return path


def found(path: Path, **asked: Any) -> list[str]:
    return [one["EventId"] for one in look_up(path, ACCOUNT, REGION, asked)["Events"]]


def by(key: str, value: str) -> dict[str, Any]:
    return {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}


def test_the_newest_comes_first_of_ones_own_account_and_region(path: Path) -> None:
    assert found(path, MaxResults=3) == ["id-123", "id-120", "id-119"]


@pytest.mark.parametrize(
    ("key", "value", "first", "number"),
    [
        ("EventName", "DeleteVpc", "id-120", 1),
        ("EventId", "id-7", "id-7", 1),
        ("ReadOnly", "true", "id-123", 50),
        ("ReadOnly", "false", "id-120", 50),
        ("Username", "bob", "id-120", 1),
        ("Username", "root", "id-123", 50),
        ("AccessKeyId", "AKIA2", "id-120", 1),
        ("ResourceName", VPC, "id-120", 1),
        ("ResourceType", "AWS::EC2::VPC", "id-120", 1),
        ("EventSource", "monitoring.amazonaws.com", "id-123", 1),
    ],
)
def test_an_event_is_found_by_each_attribute(path, key, value, first, number) -> None:
    events = found(path, **by(key, value))
    assert (events[0], len(events)) == (first, number)


def test_a_time_range_holds_both_its_ends(path: Path) -> None:
    start, end = START + timedelta(minutes=3), START + timedelta(minutes=5)
    assert found(path, StartTime=start, EndTime=end) == ["id-5", "id-4", "id-3"]


def pages(path: Path, **asked: Any) -> Iterator[list[str]]:
    while True:
        answer = look_up(path, ACCOUNT, REGION, asked)
        yield [one["EventId"] for one in answer["Events"]]
        if "NextToken" not in answer:
            return
        asked = {**asked, "NextToken": answer["NextToken"]}


@pytest.mark.parametrize("most", [1, 7, 50])
def test_pages_hold_every_event_once_though_more_calls_come(path: Path, most: int) -> None:
    expected = [
        one["eventID"]
        for one in reversed(EVENTS)
        if one["recipientAccountId"] == ACCOUNT and one["awsRegion"] == REGION
    ]
    shown = list(pages(path, MaxResults=most))
    assert [event for page in shown for event in page] == expected
    assert all(len(page) == most for page in shown[:-1])
    assert shown[-1]


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=30))
def test_lines_come_backwards_whatever_their_length(tmp_path_factory, lines: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("lines") / "file"
    path.write_bytes(b"".join(line + b"\n" for line in lines) + b"torn")
    block, lookup.BLOCK = lookup.BLOCK, 7
    try:
        with path.open("rb") as file:
            got = list(lookup._backwards(file.fileno(), path.stat().st_size))
    finally:
        lookup.BLOCK = block
    assert [line for line, _ in got if line] == [line for line in reversed(lines) if line]
    data = path.read_bytes()
    assert all(data[at : at + len(line)] == line for line, at in got)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"StartTime": START, "EndTime": START - timedelta(1)}, "InvalidTimeRangeException"),
        (by("Colour", "red"), "InvalidLookupAttributesException"),
        (
            {"LookupAttributes": by("EventName", "a")["LookupAttributes"] * 2},
            "InvalidLookupAttributesException",
        ),
        ({"NextToken": "x"}, "InvalidNextTokenException"),
    ],
)
def test_what_cloudtrail_refuses_is_refused(path: Path, asked: dict, code: str) -> None:
    with pytest.raises(WireError) as caught:
        look_up(path, ACCOUNT, REGION, asked)
    assert caught.value.code == code


def test_a_token_of_another_question_is_refused(path: Path) -> None:
    token = look_up(path, ACCOUNT, REGION, {"MaxResults": 1})["NextToken"]
    with pytest.raises(WireError, match="other parameters"):
        look_up(path, ACCOUNT, REGION, {"NextToken": token, **by("EventName", "CreateVpc")})
