"""Compiling: the order does not matter, and compiling again is compiling anew."""

import random
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.compile import Compilation, compile_network, recompile
from genkan.compile.scope import touched
from genkan.model.instance import InstanceState
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Change, Network, delete, put
from genkan.model.route_table import RouteTable
from genkan.model.vpc import InternetGateway, Vpc
from genkan.model.vpc_endpoint import VpcEndpointState
from genkan.program import Program
from genkan.program.filter import AddressSet, Filter, Guard, InSet, SourceCheck, Stage
from genkan.program.names import RecordSet, Resolver, Zone, ZoneAttachment
from genkan.program.place import INTERNET, Boot, Link, Place
from genkan.program.route import (
    PLACE_TABLE,
    Blackhole,
    Deliver,
    Forward,
    Local,
    Route,
    SourceChoice,
)
from genkan.program.service import Listener
from genkan.program.translation import OneToOne, PortTranslation
from tests.compile.scenario import (
    MINE,
    attached,
    endpoint,
    instance,
    interface,
    resources,
)

EVERYTHING = resources()
# and a second interface on an instance
TWO_INTERFACES = [
    *EVERYTHING,
    interface("eni-web-2", "subnet-front", "172.16.1.7", attachment=attached("i-web", 1)),
]


def compiled(network: Network) -> Program:
    return compile_network(network).program


def without(kind: type, name: str) -> Network:
    return Network.of(row for row in EVERYTHING if not (isinstance(row, kind) and row.id == name))


def step(compilation: Compilation, network: Network, change: Change) -> tuple[Compilation, Network]:
    after = network.apply(change)
    return recompile(compilation, after, touched(network, after, change))[0], after


@pytest.fixture(scope="module")
def program() -> Program:
    return compiled(Network.of(EVERYTHING))


def routes(program: Program, table: str, place: str = "vpc-1") -> dict[str, object]:
    return {
        str(route.destination): route.action
        for route in program.of(Route)
        if route.place == place and route.table == table
    }


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_making_does_not_change_the_program(shuffle: random.Random):
    """Declared, shuffled one by one, and with something made, deleted and made again."""
    mixed = list(TWO_INTERFACES)
    shuffle.shuffle(mixed)
    compilation, network = compile_network(Network()), Network()
    for resource in mixed:
        compilation, network = step(compilation, network, put(resource))
    detour = shuffle.choice(TWO_INTERFACES)
    for change in (delete(detour), put(detour)):
        compilation, network = step(compilation, network, change)
    assert compilation.program == compiled(Network.of(TWO_INTERFACES))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(TWO_INTERFACES), max_size=6))
def test_compiling_again_is_compiling_anew(gone):
    network = Network.of(TWO_INTERFACES)
    compilation = compile_network(network)
    for resource in gone:
        compilation, network = step(compilation, network, delete(resource))
        assert compilation.program == compiled(network)


def test_a_change_gives_the_difference_and_no_more():
    network = Network.of(EVERYTHING)
    before = compile_network(network)
    change = put(endpoint(private_dns=False))
    after = network.apply(change)
    _, delta = recompile(before, after, touched(network, after, change))
    assert {entry.section for entry in delta.removed} == {"zone", "zone-attachment", "record-set"}
    assert delta.put == ()


def test_a_subnets_table_leads_by_its_routes(program):
    assert routes(program, "rtb-front") == {
        "172.16.0.0/16": Local(),
        "169.254.168.0/22": Local(),
        "0.0.0.0/0": Forward("igw-1", IPv4Address("169.254.0.1")),
    }
    assert routes(program, "rtb-main") == {
        "172.16.0.0/16": Local(),
        "169.254.168.0/22": Local(),
        "0.0.0.0/0": Forward("eni-nat", IPv4Address("172.16.1.5")),
        "10.2.0.0/16": Forward("pcx-1", IPv4Address("169.254.0.1")),
        "192.0.2.128/25": Blackhole(),  # propagated by vgw-1, whose tunnels end nowhere
        "203.0.113.0/24": Forward("eni-web", IPv4Address("172.16.1.4")),  # pl-1
        "52.219.0.0/20": Forward("vpce-s3", IPv4Address("169.254.0.1")),
    }


