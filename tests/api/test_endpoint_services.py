"""Endpoint services: what a provider makes, changes and shows to whom."""

import pytest

from genkan.compile import compile_network
from genkan.model.endpoint_service import DnsNameState
from genkan.program.names import RecordSet
from tests.api.providers import a_balancer, a_service, a_subnet, a_vpc, an_endpoint
from tests.build import ACCOUNT, REGION, Client

OTHER = "210987654321"
ROOT = f"arn:aws:iam::{OTHER}:root"
NOBODY = "vpce-svc-00000000000000000"
CREATE = "CreateVpcEndpointServiceConfiguration"
MODIFY = "ModifyVpcEndpointServiceConfiguration"
DELETE = "DeleteVpcEndpointServiceConfigurations"
PERMIT = "ModifyVpcEndpointServicePermissions"
VERIFY = "StartVpcEndpointServicePrivateDnsVerification"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def service(client) -> dict:
    return a_service(client)


def seen(client: Client, service: dict) -> dict:
    asked = {"ServiceIds": [service["ServiceId"]]}
    found = client.ask("DescribeVpcEndpointServiceConfigurations", **asked)
    (shown,) = found["ServiceConfigurations"]
    return shown


def discovered(client: Client, **asked) -> list[str]:
    names = client.ask("DescribeVpcEndpointServices", **asked)["ServiceNames"]
    return [name for name in names if ".vpce-svc-" in name]


def failed(answer: dict) -> list[str]:
    return [one["Error"]["Code"] for one in answer["Unsuccessful"]]


def a_public_text(client: Client, zone: str, name: str, value: str) -> None:
    asked = {"Name": zone, "CallerReference": zone}
    held = client.ask("route53:CreateHostedZone", **asked)["HostedZone"]["Id"]
    record = {"Name": name, "Type": "TXT", "TTL": 60}
    record["ResourceRecords"] = [{"Value": f'"{value}"'}]
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    zone_id = held.rpartition("/")[2]
    client.ask("route53:ChangeResourceRecordSets", HostedZoneId=zone_id, ChangeBatch=changes)


def test_a_service_is_described_as_it_was_made(client, service):
    name = f"com.amazonaws.vpce.{REGION}.{service['ServiceId']}"
    assert service["ServiceName"] == name
    assert service["BaseEndpointDnsNames"] == [
        f"{service['ServiceId']}.{REGION}.vpce.amazonaws.com"
    ]
    assert (service["ServiceState"], service["AcceptanceRequired"]) == ("Available", True)
    assert service["AvailabilityZones"] == [f"{REGION}a"]
    assert service["AvailabilityZoneIds"] == ["apne1-az4"]
    assert (service["PrivateDnsNameConfiguration"], service["RemoteAccessEnabled"]) == ({}, False)
    assert service["SupportedRegions"] == [{"Region": REGION, "ServiceState": "Available"}]
    assert seen(client, service) == service


def test_a_service_on_gateway_load_balancers_has_no_names(client):
    service = a_service(client, kind="gateway")
    assert service["ServiceType"] == [{"ServiceType": "GatewayLoadBalancer"}]
    assert (service["BaseEndpointDnsNames"], len(service["GatewayLoadBalancerArns"])) == ([], 1)
    assert "NetworkLoadBalancerArns" not in service
    asked = {"ServiceId": service["ServiceId"], "PrivateDnsName": "api.example.com"}
    assert client.refusal(MODIFY, **asked) == "InvalidParameter"


@pytest.mark.parametrize(
    "parameters",
    [
        {"NetworkLoadBalancerArns": []},
        {"GatewayLoadBalancerArns": ["both"]},
        {"NetworkLoadBalancerArns": ["nobody"]},
        {"PrivateDnsName": "Api.example.com"},
        {"PrivateDnsName": "com"},
        {"PrivateDnsName": "a." + "b" * 64 + ".com"},
        {"SupportedIpAddressTypes": ["ipv6"]},
        {"SupportedIpAddressTypes": ["ipx"]},
        {"SupportedRegions": ["nowhere-1"]},
    ],
)
def test_what_cannot_be_made_is_refused(client, parameters):
    arn = a_balancer(client, a_subnet(client, a_vpc(client)))["LoadBalancerArn"]
    asked = {"NetworkLoadBalancerArns": [arn], **parameters}
    assert client.refusal(CREATE, **asked) == "InvalidParameter"


