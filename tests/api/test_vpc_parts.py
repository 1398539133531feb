"""What else a VPC has: DHCP options, egress-only and VPN gateways, edge tables, flow logs."""

import pytest

from tests.build import Client


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def options_of(client: Client, vpc: str) -> str:
    return client.ask("DescribeVpcs", VpcIds=[vpc])["Vpcs"][0]["DhcpOptionsId"]


def a_set(client: Client, **options: list[str]) -> str:
    configurations = [
        {"Key": key.replace("_", "-"), "Values": values} for key, values in options.items()
    ]
    answer = client.ask("CreateDhcpOptions", DhcpConfigurations=configurations)
    return answer["DhcpOptions"]["DhcpOptionsId"]


def test_a_new_vpc_has_the_accounts_own_dhcp_options(client, vpc):
    (first,) = client.ask("DescribeDhcpOptions")["DhcpOptions"]
    assert first["DhcpOptionsId"] == options_of(client, vpc)
    values = {
        one["Key"]: [value["Value"] for value in one["Values"]]
        for one in first["DhcpConfigurations"]
    }
    assert values["domain-name-servers"] == ["AmazonProvidedDNS"]
    assert values["domain-name"] == ["ap-northeast-1.compute.internal"]
    assert client.refusal("DeleteDhcpOptions", DhcpOptionsId=first["DhcpOptionsId"]) == (
        "DependencyViolation"
    )
    client.ask("DeleteVpc", VpcId=vpc)
    assert client.refusal("DeleteDhcpOptions", DhcpOptionsId=first["DhcpOptionsId"]) == (
        "InvalidParameterValue"
    )


def test_options_are_associated_and_stay_while_a_vpc_has_them(client, vpc):
    first = options_of(client, vpc)
    name = a_set(client, domain_name=["corp.example"], domain_name_servers=["10.0.0.2"])
    client.ask("AssociateDhcpOptions", DhcpOptionsId=name, VpcId=vpc)
    assert options_of(client, vpc) == name
    assert client.refusal("DeleteDhcpOptions", DhcpOptionsId=name) == "DependencyViolation"
    client.ask("AssociateDhcpOptions", DhcpOptionsId="default", VpcId=vpc)
    assert options_of(client, vpc) == "default"
    client.ask("AssociateDhcpOptions", DhcpOptionsId=first, VpcId=vpc)
    assert options_of(client, vpc) == first
    client.ask("DeleteDhcpOptions", DhcpOptionsId=name)
    assert client.refusal("DescribeDhcpOptions", DhcpOptionsIds=[name]) == (
        "InvalidDhcpOptionID.NotFound"
    )


@pytest.mark.parametrize(
    "options",
    [
        [{"Key": "colour", "Values": ["red"]}],
        [{"Key": "domain-name", "Values": []}],
        [{"Key": "domain-name", "Values": ["a", "b"]}],
        [{"Key": "domain-name", "Values": ["a"]}] * 2,
        [{"Key": "ntp-servers", "Values": ["AmazonProvidedDNS"]}],
        [{"Key": "domain-name-servers", "Values": [f"10.0.0.{n}" for n in range(5)]}],
        [{"Key": "netbios-node-type", "Values": ["3"]}],
    ],
)
def test_options_that_there_are_not_are_refused(client, options):
    assert client.refusal("CreateDhcpOptions", DhcpConfigurations=options) == (
        "InvalidParameterValue"
    )


