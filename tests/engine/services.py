"""Real packets through endpoint services and network load balancers; what became of them, as JSON.

Runs as a program inside namespaces of its own, as `packets` does.
"""

import asyncio
import json
import socket
import ssl
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from genkan.certificates.kept import Kept
from genkan.engine.linux import conntrack, namespace
from genkan.engine.linux.naming import number
from genkan.front.streams import SECTIONS, StreamRelay
from genkan.model.instance import Instance, InstanceState
from genkan.model.load_balancer import Target, TargetType
from genkan.model.network import delete, put
from genkan.model.security_group import CidrPeer, Direction
from genkan.model.target_health import TargetHealth, target_health_id
from genkan.model.vpc_endpoint import VpcEndpointState
from genkan.program import Program
from tests.certificates.paper import made
from tests.compile.scenario import AT, MINE
from tests.engine.probes import Connection, icmp, tcp, tcp_server, udp, udp_server
from tests.engine.service_world import (
    CLIENT,
    ENDPOINT,
    GROUP,
    NLB_A,
    NLB_B,
    TARGET_A,
    TARGET_B,
    allow,
    balancer,
    consumer,
    endpoint,
    everything,
    group,
    listener,
    node,
    target_group,
)
from tests.engine.world import World

CERTIFICATE = "arn:aws:acm:ap-northeast-1:123456789012:certificate/1"
PATIENCE = 8.0  # for what must come
SHORT = 0.6  # for what must not
RETRANSMITTED = (
    20.0  # for what the client's TCP, which waits twice as long each time, has to ask for
)
PASSES = {
    "consumer": (tcp, "i-c-client", ENDPOINT, 443),
    "another consumer": (tcp, "i-d-client", ENDPOINT, 443),
    "from another subnet": (tcp, "i-c-other", ENDPOINT, 443),
    "datagrams": (udp, "i-c-client", ENDPOINT, 5000),
    "listener without targets": (tcp, "i-c-client", ENDPOINT, 81),
    "own VPC, listener without targets": (tcp, "i-p-neighbour", NLB_A, 81),
    "own VPC, source not kept": (tcp, "i-p-neighbour", NLB_A, 8081),
}
STOPS = {
    "no listener": (tcp, "i-c-client", ENDPOINT, 82),
    "group does not let in": (tcp, "i-c-stranger", ENDPOINT, 443),
    "target that nobody is": (tcp, "i-c-client", ENDPOINT, 8083),
    "datagrams, no listener": (udp, "i-c-client", ENDPOINT, 443),
    "echo to endpoint": (icmp, "i-c-client", ENDPOINT),
    "own VPC, no listener": (tcp, "i-p-neighbour", NLB_A, 82),
    "own VPC, source kept, target lets in the balancer alone": (tcp, "i-p-neighbour", NLB_A, 443),
    "echo to the balancer": (icmp, "i-p-neighbour", NLB_A),
}


def unkept() -> list[Any]:
    """Give listeners whose targets do not see the client: addresses, by default; one of nobody."""
    nobody = target_group(
        "nobody",
        target_type=TargetType.IP,
        targets=(Target(id="10.0.1.99", port=8080, zone="ap-northeast-1a"),),
    )
    made = target_group(
        "unkept",
        target_type=TargetType.IP,
        targets=(Target(id=TARGET_A, port=8080, zone="ap-northeast-1a"),),
    )
    brief = (("tcp.idle_timeout.seconds", "60"),)
    return [made, listener(8081, made.id, attributes=brief), nobody, listener(8083, nobody.id)]


def probe() -> dict[str, str]:
    with ThreadPoolExecutor(len(PASSES) + len(STOPS)) as pool:
        asked = {
            name: pool.submit(client, *arguments, patience)
            for probes, patience in ((PASSES, PATIENCE), (STOPS, SHORT))
            for name, (client, *arguments) in probes.items()
        }
    return {name: answer.result() for name, answer in asked.items()}


def open_targets(world: World) -> None:
    """Let the targets be reached by anybody, so that kept sources show."""
    everybody = [
        allow(f"sgr-{way.value}", way, CidrPeer(IPv4Network("0.0.0.0/0")), None)
        for way in Direction
    ]
    world.change(put(group("p", "target", *everybody)))


