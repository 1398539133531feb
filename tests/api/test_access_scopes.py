"""Access scopes analysed through the API: which ways are there that may not be."""

from dataclasses import replace

import pytest

from genkan.api.access_scopes import analysed
from genkan.control import ways
from genkan.model.network_insights import NetworkInsightsAccessScopeAnalysis
from tests.build import Client
from tests.impact.story import ANYWHERE, Story, build

FROM_INTERNET = {"Source": {"ResourceStatement": {"ResourceTypes": ["AWS::EC2::InternetGateway"]}}}
TO_INTERNET = {
    "Destination": {"ResourceStatement": {"ResourceTypes": ["AWS::EC2::InternetGateway"]}}
}


@pytest.fixture
def story() -> Story:
    made = build()
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": ANYWHERE}]}
    made.client.ask("AuthorizeSecurityGroupIngress", GroupId=made.web_group, IpPermissions=[ssh])
    return made


def make_analyses(client: Client) -> None:
    """Do as a site does with analyses that are running."""
    for one in list(client.call.network.where(NetworkInsightsAccessScopeAnalysis, running=True)):
        client.put(replace(analysed(client.call, one), running=False, ended_at=client.call.now))


def analyse(story: Story, *match, exclude=()):
    """Make a scope and analyse it; give the analysis, and the ids of what each finding passes."""
    ask = story.client.ask
    made = ask(
        "CreateNetworkInsightsAccessScope", MatchPaths=list(match), ExcludePaths=list(exclude)
    )
    scope = made["NetworkInsightsAccessScope"]["NetworkInsightsAccessScopeId"]
    begun = ask("StartNetworkInsightsAccessScopeAnalysis", NetworkInsightsAccessScopeId=scope)
    assert begun["NetworkInsightsAccessScopeAnalysis"]["Status"] == "running"
    assert "EndDate" not in begun["NetworkInsightsAccessScopeAnalysis"]
    make_analyses(story.client)
    (analysis,) = ask(
        "DescribeNetworkInsightsAccessScopeAnalyses", NetworkInsightsAccessScopeId=scope
    )["NetworkInsightsAccessScopeAnalyses"]
    told = ask(
        "GetNetworkInsightsAccessScopeAnalysisFindings",
        NetworkInsightsAccessScopeAnalysisId=analysis["NetworkInsightsAccessScopeAnalysisId"],
    )
    assert told["AnalysisStatus"] == analysis["Status"]
    return analysis, [
        [one["Component"]["Id"] for one in finding["FindingComponents"]]
        for finding in told["AnalysisFindings"]
    ]


def test_what_the_internet_reaches_is_a_finding_hop_by_hop(story):
    analysis, (way,) = analyse(story, FROM_INTERNET)
    assert (analysis["Status"], analysis["FindingsFound"]) == ("succeeded", "true")
    assert analysis["AnalyzedEniCount"] == 2
    assert way[0] == story.gateway
    assert way[-1] == story.web
    assert story.web_group in way


def test_an_excluded_path_is_none(story):
    ssh = {"Destination": {"PacketHeaderStatement": {"DestinationPorts": ["22"]}}}
    analysis, ways = analyse(story, FROM_INTERNET, exclude=[ssh])
    assert (analysis["FindingsFound"], ways) == ("false", [])
    https = {"Destination": {"PacketHeaderStatement": {"DestinationPorts": ["443"]}}}
    assert len(analyse(story, FROM_INTERNET, exclude=[https])[1]) == 1


def test_a_path_through_a_thing_passes_it(story):
    through = [{"ResourceStatement": {"Resources": [story.gateway]}}]
    _, ways = analyse(story, {"ThroughResources": through,
        "Source": {"ResourceStatement": {"Resources": [story.web]}}})  # fmt: skip
    assert ways
    assert all(story.gateway in way for way in ways)
    elsewhere = [{"ResourceStatement": {"Resources": ["nat-0123456789abcdef0"]}}]
    assert analyse(story, {"ThroughResources": elsewhere})[1] == []


def test_each_of_equal_interfaces_is_a_finding_of_its_own(story):
    story.launch("web", story.front, story.web_group, public=True, count=2)
    _, ways = analyse(story, {"Source": {"ResourceStatement": {"ResourceTypes": [
        "AWS::EC2::NetworkInterface"]}}, **TO_INTERNET})  # fmt: skip
    assert len({way[0] for way in ways}) == 3


def prefix_list(story, *blocks):
    made = story.client.ask(
        "CreateManagedPrefixList",
        PrefixListName="those", MaxEntries=4, AddressFamily="IPv4",
        Entries=[{"Cidr": one} for one in blocks],
    )["PrefixList"]  # fmt: skip
    story.client.pass_time(1)
    return made["PrefixListId"], made["PrefixListArn"]


def sent_with(story, **header):
    """Give how many ways carry a header."""
    return len(analyse(story, {"Source": {"PacketHeaderStatement": header}})[1])


def test_a_prefix_list_stands_for_every_entry_of_it_by_id_or_arn(story):
    own = f"{story.interface(story.web).private_ip}/32"
    same = sent_with(story, SourceAddresses=[own])
    assert same > 0
    for name in prefix_list(story, "192.0.2.0/24", own):
        assert sent_with(story, SourcePrefixLists=[name]) == same
    for name in prefix_list(story, "10.0.0.0/8"):
        assert sent_with(story, SourcePrefixLists=[name]) == 0


def test_the_internet_has_every_address_that_is_not_private(story):
    for block, found in (("203.0.113.0/24", 0), ("8.8.8.0/24", 1), ("10.0.0.0/8", 0)):
        name, _ = prefix_list(story, block)
        path = {**FROM_INTERNET, "Destination": {"PacketHeaderStatement": {
            "SourcePrefixLists": [name]}}}  # fmt: skip
        assert len(analyse(story, path)[1]) == found, block


def test_a_header_without_protocols_is_of_tcp_or_udp_and_ports_are_asked_for(story):
    ping = {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": ANYWHERE}]}
    story.client.ask("AuthorizeSecurityGroupIngress", GroupId=story.web_group, IpPermissions=[ping])
    for ports, found in ((["1024-65535"], 1), (["1-1023"], 0)):
        header = {"PacketHeaderStatement": {"SourcePorts": ports}}
        assert len(analyse(story, FROM_INTERNET | {"Destination": header})[1]) == found


def test_a_prefix_list_that_is_not_there_fails_and_says_so(story):
    path = {"Source": {"PacketHeaderStatement": {"SourcePrefixLists": ["pl-0123456789abcdef0"]}}}
    analysis, ways = analyse(story, path)
    assert (analysis["Status"], analysis["FindingsFound"], ways) == ("failed", "unknown", [])
    assert "pl-0123456789abcdef0" in analysis["StatusMessage"]


def test_more_ways_than_can_be_told_fail_and_say_how_many(story, monkeypatch):
    monkeypatch.setattr(ways, "MOST_WAYS", 0)
    analysis, told = analyse(story, FROM_INTERNET)
    assert (analysis["Status"], analysis["FindingsFound"], told) == ("failed", "unknown", [])
    assert "it finds 1 ways, and at most 0 are told" in analysis["StatusMessage"]
