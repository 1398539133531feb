"""A plan's orders: what the provider would call, in an order in which it can be called."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from genkan.api.call import Call
from genkan.impact.plan_orders import orders_of, roles_of
from genkan.impact.state import State
from genkan.imports import read_documents, read_network
from genkan.model.network_acl import NetworkAcl
from genkan.model.security_group import GroupPeer, SecurityGroup
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState

PLAN = Path(__file__).parents[1] / "imports" / "terraform" / "plan.json"


def words(plan: dict[str, Any]) -> list[str]:
    return [one.words.removeprefix("aws ec2 ") for one in orders_of(plan)[0]]


def test_a_real_plan_is_its_calls() -> None:
    told = words(json.loads(PLAN.read_text()))
    assert [one.split()[0] for one in told if "acl" not in one] == [
        "create-security-group",
        "revoke-security-group-egress",
        "create-vpc-endpoint",
        "authorize-security-group-ingress",
    ]
    made = next(one for one in told if one.startswith("create-vpc-endpoint"))
    first = next(at for at, one in enumerate(told, 1) if one.startswith("create-security-group"))
    assert f"--security-group-ids '{{{first}.GroupId}}'" in made
    assert "--private-dns-enabled" in made


def test_a_real_plan_is_applied_to_the_state_before_it() -> None:
    """The endpoint's group is new: its id is what the first call answers."""
    orders, notes = orders_of(json.loads(PLAN.read_text()))
    network = read_network(*read_documents([PLAN])).network
    call = Call(
        network=network,
        account="123456789012",
        region="ap-northeast-1",
        principal="arn:aws:iam::123456789012:root",
        now=datetime(2026, 11, 28, tzinfo=UTC),
        request_id="r",
        token=lambda length, alphabet: alphabet[1] * length,
    )
    after = State.of(network).ordered(call, orders).state
    (endpoint,) = [
        one for one in after.network.all(VpcEndpoint) if one.service_name.endswith("monitoring")
    ]
    assert endpoint.state is VpcEndpointState.AVAILABLE
    assert endpoint.private_dns_enabled
    (group_id,) = endpoint.group_ids
    group = after.network.get(SecurityGroup, group_id)
    assert group is not None
    assert [type(rule.peer) for rule in group.rules] == [GroupPeer]
    assert list(after.network.all(NetworkAcl))
    assert notes == []


def changed(
    of: str,
    name: str,
    actions: list[str],
    before: Any = None,
    after: Any = None,
    unknown: Any = None,
    module: str = "",
) -> dict[str, Any]:
    return {
        "address": f"{module}{of}.{name}",
        "mode": "managed",
        "type": of,
        "change": {
            "actions": actions,
            "before": before,
            "after": after,
            "after_unknown": unknown or {},
        },
    }


def resource(of: str, name: str, **expressions: Any) -> dict[str, Any]:
    return {"address": f"{of}.{name}", "mode": "managed", "type": of, "expressions": expressions}


def refers(*names: str) -> dict[str, Any]:
    return {"references": list(names)}


def a_plan(changes: list[Any], root: Any, prior: list[Any] | None = None) -> dict[str, Any]:
    return {
        "format_version": "1.2",
        "resource_changes": changes,
        "configuration": {"root_module": root},
        "prior_state": {"values": {"root_module": {"resources": prior or []}}},
    }


def test_what_is_referred_to_through_modules_is_found() -> None:
    """module.net makes a subnet and hands it out; the root hands it to module.door."""
    changes = [
        changed(
            "aws_vpc_endpoint",
            "this",
            ["create"],
            after={"service_name": "s", "vpc_id": "vpc-1", "vpc_endpoint_type": "Interface"},
            unknown={"subnet_ids": True},
            module="module.door.",
        ),
        changed(
            "aws_subnet",
            "one",
            ["create"],
            after={"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"},
            unknown={"id": True},
            module="module.net.",
        ),
    ]
    root = {
        "module_calls": {
            "net": {
                "module": {
                    "resources": [resource("aws_subnet", "one")],
                    "outputs": {
                        "subnets": {"expression": refers("aws_subnet.one.id", "aws_subnet.one")}
                    },
                }
            },
            "door": {
                "expressions": {"subnets": refers("module.net.subnets", "module.net")},
                "module": {
                    "resources": [
                        resource("aws_vpc_endpoint", "this", subnet_ids=refers("var.subnets"))
                    ]
                },
            },
        }
    }
    told = words(a_plan(changes, root))
    assert told[0].startswith("create-subnet")
    assert "--subnet-ids '{1.Subnet.SubnetId}'" in told[1]


