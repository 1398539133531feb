"""Roles of instance profiles, weighed with endpoints' and resources' policies: what calls become
that an instance may make by itself."""

import json
from dataclasses import replace
from typing import Any

import pytest

from genkan.impact.calls import Asked, Caller, Whence, decide
from genkan.impact.effects import Effect
from genkan.impact.impact import Report, impact
from genkan.impact.order import Order
from genkan.impact.report import shown
from genkan.impact.target import Kind
from genkan.impact.traces import Traces
from genkan.model.instance import Instance
from genkan.model.network import put
from genkan.model.resource_policy import ResourcePolicies, ResourcePolicy
from genkan.model.role_policies import RolePolicies
from genkan.policy import Source
from genkan.program.service import Service as ServiceEntry
from tests.build import ACCOUNT, REGION
from tests.impact.story import Story, build
from tests.impact.test_guarded import ALL, BOTH, DATA, admit_all, gateway, interface

ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SQS = f"sqs.{REGION}.amazonaws.com"
QUEUES = f"arn:aws:sqs:{REGION}:{ACCOUNT}:"


def allow(action: str, resource: Any = "*", effect: str = "Allow", **more: Any) -> str:
    one = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


def endpoint_policy(action: str, resource: Any = "*", **more: Any) -> str:
    return allow(action, resource, Principal="*", **more)


def roles(*documents: str | None, **more: Any) -> ResourcePolicies:
    return ResourcePolicies((), ALL, (RolePolicies(ROLE, ACCOUNT, ("app",), documents, **more),))


@pytest.fixture
def story() -> Story:
    """The story's network; `web` and `app` have the profile `app`."""
    made = build()
    admit_all(made)
    network = made.client.call.network
    described = json.dumps({"IamInstanceProfile": {"Name": "app"}})
    rows = [replace(one, described=described) for one in network.all(Instance)]
    made.client.call = replace(made.client.call, network=network.apply(put(*rows)))
    return made


def about_names(report: Report, origin: str, name: str) -> list[Any]:
    return [
        one
        for one in report.findings
        if one.target.kind is Kind.NAME and one.sender.origin == origin and name in one.names
    ]


def asked(story: Story, policies: ResourcePolicies, *orders: Order) -> Report:
    return impact(story.state, story.client.call, orders, policies)


