"""Policies of resources across a change: what a bucket says of those who come by another way, with
the statement that decides."""

import json
from typing import Any

import pytest

from genkan.impact.effects import Effect, Finding
from genkan.impact.impact import Report, impact
from genkan.impact.order import Order
from genkan.impact.report import shown
from genkan.impact.target import Kind
from genkan.impact.traces import Traces
from genkan.model.resource_policy import ResourcePolicies, ResourcePolicy
from tests.build import ACCOUNT, REGION
from tests.impact.story import Story, build

DATA = "arn:aws:s3:::data"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"
OFFICE = "198.51.100.0/24"
ALL = frozenset({"s3", "sqs", "sns", "kms", "secretsmanager"})


@pytest.fixture
def story() -> Story:
    return build()


def statement(effect: str, action: str, resource: Any, **conditions: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        **({"Condition": conditions} if conditions else {}),
    }


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def known(arn: str, *statements: dict[str, Any], **more: Any) -> ResourcePolicies:
    held = ResourcePolicy(arn, more.get("account", ACCOUNT), policy(*statements), REGION)
    return ResourcePolicies((held,), ALL)


def gateway(story: Story, **more: Any) -> Order:
    return Order(
        "CreateVpcEndpoint",
        {"VpcId": story.vpc, "ServiceName": f"com.amazonaws.{REGION}.s3",
         "VpcEndpointType": "Gateway", "RouteTableIds": [story.front_table], **more},
    )  # fmt: skip


def interface(story: Story, service: str, **more: Any) -> Order:
    return Order(
        "CreateVpcEndpoint",
        {"VpcId": story.vpc, "ServiceName": f"com.amazonaws.{REGION}.{service}",
         "VpcEndpointType": "Interface", "SubnetIds": [story.back],
         "SecurityGroupIds": [story.endpoint_group], "PrivateDnsEnabled": True, **more},
    )  # fmt: skip


def admit_all(story: Story) -> None:
    everybody = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "172.16.0.0/16"}]}
    story.client.ask(
        "AuthorizeSecurityGroupIngress", GroupId=story.endpoint_group, IpPermissions=[everybody]
    )


def asked(story: Story, policies: ResourcePolicies, *orders: Order) -> Report:
    return impact(story.state, story.client.call, orders, policies)


def about(report: Report) -> list[Finding]:
    return [one for one in report.findings if one.target.kind is Kind.RESOURCE]


BOTH = [DATA, f"{DATA}/*"]
DENIED_BY = "denied by statement 1 (Only)"


@pytest.mark.parametrize(
    ("effect", "conditions", "becomes", "why"),
    [
        ("Deny", {"NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, Effect.DENIED, DENIED_BY),
        ("Deny", {"NotIpAddressIfExists": {"aws:SourceIp": "0.0.0.0/0"}}, Effect.DENIED, DENIED_BY),
        ("Deny", {"Null": {"aws:SourceIp": "true"}}, Effect.DENIED, DENIED_BY),
        ("Deny", {"StringLike": {"aws:SourceVpce": "vpce-*"}}, Effect.DENIED, DENIED_BY),
        ("Deny", {"IpAddress": {"aws:VpcSourceIp": "172.16.1.0/24"}}, Effect.DENIED, DENIED_BY),
        ("Deny", {"StringNotEquals": {"aws:SourceVpc": "VPC"}}, Effect.GAINED, DENIED_BY),
        ("Deny", {"Null": {"aws:SourceVpce": "true"}}, Effect.GAINED, DENIED_BY),
        ("Deny", {"NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"},
                  "StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
         Effect.DEPENDS, "depends on aws:PrincipalOrgID"),
        ("Allow", {"StringEquals": {"aws:SourceVpc": "VPC"}}, Effect.GAINED, None),
        ("Allow", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, Effect.DENIED, None),
        ("Deny", {"IpAddress": {"aws:SourceIp": OFFICE}}, None, None),
        ("Deny", {"Bool": {"aws:SecureTransport": "false"}}, None, None),
        ("Deny", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, None, None),
        ("Allow", {}, None, None),
    ],
)  # fmt: skip
def test_a_gateway_endpoint_changes_what_a_bucket_says(story, effect, conditions, becomes, why):
    text = json.dumps(conditions).replace('"VPC"', f'"{story.vpc}"')
    one = statement(effect, "s3:*", BOTH, **json.loads(text)) | {"Sid": "Only"}
    found = about(asked(story, known(DATA, one), gateway(story)))
    if becomes is None:
        assert found == []
        return
    told = [one for one in found if one.effect is becomes]
    assert {one.sender.origin for one in told} == {story.web}
    side = told[0].before if becomes is Effect.GAINED else told[0].after
    if why is not None:
        assert side.said.reason == why
    assert any(DATA in one for one in side.said.calls)


def test_who_may_by_a_resources_word_alone_depends_on_its_own_policies_then(story):
    admit_all(story)
    who = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}}
    one = statement("Allow", "sqs:*", QUEUE, IpAddress={"aws:SourceIp": "0.0.0.0/0"}) | who
    (found,) = about(asked(story, known(QUEUE, one), interface(story, "sqs")))
    assert (found.effect, found.sender.origin) == (Effect.DEPENDS, story.web)
    assert found.after.said.callers == "callers whose own policies do not allow it"
    assert found.after.codes == ("RESOURCE_POLICY_IMPLICIT_DENY",)
    assert "Condition IpAddress aws:SourceIp is not met" in found.after.said.reason


