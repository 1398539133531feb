"""Flow log records as text."""

import pytest

from genkan.flows.lines import lines_of
from genkan.flows.sightings import Sighting, of_connection
from genkan.flows.windows import MOST_RECORDS, Window
from genkan.program.record import FlowLog
from tests.flows.entries import APP, ENDPOINT, connection, directory, flow, log

DEFAULT = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
    "start end action log-status"
)
HERE = directory()


def written(
    one: FlowLog, interface: str, *sightings: Sighting, skipped: tuple[str, ...] = ()
) -> list[str]:
    window = Window(60.0)
    for sighting in sightings:
        window.add(sighting)
    for where in skipped:
        window.skip(where)
    found = window.by_interface().get(interface, [])
    at = HERE.interfaces[interface]
    return [line for _, line in lines_of(one, at, window, found, 120.0, HERE.reasons)]


def met(asks, **more) -> list[Sighting]:
    return list(of_connection(HERE, "vpc-1", connection(asks, **more), 60.0, 110.0))


def test_the_default_format_is_awss() -> None:
    assert written(log(DEFAULT), "eni-app", *met(flow(APP, ENDPOINT))) == [
        "2 123456789012 eni-app 10.0.1.4 10.0.1.5 40000 443 6 5 500 100 110 ACCEPT OK",
        "2 123456789012 eni-app 10.0.1.5 10.0.1.4 443 40000 6 4 900 100 110 ACCEPT OK",
    ]


@pytest.mark.parametrize(
    ("fields", "out", "back"),
    [
        ("vpc-id subnet-id instance-id", "vpc-1 subnet-1 i-app", "vpc-1 subnet-1 i-app"),
        ("tcp-flags type", "2 IPv4", "18 IPv4"),
        ("region az-id", "ap-northeast-1 apne1-az4", "ap-northeast-1 apne1-az4"),
        ("sublocation-type sublocation-id", "- -", "- -"),
        ("flow-direction traffic-path", "egress 1", "ingress -"),
        ("pkt-src-aws-service pkt-dst-aws-service", "- -", "- -"),
        ("ecs-task-id reject-reason encryption-status resource-id", "- - - -", "- - - -"),
        (
            "genkan-stage genkan-because",
            "security-group-egress sg-app/rule/sgr-out",
            "security-group-egress sg-app/rule/sgr-out",
        ),
    ],
)
def test_each_field_says_what_awss_says(fields: str, out: str, back: str) -> None:
    assert written(log(fields), "eni-app", *met(flow(APP, ENDPOINT))) == [out, back]


def test_an_address_that_is_not_the_interfaces_is_the_packets() -> None:
    fields = "srcaddr pkt-srcaddr dstaddr pkt-dstaddr flow-direction resource-id"
    assert written(log(fields), "eni-nat", *met(flow(APP, "93.184.216.34"))) == [
        "10.0.1.4 10.0.1.4 10.0.2.4 93.184.216.34 ingress nat-1",
        "10.0.2.4 93.184.216.34 10.0.1.4 10.0.1.4 egress nat-1",
    ]


def test_icmp_has_no_ports() -> None:
    asks = flow(APP, ENDPOINT, 0, protocol=1)._replace(source_port=8)
    assert written(log("srcport dstport protocol"), "eni-app", *met(asks)) == ["0 0 1", "0 0 1"]


def test_a_flow_is_a_line_whatever_comes_of_it_in_a_window() -> None:
    twice = [*met(flow(APP, ENDPOINT)), *met(flow(APP, ENDPOINT), began=10.0, state="closed")]
    assert written(log("packets bytes start end tcp-flags"), "eni-app", *twice) == [
        "10 1000 60 110 3",
        "8 1800 60 110 19",
    ]


def test_an_interface_without_packets_has_no_data() -> None:
    whole = log(f"{DEFAULT} vpc-id flow-direction")
    assert written(whole, "eni-nat", *met(flow(APP, ENDPOINT))) == [
        "2 123456789012 eni-nat - - - - - - - 60 120 - NODATA vpc-1 -"
    ]


@pytest.mark.parametrize("where", ["eni-app", "vpc-1"])
def test_what_was_not_all_seen_is_said_to_be_skipped(where: str) -> None:
    short = log("interface-id action log-status")
    assert written(short, "eni-app", *met(flow(APP, ENDPOINT)), skipped=(where,)) == [
        "eni-app ACCEPT OK",
        "eni-app ACCEPT OK",
        "eni-app - SKIPDATA",
    ]
    assert written(short, "eni-app", skipped=(where,)) == ["eni-app - SKIPDATA"]


@pytest.mark.parametrize(("traffic", "status"), [("ACCEPT", "OK OK"), ("REJECT", "NODATA")])
def test_a_log_is_of_the_traffic_that_it_was_made_for(traffic: str, status: str) -> None:
    one = log("log-status", traffic=traffic)
    assert " ".join(written(one, "eni-app", *met(flow(APP, ENDPOINT)))) == status


def test_a_window_holds_so_much_and_says_when_there_was_more() -> None:
    window = Window(0.0)
    (sighting, *_) = met(flow(APP, ENDPOINT))
    for port in range(MOST_RECORDS + 1):
        window.add(sighting._replace(flow=sighting.flow._replace(source_port=port)))
    assert len(window.records) == MOST_RECORDS
    assert window.is_skipped(HERE.interfaces["eni-app"])
    assert not window.is_skipped(HERE.interfaces["eni-nat"])
