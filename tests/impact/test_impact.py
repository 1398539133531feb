"""What a change would do to names and flows, told before it is made: users' pains, each with its
answer."""

import json
from typing import Any

import pytest

from genkan.impact.code import Flag
from genkan.impact.effects import Effect
from genkan.impact.impact import Report, impact
from genkan.impact.order import Order
from genkan.impact.outlook import Verdict
from genkan.impact.report import shown
from genkan.impact.target import Kind
from genkan.model.resource_policy import ResourcePolicies
from tests.build import REGION
from tests.impact.story import ANYWHERE, Story, build

MONITORING = f"monitoring.{REGION}.amazonaws.com"
S3 = f"s3.{REGION}.amazonaws.com"
EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}]


@pytest.fixture
def story() -> Story:
    return build()


NOTHING = ResourcePolicies(services=frozenset({"s3", "sqs"}))  # no bucket is there, and no queue


def asked(story: Story, *orders: Order, policies: ResourcePolicies = NOTHING) -> Report:
    return impact(story.state, story.client.call, orders, policies)


def endpoint(story: Story, service: str = "monitoring", **more: Any) -> Order:
    given = {
        "VpcId": story.vpc,
        "ServiceName": f"com.amazonaws.{REGION}.{service}",
        "VpcEndpointType": "Interface",
        "SubnetIds": [story.back],
        "SecurityGroupIds": [story.endpoint_group],
        "PrivateDnsEnabled": True,
        **more,
    }
    return Order("CreateVpcEndpoint", {name: one for name, one in given.items() if one is not None})


def https(**peer: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}]


def admit(story: Story, group: str) -> None:
    story.client.ask(
        "AuthorizeSecurityGroupIngress",
        GroupId=story.endpoint_group,
        IpPermissions=https(UserIdGroupPairs=[{"GroupId": group}]),
    )


def told(report: Report) -> list[tuple[str, str, str]]:
    """Give (effect, who, to) of every finding."""
    return [
        (one.effect.value, one.sender.origin, (one.names or (one.target.kind.value,))[-1])
        for one in report.findings
    ]


def test_an_endpoint_that_admits_app_loses_web_and_the_answer_names_the_call_that_mends_it(story):
    """The story: the machine in the public subnet is forced through the endpoint too."""
    admit(story, story.app_group)
    report = asked(story, endpoint(story))
    (lost,) = report.of(Effect.LOST)
    (gained,) = report.of(Effect.GAINED)
    assert (lost.sender.origin, gained.sender.origin) == (story.web, story.app)
    assert MONITORING in lost.names
    assert lost.before.via[0] == story.gateway
    assert lost.after.codes == ("ENI_SG_RULES_MISMATCH",)
    (fix,) = report.fixes[report.findings.index(lost)]
    assert fix.verified
    assert fix.orders[0].words == (
        f"aws ec2 authorize-security-group-ingress --group-id {story.endpoint_group} "
        f"--protocol tcp --port 443 --source-group {story.web_group}"
    )
    (other,) = report.alternatives
    assert other.verified
    assert "--no-private-dns-enabled" in other.orders[0].words
    assert {one.name for one in report.captures if one.view == story.vpc} >= {MONITORING}


def test_who_had_no_way_before_either_is_told_the_call_that_gives_one(story):
    admit(story, story.web_group)
    report = asked(story, endpoint(story))
    (still,) = report.of(Effect.STILL_BLOCKED)
    assert (still.sender.origin, still.after.codes) == (story.app, ("ENI_SG_RULES_MISMATCH",))
    (fix,) = report.fixes[report.findings.index(still)]
    assert fix.verified
    assert fix.orders[0].words.endswith(
        f"--protocol tcp --port 443 --source-group {story.app_group}"
    )


