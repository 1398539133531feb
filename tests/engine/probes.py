"""Clients and servers inside places: sockets that belong to a place, and what they meet there."""

import contextlib
import errno
import itertools
import socket
import struct
import threading
import time
from collections.abc import Iterator

from genkan.engine.linux.namespace import entered

PATIENCE = 1.0  # seconds until silence is called silence, where it has to be
LONG_PATIENCE = 5.0  # where an answer has to come: what says nothing else waits so long
ECHO, ECHO_REPLY, TIMESTAMP, TIMESTAMP_REPLY = 8, 0, 13, 14
FAMILIES = {  # family, every address, and what makes a listener transparent
    4: (socket.AF_INET, "0.0.0.0", socket.SOL_IP, 19),
    6: (socket.AF_INET6, "::", socket.IPPROTO_IPV6, 75),
}
ECHO_IPV6, ECHO_REPLY_IPV6 = 128, 129
IDENTIFIERS = itertools.count(1)  # of questions by ICMP: no two are one connection
PASSED = 8500  # bytes of a packet that an endpoint passes
NEVER_CUT = {  # by IP version: IP_MTU_DISCOVER, IPV6_MTU_DISCOVER of linux/in.h, linux/in6.h
    4: (socket.SOL_IP, 10),
    6: (socket.IPPROTO_IPV6, 23),
}
HEADERS = {4: 28, 6: 48}  # bytes of a datagram's
TOTAL_RETRANSMISSIONS = 100  # offset of tcpi_total_retrans in struct tcp_info


def tcp_server(place: str, port: int, transparent: bool = False, version: int = 4) -> None:
    """Tell every client whom the server sees and as whom it was met; then echo."""
    family, everywhere, level, transparency = FAMILIES[version]
    with entered(place):
        listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if version == 6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if transparent:
        listener.setsockopt(level, transparency, 1)
    listener.bind((everywhere, port))
    listener.listen()

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(60)
            client.sendall(f"{client.getpeername()[0]} {client.getsockname()[0]}\n".encode())
            while data := client.recv(4096):
                client.sendall(data)

    def accept() -> None:
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def udp_server(place: str, port: int, version: int = 4) -> list[str]:
    """Send back what comes; give the list in which sources are noted."""
    seen: list[str] = []
    family, everywhere, _, _ = FAMILIES[version]
    with entered(place):
        server = socket.socket(family, socket.SOCK_DGRAM)
    if version == 6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind((everywhere, port))

    def serve() -> None:
        while True:
            data, source = server.recvfrom(4096)
            seen.append(source[0])
            server.sendto(data, source)

    threading.Thread(target=serve, daemon=True).start()
    return seen


class Datagrams:
    """Who sends back what comes at a port by IPv6, and may speak again to whom he heard last."""

    def __init__(self, place: str, port: int) -> None:
        with entered(place):
            self._socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self._socket.bind(("::", port))
        self.heard: tuple[str, int] = ("::", 0)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            data, (address, port, *_) = self._socket.recvfrom(4096)
            self.heard = (address, port)
            self._socket.sendto(data, self.heard)

    def say(self, word: str) -> None:
        self._socket.sendto(word.encode(), self.heard)


class Talk:
    """A client of datagrams that keeps its port."""

    def __init__(self, place: str, source: tuple[str, int], to: tuple[str, int]) -> None:
        with entered(place):
            self._socket = socket.socket(_family(source[0]), socket.SOCK_DGRAM)
        self._socket.bind(source)
        self.place = place
        self._to = to

    def say(self, word: str) -> None:
        self._socket.sendto(word.encode(), self._to)

    def hear(self, patience: float = LONG_PATIENCE) -> str:
        self._socket.settimeout(patience)
        try:
            return self._socket.recv(4096).decode()
        except TimeoutError:
            return "silence"


class Connection:
    """A TCP connection from a place; its first line says whom the server sees, as whom."""

    def __init__(
        self,
        place: str,
        address: str,
        port: int,
        patience: float = LONG_PATIENCE,
        source: tuple[str, int] | None = None,
    ) -> None:
        with entered(place):
            self._socket = socket.create_connection((address, port), patience, source)
        self._patience = LONG_PATIENCE
        self.seen = bytes.fromhex(self.read_line()).decode().strip()

    def echo(self, text: str, patience: float | None = None) -> str:
        self._socket.settimeout(self._patience if patience is None else patience)
        try:
            self._socket.sendall(text.encode())
            return self._socket.recv(100).decode()
        except TimeoutError:
            return "silence"
        except ConnectionResetError:
            return "reset"

    def read_line(self) -> str:
        """Read one line and not a byte more; give it in hexadecimal digits."""
        data = ""
        while not data.endswith("0a") and (more := self.read(1)):
            data += more
        return data

    def read(self, size: int) -> str:
        """Read so many bytes; give them in hexadecimal digits."""
        data = b""
        while len(data) < size and (more := self._socket.recv(size - len(data))):
            data += more
        return data.hex()

    def wait(self, patience: float) -> None:
        """Be this patient with echoes from now on."""
        self._patience = patience

    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def retransmissions(self) -> int:
        information = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        return int(struct.unpack_from("=I", information, TOTAL_RETRANSMISSIONS)[0])

    def close(self) -> None:
        self._socket.close()


