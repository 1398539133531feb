"""A large network for benchmarks/reach.py, drawn from a seed: VPCs with instances, groups that name
blocks and each other, network ACLs with holes, and endpoints to AWS's services."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network

from genkan.model.account import AccessKey, Account
from genkan.model.instance import Instance, InstanceState
from genkan.model.network import Network
from genkan.model.network_acl import NetworkAcl, NetworkAclAssociation, NetworkAclEntry
from genkan.model.network_interface import Attachment, InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTable, RouteTableAssociation
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.subnet import Subnet
from genkan.model.vpc import CidrAssociation, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType

REGION, ACCOUNT = "ap-northeast-1", "123456789012"
MINE = {"account": ACCOUNT, "region": REGION}
AT = datetime(2026, 1, 1, tzinfo=UTC)
TCP, UDP = 6, 17
ANYWHERE = IPv4Network("0.0.0.0/0")
PORTS = (22, 53, 80, 123, 389, 443, 636, 1024, 3306, 5432, 6379, 8080, 8443, 9200, 32768)


@dataclass(frozen=True)
class Shape:
    """How much of everything: `spread` is in how many VPCs a service has an endpoint."""

    vpcs: int
    subnets: int
    interfaces: int
    groups: int
    services: int
    spread: int
    seed: int = 1


class Drawing:
    """One network, as it is drawn."""

    def __init__(self, shape: Shape, services: list[str]) -> None:
        self._dice = random.Random(shape.seed)
        self._shape, self._services = shape, services
        self._rows: list[Resource] = []
        self._number = 0

    def network(self) -> Network:
        self._rows += [
            Account(id=ACCOUNT, account=ACCOUNT, region=REGION, account_name="default"),
            AccessKey(
                id="AKIA1",
                account=ACCOUNT,
                region="aws-global",
                secret="s",
                principal=f"arn:aws:iam::{ACCOUNT}:root",
            ),
        ]
        endpoints: list[list[str]] = [[] for _ in range(self._shape.vpcs)]
        for service in self._services[: self._shape.services]:
            for vpc in self._dice.sample(range(self._shape.vpcs), self._shape.spread):
                endpoints[vpc].append(service)
        for number, services in enumerate(endpoints):
            self._vpc(number, services)
        return Network.of(self._rows)

    def _name(self, kind: str) -> str:
        self._number += 1
        return f"{kind}-{self._number:08x}"

    def _vpc(self, number: int, services: list[str]) -> None:
        shape = self._shape
        block = IPv4Network((int(IPv4Address("10.0.0.0")) + (number << 16), 16))
        association = CidrAssociation(id=self._name("vpc-cidr"), cidr=block)
        vpc = Vpc(id=self._name("vpc"), cidr_associations=(association,), **MINE)
        main = RouteTableAssociation(id=self._name("rtbassoc"))
        table = RouteTable(
            id=self._name("rtb"), vpc_id=vpc.id, associations=(main,), routes=(), **MINE
        )
        self._rows += [vpc, table]
        names = [self._name("sg") for _ in range(shape.groups // shape.vpcs)]
        size = block.num_addresses // shape.subnets
        length = 32 - (size.bit_length() - 1)
        parts = list(block.subnets(new_prefix=length))[: shape.subnets]
        subnets = [self._subnet(vpc, part, at) for at, part in enumerate(parts)]
        for name in names:
            self._group(vpc, name, names, parts)
        each = shape.interfaces // shape.vpcs // shape.subnets
        for subnet in subnets:
            for at in range(each):
                self._instance(vpc, subnet, names, at)
        for at, service in enumerate(services):
            self._endpoint(vpc, subnets, names, each + at, service)

    def _subnet(self, vpc: Vpc, block: IPv4Network, at: int) -> Subnet:
        subnet = Subnet(
            id=self._name("subnet"), vpc_id=vpc.id, zone=REGION + "ac"[at % 2], cidr=block, **MINE
        )
        entries = [self._entry(vpc, number, out) for out in (True, False) for number in range(12)]
        entries += [_open_entry(out) for out in (True, False)]
        taken = NetworkAclAssociation(id=self._name("aclassoc"), subnet_id=subnet.id)
        acl = NetworkAcl(
            id=self._name("acl"),
            vpc_id=vpc.id,
            associations=(taken,),
            entries=tuple(one for one in entries if one is not None),
            **MINE,
        )
        self._rows += [subnet, acl]
        return subnet

    def _entry(self, vpc: Vpc, number: int, egress: bool) -> NetworkAclEntry | None:
        if self._dice.random() < 0.7:
            return None
        return NetworkAclEntry(
            number=100 + number,
            egress=egress,
            allow=self._dice.random() < 0.7,
            protocol=self._dice.choice((TCP, TCP, UDP)),
            cidr=self._block(list(vpc.blocks)),
            ports=self._ports(),
        )

    def _group(self, vpc: Vpc, name: str, names: list[str], parts: list[IPv4Network]) -> None:
        rules = [
            SecurityGroupRule(
                id=self._name("sgr"),
                direction=direction,
                protocol=self._dice.choice((TCP, TCP, UDP)),
                ports=self._ports(),
                peer=GroupPeer(self._dice.choice(names), ACCOUNT)
                if self._dice.random() < 0.4
                else CidrPeer(self._block(parts)),
            )
            for direction in Direction
            for _ in range(self._dice.randint(1, 8))
        ]
        self._rows.append(
            SecurityGroup(
                id=name,
                vpc_id=vpc.id,
                group_name=name,
                description="g",
                rules=tuple(rules),
                **MINE,
            )
        )

    def _block(self, parts: list[IPv4Network]) -> IPv4Network:
        """Give anywhere, a part of the VPC, or a block in it that begins and ends anywhere."""
        dice = self._dice
        if dice.random() < 0.3:
            return ANYWHERE
        part = dice.choice(parts)
        length = dice.choice((part.prefixlen, part.prefixlen, min(part.prefixlen + 3, 28), 28))
        at = dice.randrange(1 << (length - part.prefixlen))
        return IPv4Network((int(part.network_address) + (at << (32 - length)), length))

    def _ports(self) -> PortRange:
        dice = self._dice
        first = dice.choice(PORTS) if dice.random() < 0.5 else dice.randint(1, 65_535)
        chance = dice.random()
        if chance < 0.6:
            return PortRange(0, 65_535) if chance < 0.3 else PortRange(443, 443)
        return PortRange(first, dice.choice((first, dice.randint(first, 65_535))))

    def _interface(
        self, vpc: Vpc, subnet: Subnet, names: list[str], at: int, **more: object
    ) -> NetworkInterface:
        assert subnet.cidr is not None
        name = self._name("eni")
        one = NetworkInterface(
            id=name,
            vpc_id=vpc.id,
            subnet_id=subnet.id,
            zone=subnet.zone,
            mac="02:" + ":".join(f"{byte:02x}" for byte in self._number.to_bytes(5)),
            private_addresses=(subnet.cidr[4 + at],),
            group_ids=tuple(sorted(self._dice.sample(names, self._dice.randint(1, 3)))),
            **more,
            **MINE,
        )
        self._rows.append(one)
        return one

    def _instance(self, vpc: Vpc, subnet: Subnet, names: list[str], at: int) -> None:
        name = self._name("i")
        worn = Attachment(
            id=self._name("eni-attach"),
            instance_id=name,
            instance_owner=ACCOUNT,
            device_index=0,
            attached_at=AT,
        )
        self._interface(vpc, subnet, names, at, attachment=worn)
        self._rows.append(
            Instance(
                id=name,
                reservation_id="r-1",
                vpc_id=vpc.id,
                subnet_id=subnet.id,
                zone=subnet.zone,
                image_id="ami-genkan",
                instance_type="t3.micro",
                state=InstanceState.RUNNING,
                launched_at=AT,
                **MINE,
            )
        )

    def _endpoint(
        self, vpc: Vpc, subnets: list[Subnet], names: list[str], at: int, service: str
    ) -> None:
        first = self._dice.randrange(len(subnets) - 1)
        made = [
            self._interface(vpc, subnet, names, at, interface_type=InterfaceType.VPC_ENDPOINT)
            for subnet in subnets[first : first + 2]
        ]
        self._rows.append(
            VpcEndpoint(
                id=self._name("vpce"),
                vpc_id=vpc.id,
                service_name=service,
                endpoint_type=VpcEndpointType.INTERFACE,
                state=VpcEndpointState.AVAILABLE,
                created_at=AT,
                dns_suffix="abcdefgh",
                subnet_ids=tuple(one.subnet_id for one in made),
                network_interface_ids=tuple(one.id for one in made),
                group_ids=made[0].group_ids,
                **MINE,
            )
        )


def _open_entry(egress: bool) -> NetworkAclEntry:
    return NetworkAclEntry(
        number=200, egress=egress, allow=True, protocol=None, cidr=ANYWHERE, ports=None
    )