def kept_sources(world: World) -> dict[str, str]:
    open_targets(world)
    found = {
        "kept": tcp("i-p-neighbour", NLB_A, 443, PATIENCE),
        "the other node": tcp("i-p-neighbour", NLB_B, 443, PATIENCE),
        "never of a consumer": tcp("i-c-client", ENDPOINT, 443, PATIENCE),
    }
    preserved = (("preserve_client_ip.enabled", "false"),)
    world.change(put(target_group(attributes=preserved)))
    found["not kept"] = tcp("i-p-neighbour", NLB_A, 443, PATIENCE)
    world.change(put(target_group()))
    return found


def same_ports() -> list[str]:
    """Connect from the same address and port of two VPCs to the same target at once."""
    source = (CLIENT, 20_000)
    both = [Connection(f"i-{vpc}-client", ENDPOINT, 443, PATIENCE, source) for vpc in ("c", "d")]
    words = [one.echo(word) for one, word in zip(both, ("one", "two"), strict=True)]
    for one in both:
        one.close()
    return words


def spread(port: int = 443, count: int = 24) -> dict[str, int]:
    """Count which targets connections go to."""
    met = Counter(tcp("i-c-client", ENDPOINT, port, PATIENCE).split()[-1] for _ in range(count))
    return dict(met)


def zones(world: World) -> dict[str, Any]:
    """Spread over zones by the target group's attribute, by the load balancer's, by neither."""
    name = "load_balancing.cross_zone.enabled"
    found = {"zonal": spread(count=4)}
    world.change(put(target_group(attributes=((name, "true"),))))
    found["by the target group"] = spread()
    world.change(put(balancer(attributes=((name, "true"),)), target_group()))
    found["by the load balancer"] = spread()
    world.change(put(target_group(attributes=((name, "false"),))))
    found["but for the target group"] = spread(count=4)
    world.change(put(target_group(attributes=(("stickiness.enabled", "true"),))))
    found["by source"] = spread(count=8)
    world.change(put(balancer(), target_group()))
    return found


def target_goes(world: World) -> dict[str, str]:
    """Deregister a target under a connection; then have its instance stop."""
    other = Target(id="i-p-two", port=8080)
    cross = (("load_balancing.cross_zone.enabled", "true"),)
    connection = Connection("i-c-client", ENDPOINT, 443, PATIENCE)
    world.change(put(target_group(targets=(other,), attributes=cross)))
    connection.wait(PATIENCE)
    found = {
        "established": connection.echo("still"),
        "new": tcp("i-c-client", ENDPOINT, 443, PATIENCE),
    }
    world.change(put(target_group(targets=())))
    found["none left"] = tcp("i-c-client", ENDPOINT, 443, PATIENCE)
    found["established, none left"] = connection.echo("even so")
    world.change(put(target_group()))
    connection.close()
    return found


def rejected(world: World) -> dict[str, Any]:
    """Reject an endpoint under a connection, beside another consumer's; then accept it again."""
    connection, other = (
        Connection(f"i-{vpc}-client", ENDPOINT, 443, PATIENCE) for vpc in ("c", "d")
    )
    world.change(put(endpoint("c", VpcEndpointState.REJECTED)))
    connection.wait(SHORT)
    found = {
        "established": connection.echo("word"),
        "new": tcp("i-c-client", ENDPOINT, 443, SHORT),
        "other": other.echo("word"),
    }
    world.change(put(endpoint("c")))
    connection.wait(RETRANSMITTED)
    found |= {
        "established, accepted again": connection.echo("more"),
        "new, accepted again": tcp("i-c-client", ENDPOINT, 443, PATIENCE),
    }
    for one in (connection, other):
        one.close()
    world.change(put(endpoint("c", VpcEndpointState.PENDING_ACCEPTANCE)))
    found["pending acceptance"] = tcp("i-c-client", ENDPOINT, 443, SHORT)
    world.change(put(endpoint("c")))
    return found


