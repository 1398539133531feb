"""Load balancers: where they stand, what they are called, what is refused."""

import pytest

from genkan.model import lifecycle
from genkan.model.load_balancer import LoadBalancer, LoadBalancerState
from tests.api.providers import a_balancer, a_subnet, a_vpc
from tests.build import ACCOUNT, AT, REGION, Client

ARN = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer"
NOBODY = f"{ARN}/net/nobody/0000000000000000"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return a_vpc(client)


@pytest.fixture
def subnets(client, vpc) -> list[str]:
    return [a_subnet(client, vpc, at) for at in range(2)]


def seen(client: Client, arn: str) -> dict:
    (shown,) = client.ask("elbv2:DescribeLoadBalancers", LoadBalancerArns=[arn])["LoadBalancers"]
    return shown


def interfaces(client: Client, kind: str = "network_load_balancer") -> list[dict]:
    wanted = [{"Name": "interface-type", "Values": [kind]}]
    return client.ask("DescribeNetworkInterfaces", Filters=wanted)["NetworkInterfaces"]


def attributes(client: Client, arn: str) -> dict[str, str]:
    held = client.ask("elbv2:DescribeLoadBalancerAttributes", LoadBalancerArn=arn)["Attributes"]
    return {one["Key"]: one["Value"] for one in held}


def test_a_network_load_balancer_is_described_as_it_was_made(client, vpc, subnets):
    made = a_balancer(client, *subnets, Tags=[{"Key": "a", "Value": "b"}])
    assert made["LoadBalancerArn"].startswith(f"{ARN}/net/nlb/")
    name, digits = made["LoadBalancerArn"].split("/")[-2:]
    assert made["DNSName"] == f"{name}-{digits}.elb.{REGION}.amazonaws.com"
    assert made["CanonicalHostedZoneId"] == "Z31USIVHYNEOWT"
    assert (made["State"], made["VpcId"]) == ({"Code": "provisioning"}, vpc)
    assert [zone["SubnetId"] for zone in made["AvailabilityZones"]] == subnets
    assert seen(client, made["LoadBalancerArn"]) == made


def test_it_has_an_interface_of_its_own_in_each_subnet(client, subnets):
    made = a_balancer(client, *subnets)
    worn = interfaces(client)
    assert {one["SubnetId"] for one in worn} == set(subnets)
    for one in worn:
        assert one["Description"] == f"ELB {made['LoadBalancerArn'].partition('/')[2]}"
        assert (one["RequesterManaged"], one["Status"]) == (True, "in-use")
    (first, _) = worn
    refused = client.refusal(
        "DeleteNetworkInterface", NetworkInterfaceId=first["NetworkInterfaceId"]
    )
    assert refused in ("OperationNotPermitted", "InvalidParameterValue")


def test_a_gateway_load_balancer_has_no_name_in_dns_and_no_scheme(client, subnets):
    made = a_balancer(client, subnets[0], name="gwlb", Type="gateway")
    assert made["LoadBalancerArn"].startswith(f"{ARN}/gwy/gwlb/")
    assert not {"DNSName", "Scheme", "SecurityGroups"} & set(made)
    assert len(interfaces(client, "gateway_load_balancer")) == 1


def test_an_address_that_is_named_is_taken_and_shown(client, subnets):
    mapping = [{"SubnetId": subnets[0], "PrivateIPv4Address": "10.0.0.77"}]
    made = a_balancer(client, Subnets=None, SubnetMappings=mapping)
    (zone,) = made["AvailabilityZones"]
    assert zone["LoadBalancerAddresses"] == [{"PrivateIPv4Address": "10.0.0.77"}]
    assert interfaces(client)[0]["PrivateIpAddress"] == "10.0.0.77"


