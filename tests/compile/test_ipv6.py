"""What a network with IPv6 compiles to, beside what it compiles to without."""

from dataclasses import replace
from ipaddress import IPv6Address, IPv6Network

import pytest

from genkan.compile import compile_network
from genkan.model.network import Network
from genkan.model.subnet import Subnet
from genkan.program.filter import AddressSet, Guard, SourceCheck, SubnetGuard
from genkan.program.names import RecordSet, Resolver
from genkan.program.place import Boot, Link
from genkan.program.route import Blackhole, Deliver, Forward, Local, Route, Unreachable
from genkan.program.service import Listener
from genkan.program.translation import Border, OneToOne
from tests.compile.dual_stack import ANYWHERE_IPV6, SUBNETS, VPCS, dual_stack
from tests.compile.scenario import resources

WEB, APP, ENDPOINT = (
    IPv6Address(f"2406:da14:0:{subnet}") for subnet in ("101::4", "102::4", "102::5")
)
HOP = IPv6Address("fe80::1")
PROGRAM = compile_network(Network.of(dual_stack(resources()))).program
BEFORE = compile_network(Network.of(resources())).program


@pytest.mark.parametrize(
    ("place", "table", "destination", "action"),
    [
        ("vpc-1", "place", f"{WEB}/128", Forward("eni-web")),
        ("vpc-1", "place", f"{ENDPOINT}/128", Deliver()),
        ("vpc-1", "place", "fd00:ec2::253/128", Deliver()),
        ("vpc-1", "place", str(SUBNETS["subnet-front"]), Unreachable()),
        ("vpc-1", "rtb-main", str(VPCS["vpc-1"]), Local()),
        ("vpc-1", "rtb-main", str(VPCS["vpc-2"]), Forward("pcx-1", HOP)),
        ("vpc-1", "rtb-main", "::/0", Forward("eigw-1", HOP)),
        ("vpc-1", "rtb-front", "::/0", Forward("igw-1", HOP)),
        ("i-web", "place", "::/0", Forward("eth0", HOP)),
        ("igw-1", "place", "::/0", Forward("internet", HOP)),
        ("igw-1", "place", str(VPCS["vpc-1"]), Forward("vpc-1", HOP)),
        ("eigw-1", "place", "::/0", Forward("internet", HOP)),
        # whoever leaves by a gateway is found by it
        ("internet", "place", str(SUBNETS["subnet-front"]), Forward("igw-1", HOP)),
        ("internet", "place", str(SUBNETS["subnet-back"]), Forward("eigw-1", HOP)),
    ],
)
def test_ipv6_packets_go_the_ways_of_the_tables(place, table, destination, action):
    route = PROGRAM.get((Route.section, place, table, destination))
    assert isinstance(route, Route), (place, table, destination)
    assert route.action == action


def test_nobody_outside_finds_a_subnet_without_a_route_to_a_gateway():
    assert PROGRAM.get((Route.section, "internet", "place", str(SUBNETS["subnet-far"]))) is None


def test_the_internet_gateway_passes_ipv6_both_ways_and_the_egress_only_one_outward():
    borders = {border.place: border for border in PROGRAM.of(Border)}
    assert borders["igw-1"].untranslated == borders["eigw-1"].untranslated == (VPCS["vpc-1"],)
    assert (borders["igw-1"].outward, borders["eigw-1"].outward) == (False, True)
    assert not any(one.place == "eigw-1" for one in PROGRAM.of(OneToOne))


def test_every_address_of_an_interface_is_its_own_to_send_from():
    check = PROGRAM.get((SourceCheck.section, "vpc-1", "eni-web"))
    link = PROGRAM.get((Link.section, "eni-web"))
    assert isinstance(check, SourceCheck)
    assert isinstance(link, Link)
    assert [str(one) for one in check.addresses] == ["172.16.1.4", str(WEB)]
    assert link.right.addresses == check.addresses


def test_members_of_a_group_have_addresses_of_both_families():
    members = PROGRAM.get((AddressSet.section, "vpc-1", "members/sg-app"))
    assert isinstance(members, AddressSet)
    assert {WEB, APP} <= set(members.members)


def test_an_acl_stands_before_an_endpoints_ipv6_address_too():
    guards = [one for one in PROGRAM.of(SubnetGuard) if one.subnet == "subnet-front"]
    assert guards
    assert PROGRAM.get((Guard.section, "vpc-1", "endpoint", str(ENDPOINT)))


def test_an_endpoint_listens_at_both_of_its_addresses():
    at = {str(one.addresses) for one in PROGRAM.of(Listener) if one.endpoint == "vpce-1"}
    assert at == {"172.16.2.5/32", f"{ENDPOINT}/128"}


def test_names_have_aaaa_records_where_there_are_addresses():
    records = {(one.zone, one.name, one.type): one.values for one in PROGRAM.of(RecordSet)}
    name = "i-app.ap-northeast-1.compute.internal"
    assert records["vpc-1/internal", name, "AAAA"] == (str(APP),)
    of_endpoint = {
        values
        for (_, name, kind), values in records.items()
        if kind == "AAAA" and name.startswith("monitoring.")
    }
    assert of_endpoint == {(str(ENDPOINT),)}


def test_the_resolver_answers_by_ipv6_where_there_is_any():
    at = {one.place: one.addresses for one in PROGRAM.of(Resolver)}
    without = {one.place: one.addresses for one in BEFORE.of(Resolver)}
    assert at["vpc-1"][-1] == IPv6Address("fd00:ec2::253")
    assert all(address.version == 4 for address in without["vpc-1"])


def alone() -> list:
    """Give the network with the private subnet left with IPv6 alone."""
    found = []
    for one in dual_stack(resources()):
        if isinstance(one, Subnet) and one.id == "subnet-back":
            one = replace(one, cidr=None)
        if one.id == "eni-app":
            one = replace(one, private_addresses=())
        found.append(one)
    return found


def test_an_interface_with_ipv6_alone_has_a_link_and_asks_by_ipv6():
    program = compile_network(Network.of(alone())).program
    link = program.get((Link.section, "eni-app"))
    boot = program.get((Boot.section, "i-app"))
    assert isinstance(link, Link)
    assert isinstance(boot, Boot)
    assert link.right.addresses == (APP,)
    assert boot.hostname == "i-app"
    assert str(boot.nameserver) == "fd00:ec2::253"
    assert program.get((Route.section, "i-app", "place", "::/0"))
    assert program.get((Route.section, "i-app", "place", "0.0.0.0/0")) is None


def test_ipv4_is_as_it_is_without_ipv6():
    def of_ipv4(program):
        return {one for one in program.of(Route) if one.destination.version == 4}

    assert of_ipv4(PROGRAM) == of_ipv4(BEFORE)


def test_a_route_for_ipv6_to_an_interface_without_any_is_a_blackhole():
    network = [
        replace(
            one,
            routes=(
                *one.routes,
                replace(
                    next(route for route in one.routes if route.target.id == "nat-1"),
                    destination=IPv6Network("64:ff9b::/96"),
                ),
            ),
        )
        if one.id == "rtb-main"
        else one
        for one in dual_stack(resources())
    ]
    program = compile_network(Network.of(network)).program
    route = program.get((Route.section, "vpc-1", "rtb-main", "64:ff9b::/96"))
    assert isinstance(route, Route)
    assert route.action == Blackhole()
    assert program.get((Route.section, "vpc-1", "rtb-main", str(ANYWHERE_IPV6)))
