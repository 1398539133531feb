"""Where packets go through the network of the packet tests, and what stops them."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from genkan.analysis import Atlas, Code, Disposition, Outcome, Packet, Trace, walk, walks
from genkan.analysis.matching import Truth, matches, ruling
from genkan.analysis.sets import Sets, Source
from genkan.compile import compile_network
from genkan.model.network import Network
from genkan.program import Because, Program
from genkan.program.address import host_block
from genkan.program.filter import Verdict
from genkan.program.inspection import Inspection
from genkan.program.place import End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Forward, Route
from genkan.program.translation import OneToOne, PortTranslation
from tests.engine.rows import BECAUSE, match, place, rules_of
from tests.engine.world import extended

WEB, WEB2, MUTE, BOX = (f"172.16.1.{last}" for last in (4, 6, 7, 8))
APP, ENDPOINT, DB, SIDE = "172.16.2.4", "172.16.2.5", "172.16.2.6", "172.16.3.4"
OUTSIDE, WEB_PUBLIC, NAT_PUBLIC = "198.51.100.10", "54.65.0.9", "54.65.0.10"
S3, RESOLVER, FAR = "52.219.0.7", "172.16.0.2", "10.2.0.4"
SENT_FROM = {
    "i-web": WEB, "i-web2": WEB2, "i-mute": MUTE, "i-box": BOX, "i-app": APP, "i-db": DB,
    "i-side": SIDE, "i-far": FAR, "outside": OUTSIDE,
}  # fmt: skip


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return Atlas(compile_network(Network.of(extended())).program)


def tcp(atlas: Atlas, origin: str, destination: str, port: int, source: str = "") -> Trace:
    sender = IPv4Address(source or SENT_FROM[origin])
    packet = Packet.to_port(sender, IPv4Address(destination), 6, port, 40_000)
    return walk(atlas, origin, packet, ("i-box",))


@pytest.mark.parametrize(
    ("origin", "destination", "port", "taken_at"),
    [
        ("i-app", DB, 80, "i-db"),
        ("i-mute", DB, 80, "i-db"),
        ("i-app", WEB, 80, "i-web"),
        ("i-app", ENDPOINT, 443, "vpc-1"),
        ("i-app", RESOLVER, 53, "vpc-1"),
        ("i-app", "169.254.169.253", 53, "vpc-1"),
        ("i-web", "169.254.169.254", 80, "vpc-1"),
        ("i-app", S3, 443, "vpce-s3"),
        ("i-web", S3, 443, "internet"),
        ("i-app", FAR, 80, "i-far"),
        ("i-app", OUTSIDE, 80, "outside"),
        ("i-web", OUTSIDE, 80, "outside"),
        ("outside", WEB_PUBLIC, 80, "i-web"),
        ("i-web", "54.65.0.11", 80, "i-web2"),
        ("i-side", DB, 80, "i-db"),
    ],
)
def test_what_is_let_through_arrives_and_is_answered(atlas, origin, destination, port, taken_at):
    trace = tcp(atlas, origin, destination, port)
    assert (trace.disposition, trace.arrived_at) == (Disposition.REACHED, taken_at), str(trace)
    assert trace.blockers == ()


@pytest.mark.parametrize(
    ("origin", "destination", "port", "stages"),
    [
        ("i-web", DB, 80, ["security-group-ingress"]),
        ("i-db", WEB, 80, ["security-group-egress"]),
        ("i-app", DB, 22, ["security-group-ingress"]),
        ("i-web", ENDPOINT, 443, ["endpoint"]),
        ("i-app", ENDPOINT, 8443, ["endpoint", "endpoint"]),
        ("i-app", "172.16.1.77", 80, ["route"]),
        ("i-app", "172.16.2.1", 443, ["route"]),
        ("i-mute", OUTSIDE, 80, ["internet-gateway"]),
        ("i-mute", S3, 443, ["internet-gateway"]),
        ("i-mute", FAR, 80, ["internet-gateway", "route"]),
        ("i-app", FAR, 22, ["security-group-ingress"]),
        ("outside", WEB_PUBLIC, 22, ["security-group-ingress"]),
        ("outside", NAT_PUBLIC, 80, ["endpoint"]),
        ("outside", APP, 80, ["route"]),
    ],
)
def test_what_is_stopped_says_by_what(atlas, origin, destination, port, stages):
    trace = tcp(atlas, origin, destination, port)
    assert trace.disposition is Disposition.STOPPED
    assert [step.stage for step in trace.forward if step.blocks] == stages, str(trace)


def test_every_step_says_what_decided(atlas):
    trace = tcp(atlas, "i-web", DB, 80)
    (stopped,) = (step for step in trace.forward if step.blocks)
    assert stopped.because == Because("network-interface", "eni-db")
    assert stopped.said == "no rule of sg-db allows it"
    assert "i-web" in str(trace)
    assert "[eni-db]" in str(trace)


def test_anothers_address_is_stopped_at_the_interface_and_the_walk_goes_on(atlas):
    trace = tcp(atlas, "i-app", DB, 80, source="172.16.2.99")
    assert [step.stage for step in trace.forward if step.blocks][:2] == [
        "source-dest-check",
        "security-group-ingress",
    ]
    pretended = tcp(atlas, "i-box", DB, 80, source=ENDPOINT)
    assert pretended.blockers[0].said.startswith(f"{ENDPOINT} is this place's own")


def test_a_gateway_shows_its_own_address_and_a_port_of_its_choice(atlas):
    trace = tcp(atlas, "i-app", OUTSIDE, 80)
    assert str(trace.arrived.source) == NAT_PUBLIC
    assert trace.arrived.source_port == (10_536, 65_535)
    low = walk(atlas, "i-app", Packet.to_port(IPv4Address(APP), IPv4Address(OUTSIDE), 17, 80, 500))
    assert low.arrived.source_port == (10_536, 65_535)


def test_a_middlebox_is_passed_only_where_its_program_passes_on(atlas):
    packet = Packet.to_port(IPv4Address(SIDE), IPv4Address(DB), 6, 80, 40_000)
    stopped = walk(atlas, "i-side", packet)
    assert stopped.blockers[0].place == "i-box"
    assert walk(atlas, "i-side", packet, ["i-box"]).disposition is Disposition.REACHED


def test_an_answer_that_knows_no_way_back_is_told_of(atlas):
    """The front subnet's table leads everything to the internet gateway, the far VPC too."""
    trace = tcp(atlas, "i-far", WEB, 80)
    assert (trace.disposition, trace.arrived_at) == (Disposition.UNANSWERED, "i-web")
    assert trace.blockers[0].place == "igw-1"


