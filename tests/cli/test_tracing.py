"""Destinations as they are typed, and traces as they are drawn."""

import pytest

from genkan.cli.failure import Failure
from genkan.cli.tracing import _end, parse_destination, trace_lines


@pytest.mark.parametrize(
    ("typed", "destination", "port", "protocol"),
    [
        ("app", "app", None, "tcp"),
        ("app:80", "app", 80, "tcp"),
        ("10.0.0.5:53/udp", "10.0.0.5", 53, "udp"),
        ("internet:65535/tcp", "internet", 65535, "tcp"),
        ("[3fff::10]:443", "3fff::10", 443, "tcp"),
        ("3fff::10", "3fff::10", None, "tcp"),
        ("fd00:ec2::254", "fd00:ec2::254", None, "tcp"),
        ("2600:1f00:0:1::4", "2600:1f00:0:1::4", None, "tcp"),
        ("2600:1f00:0:1:2:3:4:5", "2600:1f00:0:1:2:3:4:5", None, "tcp"),
        ("vpce-0123:443", "vpce-0123", 443, "tcp"),
        ("vpce-0123", "vpce-0123", 443, "tcp"),
        ("vpce-0123:80", "vpce-0123", 80, "tcp"),
    ],
)
def test_a_destination_is_a_name_a_port_and_a_protocol(typed, destination, port, protocol):
    read = {"destination": destination, "port": port, "protocol": protocol}
    assert parse_destination(typed) == read


@pytest.mark.parametrize("typed", ["", "app:", "app:0", "app:65536", "app:80/sctp", "app:x", ":80"])
def test_what_is_no_destination_is_refused(typed):
    with pytest.raises(Failure, match="is no destination"):
        parse_destination(typed)


def test_who_takes_a_packet_at_an_endpoint_is_the_endpoint():
    taken = {"id": "vpc-1", "name": "net"}
    endpoint = {"id": "vpce-1", "name": None, "service": "com.amazonaws.eu-west-1.sqs"}
    found = {"disposition": "reached", "blockers": [], "arrived": {**taken, "endpoint": endpoint}}
    assert _end(found).startswith("reaches vpce-1, an endpoint of com.amazonaws.eu-west-1.sqs, and")


def step(way: str, outcome: str, said: str, **more) -> dict:
    return {
        "way": way,
        "place": "vpc-1",
        "name": None,
        "stage": "route",
        "outcome": outcome,
        "code": None,
        "said": said,
        "because": None,
        "packet": {"text": "tcp 1.1.1.1:1 → 10.0.0.4:80"},
        **more,
    }


def test_a_trace_is_a_line_a_step_and_a_line_a_blocker():
    because = {"kind": "security-group", "id": "sg-1", "rule": "sgr-1"}
    blocker = step("answer", "dropped", "nobody", code="NO_ROUTE_TO_DESTINATION", name="main")
    found = {
        "packet": {"text": "tcp 10.0.0.4:1 → 10.0.0.5:80"},
        "origin": {"id": "i-1", "name": "web"},
        "arrived": {"id": "i-2", "name": None},
        "disposition": "unanswered",
        "forward": [step("forward", "translated", "changed", because=because)],
        "answer": [blocker],
        "blockers": [blocker],
        "fixes": [
            {
                "blocker": blocker,
                "calls": [{"words": "aws ec2 create-route", "by": None}],
                "verified": True,
            },
            {
                "blocker": blocker,
                "calls": [{"words": "aws ec2 allow", "by": "2 (shop)"}],
                "verified": False,
            },
            {"blocker": blocker, "calls": [], "verified": False},
        ],
        "mended": "reached",
        "policies": [
            {
                "policy": "p",
                "reason": "denied by statement 1",
                "calls": ["s3:* on b"],
                "callers": "who may",
                "code": "RESOURCE_POLICY_DENY",
            },
        ],
        "needs": [
            {
                "name": "layers.test",
                "why": "layers are there",
                "source": "a guide",
                "instead": "do without",
                "verdict": "denied",
                "codes": ["C"],
                "said": {"policy": "q", "reason": "denied: no", "calls": [], "callers": ""},
                "first_blocker": None,
                "fixes": [{"calls": [{"words": "aws ec2 let", "by": None}], "verified": True}],
            },
        ],
        "possible": [
            {"arrived": "i-2", "disposition": "unanswered"},
            {"arrived": None, "disposition": "stopped"},
        ],
    }
    assert [" ".join(line.split()) for line in trace_lines(found)] == [
        "tcp 10.0.0.4:1 → 10.0.0.5:80 from web reaches i-2, and its answer does not come back",
        "~ → vpc-1 route changed [sg-1 rule sgr-1]",
        "now tcp 1.1.1.1:1 → 10.0.0.4:80",
        "x ← main route nobody",
        "1. the answer, route at main: nobody NO_ROUTE_TO_DESTINATION",
        "fix (checked): aws ec2 create-route",
        "fix (not enough, by account 2 (shop)): aws ec2 allow",
        "no call is known that mends NO_ROUTE_TO_DESTINATION",
        "with this it arrives, and its answer comes back",
        "policy: p: denied by statement 1 (s3:* on b of who may) RESOURCE_POLICY_DENY",
        "needs layers.test too: layers are there",
        "q: denied: no DENIED C",
        "fix (checked): aws ec2 let",
        "or without it: do without",
        "a hash chooses one of 2 ways; this is one of them:",
        "i-2: unanswered",
        "nobody: stopped",
    ]
