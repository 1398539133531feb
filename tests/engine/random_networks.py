"""Networks and probes drawn from a seed: boundaries are favoured, for that is where rules go wrong.

A network has one to three VPCs with what a VPC can have, some of it useless, missing or mistaken
on purpose. The same seed gives the same network and the same probes.
"""

import itertools
import random
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from genkan.model.account import AccessKey, Account
from genkan.model.elastic_ip import ElasticIp
from genkan.model.endpoint_service import EndpointService
from genkan.model.instance import Instance, InstanceState
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network_acl import NetworkAcl, NetworkAclAssociation, NetworkAclEntry
from genkan.model.network_interface import Attachment, InterfaceType, NetworkInterface
from genkan.model.peering import PeeringSide, PeeringState, VpcPeeringConnection
from genkan.model.prefix_list import ManagedPrefixList, PrefixListEntry, PrefixListVersion
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
from genkan.model.vpc import (
    CidrAssociation,
    EgressOnlyInternetGateway,
    InternetGateway,
    Ipv6Association,
    Vpc,
)
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from tests.engine import random_balancers, random_routes
from tests.engine.drawn import ANYWHERE, ANYWHERE_IPV6, AT, MINE, Drawn

ZONES = ("ap-northeast-1a", "ap-northeast-1a", "ap-northeast-1c")
EVERYWHERE = (ANYWHERE, ANYWHERE_IPV6)
AMAZONS = IPv6Network("2600:1f00::/40")
CIDRS = ("10.1.0.0/16", "10.2.0.0/20", "172.16.0.0/16")
MORE_CIDRS = ("100.64.0.0/24", "10.3.0.0/24", "192.168.9.0/28")
PORTS = (22, 80, 443, 1023, 1024, 5000, 32768, 65535)
EDGES = (0, 1, -1)
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58


