"""Failover of Route 53 by health checks that are made for real, and by the health of targets."""

import uuid

import pytest

from tests.story.conftest import until
from tests.story.network import build
from tests.story.test_names import a_zone

pytestmark = [pytest.mark.site, pytest.mark.timeout(240)]

PAGE = "from http.server import *; HTTPServer(('', 80), SimpleHTTPRequestHandler).serve_forever()"
NAME = "www.corp.internal"


@pytest.fixture(scope="module")
def story(site):
    return build(site)


@pytest.fixture(scope="module")
def route53(site):
    return site.client("route53")


def made(route53, **config) -> str:
    config |= {"RequestInterval": 10, "FailureThreshold": 1}
    asked = {"CallerReference": uuid.uuid4().hex, "HealthCheckConfig": config}
    return route53.create_health_check(**asked)["HealthCheck"]["Id"]


def status(route53, check: str) -> str:
    seen = route53.get_health_check_status(HealthCheckId=check)["HealthCheckObservations"]
    return seen[0]["StatusReport"]["Status"] if seen else ""


def put(route53, zone: str, *rows: dict) -> None:
    changes = [{"Action": "UPSERT", "ResourceRecordSet": {"Type": "A", **row}} for row in rows]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def failing_over(route53, zone: str, check: str, name: str = NAME) -> None:
    put(
        route53,
        zone,
        *(
            {
                "Name": name,
                "SetIdentifier": failover,
                "Failover": failover,
                "TTL": 5,
                "ResourceRecords": [{"Value": address}],
                **({"HealthCheckId": check} if failover == "PRIMARY" else {}),
            }
            for failover, address in (("PRIMARY", "192.0.2.1"), ("SECONDARY", "192.0.2.2"))
        ),
    )


def test_a_name_fails_over_while_its_endpoint_does_not_answer_and_comes_back(site, story, route53):
    public = story.instance(story.web)["PublicIpAddress"]
    check = made(route53, Type="HTTP", IPAddress=public, Port=80)
    zone = a_zone(route53, "corp.internal", story.vpc)
    failing_over(route53, zone, check)
    # The group lets nobody in, so what is sent is dropped.
    until(lambda: site.dig("app", NAME), lambda answer: answer == ["192.0.2.2"])
    assert status(route53, check).startswith("Failure: The health checker could not establish")
    group = story.instance(story.web)["SecurityGroups"][0]["GroupId"]
    web = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    checker = [{"CidrIp": "198.51.100.10/32"}]
    story.ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{**web, "IpRanges": checker}]
    )
    site.inside("web", "sh", "-c", f'setsid python3 -c "{PAGE}" </dev/null >/dev/null 2>&1 &')
    until(lambda: site.dig("app", NAME), lambda answer: answer == ["192.0.2.1"])  # two intervals
    assert status(route53, check) == "Success: HTTP Status Code 200, OK"


def test_a_private_address_is_asked_from_its_vpc_and_a_calculated_check_counts(
    site, story, route53
):
    private = story.instance(story.web)["PrivateIpAddress"]
    up, down = (made(route53, Type="TCP", IPAddress=private, Port=port) for port in (80, 81))
    until(lambda: status(route53, up), lambda text: text.startswith("Success"))
    until(lambda: status(route53, down), lambda text: text.startswith("Failure"))
    config = {"Type": "CALCULATED", "ChildHealthChecks": [up, down], "HealthThreshold": 2}
    asked = {"CallerReference": uuid.uuid4().hex, "HealthCheckConfig": config}
    both = route53.create_health_check(**asked)["HealthCheck"]["Id"]
    zone = a_zone(route53, "calc.internal", story.vpc)
    failing_over(route53, zone, both, "one.calc.internal")
    assert site.dig("app", "one.calc.internal") == ["192.0.2.2"]
    for threshold, inverted, answer in ((1, False, 1), (1, True, 2), (2, True, 1)):
        route53.update_health_check(
            HealthCheckId=both, HealthThreshold=threshold, Inverted=inverted
        )
        assert site.dig("app", "one.calc.internal") == [f"192.0.2.{answer}"]


def test_a_name_of_the_site_is_resolved_and_asked(site, story, route53):
    zone = a_zone(route53, "example.org")
    public = story.instance(story.web)["PublicIpAddress"]
    rows = [{"Value": public}]
    put(route53, zone, {"Name": "web.example.org", "TTL": 5, "ResourceRecords": rows})
    config = {"Type": "HTTP_STR_MATCH", "SearchString": "Directory listing"}
    there = made(route53, **config, FullyQualifiedDomainName="web.example.org")
    gone = made(route53, **config, FullyQualifiedDomainName="gone.example.org")
    foreign = made(route53, **config, FullyQualifiedDomainName="www.example.net")
    until(lambda: status(route53, there), lambda text: text.startswith("Success"))
    until(lambda: status(route53, gone), lambda text: "DNS resolution failed" in text)
    until(lambda: status(route53, foreign), lambda text: "not of this site" in text)
    reason = route53.get_health_check_last_failure_reason(HealthCheckId=gone)
    (seen,) = reason["HealthCheckObservations"]
    assert (seen["Region"], seen["IPAddress"]) == ("us-east-1", "198.51.100.10")


def test_an_alias_fails_over_with_an_endpoint(site, story, route53):
    endpoint = story.ec2.create_vpc_endpoint(
        VpcId=story.vpc,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.ap-northeast-1.sqs",
        SubnetIds=[story.back],
        PrivateDnsEnabled=False,
    )["VpcEndpoint"]["VpcEndpointId"]
    until(lambda: story.endpoint(endpoint)["State"], lambda state: state == "available")
    first = story.endpoint(endpoint)["DnsEntries"][0]
    target = {
        "HostedZoneId": first["HostedZoneId"],
        "DNSName": first["DnsName"],
        "EvaluateTargetHealth": True,
    }
    zone = a_zone(route53, "queue.internal", story.vpc)
    name = "sqs.queue.internal"
    put(
        route53,
        zone,
        {"Name": name, "SetIdentifier": "a", "Failover": "PRIMARY", "AliasTarget": target},
        {
            "Name": name,
            "SetIdentifier": "b",
            "Failover": "SECONDARY",
            "TTL": 5,
            "ResourceRecords": [{"Value": "192.0.2.2"}],
        },
    )
    assert site.dig("app", name)[0].startswith("172.16.2.")
    story.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    until(lambda: site.dig("app", name), lambda answer: answer == ["192.0.2.2"])


def test_what_was_measured_outlives_the_process_that_measures(site, route53):
    before = site.dig("app", "www.corp.internal")
    pid = site.processes()["health"]
    site.attempt("kill", "-9", str(pid))
    until(lambda: site.processes().get("health"), lambda now: now not in (None, pid))
    assert site.dig("app", "www.corp.internal") == before == ["192.0.2.1"]
