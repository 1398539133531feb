"""Templates: YAML and its bounds, and what expressions come to. "Intrinsic function reference" in
the AWS CloudFormation guide."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.imports import NoteCode, read_documents
from genkan.imports.cloudformation import (
    NO_VALUE,
    Evaluation,
    Listed,
    Pending,
    Template,
    UnreadableYaml,
    Unresolved,
    is_template,
    read_yaml,
)


class Known:
    """A stack in which `Vpc` is made, `Missing` is not, and conditions are said."""

    def __init__(self, **conditions: Any) -> None:
        self._conditions = conditions

    def ref(self, name: str) -> Any:
        held = {
            "Name": "orders",
            "Port": 443,
            "Flag": True,
            "Zones": ["a", "b"],
            "Vpc": Pending("{1.Vpc.VpcId}"),
            "AWS::NoValue": NO_VALUE,
            "AWS::Region": "eu-west-1",
        }
        if name not in held:
            raise Unresolved(f"there is no {name}")
        return held[name]

    def attribute(self, resource: str, attribute: str) -> Any:
        if (resource, attribute) == ("Door", "DnsEntries"):
            return Listed(lambda at: Pending(f"{{2.Zone.{at}}}:{{2.Name.{at}}}", apart=True))
        if (resource, attribute) == ("Vpc", "CidrBlock"):
            return "10.0.0.0/16"
        raise Unresolved(f"{resource}.{attribute} is not known")

    def mapped(self, name: str, first: str, second: str) -> Any:
        if (name, first, second) == ("Sizes", "orders", "Count"):
            return 3
        raise Unresolved(f"{name} has no {first} {second}")

    def condition(self, name: str) -> bool:
        if name not in self._conditions:
            raise Unresolved(f"there is no condition {name}")
        return bool(self._conditions[name])

    def imported(self, name: str) -> Any:
        if name != "net-vpc":
            raise Unresolved(f"nobody exports {name}")
        return "vpc-9"

    def zones(self, region: str) -> Sequence[str]:
        return [f"{region or 'eu-west-1'}{letter}" for letter in "abc"]


EXPRESSIONS = [
    ("!Ref Name", "orders"),
    ("!Ref Vpc", "{1.Vpc.VpcId}"),
    ("!GetAtt Vpc.CidrBlock", "10.0.0.0/16"),
    ("!GetAtt [Vpc, CidrBlock]", "10.0.0.0/16"),
    ('!Sub "${Name}-${AWS::Region}-${Vpc.CidrBlock}"', "orders-eu-west-1-10.0.0.0/16"),
    ('!Sub ["${A}-${Name}-${!B}", {A: !Ref Port}]', "443-orders-${B}"),
    ('!Sub "${Vpc}/x"', "{1.Vpc.VpcId}/x"),
    ('!Join ["-", [a, !Ref Port, !Ref Flag]]', "a-443-true"),
    ('!Join [",", !Ref Zones]', "a,b"),
    ('!Select ["1", !Ref Zones]', "b"),
    ('!Split ["|", "a||b"]', ["a", "", "b"]),
    ('!Select [0, !Split [":", !Select [1, !GetAtt Door.DnsEntries]]]', "{2.Zone.1}"),
    ('!Select [1, !Split [":", !Select [0, !GetAtt Door.DnsEntries]]]', "{2.Name.0}"),
    ("!FindInMap [Sizes, !Ref Name, Count]", 3),
    ("!FindInMap [Sizes, x, Count, {DefaultValue: 7}]", 7),
    ("!ImportValue {'Fn::Sub': 'net-vpc'}", "vpc-9"),
    ("!Cidr [10.0.0.0/16, 3, 8]", ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]),
    ('!Cidr ["10.0.0.0/24", "2", "5"]', ["10.0.0.0/27", "10.0.0.32/27"]),
    ("!Cidr [2001:db8::/56, 2, 64]", ["2001:db8::/64", "2001:db8:0:1::/64"]),
    ('!GetAZs ""', ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
    ("!GetAZs {Ref: 'AWS::Region'}", ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
    ("!Base64 abc", "YWJj"),
    ("!If [Lit, a, !Ref Nowhere]", "a"),
    ("!If [Dark, !Ref Nowhere, b]", "b"),
    ("!Length [a, b]", 2),
    ("!ToJsonString {a: 1}", '{"a": 1}'),
    ("[a, !Ref 'AWS::NoValue', b]", ["a", "b"]),
    ("{a: !If [Lit, !Ref 'AWS::NoValue', 1], b: 2}", {"b": 2}),
    ("Version: 2012-10-17", {"Version": "2012-10-17"}),
    ("012345678901", "012345678901"),
    ("22:22", "22:22"),
    ("1.5", 1.5),
]


@pytest.mark.parametrize(("text", "value"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_an_expression_is_worked_out(text: str, value: Any) -> None:
    assert Evaluation(Known(Lit=True, Dark=False)).value(read_yaml(text)) == value


@pytest.mark.parametrize(
    "text",
    [
        "!Ref Nowhere",
        "!GetAtt Vpc.Nothing",
        "!Sub '${Nowhere}'",
        "!Select [5, !Ref Zones]",
        "!Select [x, !Ref Zones]",
        '!Split [":", !Ref Vpc]',  # what it will be called may have one in it
        '!Split ["", a]',
        "!Cidr [!Ref Vpc, 1, 8]",
        "!Cidr [10.0.0.0/24, 300, 1]",
        "!Cidr [10.0.0.0/24, 4, 8]",
        "!Cidr [nonsense, 1, 8]",
        "!Base64 {Ref: Vpc}",
        "!ImportValue nobody",
        "!If [Unknown, a, b]",
        "!Transform {Name: AWS::Include}",
        '!Join ["", [{a: b}]]',
        '!Join ["", !GetAtt Door.DnsEntries]',
        "!FindInMap [Sizes, x, y]",
        "'{{resolve:ssm:/a/b}}'",
        "!Sub 'a {{resolve:secretsmanager:x}}'",
        "!Ref [a]",
        "!GetAtt [a]",
        "!Select x",
    ],
)
def test_what_cannot_be_known_is_unresolved_and_never_guessed(text: str) -> None:
    with pytest.raises(Unresolved):
        Evaluation(Known()).value(read_yaml(text))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("!Equals [a, a]", True),
        ("!Equals [!Ref Flag, 'true']", True),
        ("!Equals [!Ref Port, '443']", True),
        ("!Not [!Equals [a, b]]", True),
        ("!And [!Condition Lit, !Not [!Condition Dark]]", True),
        ("!Or [!Condition Dark, !Equals [a, b]]", False),
        ("!Or [!Condition Unknown, !Condition Lit]", True),
        ("!And [!Condition Unknown, !Condition Dark]", False),
    ],
)
def test_a_condition_holds_or_not(text: str, holds: bool) -> None:
    assert Evaluation(Known(Lit=True, Dark=False)).holds(read_yaml(text)) is holds


@pytest.mark.parametrize("text", ["!And [!Condition Unknown, !Condition Lit]", "x", "!Equals [a]"])
def test_a_condition_of_something_unknown_is_unknown(text: str) -> None:
    with pytest.raises(Unresolved):
        Evaluation(Known(Lit=True)).holds(read_yaml(text))


BOMB = "a: &a [x, x]\n" + "".join(f"b{at}: &b{at} [*a, *a]\n" for at in range(3))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (BOMB, "alias"),
        ("[" * 150 + "]" * 150, "nested deeper"),
        ("a: !!python/object/apply:os.system [x]", "python"),
        ("a: [", "expected"),
        ("a: b\n---\nc: d", "single document"),
        ("x" * 5_000_001, "characters"),
    ],
    ids=["an alias", "depth", "a tag that would make an object", "no end", "two documents", "size"],
)
def test_yaml_is_bounded(text: str, word: str) -> None:
    with pytest.raises(UnreadableYaml, match=word):
        read_yaml(text)


@pytest.mark.parametrize(
    ("said", "given", "value"),
    [
        ({"Type": "String", "Default": "a"}, {}, "a"),
        ({"Type": "String", "Default": "a"}, {"P": "b"}, "b"),
        ({"Type": "String", "Default": 5}, {}, "5"),
        ({"Type": "Number", "Default": 5}, {}, 5),
        ({"Type": "CommaDelimitedList", "Default": "a, b"}, {}, ["a", "b"]),
        ({"Type": "List<AWS::EC2::Subnet::Id>"}, {"P": "subnet-1,subnet-2"}, 2 * ["subnet-"]),
        ({"Type": "AWS::SSM::Parameter::Value<String>"}, {"P": "ami-1"}, "ami-1"),
        ({"Type": "String"}, {}, None),
        ({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a"}, {}, None),
        ({"Type": "String", "Default": "a", "AllowedValues": ["a"]}, {"P": "b"}, None),
    ],
)
def test_a_parameter_is_what_it_is_given_or_its_default(
    said: dict[str, Any], given: dict[str, str], value: Any
) -> None:
    template = Template("t.yaml", {"Parameters": {"P": said}, "Resources": {}}, given)
    if value is None:
        with pytest.raises(Unresolved):
            template.parameter("P")
    elif isinstance(value, list) and value[0] == "subnet-":
        assert template.parameter("P") == ["subnet-1", "subnet-2"]
    else:
        assert template.parameter("P") == value


def test_resources_stand_behind_what_they_name_and_a_circle_is_broken() -> None:
    resources = read_yaml(
        """
        C: {Type: X, Properties: {a: !Sub "${B.Id}"}}
        B: {Type: X, Properties: {a: [!GetAtt A.Id]}, DependsOn: D}
        A: {Type: X, Properties: {a: !Ref P}}
        D: {Type: X, DependsOn: [A]}
        E: {Type: X, Properties: {a: !Ref F}}
        F: {Type: X, Properties: {a: !Ref E}}
        """
    )
    template = Template("t.yaml", {"Resources": resources}, {})
    ordered = [one.name for one in template.in_order({})]
    assert [one for one in ordered if one in "ABCD"] == ["A", "D", "B", "C"]
    assert sorted(ordered) == list("ABCDEF")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.yaml", "Resources: {V: {Type: AWS::EC2::VPC}}", 1),
        ("a.template", "Resources: {V: {Type: AWS::EC2::VPC}}", 1),
        ("a.txt", "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}", 1),
        ("a.json", '{"Resources": {"V": {"Type": "AWS::EC2::VPC"}}}', 1),
        ("a.yaml", '{"Resources": {"V": {"Type": "AWS::EC2::VPC"}}}', 1),
        ("a.yaml", "services: {web: {image: x}}", 0),
        ("a.yaml", "Resources: [", 0),
    ],
)
def test_a_template_is_told_by_its_content(
    tmp_path: Path, name: str, text: str, found: int
) -> None:
    (tmp_path / name).write_text(text)
    documents, notes = read_documents([tmp_path / name])
    assert sum(is_template(one.response) for one in documents) == found
    assert [note.code for note in notes] == [NoteCode.UNREADABLE] * (1 - found)


def test_other_yaml_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: x}}")
    assert read_documents([tmp_path]) == ([], [])


FUNCTIONS = ("Sub", "Join", "Select", "Split", "Cidr", "If", "GetAtt", "GetAZs", "FindInMap")
SCALARS = st.none() | st.booleans() | st.integers(-2, 300) | st.sampled_from(["", "a.b", "${Vpc}"])
NAMES = st.sampled_from(["Ref", "a", "Fn::Length", *(f"Fn::{one}" for one in FUNCTIONS)])
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(JSON)
def test_whatever_stands_in_an_expression_it_has_a_value_or_is_unresolved(drawn: Any) -> None:
    with contextlib.suppress(Unresolved):
        Evaluation(Known()).value(drawn)
