"""Hosted zones: made once a reference, listed in order, deleted when nothing is left in them."""

import pytest

from tests.build import REGION, Client

R53 = "route53:"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def a_zone(client: Client, name: str, vpc: str | None = None, **more) -> str:
    where = {"VPC": {"VPCRegion": REGION, "VPCId": vpc}} if vpc else {}
    asked = {"Name": name, "CallerReference": f"{name} {vpc}", **where, **more}
    return client.ask(R53 + "CreateHostedZone", **asked)["HostedZone"]["Id"]


def listed(client: Client, operation: str = "ListHostedZones", **asked) -> list[str]:
    return [zone["Name"] for zone in client.ask(R53 + operation, **asked)["HostedZones"]]


def test_a_private_zone_is_made_with_its_vpc_and_its_own_records(client, vpc):
    made = client.ask(
        R53 + "CreateHostedZone",
        Name="Corp.Internal",
        CallerReference="1",
        VPC={"VPCRegion": REGION, "VPCId": vpc},
        HostedZoneConfig={"Comment": "inside", "PrivateZone": True},
    )
    zone = made["HostedZone"]
    assert zone["Name"] == "corp.internal."
    assert zone["Config"] == {"Comment": "inside", "PrivateZone": True}
    assert zone["ResourceRecordSetCount"] == 2
    assert "DelegationSet" not in made
    assert made["Location"].endswith(zone["Id"])
    seen = client.ask(R53 + "GetHostedZone", Id=zone["Id"])
    assert seen["HostedZone"] == zone
    assert seen["VPCs"] == [{"VPCRegion": REGION, "VPCId": vpc}]
    records = client.ask(R53 + "ListResourceRecordSets", HostedZoneId=zone["Id"])
    assert [row["Type"] for row in records["ResourceRecordSets"]] == ["NS", "SOA"]


def test_a_public_zone_is_made_with_four_name_servers_that_its_records_name(client):
    zone = a_zone(client, "example.org")
    seen = client.ask(R53 + "GetHostedZone", Id=zone)
    servers = seen["DelegationSet"]["NameServers"]
    assert len(set(servers)) == 4
    ns, soa = client.ask(R53 + "ListResourceRecordSets", HostedZoneId=zone)["ResourceRecordSets"]
    assert [one["Value"] for one in ns["ResourceRecords"]] == [f"{name}." for name in servers]
    assert soa["ResourceRecords"][0]["Value"].startswith(f"{servers[0]}. ")
    assert "VPCs" not in seen


def test_a_reference_makes_one_zone(client):
    a_zone(client, "example.org", CallerReference="once")
    again = {"Name": "example.net", "CallerReference": "once"}
    assert client.refusal(R53 + "CreateHostedZone", **again) == "HostedZoneAlreadyExists"
    client.become("222222222222")
    a_zone(client, "example.org", CallerReference="once")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"Name": "a..b"}, "InvalidDomainName"),
        ({"Name": "x" * 64 + ".org"}, "InvalidDomainName"),
        ({"Name": "*.example.org"}, "InvalidDomainName"),
        ({"Name": "."}, "InvalidDomainName"),
        ({"Name": "org"}, "InvalidDomainName"),
        ({"Name": "s3.amazonaws.com"}, "InvalidDomainName"),
        ({"CallerReference": "x" * 129}, "InvalidInput"),
        ({"CallerReference": ""}, "InvalidInput"),
        ({"HostedZoneConfig": {"PrivateZone": True}}, "InvalidInput"),
        ({"HostedZoneConfig": {"Comment": "x" * 257}}, "InvalidInput"),
        ({"HostedZoneConfig": {"HostedZoneTier": "ADVANCED"}}, "InvalidInput"),
        ({"VPC": {"VPCId": "vpc-00000000000000000"}}, "InvalidInput"),
        ({"VPC": {"VPCId": "vpc-00000000000000000", "VPCRegion": REGION}}, "InvalidVPCId"),
    ],
)
def test_what_cannot_be_a_zone_is_refused(client, asked, code):
    whole = {"Name": "example.org", "CallerReference": "1", **asked}
    assert client.refusal(R53 + "CreateHostedZone", **whole) == code


