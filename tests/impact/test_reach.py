"""Who reaches what is exact: what is said is open is walked, and what is not said is not."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from genkan.analysis.packet import TCP, UDP
from genkan.cli.main import main
from genkan.impact.access_scope import ScopeUnreadable, parse_scope
from genkan.impact.open_ways import Reached
from genkan.impact.outlook import Flow, Verdict, look
from genkan.impact.reach import Wanted, reach
from genkan.impact.reach_report import answer_reach
from genkan.impact.state import State
from genkan.impact.target import Kind
from genkan.model.security_group import SecurityGroup
from genkan.model.vpc_endpoint import VpcEndpoint
from tests.impact.story import Story, build

DUMP = Path(__file__).parents[1] / "imports" / "terraform" / "dump.jsonl"
EVERYTHING = Wanted()
EDGES = (1, 79, 80, 81, 442, 443, 444, 1023, 1024, 8080, 65_534, 65_535)


def admit(story: Story, group: str, protocol: str, first: int, last: int, peer: str) -> None:
    member = "UserIdGroupPairs" if peer.startswith("sg-") else "IpRanges"
    key = "GroupId" if peer.startswith("sg-") else "CidrIp"
    permission = {"IpProtocol": protocol, "FromPort": first, "ToPort": last, member: [{key: peer}]}
    story.client.ask("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[permission])


@pytest.fixture(scope="module")
def story() -> Story:
    one = build()
    admit(one, one.app_group, "tcp", 80, 80, one.web_group)
    admit(one, one.app_group, "tcp", 443, 1023, "172.16.1.0/24")
    admit(one, one.app_group, "udp", 53, 53, "172.16.0.0/16")
    admit(one, one.web_group, "tcp", 443, 443, "0.0.0.0/0")
    admit(one, one.web_group, "icmp", 8, -1, "172.16.2.0/24")
    return one


@pytest.fixture(scope="module")
def found(story: Story) -> list[Reached]:
    return reach(story.state, EVERYTHING, EVERYTHING)


def ports(
    found: list[Reached], sender: str, target: str
) -> set[tuple[int, int | None, int | None]]:
    return {
        (part.protocol, part.first, part.last)
        for one in found
        if one.sender.origin == sender
        and (one.target.group.origin if one.target.group else one.target.id) == target
        for part in one.ports
    }


def test_ports_are_told_from_edge_to_edge(story: Story, found: list[Reached]) -> None:
    assert ports(found, story.web, story.app) == {(TCP, 80, 80), (TCP, 443, 1023), (UDP, 53, 53)}
    assert ports(found, story.app, story.web) == {(TCP, 443, 443), (1, None, None)}


def test_a_name_that_somebody_else_answers_is_told_to_whom_is_asked_about_alone() -> None:
    one = build()
    ask = one.client.ask
    made = ask(
        "route53resolver:CreateResolverEndpoint", CreatorRequestId="1", Direction="OUTBOUND",
        SecurityGroupIds=[one.app_group],
        IpAddresses=[{"SubnetId": one.front}, {"SubnetId": one.back}],
    )["ResolverEndpoint"]["Id"]  # fmt: skip
    one.client.pass_time(1)
    rule = ask(
        "route53resolver:CreateResolverRule", CreatorRequestId="2", RuleType="FORWARD",
        DomainName="amazonaws.com", ResolverEndpointId=made, TargetIps=[{"Ip": "10.9.9.9"}],
    )["ResolverRule"]["Id"]  # fmt: skip
    ask("route53resolver:AssociateResolverRule", ResolverRuleId=rule, VPCId=one.vpc)
    one.client.pass_time(1)
    for sources, senders in ((EVERYTHING, {one.web, one.app}), (Wanted([one.web]), {one.web})):
        told = [way for way in reach(one.state, sources, EVERYTHING) if way.to is None]
        assert {way.codes for way in told} == {("DNS_FORWARDED",)}
        assert {way.sender.origin for way in told} == senders


def test_a_way_tells_the_source_ports_that_its_answers_come_back_to() -> None:
    """Answers leave the other's subnet by a network ACL that takes a part of the ports."""
    one = build()
    admit(one, one.app_group, "tcp", 80, 80, one.web_group)
    ask = one.client.ask
    acl = ask("CreateNetworkAcl", VpcId=one.vpc)["NetworkAcl"]["NetworkAclId"]
    for number, egress, first in ((100, True, 50_000), (100, False, 0)):
        ask(
            "CreateNetworkAclEntry", NetworkAclId=acl, RuleNumber=number, Egress=egress,
            Protocol="6", RuleAction="allow", CidrBlock="0.0.0.0/0",
            PortRange={"From": first, "To": 65_535},
        )  # fmt: skip
    filters = [{"Name": "association.subnet-id", "Values": [one.back]}]
    (worn,) = ask("DescribeNetworkAcls", Filters=filters)["NetworkAcls"]
    (old,) = (each for each in worn["Associations"] if each["SubnetId"] == one.back)
    ask(
        "ReplaceNetworkAclAssociation", NetworkAclId=acl,
        AssociationId=old["NetworkAclAssociationId"],
    )  # fmt: skip
    (way,) = reach(one.state, Wanted([one.web]), Wanted([one.app]))
    assert way.verdict is Verdict.DEPENDS
    assert [(part.first, part.last) for part in way.source_ports] == [(50_000, 65_535)]
    (trace,) = way.replayed(one.state)
    assert not trace.blockers


