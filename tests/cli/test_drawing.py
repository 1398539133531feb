"""What commands draw: pure functions of plain data."""

from typing import Any

import pytest

from genkan.cli.failure import Failure
from genkan.cli.flows import Rows
from genkan.cli.inside import read_dig
from genkan.cli.records import event_line
from genkan.cli.site import check_lines, status_lines

VPC = {
    "id": "vpc-0123456789abcdef0",
    "name": "",
    "region": "ap-northeast-1",
    "cidrs": ["10.0.0.0/16", "10.1.0.0/16"],
    "subnets": 1,
    "interfaces": 2,
}
INSTANCE = {
    "id": "i-0123456789abcdef0",
    "name": "web",
    "addresses": ["10.0.0.4"],
    "state": "running",
}
ENDPOINT = {
    "id": "vpce-0123456789abcdef0",
    "name": None,
    "addresses": ["10.0.0.5", "10.0.1.5"],
    "state": "available",
    "service": "com.amazonaws.ap-northeast-1.s3",
}
EMPTY: dict[str, Any] = {"vpcs": [], "instances": [], "endpoints": [], "processes": []}


def process(name: str, deaths: int = 0) -> dict[str, Any]:
    return {"name": name, "deaths": deaths, "pid": 1}


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (
            {"vpcs": [VPC]},
            "vpc vpc-0123456789abcdef0 - 10.0.0.0/16, 10.1.0.0/16 ap-northeast-1"
            " 1 subnet, 2 interfaces",
        ),
        ({"instances": [INSTANCE]}, "instance i-0123456789abcdef0 web 10.0.0.4 running"),
        (
            {"endpoints": [ENDPOINT]},
            "endpoint vpce-0123456789abcdef0 - 10.0.0.5, 10.0.1.5 available"
            " com.amazonaws.ap-northeast-1.s3",
        ),
    ],
)
def test_a_thing_is_a_line(shown: dict[str, Any], words: str) -> None:
    line, *_ = status_lines({**EMPTY, **shown})
    assert " ".join(line.split()) == words


SERVED = {**ENDPOINT, "service": "com.amazonaws.vpce.ap-northeast-1.vpce-svc-1"}
(ROW, *_) = status_lines({**EMPTY, "endpoints": [SERVED]})


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        ({"processes": [process("anchor"), process("dns")]}, ["# running: anchor, dns"]),
        (
            {"processes": [process("dns", deaths=2)]},
            ["# running: dns", "# dns died and was started again: 2 times"],
        ),
        (
            {"processes": [process("dns", deaths=1)]},
            ["# running: dns", "# dns died and was started again: 1 time"],
        ),
        (
            {"processes": [process("embedded")]},
            [
                "# running: embedded",
                "# what the embedded services hold (objects, users) lasts as long as they run",
            ],
        ),
        (
            {"endpoints": [SERVED], "accelerator": {"on": True, "flows": 1, "why": ""}},
            [ROW, "# running: ", "# accelerator: 1 flow of endpoint services by tc/BPF now"],
        ),
        (
            {"endpoints": [SERVED], "accelerator": {"on": False, "flows": 0, "why": "nobody may"}},
            [ROW, "# running: ", "# accelerator: off, nobody may"],
        ),
        ({"accelerator": {"on": True, "flows": 0, "why": ""}}, ["# running: "]),
        ({"trouble": "no rule was taken"}, ["# running: ", "# trouble: no rule was taken"]),
        (
            {"crowded": [{"place": "vpc-1", "why": "its table is full"}]},
            ["# running: ", "# trouble: vpc-1: its table is full"],
        ),
        (
            {"undelivered": [{"id": "fl-1", "why": "Access error"}]},
            ["# running: ", "# trouble: fl-1 is not delivered: Access error"],
        ),
        (
            {"recorder": {"lost": 2, "trouble": {"vpc-1": "it cannot be seen"}}},
            [
                "# running: ",
                "# trouble: vpc-1: it cannot be seen",
                "# more packets came than the recorder could take, 2 times; flow logs say SKIPDATA",
            ],
        ),
    ],
)
def test_health_is_on_lines_with_a_hash(shown: dict[str, Any], lines: list[str]) -> None:
    assert list(status_lines({**EMPTY, **shown})) == lines


def test_a_table_has_its_columns_under_each_other() -> None:
    lines = list(status_lines({**EMPTY, "instances": [INSTANCE], "endpoints": [ENDPOINT]}))
    assert lines[0].index("10.0.0.4") == lines[1].index("10.0.0.5")