@pytest.mark.parametrize(
    ("kind", "name", "table"),
    [(InternetGateway, "igw-1", "rtb-front"), (NatGateway, "nat-1", "rtb-main")],
)
def test_a_route_whose_target_is_gone_is_a_blackhole(kind, name, table):
    assert routes(compiled(without(kind, name)), table)["0.0.0.0/0"] == Blackhole()


def test_a_nat_gateway_that_ends_takes_no_packets():
    network = Network.of(EVERYTHING)
    ending = replace(network.get(NatGateway, "nat-1"), state=NatGatewayState.DELETING)
    program = compiled(network.apply(put(ending)))
    assert routes(program, "rtb-main")["0.0.0.0/0"] == Blackhole("nat-1 is deleting")
    assert list(program.of(PortTranslation)) == []


def test_the_router_delivers_endpoints_and_its_resolver(program):
    own = routes(program, PLACE_TABLE)
    assert [cidr for cidr, action in own.items() if action == Deliver()] == [
        "169.254.169.254/32",
        "172.16.0.2/32",
        "169.254.169.253/32",
        "172.16.2.5/32",
    ]
    assert own["172.16.2.4/32"] == Forward("eni-app")


def test_an_endpoint_is_guarded_by_inbound_rules_alone(program):
    guards = {
        guard.stage: guard for guard in program.of(Guard) if guard.at == IPv4Address("172.16.2.5")
    }
    assert set(guards) == {Stage.ENDPOINT}
    assert guards[Stage.ENDPOINT].filters == ("sg-vpce/ingress",)
    (listener,) = (one for one in program.of(Listener) if one.endpoint == "vpce-1")
    assert (listener.port, listener.guarded, listener.service) == (
        443,
        True,
        "ap-northeast-1/monitoring",
    )


def test_a_rule_that_names_a_group_names_a_set_of_its_addresses(program):
    (filter_,) = (one for one in program.of(Filter) if one.name == "sg-vpce/ingress")
    assert filter_.rules[0].match.remote == InSet("members/sg-app")
    assert str(filter_.rules[0].because) == "sg-vpce rule sgr-2"
    (members,) = program.of(AddressSet)
    assert [str(address) for address in members.members] == ["172.16.1.4", "172.16.2.4"]


def test_an_interface_is_guarded_both_ways_and_checked(program):
    assert {guard.stage for guard in program.of(Guard) if guard.at == "eni-web"} == {
        Stage.SECURITY_GROUP_EGRESS,
        Stage.SECURITY_GROUP_INGRESS,
    }
    checked = {check.interface for check in program.of(SourceCheck) if check.place == "vpc-1"}
    assert checked == {"eni-web", "eni-app"}


def test_public_addresses_are_translated_at_the_gateway(program):
    assert {(str(one.private), str(one.public)) for one in program.of(OneToOne)} == {
        ("172.16.1.4", "54.65.0.9"),
        ("172.16.1.5", "54.65.0.10"),
        ("172.16.1.61", "54.65.0.12"),
    }
    outside = routes(program, PLACE_TABLE, INTERNET)
    assert outside["54.65.0.10/32"] == Forward("igw-1", IPv4Address("169.254.0.1"))


@pytest.mark.parametrize("state", [InstanceState.STOPPED, InstanceState.TERMINATED])
def test_an_instance_that_does_not_run_is_nowhere(state):
    network = Network.of(EVERYTHING).apply(put(instance("i-app", "subnet-back", state)))
    program = compiled(network)
    assert "i-app" not in {place.id for place in program.of(Place)}
    assert "i-app" not in {boot.place for boot in program.of(Boot)}
    assert "eni-app" not in {link.id for link in program.of(Link)}


