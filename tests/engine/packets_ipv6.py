"""Real IPv6 packets through a network that has both families; what became of them, as JSON."""

import errno
import json
import socket
import sys
import time
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.engine.linux.namespace import entered
from genkan.model.block_public_access import (
    BlockMode,
    BlockPublicAccessExclusion,
    BlockPublicAccessOptions,
    ExclusionMode,
    options_id,
)
from genkan.model.network import delete, put
from genkan.model.network_acl import NetworkAcl, NetworkAclEntry
from genkan.model.network_interface import NetworkInterface
from genkan.model.prefix_list import ManagedPrefixList, PrefixListEntry, PrefixListVersion
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTable, RouteTableAssociation
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    ListPeer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.subnet import Subnet
from tests.compile.dual_stack import SUBNETS, dual_stack
from tests.compile.scenario import AT, MINE, acl
from tests.engine.inside import own_run
from tests.engine.packets import probed
from tests.engine.probes import (
    LONG_PATIENCE,
    PATIENCE,
    Connection,
    icmpv6,
    spoofed_udp_ipv6,
    tcp,
    tcp_server,
    udp,
    udp_server,
)
from tests.engine.world import World, extended, host

WEB, WEB2, MUTE, BOX = (f"2406:da14:0:101::{last}" for last in (4, 6, 7, 8))
APP, ENDPOINT, DB = (f"2406:da14:0:102::{last}" for last in (4, 5, 6))
SIX, FAR, OUTSIDE = "2406:da14:0:104::4", "2406:da14:0:201::4", "3fff::10"
RESOLVER, PUBLIC_RESOLVER = "fd00:ec2::253", "3fff::53"
PROBES = {
    "same subnet, group reference": (tcp, "i-app", DB, 80),
    "other subnet, group reference": (tcp, "i-mute", DB, 80),
    "other group": (tcp, "i-web", DB, 80, PATIENCE),
    "other subnet": (tcp, "i-app", WEB, 80),
    "other port": (tcp, "i-app", WEB, 22, PATIENCE),
    "no outbound rule": (tcp, "i-db", WEB, 80, PATIENCE),
    "udp": (udp, "i-app", WEB, 5001),
    "udp, other port": (udp, "i-app", WEB, 5002, PATIENCE),
    "echo": (icmpv6, "i-app", WEB),
    "echo from elsewhere": (icmpv6, "i-mute", WEB, PATIENCE),
    "echo to router": (icmpv6, "i-app", "2406:da14:0:102::1", PATIENCE),
    "address of nobody": (tcp, "i-app", "2406:da14:0:101::77", 80, PATIENCE),
    "IPv6 alone, out": (tcp, "i-six", WEB, 80),
    "IPv6 alone, in": (tcp, "i-app", SIX, 80),
    "internet in": (tcp, "outside", WEB, 80),
    "internet in, other port": (tcp, "outside", WEB, 22, PATIENCE),
    "internet out": (tcp, "i-web", OUTSIDE, 80),
    "internet in, IPv6 alone": (tcp, "outside", SIX, 80),
    "egress-only out": (tcp, "i-app", OUTSIDE, 80),
    "egress-only, echo out": (icmpv6, "i-app", OUTSIDE),
    "egress-only in": (tcp, "outside", APP, 80, PATIENCE),
    "endpoint": (tcp, "i-app", ENDPOINT, 443),
    "endpoint from other subnet": (tcp, "i-mute", ENDPOINT, 443),
    "endpoint, group does not let in": (tcp, "i-web", ENDPOINT, 443, PATIENCE),
    "endpoint, other port": (tcp, "i-app", ENDPOINT, 8443, PATIENCE),
    "endpoint from internet": (tcp, "outside", ENDPOINT, 443, PATIENCE),
    "resolver": (tcp, "i-app", RESOLVER, 53),
    "resolver, other port": (tcp, "i-app", RESOLVER, 443, PATIENCE),
    "peering": (tcp, "i-app", FAR, 80),
    "peering, table without a route": (tcp, "i-mute", FAR, 80, PATIENCE),
    "IPv4 beside it": (tcp, "i-app", "172.16.1.4", 80),
    "IPv4 to IPv6 alone": (tcp, "i-app", "172.16.4.4", 80, PATIENCE),
}


def network() -> list[Resource]:
    """Give the extended network with both families, and a subnet with IPv6 alone."""
    found = dual_stack(
        [
            *extended(),
            Subnet(id="subnet-six", vpc_id="vpc-1", zone="ap-northeast-1a", cidr=None, **MINE),
            *host("six", "subnet-six", "172.16.4.4", ("sg-open",)),
        ]
    )
    return [_with_six(one) for one in found]


