"""A VPC with IPv6: an instance with both families, one with IPv6 alone, the internet for both."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Network
from typing import Any

import pytest

from tests.story.conftest import REGION, RunningSite, running_site, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]

EVERYTHING = [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
FETCH = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=10).status, end='')"

ANSWER = """import socket
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as server:
    server.bind(("::", 8017))
    print("ready", flush=True)
    while True:
        word, client = server.recvfrom(99)
        server.sendto(word + b" " + client[0].encode(), client)
"""
ASK = """import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(10)
    client.sendto(b"word", (sys.argv[1], 8017))
    print(client.recv(99).decode(), end="")
"""


@dataclass
class Both:
    """Two instances: `web` has both families, `six` has IPv6 alone."""

    web: str
    web_address: str


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    with running_site(ordinary=True) as one:
        yield one


@pytest.fixture(scope="module")
def both(site: RunningSite) -> Both:
    ec2 = site.client("ec2")
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    vpc, block = made["VpcId"], made["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    first, second = list(IPv6Network(block).subnets(new_prefix=64))[:2]
    zone = f"{REGION}a"
    dual = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.0.1.0/24", Ipv6CidrBlock=str(first), AvailabilityZone=zone
    )["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(
        SubnetId=dual, EnableResourceNameDnsAAAARecordOnLaunch={"Value": True}
    )
    alone = ec2.create_subnet(
        VpcId=vpc, Ipv6Native=True, Ipv6CidrBlock=str(second), AvailabilityZone=zone
    )["Subnet"]["SubnetId"]
    _lead_out(ec2, vpc)
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    group = groups["SecurityGroups"][0]["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=EVERYTHING)
    web, _ = _run(ec2, "web", dual), _run(ec2, "six", alone)
    address = until(lambda: _addresses(ec2, web), bool)[0]
    return Both(web, address)


def _lead_out(ec2: Any, vpc: str) -> None:
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    table = tables["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0", GatewayId=gateway)


def _run(ec2: Any, name: str, subnet: str) -> str:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]
    made = ec2.run_instances(
        ImageId="ami-genkan",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": subnet, "Ipv6AddressCount": 1}],
        TagSpecifications=tags,
    )["Instances"][0]["InstanceId"]
    waiter = ec2.get_waiter("instance_running")
    waiter.wait(InstanceIds=[made], WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    return str(made)


def _addresses(ec2: Any, name: str) -> list[str]:
    answer = ec2.describe_instances(InstanceIds=[name])
    interface = answer["Reservations"][0]["Instances"][0]["NetworkInterfaces"][0]
    return [one["Ipv6Address"] for one in interface["Ipv6Addresses"]]


@contextlib.contextmanager
def serving(site: RunningSite, target: str) -> Iterator[None]:
    """Have a program answer HTTP by IPv6 at an instance."""
    command = [*site.prefix, "genkan", "exec", target, "--", "python3", "-m", "http.server"]
    server = subprocess.Popen(
        [*command, "8000", "--bind", "::"], env=site.environment, stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        server.terminate()
        server.wait(timeout=10)


def fetched(site: RunningSite, target: str, address: str) -> str:
    url = f"http://[{address}]:8000/"
    return site.inside(target, "python3", "-c", FETCH, url).stdout


def test_an_instance_with_ipv6_alone_asks_the_resolver_by_ipv6(site, both):
    assert "nameserver fd00:ec2::253" in site.inside("six", "cat", "/etc/resolv.conf").stdout
    name = f"{both.web}.{REGION}.compute.internal"
    assert site.dig("six", name, "AAAA") == [both.web_address]
    assert site.dig("web", name, "AAAA") == [both.web_address]


@pytest.mark.parametrize("source", ["six", "internet"])
def test_a_program_answers_by_ipv6_inside_and_from_the_internet(site, both, source):
    with serving(site, "web"):
        until(lambda: fetched(site, source, both.web_address), lambda status: status == "200")


def _pings(site: RunningSite, address: str, source: str) -> bool:
    asked = ("ping", "-6", "-c1", "-W1", "-I", source, address)
    return site.inside("six", *asked).returncode == 0


def test_an_address_of_a_prefix_sends_and_answers_where_the_instance_puts_it_on(site, both):
    ec2 = site.client("ec2")
    found = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["six"]}])
    six = found["Reservations"][0]["Instances"][0]["NetworkInterfaces"][0]
    by_id = {"NetworkInterfaceId": six["NetworkInterfaceId"]}
    prefix = ec2.assign_ipv6_addresses(**by_id, Ipv6PrefixCount=1)["AssignedIpv6Prefixes"][0]
    own = str(IPv6Network(prefix)[0x1234])
    added = ("ip", "-6", "address", "add", f"{own}/128", "dev", "eth0", "nodad")
    assert site.inside("six", *added).returncode == 0
    assert _pings(site, both.web_address, own)
    with serving(site, "six"):
        until(lambda: fetched(site, "internet", own), lambda status: status == "200")
    shown = ec2.describe_instances(InstanceIds=[both.web])["Reservations"][0]["Instances"][0]
    web = shown["NetworkInterfaces"][0]["NetworkInterfaceId"]
    wearing = six["Groups"][0]["GroupId"]
    made = ec2.create_security_group(GroupName="named", Description="x", VpcId=shown["VpcId"])
    group = made["GroupId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=web, Groups=[group])
    assert not _pings(site, both.web_address, own)
    who = [{"GroupId": wearing}]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": who}]
    )
    assert _pings(site, both.web_address, own)
    ec2.unassign_ipv6_addresses(**by_id, Ipv6Prefixes=[prefix])
    assert not _pings(site, both.web_address, own)
    ec2.modify_network_interface_attribute(NetworkInterfaceId=web, Groups=[wearing])


def guest(ec2: Any) -> str:
    """Run an instance in a VPC of its own, in a subnet with IPv6 alone; give the subnet."""
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    vpc, block = made["VpcId"], made["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    first = str(next(IPv6Network(block).subnets(new_prefix=64)))
    asked = {"Ipv6Native": True, "Ipv6CidrBlock": first, "AvailabilityZone": f"{REGION}a"}
    subnet = ec2.create_subnet(VpcId=vpc, **asked)["Subnet"]["SubnetId"]
    _open(ec2, vpc, EVERYTHING)
    _run(ec2, "guest", subnet)
    return str(subnet)


def _open(ec2: Any, vpc: str, permissions: list[dict[str, Any]]) -> None:
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    name = groups["SecurityGroups"][0]["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=name, IpPermissions=permissions)


def offered(site: RunningSite, both: Both) -> str:
    """Offer `web` to other VPCs by both families, at a port each; give the service's name."""
    ec2, elb = site.client("ec2"), site.client("elbv2")
    shown = ec2.describe_instances(InstanceIds=[both.web])["Reservations"][0]["Instances"][0]
    vpc = shown["VpcId"]
    inside = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]
    _open(ec2, vpc, inside)
    arn = elb.create_load_balancer(
        Name="both",
        Type="network",
        Scheme="internal",
        IpAddressType="dualstack",
        Subnets=[shown["SubnetId"]],
    )["LoadBalancers"][0]["LoadBalancerArn"]
    for port, family, target in (
        (8006, "ipv6", both.web_address),
        (8004, "ipv4", shown["PrivateIpAddress"]),
    ):
        group = elb.create_target_group(
            Name=family,
            Protocol="TCP",
            Port=8000,
            VpcId=vpc,
            TargetType="ip",
            IpAddressType=family,
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": target}])
        forward = [{"Type": "forward", "TargetGroupArn": group}]
        elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=port, DefaultActions=forward)
        until(lambda group=group: _states(elb, group), lambda states: states == ["healthy"])
    made = ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[arn],
        AcceptanceRequired=False,
        SupportedIpAddressTypes=["ipv4", "ipv6"],
    )
    return str(made["ServiceConfiguration"]["ServiceName"])