@pytest.mark.parametrize(
    ("state", "private_dns", "names"),
    [
        (VpcEndpointState.PENDING, True, 0),
        (VpcEndpointState.AVAILABLE, False, 0),
        (VpcEndpointState.AVAILABLE, True, 4),
        (VpcEndpointState.DELETING, True, 0),
    ],
)
def test_private_names_answer_while_the_endpoint_is_available(state, private_dns, names):
    network = Network.of(EVERYTHING).apply(put(endpoint(state, private_dns)))
    program = compiled(network)
    private = [record for record in program.of(RecordSet) if record.zone.startswith("vpce-1/")]
    assert len(private) == names
    assert all(record.values == ("172.16.2.5",) for record in private)
    public = [record.name for record in program.of(RecordSet) if record.name.startswith("vpce-1-")]
    assert bool(public) == (state is VpcEndpointState.AVAILABLE)


@pytest.mark.parametrize(("support", "hostnames"), [(False, False), (True, False)])
def test_private_names_need_both_dns_attributes(support, hostnames):
    network = Network.of(EVERYTHING)
    vpc = replace(network.get(Vpc, "vpc-1"), dns_support=support, dns_hostnames=hostnames)
    program = compiled(network.apply(put(vpc)))
    assert {zone.id for zone in program.of(Zone)} == {"public", "ZPRIVATE", "ZPUBLIC"}
    assert {one.zone for one in program.of(ZoneAttachment)} == {"ZPUBLIC"}
    assert ("vpc-1" in {resolver.place for resolver in program.of(Resolver)}) == support


def test_an_instance_answers_to_its_names_in_its_vpc(program):
    inside = {r.name: r.values for r in program.of(RecordSet) if r.zone == "vpc-1/internal"}
    assert inside["ip-172-16-1-4.ap-northeast-1.compute.internal"] == ("172.16.1.4",)
    assert inside["i-app.ap-northeast-1.compute.internal"] == ("172.16.2.4",)
    name = "ec2-54-65-0-9.ap-northeast-1.compute.amazonaws.com"
    values = {r.zone: r.values for r in program.of(RecordSet) if r.name == name}
    assert values == {"public": ("54.65.0.9",), f"vpc-1/{name}": ("172.16.1.4",)}


def test_a_secondary_cidr_is_local_too():
    network = Network.of(EVERYTHING)
    vpc = network.get(Vpc, "vpc-1")
    more = replace(vpc.cidr_associations[0], id="b", cidr=IPv4Network("10.0.0.0/16"))
    network = network.apply(put(replace(vpc, cidr_associations=(*vpc.cidr_associations, more))))
    assert routes(compiled(network), "rtb-main")["10.0.0.0/16"] == Local()


def test_a_table_of_nothing_has_the_local_route():
    network = Network.of(EVERYTHING).apply(put(RouteTable(id="rtb-x", vpc_id="vpc-1", **MINE)))
    assert routes(compiled(network), "rtb-x") == {
        "172.16.0.0/16": Local(),
        "169.254.168.0/22": Local(),
    }


def with_a_second_interface(subnet: str, *addresses: str) -> Network:
    """Give the network with one more interface on i-app."""
    second = interface("eni-second", subnet, addresses[0], attachment=attached("i-app", 1))
    second = replace(second, private_addresses=tuple(map(IPv4Address, addresses)))
    return Network.of([*EVERYTHING, second])


def test_what_leaves_from_a_secondary_interface_leaves_by_it():
    program = compiled(with_a_second_interface("subnet-back", "172.16.2.8", "172.16.2.9"))
    own = {"0.0.0.0/0": Forward("eth1", IPv4Address("172.16.2.1"))}
    assert routes(program, "eni-second", "i-app") == own
    of_app = (one for one in program.of(SourceChoice) if one.place == "i-app")
    choices = {str(one.source): one.table for one in of_app}
    assert choices == {"172.16.2.8": "eni-second", "172.16.2.9": "eni-second"}


def test_the_first_interface_in_a_subnet_leads_there():
    same = compiled(with_a_second_interface("subnet-back", "172.16.2.8"))
    assert set(routes(same, PLACE_TABLE, "i-app")) == {"0.0.0.0/0"}
    other = compiled(with_a_second_interface("subnet-front", "172.16.1.8"))
    leads = Forward("eth1", IPv4Address("172.16.1.1"))
    assert routes(other, PLACE_TABLE, "i-app")["172.16.1.0/24"] == leads
