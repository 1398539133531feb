"""The sockets of both ends: where packets enter an endpoint's place, where its fleet is spoken to.

At the endpoint a packet socket takes all that comes by its interface (packet(7)); its kernel, which
has no addresses and forwards nothing, takes none of it. To the fleet a raw socket sends, because
the source port of each datagram is its flow's (ip(7), IP_HDRINCL); a UDP socket receives what comes
back, to one port from whichever.
"""

import contextlib
import fcntl
import socket
import struct
from collections.abc import Callable
from ipaddress import IPv4Address

from genkan.inspection.geneve import HEADER_LENGTH, IPV4, IPV6, header
from genkan.inspection.rings import Address
from genkan.program.inspection import Fleet, Inspection

OpenSocket = Callable[[str, int, int, int], socket.socket]

OUTER = 28  # bytes of the IPv4 and UDP headers
FRONT = OUTER + HEADER_LENGTH
UDP_LENGTH = 24  # where it is in what stands in front
_ALL = 3  # ETH_P_ALL
_SOL_PACKET, _IGNORE_OUTGOING, _QDISC_BYPASS = 263, 23, 20
_SIOCGIFINDEX = 0x8933
_ETHERNET, _TO_HOST = 1, 0
_BUFFER = 4 << 20  # bytes that wait for us at a socket; an ordinary user gets what the system lets
_RCVBUFFORCE, _SNDBUFFORCE = 33, 32
_LOWEST_PORT, _PORTS = 49152, 1024  # the flows' source ports: enough for an appliance's queues
_FREEBIND = 15
_DO_NOT_FRAGMENT = 0x4000
_TIME_TO_LIVE = 64


class EndpointWay:
    """Where packets enter and leave an endpoint's place."""

    def __init__(self, entry: Inspection, open_socket: OpenSocket) -> None:
        """Open it. Raises OSError."""
        self.socket = open_socket(entry.place, socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        try:
            self.socket.setblocking(False)
            _widen(self.socket)
            self.socket.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
            with contextlib.suppress(OSError):
                self.socket.setsockopt(_SOL_PACKET, _QDISC_BYPASS, 1)
            self.socket.bind((entry.interface, _ALL))
            index = _index_of(self.socket, entry.interface)
        except OSError:
            self.socket.close()
            raise
        mac = bytes.fromhex(entry.router.replace(":", ""))
        self.to = {
            version: Address(_link_address(ether_type, index, mac))
            for version, ether_type in ((4, IPV4), (6, IPV6))
        }
        self.descriptor = self.socket.fileno()


class FleetWay:
    """Where a fleet is spoken to."""

    def __init__(self, entry: Fleet, open_socket: OpenSocket) -> None:
        """Open it. Raises OSError."""
        self.address = entry.address
        self.port = entry.port
        self._addresses: dict[IPv4Address, Address] = {}
        self.sender = open_socket(entry.place, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.receiver = open_socket(entry.place, socket.AF_INET, socket.SOCK_DGRAM, 0)
        try:
            for one in (self.sender, self.receiver):
                one.setblocking(False)
                _widen(one)
            self.receiver.setsockopt(socket.IPPROTO_IP, _FREEBIND, 1)
            self.receiver.bind((str(entry.address), entry.port))
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        self.sender.close()
        self.receiver.close()

    def to(self, appliance: IPv4Address) -> Address:
        """Give an appliance's address, as the kernel takes it."""
        if appliance not in self._addresses:
            raw = struct.pack("=H2s4s8x", socket.AF_INET, bytes(2), appliance.packed)
            self._addresses[appliance] = Address(raw)
        return self._addresses[appliance]

    def front(self, appliance: IPv4Address, key: bytes, options: bytes) -> bytes:
        """Write what stands in front of a flow's packets; the kernel sums the outer IP header, and
        IPv4 asks for no checksum over UDP (RFC 8926, section 3.3)."""
        ether_type = IPV4 if len(key) < 16 + 16 else IPV6
        port = _LOWEST_PORT + int.from_bytes(options[-4:], "big") % _PORTS
        outer = struct.pack(
            "!BBHHHBBH4s4sHHHH",
            *(0x45, 0, 0, 0, _DO_NOT_FRAGMENT, _TIME_TO_LIVE, socket.IPPROTO_UDP, 0),
            *(self.address.packed, appliance.packed),
            *(port, self.port, 0, 0),
        )
        return outer + header(ether_type, options)


def _widen(one: socket.socket) -> None:
    for force, ask in ((_RCVBUFFORCE, socket.SO_RCVBUF), (_SNDBUFFORCE, socket.SO_SNDBUF)):
        try:
            one.setsockopt(socket.SOL_SOCKET, force, _BUFFER)
        except PermissionError:
            one.setsockopt(socket.SOL_SOCKET, ask, _BUFFER)


def _index_of(one: socket.socket, interface: str) -> int:
    """Give an interface's number in the socket's own network."""
    asked = struct.pack("16sI20x", interface.encode(), 0)
    return int(struct.unpack("16sI20x", fcntl.ioctl(one, _SIOCGIFINDEX, asked))[1])


def _link_address(ether_type: int, index: int, mac: bytes) -> bytes:
    """Write a sockaddr_ll."""
    protocol = socket.htons(ether_type)
    return struct.pack(
        "=HHiHBB8s", socket.AF_PACKET, protocol, index, _ETHERNET, _TO_HOST, len(mac), mac
    )
