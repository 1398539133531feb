"""Said against sent: random networks, random changes by AWS's calls, and every disagreement between
what impact says of a flow and what its packets meet before the change and after it.

Sent are the flows that a report tells of, and flows of which it says nothing, whose packets have to
meet the same before and after. The report is JSON.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_address
from typing import Any

from genkan.analysis import Disposition, Packet, Trace
from genkan.analysis.packet import ICMP, ICMPV6, TCP, UDP
from genkan.engine.linux.engine import LinuxEngine
from genkan.impact.effects import Finding
from genkan.impact.groups import Group
from genkan.impact.impact import Report, impact
from genkan.impact.order import Order
from genkan.impact.outlook import Verdict
from genkan.impact.state import OrderRefused, State
from genkan.impact.target import Kind
from genkan.model.elastic_ip import ElasticIp
from genkan.model.network import Network
from genkan.model.network_acl import NetworkAcl
from genkan.model.network_interface import NetworkInterface
from genkan.model.route_table import ListDestination, RouteTable
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program.address import Address
from tests.build import a_call
from tests.engine.drawn import MINE
from tests.engine.inside import own_run
from tests.engine.random_networks import Drawer
from tests.engine.volley import Volley

OUTSIDE = "198.51.100.10"
PORTS = (22, 80, 443, 444, 1023, 5000, 32768)
FIRST = {False: 49_152, True: 57_000}  # of the ports that are sent from, before and after
MEMBERS = 3  # of a group
ANSWERED = (Verdict.WORKS, Verdict.DENIED)  # a policy answers too
TOLD = 240  # flows that a report tells of, of one change
UNTOLD = 160  # and of which it does not
TRIES = 40  # of orders, until one is accepted


class HexDrawer(Drawer):
    """Draws with ids of the form that AWS's have, so that its calls take them."""

    def name(self, kind: str) -> str:
        self._number += 1
        return f"{kind}-{self.seed:06x}{self._number:011x}"


@dataclass(frozen=True)
class Sent:
    """A flow, and what is said of it: was it answered before, is it after (None: not said), or the
    same."""

    origin: str
    before: Packet | None
    after: Packet | None
    works: tuple[bool, bool] | None  # None: as before
    why: str


def orders(dice: random.Random, network: Network) -> Iterator[Order]:
    """Give orders, drawn for ever."""
    drawers = [group_rule, group_rule, revoked, acl_entry, route, no_route, worn, endpoint, gone,
               address, unchecked]  # fmt: skip
    while True:
        made = dice.choice(drawers)(dice, network)
        if made is not None:
            yield made


def _any(dice: random.Random, network: Network, kind: type) -> Any:
    rows = sorted(network.all(kind), key=lambda one: one.id)
    return dice.choice(rows) if rows else None


