"""Real packets through a network that the Linux engine made; what became of them, as JSON.

Runs as a program inside namespaces of its own, whose /run and network it may do with as it likes.
"""

import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from genkan.engine.linux import engine, namespace
from genkan.engine.linux.engine import LinuxEngine
from genkan.model.instance import InstanceState
from genkan.model.network import delete, put
from genkan.model.network_acl import NetworkAcl
from genkan.model.network_interface import NetworkInterface
from genkan.model.peering import PeeringState
from tests.compile.scenario import (
    acl,
    acl_entry,
    gateway_endpoint,
    instance,
    interface,
    peering_connection,
    prefix_list,
)
from tests.engine.probes import (
    LONG_PATIENCE,
    TIMESTAMP,
    Connection,
    icmp,
    spoofed_udp,
    tcp,
    tcp_server,
    udp,
    udp_server,
)
from tests.engine.world import DB_GROUP, WEB_GROUP, World, extended, group, host, without

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
    "other group": (tcp, "i-web", DB, 80),
    "other port": (tcp, "i-app", DB, 22),
    "same subnet, other port": (tcp, "i-web2", WEB, 22),
    "other subnet by range": (tcp, "i-app", WEB, 80),
    "no outbound rule": (tcp, "i-db", WEB, 80),
    "two groups, first": (tcp, "i-app", TWO, 81),
    "two groups, second": (udp, "i-app", TWO, 5000),
    "two groups, neither": (tcp, "i-web", TWO, 81),
    "udp in range of ports": (udp, "i-app", WEB, 5001),
    "udp beyond the range of ports": (udp, "i-app", WEB, 5002),
    "udp from elsewhere": (udp, "i-mute", WEB, 5001),
    "echo allowed": (icmp, "i-app", WEB),
    "timestamp where echo is allowed": (icmp, "i-app", WEB, TIMESTAMP),
    "timestamp where all is allowed": (icmp, "i-app", BOX, TIMESTAMP),
    "echo from elsewhere": (icmp, "i-mute", WEB),
    "internet to public address": (tcp, "outside", WEB_PUBLIC, 80),
    "internet to public address, other port": (tcp, "outside", WEB_PUBLIC, 22),
    "public address to internet": (tcp, "i-web", OUTSIDE, 80),
    "public address to public address": (tcp, "i-web", WEB2_PUBLIC, 80),
    "no public address to internet": (tcp, "i-mute", OUTSIDE, 80),
    "through nat gateway": (tcp, "i-app", OUTSIDE, 80),
    "echo through nat gateway": (icmp, "i-app", OUTSIDE),
    "internet to nat gateway": (tcp, "outside", NAT_PUBLIC, 80),
    "internet to private address": (tcp, "outside", APP, 80),
    "endpoint": (tcp, "i-app", ENDPOINT, 443),
    "endpoint from other subnet": (tcp, "i-mute", ENDPOINT, 443),
    "endpoint, group does not let in": (tcp, "i-web", ENDPOINT, 443),
    "endpoint, other port": (tcp, "i-app", ENDPOINT, 8443),
    "echo to endpoint": (icmp, "i-app", ENDPOINT),
    "echo to router": (icmp, "i-app", "172.16.2.1"),
    "router, port with a listener": (tcp, "i-app", "172.16.2.1", 443),
    "endpoint from internet": (tcp, "outside", ENDPOINT, 443),
    "public address, port of the endpoints": (tcp, "outside", WEB_PUBLIC, 443),
    "address of nobody": (tcp, "i-app", "172.16.1.77", 80),
    "public name's address, no public address": (tcp, "i-mute", "52.119.0.1", 443),
    "over peering": (tcp, "i-app", FAR, 80),
    "over peering, the other way": (tcp, "i-far", WEB, 80),
    "over peering, other port": (tcp, "i-app", FAR, 22),
    "over peering, table without a route": (tcp, "i-mute", FAR, 80),
    "through gateway endpoint": (tcp, "i-app", S3, 443),
    "gateway endpoint, other port": (tcp, "i-app", S3, 80),
    "echo to gateway endpoint": (icmp, "i-app", S3),
    "service's address, table without the endpoint": (tcp, "i-mute", S3, 443),
    "service's address, public address": (tcp, "i-web", S3, 443),
}


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
        "refused": tcp("i-side", DB, 81, LONG_PATIENCE),
    }


def forwarded(place: str) -> int:
    lines = inside(place, "cat", "/proc/thread-self/net/snmp").splitlines()
    names, numbers = (line.split() for line in lines if line.startswith("Ip:"))
    return int(dict(zip(names, numbers, strict=True))["ForwDatagrams"])


def revoked(world: World) -> dict[str, str]:
    connection = Connection("i-app", DB, 80)
    world.change(put(without(DB_GROUP, "sgr-db")))
    answers = {"established": connection.echo("still"), "new": tcp("i-app", DB, 80)}
    world.change(put(DB_GROUP))
    connection.close()
    return {**answers, "authorized again": tcp("i-app", DB, 80)}


def endpoint_goes(world: World) -> dict[str, str]:
    found = world.network.get(NetworkInterface, "eni-vpce")
    world.change(delete(found))
    gone = tcp("i-app", ENDPOINT, 443)
    world.change(put(found))
    return {"gone": gone, "back": tcp("i-app", ENDPOINT, 443)}


