"""A template's stack: the calls that make it, the network that it leaves, and what it would do."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from genkan.cli.main import main
from genkan.compile import compile_network
from genkan.impact.offline import NothingRead, read_offline, template_commands
from genkan.impact.sources import read_sources
from genkan.impact.stack.orders import MAKES, orders_of
from genkan.impact.stack.stacking import Stacking
from genkan.imports import Imported, NoteCode
from genkan.imports.cloudformation import Template, read_yaml
from genkan.model.account import Account
from genkan.model.endpoint_service import ServicePermission
from genkan.model.hosted_zone import ResourceRecordSet
from genkan.model.instance import Instance
from genkan.model.network_acl import NetworkAcl
from genkan.model.security_group import PortRange, SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState

FILES = Path(__file__).parents[1] / "imports" / "cloudformation"
STORY, DOOR = FILES / "story.yaml", FILES / "door.yaml"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
TOKYO = {"AWS::Region": "ap-northeast-1"}


def told(*typed: str) -> Result:
    return CliRunner(catch_exceptions=False).invoke(main, typed)


def read(tmp_path: Path, text: str, **parameters: str) -> Imported:
    path = tmp_path / "stack.yaml"
    path.write_text(text)
    return read_sources([path], NOW, {**TOKYO, **parameters})


def codes(imported: Imported, about: str) -> list[NoteCode]:
    return [note.code for note in imported.notes if note.about == about]


def test_every_resource_of_a_stack_is_made() -> None:
    imported = read_sources([STORY], NOW, TOKYO)
    network = imported.network
    assert list(imported.notes) == []
    assert [one.region for one in network.all(Account)] == ["ap-northeast-1"]
    assert {one.name for one in network.all(Instance)} == {"web", "app"}
    assert sorted(str(one.cidr) for one in network.all(Subnet)) == [
        "172.16.1.0/24",
        "172.16.1.0/24",
        "172.16.2.0/24",
        "172.16.3.0/24",
    ]
    doors = list(network.all(VpcEndpoint))
    assert {one.state for one in doors} == {VpcEndpointState.AVAILABLE}
    (s3,) = [one for one in doors if one.service_name.endswith(".s3")]
    assert json.loads(s3.policy or "")["Statement"][0]["Resource"] == (
        "arn:aws:s3:::orders-123456789012/*"
    )
    assert len(list(network.all(ServicePermission))) == 1
    (orders,) = [
        one for one in network.all(ResourceRecordSet) if one.record_name.startswith("orders.")
    ]
    assert orders.alias is not None
    assert orders.alias.dns_name.startswith(doors[0].id[:5])
    public = next(one for one in network.all(Subnet) if one.map_public_ip_on_launch)
    (acl,) = [one for one in network.all(NetworkAcl) if not one.is_default]
    assert [(one.protocol, one.egress) for one in acl.entries] == [(None, True), (6, False)]
    assert [one.subnet_id for one in acl.associations] == [public.id]
    assert set(imported.exports) == {"story-vpc", "story-subnets", "story-app-group"}
    assert any(True for _ in compile_network(network).program)


def test_the_same_template_is_the_same_network() -> None:
    first, second = (list(read_sources([STORY], NOW, TOKYO).network) for _ in range(2))
    assert first == second


def test_a_stack_of_the_story_gives_the_storys_answer() -> None:
    """What main.tf's plan gives: web loses the name, app gains it."""
    said = told(
        *("impact", "--from", str(STORY), "--template", str(DOOR)),
        *("--parameter", "AWS::Region=ap-northeast-1"),
    )
    assert said.exit_code == 1
    assert "LOST          1 interface: web" in said.output
    assert "GAINED        1 interface: app" in said.output
    assert "fix (checked): aws ec2 authorize-security-group-ingress" in said.output


@pytest.mark.parametrize("first", [0, 1])
def test_stacks_are_made_behind_those_whose_exports_they_import(first: int) -> None:
    paths = [STORY, DOOR] if first == 0 else [DOOR, STORY]
    imported = read_sources(paths, NOW, TOKYO)
    assert list(imported.notes) == []
    assert len(list(imported.network.all(VpcEndpoint))) == 3


