"""The PROXY header as its specification and AWS's guide have it, byte by byte."""

from genkan.front.proxy_header import header

CLIENT, MET = ("10.0.1.10", 40_000), ("10.0.1.60", 443)
IPV4 = bytes([10, 0, 1, 10, 10, 0, 1, 60]) + (40_000).to_bytes(2) + (443).to_bytes(2)


def test_a_client_of_the_same_network_is_told_by_addresses_and_ports():
    wanted = b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + IPV4
    assert header(CLIENT, MET, None) == wanted


def test_a_client_by_an_endpoint_is_told_with_the_endpoints_id():
    told = header(CLIENT, MET, "vpce-08d2bf15fac5001c9")
    value = b"\x01vpce-08d2bf15fac5001c9"
    assert told[14:16] == (12 + 3 + len(value)).to_bytes(2)
    assert told[16:] == IPV4 + b"\xea" + len(value).to_bytes(2) + value


def test_ipv6_has_a_family_of_its_own():
    told = header(("fd00::1", 1), ("fd00::2", 2), None)
    assert told[13] == 0x21
    assert told[14:16] == (36).to_bytes(2)
