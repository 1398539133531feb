"""Gateway endpoints: routes by prefix list in the tables that they are given."""

from dataclasses import replace

import pytest

from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType
from tests.build import ACCOUNT, AT, REGION, Client

S3, DYNAMODB = (f"com.amazonaws.{REGION}.{code}" for code in ("s3", "dynamodb"))
INBOUND_ONLY = "PrivateDnsOnlyForInboundResolverEndpoint"
S3_LIST = "pl-61a54008"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture
def table(client, vpc) -> str:
    return a_table(client, vpc)


def a_table(client: Client, vpc: str) -> str:
    return client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]


def an_endpoint(client: Client, vpc: str, *tables: str, service: str = S3, **more) -> str:
    asked = {"VpcId": vpc, "ServiceName": service, "RouteTableIds": list(tables), **more}
    return client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]["VpcEndpointId"]


def shown(client: Client, endpoint: str) -> dict:
    (one,) = client.ask("DescribeVpcEndpoints", VpcEndpointIds=[endpoint])["VpcEndpoints"]
    return one


def lists_of(client: Client, table: str) -> dict:
    (one,) = client.ask("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    return {
        route["DestinationPrefixListId"]: route
        for route in one["Routes"]
        if "DestinationPrefixListId" in route
    }


def test_gateway_is_the_type_when_none_is_named_and_it_is_available_at_once(client, vpc, table):
    one = shown(client, an_endpoint(client, vpc, table))
    assert (one["VpcEndpointType"], one["State"]) == ("Gateway", "available")
    assert one["RouteTableIds"] == [table]
    assert one["DnsOptions"] == {"DnsRecordIpType": "service-defined"}
    assert one["PolicyDocument"].startswith('{"Version":"2008-10-17"')
    empty = ("NetworkInterfaceIds", "SubnetIds", "Groups", "DnsEntries")
    assert all(one[member] == [] for member in empty)


def test_its_route_is_shown_by_prefix_list_and_goes_with_it(client, vpc, table):
    endpoint = an_endpoint(client, vpc, table)
    route = lists_of(client, table)[S3_LIST]
    assert route == {
        "DestinationPrefixListId": S3_LIST,
        "GatewayId": endpoint,
        "Origin": "CreateRoute",
        "State": "active",
    }
    by_list = [{"Name": "route.destination-prefix-list-id", "Values": [S3_LIST]}]
    (found,) = client.ask("DescribeRouteTables", Filters=by_list)["RouteTables"]
    assert found["RouteTableId"] == table
    client.ask("DeleteVpcEndpoints", VpcEndpointIds=[endpoint])
    assert lists_of(client, table) == {}
    assert client.refusal("DescribeVpcEndpoints", VpcEndpointIds=[endpoint]) == (
        "InvalidVpcEndpointId.NotFound"
    )


def test_tables_are_put_to_it_and_taken_away(client, vpc, table):
    endpoint, other = an_endpoint(client, vpc, table), a_table(client, vpc)
    asked = {"VpcEndpointId": endpoint, "AddRouteTableIds": [other], "RemoveRouteTableIds": [table]}
    client.ask("ModifyVpcEndpoint", **asked)
    assert shown(client, endpoint)["RouteTableIds"] == [other]
    assert (list(lists_of(client, table)), list(lists_of(client, other))) == ([], [S3_LIST])
    assert client.refusal(
        "ModifyVpcEndpoint", VpcEndpointId=endpoint, RemoveRouteTableIds=[table]
    ) == ("InvalidParameter")


