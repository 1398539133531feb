"""Laws that reach and impact keep, whatever the network: more rules lose no way, what is made and
deleted was never there, and names mean nothing."""

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genkan.impact.effects import Effect
from genkan.impact.impact import impact
from genkan.impact.open_ways import Reached
from genkan.impact.order import Order
from genkan.impact.outlook import Verdict
from genkan.impact.reach import Wanted, reach
from genkan.impact.state import State
from genkan.model.network import Network
from genkan.model.resource import Resource
from genkan.model.resource_policy import ResourcePolicies
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from tests.build import REGION
from tests.engine.random_networks import EVERYWHERE, PORTS, Drawer
from tests.impact.story import ANYWHERE, Story, build

SEEDS = st.integers(0, 60)
FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Way = tuple[object, ...]


def ways(found: Iterable[Reached]) -> dict[Way, list[tuple[int, int]]]:
    """Give the intervals of ports that work, interface by interface: groups may be other ones."""
    told: dict[Way, list[tuple[int, int]]] = {}
    for one in found:
        if one.verdict is not Verdict.WORKS:
            continue
        senders = [member.interface.id for member in one.sender.members] or [one.sender.id]
        group = one.target.group
        targets = [each.interface.id for each in group.members] if group else [one.target.id]
        for sender in senders:
            for target in targets:
                for ports in one.ports:
                    way = (sender, one.target.kind, target, one.version, ports.protocol)
                    told.setdefault(way, []).append((ports.first or 0, ports.last or 0))
    return told


def lost(before: dict[Way, list[tuple[int, int]]], after: dict[Way, list[tuple[int, int]]]):
    """Give the ways of the one that the other has not."""
    for way, intervals in before.items():
        if way[0] == way[2]:
            continue
        held = {port for first, last in after.get(way, ()) for port in (first, last)}
        for first, last in intervals:
            for port in (first, last, *(one for one in held if first <= one <= last)):
                if not any(low <= port <= high for low, high in after.get(way, ())):
                    yield (*way, port)


def reached(rows: Iterable[Resource]) -> dict[Way, list[tuple[int, int]]]:
    return ways(reach(State.of(Network.of(rows)), Wanted(), Wanted()))


@FEW
@given(SEEDS, st.randoms(use_true_random=False))
def test_a_rule_more_that_allows_loses_no_way(seed: int, dice: random.Random):
    rows = Drawer(seed).draw().resources
    group = dice.choice([row for row in rows if isinstance(row, SecurityGroup)])
    low, high = sorted(dice.choices(PORTS, k=2))
    protocol: Any = dice.choice((6, 17, None))
    more = SecurityGroupRule(
        id="sgr-more",
        direction=dice.choice(list(Direction)),
        protocol=protocol,
        ports=PortRange(low, high) if protocol else None,
        peer=dice.choice((*map(CidrPeer, EVERYWHERE), GroupPeer(group.id, group.account))),
    )
    changed = replace(group, rules=(*group.rules, more))
    after = reached([changed if row is group else row for row in rows])
    assert list(lost(reached(rows), after)) == []


class Renamed(Drawer):
    """Draws the same network, under ids that sort otherwise."""

    def name(self, kind: str) -> str:
        self._number += 1
        return f"{kind}-{self.seed}y{9999 - self._number}"


class Named(Drawer):
    """Draws a network, and knows the ids of the other one's things."""

    def name(self, kind: str) -> str:
        name = super().name(kind)
        self.others = {
            **getattr(self, "others", {}),
            f"{kind}-{self.seed}y{9999 - self._number}": name,
        }
        return name


@FEW
@given(SEEDS)
def test_names_mean_nothing(seed: int):
    named = Named(seed)
    own = reached(named.draw().resources)
    renamed = {
        tuple(named.others.get(word, word) if isinstance(word, str) else word for word in way): told
        for way, told in reached(Renamed(seed).draw().resources).items()
    }
    # A load balancer or an endpoint is told of under names that are made of its id.
    told = [{way for way in each if _is_interface(way)} for each in (own, renamed)]
    assert told[0] == told[1]
    assert {way: sorted(own[way]) for way in told[0]} == {
        way: sorted(renamed[way]) for way in told[1]
    }


