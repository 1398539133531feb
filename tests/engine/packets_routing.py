"""Real packets by every kind of route and gateway; what became of them, as JSON."""

import json
import sys
import time
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from genkan.engine.linux.namespace import entered
from genkan.model.elastic_ip import ElasticIp
from genkan.model.nat_gateway import NatGateway
from genkan.model.network import delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.route_table import Route, RouteTable, RouteTableAssociation
from genkan.model.route_table import RouteTarget as Target
from genkan.model.route_table import TargetKind as Kind
from genkan.model.security_group import CidrPeer, Direction, SecurityGroup
from tests.compile.scenario import ANYWHERE, MINE, rule
from tests.engine.inside import own_run
from tests.engine.packets import forwarded, inside
from tests.engine.probes import LONG_PATIENCE, PATIENCE, Connection, icmp, tcp, tcp_server, udp
from tests.engine.world import World, extended, host

APP, DB, ENDPOINT, RESOLVER = "172.16.2.4", "172.16.2.6", "172.16.2.5", "172.16.0.2"
WEB_PUBLIC, OUTSIDE, FAR = "54.65.0.9", "198.51.100.10", "10.2.0.4"
NAT_PUBLIC, SECOND_PUBLIC = "54.65.0.10", "54.65.0.40"
IDLE = "nf_conntrack_tcp_timeout_established"
ALL = CidrPeer(ANYWHERE)
FRONT = IPv4Network("172.16.1.0/24")


def way(block: IPv4Network, kind: Kind, name: str) -> Route:
    return Route(destination=block, target=Target(kind, name))


def edge(world: World) -> dict[str, Any]:
    """Lead what comes in from the internet through a middlebox, and its answers back the same way;
    the middlebox stands in the side subnet."""
    tables = {name: world.network.get(RouteTable, name) for name in ("rtb-front", "rtb-side")}
    through = way(FRONT, Kind.NETWORK_INTERFACE, "eni-filter")
    back = way(ANYWHERE, Kind.NETWORK_INTERFACE, "eni-filter")
    out = way(ANYWHERE, Kind.INTERNET_GATEWAY, "igw-1")
    at_gateway = RouteTableAssociation(id="rtbassoc-edge", gateway_id="igw-1")
    world.change(
        put(
            RouteTable(
                id="rtb-edge",
                vpc_id="vpc-1",
                routes=(through,),
                associations=(at_gateway,),
                **MINE,
            ),
            replace(tables["rtb-front"], routes=(back,)),
            replace(tables["rtb-side"], routes=(out,)),
        )
    )
    inside("i-filter", "sysctl", "-qw", "net.ipv4.ip_forward=1")
    before = forwarded("i-filter")
    met = tcp("outside", WEB_PUBLIC, 80, LONG_PATIENCE)
    found = {"met": met, "forwarded": forwarded("i-filter") - before}
    inside("i-filter", "sysctl", "-qw", "net.ipv4.ip_forward=0")
    found["middlebox forwards no more"] = tcp("outside", WEB_PUBLIC, 80, PATIENCE)
    empty = replace(world.network.get(RouteTable, "rtb-edge"), associations=())
    world.change(put(empty, *tables.values()))
    found["edge table gone"] = tcp("outside", WEB_PUBLIC, 80, LONG_PATIENCE)
    return found


def peering() -> dict[str, str]:
    """Ask from the peered VPC, whose table leads to all that it would like to reach."""
    return {
        "endpoint": tcp("i-far", ENDPOINT, 443, LONG_PATIENCE),
        "endpoint, other port": tcp("i-far", ENDPOINT, 8443, PATIENCE),
        "resolver": udp("i-far", RESOLVER, 53, PATIENCE),
        "resolver, by TCP": tcp("i-far", RESOLVER, 53, PATIENCE),
        "instance": tcp("i-far", "172.16.1.4", 80, LONG_PATIENCE),
        "internet by the other's gateway": tcp("i-far", OUTSIDE, 80, PATIENCE),
        "gateway endpoint of the other": tcp("i-far", "52.219.0.7", 443, PATIENCE),
    }


def moved(world: World) -> dict[str, str]:
    """Have the endpoint's subnet ask a table that leads to others beyond the peering connection,
    and the former one again."""
    asked = RouteTableAssociation(id="rtbassoc-others", subnet_id="subnet-back")
    others = RouteTable(
        id="rtb-others",
        vpc_id="vpc-1",
        associations=(asked,),
        routes=(way(IPv4Network("10.2.9.0/24"), Kind.VPC_PEERING_CONNECTION, "pcx-1"),),
        **MINE,
    )
    world.change(put(others))
    found = {"others": tcp("i-far", ENDPOINT, 443, PATIENCE)}
    world.change(delete(others))
    return {**found, "back": tcp("i-far", ENDPOINT, 443, LONG_PATIENCE)}


