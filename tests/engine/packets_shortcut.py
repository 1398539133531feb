"""Real packets on the shortcut, and what makes them leave it, as JSON.

Runs as a program inside namespaces of its own, as `packets` does; as root, for only root may load
programs into the kernel.
"""

import hashlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from genkan.engine.linux import conntrack
from genkan.engine.linux.engine import LinuxEngine
from genkan.engine.linux.namespace import entered
from genkan.engine.linux.naming import number
from genkan.engine.linux.shortcut import Accelerator
from genkan.engine.linux.watch import Watch
from genkan.model.instance import Instance, InstanceState
from genkan.model.load_balancer import Target
from genkan.model.network import delete, put
from genkan.model.network_acl import NetworkAcl, NetworkAclAssociation, NetworkAclEntry
from genkan.model.resource import Resource
from genkan.model.route_table import Route, RouteTable, RouteTableAssociation, RouteTarget
from genkan.model.route_table import TargetKind as Kind
from genkan.model.vpc_endpoint import VpcEndpointState
from tests.compile.scenario import MINE
from tests.engine import service_world
from tests.engine.inside import own_run
from tests.engine.packets_tracking import Datagrams
from tests.engine.probes import FAMILIES, Connection, tcp_server
from tests.engine.service_world import (
    consumer,
    endpoint,
    everything,
    group,
    host,
    target_group,
)
from tests.engine.services import measured, open_targets
from tests.engine.services_ipv6 import six
from tests.engine.six_world import SixWorld
from tests.engine.world import World

VERSION = 6 if "ipv6" in sys.argv else 4  # whose packets these are
ENDPOINT, NLB_A = (
    six(one) if VERSION == 6 else one for one in (service_world.ENDPOINT, service_world.NLB_A)
)
PATIENCE = 8.0  # for what must come
SHORT = 0.6  # for what must not
AFTER = 8  # packets until a flow may be handed on
WORDS = 60
EVERYWHERE = IPv4Network("0.0.0.0/0")
NODE = "eni-p-nlb-a"
MEGABYTES = 8
TELLS_HOPS = {4: (socket.IPPROTO_IP, 12), 6: (socket.IPPROTO_IPV6, 51)}


def accelerator(world: World) -> Accelerator:
    assert world.engine.accelerator is not None
    return world.engine.accelerator


