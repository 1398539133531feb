"""What happens to real IPv6 packets in the network that the Linux engine makes."""

from typing import Any

import pytest

from tests.engine.inside import report_of
from tests.engine.packets_ipv6 import APP, DB, ENDPOINT, FAR, MUTE, OUTSIDE, RESOLVER, SIX, WEB

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

UNANSWERED = ("silence", "unreachable")


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.packets_ipv6")


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        # the server's view: whom it sees, and as whom it was met; nothing translates IPv6
        ("same subnet, group reference", f"{APP} {DB}"),
        ("other subnet, group reference", f"{MUTE} {DB}"),
        ("other subnet", f"{APP} {WEB}"),
        ("udp", "hello"),
        ("echo", "answer"),
        ("IPv6 alone, out", f"{SIX} {WEB}"),
        ("IPv6 alone, in", f"{APP} {SIX}"),
        ("internet in", f"{OUTSIDE} {WEB}"),
        ("internet in, IPv6 alone", f"{OUTSIDE} {SIX}"),
        ("internet out", f"{WEB} {OUTSIDE}"),
        ("egress-only out", f"{APP} {OUTSIDE}"),
        ("egress-only, echo out", "answer"),
        ("endpoint", f"{APP} {ENDPOINT}"),
        ("endpoint from other subnet", f"{MUTE} {ENDPOINT}"),
        ("resolver", f"{APP} {RESOLVER}"),
        ("peering", f"{APP} {FAR}"),
        ("IPv4 beside it", "172.16.2.4 172.16.1.4"),
    ],
)
def test_what_is_allowed_arrives_untranslated(report: dict[str, Any], probe: str, met: str) -> None:
    assert report["probes"][probe] == met


@pytest.mark.parametrize(
    "probe",
    [
        "other group",
        "other port",
        "no outbound rule",
        "udp, other port",
        "echo from elsewhere",
        "echo to router",
        "internet in, other port",
        "egress-only in",
        "endpoint, group does not let in",
        "endpoint, other port",
        "endpoint from internet",
        "resolver, other port",
        "peering, table without a route",
    ],
)
def test_what_nobody_allows_meets_silence(report: dict[str, Any], probe: str) -> None:
    assert report["probes"][probe] in UNANSWERED


def test_a_spoofed_source_is_dropped_unless_the_check_is_off(report: dict[str, Any]) -> None:
    spoofed_by_box = "2406:da14:0:102::77"
    assert report["source check"] == [APP, spoofed_by_box, APP]


@pytest.mark.parametrize(
    ("probe", "met"),
    [
        ("denied", "silence"),
        ("denied to others", f"2406:da14:0:103::4 {WEB}"),
        ("same subnet", f"{MUTE} {WEB}"),
        ("IPv4", "172.16.2.4 172.16.1.4"),
        ("endpoint, no entry", "silence"),
        ("again", f"{APP} {WEB}"),
    ],
)
def test_a_network_acl_knows_ipv6_blocks(report: dict[str, Any], probe: str, met: str) -> None:
    assert report["acls"][probe] == met


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        ("echo requests", "answer"),
        ("echo requests, code 0", "answer"),
        ("echo requests, code 1", "silence"),
        ("echo replies", "silence"),
        ("every type", "answer"),
        ("IPv4's echo requests", "silence"),
    ],
)
def test_a_group_lets_in_by_the_type_and_code_of_icmpv6(
    report: dict[str, Any], rule: str, met: str
) -> None:
    assert report["groups"][rule] == met


def test_a_rule_for_everything_from_a_prefix_list_follows_its_entries(
    report: dict[str, Any],
) -> None:
    groups = report["groups"]
    assert groups["listed"] == {"tcp": f"{APP} {WEB}", "udp": "hello", "echo": "answer"}
    assert (groups["not listed"], groups["listed no more"]) == ("silence", "silence")
    assert groups["listed now"] == f"2406:da14:0:103::4 {WEB}"


def test_a_group_of_a_peered_vpc_is_known_by_its_ipv6_addresses(report: dict[str, Any]) -> None:
    groups = report["groups"]
    assert groups["group of the peer"] == f"{APP} {FAR}"
    assert groups["group of the peer, echo"] == "answer"
    assert groups["without that group"] == "silence"


def test_addresses_come_and_go_beside_connections_that_stay(report: dict[str, Any]) -> None:
    changes = report["changes"]
    assert changes.pop("gone") in UNANSWERED
    assert changes.pop("endpoint gone") in UNANSWERED
    assert changes == {
        "IPv4": "172.16.2.4 172.16.1.4",
        "back": f"{APP} {WEB}",
        "beside": "word",
        "endpoint back": f"{APP} {ENDPOINT}",
    }


@pytest.mark.parametrize(
    ("blocked", "passes"),
    [
        ("both ways", set()),
        ("front excluded", {"in", "out", "through NAT", "in, IPv6", "out, IPv6"}),
        ("in", {"through NAT", "egress-only"}),
        ("nothing", {"in", "out", "through NAT", "in, IPv6", "out, IPv6", "egress-only"}),
    ],
)
def test_public_access_is_blocked_at_the_gateways(
    report: dict[str, Any], blocked: str, passes: set[str]
) -> None:
    met = report["public access"][blocked]
    assert {probe for probe, answer in met.items() if answer not in UNANSWERED} == passes


@pytest.mark.parametrize("family", ["198.51.100.10", "3fff::10"])
def test_who_sends_too_much_for_the_internet_is_told(report: dict[str, Any], family: str) -> None:
    assert report["too big"][family] == "EMSGSIZE"


@pytest.mark.parametrize("when", ["at once", "after changes"])
def test_reconciling_what_is_so_changes_nothing(report: dict[str, Any], when: str) -> None:
    assert report[when] == 0
