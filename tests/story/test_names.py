"""Zones of Route 53, asked for by dig in an instance and outside."""

import uuid

import pytest

from tests.story.conftest import REGION, until
from tests.story.network import build

pytestmark = [pytest.mark.site, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def story(site):
    return build(site)


@pytest.fixture(scope="module")
def route53(site):
    return site.client("route53")


def a_zone(route53, name: str, vpc: str | None = None) -> str:
    where = {"VPC": {"VPCRegion": REGION, "VPCId": vpc}} if vpc else {}
    made = route53.create_hosted_zone(Name=name, CallerReference=uuid.uuid4().hex, **where)
    return made["HostedZone"]["Id"]


def change(route53, zone: str, action: str, name: str, of_type: str, *values: str, **more) -> None:
    row = {"Name": name, "Type": of_type, **more}
    if values:
        row |= {"TTL": 5, "ResourceRecords": [{"Value": value} for value in values]}
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": row}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def status(site, target: str, name: str, of_type: str = "A") -> str:
    text = site.inside(target, "dig", "+time=2", "+tries=1", name, of_type).stdout
    return text.partition("status: ")[2].partition(",")[0]


def test_a_private_zone_answers_in_its_vpc_and_nowhere_else(site, story, route53):
    zone = a_zone(route53, "corp.internal", story.vpc)
    change(route53, zone, "CREATE", "api.corp.internal", "A", "172.16.2.9")
    change(route53, zone, "CREATE", "*.apps.corp.internal", "CNAME", "api.corp.internal")
    change(route53, zone, "CREATE", "about.corp.internal", "TXT", '"a\\040zone" "two"')
    assert site.dig("app", "api.corp.internal") == ["172.16.2.9"]
    assert site.dig("app", "x.apps.corp.internal") == ["172.16.2.9", "api.corp.internal."]
    about = site.inside("app", "dig", "+short", "about.corp.internal", "TXT").stdout
    assert about.strip() == '"a zone" "two"'
    assert status(site, "app", "gone.corp.internal") == "NXDOMAIN"
    assert status(site, "app", "api.corp.internal", "AAAA") == "NOERROR"
    assert site.dig("internet", "api.corp.internal") == []
    change(route53, zone, "UPSERT", "api.corp.internal", "A", "172.16.2.10")
    assert site.dig("app", "api.corp.internal") == ["172.16.2.10"]


def test_a_private_zone_hides_the_public_one_of_its_name(site, story, route53):
    public = a_zone(route53, "example.org")
    change(route53, public, "CREATE", "www.example.org", "A", "192.0.2.80")
    change(route53, public, "CREATE", "other.example.org", "A", "192.0.2.81")
    for target in ("app", "internet"):
        assert site.dig(target, "www.example.org") == ["192.0.2.80"]
    private = a_zone(route53, "example.org", story.vpc)
    change(route53, private, "CREATE", "www.example.org", "A", "172.16.2.80")
    assert site.dig("app", "www.example.org") == ["172.16.2.80"]
    assert status(site, "app", "other.example.org") == "NXDOMAIN"
    assert site.dig("internet", "other.example.org") == ["192.0.2.81"]


def test_an_alias_leads_to_an_endpoint_while_it_is_there(site, story, route53):
    made = story.ec2.create_vpc_endpoint(
        VpcId=story.vpc,
        VpcEndpointType="Interface",
        ServiceName=f"com.amazonaws.{REGION}.sqs",
        SubnetIds=[story.back],
        PrivateDnsEnabled=False,
    )["VpcEndpoint"]
    until(
        lambda: story.endpoint(made["VpcEndpointId"])["State"], lambda state: state == "available"
    )
    first = story.endpoint(made["VpcEndpointId"])["DnsEntries"][0]
    target = {
        "HostedZoneId": first["HostedZoneId"],
        "DNSName": first["DnsName"],
        "EvaluateTargetHealth": False,
    }
    zone = a_zone(route53, f"sqs.{REGION}.amazonaws.com", story.vpc)
    name = f"sqs.{REGION}.amazonaws.com"
    public = site.dig("internet", name)
    change(route53, zone, "CREATE", name, "A", AliasTarget=target)
    assert site.dig("app", name) == site.dig("app", first["DnsName"])
    assert site.dig("app", name)[0].startswith("172.16.2.")
    assert site.dig("internet", name) == public
    story.ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])
    until(lambda: site.dig("app", name), lambda answer: answer == [])
    change(route53, zone, "DELETE", name, "A", AliasTarget=target)
    route53.delete_hosted_zone(Id=zone)
    assert site.dig("app", name) == public


def test_zones_outlive_the_processes_of_the_site(site, story, route53):
    site.genkan("down")
    site.genkan("up")
    assert site.dig("app", "api.corp.internal") == ["172.16.2.10"]
