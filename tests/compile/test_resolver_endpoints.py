"""What a VPC's resolver sends on, and where it answers besides."""

import dataclasses
from ipaddress import IPv4Address

import pytest

from genkan.compile import compile_network, recompile
from genkan.compile.scope import touched
from genkan.model.network import Network, delete, put
from genkan.model.resolver import ResolverEndpoint, ResolverEndpointState, ResolverRule
from genkan.program.filter import Guard, Stage
from genkan.program.names import Forwarding, Resolver, Target, ZoneAttachment
from genkan.program.route import SourceChoice
from genkan.program.service import Listener
from tests.build import Client
from tests.compile.scenario import whole_vpcs

BACK = "10.0.1.0/24"


def a_network(direction: str) -> tuple[Client, str, str]:
    client = Client()
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = client.ask("CreateSubnet", VpcId=vpc, CidrBlock=BACK)["Subnet"]["SubnetId"]
    group = client.ask("CreateSecurityGroup", GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    made = client.ask(
        "route53resolver:CreateResolverEndpoint",
        CreatorRequestId="one",
        Direction=direction,
        SecurityGroupIds=[group],
        IpAddresses=[{"SubnetId": subnet, "Ip": f"10.0.1.{host}"} for host in (10, 11)],
    )["ResolverEndpoint"]
    return client, vpc, made["Id"]


def a_rule(client: Client, endpoint: str, domain: str = "corp.test") -> str:
    return client.ask(
        "route53resolver:CreateResolverRule",
        CreatorRequestId=domain,
        RuleType="FORWARD",
        DomainName=domain,
        TargetIps=[{"Ip": "192.0.2.53", "Port": 5353}],
        ResolverEndpointId=endpoint,
    )["ResolverRule"]["Id"]


def follow(client: Client, rule: str, vpc: str) -> None:
    client.ask("route53resolver:AssociateResolverRule", ResolverRuleId=rule, VPCId=vpc)


def of(network: Network, kind: type) -> list:
    return list(compile_network(network).program.of(kind))


def test_a_rule_sends_its_domain_from_the_endpoint_to_the_targets_for_who_follows_it():
    client, vpc, endpoint = a_network("OUTBOUND")
    rule = a_rule(client, endpoint)
    assert of(client.call.network, Forwarding) == []
    follow(client, rule, vpc)
    (entry,) = of(client.call.network, Forwarding)
    assert (entry.view, entry.domain, entry.place) == (vpc, "corp.test", vpc)
    assert entry.targets == (Target(address=IPv4Address("192.0.2.53"), port=5353),)
    assert entry.sources == (IPv4Address("10.0.1.10"), IPv4Address("10.0.1.11"))
    sends = {one.source for one in of(client.call.network, SourceChoice)}
    assert set(entry.sources) <= sends
    guards = of(client.call.network, Guard)
    asked = {one.at for one in guards if one.stage is Stage.SECURITY_GROUP_EGRESS}
    assert set(entry.sources) <= asked


def kept(client: Client) -> set[str]:
    """Give the domains that are not sent on though a shorter one is."""
    return {one.domain for one in of(client.call.network, Forwarding) if not one.targets}


@pytest.mark.parametrize(
    ("domain", "some", "others"),
    [
        (
            ".",
            [
                *("localhost", "127.in-addr.arpa", "ap-northeast-1.compute.internal"),
                *("ap-northeast-1.compute.amazonaws.com", "10.in-addr.arpa"),
                *("31.172.in-addr.arpa", "168.192.in-addr.arpa"),
                *("254.169.254.169.in-addr.arpa", "0.10.in-addr.arpa"),
            ],
            ["32.172.in-addr.arpa", "in-addr.arpa"],
        ),
        ("amazonaws.com", ["ap-northeast-1.compute.amazonaws.com"], ["localhost"]),
        ("10.in-addr.arpa", ["0.10.in-addr.arpa"], ["10.in-addr.arpa", "16.172.in-addr.arpa"]),
        ("0.10.in-addr.arpa", [], ["0.10.in-addr.arpa", "10.in-addr.arpa"]),
        ("corp.test", [], ["localhost", "10.in-addr.arpa"]),
    ],
)
def test_a_vpc_s_own_domains_are_kept_from_rules_that_are_less_specific(domain, some, others):
    client, vpc, endpoint = a_network("OUTBOUND")
    client.ask("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    follow(client, a_rule(client, endpoint, domain), vpc)
    assert set(some) <= kept(client)
    assert not set(others) & kept(client)
    client.ask("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": False})
    assert {one for one in kept(client) if "10.in-addr" in one or "compute" in one} == set()


def test_a_peer_s_addresses_are_kept_from_rules_too():
    client, vpc, endpoint = a_network("OUTBOUND")
    client.ask("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    follow(client, a_rule(client, endpoint, "."), vpc)
    peer = client.ask("CreateVpc", CidrBlock="100.64.0.0/16")["Vpc"]["VpcId"]
    before = client.call.network
    asked = {"VpcId": vpc, "PeerVpcId": peer}
    made = client.ask("CreateVpcPeeringConnection", **asked)["VpcPeeringConnection"]
    name = {"VpcPeeringConnectionId": made["VpcPeeringConnectionId"]}
    client.ask("AcceptVpcPeeringConnection", **name)
    assert "64.100.in-addr.arpa" in kept(client)
    assert "64.100.in-addr.arpa" not in {one.domain for one in of(before, Forwarding)}


def test_another_vpc_that_follows_a_rule_learns_of_its_endpoint_s_end():
    client, vpc, endpoint = a_network("OUTBOUND")
    other = client.ask("CreateVpc", CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    rule = a_rule(client, endpoint)
    follow(client, rule, other)
    before = client.call.network
    held = before.get(ResolverEndpoint, endpoint)
    ending = put(dataclasses.replace(held, state=ResolverEndpointState.DELETING))
    after = before.apply(ending)
    assert {vpc, other} <= touched(before, after, ending)
    changed, _ = recompile(compile_network(before), after, touched(before, after, ending))
    assert changed.program == compile_network(after).program
    (entry,) = changed.program.of(Forwarding)
    assert entry.sources == ()
    gone = delete(before.get(ResolverRule, rule))
    assert whole_vpcs(touched(before, before.apply(gone), gone)) == {other}


def test_an_inbound_endpoint_answers_at_its_addresses_by_a_view_of_its_own():
    client, vpc, _ = a_network("INBOUND")
    network = client.call.network
    inbound = next(one for one in of(network, Resolver) if one.beyond)
    assert (inbound.place, inbound.view, inbound.beyond) == (vpc, f"{vpc}/inbound", vpc)
    assert inbound.addresses == (IPv4Address("10.0.1.10"), IPv4Address("10.0.1.11"))
    at = [one for one in of(network, Listener) if one.place == vpc and one.guarded]
    assert {(str(one.addresses), one.protocol) for one in at} == {
        (f"10.0.1.{host}/32", protocol) for host in (10, 11) for protocol in (6, 17)
    }


def test_without_dns_support_nothing_is_sent_on_or_answered():
    client, vpc, endpoint = a_network("OUTBOUND")
    follow(client, a_rule(client, endpoint), vpc)
    client.ask("ModifyVpcAttribute", VpcId=vpc, EnableDnsSupport={"Value": False})
    assert of(client.call.network, Forwarding) == []


def test_s3_s_private_names_for_inbound_endpoints_are_seen_by_those_alone():
    client = Client()
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    client.ask("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = client.ask("CreateSubnet", VpcId=vpc, CidrBlock=BACK)["Subnet"]["SubnetId"]
    name = "com.amazonaws.ap-northeast-1.s3"
    client.ask("CreateVpcEndpoint", VpcId=vpc, ServiceName=name)
    client.ask(
        "CreateVpcEndpoint",
        VpcId=vpc,
        ServiceName=name,
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        PrivateDnsEnabled=True,
        DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": True},
    )
    network = available(client.call.network)
    views = {
        one.view
        for one in of(network, ZoneAttachment)
        if one.zone.endswith("s3.ap-northeast-1.amazonaws.com")
    }
    assert views == {f"{vpc}/inbound"}


def available(network: Network) -> Network:
    from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState

    ready = (
        dataclasses.replace(one, state=VpcEndpointState.AVAILABLE)
        for one in network.all(VpcEndpoint)
    )
    return network.apply(put(*ready))
