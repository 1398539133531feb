"""Many probes at once, as real packets: sent from inside places, watched where they arrive.

Every probe carries a number. A host's kernel answers ICMP by itself; datagrams and SYNs are
answered here, as by a program at every port. What arrives is seen where it is taken, and so is the
answer where the probe began; and what rules drop is seen at the place and the stage that did.
"""

import contextlib
import select
import socket
import struct
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from genkan.analysis import Packet
from genkan.analysis.atlas import Atlas
from genkan.engine.linux.namespace import entered
from genkan.engine.linux.nft import Nft
from genkan.program.address import Address
from genkan.program.place import Place, PlaceKind
from genkan.program.service import Listener
from tests.engine.drop_log import DropLog

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
ETH_P = {4: 0x0800, 6: 0x86DD}
SYN, ACK = 0x02, 0x10
QUESTION, ANSWER = b"Q", b"A"
ICMP_TYPES = {ICMP: ((8, 13), (0, 14)), ICMPV6: ((128,), (129,))}  # questions, answers
IP_TRANSPARENT, IP_PKTINFO = 19, 8  # linux/in.h
IPV6_TRANSPARENT = 75  # linux/in6.h
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
PATIENCE = 5.0  # seconds for what has to come
QUIET = 0.05  # seconds without a packet, after which nothing comes any more
BUFFER = 1 << 21
BATCH = 25  # probes sent before what has arrived is read
# A host's kernel keeps silent of ports at which, it believes, nobody listens.
SILENT = """add table inet volley
add chain inet volley out { type filter hook output priority 0; }
add rule inet volley out tcp flags & rst == rst drop
add rule inet volley out icmp type destination-unreachable drop
add rule inet volley out icmpv6 type destination-unreachable drop
"""
HOSTS = (PlaceKind.INSTANCE, PlaceKind.HOST)
TAG = struct.Struct("!I")


@dataclass
class Seen:
    """What became of one probe: where it was taken, how it looked there, whether an answer came."""

    origin: str
    taken: list[tuple[str, str]] = field(default_factory=list)  # place, source and destination
    answered: bool = False
    dropped: list[tuple[str, str]] = field(default_factory=list)  # place and stage: the question
    lost: list[tuple[str, str]] = field(default_factory=list)  # the same of its answer


