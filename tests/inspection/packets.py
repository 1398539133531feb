"""Real packets through an endpoint of a gateway load balancer and its appliances, as JSON.

Runs as a program inside namespaces of its own.
"""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from genkan.compile.gateways import EVERYWHERE
from genkan.engine.linux.namespace import entered, socket_in
from genkan.engine.linux.naming import device_name
from genkan.inspection import SECTIONS, Inspector
from genkan.model.network import Change, delete, put
from genkan.model.network_acl import NetworkAcl
from genkan.model.network_interface import NetworkInterface
from genkan.model.route_table import (
    Route,
    RouteTable,
    RouteTableAssociation,
    RouteTarget,
    TargetKind,
)
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.target_health import TargetHealth, target_health_id
from genkan.model.vpc import InternetGateway
from genkan.program import Delta
from tests.compile.scenario import (
    FLEET,
    MINE,
    acl,
    acl_entry,
    appliances,
    first_account,
    inspected,
)
from tests.engine.inside import own_run
from tests.engine.probes import (
    LONG_PATIENCE,
    PATIENCE,
    Connection,
    icmp,
    tcp,
    tcp_server,
    udp,
    udp_server,
)
from tests.engine.world import World
from tests.inspection.appliance import Appliance, listen

DB, LOAD_BALANCER = "10.5.3.4", "10.5.1.10"
APP = "10.5.1.4"
DB_IPV6 = "fd05:0:0:3::4"
REFUSED, CLOSED = 22, 81  # by the appliance; by nobody who listens
PUBLIC, OUTSIDE, OUTSIDE_IPV6, APP_IPV6 = "54.65.0.5", "198.51.100.10", "3fff::10", "fd05:0:0:1::4"
EDGES = {
    "in": (tcp, "outside", PUBLIC, 80),
    "in, IPv6": (tcp, "outside", APP_IPV6, 80),
    "out": (tcp, "i-in-app", OUTSIDE, 80),
    "out, IPv6": (tcp, "i-in-app", OUTSIDE_IPV6, 80),
    "in, nobody listens": (tcp, "outside", PUBLIC, CLOSED),
    "in, IPv6, nobody listens": (tcp, "outside", APP_IPV6, CLOSED),
}


class Inspected(World):
    """A world with an inspector."""

    def __init__(self) -> None:
        super().__init__([*inspected(), *first_account()])
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.start()

    def start(self) -> None:
        self.inspector = self._in_loop(lambda: Inspector(socket_in, self.loop))
        self._tell(Delta(put=tuple(self.compilation.program)))

    def restart(self) -> None:
        self._in_loop(self.inspector.close)
        self.start()

    def change(self, change: Change) -> None:
        before = self.compilation.program
        super().change(change)
        self._tell(before.delta(self.compilation.program))

    def _tell(self, delta: Delta) -> None:
        self._in_loop(lambda: self.inspector.apply(delta.only(SECTIONS)))

    def _in_loop(self, work: Any) -> Any:
        done: Future[Any] = Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)

        self.loop.call_soon_threadsafe(run)
        return done.result(LONG_PATIENCE)


def appliance(place: str) -> Appliance:
    with entered(place):
        opened = listen()
    one = Appliance(opened, frozenset({REFUSED}))
    one.start()
    return one


def ipv6_seen(fleet: list[Appliance]) -> list[str]:
    """Give the ends of the IPv6 packets that appliances saw."""
    return sorted({seen.source for one in fleet for seen in one.seen if ":" in seen.source})