@pytest.mark.parametrize(
    ("own", "endpoint", "effect", "code"),
    [
        (allow("sqs:*"), None, Effect.GAINED, None),
        (allow("*"), endpoint_policy("sqs:*"), Effect.GAINED, None),
        (allow("s3:*"), None, Effect.STILL_BLOCKED, "IDENTITY_POLICY_IMPLICIT_DENY"),
        (allow("sqs:*", effect="Deny"), None, Effect.STILL_BLOCKED,
         "IDENTITY_POLICY_EXPLICIT_DENY"),
        (allow("sqs:SendMessage", f"{QUEUES}a"), endpoint_policy("sqs:*", f"{QUEUES}b"),
         Effect.STILL_BLOCKED, "VPCE_POLICY_IMPLICIT_DENY"),
        (allow("sqs:SendMessage", f"{QUEUES}a"), endpoint_policy("sqs:*", f"{QUEUES}a"),
         Effect.GAINED, None),
        (allow("sqs:*"), endpoint_policy("sqs:*", f"{QUEUES}b"), Effect.DEPENDS,
         "VPCE_POLICY_DEPENDS"),
        (allow("sqs:*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), None,
         Effect.DEPENDS, "IDENTITY_POLICY_DEPENDS"),
        (allow("sqs:*"), endpoint_policy(
            "sqs:*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}), Effect.GAINED, None),
        (allow("sqs:*"), endpoint_policy(
            "sqs:*", Condition={"ArnEquals": {"aws:PrincipalArn": f"{ROLE}s"}}),
         Effect.STILL_BLOCKED, "VPCE_POLICY_IMPLICIT_DENY"),
    ],
)  # fmt: skip
def test_what_a_role_may_is_weighed_with_the_endpoints_policy(story, own, endpoint, effect, code):
    given = {} if endpoint is None else {"PolicyDocument": endpoint}
    report = asked(story, roles(own), interface(story, "sqs", **given))
    (found,) = about_names(report, story.app, SQS)
    assert found.effect is effect
    assert found.after.codes == ((code,) if code else ())
    assert not any("own IAM policies are not known" in one for one in shown(report)["assumptions"])


def test_the_boundary_of_a_roles_permissions_bounds_it(story):
    bounded = roles(allow("sqs:*"), boundary=(allow("s3:*"),))
    (found,) = about_names(asked(story, bounded, interface(story, "sqs")), story.app, SQS)
    assert found.after.codes == ("PERMISSIONS_BOUNDARY_IMPLICIT_DENY",)
    assert found.after.said.whose == f"permissions boundary of {ROLE}"


@pytest.mark.parametrize(
    ("named", "denier"),
    [
        (ROLE, Source.BOUNDARY),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1", None),
        (f"arn:aws:iam::{ACCOUNT}:root", Source.IDENTITY),
    ],
)
def test_a_resource_that_names_the_session_and_not_the_role_is_not_bounded(story, named, denier):
    """Each grants what the role's own policies do not, nor the boundary of its permissions."""
    grants = {"Effect": "Allow", "Principal": {"AWS": named}, "Action": "s3:*", "Resource": BOTH}
    held = ResourcePolicy(DATA, ACCOUNT, json.dumps({"Statement": [grants]}), REGION)
    (role,) = roles(allow("s3:PutObject"), boundary=(allow("s3:PutObject"),)).roles
    caller = Caller(role, "i-1")
    to = story.state.program.get((ServiceEntry.section, f"{REGION}/s3"))
    asks = Asked("s3:GetObject", f"{DATA}/k", caller.principal)
    way = Whence(ACCOUNT, to, "203.0.113.7")
    assert decide(held, asks, way, allowed=True, caller=caller).source is denier


@pytest.mark.parametrize("known", [roles(allow("sqs:*"), None), ResourcePolicies((), ALL)])
def test_a_role_that_is_not_known_as_a_whole_is_not_weighed(story, known):
    order = interface(story, "sqs", PolicyDocument=endpoint_policy("sqs:*", f"{QUEUES}b"))
    report = asked(story, known, order)
    (found,) = about_names(report, story.app, SQS)
    assert (found.effect, found.after.codes) == (Effect.DEPENDS, ("VPCE_POLICY_DEPENDS",))
    assert any("own IAM policies are not known" in one for one in shown(report)["assumptions"])


def test_a_policy_that_changes_for_what_a_role_does_is_told_and_others_are_not(story):
    """Both are DEPENDS of anybody; the role calls one queue alone."""
    made = interface(story, "sqs", PolicyDocument=endpoint_policy("sqs:*", f"{QUEUES}a"))
    story.client.ask("CreateVpcEndpoint", **made.parameters)
    story.client.pass_time(600)
    (endpoint,) = story.client.ask("DescribeVpcEndpoints")["VpcEndpoints"]
    changed = [
        Order(
            "ModifyVpcEndpoint",
            {"VpcEndpointId": endpoint["VpcEndpointId"],
             "PolicyDocument": endpoint_policy("sqs:*", [f"{QUEUES}{one}" for one in names])},
        )
        for names in ("b", "ab")
    ]  # fmt: skip
    known = roles(allow("sqs:SendMessage", f"{QUEUES}a"))
    denied, same = (about_names(asked(story, known, one), story.app, SQS) for one in changed)
    assert [one.effect for one in denied] == [Effect.DENIED]
    assert same == []


def test_instances_of_another_role_are_another_group(story):
    again = story.launch("other", story.back, story.app_group)
    report = asked(story, roles(allow("s3:*")), interface(story, "sqs"))
    assert [one.effect for one in about_names(report, story.app, SQS)] == [Effect.STILL_BLOCKED]
    assert [one.effect for one in about_names(report, again, SQS)] == [Effect.GAINED]


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (allow("s3:*"), {(Effect.DENIED, "RESOURCE_POLICY_DENY")}),
        (allow("s3:ListBucket", DATA), {(Effect.DENIED, "RESOURCE_POLICY_DENY")}),
        (allow("s3:*", "arn:aws:s3:::other/*"), set()),
        (allow("sqs:*"), set()),
    ],
)
def test_a_resources_policy_is_asked_about_what_the_role_may_alone(story, own, told):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BOTH,
            "Condition": {"Null": {"aws:SourceIp": "true"}}}  # fmt: skip
    held = ResourcePolicy(DATA, ACCOUNT, json.dumps({"Statement": [deny]}), REGION)
    known = replace(roles(own), held=(held,))
    report = asked(story, known, gateway(story))
    found = [one for one in report.findings if one.target.id == DATA]
    assert {(one.effect, *one.after.codes) for one in found} == told
    assert all(one.after.said.callers == "role app" for one in found)


@pytest.mark.parametrize(("arn", "told"), [(ROLE, set()), (f"{ROLE}s", {Effect.DENIED})])
def test_the_principal_of_a_call_is_the_role_and_not_its_session(story, arn, told):
    condition = {"ArnEquals": {"aws:PrincipalArn": arn}}
    order = gateway(story, PolicyDocument=endpoint_policy("s3:*", Condition=condition))
    held = ResourcePolicy(DATA, ACCOUNT, None, REGION)
    report = asked(story, replace(roles(allow("s3:*")), held=(held,)), order)
    assert {one.effect for one in report.findings if one.target.id == DATA} == told


def test_a_trace_names_the_policy_that_denies_what_comes_so(story):
    order = interface(story, "sqs")
    story.client.ask("CreateVpcEndpoint", **order.parameters)
    story.client.pass_time(600)
    state = story.state
    (address, *_) = state.names.addresses(story.vpc, SQS).addresses
    question = {"source": story.app, "destination": str(address), "port": 443, "name": SQS}
    answers = {
        own: Traces().answer(story.client.call, state.compilation, question, roles(own))["policies"]
        for own in (allow("s3:*"), allow("sqs:*"))
    }
    (denied,), none = answers.values()
    assert denied["code"] == "IDENTITY_POLICY_IMPLICIT_DENY"
    assert denied["policy"] == f"identity-based policy of {ROLE}"
    assert denied["callers"] == "app"
    assert none == []
