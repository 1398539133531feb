"""Keys and values that programs at devices read: what they add to sums must make them right."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from genkan.engine.linux.shortcut import maps
from genkan.engine.linux.shortcut.maps import FlowState, Hop, Tuple

ADDRESSES = st.binary(min_size=4, max_size=4)
PORTS = st.integers(0, 65_535)
TUPLES = st.builds(Tuple, st.sampled_from([6, 17]), ADDRESSES, ADDRESSES, PORTS, PORTS)


def summed(data: bytes) -> int:
    """Sum as RFC 1071 does."""
    total = sum(struct.unpack(f"={len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return total


def header(flow: Tuple, ttl: int, check: int = 0) -> bytes:
    fixed = struct.pack("!BBHHHBB", 0x45, 0, 1500, 7, 0x4000, ttl, flow.protocol)
    return fixed + struct.pack("=H", check) + flow.source + flow.destination


@given(TUPLES, TUPLES, st.integers(2, 255))
def test_a_header_stays_right_when_a_hop_changes_it(old: Tuple, new: Tuple, ttl: int) -> None:
    new = Tuple(old.protocol, new.source, new.destination, new.source_port, new.destination_port)
    check = summed(header(old, ttl)) ^ 0xFFFF
    (added,) = struct.unpack_from("=I", maps.hop_value(Hop(old, new), 1, 2, 3), 68)
    total = (check ^ 0xFFFF) + added
    total = (total >> 16) + (total & 0xFFFF)
    total = (total >> 16) + (total & 0xFFFF)
    assert summed(header(new, ttl - 1, total ^ 0xFFFF)) == 0xFFFF


@given(TUPLES, TUPLES)
def test_sums_of_addresses_and_ports_change_by_what_they_differ(old: Tuple, new: Tuple) -> None:
    value = maps.hop_value(Hop(old, new), 1, 2, 3)
    addresses, ports = struct.unpack_from("=II", value, 72)
    for added, parts in (
        (addresses, [one.source + one.destination for one in (old, new)]),
        (ports, [one.ports for one in (old, new)]),
    ):
        before, after = map(summed, parts)
        assert (before + added - after) % 0xFFFF == 0


SIX = st.binary(min_size=16, max_size=16)
OF_IPV6 = st.builds(Tuple, st.sampled_from([6, 17]), SIX, SIX, PORTS, PORTS)


@given(st.integers(1, maps.MOST_PLACES - 1), st.integers(1, 1 << 31), TUPLES | OF_IPV6)
def test_a_key_is_read_as_it_was_written(place: int, device: int, flow: Tuple) -> None:
    assert maps.read_key(maps.key(place, device, flow)) == (place, device, flow)


def test_a_flow_is_read_as_it_was_written() -> None:
    flow = FlowState(3, maps.HANDED, 10**12)
    assert FlowState.read(flow.value) == flow