def until(holds: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> bool:
    """Wait for something; False: it did not come."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            return False
        meanwhile()
        time.sleep(0.002)
    return True


class Talk:
    """A TCP connection that is handed on, if that is waited for."""

    def __init__(
        self,
        world: World,
        place: str = "i-c-client",
        address: str = ENDPOINT,
        waits: bool = True,
    ) -> None:
        self._world = world
        self.connection = Connection(place, address, 443, PATIENCE)
        self.connection.wait(PATIENCE)
        self.is_handed = waits and self.get_handed()

    def get_handed(self) -> bool:
        before = accelerator(self._world).counts.handed
        return until(
            lambda: accelerator(self._world).counts.handed > before,
            lambda: self.echo("word", PATIENCE),
        )

    def echo(self, word: str = "word", patience: float = SHORT) -> str:
        return self.connection.echo(word, patience)

    def end(self) -> None:
        self.connection.close()


def carried_on(world: World) -> dict[str, Any]:
    """Say words on the shortcut; then close."""
    talk = Talk(world)
    before = accelerator(world).carried()[0]
    words = {talk.echo(f"word {number}", PATIENCE)[:4] for number in range(WORDS)}
    found = {
        "handed": talk.is_handed,
        "seen": talk.connection.seen,
        "words": sorted(words),
        "carried": accelerator(world).carried()[0] - before,
        "sent again": talk.connection.retransmissions(),
    }
    talk.end()
    found["left on it"] = not until(lambda: accelerator(world).handed == 0)
    return {**found, "then": states()}


def states() -> list[str]:
    """Give what the places know of the connections of TCP that are there."""
    found: list[str] = []
    for place in ("vpc-c", NODE, "vpc-p"):
        watch = Watch(place)
        found += [one.state for part in watch.connections(reset=False) for one in part if one.state]
        watch.close()
    return sorted(set(found))


def bulk(world: World) -> dict[str, Any]:
    """Send much and have it come back, both ways on the shortcut."""
    talk = Talk(world)
    opened = talk.connection._socket
    data = os.urandom(1 << 20) * MEGABYTES
    sender = threading.Thread(target=opened.sendall, args=(data,))
    sender.start()
    back = hashlib.sha256()
    left = len(data)
    while left:
        part = opened.recv(1 << 18)
        assert part
        back.update(part)
        left -= len(part)
    sender.join()
    found = {
        "same": back.digest() == hashlib.sha256(data).digest(),
        "carried": accelerator(world).carried()[1] // (1 << 20),
        "counted": counted("vpc-c") // (1 << 20),
    }
    talk.end()
    return found


def counted(place: str) -> int:
    watch = Watch(place)
    total = sum(
        one.bytes + one.bytes_back for part in watch.connections(reset=False) for one in part
    )
    watch.close()
    return total


BEGUN: dict[str, Datagrams] = {}
LEFT: list[int] = []  # how many hops packets had left


def begin_datagrams() -> None:
    """Begin flows that will have lasted for a while when they are asked for: only then the kernel
    takes them for streams."""
    serve_datagrams("i-p-one")
    for place in ("i-c-client", "i-c-other"):
        BEGUN[place] = Datagrams(place, ENDPOINT, 5000)
        BEGUN[place].echo("word", PATIENCE)


def serve_datagrams(place: str) -> None:
    """Send back what comes."""
    with entered(place):
        server = socket.socket(FAMILIES[VERSION][0], socket.SOCK_DGRAM)
    server.setsockopt(*TELLS_HOPS[VERSION], 1)
    server.bind((FAMILIES[VERSION][1], 5000))

    def answer() -> None:
        while True:
            data, told, _, source = server.recvmsg(4096, 100)
            LEFT.append(struct.unpack("=i", told[0][2])[0])
            server.sendto(data, source)

    threading.Thread(target=answer, daemon=True).start()


def datagrams(world: World) -> dict[str, Any]:
    talk = BEGUN["i-c-client"]
    handed = get_handed(world, talk)
    carried = accelerator(world).carried()[0]
    words = {talk.echo("w" * size, PATIENCE) == "w" * size for size in (1, 2, 55, 99)}
    return {
        "handed": handed,
        "words": sorted(words),
        "carried": accelerator(world).carried()[0] - carried,
        "hops": sorted({64 - one for one in LEFT}),
    }


def own(world: World) -> dict[str, Any]:
    """Speak with the load balancer from its own VPC, where targets see the client."""
    open_targets(world)
    talk = Talk(world, "i-p-neighbour", NLB_A)
    found = {"handed": talk.is_handed, "seen": talk.connection.seen, "word": talk.echo()}
    talk.end()
    return found


def rejected(world: World) -> dict[str, Any]:
    one, other = Talk(world), Talk(world, "i-d-client")
    world.change(put(endpoint("c", VpcEndpointState.REJECTED)))
    found: dict[str, Any] = {"established": one.echo(), "other": other.echo("word", PATIENCE)}
    found["other handed on again"] = other.get_handed()
    world.change(put(endpoint("c")))
    one.connection.wait(20.0)
    found["accepted again"] = one.echo("more", 20.0)
    for talk in (one, other):
        talk.end()
    return found


def deleted(world: World) -> dict[str, str]:
    talk = Talk(world)
    there = [one for one in consumer("c") if one.id in ("vpce-c", "vpce-con-c", "eni-c-vpce")]
    world.change(delete(*there))
    found = {"established": talk.echo()}
    world.change(put(*there))
    talk.end()
    return found


def acl(deny: str | None, cidr: str = f"{service_world.ENDPOINT}/32") -> NetworkAcl:
    """Give the ACL of a consumer's second subnet: all passes, but what comes from or goes to a
    block."""
    rows = [(100, True, EVERYWHERE)]
    entries = [
        NetworkAclEntry(number=number, egress=way, allow=allow, protocol=None, cidr=block)
        for way in (True, False)
        for number, allow, block in rows
    ]
    if deny:
        entries.append(
            NetworkAclEntry(
                number=50,
                egress=deny == "egress",
                allow=False,
                protocol=None,
                cidr=IPv4Network(cidr),
            )
        )
    association = NetworkAclAssociation(id="aclassoc-c", subnet_id="subnet-c-b")
    return NetworkAcl(
        id="acl-c", vpc_id="vpc-c", entries=tuple(entries), associations=(association,), **MINE
    )


def denied(world: World) -> dict[str, Any]:
    """Have an ACL deny, each way, what is on the shortcut; and allow it again.

    The node still sees the answers that the consumer's side denies: they are not to bring the flow
    back to the shortcut.
    """
    world.change(put(acl(None)))
    talk, flow = Talk(world, "i-c-other"), BEGUN["i-c-other"]
    found: dict[str, Any] = {"flow handed": get_handed(world, flow)}
    world.change(put(acl("egress")))
    found["egress"] = [talk.echo(), flow.echo("word", SHORT)]
    world.change(put(acl(None)))
    found["allowed"] = flow.echo("word", PATIENCE)
    world.change(put(acl("ingress")))
    before, reasons = accelerator(world).counts.handed, accelerator(world).counts.reasons
    reasons.clear()
    found["ingress"] = flow.echo("word", SHORT)
    found["asked again"] = until(lambda: bool(reasons), lambda: flow.echo("word", 0.001))
    found["why not"] = next(iter(reasons))
    found["handed on meanwhile"] = accelerator(world).counts.handed - before
    world.change(put(acl(None)))
    found["allowed again"] = until(lambda: flow.echo("again", SHORT) == "again")
    talk.end()
    return found


def get_handed(world: World, flow: Datagrams) -> bool:
    before = accelerator(world).counts.handed
    return until(
        lambda: accelerator(world).counts.handed > before, lambda: flow.echo("word", PATIENCE)
    )


def revoked(world: World) -> dict[str, str]:
    """Take the endpoint's group's rules away: what is tracked goes on, what is new does not."""
    talk = Talk(world)
    there = next(one for one in consumer("c") if one.id == "sg-c-door")
    world.change(put(group("c", "door")))
    found = {"established": talk.echo("word", PATIENCE)}
    world.change(put(there))
    talk.end()
    return found


def ill(world: World) -> dict[str, str]:
    cross = (("load_balancing.cross_zone.enabled", "true"),)
    world.change(put(target_group(attributes=cross), *measured(one=True, two=False)))
    talk = Talk(world)
    world.change(put(*measured(one=False, two=True)))
    found = {"established": talk.echo()}
    world.change(put(target_group()) + delete(*measured(one=True, two=True)))
    talk.end()
    return found


def drained(world: World) -> dict[str, str]:
    ends = (("deregistration_delay.connection_termination.enabled", "true"),)
    world.change(put(target_group(attributes=ends)))
    talk = Talk(world)
    world.change(put(target_group(attributes=ends, targets=(Target(id="i-p-two", port=8080),))))
    found = {"established": talk.echo()}
    world.change(put(target_group()))
    talk.end()
    return found


def stopped(world: World) -> dict[str, str]:
    talk = Talk(world)
    target = world.network.get(Instance, "i-p-one")
    world.change(put(replace(target, state=InstanceState.STOPPED)))
    found = {"established": talk.echo()}
    talk.end()
    world.change(put(target))
    serve("i-p-one")
    return found


def remembered(world: World) -> dict[str, Any]:
    """Have the tables about to forget a connection that goes on; then have the node forget it."""
    accelerator(world).keep_every = 0.2
    talk = Talk(world)
    flow = next(iter(accelerator(world)._flows.values()))
    end = time.monotonic() + 1.5
    lasting = min(one.timeout for _, one in flow.path.tracked)
    for place, one in flow.path.tracked:
        accelerator(world)._ask(place).keep(one, 1)
    words = set()
    while time.monotonic() < end:
        words.add(talk.echo("word", PATIENCE))
    found: dict[str, Any] = {"words": sorted(words), "handed": accelerator(world).handed}
    left = [
        accelerator(world)._ask(place).connection(one.answers) for place, one in flow.path.tracked
    ]
    found["lasting"] = [one is not None and one.timeout >= lasting - 2 for one in left]
    conntrack.forget_marked(NODE, number("answers/eni-c-vpce"))
    found["forgotten"] = until(lambda: talk.echo("word", PATIENCE) == "reset")
    accelerator(world).keep_every = 5.0
    talk.end()
    return found


def reset(world: World) -> list[str]:
    """Reset a connection that is on the shortcut; give what the tables know of it."""
    talk = Talk(world)
    talk.connection._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.end()
    until(lambda: "reset" in states())
    return states()


def box() -> list[Resource]:
    """Give an appliance in the consumer's VPC, through which answers go to its second subnet."""

    def table(name: str, of: str, block: str) -> RouteTable:
        target = RouteTarget(Kind.NETWORK_INTERFACE, "eni-c-box")
        return RouteTable(
            id=f"rtb-c-{name}",
            vpc_id="vpc-c",
            associations=(RouteTableAssociation(id=f"rtbassoc-{name}", subnet_id=of),),
            routes=(Route(destination=IPv4Network(block), target=target),),
            **MINE,
        )

    worn, instance = host("c", "box", "10.0.2.70", "open")
    return [
        replace(worn, source_dest_check=False),  # type: ignore[type-var]
        instance,
        table("a", "subnet-c-a", "10.0.2.30/32"),
    ]


def appliance(world: World) -> dict[str, Any]:
    """Have what is on the shortcut go by an appliance, from one packet to the next."""
    talk = Talk(world, "i-c-other")
    made = box()
    world.change(put(*made))
    with entered("i-c-box"), open(FORWARDS[VERSION], "w") as file:
        file.write("1")
    before = received("i-c-box")
    words = {talk.echo("word", PATIENCE) for _ in range(WORDS)}
    found = {"words": sorted(words), "by the appliance": received("i-c-box") - before >= WORDS}
    talk.end()
    world.change(delete(*made))
    return found


FORWARDS = {
    4: "/proc/sys/net/ipv4/ip_forward",
    6: "/proc/sys/net/ipv6/conf/all/forwarding",
}
WORLDS: dict[int, type[World]] = {4: World, 6: SixWorld}


def received(place: str) -> int:
    with entered(place), open("/proc/thread-self/net/dev") as file:
        return next(int(line.split()[2]) for line in file if line.strip().startswith("eth0:"))


def killed(world: World) -> dict[str, Any]:
    """Have another engine hand on, and kill its process; then go on with this one."""
    accelerator(world).close()
    world.engine = LinuxEngine()
    connection = Connection("i-c-client", ENDPOINT, 443, PATIENCE)
    connection.wait(PATIENCE)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.engine.packets_shortcut", "hand on", f"ipv{VERSION}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        told: list[str] = []
        read = other.stdout.readline
        reader = threading.Thread(target=lambda: told.append(read()))
        reader.start()
        while reader.is_alive():
            connection.echo("word", PATIENCE)
            time.sleep(0.005)  # leaves the other one a processor
        other.send_signal(signal.SIGKILL)
        other.wait(PATIENCE)
    found = {"told": told[0].strip(), "goes on": connection.echo("word", PATIENCE)}
    world.reconcile()
    world.change(put(endpoint("c", VpcEndpointState.REJECTED)))
    found["rejected"] = connection.echo("word", SHORT)
    connection.close()
    return found


def hand_on() -> None:
    """Be the other engine: tell when a flow is handed on, and wait to be killed."""
    world = WORLDS[VERSION](everything(), AFTER)
    until(lambda: accelerator(world).handed > 0)
    print("handed", accelerator(world).handed, flush=True)
    time.sleep(60)


def serve(*places: str) -> None:
    for place in places:
        tcp_server(place, 8080, version=VERSION)


def main() -> None:
    own_run()
    world = WORLDS[VERSION](everything(), AFTER)
    serve("i-p-one", "i-p-two")
    begin_datagrams()
    scenes = (
        carried_on, bulk, own, reset, datagrams, denied, rejected, deleted, revoked, ill, drained,
        stopped, remembered, appliance, killed,
    )  # fmt: skip
    json.dump({scene.__name__: scene(world) for scene in scenes}, sys.stdout)


if __name__ == "__main__":
    if "hand on" in sys.argv:
        hand_on()
    else:
        main()