def test_a_fix_of_what_is_not_made_yet_follows_the_calls_that_make_it(story):
    """The group's id on the copy is nobody's: done after them, as it is said, nothing is lost."""
    group = {"GroupName": "new", "Description": "new", "VpcId": story.vpc}
    orders = [
        Order("CreateSecurityGroup", group),
        endpoint(story, SecurityGroupIds=["{1.GroupId}"]),
    ]
    report = asked(story, *orders)
    (lost,) = report.of(Effect.LOST)
    (fix,) = report.fixes[report.findings.index(lost)]
    assert fix.verified
    assert " --group-id '{1.GroupId}' " in fix.orders[0].words
    again = asked(story, *orders, *fix.orders)
    assert not again.of(Effect.LOST)


def test_nothing_of_it_is_done(story):
    before = story.client.call.network
    asked(story, endpoint(story))
    assert story.client.call.network == before


def test_the_fix_makes_the_same_change_safe(story):
    admit(story, story.app_group)
    admit(story, story.web_group)
    report = asked(story, endpoint(story))
    assert [(one.effect, one.sender.origin) for one in report.findings] == [
        (Effect.REDIRECTED, story.web),
        (Effect.GAINED, story.app),
    ]
    redirected = report.findings[0]
    assert Flag.SOURCE_ADDRESS_CHANGES in redirected.flags
    assert Flag.CONNECTIONS_RESET not in redirected.flags  # what is open goes on by the gateway
    assert redirected.after.sees == str(story.interface(story.web).private_ip)
    assert Flag.AVAILABILITY_ZONE_CROSSED in redirected.flags
    assert Flag.SINGLE_AZ in report.findings[1].flags


def test_wildcards_are_captured_with_all_that_is_below_them(story):
    report = asked(story, endpoint(story, "execute-api"))
    names = {one.name for one in report.captures if one.view == story.vpc}
    assert f"*.execute-api.{REGION}.amazonaws.com" in names
    assert ("LOST", story.web, f"*.execute-api.{REGION}.amazonaws.com") in told(report)


def test_without_a_group_the_default_one_is_worn_and_it_is_said(story):
    report = asked(story, endpoint(story, SecurityGroupIds=None))
    assert [one.sender.origin for one in report.of(Effect.LOST)] == [story.web]
    assert any("default group" in one for one in shown(report)["assumptions"])


@pytest.mark.parametrize(
    ("policy", "effect", "code"),
    [
        ([("Allow", "s3:*")], Effect.DENIED, "VPCE_POLICY_IMPLICIT_DENY"),
        ([("Allow", "*"), ("Deny", "*")], Effect.DENIED, "VPCE_POLICY_EXPLICIT_DENY"),
        ([("Allow", "cloudwatch:PutMetricData")], Effect.DEPENDS, "VPCE_POLICY_DEPENDS"),
        ([("Allow", "*")], Effect.REDIRECTED, None),
    ],
)
def test_a_policy_denies_what_packets_would_reach(story, policy, effect, code):
    for group in (story.web_group, story.app_group):
        admit(story, group)
    document = json.dumps(
        {
            "Statement": [
                {"Effect": one, "Principal": "*", "Action": action, "Resource": "*"}
                for one, action in policy
            ]
        }
    )
    report = asked(story, endpoint(story, PolicyDocument=document))
    found = {one.sender.origin: one for one in report.findings}[story.web]
    assert found.effect is effect
    assert found.after.codes == ((code,) if code else ())


def test_a_gateway_endpoint_redirects_breaks_what_is_open_and_shows_private_addresses(story):
    order = endpoint(
        story, "s3", VpcEndpointType="Gateway", SubnetIds=None, SecurityGroupIds=None,
        PrivateDnsEnabled=None, RouteTableIds=[story.front_table, story.back_table],
    )  # fmt: skip
    report = asked(story, order)
    redirected, gained = report.findings
    assert (redirected.effect, redirected.sender.origin) == (Effect.REDIRECTED, story.web)
    assert set(redirected.flags) == {Flag.CONNECTIONS_RESET, Flag.SOURCE_ADDRESS_CHANGES}
    assert (gained.effect, gained.sender.origin, gained.names) == (Effect.GAINED, story.app, (S3,))


