"""Names of endpoints to endpoint services: which there are, and when."""

from dataclasses import replace

import pytest

from genkan.compile import compile_network, recompile
from genkan.compile.scope import touched
from genkan.model.endpoint_service import DnsNameState, EndpointService, PrivateDnsName
from genkan.model.network import Network, put
from genkan.model.network_interface import InterfaceType
from genkan.model.resource import Resource
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpointState
from genkan.program.names import PUBLIC_ZONE, RecordSet, ZoneAttachment
from tests.compile.scenario import whole_vpcs
from tests.compile.test_services import well
from tests.engine.service_world import (
    ENDPOINT,
    NLB_A,
    NLB_B,
    endpoint,
    everything,
    interface,
)

NETWORK = Network.of(everything())
BASE = "vpce-svc-1.ap-northeast-1.vpce.amazonaws.com"
REGIONAL, ZONAL = f"vpce-c-abcd1234.{BASE}", f"vpce-c-abcd1234-ap-northeast-1a.{BASE}"
OWN = "orders.example.com"


def named(*changed: Resource) -> dict[str, tuple[str, ...]]:
    """Give the values of each name that is the endpoint's, by zone and name."""
    program = compile_network(NETWORK.apply(put(*changed))).program
    return {
        f"{one.zone} {one.name}": one.values
        for one in program.of(RecordSet)
        if one.because.id == "vpce-c"
    }


def proved(state: DnsNameState) -> list[Resource]:
    """Give the service with a private name, and a VPC and an endpoint that want it."""
    name = PrivateDnsName(name=OWN, state=state, record="_a", value="vpce:a")
    return [
        replace(NETWORK.get(EndpointService, "vpce-svc-1"), private_dns=name),
        replace(NETWORK.get(Vpc, "vpc-c"), dns_hostnames=True),
        replace(endpoint("c"), private_dns_enabled=True),
    ]


def test_an_available_endpoint_has_a_regional_and_a_zonal_name():
    assert named() == {
        f"{PUBLIC_ZONE} {REGIONAL}": (ENDPOINT,),
        f"{PUBLIC_ZONE} {ZONAL}": (ENDPOINT,),
    }


@pytest.mark.parametrize(
    "state",
    [
        VpcEndpointState.PENDING_ACCEPTANCE,
        VpcEndpointState.PENDING,
        VpcEndpointState.REJECTED,
        VpcEndpointState.DELETING,
    ],
)
def test_an_endpoint_has_names_only_when_it_is_available(state):
    assert named(endpoint("c", state)) == {}


def test_an_endpoint_to_another_region_has_no_zonal_name():
    away = replace(endpoint("c"), service_region="us-east-1")
    assert set(named(away)) == {f"{PUBLIC_ZONE} {REGIONAL}"}


def test_the_services_own_name_answers_inside_the_consumers_vpc_when_it_is_verified():
    changed = proved(DnsNameState.VERIFIED)
    assert named(*changed)[f"vpce-c/{OWN} {OWN}"] == (ENDPOINT,)
    program = compile_network(NETWORK.apply(put(*changed))).program
    views = {one.view for one in program.of(ZoneAttachment) if one.zone == f"vpce-c/{OWN}"}
    assert views == {"vpc-c"}


@pytest.mark.parametrize("state", [DnsNameState.PENDING_VERIFICATION, DnsNameState.FAILED])
def test_a_name_that_is_not_proved_answers_nowhere(state):
    assert not any(OWN in name for name in named(*proved(state)))


NAMES = {
    "regional": f"vpce-c-abcd1234.{BASE}",
    "a": f"vpce-c-abcd1234-ap-northeast-1a.{BASE}",
    "b": f"vpce-c-abcd1234-ap-northeast-1b.{BASE}",
}
SECOND = "10.0.2.61"


def in_both_zones() -> list[Resource]:
    """Give the endpoint with an interface in each zone."""
    second = interface("c", "vpce-b", SECOND, "door", interface_type=InterfaceType.VPC_ENDPOINT)
    both = ("eni-c-vpce", "eni-c-vpce-b")
    return [second, replace(endpoint("c"), network_interface_ids=both)]


@pytest.mark.parametrize(
    ("one", "two", "regional"),
    [
        (True, True, (ENDPOINT, SECOND)),
        (True, False, (ENDPOINT,)),
        (False, True, (SECOND,)),
        (False, False, (ENDPOINT, SECOND)),
    ],
)
def test_a_zone_without_targets_that_are_well_leaves_the_regional_name(one, two, regional):
    measured = [well("i-p-one", one), well("i-p-two", two)]
    found = named(*in_both_zones(), *measured)
    assert found[f"{PUBLIC_ZONE} {NAMES['regional']}"] == regional
    assert found[f"{PUBLIC_ZONE} {NAMES['a']}"] == (ENDPOINT,)
    assert found[f"{PUBLIC_ZONE} {NAMES['b']}"] == (SECOND,)
    program = compile_network(NETWORK.apply(put(*in_both_zones(), *measured))).program
    balancer = program.get(
        (RecordSet.section, PUBLIC_ZONE, "orders-0123.elb.ap-northeast-1.amazonaws.com", "A")
    )
    nodes = {ENDPOINT: NLB_A, SECOND: NLB_B}
    assert balancer.values == tuple(nodes[address] for address in regional)


def test_names_follow_the_health_of_targets_and_nothing_else_is_compiled_again():
    network = NETWORK.apply(put(*in_both_zones(), well("i-p-one", True), well("i-p-two", True)))
    compilation = compile_network(network)
    for two in (False, True):
        change = put(well("i-p-two", two))
        after = network.apply(change)
        scopes = touched(network, after, change)
        assert "endpoint:vpce-c" in scopes
        assert whole_vpcs(scopes) == {"vpc-p"}
        compilation, _ = recompile(compilation, after, scopes)
        network = after
        assert compilation.program == compile_network(network).program
    again = put(replace(well("i-p-two", True), reason="again"))
    scopes = touched(network, network.apply(again), again)
    assert whole_vpcs(scopes) == {"vpc-p"}
    assert not any(scope.startswith("endpoint:") for scope in scopes)
