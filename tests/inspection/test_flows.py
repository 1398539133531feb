"""Keys of packets, and the appliances that flows go to."""

import socket
import struct
from collections import Counter
from dataclasses import replace
from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.inspection.flows import Appliances, FlowTable, new_flow
from genkan.inspection.packets import key_of, limit_segment_size, reverse
from genkan.program import Because
from genkan.program.inspection import Appliance, Fleet, Inspection, Stickiness

BECAUSE = Because("load-balancer", "arn")
A, B, C = (IPv4Address(f"10.0.0.{last}") for last in (1, 2, 3))
ENTRY = Inspection(
    because=BECAUSE,
    place="vpce-1",
    interface="eth0",
    router="06:00:00:00:00:01",
    endpoint=1,
    attachment=2,
    fleet="eni-1",
    mtu=8500,
)


def packet(source: str, target: str, protocol: int, *ports: int, fragment: int = 0) -> memoryview:
    ends = ip_address(source).packed + ip_address(target).packed
    payload = struct.pack("!HH", *ports) + bytes(16) if ports else bytes(20)
    if len(ends) == 8:
        start = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, fragment, 64, protocol, 0)
        return memoryview(bytearray(start + ends + payload))
    start = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64)
    return memoryview(bytearray(start + ends + payload))


def key(source: str, target: str, protocol: int, *ports: int) -> bytes:
    found = key_of(packet(source, target, protocol, *ports))
    assert found is not None
    return found


def fleet(*healthy: IPv4Address, sick: tuple[IPv4Address, ...] = (), **more) -> Fleet:
    rows = {address: address not in sick for address in (*healthy, *sick)}
    return Fleet(
        because=BECAUSE,
        place="eni-1",
        address=IPv4Address("10.0.0.9"),
        port=6081,
        appliances=tuple(Appliance(address=one, healthy=rows[one]) for one in sorted(rows)),
        **{"delay": 300, "idle": 350, **more},
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("10.0.0.1", "10.0.0.2", 6, 1000, 80), ("10.0.0.2", "10.0.0.1", 6, 80, 1000), True),
        (("10.0.0.1", "10.0.0.2", 6, 1000, 80), ("10.0.0.1", "10.0.0.2", 17, 1000, 80), False),
        (("10.0.0.1", "10.0.0.2", 1), ("10.0.0.2", "10.0.0.1", 1), True),
        (("fd00::1", "fd00::2", 17, 9, 53), ("fd00::2", "fd00::1", 17, 53, 9), True),
        (("fd00::1", "fd00::2", 17, 9, 53), ("fd00::2", "fd00::1", 17, 53, 8), False),
    ],
)
def test_the_two_directions_of_a_flow_have_each_others_keys(one, other, same):
    assert (reverse(key(*one)) == key(*other)) is same
    ours, theirs = new_flow(ENTRY, key(*one)), new_flow(ENTRY, key(*other))
    assert (ours.options == theirs.options) is same


def test_all_fragments_of_a_packet_go_the_same_way():
    first = packet("10.0.0.1", "10.0.0.2", 17, 5, 6, fragment=0x2000)
    last = packet("10.0.0.1", "10.0.0.2", 17, fragment=0x0010)
    assert key_of(first) == key_of(last)


@pytest.mark.parametrize(
    "what",
    [
        b"",
        bytes(40),
        b"\x45" + bytes(10),
        bytes(packet("10.0.0.1", "224.0.0.5", 17, 1, 2)),
        bytes(packet("fe80::1", "ff02::2", 58)),
        b"\x41" + bytes(packet("10.0.0.1", "10.0.0.2", 6, 1, 2))[1:],
    ],
)
def test_what_is_for_nobody_alone_is_in_no_flow(what):
    assert key_of(memoryview(what)) is None


@given(st.binary(max_size=120))
def test_any_bytes_have_a_key_or_none(data):
    for first in (b"\x45", b"\x4f", b"\x60", b"\x60\x00\x00\x00\x00\x10\x2c"):
        whole = memoryview(bytearray(first + data))
        found = key_of(whole)
        assert found is None or (len(found) in (13, 37) and reverse(reverse(found)) == found)
        if found:
            limit_segment_size(whole, 8500)


