"""What happens to real packets through endpoint services and network load balancers."""

from ipaddress import ip_address
from typing import Any

import pytest

from tests.engine.inside import AS_ROOT, AS_USER, report_of
from tests.engine.service_world import CLIENT, NLB_A, TARGET_A, TARGET_B

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

BY_BALANCER = f"{NLB_A} {TARGET_A}"  # whom the target sees, and who it is


@pytest.fixture(scope="module", params=[AS_ROOT, AS_USER], ids=["root", "user-namespace"])
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    return report_of("tests.engine.services", request.param, patience=55)


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        # the client, the endpoint, the load balancer and the target have the same addresses
        ("consumer", BY_BALANCER),
        ("another consumer", BY_BALANCER),
        ("from another subnet", BY_BALANCER),
        ("datagrams", "hello"),
    ],
)
def test_a_consumer_reaches_a_target_that_sees_the_load_balancer(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("no listener", "silence"),
        ("group does not let in", "silence"),
        ("target that nobody is", "silence"),
        ("datagrams, no listener", "silence"),
        ("echo to endpoint", "silence"),
        ("own VPC, no listener", "silence"),
        ("echo to the balancer", "silence"),
        ("listener without targets", "refused"),
        ("own VPC, listener without targets", "refused"),
    ],
)
def test_what_no_listener_takes_is_dropped_and_what_no_target_takes_is_reset(
    report: dict[str, Any], probe: str, met: str
) -> None:
    assert report["probes"][probe] == met


def test_the_same_client_address_and_port_of_two_networks_are_two_connections(
    report: dict[str, Any],
) -> None:
    assert report["same ports"] == ["one", "two"]


def test_rejecting_an_endpoint_cuts_its_connections_and_no_others(report: dict[str, Any]) -> None:
    assert report["rejected"] == {
        "established": "silence",
        "new": "silence",
        "other": "word",
        "established, accepted again": "reset",
        "new, accepted again": BY_BALANCER,
        "pending acceptance": "silence",
    }


def test_groups_of_the_load_balancer_ask_for_the_clients_own_address(
    report: dict[str, Any],
) -> None:
    assert report["groups of the balancer"] == {
        "let in": BY_BALANCER,
        "not let in": "silence",
        "own VPC, not let in": "silence",
        "switched off": BY_BALANCER,
    }


def test_clients_of_the_same_network_keep_their_source_where_the_target_group_says_so(
    report: dict[str, Any],
) -> None:
    assert report["kept sources"] == {
        "kept": f"10.0.1.20 {TARGET_A}",
        "the other node": f"10.0.1.20 {TARGET_B}",
        "never of a consumer": BY_BALANCER,
        "not kept": BY_BALANCER,
    }
    assert report["probes"]["own VPC, source not kept"] == BY_BALANCER
    kept = "own VPC, source kept, target lets in the balancer alone"
    assert report["probes"][kept] == "silence"


def test_targets_of_other_zones_are_met_where_load_balancing_crosses_zones(
    report: dict[str, Any],
) -> None:
    zones = report["zones"]
    assert zones["zonal"] == {TARGET_A: 4}
    assert set(zones["by the target group"]) == {TARGET_A, TARGET_B}
    assert set(zones["by the load balancer"]) == {TARGET_A, TARGET_B}
    assert zones["but for the target group"] == {TARGET_A: 4}


def test_a_client_keeps_to_its_target_where_the_target_group_is_sticky(
    report: dict[str, Any],
) -> None:
    assert len(report["zones"]["by source"]) == 1


def test_a_connection_stays_with_a_target_that_takes_no_new_ones(report: dict[str, Any]) -> None:
    assert report["target goes"] == {
        "established": "still",
        "new": f"{NLB_A} {TARGET_B}",
        "none left": "refused",
        "established, none left": "even so",
    }


def test_a_target_of_datagrams_sees_the_load_balancer(report: dict[str, Any]) -> None:
    assert set(report["seen by datagrams"]) == {NLB_A}


