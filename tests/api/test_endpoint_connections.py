"""Endpoints to endpoint services, and the connections that their providers see."""

from dataclasses import replace
from datetime import timedelta

import pytest

from genkan.model import lifecycle
from genkan.model.endpoint_service import DnsNameState, EndpointService
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState
from tests.api.providers import a_service, a_subnet, a_vpc, an_endpoint
from tests.build import ACCOUNT, AT, REGION, Client

OTHER = "210987654321"
ACCEPT, REJECT = "AcceptVpcEndpointConnections", "RejectVpcEndpointConnections"
NOTIFY = "CreateVpcEndpointConnectionNotification"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:connections"
LATER = AT + timedelta(days=7)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def service(client) -> dict:
    return a_service(client)


def state(client: Client, endpoint: dict) -> str:
    asked = {"VpcEndpointIds": [endpoint["VpcEndpointId"]]}
    return client.ask("DescribeVpcEndpoints", **asked)["VpcEndpoints"][0]["State"]


def connections(client: Client, **filters: str) -> list[tuple[str, str]]:
    wanted = [{"Name": name.replace("_", "-"), "Values": [one]} for name, one in filters.items()]
    found = client.ask("DescribeVpcEndpointConnections", Filters=wanted)["VpcEndpointConnections"]
    return [(one["VpcEndpointId"], one["VpcEndpointState"]) for one in found]


def answer(client: Client, operation: str, service: dict, *endpoints: dict) -> list[str]:
    asked = {"ServiceId": service["ServiceId"]}
    asked["VpcEndpointIds"] = [one["VpcEndpointId"] for one in endpoints]
    return [one["Error"]["Code"] for one in client.ask(operation, **asked)["Unsuccessful"]]


def advance(client: Client, at=AT) -> None:
    """Take every lifecycle step that is due."""
    while due := list(lifecycle.due(client.call.network, at)):
        change = lifecycle.complete(client.call.network, due[0], at)
        client.call = replace(client.call, network=client.call.network.apply(change))


def verify(client: Client, service: dict) -> None:
    held = client.call.network.get(EndpointService, service["ServiceId"])
    proved = replace(held.private_dns, state=DnsNameState.VERIFIED)
    client.put(replace(held, private_dns=proved))


def test_an_endpoint_waits_for_its_provider_with_addresses_and_names(client, service):
    endpoint = an_endpoint(client, service)
    assert endpoint["State"] == "pendingAcceptance"
    assert len(endpoint["NetworkInterfaceIds"]) == 1
    names = [one["DnsName"] for one in endpoint["DnsEntries"]]
    assert [name.partition(".")[2] for name in names] == [service["BaseEndpointDnsNames"][0]] * 2
    advance(client)
    assert connections(client) == [(endpoint["VpcEndpointId"], "pendingAcceptance")]


def test_accepted_it_becomes_available_and_rejected_it_stays(client, service):
    endpoint = an_endpoint(client, service)
    seen = []
    for operation in (ACCEPT, REJECT, ACCEPT):
        assert answer(client, operation, service, endpoint) == []
        seen.append(state(client, endpoint))
        advance(client)
        seen.append(state(client, endpoint))
    assert seen == ["pending", "available", "rejected", "rejected", "pending", "available"]


@pytest.mark.parametrize("held", list(VpcEndpointState))
def test_a_provider_answers_only_where_there_is_something_to_answer(client, service, held):
    endpoint = an_endpoint(client, service)
    row = client.call.network.get(VpcEndpoint, endpoint["VpcEndpointId"])
    for operation, table in ((ACCEPT, lifecycle.ACCEPTED), (REJECT, lifecycle.REJECTED)):
        client.put(replace(row, state=held))
        refused = answer(client, operation, service, endpoint)
        assert refused == ([] if held in table else ["InvalidState"])
        assert state(client, endpoint) == table.get(held, held).value


