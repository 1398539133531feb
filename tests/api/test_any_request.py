"""Whatever is asked in whatever order: an answer or AWS's refusal, and a network that holds."""

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from genkan import wire
from genkan.api import endpoint, registry
from genkan.api.families import FAMILIES
from genkan.api.ids import FORMS
from genkan.compile import compile_network
from genkan.control import Control
from genkan.control.accounts import first_account
from genkan.control.runner import NoRunner
from genkan.engine.absent import AbsentEngine
from genkan.model.errors import Refused
from genkan.model.instance import Instance, InstanceState
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Network, put
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTarget
from genkan.model.vpn import VpnConnection, VpnConnectionState
from genkan.store import Store
from tests.api.any_request import draw_form, operations
from tests.api.examples import hall
from tests.build import AT, REGION, Client, Tokens, a_call

SEEDS_EACH = int(os.environ.get("GENKAN_SEEDS", "4"))  # requests of each operation
LATER = 10_000  # tokens of the foundation are smaller
EXAMPLES = int(os.environ.get("GENKAN_EXAMPLES", "120"))
AWS_CODE = re.compile(r"[A-Z][A-Za-z]*(\.[A-Za-z]+)*")
MAKERS = ("Create", "Run", "Allocate", "Associate", "Attach", "Authorize", "Import")
CALLS = [(service, name) for service in FAMILIES for name in operations(service)]
MAKING = [(service, name) for service, name in CALLS if name.startswith(MAKERS)]
FIRST = [("ec2", "CreateVpc"), ("ec2", "CreateSubnet"), ("ec2", "CreateVpc")]
SEEDS = st.integers(0, 2**32 - 1)
SEQUENCES = st.lists(
    st.tuples(st.sampled_from(FIRST) | st.sampled_from(MAKING) | st.sampled_from(CALLS), SEEDS),
    min_size=10,
    max_size=60,
)
REFERENCE = {form.prefix: of for of, form in FORMS.items()}
VPN_ENDING = (VpnConnectionState.DELETING, VpnConnectionState.DELETED)
NO_INTERFACE = (NatGatewayState.DELETED, NatGatewayState.DELETING, NatGatewayState.FAILED)
ID = re.compile(r"([a-z]+)-[0-9a-f]{17}")


