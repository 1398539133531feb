"""Stacks within stacks, and loops: a template's network is whole, or what is missing is named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from genkan.impact.offline import template_commands
from genkan.impact.sources import read_sources
from genkan.imports import Imported, NoteCode
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint

NOW = datetime(2026, 11, 28, tzinfo=UTC)
TOKYO = {"AWS::Region": "ap-northeast-1", "AWS::AccountId": "123456789012"}
ROOT = """
Parameters: {Block: {Type: String, Default: 10.0.0.0/16}}
Resources:
  Net: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: net.yaml,
      Parameters: {Block: !Ref Block}}}
  Doors: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: parts/doors.yaml,
      Parameters: {Vpc: !GetAtt Net.Outputs.Vpc,
        Subnets: !Join [",", [!GetAtt Net.Outputs.A, !GetAtt Net.Outputs.B]]}}}
"""
NET = """
Parameters: {Block: {Type: String}}
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Block, EnableDnsHostnames: true}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.1.0/24,
      AvailabilityZone: !Sub "${AWS::Region}a"}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.2.0/24,
      AvailabilityZone: !Sub "${AWS::Region}c"}}
Outputs:
  Vpc: {Value: !Ref V, Export: {Name: the-vpc}}
  A: {Value: !Ref A}
  B: {Value: !Ref B}
"""
DOORS = """
Parameters: {Vpc: {Type: "AWS::EC2::VPC::Id"}, Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}}
Resources:
  E: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface,
      SubnetIds: !Ref Subnets, ServiceName: com.amazonaws.ap-northeast-1.sqs}}
"""
USER = """
Resources:
  G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g,
      VpcId: !ImportValue the-vpc}}
"""


def laid(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "stacks"
    (folder / "parts").mkdir(parents=True)
    for name, text in {"root": ROOT, "net": NET, "parts/doors": DOORS, **files}.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def about(imported: Imported, name: str) -> list[tuple[NoteCode, str]]:
    return [(one.code, one.text) for one in imported.notes if one.about == name]


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_in_stacks_within_a_stack_is_made_once(tmp_path: Path, whole: bool) -> None:
    folder = laid(tmp_path)
    imported = read_sources([folder if whole else folder / "root.yaml"], NOW, TOKYO)
    assert list(imported.notes) == []
    (vpc,) = [one for one in imported.network.all(Vpc) if not one.is_default]
    subnets = {one.id for one in imported.network.all(Subnet)}
    (endpoint,) = imported.network.all(VpcEndpoint)
    assert (str(vpc.cidr), endpoint.vpc_id) == ("10.0.0.0/16", vpc.id)
    assert (len(subnets), set(endpoint.subnet_ids)) == (2, subnets)


def test_what_a_stack_within_exports_others_may_import(tmp_path: Path) -> None:
    imported = read_sources([laid(tmp_path, user=USER)], NOW, TOKYO)
    assert {one.group_name for one in imported.network.all(SecurityGroup)} > {"default"}


def test_a_template_that_is_elsewhere_is_named_and_what_needs_it(tmp_path: Path) -> None:
    away = ROOT.replace("net.yaml", "https://s3.amazonaws.com/b/net.yaml")
    imported = read_sources([laid(tmp_path, root=away) / "root.yaml"], NOW, TOKYO)
    ((code, text),) = about(imported, "Net")
    assert code is NoteCode.UNKNOWN_RESOURCE
    assert "is no file beside this one" in text
    assert any("Its parameter Vpc is not known" in text for _, text in about(imported, "Doors"))
    assert "was left out" in about(imported, "Doors/E")[0][1]
    assert list(imported.network.all(VpcEndpoint)) == []


def test_templates_that_name_each_other_end(tmp_path: Path) -> None:
    circle = ROOT.replace("net.yaml", "root.yaml")
    imported = read_sources([laid(tmp_path, root=circle) / "root.yaml"], NOW, TOKYO)
    assert imported.notes


def test_the_calls_of_a_change_are_those_of_stacks_within_it_too(tmp_path: Path) -> None:
    commands, notes = template_commands(
        laid(tmp_path) / "root.yaml", "123456789012", "ap-northeast-1", {}, {}
    )
    assert notes == []
    assert [one["operation"] for one in commands].count("CreateSubnet") == 2
    assert commands[-1]["operation"] == "CreateVpcEndpoint"


LOOPS = """
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "one,two"}}
Mappings: {Blocks: {one: {Cidr: 10.0.1.0/24}, two: {Cidr: 10.0.2.0/24}}}
Conditions:
  "Fn::ForEach::Wanted": [Name, !Ref Names, {"Is${Name}": !Equals [!Ref Name, two]}]
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  "Fn::ForEach::Subnets":
    - Name
    - !Ref Names
    - "Subnet${Name}":
        Type: AWS::EC2::Subnet
        Properties: {VpcId: !Ref V, CidrBlock: !FindInMap [Blocks, !Ref Name, Cidr],
          Tags: [{Key: Name, Value: !Sub "${Name}"}]}
      "Group${Name}":
        Type: AWS::EC2::SecurityGroup
        Condition: !Sub "Is${Name}"
        Properties: {VpcId: !Ref V, GroupDescription: "a ${Name}", GroupName: "g-${Name}"}
  "Fn::ForEach::Rules":
    - Block
    - [10.1.0.0/16, 10.2.0.0/16]
    - "Fn::ForEach::Ports":
        - Port
        - ["443", "8443"]
        - "Rule&{Block}${Port}":
            Type: AWS::EC2::SecurityGroupIngress
            Properties: {GroupId: !GetAtt V.DefaultSecurityGroup, IpProtocol: tcp,
              FromPort: !Ref Port, ToPort: !Ref Port, CidrIp: !Ref Block}