def test_a_way_is_open_where_each_address_of_its_target_takes_it() -> None:
    one = build()
    admit(one, one.app_group, "tcp", 80, 80, one.web_group)
    interface = one.interface(one.app)
    one.client.ask(
        "AssignPrivateIpAddresses",
        NetworkInterfaceId=interface.id,
        SecondaryPrivateIpAddressCount=1,
    )
    assert len(one.interface(one.app).private_addresses) == 2
    assert len(reach(one.state, Wanted([one.web]), Wanted([one.app]))) == 1
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    one.client.ask("RevokeSecurityGroupEgress", GroupId=one.web_group, IpPermissions=everything)
    for address in one.interface(one.app).private_addresses:
        only = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": f"{address}/32"}]}]
        one.client.ask("AuthorizeSecurityGroupEgress", GroupId=one.web_group, IpPermissions=only)
        assert reach(one.state, Wanted([one.web]), Wanted([one.app])) == []
        one.client.ask("RevokeSecurityGroupEgress", GroupId=one.web_group, IpPermissions=only)


def test_who_has_a_public_address_is_not_told_of_with_who_has_none() -> None:
    one = build()
    plain = one.launch("plain", one.front, one.web_group)
    found = reach(one.state, Wanted([one.web_group]), Wanted(["internet"]))
    senders = {member.place for way in found for member in way.sender.members}
    assert senders == {one.web}
    assert plain not in senders


def test_one_of_a_group_reaches_its_others_as_rules_say() -> None:
    one = build()
    one.launch("more", one.back, one.app_group)
    assert reach(one.state, Wanted([one.app_group]), Wanted([one.app_group])) == []
    admit(one, one.app_group, "tcp", 80, 80, one.app_group)
    (way,) = reach(one.state, Wanted([one.app_group]), Wanted([one.app_group]))
    assert [(part.first, part.last) for part in way.ports] == [(80, 80)]
    (trace,) = way.replayed(one.state)
    assert trace.arrived_at not in (None, trace.origin)


def test_what_is_exposed_to_the_internet_is_told(story: Story) -> None:
    exposed = reach(story.state, Wanted(["internet"]), EVERYTHING)
    (one,) = exposed
    assert one.target.kind is Kind.PUBLIC
    assert [(part.protocol, part.first, part.last) for part in one.ports] == [(TCP, 443, 443)]