FRONT = "172.16.1.0/24"
FRONT_ACL = (
    acl_entry(90, False, "172.16.2.4/32", 80, allow=False),
    acl_entry(100, False, "172.16.0.0/16"),
    acl_entry(100, True, "172.16.0.0/16", 1024, 65535),
)
BACK_ACL = (acl_entry(100, False, FRONT, 443), acl_entry(100, True, FRONT, 1024, 65535))
AT_FRONT = {
    "denied first": (tcp, "i-app", WEB, 80),
    "allowed then": (tcp, "i-side", WEB, 80),
    "same subnet": (tcp, "i-web2", WEB, 80),
    "way out not allowed": (tcp, "i-mute", ENDPOINT, 443),
}
AT_BACK = {
    "endpoint": (tcp, "i-mute", ENDPOINT, 443),
    "endpoint, same subnet": (tcp, "i-app", ENDPOINT, 443),
    "endpoint, other subnet": (tcp, "i-side", ENDPOINT, 443),
    "own resolver": (tcp, "i-app", RESOLVER, 53),
    "interface, not allowed": (tcp, "i-mute", DB, 80),
    "interface, same subnet": (tcp, "i-app", DB, 80),
}


def network_acls(world: World) -> dict[str, str]:
    """Put an ACL at the edge of the front subnet, then one at the back subnet's."""
    former = world.network.get(NetworkAcl, "acl-front")
    established = Connection("i-side", WEB, 80)
    world.change(put(acl("acl-front", "subnet-front", *FRONT_ACL)))
    found = probed(AT_FRONT) | {"answers allowed": established.echo("word")}
    world.change(put(acl("acl-front", "subnet-front", *FRONT_ACL[:2])))
    found["answers not allowed"] = established.echo("word")
    world.change(put(former, acl("acl-back", "subnet-back", *BACK_ACL)))
    found |= {
        "reconciled": str(world.reconcile()),
        "answers again": established.echo(""),
        **probed(AT_BACK),
    }
    world.change(put(acl("acl-back", "subnet-back", *BACK_ACL[:1])))
    found["endpoint, answers not allowed"] = tcp("i-mute", ENDPOINT, 443)
    world.change(delete(world.network.get(NetworkAcl, "acl-back")))
    found["endpoint, ACL gone"] = tcp("i-mute", ENDPOINT, 443)
    established.close()
    return found


def peering_goes(world: World) -> dict[str, str]:
    world.change(put(peering_connection(PeeringState.DELETED)))
    gone = tcp("i-app", FAR, 80)
    world.change(put(peering_connection()))
    return {"gone": gone, "back": tcp("i-app", FAR, 80)}


def gateway_endpoint_goes(world: World) -> dict[str, str]:
    world.change(put(gateway_endpoint("rtb-front")))
    moved = {"moved away": tcp("i-app", S3, 443), "moved here": tcp("i-web", S3, 443)}
    world.change(put(gateway_endpoint("rtb-main")))
    return {**moved, "back": tcp("i-app", S3, 443)}


def prefix_list_changes(world: World) -> dict[str, str]:
    """Let a list name the front subnet, which the endpoint's group lets in by it."""
    before = tcp("i-web", ENDPOINT, 443)
    world.change(put(prefix_list("203.0.113.0/24", FRONT)))
    named = tcp("i-web", ENDPOINT, 443)
    world.change(put(prefix_list("203.0.113.0/24")))
    return {"before": before, "named": named, "after": tcp("i-web", ENDPOINT, 443)}


def stopped(world: World) -> dict[str, Any]:
    world.change(put(instance("i-two", "subnet-front", InstanceState.STOPPED)))
    found = {"place": "i-two" in namespace.places(), "answer": tcp("i-app", TWO, 81)}
    world.change(put(instance("i-two", "subnet-front")))
    serve_two()
    return {**found, "started": tcp("i-app", TWO, 81)}


def undisturbed(world: World) -> dict[str, int]:
    """Echo over two connections while fifty other things change; count what got lost."""
    connections = [Connection("i-app", DB, 80), Connection("i-app", OUTSIDE, 80)]
    echoed = wrong = 0
    done = threading.Event()

    def talk() -> None:
        nonlocal echoed, wrong
        while not done.is_set():
            for connection in connections:
                wrong += connection.echo("word") != "word"
                echoed += 1

    talker = threading.Thread(target=talk)
    talker.start()
    changes = unrelated()
    for change in changes:
        world.change(change)
    done.set()
    talker.join()
    resent = sum(connection.retransmissions() for connection in connections)
    return {"changes": len(changes), "echoed": echoed, "wrong": wrong, "resent": resent}


def unrelated() -> list[Any]:
    """Give fifty changes: hosts that come and go, interfaces, rules, groups."""
    changes = []
    for number in range(10):
        new = host(f"new{number}", "subnet-front", f"172.16.1.{50 + number}", ("sg-open", "sg-app"))
        address = f"172.16.2.{50 + number}"
        more = interface(f"eni-e{number}", "subnet-back", address, group_ids=("sg-vpce",))
        changes += [
            put(*new),
            put(more),
            put(without(WEB_GROUP, ("sgr-udp", "sgr-echo", "sgr-web")[number % 3])),
            put(group(f"sg-new{number}"), WEB_GROUP),
            delete(*new) if number % 2 else delete(more),
        ]
    return changes


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
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True, timeout=10)
    Path("/run/genkan").mkdir()
    world = World(extended())
    report: dict[str, Any] = {"at once": world.reconcile(), "segments": segments()}
    seen = servers()
    report |= {
        "new engine": LinuxEngine().reconcile(world.compilation.program),
        "probes": probe(),
        "source check": source_check(seen),
        "middlebox": middlebox(),
        "revoked": revoked(world),
        "endpoint goes": endpoint_goes(world),
        "network acls": network_acls(world),
        "peering goes": peering_goes(world),
        "gateway endpoint goes": gateway_endpoint_goes(world),
        "prefix list changes": prefix_list_changes(world),
        "stopped": stopped(world),
        "undisturbed": undisturbed(world),
        "after changes": world.reconcile(),
        "tampered": tampered(world),
        "in the end": probe(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