def _with_six(one: Resource) -> Resource:
    if isinstance(one, NetworkInterface) and one.id == "eni-six":
        return replace(one, private_addresses=())
    if isinstance(one, RouteTable) and one.id == "rtb-front":
        six = RouteTableAssociation(id="rtbassoc-six", subnet_id="subnet-six")
        return replace(one, associations=(*one.associations, six))
    if isinstance(one, NetworkAcl):
        every = (entry(101, egress, "::/0") for egress in (True, False))
        return replace(one, entries=(*one.entries, *every))
    return one


def entry(number: int, egress: bool, block: str, port: int | None = None) -> NetworkAclEntry:
    """Allow a block, or deny it one port of TCP."""
    return NetworkAclEntry(
        number=number,
        egress=egress,
        allow=port is None,
        protocol=port and 6,
        cidr=IPv6Network(block),
        ports=PortRange(port, port) if port else None,
    )


def servers() -> list[str]:
    for place in ("i-web", "i-app", "i-db", "i-far", "i-six", "outside"):
        tcp_server(place, 80, version=6)
    tcp_server("i-web", 80)
    tcp_server("outside", 80)
    tcp_server("i-web", 22, version=6)
    for port in (53, 443, 8443):
        tcp_server("vpc-1", port, transparent=True, version=6)
    udp_server("i-web", 5001, 6)
    udp_server("i-web", 5002, 6)
    return udp_server("i-web", 5000, 6)


def source_check(seen: list[str]) -> list[str]:
    """Give who reached web: app as another and as itself, box (unchecked) as another."""
    spoofed_udp_ipv6("i-app", "2406:da14:0:102::99", WEB, 5000)
    udp("i-app", WEB, 5000)
    spoofed_udp_ipv6("i-box", "2406:da14:0:102::77", WEB, 5000)
    udp("i-app", WEB, 5000)
    return seen


DENIED = {
    "denied": (tcp, "i-app", WEB, 80, PATIENCE),
    "denied to others": (tcp, "i-side", WEB, 80),
    "same subnet": (tcp, "i-mute", WEB, 80),
    "IPv4": (tcp, "i-app", "172.16.1.4", 80),
}


def acls(world: World) -> dict[str, str]:
    """Deny the back subnet port 80 of the front one; then everything in but IPv4."""
    former = world.network.get(NetworkAcl, "acl-front")
    back = str(SUBNETS["subnet-back"])
    world.change(put(replace(former, entries=(*former.entries, entry(50, False, back, 80)))))
    found = probed(DENIED)
    only_ipv4 = tuple(one for one in former.entries if one.cidr.version == 4)
    world.change(put(acl("acl-front", "subnet-front", *only_ipv4)))
    found["endpoint, no entry"] = tcp("i-mute", ENDPOINT, 443, PATIENCE)
    world.change(put(former))
    return {**found, "again": tcp("i-app", WEB, 80)}


def groups(world: World) -> dict[str, Any]:
    """Let in by ICMPv6's type and code, by a prefix list, and by a group of the peered VPC."""
    web, far = (world.network.get(SecurityGroup, name) for name in ("sg-web", "sg-far"))
    found: dict[str, Any] = {}
    for name, protocol, kind, code, passes in ICMP_RULES:
        one = icmp_rule(protocol, kind, code)
        world.change(put(replace(web, rules=(one,))))
        found[name] = icmpv6("i-app", WEB, LONG_PATIENCE if passes else PATIENCE)
    everything = SecurityGroupRule(
        id="sgr-list",
        direction=Direction.INGRESS,
        protocol=None,
        ports=None,
        peer=ListPeer("pl-six"),
    )
    world.change(put(prefix_list(SUBNETS["subnet-back"]), replace(web, rules=(everything,))))
    found["listed"] = probed(LISTED)
    found["not listed"] = tcp("i-side", WEB, 22, PATIENCE)
    world.change(put(prefix_list(SUBNETS["subnet-side"])))
    found["listed no more"] = tcp("i-app", WEB, 22, PATIENCE)
    found["listed now"] = tcp("i-side", WEB, 22)
    named = replace(everything, id="sgr-peer", peer=GroupPeer("sg-app", MINE["account"]))
    world.change(put(web, replace(far, rules=(*far.rules[:1], named))))
    found["group of the peer"] = tcp("i-app", FAR, 80)
    found["group of the peer, echo"] = icmpv6("i-app", FAR)
    app = world.network.get(NetworkInterface, "eni-app")
    world.change(put(replace(app, group_ids=("sg-open",))))
    found["without that group"] = tcp("i-app", FAR, 80, PATIENCE)
    world.change(put(app, far) + delete(prefix_list(SUBNETS["subnet-side"])))
    return found


ICMP_RULES = (
    ("echo requests", 58, 128, -1, True),
    ("echo requests, code 0", 58, 128, 0, True),
    ("echo requests, code 1", 58, 128, 1, False),
    ("echo replies", 58, 129, -1, False),
    ("every type", 58, -1, -1, True),
    ("IPv4's echo requests", 1, 8, -1, False),
)
LISTED = {
    "tcp": (tcp, "i-app", WEB, 22),
    "udp": (udp, "i-app", WEB, 5002),
    "echo": (icmpv6, "i-app", WEB),
}