def test_a_vpc_is_known_by_its_region_too(client, vpc):
    elsewhere = {"VPCRegion": "us-east-1", "VPCId": vpc}
    asked = {"Name": "a.test", "CallerReference": "1", "VPC": elsewhere}
    assert client.refusal(R53 + "CreateHostedZone", **asked) == "InvalidVPCId"


def test_a_zone_is_deleted_when_only_its_own_records_are_left(client):
    zone = a_zone(client, "example.org")
    row = {"Name": "www.example.org", "Type": "A", "TTL": 60}
    row["ResourceRecords"] = [{"Value": "192.0.2.1"}]
    for action, deletes in (("CREATE", False), ("DELETE", True)):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": row}]}
        client.ask(R53 + "ChangeResourceRecordSets", HostedZoneId=zone, ChangeBatch=batch)
        if not deletes:
            assert client.refusal(R53 + "DeleteHostedZone", Id=zone) == "HostedZoneNotEmpty"
    client.ask(R53 + "DeleteHostedZone", Id=zone)
    assert client.refusal(R53 + "GetHostedZone", Id=zone) == "NoSuchHostedZone"
    assert listed(client) == []
    assert [row.kind for row in client.call.network if row.kind.startswith("resource")] == []


def test_zones_are_listed_in_pages(client, vpc):
    for name in ("b.test.org", "a.test.org", "test.org"):
        a_zone(client, name)
    a_zone(client, "inside", vpc)
    assert client.ask(R53 + "GetHostedZoneCount")["HostedZoneCount"] == 4
    seen, marker = [], {}
    while True:
        page = client.ask(R53 + "ListHostedZones", MaxItems="3", **marker)
        seen += [zone["Name"] for zone in page["HostedZones"]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["NextMarker"]}
    assert sorted(seen) == ["a.test.org.", "b.test.org.", "inside.", "test.org."]
    assert listed(client, HostedZoneType="PrivateHostedZone") == ["inside."]


def test_zones_are_listed_by_name_from_the_top_label(client):
    for name in ("b.test.org", "a.test.org", "test.org", "other.net"):
        a_zone(client, name)
    by_name = "ListHostedZonesByName"
    assert listed(client, by_name) == ["other.net.", "test.org.", "a.test.org.", "b.test.org."]
    page = client.ask(R53 + by_name, DNSName="test.org", MaxItems="1")
    assert [zone["Name"] for zone in page["HostedZones"]] == ["test.org."]
    assert page["NextDNSName"] == "a.test.org."
    rest = {"DNSName": page["NextDNSName"], "HostedZoneId": page["NextHostedZoneId"]}
    assert listed(client, by_name, **rest) == ["a.test.org.", "b.test.org."]


