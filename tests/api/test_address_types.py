"""IPv6 and dual-stack endpoints, their load balancers and names; services of other Regions."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from genkan.compile import compile_network
from genkan.program.names import RecordSet
from tests.api.providers import a_balancer, a_group, a_subnet, a_vpc, forward
from tests.api.test_endpoint_connections import advance
from tests.build import ACCOUNT, REGION, Client

MONITORING = f"com.amazonaws.{REGION}.monitoring"
ELSEWHERE = "us-west-2"


@pytest.fixture
def client() -> Client:
    return Client()


class Dual:
    """A VPC with a subnet of each kind, in one zone."""

    def __init__(self, client: Client) -> None:
        asked = {"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": True}
        made = client.ask("CreateVpc", **asked)["Vpc"]
        self.id = made["VpcId"]
        client.ask("ModifyVpcAttribute", VpcId=self.id, EnableDnsHostnames={"Value": True})
        described = client.ask("DescribeVpcs", VpcIds=[self.id])["Vpcs"][0]
        block = ip_network(described["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"])
        self.blocks = list(block.subnets(new_prefix=64))
        zone = {"VpcId": self.id, "AvailabilityZone": f"{REGION}a"}
        kinds = {
            "ipv4": {"CidrBlock": "10.0.0.0/24"},
            "dualstack": {"CidrBlock": "10.0.1.0/24", "Ipv6CidrBlock": str(self.blocks[1])},
            "ipv6": {"Ipv6Native": True, "Ipv6CidrBlock": str(self.blocks[2])},
        }
        self.subnets = {
            name: client.ask("CreateSubnet", **zone, **kind)["Subnet"]["SubnetId"]
            for name, kind in kinds.items()
        }


@pytest.fixture
def vpc(client) -> Dual:
    return Dual(client)


def create(client: Client, vpc: Dual, subnet: str, address_type: str | None, **more) -> dict:
    asked = {"VpcId": vpc.id, "VpcEndpointType": "Interface", "ServiceName": MONITORING}
    asked["SubnetIds"] = [vpc.subnets[subnet]]
    asked |= {"IpAddressType": address_type} if address_type else {}
    return {**asked, **more}


def interface_of(client: Client, endpoint: dict) -> dict:
    shown = client.ask("DescribeVpcEndpoints", VpcEndpointIds=[endpoint["VpcEndpointId"]])
    asked = {"NetworkInterfaceIds": shown["VpcEndpoints"][0]["NetworkInterfaceIds"]}
    (one,) = client.ask("DescribeNetworkInterfaces", **asked)["NetworkInterfaces"]
    return one


def answered(client: Client, base: str) -> dict[str, set[str]]:
    """Give the types of the records that names below `base` answer, by name."""
    found: dict[str, set[str]] = {}
    for entry in compile_network(client.call.network).program.of(RecordSet):
        if entry.name.endswith(base):
            found.setdefault(entry.name, set()).add(entry.type)
    return found


@pytest.mark.parametrize(
    ("subnet", "address_type", "refused"),
    [
        ("ipv4", None, False),
        ("ipv4", "ipv4", False),
        ("dualstack", None, False),
        ("dualstack", "ipv4", False),
        ("dualstack", "dualstack", False),
        ("ipv6", "ipv6", False),
        ("ipv4", "dualstack", True),
        ("ipv4", "ipv6", True),
        ("dualstack", "ipv6", True),  # only where all subnets are IPv6-only
        ("ipv6", None, True),
        ("ipv6", "dualstack", True),
        ("dualstack", "tripleStack", True),
    ],
)
def test_the_address_type_has_to_go_with_the_subnets(client, vpc, subnet, address_type, refused):
    asked = create(client, vpc, subnet, address_type)
    if refused:
        assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"
        return
    made = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]
    shown = address_type or "ipv4"
    assert made["IpAddressType"] == shown
    assert made["DnsOptions"]["DnsRecordIpType"] == shown
    worn = interface_of(client, made)
    assert bool(worn.get("PrivateIpAddress")) == (shown != "ipv6")
    assert bool(worn["Ipv6Addresses"]) == (shown != "ipv4")
    assert worn.get("DenyAllIgwTraffic", False) == (shown != "ipv4")


def test_a_service_without_ipv6_has_ipv4_endpoints_alone(client, vpc):
    asked = create(client, vpc, "dualstack", "dualstack", ServiceName=f"com.amazonaws.{REGION}.sqs")
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"


@pytest.mark.parametrize(
    ("record_type", "public", "private"),
    [
        (None, {"A", "AAAA"}, {"A", "AAAA"}),
        ("ipv4", {"A"}, {"A"}),
        ("ipv6", {"AAAA"}, {"AAAA"}),
        ("service-defined", {"A", "AAAA"}, {"A"}),
    ],
)
def test_a_dual_stack_endpoints_names_answer_its_record_type(
    client, vpc, record_type, public, private
):
    options = {"DnsOptions": {"DnsRecordIpType": record_type}} if record_type else {}
    client.ask("CreateVpcEndpoint", **create(client, vpc, "dualstack", "dualstack", **options))
    advance(client)
    of_public = answered(client, f"monitoring.{REGION}.vpce.amazonaws.com")
    assert set(map(frozenset, of_public.values())) == {frozenset(public)}
    hidden = [
        entry.type
        for entry in compile_network(client.call.network).program.of(RecordSet)
        if entry.zone.startswith("vpce-") and entry.name == f"monitoring.{REGION}.amazonaws.com"
    ]
    assert set(hidden) == private


@pytest.mark.parametrize("record_type", ["ipv6", "dualstack", "service-defined", "ipv5"])
def test_an_ipv4_endpoint_has_ipv4_records(client, vpc, record_type):
    asked = create(client, vpc, "ipv4", "ipv4", DnsOptions={"DnsRecordIpType": record_type})
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"


def test_an_endpoint_becomes_dual_stack_and_ipv4_again(client, vpc):
    made = client.ask("CreateVpcEndpoint", **create(client, vpc, "dualstack", None))["VpcEndpoint"]
    named = {"VpcEndpointId": made["VpcEndpointId"]}
    before = interface_of(client, made)
    client.ask("ModifyVpcEndpoint", **named, IpAddressType="dualstack")
    worn = interface_of(client, made)
    assert worn["NetworkInterfaceId"] == before["NetworkInterfaceId"]
    assert worn["PrivateIpAddress"] == before["PrivateIpAddress"]
    assert ip_address(worn["Ipv6Addresses"][0]["Ipv6Address"]) in vpc.blocks[1]
    assert client.refusal("ModifyVpcEndpoint", **named, IpAddressType="ipv6") == "InvalidParameter"
    client.ask("ModifyVpcEndpoint", **named, DnsOptions={"DnsRecordIpType": "ipv6"})
    client.ask("ModifyVpcEndpoint", **named, IpAddressType="ipv4")
    assert interface_of(client, made)["Ipv6Addresses"] == []
    (shown,) = client.ask("DescribeVpcEndpoints")["VpcEndpoints"]
    assert shown["DnsOptions"]["DnsRecordIpType"] == "ipv4"


def test_ipv6_addresses_are_named_by_subnet(client, vpc):
    wanted = str(vpc.blocks[1][0x99])
    configured = {"SubnetConfigurations": [{"SubnetId": vpc.subnets["dualstack"], "Ipv6": wanted}]}
    asked = create(client, vpc, "dualstack", "dualstack", **configured)
    made = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]
    assert interface_of(client, made)["Ipv6Addresses"][0]["Ipv6Address"] == wanted
    again = client.refusal("CreateVpcEndpoint", **asked, PrivateDnsEnabled=False)
    assert again == "InvalidIPAddress.InUse"
    to_ipv4 = create(client, vpc, "dualstack", "ipv4", **configured)
    assert client.refusal("CreateVpcEndpoint", **to_ipv4) == "InvalidParameter"


def test_a_load_balancer_becomes_dual_stack_where_its_subnets_are(client, vpc):
    balancer = a_balancer(client, vpc.subnets["dualstack"])
    arn = {"LoadBalancerArn": balancer["LoadBalancerArn"]}
    assert balancer["IpAddressType"] == "ipv4"
    client.ask("elbv2:SetIpAddressType", **arn, IpAddressType="dualstack")
    (shown,) = client.ask("elbv2:DescribeLoadBalancers")["LoadBalancers"]
    assert shown["IpAddressType"] == "dualstack"
    (address,) = shown["AvailabilityZones"][0]["LoadBalancerAddresses"]
    assert ip_address(address["IPv6Address"]) in vpc.blocks[1]
    client.ask("elbv2:SetIpAddressType", **arn, IpAddressType="ipv4")
    (shown,) = client.ask("elbv2:DescribeLoadBalancers")["LoadBalancers"]
    assert shown["AvailabilityZones"][0]["LoadBalancerAddresses"] == []
    only = {"Name": "other", "Type": "network", "Subnets": [vpc.subnets["ipv4"]]}
    refusal = client.refusal("elbv2:CreateLoadBalancer", **only, IpAddressType="dualstack")
    assert refusal == "InvalidConfigurationRequest"


def test_a_service_supports_ipv6_by_dual_stack_load_balancers_and_keeps_them(client, vpc):
    arn = a_balancer(client, vpc.subnets["dualstack"])["LoadBalancerArn"]
    asked = {"NetworkLoadBalancerArns": [arn], "SupportedIpAddressTypes": ["ipv4", "ipv6"]}
    make = "CreateVpcEndpointServiceConfiguration"
    assert client.refusal(make, **asked) == "InvalidParameter"
    client.ask("elbv2:SetIpAddressType", LoadBalancerArn=arn, IpAddressType="dualstack")
    service = client.ask(make, **asked)["ServiceConfiguration"]
    back = {"LoadBalancerArn": arn, "IpAddressType": "ipv4"}
    assert client.refusal("elbv2:SetIpAddressType", **back) == "InvalidConfigurationRequest"
    to_service = create(client, vpc, "ipv6", "ipv6", ServiceName=service["ServiceName"])
    made = client.ask("CreateVpcEndpoint", **to_service)["VpcEndpoint"]
    assert made["IpAddressType"] == "ipv6"
    (seen,) = client.ask("DescribeVpcEndpointConnections")["VpcEndpointConnections"]
    assert seen["IpAddressType"] == "ipv6"


def test_ipv6_targets_are_behind_dual_stack_load_balancers(client, vpc):
    group = a_group(client, vpc.id, IpAddressType="ipv6")
    target = {"TargetGroupArn": group, "Targets": [{"Id": str(vpc.blocks[1][5])}]}
    client.ask("elbv2:RegisterTargets", **target)
    (health,) = client.ask("elbv2:DescribeTargetHealth", TargetGroupArn=group)[
        "TargetHealthDescriptions"
    ]
    assert health["Target"]["AvailabilityZone"] == f"{REGION}a"
    of_ipv4 = {"TargetGroupArn": group, "Targets": [{"Id": "10.0.0.9"}]}
    assert client.refusal("elbv2:RegisterTargets", **of_ipv4) == "ValidationError"
    arn = a_balancer(client, vpc.subnets["dualstack"])["LoadBalancerArn"]
    listener = {"LoadBalancerArn": arn, "Protocol": "TCP", "Port": 80}
    listener["DefaultActions"] = forward(group)
    refused = client.refusal("elbv2:CreateListener", **listener)
    assert refused == "InvalidConfigurationRequest"
    client.ask("elbv2:SetIpAddressType", LoadBalancerArn=arn, IpAddressType="dualstack")
    client.ask("elbv2:CreateListener", **listener)


@pytest.mark.parametrize("protocol", ["TCP", "UDP", "TCP_UDP"])
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_datagrams_of_a_dual_stack_load_balancer_go_to_ipv6_targets_alone(
    client, vpc, protocol, family
):
    arn = a_balancer(client, vpc.subnets["dualstack"], IpAddressType="dualstack")["LoadBalancerArn"]
    group = a_group(client, vpc.id, Protocol=protocol, IpAddressType=family)
    asked = {"LoadBalancerArn": arn, "Protocol": protocol, "Port": 53}
    asked["DefaultActions"] = forward(group)
    if protocol == "TCP" or family == "ipv6":
        assert client.ask("elbv2:CreateListener", **asked)["Listeners"]
    else:
        refused = client.refusal("elbv2:CreateListener", **asked)
        assert refused == "InvalidConfigurationRequest"
        assert client.ask("elbv2:DescribeListeners", LoadBalancerArn=arn)["Listeners"] == []


@pytest.mark.parametrize("way", ["elbv2:SetIpAddressType", "elbv2:SetSubnets"])
@pytest.mark.parametrize(("protocol", "stays"), [("TCP", False), ("UDP", True), ("TCP_UDP", True)])
def test_a_load_balancer_whose_datagrams_go_to_ipv4_targets_does_not_become_dual_stack(
    client, vpc, way, protocol, stays
):
    arn = a_balancer(client, vpc.subnets["dualstack"])["LoadBalancerArn"]
    group = a_group(client, vpc.id, Protocol=protocol)
    asked = {"LoadBalancerArn": arn, "Protocol": protocol, "Port": 53}
    client.ask("elbv2:CreateListener", **asked, DefaultActions=forward(group))
    change = {"LoadBalancerArn": arn, "IpAddressType": "dualstack"}
    if way == "elbv2:SetSubnets":
        change["Subnets"] = [vpc.subnets["dualstack"]]
    if stays:
        assert client.refusal(way, **change) == "InvalidConfigurationRequest"
    else:
        client.ask(way, **change)
    (shown,) = client.ask("elbv2:DescribeLoadBalancers")["LoadBalancers"]
    assert shown["IpAddressType"] == ("ipv4" if stays else "dualstack")


@pytest.mark.parametrize(("scheme", "closed"), [("internal", True), ("internet-facing", False)])
def test_an_internal_load_balancer_is_closed_to_gateways_by_default(client, vpc, scheme, closed):
    gateway = client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    client.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc.id)
    asked = {"Scheme": scheme, "IpAddressType": "dualstack"}
    arn = a_balancer(client, vpc.subnets["dualstack"], **asked)["LoadBalancerArn"]
    held = client.ask("elbv2:DescribeLoadBalancerAttributes", LoadBalancerArn=arn)["Attributes"]
    name = "ipv6.deny_all_igw_traffic"
    assert {one["Key"]: one["Value"] for one in held}[name] == str(closed).lower()
    found = client.ask("DescribeNetworkInterfaces")["NetworkInterfaces"]
    assert found[0].get("DenyAllIgwTraffic", False) is closed


def test_an_endpoint_to_a_gateway_load_balancer_becomes_dual_stack_and_ipv4_again(client, vpc):
    arn = a_balancer(client, vpc.subnets["dualstack"], name="g", Type="gateway")["LoadBalancerArn"]
    client.ask("elbv2:SetIpAddressType", LoadBalancerArn=arn, IpAddressType="dualstack")
    asked = {"GatewayLoadBalancerArns": [arn], "SupportedIpAddressTypes": ["ipv4", "ipv6"]}
    make = "CreateVpcEndpointServiceConfiguration"
    name = client.ask(make, **asked)["ServiceConfiguration"]["ServiceName"]
    asked = create(client, vpc, "dualstack", None, ServiceName=name)
    asked["VpcEndpointType"] = "GatewayLoadBalancer"
    made = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]
    named, before = {"VpcEndpointId": made["VpcEndpointId"]}, interface_of(client, made)
    for kind, count in (("dualstack", 1), ("ipv4", 0)):
        client.ask("ModifyVpcEndpoint", **named, IpAddressType=kind)
        (shown,) = client.ask("DescribeVpcEndpoints")["VpcEndpoints"]
        worn = interface_of(client, made)
        assert (shown["IpAddressType"], len(worn["Ipv6Addresses"])) == (kind, count)
        assert worn["NetworkInterfaceId"] == before["NetworkInterfaceId"]
    assert client.refusal("ModifyVpcEndpoint", **named, IpAddressType="ipv6") == "InvalidParameter"


def a_wide_service(client: Client, **more) -> dict:
    """Make a service in two zones."""
    vpc = a_vpc(client)
    arn = a_balancer(client, a_subnet(client, vpc), a_subnet(client, vpc, 1), name="wide")
    asked = {"NetworkLoadBalancerArns": [arn["LoadBalancerArn"]], **more}
    return client.ask("CreateVpcEndpointServiceConfiguration", **asked)["ServiceConfiguration"]


def in_region(client: Client, region: str) -> None:
    client.call = replace(client.call, region=region)


def remote_endpoint(client: Client, service: dict, zone: str) -> dict:
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    asked = {"VpcId": vpc, "CidrBlock": "10.0.0.0/24", "AvailabilityZone": zone}
    subnet = client.ask("CreateSubnet", **asked)["Subnet"]["SubnetId"]
    asked = {"VpcId": vpc, "VpcEndpointType": "Interface", "SubnetIds": [subnet]}
    return {**asked, "ServiceName": service["ServiceName"]}


def test_a_service_is_had_from_the_regions_that_it_supports(client):
    service = a_wide_service(client, SupportedRegions=[ELSEWHERE])
    assert service["RemoteAccessEnabled"]
    in_region(client, ELSEWHERE)
    asked = remote_endpoint(client, service, f"{ELSEWHERE}a")
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidServiceName"
    made = client.ask("CreateVpcEndpoint", **asked, ServiceRegion=REGION)["VpcEndpoint"]
    assert made["ServiceRegion"] == REGION
    names = [one["DnsName"] for one in made["DnsEntries"]]
    assert len(names) == 1  # regional names alone
    assert names[0].endswith(f"{REGION}.vpce.amazonaws.com")
    listed = client.ask("DescribeVpcEndpointServices", ServiceRegions=[REGION])
    assert service["ServiceName"] in listed["ServiceNames"]
    in_region(client, REGION)
    (seen,) = client.ask("DescribeVpcEndpointConnections")["VpcEndpointConnections"]
    assert (seen["VpcEndpointRegion"], seen["VpcEndpointOwner"]) == (ELSEWHERE, ACCOUNT)


def test_a_service_is_not_had_from_other_regions_nor_in_some_zones(client):
    service = a_wide_service(client, SupportedRegions=["us-east-1", "ap-northeast-2"])
    in_region(client, ELSEWHERE)
    asked = remote_endpoint(client, service, f"{ELSEWHERE}a")
    unknown = client.refusal("CreateVpcEndpoint", **asked, ServiceRegion=REGION)
    assert unknown == "InvalidServiceName"
    in_region(client, "ap-northeast-2")
    asked = remote_endpoint(client, service, "ap-northeast-2b")  # apne2-az2
    refused = client.refusal("CreateVpcEndpoint", **asked, ServiceRegion=REGION)
    assert refused == "InvalidParameter"


def test_other_regions_need_two_zones(client):
    vpc = a_vpc(client)
    arn = a_balancer(client, a_subnet(client, vpc))["LoadBalancerArn"]
    asked = {"NetworkLoadBalancerArns": [arn], "SupportedRegions": [ELSEWHERE]}
    make = "CreateVpcEndpointServiceConfiguration"
    assert client.refusal(make, **asked) == "InvalidParameter"


def test_a_provider_pays_for_one_endpoint(client):
    service = a_wide_service(client)
    asked = remote_endpoint(client, service, f"{REGION}a")
    name = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]["VpcEndpointId"]
    pay = {"ServiceId": service["ServiceId"], "VpcEndpointId": name}
    pay |= {"Scope": "vpc-endpoint-charges"}
    said = {"PayerResponsibility": "vpc-endpoint-service-account"}
    client.ask("ModifyVpcEndpointPayerResponsibility", **pay, **said)
    (shown,) = client.ask("DescribeVpcEndpoints")["VpcEndpoints"]
    (payer,) = shown["PayerResponsibilities"]
    assert payer["PayerResponsibilityType"] == "vpc-endpoint-service-account"
    wrong = {"PayerResponsibility": "resource-gateway-account"}
    operation = "ModifyVpcEndpointPayerResponsibility"
    assert client.refusal(operation, **pay, **wrong) == "InvalidParameter"