def test_a_load_balancer_is_of_one_type_and_of_one_service(client, service):
    arns = service["NetworkLoadBalancerArns"]
    assert client.refusal(CREATE, NetworkLoadBalancerArns=arns) == "InvalidParameter"
    gateway = a_balancer(client, a_subnet(client, a_vpc(client)), name="g", Type="gateway")
    asked = {"NetworkLoadBalancerArns": [gateway["LoadBalancerArn"]]}
    assert client.refusal(CREATE, **asked) == "InvalidParameter"


def test_a_load_balancer_that_a_service_uses_is_not_deleted(client, service):
    (arn,) = service["NetworkLoadBalancerArns"]
    assert client.refusal("elbv2:DeleteLoadBalancer", LoadBalancerArn=arn) == "ResourceInUse"
    client.ask(DELETE, ServiceIds=[service["ServiceId"]])
    assert client.ask("elbv2:DeleteLoadBalancer", LoadBalancerArn=arn) == {}


def test_a_token_makes_one_service(client):
    arn = a_balancer(client, a_subnet(client, a_vpc(client)))["LoadBalancerArn"]
    asked = {"NetworkLoadBalancerArns": [arn], "ClientToken": "t"}
    first, again = (client.ask(CREATE, **asked) for _ in range(2))
    assert first == again
    asked["AcceptanceRequired"] = False
    assert client.refusal(CREATE, **asked) == "IdempotentParameterMismatch"


def test_a_new_zone_is_seen_when_the_service_is_modified(client, service):
    (arn,) = service["NetworkLoadBalancerArns"]
    (vpc,) = {one["VpcId"] for one in client.ask("elbv2:DescribeLoadBalancers")["LoadBalancers"]}
    held = client.ask("DescribeSubnets", Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    subnets = [held[0]["SubnetId"], a_subnet(client, vpc, 1)]
    client.ask("elbv2:SetSubnets", LoadBalancerArn=arn, Subnets=subnets)
    assert seen(client, service)["AvailabilityZones"] == [f"{REGION}a"]
    client.ask(MODIFY, ServiceId=service["ServiceId"])
    assert seen(client, service)["AvailabilityZones"] == [f"{REGION}a", f"{REGION}c"]


def test_settings_are_changed(client, service):
    client.ask(
        MODIFY,
        ServiceId=service["ServiceId"],
        AcceptanceRequired=False,
        PrivateDnsName="*.example.com",
    )
    shown = seen(client, service)
    assert (shown["AcceptanceRequired"], shown["RemoteAccessEnabled"]) == (False, False)
    assert shown["PrivateDnsName"] == "*.example.com"
    client.ask(MODIFY, ServiceId=service["ServiceId"], RemovePrivateDnsName=True)
    assert "PrivateDnsName" not in seen(client, service)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"RemoveSupportedRegions": [REGION]}, "InvalidParameter"),
        ({"RemoveSupportedIpAddressTypes": ["ipv4"]}, "InvalidParameter"),
        ({"RemoveNetworkLoadBalancerArns": ["nobody"]}, "InvalidParameter"),
        ({"RemoveNetworkLoadBalancerArns": "its own"}, "InvalidParameter"),  # the last one
        ({"AddGatewayLoadBalancerArns": ["g"]}, "InvalidParameter"),
        (
            {"PrivateDnsName": "a.example.com", "RemovePrivateDnsName": True},
            "InvalidParameterCombination",
        ),
        ({"ServiceId": NOBODY}, "InvalidVpcEndpointServiceId.NotFound"),
        ({"ServiceId": "svc"}, "InvalidVpcEndpointServiceIdId.Malformed"),
    ],
)
def test_what_cannot_be_changed_is_refused(client, service, parameters, code):
    if parameters.get("RemoveNetworkLoadBalancerArns") == "its own":
        parameters = {"RemoveNetworkLoadBalancerArns": service["NetworkLoadBalancerArns"]}
    assert client.refusal(MODIFY, **{"ServiceId": service["ServiceId"], **parameters}) == code