@pytest.mark.parametrize(
    ("operation", "asked", "code"),
    [
        ("ListHostedZones", {"MaxItems": "0"}, "InvalidInput"),
        ("ListHostedZones", {"MaxItems": "many"}, "InvalidInput"),
        ("ListHostedZones", {"HostedZoneType": "Public"}, "InvalidInput"),
        ("ListHostedZonesByName", {"HostedZoneId": "Z1"}, "InvalidInput"),
        ("ListHostedZonesByName", {"DNSName": "a..b"}, "InvalidDomainName"),
        ("GetHostedZone", {"Id": "Z404"}, "NoSuchHostedZone"),
        ("DeleteHostedZone", {"Id": "Z404"}, "NoSuchHostedZone"),
        ("UpdateHostedZoneComment", {"Id": "Z404"}, "NoSuchHostedZone"),
        ("GetChange", {"Id": "C404"}, "NoSuchChange"),
        ("GetAccountLimit", {"Type": "MAX_SOMETHING"}, "InvalidInput"),
        ("GetHostedZoneLimit", {"HostedZoneId": "Z404", "Type": "X"}, "NoSuchHostedZone"),
        ("ListTagsForResource", {"ResourceType": "healthcheck", "ResourceId": "1"},
         "NoSuchHealthCheck"),
        ("ListTagsForResource", {"ResourceType": "zone", "ResourceId": "1"}, "InvalidInput"),
        ("ListTagsForResources", {"ResourceType": "hostedzone", "ResourceIds": []},
         "InvalidInput"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_refused(client, operation, asked, code):
    assert client.refusal(R53 + operation, **asked) == code


def test_a_change_is_in_force_once_it_was_answered(client):
    made = client.ask(R53 + "CreateHostedZone", Name="example.org", CallerReference="1")
    assert made["ChangeInfo"]["Status"] == "PENDING"
    seen = client.ask(R53 + "GetChange", Id=made["ChangeInfo"]["Id"])["ChangeInfo"]
    assert seen == {**made["ChangeInfo"], "Status": "INSYNC"}


def test_a_comment_is_written_and_taken_off(client):
    zone = a_zone(client, "example.org")
    for comment in ("hello", ""):
        client.ask(R53 + "UpdateHostedZoneComment", Id=zone, Comment=comment)
        config = client.ask(R53 + "GetHostedZone", Id=zone)["HostedZone"]["Config"]
        assert config.get("Comment", "") == comment


def test_limits_are_shown_beside_what_is_used(client, vpc):
    public, private = a_zone(client, "example.org"), a_zone(client, "inside", vpc)
    limit = {"HostedZoneId": private, "Type": "MAX_VPCS_ASSOCIATED_BY_ZONE"}
    assert client.ask(R53 + "GetHostedZoneLimit", **limit)["Count"] == 1
    on_public = {**limit, "HostedZoneId": public}
    assert client.refusal(R53 + "GetHostedZoneLimit", **on_public) == "HostedZoneNotPrivate"
    records = {"HostedZoneId": public, "Type": "MAX_RRSETS_BY_ZONE"}
    assert client.ask(R53 + "GetHostedZoneLimit", **records)["Count"] == 2
    nothing = {"HostedZoneId": public, "Type": "MAX_X"}
    assert client.refusal(R53 + "GetHostedZoneLimit", **nothing) == "InvalidInput"
    owned = client.ask(R53 + "GetAccountLimit", Type="MAX_HOSTED_ZONES_BY_OWNER")
    assert owned["Count"] == 2
    assert client.ask(R53 + "GetDNSSEC", HostedZoneId=public)["KeySigningKeys"] == []


def test_tags_are_added_replaced_and_removed(client):
    zone = a_zone(client, "example.org").rpartition("/")[2]
    of = {"ResourceType": "hostedzone", "ResourceId": zone}
    change = R53 + "ChangeTagsForResource"
    client.ask(change, **of, AddTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    client.ask(change, **of, AddTags=[{"Key": "a", "Value": "3"}], RemoveTagKeys=["b"])
    shown = client.ask(R53 + "ListTagsForResource", **of)["ResourceTagSet"]
    assert shown["Tags"] == [{"Key": "a", "Value": "3"}]
    several = {"ResourceType": "hostedzone", "ResourceIds": [zone]}
    assert client.ask(R53 + "ListTagsForResources", **several)["ResourceTagSets"] == [shown]
    assert client.refusal(change, **of) == "InvalidInput"
    assert client.refusal(change, **of, AddTags=[{"Key": "aws:x"}]) == "InvalidInput"
    many = [{"Key": f"k{number}"} for number in range(11)]
    assert client.refusal(change, **of, AddTags=many) == "InvalidInput"


def test_a_zone_of_another_account_is_not_there(client):
    zone = a_zone(client, "example.org")
    client.become("222222222222")
    assert listed(client) == listed(client, "ListHostedZonesByName") == []
    assert client.refusal(R53 + "GetHostedZone", Id=zone) == "NoSuchHostedZone"
    assert client.refusal(R53 + "DeleteHostedZone", Id=zone) == "NoSuchHostedZone"