def _is_interface(way: Way) -> bool:
    return str(way[2]).startswith("eni-")


def _permission(port: int) -> list[dict[str, Any]]:
    return [
        {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "IpRanges": [{"CidrIp": ANYWHERE}],
        }
    ]


def pairs(story: Story) -> dict[str, tuple[Order, Order]]:
    """Give orders with those that take back what they make."""
    rule = {"GroupId": story.app_group, "IpPermissions": _permission(8080)}
    route = {"RouteTableId": story.front_table, "DestinationCidrBlock": "198.51.100.0/24"}
    nobody = {"NetworkInterfaceId": story.interface(story.app).id}  # it passes nothing on
    entry = {"NetworkAclId": _acl(story), "RuleNumber": 50, "Egress": False}
    denied = {"Protocol": "-1", "RuleAction": "deny", "CidrBlock": ANYWHERE}
    endpoint = {
        "VpcId": story.vpc,
        "ServiceName": f"com.amazonaws.{REGION}.monitoring",
        "VpcEndpointType": "Interface",
        "SubnetIds": [story.back],
        "SecurityGroupIds": [story.endpoint_group],
        "PrivateDnsEnabled": True,
    }
    made = {"VpcEndpointIds": ["{1.VpcEndpoint.VpcEndpointId}"]}
    return {
        "a rule": (
            Order("AuthorizeSecurityGroupIngress", rule),
            Order("RevokeSecurityGroupIngress", rule),
        ),
        "a route": (
            Order("CreateRoute", {**route, **nobody}),
            Order("DeleteRoute", route),
        ),
        "an entry of a network ACL": (
            Order("CreateNetworkAclEntry", {**entry, **denied}),
            Order("DeleteNetworkAclEntry", entry),
        ),
        "an endpoint": (Order("CreateVpcEndpoint", endpoint), Order("DeleteVpcEndpoints", made)),
    }


def _acl(story: Story) -> str:
    filters = [{"Name": "association.subnet-id", "Values": [story.back]}]
    (acl,) = story.client.ask("DescribeNetworkAcls", Filters=filters)["NetworkAcls"]
    return str(acl["NetworkAclId"])


@pytest.fixture(scope="module")
def story() -> Story:
    one = build()
    one.client.ask(
        "AuthorizeSecurityGroupIngress", GroupId=one.app_group, IpPermissions=_permission(443)
    )
    return one


@FEW
@given(st.permutations(["a rule", "a route", "an entry of a network ACL"]), st.integers(1, 3))
def test_what_is_made_and_deleted_was_never_there(story: Story, names: list[str], count: int):
    chosen = [pairs(story)[name] for name in names[:count]]
    orders = [*(made for made, _ in chosen), *(gone for _, gone in reversed(chosen))]
    state = story.state
    after = state.ordered(story.client.call, orders).state
    assert ways(reach(after, Wanted(), Wanted())) == ways(reach(state, Wanted(), Wanted()))
    report = impact(state, story.client.call, orders, ResourcePolicies())
    assert {one.effect for one in report.findings} <= {Effect.INTERRUPTED}  # on the way
    assert not report.captures


def test_each_of_them_by_itself_changes_something(story: Story):
    """Else the law above would hold of orders that do nothing."""
    for made, _ in pairs(story).values():
        assert impact(story.state, story.client.call, [made], ResourcePolicies()).findings


def test_an_endpoint_that_is_made_and_deleted_was_never_there(story: Story):
    made, gone = pairs(story)["an endpoint"]
    report = impact(story.state, story.client.call, [made, gone], ResourcePolicies())
    assert {one.effect for one in report.findings} <= {Effect.INTERRUPTED}  # on the way
    assert not report.captures