def flows(fleet: list[Appliance]) -> dict[str, Any]:
    """Open forty connections; say how the appliances saw them."""
    for one in fleet:
        one.seen.clear()
    connections = [Connection("i-in-app", DB, 80) for _ in range(40)]
    for one in connections:
        assert one.echo("word") == "word"
        one.close()
    cookies = [{seen.options[3] for seen in one.seen} for one in fleet]
    flow_cookies: dict[tuple[int, ...], set[bytes]] = {}
    for one in fleet:
        for seen in one.seen:
            flow_cookies.setdefault(tuple(sorted(seen.ports)), set()).add(seen.options[3])
    both_ways = [
        {seen.source for seen in one.seen if sorted(seen.ports) == sorted(of.ports)}
        for one in fleet
        for of in one.seen
    ]
    first = fleet[0].seen[0].options
    return {
        "used": [bool(one) for one in cookies],
        "shared": len(cookies[0] & cookies[1]),
        "cookies a flow": sorted({len(one) for one in flow_cookies.values()}),
        "flows": len(flow_cookies),
        "both directions": all(one == {APP, DB} for one in both_ways),
        "endpoint": first[1].hex(),
        "lengths": [len(first[kind]) for kind in (1, 2, 3)],
    }


def large(fleet: list[Appliance]) -> dict[str, Any]:
    """Send a megabyte and have it echoed."""
    with entered("i-in-app"):
        client = socket.create_connection((DB, 80), LONG_PATIENCE)
    client.recv(100)
    sent = bytes(range(256)) * 4096
    threading.Thread(target=client.sendall, args=(sent,), daemon=True).start()
    got = b""
    while len(got) < len(sent):
        got += client.recv(1 << 20)
    segment = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
    client.close()
    largest = max(seen.size for one in fleet for seen in one.seen)
    return {"equal": got == sent, "segment": segment, "largest": largest}


def datagram(size: int, arrived: list[str]) -> str:
    """Send a datagram whose IPv4 packet has `size` bytes, and one more in the same flow, which no
    other appliance brings there before it."""
    before = len(arrived)
    with entered("i-in-app"):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(LONG_PATIENCE)
    with client:
        for payload in (bytes(size - 28), b"last"):
            client.sendto(payload, (DB, 5000))
        while client.recv(1 << 14) != b"last":
            pass
    return "arrives" if len(arrived) == before + 2 else "dropped"


def echo(connection: Connection) -> str:
    return connection.echo("word")


def connected(fleet: list[Appliance], index: int) -> Connection:
    """Give a connection that goes through the appliance of this number."""
    for _ in range(60):
        one = Connection("i-in-app", DB, 80)
        if any(one.port() in seen.ports for seen in fleet[index].seen):
            return one
        one.close()
    raise AssertionError("no connection goes through that appliance")


def gone(world: Inspected, fleet: list[Appliance]) -> dict[str, Any]:
    """Take an appliance out, with flows that stay and with flows that move."""
    found: dict[str, Any] = {}
    for how in ("no_rebalance", "rebalance"):
        attributes = {
            "target_failover__on_unhealthy": how,
            "target_failover__on_deregistration": how,
            "deregistration_delay__timeout_seconds": "0",
        }
        world.change(put(*appliances("i-fw1", "i-fw2", **attributes)))
        connection = connected(fleet, 0)
        world.change(put(*appliances("i-fw2", **attributes)))
        time.sleep(0.6)  # the delay, as it is looked at
        fleet[0].seen.clear()
        fleet[1].seen.clear()
        found[how] = {"echo": echo(connection), "through": [bool(one.seen) for one in fleet]}
        connection.close()
        news = [Connection("i-in-app", DB, 80) for _ in range(8)]
        ports = {one.port() for one in news}
        by_the_former = [one for one in fleet[0].seen if ports & set(one.ports)]
        found[how] |= {"new": len(news), "new by the one that left": len(by_the_former)}
        for one in news:
            one.close()
    world.change(put(*appliances()))
    found["nobody"] = tcp("i-in-app", DB, 80, PATIENCE)
    world.change(put(*appliances("i-fw1", "i-fw2")))
    found["again"] = tcp("i-in-app", DB, 80)
    return found