def test_a_key_that_lets_in_by_address_alone_denies_whoever_comes_by_an_endpoint(story):
    admit_all(story)
    who = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    one = statement("Allow", "kms:*", "*", IpAddress={"aws:SourceIp": "0.0.0.0/0"}) | who
    found = about(asked(story, known(KEY, one), interface(story, "kms")))
    assert [(one.effect, one.sender.origin) for one in found] == [
        (Effect.DENIED, story.web),
        (Effect.STILL_BLOCKED, story.app),
    ]
    assert {one.after.codes for one in found} == {("RESOURCE_POLICY_IMPLICIT_DENY",)}


def test_an_endpoints_policy_denies_the_buckets_that_it_does_not_name(story):
    document = policy(statement("Allow", "s3:*", ["arn:aws:s3:::other", "arn:aws:s3:::other/*"]))
    order = gateway(story, PolicyDocument=document)
    told = about(asked(story, known(DATA, statement("Allow", "s3:GetObject", BOTH)), order))
    (found,) = [one for one in told if one.target.id == DATA]
    assert (found.effect, found.after.codes) == (Effect.DENIED, ("VPCE_POLICY_IMPLICIT_DENY",))
    assert found.after.said.whose.startswith("VPC endpoint policy of vpce-")


def test_a_way_that_opens_tells_what_denies_those_who_come_by_it(story):
    order = gateway(story, RouteTableIds=[story.back_table])
    one = statement("Deny", "s3:*", BOTH, NotIpAddress={"aws:SourceIp": OFFICE})
    (found,) = about(asked(story, known(DATA, one), order))
    assert (found.effect, found.sender.origin) == (Effect.STILL_BLOCKED, story.app)
    assert found.after.codes == ("RESOURCE_POLICY_DENY",)


def test_a_statement_is_about_its_own_actions_and_no_others(story):
    one = statement("Deny", "s3:PutObject", f"{DATA}/*", Null={"aws:SourceIp": "true"})
    (found,) = about(asked(story, known(DATA, one), gateway(story)))
    assert found.after.said.calls == (f"s3:PutObject on {DATA}/*",)


def test_addresses_that_a_policy_tells_apart_are_groups_of_their_own(story):
    story.launch("web", story.front, story.web_group, public=True, count=2)
    alone = str(story.interface(story.web).private_ip)
    one = statement("Deny", "s3:*", BOTH, IpAddress={"aws:VpcSourceIp": f"{alone}/32"})
    (found,) = about(asked(story, known(DATA, one), gateway(story)))
    assert [member.place for member in found.sender.members] == [story.web]


def test_where_policies_are_not_known_it_depends(story):
    report = asked(story, ResourcePolicies(), gateway(story))
    (found,) = about(report)
    assert (found.effect, found.sender.origin) == (Effect.DEPENDS, story.web)
    assert found.after.codes == ("RESOURCE_POLICY_UNKNOWN",)
    assert shown(report)["summary"]["answer"] == "breaks"


def test_of_services_whose_resources_have_no_policies_nothing_is_said(story):
    admit_all(story)
    assert about(asked(story, ResourcePolicies(), interface(story, "monitoring"))) == []


def test_a_bucket_of_another_region_is_not_behind_the_endpoint(story):
    one = statement("Deny", "s3:*", BOTH, Null={"aws:SourceIp": "true"})
    far = ResourcePolicies((ResourcePolicy(DATA, ACCOUNT, policy(one), "eu-west-1"),), ALL)
    assert about(asked(story, far, gateway(story))) == []


def test_a_policy_that_cannot_be_read_denies_nothing_and_allows_nothing_newly(story):
    held = ResourcePolicy(DATA, ACCOUNT, "{", REGION)
    assert about(asked(story, ResourcePolicies((held,), ALL), gateway(story))) == []


def test_a_trace_tells_what_policies_say_of_calls_that_come_so(story):
    order = gateway(story)
    story.client.ask(order.operation, **order.parameters)
    story.client.pass_time(1)
    one = statement("Deny", "s3:*", BOTH, Null={"aws:SourceIp": "true"}) | {"Sid": "Only"}
    name = f"s3.{REGION}.amazonaws.com"
    state = story.state
    to = str(state.names.addresses(story.vpc, name).addresses[0])
    question = {"source": story.web, "destination": to, "port": 443, "name": name}
    call = story.client.call
    told = Traces().answer(call, state.compilation, question, known(DATA, one))
    assert told["disposition"] == "reached"
    (said,) = told["policies"]
    assert (said["code"], said["reason"]) == ("RESOURCE_POLICY_DENY", DENIED_BY)
    unknown = Traces().answer(call, state.compilation, question, ResourcePolicies())
    assert [one["code"] for one in unknown["policies"]] == ["RESOURCE_POLICY_UNKNOWN"]
