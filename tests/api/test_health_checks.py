"""Health checks: made once by a reference, changed by version, named by record sets."""

import pytest

from genkan.control.health import told
from tests.build import Client

TCP = {"Type": "TCP", "IPAddress": "198.51.100.7", "Port": 80}
SITE = {"Type": "HTTPS", "FullyQualifiedDomainName": "www.example.org"}
UNKNOWN = "00000000-0000-0000-0000-00000000000f"


@pytest.fixture
def client() -> Client:
    return Client()


def create(client: Client, config: dict, reference: str = "one") -> dict:
    asked = {"CallerReference": reference, "HealthCheckConfig": config}
    return client.ask("route53:CreateHealthCheck", **asked)["HealthCheck"]


def test_what_is_left_out_is_as_aws_has_it(client):
    config = create(client, SITE)["HealthCheckConfig"]
    assert (config["Port"], config["RequestInterval"], config["FailureThreshold"]) == (443, 30, 3)
    assert (config["EnableSNI"], config["Inverted"], config["Disabled"]) == (True, False, False)


def test_a_reference_makes_one_check(client):
    made = create(client, TCP)
    assert create(client, TCP) == made
    asked = {"CallerReference": "one", "HealthCheckConfig": SITE}
    refused = client.refusal("route53:CreateHealthCheck", **asked)
    assert refused == "HealthCheckAlreadyExists"
    assert client.ask("route53:GetHealthCheckCount")["HealthCheckCount"] == 1


def test_a_change_makes_a_version_and_needs_the_last_one(client):
    name = create(client, {**SITE, "ResourcePath": "/up"})["Id"]
    asked = {"HealthCheckId": name, "HealthCheckVersion": 1, "ResetElements": ["ResourcePath"]}
    after = client.ask("route53:UpdateHealthCheck", **asked, FailureThreshold=5)["HealthCheck"]
    assert (after["HealthCheckVersion"], after["HealthCheckConfig"]["FailureThreshold"]) == (2, 5)
    assert "ResourcePath" not in after["HealthCheckConfig"]
    refused = client.refusal("route53:UpdateHealthCheck", **asked)
    assert refused == "HealthCheckVersionMismatch"


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"Type": "PING"}, "InvalidInput"),
        ({"Type": "CLOUDWATCH_METRIC"}, "InvalidInput"),
        ({"Type": "HTTP"}, "InvalidInput"),
        ({**TCP, "Port": None}, "InvalidInput"),
        ({**TCP, "Port": 70000}, "InvalidInput"),
        ({**TCP, "EndpointType": "PRIVATE"}, "InvalidInput"),
        ({**TCP, "IPAddress": "here"}, "InvalidInput"),
        ({**TCP, "RequestInterval": 20}, "InvalidInput"),
        ({**TCP, "FailureThreshold": 11}, "InvalidInput"),
        ({**SITE, "SearchString": "up"}, "InvalidInput"),
        ({**SITE, "Type": "HTTP_STR_MATCH"}, "InvalidInput"),
        ({"Type": "CALCULATED", "ChildHealthChecks": [UNKNOWN]}, "NoSuchHealthCheck"),
        ({"Type": "CALCULATED", "HealthThreshold": 257}, "InvalidInput"),
    ],
)
def test_a_check_that_cannot_be_is_refused(client, config, code):
    config = {name: value for name, value in config.items() if value is not None}
    asked = {"CallerReference": "one", "HealthCheckConfig": config}
    assert client.refusal("route53:CreateHealthCheck", **asked) == code


def test_a_child_stays_while_its_parent_needs_it(client):
    child = create(client, TCP)["Id"]
    parent = create(client, {"Type": "CALCULATED", "ChildHealthChecks": [child]}, "two")["Id"]
    named = {"HealthCheckId": child}
    assert client.refusal("route53:DeleteHealthCheck", **named) == "HealthCheckInUse"
    client.ask("route53:DeleteHealthCheck", HealthCheckId=parent)
    client.ask("route53:DeleteHealthCheck", **named)
    assert client.refusal("route53:GetHealthCheck", **named) == "NoSuchHealthCheck"


def test_a_check_is_no_child_of_its_own(client):
    one = create(client, {"Type": "CALCULATED", "ChildHealthChecks": []})["Id"]
    two = create(client, {"Type": "CALCULATED", "ChildHealthChecks": [one]}, "two")["Id"]
    for child in (one, two):
        asked = {"HealthCheckId": one, "ChildHealthChecks": [child]}
        assert client.refusal("route53:UpdateHealthCheck", **asked) == "InvalidInput"


def test_what_was_measured_is_shown_and_why_it_failed_last(client):
    name = create(client, {**TCP, "Regions": ["eu-west-1", "us-east-1", "us-west-1"]})["Id"]
    shown = ("GetHealthCheckStatus", "GetHealthCheckLastFailureReason")
    for operation in shown:
        answer = client.ask(f"route53:{operation}", HealthCheckId=name)
        assert answer["HealthCheckObservations"] == []
    for report in ("Failure: no", "Success: yes"):
        one = {"passed": report == "Success: yes", "report": report, "checker": "198.51.100.10"}
        line = {"targets": {}, "endpoints": {name: one}}
        change = told(client.call.network, line, client.call.now)
        client.put(*change.puts)
    for operation, status in zip(shown, ("Success: yes", "Failure: no"), strict=True):
        answer = client.ask(f"route53:{operation}", HealthCheckId=name)
        (seen,) = answer["HealthCheckObservations"]
        assert (seen["Region"], seen["IPAddress"]) == ("eu-west-1", "198.51.100.10")
        assert seen["StatusReport"]["Status"] == status


def test_checks_are_tagged_and_listed_by_pages_of_their_owner(client):
    made = sorted(create(client, TCP, str(number))["Id"] for number in range(3))
    first = client.ask("route53:ListHealthChecks", MaxItems="2")
    rest = client.ask("route53:ListHealthChecks", Marker=first["NextMarker"])
    listed = [one["Id"] for page in (first, rest) for one in page["HealthChecks"]]
    assert (listed, first["IsTruncated"], rest["IsTruncated"]) == (made, True, False)
    named = {"ResourceType": "healthcheck", "ResourceId": made[0]}
    tag = {"Key": "Name", "Value": "site"}
    client.ask("route53:ChangeTagsForResource", **named, AddTags=[tag])
    assert client.ask("route53:ListTagsForResource", **named)["ResourceTagSet"]["Tags"] == [tag]
    client.become("210987654321")
    assert client.refusal("route53:GetHealthCheck", HealthCheckId=made[0]) == "NoSuchHealthCheck"


def test_a_record_set_names_a_check_that_is_there(client):
    asked = {"Name": "example.org", "CallerReference": "zone"}
    zone = client.ask("route53:CreateHostedZone", **asked)["HostedZone"]["Id"]
    record = {"Name": "www.example.org", "Type": "A", "TTL": 60, "SetIdentifier": "a", "Weight": 1}
    record |= {"ResourceRecords": [{"Value": "192.0.2.1"}], "HealthCheckId": UNKNOWN}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    change = {"HostedZoneId": zone, "ChangeBatch": batch}
    refused = client.refusal("route53:ChangeResourceRecordSets", **change)
    assert refused == "NoSuchHealthCheck"
    record["HealthCheckId"] = create(client, TCP)["Id"]
    client.ask("route53:ChangeResourceRecordSets", **change)
    listed = client.ask("route53:ListResourceRecordSets", HostedZoneId=zone)
    shown = [one.get("HealthCheckId") for one in listed["ResourceRecordSets"]]
    assert record["HealthCheckId"] in shown
