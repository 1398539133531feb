"""The PROXY protocol's header, version 2: who the client is that a relay speaks for.

https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, section 2.2; the type that names a VPC
endpoint is in "Proxy protocol" of the user guide for Network Load Balancers.
"""

import struct
from ipaddress import ip_address

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
PROXIED = 0x21  # version 2, not of the relay's own making
STREAMS = {4: 0x11, 6: 0x21}  # TCP over IPv4, over IPv6
AWS, ENDPOINT = 0xEA, b"\x01"

Where = tuple[str, int]


def header(client: Where, met: Where, endpoint: str | None) -> bytes:
    """Give the header of a client that met the relay at an address and port, by an endpoint or
    not."""
    source, destination = ip_address(client[0]), ip_address(met[0])
    body = source.packed + destination.packed + struct.pack("!HH", client[1], met[1])
    if endpoint is not None:
        value = ENDPOINT + endpoint.encode()
        body += struct.pack("!BH", AWS, len(value)) + value
    return SIGNATURE + struct.pack("!BBH", PROXIED, STREAMS[source.version], len(body)) + body
