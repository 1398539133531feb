"""Real packets to a network load balancer and an endpoint from all around them, as JSON: from the
internet, from peered VPCs, across network ACLs, from targets themselves; and what the walk says."""

import errno
import json
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from genkan.analysis import Atlas, Disposition, Packet, walks
from genkan.engine.linux.namespace import entered
from genkan.model.elastic_ip import ElasticIp
from genkan.model.endpoint_service import EndpointConnection
from genkan.model.load_balancer import Target, TargetGroup, TargetType
from genkan.model.network import delete, put
from genkan.model.network_acl import NetworkAcl, NetworkAclAssociation, NetworkAclEntry
from genkan.model.network_interface import InterfaceType
from genkan.model.peering import PeeringSide, PeeringState, VpcPeeringConnection
from genkan.model.resource import Resource
from genkan.model.route_table import Route, RouteTable, RouteTarget, TargetKind
from genkan.model.security_group import CidrPeer, Direction, PortRange, SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import CidrAssociation, InternetGateway, Vpc
from tests.compile.scenario import AT, MINE, first_account
from tests.engine.inside import own_run
from tests.engine.probes import LONG_PATIENCE, sizes, tcp, tcp_server, udp, udp_server
from tests.engine.service_world import (
    CLIENT,
    ENDPOINT,
    NLB_A,
    OPEN,
    TARGET_A,
    allow,
    balancer,
    consumer,
    endpoint,
    group,
    host,
    interface,
    listener,
    provider,
    target_group,
    vpc,
)
from tests.engine.services import PATIENCE, SHORT
from tests.engine.world import World

PUBLIC, OWN_ENDPOINT = "54.65.0.60", "10.0.1.70"
PEER, GUEST = "10.9.1.10", "10.8.1.10"  # in VPCs that are peered with the provider, the consumer
KEPT, UNKEPT, KEPT_IP, UNKEPT_INSTANCE, CLOSED = 443, 8081, 8082, 8083, 82
PASSES = {
    "internet, kept": (tcp, "outside", PUBLIC, KEPT),
    "internet, not kept": (tcp, "outside", PUBLIC, UNKEPT),
    "internet, datagrams": (udp, "outside", PUBLIC, 5000),
    "peered, kept": (tcp, "i-q-peer", NLB_A, KEPT),
    "peered, not kept": (tcp, "i-q-peer", NLB_A, UNKEPT),
    "peered, datagrams": (udp, "i-q-peer", NLB_A, 5000),
    "peered with the consumer": (tcp, "i-r-guest", ENDPOINT, KEPT),
    "address, kept": (tcp, "i-p-neighbour", NLB_A, KEPT_IP),
    "address, not kept": (tcp, "i-p-neighbour", NLB_A, UNKEPT),
    "instance, kept": (tcp, "i-p-neighbour", NLB_A, KEPT),
    "instance, not kept": (tcp, "i-p-neighbour", NLB_A, UNKEPT_INSTANCE),
    "its own target, not kept": (tcp, "i-p-one", NLB_A, UNKEPT),
    "its own target, by an endpoint": (tcp, "i-p-one", OWN_ENDPOINT, KEPT),
}
STOPS = {
    "internet, no listener": (tcp, "outside", PUBLIC, CLOSED),
    "internet, private address": (tcp, "outside", NLB_A, KEPT),
    "peered, no listener": (tcp, "i-q-peer", NLB_A, CLOSED),
    "peered with the consumer, no listener": (tcp, "i-r-guest", ENDPOINT, CLOSED),
    "peered, address of nobody": (tcp, "i-q-peer", "10.0.1.77", KEPT),
    "its own target, kept": (tcp, "i-p-one", NLB_A, KEPT),
}


def network() -> list[Resource]:
    return [
        *(_changed(one) for one in (*provider(), *consumer("c"))),
        *first_account(),
        *listeners(),
        *peered("q", 9, "p"),
        *peered("r", 8, "c"),
        InternetGateway(id="igw-p", vpc_id="vpc-p", **MINE),
        ElasticIp(
            id="eipalloc-60",
            public_ip=IPv4Address(PUBLIC),
            association_id="eipassoc-60",
            network_interface_id="eni-p-nlb-a",
            private_ip=IPv4Address(NLB_A),
            **MINE,
        ),
        interface("p", "vpce", OWN_ENDPOINT, "open", interface_type=InterfaceType.VPC_ENDPOINT),
        replace(endpoint("p"), group_ids=("sg-p-open",)),
        EndpointConnection(
            id="vpce-con-p",
            service_id="vpce-svc-1",
            endpoint_id="vpce-p",
            endpoint_account=MINE["account"],
            created_at=AT,
            **MINE,
        ),
    ]