def test_every_port_is_as_the_walk_of_it_says(story: Story, found: list[Reached]) -> None:
    """Edges and a random few, for each pair that has a way: nothing more, nothing less."""
    chance = random.Random(7)
    state = story.state
    looked = {(one.sender.id, one.target.id): one for one in found if one.target.group}
    for one in looked.values():
        told = [
            part
            for other in found
            if (other.sender.id, other.target.id) == (one.sender.id, one.target.id)
            for part in other.ports
            if part.first is not None
        ]
        for protocol in (TCP, UDP):
            for port in (*EDGES, *(chance.randint(1, 65_535) for _ in range(20))):
                works = look(state, one.sender, one.target, Flow(4, protocol, port)).verdict
                is_told = any(
                    part.protocol == protocol and part.first <= port <= part.last for part in told
                )
                assert (works is Verdict.WORKS) == is_told, (protocol, port)


@pytest.mark.parametrize("word", ["web", "{front}", "{web_group}", "{web}"])
def test_an_end_is_meant_by_its_name_its_subnet_its_group_or_its_id(
    story: Story, found: list[Reached], word: str
) -> None:
    text = word.format(front=story.front, web_group=story.web_group, web=story.web)
    meant = reach(story.state, Wanted([text]), EVERYTHING)
    assert meant
    assert meant == [one for one in found if one.sender.origin == story.web]


def test_endpoints_and_groups_are_meant_by_their_names_too() -> None:
    one = build()
    admit(one, one.app_group, "tcp", 80, 80, one.web_group)
    group = one.state.network.get(SecurityGroup, one.app_group)
    assert group is not None
    (way,) = reach(one.state, Wanted([one.web]), Wanted([group.group_name]))
    assert way == reach(one.state, Wanted([one.web]), Wanted([one.app_group]))[0]
    tags = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "queues"}]}]
    made = one.client.ask(
        "CreateVpcEndpoint", VpcId=one.vpc, VpcEndpointType="Interface", SubnetIds=[one.back],
        ServiceName="com.amazonaws.ap-northeast-1.sqs", TagSpecifications=tags,
    )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
    one.client.pass_time(1)
    endpoint = one.state.network.get(VpcEndpoint, made)
    assert endpoint is not None
    admit(one, endpoint.group_ids[0], "tcp", 443, 443, "172.16.0.0/16")
    named = reach(one.state, EVERYTHING, Wanted(["queues"]))
    assert named
    assert all(way.target.kind is Kind.NAME for way in named)
    words = (made, "com.amazonaws.ap-northeast-1.sqs", "sqs.ap-northeast-1.amazonaws.com")
    for word in words:
        assert named == reach(one.state, EVERYTHING, Wanted([word]))


