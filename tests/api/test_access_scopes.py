"""Access scopes analysed through the API: which ways are there that may not be."""

import pytest

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


def analyse(story: Story, *match, exclude=()):
    """Make a scope and analyse it; give the analysis, and the ids of what each finding passes."""
    ask = story.client.ask
    made = ask(
        "CreateNetworkInsightsAccessScope", MatchPaths=list(match), ExcludePaths=list(exclude)
    )
    scope = made["NetworkInsightsAccessScope"]["NetworkInsightsAccessScopeId"]
    ask("StartNetworkInsightsAccessScopeAnalysis", NetworkInsightsAccessScopeId=scope)
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


def test_a_scope_that_says_what_is_not_read_here_fails_and_says_so(story):
    path = {"Source": {"PacketHeaderStatement": {"SourcePrefixLists": ["pl-0123456789abcdef0"]}}}
    analysis, ways = analyse(story, path)
    assert (analysis["Status"], analysis["FindingsFound"], ways) == ("failed", "unknown", [])
    assert "SourcePrefixLists" in analysis["StatusMessage"]