def groups_of_the_balancer(world: World) -> dict[str, str]:
    """Let the balancer wear a group that names the consumer's client, and switch it off."""
    ours = CidrPeer(IPv4Network(f"{CLIENT}/32"))
    door = group(
        "p",
        "nlb",
        allow("sgr-client", Direction.INGRESS, ours, 6, 443),
        allow("sgr-out", Direction.EGRESS, CidrPeer(IPv4Network("0.0.0.0/0")), None),
    )
    worn = [node("nlb-a", NLB_A, "nlb"), node("nlb-b", NLB_B, "nlb")]
    world.change(put(door, *worn, balancer(group_ids=("sg-p-nlb",))))
    found = {
        "let in": tcp("i-c-client", ENDPOINT, 443, PATIENCE),
        "not let in": tcp("i-c-other", ENDPOINT, 443, SHORT),
        "own VPC, not let in": tcp("i-p-neighbour", NLB_A, 8081, SHORT),
    }
    off = balancer(group_ids=("sg-p-nlb",), enforces_groups_on_private_link=False)
    world.change(put(off))
    found["switched off"] = tcp("i-c-other", ENDPOINT, 443, PATIENCE)
    world.change(put(balancer(), node("nlb-a", NLB_A), node("nlb-b", NLB_B)) + delete(door))
    return found


def provider_dies(world: World) -> dict[str, str]:
    """Have a target's instance stop under a connection, and start again."""
    connection = Connection("i-c-client", ENDPOINT, 443, PATIENCE)
    target = world.network.get(Instance, "i-p-one")
    world.change(put(replace(target, state=InstanceState.STOPPED)))
    found = {
        "established": connection.echo("word"),
        "new": tcp("i-c-client", ENDPOINT, 443, PATIENCE),
    }
    connection.close()
    world.change(put(target))
    serve("i-p-one")
    return {**found, "new, started again": tcp("i-c-client", ENDPOINT, 443, PATIENCE)}


def measured(**well: bool) -> list[Any]:
    """Give what was measured of targets."""
    return [
        TargetHealth(
            id=target_health_id(GROUP, f"i-p-{name}", 8080),
            vpc_id="vpc-p",
            target_group=GROUP,
            healthy=healthy,
            **MINE,
        )
        for name, healthy in well.items()
    ]


def health(world: World) -> dict[str, Any]:
    """Have a target fall ill under a connection, then both; then the first be well again."""
    cross = (("load_balancing.cross_zone.enabled", "true"),)
    world.change(put(target_group(attributes=cross), *measured(one=True, two=False)))
    connection = Connection("i-c-client", ENDPOINT, 443, PATIENCE)
    found: dict[str, Any] = {"well": spread(count=8), "established": connection.echo("word")}
    world.change(put(*measured(one=False, two=True)))
    found |= {"established, ill": connection.echo("word"), "the other well": spread(count=8)}
    connection.close()
    world.change(put(*measured(one=False, two=False)))
    found["nobody well"] = spread()
    world.change(put(target_group()) + delete(*measured(one=True, two=True)))
    return found


def waits(world: World) -> dict[str, str]:
    """Have a target fall ill whose group gives connections time, and let that pass."""
    state = "target_health_state.unhealthy"
    attributes = (
        (f"{state}.connection_termination.enabled", "false"),
        (f"{state}.draining_interval_seconds", "60"),
        ("load_balancing.cross_zone.enabled", "true"),
    )
    world.change(put(target_group(attributes=attributes), *measured(one=True, two=False)))
    connection = Connection("i-c-client", ENDPOINT, 443, PATIENCE)
    connection.wait(PATIENCE)
    ill, well = measured(one=False, two=True)
    world.change(put(replace(ill, draining_until=AT), well))
    found = {
        "draining": connection.echo("word"),
        "new": tcp("i-c-client", ENDPOINT, 443, PATIENCE),
    }
    world.change(put(ill))
    found["drained"] = connection.echo("word")
    connection.close()
    world.change(put(target_group()) + delete(ill, well))
    return found


def drained(world: World) -> dict[str, str]:
    """Deregister a target of a group that ends connections with the delay, and let that pass."""
    ends = (("deregistration_delay.connection_termination.enabled", "true"),)
    world.change(put(target_group(attributes=ends)))
    connection = Connection("i-c-client", ENDPOINT, 443, PATIENCE)
    one, two = target_group().targets
    world.change(put(target_group(attributes=ends, targets=(replace(one, draining_until=AT), two))))
    found = {
        "established, draining": connection.echo("word"),
        "new, draining": tcp("i-c-client", ENDPOINT, 443, PATIENCE),
    }
    world.change(put(target_group(attributes=ends, targets=(two,))))
    found["established, drained"] = connection.echo("word")
    connection.close()
    world.change(put(target_group()))
    return found