def test_a_route_that_goes_takes_the_internet_along_and_can_be_mended(story):
    order = Order(
        "DeleteRoute", {"RouteTableId": story.front_table, "DestinationCidrBlock": ANYWHERE}
    )
    report = asked(story, order)
    assert {one.target.kind for one in report.of(Effect.LOST)} == {Kind.NAME, Kind.INTERNET}
    assert all(Flag.CONNECTIONS_RESET in one.flags for one in report.of(Effect.LOST))
    assert all(fix.verified for fixes in report.fixes.values() for fix in fixes)


def test_a_rule_opens_exactly_its_ports_for_exactly_its_peers(story):
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 90,
                  "UserIdGroupPairs": [{"GroupId": story.web_group}]}  # fmt: skip
    order = Order(
        "AuthorizeSecurityGroupIngress",
        {"GroupId": story.app_group, "IpPermissions": [permission]},
    )
    (gained,) = asked(story, order).findings
    assert (gained.effect, gained.sender.origin) == (Effect.GAINED, story.web)
    assert [(one.protocol, one.first, one.last) for one in gained.ports] == [(6, 80, 90)]
    story.client.ask(order.operation, **order.parameters)
    revoked = Order("RevokeSecurityGroupIngress", order.parameters)
    (lost,) = asked(story, revoked).findings
    assert (lost.effect, lost.ports) == (Effect.LOST, gained.ports)
    assert Flag.CONNECTIONS_RESET not in lost.flags  # a tracked connection goes on


def test_an_acl_that_forgets_answers_loses_what_its_entries_let_in(story):
    ask = story.client.ask
    permission = https(UserIdGroupPairs=[{"GroupId": story.web_group}])
    ask("AuthorizeSecurityGroupIngress", GroupId=story.app_group, IpPermissions=permission)
    acl = next(
        one["NetworkAclId"] for one in ask("DescribeNetworkAcls")["NetworkAcls"]
        if one["VpcId"] == story.vpc
    )  # fmt: skip
    order = Order(
        "CreateNetworkAclEntry",
        {"NetworkAclId": acl, "RuleNumber": 50, "Protocol": "6", "RuleAction": "deny",
         "Egress": True, "CidrBlock": "172.16.1.0/24",
         "PortRange": {"From": 1024, "To": 65535}},
    )  # fmt: skip
    report = asked(story, order)
    (lost,) = report.of(Effect.LOST)
    assert (lost.sender.origin, lost.ports[0].first) == (story.web, 443)
    assert Flag.CONNECTIONS_RESET in lost.flags
    assert lost.after.trace.disposition.value == "unanswered"


def test_dns_support_that_goes_takes_every_name_along(story):
    order = Order("ModifyVpcAttribute", {"VpcId": story.vpc, "EnableDnsSupport": {"Value": False}})
    report = asked(story, order)
    assert report.of(Effect.LOST)
    assert {code for one in report.of(Effect.LOST) for code in one.after.codes} == {
        "DNS_DISABLED_IN_VPC"
    }
    fixes = {
        (fix.orders[0].words, fix.verified)
        for one in report.of(Effect.LOST)
        for fix in report.fixes[report.findings.index(one)]
    }
    assert fixes == {
        (f"aws ec2 modify-vpc-attribute --vpc-id {story.vpc} --enable-dns-support", True)
    }


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ServiceName": "com.amazonaws.nowhere"}, "InvalidServiceName"),
        ({"VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcID.NotFound"),
        ({"PolicyDocument": "no"}, "InvalidPolicyDocument"),
    ],
)
def test_what_aws_would_refuse_is_refused_with_its_code_and_nothing_else_is_said(story, more, code):
    report = asked(story, endpoint(story, **more))
    assert report.refused is not None
    assert report.refused.code == code
    plain = shown(report)
    assert plain["summary"]["answer"] == "refused"
    assert plain["preflight"][0]["code"] == code
    assert (plain["effects"], plain["captures"]) == ([], [])


