"""Plans of every kind of resource that a network has. `wide.tf` beside the plans was planned with
Terraform 1 and the AWS provider 5 against a site: to be made, then (made) to be changed with
`-var changed=true`, then to be destroyed; `wide-dump.jsonl` is what the site said when it was
made."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from genkan.api.call import Call
from genkan.impact.order import Order, tokens_of
from genkan.impact.plan_orders import orders_of
from genkan.impact.state import run
from genkan.imports import read_documents, read_network
from genkan.model.account import FIRST, Account
from genkan.model.endpoint_service import EndpointService
from genkan.model.hosted_zone import ResourceRecordSet
from genkan.model.load_balancer import Listener, LoadBalancer
from genkan.model.network import Network, put
from genkan.model.network_acl import NetworkAcl
from genkan.model.network_interface import NetworkInterface
from genkan.model.prefix_list import ManagedPrefixList
from genkan.model.resolver import ResolverRule
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from tests.impact.test_plan import a_plan, changed, refers, resource

FILES = Path(__file__).parents[1] / "imports" / "terraform"
HOME = "123456789012"
# What one side alone has: bookkeeping of the API, and what follows from other things.
BESIDE = (
    *("account", "change", "idempotent-call", "target-health", "process-attachment"),
    "vpc-block-public-access-options",
)


def plan(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((FILES / f"{name}.json").read_text())
    return held


def applied(network: Network, orders: list[Order]) -> Network:
    """Give the network when all orders are done. Raises OrderRefused."""
    call = Call(
        network=network,
        account=HOME,
        region="ap-northeast-1",
        principal=f"arn:aws:iam::{HOME}:root",
        now=datetime(2026, 11, 28, tzinfo=UTC),
        request_id="r",
        token=tokens_of(orders),
    )
    return run(network, call, orders).network


def kinds(network: Network) -> Counter[str]:
    return Counter(one.kind for one in network if one.kind not in BESIDE)


@pytest.fixture(scope="module")
def made() -> Network:
    orders, notes = orders_of(plan("wide-new"))
    assert notes == []
    home = Account(id=HOME, account=HOME, region="ap-northeast-1", account_name=FIRST)
    return applied(Network().apply(put(home)), orders)


@pytest.fixture(scope="module")
def standing() -> Network:
    """What there is before the plan that changes."""
    return read_network(*read_documents([FILES / "wide-changed.json"])).network


def test_what_a_plan_makes_is_what_was_made(made: Network) -> None:
    dumped = read_network(*read_documents([FILES / "wide-dump.jsonl"])).network
    assert kinds(made) - kinds(dumped) == Counter()
    assert kinds(dumped) - kinds(made) == Counter({"dhcp-options": 1})  # the Region's own


def rules(network: Network) -> list[tuple[str, ...]]:
    """Give what groups let through, without ids."""
    return sorted(
        (group.group_name, one.direction.value, str(one.ports), type(one.peer).__name__)
        for group in network.all(SecurityGroup)
        for one in group.rules
    )


def entries(network: Network) -> list[str]:
    return sorted(
        f"{one.is_default} {entry}" for one in network.all(NetworkAcl) for entry in one.entries
    )


def test_what_a_plan_makes_lets_through_what_was_made(made: Network) -> None:
    """AWS's own rules by IPv6 are taken away too, where the VPC has it."""
    dumped = read_network(*read_documents([FILES / "wide-dump.jsonl"])).network
    assert rules(made) == rules(dumped)
    assert entries(made) == entries(dumped)


def test_what_a_plan_makes_is_related_as_it_was_made(made: Network) -> None:
    subnets = {str(one.cidr): one for one in made.all(Subnet)}
    acls = {one.subnet_id: acl for acl in made.all(NetworkAcl) for one in acl.associations}
    assert {one.protocol for one in acls[subnets["10.0.2.0/24"].id].entries} == {6, None}
    main = next(one for one in made.all(Vpc) if one.name == "main")
    default = next(one for one in made.all(NetworkAcl) if one.is_default)
    assert (default.vpc_id, [one.number for one in default.entries]) == (main.id, [50, 50])
    first = next(one for one in made.all(NetworkInterface) if not one.source_dest_check)
    assert [str(one) for one in first.private_addresses] == ["10.0.1.50", "10.0.1.51"]
    second = next(one for one in made.all(NetworkInterface) if len(one.group_ids) == 2)
    assert second.instance_id == first.instance_id is not None
    (balancer,) = made.all(LoadBalancer)
    assert set(balancer.subnet_ids) == {subnets[f"10.0.{at}.0/24"].id for at in (1, 2)}
    (orders,) = [one for one in made.all(ResourceRecordSet) if one.alias]
    assert orders.record_name == "orders.inside.example."
    defaults = [one for one in made.all(SecurityGroup) if one.group_name == "default"]
    assert sorted(len(one.rules) for one in defaults) == [1, 2]
    assert main.dhcp_options_id is not None