"""


def read(tmp_path: Path, text: str) -> Imported:
    path = tmp_path / "loops.yaml"
    path.write_text(text)
    return read_sources([path], NOW, TOKYO)


def test_loops_are_written_out_in_every_place_that_they_may_stand(tmp_path: Path) -> None:
    text = LOOPS.replace('Condition: !Sub "Is${Name}"', 'Condition: "Is${Name}"')
    imported = read(tmp_path, text)
    assert list(imported.notes) == []
    network = imported.network
    assert {(one.name, str(one.cidr)) for one in network.all(Subnet)} == {
        ("one", "10.0.1.0/24"),
        ("two", "10.0.2.0/24"),
    }
    groups = {one.group_name: one for one in network.all(SecurityGroup) if one.rules}
    assert {name for name in groups if name.startswith("g-")} == {"g-two"}
    rules = [one for one in groups["default"].rules if one.ports]
    assert sorted((str(one.peer.cidr), one.ports.first) for one in rules) == [
        ("10.1.0.0/16", 443),
        ("10.1.0.0/16", 8443),
        ("10.2.0.0/16", 443),
        ("10.2.0.0/16", 8443),
    ]


@pytest.mark.parametrize(
    ("collection", "why"),
    [
        ("!GetAtt V.CidrBlockAssociations", "not known before it is made"),
        ("!Ref Nowhere", "there is no parameter Nowhere"),
        ("one", "no list that is known"),
        ("[[one]]", "no list that is known"),
    ],
)
def test_a_loop_over_what_is_not_known_is_named_and_left_out(
    tmp_path: Path, collection: str, why: str
) -> None:
    text = LOOPS.replace("    - !Ref Names\n", f"    - {collection}\n")
    imported = read(tmp_path, text)
    ((code, said),) = about(imported, "Fn::ForEach::Subnets")
    assert code is NoteCode.UNKNOWN_RESOURCE
    assert why in said
    assert list(imported.network.all(Subnet)) == []


def test_loops_that_come_to_too_much_are_left_out(tmp_path: Path) -> None:
    deep = '{"R${Z}": {Type: AWS::EC2::InternetGateway}}'
    for name in "ABCDEF":
        many = ", ".join(f"x{number}" for number in range(30))
        deep = f'{{"Fn::ForEach::L{name}": [I{name}, [{many}], {deep}]}}'
    imported = read(tmp_path, f"Transform: AWS::LanguageExtensions\nResources: {deep}\n")
    assert any("more than" in one.text or "deeper" in one.text for one in imported.notes)


def test_a_loop_without_its_transform_is_no_loop(tmp_path: Path) -> None:
    imported = read(tmp_path, LOOPS.replace("Transform: AWS::LanguageExtensions", ""))
    ((code, _),) = about(imported, "Fn::ForEach::Subnets")
    assert code is NoteCode.UNSUPPORTED_COMPONENT