def test_a_table_has_one_endpoint_of_a_service_and_several_services(client, vpc, table):
    an_endpoint(client, vpc, table)
    an_endpoint(client, vpc, table, service=DYNAMODB)
    assert len(lists_of(client, table)) == 2
    again = {"VpcId": vpc, "ServiceName": S3}
    assert client.refusal("CreateVpcEndpoint", **again, RouteTableIds=[table]) == (
        "RouteAlreadyExists"
    )
    second = an_endpoint(client, vpc)
    assert client.refusal("ModifyVpcEndpoint", VpcEndpointId=second, AddRouteTableIds=[table]) == (
        "RouteAlreadyExists"
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"RouteTableIds": ["rtb-00000000000000000"]}, "InvalidRouteTableID.NotFound"),
        ({"RouteTableIds": ["rtb-x"]}, "InvalidRouteTableId.Malformed"),
        ({"VpcId": "vpc-00000000000000000"}, "InvalidVpcID.NotFound"),
        ({"ServiceName": f"com.amazonaws.{REGION}.sqs"}, "InvalidParameter"),
        ({"ServiceName": f"com.amazonaws.{REGION}.x"}, "InvalidServiceName"),
        ({"SubnetIds": ["subnet-00000000000000000"]}, "InvalidParameter"),
        ({"SecurityGroupIds": ["sg-00000000000000000"]}, "InvalidParameter"),
        ({"PrivateDnsEnabled": True}, "InvalidParameter"),
        ({"IpAddressType": "ipv6"}, "InvalidParameter"),
        ({"DnsOptions": {"DnsRecordIpType": "ipv6"}}, "InvalidParameter"),
        ({"DnsOptions": {"DnsRecordIpType": "ipv4"}}, "InvalidParameter"),  # no DNS hostnames
        ({"DnsOptions": {"PrivateDnsPreference": "ALL_DOMAINS"}}, "InvalidParameter"),
        ({"PolicyDocument": "{nope"}, "InvalidPolicyDocument"),
        ({"VpcEndpointType": "Gate"}, "InvalidVpcEndpointType"),
    ],
)
def test_what_a_gateway_endpoint_cannot_have_is_refused(client, vpc, change, code):
    assert client.refusal("CreateVpcEndpoint", **{"VpcId": vpc, "ServiceName": S3, **change}) == (
        code
    )


def test_a_table_of_another_vpc_is_refused(client, vpc):
    other = client.ask("CreateVpc", CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    asked = {"VpcId": vpc, "ServiceName": S3, "RouteTableIds": [a_table(client, other)]}
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"


def test_its_route_is_not_touched_by_route_operations(client, vpc, table):
    endpoint = an_endpoint(client, vpc, table)
    there = {"RouteTableId": table, "DestinationPrefixListId": S3_LIST}
    gateway = client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    client.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    assert client.refusal("DeleteRoute", **there) == "InvalidParameterValue"
    assert client.refusal("ReplaceRoute", **there, GatewayId=gateway) == "InvalidParameterValue"
    assert client.refusal("CreateRoute", **there, GatewayId=gateway) == "RouteAlreadyExists"
    elsewhere = {"RouteTableId": table, "DestinationCidrBlock": "192.0.2.0/24"}
    for parameter in ("GatewayId", "VpcEndpointId"):
        assert client.refusal("CreateRoute", **elsewhere, **{parameter: endpoint}) == (
            "RouteNotSupported"
        )


def test_vpc_and_table_stay_while_an_endpoint_uses_them(client, vpc, table):
    endpoint = an_endpoint(client, vpc, table)
    assert client.refusal("DeleteVpc", VpcId=vpc) == "DependencyViolation"
    assert client.refusal("DeleteRouteTable", RouteTableId=table) == "DependencyViolation"
    client.ask("DeleteVpcEndpoints", VpcEndpointIds=[endpoint])
    client.ask("DeleteRouteTable", RouteTableId=table)
    client.ask("DeleteVpc", VpcId=vpc)


def test_a_policy_is_changed_and_reset(client, vpc):
    policy = '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}'
    endpoint = an_endpoint(client, vpc, PolicyDocument=policy)
    assert shown(client, endpoint)["PolicyDocument"] == policy
    client.ask("ModifyVpcEndpoint", VpcEndpointId=endpoint, ResetPolicy=True)
    assert "2008-10-17" in shown(client, endpoint)["PolicyDocument"]


def test_a_token_makes_one_endpoint(client, vpc, table):
    first = an_endpoint(client, vpc, table, ClientToken="t")
    assert an_endpoint(client, vpc, table, ClientToken="t") == first
    asked = {"VpcId": vpc, "ServiceName": DYNAMODB, "ClientToken": "t"}
    assert client.refusal("CreateVpcEndpoint", **asked) == "IdempotentParameterMismatch"


def test_private_dns_beside_a_gateway_endpoint_is_for_inbound_resolvers_unless_told(client, vpc):
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        client.ask("ModifyVpcAttribute", VpcId=vpc, **{name: {"Value": True}})
    asked = {"VpcId": vpc, "ServiceName": S3, "VpcEndpointType": "Interface"}
    asked["PrivateDnsEnabled"] = True
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"
    gateway = an_endpoint(client, vpc)
    made = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]
    assert made["DnsOptions"][INBOUND_ONLY] is True
    ids = [gateway, made["VpcEndpointId"]]
    (kept,) = client.ask("DeleteVpcEndpoints", VpcEndpointIds=ids[:1])["Unsuccessful"]
    assert kept["Error"]["Code"] == "InvalidParameter"  # its private DNS depends on it
    second = an_endpoint(client, vpc)
    together = client.ask("DeleteVpcEndpoints", VpcEndpointIds=[second, gateway])["Unsuccessful"]
    assert [one["ResourceId"] for one in together] == [gateway]  # the last one stays
    to_all = {"DnsOptions": {INBOUND_ONLY: False}}
    client.ask("ModifyVpcEndpoint", VpcEndpointId=ids[1], **to_all)
    assert shown(client, ids[1])["DnsOptions"][INBOUND_ONLY] is False
    assert client.ask("DeleteVpcEndpoints", VpcEndpointIds=ids)["Unsuccessful"] == []
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"


