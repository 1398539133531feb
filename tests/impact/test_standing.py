"""Findings: each is made on purpose once, and a network without faults has none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from genkan.cli.main import main
from genkan.impact.questions import answer_findings
from genkan.impact.standing import findings_of
from genkan.impact.standing_kinds import Code, Standing
from genkan.model.security_group import SecurityGroup
from tests.build import REGION
from tests.impact.story import ANYWHERE, Story, build
from tests.impact.test_fixes import of_a_service

DUMP = Path(__file__).parents[1] / "imports" / "terraform" / "dump.jsonl"
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


def good() -> Story:
    """The story with an endpoint that everybody in the VPC reaches, in both zones."""
    story = build()
    admit(story, story.endpoint_group, HTTPS | {"IpRanges": [{"CidrIp": "172.16.0.0/16"}]})
    endpoint(story)
    return story


def admit(story: Story, group: str, permission: dict[str, Any]) -> None:
    story.client.ask("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[permission])


def endpoint(story: Story, service: str = "monitoring", **given: Any) -> str:
    made = story.client.ask(
        "CreateVpcEndpoint",
        **{
            "VpcId": story.vpc,
            "ServiceName": f"com.amazonaws.{REGION}.{service}",
            "VpcEndpointType": "Interface",
            "SubnetIds": [story.front, story.back],
            "SecurityGroupIds": [story.endpoint_group],
            **given,
        },
    )
    story.client.pass_time(60)
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def found(story: Story) -> list[Standing]:
    return findings_of(story.state)


def test_a_network_without_faults_has_no_findings() -> None:
    assert found(good()) == []


def blackhole(story: Story) -> None:
    made = story.client.ask("CreateNatGateway", SubnetId=story.back, ConnectivityType="private")
    name = made["NatGateway"]["NatGatewayId"]
    story.client.pass_time(60)
    story.client.ask(
        "CreateRoute",
        RouteTableId=story.back_table,
        DestinationCidrBlock="10.0.0.0/8",
        NatGatewayId=name,
    )
    story.client.ask("DeleteNatGateway", NatGatewayId=name)
    story.client.pass_time(60)


def unreachable(story: Story) -> None:
    story.client.ask(
        "RevokeSecurityGroupIngress",
        GroupId=story.endpoint_group,
        IpPermissions=[HTTPS | {"IpRanges": [{"CidrIp": "172.16.0.0/16"}]}],
    )
    admit(story, story.endpoint_group, HTTPS | {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]})


def bypassed(story: Story) -> None:
    endpoint(story, "sqs", PrivateDnsEnabled=False)


def without_names(story: Story) -> None:
    story.client.ask("ModifyVpcAttribute", VpcId=story.vpc, EnableDnsHostnames={"Value": False})


def one_zone(story: Story) -> None:
    endpoint(story, "sqs", SubnetIds=[story.back])


def no_route(story: Story) -> None:
    endpoint(
        story, "s3", VpcEndpointType="Gateway", SubnetIds=[], SecurityGroupIds=[], RouteTableIds=[]
    )


def empty_policy(story: Story) -> None:
    deny = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "x:Y", "Resource": "*"}]}
    endpoint(story, "sqs", PolicyDocument=json.dumps(deny))


def policy_of_another_service(story: Story) -> None:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    endpoint(story, "sqs", PolicyDocument=json.dumps({"Statement": [allow]}))


def default_group(story: Story) -> None:
    endpoint(story, "sqs", SecurityGroupIds=[])


def wildcard(story: Story) -> None:
    endpoint(story, "execute-api")


def unused(story: Story) -> None:
    story.client.ask("CreateSecurityGroup", GroupName="idle", Description="idle", VpcId=story.vpc)


def shadowed(story: Story) -> None:
    admit(story, story.endpoint_group, HTTPS | {"IpRanges": [{"CidrIp": "172.16.1.0/24"}]})


def nobody(story: Story) -> None:
    made = story.client.ask(
        "CreateSecurityGroup", GroupName="idle", Description="idle", VpcId=story.vpc
    )
    admit(story, story.web_group, HTTPS | {"UserIdGroupPairs": [{"GroupId": made["GroupId"]}]})


def acl_entry(story: Story) -> None:
    acl = story.client.ask("CreateNetworkAcl", VpcId=story.vpc)["NetworkAcl"]["NetworkAclId"]
    for number, cidr in ((100, ANYWHERE), (110, "10.0.0.0/8")):
        story.client.ask(
            "CreateNetworkAclEntry",
            NetworkAclId=acl,
            RuleNumber=number,
            Protocol="-1",
            RuleAction="allow" if number == 100 else "deny",
            Egress=False,
            CidrBlock=cidr,
        )


def past_it(story: Story) -> None:
    """The other subnet has a way out of its own, past the gateway."""
    given = {"VpcEndpointType": "Gateway", "SubnetIds": [], "SecurityGroupIds": []}
    endpoint(story, "s3", **given, RouteTableIds=[story.back_table])


def no_targets(story: Story) -> None:
    made = story.client.ask(
        "elbv2:CreateLoadBalancer",
        Name="nobody", Type="network", Scheme="internal", Subnets=[story.back],
    )  # fmt: skip
    story.client.pass_time(600)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    story.client.ask(
        "CreateVpcEndpointServiceConfiguration",
        NetworkLoadBalancerArns=[arn], AcceptanceRequired=False,
    )  # fmt: skip


def unaccepted(story: Story) -> None:
    of_a_service(story)
    wider = HTTPS | {"IpRanges": [{"CidrIp": "172.16.0.0/16"}]}  # than this rule there is one now
    story.client.ask(
        "RevokeSecurityGroupIngress", GroupId=story.endpoint_group, IpPermissions=[wider]
    )


def lacking(story: Story) -> None:
    """`app` has no way to the name that tells a cell."""
    endpoint(story, "timestream.query-cell1")


MADE: dict[Callable[[Story], None], Code] = {
    blackhole: Code.ROUTE_BLACKHOLE,
    unreachable: Code.ENDPOINT_UNREACHABLE,
    bypassed: Code.ENDPOINT_BYPASSED,
    without_names: Code.ENDPOINT_BYPASSED,
    past_it: Code.ENDPOINT_BYPASSED,
    one_zone: Code.ENDPOINT_SINGLE_ZONE,
    no_route: Code.ENDPOINT_WITHOUT_ROUTE,
    empty_policy: Code.POLICY_ALLOWS_NOTHING,
    policy_of_another_service: Code.POLICY_ALLOWS_NOTHING,
    default_group: Code.DEFAULT_GROUP_ADMITS_NOBODY,
    wildcard: Code.PRIVATE_DNS_SWALLOWS,
    unused: Code.GROUP_UNUSED,
    shadowed: Code.RULE_SHADOWED,
    nobody: Code.RULE_MATCHES_NOBODY,
    acl_entry: Code.ACL_ENTRY_SHADOWED,
    no_targets: Code.SERVICE_WITHOUT_TARGETS,
    unaccepted: Code.ENDPOINT_NOT_AVAILABLE,
    lacking: Code.ENDPOINT_LACKS_NEED,
}


def test_every_finding_is_made_on_purpose() -> None:
    assert set(MADE.values()) == set(Code)


@pytest.mark.parametrize("fault", MADE, ids=lambda fault: fault.__name__)
def test_a_fault_is_found(fault: Callable[[Story], None]) -> None:
    story = good()
    fault(story)
    codes = {one.code for one in found(story)}
    assert MADE[fault] in codes
    assert codes <= {MADE[fault], Code.ENDPOINT_UNREACHABLE}  # which a group may bring along


def test_a_policy_that_allows_an_action_of_its_service_allows_something() -> None:
    story = good()
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    endpoint(story, "sqs", PolicyDocument=json.dumps({"Statement": [allow]}))
    assert Code.POLICY_ALLOWS_NOTHING not in {one.code for one in found(story)}


def test_a_group_without_a_name_tag_is_called_by_its_own_name() -> None:
    story = good()
    unused(story)
    (told,) = answer_findings(story.state)["findings"]
    assert told["name"] == story.client.call.network.get(SecurityGroup, told["about"]).group_name


def test_the_command_warns_by_its_exit_code(tmp_path: Path) -> None:
    told = CliRunner(catch_exceptions=False).invoke(main, ["findings", "--from", str(DUMP)])
    assert told.exit_code == 1
    assert "DEFAULT_GROUP_ADMITS_NOBODY" in told.output
    shown = CliRunner().invoke(main, ["findings", "--json", "--from", str(DUMP)])
    assert {one["code"] for one in json.loads(shown.stdout)["findings"]} == {
        "DEFAULT_GROUP_ADMITS_NOBODY",
        "ENDPOINT_BYPASSED",  # the gateway endpoint, by the public subnet
    }