def test_what_a_plan_changes_is_changed(standing: Network) -> None:
    orders, notes = orders_of(plan("wide-changed"))
    assert notes == []
    after = applied(standing, orders)
    (listener,) = after.all(Listener)
    (service,) = after.all(EndpointService)
    (rule,) = after.all(ResolverRule)
    record = next(one for one in after.all(ResourceRecordSet) if one.values == ("10.0.1.50",))
    offices = next(one for one in after.all(ManagedPrefixList) if one.prefix_list_name == "offices")
    assert (listener.port, service.acceptance_required, record.ttl) == (8443, True, 60)
    assert [one.ip for one in rule.targets] == ["10.0.1.51"]
    assert len(offices.versions[-1].entries) == 2
    inside = next(one for one in after.all(NetworkAcl) if one.entries[-1].protocol == 6)
    assert inside.entries[-1].allow is False


def test_what_a_plan_destroys_is_gone(standing: Network) -> None:
    orders, notes = orders_of(plan("wide-gone"))
    assert notes == []
    left = {one.kind for one in applied(standing, orders) if one.kind not in BESIDE}
    assert left <= {"instance", "natgateway", "vpc-peering-connection"}  # shown for a while


def test_what_is_not_in_the_model_is_named() -> None:
    changes = [
        changed("aws_ec2_transit_gateway", "hub", ["create"], after={}),
        changed("aws_lb", "web", ["create"], after={"load_balancer_type": "application"}),
        changed("aws_iam_role", "r", ["create"], after={}),
    ]
    orders, notes = orders_of(a_plan(changes, {}))
    assert orders == []
    assert [one.about for one in notes] == ["aws_ec2_transit_gateway.hub", "aws_lb.web"]


@pytest.mark.parametrize(
    ("attribute", "reference"),
    [
        ("service_name", "aws_vpc_endpoint_service.s.id"),  # "com.amazonaws.vpce.….${id}"
        ("cidr_ipv4", "aws_instance.i.private_ip"),  # "${address}/32"
    ],
)
def test_a_text_that_is_made_of_a_reference_is_not_taken_for_it(
    attribute: str, reference: str
) -> None:
    of = "aws_vpc_endpoint" if attribute == "service_name" else "aws_vpc_security_group_egress_rule"
    change = changed(of, "x", ["create"], after={"vpc_id": "v"}, unknown={attribute: True})
    root = {"resources": [resource(of, "x", **{attribute: refers(reference)})]}
    prior = [
        {
            "address": reference.rpartition(".")[0],
            "type": "x",
            "values": {"id": "i", "private_ip": "a"},
        }
    ]
    orders, notes = orders_of(a_plan([change], root, prior))
    assert orders == []
    assert [one.about for one in notes] == [f"{of}.x"]


def test_of_several_instances_the_one_that_is_named_is_meant() -> None:
    changes = [
        *(
            changed(
                "aws_subnet",
                f'each["{key}"]',
                ["create"],
                after={"vpc_id": "vpc-1", "cidr_block": f"10.0.{at}.0/24"},
            )
            for at, key in enumerate(("a.b", "c"))
        ),
        changed("aws_network_interface", "n", ["create"], after={}, unknown={"subnet_id": True}),
    ]
    named = refers('aws_subnet.each["c"].id', 'aws_subnet.each["c"]', "aws_subnet.each")
    root = {
        "resources": [
            resource("aws_subnet", "each"),
            resource("aws_network_interface", "n", subnet_id=named),
        ]
    }
    orders, notes = orders_of(a_plan(changes, root))
    assert notes == []
    assert orders[-1].parameters["SubnetId"] == "{2.Subnet.SubnetId}"


def test_of_a_new_group_all_is_taken_that_aws_gives_it(made: Network) -> None:
    """Its VPC has IPv6, which the plan, in which the VPC is an id alone, does not say."""
    main = next(one for one in made.all(Vpc) if one.name == "main")
    change = changed("aws_security_group", "g", ["create"], after={"name": "g", "vpc_id": main.id})
    orders, _ = orders_of(a_plan([change], {}))
    (group,) = [one for one in applied(made, orders).all(SecurityGroup) if one.group_name == "g"]
    assert group.rules == ()