def test_an_icmp_question_is_answered_by_its_own_answer(atlas):
    for kind, wanted in ((8, Disposition.REACHED), (13, Disposition.STOPPED)):
        packet = Packet(IPv4Address(APP), IPv4Address(WEB), 1, icmp=(kind, 0))
        assert walk(atlas, "i-app", packet).disposition is wanted
    assert str(Packet(IPv4Address(APP), IPv4Address(WEB), 1, icmp=(8, 0))) == (
        "icmp 172.16.2.4 → 172.16.1.4 type 8 code 0"
    )


def test_an_address_of_ones_own_needs_no_way(atlas):
    trace = tcp(atlas, "i-app", APP, 1)
    assert (trace.disposition, trace.arrived_at) == (Disposition.REACHED, "i-app")


def test_an_answer_to_a_borrowed_address_reaches_somebody_else(atlas):
    trace = tcp(atlas, "i-box", WEB, 80, source=WEB2)
    assert trace.disposition is Disposition.UNANSWERED
    assert trace.blockers[0].said == "somebody else got the answer"


@pytest.mark.parametrize(
    ("ports", "verdict", "accepted"),
    [
        ((1024, 65535), Verdict.ACCEPT, True),
        ((1024, 65534), Verdict.ACCEPT, None),
        ((1, 1023), Verdict.ACCEPT, False),
        ((32768, 65535), Verdict.DROP, False),
    ],
)
def test_a_rule_that_takes_a_part_of_the_possible_ports_decides_neither_way(
    ports, verdict, accepted
):
    filters = rules_of("acl/ingress", match(ports=ports, protocol=6), verdict=verdict)
    atlas = Atlas(Program([place("vpc-1"), filters]))
    source, destination = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
    packet = Packet(source, destination, 6, (80, 80), (1024, 65535))
    assert ruling(atlas, "vpc-1", ("acl/ingress",), packet, source).accepted is accepted


def test_a_match_asks_every_field():
    atlas = Atlas(Program([place("vpc-1")]))
    source, destination = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
    packet = Packet.to_port(source, destination, 17, 53, 40_000)
    for wanted, truth in (
        (match(), Truth.YES),
        (match(remote="10.0.0.0/31"), Truth.YES),
        (match(remote="10.0.0.2/31"), Truth.NO),
        (match(remote="::/0"), Truth.NO),
        (match(remote="@nobody"), Truth.NO),
        (match(protocol=6), Truth.NO),
        (match(protocol=17, ports=(53, 53)), Truth.YES),
        (match(protocol=17, ports=(54, 60)), Truth.NO),
        (match(protocol=1, icmp=(-1, -1)), Truth.NO),
    ):
        assert matches(atlas, "vpc-1", wanted, packet, source) is truth, wanted


