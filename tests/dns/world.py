"""Worlds of names: VPCs, hosted zones, rules and endpoints as a value, and as what the API makes.

A `World` is drawn by hypothesis or read from text. `build` makes it by the API's operations; what
the API refuses is left out, and `Built` tells what stands, for whoever wants to know what it means.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from genkan.api import registry
from genkan.api.call import Call
from genkan.compile import compile_network
from genkan.model.errors import Refused
from genkan.program import Program
from tests.api.test_endpoint_connections import advance
from tests.build import a_call, after

REGIONS = ("ap-northeast-1", "us-east-1")
VALUES = {  # what a record set of each type holds
    "A": ("192.0.2.1", "192.0.2.2"),
    "AAAA": ("2001:db8::1",),
    "CAA": ('0 issue "ca.example.net"',),
    "DS": ("12345 3 1 49FD46E6C4B45C55D4AC69CBD3CD34AC1AFE51DE",),
    "HTTPS": ("1 . alpn=h2",),
    "MX": ("10 mail.example.net", "20 a.corp.test"),
    "NAPTR": ('10 20 "u" "sip+E2U" "!^.*$!sip:a@example.net!" .',),
    "NS": ("ns.example.net", "ns.sub.corp.test"),
    "PTR": ("host.example.net",),
    "SPF": ('"v=spf1 -all"',),
    "SRV": ("1 2 80 a.corp.test",),
    "SSHFP": ("2 1 123456789abcdef67890123456789abcdef67890",),
    "SVCB": ("1 a.corp.test port=443",),
    "TLSA": ("3 1 1 8cb0fc6c527506a053f4f14c8464bebbd6dede2738d11468dd953d7d6a3021f1",),
    "TXT": ('"one" "two"', '"a\\040b"'),
}
SERVICES = ("monitoring", "execute-api", "sqs")
POLICIES = ("weight", "latency", "failover", "multi")


@dataclass(frozen=True)
class AVpc:
    region: str
    support: bool = True
    hostnames: bool = True


@dataclass(frozen=True)
class AZone:
    """`vpcs` by their numbers; a public zone has none. `soa`: its TTL and minimum."""

    origin: str
    vpcs: tuple[int, ...]
    soa: tuple[int, int]


@dataclass(frozen=True)
class ASet:
    """A record set of a zone, by its number. `how` is what its policy says of it: a weight, the
    number of a Region, 0 for the primary one. An alias has a name of the zone instead of values."""

    zone: int
    labels: str
    type: str
    ttl: int
    values: tuple[str, ...] = ()
    policy: str | None = None
    how: int = 0
    well: bool | None = None  # what its health check says, if it has one
    alias: str | None = None
    evaluates: bool = False


@dataclass(frozen=True)
class ARule:
    """FORWARD with targets, SYSTEM without."""

    domain: str
    forwards: bool
    vpcs: tuple[int, ...]


@dataclass(frozen=True)
class AnEndpoint:
    service: str
    vpc: int


@dataclass(frozen=True)
class Question:
    vpc: int
    name: str
    type: str


@dataclass(frozen=True)
class World:
    vpcs: tuple[AVpc, ...]
    zones: tuple[AZone, ...] = ()
    sets: tuple[ASet, ...] = ()
    rules: tuple[ARule, ...] = ()
    endpoints: tuple[AnEndpoint, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass
class Built:
    """What stands of a world: its parts that the API took, and what it said of endpoints' names."""

    world: World
    program: Program
    vpc_ids: list[str]
    named: dict[int, list[tuple[str, list[str]]]] = field(default_factory=dict)
    public: dict[str, list[str]] = field(default_factory=dict)


class _Asking:
    """The API, asked by one account in one Region or the other."""

    def __init__(self) -> None:
        self.call: Call = a_call()

    def __call__(self, operation: str, region: str | None = None, **parameters: Any) -> Any:
        service, _, name = operation.rpartition(":")
        call = replace(self.call, region=region or self.call.region)
        answer = registry.run(call, service or "ec2", name, parameters)
        self.call = after(call, answer)
        return answer.output


