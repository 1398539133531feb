"""Real packets through a network that the Linux engine made; what became of them, as JSON.

Runs as a program inside namespaces of its own, whose /run and network it may do with as it likes.
"""

import json
import logging
import socket
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from genkan.engine.linux import engine, namespace
from genkan.engine.linux.engine import LinuxEngine
from tests.engine.inside import own_run
from tests.engine.probes import (
    LONG_PATIENCE,
    PATIENCE,
    TIMESTAMP,
    icmp,
    spoofed_udp,
    tcp,
    tcp_server,
    udp,
    udp_server,
)
from tests.engine.world import World, extended

WEB, WEB2, MUTE, BOX, TWO = (f"172.16.1.{last}" for last in (4, 6, 7, 8, 9))
APP, ENDPOINT, DB = (f"172.16.2.{last}" for last in (4, 5, 6))
OUTSIDE, WEB_PUBLIC, WEB2_PUBLIC, NAT_PUBLIC = (
    "198.51.100.10",
    "54.65.0.9",
    "54.65.0.11",
    "54.65.0.10",
)
IP_TRANSPARENT = 19  # of linux/in.h
S3, RESOLVER, FAR = "52.219.0.7", "172.16.0.2", "10.2.0.4"
PROBES = {
    "same subnet, group reference": (tcp, "i-app", DB, 80),
    "other subnet, group reference": (tcp, "i-mute", DB, 80),
    "other group": (tcp, "i-web", DB, 80, PATIENCE),
    "other port": (tcp, "i-app", DB, 22, PATIENCE),
    "same subnet, other port": (tcp, "i-web2", WEB, 22, PATIENCE),
    "other subnet by range": (tcp, "i-app", WEB, 80),
    "no outbound rule": (tcp, "i-db", WEB, 80, PATIENCE),
    "two groups, first": (tcp, "i-app", TWO, 81),
    "two groups, second": (udp, "i-app", TWO, 5000),
    "two groups, neither": (tcp, "i-web", TWO, 81, PATIENCE),
    "udp in range of ports": (udp, "i-app", WEB, 5001),
    "udp beyond the range of ports": (udp, "i-app", WEB, 5002, PATIENCE),
    "udp from elsewhere": (udp, "i-mute", WEB, 5001, PATIENCE),
    "echo allowed": (icmp, "i-app", WEB),
    "timestamp where echo is allowed": (icmp, "i-app", WEB, PATIENCE, TIMESTAMP),
    "timestamp where all is allowed": (icmp, "i-app", BOX, LONG_PATIENCE, TIMESTAMP),
    "echo from elsewhere": (icmp, "i-mute", WEB, PATIENCE),
    "internet to public address": (tcp, "outside", WEB_PUBLIC, 80),
    "internet to public address, other port": (tcp, "outside", WEB_PUBLIC, 22, PATIENCE),
    "public address to internet": (tcp, "i-web", OUTSIDE, 80),
    "public address to public address": (tcp, "i-web", WEB2_PUBLIC, 80),
    "no public address to internet": (tcp, "i-mute", OUTSIDE, 80, PATIENCE),
    "through nat gateway": (tcp, "i-app", OUTSIDE, 80),
    "echo through nat gateway": (icmp, "i-app", OUTSIDE),
    "internet to nat gateway": (tcp, "outside", NAT_PUBLIC, 80, PATIENCE),
    "internet to private address": (tcp, "outside", APP, 80, PATIENCE),
    "endpoint": (tcp, "i-app", ENDPOINT, 443),
    "endpoint from other subnet": (tcp, "i-mute", ENDPOINT, 443),
    "endpoint, group does not let in": (tcp, "i-web", ENDPOINT, 443, PATIENCE),
    "endpoint, other port": (tcp, "i-app", ENDPOINT, 8443, PATIENCE),
    "echo to endpoint": (icmp, "i-app", ENDPOINT, PATIENCE),
    "echo to router": (icmp, "i-app", "172.16.2.1", PATIENCE),
    "router, port with a listener": (tcp, "i-app", "172.16.2.1", 443, PATIENCE),
    "endpoint from internet": (tcp, "outside", ENDPOINT, 443, PATIENCE),
    "public address, port of the endpoints": (tcp, "outside", WEB_PUBLIC, 443, PATIENCE),
    "address of nobody": (tcp, "i-app", "172.16.1.77", 80, PATIENCE),
    "public name's address, no public address": (tcp, "i-mute", "52.119.0.1", 443, PATIENCE),
    "over peering": (tcp, "i-app", FAR, 80),
    "over peering, the other way": (tcp, "i-far", WEB, 80, PATIENCE),
    "over peering, other port": (tcp, "i-app", FAR, 22, PATIENCE),
    "over peering, table without a route": (tcp, "i-mute", FAR, 80, PATIENCE),
    "through gateway endpoint": (tcp, "i-app", S3, 443),
    "gateway endpoint, other port": (tcp, "i-app", S3, 80, PATIENCE),
    "echo to gateway endpoint": (icmp, "i-app", S3, PATIENCE),
    "service's address, table without the endpoint": (tcp, "i-mute", S3, 443, PATIENCE),
    "service's address, public address": (tcp, "i-web", S3, 443),
}
UNANSWERED = (
    "silence",
    "unreachable",
)  # a SYN may miss the word that tells it that nobody is there