def test_load_balancers_stay_while_endpoints_are_connected(client, service):
    (first,) = service["NetworkLoadBalancerArns"]
    more = a_balancer(client, a_subnet(client, a_vpc(client)), name="more")["LoadBalancerArn"]
    client.ask(MODIFY, ServiceId=service["ServiceId"], AddNetworkLoadBalancerArns=[more])
    an_endpoint(client, service)
    asked = {"ServiceId": service["ServiceId"], "RemoveNetworkLoadBalancerArns": [first]}
    assert client.refusal(MODIFY, **asked) == "ExistingVpcEndpointConnections"


def test_a_service_with_connections_is_not_deleted(client, service):
    endpoint = an_endpoint(client, service)["VpcEndpointId"]
    asked = {"ServiceIds": [service["ServiceId"]]}
    assert failed(client.ask(DELETE, **asked)) == ["ExistingVpcEndpointConnections"]
    reject = {"ServiceId": service["ServiceId"], "VpcEndpointIds": [endpoint]}
    client.ask("RejectVpcEndpointConnections", **reject)
    assert failed(client.ask(DELETE, **asked)) == []
    assert failed(client.ask(DELETE, **asked)) == ["InvalidVpcEndpointService.NotFound"]
    (left,) = client.ask("DescribeVpcEndpoints", VpcEndpointIds=[endpoint])["VpcEndpoints"]
    assert left["State"] == "rejected"


def test_a_private_name_waits_for_its_proof(client):
    service = a_service(client, PrivateDnsName="api.example.com")
    proof = service["PrivateDnsNameConfiguration"]
    assert (proof["State"], proof["Type"]) == ("pendingVerification", "TXT")
    assert (len(proof["Name"]), proof["Name"][0]) == (21, "_")
    assert (len(proof["Value"]), proof["Value"][:5]) == (25, "vpce:")


@pytest.mark.parametrize(
    ("zone", "place", "state"),
    [
        ("example.com", "{record}.example.com", "verified"),
        ("example.com", "{record}.api.example.com", "verified"),
        ("example.com", "example.com", "verified"),
        ("api.example.com", "api.example.com", "verified"),
        ("example.com", "{record}.other.example.com", "failed"),
        ("example.org", "{record}.example.org", "failed"),
    ],
)
def test_the_proof_is_looked_for_in_public_names(client, zone, place, state):
    service = a_service(client, PrivateDnsName="api.example.com")
    proof = service["PrivateDnsNameConfiguration"]
    a_public_text(client, zone, place.format(record=proof["Name"]), proof["Value"])
    asked = {"ServiceId": service["ServiceId"]}
    client.ask("StartVpcEndpointServicePrivateDnsVerification", **asked)
    assert seen(client, service)["PrivateDnsNameConfiguration"]["State"] == state


def test_a_proof_in_other_letters_is_none(client):
    service = a_service(client, PrivateDnsName="api.example.com")
    proof = service["PrivateDnsNameConfiguration"]
    a_public_text(client, "example.com", f"{proof['Name']}.example.com", proof["Value"].swapcase())
    asked = {"ServiceId": service["ServiceId"]}
    client.ask("StartVpcEndpointServicePrivateDnsVerification", **asked)
    shown = seen(client, service)["PrivateDnsNameConfiguration"]
    assert shown["State"] == DnsNameState.FAILED.value


def a_name_in_use(client: Client) -> tuple[dict, str]:
    """Give a service whose name is verified, and an endpoint that has it."""
    service = a_service(client, PrivateDnsName="api.example.com", AcceptanceRequired=False)
    proof = service["PrivateDnsNameConfiguration"]
    a_public_text(client, "example.com", f"{proof['Name']}.example.com", proof["Value"])
    client.ask(VERIFY, ServiceId=service["ServiceId"])
    made = an_endpoint(client, service)["VpcEndpointId"]
    client.pass_time(1)
    client.ask("ModifyVpcEndpoint", VpcEndpointId=made, PrivateDnsEnabled=True)
    return service, made


