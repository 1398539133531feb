"""Files that are cut off, changed, old, mixed or contradictory: what is wrong is named, what is
left is read, and nothing ends in an error of ours."""

import copy
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.compile import compile_network
from genkan.impact.plan_orders import orders_of
from genkan.impact.sources import read_sources
from genkan.impact.stack.orders import orders_of as stack_orders
from genkan.impact.stack.stacking import Stacking
from genkan.imports import Document, Imported, NoteCode, read_documents, read_network
from genkan.imports.cloudformation import Template, read_yaml
from genkan.model.instance import Instance
from genkan.model.network_interface import NetworkInterface
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from tests.imports.test_config import item, parted

FILES = Path(__file__).with_name("terraform")
TEMPLATES = Path(__file__).with_name("cloudformation")
NOW = datetime(2026, 11, 28, tzinfo=UTC)
WRONG: tuple[Any, ...] = (
    *(None, "", "x", -1, 70_000, 1.5, True, [], {}, [None], ["x"], [[]], [{}], {"a": {}}),
    *("10.0.0.0/33", "::/0", "{1.GroupId}", "vpc-1", {"Value": None}, [{"Key": 1}]),
)


def answers(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FILES / name).read_text().splitlines()]


def steps_of(document: Any) -> Iterator[tuple[Any, Any]]:
    """Give every container in a document with each of its keys."""
    waiting = [document]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one))
        for key in keys:
            yield one, key
            if isinstance(one[key], dict | list):
                waiting.append(one[key])


def spoiled(document: Any, draw: random.Random) -> Any:
    """Give a copy of a document of which a few members are gone, doubled, or something else."""
    made = copy.deepcopy(document)
    for _ in range(draw.randint(1, 5)):
        places = list(steps_of(made))
        if not places:
            return made
        holder, key = draw.choice(places)
        what = draw.random()
        if what < 0.3:
            del holder[key]
        elif what < 0.4 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif what < 0.5:
            other, of = draw.choice(places)
            holder[key] = copy.deepcopy(other[of])
        else:
            holder[key] = copy.deepcopy(draw.choice(WRONG))
    return made


def read(*responses: Any) -> Imported:
    return read_network([Document("spoiled.json", one) for one in responses])


PLANS = ("plan.json", "wide-new.json", "wide-changed.json", "wide-gone.json")
SEEDS = st.integers(0, 2**32)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SEEDS)
def test_a_dump_that_was_changed_is_read(seed: int) -> None:
    draw = random.Random(seed)
    held = spoiled(answers("dump.jsonl"), draw)
    documents = [
        Document("spoiled.json", one["Response"], one.get("Parameters") or {})
        for one in held
        if isinstance(one, dict)
        and isinstance(one.get("Response"), dict)
        and isinstance(one.get("Parameters") or {}, dict)
    ]
    compile_network(read_network(documents).network)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS, st.sampled_from(["state.tfstate.json", "wide-changed.json"]))
def test_a_state_that_was_changed_is_read(seed: int, name: str) -> None:
    held = spoiled(json.loads((FILES / name).read_text()), random.Random(seed))
    if isinstance(held, dict):
        compile_network(read(held).network)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(SEEDS, st.sampled_from(PLANS))
def test_a_plan_that_was_changed_is_put_into_orders(seed: int, name: str) -> None:
    held = json.loads((FILES / name).read_text())
    draw = random.Random(seed)
    part = draw.choice(["resource_changes", "configuration"])
    orders, _ = orders_of({**held, part: spoiled(held[part], draw)})
    for order in orders:
        assert order.words.startswith("aws ")


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS)
def test_items_of_config_that_were_changed_are_read(seed: int) -> None:
    items, _ = parted()
    held = spoiled({"configurationItems": items}, random.Random(seed))
    compile_network(read(held).network)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(SEEDS)
def test_a_template_that_was_changed_is_put_into_orders(seed: int) -> None:
    content = read_yaml((TEMPLATES / "story.yaml").read_text())
    held = spoiled(content, random.Random(seed))
    stacking = Stacking(
        Template("t.yaml", held, {"AWS::Region": "eu-west-1"}), "1" * 12, "eu-west-1"
    )
    stack_orders(stacking)
    for order in stacking.orders:
        assert order.words.startswith("aws ")


