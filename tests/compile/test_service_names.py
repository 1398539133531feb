"""Names of endpoints to endpoint services: which there are, and when."""

from dataclasses import replace

import pytest

from genkan.compile import compile_network
from genkan.model.endpoint_service import DnsNameState, EndpointService, PrivateDnsName
from genkan.model.network import Network, put
from genkan.model.resource import Resource
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpointState
from genkan.program.names import PUBLIC_ZONE, RecordSet, ZoneAttachment
from tests.engine.service_world import ENDPOINT, endpoint, everything

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
