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
from genkan.impact.standing import findings_of
from genkan.model.account import Account
from genkan.model.vpc_endpoint import VpcEndpoint
from tests.build import ACCOUNT, REGION
from tests.impact.story import ANYWHERE, Story, build, launch
from tests.impact.test_fixes import of_a_service
from tests.impact.test_impact import EVERYTHING, admit, asked, endpoint

OTHER = "222222222222"
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


def by_another(story: Story) -> tuple[str, str, Order, Order, Order]:
    """Have another account's instance use a service of the story's; give both accounts as they are
    named, the provider's order that takes it away, the consumer's that does, and the consumer's
    that asks for one more endpoint."""
    service, own = of_a_service(story)
    name = story.client.call.network.get(VpcEndpoint, own).service_name
    story.client.put(Account(id=OTHER, account=OTHER, region=REGION, account_name="shop"))
    ask = story.client.ask
    ask("ModifyVpcEndpointServicePermissions", ServiceId=service, AddAllowedPrincipals=["*"])
    story.client.become(OTHER)
    vpc = ask("CreateVpc", CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnet = ask("CreateSubnet", VpcId=vpc, CidrBlock="10.7.1.0/24", AvailabilityZone=f"{REGION}a")[
        "Subnet"
    ]["SubnetId"]
    group = ask("CreateSecurityGroup", GroupName="shop", Description="shop", VpcId=vpc)["GroupId"]
    permission = {"GroupId": group, "IpPermissions": EVERYTHING}
    ask("AuthorizeSecurityGroupIngress", **permission)
    launch(story.client, "till", subnet, group)
    asked_for = {
        "VpcId": vpc,
        "ServiceName": name,
        "VpcEndpointType": "Interface",
        "SubnetIds": [subnet],
        "SecurityGroupIds": [group],
    }
    endpoint = ask("CreateVpcEndpoint", **asked_for)["VpcEndpoint"]["VpcEndpointId"]
    story.client.become(ACCOUNT)
    taken = {"ServiceId": service, "VpcEndpointIds": [endpoint]}
    ask("AcceptVpcEndpointConnections", **taken)
    story.client.pass_time(600)
    return (
        f"{ACCOUNT} (default)",
        f"{OTHER} (shop)",
        Order("RejectVpcEndpointConnections", taken),
        Order("RevokeSecurityGroupIngress", permission, account=OTHER),
        Order("CreateVpcEndpoint", asked_for, account=OTHER),
    )


def test_where_there_are_several_accounts_each_call_says_whose_it_is():
    story = build()
    provider, consumer, rejects, revokes, _ = by_another(story)
    for order, whose, call in (
        (rejects, provider, "accept-vpc-endpoint-connections"),
        (revokes, consumer, "authorize-security-group-ingress"),
    ):
        report = shown(asked(story, order))
        jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(report)))
        told = list(impact_text.lines(report))
        assert told[0] == f"IMPACT  {order.words}  (by account {whose})"
        fix = f"fix (checked, by account {whose}): aws ec2 {call}"
        assert any(line.strip().startswith(fix) for line in told)
        table = list(impact_markdown.lines(report))
        assert table[2:5] == ["```console", f"# by account {whose}", f"$ {order.words}"]
        assert f"# a fix, tried on a copy, by account {whose}" in table
        (run,) = impact_sarif.log(report)["runs"]
        assert f"Fix (checked, by account {whose}): aws ec2 {call}" in str(run["results"])


def test_an_endpoint_that_waits_to_be_accepted_says_who_accepts_it_and_what_else_it_lacks():
    story = build()
    provider, consumer, _, revokes, asks = by_another(story)
    report = shown(asked(story, asks, revokes))
    (still,) = [one for one in report["effects"] if one["effect"] == "STILL_BLOCKED"]
    assert still["flow"]["to"] == "endpoint"
    assert still["after"]["codes"] == ["BAD_STATE"]
    told = [(call["operation"], call["by"]) for fix in still["fixes"] for call in fix["calls"]]
    assert told == [
        ("AcceptVpcEndpointConnections", provider),
        ("AuthorizeSecurityGroupIngress", consumer),
    ]
    assert all(fix["verified"] for fix in still["fixes"])
    story.client.become(OTHER)
    made = story.client.ask("CreateVpcEndpoint", **asks.parameters)["VpcEndpoint"]["VpcEndpointId"]
    (todo,) = [one.todo for one in findings_of(story.state) if one.about == made]
    assert todo.endswith(f"by the service's owner, account {ACCOUNT}")


def test_where_there_is_one_account_no_call_says_whose_it_is(reports):
    assert not any("by account" in line for line in impact_text.lines(reports["lost"]))
    assert not any("by account" in line for line in impact_markdown.lines(reports["lost"]))


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
