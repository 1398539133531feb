"""Walks over the edges of subnets: ACLs ask about every packet, answers too."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest

from genkan.analysis import Atlas, Code, Disposition, Packet, Trace, walk
from genkan.compile import compile_network
from genkan.model.network import Network
from genkan.model.network_acl import NetworkAclEntry
from genkan.program import Program
from genkan.program.place import End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Forward, Route
from genkan.program.translation import Border
from tests.compile.scenario import acl, acl_entry
from tests.engine.rows import BECAUSE, match, place
from tests.engine.world import extended

MUTE, APP, ENDPOINT, DB, OUTSIDE = (
    "172.16.1.7",
    "172.16.2.4",
    "172.16.2.5",
    "172.16.2.6",
    "198.51.100.10",
)
FRONT, INSIDE = "172.16.1.0/24", "172.16.0.0/16"
ANSWERS = acl_entry(100, True, FRONT, 1024, 65535)
TO_ENDPOINT = acl_entry(100, False, FRONT, 443)


def tcp(subnet: str, entries: list[NetworkAclEntry], origin: str, to: str, port: int) -> Trace:
    """Walk where a subnet has an ACL of these entries."""
    resources = [*extended(), acl(f"acl-{subnet}", f"subnet-{subnet}", *entries)]
    source = IPv4Address(APP if origin == "i-app" else MUTE)
    packet = Packet.to_port(source, IPv4Address(to), 6, port, 40_000)
    return walk(Atlas(compile_network(Network.of(resources)).program), origin, packet)


@pytest.mark.parametrize(
    ("entries", "origin", "to", "port", "disposition", "stage"),
    [
        ([TO_ENDPOINT, ANSWERS], "i-mute", ENDPOINT, 443, "reached", None),
        ([TO_ENDPOINT], "i-mute", ENDPOINT, 443, "unanswered", "network-acl-egress"),
        ([ANSWERS], "i-mute", ENDPOINT, 443, "stopped", "network-acl-ingress"),
        ([], "i-app", ENDPOINT, 443, "reached", None),  # it stays in its subnet
        ([], "i-app", DB, 80, "reached", None),
        ([ANSWERS], "i-mute", DB, 80, "stopped", "network-acl-ingress"),
    ],
)
def test_what_crosses_an_edge_asks_its_acl(entries, origin, to, port, disposition, stage):
    trace = tcp("back", entries, origin, to, port)
    assert trace.disposition is Disposition(disposition), str(trace)
    first = trace.blockers[0] if trace.blockers else None
    assert (first.stage if first else None) == stage
    assert first is None or first.code is Code.SUBNET_ACL_RESTRICTION


@pytest.mark.parametrize(
    ("first", "last", "disposition"),
    [
        (1024, 65535, Disposition.REACHED),
        (1024, 60999, Disposition.DEPENDS),
        (1, 1023, Disposition.UNANSWERED),
    ],
)
def test_answers_to_a_gateways_port_depend_on_which_it_chooses(first, last, disposition):
    """The NAT gateway stands in the front subnet, and answers to it cross that subnet's edge."""
    entries = [
        acl_entry(90, False, INSIDE),
        acl_entry(100, False, f"{OUTSIDE}/32", first, last),
        acl_entry(100, True, "0.0.0.0/0"),
    ]
    assert tcp("front", entries, "i-app", OUTSIDE, 80).disposition is disposition


def gateway(outward: bool) -> Program:
    """Give a gateway between a host inside and one outside, which passes a block as it is."""
    hosts = {"inside": "2600:1f00::4", "outside": "3fff::10"}
    entries = [
        Place(because=BECAUSE, id=name, kind=PlaceKind.INSTANCE, forwards=False) for name in hosts
    ]
    for name, address in hosts.items():
        left = End(place="igw", name=name, mac="06:1")
        right = End(place=name, name="eth0", mac="06:2", addresses=(IPv6Address(address),))
        entries.append(Link(because=BECAUSE, id=name, left=left, right=right))
        for at, interface, to in ((name, "eth0", "::/0"), ("igw", name, f"{address}/128")):
            destination = match(remote=to).remote
            entries.append(
                Route(
                    because=BECAUSE,
                    place=at,
                    table=PLACE_TABLE,
                    destination=destination,
                    action=Forward(interface),
                )
            )
    border = Border(
        because=BECAUSE,
        place="igw",
        inside="inside",
        outside="outside",
        untranslated=(IPv6Network("2600:1f00::/56"),),
        outward=outward,
    )
    return Program([place("igw"), *entries, border])


@pytest.mark.parametrize(
    ("outward", "origin", "code"),
    [
        (False, "inside", None),
        (False, "outside", None),
        (True, "inside", None),
        (True, "outside", Code.EGRESS_ONLY),
    ],
)
def test_an_untranslated_block_passes_and_outward_it_begins_inside(outward, origin, code):
    ends = [IPv6Address("2600:1f00::4"), IPv6Address("3fff::10")]
    source, destination = ends if origin == "inside" else reversed(ends)
    packet = Packet.to_port(source, destination, 6, 80, 40_000)
    trace = walk(Atlas(gateway(outward)), origin, packet)
    assert [step.code for step in trace.blockers] == ([code] if code else []), str(trace)
