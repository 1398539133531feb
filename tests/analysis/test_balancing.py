"""Walks through a load balancer: who may be handed a connection, as whom, and what stops it."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from genkan.analysis import Atlas, Code, Disposition, Packet, Trace, walk, walks
from genkan.analysis.sets import Sets, Source
from genkan.program import Entry, Program
from genkan.program.balancing import (
    BalancedPort,
    BalancedTarget,
    Balancer,
    Intake,
    RelayedPort,
    RelayedTarget,
)
from genkan.program.place import End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, AnswerChoice, Forward, Route
from tests.engine.rows import BECAUSE, guard, match, place, rules_of

NODE, CLIENT, ONE, TWO = (f"10.0.0.{last}" for last in (5, 4, 8, 9))
ENDPOINT, TENANT = "10.0.0.70", "10.0.0.8"  # of another VPC, whose addresses are the same
HOSTS = {"i-client": ("vpc-1", CLIENT), "i-one": ("vpc-1", ONE), "i-two": ("vpc-1", TWO)}
TARGETS = (
    BalancedTarget(address=IPv4Address(ONE), port=8080),
    BalancedTarget(address=IPv4Address(TWO), port=8080, keeps_source=True),
)
PORT = BalancedPort(
    because=BECAUSE, place="node", protocol=6, port=80, targets=TARGETS, idle=350, by_source=False
)
INTAKE = Intake(because=BECAUSE, place="node", interface="eni-vpce", filters=("sg/ingress",))


def route(at: str, to: str, interface: str, table: str = PLACE_TABLE) -> Route:
    destination = match(remote=to if "/" in to else f"{to}/32").remote
    action = Forward(interface)
    return Route(because=BECAUSE, place=at, table=table, destination=destination, action=action)


def link(name: str, left: str, right: str, device: str, *addresses: str) -> Link:
    held = tuple(map(IPv4Address, addresses))
    return Link(
        because=BECAUSE,
        id=name,
        left=End(place=left, name=name, mac="06:1"),
        right=End(place=right, name=device, mac="06:2", addresses=held),
    )


def host(name: str, vpc: str, address: str) -> list[Entry]:
    return [
        Place(because=BECAUSE, id=name, kind=PlaceKind.INSTANCE, forwards=False),
        link(f"eni-{name}", vpc, name, "eth0", address),
        route(vpc, address, f"eni-{name}"),
        route(name, "0.0.0.0/0", "eth0"),
    ]


def network(*more: Entry) -> Atlas:
    """Give a VPC with a node and hosts, and a tenant's VPC with an endpoint to the node."""
    kind = PlaceKind.NETWORK_LOAD_BALANCER_NODE
    return Atlas(
        Program(
            [
                place("vpc-1"),
                place("vpc-2"),
                Place(because=BECAUSE, id="node", kind=kind, forwards=True),
                link("eni-node", "vpc-1", "node", "eth0"),
                link("eni-vpce", "vpc-2", "node", "eni-vpce"),
                route("vpc-1", NODE, "eni-node"),
                route("vpc-1", "0.0.0.0/0", "eni-node", "answers"),
                route("vpc-2", ENDPOINT, "eni-vpce"),
                route("node", "0.0.0.0/0", "eth0"),
                route("node", "0.0.0.0/0", "eni-vpce", "answers/eni-vpce"),
                AnswerChoice(
                    because=BECAUSE, place="node", interface="eni-vpce", table="answers/eni-vpce"
                ),
                AnswerChoice(because=BECAUSE, place="vpc-1", interface="eni-node", table="answers"),
                *(entry for name, where in HOSTS.items() for entry in host(name, *where)),
                *host("i-tenant", "vpc-2", TENANT),
                Balancer(
                    because=BECAUSE, place="node", interface="eth0", addresses=(IPv4Address(NODE),)
                ),
                replace(rules_of("sg/ingress", match(remote=f"{TENANT}/32")), place="node"),
                INTAKE,
                PORT,
                *more,
            ]
        )
    )


def sent(atlas: Atlas, origin: str, source: str, to: str, port: int = 80) -> list[Trace]:
    packet = Packet.to_port(IPv4Address(source), IPv4Address(to), 6, port, 40_000)
    return walks(atlas, origin, packet)


def test_a_connection_may_go_to_each_target():
    traces = sent(network(), "i-client", CLIENT, NODE)
    assert {trace.arrived_at for trace in traces} == {"i-one", "i-two"}
    assert {trace.disposition for trace in traces} == {Disposition.REACHED}


def test_a_target_sees_the_load_balancer_unless_it_keeps_the_source():
    seen = {t.arrived_at: str(t.arrived.source) for t in sent(network(), "i-client", CLIENT, NODE)}
    assert seen == {"i-one": NODE, "i-two": CLIENT}


