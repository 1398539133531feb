"""A network that others change beside the engine: what is noticed, mended and left alone, as
JSON."""

import json
import sys
import time
from typing import Any

from tests.engine.inside import own_run
from tests.engine.packets import TAMPERING, inside
from tests.engine.probes import LONG_PATIENCE, Connection, tcp, tcp_server
from tests.engine.world import World, extended

APP, DB, ENDPOINT, WEB = "172.16.2.4", "172.16.2.6", "172.16.2.5", "172.16.1.4"
PATIENCE = 5.0  # seconds until what was done is noticed
OTHERS_MAC = "06:00:00:00:00:99"
MORE = {
    "neighbour gone": ("ip", "neigh", "flush", "nud", "permanent", "dev", "{app}"),
    "neighbour turned": (
        *("ip", "neigh", "replace", APP, "lladdr", OTHERS_MAC),
        *("nud", "permanent", "dev", "{app}"),
    ),
    "everything of nft flushed": ("nft", "flush", "ruleset"),
    "element added": (
        *("nft", "add", "element", "inet", "genkan", "members_sg_app"),
        "{ 192.0.2.66 }",
    ),
    "rule at the front": (
        *("nft", "insert", "rule", "inet", "genkan", "security-group-egress"),
        *("ip", "daddr", APP, "drop"),
    ),
    "small packets only": ("ip", "link", "set", "{app}", "mtu", "600"),
    "another address of the device": ("ip", "link", "set", "{app}", "address", OTHERS_MAC),
    "another group": ("ip", "link", "set", "{app}", "group", "7"),
    "another name": ("sh", "-c", "ip link set {app} down && ip link set {app} name theirs up"),
    "alias gone": ("ip", "link", "set", "{app}", "alias", ""),
    "loopback down": ("ip", "link", "set", "lo", "down"),
    "loopback's address gone": ("ip", "address", "flush", "dev", "lo"),
    "a queue that holds nothing": (
        *("tc", "qdisc", "add", "dev", "{app}", "root", "bfifo", "limit", "1"),
    ),
    "nothing forwarded": ("sysctl", "-qw", "net.ipv4.ip_forward=0"),
    "nothing forwarded from one": ("sysctl", "-qw", "net.ipv4.conf.{app}.forwarding=0"),
    "sources checked": ("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1"),
    "cut connections taken up": ("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=1"),
    "table's route gone": ("ip", "route", "flush", "table", "{table}"),
}
# What others put beside ours: a command that does, and one whose output shows that it is there.
BESIDE = {
    "a table of rules": (
        "vpc-1",
        ("nft", "add table ip theirs; add chain ip theirs c; add rule ip theirs c counter"),
        ("nft", "list", "table", "ip", "theirs"),
    ),
    "a route": (
        "vpc-1",
        ("ip", "route", "add", "192.0.2.0/24", "dev", "lo"),
        ("ip", "route", "show", "192.0.2.0/24"),
    ),
    "an address of an instance": (
        "i-app",
        ("ip", "address", "add", "10.99.0.1/24", "dev", "eth0"),
        ("ip", "address", "show", "to", "10.99.0.1"),
    ),
    "a device of an instance": (
        "i-app",
        ("ip", "link", "add", "theirs", "type", "veth"),
        ("ip", "link", "show", "theirs"),
    ),
}


def noticed(world: World) -> bool:
    end = time.monotonic() + PATIENCE
    while not world.engine.disturbed():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def tampered(world: World, beside: Connection) -> dict[str, Any]:
    found = {}
    for name, command in {**TAMPERING, **MORE}.items():
        quiet(world)
        app = json.loads(inside("vpc-1", "ip", "-j", "route", "get", APP))[0]["dev"]
        rules = inside("vpc-1", "ip", "rule").splitlines()
        table = next(line.split()[-3] for line in rules if line.startswith("1000:"))
        words = (word.replace("{app}", app).replace("{table}", table) for word in command)
        inside("vpc-1", *words)
        found[name] = {
            "noticed": noticed(world),
            "mended": world.engine.mend().changes > 0,
            "answer": tcp("i-app", ENDPOINT, 443, LONG_PATIENCE),
            "beside": beside.echo(name, LONG_PATIENCE),
        }
    return found


def quiet(world: World) -> None:
    """Look at what the kernel told late, until it tells no more."""
    end = time.monotonic() + PATIENCE
    while world.engine.disturbed() and time.monotonic() < end:
        world.engine.mend()


def others(world: World) -> dict[str, str]:
    """Put things beside ours, have everything looked at; give what is there afterwards."""
    for place, command, _ in BESIDE.values():
        inside(place, *command)
    noticed(world)
    world.engine.mend()
    world.reconcile()
    return {name: inside(place, *show) for name, (place, _, show) in BESIDE.items()}


def main() -> None:
    own_run()
    world = World(extended())
    tcp_server("vpc-1", 443, transparent=True)
    tcp_server("i-web", 80)
    beside = Connection("i-side", WEB, 80)
    quiet(world)
    report = {
        "without a cause": world.engine.mend().changes,
        "tampered": tampered(world, beside),
        "others": others(world),
        "in the end": world.reconcile(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
