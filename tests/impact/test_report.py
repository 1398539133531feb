"""Reports as others read them: by the published schema, in SARIF, in Markdown, as text."""

import json
from pathlib import Path

import jsonschema
import pytest

from genkan.analysis import Code
from genkan.cli import impact_markdown, impact_sarif, impact_text
from genkan.impact.code import Flag, Why
from genkan.impact.effects import Effect
from genkan.impact.order import Order
from genkan.impact.page import CODES, EFFECTS, FLAGS
from genkan.impact.report import shown
from tests.impact.story import ANYWHERE, build
from tests.impact.test_impact import admit, asked, endpoint

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/reference/impact.schema.json").read_text())


@pytest.fixture(scope="module")
def reports() -> dict[str, dict]:
    """Give reports of every form: through JSON, as they travel."""
    story = build()
    admit(story, story.app_group)
    gone = Order(
        "DeleteRoute", {"RouteTableId": story.front_table, "DestinationCidrBlock": ANYWHERE}
    )
    made = {
        "lost": asked(story, endpoint(story)),
        "refused": asked(story, Order("DeleteVpc", {"VpcId": story.vpc})),
        "route": asked(story, gone),
        "nothing": asked(story),
    }
    return {name: json.loads(json.dumps(shown(one))) for name, one in made.items()}


@pytest.mark.parametrize("name", ["lost", "refused", "route", "nothing"])
def test_a_report_is_of_the_published_schema(reports, name):
    jsonschema.Draft202012Validator(SCHEMA).validate(reports[name])


def test_a_trace_that_is_named_is_there(reports):
    report = reports["lost"]
    named = {one[side]["trace"] for one in report["effects"] for side in ("before", "after")}
    assert named - {None} == set(report["traces"])


def test_the_text_warns_first_and_tells_the_call_that_mends_it(reports):
    told = list(impact_text.lines(reports["lost"]))
    (warning,) = [at for at, line in enumerate(told) if line.startswith("! From the moment")]
    (lost,) = [
        at for at, line in enumerate(told) if line.startswith("LOST          1 interface: web")
    ]
    assert warning < lost
    assert told[lost + 2].strip().startswith("today  ")
    assert "works, seen as" in told[lost + 2]
    assert told[lost + 3].endswith("BLOCKED  ENI_SG_RULES_MISMATCH")
    assert "fix (checked): aws ec2 authorize-security-group-ingress" in told[lost + 4]
    assert any(line.startswith("or (checked, loses nothing of that)") for line in told)
    assert any(line.startswith("1 LOST, 1 GAINED") for line in told)


def test_what_changes_nothing_says_so(reports):
    assert impact_text.summary(reports["nothing"]).startswith("nothing changes")


def test_the_refusal_is_all_that_is_said_of_what_is_refused(reports):
    *_, last = impact_text.lines(reports["refused"])
    assert last.startswith("REFUSED call 1: DependencyViolation: ")
    assert any("DependencyViolation" in line for line in impact_markdown.lines(reports["refused"]))


def test_a_table_of_markdown_has_a_row_an_effect(reports):
    told = list(impact_markdown.lines(reports["lost"]))
    assert told[0] == "### This change breaks something"
    rows = [line for line in told if line.startswith("| **")]
    assert [row.split(" | ")[0] for row in rows] == ["| **LOST**", "| **GAINED**"]
    assert all(row.count(" | ") == 4 for row in rows)
    assert any(line.startswith("$ aws ec2 authorize") for line in told)


def test_sarif_has_a_result_an_effect_with_its_rule_and_its_interfaces(reports):
    log = impact_sarif.log(reports["lost"])
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert [(one["ruleId"], one["level"]) for one in run["results"]] == [
        ("LOST", "error"),
        ("GAINED", "note"),
    ]
    for one in run["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        assert one["message"]["text"]
        assert one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].startswith("eni-")
    (refusal,) = impact_sarif.log(reports["refused"])["runs"][0]["results"]
    assert (refusal["ruleId"], refusal["level"]) == ("REFUSED", "error")


def test_every_word_is_on_the_page():
    assert set(CODES) == {*Code, *Why}
    assert set(FLAGS) == set(Flag)
    assert set(EFFECTS) == set(Effect) - {Effect.UNCHANGED}


def test_what_was_assumed_is_what_the_answer_rests_on():
    story = build()
    admit(story, story.app_group)
    told = {}
    for name, orders in {
        "nothing": (),
        "service": (endpoint(story),),
        "port": (Order("AuthorizeSecurityGroupIngress", {
            "GroupId": story.app_group, "IpPermissions": [{
                "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
                "UserIdGroupPairs": [{"GroupId": story.web_group}]}]}),),
    }.items():  # fmt: skip
        told[name] = [one.split()[0] for one in shown(asked(story, *orders))["assumptions"]]
    assert told == {"nothing": [], "service": ["callers'"], "port": ["a"]}
