"""What an instance's root can do to others by packets: nothing; as JSON."""

import json
import socket
import struct
import sys
from contextlib import suppress
from typing import Any

from genkan.engine.linux.namespace import entered
from tests.engine.inside import own_run
from tests.engine.packets import inside
from tests.engine.packets_ipv6 import network
from tests.engine.probes import (
    LONG_PATIENCE,
    Connection,
    spoofed_udp,
    spoofed_udp_ipv6,
    tcp,
    tcp_server,
    udp,
    udp_server,
)
from tests.engine.world import World

WEB, DB, APP, ROUTER = "172.16.1.4", "172.16.2.6", "172.16.2.4", "172.16.2.1"
DB_IPV6, APP_IPV6, WEB_IPV6 = "2406:da14:0:102::6", "2406:da14:0:102::4", "2406:da14:0:101::4"
EVERYTHING = 0x0003  # ETH_P_ALL
BROADCAST = b"\xff" * 6


def frames(place: str) -> socket.socket:
    """Open a socket that sees and sends every frame of an instance's interface."""
    with entered(place):
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERYTHING))
    opened.bind(("eth0", EVERYTHING))
    opened.setblocking(False)
    return opened


def seen(opened: socket.socket, *words: bytes) -> list[str]:
    """Give those of some words that stand in frames that came."""
    came = b""
    with suppress(BlockingIOError):
        while True:
            came += opened.recv(65535)
    return [word.decode() for word in words if word in came]


def sniffing() -> dict[str, Any]:
    """Listen in one instance to what two others of its subnet, and of another, tell each other."""
    ears = frames("i-db")
    inside("i-db", "ip", "link", "set", "eth0", "promisc", "on")
    talk = Connection("i-app", WEB, 80)
    heard = {"said": talk.echo("a-secret-word", LONG_PATIENCE)}
    udp("i-app", WEB, 5000)
    return {**heard, "overheard": seen(ears, b"a-secret-word", b"hello")}


def arp(opened: socket.socket, kind: int, claimed: str, asked: str) -> None:
    """Say, or ask, by ARP as `claimed` to everybody."""
    mac = opened.getsockname()[4]
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, kind)
    ends = mac + socket.inet_aton(claimed) + bytes(6) + socket.inet_aton(asked)
    opened.send(BROADCAST + mac + b"\x08\x06" + body + ends + bytes(18))


def advertised(opened: socket.socket, claimed: str) -> None:
    """Advertise an address as one's own by a neighbour advertisement to all nodes."""
    mac = opened.getsockname()[4]
    to = socket.inet_pton(socket.AF_INET6, "ff02::1")
    source = socket.inet_pton(socket.AF_INET6, claimed)
    body = struct.pack("!BBHI", 136, 0, 0, 0x20000000) + source + b"\x02\x01" + mac
    header = struct.pack("!IHBB", 6 << 28, len(body), 58, 255) + source + to
    opened.send(b"\x33\x33\x00\x00\x00\x01" + mac + b"\x86\xdd" + header + body)


def neighbours() -> dict[str, Any]:
    """Claim others' addresses and the router's, by ARP and by neighbour discovery."""
    before = inside("vpc-1", "ip", "neigh")
    liar = frames("i-db")
    for kind in (1, 2):
        for claimed in (APP, ROUTER, WEB):
            arp(liar, kind, claimed, claimed)
    for claimed in (APP_IPV6, "fe80::1", WEB_IPV6):
        advertised(liar, claimed)
    return {
        "table changed": sorted(before.splitlines())
        != sorted(inside("vpc-1", "ip", "neigh").splitlines()),
        "others": tcp("i-app", WEB, 80, LONG_PATIENCE),
        "others, IPv6": tcp("i-app", WEB_IPV6, 80, LONG_PATIENCE),
        "answers": seen(liar, b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02"),
    }


def stolen_address() -> dict[str, Any]:
    """Speak as another, then take a third's addresses on one's own interface and wait for what is
    his."""
    owner, thief = udp_server("i-web", 5001), udp_server("i-db", 5001)
    spoofed_udp("i-db", APP, WEB, 5001)
    spoofed_udp_ipv6("i-db", APP_IPV6, WEB_IPV6, 5001)
    for address in (f"{WEB}/32", f"{WEB_IPV6}/128"):
        inside("i-db", "ip", "address", "add", address, "dev", "eth0")
    told = udp("i-app", WEB, 5001)
    return {"told": told, "owner": owner, "thief": thief}


def dhcp() -> dict[str, Any]:
    """Offer an address to whoever asks, and ask for one."""
    ears = [frames(place) for place in ("i-app", "i-web")]
    with entered("i-db"):
        offers = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    offers.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    offers.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
    for port in (67, 68):
        offers.sendto(b"an-offer", ("255.255.255.255", port))
        offers.sendto(b"an-offer", ("172.16.2.255", port))
    told = udp("i-app", WEB, 5000)  # whatever was on its way is there by now
    return {"told": told, "offered to": [seen(ear, b"an-offer") for ear in ears]}


def router_rules() -> dict[str, Any]:
    """Try all that root can do in its own network, and see what the router keeps."""

    def state() -> str:
        listed = inside("vpc-1", "nft", "-s", "list", "ruleset")
        return listed + inside("vpc-1", "ip", "route", "show", "table", "all", "proto", "103")

    before = state()
    inside("i-db", "nft", "flush", "ruleset")
    inside("i-db", "ip", "route", "flush", "table", "main")
    inside("i-db", "ip", "link", "set", "eth0", "address", "02:00:00:00:00:04")
    inside("i-db", "ip", "link", "set", "eth0", "mtu", "1280")
    return {"changed": state() != before, "others": tcp("i-app", WEB, 80, LONG_PATIENCE)}


def main() -> None:
    own_run()
    World(network())
    for place in ("i-web", "i-app"):
        tcp_server(place, 80)
    tcp_server("i-web", 80, version=6)
    udp_server("i-web", 5000)
    report = {
        "sniffing": sniffing(),
        "neighbours": neighbours(),
        "dhcp": dhcp(),
        "stolen address": stolen_address(),
        "router's rules": router_rules(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