def _peer(dice: random.Random, network: Network, group: SecurityGroup) -> dict[str, Any]:
    groups = sorted(one.id for one in network.where(SecurityGroup, vpc_id=group.vpc_id))
    subnet = _any(dice, network, Subnet)
    block = subnet.cidr if subnet and subnet.cidr else "10.0.0.0/8"
    return dice.choice(
        [
            {"UserIdGroupPairs": [{"GroupId": dice.choice(groups)}]},
            {"IpRanges": [{"CidrIp": str(block)}]},
            {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
        ]
    )


def group_rule(dice: random.Random, network: Network) -> Order | None:
    group = _any(dice, network, SecurityGroup)
    if group is None:
        return None
    way = dice.choice(("Ingress", "Ingress", "Egress"))
    first = dice.choice(PORTS)
    permission = {
        "IpProtocol": dice.choice(("tcp", "udp")), "FromPort": first,
        "ToPort": dice.choice((first, 65535)), **_peer(dice, network, group),
    }  # fmt: skip
    if dice.random() < 0.3:
        permission = {"IpProtocol": "-1", **_peer(dice, network, group)}
    given = {"GroupId": group.id, "IpPermissions": [permission]}
    return Order(f"AuthorizeSecurityGroup{way}", given)


def revoked(dice: random.Random, network: Network) -> Order | None:
    group = _any(dice, network, SecurityGroup)
    if group is None or not group.rules:
        return None
    rule = dice.choice(group.rules)
    return Order(
        f"RevokeSecurityGroup{rule.direction.value.capitalize()}",
        {"GroupId": group.id, "SecurityGroupRuleIds": [rule.id]},
    )


def acl_entry(dice: random.Random, network: Network) -> Order | None:
    acl = _any(dice, network, NetworkAcl)
    if acl is None:
        return None
    if acl.entries and dice.random() < 0.5:
        entry = dice.choice(acl.entries)
        return Order(
            "DeleteNetworkAclEntry",
            {"NetworkAclId": acl.id, "RuleNumber": entry.number, "Egress": entry.egress},
        )
    first = dice.choice((1, 80, 443, 1024))
    return Order(
        "CreateNetworkAclEntry",
        {
            "NetworkAclId": acl.id, "RuleNumber": dice.choice((1, 50, 99, 101)),
            "Protocol": dice.choice(("6", "17", "-1")), "Egress": dice.random() < 0.5,
            "RuleAction": dice.choice(("allow", "deny")), "CidrBlock": "0.0.0.0/0",
            "PortRange": {"From": first, "To": 65535},
        },
    )  # fmt: skip


def no_route(dice: random.Random, network: Network) -> Order | None:
    table = _any(dice, network, RouteTable)
    if table is None or not table.routes:
        return None
    to = dice.choice(table.routes).destination
    if isinstance(to, ListDestination):
        return Order(
            "DeleteRoute",
            {"RouteTableId": table.id, "DestinationPrefixListId": to.prefix_list_id},
        )
    member = "DestinationCidrBlock" if to.version == 4 else "DestinationIpv6CidrBlock"
    return Order("DeleteRoute", {"RouteTableId": table.id, member: str(to)})


def route(dice: random.Random, network: Network) -> Order | None:
    table = _any(dice, network, RouteTable)
    if table is None or not table.routes:
        return None
    target = dice.choice([one.target for one in table.routes])
    block = dice.choice(("0.0.0.0/0", f"{OUTSIDE}/32", "10.0.0.0/8", "172.16.0.0/12"))
    return Order(
        "CreateRoute",
        {"RouteTableId": table.id, "DestinationCidrBlock": block, target.kind.member: target.id},
    )


def worn(dice: random.Random, network: Network) -> Order | None:
    interface = _any(dice, network, NetworkInterface)
    if interface is None:
        return None
    groups = sorted(one.id for one in network.where(SecurityGroup, vpc_id=interface.vpc_id))
    chosen = dice.sample(groups, min(len(groups), dice.choice((1, 2))))
    return Order(
        "ModifyNetworkInterfaceAttribute",
        {"NetworkInterfaceId": interface.id, "Groups": chosen},
    )


def unchecked(dice: random.Random, network: Network) -> Order | None:
    interface = _any(dice, network, NetworkInterface)
    if interface is None:
        return None
    return Order(
        "ModifyNetworkInterfaceAttribute",
        {"NetworkInterfaceId": interface.id,
         "SourceDestCheck": {"Value": not interface.source_dest_check}},
    )  # fmt: skip


def endpoint(dice: random.Random, network: Network) -> Order | None:
    vpc = _any(dice, network, Vpc)
    if vpc is None:
        return None
    if dice.random() < 0.3:
        tables = sorted(one.id for one in network.where(RouteTable, vpc_id=vpc.id))
        return Order(
            "CreateVpcEndpoint",
            {"VpcId": vpc.id, "ServiceName": "com.amazonaws.ap-northeast-1.dynamodb",
             "RouteTableIds": dice.sample(tables, 1)},
        )  # fmt: skip
    subnets = sorted(one.id for one in network.where(Subnet, vpc_id=vpc.id))
    groups = sorted(one.id for one in network.where(SecurityGroup, vpc_id=vpc.id))
    service = dice.choice(("sqs", "sns", "monitoring"))
    return Order(
        "CreateVpcEndpoint",
        {"VpcId": vpc.id, "ServiceName": f"com.amazonaws.ap-northeast-1.{service}",
         "VpcEndpointType": "Interface", "SubnetIds": [dice.choice(subnets)],
         "SecurityGroupIds": [dice.choice(groups)],
         "PrivateDnsEnabled": vpc.dns_hostnames},
    )  # fmt: skip


def gone(dice: random.Random, network: Network) -> Order | None:
    one = _any(dice, network, VpcEndpoint)
    return one and Order("DeleteVpcEndpoints", {"VpcEndpointIds": [one.id]})


def address(dice: random.Random, network: Network) -> Order | None:
    one = _any(dice, network, ElasticIp)
    if one is None or not one.association_id:
        return None
    return Order("DisassociateAddress", {"AssociationId": one.association_id})


def told(report: Report, dice: random.Random) -> list[Sent]:
    """Give flows that a report tells of: of each finding some members, at the ends of its ports."""
    found: list[Sent] = []
    for one in report.findings:
        sides = (one.before, one.after)
        if any(side.some or side.verdict is Verdict.DEPENDS for side in sides):
            continue
        answered = (one.before.verdict in ANSWERED, one.after.verdict in ANSWERED)
        members: list[Any] = list(one.sender.members[:MEMBERS]) or [None]
        for member in members:
            origin = member.place if member else one.sender.origin
            for at in sorted({port or 0 for two in one.ports for port in (two.first, two.last)}):
                packets = [_packet(one, side.trace, member, at or None) for side in sides]
                if any(packet and packet.source == packet.destination for packet in packets):
                    continue  # to itself: nobody sees it pass
                found.append(Sent(origin, packets[0], packets[1], answered, said(one)))
    dice.shuffle(found)
    return found[:TOLD]


def _packet(one: Finding, trace: Trace | None, member: Any, port: int | None) -> Packet | None:
    """Give the packet that a member of a finding's group would send."""
    if trace is None:
        return None
    packet = trace.packet
    source = member.interface.first_address(packet.source.version) if member else packet.source
    protocol = next((two.protocol for two in one.ports if port in (two.first, two.last)), None)
    if port is None or packet.destination_port is None or protocol != packet.protocol:
        return replace(packet, source=source)
    return replace(packet, source=source, destination_port=(port, port))


def said(one: Finding) -> str:
    sides = [f"{side.verdict.value} {side.codes}" for side in (one.before, one.after)]
    to = f"{one.target.kind.value} {one.target.id}"
    return f"{one.effect.value} {one.sender.id} to {to}: {' → '.join(sides)}"


def untold(report: Report, before: State, after: State, dice: random.Random) -> Iterator[Sent]:
    """Give flows of which a report says nothing, between interfaces and with the internet."""
    known = [
        (member.place, one)
        for one in before.network.all(NetworkInterface)
        for member in [_Sender(before, one)]
        if member.place
    ]
    ends: list[tuple[str, Address]] = [
        (one.vpc_id, address)
        for state in (before, after)
        for one in state.network.all(NetworkInterface)
        for address in one.addresses
    ]
    ends += [("", ip_address(OUTSIDE)), ("", IPv4Address("52.219.0.7"))]
    covered = _covered(report)
    while known:
        place, interface = dice.choice(known)
        vpc, to = dice.choice(ends)
        near = {"", interface.vpc_id, *before.index.peers[interface.vpc_id]}
        if vpc not in near:
            continue  # over the internet, if at all: told as the internet's
        source = interface.first_address(to.version)
        if source is None or to in interface.addresses or (place, to) in covered:
            continue
        packet = _drawn(dice, source, to)
        if any(_is_mixed(state, place, packet) for state in (before, after)):
            continue
        yield Sent(place, packet, packet, None, "nothing is said of it")


class _Sender:
    def __init__(self, state: State, interface: NetworkInterface) -> None:
        far = state.atlas.far_ends.get((interface.vpc_id, interface.id))
        place = state.atlas.place(far.place) if far else None
        self.place = far.place if far and place and place.kind.value == "instance" else None


def _covered(report: Report) -> set[tuple[str, Address]]:
    """Give (place, address) of which a report says something, at some port."""
    found: set[tuple[str, Address]] = set()
    for one in report.findings:
        addresses: set[Address] = set()
        for side in (one.before, one.after):
            addresses |= {side.trace.packet.destination} if side.trace else set()
            addresses |= set(side.resolved.addresses) if side.resolved else set()
        if isinstance(one.target.group, Group):
            addresses |= {
                address
                for member in one.target.group.members
                for address in member.interface.addresses
            }
        addresses.update(one.target.fixed)
        if one.target.kind is Kind.INTERNET:
            addresses.add(ip_address(OUTSIDE))
        places = [member.place for member in one.sender.members] or [one.sender.origin]
        found |= {(place, address) for place in places for address in addresses}
    return found


def _drawn(dice: random.Random, source: Address, to: Address) -> Packet:
    if dice.random() < 0.15:
        protocol, icmp = (ICMP, (8, 0)) if to.version == 4 else (ICMPV6, (128, 0))
        return Packet(source, to, protocol, (1, 1), None, icmp)
    port = dice.choice(PORTS) + dice.choice((0, 0, 1, -1))
    return Packet.to_port(source, to, dice.choice((TCP, TCP, UDP)), port, FIRST[False])


def _is_mixed(state: State, place: str, packet: Packet) -> bool:
    """Tell whether chance has a say."""
    found = state.walks(place, packet)
    relayed = any("by a relay" in step.said for one in found for step in one.forward)
    ends = {one.disposition for one in found}
    return relayed or len(ends) > 1 or Disposition.DEPENDS in ends


def answered(engine: LinuxEngine, state: State, flows: list[Sent], is_after: bool) -> list[bool]:
    """Send one side of flows through a network; tell which were answered."""
    engine.reconcile(state.program)
    volley = Volley(state.atlas, state.boxes)
    sides = [one.after if is_after else one.before for one in flows]
    sent = [
        (one.origin, _from(packet, FIRST[is_after] + number))
        for number, (one, packet) in enumerate(zip(flows, sides, strict=True))
        if packet is not None
    ]
    expected = []
    number = 0
    for one, packet in zip(flows, sides, strict=True):
        if packet is None:
            continue
        ways = state.walks(one.origin, packet)
        if all(way.disposition is Disposition.REACHED for way in ways):
            expected.append((number, "answered"))
        number += 1
    try:
        seen = iter(volley.send(sent, expected))
    finally:
        volley.close()
    return [packet is not None and next(seen).answered for packet in sides]


def _from(packet: Packet, port: int) -> Packet:
    return replace(packet, source_port=(port, port))


def one_change(engine: LinuxEngine, seed: int, told_of: dict[str, Any]) -> None:
    """Try a change of a network."""
    dice = random.Random(seed)
    network = Network.of(HexDrawer(seed).draw().resources)
    call = a_call(network, account=MINE["account"], region=MINE["region"])
    before = State.of(network).settled(call.now)
    for _, order in zip(range(TRIES), orders(dice, before.network), strict=False):
        try:
            after = before.ordered(call, [order]).state
        except OrderRefused:
            continue
        if after.program == before.program:
            continue
        report = impact(before, call, [order])
        if report.refused is None and (report.findings or dice.random() < 0.2):
            break
    else:
        return
    flows = told(report, dice)
    quiet = untold(report, before, after, dice)
    flows += [one for one, _ in zip(quiet, range(UNTOLD), strict=False)]
    met = [answered(engine, before, flows, False), answered(engine, after, flows, True)]
    told_of["changes"][order.operation] += 1
    for one, was, came in zip(flows, *met, strict=True):
        told_of["flows"]["told" if one.works else "untold"] += 1
        told_of["effects"][one.why.partition(" ")[0]] += 1
        wanted = one.works or (was, was)
        if (was, came) != wanted:
            told_of["disagreements"].append(
                {"seed": seed, "order": order.words, "flow": one.why, "origin": one.origin,
                 "packets": [str(one.before), str(one.after)], "met": [was, came],
                 "said": list(wanted)}
            )  # fmt: skip


def main() -> None:
    own_run()
    first, changes = (int(word) for word in sys.argv[1:3])
    told_of: dict[str, Any] = {
        "changes": Counter(), "flows": Counter(), "effects": Counter(), "disagreements": []
    }  # fmt: skip
    engine = LinuxEngine()
    for seed in range(first, first + changes):
        one_change(engine, seed, told_of)
    json.dump(told_of, sys.stdout)


if __name__ == "__main__":
    main()
