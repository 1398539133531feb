"""Interfaces that an instance gets at launch and while it runs, told by packets.

The tests run in their order on one site: each goes on where the one before it stopped.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.story.conftest import REGION, RunningSite, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]

HOT, SECOND, LAUNCHED = "10.0.1.77", "10.0.1.78", "10.0.1.90"


@dataclass
class Pair:
    """Two instances of one subnet, in a group that lets its own in; one wears two interfaces."""

    ec2: Any
    subnet: str
    one: str
    two: str
    hot: str = ""
    attachment: str = ""

    def address(self, name: str) -> str:
        answer = self.ec2.describe_instances(InstanceIds=[name])
        return answer["Reservations"][0]["Instances"][0]["PrivateIpAddress"]


@pytest.fixture(scope="module")
def pair(site: RunningSite) -> Pair:
    ec2 = site.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone=f"{REGION}a")
    subnet = made["Subnet"]["SubnetId"]
    one = run(ec2, "one", {"DeviceIndex": 0, "SubnetId": subnet})
    two = run(
        ec2,
        "two",
        {"DeviceIndex": 0, "SubnetId": subnet},
        {"DeviceIndex": 1, "SubnetId": subnet, "PrivateIpAddress": LAUNCHED},
    )
    ec2.get_waiter("instance_running").wait(
        InstanceIds=[one, two], WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    return Pair(ec2, subnet, one, two)


def run(ec2: Any, name: str, *interfaces: dict[str, Any]) -> str:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]
    answer = ec2.run_instances(
        ImageId="ami-genkan",
        InstanceType="t3.small",
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=list(interfaces),
        TagSpecifications=tags,
    )
    return answer["Instances"][0]["InstanceId"]


def answers(site: RunningSite, source: str, address: str, *more: str) -> bool:
    return site.inside(source, "ping", "-c1", "-W1", *more, address).returncode == 0


def test_an_instance_is_launched_with_two_interfaces_and_both_answer(site, pair):
    assert answers(site, "one", pair.address(pair.two))
    assert answers(site, "one", LAUNCHED)
    assert answers(site, "two", pair.address(pair.one), "-I", LAUNCHED)


def test_an_interface_attached_to_a_running_instance_takes_packets(site, pair):
    made = pair.ec2.create_network_interface(SubnetId=pair.subnet, PrivateIpAddress=HOT)
    interface = made["NetworkInterface"]
    pair.hot = interface["NetworkInterfaceId"]
    assert not answers(site, "two", HOT)
    pair.attachment = pair.ec2.attach_network_interface(
        NetworkInterfaceId=pair.hot, InstanceId=pair.one, DeviceIndex=1
    )["AttachmentId"]
    device = site.inside("one", "ip", "address", "show", "eth1").stdout
    assert interface["MacAddress"] in device
    assert HOT in device
    assert answers(site, "two", HOT)
    assert answers(site, "one", pair.address(pair.two), "-I", HOT)


def test_the_interface_that_was_there_goes_on(site, pair):
    first = pair.address(pair.one)
    assert answers(site, "two", first)
    assert answers(site, "one", pair.address(pair.two))
    assert answers(site, "one", LAUNCHED, "-I", first)


def test_a_secondary_address_answers_from_when_it_is_assigned_to_when_it_is_not(site, pair):
    assert not answers(site, "two", SECOND)
    given = {"NetworkInterfaceId": pair.hot, "PrivateIpAddresses": [SECOND]}
    pair.ec2.assign_private_ip_addresses(**given)
    assert answers(site, "two", SECOND)
    pair.ec2.unassign_private_ip_addresses(**given)
    assert not answers(site, "two", SECOND)
    assert answers(site, "two", HOT)


def test_addresses_of_a_prefix_answer_where_the_instance_puts_them_on(site, pair):
    given = {"NetworkInterfaceId": pair.hot, "Ipv4Prefixes": ["10.0.1.160/28"]}
    site.inside("one", "ip", "address", "add", "10.0.1.165/32", "dev", "eth1")
    assert not answers(site, "two", "10.0.1.165")
    pair.ec2.assign_private_ip_addresses(**given)
    assert answers(site, "two", "10.0.1.165")
    assert answers(site, "one", LAUNCHED, "-I", "10.0.1.165")
    pair.ec2.unassign_private_ip_addresses(**given)
    assert not answers(site, "two", "10.0.1.165")


def test_a_detached_interface_is_gone_from_the_instance(site, pair):
    pair.ec2.detach_network_interface(AttachmentId=pair.attachment)
    assert site.inside("one", "ip", "link", "show", "eth1").returncode != 0
    assert not answers(site, "two", HOT)
    assert answers(site, "two", pair.address(pair.one))
    until(
        lambda: pair.ec2.describe_network_interfaces(NetworkInterfaceIds=[pair.hot]),
        lambda answer: answer["NetworkInterfaces"][0]["Status"] == "available",
    )
    pair.ec2.delete_network_interface(NetworkInterfaceId=pair.hot)


def test_a_group_of_another_vpc_decides_where_it_is_associated(site, pair):
    ec2 = pair.ec2
    own = ec2.describe_subnets(SubnetIds=[pair.subnet])["Subnets"][0]["VpcId"]
    made = ec2.create_security_group(GroupName="guest", Description="guest", VpcId=own)
    guest = made["GroupId"]
    vpc = ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    there = ec2.create_subnet(VpcId=vpc, CidrBlock="10.5.1.0/24", AvailabilityZone=f"{REGION}a")
    subnet = there["Subnet"]["SubnetId"]
    ec2.associate_security_group_vpc(GroupId=guest, VpcId=vpc)
    worn = {"DeviceIndex": 0, "SubnetId": subnet, "Groups": [guest]}
    host = run(ec2, "host", worn)
    near = run(ec2, "near", {"DeviceIndex": 0, "SubnetId": subnet})
    ec2.get_waiter("instance_running").wait(
        InstanceIds=[host, near], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert not answers(site, "near", pair.address(host))
    echo = {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}
    permissions = [{**echo, "IpRanges": [{"CidrIp": "10.5.0.0/16"}]}]
    ec2.authorize_security_group_ingress(GroupId=guest, IpPermissions=permissions)
    assert answers(site, "near", pair.address(host), "-W5")
    ec2.revoke_security_group_ingress(GroupId=guest, IpPermissions=permissions)
    assert not answers(site, "near", pair.address(host))