def translation(world: World) -> dict[str, Any]:
    """Give a NAT gateway a second address, let it forget a connection, and make it a private
    one."""
    found: dict[str, Any] = {"idle": setting("nat-1", IDLE)}
    known = world.network.get(NetworkInterface, "eni-nat")
    second = IPv4Address("172.16.1.40")
    more = ElasticIp(
        id="eipalloc-40",
        public_ip=IPv4Address(SECOND_PUBLIC),
        association_id="eipassoc-40",
        network_interface_id="eni-nat",
        private_ip=second,
        **MINE,
    )
    before = Connection("i-app", OUTSIDE, 80)
    wider = replace(known, private_addresses=(*known.private_addresses, second))
    world.change(put(wider, more))
    seen = (tcp("i-app", OUTSIDE, 80, LONG_PATIENCE).partition(" ")[0] for _ in range(30))
    found |= {"seen as": sorted(set(seen)), "before": before.echo("word", LONG_PATIENCE)}
    found["echo"] = icmp("i-app", OUTSIDE)
    found["forgotten"] = forgotten(before)
    world.change(put(known, replace(more, network_interface_id=None, private_ip=None)))
    found["private"] = private(world)
    return found


def setting(place: str, name: str) -> str:
    with entered(place):
        return Path(f"/proc/sys/net/netfilter/{name}").read_text().strip()


def forgotten(connection: Connection) -> str:
    """Say what a word meets on a connection that the NAT gateway has forgotten."""
    idle = setting("nat-1", IDLE)
    inside("nat-1", "sysctl", "-qw", f"net.netfilter.{IDLE}=1")
    connection.echo("short", LONG_PATIENCE)  # from here on its time runs anew
    end = time.monotonic() + LONG_PATIENCE
    while "ESTABLISHED" in inside("nat-1", "cat", "/proc/thread-self/net/nf_conntrack"):
        assert time.monotonic() < end
    inside("nat-1", "sysctl", "-qw", f"net.netfilter.{IDLE}={idle}")  # the engine would mend it
    try:
        return connection.echo("late", LONG_PATIENCE)
    except ConnectionResetError:
        return "reset"


def private(world: World) -> dict[str, str]:
    """Make the gateway a private one: it leads to the peered VPC, and to no internet."""
    gateway = world.network.get(NatGateway, "nat-1")
    address = world.network.get(ElasticIp, "eipalloc-1")
    front = world.network.get(RouteTable, "rtb-front")
    main = world.network.get(RouteTable, "rtb-main")
    far = way(IPv4Network("10.2.0.0/16"), Kind.VPC_PEERING_CONNECTION, "pcx-1")
    by_nat = way(IPv4Network("10.2.0.0/16"), Kind.NAT_GATEWAY, "nat-1")
    others = tuple(route for route in main.routes if route.destination != far.destination)
    world.change(
        put(
            replace(gateway, public=False, allocation_id=None),
            replace(address, network_interface_id=None, private_ip=None),
            replace(front, routes=(*front.routes, far)),
            replace(main, routes=(*others, by_nat)),
        )
    )
    return {
        "peered VPC": tcp("i-app", FAR, 80, LONG_PATIENCE),
        "internet": tcp("i-app", OUTSIDE, 80, PATIENCE),
    }


def network() -> list[Any]:
    """Give the extended network, with a middlebox in the side subnet and a far VPC that would like
    to pass through."""
    found = [
        *extended(),
        *host("filter", "subnet-side", "172.16.3.9", ("sg-open",), source_dest_check=False),
    ]
    return [_opened(one) for one in found]


def _opened(one: Any) -> Any:
    if isinstance(one, SecurityGroup) and one.id in ("sg-vpce", "sg-far"):
        opened = (rule("sgr-o", Direction.INGRESS, ALL), rule("sgr-p", Direction.EGRESS, ALL))
        return replace(one, rules=opened)
    if isinstance(one, RouteTable) and one.id == "rtb-far":
        return replace(
            one, routes=(*one.routes, way(ANYWHERE, Kind.VPC_PEERING_CONNECTION, "pcx-1"))
        )
    if isinstance(one, RouteTable) and one.id == "rtb-front":
        to_far = way(IPv4Network("10.2.0.0/16"), Kind.VPC_PEERING_CONNECTION, "pcx-1")
        return replace(one, routes=(*one.routes, to_far))
    return one


def main() -> None:
    own_run()
    world = World(network())
    for place in ("i-web", "i-far", "outside"):
        tcp_server(place, 80)
    for port in (53, 443, 8443):
        tcp_server("vpc-1", port, transparent=True)
    tcp_server("vpce-s3", 443, transparent=True)
    report = {
        "edge": edge(world),
        "peering": peering(),
        "moved": moved(world),
        "translation": translation(world),
        "after changes": world.reconcile(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