def tcp(place: str, address: str, port: int, patience: float = LONG_PATIENCE) -> str:
    """Connect; give what the server sees, or how it failed: silence, refused, unreachable."""
    try:
        connection = Connection(place, address, port, patience)
    except TimeoutError:
        return "silence"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "unreachable"
    connection.close()
    return connection.seen


def segment_size(place: str, address: str, port: int) -> int:
    """Give the largest segment that a connection of a place agreed on."""
    with entered(place):
        client = socket.create_connection((address, port), LONG_PATIENCE)
    with client:
        client.recv(100)
        return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)


def udp(place: str, address: str, port: int, patience: float = LONG_PATIENCE) -> str:
    with entered(place):
        client = socket.socket(_family(address), socket.SOCK_DGRAM)
    with client:
        client.settimeout(patience)
        client.sendto(b"hello", (address, port))
        try:
            return client.recv(100).decode()
        except TimeoutError:
            return "silence"


def icmpv6(place: str, address: str, patience: float = LONG_PATIENCE) -> str:
    """Send an ICMPv6 echo request; give "answer", or "silence" if none comes."""
    with entered(place):
        client = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    with client:
        number = struct.pack("!H", next(IDENTIFIERS) & 0xFFFF)
        client.sendto(struct.pack("!BBH", ECHO_IPV6, 0, 0) + number + bytes(14), (address, 0))
        for packet in _received(client, patience):
            if packet[0] == ECHO_REPLY_IPV6 and packet[4:6] == number:
                return "answer"
    return "silence"


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def icmp(place: str, address: str, patience: float = LONG_PATIENCE, kind: int = ECHO) -> str:
    """Send an echo or timestamp request; give "answer", or "silence" if none comes."""
    with entered(place):
        client = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    with client:
        number = next(IDENTIFIERS) & 0xFFFF
        rest = struct.pack("!HH", number, 1) + bytes(12)
        client.sendto(_summed(struct.pack("!BBH", kind, 0, 0) + rest), (address, 0))
        wanted = ECHO_REPLY if kind == ECHO else TIMESTAMP_REPLY
        for packet in _received(client, patience):
            if packet[20] == wanted and packet[24:26] == struct.pack("!H", number):
                return "answer"
    return "silence"


def _received(client: socket.socket, patience: float) -> Iterator[bytes]:
    end = time.monotonic() + patience
    with contextlib.suppress(TimeoutError):
        while (left := end - time.monotonic()) > 0:
            client.settimeout(left)
            yield client.recv(4096)


def spoofed_udp(place: str, source: str, address: str, port: int) -> None:
    """Send a datagram that claims to come from `source`."""
    with entered(place):
        client = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    datagram = struct.pack("!HHHH", 4000, port, 8 + 5, 0) + b"spoof"
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(datagram), 1, 0, 64, socket.IPPROTO_UDP, 0)
    with client:
        client.sendto(
            header + socket.inet_aton(source) + socket.inet_aton(address) + datagram, (address, 0)
        )


def spoofed_udp_ipv6(place: str, source: str, address: str, port: int) -> None:
    """Send an IPv6 datagram that claims to come from `source`."""
    with entered(place):
        client = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    ends = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, address)
    datagram = struct.pack("!HHHH", 4000, port, 8 + 6, 0) + b"spoof!"
    counted = ends + struct.pack("!II", len(datagram), socket.IPPROTO_UDP)
    checksum = _summed(bytes(2) + bytes(2) + counted + datagram)[2:4]
    header = struct.pack("!IHBB", 6 << 28, len(datagram), socket.IPPROTO_UDP, 64)
    with client:
        client.sendto(header + ends + datagram[:6] + checksum + datagram[8:], (address, 0))


def _summed(packet: bytes) -> bytes:
    """Write the checksum of an ICMP packet. RFC 1071."""
    total = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return packet[:2] + struct.pack("!H", ~total & 0xFFFF) + packet[4:]


def sizes(place: str, endpoint: str, target: str, port: int, version: int = 4) -> dict[str, str]:
    """Send packets by an endpoint that it just passes, and such that it does not, both ways; the
    target gets on this port what is sent to it."""
    found = {}
    with _never_cut(place, version) as client, _never_cut(target, version) as server:
        client.connect((endpoint, port))
        server.bind((FAMILIES[version][1], port))
        client.send(b"first")
        server.connect(server.recvfrom(100)[1])
        for size in (PASSED, PASSED + 1):
            found[f"asked, {size}"] = _passes(client, server, size - HEADERS[version])
            found[f"answered, {size}"] = _passes(server, client, size - HEADERS[version])
    return found


def _never_cut(place: str, version: int) -> socket.socket:
    """Give a socket whose packets are not cut into fragments."""
    with entered(place):
        made = socket.socket(FAMILIES[version][0], socket.SOCK_DGRAM)
    made.setsockopt(*NEVER_CUT[version], 2)  # ..._PMTUDISC_DO
    made.settimeout(LONG_PATIENCE)
    return made


def _passes(sender: socket.socket, receiver: socket.socket, size: int) -> str:
    """Send a datagram, and a small one after it by the same way; give what became of the first, or
    that its sender was told."""
    try:
        sender.send(bytes(size))
        sender.send(b"last")
    except OSError as error:
        return "told" if error.errno == errno.EMSGSIZE else str(error)
    arrived = receiver.recv(1 << 14) != b"last"
    if arrived:
        receiver.recv(1 << 14)
    return "arrives" if arrived else "dropped"