def build(world: World) -> Built:
    """Make a world."""
    ask = _Asking()
    vpcs = [_vpc(ask, number, one) for number, one in enumerate(world.vpcs)]
    checks = {well: _check(ask, well) for well in (True, False)}
    endpoints = [
        (one, made) for one in world.endpoints if (made := _endpoint(ask, world, vpcs, one))
    ]
    advance(ask)  # type: ignore[arg-type]
    zones = [_zone(ask, world, vpcs, one) for one in world.zones]
    sets = [one for one in world.sets if zones[one.zone] and _put(ask, world, zones, checks, one)]
    rules = _rules(ask, world, vpcs)
    standing = [
        (one, ask("DescribeVpcEndpoints", world.vpcs[one.vpc].region, VpcEndpointIds=[made]))
        for one, made in endpoints
    ]
    for number, one in enumerate(world.vpcs):
        _attribute(ask, one.region, vpcs[number], "EnableDnsHostnames", one.hostnames)
        _attribute(ask, one.region, vpcs[number], "EnableDnsSupport", one.support)
    kept = [zones[number] is not None for number in range(len(zones))]
    # A zone that was refused stands nowhere; so numbers stay what they are.
    left = tuple(
        one if kept[number] else replace(one, origin="", vpcs=(-1,))
        for number, one in enumerate(world.zones)
    )
    made = replace(world, zones=left, sets=tuple(sets), rules=tuple(rules))
    built = Built(made, compile_network(ask.call.network).program, vpcs)
    for one, answer in standing:
        _tell_names(ask, built, one, answer["VpcEndpoints"][0], world.vpcs[one.vpc].region)
    return built