def private_answers(client: Client) -> set[str]:
    """Give the names that endpoints' hidden zones answer."""
    program = compile_network(client.call.network).program
    return {one.name for one in program.of(RecordSet) if one.zone.startswith("vpce-")}


def test_a_proof_that_is_gone_leaves_the_name_to_those_who_have_it_and_to_nobody_else(client):
    service, made = a_name_in_use(client)
    (zone,) = client.ask("route53:ListHostedZones")["HostedZones"]
    zone_id = zone["Id"].rpartition("/")[2]
    listed = client.ask("route53:ListResourceRecordSets", HostedZoneId=zone_id)
    (text,) = (one for one in listed["ResourceRecordSets"] if one["Type"] == "TXT")
    changes = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": text}]}
    client.ask("route53:ChangeResourceRecordSets", HostedZoneId=zone_id, ChangeBatch=changes)
    client.ask(VERIFY, ServiceId=service["ServiceId"])
    assert seen(client, service)["PrivateDnsNameConfiguration"]["State"] == "failed"
    (shown,) = client.ask("DescribeVpcEndpoints", VpcEndpointIds=[made])["VpcEndpoints"]
    assert (shown["State"], shown["DnsEntries"][-1]["DnsName"]) == ("available", "api.example.com")
    assert private_answers(client) == {"api.example.com"}
    another = {"VpcEndpointId": an_endpoint(client, service)["VpcEndpointId"]}
    refused = client.refusal("ModifyVpcEndpoint", **another, PrivateDnsEnabled=True)
    assert refused == "InvalidParameter"


def test_a_name_that_nobody_has_proved_is_no_endpoints(client):
    service, made = a_name_in_use(client)
    client.ask(MODIFY, ServiceId=service["ServiceId"], PrivateDnsName="other.example.org")
    (shown,) = client.ask("DescribeVpcEndpoints", VpcEndpointIds=[made])["VpcEndpoints"]
    assert all("example" not in one["DnsName"] for one in shown["DnsEntries"])
    assert private_answers(client) == set()


def test_without_a_private_name_there_is_nothing_to_verify(client, service):
    asked = {"ServiceId": service["ServiceId"]}
    operation = "StartVpcEndpointServicePrivateDnsVerification"
    assert client.refusal(operation, **asked) == "InvalidParameter"


def test_the_provider_can_take_the_bill(client, service):
    asked = {"ServiceId": service["ServiceId"], "PayerResponsibility": "ServiceOwner"}
    operation = "ModifyVpcEndpointServicePayerResponsibility"
    client.ask(operation, **asked)
    assert seen(client, service)["PayerResponsibility"] == "ServiceOwner"
    asked["PayerResponsibility"] = "Nobody"
    assert client.refusal(operation, **asked) == "InvalidParameter"


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("*", "All"),
        (ROOT, "Account"),
        (f"arn:aws:iam::{OTHER}:user/anna", "User"),
        (f"arn:aws:iam::{OTHER}:role/reader", "Role"),
        (f"arn:aws:organizations::{OTHER}:organization/o-0123456789", "OrganizationUnit"),
        ("ecs.amazonaws.com", "Service"),
    ],
)
def test_principals_are_allowed_listed_and_taken_away(client, service, principal, named):
    asked = {"ServiceId": service["ServiceId"]}
    added = client.ask(PERMIT, **asked, AddAllowedPrincipals=[principal])["AddedPrincipals"]
    assert [one["PrincipalType"] for one in added] == [named]
    assert client.ask(PERMIT, **asked, AddAllowedPrincipals=[principal])["AddedPrincipals"] == []
    by_type = [{"Name": "principal-type", "Values": [named]}]
    found = client.ask("DescribeVpcEndpointServicePermissions", **asked, Filters=by_type)
    assert [one["Principal"] for one in found["AllowedPrincipals"]] == [principal]
    client.ask(PERMIT, **asked, RemoveAllowedPrincipals=[principal])
    found = client.ask("DescribeVpcEndpointServicePermissions", **asked)
    assert found["AllowedPrincipals"] == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"AddAllowedPrincipals": ["anna"]}, "InvalidPrincipal"),
        ({"AddAllowedPrincipals": [f"arn:aws:iam::{OTHER}:role/a/b"]}, "InvalidPrincipal"),
        ({}, "MissingParameter"),
        (
            {"AddAllowedPrincipals": ["*"], "PermissionType": "transit-gateway-attachment"},
            "UnsupportedOperation",
        ),
        ({"ServiceId": NOBODY}, "InvalidVpcEndpointServiceId.NotFound"),
    ],
)
def test_what_cannot_be_permitted_is_refused(client, service, parameters, code):
    assert client.refusal(PERMIT, **{"ServiceId": service["ServiceId"], **parameters}) == code


