"""What load balancers, their listeners and endpoints to their services compile to."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest

from genkan.compile import compile_network
from genkan.model.load_balancer import Forward, Target, TargetGroup, TargetType
from genkan.model.network import Network, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.target_health import TargetHealth, target_health_id
from genkan.model.vpc_endpoint import VpcEndpointState
from genkan.program import Program
from genkan.program.balancing import BalancedPort, Intake, RelayedPort
from genkan.program.health import HealthCheck
from genkan.program.names import RecordSet
from genkan.program.place import Link
from genkan.program.route import PLACE_TABLE, Blackhole, Route
from genkan.program.route import Forward as Way
from tests.compile.scenario import AT, MINE
from tests.engine.service_world import (
    ENDPOINT,
    GROUP,
    TARGET_A,
    TARGET_B,
    balancer,
    endpoint,
    everything,
    listener,
    target_group,
)

NETWORK = Network.of(everything())
NODE_A, NODE_B = "eni-p-nlb-a", "eni-p-nlb-b"
CROSS = ("load_balancing.cross_zone.enabled", "true")


def program(*changed: Resource) -> Program:
    return compile_network(NETWORK.apply(put(*changed))).program


def port(
    made: Program, node: str, number: int, protocol: int = 6, version: int = 4
) -> BalancedPort:
    found = made.get(("balanced-port", node, str(version), str(protocol), str(number)))
    assert isinstance(found, BalancedPort)
    return found


def addresses(made: Program, node: str) -> list[str]:
    return [str(target.address) for target in port(made, node, 443).targets]


@pytest.mark.parametrize(
    ("changed", "node", "met"),
    [
        ((), NODE_A, [TARGET_A]),
        ((), NODE_B, [TARGET_B]),
        ((balancer(attributes=(CROSS,)),), NODE_A, [TARGET_A, TARGET_B]),
        ((target_group(attributes=(CROSS,)),), NODE_B, [TARGET_A, TARGET_B]),
        (
            (balancer(attributes=(CROSS,)), target_group(attributes=((CROSS[0], "false"),))),
            NODE_A,
            [TARGET_A],
        ),
    ],
)
def test_a_node_has_the_targets_of_its_zone_unless_zones_are_crossed(changed, node, met):
    assert addresses(program(*changed), node) == met


@pytest.mark.parametrize(
    ("protocol", "target_type", "attributes", "keeps"),
    [
        ("TCP", TargetType.INSTANCE, (), True),
        ("TCP", TargetType.IP, (), False),
        ("UDP", TargetType.IP, (), True),
        ("TCP", TargetType.IP, (("preserve_client_ip.enabled", "true"),), True),
        ("TCP", TargetType.INSTANCE, (("preserve_client_ip.enabled", "false"),), False),
    ],
)
def test_targets_see_the_client_by_type_and_protocol_or_as_is_said(
    protocol, target_type, attributes, keeps
):
    name = "i-p-one" if target_type is TargetType.INSTANCE else TARGET_A
    changed = target_group(
        protocol=protocol,
        target_type=target_type,
        attributes=attributes,
        targets=(Target(id=name, port=80, zone="ap-northeast-1a"),),
    )
    made = program(changed)
    assert [target.keeps_source for target in port(made, NODE_A, 443).targets] == [keeps]


def test_a_listener_for_both_protocols_is_a_port_for_each():
    made = program(listener(53, protocol="TCP_UDP"))
    assert port(made, NODE_A, 53).idle == 350
    assert port(made, NODE_A, 53, 17).idle == 120


def test_the_idle_time_out_of_streams_is_the_listeners():
    made = program(listener(443, attributes=(("tcp.idle_timeout.seconds", "60"),)))
    assert port(made, NODE_A, 443).idle == 60


def test_targets_share_the_weight_of_their_group():
    heavy: TargetGroup = target_group("heavy", targets=(Target(id="i-p-neighbour", port=80),))
    light = replace(
        target_group(attributes=(CROSS,)),
    )
    both = replace(
        listener(443),
        forwards=(
            Forward(target_group=GROUP, weight=1),
            Forward(target_group=heavy.id, weight=3),
            Forward(target_group=GROUP.replace("orders", "clock"), weight=0),
        ),
    )
    weights = {
        str(target.address): target.weight
        for target in port(program(heavy, light, both), NODE_A, 443).targets
    }
    assert weights == {TARGET_A: 5_000, TARGET_B: 5_000, "10.0.1.20": 30_000}


@pytest.mark.parametrize(
    ("state", "passes"),
    [
        (VpcEndpointState.PENDING_ACCEPTANCE, False),
        (VpcEndpointState.PENDING, True),
        (VpcEndpointState.AVAILABLE, True),
        (VpcEndpointState.REJECTED, False),
        (VpcEndpointState.EXPIRED, False),
        (VpcEndpointState.DELETING, False),
    ],
)
def test_an_endpoint_leads_to_its_service_when_it_is_accepted(state, passes):
    made = program(endpoint("c", state))
    link = made.get((Link.section, "eni-c-vpce"))
    way = made.get((Route.section, "vpc-c", PLACE_TABLE, f"{ENDPOINT}/32"))
    assert (link is not None) is passes
    assert isinstance(way.action, Way if passes else Blackhole)


def test_an_endpoint_is_bound_to_a_node_of_its_zone_and_asks_the_groups_of_the_balancer():
    assert program().get((Link.section, "eni-c-vpce")).right.place == NODE_A
    assert program().get((Intake.section, NODE_A, "eni-c-vpce")).filters is None
    worn = balancer(group_ids=("sg-p-open",))
    asked = program(worn).get((Intake.section, NODE_A, "eni-c-vpce")).filters
    assert asked == ("sg-p-open/ingress",)
    off = replace(worn, enforces_groups_on_private_link=False)
    assert program(off).get((Intake.section, NODE_A, "eni-c-vpce")).filters is None


def well(name: str, healthy: bool) -> TargetHealth:
    return TargetHealth(
        id=target_health_id(GROUP, name, 8080),
        vpc_id="vpc-p",
        target_group=GROUP,
        healthy=healthy,
        **MINE,
    )


@pytest.mark.parametrize(
    ("one", "two", "attributes", "met"),
    [
        (None, None, (), [TARGET_A, TARGET_B]),  # nothing is known: all
        (True, None, (), [TARGET_A]),  # what is not known to be well waits
        (True, True, (), [TARGET_A, TARGET_B]),
        (False, True, (), [TARGET_B]),
        (False, False, (), [TARGET_A, TARGET_B]),
        (True, False, (("count", "2"),), [TARGET_A, TARGET_B]),
        (True, False, (("percentage", "51"),), [TARGET_A, TARGET_B]),
        (True, False, (("percentage", "50"),), [TARGET_A]),
        (True, False, (("count", "off"),), [TARGET_A]),
    ],
)
def test_targets_that_are_well_take_connections_and_all_when_too_few_are(one, two, attributes, met):
    routed = "target_group_health.unhealthy_state_routing.minimum_healthy_targets"
    group = target_group(
        attributes=(CROSS, *((f"{routed}.{name}", value) for name, value in attributes))
    )
    known = [
        well(name, healthy)
        for name, healthy in (("i-p-one", one), ("i-p-two", two))
        if healthy is not None
    ]
    assert addresses(program(group, *known), NODE_A) == met


def test_connections_to_a_target_that_is_ill_end_unless_its_group_keeps_them():
    ill = [well("i-p-one", False), well("i-p-two", True)]
    ended = port(program(target_group(attributes=(CROSS,)), *ill), NODE_A, 443).ended
    assert ended == ((IPv4Address(TARGET_A), 8080),)
    keeps = ("target_health_state.unhealthy.connection_termination.enabled", "false")
    assert port(program(target_group(attributes=(CROSS, keeps)), *ill), NODE_A, 443).ended == ()
    draining = ("target_health_state.unhealthy.draining_interval_seconds", "60")
    waits = target_group(attributes=(CROSS, keeps, draining))
    now = replace(ill[0], draining_until=AT)
    assert port(program(waits, now, ill[1]), NODE_A, 443).ended == ()
    assert port(program(waits, *ill), NODE_A, 443).ended == ((IPv4Address(TARGET_A), 8080),)


@pytest.mark.parametrize(
    ("number", "protocol", "attributes", "ends"),
    [
        (443, 6, (), False),
        (443, 6, (("deregistration_delay.connection_termination.enabled", "true"),), True),
        (5000, 17, (), True),
    ],
)
def test_connections_end_with_a_target_by_protocol_or_as_is_said(
    number, protocol, attributes, ends
):
    made = program(target_group(attributes=attributes))
    assert port(made, NODE_A, number, protocol).ends_with_target is ends


def test_a_target_that_drains_takes_no_new_connections_and_is_not_asked_for_its_health():
    one, two = target_group().targets
    made = program(target_group(targets=(replace(one, draining_until=AT), two)))
    assert port(made, NODE_A, 443).targets == ()
    assert port(made, NODE_A, 443).draining == ((IPv4Address(TARGET_A), 8080),)
    asked = {check.target for check in made.of(HealthCheck)}
    assert target_health_id(GROUP, "i-p-two", 8080) in asked
    assert target_health_id(GROUP, "i-p-one", 8080) not in asked


@pytest.mark.parametrize(
    ("protocol", "group_protocol", "proxied", "relayed"),
    [
        ("TCP", "TCP", "false", False),
        ("TCP", "TCP", "true", True),
        ("TLS", "TCP", "false", True),
        ("TLS", "TLS", "false", True),
        ("UDP", "UDP", "true", False),
    ],
)
def test_streams_are_relayed_where_they_have_to_be_read(protocol, group_protocol, proxied, relayed):
    group = target_group(
        protocol=group_protocol, attributes=(("proxy_protocol_v2.enabled", proxied),)
    )
    made = program(group, listener(443, protocol=protocol))
    found = made.get((RelayedPort.section, NODE_A, "4", "6", "443"))
    assert (found is not None) is relayed
    if found:
        (target,) = found.targets
        assert (target.tells_source, target.tls) == (proxied == "true", group_protocol == "TLS")
        assert (found.tls is None) is (protocol == "TCP")


def test_a_tls_listener_without_targets_resets():
    made = program(target_group(targets=()), listener(443, protocol="TLS"))
    assert port(made, NODE_A, 443).targets == ()


def test_a_target_that_is_gone_takes_nothing():
    gone = target_group(targets=(Target(id="i-gone", port=80),))
    assert port(program(gone), NODE_A, 443).targets == ()


def test_an_address_outside_the_vpc_is_reached_from_every_zone():
    outside = target_group(
        target_type=TargetType.IP, targets=(Target(id="192.168.0.9", port=80, zone="all"),)
    )
    made = program(outside)
    for node in (NODE_A, NODE_B):
        found = port(made, node, 443).targets
        assert [target.address for target in found] == [IPv4Address("192.168.0.9")]


@pytest.mark.parametrize(
    ("group_type", "protocol", "version", "relayed"),
    [
        ("ipv4", "TCP", 4, False),
        ("ipv4", "TCP", 6, True),
        ("ipv6", "TCP", 4, True),
        ("ipv6", "TCP", 6, False),
        ("ipv6", "TCP_UDP", 4, True),
        ("ipv6", "TLS", 4, True),
        ("ipv6", "UDP", 4, True),
        ("ipv6", "UDP", 6, False),
        ("ipv4", "UDP", 6, False),
    ],
)
def test_what_goes_to_targets_of_another_ip_version_is_relayed_as_the_node_is_there(
    group_type, protocol, version, relayed
):
    six = replace(NETWORK.get(NetworkInterface, NODE_A), ipv6_addresses=(IPv6Address("fd00::60"),))
    host = replace(
        NETWORK.get(NetworkInterface, "eni-p-one"), ipv6_addresses=(IPv6Address("fd00::10"),)
    )
    group = target_group(protocol=protocol, ip_address_type=group_type)
    made = program(six, host, group, listener(443, protocol=protocol))
    number = 17 if protocol == "UDP" else 6
    where = (RelayedPort.section, NODE_A, str(version), str(number), "443")
    found = made.get(where)
    assert (found is not None) is relayed
    if found:
        assert found.sources == six.addresses
        assert [one.address.version for one in found.targets] == [10 - version]
    drains = replace(group, targets=tuple(replace(t, draining_until=AT) for t in group.targets))
    left = port(program(six, host, drains, listener(443, protocol=protocol)), NODE_A, 443, number)
    assert {address.version for address, _ in left.draining} <= {4}
    alone = program(host, group, listener(443, protocol=protocol))  # of a node without IPv6
    assert alone.get(where) is None
    if protocol == "TCP_UDP":
        assert made.get((RelayedPort.section, NODE_A, str(version), "17", "443"))


def test_the_names_of_a_dual_stack_load_balancer_hold_both_families():
    six = replace(NETWORK.get(NetworkInterface, NODE_A), ipv6_addresses=(IPv6Address("fd00::60"),))
    name = balancer().dns_name.lower()
    held = {one.type: one.values for one in program(six).of(RecordSet) if one.name == name}
    assert held == {"A": ("10.0.1.60", "10.0.2.60"), "AAAA": ("fd00::60",)}