def test_an_internet_facing_one_takes_elastic_ips_and_gives_them_back(client, vpc, subnets):
    gateway = client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    client.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    allocation = client.ask("AllocateAddress")["AllocationId"]
    mapping = [{"SubnetId": subnets[0], "AllocationId": allocation}]
    asked = {"Subnets": None, "SubnetMappings": mapping, "Scheme": "internet-facing"}
    made = a_balancer(client, **asked)
    (address,) = made["AvailabilityZones"][0]["LoadBalancerAddresses"]
    assert address["AllocationId"] == allocation
    assert client.refusal(
        "elbv2:CreateLoadBalancer", Name="b", Type="network", SubnetMappings=mapping
    )
    client.ask("elbv2:DeleteLoadBalancer", LoadBalancerArn=made["LoadBalancerArn"])
    assert interfaces(client) == []
    assert client.ask("ReleaseAddress", AllocationId=allocation) == {}


def test_the_same_call_again_answers_with_the_same_and_another_is_refused(client, subnets):
    first = a_balancer(client, subnets[0])
    assert a_balancer(client, subnets[0]) == first
    other = {"Name": "nlb", "Type": "network", "Scheme": "internal", "Subnets": subnets}
    assert client.refusal("elbv2:CreateLoadBalancer", **other) == "DuplicateLoadBalancerName"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Type": "application"}, "UnsupportedOperation"),
        ({"Type": "classic"}, "ValidationError"),
        ({"Name": "-a"}, "ValidationError"),
        ({"Name": "a" * 33}, "ValidationError"),
        ({"Name": "internal-a"}, "ValidationError"),
        ({"Scheme": "public"}, "InvalidScheme"),
        ({"Scheme": "internet-facing"}, "InvalidSubnet"),
        ({"Type": "gateway"}, "InvalidConfigurationRequest"),  # with a scheme
        ({"Subnets": []}, "ValidationError"),
        ({"Subnets": ["subnet-00000000000000000"]}, "SubnetNotFound"),
        ({"IpAddressType": "dualstack"}, "InvalidConfigurationRequest"),
        ({"SecurityGroups": ["sg-00000000000000000"]}, "InvalidSecurityGroup"),
        ({"Tags": [{"Key": "a", "Value": ""}] * 2}, "DuplicateTagKeys"),
        ({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, "TooManyTags"),
        ({"Tags": [{"Key": "aws:a", "Value": ""}]}, "ValidationError"),
    ],
)
def test_what_cannot_be_made_is_refused(client, subnets, parameters, code):
    asked = {"Name": "a", "Type": "network", "Scheme": "internal", "Subnets": subnets[:1]}
    assert client.refusal("elbv2:CreateLoadBalancer", **{**asked, **parameters}) == code


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"AllocationId": "eipalloc-00000000000000000"}, "InvalidConfigurationRequest"),
        ({"PrivateIPv4Address": "10.9.0.4"}, "InvalidConfigurationRequest"),
        ({"PrivateIPv4Address": "10.0.0.1"}, "InvalidConfigurationRequest"),
        ({"PrivateIPv4Address": "ten"}, "ValidationError"),
        ({"IPv6Address": "2001:db8::1"}, "InvalidConfigurationRequest"),
    ],
)
def test_what_a_subnet_mapping_may_not_say(client, subnets, mapping, code):
    asked = {"Name": "a", "Type": "network", "Scheme": "internal"}
    asked["SubnetMappings"] = [{"SubnetId": subnets[0], **mapping}]
    assert client.refusal("elbv2:CreateLoadBalancer", **asked) == code


def test_a_zone_is_enabled_once_and_subnets_are_of_one_vpc(client, vpc, subnets):
    asked = {"Name": "a", "Type": "network", "Scheme": "internal"}
    for other in (a_subnet(client, vpc, 2), a_subnet(client, a_vpc(client), 1)):
        two = [subnets[0], other]
        refused = client.refusal("elbv2:CreateLoadBalancer", **asked, Subnets=two)
        assert refused == "InvalidConfigurationRequest"