def _changed(one: Resource) -> Resource:
    """Let targets be reached by anybody, the endpoint by the peered VPC; lead out of both VPCs."""
    match one:
        case SecurityGroup(id="sg-p-target"):
            return group("p", "target", *OPEN)
        case SecurityGroup(id="sg-c-door"):
            guests = CidrPeer(IPv4Network("10.8.0.0/16"))
            return replace(
                one, rules=(*one.rules, allow("sgr-guests", Direction.INGRESS, guests, 6, 1, 65535))
            )
        case RouteTable(id="rtb-p"):
            return replace(one, routes=(_way("0.0.0.0/0", "igw-p"), _way("10.9.0.0/16", "pcx-q")))
        case RouteTable(id="rtb-c"):
            return replace(one, routes=(_way("10.8.0.0/16", "pcx-r"),))
    return replace(balancer(), internal=False) if one.id == balancer().id else one


def _way(block: str, name: str) -> Route:
    gateway, peering = TargetKind.INTERNET_GATEWAY, TargetKind.VPC_PEERING_CONNECTION
    kind = gateway if name.startswith("igw") else peering
    return Route(destination=IPv4Network(block), target=RouteTarget(kind, name))


def listeners() -> list[Resource]:
    """Give a listener for targets by address and by instance, whose sources are kept or not."""
    address = {
        "target_type": TargetType.IP,
        "targets": (Target(id=TARGET_A, port=8080, zone="ap-northeast-1a"),),
    }
    found: list[Resource] = []
    for port, keeps, more in (
        (UNKEPT, "false", address),
        (KEPT_IP, "true", address),
        (UNKEPT_INSTANCE, "false", {}),
    ):
        attributes = (("preserve_client_ip.enabled", keeps),)
        one: TargetGroup = target_group(f"of-{port}", attributes=attributes, **more)
        found += [one, listener(port, one.id)]
    return found


def peered(name: str, number: int, to: str) -> list[Resource]:
    """Give a VPC with one host, peered with another VPC."""
    own = [one for one in vpc(name) if not isinstance(one, Subnet) or one.id.endswith("-a")]
    sides = [PeeringSide(vpc=f"vpc-{one}", **MINE) for one in (name, to)]
    worn, instance = host(name, "peer" if name == "q" else "guest", "10.0.1.10", "open")
    made = [*own, replace(worn, private_addresses=(IPv4Address(f"10.{number}.1.10"),)), instance]
    return [
        *(_moved(one, number, name) for one in made),
        VpcPeeringConnection(
            id=f"pcx-{name}",
            requester=sides[0],
            accepter=sides[1],
            state=PeeringState.ACTIVE,
            message="",
            expires_at=AT,
            **MINE,
        ),
    ]


def _moved(one: Resource, number: int, name: str) -> Resource:
    match one:
        case Vpc():
            cidr = CidrAssociation(id=name, cidr=IPv4Network(f"10.{number}.0.0/16"))
            return replace(one, cidr_associations=(cidr,))
        case Subnet():
            return replace(one, cidr=IPv4Network(f"10.{number}.1.0/24"))
        case RouteTable():
            return replace(one, routes=(_way("10.0.0.0/16", f"pcx-{name}"),))
    return one


def probe(probes: dict[str, tuple[Any, ...]], patience: float) -> dict[str, str]:
    with ThreadPoolExecutor(len(probes)) as pool:
        asked = {
            name: pool.submit(client, *arguments, patience)
            for name, (client, *arguments) in probes.items()
        }
    return {name: answer.result() for name, answer in asked.items()}


def said(world: World, probes: dict[str, tuple[Any, ...]]) -> dict[str, bool]:
    """Say by the walk which probes are answered."""
    atlas = Atlas(world.compilation.program)
    found = {}
    for name, (client, place, address, port) in probes.items():
        source = next(one for one in atlas.addresses(place) if one.version == 4)
        protocol = 6 if client is tcp else 17
        packet = Packet.to_port(source, IPv4Address(address), protocol, port, 40_000)
        traces = walks(atlas, place, packet)
        found[name] = all(one.disposition is Disposition.REACHED for one in traces)
    return found


def entry(
    number: int, egress: bool, block: str, allow: bool, ports: tuple[int, int] | None = None
) -> NetworkAclEntry:
    return NetworkAclEntry(
        number=number,
        egress=egress,
        allow=allow,
        protocol=ports and 6,
        cidr=IPv4Network(block),
        ports=ports and PortRange(*ports),
    )