def test_a_gateway_endpoint_is_meant_by_its_id_and_its_services_name_in_its_own_vpc() -> None:
    one = build()
    ask = one.client.ask
    service = "com.amazonaws.ap-northeast-1.s3"
    made = [
        ask("CreateVpcEndpoint", VpcId=vpc, ServiceName=service, RouteTableIds=tables)
        for vpc, tables in (
            (one.vpc, [one.back_table]),
            (ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"], []),
        )
    ]
    here, elsewhere = (each["VpcEndpoint"]["VpcEndpointId"] for each in made)
    one.client.pass_time(1)
    for word in (here, service, "s3"):
        (way,) = reach(one.state, Wanted([one.app]), Wanted([word]))
        assert way.via == (here,)
    assert reach(one.state, Wanted([one.app]), Wanted([elsewhere])) == []


@pytest.mark.parametrize("words", [["wbe", "any"], ["any", "wbe"], ["web", "192.0.2.77"]])
def test_what_nothing_is_called_is_refused_and_never_said_to_be_reached_by_nobody(
    words: list[str],
) -> None:
    told = CliRunner(catch_exceptions=False).invoke(main, ["reach", "--from", str(DUMP), *words])
    assert told.exit_code == 3
    assert "nothing here is called" in told.output
    assert "nothing is reached" not in told.output


def test_who_exists_and_is_not_reached_is_told_so(story: Story) -> None:
    asked = {"sources": ["app"], "destinations": ["internet"]}
    assert answer_reach(story.state, asked)["ways"] == []
    assert answer_reach(story.state, {"sources": ["appp"]}) == {"unknown": "appp", "near": ["app"]}


def test_a_witness_is_a_flow_that_arrives() -> None:
    runner = CliRunner(catch_exceptions=False)
    told = runner.invoke(main, ["reach", "--json", "--from", str(DUMP)])
    assert told.exit_code == 0
    witnesses = [one["witness"] for one in json.loads(told.output)["ways"]]
    assert witnesses
    for one in witnesses:
        port = "" if one["port"] is None else f":{one['port']}/{one['protocol']}"
        typed = ["trace", "--from", str(DUMP), one["source"], f"{one['destination']}{port}"]
        assert runner.invoke(main, typed).exit_code == 0


def internet(kind: str = "AWS::EC2::InternetGateway") -> dict[str, Any]:
    return {"ResourceStatement": {"ResourceTypes": [kind]}}


def scoped(state: State, **scope: Any) -> list[Any]:
    return list(answer_reach(state, {"scope": scope})["ways"])


def test_a_scope_finds_what_it_looks_for_and_leaves_out_what_may_be(story: Story) -> None:
    state = story.state
    from_outside = {"Source": internet()}
    header = {"PacketHeaderStatement": {"DestinationPorts": ["443"], "Protocols": ["tcp"]}}
    may_be = {"Source": internet(), "Destination": header}
    to_app = {"Destination": {"ResourceStatement": {"Resources": [story.app]}}}
    assert len(scoped(state, MatchPaths=[from_outside])) == 1
    assert scoped(state, MatchPaths=[from_outside], ExcludePaths=[may_be]) == []
    assert {
        one["from"]["interfaces"][0]["place"] for one in scoped(state, MatchPaths=[to_app])
    } == {story.web}
    through = {**from_outside, "ThroughResources": [internet("AWS::EC2::NatGateway")]}
    assert scoped(state, MatchPaths=[through]) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ([], "no MatchPaths"),
        ({}, "no MatchPaths"),
        ({"MatchPaths": ["x"]}, "is no path"),
        ({"MatchPaths": [{"Sauce": {}}]}, "no Sauce"),
        ({"MatchPaths": [{"Source": {"Resource": {}}}]}, "no Resource"),
        (
            {"MatchPaths": [{"Source": {"ResourceStatement": {"ResourceTypes": ["AWS::X"]}}}]},
            "not a type",
        ),
        (
            {"MatchPaths": [{"Source": {"PacketHeaderStatement": {"SourceLists": []}}}]},
            "no SourceLists",
        ),
        (
            {
                "MatchPaths": [
                    {
                        "Source": {
                            "PacketHeaderStatement": {
                                "SourcePrefixLists": ["pl-1"],
                                "SourceAddresses": ["10.0.0.0/8"],
                            }
                        }
                    }
                ]
            },
            "exclude each other",
        ),
        (
            {"MatchPaths": [{"Source": {"PacketHeaderStatement": {"Protocols": ["icmp"]}}}]},
            "is no protocol",
        ),
        (
            {"MatchPaths": [{"Source": {"PacketHeaderStatement": {"SourcePorts": ["x"]}}}]},
            "no range of ports",
        ),
    ],
)
def test_a_scope_that_is_not_understood_is_refused(content: Any, why: str) -> None:
    with pytest.raises(ScopeUnreadable, match=why):
        parse_scope(content)


def test_exit_codes_are_for_scripts(tmp_path: Path) -> None:
    scope = tmp_path / "scope.json"
    scope.write_text(json.dumps({"MatchPaths": [{"Source": internet()}]}))
    runner = CliRunner(catch_exceptions=False)
    files = ["--from", str(DUMP)]
    assert runner.invoke(main, ["reach", "internet", "any", *files]).exit_code == 1
    assert runner.invoke(main, ["reach", "web", "internet", *files]).exit_code == 0
    assert runner.invoke(main, ["reach", "--scope", str(scope), *files]).exit_code == 0
    scope.write_text("{}")
    assert runner.invoke(main, ["reach", "--scope", str(scope), *files]).exit_code == 2