def test_they_are_listed_in_pages_by_name_and_by_arn(client, subnets):
    for name in ("a", "b", "c"):
        a_balancer(client, subnets[0], name=name)
    page = client.ask("elbv2:DescribeLoadBalancers", PageSize=2)
    rest = client.ask("elbv2:DescribeLoadBalancers", PageSize=2, Marker=page["NextMarker"])
    names = [one["LoadBalancerName"] for one in page["LoadBalancers"] + rest["LoadBalancers"]]
    assert (names, "NextMarker" in rest) == (["a", "b", "c"], False)
    (named,) = client.ask("elbv2:DescribeLoadBalancers", Names=["b"])["LoadBalancers"]
    assert named["LoadBalancerName"] == "b"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Names": ["nobody"]}, "LoadBalancerNotFound"),
        ({"LoadBalancerArns": [NOBODY]}, "LoadBalancerNotFound"),
        ({"LoadBalancerArns": ["nobody"]}, "ValidationError"),
        ({"LoadBalancerArns": [NOBODY], "Names": ["a"]}, "ValidationError"),
        ({"PageSize": 0}, "ValidationError"),
        ({"Marker": "?"}, "ValidationError"),
    ],
)
def test_what_cannot_be_described_is_refused(client, parameters, code):
    assert client.refusal("elbv2:DescribeLoadBalancers", **parameters) == code


def test_it_becomes_active(client, subnets):
    arn = a_balancer(client, subnets[0])["LoadBalancerArn"]
    (due,) = lifecycle.due(client.call.network, AT)
    after = client.call.network.apply(lifecycle.complete(client.call.network, due, AT))
    assert after.get(LoadBalancer, arn).state is LoadBalancerState.ACTIVE


def test_deleting_takes_interfaces_and_listeners_along_and_may_be_repeated(client, subnets):
    arn = a_balancer(client, *subnets)["LoadBalancerArn"]
    for _ in range(2):
        client.ask("elbv2:DeleteLoadBalancer", LoadBalancerArn=arn)
    assert interfaces(client) == []
    assert client.ask("elbv2:DescribeLoadBalancers")["LoadBalancers"] == []


def test_protection_is_an_attribute_that_keeps_it(client, subnets):
    arn = a_balancer(client, subnets[0])["LoadBalancerArn"]
    assert attributes(client, arn)["deletion_protection.enabled"] == "false"
    protect = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    client.ask("elbv2:ModifyLoadBalancerAttributes", LoadBalancerArn=arn, Attributes=protect)
    assert attributes(client, arn)["deletion_protection.enabled"] == "true"
    assert (
        client.refusal("elbv2:DeleteLoadBalancer", LoadBalancerArn=arn) == "OperationNotPermitted"
    )


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("deletion_protection.enabled", "yes", "ValidationError"),
        ("idle_timeout.timeout_seconds", "60", "InvalidConfigurationRequest"),
    ],
)
def test_attributes_that_are_not_there_are_refused(client, subnets, key, value, code):
    arn = a_balancer(client, subnets[0])["LoadBalancerArn"]
    asked = {"LoadBalancerArn": arn, "Attributes": [{"Key": key, "Value": value}]}
    assert client.refusal("elbv2:ModifyLoadBalancerAttributes", **asked) == code


def test_subnets_are_replaced_and_those_that_stay_keep_their_address(client, vpc, subnets):
    arn = a_balancer(client, subnets[0])["LoadBalancerArn"]
    (before,) = interfaces(client)
    client.ask("elbv2:SetSubnets", LoadBalancerArn=arn, Subnets=subnets)
    assert before["PrivateIpAddress"] in [one["PrivateIpAddress"] for one in interfaces(client)]
    client.ask("elbv2:SetSubnets", LoadBalancerArn=arn, Subnets=subnets[1:])
    assert [one["SubnetId"] for one in interfaces(client)] == subnets[1:]
    elsewhere = a_subnet(client, a_vpc(client))
    refused = client.refusal("elbv2:SetSubnets", LoadBalancerArn=arn, Subnets=[elsewhere])
    assert refused == "InvalidConfigurationRequest"


def test_a_gateway_one_keeps_the_subnets_it_has(client, subnets):
    arn = a_balancer(client, subnets[0], Type="gateway")["LoadBalancerArn"]
    refused = client.refusal("elbv2:SetSubnets", LoadBalancerArn=arn, Subnets=subnets[1:])
    assert refused == "InvalidConfigurationRequest"
    client.ask("elbv2:SetSubnets", LoadBalancerArn=arn, Subnets=subnets)
    assert len(interfaces(client, "gateway_load_balancer")) == 2