def two_routers(back: str) -> Program:
    """Give two routers that send to each other, or to an inspection."""
    ends = [End(place=name, name=f"to-{name}", mac="06:0") for name in ("vpc-1", back)]
    ways = [("vpc-1", "to-vpc-1"), *([(back, f"to-{back}")] if back == "vpc-2" else [])]
    return Program(
        [
            place("vpc-1"),
            Place(because=BECAUSE, id=back, kind=PlaceKind.VPC, forwards=back == "vpc-2"),
            Place(because=BECAUSE, id="i-1", kind=PlaceKind.INSTANCE, forwards=False),
            Link(because=BECAUSE, id="l", left=ends[0], right=ends[1]),
            Link(
                because=BECAUSE,
                id="i",
                left=End(place="vpc-1", name="eni", mac="06:1"),
                right=End(
                    place="i-1", name="eth0", mac="06:2", addresses=(IPv4Address("10.0.0.4"),)
                ),
            ),
            *(
                Route(
                    because=BECAUSE,
                    place=at,
                    table=PLACE_TABLE,
                    destination=match(remote="0.0.0.0/0").remote,
                    action=Forward(interface),
                )
                for at, interface in (*ways, ("i-1", "eth0"))
            ),
        ]
    )


def sent(program: Program) -> Trace:
    source, destination = IPv4Address("10.0.0.4"), IPv4Address("10.9.0.9")
    return walk(Atlas(program), "i-1", Packet.to_port(source, destination, 6, 80, 40_000))


def test_what_goes_round_for_ever_is_found_out():
    assert sent(two_routers("vpc-2")).blockers[-1].said == "it goes round for ever"


@pytest.mark.parametrize(
    ("fleet", "outcome"), [("eni-glb", Outcome.PASSED), (None, Outcome.DROPPED)]
)
def test_appliances_are_taken_to_pass_where_there_are_any(fleet, outcome):
    inspection = Inspection(
        because=BECAUSE,
        place="vpce-1",
        interface="to-vpce-1",
        router="06:0",
        endpoint=1,
        attachment=1,
        fleet=fleet,
        mtu=8500,
    )
    program = Program([*two_routers("vpce-1"), inspection])
    steps = [step for step in sent(program).forward if step.place == "vpce-1"]
    assert steps[0].outcome is outcome


def test_a_route_to_what_is_not_there_ends_the_way():
    program = Program(one for one in two_routers("vpc-2") if one.key != ("link", "l"))
    assert sent(program).blockers[-1].said == "to-vpc-1 is not there"


def foreign(atlas: Atlas, foreign: bool) -> Trace:
    """Ask the resolver of vpc-1 over the peering connection's link, as foreign or not."""
    link = atlas.find(Link, "pcx-1")
    changed = Program([*atlas.program, replace(link, foreign=foreign)])
    route = Route(
        because=BECAUSE,
        place="vpc-2",
        table="rtb-far",
        destination=match(remote=f"{RESOLVER}/32").remote,
        action=Forward("pcx-1"),
    )
    return tcp(Atlas(Program([*changed, route])), "i-far", RESOLVER, 53)


def test_own_services_answer_nobody_from_beyond(atlas):
    assert foreign(atlas, True).blockers[0].code is Code.NOT_FROM_BEYOND
    assert Code.NOT_FROM_BEYOND not in {step.code for step in foreign(atlas, False).forward}


def test_a_gateway_with_several_addresses_gives_one_of_them(atlas):
    own = next(iter(atlas.program.of(PortTranslation)))
    more = replace(own, others=(IPv4Address("172.16.1.99"),))
    packet = Packet.to_port(IPv4Address(APP), IPv4Address(OUTSIDE), 6, 80, 40_000)
    found = walks(Atlas(Program([*atlas.program, more])), "i-app", packet)
    assert [trace.turns for trace in found] == [(2,), (2,)]
    assert {trace.disposition for trace in found} == {Disposition.REACHED, Disposition.STOPPED}


def test_a_gateway_takes_nothing_in_for_an_address_that_it_translates_for_nobody(atlas):
    """Not even where a route of the internet leads to the private address."""
    gateway = next(one.place for one in atlas.program.of(OneToOne))
    lead = Route(
        because=BECAUSE,
        place="internet",
        table=PLACE_TABLE,
        destination=host_block(IPv4Address(DB)),
        action=Forward(gateway),
    )
    program = Program([*atlas.program, lead])
    one = tcp(Atlas(program), "outside", DB, 80)
    codes = [step.code for step in one.blockers if step.stage == "internet-gateway"]
    assert codes == [Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS], str(one)
    sets = Sets(Atlas(program), [Source("outside", IPv4Address(OUTSIDE))])
    assert not sets.to(IPv4Address(DB)).arrivals