def _vpc(ask: _Asking, number: int, one: AVpc) -> str:
    made = ask("CreateVpc", one.region, CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
    _attribute(ask, one.region, made, "EnableDnsHostnames", True)
    return str(made)


def _attribute(ask: _Asking, region: str, vpc: str, name: str, value: bool) -> None:
    ask("ModifyVpcAttribute", region, VpcId=vpc, **{name: {"Value": value}})


def _check(ask: _Asking, well: bool) -> str:
    """Make a health check that nobody makes: it is well, or inverted and ill."""
    config = {"Type": "TCP", "IPAddress": "35.72.0.1", "Port": 80, "Disabled": True}
    config["Inverted"] = not well
    asked = {"CallerReference": f"{well}", "HealthCheckConfig": config}
    return str(ask("route53:CreateHealthCheck", **asked)["HealthCheck"]["Id"])


def _endpoint(ask: _Asking, world: World, vpcs: list[str], one: AnEndpoint) -> str | None:
    region, vpc = world.vpcs[one.vpc].region, vpcs[one.vpc]
    number = len(list(filter(None, ask.call.network.all(_kind("Subnet")))))
    block = f"10.{one.vpc}.{number}.0/24"
    subnet = ask("CreateSubnet", region, VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"]
    try:
        made = ask(
            "CreateVpcEndpoint",
            region,
            VpcId=vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.{region}.{one.service}",
            SubnetIds=[subnet],
            PrivateDnsEnabled=True,
        )
    except Refused:
        return None
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def _kind(name: str) -> Any:
    from genkan.model import subnet

    return getattr(subnet, name)


def _zone(ask: _Asking, world: World, vpcs: list[str], one: AZone) -> str | None:
    where = [
        {"VPC": {"VPCRegion": world.vpcs[number].region, "VPCId": vpcs[number]}}
        for number in one.vpcs
    ]
    asked = {"Name": one.origin, "CallerReference": f"{len(list(ask.call.network))}"}
    try:
        made = ask("route53:CreateHostedZone", **asked, **(where[0] if where else {}))
        zone = str(made["HostedZone"]["Id"].rpartition("/")[2])
        for more in where[1:]:
            ask("route53:AssociateVPCWithHostedZone", HostedZoneId=zone, **more)
    except Refused:
        return None
    ttl, minimum = one.soa
    soa = f"ns.example.net. host.example.net. 1 2 3 4 {minimum}"
    row = {"Name": one.origin, "Type": "SOA", "TTL": ttl, "ResourceRecords": [{"Value": soa}]}
    _change(ask, zone, row, "UPSERT")
    return zone


def _put(
    ask: _Asking, world: World, zones: list[str | None], checks: dict[bool, str], one: ASet
) -> bool:
    zone, origin = zones[one.zone], world.zones[one.zone].origin
    row: dict[str, Any] = {"Name": under(one.labels, origin), "Type": one.type}
    if one.alias is None:
        row |= {"TTL": one.ttl, "ResourceRecords": [{"Value": value} for value in one.values]}
    else:
        target = {"HostedZoneId": zone, "DNSName": under(one.alias, origin)}
        row["AliasTarget"] = target | {"EvaluateTargetHealth": one.evaluates}
    if one.policy:
        row["SetIdentifier"] = identifier(world, one)
        row |= {
            "weight": {"Weight": one.how},
            "latency": {"Region": REGIONS[one.how % 2]},
            "failover": {"Failover": ("PRIMARY", "SECONDARY")[one.how % 2]},
            "multi": {"MultiValueAnswer": True},
        }[one.policy]
    if one.well is not None:
        row["HealthCheckId"] = checks[one.well]
    try:
        _change(ask, zone, row, "CREATE")
    except Refused:
        return False
    return True


def _change(ask: _Asking, zone: str | None, row: dict[str, Any], action: str) -> None:
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": row}]}
    ask("route53:ChangeResourceRecordSets", HostedZoneId=zone, ChangeBatch=batch)


def _rules(ask: _Asking, world: World, vpcs: list[str]) -> list[ARule]:
    """Make the rules; each with the VPCs that it was associated with."""
    held, outbound = [], dict[str, str]()
    for number, one in enumerate(world.rules):
        associated = []
        for at in one.vpcs:
            region = world.vpcs[at].region
            asked = {"CreatorRequestId": f"{number}/{at}", "DomainName": one.domain}
            if one.forwards:
                if region not in outbound:
                    outbound[region] = _outbound(ask, region, vpcs[at], at)
                asked |= {"RuleType": "FORWARD", "ResolverEndpointId": outbound[region]}
                asked |= {"TargetIps": [{"Ip": "192.0.2.53"}]}  # type: ignore[dict-item]
            else:
                asked["RuleType"] = "SYSTEM"
            try:
                made = ask("route53resolver:CreateResolverRule", region, **asked)
                rule = made["ResolverRule"]["Id"]
                named = {"ResolverRuleId": rule, "VPCId": vpcs[at]}
                ask("route53resolver:AssociateResolverRule", region, **named)
            except Refused:
                continue
            associated.append(at)
        if associated:
            held.append(replace(one, vpcs=tuple(associated)))
    return held


def _outbound(ask: _Asking, region: str, vpc: str, number: int) -> str:
    block = {"VpcId": vpc, "CidrBlock": f"10.{number}.200.0/24"}
    subnet = ask("CreateSubnet", region, **block)["Subnet"]["SubnetId"]
    asked = {"GroupName": "out", "Description": "out", "VpcId": vpc}
    group = ask("CreateSecurityGroup", region, **asked)["GroupId"]
    made = ask(
        "route53resolver:CreateResolverEndpoint",
        region,
        CreatorRequestId=region,
        Direction="OUTBOUND",
        SecurityGroupIds=[group],
        IpAddresses=[{"SubnetId": subnet}, {"SubnetId": subnet}],
    )
    advance(ask)  # type: ignore[arg-type]
    return str(made["ResolverEndpoint"]["Id"])


def _tell_names(ask: _Asking, built: Built, one: AnEndpoint, shown: Any, region: str) -> None:
    """Note what names an endpoint has, as it is described, and its interfaces' addresses."""
    interfaces = ask(
        "DescribeNetworkInterfaces", region, NetworkInterfaceIds=shown["NetworkInterfaceIds"]
    )["NetworkInterfaces"]
    addresses = [row["PrivateIpAddress"] for row in interfaces]
    names = [entry["DnsName"].rstrip(".") for entry in shown["DnsEntries"]]
    for name in names:
        if "vpce-" in name:
            built.public[name] = addresses
        else:
            built.named.setdefault(one.vpc, []).append((name, addresses))


def identifier(world: World, one: ASet) -> str:
    """Give a set's identifier: where it stands among all."""
    return f"{world.sets.index(one):03}"


def under(labels: str, origin: str) -> str:
    return ".".join(filter(None, (labels, origin)))


LABELS = ("a", "b", "*", "a.b", "*.b", "sub", "")
TARGETS = ("a", "b", "a.b", "x.b", "sub", "x")
ORIGINS = (
    *("corp.test", "b.corp.test", "sub.corp.test", "test", "example.org", "b.example.org"),
    *("amazonaws.com", "ap-northeast-1.amazonaws.com", "a.monitoring.us-east-1.amazonaws.com"),
)
DOMAINS = (*ORIGINS, "a.corp.test", "monitoring.ap-northeast-1.amazonaws.com", ".")
ELSEWHERE = (
    *("example.net", "amazonaws.com", "us-east-1.amazonaws.com"),
    *(f"{one}.{region}.amazonaws.com" for one in (*SERVICES, "s3") for region in REGIONS),
    *(f"a.{one}.ap-northeast-1.amazonaws.com" for one in SERVICES),
)
MOSTLY = st.sampled_from((True, True, True, True, False))
TTLS = st.sampled_from((5, 0, 300))
TYPES = ("A", "TXT", "CNAME", "NS", "SOA", *VALUES)
WELL = st.sampled_from((None, True, False))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world with questions about it."""
    vpcs = draw(
        st.lists(st.builds(AVpc, st.sampled_from(REGIONS), MOSTLY, MOSTLY), min_size=1, max_size=2)
    )
    numbers = st.sampled_from(range(len(vpcs)))
    some = st.lists(numbers, min_size=1, max_size=2, unique=True).map(tuple)
    soa = st.tuples(st.sampled_from((60, 900)), st.sampled_from((30, 86_400)))
    private = st.builds(AZone, st.sampled_from(ORIGINS), some, soa)
    public = st.builds(AZone, st.sampled_from(ORIGINS[:6]), st.just(()), soa)
    zones = draw(
        st.lists(
            st.one_of(private, private, public),
            min_size=1,
            max_size=4,
            unique_by=lambda zone: (zone.origin, bool(zone.vpcs)),
        )
    )
    nodes = draw(
        st.lists(a_node(zones), max_size=8, unique_by=lambda rows: (rows[0].zone, rows[0].labels))
    )
    sets = [row for rows in nodes for row in rows]
    sets += draw(aliases(sets)) if sets else []
    rule = st.builds(ARule, st.sampled_from(DOMAINS), st.booleans(), some)
    rules = draw(st.lists(rule, max_size=2))
    endpoint = st.builds(AnEndpoint, st.sampled_from(SERVICES), numbers)
    endpoints = draw(st.lists(endpoint, max_size=2))
    questions = draw(st.lists(a_question(numbers, zones, sets), min_size=8, max_size=20))
    return World(
        *map(tuple, (vpcs, zones, sets, rules, endpoints, questions))  # type: ignore[arg-type]
    )


@st.composite
def a_node(draw: st.DrawFn, zones: list[AZone]) -> list[ASet]:
    """Draw what stands at a name: some types, a CNAME, or record sets that answer by a policy."""
    zone = draw(st.sampled_from(range(len(zones))))
    labels = draw(st.sampled_from(LABELS))
    kind = draw(st.sampled_from(("types", "CNAME", "CNAME", *POLICIES)))
    if kind == "types":
        of_type = st.sampled_from(("A", "TXT", *VALUES))
        held = draw(st.lists(of_type, min_size=1, max_size=3, unique=True))
        return [ASet(zone, labels, one, draw(TTLS), VALUES[one]) for one in held]
    if kind == "CNAME":
        inside = [under(one, other.origin) for other in zones for one in TARGETS]
        target = draw(st.sampled_from((*inside, *inside, *ELSEWHERE)))
        return [ASet(zone, labels, "CNAME", draw(TTLS), (target,))]
    most = {"latency": 2, "failover": 2, "multi": 10}.get(kind, 3)
    return [
        ASet(
            zone,
            labels,
            "A",
            draw(TTLS),
            (f"192.0.2.{100 + number}",),
            kind,
            draw(st.sampled_from((1, 2, 0))) if kind == "weight" else number,
            draw(WELL),
        )
        for number in range(draw(st.sampled_from((2, most, 1))))
    ]


@st.composite
def aliases(draw: st.DrawFn, sets: list[ASet]) -> list[ASet]:
    """Draw aliases of names that have records, simple ones and ones that a policy chooses from."""
    rows: list[ASet] = []
    for _ in range(draw(st.integers(0, 4))):
        target = draw(st.sampled_from([*sets, *rows]))
        made = ASet(
            target.zone,
            draw(st.sampled_from((*LABELS, "c", "c", "d"))),
            target.type,
            0,
            alias=target.labels,
            evaluates=draw(st.booleans()),
        )
        policy = draw(st.sampled_from((None, "failover", "weight")))
        if policy and made.type == "A":
            made = replace(made, policy=policy, how=draw(st.integers(0, 1)), well=draw(WELL))
        rows.append(made)
    return rows


@st.composite
def a_question(
    draw: st.DrawFn, vpcs: st.SearchStrategy[int], zones: list[AZone], sets: list[ASet]
) -> Question:
    """Draw a question: for a record set, a name near one, or any name; mostly where its zone
    answers."""
    held = [(under(one.labels, zones[one.zone].origin), one.type, one.zone) for one in sets]
    near = [
        (name.replace("*", "x") if "*" in name else f"x.{name}", of_type, zone)
        for name, of_type, zone in held
    ]
    above = [(name.partition(".")[2], *rest) for name, *rest in held if name.count(".") > 1]
    origins = [(zone.origin, "SOA", number) for number, zone in enumerate(zones)]
    others = [(name, "A", 0) for name in ELSEWHERE]
    pools = [one for one in (held, near, held, above, held, origins, others) if one]
    name, of_type, zone = draw(st.sampled_from(draw(st.sampled_from(pools))))
    if of_type == "CNAME" or draw(st.integers(0, 3)) == 3:
        of_type = draw(st.sampled_from(("A", "A", *TYPES)))
    where = zones[zone].vpcs if draw(st.integers(0, 3)) else ()
    vpc = draw(st.sampled_from(where)) if where else draw(vpcs)
    return Question(vpc, name.upper() if draw(st.booleans()) else name, of_type)
