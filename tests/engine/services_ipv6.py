"""Real IPv6 packets through endpoint services and network load balancers, as JSON.

Every VPC has the same IPv6 block beside the same IPv4 one; an interface's IPv6 address ends as its
IPv4 one does. Consumer d's endpoint is in a subnet with IPv6 alone.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Address, IPv6Network
from typing import Any

from genkan.compile.gateways import ANYWHERE_IPV6
from genkan.engine.linux import namespace
from genkan.health.checks import check
from genkan.model.endpoint_service import EndpointService
from genkan.model.load_balancer import LoadBalancer, Target, TargetGroup, TargetType
from genkan.model.network import put
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.route_table import (
    Route,
    RouteTable,
    RouteTableAssociation,
    RouteTarget,
    TargetKind,
)
from genkan.model.security_group import CidrPeer, Direction, SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import InternetGateway, Ipv6Association, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState
from genkan.program.health import HealthCheck
from tests.compile.scenario import MINE, first_account
from tests.engine.inside import own_run
from tests.engine.probes import (
    Connection,
    Datagrams,
    Talk,
    icmpv6,
    segment_size,
    sizes,
    tcp,
    tcp_server,
    udp,
    udp_server,
)
from tests.engine.service_world import (
    CLIENT,
    GROUP,
    NLB_A,
    allow,
    consumer,
    listener,
    provider,
    target_group,
)
from tests.engine.services import HEADER, PATIENCE, RETRANSMITTED, SHORT, Relaying
from tests.engine.world import World

BLOCK = IPv6Network("2406:da14:0:100::/56")
OUTSIDE = "3fff::10"


def six(address: str) -> str:
    """Give the IPv6 address that stands beside an IPv4 one of these networks."""
    _, _, subnet, last = (int(part) for part in address.split("."))
    return str(subnet_block(subnet)[last])


def subnet_block(number: int) -> IPv6Network:
    return IPv6Network((int(BLOCK.network_address) + (number << 64), 64))


NLB6_A, NLB6_B, TARGET6_A, TARGET6_B = map(
    six, ("10.0.1.60", "10.0.2.60", "10.0.1.10", "10.0.2.10")
)
ENDPOINT, ENDPOINT6, NEIGHBOUR6 = "10.0.1.60", NLB6_A, six("10.0.1.20")
ALONE6 = six("10.0.9.60")  # of consumer d's endpoint, in its subnet with IPv6 alone
PASSES = {
    "consumer": (tcp, "i-c-client", ENDPOINT6, 443),
    "from another subnet": (tcp, "i-c-other", ENDPOINT6, 443),
    "endpoint with IPv6 alone": (tcp, "i-d-client", ALONE6, 443),
    "datagrams": (udp, "i-c-client", ENDPOINT6, 5000),
    "datagrams, IPv4 to IPv6 targets": (udp, "i-c-client", ENDPOINT, 5000),
    "own VPC, datagrams, IPv4 to IPv6 targets": (udp, "i-p-neighbour", NLB_A, 5000),
    "IPv6 to IPv4 targets": (tcp, "i-c-client", ENDPOINT6, 8081),
    "IPv4 to IPv6 targets": (tcp, "i-c-client", ENDPOINT, 443),
    "IPv4 to IPv4 targets": (tcp, "i-c-client", ENDPOINT, 8081),
    "listener without targets": (tcp, "i-c-client", ENDPOINT6, 81),
    "own VPC, source kept": (tcp, "i-p-neighbour", NLB6_A, 444),
    "own VPC, source not kept": (tcp, "i-p-neighbour", NLB6_A, 443),
    "own VPC, IPv6 to IPv4 targets": (tcp, "i-p-neighbour", NLB6_A, 8081),
    "internet": (tcp, "outside", NLB6_A, 443),
    "internet, source kept": (tcp, "outside", NLB6_A, 444),
    "internet, IPv4 targets": (tcp, "outside", NLB6_A, 8081),
}
STOPS = {
    "no listener": (tcp, "i-c-client", ENDPOINT6, 82),
    "group does not let in": (tcp, "i-c-stranger", ENDPOINT6, 443),
    "datagrams to IPv4 targets": (udp, "i-c-client", ENDPOINT6, 5001),
    "echo to endpoint": (icmpv6, "i-c-client", ENDPOINT6),
    "echo to the balancer": (icmpv6, "i-p-neighbour", NLB6_A),
    "endpoint from the internet": (tcp, "outside", ALONE6, 443),
}


def network() -> list[Resource]:
    """Give the services' network with IPv6 beside IPv4, and a gateway to the internet."""
    found = [with_ipv6(one) for one in (*provider(), *consumer("c"), *consumer("d"))]
    return [
        *(one for one in found if not isinstance(one, TargetGroup) or "empty" in one.id),
        *groups(),
        listener(444, f"{GROUP}-kept"),
        listener(8081, f"{GROUP}-ipv4"),
        listener(5001, f"{GROUP}-clock-ipv4", "UDP"),
        Subnet(
            id="subnet-d-six",
            vpc_id="vpc-d",
            zone="ap-northeast-1a",
            cidr=None,
            ipv6_associations=(Ipv6Association(id="s", cidr=subnet_block(9)),),
            **MINE,
        ),
        InternetGateway(id="igw-p", vpc_id="vpc-p", **MINE),
        InternetGateway(id="igw-d", vpc_id="vpc-d", **MINE),
        RouteTable(
            id="rtb-d-six",
            vpc_id="vpc-d",
            routes=(way("igw-d"),),
            associations=(RouteTableAssociation(id="rtbassoc-six", subnet_id="subnet-d-six"),),
            **MINE,
        ),
        *first_account(),
    ]


