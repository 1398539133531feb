"""The story, told by packets: what a private endpoint is, and what it does to the machine next
door.

The tests of a module run in their order on one site: each goes on where the one before it stopped.
"""

import ipaddress

import pytest

from tests.story.conftest import RunningSite, until
from tests.story.network import ANYWHERE, MONITORING, S3, Story, build, https_from, open_endpoint

pytestmark = [pytest.mark.site, pytest.mark.kernel]


@pytest.fixture(scope="module")
def story(site: RunningSite) -> Story:
    return build(site)


@pytest.fixture(scope="module")
def endpoint(story: Story) -> str:
    return open_endpoint(story)


@pytest.fixture(scope="module")
def public_addresses(site: RunningSite, story: Story) -> list[str]:
    return site.dig("internet", MONITORING)


def test_outside_names_are_public(site, story, public_addresses):
    s3 = site.dig("internet", S3)
    assert len(s3) == 8
    assert all(address.startswith("52.219.") for address in s3)
    assert public_addresses == ["52.119.219.193"]
    assert site.dig("app", MONITORING) == public_addresses


def test_the_public_subnet_gets_there_and_the_private_one_does_not(site, story):
    assert site.put_metric("web", "before-web").returncode == 0
    record = site.events("before-web")[-1]
    assert record["sourceIPAddress"] == story.instance(story.web)["PublicIpAddress"]
    assert record["eventSource"] == "monitoring.amazonaws.com"
    assert record["eventName"] == "PutMetricData"
    assert "vpcEndpointId" not in record
    assert site.put_metric("app", "before-app").returncode != 0
    assert site.events("before-app") == []


def test_the_endpoint_answers_to_the_services_name_inside_alone(
    site, story, public_addresses, endpoint
):
    (name,) = story.endpoint(endpoint)["NetworkInterfaceIds"]
    answer = story.ec2.describe_network_interfaces(NetworkInterfaceIds=[name])
    address = answer["NetworkInterfaces"][0]["PrivateIpAddress"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network("172.16.2.0/24")
    assert site.dig("app", MONITORING) == [address]
    assert site.dig("web", MONITORING) == [address]
    assert site.dig("internet", MONITORING) == public_addresses
    assert site.inside("app", "ping", "-c1", "-W1", address).returncode != 0


def test_the_private_subnet_reaches_the_service_through_it(site, story, endpoint):
    result = site.put_metric("app", "through-app")
    assert result.returncode == 0, result.stderr
    record = site.events("through-app")[-1]
    assert record["vpcEndpointId"] == endpoint
    assert record["sourceIPAddress"] == story.instance(story.app)["PrivateIpAddress"]


def test_the_public_subnet_is_forced_through_it(site, story, endpoint):
    assert site.put_metric("web", "through-web").returncode == 0
    assert site.events("through-web")[-1]["vpcEndpointId"] == endpoint
    group = story.endpoint_group
    everybody = https_from(IpRanges=[{"CidrIp": "172.16.0.0/16"}])
    the_app = https_from(UserIdGroupPairs=[{"GroupId": story.app_group}])
    story.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=everybody)
    story.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=the_app)
    assert site.put_metric("web", "blocked-web").returncode != 0
    assert site.put_metric("app", "admitted-app").returncode == 0


def test_without_private_dns_the_name_is_public_again(site, story, public_addresses, endpoint):
    story.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PrivateDnsEnabled=False)
    until(lambda: site.dig("web", MONITORING), lambda seen: seen == public_addresses)
    assert site.put_metric("web", "off-web").returncode == 0
    assert "vpcEndpointId" not in site.events("off-web")[-1]


def test_a_nat_gateway_goes_through_the_internet(site, story):
    elastic = story.ec2.allocate_address(Domain="vpc")
    made = story.ec2.create_nat_gateway(SubnetId=story.front, AllocationId=elastic["AllocationId"])[
        "NatGateway"
    ]["NatGatewayId"]
    until(
        lambda: story.ec2.describe_nat_gateways(NatGatewayIds=[made])["NatGateways"][0]["State"],
        lambda state: state == "available",
    )
    story.ec2.create_route(
        RouteTableId=story.back_table, DestinationCidrBlock=ANYWHERE, NatGatewayId=made
    )
    assert site.put_metric("app", "nat-app").returncode == 0
    assert site.events("nat-app")[-1]["sourceIPAddress"] == elastic["PublicIp"]


def test_a_stopped_instance_is_silent_and_comes_back_as_it_was(site, story):
    before = story.instance(story.app)["PrivateIpAddress"]
    story.ec2.stop_instances(InstanceIds=[story.app])
    until(lambda: story.instance(story.app)["State"]["Name"], lambda state: state == "stopped")
    assert site.inside("app", "true").returncode != 0
    story.ec2.start_instances(InstanceIds=[story.app])
    until(lambda: story.instance(story.app)["State"]["Name"], lambda state: state == "running")
    assert story.instance(story.app)["PrivateIpAddress"] == before
    assert site.put_metric("app", "again-app").returncode == 0


def test_down_and_up_bring_the_same_network_back(site, story, endpoint):
    before = (story.instance(story.web), story.endpoint(endpoint))
    site.genkan("down")
    site.genkan("up")
    story.ec2 = site.client("ec2")
    after = (story.instance(story.web), story.endpoint(endpoint))
    assert after == before
    assert site.put_metric("web", "after-up").returncode == 0


def test_the_endpoint_goes_with_its_interface(site, story, endpoint):
    story.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    ours = [
        {"Name": "vpc-id", "Values": [story.vpc]},
        {"Name": "interface-type", "Values": ["vpc_endpoint"]},
    ]
    until(
        lambda: story.ec2.describe_network_interfaces(Filters=ours)["NetworkInterfaces"],
        lambda left: not left,
    )