def test_endpoints_of_nobody_are_items_of_the_answer(client, service):
    stranger = an_endpoint(client, a_service(client, name="other"))
    gone = {"VpcEndpointId": "vpce-00000000000000000"}
    codes = answer(client, ACCEPT, service, stranger, gone)
    assert codes == ["InvalidVpcEndpointId.NotFound"] * 2
    endpoints = {"VpcEndpointIds": ["vpce-00000000000000000"]}
    asked = {"ServiceId": "vpce-svc-00000000000000000", **endpoints}
    assert client.refusal(ACCEPT, **asked) == "InvalidVpcEndpointServiceId.NotFound"
    asked = {"ServiceId": service["ServiceId"], "VpcEndpointIds": ["x"]}
    assert client.refusal(ACCEPT, **asked) == "InvalidVpcEndpointId.Malformed"


def test_without_acceptance_it_goes_on_by_itself(client):
    endpoint = an_endpoint(client, a_service(client, AcceptanceRequired=False))
    assert endpoint["State"] == "pending"
    advance(client)
    assert state(client, endpoint) == "available"


def test_after_seven_days_without_an_answer_it_has_expired(client, service):
    endpoint = an_endpoint(client, service)
    advance(client, LATER - timedelta(seconds=1))
    assert state(client, endpoint) == "pendingAcceptance"
    advance(client, LATER)
    assert state(client, endpoint) == "expired"


def test_deleted_it_takes_its_interface_and_stays_a_while_as_a_connection(client, service):
    endpoint = an_endpoint(client, service)
    name = endpoint["VpcEndpointId"]
    client.ask("DeleteVpcEndpoints", VpcEndpointIds=[name])
    assert connections(client, service_id=service["ServiceId"]) == [(name, "deleting")]
    advance(client)
    assert connections(client, vpc_endpoint_state="deleted") == [(name, "deleted")]
    refused = client.refusal("DescribeVpcEndpoints", VpcEndpointIds=[name])
    assert refused == "InvalidVpcEndpointId.NotFound"
    by_type = [{"Name": "interface-type", "Values": ["vpc_endpoint"]}]
    assert client.ask("DescribeNetworkInterfaces", Filters=by_type)["NetworkInterfaces"] == []


def test_across_accounts_the_consumer_has_the_endpoint_and_the_provider_the_connection(
    client, service
):
    permit = {"ServiceId": service["ServiceId"], "AddAllowedPrincipals": ["*"]}
    client.ask("ModifyVpcEndpointServicePermissions", **permit)
    client.become(OTHER)
    endpoint = an_endpoint(client, service)
    assert endpoint["OwnerId"] == OTHER
    assert connections(client) == []
    client.become(ACCOUNT)
    name = endpoint["VpcEndpointId"]
    assert connections(client, vpc_endpoint_owner=OTHER) == [(name, "pendingAcceptance")]
    assert client.ask("DescribeVpcEndpoints")["VpcEndpoints"] == []
    assert answer(client, ACCEPT, service, endpoint) == []


def test_who_is_not_allowed_cannot_connect(client, service):
    client.become(OTHER)
    vpc = a_vpc(client)
    asked = {"VpcId": vpc, "VpcEndpointType": "Interface", "ServiceName": service["ServiceName"]}
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidServiceName"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"VpcEndpointType": "Gateway"}, "InvalidParameter"),
        ({"VpcEndpointType": "GatewayLoadBalancer"}, "InvalidParameter"),
        ({"VpcEndpointType": "Door"}, "InvalidVpcEndpointType"),
        ({"ServiceName": "com.amazonaws.vpce.x.vpce-svc-1"}, "InvalidServiceName"),
        ({"ServiceRegion": "us-east-1"}, "InvalidServiceName"),
        ({"RouteTableIds": ["rtb-1"]}, "InvalidParameter"),
        ({"IpAddressType": "ipv6"}, "InvalidParameter"),
        ({"PolicyDocument": "{}"}, "InvalidParameter"),
        ({"PrivateDnsEnabled": True}, "InvalidParameter"),  # the service has no name
        ({"DnsOptions": {"DnsRecordIpType": "ipv6"}}, "InvalidParameter"),
        ({"SecurityGroupIds": ["sg-00000000000000000"]}, "InvalidGroup.NotFound"),
    ],
)
def test_what_does_not_go_with_the_service_is_refused(client, service, parameters, code):
    vpc = a_vpc(client)
    asked = {"VpcId": vpc, "VpcEndpointType": "Interface", "ServiceName": service["ServiceName"]}
    asked["SubnetIds"] = [a_subnet(client, vpc)]
    assert client.refusal("CreateVpcEndpoint", **{**asked, **parameters}) == code


