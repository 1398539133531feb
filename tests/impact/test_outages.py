"""What lies between the first of some orders and the last: states that are made once, and what
fails in them."""

from dataclasses import replace

import pytest

from genkan.impact.captures import captures
from genkan.impact.code import Flag
from genkan.impact.effects import Effect, Finding
from genkan.impact.impact import impact
from genkan.impact.order import Order
from genkan.impact.state import Ordered
from genkan.impact.steps import is_beside
from genkan.impact.touched import touched
from tests.build import REGION, Tokens
from tests.impact.story import ANYWHERE, Story, build


def rule(story: Story, word: str, port: int) -> Order:
    permission = {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": ANYWHERE}],
    }
    return Order(
        f"{word}SecurityGroupIngress", {"GroupId": story.app_group, "IpPermissions": [permission]}
    )


def test_orders_lead_through_what_each_number_of_them_leads_to():
    story = build()
    begun = story.state.settled(story.client.call.now)
    orders = [
        rule(story, "Authorize", 80),
        Order("CreateKeyPair", {"KeyName": "k"}),  # alters no program
        rule(story, "Authorize", 81),
        rule(story, "Revoke", 80),
        Order("CreateSubnet", {"VpcId": story.vpc, "CidrBlock": "172.16.7.0/24"}),
    ]

    def ordered(many: int) -> Ordered:
        call = replace(
            story.client.call, token=Tokens(99), new_key_pair=lambda kind: ("k", "p", "f")
        )
        return begun.ordered(call, orders[:many])

    states = [state for state, _ in begun.through(ordered(5).changes)]
    assert [one.program for one in states] == [ordered(many).state.program for many in (1, 3, 4, 5)]
    assert all(one.origin is None for one in states)
    assert states[-1].names.addresses(story.vpc, "example.com")


def test_each_of_many_orders_is_done_once():
    story = build()
    made: list[str] = []

    def new_key_pair(kind: str) -> tuple[str, str, str]:
        made.append(kind)
        return ("private", "public", "print")

    call = replace(story.client.call, new_key_pair=new_key_pair)
    orders = [Order("CreateKeyPair", {"KeyName": f"k{number}"}) for number in range(9)]
    report = impact(story.state, call, orders)
    assert report.refused is None
    assert len(made) == len(orders)


def endpoint(story: Story, private: bool, subnet: str, group: str) -> Order:
    said = {
        "VpcId": story.vpc,
        "ServiceName": f"com.amazonaws.{REGION}.sqs",
        "VpcEndpointType": "Interface",
        "SubnetIds": [subnet],
        "SecurityGroupIds": [group],
        "PrivateDnsEnabled": private,
    }
    return Order("CreateVpcEndpoint", said)


def making(story: Story, bare: str) -> list[tuple[Order, bool]]:
    """Give orders, and whether they only make what stands beside all that is there."""
    group = {"GroupName": "new", "Description": "new", "VpcId": story.vpc}
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    of_app = {**https, "UserIdGroupPairs": [{"GroupId": story.app_group}]}
    of_new = {**https, "UserIdGroupPairs": [{"GroupId": "{1.GroupId}"}]}
    anywhere = {"RouteTableId": "{4.RouteTable.RouteTableId}", "DestinationCidrBlock": ANYWHERE}
    return [
        (Order("CreateSecurityGroup", group), True),
        (ingress("{1.GroupId}", of_app), True),
        (Order("CreateSubnet", {"VpcId": story.vpc, "CidrBlock": "172.16.9.0/24"}), True),
        (Order("CreateRouteTable", {"VpcId": story.vpc}), True),
        (Order("CreateRoute", {**anywhere, "GatewayId": story.gateway}), True),
        (joined("{3.Subnet.SubnetId}"), True),
        (endpoint(story, False, "{3.Subnet.SubnetId}", "{1.GroupId}"), True),
        (ingress(story.app_group, of_new), False),
        (joined(bare), False),
        (endpoint(story, True, "{3.Subnet.SubnetId}", "{1.GroupId}"), False),
        (Order("RevokeSecurityGroupIngress", ingress(story.app_group, of_new).parameters), False),
    ]


def ingress(group: str, permission: dict) -> Order:
    said = {"GroupId": group, "IpPermissions": [permission]}
    return Order("AuthorizeSecurityGroupIngress", said)


def joined(subnet: str) -> Order:
    said = {"RouteTableId": "{4.RouteTable.RouteTableId}", "SubnetId": subnet}
    return Order("AssociateRouteTable", said)