@settings(max_examples=6, deadline=None, derandomize=True)
@given(SEEDS)
def test_a_template_that_was_changed_is_a_network(tmp_path_factory: Any, seed: int) -> None:
    content = read_yaml((TEMPLATES / "story.yaml").read_text())
    path = tmp_path_factory.mktemp("t") / "t.json"
    path.write_text(json.dumps(spoiled(content, random.Random(seed)), default=str))
    compile_network(read_sources([path], NOW).network)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.sampled_from(["dump.jsonl", "plan.json", "state.tfstate.json"]), st.floats(0, 1))
def test_a_file_that_is_cut_off_is_named_or_read(
    tmp_path_factory: Any, name: str, part: float
) -> None:
    text = (FILES / name).read_text()
    path = tmp_path_factory.mktemp("cut") / name
    path.write_text(text[: int(len(text) * part)])
    documents, notes = read_documents([path])
    assert documents or notes or part * len(text) < 1
    compile_network(read_network(documents, notes).network)


VPC = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "111122223333"}
SUBNET = {
    "SubnetId": "subnet-1",
    "VpcId": "vpc-1",
    "CidrBlock": "10.0.1.0/24",
    "AvailabilityZone": "eu-west-1a",
}


def group(name: str, *peers: str, **more: Any) -> dict[str, Any]:
    pairs = [{"GroupId": one} for one in peers]
    permission = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 9, "UserIdGroupPairs": pairs}
    return {
        "GroupId": name,
        "VpcId": "vpc-1",
        "IpPermissions": [permission],
        "IpPermissionsEgress": [],
        **more,
    }


def codes(imported: Imported, about: str) -> set[NoteCode]:
    return {one.code for one in imported.notes if one.about == about}


CLASSIC_INSTANCE = {
    "InstanceId": "i-1",
    "State": {"Name": "running"},
    "Placement": {"AvailabilityZone": "us-east-1a"},
    "PublicIpAddress": "54.1.2.3",
    "SecurityGroups": [{"GroupName": "default", "GroupId": "sg-1"}],
    "NetworkInterfaces": [],
}


def test_what_was_in_ec2_classic_is_left_out_and_the_rest_is_read() -> None:
    """Ten years ago: instances, groups and addresses in no VPC, groups meant by name."""
    imported = read(
        {"Vpcs": [VPC]},
        {"Subnets": [SUBNET]},
        {"Reservations": [{"ReservationId": "r-1", "Instances": [CLASSIC_INSTANCE]}]},
        {"Addresses": [{"PublicIp": "54.1.2.3", "Domain": "standard", "InstanceId": "i-1"}]},
        {
            "SecurityGroups": [
                {"GroupId": "sg-1", "GroupName": "default", "IpPermissions": []},
                group("sg-2"),
                {
                    **group("sg-3"),
                    "IpPermissions": [
                        {"IpProtocol": "tcp", "UserIdGroupPairs": [{"GroupName": "default"}]}
                    ],
                },
            ]
        },
    )
    assert list(imported.network.all(Instance)) == []
    assert codes(imported, "i-1") == {NoteCode.UNREADABLE}
    assert {one.id for one in imported.network.all(SecurityGroup)} == {"sg-2", "sg-3"}
    compile_network(imported.network)


def test_groups_that_refer_to_each_other_in_a_circle_are_read() -> None:
    groups = [group("sg-1", "sg-2"), group("sg-2", "sg-3"), group("sg-3", "sg-1", "sg-3")]
    imported = read({"Vpcs": [VPC]}, {"SecurityGroups": groups})
    assert len(list(imported.network.all(SecurityGroup))) == 3
    compile_network(imported.network)