def test_groups_are_worn_by_its_interfaces_and_can_be_set(client, vpc, subnets):
    asked = {"GroupName": "web", "Description": "x", "VpcId": vpc}
    web = client.ask("CreateSecurityGroup", **asked)["GroupId"]
    made = a_balancer(client, subnets[0], SecurityGroups=[web])
    key = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    assert (made["SecurityGroups"], made[key]) == ([web], "on")
    other = client.ask("CreateSecurityGroup", **{**asked, "GroupName": "b"})["GroupId"]
    asked = {"LoadBalancerArn": made["LoadBalancerArn"], "SecurityGroups": [other]}
    client.ask("elbv2:SetSecurityGroups", **asked, **{key: "off"})
    assert seen(client, made["LoadBalancerArn"])[key] == "off"
    assert [one["GroupId"] for one in interfaces(client)[0]["Groups"]] == [other]
    assert client.refusal("DeleteSecurityGroup", GroupId=other) == "DependencyViolation"
    asked["SecurityGroups"] = []
    assert client.refusal("elbv2:SetSecurityGroups", **asked) == "InvalidConfigurationRequest"
    asked["SecurityGroups"] = [other]
    assert client.refusal("elbv2:SetSecurityGroups", **asked, **{key: "yes"}) == "ValidationError"


def test_one_made_without_groups_cannot_be_given_any(client, vpc, subnets):
    arn = a_balancer(client, subnets[0])["LoadBalancerArn"]
    asked = {"GroupName": "web", "Description": "x", "VpcId": vpc}
    web = client.ask("CreateSecurityGroup", **asked)["GroupId"]
    asked = {"LoadBalancerArn": arn, "SecurityGroups": [web]}
    assert client.refusal("elbv2:SetSecurityGroups", **asked) == "InvalidConfigurationRequest"


def test_addresses_are_ipv4(client, subnets):
    arn = a_balancer(client, subnets[0])["LoadBalancerArn"]
    asked = {"LoadBalancerArn": arn, "IpAddressType": "ipv4"}
    assert client.ask("elbv2:SetIpAddressType", **asked) == {"IpAddressType": "ipv4"}
    asked["IpAddressType"] = "dualstack"
    assert client.refusal("elbv2:SetIpAddressType", **asked) == "InvalidConfigurationRequest"


def test_tags_are_added_removed_and_described(client, subnets):
    arn = a_balancer(client, subnets[0])["LoadBalancerArn"]
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    client.ask("elbv2:AddTags", ResourceArns=[arn], Tags=tags)
    client.ask("elbv2:RemoveTags", ResourceArns=[arn], TagKeys=["a"])
    (held,) = client.ask("elbv2:DescribeTags", ResourceArns=[arn])["TagDescriptions"]
    assert held == {"ResourceArn": arn, "Tags": tags[1:]}
    assert client.refusal("elbv2:DescribeTags", ResourceArns=[NOBODY]) == "LoadBalancerNotFound"
    assert client.refusal("elbv2:DescribeTags", ResourceArns=["x"]) == "ValidationError"
    assert client.refusal("elbv2:DescribeTags", ResourceArns=[arn] * 21) == "ValidationError"


def test_another_account_does_not_see_it(client, subnets):
    arn = a_balancer(client, subnets[0])["LoadBalancerArn"]
    client.become("210987654321")
    assert client.ask("elbv2:DescribeLoadBalancers")["LoadBalancers"] == []
    refused = client.refusal("elbv2:DescribeLoadBalancers", LoadBalancerArns=[arn])
    assert refused == "LoadBalancerNotFound"


def test_limits_and_policies_are_listed(client):
    limits = client.ask("elbv2:DescribeAccountLimits")["Limits"]
    assert {"Name": "listeners-per-network-load-balancer", "Max": "50"} in limits
    asked = {"Names": ["ELBSecurityPolicy-TLS13-1-3-2021-06"]}
    (policy,) = client.ask("elbv2:DescribeSSLPolicies", **asked)["SslPolicies"]
    assert policy["SslProtocols"] == ["TLSv1.3"]
    assert client.refusal("elbv2:DescribeSSLPolicies", Names=["x"]) == "SSLPolicyNotFound"