def test_an_egress_only_gateway_carries_ipv6_out_and_holds_its_vpc(client, vpc):
    asked = {"VpcId": vpc, "ClientToken": "t"}
    made = client.ask("CreateEgressOnlyInternetGateway", **asked)
    assert client.ask("CreateEgressOnlyInternetGateway", **asked) == made
    name = made["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    table = client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    way = {"RouteTableId": table, "EgressOnlyInternetGatewayId": name}
    client.ask("CreateRoute", **way, DestinationIpv6CidrBlock="::/0")
    assert client.refusal("CreateRoute", **way, DestinationCidrBlock="0.0.0.0/0") == (
        "InvalidParameterValue"
    )
    assert client.refusal("DeleteVpc", VpcId=vpc) == "DependencyViolation"
    client.ask("DeleteEgressOnlyInternetGateway", EgressOnlyInternetGatewayId=name)
    (shown,) = client.ask("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    assert shown["Routes"][-1]["State"] == "blackhole"
    assert client.ask("DescribeEgressOnlyInternetGateways")["EgressOnlyInternetGateways"] == []


def test_a_table_at_the_edge_goes_with_its_gateway(client, vpc):
    gateway = client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    table = client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    both = {"RouteTableId": table, "GatewayId": gateway}
    assert client.refusal("AssociateRouteTable", **both) == "InvalidParameterValue"
    client.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    made = client.ask("AssociateRouteTable", **both)
    assert client.ask("AssociateRouteTable", **both) == made
    at_edge = [{"Name": "association.gateway-id", "Values": [gateway]}]
    (found,) = client.ask("DescribeRouteTables", Filters=at_edge)["RouteTables"]
    assert (found["RouteTableId"], found["Associations"][0]["Main"]) == (table, False)
    assert client.refusal("DeleteRouteTable", RouteTableId=table) == "DependencyViolation"
    client.ask("DetachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    client.ask("DeleteRouteTable", RouteTableId=table)
    assert client.refusal("AssociateRouteTable", RouteTableId=table) == (
        "InvalidRouteTableID.NotFound"
    )


def test_a_virtual_private_gateway_is_attached_routed_to_and_propagated(client, vpc):
    made = client.ask("CreateVpnGateway", Type="ipsec.1", AmazonSideAsn=64513)
    name = made["VpnGateway"]["VpnGatewayId"]
    table = client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    pair = {"GatewayId": name, "RouteTableId": table}
    assert client.refusal("EnableVgwRoutePropagation", **pair) == "Gateway.NotAttached"
    both = {"VpcId": vpc, "VpnGatewayId": name}
    client.ask("AttachVpnGateway", **both)
    client.ask("EnableVgwRoutePropagation", **pair)
    client.ask("CreateRoute", **pair, DestinationCidrBlock="192.168.0.0/16")
    (shown,) = client.ask("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    assert shown["PropagatingVgws"] == [{"GatewayId": name}]
    assert (shown["Routes"][-1]["GatewayId"], shown["Routes"][-1]["State"]) == (name, "active")
    assert client.refusal("DeleteVpnGateway", VpnGatewayId=name) == "IncorrectState"
    client.ask("DisableVgwRoutePropagation", **pair)
    assert client.refusal("DisableVgwRoutePropagation", **pair) == "InvalidRoute.NotFound"
    client.ask("DetachVpnGateway", **both)
    refused = client.refusal("DetachVpnGateway", **both)
    assert refused == "InvalidVpnGatewayAttachment.NotFound"
    client.ask("DeleteVpnGateway", VpnGatewayId=name)
    assert client.ask("DescribeVpnGateways")["VpnGateways"] == []


def test_a_customer_gateway_is_made_once(client):
    asked = {"Type": "ipsec.1", "BgpAsn": 65001, "IpAddress": "203.0.113.1"}
    made = client.ask("CreateCustomerGateway", **asked)
    assert client.ask("CreateCustomerGateway", **asked) == made
    name = made["CustomerGateway"]["CustomerGatewayId"]
    for change in ({"Type": "x"}, {"BgpAsn": 0}, {"IpAddress": "here"}):
        assert client.refusal("CreateCustomerGateway", **{**asked, **change}) == (
            "InvalidParameterValue"
        )
    client.ask("DeleteCustomerGateway", CustomerGatewayId=name)
    assert client.ask("DescribeCustomerGateways")["CustomerGateways"] == []


def a_log(vpc: str) -> dict:
    return {
        "ResourceIds": [vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": "arn:aws:s3:::logs",
    }


def test_a_flow_log_is_kept_with_what_it_asks_for(client, vpc):
    (name,) = client.ask("CreateFlowLogs", **a_log(vpc))["FlowLogIds"]
    of_vpc = [{"Name": "resource-id", "Values": [vpc]}]
    (shown,) = client.ask("DescribeFlowLogs", Filter=of_vpc)["FlowLogs"]
    assert (shown["FlowLogId"], shown["FlowLogStatus"]) == (name, "ACTIVE")
    assert shown["LogFormat"].startswith("${version} ${account-id}")
    assert client.refusal("CreateFlowLogs", **a_log(vpc)) == "FlowLogAlreadyExists"
    answer = client.ask("DeleteFlowLogs", FlowLogIds=[name, "fl-00000000000000000"])
    assert [one["Error"]["Code"] for one in answer["Unsuccessful"]] == ["InvalidFlowLogId.NotFound"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ResourceType": "Instance"}, "InvalidParameterValue"),
        ({"ResourceIds": ["vpc-00000000000000000"]}, "InvalidVpcID.NotFound"),
        ({"ResourceIds": []}, "MissingParameter"),
        ({"TrafficType": "SOME"}, "InvalidParameterValue"),
        ({"TrafficType": None}, "MissingParameter"),
        ({"LogDestination": None}, "MissingParameter"),
        ({"LogGroupName": "g"}, "InvalidParameterCombination"),
        ({"LogDestinationType": "cloud-watch-logs"}, "MissingParameter"),
        ({"MaxAggregationInterval": 7}, "InvalidParameterValue"),
        ({"DestinationOptions": {"FileFormat": "csv"}}, "InvalidParameterValue"),
        ({"DestinationOptions": {"FileFormat": "parquet"}}, "UnsupportedOperation"),
        ({"LogDestinationType": "kinesis-data-firehose"}, "UnsupportedOperation"),
        ({"LogDestinationType": "file"}, "InvalidParameterCombination"),
        ({"LogDestination": "logs"}, "InvalidParameterValue"),
        ({"LogFormat": "${srcaddr} ${colour}"}, "InvalidParameterValue"),
        ({"LogFormat": "srcaddr"}, "InvalidParameterValue"),
    ],
)
def test_a_flow_log_that_aws_would_not_make_is_refused(client, vpc, change, code):
    asked = {name: value for name, value in {**a_log(vpc), **change}.items() if value is not None}
    assert client.refusal("CreateFlowLogs", **asked) == code