def _states(elb: Any, group: str) -> list[str]:
    found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    return [one["TargetHealth"]["State"] for one in found]


def test_an_endpoint_with_ipv6_alone_reaches_targets_of_both_families(site, both):
    ec2 = site.client("ec2")
    with serving(site, "web"):
        service, subnet = offered(site, both), guest(ec2)
        vpc = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
        made = ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=service,
            VpcEndpointType="Interface",
            SubnetIds=[subnet],
            IpAddressType="ipv6",
        )["VpcEndpoint"]["VpcEndpointId"]
        shown = until(
            lambda: ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"][0],
            lambda one: one["State"] == "available",
        )
        name = shown["DnsEntries"][0]["DnsName"]
        assert site.dig("guest", name, "A") == []
        for port in (8006, 8004):
            url = f"http://{name}:{port}/"
            assert site.inside("guest", "python3", "-c", FETCH, url).stdout == "200"


@contextlib.contextmanager
def answering(site: RunningSite, target: str) -> Iterator[None]:
    """Have a program answer datagrams by IPv6 at an instance."""
    command = [*site.prefix, "genkan", "exec", target, "--", "python3", "-c", ANSWER]
    with subprocess.Popen(
        command, env=site.environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            server.terminate()


def test_datagrams_of_ipv4_reach_an_ipv6_target_from_the_load_balancers_address(site, both):
    ec2, elb = site.client("ec2"), site.client("elbv2")
    shown = ec2.describe_instances(InstanceIds=[both.web])["Reservations"][0]["Instances"][0]
    made = elb.create_load_balancer(
        Name="clock",
        Type="network",
        Scheme="internal",
        IpAddressType="dualstack",
        Subnets=[shown["SubnetId"]],
    )["LoadBalancers"][0]
    group = elb.create_target_group(
        Name="clock",
        Protocol="UDP",
        Port=8017,
        VpcId=shown["VpcId"],
        TargetType="ip",
        IpAddressType="ipv6",
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": both.web_address}])
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="UDP",
        Port=8017,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    name = made["DNSName"]
    (own,), (met,) = (
        until(lambda kind=kind: site.dig("web", name, kind), bool) for kind in ("AAAA", "A")
    )
    with answering(site, "web"):
        assert site.inside("web", "python3", "-c", ASK, met).stdout == f"word {own}"
