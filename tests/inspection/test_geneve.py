"""GENEVE, byte for byte."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.inspection.geneve import IPV4, IPV6, header, options, unwrap

NUMBER = st.integers(0, 2**64 - 1)
OURS = options(0x0606060606060601, 5, 0xC00C1E)


def test_a_header_is_as_rfc_8926_and_the_appliances_know_it():
    assert header(IPV4, OURS).hex(" ", 4) == (
        "08000800 00000000 01080102 06060606 06060601 01080202 00000000 00000005 01080301 00c00c1e"
    )
    assert header(IPV6, OURS)[2:4].hex() == "86dd"


@given(NUMBER, NUMBER, st.integers(0, 2**32 - 1), st.permutations([0, 1, 2, 3]), st.binary())
def test_options_are_read_in_any_order_among_others(endpoint, attachment, cookie, order, payload):
    written = options(endpoint, attachment, cookie)
    other = struct.pack("!HBB4x", 0x0109, 1, 1)
    parts = [written[:12], written[12:24], written[24:], other]
    block = b"".join(parts[number] for number in order)
    read = unwrap(header(IPV4, block) + payload)
    assert read is not None
    assert (read.options, read.start) == (written, 8 + 40)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x08\x00\x08\x00",
        header(IPV4, OURS)[:20],
        header(0x6558, OURS),  # Ethernet inside
        b"\x48" + header(IPV4, OURS)[1:],  # another version
        b"\x08\x80" + header(IPV4, OURS)[2:],  # a control packet
        header(IPV4, OURS[:24]),
        header(IPV4, OURS[:24] + OURS[:12]),  # one twice, and none of the third
        header(IPV4, OURS[:-8] + b"\x01\x08\x03\x0a" + OURS[-4:]),  # longer than there is
        header(IPV4, OURS[:-8] + b"\x01\x08\x03\x00" + b"\x01\x09\x03\x00"),
    ],
)
def test_what_is_not_whole_is_not_read(datagram):
    assert unwrap(datagram) is None


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_not(datagram):
    unwrap(datagram)
    unwrap(b"\x08\x00\x08\x00" + datagram)