class Volley:
    """Sockets in every host of a network, and what they see."""

    def __init__(self, atlas: Atlas, forwarding: Collection[str]) -> None:
        self._atlas = atlas
        places = list(atlas.program.of(Place))
        hosts = [one.id for one in places if one.kind in HOSTS and atlas.addresses(one.id)]
        self._nft = Nft()
        self._raw: dict[tuple[str, int], socket.socket] = {}
        self._poll = select.epoll()
        self._taps: dict[int, tuple[str, socket.socket]] = {}
        self._echoes: dict[int, socket.socket] = {}
        self._seen: dict[int, Seen] = {}
        for place in hosts:
            self._open(place, place in forwarding)
        self._logs = {
            log.socket.fileno(): log for log in (DropLog(one.id) for one in places if one.forwards)
        }
        for log in self._logs.values():
            self._poll.register(log.socket, select.EPOLLIN)
        listening = {
            (one.place, one.protocol, one.port, one.addresses.version)
            for one in atlas.program.of(Listener)
        }
        self._servers = [
            _server(place, port, version)
            for place, protocol, port, version in listening
            if protocol == TCP
        ]
        for place, protocol, port, version in listening:
            if protocol == UDP:
                self._open_echo(place, port, version)

    def _open(self, place: str, forwards: bool) -> None:
        passes = "1" if forwards else "0"
        for version, family in FAMILY.items():
            with entered(place):
                raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
                kind = socket.htons(ETH_P[version])
                tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, kind)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            tap.setblocking(False)
            self._raw[place, version] = raw
            self._taps[tap.fileno()] = (place, tap)
            self._poll.register(tap, select.EPOLLIN)
        with entered(place):
            for setting in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
                Path("/proc/sys/net", setting).write_text(passes)
        self._nft.run(place, SILENT)

    def _open_echo(self, place: str, port: int, version: int) -> None:
        """Answer datagrams that a router delivers, as from the address that was meant."""
        with entered(place):
            echo = socket.socket(FAMILY[version], socket.SOCK_DGRAM)
        _be_transparent(echo, version)
        if version == 4:
            echo.setsockopt(socket.SOL_IP, IP_PKTINFO, 1)
        else:
            echo.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        echo.bind(("", port))
        echo.setblocking(False)
        self._echoes[echo.fileno()] = echo
        self._poll.register(echo, select.EPOLLIN)

    def close(self) -> None:
        for one in (*self._raw.values(), *(tap for _, tap in self._taps.values())):
            one.close()
        for one in (*self._echoes.values(), *self._servers):
            one.close()
        for log in self._logs.values():
            log.socket.close()
        self._poll.close()
        self._nft.close()

    def send(
        self, probes: Iterable[tuple[str, Packet]], expected: Collection[tuple[int, str]]
    ) -> list[Seen]:
        """Send every probe and give what was seen of each.

        `expected` holds (number, "taken" or "answered"): what is waited for. What nobody expects
        has until it was quiet for a moment, and so has what no kernel takes.
        """
        self._seen = {}
        untaken: set[int] = set()
        count = 0
        for number, (place, packet) in enumerate(probes):
            self._seen[number] = Seen(place)
            if self._is_refused(place, packet.source, packet.destination):
                untaken.add(number)
            self._send(place, packet, number, QUESTION)
            count = number + 1
            if number % BATCH == 0:
                self._read(0)
        end = time.monotonic() + PATIENCE
        awaited = [one for one in expected if one[0] not in untaken]
        while time.monotonic() < end and not all(self._came(*one) for one in awaited):
            self._read(QUIET)
        while self._read(QUIET) and time.monotonic() < end + PATIENCE:
            pass
        return [self._seen[number] for number in range(count)]

    def _is_refused(self, place: str, source: Address, destination: Address) -> bool:
        """No host takes an IPv4 packet from outside that says that it is from the host itself."""
        owns = self._atlas.owns
        return source.version == 4 and owns(place, source) and owns(place, destination)

    def _came(self, number: int, what: str) -> bool:
        seen = self._seen[number]
        return seen.answered if what == "answered" else bool(seen.taken)

    def _send(self, place: str, packet: Packet, number: int, word: bytes) -> None:
        payload = _transport(packet, number, word)
        source, destination = packet.source.packed, packet.destination.packed
        version = packet.source.version
        if version == 4:
            whole = 20 + len(payload)
            header = struct.pack("!BBHHHBBH", 0x45, 0, whole, 0, 0, 64, packet.protocol, 0)
            told = (socket.SOL_IP, IP_PKTINFO, struct.pack("=i4s4s", 0, source, bytes(4)))
        else:
            header = struct.pack("!IHBB", 6 << 28, len(payload), packet.protocol, 64)
            info = struct.pack("=16si", source, 0)
            told = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info)
        # The route is chosen by the source address, if it is one of the sender's.
        own = packet.source in self._atlas.addresses(place)
        with contextlib.suppress(OSError):  # the sender has no route, or was told before
            self._raw[place, version].sendmsg(
                [header + source + destination + payload],
                [told] if own else [],
                0,
                (str(packet.destination), 0),
            )

    def _read(self, wait: float) -> bool:
        """Take in what has arrived; tell whether anything had."""
        events = self._poll.poll(wait)
        for descriptor, _ in events:
            if descriptor in self._logs:
                self._note(self._logs[descriptor])
                continue
            if descriptor in self._echoes:
                self._echo(self._echoes[descriptor])
                continue
            place, tap = self._taps[descriptor]
            with contextlib.suppress(BlockingIOError):
                while True:
                    self._take(place, tap.recv(200))
        return bool(events)

    def _echo(self, echo: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                data, told, _, sender = echo.recvmsg(100, 200)
                level, kind, info = told[0]
                if level == socket.SOL_IP:
                    info = struct.pack("=i4s4s", 0, info[8:12], bytes(4))
                else:
                    info = info[:16] + bytes(4)
                answer = [data.replace(QUESTION, ANSWER)]
                with contextlib.suppress(OSError):  # nobody knows the way to the client
                    echo.sendmsg(answer, [(level, kind, info)], 0, sender)

    def _note(self, log: DropLog) -> None:
        for stage, packet in log.read():
            *_, protocol, body = _read_header(packet)
            read = _read_transport(protocol, body)
            if read and read[0] in self._seen:
                seen = self._seen[read[0]]
                (seen.lost if read[1] else seen.dropped).append((log.place, stage))

    def _take(self, place: str, packet: bytes) -> None:
        source, destination, protocol, body = _read_header(packet)
        if not self._atlas.owns(place, destination):
            return  # it passes through here
        if self._is_refused(place, source, destination):
            return
        read = _read_transport(protocol, body)
        if read is None or read[0] not in self._seen:
            return
        number, is_answer = read
        if is_answer:
            self._seen[number].answered |= place == self._seen[number].origin
            return
        self._seen[number].taken.append((place, f"{source} {destination}"))
        if protocol in (TCP, UDP):
            ports = struct.unpack("!HH", body[:4])
            back = Packet.to_port(destination, source, protocol, ports[0], ports[1])
            self._send(place, back, number, ANSWER)


def _be_transparent(one: socket.socket, version: int) -> None:
    """Let a socket have addresses that only routes say are here."""
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if version == 4:
        one.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
        return
    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    one.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)