def way(gateway: str) -> Route:
    target = RouteTarget(TargetKind.INTERNET_GATEWAY, gateway)
    return Route(destination=ANYWHERE_IPV6, target=target)


def groups() -> list[TargetGroup]:
    """Give target groups of both families; of IPv6 the one by address, the other by instance."""
    by_address = (
        Target(id=TARGET6_A, port=8080, zone="ap-northeast-1a"),
        Target(id=TARGET6_B, port=8080, zone="ap-northeast-1b"),
    )
    clocks = tuple(replace(one, port=5000) for one in by_address)
    ipv6 = {"ip_address_type": "ipv6"}
    ip = {"target_type": TargetType.IP}
    return [
        target_group(targets=by_address, **ipv6, **ip),
        replace(target_group(**ipv6), id=f"{GROUP}-kept", target_group_name="kept"),
        replace(
            target_group(attributes=(("preserve_client_ip.enabled", "false"),)),
            id=f"{GROUP}-ipv4",
            target_group_name="ipv4",
        ),
        target_group("clock", protocol="UDP", port=5000, targets=clocks, **ipv6, **ip),
        replace(
            target_group("clock", protocol="UDP", port=5000),
            id=f"{GROUP}-clock-ipv4",
            target_group_name="clock-ipv4",
        ),
    ]


def with_ipv6(one: Resource) -> Resource:
    match one:
        case Vpc():
            return replace(one, ipv6_associations=(Ipv6Association(id="v", cidr=BLOCK),))
        case Subnet(cidr=cidr) if cidr:
            number = int(str(cidr).split(".")[2])
            association = Ipv6Association(id="s", cidr=subnet_block(number))
            return replace(one, ipv6_associations=(association,))
        case NetworkInterface(id="eni-d-vpce"):
            alone = (IPv6Address(ALONE6),)
            return replace(
                one, subnet_id="subnet-d-six", private_addresses=(), ipv6_addresses=alone
            )
        case NetworkInterface():
            return replace(one, ipv6_addresses=(IPv6Address(six(str(one.private_ip))),))
        case VpcEndpoint():
            return replace(one, ip_address_type="ipv6" if one.id == "vpce-d" else "dualstack")
        case LoadBalancer():
            faces = {"internal": False, "ip_address_type": "dualstack"}
            return replace(one, **faces)
        case EndpointService():
            return replace(one, ip_address_types=("ipv4", "ipv6"))
        case RouteTable(vpc_id="vpc-p"):
            return replace(one, routes=(way("igw-p"),))
        case SecurityGroup():
            return replace(one, rules=(*one.rules, *_rules(one)))
    return one


def _rules(group: SecurityGroup) -> Iterable[Any]:
    """Give rules for IPv6: whatever the group lets in from everywhere; and a target's."""
    every = CidrPeer(ANYWHERE_IPV6)
    if group.id == "sg-p-target":
        for number, address in enumerate((NLB6_A, NLB6_B, NEIGHBOUR6, OUTSIDE)):
            one = CidrPeer(IPv6Network(address))
            yield allow(f"sgr-six-{number}", Direction.INGRESS, one, None)
        own = CidrPeer(IPv4Network(f"{NLB_A}/32"))
        yield allow("sgr-asks", Direction.EGRESS, own, 17, 5000)
        return
    for rule in group.rules:
        if isinstance(rule.peer, CidrPeer):
            yield replace(rule, id=f"{rule.id}-six", peer=every)


def probe() -> dict[str, str]:
    with ThreadPoolExecutor(len(PASSES) + len(STOPS)) as pool:
        asked = {
            name: pool.submit(client, *arguments, patience)
            for probes, patience in ((PASSES, PATIENCE), (STOPS, SHORT))
            for name, (client, *arguments) in probes.items()
        }
    return {name: answer.result() for name, answer in asked.items()}


def same_ports() -> list[str]:
    """Connect from the same address and port of two VPCs to the same target at once."""
    source = (six("10.0.1.10"), 20_000)
    ways = (("c", ENDPOINT6), ("d", ALONE6))
    both = [Connection(f"i-{vpc}-client", to, 443, PATIENCE, source) for vpc, to in ways]
    words = [one.echo(word, PATIENCE) for one, word in zip(both, ("one", "two"), strict=True)]
    for one in both:
        one.close()
    return words


