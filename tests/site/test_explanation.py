"""What `genkan explain` tells is what the name server answers, for the Region and the view of who
asks."""

from dataclasses import replace

import pytest

from genkan.compile import compile_network
from genkan.model.hosted_zone import Routing
from genkan.model.network import Network, put
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.site.explanation import explained
from tests.compile.scenario import MINE, hosted_zone, records, resources

NETWORK = Network.of(resources())
FAR = Routing(set_identifier="a", latency_region="us-east-1")
NEAR = Routing(set_identifier="b", latency_region=MINE["region"])
JAPAN = Routing(set_identifier="c", geolocation='{"CountryCode": "JP"}')
REST = Routing(set_identifier="d", geolocation='{"CountryCode": "*"}')


def told(*rows, name: str = "www.near.test") -> tuple[list[str], list[str]]:
    """Give the records that an instance and the internet get."""
    program = compile_network(NETWORK.apply(put(*rows))).program
    shown = explained(program, "i-app", name, "A")
    return tuple(shown[side]["steps"][-1]["records"] for side in ("answer", "internet"))


@pytest.mark.parametrize(("here", "elsewhere"), [(NEAR, FAR), (JAPAN, REST)])
def test_records_of_a_region_are_told_to_who_asks_there_and_not_to_the_internet(here, elsewhere):
    rows = [hosted_zone("near.test.", id="ZNEAR")]
    rows += [
        records("ZNEAR", "www.near.test.", "A", f"192.0.2.{number}", routing=routing)
        for number, routing in enumerate((elsewhere, here))
    ]
    assert told(*rows) == (["192.0.2.1"], ["192.0.2.0"])


def test_private_names_for_inbound_endpoints_alone_are_not_told_to_an_instance():
    name = "monitoring.ap-northeast-1.amazonaws.com"
    endpoint = replace(NETWORK.get(VpcEndpoint, "vpce-1"), private_dns_enabled=True)
    inside, outside = told(endpoint, name=name)
    assert inside != outside
    inside, outside = told(replace(endpoint, private_dns_inbound_only=True), name=name)
    assert inside == outside


def test_an_endpoints_own_name_is_told_as_its_own_and_others_as_the_internets():
    program = compile_network(NETWORK).program
    name = "vpce-1-abcd1234.monitoring.ap-northeast-1.vpce.amazonaws.com"
    step = explained(program, "i-app", name, "A")["answer"]["steps"][-1]
    assert (step["decided_by"], step["because"]) == (
        "endpoint's public name",
        "vpce-1",
    )
    other = explained(program, "internet", "sts.ap-northeast-1.amazonaws.com", "A")
    assert other["answer"]["steps"][-1]["decided_by"] == "internet"