def test_two_endpoints_of_one_private_name_conflict_before_anything_is_made(story):
    order = endpoint(story)
    story.client.ask(order.operation, **order.parameters)
    story.client.pass_time(1)
    report = asked(story, order)
    assert report.refused is not None
    assert "conflicting DNS domain" in str(report.refused)


def test_a_list_is_one_change_and_what_fails_in_between_is_an_outage(story):
    """The endpoint is replaced: deleted, then made anew; a client that has no other way waits."""
    admit(story, story.app_group)
    order = endpoint(story)
    made = story.client.ask(order.operation, **order.parameters)["VpcEndpoint"]["VpcEndpointId"]
    story.client.pass_time(1)
    gone = Order("DeleteVpcEndpoints", {"VpcEndpointIds": [made]})
    report = asked(story, gone, order)
    found = {one.sender.origin: one for one in report.findings if MONITORING in one.names}
    assert found[story.app].effect is Effect.REDIRECTED
    assert Flag.OUTAGE_WINDOW in found[story.app].flags


def test_what_one_call_answers_the_next_one_can_say(story):
    group = Order("CreateSecurityGroup", {"GroupName": "n", "Description": "n", "VpcId": story.vpc})
    rule = Order(
        "AuthorizeSecurityGroupIngress",
        {"GroupId": "{1.GroupId}", "IpPermissions": https(IpRanges=[{"CidrIp": "172.16.0.0/16"}])},
    )
    made = endpoint(story, SecurityGroupIds=["{1.GroupId}"])
    report = asked(story, group, rule, made)
    assert [one.effect for one in report.findings] == [Effect.REDIRECTED, Effect.GAINED]
    wrong = asked(story, rule, group)
    assert wrong.refused is not None
    assert (wrong.refused.number, wrong.refused.code) == (1, "UnknownReference")


def test_a_name_that_a_rule_forwards_is_somebody_elses_answer(story):
    ask = story.client.ask
    made = ask(
        "route53resolver:CreateResolverEndpoint", CreatorRequestId="1", Direction="OUTBOUND",
        SecurityGroupIds=[story.app_group],
        IpAddresses=[{"SubnetId": story.front}, {"SubnetId": story.back}],
    )["ResolverEndpoint"]["Id"]  # fmt: skip
    story.client.pass_time(1)
    rule = ask(
        "route53resolver:CreateResolverRule", CreatorRequestId="2", RuleType="FORWARD",
        DomainName=MONITORING, ResolverEndpointId=made, TargetIps=[{"Ip": "10.9.9.9"}],
    )["ResolverRule"]["Id"]  # fmt: skip
    order = Order(
        "AssociateResolverRule",
        {"ResolverRuleId": rule, "VPCId": story.vpc},
        service="route53resolver",
    )
    found = {one.sender.origin: one for one in asked(story, order).findings}
    assert found[story.web].effect is Effect.DEPENDS
    assert found[story.web].after.codes == ("DNS_FORWARDED",)


def test_making_and_deleting_is_no_change(story):
    admit(story, story.app_group)
    admit(story, story.web_group)
    report = asked(
        story,
        endpoint(story),
        Order("DeleteVpcEndpoints", {"VpcEndpointIds": ["{1.VpcEndpoint.VpcEndpointId}"]}),
    )
    assert (report.findings, report.captures) == ((), ())


def test_equal_interfaces_are_one_group(story):
    admit(story, story.app_group)
    story.launch("web", story.front, story.web_group, public=True, count=5)
    report = asked(story, endpoint(story))
    (lost,) = report.of(Effect.LOST)
    assert len(lost.sender.members) == 6
    assert report.groups == 2
    assert shown(report)["summary"]["effects"]["LOST"] == 6