def icmp_rule(protocol: int, kind: int, code: int) -> SecurityGroupRule:
    return SecurityGroupRule(
        id="sgr-icmp",
        direction=Direction.INGRESS,
        protocol=protocol,
        ports=PortRange(kind, code),
        peer=CidrPeer(IPv6Network("::/0") if protocol == 58 else IPv4Network("0.0.0.0/0")),
    )


def prefix_list(block: IPv6Network) -> ManagedPrefixList:
    version = PrefixListVersion(number=1, entries=(PrefixListEntry(cidr=block),))
    return ManagedPrefixList(
        id="pl-six",
        prefix_list_name="six",
        address_family="IPv6",
        max_entries=5,
        state="create-complete",
        versions=(version,),
        **MINE,
    )


def too_big() -> dict[str, str]:
    """Send what is too big for the internet and may not be cut; give what the sender hears."""
    found = {}
    for family, address, level, option in (
        (socket.AF_INET, "198.51.100.10", socket.IPPROTO_IP, 10),  # IP_MTU_DISCOVER
        (socket.AF_INET6, OUTSIDE, socket.IPPROTO_IPV6, 23),  # IPV6_MTU_DISCOVER
    ):
        with entered("i-web"):
            sender = socket.socket(family, socket.SOCK_DGRAM)
        sender.setsockopt(level, option, 2)  # always
        sender.connect((address, 9))
        found[address] = _told(sender)
    return found


def _told(sender: socket.socket) -> str:
    end = time.monotonic() + LONG_PATIENCE
    while time.monotonic() < end:
        try:
            sender.send(bytes(4000))
        except OSError as error:
            return errno.errorcode[error.errno or 0]
        time.sleep(0.02)
    return "nothing"


def public_access(world: World) -> dict[str, dict[str, str]]:
    """Block public access in each mode, with exclusions; give what passes to and from the
    internet."""
    options = BlockPublicAccessOptions(
        id=options_id(MINE["account"], MINE["region"]),
        mode=BlockMode.BIDIRECTIONAL,
        updated_at=AT,
        **MINE,
    )
    front = BlockPublicAccessExclusion(
        id="vpcbpa-exclude-1",
        mode=ExclusionMode.ALLOW_BIDIRECTIONAL,
        created_at=AT,
        subnet_id="subnet-front",
        **MINE,
    )
    found = {}
    for name, change, passes in (
        ("both ways", put(options), ()),
        ("front excluded", put(front), PUBLIC.keys() - {"egress-only"}),
        (
            "in",
            put(replace(options, mode=BlockMode.INGRESS)) + delete(front),
            ("through NAT", "egress-only"),
        ),
        ("nothing", put(replace(options, mode=BlockMode.OFF)), PUBLIC),
    ):
        world.change(change)
        found[name] = probed(
            {
                probe: (*asked, LONG_PATIENCE if probe in passes else PATIENCE)
                for probe, asked in PUBLIC.items()
            }
        )
    return found


PUBLIC = {
    "in": (tcp, "outside", "54.65.0.9", 80),
    "out": (tcp, "i-web", "198.51.100.10", 80),
    "through NAT": (tcp, "i-app", "198.51.100.10", 80),
    "in, IPv6": (tcp, "outside", WEB, 80),
    "out, IPv6": (tcp, "i-web", OUTSIDE, 80),
    "egress-only": (tcp, "i-app", OUTSIDE, 80),
}


def changes(world: World) -> dict[str, str]:
    """Take an address away and give it back, beside a connection that goes on."""
    connection = Connection("i-app", OUTSIDE, 80)
    found = world.network.get(NetworkInterface, "eni-web")
    world.change(put(replace(found, ipv6_addresses=())))
    gone = {"gone": tcp("i-app", WEB, 80, PATIENCE), "IPv4": tcp("i-app", "172.16.1.4", 80)}
    world.change(put(found))
    answers = {**gone, "back": tcp("i-app", WEB, 80), "beside": connection.echo("word")}
    endpoint = world.network.get(NetworkInterface, "eni-vpce")
    world.change(delete(endpoint))
    answers["endpoint gone"] = tcp("i-app", ENDPOINT, 443, PATIENCE)
    world.change(put(endpoint))
    return {**answers, "endpoint back": tcp("i-app", ENDPOINT, 443)}


def main() -> None:
    own_run()
    world = World(network())
    report: dict[str, Any] = {"at once": world.reconcile()}
    seen = servers()
    report |= {
        "probes": probed(PROBES),
        "source check": source_check(seen),
        "acls": acls(world),
        "groups": groups(world),
        "too big": too_big(),
        "public access": public_access(world),
        "changes": changes(world),
        "after changes": world.reconcile(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
