"""What a change touches: enough, so that compiling again is compiling anew, and for an endpoint no
more than the endpoint."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address

from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.compile import compile_network, recompile
from genkan.compile.scope import touched
from genkan.model.elastic_ip import ElasticIp
from genkan.model.network import Change, Network, delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.publication import Publication
from genkan.model.resource import Resource
from genkan.model.route_table import Route, RouteTable, RouteTarget, TargetKind
from genkan.model.security_group import Direction, GroupPeer, SecurityGroup
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState
from tests.compile.scenario import (
    MINE,
    acl,
    acl_entry,
    attached,
    endpoint,
    interface,
    resources,
    rule,
    whole_vpcs,
)

EVERYTHING = resources()
NETWORK = Network.of(EVERYTHING)
DOOR = NETWORK.get(NetworkInterface, "eni-vpce")
FAR_DOOR = NETWORK.get(NetworkInterface, "eni-far-vpce")


def the(kind: type, name: str):
    return NETWORK.get(kind, name)


def leading_to(kind: TargetKind, name: str) -> RouteTable:
    """Give the main table with one more route."""
    table = the(RouteTable, "rtb-main")
    more = Route(destination=IPv4Network("198.18.0.0/24"), target=RouteTarget(kind, name))
    return replace(table, routes=(*table.routes, more))


def naming(group: str, named: str) -> SecurityGroup:
    """Give a group with a rule that names another."""
    held = the(SecurityGroup, group)
    more = rule("sgr-more", Direction.INGRESS, GroupPeer(named, MINE["account"]), 8443)
    return replace(held, rules=(*held.rules, more))


# Every way in which an endpoint, its interface and what they stand in can be another.
OTHERS: list[Resource] = [
    *(endpoint(state) for state in VpcEndpointState),
    endpoint(private_dns=False),
    replace(endpoint(), tags=(("Name", "door"),)),
    replace(endpoint(), policy='{"Statement":[]}'),
    replace(endpoint(), network_interface_ids=()),
    replace(endpoint(), service_name="com.amazonaws.ap-northeast-1.ledger"),
    replace(the(VpcEndpoint, "vpce-s3"), route_table_ids=()),
    replace(the(VpcEndpoint, "vpce-2"), state=VpcEndpointState.REJECTED),
    replace(DOOR, private_addresses=(IPv4Address("172.16.2.77"),)),
    replace(DOOR, group_ids=("sg-app",)),
    replace(DOOR, group_ids=("sg-vpce", "sg-app")),
    replace(DOOR, public_ip=IPv4Address("54.65.0.99")),
    replace(DOOR, subnet_id="subnet-front"),
    replace(DOOR, ipv6_addresses=(IPv6Address("2001:db8::77"),)),
    replace(FAR_DOOR, group_ids=("sg-app",)),
    ElasticIp(
        id="eipalloc-door",
        public_ip=IPv4Address("54.65.0.98"),
        network_interface_id="eni-vpce",
        **MINE,
    ),
    leading_to(TargetKind.NETWORK_INTERFACE, "eni-vpce"),
    leading_to(TargetKind.VPC_ENDPOINT, "vpce-1"),
    leading_to(TargetKind.INTERNET_GATEWAY, "vpce-1"),
    naming("sg-app", "sg-vpce"),
    naming("sg-far", "sg-vpce"),
    naming("sg-app", "sg-far"),
    acl("acl-back", "subnet-back", acl_entry(100, True, "0.0.0.0/0")),
    replace(the(Vpc, "vpc-1"), dns_hostnames=False),
    replace(interface("eni-new", "subnet-back", "172.16.2.99"), group_ids=("sg-vpce",)),
]
# What stands at an interface beside an endpoint, if only in a network that nobody can make.
BESIDE = [
    Publication(
        id="eni-vpce/80",
        vpc_id="vpc-1",
        network_interface_id="eni-vpce",
        port=80,
        host="127.0.0.1",
        host_port=8080,
        **MINE,
    ),
    ProcessAttachment(
        id="eni-vpce",
        vpc_id="vpc-1",
        what="process 1",
        namespace=1,
        device_index=1,
        leads_out=False,
        **MINE,
    ),
    *(one for one in OTHERS if isinstance(one, ElasticIp) or one.id == "rtb-main"),
]
CHANGES = st.lists(
    st.one_of(
        st.sampled_from([put(one) for one in (*OTHERS, *EVERYTHING)]),
        st.sampled_from([delete(one) for one in (*OTHERS, *EVERYTHING)]),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(CHANGES, max_size=6))
def test_compiling_what_changes_touch_is_compiling_anew(steps):
    network, compilation = NETWORK, compile_network(NETWORK)
    for changes in steps:
        change = sum(changes, Change())
        after = network.apply(change)
        compilation, _ = recompile(compilation, after, touched(network, after, change))
        network = after
    assert compilation.program == compile_network(network).program


def test_each_way_to_be_another_is_touched_and_so_is_the_way_back():
    compilation = compile_network(NETWORK)
    for one in OTHERS:
        after = NETWORK.apply(put(one))
        there, _ = recompile(compilation, after, touched(NETWORK, after, put(one)))
        assert there.program == compile_network(after).program, one
        known = NETWORK.find(one.kind, one.id)
        back = put(known) if known else delete(one)
        again, _ = recompile(there, NETWORK, touched(after, NETWORK, back))
        assert again.program == compilation.program, one


def test_an_endpoint_is_made_without_looking_at_its_vpc():
    second = replace(DOOR, id="eni-second", private_addresses=(IPv4Address("172.16.2.78"),))
    made = replace(endpoint(), id="vpce-second", network_interface_ids=("eni-second",))
    change = put(made, second)
    assert touched(NETWORK, NETWORK.apply(change), change) == {
        "endpoint:vpce-second",
        "interface:eni-second",
        "subnet:subnet-back",
    }
    available = put(endpoint())
    scopes = touched(NETWORK, NETWORK.apply(available), available)
    assert scopes == {"endpoint:vpce-1", "interface:eni-vpce"}


def test_an_interface_that_something_else_leads_to_is_its_vpcs():
    for one in BESIDE:
        network = NETWORK.apply(put(one))
        change = put(replace(DOOR, description="another"), endpoint())
        assert whole_vpcs(touched(network, network.apply(change), change)) == {"vpc-1"}, one
    for worn in (replace(DOOR, attachment=attached("i-app", 3)), replace(DOOR, mac="")):
        network = NETWORK.apply(put(worn))
        scopes = touched(NETWORK, network, put(worn))
        assert whole_vpcs(scopes) == ({"vpc-1"} if worn.instance_id else set())