def remembered() -> dict[str, int]:
    """Give how many seconds the node remembers what was just said over a listener with the idle
    time-out that all have, over one with another, and by datagrams."""
    connections = [Connection("i-c-client", ENDPOINT, port, PATIENCE) for port in (443, 8081)]
    udp("i-c-client", ENDPOINT, 5000, PATIENCE)
    with namespace.entered("eni-p-nlb-a"):
        lines = Path("/proc/thread-self/net/nf_conntrack").read_text().splitlines()
    found = {"443": 0, "8081": 0, "5000": 0}
    for words in (line.split() for line in lines):
        port = next(one for one in words if one.startswith("dport=")).partition("=")[2]
        if "ESTABLISHED" in words or words[2] == "udp":
            found[port] = max(found[port], int(words[4]))
    for one in connections:
        one.close()
    return found


def forgotten() -> str:
    """Have the node forget a connection; give what the client's next word meets."""
    connection = Connection("i-c-client", ENDPOINT, 443, PATIENCE)
    connection.wait(PATIENCE)
    conntrack.forget_marked("eni-p-nlb-a", number("answers/eni-c-vpce"))
    answer = connection.echo("word")
    connection.close()
    return answer


def undisturbed(world: World) -> dict[str, int]:
    """Echo over connections of two endpoints while a third one comes and goes ten times."""
    connections = [Connection(f"i-{vpc}-client", ENDPOINT, 443, PATIENCE) for vpc in ("c", "d")]
    echoed = wrong = 0
    done = threading.Event()

    def talk() -> None:
        nonlocal echoed, wrong
        while not done.is_set():
            for connection in connections:
                connection.wait(PATIENCE)
                wrong += connection.echo("word") != "word"
                echoed += 1

    talker = threading.Thread(target=talk)
    talker.start()
    third = consumer("e")
    for turn in range(5):
        world.change(put(*third))
        world.change(put(listener(9000 + turn)))
        world.change(put(endpoint("e", VpcEndpointState.REJECTED)))
        world.change(delete(*third, listener(9000 + turn)))
    done.set()
    talker.join()
    resent = sum(connection.retransmissions() for connection in connections)
    return {"echoed": echoed, "wrong": wrong, "resent": resent}


class Relaying:
    """A relay of streams in a thread of its own, which follows the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._held = Program()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        kept = Kept(Path("/run/genkan/certificates"))
        self.certificate = made(CERTIFICATE, "orders.example.com")
        kept.put(self.certificate)
        self._relay = StreamRelay(namespace.socket_in, number, kept)
        self.follow()

    def follow(self) -> None:
        wanted = (one for one in self._world.compilation.program if one.section in SECTIONS)
        now = Program(wanted)
        applied = self._relay.apply(self._held.delta(now))
        asyncio.run_coroutine_threadsafe(applied, self._loop).result(PATIENCE)
        self._held = now


def relayed(world: World) -> dict[str, Any]:
    """Have targets told who the client is; end TLS at the load balancer."""
    proxied = target_group(attributes=(("proxy_protocol_v2.enabled", "true"),))
    plain = GROUP.replace("orders", "unkept")
    encrypted = target_group(
        "encrypted",
        protocol="TLS",
        target_type=TargetType.IP,
        targets=(Target(id=TARGET_A, port=8082, zone="ap-northeast-1a"),),
    )
    world.change(
        put(
            proxied,
            encrypted,
            listener(8443, plain, "TLS", certificates=(CERTIFICATE,)),
            listener(
                8444, encrypted.id, "TLS", certificates=(CERTIFICATE,), alpn_policy="HTTP2Only"
            ),
            *unkept()[:1],
        )
    )
    relaying = Relaying(world)
    tls_server("i-p-one", 8082)
    direct = Connection("i-p-neighbour", NLB_A, 443, PATIENCE, ("10.0.1.20", 20_001))
    consumers = [
        Connection(f"i-{vpc}-client", ENDPOINT, 443, PATIENCE, (CLIENT, 20_002))
        for vpc in ("c", "d")
    ]
    found: dict[str, Any] = {
        "seen": consumers[0].seen,
        "direct": direct.read(HEADER),
        "by endpoint": [one.read(HEADER + len("...") + len("_vpce-c")) for one in consumers],
        "echoed": consumers[0].echo("word"),
        "tls": tls("i-c-client", ENDPOINT, 8443, relaying.certificate.certificate),
        "tls on": tls("i-c-client", ENDPOINT, 8444, relaying.certificate.certificate),
        "no tls": half_open("i-c-client", ENDPOINT, 8443),
    }
    world.change(put(replace(world.network.get(Instance, "i-p-one"), state=InstanceState.STOPPED)))
    relaying.follow()
    found["target stopped"] = consumers[0].echo("word")
    found["new, target stopped"] = tcp("i-c-client", ENDPOINT, 443, PATIENCE)
    return found


HEADER = 28  # bytes of a PROXY header of IPv4, without anything beside


def tls(place: str, address: str, port: int, trusted: str) -> str:
    """Say a word inside TLS; give what comes, less the first line's end."""
    context = ssl.create_default_context(cadata=trusted)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with namespace.entered(place):
        opened = socket.create_connection((address, port), PATIENCE)
    with context.wrap_socket(opened, server_hostname="orders.example.com") as wrapped:
        seen = wrapped.recv(100).decode().strip()
        wrapped.sendall(b"word")
        return f"{seen} {wrapped.recv(100).decode()}"


