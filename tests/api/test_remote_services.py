"""AWS's services of other Regions: which can be had, by which names, and where they answer."""

import pytest

from genkan.compile import compile_network
from genkan.program.names import RecordSet
from genkan.program.service import Answerer, Listener
from tests.api.providers import a_subnet, a_vpc
from tests.api.test_endpoint_connections import advance
from tests.build import REGION, Client

HOME, FAR = "us-east-1", "us-west-2"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def asked(client) -> dict:
    vpc = a_vpc(client)
    client.ask("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    return {"VpcId": vpc, "VpcEndpointType": "Interface", "SubnetIds": [a_subnet(client, vpc)]}


def names(shown: dict) -> list[str]:
    return [one["DnsName"] for one in shown["DnsEntries"]]


def test_a_service_of_one_region_is_had_from_another_by_its_own_names(client, asked):
    asked |= {"ServiceName": "com.amazonaws.iam", "ServiceRegion": HOME}
    made = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]
    advance(client)
    (shown,) = client.ask("DescribeVpcEndpoints", VpcEndpointIds=[made["VpcEndpointId"]])[
        "VpcEndpoints"
    ]
    assert (shown["ServiceRegion"], shown["State"]) == (HOME, "available")
    regional, *private = names(shown)
    assert regional.endswith(".vpce.amazonaws.com")
    assert private == ["iam.amazonaws.com"]  # and none of a zone
    program = compile_network(client.call.network).program
    (listener,) = (one for one in program.of(Listener) if one.endpoint == made["VpcEndpointId"])
    assert (listener.answerer, listener.service) == (Answerer.FRONT, f"{HOME}/iam")
    inside = {one.name for one in program.of(RecordSet) if one.zone.startswith("vpce-")}
    assert inside == {"iam.amazonaws.com"}


def test_an_alias_of_its_regional_name_is_in_the_zone_that_the_endpoint_shows(client, asked):
    asked |= {"ServiceName": f"com.amazonaws.{FAR}.kms", "ServiceRegion": FAR}
    regional = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]["DnsEntries"][0]
    zone = client.ask("route53:CreateHostedZone", Name="example.org", CallerReference="once")
    target = {
        "HostedZoneId": regional["HostedZoneId"],
        "DNSName": regional["DnsName"],
        "EvaluateTargetHealth": False,
    }
    record = {"Name": "keys.example.org", "Type": "A", "AliasTarget": target}
    client.ask(
        "route53:ChangeResourceRecordSets",
        HostedZoneId=zone["HostedZone"]["Id"],
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
    assert regional["HostedZoneId"] == "Z1YSA3EXCYUU9Z"  # of us-west-2.vpce.amazonaws.com


def test_buckets_of_another_region_are_named_by_it(client, asked):
    asked |= {"ServiceName": f"com.amazonaws.{FAR}.s3", "ServiceRegion": FAR}
    made = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]
    assert (made["PrivateDnsEnabled"], len(made["DnsEntries"])) == (False, 1)
    assert names(made)[0].endswith(f".s3.{FAR}.vpce.amazonaws.com")
    named = {"VpcEndpointId": made["VpcEndpointId"]}
    client.ask("ModifyVpcEndpoint", **named, PrivateDnsEnabled=True)  # without a gateway endpoint
    (shown,) = client.ask("DescribeVpcEndpoints")["VpcEndpoints"]
    assert f"s3.{FAR}.amazonaws.com" in names(shown)
    by_region = [{"Name": "service-region", "Values": [FAR]}]
    assert client.ask("DescribeVpcEndpoints", Filters=by_region)["VpcEndpoints"] == [shown]


@pytest.mark.parametrize(
    ("service", "region", "more", "code"),
    [
        (f"com.amazonaws.{FAR}.sqs", FAR, {}, "InvalidServiceName"),
        (f"com.amazonaws.{REGION}.kms", FAR, {}, "InvalidServiceName"),
        (f"com.amazonaws.{FAR}.kms", "moon-1", {}, "InvalidServiceName"),
        (
            f"com.amazonaws.{FAR}.s3",
            FAR,
            {"VpcEndpointType": "Gateway", "SubnetIds": None},
            "InvalidParameter",
        ),
        (
            f"com.amazonaws.{FAR}.s3",
            FAR,
            {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True}},
            "InvalidParameter",
        ),
    ],
)
def test_what_cannot_be_had_from_here_is_refused(client, asked, service, region, more, code):
    asked |= {"ServiceName": service, "ServiceRegion": region, **more}
    given = {name: value for name, value in asked.items() if value is not None}
    assert client.refusal("CreateVpcEndpoint", **given) == code


def test_the_services_of_a_region_are_shown_that_can_be_had_from_here(client):
    found = client.ask("DescribeVpcEndpointServices", ServiceRegions=[HOME])["ServiceDetails"]
    there = {one["ServiceName"] for one in found}
    assert {"com.amazonaws.iam", f"com.amazonaws.{HOME}.s3"} <= there
    assert f"com.amazonaws.{HOME}.sqs" not in there
    assert {one["ServiceRegion"] for one in found} == {HOME}
    assert {one["ServiceType"][0]["ServiceType"] for one in found} == {"Interface"}
    both = client.ask("DescribeVpcEndpointServices", ServiceRegions=[HOME, REGION])
    assert {one["ServiceRegion"] for one in both["ServiceDetails"]} == {HOME, REGION}
    named = {"ServiceNames": ["com.amazonaws.iam"], "ServiceRegions": [HOME]}
    assert len(client.ask("DescribeVpcEndpointServices", **named)["ServiceDetails"]) == 1
    refused = client.refusal("DescribeVpcEndpointServices", ServiceNames=["com.amazonaws.iam"])
    assert refused == "InvalidServiceName"