def test_what_an_account_exports_can_be_imported(tmp_path: Path) -> None:
    """ListExports stands among the files; the VPC is a dump's."""
    vpc = {"VpcId": "vpc-0a1b2c3d", "CidrBlock": "10.0.0.0/16", "OwnerId": "111122223333"}
    (tmp_path / "vpcs.json").write_text(json.dumps({"Vpcs": [vpc]}))
    exports = [{"Name": "net-vpc", "Value": "vpc-0a1b2c3d", "ExportingStackId": "x"}]
    (tmp_path / "exports.json").write_text(json.dumps({"Exports": exports}))
    (tmp_path / "t.yaml").write_text(
        "Resources: {G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g,"
        " VpcId: !ImportValue net-vpc}}}"
    )
    network = read_sources([tmp_path], NOW).network
    assert [one.vpc_id for one in network.all(SecurityGroup) if one.group_name == "t-G"] == [
        "vpc-0a1b2c3d"
    ]


def test_a_file_of_parameters_counts_and_what_is_typed_counts_more(tmp_path: Path) -> None:
    held = [{"ParameterKey": "Block", "ParameterValue": "10.1.0.0/16"}]
    (tmp_path / "parameters.json").write_text(json.dumps(held))
    (tmp_path / "t.yaml").write_text(
        "Parameters: {Block: {Type: String}}\n"
        "Resources: {V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Block}}}"
    )
    for given, cidr in (({}, "10.1.0.0/16"), ({"Block": "10.2.0.0/16"}, "10.2.0.0/16")):
        (vpc,) = read_sources([tmp_path], NOW, given).network.all(Vpc)
        assert str(vpc.cidr) == cidr


VPC = "V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}"
PARTS = [
    ("a type that is not in the model", "X: {Type: AWS::EC2::TransitGateway}", "X",
     [NoteCode.UNSUPPORTED_COMPONENT]),
    ("a type that carries no packet", "X: {Type: AWS::IAM::Role}", "X", []),
    ("no type", "X: {Properties: {}}", "X", [NoteCode.UNSUPPORTED_COMPONENT]),
    ("a property that is not in the model",
     "X: {Type: AWS::EC2::InternetGateway, Properties: {New: 1}}", "X",
     [NoteCode.UNSUPPORTED_COMPONENT]),
    ("a parameter without a value",
     "X: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Nowhere, CidrBlock: 10.0.0.0/24}}", "X",
     [NoteCode.UNKNOWN_RESOURCE]),
    ("what AWS would refuse",
     "X: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.9.0.0/24}}", "X",
     [NoteCode.UNKNOWN_RESOURCE]),
    ("a condition that is not known",
     "X: {Type: AWS::EC2::InternetGateway, Condition: Nowhere}", "X", [NoteCode.UNKNOWN_RESOURCE]),
    ("a route to what is not in the model",
     "X: {Type: AWS::EC2::Route, Properties: {RouteTableId: rtb-1, TransitGatewayId: tgw-1,"
     " DestinationCidrBlock: 0.0.0.0/0}}", "X", [NoteCode.UNKNOWN_RESOURCE]),
    ("an application load balancer", "X: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}", "X",
     [NoteCode.UNKNOWN_RESOURCE]),
    ("another form than a resource's", "X: [1, 2]", "X", [NoteCode.UNSUPPORTED_COMPONENT]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "about", "noted"), [one[1:] for one in PARTS], ids=[one[0] for one in PARTS]
)
def test_what_is_not_known_is_named_and_costs_itself_alone(
    tmp_path: Path, part: str, about: str, noted: list[NoteCode]
) -> None:
    imported = read(tmp_path, f"Resources:\n  {VPC}\n  {part}\n")
    assert codes(imported, about) == noted
    assert len(list(imported.network.all(Vpc))) == 1


def test_what_needs_a_resource_that_could_not_be_made_says_so(tmp_path: Path) -> None:
    imported = read(
        tmp_path,
        "Resources:\n"
        f"  {VPC}\n"
        "  S: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.9.0.0/24}}\n"
        "  N: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref S}}\n",
    )
    assert codes(imported, "S") == codes(imported, "N") == [NoteCode.UNKNOWN_RESOURCE]