class Drawer:
    """Draws one network."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)
        self.drawn = Drawn()
        self._number = 0
        self._public = int(IPv4Address("54.64.0.0")) + seed % 500 * 64

    def draw(self) -> Drawn:
        self.drawn.add(
            Account(id=MINE["account"], account=MINE["account"], region=MINE["region"],
                    account_name="default"),
            AccessKey(id="AKIA1", account=MINE["account"], region="aws-global", secret="s",
                      principal="arn:aws:iam::123456789012:root"),
        )  # fmt: skip
        cidrs = self.dice.sample(CIDRS, self.dice.choice((1, 2, 2, 3)))
        vpcs = [self._vpc(cidr) for cidr in cidrs]
        for one, other in itertools.pairwise(vpcs):
            self._peering(one, other)
        if self.maybe(0.3):
            vpcs.append(self._vpc(cidrs[0]))  # a tenant's, with addresses that are taken
        for vpc in vpcs:
            self._inside(vpc)
        for vpc in vpcs:
            self._endpoints(vpc)
            self._rules(vpc)
            self._acls(vpc)
            random_routes.tables(self, vpc)
        return self.drawn

    def maybe(self, chance: float) -> bool:
        return self.dice.random() < chance

    def name(self, kind: str) -> str:
        self._number += 1
        return f"{kind}-{self.seed}x{self._number}"

    def public(self) -> IPv4Address:
        self._public += 1
        return IPv4Address(self._public)

    def _vpc(self, cidr: str) -> Vpc:
        cidrs = [cidr, *(self.dice.sample(MORE_CIDRS, 1) if self.maybe(0.3) else ())]
        taken = {one.cidr for vpc in self.drawn.of(Vpc) for one in vpc.cidr_associations}
        vpc = Vpc(
            id=self.name("vpc"),
            cidr_associations=tuple(
                CidrAssociation(id=self.name("cidr"), cidr=IPv4Network(one))
                for one in cidrs
                if one == cidr or IPv4Network(one) not in taken
            ),
            dns_hostnames=self.maybe(0.5),
            ipv6_associations=self._ipv6() if self.maybe(0.7) else (),
            **MINE,
        )
        self.drawn.add(vpc)
        return vpc

    def _ipv6(self) -> tuple[Ipv6Association, ...]:
        at = int(AMAZONS.network_address) + (self.dice.randrange(1 << 16) << 72)
        return (Ipv6Association(id=self.name("cidr"), cidr=IPv6Network((at, 56))),)

    def _peering(self, one: Vpc, other: Vpc) -> None:
        if self.maybe(0.8):
            state = PeeringState.ACTIVE if self.maybe(0.85) else PeeringState.PENDING_ACCEPTANCE
            requester, accepter = (PeeringSide(vpc=vpc.id, **MINE) for vpc in (one, other))
            self.drawn.add(
                VpcPeeringConnection(
                    id=self.name("pcx"), requester=requester, accepter=accepter, state=state,
                    message="", expires_at=AT, **MINE,
                )
            )  # fmt: skip

    def _inside(self, vpc: Vpc) -> None:
        """Fill a VPC, in the order in which its parts name each other."""
        self._subnets(vpc)
        for _ in range(self.dice.choice((2, 3, 4))):
            group = SecurityGroup(
                id=self.name("sg"), vpc_id=vpc.id, group_name="g", description="g", **MINE
            )
            self.drawn.add(group)
        if self.maybe(0.8):
            self.drawn.add(InternetGateway(id=self.name("igw"), vpc_id=vpc.id, **MINE))
        if vpc.ipv6_cidrs and self.maybe(0.5):
            name = self.name("eigw")
            self.drawn.add(EgressOnlyInternetGateway(id=name, vpc_id=vpc.id, **MINE))
        if self.maybe(0.4):
            self._prefix_list()
        for subnet in self.of(Subnet, vpc):
            for _ in range(self.dice.choice((1, 1, 2, 3))):
                self._instance(vpc, subnet)
        self._nat(vpc)
        for _ in range(self.dice.choice((0, 1, 1))):
            random_balancers.balancer(self, vpc)

    def of(self, kind: type, vpc: Vpc) -> list[Any]:
        return [one for one in self.drawn.of(kind) if one.vpc_id == vpc.id]

    def _subnets(self, vpc: Vpc) -> None:
        for _ in range(self.dice.choice((1, 2, 2, 3))):
            cidr = self.dice.choice(vpc.cidrs)
            length = min(max(cidr.prefixlen, 24), 28) if self.maybe(0.6) else 28
            # The first, the last, or some block of the VPC.
            count = 1 << (length - cidr.prefixlen)
            at = self.dice.choice((0, count - 1, self.dice.randrange(count)))
            block = IPv4Network((int(cidr.network_address) + (at << (32 - length)), length))
            if any(one.cidr and block.overlaps(one.cidr) for one in self.of(Subnet, vpc)):
                continue
            ipv6 = self._ipv6_of_subnet(vpc) if vpc.ipv6_cidrs and self.maybe(0.8) else ()
            native = bool(ipv6) and self.maybe(0.1)
            self.drawn.add(
                Subnet(
                    id=self.name("subnet"), vpc_id=vpc.id, zone=self.dice.choice(ZONES),
                    cidr=None if native else block, ipv6_associations=ipv6, **MINE,
                )
            )  # fmt: skip

    def _ipv6_of_subnet(self, vpc: Vpc) -> tuple[Ipv6Association, ...]:
        used = {one.ipv6_cidr for one in self.of(Subnet, vpc)}
        blocks = vpc.ipv6_cidrs[0].subnets(new_prefix=64)
        free = [one for one in blocks if one not in used]
        chosen = self.dice.choice((free[0], free[-1], self.dice.choice(free)))
        return (Ipv6Association(id=self.name("cidr"), cidr=chosen),)

    def _address(self, vpc: Vpc, block: Any) -> Any:
        """Give a free address: the first, the last, or any."""
        used = {a for one in self.of(NetworkInterface, vpc) for a in one.addresses}
        size = block.num_addresses
        for _ in range(20):
            at = self.dice.choice((4, 5, size - 2, size - 3, self.dice.randrange(4, size - 1)))
            if block[at] not in used:
                return block[at]
        return None

    def interface(self, vpc: Vpc, subnet: Subnet, **more: Any) -> NetworkInterface | None:
        first = self._address(vpc, subnet.cidr) if subnet.cidr else None
        ipv6: list[IPv6Address] = []
        if subnet.ipv6_cidr and (first is None or self.maybe(0.7)):
            one = self._address(vpc, subnet.ipv6_cidr)
            ipv6 += [one] if one else []
        if first is None and not ipv6:
            return None
        addresses = [] if first is None else [first]
        if first is not None and self.maybe(0.15):
            second = self._address(vpc, subnet.cidr)
            addresses += [second] if second not in (None, first) else []
        groups = self.of(SecurityGroup, vpc)
        worn = self.dice.sample(groups, self.dice.choice((1, 1, 2)))
        name = self.name("eni")
        one = NetworkInterface(
            id=name, vpc_id=vpc.id, subnet_id=subnet.id, zone=subnet.zone,
            mac="02:" + ":".join(f"{b:02x}" for b in self.dice.randbytes(5)),
            private_addresses=tuple(addresses), ipv6_addresses=tuple(ipv6),
            **{"group_ids": tuple(group.id for group in worn), **more}, **MINE,
        )  # fmt: skip
        self.drawn.add(one)
        return one

    def _instance(self, vpc: Vpc, subnet: Subnet) -> None:
        name = self.name("i")
        forwards = self.maybe(0.2)
        public = self.public() if self.maybe(0.4) else None
        first = self.interface(
            vpc, subnet, attachment=_attached(name, 0), public_ip=public,
            source_dest_check=not (forwards and self.maybe(0.8)),
        )  # fmt: skip
        if first is None:
            return
        if public and not first.has_ipv4:
            self.drawn.resources.remove(first)
            self.drawn.add(replace(first, public_ip=None))
        if forwards:
            self.drawn.forwarding.append(name)
        self.drawn.add(_instance(name, vpc, subnet))
        if self.maybe(0.25):
            where = self.dice.choice(self.of(Subnet, vpc))
            self.interface(vpc, where, attachment=_attached(name, 1))
        if first.has_ipv4 and self.maybe(0.15):
            self.drawn.add(self.elastic(first))

    def elastic(self, interface: NetworkInterface) -> ElasticIp:
        return ElasticIp(
            id=self.name("eipalloc"), public_ip=self.public(), association_id=self.name("assoc"),
            network_interface_id=interface.id, private_ip=interface.private_ip, **MINE,
        )  # fmt: skip

    def _nat(self, vpc: Vpc) -> None:
        if not self.maybe(0.5):
            return
        subnets = [one for one in self.of(Subnet, vpc) if one.cidr]
        if not subnets:
            return
        subnet = self.dice.choice(subnets)
        one = self.interface(
            vpc, subnet, interface_type=InterfaceType.NAT_GATEWAY, group_ids=(),
            source_dest_check=False,
        )  # fmt: skip
        if one is None or not one.has_ipv4:
            return
        public = self.maybe(0.8)
        if public:
            self.drawn.add(self.elastic(one))
        self.drawn.add(
            NatGateway(
                id=self.name("nat"), vpc_id=vpc.id, subnet_id=subnet.id,
                network_interface_id=one.id, state=NatGatewayState.AVAILABLE, created_at=AT,
                public=public, **MINE,
            )
        )  # fmt: skip

    def _endpoints(self, vpc: Vpc) -> None:
        subnets = self.of(Subnet, vpc)
        for service in self.drawn.of(EndpointService):
            if self.maybe(0.6):
                random_balancers.endpoint(self, vpc, service)
        if self.maybe(0.6):
            made = [
                self.interface(vpc, subnet, interface_type=InterfaceType.VPC_ENDPOINT)
                for subnet in self.dice.sample(subnets, self.dice.choice((1, len(subnets))))
            ]
            self.drawn.add(
                _endpoint(
                    self.name("vpce"), vpc, "monitoring", VpcEndpointType.INTERFACE,
                    network_interface_ids=tuple(one.id for one in made if one),
                )
            )  # fmt: skip
        if self.maybe(0.5):
            self.drawn.add(_endpoint(self.name("vpce"), vpc, "s3", VpcEndpointType.GATEWAY))

    def _prefix_list(self) -> None:
        blocks = self.dice.sample(
            ["10.0.0.0/8", "172.16.0.0/12", "198.51.100.10/32", "10.1.255.0/24", "54.0.0.0/8"],
            self.dice.choice((1, 2)),
        )
        entries = tuple(PrefixListEntry(cidr=IPv4Network(block)) for block in sorted(blocks))
        self.drawn.add(
            ManagedPrefixList(
                id=self.name("pl"), prefix_list_name="p", address_family="IPv4", max_entries=5,
                state="create-complete", versions=(PrefixListVersion(number=1, entries=entries),),
                **MINE,
            )
        )  # fmt: skip

    def _block(self, vpc: Vpc) -> IPv4Network | IPv6Network:
        """Give a block that means something here: all, a part, one address, one beside it."""
        blocks: list[Any] = [*EVERYWHERE, *EVERYWHERE, *vpc.blocks]
        blocks += [block for one in self.drawn.of(Subnet) for block in one.blocks]
        own = [block for one in self.of(Subnet, vpc) for block in one.blocks]
        blocks += [half for block in own for half in block.subnets()]
        blocks += [one for each in self.drawn.of(Vpc) for one in each.blocks]
        for one in self.drawn.of(NetworkInterface):
            for address in one.addresses:
                beside = int(address) + self.dice.choice(EDGES)
                of = IPv4Network if address.version == 4 else IPv6Network
                blocks.append(of((beside, address.max_prefixlen)))
        blocks += [IPv4Network("198.51.100.10/32"), IPv6Network("3fff::10/128")]
        return self.dice.choice(blocks)

    def _ports(self) -> PortRange:
        first = self.dice.choice(PORTS)
        if self.maybe(0.5):
            return PortRange(first, first)
        return PortRange(first, max(first, self.dice.choice((*PORTS, 65535))))

    def _service(self) -> tuple[int | None, PortRange | None]:
        kind = self.dice.choice(("all", "tcp", "tcp", "tcp", "udp", "icmp"))
        if kind == "all":
            return None, None
        if kind == "icmp":
            if self.maybe(0.4):
                return ICMPV6, self.dice.choice((PortRange(-1, -1), PortRange(128, 0)))
            return ICMP, self.dice.choice((PortRange(-1, -1), PortRange(8, -1), PortRange(8, 0)))
        ports = PortRange(0, 65535) if self.maybe(0.3) else self._ports()
        return (TCP if kind == "tcp" else UDP), ports

    def _rules(self, vpc: Vpc) -> None:
        for group in self.of(SecurityGroup, vpc):
            rules = [
                self._rule(vpc, direction)
                for direction, counts in (
                    (Direction.INGRESS, (0, 1, 2, 3, 4)),
                    (Direction.EGRESS, (0, 1, 2, 3)),
                )
                for _ in range(self.dice.choice(counts))
            ]
            for direction, chance in ((Direction.EGRESS, 0.7), (Direction.INGRESS, 0.45)):
                if self.maybe(chance):
                    rules += [
                        SecurityGroupRule(
                            id=self.name("sgr"), direction=direction, protocol=None, ports=None,
                            peer=CidrPeer(block),
                        )
                        for block in EVERYWHERE
                    ]  # fmt: skip
            self.drawn.resources.remove(group)
            self.drawn.add(
                SecurityGroup(
                    id=group.id, vpc_id=vpc.id, group_name="g", description="g",
                    rules=tuple(rules), **MINE,
                )
            )  # fmt: skip

    def _rule(self, vpc: Vpc, direction: Direction) -> SecurityGroupRule:
        protocol, ports = self._service()
        lists = self.drawn.of(ManagedPrefixList)
        if self.maybe(0.3):
            group = self.dice.choice(self.of(SecurityGroup, vpc))
            peer: Any = GroupPeer(group.id, MINE["account"])
        elif lists and self.maybe(0.2):
            peer = ListPeer(self.dice.choice(lists).id)
        else:
            peer = CidrPeer(self._block(vpc))
        return SecurityGroupRule(
            id=self.name("sgr"), direction=direction, protocol=protocol, ports=ports, peer=peer
        )

    def _acls(self, vpc: Vpc) -> None:
        for subnet in self.of(Subnet, vpc):
            if not self.maybe(0.4):
                continue
            entries = []
            for egress in (True, False):
                number = 100
                for _ in range(self.dice.choice((0, 1, 2))):
                    protocol, ports = self._service()
                    entries.append(
                        _entry(number, egress, self.maybe(0.6), protocol, self._block(vpc), ports)
                    )
                    number += self.dice.choice((1, 10))
                if self.maybe(0.5):
                    high = PortRange(self.dice.choice((1024, 32768)), 65535)
                    entries.append(_entry(number + 5, egress, True, TCP, ANYWHERE, high))
                if self.maybe(0.75):
                    entries += [
                        _entry(number + 50 + more, egress, True, None, block, None)
                        for more, block in enumerate(EVERYWHERE)
                    ]
            one = NetworkAclAssociation(id=self.name("aclassoc"), subnet_id=subnet.id)
            self.drawn.add(
                NetworkAcl(
                    id=self.name("acl"), vpc_id=vpc.id, entries=tuple(entries),
                    associations=(one,), **MINE,
                )
            )  # fmt: skip


def _attached(instance: str, index: int) -> Attachment:
    return Attachment(
        id=f"eni-attach-{instance}-{index}", instance_id=instance,
        instance_owner=MINE["account"], device_index=index, attached_at=AT,
    )  # fmt: skip


def _instance(name: str, vpc: Vpc, subnet: Subnet) -> Instance:
    return Instance(
        id=name, reservation_id="r-1", vpc_id=vpc.id, subnet_id=subnet.id, zone=subnet.zone,
        image_id="ami-genkan", instance_type="t3.micro", state=InstanceState.RUNNING,
        launched_at=AT, **MINE,
    )  # fmt: skip


def _endpoint(name: str, vpc: Vpc, service: str, kind: VpcEndpointType, **more: Any) -> VpcEndpoint:
    return VpcEndpoint(
        id=name, vpc_id=vpc.id, service_name=f"com.amazonaws.{MINE['region']}.{service}",
        endpoint_type=kind, state=VpcEndpointState.AVAILABLE, created_at=AT, dns_suffix="abcd",
        **more, **MINE,
    )  # fmt: skip


def _entry(
    number: int,
    egress: bool,
    allow: bool,
    protocol: int | None,
    cidr: IPv4Network | IPv6Network,
    ports: PortRange | None,
) -> NetworkAclEntry:
    return NetworkAclEntry(
        number=number, egress=egress, allow=allow, protocol=protocol, cidr=cidr, ports=ports
    )