def test_inbound_private_dns_and_the_gateway_endpoint_have_the_same_records(client, vpc):
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        client.ask("ModifyVpcAttribute", VpcId=vpc, **{name: {"Value": True}})
    client.ask(
        "ModifyVpcEndpoint",
        VpcEndpointId=an_endpoint(client, vpc),
        DnsOptions={"DnsRecordIpType": "ipv4"},
    )
    client.ask("AssociateVpcCidrBlock", VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    asked = {"VpcId": vpc, "ServiceName": S3, "VpcEndpointType": "Interface"}
    asked |= {"PrivateDnsEnabled": True, "IpAddressType": "dualstack"}
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"
    client.ask("CreateVpcEndpoint", **asked, DnsOptions={"DnsRecordIpType": "ipv4"})


def test_a_route_to_a_gateway_load_balancers_endpoint_keeps_the_endpoint(client, vpc, table):
    endpoint = VpcEndpoint(
        id="vpce-00000000000000001",
        vpc_id=vpc,
        service_name="com.amazonaws.vpce.ap-northeast-1.vpce-svc-00000000000000001",
        endpoint_type=VpcEndpointType.GATEWAY_LOAD_BALANCER,
        state=VpcEndpointState.PENDING,
        created_at=AT,
        account=ACCOUNT,
        region=REGION,
    )
    client.put(endpoint)
    route = {"RouteTableId": table, "VpcEndpointId": endpoint.id}
    to_block = {**route, "DestinationCidrBlock": "0.0.0.0/0"}
    assert client.refusal("CreateRoute", **to_block) == "InvalidParameterValue"  # pending
    client.put(replace(endpoint, state=VpcEndpointState.AVAILABLE))
    assert client.refusal("CreateRoute", **route, DestinationPrefixListId=S3_LIST) == (
        "InvalidParameterValue"
    )
    client.ask("CreateRoute", **to_block)
    (shown_table,) = client.ask("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    assert shown_table["Routes"][-1]["GatewayId"] == endpoint.id
    (kept,) = client.ask("DeleteVpcEndpoints", VpcEndpointIds=[endpoint.id])["Unsuccessful"]
    assert kept["Error"]["Code"] == "InvalidParameter"
    assert shown(client, endpoint.id)["State"] == "available"
