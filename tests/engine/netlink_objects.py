"""Every kind of object, put into a kernel's network stack and read back, as JSON."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from genkan.engine.linux import namespace, settings
from genkan.engine.linux.engine import NETLINK
from genkan.engine.linux.lookout import Lookout
from genkan.engine.linux.netlink import Netlink
from genkan.engine.linux.nft import Nft
from genkan.engine.linux.objects import (
    Address,
    Device,
    KernelObject,
    KernelRoute,
    Neighbour,
    PolicyRule,
)
from genkan.engine.protocol import EngineFailure
from tests.engine.inside import own_run

HERE, THERE = "vpc-1", "i-1"
MANY = 300
BESIDE = (
    "ip route add 198.51.100.0/24 dev gk-a",
    "ip -6 route add 2001:db8:ff::/64 dev gk-a",
    "ip rule add priority 77 table 77",
    "ip neigh add 10.0.0.77 lladdr 06:00:00:00:00:77 dev gk-a",
    "ip address add 10.0.0.78/32 dev gk-a",
    "ip link add other type veth peer name another",
)


def device(place: str, name: str, mac: str, far: tuple[str, str], group: int) -> Device:
    return Device(place, name, mac, 8500, group, f"eni-1 {far[0]} {far[1]}", *far)


def objects() -> list[KernelObject]:
    """Give one of every shape that a program leads to."""
    own, far = ip_address("10.0.0.1"), ip_address("10.0.0.2")
    own6, far6 = ip_address("2001:db8::1"), ip_address("fe80::1")
    table = 70_000

    def route(destination: str, kind: str, **more: Any) -> KernelRoute:
        return KernelRoute(HERE, more.pop("table", table), ip_network(destination), kind, **more)

    return [
        device(HERE, "gk-a", "06:00:00:00:00:01", (THERE, "eth0"), 70_001),
        device(THERE, "eth0", "06:00:00:00:00:02", (HERE, "gk-a"), 0),
        *(Address(HERE, "gk-a", one) for one in (own, own6)),
        Neighbour(HERE, "gk-a", far, "06:00:00:00:00:02"),
        Neighbour(HERE, "gk-a", far6, "06:00:00:00:00:02"),
        route("10.0.0.2/32", "unicast", device="gk-a", source=own, table=254),
        route("0.0.0.0/0", "unicast", device="gk-a", via=far, source=own),
        route("::/0", "unicast", device="gk-a", via=far6, source=own6),
        route("10.9.0.0/16", "blackhole"),
        route("10.8.0.0/16", "unreachable", table=254),
        route("10.7.0.0/16", "throw"),
        route("10.0.0.5/32", "local", device="lo", table=900),
        route("2001:db8::5/128", "local", device="lo", table=900),
        route("2001:db8:9::/48", "blackhole"),
        PolicyRule(HERE, 1000, 70_001, table),
        PolicyRule(HERE, 1000, 70_001, table, version=6),
        PolicyRule(HERE, 1500, None, table, own),
        PolicyRule(HERE, 1500, None, table, own6, 6),
        PolicyRule(HERE, 2000, None, 900),
    ]


def in_order(some: Iterable[KernelObject]) -> list[KernelObject]:
    return sorted(some, key=lambda one: -NETLINK.index(type(one)))


def shown(netlink: Netlink) -> list[str]:
    return sorted(str(one) for place in (HERE, THERE) for one in netlink.observe(place))


def refused(netlink: Netlink) -> str:
    """Put a route by way of somebody who is on no device."""
    odd = KernelRoute(HERE, 254, ip_network("192.0.2.0/24"), "unicast", None, ip_address("1.2.3.4"))
    try:
        netlink.put([odd])
    except EngineFailure as failure:
        return str(failure)
    return ""


def without_low_descriptors() -> dict[str, Any]:
    """Reach nftables with every low descriptor taken, and again when they are free."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    lookout, nft = Lookout(), Nft()
    lookout.cover(HERE)
    kept = min(fd for fd in lookout._places)
    taken = [os.open("/dev/null", os.O_RDONLY)]
    while taken[-1] < namespace.LOW_DESCRIPTORS:
        taken.append(os.dup(taken[0]))
    told = ""
    try:
        nft.run(HERE, "add table inet t")
    except EngineFailure as failure:
        told = str(failure)
    for number in taken:
        os.close(number)
    nft.run(HERE, "add table inet t")
    tables = nft.read(HERE, "list tables")
    return {"no low descriptor": told, "with low ones again": tables, "lowest kept": kept}


def main() -> None:
    own_run()
    for place in (HERE, THERE):
        namespace.make(place)
        with namespace.entered(place):
            settings.settle(settings.wanted(forwards=True))
    netlink = Netlink()
    netlink.bring_up(HERE, "lo")
    wanted = objects()
    netlink.put(in_order(wanted))
    report: dict[str, Any] = {"put": sorted(map(str, wanted)), "shown": shown(netlink)}
    netlink.put(in_order(wanted))
    report["again"] = shown(netlink)
    with namespace.entered(HERE):
        for command in BESIDE:
            subprocess.run(command.split(), check=True, timeout=10)
    report["beside"] = shown(netlink)
    report["refused"] = refused(netlink)
    report["after a refusal"] = shown(netlink)
    many = [
        KernelRoute(HERE, 901, ip_network(f"10.3.{n // 250}.{n % 250}/32"), "local", "lo")
        for n in range(MANY)
    ]
    netlink.put(many)
    report["many put"] = sorted(map(str, [*many, *wanted]))
    report["many"] = shown(netlink)
    for _ in range(2):
        netlink.remove(reversed(in_order([*many, *wanted])))
    report["left"] = shown(netlink)
    json.dump({**report, **without_low_descriptors()}, sys.stdout)


if __name__ == "__main__":
    main()