@pytest.mark.parametrize(("port", "seconds"), [("443", 350), ("8081", 60), ("5000", 120)])
def test_a_node_forgets_what_is_idle_after_the_time_of_its_listener(
    report: dict[str, Any], port: str, seconds: int
) -> None:
    assert seconds - 20 < report["remembered"][port] <= seconds


def test_a_word_on_a_forgotten_connection_is_answered_by_a_reset(report: dict[str, Any]) -> None:
    assert report["forgotten"] == "reset"


def test_a_target_that_stops_leaves_its_zone_without_one(report: dict[str, Any]) -> None:
    assert report["provider dies"] == {
        "established": "reset",
        "new": "refused",
        "new, started again": BY_BALANCER,
    }


def test_a_target_that_is_not_well_is_left_unless_nobody_is(report: dict[str, Any]) -> None:
    health = report["health"]
    assert set(health["well"]) == {TARGET_A}
    assert (health["established"], health["established, ill"]) == ("word", "reset")
    assert set(health["the other well"]) == {TARGET_B}
    assert set(health["nobody well"]) == {TARGET_A, TARGET_B}


def test_connections_to_an_ill_target_go_on_as_long_as_its_group_says(
    report: dict[str, Any],
) -> None:
    assert report["waits"] == {
        "draining": "word",
        "new": f"{NLB_A} {TARGET_B}",
        "drained": "reset",
    }


def test_connections_to_a_target_that_drains_go_on_until_its_delay_has_passed(
    report: dict[str, Any],
) -> None:
    assert report["drained"] == {
        "established, draining": "word",
        "new, draining": "refused",
        "established, drained": "reset",
    }


def told(header: str) -> tuple[str, int, str | None]:
    """Read a PROXY header: the client's address and port, and the endpoint."""
    data = bytes.fromhex(header)
    assert data[:14] == b"\r\n\r\n\x00\r\nQUIT\n\x21\x11"
    assert data[20:24] == ip_address(NLB_A).packed
    endpoint = data[32:].decode() if data[28:29] == b"\xea" and data[31:32] == b"\x01" else None
    return str(ip_address(data[16:20])), int.from_bytes(data[24:26]), endpoint


def test_a_target_is_told_the_clients_address_and_its_endpoint(report: dict[str, Any]) -> None:
    relayed = report["relayed"]
    assert relayed["seen"] == BY_BALANCER
    assert told(relayed["direct"]) == ("10.0.1.20", 20_001, None)
    one, other = map(told, relayed["by endpoint"])
    assert one == (CLIENT, 20_002, "vpce-c")
    assert (other[0], other[2]) == (CLIENT, "vpce-d")
    assert relayed["echoed"] == "word"


def test_a_tls_listener_ends_tls_with_the_certificate_that_it_names(
    report: dict[str, Any],
) -> None:
    assert report["relayed"]["tls"] == f"{BY_BALANCER} word"
    assert report["relayed"]["no tls"] == "ended"


def test_tls_goes_on_to_a_target_of_a_tls_group_with_the_protocol_that_was_chosen(
    report: dict[str, Any],
) -> None:
    assert report["relayed"]["tls on"] == f"{NLB_A} h2 word"


def test_a_relayed_connection_is_reset_when_its_target_stops(report: dict[str, Any]) -> None:
    assert report["relayed"]["target stopped"] == "reset"
    assert report["relayed"]["new, target stopped"] == "refused"


def test_a_storm_at_one_endpoint_leaves_another_ones_clients_alone(
    report: dict[str, Any],
) -> None:
    assert set(report["storm"]) == {"word", BY_BALANCER}


def test_connections_lose_nothing_while_other_endpoints_come_and_go(
    report: dict[str, Any],
) -> None:
    assert report["undisturbed"]["echoed"] > 50
    assert (report["undisturbed"]["wrong"], report["undisturbed"]["resent"]) == (0, 0)


@pytest.mark.parametrize("when", ["at once", "after changes"])
def test_reconciling_what_is_so_changes_nothing(report: dict[str, Any], when: str) -> None:
    assert report[when] == 0