ALL = "0.0.0.0/0"
EVERYTHING = (entry(900, True, ALL, True), entry(901, False, ALL, True))
BACK = "10.0.2.0/24"
ACLS: dict[str, tuple[NetworkAclEntry, ...]] = {
    "in denied": (entry(100, False, BACK, False, (KEPT, KEPT)), *EVERYTHING),
    "answers denied": (entry(100, True, BACK, False, (1024, 65535)), *EVERYTHING),
    "no more than needed": (
        entry(100, False, BACK, True, (KEPT, KEPT)),
        entry(100, True, BACK, True, (1024, 65535)),
    ),
    "nothing": (),
}
AT_ENDPOINT = {
    "same subnet": (tcp, "i-c-client", ENDPOINT, KEPT),
    "other subnet": (tcp, "i-c-other", ENDPOINT, KEPT),
}
AT_NODE = {
    "same subnet": (tcp, "i-p-neighbour", NLB_A, UNKEPT),
    "other subnet": (tcp, "i-p-two", NLB_A, UNKEPT),
    "by an endpoint": (tcp, "i-c-client", ENDPOINT, KEPT),
}


def acls(world: World, vpc: str, probes: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    """Put network ACLs on the subnet of zone a; give who passes, and whom the walk lets pass."""
    found = {}
    for name, entries in ACLS.items():
        if vpc == "p" and name != "nothing":
            continue
        one = NetworkAcl(
            id=f"acl-of-{vpc}",
            vpc_id=f"vpc-{vpc}",
            entries=entries,
            associations=(NetworkAclAssociation(id=f"a-{vpc}", subnet_id=f"subnet-{vpc}-a"),),
            **MINE,
        )
        world.change(put(one))
        expected = said(world, probes)
        passing = {key: value for key, value in probes.items() if expected[key]}
        stopped = {key: value for key, value in probes.items() if not expected[key]}
        answers = probe(passing, PATIENCE) | (probe(stopped, SHORT) if stopped else {})
        passed = {key: answer not in ("silence", "unreachable") for key, answer in answers.items()}
        found[name] = {"passed": passed, "as said": passed == expected}
        world.change(delete(one))
    return found


def port_again(times: int = 100) -> dict[str, int]:
    """Connect by an endpoint again and again from one port, and be hung up on; give how many words
    came, and how many segments the client's network sent again."""
    serving = hang_up("i-p-one", 8080, times)
    before, words = sent_again("i-c-client"), 0
    for _ in range(times):
        with _connected_again() as client:
            words += client.recv(100) == b"word"
            while client.recv(100):
                pass
    serving.join(PATIENCE)
    return {"words": words, "sent again": sent_again("i-c-client") - before}


def _connected_again() -> socket.socket:
    """Connect from the port, as soon as the last end of what was there before is confirmed: until
    then it cannot be had, and nothing is sent."""
    end = time.monotonic() + LONG_PATIENCE
    while True:
        with entered("i-c-client"):
            client = socket.socket()
        client.settimeout(PATIENCE)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind((CLIENT, 20_005))
        try:
            client.connect((ENDPOINT, 443))
        except OSError as error:
            client.close()
            if error.errno != errno.EADDRNOTAVAIL or time.monotonic() > end:
                raise
        else:
            return client


def hang_up(place: str, port: int, times: int) -> threading.Thread:
    """Say one word to each of so many clients, and be the first to end."""
    with entered(place):
        listener = socket.create_server(("", port))

    def serve() -> None:
        with listener:
            for _ in range(times):
                with listener.accept()[0] as client:
                    client.sendall(b"word")

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    return serving


def sent_again(place: str) -> int:
    """Give how many segments of TCP a place has sent again, those that begin one included."""
    with entered(place):
        names, values = (
            line.split()
            for line in Path("/proc/thread-self/net/snmp").read_text().splitlines()
            if line.startswith("Tcp:")
        )
    return int(values[names.index("RetransSegs")])


def main() -> None:
    own_run()
    world = World(network())
    report: dict[str, Any] = {
        "at once": world.reconcile(),
        "port again": port_again(),
        "sizes": sizes("i-c-client", ENDPOINT, "i-p-one", 5000),
    }
    for place in ("i-p-one", "i-p-two"):
        tcp_server(place, 8080)
        udp_server(place, 5000)
    probes = probe(PASSES, PATIENCE) | probe(STOPS, SHORT)
    report |= {
        "probes": probes,
        "said": said(world, PASSES | STOPS),
        "acls of an endpoint": acls(world, "c", AT_ENDPOINT),
        "acls of a node": acls(world, "p", AT_NODE),
        "after changes": world.reconcile(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
