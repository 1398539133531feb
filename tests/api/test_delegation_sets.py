"""Reusable delegation sets: zones that are made with one have its name servers in their records."""

import pytest

from tests.build import Client

SETS, ZONES = "route53:CreateReusableDelegationSet", "route53:CreateHostedZone"


@pytest.fixture
def client() -> Client:
    return Client()


def a_zone(client: Client, name: str, **more: str) -> dict:
    return client.ask(ZONES, Name=name, CallerReference=name, **more)


def records(client: Client, zone: dict, of_type: str) -> list[str]:
    listed = client.ask("route53:ListResourceRecordSets", HostedZoneId=zone["HostedZone"]["Id"])
    found = next(one for one in listed["ResourceRecordSets"] if one["Type"] == of_type)
    return [one["Value"] for one in found["ResourceRecords"]]


def test_zones_of_a_set_have_its_name_servers_in_their_records(client):
    shared = client.ask(SETS, CallerReference="one")["DelegationSet"]
    made = [a_zone(client, name, DelegationSetId=shared["Id"]) for name in ("a.test", "b.test")]
    servers = [f"{server}." for server in shared["NameServers"]]
    for zone in made:
        assert zone["DelegationSet"] == shared
        assert records(client, zone, "NS") == servers
        assert records(client, zone, "SOA")[0].startswith(servers[0])
    listed = client.ask("route53:ListHostedZones", DelegationSetId=shared["Id"])["HostedZones"]
    assert sorted(one["Name"] for one in listed) == ["a.test.", "b.test."]


def test_name_servers_of_a_zone_become_a_set_that_others_share(client):
    zone = a_zone(client, "a.test")
    name = zone["HostedZone"]["Id"]
    shared = client.ask(SETS, CallerReference="one", HostedZoneId=name)["DelegationSet"]
    assert shared["NameServers"] == zone["DelegationSet"]["NameServers"]
    other = a_zone(client, "b.test", DelegationSetId=shared["Id"])
    assert records(client, other, "NS") == records(client, zone, "NS")
    assert client.ask("route53:GetHostedZone", Id=name)["DelegationSet"] == shared


def test_a_set_goes_when_its_zones_have_gone(client):
    shared = client.ask(SETS, CallerReference="one")["DelegationSet"]["Id"]
    zone = a_zone(client, "a.test", DelegationSetId=shared)["HostedZone"]["Id"]
    delete = "route53:DeleteReusableDelegationSet"
    assert client.refusal(delete, Id=shared) == "DelegationSetInUse"
    client.ask("route53:DeleteHostedZone", Id=zone)
    client.ask(delete, Id=shared)
    assert client.ask("route53:ListReusableDelegationSets")["DelegationSets"] == []