def tls_server(place: str, port: int) -> None:
    """Tell one client which protocol of its TLS was chosen; then echo."""
    kept = Kept(Path("/run/genkan/of-target"))
    kept.put(made("target", "10.0.1.10"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(kept.path("target"))
    context.set_alpn_protocols(["http/1.1", "h2"])
    with namespace.entered(place):
        listener = socket.create_server(("", port))

    def serve() -> None:
        client, (source, _) = listener.accept()
        with context.wrap_socket(client, server_side=True) as wrapped:
            wrapped.sendall(f"{source} {wrapped.selected_alpn_protocol()}\n".encode())
            while data := wrapped.recv(4096):
                wrapped.sendall(data)

    threading.Thread(target=serve, daemon=True).start()


def half_open(place: str, address: str, port: int) -> str:
    """Speak no TLS where it is asked for; give what comes of it."""
    with namespace.entered(place):
        opened = socket.create_connection((address, port), PATIENCE)
    with opened:
        opened.sendall(b"GET / HTTP/1.1\r\n\r\n")
        try:
            while opened.recv(100):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return "open"
    return "ended"


def storm() -> dict[str, Any]:
    """Begin ten thousand flows by one endpoint; see what another one's client meets meanwhile."""
    quiet = Connection("i-c-client", ENDPOINT, 443, PATIENCE)
    done = threading.Event()

    def blow() -> None:
        for _ in range(10_000):
            with namespace.socket_in("i-d-client", socket.AF_INET, socket.SOCK_DGRAM) as opened:
                opened.sendto(b"storm", (ENDPOINT, 5000))
        done.set()

    blowing = threading.Thread(target=blow)
    blowing.start()
    words: Counter[str] = Counter()
    while not done.is_set():
        words[quiet.echo("word")] += 1
        words[tcp("i-c-client", ENDPOINT, 443, PATIENCE)] += 1
    blowing.join()
    quiet.close()
    return dict(words)


def serve(*places: str) -> list[str]:
    """Start what answers; give the list of those of whom datagrams came."""
    seen: list[list[str]] = []
    for place in places:
        tcp_server(place, 8080)
        seen.append(udp_server(place, 5000))
    return seen[0]


def main() -> None:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True, timeout=10)
    Path("/run/genkan").mkdir()
    world = World([*everything(), *unkept()], accelerates_after=3)
    report: dict[str, Any] = {"at once": world.reconcile()}
    seen = serve("i-p-one", "i-p-two")
    report |= {
        "probes": probe(),
        "seen by datagrams": list(seen),
        "same ports": same_ports(),
        "rejected": rejected(world),
        "groups of the balancer": groups_of_the_balancer(world),
        "kept sources": kept_sources(world),
        "zones": zones(world),
        "target goes": target_goes(world),
        "remembered": remembered(),
        "forgotten": forgotten(),
        "storm": storm(),
        "undisturbed": undisturbed(world),
        "provider dies": provider_dies(world),
        "health": health(world),
        "waits": waits(world),
        "drained": drained(world),
        "relayed": relayed(world),
        "after changes": world.reconcile(),
    }
    json.dump(report, sys.stdout)


TARGETS = {TARGET_A, TARGET_B}

if __name__ == "__main__":
    main()
