"""Interfaces: their addresses of both families, on and off instances, and what they say."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network

import pytest

from genkan.model.instance import Instance, InstanceState
from genkan.model.network_interface import NetworkInterface
from tests.build import REGION, Client

NOBODY = "0123456789abcdef0"


class Site(Client):
    """A VPC with IPv6, and a subnet of two families in it."""

    def __init__(self) -> None:
        super().__init__()
        made = self.ask("CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)
        self.vpc = made["Vpc"]["VpcId"]
        whole = IPv6Network(made["Vpc"]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"])
        self.blocks = list(whole.subnets(new_prefix=64))
        self.subnet = self.a_subnet("10.0.0.0/24", Ipv6CidrBlock=str(self.blocks[0]))

    def a_subnet(self, cidr: str, zone: str = f"{REGION}a", **more: object) -> str:
        given = {"VpcId": self.vpc, "CidrBlock": cidr, "AvailabilityZone": zone, **more}
        return self.ask("CreateSubnet", **given)["Subnet"]["SubnetId"]

    def interface(self, **more: object) -> dict:
        given = {"SubnetId": self.subnet, **more}
        return self.ask("CreateNetworkInterface", **given)["NetworkInterface"]

    def seen(self, name: str) -> dict:
        answer = self.ask("DescribeNetworkInterfaces", NetworkInterfaceIds=[name])
        return answer["NetworkInterfaces"][0]

    def instance(self, state: InstanceState = InstanceState.RUNNING, **more: object) -> str:
        given = {"MinCount": 1, "MaxCount": 1, "SubnetId": self.subnet, **more}
        if "NetworkInterfaces" in more:
            del given["SubnetId"]
        name = self.ask("RunInstances", **given)["Instances"][0]["InstanceId"]
        self.put(replace(self.call.network.get(Instance, name), state=state))
        return name

    def attach(self, interface: str, instance: str, index: int = 1) -> str:
        given = {"NetworkInterfaceId": interface, "InstanceId": instance, "DeviceIndex": index}
        return self.ask("AttachNetworkInterface", **given)["AttachmentId"]

    def primary(self, instance: str) -> str:
        answer = self.ask("DescribeInstances", InstanceIds=[instance])
        return answer["Reservations"][0]["Instances"][0]["NetworkInterfaces"][0][
            "NetworkInterfaceId"
        ]


@pytest.fixture
def site() -> Site:
    return Site()


def addresses(interface: dict) -> list[str]:
    return [one["PrivateIpAddress"] for one in interface["PrivateIpAddresses"]]


def sixth(interface: dict) -> list[str]:
    return [one["Ipv6Address"] for one in interface["Ipv6Addresses"]]


# -- attached and detached


def test_an_attached_interface_is_in_use_and_a_detached_one_is_not(site):
    one, instance = site.interface()["NetworkInterfaceId"], site.instance()
    attachment = site.attach(one, instance)
    shown = site.seen(one)
    assert shown["Status"] == "in-use"
    assert shown["Attachment"]["AttachmentId"] == attachment
    assert (shown["Attachment"]["InstanceId"], shown["Attachment"]["DeviceIndex"]) == (instance, 1)
    assert shown["Attachment"]["DeleteOnTermination"] is False
    given = {"AttachmentId": attachment, "DeleteOnTermination": True}
    site.ask("ModifyNetworkInterfaceAttribute", NetworkInterfaceId=one, Attachment=given)
    assert site.seen(one)["Attachment"]["DeleteOnTermination"] is True
    site.ask("DetachNetworkInterface", AttachmentId=attachment)
    shown = site.seen(one)
    assert (shown["Status"], "Attachment" in shown) == ("available", False)
    again = {"AttachmentId": attachment}
    assert site.refusal("DetachNetworkInterface", **again) == "InvalidAttachmentID.NotFound"


def test_an_attachment_that_ended_is_found_by_its_id_for_a_minute(site):
    one = site.interface()["NetworkInterfaceId"]
    attachment = site.attach(one, site.instance())
    site.ask("DetachNetworkInterface", AttachmentId=attachment)
    filters = [{"Name": "attachment.attachment-id", "Values": [attachment]}]
    (found,) = site.ask("DescribeNetworkInterfaces", Filters=filters)["NetworkInterfaces"]
    assert found["Attachment"]["Status"] == "detached"
    site.call = replace(site.call, now=site.call.now + timedelta(minutes=2))
    assert site.ask("DescribeNetworkInterfaces", Filters=filters)["NetworkInterfaces"] == []


def test_what_cannot_be_attached_is_refused(site):
    one, instance = site.interface()["NetworkInterfaceId"], site.instance()
    free = site.interface()["NetworkInterfaceId"]
    site.attach(one, instance)
    far = site.a_subnet("10.0.9.0/24", zone=f"{REGION}c")
    elsewhere = site.interface(SubnetId=far)["NetworkInterfaceId"]
    vpc = site.ask("CreateVpc", CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    given = {"VpcId": vpc, "CidrBlock": "10.1.0.0/24", "AvailabilityZone": f"{REGION}a"}
    stranger = site.interface(SubnetId=site.ask("CreateSubnet", **given)["Subnet"]["SubnetId"])
    coming = site.instance(InstanceState.PENDING)
    for interface, target, index, code in (
        (one, instance, 2, "InvalidNetworkInterface.InUse"),
        (free, instance, 1, "InvalidParameterValue"),
        (free, instance, 0, "InvalidParameterValue"),
        (free, instance, -1, "InvalidParameterValue"),
        (free, coming, 1, "IncorrectState"),
        (elsewhere, instance, 2, "InvalidParameterCombination"),
        (stranger["NetworkInterfaceId"], instance, 2, "InvalidParameterCombination"),
        (f"eni-{NOBODY}", instance, 2, "InvalidNetworkInterfaceID.NotFound"),
        (free, f"i-{NOBODY}", 1, "InvalidInstanceID.NotFound"),
    ):
        given = {"NetworkInterfaceId": interface, "InstanceId": target, "DeviceIndex": index}
        assert site.refusal("AttachNetworkInterface", **given) == code, given
    given = {"NetworkInterfaceId": free, "InstanceId": instance, "DeviceIndex": 2}
    card = {**given, "NetworkCardIndex": 1}
    assert site.refusal("AttachNetworkInterface", **card) == "InvalidParameterValue"
    assert site.refusal("AttachNetworkInterface", **given) == "AttachmentLimitExceeded"


def test_the_primary_interface_stays(site):
    primary = site.seen(site.primary(site.instance()))
    given = {"AttachmentId": primary["Attachment"]["AttachmentId"]}
    assert site.refusal("DetachNetworkInterface", **given) == "OperationNotPermitted"


def test_an_instance_is_launched_with_as_many_interfaces_as_its_type_takes(site):
    def wanted(count: int) -> list[dict]:
        return [{"DeviceIndex": at, "SubnetId": site.subnet} for at in range(count)]

    site.instance(NetworkInterfaces=wanted(2))
    given = {"MinCount": 1, "MaxCount": 1, "NetworkInterfaces": wanted(3)}
    assert site.refusal("RunInstances", **given) == "AttachmentLimitExceeded"
    many = [{"DeviceIndex": 0, "SubnetId": site.subnet, "SecondaryPrivateIpAddressCount": 2}]
    given = {"MinCount": 1, "MaxCount": 1, "NetworkInterfaces": many}
    assert site.refusal("RunInstances", **given) == "PrivateIpAddressLimitExceeded"


def test_an_instance_of_several_interfaces_is_lent_no_public_address(site):
    given = {"SubnetId": site.subnet, "MapPublicIpOnLaunch": {"Value": True}}
    site.ask("ModifySubnetAttribute", **given)
    wanted = [{"DeviceIndex": at, "SubnetId": site.subnet} for at in (0, 1)]
    assert "Association" not in site.seen(site.primary(site.instance(NetworkInterfaces=wanted)))
    assert "Association" in site.seen(site.primary(site.instance(NetworkInterfaces=wanted[:1])))
    wanted[0]["AssociatePublicIpAddress"] = True
    given = {"MinCount": 1, "MaxCount": 1, "NetworkInterfaces": wanted}
    assert site.refusal("RunInstances", **given) == "InvalidParameterCombination"


def test_one_interface_is_not_worn_twice(site):
    name = site.interface()["NetworkInterfaceId"]
    wanted = [{"DeviceIndex": at, "NetworkInterfaceId": name} for at in (0, 1)]
    given = {"MinCount": 1, "MaxCount": 1, "NetworkInterfaces": wanted}
    assert site.refusal("RunInstances", **given) == "InvalidParameterValue"


def test_a_launch_that_says_something_unknown_of_an_interface_is_refused(site):
    for more in ({"EnaSrdSpecification": {}}, {"InterfaceType": "efa"}, {"NetworkCardIndex": 1}):
        interfaces = [{"DeviceIndex": 0, "SubnetId": site.subnet, **more}]
        given = {"MinCount": 1, "MaxCount": 1, "NetworkInterfaces": interfaces}
        assert site.refusal("RunInstances", **given) == "UnsupportedOperation"


# -- IPv4 addresses


def test_secondary_addresses_are_named_or_counted_and_given_back(site):
    name = site.interface()["NetworkInterfaceId"]
    given = {"NetworkInterfaceId": name, "PrivateIpAddresses": ["10.0.0.50"]}
    made = site.ask("AssignPrivateIpAddresses", **given)
    assert made["AssignedPrivateIpAddresses"] == [{"PrivateIpAddress": "10.0.0.50"}]
    site.ask("AssignPrivateIpAddresses", NetworkInterfaceId=name, SecondaryPrivateIpAddressCount=2)
    assert addresses(site.seen(name)) == ["10.0.0.4", "10.0.0.50", "10.0.0.5", "10.0.0.6"]
    given = {"NetworkInterfaceId": name, "PrivateIpAddresses": ["10.0.0.50", "10.0.0.6"]}
    site.ask("UnassignPrivateIpAddresses", **given)
    assert addresses(site.seen(name)) == ["10.0.0.4", "10.0.0.5"]


def test_an_address_moves_with_its_elastic_ip_when_reassignment_is_allowed(site):
    gateway = site.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    site.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=site.vpc)
    former = site.interface(SecondaryPrivateIpAddressCount=1)["NetworkInterfaceId"]
    later = site.interface()["NetworkInterfaceId"]
    moving = addresses(site.seen(former))[1]
    public = site.ask("AllocateAddress")["AllocationId"]
    given = {"AllocationId": public, "NetworkInterfaceId": former, "PrivateIpAddress": moving}
    site.ask("AssociateAddress", **given)
    given = {"NetworkInterfaceId": later, "PrivateIpAddresses": [moving]}
    assert site.refusal("AssignPrivateIpAddresses", **given) == "InvalidIPAddress.InUse"
    site.ask("AssignPrivateIpAddresses", AllowReassignment=True, **given)
    assert addresses(site.seen(former)) == ["10.0.0.4"]
    assert moving in addresses(site.seen(later))
    (address,) = site.ask("DescribeAddresses")["Addresses"]
    assert (address["NetworkInterfaceId"], address["PrivateIpAddress"]) == (later, moving)
    primary = {"NetworkInterfaceId": later, "PrivateIpAddresses": ["10.0.0.4"]}
    primary["AllowReassignment"] = True
    assert site.refusal("AssignPrivateIpAddresses", **primary) == "InvalidIPAddress.InUse"
    site.ask("UnassignPrivateIpAddresses", NetworkInterfaceId=later, PrivateIpAddresses=[moving])
    (address,) = site.ask("DescribeAddresses")["Addresses"]
    assert "AssociationId" not in address


@pytest.mark.parametrize(
    ("operation", "asked", "code"),
    [
        ("AssignPrivateIpAddresses", {}, "MissingParameter"),
        (
            "AssignPrivateIpAddresses",
            {"PrivateIpAddresses": ["10.0.0.9"], "SecondaryPrivateIpAddressCount": 1},
            "InvalidParameterCombination",
        ),
        (
            "AssignPrivateIpAddresses",
            {"SecondaryPrivateIpAddressCount": -1},
            "InvalidParameterValue",
        ),
        (
            "AssignPrivateIpAddresses",
            {"SecondaryPrivateIpAddressCount": 51},
            "PrivateIpAddressLimitExceeded",
        ),
        ("AssignPrivateIpAddresses", {"PrivateIpAddresses": ["10.9.0.9"]}, "InvalidParameterValue"),
        ("AssignPrivateIpAddresses", {"PrivateIpAddresses": ["::1"]}, "InvalidParameterValue"),
        ("UnassignPrivateIpAddresses", {}, "MissingParameter"),
        (
            "UnassignPrivateIpAddresses",
            {"PrivateIpAddresses": ["10.0.0.4"]},
            "InvalidParameterValue",
        ),
        (
            "UnassignPrivateIpAddresses",
            {"PrivateIpAddresses": ["10.0.0.99"]},
            "InvalidParameterValue",
        ),
        ("AssignIpv6Addresses", {}, "MissingParameter"),
        ("AssignIpv6Addresses", {"Ipv6Addresses": ["2001:db8::1"]}, "InvalidParameterValue"),
        ("AssignIpv6Addresses", {"Ipv6Addresses": ["10.0.0.9"]}, "InvalidParameterValue"),
        ("UnassignIpv6Addresses", {}, "MissingParameter"),
        ("UnassignIpv6Addresses", {"Ipv6Addresses": ["2001:db8::1"]}, "InvalidParameterValue"),
    ],
)
def test_addresses_that_do_not_fit_are_refused(site, operation, asked, code):
    name = site.interface()["NetworkInterfaceId"]
    assert site.refusal(operation, NetworkInterfaceId=name, **asked) == code


def test_an_interface_of_an_instance_takes_as_many_addresses_as_its_type_says(site):
    name = site.primary(site.instance())
    given = {"NetworkInterfaceId": name, "SecondaryPrivateIpAddressCount": 1}
    site.ask("AssignPrivateIpAddresses", **given)
    code = "PrivateIpAddressLimitExceeded"
    assert site.refusal("AssignPrivateIpAddresses", **given) == code
    given = {"NetworkInterfaceId": name, "Ipv6AddressCount": 3}
    assert site.refusal("AssignIpv6Addresses", **given) == code


# -- IPv6 addresses


def test_ipv6_addresses_are_named_counted_and_given_back(site):
    named = str(site.blocks[0][0xAB])
    made = site.interface(Ipv6Addresses=[{"Ipv6Address": named}])
    name = made["NetworkInterfaceId"]
    assert sixth(made) == [named]
    answer = site.ask("AssignIpv6Addresses", NetworkInterfaceId=name, Ipv6AddressCount=2)
    drawn = answer["AssignedIpv6Addresses"]
    assert all(IPv6Address(one) in site.blocks[0] for one in drawn)
    assert sixth(site.seen(name)) == [named, *drawn]
    filters = [{"Name": "ipv6-addresses.ipv6-address", "Values": [drawn[1]]}]
    assert len(site.ask("DescribeNetworkInterfaces", Filters=filters)["NetworkInterfaces"]) == 1
    answer = site.ask("UnassignIpv6Addresses", NetworkInterfaceId=name, Ipv6Addresses=[named])
    assert answer["UnassignedIpv6Addresses"] == [named]
    assert sixth(site.seen(name)) == drawn


def test_a_subnet_gives_addresses_by_itself_when_it_is_told_to(site):
    assert sixth(site.interface()) == []
    given = {"SubnetId": site.subnet, "AssignIpv6AddressOnCreation": {"Value": True}}
    site.ask("ModifySubnetAttribute", **given)
    assert len(sixth(site.interface())) == 1
    assert sixth(site.interface(Ipv6AddressCount=0)) == []
    instance = site.instance()
    shown = site.ask("DescribeInstances", InstanceIds=[instance])
    (one,) = shown["Reservations"][0]["Instances"]
    assert one["Ipv6Address"] == one["NetworkInterfaces"][0]["Ipv6Addresses"][0]["Ipv6Address"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"Ipv6AddressCount": -1}, "InvalidParameterValue"),
        ({"Ipv6AddressCount": 51}, "PrivateIpAddressLimitExceeded"),
        ({"EnablePrimaryIpv6": True}, "InvalidParameterValue"),
        (
            {"ConnectionTrackingSpecification": {"UdpTimeout": 5}},
            "InvalidParameterValue",
        ),
    ],
)
def test_an_interface_that_aws_would_not_make_is_refused(site, asked, code):
    given = {"SubnetId": site.subnet, **asked}
    assert site.refusal("CreateNetworkInterface", **given) == code


def test_an_ipv6_address_is_the_callers_choice_within_the_subnets_rules(site):
    held = sixth(site.interface(Ipv6AddressCount=1))[0]
    no_ipv6 = site.a_subnet("10.0.5.0/24")
    for subnet, address, code in (
        (site.subnet, held, "InvalidIPAddress.InUse"),
        (site.subnet, str(site.blocks[0][1]), "InvalidParameterValue"),
        (site.subnet, str(site.blocks[0][-1]), "InvalidParameterValue"),
        (site.subnet, str(site.blocks[1][9]), "InvalidParameterValue"),
        (no_ipv6, str(site.blocks[0][9]), "InvalidParameterValue"),
    ):
        given = {"SubnetId": subnet, "Ipv6Addresses": [{"Ipv6Address": address}]}
        assert site.refusal("CreateNetworkInterface", **given) == code
    both = {"Ipv6Addresses": [{"Ipv6Address": str(site.blocks[0][9])}], "Ipv6AddressCount": 1}
    both["SubnetId"] = site.subnet
    assert site.refusal("CreateNetworkInterface", **both) == "InvalidParameterCombination"


def test_a_launch_names_ipv6_addresses_at_either_place_and_not_at_both(site):
    address = {"Ipv6Address": str(site.blocks[0][7])}
    instance = site.instance(Ipv6Addresses=[address], EnablePrimaryIpv6=True)
    shown = site.seen(site.primary(instance))
    assert shown["Ipv6Addresses"] == [{**address, "IsPrimaryIpv6": True}]
    interfaces = [{"DeviceIndex": 0, "SubnetId": site.subnet, "Ipv6AddressCount": 1}]
    given = {"MinCount": 1, "MaxCount": 1, "NetworkInterfaces": interfaces}
    assert len(sixth(site.seen(site.primary(site.instance(NetworkInterfaces=interfaces))))) == 1
    both = {**given, "Ipv6AddressCount": 1}
    assert site.refusal("RunInstances", **both) == "InvalidParameterCombination"
    two = {"MinCount": 2, "MaxCount": 2, "SubnetId": site.subnet, "Ipv6Addresses": [address]}
    assert site.refusal("RunInstances", **two) == "InvalidParameterCombination"


def test_a_primary_ipv6_address_is_for_good(site):
    name = site.interface(Ipv6AddressCount=1)["NetworkInterfaceId"]
    modify = {"NetworkInterfaceId": name, "EnablePrimaryIpv6": True}
    site.ask("ModifyNetworkInterfaceAttribute", **modify)
    (address,) = sixth(site.seen(name))
    given = {"NetworkInterfaceId": name, "Ipv6Addresses": [address]}
    assert site.refusal("UnassignIpv6Addresses", **given) == "InvalidParameterValue"
    modify["EnablePrimaryIpv6"] = False
    assert site.refusal("ModifyNetworkInterfaceAttribute", **modify) == "InvalidParameterValue"


# -- attributes and permissions


def test_attributes_are_changed_one_at_a_time_described_and_reset(site):
    name = site.interface()["NetworkInterfaceId"]
    group = site.ask("CreateSecurityGroup", GroupName="g", Description="g", VpcId=site.vpc)
    modify = {"NetworkInterfaceId": name}
    for asked in (
        {"Description": {"Value": "new"}},
        {"Groups": [group["GroupId"]]},
        {"SourceDestCheck": {"Value": False}},
        {"ConnectionTrackingSpecification": {"UdpTimeout": 40}},
    ):
        site.ask("ModifyNetworkInterfaceAttribute", **modify, **asked)
    shown = site.seen(name)
    assert (shown["Description"], shown["SourceDestCheck"]) == ("new", False)
    assert [one["GroupId"] for one in shown["Groups"]] == [group["GroupId"]]
    assert shown["ConnectionTrackingConfiguration"] == {"UdpTimeout": 40}
    site.ask("ResetNetworkInterfaceAttribute", **modify, SourceDestCheck="sourceDestCheck")
    answer = site.ask("DescribeNetworkInterfaceAttribute", **modify, Attribute="sourceDestCheck")
    assert answer["SourceDestCheck"] == {"Value": True}
    assert site.refusal("ResetNetworkInterfaceAttribute", **modify) == "MissingParameter"
    assert site.refusal("ModifyNetworkInterfaceAttribute", **modify) == "MissingParameter"
    two = {"Description": {"Value": "a"}, "SourceDestCheck": {"Value": True}}
    code = "InvalidParameterCombination"
    assert site.refusal("ModifyNetworkInterfaceAttribute", **modify, **two) == code


def test_a_public_address_is_lent_to_a_primary_interface_while_its_instance_runs(site):
    name = site.primary(site.instance())
    modify = {"NetworkInterfaceId": name, "AssociatePublicIpAddress": True}
    site.ask("ModifyNetworkInterfaceAttribute", **modify)
    lent = site.seen(name)["Association"]["PublicIp"]
    site.ask("ModifyNetworkInterfaceAttribute", **modify)
    assert site.seen(name)["Association"]["PublicIp"] == lent
    modify["AssociatePublicIpAddress"] = False
    site.ask("ModifyNetworkInterfaceAttribute", **modify)
    assert "Association" not in site.seen(name)
    free = {"NetworkInterfaceId": site.interface()["NetworkInterfaceId"]}
    free["AssociatePublicIpAddress"] = True
    assert site.refusal("ModifyNetworkInterfaceAttribute", **free) == "InvalidParameterValue"


def test_an_instance_with_two_interfaces_is_lent_no_public_address_again(site):
    interfaces = [{"DeviceIndex": 0, "SubnetId": site.subnet, "AssociatePublicIpAddress": True}]
    instance = site.instance(NetworkInterfaces=interfaces)
    primary = site.primary(instance)
    assert "Association" in site.seen(primary)
    site.attach(site.interface()["NetworkInterfaceId"], instance)
    site.ask("StopInstances", InstanceIds=[instance])
    stopped = site.call.network.get(Instance, instance)
    site.put(replace(stopped, state=InstanceState.STOPPED))
    site.ask("StartInstances", InstanceIds=[instance])
    assert "Association" not in site.seen(primary)


def test_a_permission_is_kept_shown_and_goes_with_its_interface(site):
    name = site.interface()["NetworkInterfaceId"]
    given = {"NetworkInterfaceId": name, "Permission": "INSTANCE-ATTACH"}
    asked = {**given, "AwsAccountId": "210987654321"}
    made = site.ask("CreateNetworkInterfacePermission", **asked)["InterfacePermission"]
    assert made["PermissionState"] == {"State": "granted"}
    prefix = "network-interface-permission."
    for key, value in (("aws-account-id", "2109*"), ("network-interface-id", name)):
        filters = [{"Name": prefix + key, "Values": [value]}]
        answer = site.ask("DescribeNetworkInterfacePermissions", Filters=filters)
        assert answer["NetworkInterfacePermissions"] == [made]
    for wrong, code in (
        ({**given}, "MissingParameter"),
        ({**asked, "AwsAccountId": "me"}, "InvalidParameterValue"),
        ({**asked, "Permission": "ALL"}, "InvalidParameterValue"),
    ):
        assert site.refusal("CreateNetworkInterfacePermission", **wrong) == code
    other = site.ask("CreateNetworkInterfacePermission", **asked)["InterfacePermission"]
    key = "NetworkInterfacePermissionId"
    site.ask("DeleteNetworkInterfacePermission", **{key: other[key]})
    site.ask("DeleteNetworkInterface", NetworkInterfaceId=name)
    code = "InvalidPermissionID.NotFound"
    assert site.refusal("DeleteNetworkInterfacePermission", **{key: made[key]}) == code


def test_there_are_fifty_thousand_interfaces_at_most(site, monkeypatch):
    monkeypatch.setattr("genkan.api.interface_making.INTERFACES", 1)
    site.interface()
    given = {"SubnetId": site.subnet}
    assert site.refusal("CreateNetworkInterface", **given) == "NetworkInterfaceLimitExceeded"
    assert site.call.network.count(NetworkInterface) == 1


def test_a_prefix_is_sixteen_addresses_that_nobody_else_gets(site):
    subnet = site.a_subnet("10.0.77.0/26")
    made = site.ask("CreateNetworkInterface", SubnetId=subnet, Ipv4PrefixCount=1)
    interface = made["NetworkInterface"]
    assert interface["Ipv4Prefixes"] == [{"Ipv4Prefix": "10.0.77.16/28"}]
    by_id = {"NetworkInterfaceId": interface["NetworkInterfaceId"]}
    more = site.ask("AssignPrivateIpAddresses", **by_id, Ipv4PrefixCount=1)
    assert more["AssignedIpv4Prefixes"] == [{"Ipv4Prefix": "10.0.77.32/28"}]
    seen = site.ask("DescribeSubnets", SubnetIds=[subnet])["Subnets"][0]
    assert seen["AvailableIpAddressCount"] == 64 - 5 - 1 - 32
    taken = {"SubnetId": subnet, "PrivateIpAddress": "10.0.77.20"}
    assert site.refusal("CreateNetworkInterface", **taken) == "InvalidIPAddress.InUse"
    site.ask("UnassignPrivateIpAddresses", **by_id, Ipv4Prefixes=["10.0.77.16/28"])
    site.ask("CreateNetworkInterface", **taken)


def test_an_ipv6_prefix_is_a_block_of_80_bits_that_nobody_else_gets(site):
    made = site.ask("CreateNetworkInterface", SubnetId=site.subnet, Ipv6PrefixCount=2)
    interface = made["NetworkInterface"]
    prefixes = [IPv6Network(one["Ipv6Prefix"]) for one in interface["Ipv6Prefixes"]]
    assert [one.prefixlen for one in prefixes] == [80, 80]
    assert all(one.subnet_of(site.blocks[0]) for one in prefixes)
    by_id = {"NetworkInterfaceId": interface["NetworkInterfaceId"]}
    assert "Ipv6Address" not in interface
    taken = {"SubnetId": site.subnet, "Ipv6Addresses": [{"Ipv6Address": str(prefixes[0][9])}]}
    assert site.refusal("CreateNetworkInterface", **taken) == "InvalidIPAddress.InUse"
    association = site.ask("DescribeSubnets", SubnetIds=[site.subnet])["Subnets"][0][
        "Ipv6CidrBlockAssociationSet"
    ][0]["AssociationId"]
    gone = {"AssociationId": association}
    assert site.refusal("DisassociateSubnetCidrBlock", **gone) == "InvalidCidrBlock.InUse"
    more = site.ask("AssignIpv6Addresses", **by_id, Ipv6PrefixCount=1)["AssignedIpv6Prefixes"]
    assert IPv6Network(more[0]) not in prefixes
    given = [str(one) for one in prefixes]
    answer = site.ask("UnassignIpv6Addresses", **by_id, Ipv6Prefixes=given)
    assert answer["UnassignedIpv6Prefixes"] == given
    seen = site.ask("DescribeNetworkInterfaces", NetworkInterfaceIds=[by_id["NetworkInterfaceId"]])
    assert seen["NetworkInterfaces"][0]["Ipv6Prefixes"] == [{"Ipv6Prefix": more[0]}]
    site.ask("CreateNetworkInterface", **taken)


def test_instances_are_launched_with_prefixes_of_their_own(site):
    asked = {"DeviceIndex": 0, "SubnetId": site.subnet, "Ipv4PrefixCount": 1, "Ipv6PrefixCount": 1}
    given = {"MinCount": 2, "MaxCount": 2, "ImageId": "ami-genkan", "InstanceType": "t3.small"}
    answer = site.ask("RunInstances", **given, NetworkInterfaces=[asked])
    worn = [one["NetworkInterfaces"][0] for one in answer["Instances"]]
    for several, one in (("Ipv4Prefixes", "Ipv4Prefix"), ("Ipv6Prefixes", "Ipv6Prefix")):
        first, second = ([held[one] for held in shown[several]] for shown in worn)
        assert len(first) == len(second) == 1
        assert first != second