def datagrams(world: World, target: Datagrams) -> dict[str, Any]:
    """Have two clients of one address and port, of two networks, talk to an IPv6 target; then have
    it speak to the one whose endpoint was rejected, who is the other in the provider's network."""
    source = (CLIENT, 20_003)
    own, asks = Talk("i-p-one", source, (NLB_A, 5000)), Talk("i-c-client", source, (ENDPOINT, 5000))
    words = []
    for turn in ("one", "two"):
        for talk in (own, asks):
            talk.say(turn + talk.place)
        words += [talk.hear() for talk in (own, asks)]
    seen = target.heard[0]
    accepted = world.network.get(VpcEndpoint, "vpce-c")
    world.change(put(replace(accepted, state=VpcEndpointState.REJECTED)))
    target.say("late")
    found = {"words": words, "seen": seen, "late": [own.hear(SHORT), asks.hear(SHORT)]}
    world.change(put(accepted))
    asks.say("again")
    return {**found, "accepted again": asks.hear()}


def spread(world: World) -> list[str]:
    cross = (("load_balancing.cross_zone.enabled", "true"),)
    group = groups()[0]
    world.change(put(replace(group, attributes=cross)))
    met = Counter(tcp("i-c-client", ENDPOINT6, 443, PATIENCE).split()[-1] for _ in range(24))
    world.change(put(group))
    return sorted(met)


def rejected(world: World) -> dict[str, str]:
    """Reject an endpoint under a connection, beside another consumer's; then accept it again."""
    connection = Connection("i-c-client", ENDPOINT6, 443, PATIENCE)
    other = Connection("i-d-client", ALONE6, 443, PATIENCE)
    accepted = world.network.get(VpcEndpoint, "vpce-c")
    world.change(put(replace(accepted, state=VpcEndpointState.REJECTED)))
    found = {
        "established": connection.echo("word", SHORT),
        "new": tcp("i-c-client", ENDPOINT6, 443, SHORT),
        "other": other.echo("word", PATIENCE),
    }
    world.change(put(accepted))
    found |= {
        "established, accepted again": connection.echo("more", RETRANSMITTED),
        "new, accepted again": tcp("i-c-client", ENDPOINT6, 443, PATIENCE),
    }
    connection.close()
    other.close()
    return found


def drained(world: World) -> dict[str, str]:
    """Deregister a target whose group ends connections with the delay, and let that pass."""
    ends = (("deregistration_delay.connection_termination.enabled", "true"),)
    group = replace(groups()[0], attributes=ends)
    world.change(put(group))
    connection = Connection("i-c-client", ENDPOINT6, 443, PATIENCE)
    found = {"established": connection.echo("word", PATIENCE)}
    world.change(put(replace(group, targets=group.targets[1:])))
    found["drained"] = connection.echo("word", PATIENCE)
    connection.close()
    world.change(put(groups()[0]))
    return found


def proxied(world: World, relaying: Relaying) -> list[str]:
    """Have targets told who the client is."""
    told = (("proxy_protocol_v2.enabled", "true"),)
    world.change(put(replace(groups()[0], attributes=told)))
    relaying.follow()
    one = Connection("i-c-client", ENDPOINT6, 443, PATIENCE, (six("10.0.1.10"), 20_002))
    header = one.read(HEADER + 24 + len("...") + len("_vpce-c"))
    one.close()
    world.change(put(groups()[0]))
    relaying.follow()
    return [one.seen, header]


def health(world: World) -> dict[str, Any]:
    """Ask targets of the program's health checks, as the process that does so would."""
    found = {}
    for entry in world.compilation.program.of(HealthCheck):
        if entry.address.version == 6:
            why = asyncio.run(check(replace(entry, timeout=int(PATIENCE)), namespace.socket_in))
            found[f"{entry.source} {entry.address} {entry.port}"] = why and why[0]
    return found


def serve(*places: str) -> list[Datagrams]:
    for place in places:
        for version in (4, 6):
            tcp_server(place, 8080, version=version)
        udp_server(place, 5000)
    return [Datagrams(place, 5000) for place in places]


def main() -> None:
    own_run()
    world = World(network())
    report: dict[str, Any] = {
        "at once": world.reconcile(),
        "sizes": sizes("i-c-client", ENDPOINT6, "i-p-one", 5000, 6),
    }
    target, _ = serve("i-p-one", "i-p-two")
    relaying = Relaying(world)
    report |= {
        "probes": probe(),
        "same ports": same_ports(),
        "datagrams": datagrams(world, target),
        "segment": segment_size("i-c-client", ENDPOINT6, 443),
        "spread": spread(world),
        "rejected": rejected(world),
        "drained": drained(world),
        "health": health(world),
        "proxied": proxied(world, relaying),
        "after changes": world.reconcile(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
