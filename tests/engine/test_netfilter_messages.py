"""Messages of netfilter, as the kernel writes them, read."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.engine.linux import ctnetlink, nflog
from genkan.engine.linux.nfnetlink import attribute, messages
from genkan.engine.traffic import Flow

PORTS = st.integers(0, 65535)
NESTED = 0x8000


def a_tuple(kind: int, flow: Flow, swapped: bool = False) -> bytes:
    """Write a tuple; `swapped`: its attributes in another order than the kernel's."""
    first = 1 if len(flow.source) == 4 else 3
    addresses = attribute(first, flow.source) + attribute(first + 1, flow.destination)
    if flow.protocol in (1, 58):
        kinds = (5, 6) if flow.protocol == 1 else (8, 9)
        rest = [attribute(n, bytes([value])) for n, value in zip(kinds, flow[3:], strict=True)]
    else:
        rest = [
            attribute(n, struct.pack(">H", value))
            for n, value in zip((2, 3), flow[3:], strict=True)
        ]
    parts = [attribute(1, bytes([flow.protocol])), *rest]
    ordered = parts[::-1] if swapped else parts
    inside = attribute(NESTED | 1, addresses) + attribute(NESTED | 2, b"".join(ordered))
    return attribute(NESTED | kind, inside)


def a_connection(flow: Flow, swapped: bool = False) -> bytes:
    """Write what the kernel says when a connection ends."""
    eight = [struct.pack(">Q", number) for number in (5, 500, 4, 900, 1_500_000_000, 9_000_000_000)]
    return b"".join(
        (
            bytes(4),
            a_tuple(1, flow, swapped),
            a_tuple(2, flow.back, swapped),
            attribute(12, struct.pack(">I", 77)),
            attribute(NESTED | 9, attribute(1, eight[0]) + attribute(2, eight[1])),
            attribute(NESTED | 10, attribute(1, eight[2]) + attribute(2, eight[3])),
            attribute(NESTED | 20, attribute(1, eight[4]) + attribute(2, eight[5])),
            attribute(NESTED | 4, attribute(NESTED | 1, attribute(1, bytes([7])))),
        )
    )


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    size = draw(st.sampled_from([4, 16]))
    protocol = draw(st.sampled_from([6, 17, 1 if size == 4 else 58]))
    port = st.integers(0, 255) if protocol in (1, 58) else PORTS
    ends = st.binary(min_size=size, max_size=size)
    return Flow(draw(ends), draw(ends), protocol, draw(port), draw(port))


@given(flows(), st.booleans())
def test_a_connection_is_read_whatever_the_order_of_its_attributes(
    flow: Flow, swapped: bool
) -> None:
    data = b"before!!" + a_connection(flow, swapped)
    one = ctnetlink.read(data, 8, len(data))
    assert one.asks == flow
    assert one.answers == flow.back
    assert (one.packets, one.bytes, one.packets_back, one.bytes_back) == (5, 500, 4, 900)
    assert (one.id, one.began, one.ended, one.state) == (77, 1.5, 9.0, "closed")


def logged(prefix: str, packet: bytes) -> bytes:
    return b"".join(
        (
            bytes(4),
            attribute(10, prefix.encode() + b"\0"),
            attribute(4, struct.pack(">I", 3)),
            attribute(9, packet),
        )
    )


def a_packet(protocol: int, rest: bytes, version: int = 4) -> bytes:
    if version == 4:
        head = struct.pack(">BBHHHBBH", 0x46, 0, 24 + len(rest), 0, 0, 64, protocol, 0)
        return head + b"\x0a\0\0\1\x0a\0\0\2" + bytes(4) + rest
    return (
        struct.pack(">IHBB", 6 << 28, len(rest), protocol, 64)
        + bytes(15)
        + b"\1"
        + bytes(16)
        + rest
    )


SYN = struct.pack(">HHIIBBHHH", 4000, 443, 0, 0, 0x50, 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("packet", "ports", "flags", "size"),
    [
        (a_packet(6, SYN), (4000, 443), 2, 44),
        (a_packet(6, SYN, 6), (4000, 443), 2, 60),
        (a_packet(6, SYN)[:2] + b"\0\0" + a_packet(6, SYN)[4:], (4000, 443), 2, 65_536),
        (a_packet(17, struct.pack(">HHHH", 53, 54, 8, 0)), (53, 54), 0, 32),
        (a_packet(1, b"\x08\0\0\0"), (8, 0), 0, 28),
        (a_packet(6, b"\0"), (0, 0), 0, 25),
        (a_packet(47, b"\0\0\0\0"), (0, 0), 0, 28),
    ],
)
def test_a_drop_is_read_with_its_flow(packet, ports, flags, size) -> None:
    data = logged("+endpoint|nothing listens here", packet)
    one = nflog.read(data, 0, len(data), 9.0, {3: "gk-1"}.get)
    assert one is not None
    assert (one.stage, one.because, one.beyond) == ("endpoint", "nothing listens here", True)
    assert (one.flow.source_port, one.flow.destination_port) == ports
    assert (one.tcp_flags, one.size, one.entered, one.leaving) == (flags, size, "gk-1", None)


@pytest.mark.parametrize(
    ("prefix", "packet"), [("somebody else's", a_packet(6, SYN)), ("endpoint|why", b"\x45\0")]
)
def test_what_is_not_ours_or_no_packet_is_passed_over(prefix: str, packet: bytes) -> None:
    data = logged(prefix, packet)
    assert nflog.read(data, 0, len(data), 9.0, {}.get) is None


@given(st.binary(max_size=200))
def test_a_torn_message_is_no_message(data: bytes) -> None:
    assert all(end <= len(data) for _, _, end, _ in messages(data))