def sick(world: Inspected, fleet: list[Appliance]) -> dict[str, Any]:
    """Let an appliance be measured as not well, then both."""
    found: dict[str, Any] = {}
    for how in ("no_rebalance", "rebalance"):
        attributes = {
            "target_failover__on_unhealthy": how,
            "target_failover__on_deregistration": how,
        }
        measured = put(health("i-fw1", True), health("i-fw2", True))
        world.change(measured + put(*appliances("i-fw1", "i-fw2", **attributes)))
        connection = connected(fleet, 0)
        fleet[0].works = False
        world.change(put(health("i-fw1", False)))
        found[how] = {"echo": echo(connection), "new": {tcp("i-in-app", DB, 80) for _ in range(8)}}
        found[how]["new"] = sorted(found[how]["new"])
        fleet[0].works = True
        connection.close()
    world.change(put(health("i-fw2", False)))
    found["open"] = flows(fleet)["used"]
    world.change(delete(health("i-fw1", True), health("i-fw2", True)))
    return found


def health(instance: str, healthy: bool) -> TargetHealth:
    return TargetHealth(
        id=target_health_id(FLEET, instance, 6081),
        vpc_id="vpc-6",
        target_group=FLEET,
        healthy=healthy,
        **MINE,
    )


def forged(fleet: list[Appliance], arrived: list[str]) -> dict[str, int]:
    """Send an appliance's datagram once more, as it was and otherwise; count what arrives."""
    udp("i-in-app", DB, 5000)
    one = next(one for one in fleet if (DB, 5000) in one.kept)
    kept = one.kept[DB, 5000]
    with entered("i-other"):
        other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    swapped = kept[:8] + kept[32:40] + kept[8:32] + kept[40:]  # the cookie's option first
    counts = {}
    for name, by, data in (
        ("as it was", one.socket, kept),
        ("options in another order", one.socket, swapped),
        ("another cookie", one.socket, kept[:36] + bytes(3) + b"1" + kept[40:]),
        ("no options", one.socket, b"\0" + kept[1:8] + kept[40:]),
        ("cut", one.socket, kept[:30]),
        ("by another", other, kept),
    ):
        before = len(arrived)
        by.sendto(data, (LOAD_BALANCER, 6081))
        assert udp("i-in-app", DB, 5000) == "hello"  # later than that one
        counts[name] = len(arrived) - before - 1
    other.close()
    return counts


def walls(world: Inspected) -> dict[str, str]:
    """Refuse by the ACL of the endpoint's subnet, then by the group of the appliances."""
    refusing = acl("acl-gw", "subnet-gw", acl_entry(100, True, "0.0.0.0/0"))
    world.change(put(replace(refusing, vpc_id="vpc-5")))
    found = {"acl": tcp("i-in-app", DB, 80, PATIENCE)}
    world.change(delete(world.network.get(NetworkAcl, "acl-gw")))
    found["without"] = tcp("i-in-app", DB, 80)
    group = world.network.get(SecurityGroup, "sg-fw")
    kept = tuple(one for one in group.rules if one.id != "sg-fw-in")
    world.change(put(*appliances("i-fw2")))
    world.change(put(replace(group, rules=kept)))
    found["group"] = tcp("i-in-app", DB, 80, PATIENCE)
    world.change(put(group, *appliances("i-fw1", "i-fw2")))
    found["with"] = tcp("i-in-app", DB, 80)
    return found