@pytest.mark.parametrize(
    ("source", "target", "stuffing", "announced", "after"),
    [
        ("10.0.0.1", "10.0.0.2", b"", 8961, 8460),
        ("10.0.0.1", "10.0.0.2", b"\x01", 8961, 8460),
        ("10.0.0.1", "10.0.0.2", b"\x01\x01\x04\x02", 1460, 1460),
        ("fd00::1", "fd00::2", b"\x01", 8941, 8440),
    ],
)
def test_a_syn_announces_no_segment_that_would_not_pass(source, target, stuffing, announced, after):
    option = stuffing + struct.pack("!BBH", 2, 4, announced)
    option += b"\x01" * (-len(option) % 4)
    words = (5 + len(option) // 4) << 12 | 0x02
    tcp = struct.pack("!HHIIHHHH", 1000, 80, 1, 0, words, 65535, 0, 0) + option
    ends = ip_address(source).packed + ip_address(target).packed
    tcp = tcp[:16] + struct.pack("!H", checksum(ends, tcp)) + tcp[18:]
    head = bytes(packet(source, target, 6))[: 20 if len(ends) == 8 else 40]
    whole = memoryview(bytearray(head + tcp))
    limit_segment_size(whole, 8500)
    changed = bytes(whole)[len(head) :]
    assert struct.unpack_from("!H", changed, 22 + len(stuffing)) == (after,)
    assert checksum(ends, changed) == 0


def checksum(ends: bytes, segment: bytes) -> int:
    whole = ends + struct.pack("!II", len(segment), socket.IPPROTO_TCP) + segment
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def keys(count: int) -> list[bytes]:
    return [key("10.1.0.1", "10.2.0.1", 6, 1000 + number, 80) for number in range(count)]


def test_flows_are_shared_evenly_and_both_directions_alike():
    appliances = Appliances(fleet(A, B, C))
    chosen = Counter(appliances.choose(one) for one in keys(3000))
    assert set(chosen) == {A, B, C}
    assert min(chosen.values()) > 850
    assert all(appliances.choose(one) == appliances.choose(reverse(one)) for one in keys(50))


def test_one_that_goes_moves_no_flow_of_the_others():
    before, after = Appliances(fleet(A, B, C)), Appliances(fleet(A, C))
    for one in keys(300):
        if before.choose(one) != B:
            assert after.choose(one) == before.choose(one)


@pytest.mark.parametrize(
    ("stickiness", "by_port", "by_protocol"),
    [
        (Stickiness.FIVE_TUPLE, True, True),
        (Stickiness.THREE_TUPLE, False, True),
        (Stickiness.TWO_TUPLE, False, False),
    ],
)
def test_stickiness_says_what_of_a_packet_decides(stickiness, by_port, by_protocol):
    appliances = Appliances(fleet(A, B, C, stickiness=stickiness))
    ports = {appliances.choose(one) for one in keys(40)}
    protocols = {
        appliances.choose(key("10.1.0.1", "10.2.0.1", protocol)) for protocol in range(40, 80)
    }
    assert (len(ports) > 1, len(protocols) > 1) == (by_port, by_protocol)


def test_new_flows_go_to_the_healthy_and_to_any_when_none_is():
    assert {Appliances(fleet(A, sick=(B,))).choose(one) for one in keys(40)} == {A}
    assert {Appliances(fleet(sick=(A, B))).choose(one) for one in keys(40)} == {A, B}
    assert Appliances(fleet()).choose(keys(1)[0]) is None


@pytest.mark.parametrize(
    ("before", "after", "seconds", "kept", "rebalanced"),
    [
        ("well", fleet(A, B), 0, True, True),
        ("sick", fleet(B, sick=(A,)), 0, True, False),
        ("all sick", fleet(sick=(A, B)), 0, True, True),
        ("gone", fleet(B), 299, True, True),
        ("gone for long", fleet(B), 300, True, False),
    ],
)
def test_a_flow_stays_unless_it_is_to_be_balanced_anew(before, after, seconds, kept, rebalanced):
    for rebalance, stays in ((False, kept), (True, rebalanced)):
        appliances = Appliances(fleet(A, B, rebalance=rebalance))
        appliances.change(replace(after, rebalance=rebalance), now=1000.0)
        appliances.tick(1000.0 + seconds)
        assert appliances.keeps(A) is stays, before


def test_a_table_holds_so_many_flows_and_the_longest_silent_makes_room():
    table = FlowTable(most=3)
    flows = [new_flow(ENTRY, one) for one in keys(4)]
    for number, flow in enumerate(flows[:3]):
        assert list(table.add(flow, number)) == []
    assert list(table.add(flows[3], 3.0)) == [flows[0]]
    assert len(table) == 3
    assert len(table.by_key) == 6
    assert table.by_key[reverse(flows[3].key)] is flows[3]


def test_a_flow_is_kept_as_long_as_it_speaks():
    table = FlowTable()
    speaks, silent = (new_flow(ENTRY, one) for one in keys(2))
    other = new_flow(ENTRY, key("10.1.0.1", "10.2.0.1", 17, 1, 2))
    for flow in (speaks, silent, other):
        table.add(flow, 0.0)
    speaks.seen = 340.0
    assert table.expire(119.0, 350) == []
    assert table.expire(120.0, 350) == [other]
    assert table.expire(351.0, 350) == [silent]
    assert table.expire(689.0, 350) == []
    assert table.expire(690.0, 350) == [speaks]
    assert table.by_key == {}