def test_through_an_endpoint_no_target_sees_the_client_and_answers_go_back_to_it():
    traces = sent(network(), "i-tenant", TENANT, ENDPOINT)
    assert {str(trace.arrived.source) for trace in traces} == {NODE}
    assert {trace.disposition for trace in traces} == {Disposition.REACHED}, str(traces[0])


def test_a_client_that_is_its_own_target_gets_no_answer_where_its_source_is_kept():
    by_target = {trace.arrived_at: trace for trace in sent(network(), "i-two", TWO, NODE)}
    (blocker,) = by_target["i-two"].blockers[:1]
    assert blocker.code is Code.OWN_SOURCE
    assert by_target["i-one"].disposition is Disposition.REACHED


@pytest.mark.parametrize(
    ("more", "origin", "source", "to", "port", "code"),
    [
        ((), "i-client", CLIENT, NODE, 81, Code.ELBV2_LISTENERS_MISMATCH),
        ((), "i-tenant", "10.0.0.99", ENDPOINT, 80, Code.NLB_SG_PRIVATELINK),
        ([replace(PORT, targets=())], "i-client", CLIENT, NODE, 80, Code.ELBV2_NO_TARGETS_IN_AZ),
        (
            [route("vpc-1", "10.0.0.6", "eni-node")],
            "i-client",
            CLIENT,
            "10.0.0.6",
            80,
            Code.NO_ENI_AT_ADDRESS,
        ),
    ],
)
def test_what_a_load_balancer_does_not_take_is_told(more, origin, source, to, port, code):
    trace = sent(network(*more), origin, source, to, port)[0]
    assert trace.blockers[0].code is code, str(trace)


def test_an_intake_without_filters_takes_all():
    trace = sent(network(replace(INTAKE, filters=None)), "i-tenant", "10.0.0.99", ENDPOINT)[0]
    assert Code.NLB_SG_PRIVATELINK not in {step.code for step in trace.forward}
    assert trace.disposition is Disposition.UNANSWERED


@pytest.mark.parametrize("protocol", [6, 17])
def test_a_relay_hands_on_what_is_of_its_protocol_as_the_load_balancer(protocol):
    port = RelayedPort(
        because=BECAUSE,
        place="node",
        address=IPv4Address(NODE),
        sources=(IPv4Address(NODE),),
        protocol=protocol,
        port=5555,
        targets=(RelayedTarget(address=IPv4Address(TWO), port=8443),),
        idle=350,
    )
    packet = Packet.to_port(IPv4Address(CLIENT), IPv4Address(NODE), protocol, 5555, 40_000)
    (trace,) = walks(network(port), "i-client", packet)
    assert (trace.arrived_at, str(trace.arrived.source)) == ("i-two", NODE)
    other = replace(packet, protocol=23 - protocol)
    assert walks(network(port), "i-client", other)[0].blockers[0].code is (
        Code.ELBV2_LISTENERS_MISMATCH
    )


def test_a_relay_hands_streams_on_as_the_load_balancer():
    port = RelayedPort(
        because=BECAUSE,
        place="node",
        address=IPv4Address(NODE),
        sources=(IPv4Address(NODE),),
        port=443,
        targets=(RelayedTarget(address=IPv4Address(TWO), port=8443, tells_source=True),),
        idle=350,
    )
    (trace,) = sent(network(port), "i-client", CLIENT, NODE, 443)
    assert (trace.arrived_at, str(trace.arrived.source)) == ("i-two", NODE)
    assert trace.disposition is Disposition.REACHED


def test_what_answers_nothing_is_reset():
    answer = Packet.to_port(IPv4Address(CLIENT), IPv4Address(NODE), 6, 80, 40_000)
    trace = walk(network(), "i-client", replace(answer, is_answer=True))
    node = [step for step in trace.forward if step.place == "node" and step.blocks]
    assert node[0].code is Code.ANSWER_OF_NO_CONNECTION


def test_sets_hold_a_flow_for_open_where_every_target_takes_it():
    """The second target's groups let one of two clients in: it sees who they are."""
    other = "10.0.0.6"
    entries = [
        PORT,
        *host("i-other", "vpc-1", other),
        guard("eni-i-two", filters=("two/ingress",)),
        rules_of("two/ingress", match(remote=f"{CLIENT}/32")),
    ]
    atlas = network(*entries)
    clients = [Source("i-client", IPv4Address(CLIENT)), Source("i-other", IPv4Address(other))]
    sets = Sets(atlas, clients)
    assert len(sets.parties) == 1
    for client, is_open in zip(clients, (True, False), strict=True):
        packet = Packet.to_port(client.address, IPv4Address(NODE), 6, 80, 40_000)
        assert sets.verdict(client, packet) is is_open
        stopped = [bool(trace.blockers) for trace in walks(atlas, client.origin, packet)]
        assert stopped == [False, not is_open]
