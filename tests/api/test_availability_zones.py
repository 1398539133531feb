"""Regions, zones and account attributes."""

import pytest

from tests.build import REGION, Client


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_region_lists_its_zones(client):
    zones = client.ask("DescribeAvailabilityZones")["AvailabilityZones"]
    assert {zone["RegionName"] for zone in zones} == {REGION}
    assert f"{REGION}a" in {zone["ZoneName"] for zone in zones}
    one = zones[0]
    for asked in (
        {"ZoneNames": [one["ZoneName"]]},
        {"ZoneIds": [one["ZoneId"]]},
        {"Filters": [{"Name": "zone-id", "Values": [one["ZoneId"]]}]},
    ):
        assert client.ask("DescribeAvailabilityZones", **asked)["AvailabilityZones"] == [one]
    assert client.refusal("DescribeAvailabilityZones", ZoneNames=["x"]) == "InvalidParameterValue"


def test_regions_say_whether_they_were_opted_into(client):
    regions = {one["RegionName"]: one for one in client.ask("DescribeRegions")["Regions"]}
    assert regions[REGION] == {
        "OptInStatus": "opt-in-not-required",
        "RegionName": REGION,
        "Endpoint": f"ec2.{REGION}.amazonaws.com",
    }
    opted = [{"Name": "opt-in-status", "Values": ["opted-in"]}]
    names = {one["RegionName"] for one in client.ask("DescribeRegions", Filters=opted)["Regions"]}
    assert names
    assert REGION not in names
    assert client.refusal("DescribeRegions", RegionNames=["mars-1"]) == "InvalidParameterValue"


def test_an_account_has_vpcs_alone_and_no_default_one(client):
    answer = client.ask(
        "DescribeAccountAttributes", AttributeNames=["supported-platforms", "default-vpc"]
    )
    values = {
        one["AttributeName"]: one["AttributeValues"][0]["AttributeValue"]
        for one in answer["AccountAttributes"]
    }
    assert values == {"supported-platforms": "VPC", "default-vpc": "none"}
    assert client.refusal("DescribeAccountAttributes", AttributeNames=["x"]) == (
        "InvalidParameterValue"
    )