@cache
def foundation() -> Network:
    """Give a network to begin with, so that every kind of thing is there to be referred to."""
    ec2 = Client(Network().apply(first_account(REGION, Tokens())), token=Tokens())
    vpc = ec2.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.ask("ModifyVpcAttribute", VpcId=vpc, **{name: {"Value": True}})
    front, back = (
        ec2.ask("CreateSubnet", VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")["Subnet"]["SubnetId"]
        for n in (0, 1)
    )
    gateway = ec2.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    ec2.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.ask("AssociateRouteTable", RouteTableId=table, SubnetId=front)
    ec2.ask("CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    group = ec2.ask("CreateSecurityGroup", GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    first, _ = (ec2.ask("AllocateAddress", Domain="vpc")["AllocationId"] for _ in "ab")
    ec2.ask("CreateNatGateway", SubnetId=front, AllocationId=first)
    ec2.ask("CreateNetworkInterface", SubnetId=back, Groups=[group])
    where = {"VPC": {"VPCRegion": REGION, "VPCId": vpc}}
    for number, zone in enumerate(({"Name": "example.org"}, {"Name": "corp", **where})):
        ec2.ask("route53:CreateHostedZone", CallerReference=f"zone {number}", **zone)
    ec2.ask(
        "route53resolver:CreateResolverEndpoint",
        CreatorRequestId="endpoint",
        Direction="OUTBOUND",
        SecurityGroupIds=[group],
        IpAddresses=[{"SubnetId": front}, {"SubnetId": back}],
    )
    launch = {"ImageId": "ami-0123456789abcdef0", "InstanceType": "t3.micro"}
    ec2.ask("RunInstances", **launch, MinCount=1, MaxCount=2, SubnetId=back)
    ec2.ask(
        "CreateVpcEndpoint",
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.monitoring",
        VpcEndpointType="Interface",
        SubnetIds=[back],
        SecurityGroupIds=[group],
    )
    balancer = {"Name": "nlb", "Type": "network", "Scheme": "internal", "Subnets": [back]}
    (made,) = ec2.ask("elbv2:CreateLoadBalancer", **balancer)["LoadBalancers"]
    arn = made["LoadBalancerArn"]
    targets = {"Name": "targets", "Protocol": "TCP", "Port": 443, "VpcId": vpc, "TargetType": "ip"}
    (made,) = ec2.ask("elbv2:CreateTargetGroup", **targets)["TargetGroups"]
    actions = [{"Type": "forward", "TargetGroupArn": made["TargetGroupArn"]}]
    listener = {"LoadBalancerArn": arn, "Protocol": "TCP", "Port": 443, "DefaultActions": actions}
    ec2.ask("elbv2:CreateListener", **listener)
    ec2.ask("CreateVpcEndpointServiceConfiguration", NetworkLoadBalancerArns=[arn])
    return ec2.call.network


class Site:
    """A control without a kernel: its store is in memory."""

    def __init__(self) -> None:
        self.store = Store("sqlite://")
        self.now = AT
        self.control = Control(
            store=self.store,
            engine=AbsentEngine(),
            runner=NoRunner(),
            publish=lambda delta: None,
            now=lambda: self.now,
        )
        self.control.start(lambda: put(*foundation()))
        self.call = a_call(
            token=Tokens(LATER), new_key_pair=lambda kind: ("pem", "public", "aa:bb")
        )

    def ask(self, service: str, operation: str, seed: int) -> None:
        """Send one request; what comes back has to be an answer or a refusal."""
        network = self.control.network
        request = draw_form(service, operation, network, seed)
        note(f"{operation} {request.body[:600]!r}")
        self.now += timedelta(minutes=1)
        try:
            question = endpoint.parse(service, request, self.call.request_id)
            call = replace(self.call, network=network, now=self.now)
            answer = self.control.run(call, service, operation, question.parsed.parameters)
            written = endpoint.serialize(question, answer)
            assert written.status in (200, 201)
        except (Refused, wire.WireError) as error:
            note(f"  {error.code}: {str(error)[:200]}")
            refused = error
            written = endpoint.refuse(service, None, error, self.call.request_id)
        else:
            refused = None
        if written.body.startswith(b"<"):
            ElementTree.fromstring(written.body)
        else:
            json.loads(written.body or b"{}")
        if refused is not None:
            assert AWS_CODE.fullmatch(refused.code), refused.code
            assert 400 <= refused.status < 500, refused.status
            assert self.control.network is network, "a refused call changed the network"

    def close(self) -> None:
        self.store.close()


@pytest.mark.parametrize("service", sorted(FAMILIES))
def test_every_operation_that_there_is_has_a_name_of_awss(service):
    ours = registry.operations(service)
    assert {wire.snake_case(name) for name in operations(service)} == set(ours)


@pytest.mark.parametrize("service", sorted(FAMILIES))
def test_every_operation_answers_or_refuses_whatever_is_asked(service):
    for operation in operations(service):
        for seed in range(SEEDS_EACH):
            site = hall().fork()
            before = site.call.network
            request = draw_form(service, operation, before, seed)
            answer = site.answer(service, request)
            assert answer.status < 500, (operation, seed, request, answer.body[:500])
            if answer.status >= 400:
                assert site.call.network is before
            document = answer.body
            if document.startswith(b"<"):
                ElementTree.fromstring(document)
            else:
                json.loads(document or b"{}")


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    # To shrink takes minutes, and a sequence reads well as it is; GENKAN_EXAMPLES asks for both.
    phases=tuple(Phase) if "GENKAN_EXAMPLES" in os.environ else (Phase.explicit, Phase.generate),
    derandomize="GENKAN_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(sequence=SEQUENCES)
def test_whatever_is_asked_is_answered_or_refused_and_the_network_holds(sequence):
    site = Site()
    try:
        for service, operation, seed in [(*call, seed) for call, seed in sequence]:
            site.ask(service, operation, seed)
            if seed % 3:
                while site.control.advance():
                    pass
        network = site.control.network
        assert site.control.compilation.program == compile_network(network).program
        if site.control.can_write_down:
            site.control.write_down()
        assert site.store.load() == network
        assert dangling(network) == []
    finally:
        site.close()


def dangling(network: Network) -> list[tuple[str, str]]:
    """Give what refers to something that is not there, with what it refers to."""
    return [
        (row.id, name)
        for row in network
        if not _ended(row)
        for name in _references(row)
        if (form := ID.fullmatch(name))
        and (of := REFERENCE.get(form[1]))
        and network.get(of, name) is None
    ]


def _ended(row: Resource) -> bool:
    match row:
        case Instance():
            return row.state is InstanceState.TERMINATED
        case NatGateway():
            return row.state in NO_INTERFACE
        case VpnConnection():
            return row.state in VPN_ENDING
    # A VPC goes without asking the zones, rules and target groups that name it; a connection
    # outlives its endpoint for a while.
    return row.kind in (
        *("idempotent-call", "hostedzone", "resolver-rule-association"),
        *("targetgroup", "vpc-endpoint-connection"),
    )


def _references(value: Any) -> list[str]:
    """Give every id that a value names; a route's target may be gone: that is a blackhole."""
    return [
        name
        for field in fields(value)
        for member in _members(getattr(value, field.name))
        for name in _named(field.name, member)
    ]


def _members(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value,)


def _named(name: str, value: Any) -> list[str]:
    if isinstance(value, str):
        refers = name.endswith(("_id", "_ids")) and name != "creator_request_id"
        return [value] if refers else []
    if is_dataclass(value) and not isinstance(value, RouteTarget):
        return _references(value)
    return []