def test_a_subnet_has_to_be_in_a_zone_of_the_service(client, service):
    vpc = a_vpc(client)
    asked = {"VpcId": vpc, "VpcEndpointType": "Interface", "ServiceName": service["ServiceName"]}
    asked["SubnetIds"] = [a_subnet(client, vpc, 1)]
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"
    endpoint = an_endpoint(client, service)
    other = a_subnet(client, endpoint["VpcId"], 1)
    asked = {"VpcEndpointId": endpoint["VpcEndpointId"], "AddSubnetIds": [other]}
    assert client.refusal("ModifyVpcEndpoint", **asked) == "InvalidParameter"


def test_private_dns_needs_the_proof_and_the_providers_yes(client):
    service = a_service(client, PrivateDnsName="api.example.com")
    endpoint = an_endpoint(client, service)
    asked = {"VpcEndpointId": endpoint["VpcEndpointId"], "PrivateDnsEnabled": True}
    verify(client, service)
    assert client.refusal("ModifyVpcEndpoint", **asked) == "InvalidParameter"
    answer(client, ACCEPT, service, endpoint)
    client.ask("ModifyVpcEndpoint", **asked)
    (shown,) = client.ask("DescribeVpcEndpoints")["VpcEndpoints"]
    assert "api.example.com" in [one["DnsName"] for one in shown["DnsEntries"]]


def test_a_name_that_is_not_verified_cannot_be_turned_on(client):
    service = a_service(client, PrivateDnsName="api.example.com", AcceptanceRequired=False)
    vpc = a_vpc(client, named=True)
    asked = {"VpcId": vpc, "VpcEndpointType": "Interface", "ServiceName": service["ServiceName"]}
    asked |= {"PrivateDnsEnabled": True, "SubnetIds": [a_subnet(client, vpc)]}
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"
    verify(client, service)
    assert client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]["PrivateDnsEnabled"] is True
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"  # it is taken


def test_it_is_off_unless_it_is_asked_for(client):
    service = a_service(client, PrivateDnsName="api.example.com", AcceptanceRequired=False)
    verify(client, service)
    assert an_endpoint(client, service)["PrivateDnsEnabled"] is False


def test_policies_are_refused_and_groups_changed(client, service):
    endpoint = an_endpoint(client, service)
    asked = {"VpcEndpointId": endpoint["VpcEndpointId"]}
    refused = client.refusal("ModifyVpcEndpoint", **asked, PolicyDocument="{}")
    assert refused == "InvalidParameter"
    new = {"GroupName": "web", "Description": "x", "VpcId": endpoint["VpcId"]}
    web = client.ask("CreateSecurityGroup", **new)["GroupId"]
    client.ask("ModifyVpcEndpoint", **asked, AddSecurityGroupIds=[web], ResetPolicy=True)
    (shown,) = client.ask("DescribeVpcEndpoints")["VpcEndpoints"]
    assert web in [one["GroupId"] for one in shown["Groups"]]


def test_an_endpoint_to_a_gateway_load_balancer_has_a_subnet_and_nothing_else(client):
    service = a_service(client, kind="gateway", AcceptanceRequired=False)
    endpoint = an_endpoint(client, service)
    assert (endpoint["Groups"], endpoint["DnsEntries"]) == ([], [])
    assert not {"PolicyDocument", "DnsOptions"} & set(endpoint)
    asked = {"NetworkInterfaceIds": endpoint["NetworkInterfaceIds"]}
    (interface,) = client.ask("DescribeNetworkInterfaces", **asked)["NetworkInterfaces"]
    assert interface["InterfaceType"] == "gateway_load_balancer_endpoint"
    assert interface["Groups"] == []
    advance(client)
    assert state(client, endpoint) == "available"
    more = {"VpcEndpointId": endpoint["VpcEndpointId"]}
    other = a_subnet(client, endpoint["VpcId"], 1)
    refused = client.refusal("ModifyVpcEndpoint", **more, AddSubnetIds=[other])
    assert refused == "InvalidParameter"
    assert client.ask("ModifyVpcEndpoint", **more) == {"Return": True}


