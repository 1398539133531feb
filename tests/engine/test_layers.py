"""Ordered rules laid in layers decide as they do in order."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from genkan.analysis.atlas import Atlas
from genkan.analysis.matching import Truth, matches
from genkan.analysis.packet import Packet
from genkan.engine.linux.layers import laid, maps, meet
from genkan.program import Because, Program
from genkan.program.address import Block
from genkan.program.filter import Match, Rule, Verdict

BLOCKS = tuple(
    map(ip_network, ("10.0.0.0/8", "10.1.0.0/16", "10.1.1.1/32", "0.0.0.0/0", "fd00::/8", "::/0"))
)
PORTS = (None, (22, 22), (1, 65535), (80, 443), (443, 8080))
KINDS = (None, (-1, -1), (8, -1), (8, 0), (0, 0))
NOWHERE = Atlas(Program())


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    found = []
    for number in range(draw(st.integers(0, 12))):
        protocol = draw(st.sampled_from((None, 6, 17, 1)))
        one = Match(
            remote=draw(st.sampled_from(BLOCKS)),
            protocol=protocol,
            ports=draw(st.sampled_from(PORTS)) if protocol in (6, 17) else None,
            icmp=draw(st.sampled_from(KINDS)) if protocol == 1 else None,
        )
        verdict = draw(st.sampled_from(Verdict))
        found.append(Rule(match=one, verdict=verdict, because=Because("acl", "a", str(number))))
    return found


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    block: Block = draw(st.sampled_from(BLOCKS))
    source = block[draw(st.sampled_from((0, min(1, block.num_addresses - 1), -1)))]
    protocol = draw(st.sampled_from((6, 17, 1, 47)))
    if protocol == 1:
        return Packet(source, source, 1, (1, 1), None, draw(st.sampled_from(((8, 0), (0, 0)))))
    port = draw(st.sampled_from((1, 21, 22, 23, 80, 443, 444, 8080, 65535)))
    return Packet.to_port(source, source, protocol, port, 40_000)


def first(among: list[Rule], packet: Packet) -> list[Rule]:
    found = [
        one for one in among if matches(NOWHERE, "", one.match, packet, packet.source) is Truth.YES
    ]
    return found[:1]


@given(rules(), packets())
def test_the_first_layer_with_a_match_has_the_one_that_is_first_in_order(
    ordered: list[Rule], packet: Packet
) -> None:
    in_layers = [one for layer in laid(ordered) for one in first(layer, packet)]
    assert in_layers[:1] == first(ordered, packet)


@given(rules())
def test_no_packet_matches_two_rules_of_a_layer(ordered: list[Rule]) -> None:
    for layer in laid(ordered):
        assert not any(meet(one, other) for one in layer for other in layer if one is not other)
        assert sorted(map(id, layer)) == sorted(id(one) for alike in maps(layer) for one in alike)


def test_forty_entries_beside_each_other_and_the_rest_are_two_layers() -> None:
    beside = [
        Rule(
            match=Match(remote=ip_network(f"10.{number}.0.0/16"), protocol=6, ports=(80, 80)),
            verdict=Verdict.DROP,
            because=Because("acl", "a", str(number)),
        )
        for number in range(40)
    ]
    rest = Rule(
        match=Match(remote=BLOCKS[3]), verdict=Verdict.ACCEPT, because=Because("acl", "a", "rest")
    )
    assert [len(list(maps(layer))) for layer in laid([*beside, rest])] == [1, 1]