def servers() -> list[str]:
    """Start what answers; give the list of sources that reached web by UDP."""
    for place in ("i-web", "i-web2", "i-app", "i-db", "i-far", "outside"):
        tcp_server(place, 80)
    for place, port in (("i-web", 22), ("i-db", 22), ("i-far", 22), ("i-web", 443)):
        tcp_server(place, port)
    tcp_server("nat-1", 80)
    tcp_server("vpc-1", 443, transparent=True)
    tcp_server("vpc-1", 8443, transparent=True)
    tcp_server("vpc-1", 53, transparent=True)
    for place, port in (("vpce-s3", 443), ("vpce-s3", 80), ("internet", 443)):
        tcp_server(place, port, transparent=True)
    serve_two()
    udp_server("i-web", 5001)
    udp_server("i-web", 5002)
    return udp_server("i-web", 5000)


def serve_two() -> None:
    tcp_server("i-two", 81)
    udp_server("i-two", 5000)


def probe() -> dict[str, str]:
    return probed(PROBES)


def probed(probes: Mapping[str, tuple[Any, ...]]) -> dict[str, str]:
    """Send all probes at once, and say what each met."""
    with ThreadPoolExecutor(len(probes)) as pool:
        asked: dict[str, Future[str]] = {
            name: pool.submit(client, *arguments) for name, (client, *arguments) in probes.items()
        }
    return {name: answer.result() for name, answer in asked.items()}


def source_check(seen: list[str]) -> list[str]:
    """Give who reached web: app as another and as itself, box as another and as the router."""
    spoofed_udp("i-app", "172.16.2.99", WEB, 5000)
    udp("i-app", WEB, 5000)
    spoofed_udp("i-box", "172.16.2.77", WEB, 5000)
    spoofed_udp("i-box", ENDPOINT, WEB, 5000)
    udp("i-app", WEB, 5000)
    return seen


def middlebox() -> dict[str, Any]:
    inside("i-box", "sysctl", "-qw", "net.ipv4.ip_forward=1")
    before = forwarded("i-box")
    answer = tcp("i-side", DB, 80)
    return {
        "answer": answer,
        "forwarded": forwarded("i-box") - before,
        "refused": tcp("i-side", DB, 81),
    }


def forwarded(place: str) -> int:
    lines = inside(place, "cat", "/proc/thread-self/net/snmp").splitlines()
    names, numbers = (line.split() for line in lines if line.startswith("Ip:"))
    return int(dict(zip(names, numbers, strict=True))["ForwDatagrams"])


TAMPERING = {
    "chain flushed": ("nft", "flush", "chain", "inet", "genkan", "endpoint"),
    "chain filled": ("nft", "insert", "rule", "inet", "genkan", "route", "drop"),
    "table gone": ("nft", "delete", "table", "inet", "genkan"),
    "route gone": ("ip", "route", "del", "172.16.2.4/32"),
    "route turned": ("ip", "route", "replace", "blackhole", "172.16.2.4/32"),
    "delivery gone": ("ip", "route", "flush", "table", "900"),
    "rules gone": ("ip", "rule", "flush", "protocol", "103"),
    "element gone": (
        *("nft", "delete", "element", "inet", "genkan"),
        *("guarded_listeners", "{ 172.16.2.5 . tcp . 443 }"),
    ),
    "set emptied": ("nft", "flush", "set", "inet", "genkan", "members_sg_app"),
    "link gone": ("ip", "link", "del", "{app}"),
    "link down": ("ip", "link", "set", "{app}", "down"),
}


class Log(logging.Handler):
    """What is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def tampered(world: World) -> dict[str, dict[str, Any]]:
    """Give for each tampering how much was mended, and what then flows and what is left."""
    found = {}
    log = Log()
    logging.getLogger(engine.__name__).addHandler(log)
    logging.getLogger(engine.__name__).setLevel(logging.INFO)
    for name, command in TAMPERING.items():
        app = json.loads(inside("vpc-1", "ip", "-j", "route", "get", APP))[0]["dev"]
        inside("vpc-1", *(word.replace("{app}", app) for word in command))
        log.said.clear()
        mended = world.reconcile()
        found[name] = {
            "mended": mended,
            "said": list(log.said),
            "answer": tcp("i-app", ENDPOINT, 443),
            "again": world.reconcile(),
        }
    return found


def inside(place: str, *command: str) -> str:
    path = namespace.path_of(place)
    done = subprocess.run(
        ["nsenter", f"--net={path}", *command], capture_output=True, text=True, timeout=10
    )
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr}")
    return done.stdout


def segments() -> list[int]:
    """Give the largest segment that each end of a connection to an endpoint may send, the client's
    first."""
    with namespace.entered("vpc-1"):
        listener = socket.socket()
    with namespace.entered("i-app"):
        client = socket.socket()
    with listener, client:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
        listener.bind((ENDPOINT, 443))
        listener.listen()
        client.settimeout(LONG_PATIENCE)
        client.connect((ENDPOINT, 443))
        with listener.accept()[0] as server:
            return [
                one.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) for one in (client, server)
            ]


def main() -> None:
    own_run()
    world = World(extended())
    report: dict[str, Any] = {"at once": world.reconcile(), "segments": segments()}
    seen = servers()
    report |= {
        "new engine": LinuxEngine().reconcile(world.compilation.program),
        "probes": probe(),
        "source check": source_check(seen),
        "middlebox": middlebox(),
        "tampered": tampered(world),
        "in the end": probe(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