@pytest.mark.parametrize("many", range(1, 12))
def test_what_is_made_beside_the_rest_alters_no_flow(many: int):
    """Held against what the difference of the two programs can touch."""
    story = build()
    cidr = {"VpcId": story.vpc, "CidrBlock": "172.16.8.0/24"}
    bare = story.client.ask("CreateSubnet", **cidr)["Subnet"]["SubnetId"]
    begun = story.state.settled(story.client.call.now)
    rows = making(story, bare)[:many]
    done = begun.ordered(story.client.call, [order for order, _ in rows])
    assert is_beside(begun.network, done.changes[-1]) is rows[-1][1]
    if all(beside for _, beside in rows):
        what = touched(begun, done.state, done.delta)
        own = [one for one in captures(begun, done.state, what) if not one.is_new]
        assert own == []
        subnets = {name for _, name in what.sends}.union(*(held for _, held, _ in what.ways))
        assert all(begun.network.find("subnet", name) is None for name in subnets)


def route(story: Story, word: str) -> Order:
    said = {"RouteTableId": story.front_table, "DestinationCidrBlock": ANYWHERE}
    return Order(f"{word}Route", said | ({"GatewayId": story.gateway} if word == "Create" else {}))


def attribute(story: Story, on: bool) -> Order:
    return Order("ModifyVpcAttribute", {"VpcId": story.vpc, "EnableDnsSupport": {"Value": on}})


def entry(story: Story, acl: str, word: str) -> Order:
    said = {"NetworkAclId": acl, "RuleNumber": 1, "Egress": False}
    deny = {"Protocol": "-1", "RuleAction": "deny", "CidrBlock": "172.16.2.4/32"}
    return Order(f"{word}NetworkAclEntry", said | (deny if word == "Create" else {}))


def state_of(story: Story, word: str) -> Order:
    return Order(f"{word}Instances", {"InstanceIds": [story.app]})


def coming_back(story: Story) -> dict[str, tuple[list[Order], set[tuple[str, str]]]]:
    """Give orders whose end is as their beginning, and who fails where in between."""
    acl = story.client.ask("DescribeNetworkAcls")["NetworkAcls"][0]["NetworkAclId"]
    taken = {"VpcEndpointIds": ["{1.VpcEndpoint.VpcEndpointId}"]}
    internet, name = "internet", "name"
    return {
        "a route": ([route(story, "Delete"), route(story, "Create")], {
            (story.web, internet), (story.web, name)}),
        "a rule": ([rule(story, "Revoke", 443), rule(story, "Authorize", 443)], {
            (story.web, story.app)}),
        "the resolver": ([attribute(story, False), attribute(story, True)], {
            (story.web, name), (story.app, name)}),
        "an entry of an ACL": ([entry(story, acl, "Create"), entry(story, acl, "Delete")], {
            (story.app, story.web), (story.web, story.app)}),  # its answers come so
        "a name": ([endpoint(story, True, story.back, story.endpoint_group),
                    Order("DeleteVpcEndpoints", taken)], {(story.web, name)}),
        "an instance": ([state_of(story, "Stop"), state_of(story, "Start")], {
            (story.web, story.app), (story.app, story.web),
            (story.web, name), (story.app, name)}),
        "nobody": ([rule(story, "Authorize", 99), rule(story, "Revoke", 99)], set()),
    }  # fmt: skip


@pytest.mark.parametrize(
    "case",
    ["a route", "a rule", "the resolver", "an entry of an ACL", "a name", "an instance", "nobody"],
)
def test_what_fails_on_the_way_to_what_was_there_before_is_interrupted(case: str):
    story = build()
    for order in (rule(story, "Authorize", 443), ingress(story.web_group, {
        "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
        "UserIdGroupPairs": [{"GroupId": story.app_group}]})):  # fmt: skip
        story.client.ask(order.operation, **order.parameters)
    orders, fails = coming_back(story)[case]
    report = impact(story.state, story.client.call, orders)
    assert report.refused is None
    assert {one.effect for one in report.findings} <= {Effect.INTERRUPTED}
    assert all(one.flags == (Flag.OUTAGE_WINDOW,) for one in report.findings)
    assert {(one.sender.origin, met(one)) for one in report.findings} == fails
    assert report.captures == ()


def met(one: Finding) -> str:
    return one.target.group.origin if one.target.group else one.target.kind.value