def test_a_rule_with_an_unknown_peer_is_left_out_and_its_neighbours_are_not(
    tmp_path: Path,
) -> None:
    imported = read(
        tmp_path,
        "Parameters: {Office: {Type: String}}\n"
        "Resources:\n"
        f"  {VPC}\n"
        "  G:\n"
        "    Type: AWS::EC2::SecurityGroup\n"
        "    Properties:\n"
        "      GroupDescription: g\n"
        "      VpcId: !Ref V\n"
        "      SecurityGroupIngress:\n"
        "      - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Office}\n"
        "      - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}\n",
    )
    group = next(one for one in imported.network.all(SecurityGroup) if one.group_name == "stack-G")
    assert [one.ports for one in group.rules if one.direction.value == "ingress"] == [
        PortRange(443, 443)
    ]
    (note,) = [one for one in imported.notes if one.about == "G"]
    assert "Office" in note.text


def test_a_policy_that_is_not_known_depends(tmp_path: Path) -> None:
    door = (
        "Resources:\n"
        "  E:\n"
        "    Type: AWS::EC2::VPCEndpoint\n"
        "    Properties:\n"
        "      VpcId: VPC\n"
        "      VpcEndpointType: Interface\n"
        "      PrivateDnsEnabled: true\n"
        "      SubnetIds: [SUBNET]\n"
        "      ServiceName: com.amazonaws.ap-northeast-1.sqs\n"
        "      SecurityGroupIds: [GROUP]\n"
        "      PolicyDocument: {Statement: [{Effect: Allow, Principal: '*', Action: '*',\n"
        "        Resource: !GetAtt Queue.Arn}]}\n"
        "  Queue: {Type: AWS::SQS::Queue}\n"
    )
    offline = read_offline([STORY], NOW, parameters=TOKYO)
    network = offline.state.network
    app = next(one for one in network.all(Instance) if one.name == "app")
    group = next(one for one in network.all(SecurityGroup) if one.group_name == "story-AppGroup")
    rule = (
        "  R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: GROUP, IpProtocol: tcp,"
        " FromPort: 443, ToPort: 443, CidrIp: 172.16.0.0/16}}\n"
    )
    text = (door + rule).replace("VPC\n", f"{app.vpc_id}\n").replace("SUBNET", app.subnet_id)
    (tmp_path / "door.yaml").write_text(text.replace("GROUP", group.id))
    commands, notes = template_commands(
        tmp_path / "door.yaml", "123456789012", "ap-northeast-1", {}, {}
    )
    assert [note.about for note in notes] == ["E"]
    report = offline.impact({"commands": commands})
    assert report["preflight"] == []
    assert "DEPENDS" in {one["effect"] for one in report["effects"]}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("--template", "nowhere.yaml", "--from", str(STORY)), 3),
        (("--template", str(FILES.parent / "terraform" / "plan.json"), "--from", str(STORY)), 3),
        (("--template", str(DOOR), "--from", str(STORY), "create-vpc"), 2),
        (("--template", str(DOOR), "--from", str(STORY), "--parameter", "Network"), 2),
    ],
)
def test_what_is_no_template_is_told(typed: tuple[str, ...], code: int) -> None:
    assert told("impact", *typed).exit_code == code


def test_a_template_with_nothing_in_it_is_no_network(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("a: b")
    with pytest.raises(NothingRead):
        template_commands(path, "123456789012", "eu-west-1", {}, {})


def test_no_type_is_both_made_and_passed_over() -> None:
    """And none makes a call that CloudFormation's own documents do not name."""
    text = "Resources:\n" + "".join(f"  R{at}: {{Type: {of}}}\n" for at, of in enumerate(MAKES))
    stacking = Stacking(Template("t.yaml", read_yaml(text), {}), "123456789012", "eu-west-1")
    orders_of(stacking)
    kinds: dict[str, Any] = {note.about: note.code for note in stacking.notes}
    assert NoteCode.UNSUPPORTED_COMPONENT not in kinds.values()