def _server(place: str, port: int, version: int) -> socket.socket:
    """Listen where a router delivers: without a listener its kernel knows no such address."""
    with entered(place):
        server = socket.socket(FAMILY[version])
    _be_transparent(server, version)
    server.bind(("", port))
    server.listen(4096)  # nobody ends a handshake, so nobody is accepted
    return server


def _read_header(packet: bytes) -> tuple[Address, Address, int, bytes]:
    """Give source, destination, protocol, and what follows the header."""
    if packet[0] >> 4 == 4:
        ends = (IPv4Address(packet[at : at + 4]) for at in (12, 16))
        return *ends, packet[9], packet[20:]
    ends6 = (IPv6Address(packet[at : at + 16]) for at in (8, 24))
    return *ends6, packet[6], packet[40:]


def _transport(packet: Packet, number: int, word: bytes) -> bytes:
    """Write what follows the IP header."""
    pseudo = packet.source.packed + packet.destination.packed
    if packet.protocol in ICMP_TYPES:
        kind, code = packet.icmp or (8, 0)
        ident = (packet.source_port or (0, 0))[0]
        body = struct.pack("!BBHHH", kind, code, 0, ident & 0xFFFF, 1) + TAG.pack(number) + bytes(8)
        at, pseudo = 2, pseudo if packet.protocol == ICMPV6 else b""
    else:
        at = 6 if packet.protocol == UDP else 16
        body = _with_ports(packet, number, word)
    if pseudo:
        pseudo += struct.pack("!IHBB", len(body), 0, 0, packet.protocol)
    return body[:at] + struct.pack("!H", _sum(pseudo + body)) + body[at + 2 :]


def _with_ports(packet: Packet, number: int, word: bytes) -> bytes:
    ports = struct.pack("!HH", packet.source_port[0], packet.destination_port[0])
    if packet.protocol == UDP:
        return ports + struct.pack("!HH", 13, 0) + TAG.pack(number) + word
    sent = (number, 0, 0x50, SYN) if word == QUESTION else (0, number + 1, 0x50, SYN | ACK)
    return ports + struct.pack("!IIBBHHH", *sent, 65535, 0, 0)


def _read_transport(protocol: int, body: bytes) -> tuple[int, bool] | None:
    """Give a probe's number and whether this is its answer; None for what is neither."""
    if protocol == TCP:
        sent, acknowledged, _, flags = struct.unpack("!IIBB", body[4:14])
        if flags & ACK and flags & SYN:
            return acknowledged - 1, True
        return (sent, False) if flags & SYN else None
    if protocol == UDP and len(body) >= 13:
        return TAG.unpack(body[8:12])[0], body[12:13] == ANSWER
    questions, answers = ICMP_TYPES.get(protocol, ((), ()))
    if body[0] in (*questions, *answers):
        return TAG.unpack(body[8:12])[0], body[0] in answers
    return None


def _sum(data: bytes) -> int:
    """Give the Internet checksum. RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
