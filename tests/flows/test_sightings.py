"""What interfaces saw, out of what the router between them saw."""

import pytest

from genkan.engine.traffic import Drop
from genkan.flows.sightings import of_connection, of_drop
from tests.flows.entries import (
    APP,
    ENDPOINT,
    FAR,
    NAT,
    RESOLVER,
    connection,
    directory,
    flow,
    interface,
)

SYN, SYN_ACK, FIN, RST = 2, 18, 1, 4
STRANGER = "198.51.100.10"


def seen(asks, **more):
    """Give (interface, direction, packets, path) of a connection's sightings."""
    found = of_connection(directory(), "vpc-1", connection(asks, **more), 0.0, 200.0)
    return [
        (one.interface.id, "egress" if one.egress else "ingress", one.packets, one.path)
        for one in found
    ]


def test_both_interfaces_see_both_ways_of_a_connection() -> None:
    assert seen(flow(APP, ENDPOINT)) == [
        ("eni-app", "egress", 5, "1"),
        ("eni-vpce", "ingress", 5, "-"),
        ("eni-vpce", "egress", 4, "1"),
        ("eni-app", "ingress", 4, "-"),
    ]


def test_a_way_without_packets_is_not_seen() -> None:
    assert seen(flow(APP, ENDPOINT), packets_back=0) == [
        ("eni-app", "egress", 5, "1"),
        ("eni-vpce", "ingress", 5, "-"),
    ]
    assert seen(flow(APP, ENDPOINT), packets=0, packets_back=0) == []


def test_what_a_route_leads_through_an_interface_enters_it() -> None:
    assert [one[:2] for one in seen(flow(APP, "93.184.216.34"))] == [
        ("eni-app", "egress"),
        ("eni-nat", "ingress"),
        ("eni-nat", "egress"),
        ("eni-app", "ingress"),
    ]


@pytest.mark.parametrize(
    ("destination", "path"),
    [(ENDPOINT, "1"), ("93.184.216.34", "1"), (FAR, "8"), ("52.1.1.1", "7"), ("10.9.1.1", "4")],
)
def test_the_path_is_that_of_the_longest_route(destination: str, path: str) -> None:
    assert seen(flow(APP, destination))[0] == ("eni-app", "egress", 5, path)


def test_a_stranger_is_seen_by_whom_he_reaches() -> None:
    assert [one[:2] for one in seen(flow(STRANGER, APP))] == [
        ("eni-app", "ingress"),
        ("eni-app", "egress"),
    ]


@pytest.mark.parametrize(
    ("state", "packets_back", "began", "flags"),
    [
        ("established", 4, 100.0, (SYN, SYN_ACK)),
        ("established", 4, 10.0, (0, 0)),
        ("closed", 4, 100.0, (SYN | FIN, SYN_ACK | FIN)),
        ("closed", 4, 10.0, (FIN, FIN)),
        ("reset", 1, 100.0, (SYN, RST)),
        ("reset", 4, 10.0, (RST, 0)),
    ],
)
def test_tcps_flags_are_read_from_the_state(state, packets_back, began, flags) -> None:
    one = connection(flow(APP, ENDPOINT), state=state, packets_back=packets_back, began=began)
    found = list(of_connection(directory(), "vpc-1", one, 50.0, 200.0))
    assert (found[0].tcp_flags, found[2].tcp_flags) == flags


def test_packets_are_of_the_time_since_they_were_counted_last() -> None:
    one = connection(flow(APP, ENDPOINT), began=10.0, ended=150.0)
    (first, *_) = of_connection(directory(), "vpc-1", one, 50.0, 200.0)
    assert (first.began, first.ended) == (50.0, 150.0)


def dropped(stage: str, source: str = APP, destination: str = ENDPOINT, port: int = 443):
    drop = Drop(stage, "why", flow(source, destination, port), 60, SYN, None, None, 9.0)
    return [
        (one.interface.id, "egress" if one.egress else "ingress", one.action, one.stage)
        for one in of_drop(directory(), "vpc-1", drop)
    ]


@pytest.mark.parametrize("stage", ["security-group-egress", "network-acl-egress"])
def test_what_is_dropped_on_its_way_out_is_rejected_there_alone(stage: str) -> None:
    assert dropped(stage) == [("eni-app", "egress", "REJECT", stage)]


@pytest.mark.parametrize("stage", ["security-group-ingress", "network-acl-ingress"])
def test_what_is_dropped_on_its_way_in_was_let_out(stage: str) -> None:
    assert dropped(stage) == [
        ("eni-app", "egress", "ACCEPT", None),
        ("eni-vpce", "ingress", "REJECT", stage),
    ]


def test_an_endpoint_that_does_not_listen_has_let_in_what_its_groups_allow() -> None:
    assert dropped("endpoint", port=443) == [
        ("eni-vpce", "ingress", "ACCEPT", None),
        ("eni-app", "egress", "ACCEPT", None),
    ]
    assert dropped("endpoint", port=80) == [
        ("eni-app", "egress", "ACCEPT", None),
        ("eni-vpce", "ingress", "REJECT", "endpoint"),
    ]


def test_flow_logs_know_nothing_of_the_source_check() -> None:
    assert dropped("source-dest-check", source="9.9.9.9", destination=APP) == []


@pytest.mark.parametrize(
    ("one", "left_out"),
    [
        (flow(APP, RESOLVER, 53, 17), True),
        (flow(RESOLVER, APP, 53, 17), True),
        (flow(APP, "169.254.169.254", 80), True),
        (flow(APP, "169.254.169.123", 123, 17), True),
        (flow("fd00::1", "fd00:ec2::254", 80), True),
        (flow(APP, "10.0.0.1", 67, 17), True),
        (flow(APP, ENDPOINT), False),
        (flow(APP, "8.8.8.8", 53, 17), False),
        (flow("fd00::1", "fd00:ec3::254", 80), False),
    ],
)
def test_what_amazon_does_for_every_instance_is_left_out(one, left_out: bool) -> None:
    assert directory().is_left_out("vpc-1", one) is left_out


def test_an_interface_is_meant_by_its_id_its_wearer_its_name_and_its_address() -> None:
    twin = interface("twin", "10.0.1.9", name="app")
    there = directory(twin)
    assert there.named("eni-vpce") == there.named("vpce-1") == there.named(ENDPOINT)
    assert there.named("app") == {"eni-app", "eni-twin"}
    assert there.named("i-nat") is None
    assert there.named(NAT) == {"eni-nat"}