def test_of_several_alike_the_one_with_the_same_index_is_meant() -> None:
    changes = [
        changed(
            "aws_route_table_association",
            'a["x"]',
            ["create"],
            after={"route_table_id": "rtb-1"},
            unknown={"subnet_id": True},
        ),
        *(
            changed(
                "aws_subnet",
                f'each["{key}"]',
                ["create"],
                after={"vpc_id": "vpc-1", "cidr_block": f"10.0.{at}.0/24"},
            )
            for at, key in enumerate("yx")
        ),
    ]
    root = {
        "resources": [
            resource("aws_subnet", "each"),
            resource(
                "aws_route_table_association", "a", subnet_id=refers("aws_subnet.each", "each.key")
            ),
        ]
    }
    told = words(a_plan(changes, root))
    assert "10.0.1.0/24" in told[1]
    assert "--subnet-id '{2.Subnet.SubnetId}'" in told[2]


def test_of_a_set_what_is_known_stays_beside_what_is_not() -> None:
    changes = [
        changed("aws_security_group", "new", ["create"], after={"name": "new", "vpc_id": "vpc-1"}),
        changed(
            "aws_vpc_endpoint",
            "e",
            ["create"],
            after={
                "vpc_id": "vpc-1",
                "service_name": "s",
                "vpc_endpoint_type": "Interface",
                "security_group_ids": ["sg-old", None],
            },
            unknown={"security_group_ids": [False, True]},
        ),
    ]
    named = refers("aws_security_group.new.id", "aws_security_group.new")
    root = {
        "resources": [
            resource("aws_security_group", "new"),
            resource("aws_vpc_endpoint", "e", security_group_ids=named),
        ]
    }
    assert "--security-group-ids sg-old '{1.GroupId}'" in words(a_plan(changes, root))[-1]


def test_what_is_not_known_is_left_out_and_said() -> None:
    change = changed(
        "aws_route",
        "r",
        ["create"],
        after={"route_table_id": "rtb-1"},
        unknown={"gateway_id": True},
    )
    root = {"resources": [resource("aws_route", "r", gateway_id=refers("local.gateway"))]}
    orders, notes = orders_of(
        a_plan([change, changed("aws_transfer_server", "t", ["create"], after={})], root)
    )
    assert orders == []
    assert [one.about for one in notes] == ["aws_route.r", "aws_transfer_server.t"]