def a_flow(name: str, port: int | None, packets: int) -> dict[str, Any]:
    return {
        "at": "2026-11-29T12:00:01Z", "verdict": "accept", "protocol": "tcp",
        "from": {"name": name, "id": "i-1", "address": "10.0.0.4", "port": 4711},
        "to": {"name": None, "id": None, "address": "10.0.0.5", "port": port},
        "packets": packets, "bytes": 60 * packets,
        "reasons": [{"stage": "route", "because": "local"}],
    }  # fmt: skip


def test_flows_have_their_columns_under_each_other() -> None:
    rows = Rows()
    flows = [a_flow("a", 443, 1), a_flow("a-longer-name", 5, 1000), a_flow("b", None, 0)]
    for flow in flows:
        rows.see(flow)
    told = [rows.line(flow) for flow in flows]
    assert len({line.index("→") for line in told}) == 1
    assert len({line.index("route: local") for line in told}) == 1
    said = "12:00:01 ACCEPT a (10.0.0.4) → 10.0.0.5 443/tcp 1 packet 60 B route: local"
    assert " ".join(told[0].split()) == said
    assert rows.line({"missed": 3}) == "# 3 flows came too fast to be shown"


def test_what_the_machine_has_is_ticked() -> None:
    findings = [{"name": "dig", "ok": True, "found": "9.18", "why": "w", "todo": "t"}]
    assert list(check_lines(findings)) == ["✓ dig          9.18"]


def test_what_the_machine_lacks_is_told_with_reason_and_remedy() -> None:
    findings = [{"name": "dig", "ok": False, "found": "missing", "why": "w", "todo": "t"}]
    assert list(check_lines(findings)) == ["✗ dig          missing", "    why: w", "    try: t"]


CALL = {
    "eventTime": "2026-01-01T00:00:00Z",
    "sourceIPAddress": "10.0.0.4",
    "eventSource": "monitoring.amazonaws.com",
    "eventName": "PutMetricData",
}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "2026-01-01T00:00:00Z 10.0.0.4 no endpoint monitoring:PutMetricData"),
        (
            {"vpcEndpointId": "vpce-0123456789abcdef0"},
            "2026-01-01T00:00:00Z 10.0.0.4 vpce-0123456789abcdef0 monitoring:PutMetricData",
        ),
        (
            {"errorCode": "AccessDenied"},
            "2026-01-01T00:00:00Z 10.0.0.4 no endpoint monitoring:PutMetricData AccessDenied",
        ),
        (
            {"vpcEndpointId": None, "errorCode": None},
            "2026-01-01T00:00:00Z 10.0.0.4 no endpoint monitoring:PutMetricData",
        ),
    ],
)
def test_a_call_is_a_line(more: dict[str, Any], words: str) -> None:
    assert " ".join(event_line({**CALL, **more}).split()) == words


ANSWERED = """\
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1
;; flags: qr rd ra; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 1

example.com.\t\t60\tIN\tTXT\t"two  words" "more"
example.com.\t\t60\tIN\tA\t192.0.2.1

;; Query time: 0 msec
;; SERVER: 10.0.0.2#53(10.0.0.2) (UDP)
"""


@pytest.mark.parametrize(
    ("said", "status", "server", "values"),
    [
        (ANSWERED, "NOERROR", "10.0.0.2", ['"two  words" "more"', "192.0.2.1"]),
        (
            ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n;; SERVER: fd00::2#53(x)\n",
            "NXDOMAIN",
            "fd00::2",
            [],
        ),
        (";; connection timed out; no servers could be reached\n", "no answer", "nobody", []),
        ("", "no answer", "nobody", []),
    ],
)
def test_an_answer_of_dig_is_read(said: str, status: str, server: str, values: list[str]) -> None:
    answer = read_dig(said)
    assert (answer["status"], answer["server"]) == (status, server)
    assert [record["value"] for record in answer["records"]] == values


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (Failure(1, "it failed."), "error: it failed."),
        (Failure(1, "it failed.", "Why."), "error: it failed.\n  why: Why."),
        (
            Failure(1, "it failed.", "Why.", "genkan up"),
            "error: it failed.\n  why: Why.\n  try: genkan up",
        ),
    ],
)
def test_a_failure_is_up_to_three_sentences(failure: Failure, text: str) -> None:
    assert str(failure) == text