@pytest.mark.parametrize(
    ("principals", "listed", "named"),
    [
        ([], False, False),
        ([ROOT], True, True),
        ([f"arn:aws:iam::{OTHER}:user/anna"], False, False),
        (["*"], False, True),
    ],
)
def test_who_finds_a_service_of_somebody_else(client, service, principals, listed, named):
    name = service["ServiceName"]
    assert discovered(client) == [name]  # its owner
    if principals:
        client.ask(PERMIT, ServiceId=service["ServiceId"], AddAllowedPrincipals=principals)
    client.become(OTHER)
    assert discovered(client) == ([name] if listed else [])
    if named:
        assert discovered(client, ServiceNames=[name]) == [name]
    else:
        refused = client.refusal("DescribeVpcEndpointServices", ServiceNames=[name])
        assert refused == "InvalidServiceName"


def test_a_role_finds_it_that_is_allowed_by_its_arn(client, service):
    role = f"arn:aws:iam::{OTHER}:role/reader"
    client.ask(PERMIT, ServiceId=service["ServiceId"], AddAllowedPrincipals=[role])
    assumed = f"arn:aws:sts::{OTHER}:assumed-role/reader/session"
    consumer = Client(client.call.network, account=OTHER, principal=assumed)
    assert discovered(consumer) == [service["ServiceName"]]


def test_a_service_is_shown_to_consumers_with_its_owner_and_zones(client):
    service = a_service(client, PrivateDnsName="api.example.com")
    asked = {"ServiceNames": [service["ServiceName"]]}
    (shown,) = client.ask("DescribeVpcEndpointServices", **asked)["ServiceDetails"]
    assert (shown["Owner"], shown["AvailabilityZones"]) == (ACCOUNT, [f"{REGION}a"])
    assert (shown["AcceptanceRequired"], shown["VpcEndpointPolicySupported"]) == (True, False)
    assert shown["PrivateDnsNameVerificationState"] == "pendingVerification"
    mine = [{"Name": "owner", "Values": [ACCOUNT]}]
    assert discovered(client, Filters=mine) == [service["ServiceName"]]


def test_services_and_permissions_are_tagged(client, service):
    tag = [{"Key": "a", "Value": "b"}]
    asked = {"ServiceId": service["ServiceId"], "AddAllowedPrincipals": [ROOT]}
    (added,) = client.ask(PERMIT, **asked)["AddedPrincipals"]
    resources = [service["ServiceId"], added["ServicePermissionId"]]
    client.ask("CreateTags", Resources=resources, Tags=tag)
    kinds = {one["ResourceType"] for one in client.ask("DescribeTags")["Tags"]}
    assert kinds == {"vpc-endpoint-service", "vpc-endpoint-service-permission"}
    assert seen(client, service)["Tags"] == tag


def test_configurations_are_filtered(client, service):
    other = a_service(client, name="other")
    by_name = [{"Name": "service-name", "Values": [other["ServiceName"]]}]
    found = client.ask("DescribeVpcEndpointServiceConfigurations", Filters=by_name)
    assert [one["ServiceId"] for one in found["ServiceConfigurations"]] == [other["ServiceId"]]
    asked = {"ServiceIds": [NOBODY]}
    refused = client.refusal("DescribeVpcEndpointServiceConfigurations", **asked)
    assert refused == "InvalidVpcEndpointServiceId.NotFound"