RULE = {
    "from_port": 443,
    "to_port": 443,
    "protocol": "tcp",
    "cidr_blocks": ["10.0.0.0/8"],
    "self": False,
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            changed(
                "aws_vpc_endpoint",
                "e",
                ["update"],
                {"id": "vpce-1", "subnet_ids": ["subnet-1"], "private_dns_enabled": False},
                {"id": "vpce-1", "subnet_ids": ["subnet-2"], "private_dns_enabled": True},
            ),
            [
                "modify-vpc-endpoint --vpc-endpoint-id vpce-1 --add-subnet-ids subnet-2 "
                "--remove-subnet-ids subnet-1 --private-dns-enabled"
            ],
        ),
        (
            changed("aws_vpc_endpoint", "e", ["delete"], {"id": "vpce-1"}),
            ["delete-vpc-endpoints --vpc-endpoint-ids vpce-1"],
        ),
        (
            changed(
                "aws_security_group",
                "g",
                ["update"],
                {"id": "sg-1", "ingress": [RULE]},
                {"id": "sg-1", "ingress": [RULE | {"from_port": 80, "to_port": 80}]},
            ),
            ["revoke-security-group-ingress", "authorize-security-group-ingress"],
        ),
        (
            changed(
                "aws_route_table",
                "r",
                ["update"],
                {"id": "rtb-1", "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]},
                {"id": "rtb-1", "route": [{"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}]},
            ),
            [
                "replace-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 "
                "--nat-gateway-id nat-1"
            ],
        ),
        (
            changed(
                "aws_vpc",
                "v",
                ["update"],
                {"id": "vpc-1"},
                {"id": "vpc-1", "enable_dns_support": False},
            ),
            ["modify-vpc-attribute --vpc-id vpc-1 --no-enable-dns-support"],
        ),
        (
            changed(
                "aws_vpc", "v", ["update"], {"id": "vpc-1"}, {"id": "vpc-1", "tags": {"a": "b"}}
            ),
            [],
        ),
        (
            changed(
                "aws_vpc_endpoint",
                "e",
                ["delete", "create"],
                {"id": "vpce-1"},
                {"vpc_id": "vpc-1", "service_name": "s", "vpc_endpoint_type": "Interface"},
            ),
            ["delete-vpc-endpoints", "create-vpc-endpoint"],
        ),
        (
            changed(
                "aws_vpc_endpoint",
                "e",
                ["create", "delete"],
                {"id": "vpce-1"},
                {"vpc_id": "vpc-1", "service_name": "s", "vpc_endpoint_type": "Interface"},
            ),
            ["create-vpc-endpoint", "delete-vpc-endpoints"],
        ),
    ],
)
def test_each_change_is_the_calls_that_make_it(change: dict[str, Any], told: list[str]) -> None:
    made = words(a_plan([change], {}))
    assert len(made) == len(told)
    assert all(one.startswith(start) for one, start in zip(made, told, strict=True))


def test_a_set_rule_that_is_known_only_when_applied_is_read_off_the_configuration() -> None:
    changes = [
        changed("aws_security_group", "new", ["create"], after={"name": "new", "vpc_id": "vpc-1"}),
        changed(
            "aws_security_group",
            "door",
            ["create"],
            after={"name": "door", "vpc_id": "vpc-1"},
            unknown={"ingress": True},
        ),
    ]
    block = {
        "from_port": {"constant_value": 443},
        "to_port": {"constant_value": 443},
        "protocol": {"constant_value": "tcp"},
        "security_groups": refers("aws_security_group.new.id", "aws_security_group.new"),
    }
    root = {
        "resources": [
            resource("aws_security_group", "new"),
            resource("aws_security_group", "door", ingress=[block]),
        ]
    }
    told = words(a_plan(changes, root))
    assert told[-1].endswith("--source-group '{1.GroupId}'")
    assert "--group-id '{4.GroupId}'" in told[-1]  # before it: what AWS gave the first is looked at


ALLOW = '{"Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}'


def of_iam(kind: str, at: str, unknown: tuple[str, ...] = (), **after: Any) -> dict[str, Any]:
    marks = dict.fromkeys(("id", "arn", *unknown), True)
    return changed(f"aws_iam_{kind}", at, ["create"], after=after, unknown=marks)


def iam(kind: str, at: str, **references: str) -> dict[str, Any]:
    said = {
        one: {"references": [text, text.rpartition(".")[0]]} for one, text in references.items()
    }
    return {"address": f"aws_iam_{kind}.{at}", "expressions": said}


def test_roles_that_a_plan_makes_say_what_is_attached_to_them_in_it() -> None:
    """Names, ids and ARNs are known by what the configuration refers to. `c` is given what is of
    AWS's, whose document is in no plan."""
    ours, of_aws = "aws_iam_policy.p.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"
    roles = [
        of_iam("role", "a", name="a", path="/team/"),
        of_iam("role", "b", name="b", unknown=("permissions_boundary",)),
        of_iam("role", "c", name="c"),
    ]
    changes = [
        of_iam("role_policy_attachment", "a", unknown=("policy_arn", "role")),
        of_iam("role_policy_attachment", "c", policy_arn=of_aws, role="c"),
        of_iam("role_policy", "b", unknown=("role",), policy=ALLOW),
        of_iam("instance_profile", "a", unknown=("role",), name="profile"),
        *roles,
        of_iam("policy", "p", name="p", policy=ALLOW),
    ]
    root = {"resources": [
        iam("policy", "p"), iam("role", "a"), iam("role", "c"),
        iam("role", "b", permissions_boundary=ours),
        iam("role_policy_attachment", "a", policy_arn=ours, role="aws_iam_role.a.name"),
        iam("role_policy", "b", role="aws_iam_role.b.id"),
        iam("role_policy_attachment", "c"),
        iam("instance_profile", "a", role="aws_iam_role.a.name"),
    ]}  # fmt: skip
    vpc = {"id": "vpc-1", "arn": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"}
    prior = [{"address": "aws_vpc.v", "type": "aws_vpc", "mode": "managed", "values": vpc}]
    found = {one.name: one for one in roles_of(a_plan(changes, root, prior))}
    assert found["a"].arn == "arn:aws:iam::123456789012:role/team/a"
    assert (found["a"].profiles, found["a"].documents) == (("profile", "a"), (ALLOW,))
    assert (found["b"].documents, found["b"].boundary) == ((ALLOW,), (ALLOW,))
    assert [one.is_known for one in found.values()].count(False) == 1
    assert not found["c"].is_known


def test_a_policy_of_which_it_is_not_known_whose_it_is_leaves_a_plans_roles_unknown() -> None:
    changes = [
        of_iam("role", "a", name="a"),
        of_iam("role_policy", "x", unknown=("role",), policy=ALLOW),
    ]
    root = {"resources": [iam("role", "a"), iam("role_policy", "x", role="local.which")]}
    vpc = {"id": "vpc-1", "arn": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"}
    prior = [{"address": "aws_vpc.v", "type": "aws_vpc", "mode": "managed", "values": vpc}]
    (role,) = roles_of(a_plan(changes, root, prior))
    assert not role.is_known
