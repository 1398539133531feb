"""Names as each VPC sees them, asked for by real datagrams and streams."""

import pytest

from tests.story.conftest import REGION, RunningSite, until
from tests.story.network import MONITORING, Story, open_endpoint

pytestmark = [pytest.mark.site, pytest.mark.kernel]

MANY = "s3." + REGION + ".amazonaws.com"


def ask(site: RunningSite, target: str, *words: str) -> str:
    """Give what dig prints, whole."""
    return site.inside(target, "dig", "+time=1", "+tries=1", *words).stdout


def status(site: RunningSite, target: str, *words: str) -> str:
    return ask(site, target, *words).partition("status: ")[2].partition(",")[0] or "silence"


@pytest.mark.parametrize("server", ["172.16.0.2", "169.254.169.253"])
@pytest.mark.parametrize("way", ["+notcp", "+tcp"])
def test_a_vpc_answers_at_two_addresses_by_both_ways(site, story, server, way):
    assert status(site, "app", f"@{server}", way, MONITORING) == "NOERROR"


@pytest.mark.parametrize(
    "server",
    ["172.16.0.1", "172.16.2.1", "172.16.1.2", "172.16.2.2", "169.254.169.254", "10.0.0.2"],
)
def test_a_vpc_answers_nowhere_else(site, story, server):
    assert status(site, "app", f"@{server}", MONITORING) == "silence"


def test_the_endpoint_has_four_names_beside_the_services_own(site, story):
    names = [
        entry["DnsName"]
        for endpoint in story.ec2.describe_vpc_endpoints()["VpcEndpoints"]
        for entry in endpoint["DnsEntries"]
    ]
    assert MONITORING in names
    assert len(names) >= 3
    inside = {tuple(site.dig("app", name)) for name in names if not name.startswith("*")}
    assert len(inside) == 1
    (addresses,) = inside
    assert addresses[0].startswith("172.16.2.")
    for name in (f"monitoring.{REGION}.api.aws",):
        assert site.dig("app", name) == list(addresses), name


def test_what_there_is_not_is_denied_with_the_zones_soa(site, story):
    missing = ask(site, "app", f"no-such.{MONITORING}")
    assert "status: NXDOMAIN" in missing
    assert "SOA" in missing
    empty = ask(site, "app", MONITORING, "MX")
    assert "status: NOERROR" in empty
    assert "ANSWER: 0" in empty
    assert "SOA" in empty
    assert status(site, "app", "no-such-name.example.com") == "NXDOMAIN"


def test_edns_is_answered_and_what_is_too_long_is_cut_and_whole_by_stream(site, story):
    answer = ask(site, "app", MONITORING)
    assert "EDNS: version: 0" in answer
    cut = ask(site, "app", "+noedns", "+ignore", "+qr", MANY)
    assert "status: NOERROR" in cut
    assert status(site, "app", "+edns=1", "+noednsneg", MONITORING) == "BADVERS"


def test_an_instances_names_are_private_inside_and_public_outside(site, story):
    web = story.instance(story.web)
    assert site.dig("app", web["PrivateDnsName"]) == [web["PrivateIpAddress"]]
    assert site.dig("app", web["PublicDnsName"]) == [web["PrivateIpAddress"]]
    assert site.dig("internet", web["PublicDnsName"]) == [web["PublicIpAddress"]]
    assert site.dig("internet", web["PrivateDnsName"]) == []


def test_without_dns_support_a_vpc_says_nothing(site: RunningSite, story: Story):
    vpc = {"VpcId": story.vpc}
    story.ec2.modify_vpc_attribute(**vpc, EnableDnsHostnames={"Value": False})
    story.ec2.modify_vpc_attribute(**vpc, EnableDnsSupport={"Value": False})
    try:
        assert status(site, "app", MONITORING) == "silence"
        assert status(site, "app", "@169.254.169.253", MONITORING) == "silence"
    finally:
        story.ec2.modify_vpc_attribute(**vpc, EnableDnsSupport={"Value": True})
        story.ec2.modify_vpc_attribute(**vpc, EnableDnsHostnames={"Value": True})
    assert status(site, "app", MONITORING) == "NOERROR"


def test_a_deleted_endpoint_gives_the_public_name_back_and_a_new_one_takes_it(site, story):
    public = site.dig("internet", MONITORING)
    (endpoint,) = story.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    assert site.dig("app", MONITORING) != public
    story.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    until(lambda: site.dig("app", MONITORING), lambda seen: seen == public)
    story.endpoint_group = story.ec2.create_security_group(
        GroupName="again", Description="again", VpcId=story.vpc
    )["GroupId"]
    open_endpoint(story)  # returns when it is available: its names answer from then on
    assert site.dig("app", MONITORING) != public