def test_a_group_of_another_account_is_named_and_admits_nobody() -> None:
    pair = {"GroupId": "sg-9", "UserId": "999988887777", "VpcPeeringConnectionId": "pcx-1"}
    held = {**group("sg-1"), "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [pair]}]}
    imported = read({"Vpcs": [VPC]}, {"SecurityGroups": [held]})
    assert codes(imported, "sg-9") == {NoteCode.UNKNOWN_RESOURCE}


def test_blocks_that_overlap_are_read() -> None:
    """VPCs alike, subnets in one another, an interface in both, two at one address."""
    others = [VPC | {"VpcId": f"vpc-{at}"} for at in range(2, 5)]
    within = SUBNET | {"SubnetId": "subnet-2", "CidrBlock": "10.0.1.0/25"}
    faces = [
        {
            "NetworkInterfaceId": f"eni-{at}",
            "VpcId": "vpc-1",
            "SubnetId": f"subnet-{1 + at % 2}",
            "PrivateIpAddress": "10.0.1.5",
            "Groups": [],
        }
        for at in range(4)
    ]
    imported = read(
        {"Vpcs": [VPC, *others]}, {"Subnets": [SUBNET, within]}, {"NetworkInterfaces": faces}
    )
    assert len(list(imported.network.all(Vpc))) == 4
    assert len(list(imported.network.all(Subnet))) == 2
    assert len(list(imported.network.all(NetworkInterface))) == 4
    compile_network(imported.network)


def test_accounts_and_regions_that_are_mixed_stay_apart(tmp_path: Path) -> None:
    for account in ("111122223333", "444455556666"):
        for region in ("eu-west-1", "us-east-1"):
            place = tmp_path / account / region
            place.mkdir(parents=True)
            name = f"vpc-{account[0]}{region[0]}"
            rows = [{"VpcId": name, "CidrBlock": "10.0.0.0/16"}]
            (place / "vpcs.json").write_text(json.dumps({"Vpcs": rows}))
    network = read_network(*read_documents([tmp_path])).network
    assert {(one.account, one.region, one.id) for one in network.all(Vpc)} == {
        (account, region, f"vpc-{account[0]}{region[0]}")
        for account in ("111122223333", "444455556666")
        for region in ("eu-west-1", "us-east-1")
    }


ENDPOINT = {
    "VpcEndpointId": "vpce-1",
    "VpcId": "vpc-1",
    "VpcEndpointType": "Interface",
    "ServiceName": "com.amazonaws.eu-west-1.sqs",
    "State": "available",
    "SubnetIds": ["subnet-1"],
    "NetworkInterfaceIds": ["eni-7"],
}


ARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333"
SERVICE = {"ServiceId": "vpce-svc-1", "ServiceType": [{"ServiceType": "New"}]}
BALANCER = {
    "LoadBalancerArn": f"{ARN}:loadbalancer/net/x/1",
    "LoadBalancerName": "x",
    "VpcId": "vpc-1",
    "Type": "network",
}
LISTENER = {
    "ListenerArn": f"{ARN}:listener/net/x/1/2",
    "LoadBalancerArn": BALANCER["LoadBalancerArn"],
    "Protocol": "TCP_QUIC",  # younger than what is here
    "Port": 443,
}
TOLD = (NoteCode.UNREADABLE, NoteCode.UNKNOWN_RESOURCE, NoteCode.UNSUPPORTED_COMPONENT)


@pytest.mark.parametrize(
    ("rows", "about"),
    [
        ({"VpcEndpoints": [ENDPOINT]}, "eni-7"),
        ({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1"}]}, "eni-1"),
        ({"Subnets": [{"SubnetId": "subnet-9", "VpcId": "vpc-1"}]}, "subnet-9"),
        ({"RouteTables": [{"RouteTableId": "rtb-1"}]}, "rtb-1"),
        ({"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Entries": [{}]}]}, "acl-1"),
        ({"NatGateways": [{"NatGatewayId": "nat-1"}]}, "nat-1"),
        ({"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1"}]}, "pcx-1"),
        ({"LoadBalancers": [{"LoadBalancerArn": "x", "Type": "network"}]}, "x"),
        ({"TargetGroups": [{"TargetGroupArn": "arn:x"}]}, "arn:x"),
        ({"HostedZones": [{"Id": "Z1"}]}, "Z1"),
        ({"ResolverEndpoints": [{"Id": "rslvr-in-1"}]}, "rslvr-in-1"),
        ({"ServiceConfigurations": [SERVICE]}, "vpce-svc-1"),
        ({"LoadBalancers": [BALANCER], "Listeners": [LISTENER]}, f"{ARN}:listener/net/x/1/2"),
    ],
)  # fmt: skip
def test_what_lacks_half_of_its_members_is_named(rows: dict[str, Any], about: str) -> None:
    imported = read({"Vpcs": [VPC]}, {"Subnets": [SUBNET]}, rows)
    assert codes(imported, about) & set(TOLD)
    compile_network(imported.network)


def test_an_endpoint_whose_interface_is_nowhere_stays_without_an_address() -> None:
    imported = read({"Vpcs": [VPC]}, {"Subnets": [SUBNET]}, {"VpcEndpoints": [ENDPOINT]})
    (one,) = imported.network.all(VpcEndpoint)
    assert one.network_interface_ids == ()


def test_an_item_of_config_without_a_type_is_passed_over() -> None:
    held = item("AWS::EC2::VPC", "vpc-1", {"vpcId": "vpc-1"})
    held["resourceType"] = None
    assert list(read({"configurationItems": [held]}).network) == []
