"""Connections while rules change: which go on and which stop, as JSON."""

import json
import socket
import sys
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from genkan.engine.linux.namespace import entered
from genkan.model.network import put
from genkan.model.network_interface import NetworkInterface
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from tests.compile.scenario import ANYWHERE, MINE, peering_connection, rule
from tests.engine.inside import own_run
from tests.engine.probes import LONG_PATIENCE, PATIENCE, Connection, tcp, tcp_server, udp_server
from tests.engine.world import EVERYTHING, OUT, World, extended, group, host, without

WEB, SHUT, OPEN, APP = "172.16.1.4", "172.16.1.30", "172.16.2.31", "172.16.2.4"
NETFILTER = Path("/proc/sys/net/netfilter")
OUTSIDE, FAR = "198.51.100.10", "10.2.0.4"
FROM_ANYWHERE = rule("sgr-all", Direction.INGRESS, CidrPeer(ANYWHERE), 80)
UDP_FROM_ANYWHERE = SecurityGroupRule(
    id="sgr-udp-all",
    direction=Direction.INGRESS,
    protocol=17,
    ports=PortRange(5000, 5000),
    peer=CidrPeer(ANYWHERE),
)
FROM_VPC = rule("sgr-vpc", Direction.INGRESS, CidrPeer(IPv4Network("172.16.0.0/16")), 80)
SOME_OUT = rule("sgr-some", Direction.EGRESS, CidrPeer(ANYWHERE), 443)
# answers everything: what comes in from everywhere is not tracked
WIDE = group("sg-wide", OUT, FROM_ANYWHERE, UDP_FROM_ANYWHERE)
# answers little: what comes in is tracked
SHUT_GROUP = group("sg-shut", SOME_OUT, FROM_ANYWHERE)
# lets everything in: what goes out to everywhere is not tracked
LOOSE = group("sg-loose", OUT, EVERYTHING)


class Datagrams:
    """One flow of UDP."""

    def __init__(self, place: str, address: str, port: int) -> None:
        with entered(place):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.connect((address, port))

    def echo(self, text: str, patience: float = LONG_PATIENCE) -> str:
        self._socket.settimeout(patience)
        self._socket.send(text.encode())
        try:
            return self._socket.recv(100).decode()
        except TimeoutError:
            return "silence"


def inbound(world: World) -> dict[str, str]:
    """Take away, narrow and give back the rule that lets connections in, with more beside."""
    untracked, tracked = Connection("i-app", WEB, 80), Connection("i-app", SHUT, 80)
    datagrams = Datagrams("i-app", WEB, 5000)
    found = {"udp": datagrams.echo("udp")}
    world.change(put(group("sg-else", OUT)))
    found["something else changed"] = untracked.echo("one", LONG_PATIENCE)
    world.change(put(group("sg-wide", OUT, FROM_VPC, UDP_FROM_ANYWHERE)))
    found |= {
        "narrowed": untracked.echo("two", LONG_PATIENCE),
        "narrowed, udp": datagrams.echo("again"),
    }
    world.change(put(group("sg-wide", OUT), group("sg-shut", SOME_OUT)))
    found |= {
        "tracked, revoked": tracked.echo("three", LONG_PATIENCE),
        "untracked, revoked": untracked.echo("four", PATIENCE),
        "untracked udp, revoked": datagrams.echo("lost", 0.5),
        "new": tcp("i-app", WEB, 80, PATIENCE),
    }
    world.change(put(WIDE, SHUT_GROUP))
    return {**found, "allowed again": untracked.echo("", LONG_PATIENCE)}


def outbound(world: World) -> dict[str, str]:
    """Take away the rule that lets connections out of an interface that lets everything in."""
    inside, outside = Connection("i-open", WEB, 80), Connection("i-open", OUTSIDE, 80)
    known = Connection("i-app", WEB, 80)
    app = world.network.get(SecurityGroup, "sg-app")
    world.change(put(without(LOOSE, "sgr-out"), without(app, "sgr-1")))
    found = {
        "untracked": inside.echo("one", PATIENCE),
        "through NAT": outside.echo("two", LONG_PATIENCE),
        "tracked": known.echo("three", LONG_PATIENCE),
        "new": tcp("i-open", WEB, 80, PATIENCE),
    }
    world.change(put(LOOSE, app))
    return found


def groups_of_an_interface(world: World) -> dict[str, str]:
    """Give an interface other groups: what is tracked goes on, what is not stops."""
    untracked, tracked = Connection("i-app", WEB, 80), Connection("i-app", SHUT, 80)
    web, shut = (world.network.get(NetworkInterface, name) for name in ("eni-web", "eni-shut"))
    nothing = ("sg-else",)
    world.change(put(replace(web, group_ids=nothing), replace(shut, group_ids=nothing)))
    found = {
        "untracked": untracked.echo("one", PATIENCE),
        "tracked": tracked.echo("two", LONG_PATIENCE),
    }
    world.change(put(web, shut))
    return found


def peered(world: World) -> dict[str, str]:
    """Name a group of the peered VPC in a rule, while the two are joined and when they are not."""
    far = world.network.get(SecurityGroup, "sg-far")
    before = tcp("i-app", FAR, 80)
    named = rule("sgr-peer", Direction.INGRESS, GroupPeer("sg-app", MINE["account"]), 80)
    world.change(put(replace(far, rules=(OUT, named))))
    found = {"by range": before, "by group": tcp("i-app", FAR, 80)}
    app = world.network.get(NetworkInterface, "eni-app")
    world.change(put(replace(app, group_ids=("sg-loose",))))
    found["group taken off"] = tcp("i-app", FAR, 80, PATIENCE)
    world.change(put(app))
    found["group put on"] = tcp("i-app", FAR, 80)
    world.change(put(replace(peering_connection(), state=peering_connection().state.DELETED)))
    found["peering gone"] = tcp("i-app", FAR, 80, PATIENCE)
    world.change(put(peering_connection()))
    found["peering back"] = tcp("i-app", FAR, 80)
    world.change(put(far))
    return found


def known_for(place: str) -> dict[str, int]:
    """Give how many seconds a place knows an idle connection, by the kernel's own names."""
    names = ("tcp_timeout_established", "udp_timeout", "udp_timeout_stream", "generic_timeout")
    with entered(place):
        return {name: int((NETFILTER / f"nf_conntrack_{name}").read_text()) for name in names}


def main() -> None:
    own_run()
    world = World(
        [
            *(one for one in extended() if one.id != "eni-web"),
            WIDE,
            SHUT_GROUP,
            LOOSE,
            *host(
                "web",
                "subnet-front",
                WEB,
                ("sg-wide",),
                public_ip=IPv4Address("54.65.0.9"),
            ),
            *host("shut", "subnet-front", SHUT, ("sg-shut",)),
            *host("open", "subnet-back", OPEN, ("sg-loose",)),
        ]
    )
    for place in ("i-web", "i-shut", "i-far", "outside"):
        tcp_server(place, 80)
    udp_server("i-web", 5000)
    report: dict[str, Any] = {
        "inbound": inbound(world),
        "outbound": outbound(world),
        "groups of an interface": groups_of_an_interface(world),
        "peered": peered(world),
        "known for": known_for("vpc-1"),
        "after changes": world.reconcile(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
