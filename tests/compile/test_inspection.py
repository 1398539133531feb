"""Gateway load balancers and their endpoints, compiled."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from genkan.compile import compile_network, recompile
from genkan.compile.scope import touched
from genkan.model.instance import InstanceState
from genkan.model.load_balancer import LoadBalancer, Target, TargetGroup, TargetType
from genkan.model.network import Network, delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState
from genkan.program import Program
from genkan.program.inspection import Fleet, Inspection, Stickiness
from genkan.program.place import Link, Place
from genkan.program.route import Blackhole, Forward, Route
from tests.compile.scenario import FLEET, appliances, inspected, instance

ENDPOINT = "vpce-60606060606060601"
HERE, THERE = "ap-northeast-1a", "ap-northeast-1c"


@pytest.fixture
def network() -> Network:
    return Network.of(inspected())


def compiled(network: Network) -> Program:
    return compile_network(network).program


def way(program: Program, destination: str = "10.5.3.0/24") -> object:
    return next(
        route.action
        for route in program.of(Route)
        if route.table == "rtb-app" and str(route.destination) == destination
    )


def fleet(network: Network) -> Fleet:
    (found,) = compiled(network).of(Fleet)
    return found


def addresses(network: Network) -> list[str]:
    return [str(one.address) for one in fleet(network).appliances]


def test_a_route_to_an_endpoint_leaves_by_its_interface_to_the_fleet_of_its_zone(network):
    program = compiled(network)
    assert way(program) == Forward("eni-gwlbe", IPv4Address("169.254.0.1"))
    (inspection,) = program.of(Inspection)
    assert (inspection.place, inspection.fleet) == (ENDPOINT, "eni-gwlb")
    assert inspection.endpoint == 0x0606060606060601
    assert {place.id for place in program.of(Place)} >= {ENDPOINT, "eni-gwlb"}
    (link,) = (one for one in program.of(Link) if one.id == "eni-gwlbe")
    assert (link.left.subnet, link.whole, link.mtu) == ("subnet-gw", True, 9001)
    assert inspection.router == link.left.mac


@pytest.mark.parametrize(("family", "leads"), [("dualstack", True), ("ipv4", False)])
def test_ipv6_goes_through_an_endpoint_that_has_it(network, family, leads):
    endpoint = replace(network.get(VpcEndpoint, ENDPOINT), ip_address_type=family)
    program = compiled(network.apply(put(endpoint)))
    assert isinstance(way(program, "fd05:0:0:3::/64"), Blackhole) is not leads
    assert not isinstance(way(program), Blackhole)


@pytest.mark.parametrize(
    ("state", "leads"),
    [
        (VpcEndpointState.PENDING_ACCEPTANCE, False),
        (VpcEndpointState.PENDING, True),
        (VpcEndpointState.AVAILABLE, True),
        (VpcEndpointState.REJECTED, False),
        (VpcEndpointState.DELETING, False),
    ],
)
def test_an_endpoint_takes_packets_once_it_is_accepted(network, state, leads):
    changed = replace(network.get(VpcEndpoint, ENDPOINT), state=state)
    program = compiled(network.apply(put(changed)))
    assert isinstance(way(program), Blackhole) is not leads
    assert bool(list(program.of(Inspection))) is leads


def test_targets_are_the_running_instances_and_the_addresses_of_the_zone(network):
    assert addresses(network) == ["10.5.1.4", "10.5.1.5"]
    stopped = replace(instance("i-fw2", "subnet-fw", InstanceState.STOPPED), vpc_id="vpc-6")
    assert addresses(network.apply(put(stopped))) == ["10.5.1.4"]
    group = network.get(TargetGroup, FLEET)
    targets = tuple(
        Target(id=address, port=6081, zone=zone)
        for address, zone in (("10.5.1.7", HERE), ("10.5.9.8", THERE), ("192.168.1.1", "all"))
    )
    by_address = replace(group, target_type=TargetType.IP, targets=targets)
    zonal = network.apply(put(by_address))
    assert addresses(zonal) == ["10.5.1.7", "192.168.1.1"]
    balancer = next(zonal.all(LoadBalancer))
    across = replace(balancer, attributes=(("load_balancing.cross_zone.enabled", "true"),))
    assert addresses(zonal.apply(put(across))) == ["10.5.1.7", "10.5.9.8", "192.168.1.1"]


def test_attributes_say_how_flows_are_kept(network):
    plain = fleet(network)
    assert (plain.stickiness, plain.rebalance) == (Stickiness.FIVE_TUPLE, False)
    assert (plain.delay, plain.idle) == (300, 350)
    changed = appliances(
        "i-fw1",
        stickiness__enabled="true",
        stickiness__type="source_ip_dest_ip",
        target_failover__on_unhealthy="rebalance",
        target_failover__on_deregistration="rebalance",
    )
    after = fleet(network.apply(put(*changed)))
    assert (after.stickiness, after.rebalance) == (Stickiness.TWO_TUPLE, True)


def test_an_endpoint_in_a_zone_without_the_load_balancer_is_inspected_by_nobody(network):
    worn = replace(network.get(NetworkInterface, "eni-gwlbe"), zone=THERE)
    (inspection,) = compiled(network.apply(put(worn))).of(Inspection)
    assert inspection.fleet is None


def test_a_change_at_the_provider_reaches_the_consumer():
    """The interface, the service and the balancer come and go one by one, in another VPC."""
    network = Network.of(inspected())
    compilation = compile_network(network)
    for kind, name in (
        (NetworkInterface, "eni-gwlb"),
        (LoadBalancer, next(network.all(LoadBalancer)).id),
    ):
        gone = network.get(kind, name)
        for change in (delete(gone), put(gone)):
            after = network.apply(change)
            compilation, _ = recompile(compilation, after, touched(network, after, change))
            network = after
            assert compilation.program == compiled(network)


def test_nobody_answers_at_the_endpoints_own_address(network):
    blackholes = [
        str(route.destination)
        for route in compiled(network).of(Route)
        if route.place == "vpc-5" and route.action == Blackhole()
    ]
    assert blackholes == ["10.5.2.5/32"]
