"""The network whose packets are tested, and a world in the kernel that can be changed."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from genkan.compile import compile_network, recompile
from genkan.compile.scope import touched
from genkan.engine.linux.engine import LinuxEngine
from genkan.model.network import Change, Network
from genkan.model.resource import Resource
from genkan.model.route_table import Route, RouteTable, RouteTableAssociation
from genkan.model.route_table import RouteTarget as Target
from genkan.model.route_table import TargetKind as Kind
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.subnet import Subnet
from tests.compile.scenario import ANYWHERE, MINE, attached, instance, interface, resources, rule

BACK = CidrPeer(IPv4Network("172.16.2.0/24"))
APPS = GroupPeer("sg-app", MINE["account"])
OUT = rule("sgr-out", Direction.EGRESS, CidrPeer(ANYWHERE))
EVERYTHING = rule("sgr-in", Direction.INGRESS, CidrPeer(ANYWHERE))


def allow(name: str, protocol: int, first: int, last: int) -> SecurityGroupRule:
    """Let in from the back subnet."""
    return SecurityGroupRule(
        id=name,
        direction=Direction.INGRESS,
        protocol=protocol,
        ports=PortRange(first, last),
        peer=BACK,
    )


def group(name: str, *rules: SecurityGroupRule) -> SecurityGroup:
    return SecurityGroup(
        id=name, vpc_id="vpc-1", group_name=name, description=name, rules=rules, **MINE
    )


def host(name: str, subnet: str, address: str, groups: tuple[str, ...], **more) -> list[Resource]:
    """Give an instance and its interface."""
    return [
        instance(f"i-{name}", subnet),
        interface(
            f"eni-{name}",
            subnet,
            address,
            group_ids=groups,
            attachment=attached(f"i-{name}"),
            **more,
        ),
    ]


DB_GROUP = group(
    "sg-db",
    rule("sgr-db", Direction.INGRESS, APPS, 80),
    rule("sgr-db-81", Direction.INGRESS, APPS, 81),
    rule("sgr-db-out", Direction.EGRESS, CidrPeer(ANYWHERE), 443),
)
WEB_GROUP = group(
    "sg-web",
    OUT,
    rule("sgr-web", Direction.INGRESS, CidrPeer(ANYWHERE), 80),
    allow("sgr-udp", 17, 5000, 5001),
    allow("sgr-echo", 1, 8, -1),
)


def extended() -> list[Resource]:
    """Give the scenario's network with more hosts, a third subnet and a middlebox before it."""
    return [
        *resources(),
        WEB_GROUP,
        DB_GROUP,
        group("sg-open", OUT, EVERYTHING),
        Subnet(
            id="subnet-side",
            vpc_id="vpc-1",
            zone="ap-northeast-1a",
            cidr=IPv4Network("172.16.3.0/24"),
            **MINE,
        ),
        RouteTable(
            id="rtb-side",
            vpc_id="vpc-1",
            associations=(RouteTableAssociation(id="rtbassoc-3", subnet_id="subnet-side"),),
            routes=(
                Route(destination=BACK.cidr, target=Target(Kind.NETWORK_INTERFACE, "eni-box")),
            ),
            **MINE,
        ),
        *host("web", "subnet-front", "172.16.1.4", ("sg-web",), public_ip=IPv4Address("54.65.0.9")),
        *host(
            "web2", "subnet-front", "172.16.1.6", ("sg-web",), public_ip=IPv4Address("54.65.0.11")
        ),
        *host("mute", "subnet-front", "172.16.1.7", ("sg-app",)),
        *host("box", "subnet-front", "172.16.1.8", ("sg-open",), source_dest_check=False),
        *host("db", "subnet-back", "172.16.2.6", ("sg-db",)),
        *host("side", "subnet-side", "172.16.3.4", ("sg-app",)),
        *host("two", "subnet-front", "172.16.1.9", ("sg-db", "sg-web")),
    ]


class World:
    """A network in the kernel."""

    def __init__(self, resources: list[Resource], accelerates_after: int | None = None) -> None:
        self.network = Network.of(resources)
        self.compilation = compile_network(self.network)
        self.engine = LinuxEngine(accelerates_after)
        self.engine.reconcile(self.compilation.program)

    def change(self, change: Change) -> None:
        """Apply a change as control does."""
        after = self.network.apply(change)
        compilation, delta = recompile(
            self.compilation, after, touched(self.network, after, change)
        )
        self.engine.apply(self.compilation.program, delta.only(self.engine.capabilities))
        self.network, self.compilation = after, compilation

    def reconcile(self) -> int:
        return self.engine.reconcile(self.compilation.program)


def without(group: SecurityGroup, *rules: str) -> SecurityGroup:
    return replace(group, rules=tuple(rule for rule in group.rules if rule.id not in rules))