def edge(world: Inspected, fleet: list[Appliance]) -> dict[str, Any]:
    """Lead what comes in from the internet, and what goes out, by the appliances; then break one
    half of that."""
    app, gw = (world.network.get(RouteTable, name) for name in ("rtb-app", "rtb-gw"))
    endpoint = RouteTarget(TargetKind.VPC_ENDPOINT, "vpce-60606060606060601")
    gateway = RouteTarget(TargetKind.INTERNET_GATEWAY, "igw-5")
    subnet = world.network.get(Subnet, "subnet-app")
    edges = RouteTable(
        id="rtb-edge",
        vpc_id="vpc-5",
        routes=tuple(Route(destination=block, target=endpoint) for block in subnet.blocks),
        associations=(RouteTableAssociation(id="rtbassoc-edge", gateway_id="igw-5"),),
        **MINE,
    )
    worn = world.network.get(NetworkInterface, "eni-in-app")
    world.change(
        put(
            InternetGateway(id="igw-5", vpc_id="vpc-5", **MINE),
            replace(worn, public_ip=IPv4Address(PUBLIC)),
            replace(app, routes=(*app.routes, *everywhere(endpoint))),
            replace(gw, routes=everywhere(gateway)),
            edges,
        )
    )
    for one in fleet:
        one.seen.clear()
    found: dict[str, Any] = {name: client(*ends) for name, (client, *ends) in EDGES.items()}
    found["flows"] = ends_by_flow(fleet)
    fleet[0].works = fleet[1].works = False
    found["nobody passes it"] = tcp("outside", PUBLIC, 80, PATIENCE)
    fleet[0].works = fleet[1].works = True
    world.change(put(app, gw, replace(edges, associations=())))
    return found


def everywhere(target: RouteTarget) -> tuple[Route, ...]:
    return tuple(Route(destination=EVERYWHERE[one], target=target) for one in (4, 6))


def ends_by_flow(fleet: list[Appliance]) -> list[tuple[int, int]]:
    """Give of each flow how many appliances saw it, and how many senders they saw in it."""
    seen_by: dict[tuple[int, ...], set[int]] = {}
    ends: dict[tuple[int, ...], set[str]] = {}
    for number, one in enumerate(fleet):
        for seen in one.seen:
            flow = tuple(sorted(seen.ports))
            seen_by.setdefault(flow, set()).add(number)
            ends.setdefault(flow, set()).add(seen.source)
    return [(len(seen_by[flow]), len(ends[flow])) for flow in ends]


def restarted(world: Inspected) -> dict[str, Any]:
    connection = Connection("i-in-app", DB, 80)
    world.restart()
    after = echo(connection)
    with entered("vpc-5"):
        subprocess.run(["ip", "link", "del", device_name("eni-gwlbe")], check=True)
    mended = world.reconcile()
    end = time.monotonic() + LONG_PATIENCE
    while (answer := tcp("i-in-app", DB, 80)) == "silence" and time.monotonic() < end:
        pass
    return {"after": after, "mended": mended > 0, "device again": answer}


def main() -> None:
    own_run()
    world = Inspected()
    fleet = [appliance("i-fw1"), appliance("i-fw2")]
    for place in ("i-in-app", "outside"):
        tcp_server(place, 80)
        tcp_server(place, 80, version=6)
    for port in (80, REFUSED):
        tcp_server("i-in-db", port)
        tcp_server("i-in-db", port, version=6)
    arrived = udp_server("i-in-db", 5000)
    report: dict[str, Any] = {
        "passes": tcp("i-in-app", DB, 80),
        "refused": tcp("i-in-app", DB, REFUSED, PATIENCE),
        "nobody listens": tcp("i-in-app", DB, CLOSED),
        "ipv6, nobody listens": tcp("i-in-app", DB_IPV6, CLOSED),
        "udp": udp("i-in-app", DB, 5000),
        "echo": icmp("i-in-app", DB),
        "ipv6": tcp("i-in-app", DB_IPV6, 80),
        "ipv6 seen": ipv6_seen(fleet),
        "ipv6 refused": tcp("i-in-app", DB_IPV6, REFUSED, PATIENCE),
        "endpoint's address": tcp("i-in-app", "10.5.2.5", 80, PATIENCE),
        "flows": flows(fleet),
        "large": large(fleet),
        "8500": datagram(8500, arrived),
        "8501": datagram(8501, arrived),
        "forged": forged(fleet, arrived),
        "walls": walls(world),
        "sick": sick(world, fleet),
        "gone": gone(world, fleet),
        "edge": edge(world, fleet),
        "restarted": restarted(world),
        "reconciled": world.reconcile(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