@pytest.mark.parametrize(
    "parameters",
    [
        {"SubnetIds": []},
        {"SubnetIds": "two"},
        {"SecurityGroupIds": ["sg-00000000000000000"]},
        {"PrivateDnsEnabled": True},
        {"PolicyDocument": "{}"},
        {"DnsOptions": {"DnsRecordIpType": "ipv4"}},
        {"VpcEndpointType": "Interface"},
    ],
)
def test_what_does_not_go_with_a_gateway_load_balancer_is_refused(client, parameters):
    service = a_service(client, kind="gateway")
    vpc = a_vpc(client)
    subnets = [a_subnet(client, vpc, at) for at in range(2)]
    asked = {"VpcId": vpc, "VpcEndpointType": "GatewayLoadBalancer", "SubnetIds": subnets[:1]}
    if parameters.get("SubnetIds") == "two":
        parameters = {"SubnetIds": subnets}
    asked |= {"ServiceName": service["ServiceName"], **parameters}
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"


def test_a_notification_is_made_shown_changed_and_deleted(client, service):
    asked = {"ConnectionNotificationArn": TOPIC, "ConnectionEvents": ["Accept", "Connect"]}
    made = client.ask(NOTIFY, ServiceId=service["ServiceId"], **asked)["ConnectionNotification"]
    name = made["ConnectionNotificationId"]
    assert (made["ConnectionNotificationState"], name[:9]) == ("Enabled", "vpce-nfn-")
    modify = {"ConnectionNotificationId": name, "ConnectionEvents": ["Reject"]}
    client.ask("ModifyVpcEndpointConnectionNotification", **modify)
    describe = "DescribeVpcEndpointConnectionNotifications"
    by_service = [{"Name": "service-id", "Values": [service["ServiceId"]]}]
    (shown,) = client.ask(describe, Filters=by_service)["ConnectionNotificationSet"]
    assert shown == {**made, "ConnectionEvents": ["Reject"]}
    gone = {"ConnectionNotificationIds": [name]}
    delete = "DeleteVpcEndpointConnectionNotifications"
    assert client.ask(delete, **gone)["Unsuccessful"] == []
    (item,) = client.ask(delete, **gone)["Unsuccessful"]
    assert item["Error"]["Code"] == "InvalidConnectionNotification"
    refused = client.refusal(describe, ConnectionNotificationId=name)
    assert refused == "InvalidConnectionNotification"


def test_a_token_makes_one_notification_also_for_an_endpoint(client, service):
    endpoint = an_endpoint(client, service)["VpcEndpointId"]
    asked = {"ConnectionNotificationArn": TOPIC, "ConnectionEvents": ["Accept"]}
    asked |= {"VpcEndpointId": endpoint, "ClientToken": "t"}
    assert client.ask(NOTIFY, **asked) == client.ask(NOTIFY, **asked)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"ConnectionNotificationArn": "topic"}, "InvalidParameter"),
        ({"ConnectionEvents": ["Knock"]}, "InvalidParameter"),
        ({"ConnectionEvents": []}, "MissingParameter"),
        ({"ServiceId": None}, "InvalidParameterCombination"),
        ({"ServiceId": "vpce-svc-00000000000000000"}, "InvalidVpcEndpointServiceId.NotFound"),
    ],
)
def test_what_cannot_be_notified_is_refused(client, service, parameters, code):
    asked = {"ConnectionNotificationArn": TOPIC, "ConnectionEvents": ["Accept"]}
    asked["ServiceId"] = service["ServiceId"]
    assert client.refusal(NOTIFY, **{**asked, **parameters}) == code


def test_gateway_load_balancers_notify_nobody(client):
    service = a_service(client, kind="gateway")
    asked = {"ConnectionNotificationArn": TOPIC, "ConnectionEvents": ["Accept"]}
    refused = client.refusal(NOTIFY, ServiceId=service["ServiceId"], **asked)
    assert refused == "InvalidParameter"