def test_an_address_that_a_rule_names_is_a_group_of_its_own(story):
    story.launch("web", story.front, story.web_group, public=True, count=2)
    one = story.interface(story.web).private_ip
    story.client.ask(
        "AuthorizeSecurityGroupIngress", GroupId=story.endpoint_group,
        IpPermissions=https(IpRanges=[{"CidrIp": f"{one}/32"}]),
    )  # fmt: skip
    report = asked(story, endpoint(story))
    assert [len(found.sender.members) for found in report.of(Effect.LOST)] == [2]
    assert [found.sender.origin for found in report.of(Effect.REDIRECTED)] == [story.web]


def test_the_same_change_is_told_in_the_same_words(story):
    assert shown(asked(story, endpoint(story))) == shown(asked(story, endpoint(story)))


def test_a_tag_changes_nothing(story):
    order = Order("CreateTags", {"Resources": [story.vpc], "Tags": [{"Key": "a", "Value": "b"}]})
    report = asked(story, order)
    assert (report.findings, report.captures, report.flows) == ((), (), 0)


def test_a_verdict_is_one_word(story):
    assert {one.value for one in Verdict} == {"works", "blocked", "denied", "depends"}


def test_each_version_of_ip_is_told_by_itself(story):
    """A rule for IPv4 gains what it gains, whatever becomes of IPv6."""
    ask = story.client.ask
    ask("AssociateVpcCidrBlock", VpcId=story.vpc, AmazonProvidedIpv6CidrBlock=True)
    shown_vpc = ask("DescribeVpcs", VpcIds=[story.vpc])["Vpcs"][0]
    block = shown_vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    subnet = block.replace("/56", "/64")
    ask("AssociateSubnetCidrBlock", SubnetId=story.back, Ipv6CidrBlock=subnet)
    for one in (story.app, story.launch("other", story.back, story.app_group)):
        ask(
            "AssignIpv6Addresses",
            NetworkInterfaceId=story.interface(one).id, Ipv6AddressCount=1,
        )  # fmt: skip
    order = Order(
        "AuthorizeSecurityGroupIngress",
        {
            "GroupId": story.app_group,
            "IpPermissions": https(IpRanges=[{"CidrIp": "172.16.2.0/24"}]),
        },
    )
    gained = [one for one in asked(story, order).findings if one.target.kind is Kind.INTERFACES]
    assert [one.versions for one in gained] == [(4,)]


def test_a_peer_that_reaches_an_endpoint_by_its_address_is_told_of(story):
    ask = story.client.ask
    other = ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ask("CreateSubnet", VpcId=other, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    peering = ask("CreateVpcPeeringConnection", VpcId=story.vpc, PeerVpcId=other)
    name = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    story.client.pass_time(1)
    ask("AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    story.client.pass_time(1)
    tables = ask("DescribeRouteTables")["RouteTables"]
    theirs = next(one["RouteTableId"] for one in tables if one["VpcId"] == other)
    for table, block in ((theirs, "172.16.0.0/16"), (story.back_table, "10.0.0.0/16")):
        ask(
            "CreateRoute",
            RouteTableId=table, DestinationCidrBlock=block, VpcPeeringConnectionId=name,
        )  # fmt: skip
    group = ask("CreateSecurityGroup", GroupName="far", Description="far", VpcId=other)["GroupId"]
    far = story.launch("far", subnet, group)
    order = endpoint(story)
    story.client.ask(order.operation, **order.parameters)
    story.client.pass_time(1)
    opened = Order(
        "AuthorizeSecurityGroupIngress",
        {"GroupId": story.endpoint_group,
         "IpPermissions": https(IpRanges=[{"CidrIp": "10.0.0.0/16"}])},
    )  # fmt: skip
    found = {one.sender.origin: one for one in asked(story, opened).findings}
    assert (found[far].effect, found[far].target.kind) == (Effect.GAINED, Kind.ENDPOINT)
