"""Entries and sightings for tests of flows: a VPC with an instance, an endpoint and a NAT
gateway."""

from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import Any

from genkan.engine.traffic import Connection, Flow
from genkan.flows.directory import Directory
from genkan.program import Because, Delta
from genkan.program.filter import Filter, Guard, Match, Rule, Stage, Verdict
from genkan.program.names import Resolver
from genkan.program.place import Place, PlaceKind
from genkan.program.record import FlowLog, Interface
from genkan.program.route import Forward, Local, Route, TableChoice

BECAUSE = Because("fixed", "test")
APP, ENDPOINT, NAT, RESOLVER, FAR = (
    "10.0.1.4",
    "10.0.1.5",
    "10.0.2.4",
    "10.0.0.2",
    "54.0.0.1",
)


def interface(word: str, address: str, **more: Any) -> Interface:
    given = {
        "subnet": "subnet-1",
        "kind": "interface",
        "owner": f"i-{word}",
        "name": word,
        **more,
    }
    return Interface(
        because=BECAUSE,
        id=f"eni-{word}",
        place="vpc-1",
        zone="ap-northeast-1a",
        zone_id="apne1-az4",
        account="123456789012",
        region="ap-northeast-1",
        addresses=(ip_address(address),),
        **given,
    )


def log(fields: str = "version", **more: Any) -> FlowLog:
    given = {
        "logged": "vpc-1",
        "traffic": "ALL",
        "version": 2,
        "interval": 60,
        "destination_type": "file",
        **more,
    }
    return FlowLog(
        because=BECAUSE,
        id="fl-1",
        account="123456789012",
        region="ap-northeast-1",
        fields=tuple(fields.split()),
        **given,
    )


def allowing(name: str, rule: str, **match: Any) -> Filter:
    because = Because("security-group", name.partition("/")[0], rule)
    return Filter(
        because=BECAUSE,
        place="vpc-1",
        name=name,
        rules=(Rule(match=Match(**match), verdict=Verdict.ACCEPT, because=because),),
    )


def guard(stage: Stage, at: str | IPv4Address, name: str) -> Guard:
    return Guard(because=BECAUSE, place="vpc-1", stage=stage, at=at, filters=(name,))


def route(destination: str, action: Any) -> Route:
    return Route(
        because=BECAUSE,
        place="vpc-1",
        table="rtb-1",
        destination=IPv4Network(destination),
        action=action,
    )


ENTRIES = (
    Place(because=BECAUSE, id="vpc-1", kind=PlaceKind.VPC, forwards=True),
    interface("app", APP),
    interface("vpce", ENDPOINT, kind="vpc_endpoint", owner="vpce-1", name=None, service="com.x.y"),
    interface("nat", NAT, subnet="subnet-2", kind="nat_gateway", owner="nat-1", name=None),
    Resolver(because=BECAUSE, place="vpc-1", addresses=(IPv4Address(RESOLVER),), view="vpc-1"),
    TableChoice(because=BECAUSE, place="vpc-1", subnet="subnet-1", table="rtb-1"),
    route("10.0.0.0/16", Local()),
    route("0.0.0.0/0", Forward("eni-nat")),
    route("54.0.0.0/24", Forward("igw-1")),
    route("52.0.0.0/8", Forward("vpce-gateway")),
    route("10.9.0.0/16", Forward("pcx-1")),
    allowing("sg-app/egress", "sgr-out"),
    allowing("sg-vpce/ingress", "sgr-in", protocol=6, ports=(443, 443)),
    guard(Stage.SECURITY_GROUP_EGRESS, "eni-app", "sg-app/egress"),
    guard(Stage.ENDPOINT, IPv4Address(ENDPOINT), "sg-vpce/ingress"),
)


def directory(*more: Any) -> Directory:
    made = Directory()
    made.apply(Delta(put=(*ENTRIES, *more)))
    return made


def flow(source: str, destination: str, port: int = 443, protocol: int = 6) -> Flow:
    ends = (ip_address(end).packed for end in (source, destination))
    return Flow(*ends, protocol, 40000, port)


def connection(asks: Flow, **more: Any) -> Connection:
    given = {
        "packets": 5,
        "bytes": 500,
        "packets_back": 4,
        "bytes_back": 900,
        "began": 100.0,
        "ended": None,
        "state": "established",
        **more,
    }
    return Connection(id=1, asks=asks, answers=asks.back, **given)
