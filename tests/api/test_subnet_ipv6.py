"""Subnets with IPv6, their attributes, and the parts of them that are reserved."""

from ipaddress import IPv6Network

import pytest

from tests.build import Client

NOBODY = "0123456789abcdef0"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> dict:
    given = {"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": True}
    return client.ask("CreateVpc", **given)["Vpc"]


@pytest.fixture
def blocks(vpc) -> list[str]:
    """The /64 blocks of the VPC."""
    whole = IPv6Network(vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"])
    return [str(block) for block in whole.subnets(new_prefix=64)]


def seen(client: Client, subnet: str) -> dict:
    return client.ask("DescribeSubnets", SubnetIds=[subnet])["Subnets"][0]


def a_subnet(client: Client, vpc: dict, **more: object) -> str:
    given = {"VpcId": vpc["VpcId"], "CidrBlock": "10.0.1.0/24", **more}
    return client.ask("CreateSubnet", **given)["Subnet"]["SubnetId"]


def test_a_subnet_of_two_families_is_shown_and_filtered(client, vpc, blocks):
    subnet = seen(client, a_subnet(client, vpc, Ipv6CidrBlock=blocks[3]))
    (one,) = subnet["Ipv6CidrBlockAssociationSet"]
    assert (one["Ipv6CidrBlock"], subnet["CidrBlock"]) == (blocks[3], "10.0.1.0/24")
    assert one["Ipv6CidrBlockState"] == {"State": "associated"}
    filters = [
        {"Name": "ipv6-cidr-block-association.ipv6-cidr-block", "Values": [blocks[3]]},
        {"Name": "ipv6-cidr-block-association.association-id", "Values": [one["AssociationId"]]},
        {"Name": "ipv6-cidr-block-association.state", "Values": ["associated"]},
        {"Name": "ipv6-native", "Values": ["false"]},
    ]
    assert client.ask("DescribeSubnets", Filters=filters)["Subnets"] == [subnet]


def test_an_ipv6_only_subnet_has_no_ipv4_at_all(client, vpc, blocks):
    made = client.ask("CreateSubnet", VpcId=vpc["VpcId"], Ipv6CidrBlock=blocks[0], Ipv6Native=True)[
        "Subnet"
    ]
    assert "CidrBlock" not in made
    assert (made["Ipv6Native"], made["AssignIpv6AddressOnCreation"]) == (True, True)
    assert made["AvailableIpAddressCount"] == 0
    assert made["PrivateDnsNameOptionsOnLaunch"]["HostnameType"] == "resource-name"
    interface = client.ask("CreateNetworkInterface", SubnetId=made["SubnetId"])["NetworkInterface"]
    assert "PrivateIpAddress" not in interface
    assert interface["PrivateIpAddresses"] == []
    assert interface["Ipv6Address"] in interface["Ipv6Addresses"][0].values()
    no_ipv4 = [{"Name": "cidr-block", "Values": ["*"]}]
    assert client.ask("DescribeSubnets", Filters=no_ipv4)["Subnets"] == []
    association = made["Ipv6CidrBlockAssociationSet"][0]["AssociationId"]
    given = {"AssociationId": association}
    assert client.refusal("DisassociateSubnetCidrBlock", **given) == "OperationNotPermitted"


@pytest.mark.parametrize(
    ("number", "prefix", "code"),
    [
        (0, 64, "InvalidSubnet.Conflict"),
        (0, 60, "InvalidSubnet.Conflict"),
        (16, 62, "InvalidSubnet.Range"),
        (16, 68, "InvalidSubnet.Range"),
        (0, 40, "InvalidSubnet.Range"),
    ],
)
def test_an_ipv6_block_that_aws_would_not_take_is_refused(
    client, vpc, blocks, number, prefix, code
):
    a_subnet(client, vpc, Ipv6CidrBlock=blocks[0])
    other = a_subnet(client, vpc, CidrBlock="10.0.2.0/24")
    block = IPv6Network(blocks[number]).network_address
    wanted = str(IPv6Network((int(block), prefix), strict=False))
    given = {"SubnetId": other, "Ipv6CidrBlock": wanted}
    assert client.refusal("AssociateSubnetCidrBlock", **given) == code
    given = {"VpcId": vpc["VpcId"], "CidrBlock": "10.0.3.0/24", "Ipv6CidrBlock": wanted}
    assert client.refusal("CreateSubnet", **given) == code


def test_a_block_of_another_network_is_refused(client, vpc):
    subnet = a_subnet(client, vpc)
    for text, code in (("2001:db8::/64", "InvalidSubnet.Range"), ("::1", "InvalidParameterValue")):
        given = {"SubnetId": subnet, "Ipv6CidrBlock": text}
        assert client.refusal("AssociateSubnetCidrBlock", **given) == code


def test_a_subnet_gets_one_ipv6_block_and_loses_it_when_no_interface_needs_it(client, vpc, blocks):
    subnet = a_subnet(client, vpc)
    given = {"SubnetId": subnet, "Ipv6CidrBlock": blocks[1]}
    made = client.ask("AssociateSubnetCidrBlock", **given)["Ipv6CidrBlockAssociation"]
    assert made["Ipv6CidrBlockState"] == {"State": "associating"}
    more = {"SubnetId": subnet, "Ipv6CidrBlock": blocks[2]}
    assert client.refusal("AssociateSubnetCidrBlock", **more) == "CidrLimitExceeded"
    interface = client.ask("CreateNetworkInterface", SubnetId=subnet, Ipv6AddressCount=1)[
        "NetworkInterface"
    ]["NetworkInterfaceId"]
    going = {"AssociationId": made["AssociationId"]}
    assert client.refusal("DisassociateSubnetCidrBlock", **going) == "InvalidCidrBlock.InUse"
    client.ask("DeleteNetworkInterface", NetworkInterfaceId=interface)
    gone = client.ask("DisassociateSubnetCidrBlock", **going)["Ipv6CidrBlockAssociation"]
    assert gone["Ipv6CidrBlockState"] == {"State": "disassociating"}
    assert seen(client, subnet)["Ipv6CidrBlockAssociationSet"] == []
    code = "InvalidSubnetCidrBlockAssociationID.NotFound"
    assert client.refusal("DisassociateSubnetCidrBlock", **going) == code


FLAGS = [
    ("MapPublicIpOnLaunch", "map-public-ip-on-launch"),
    ("AssignIpv6AddressOnCreation", None),
    ("EnableDns64", "enable-dns64"),
    ("EnableResourceNameDnsARecordOnLaunch", "enable-resource-name-dns-a-record"),
    ("EnableResourceNameDnsAAAARecordOnLaunch", "enable-resource-name-dns-aaaa-record"),
]


@pytest.mark.parametrize(("attribute", "name"), FLAGS)
def test_an_attribute_is_switched_on_and_off(client, vpc, blocks, attribute, name):
    subnet = a_subnet(client, vpc, Ipv6CidrBlock=blocks[0])
    options = "private-dns-name-options-on-launch."
    for value in (True, False):
        client.ask("ModifySubnetAttribute", SubnetId=subnet, **{attribute: {"Value": value}})
        shown = seen(client, subnet)
        of = shown if attribute in shown else shown["PrivateDnsNameOptionsOnLaunch"]
        assert of[attribute.removesuffix("OnLaunch") if of is not shown else attribute] is value
        if name:
            whole = options + name if "resource-name" in name else name
            filters = [{"Name": whole, "Values": [str(value).lower()]}]
            assert len(client.ask("DescribeSubnets", Filters=filters)["Subnets"]) == 1


def test_names_with_ipv6_may_be_asked_for_before_there_is_any(client, vpc):
    """Public modules of Terraform do so for subnets that never get an IPv6 block."""
    subnet = a_subnet(client, vpc)
    given = {"EnableResourceNameDnsAAAARecordOnLaunch": {"Value": True}}
    client.ask("ModifySubnetAttribute", SubnetId=subnet, **given)
    assert seen(client, subnet)["PrivateDnsNameOptionsOnLaunch"]["EnableResourceNameDnsAAAARecord"]


def test_names_on_launch_and_local_interfaces_are_set(client, vpc):
    subnet = a_subnet(client, vpc)
    given = {"SubnetId": subnet, "PrivateDnsHostnameTypeOnLaunch": "resource-name"}
    client.ask("ModifySubnetAttribute", **given)
    assert seen(client, subnet)["PrivateDnsNameOptionsOnLaunch"]["HostnameType"] == "resource-name"
    client.ask("ModifySubnetAttribute", SubnetId=subnet, EnableLniAtDeviceIndex=1)
    assert seen(client, subnet)["EnableLniAtDeviceIndex"] == 1
    client.ask("ModifySubnetAttribute", SubnetId=subnet, DisableLniAtDeviceIndex={"Value": False})
    assert seen(client, subnet)["EnableLniAtDeviceIndex"] == 1
    client.ask("ModifySubnetAttribute", SubnetId=subnet, DisableLniAtDeviceIndex={"Value": True})
    assert "EnableLniAtDeviceIndex" not in seen(client, subnet)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "MissingParameter"),
        (
            {"EnableDns64": {"Value": True}, "MapPublicIpOnLaunch": {"Value": True}},
            "InvalidParameterCombination",
        ),
        ({"AssignIpv6AddressOnCreation": {"Value": True}}, "InvalidParameterValue"),
        ({"PrivateDnsHostnameTypeOnLaunch": "other"}, "InvalidParameterValue"),
        ({"EnableLniAtDeviceIndex": 0}, "InvalidParameterValue"),
    ],
)
def test_an_attribute_that_does_not_fit_is_refused(client, vpc, asked, code):
    subnet = a_subnet(client, vpc)
    assert client.refusal("ModifySubnetAttribute", SubnetId=subnet, **asked) == code


@pytest.mark.parametrize(
    "asked",
    [
        {"MapPublicIpOnLaunch": {"Value": True}},
        {"AssignIpv6AddressOnCreation": {"Value": False}},
        {"PrivateDnsHostnameTypeOnLaunch": "ip-name"},
    ],
)
def test_an_ipv6_only_subnet_takes_no_attribute_of_ipv4(client, vpc, blocks, asked):
    made = client.ask("CreateSubnet", VpcId=vpc["VpcId"], Ipv6CidrBlock=blocks[0], Ipv6Native=True)[
        "Subnet"
    ]["SubnetId"]
    assert client.refusal("ModifySubnetAttribute", SubnetId=made, **asked) == (
        "InvalidParameterValue"
    )


def reserve(client: Client, subnet: str, cidr: str, kind: str = "explicit") -> dict:
    given = {"SubnetId": subnet, "Cidr": cidr, "ReservationType": kind, "Description": "kept"}
    return client.ask("CreateSubnetCidrReservation", **given)["SubnetCidrReservation"]


def test_nothing_is_assigned_from_a_reservation_unless_it_is_named(client, vpc, blocks):
    subnet = a_subnet(client, vpc, Ipv6CidrBlock=blocks[0])
    made = reserve(client, subnet, "10.0.1.0/28")
    sixth = reserve(client, subnet, blocks[0].replace("/64", "/80"), "prefix")
    answer = client.ask("GetSubnetCidrReservations", SubnetId=subnet)
    assert answer["SubnetIpv4CidrReservations"] == [made]
    assert answer["SubnetIpv6CidrReservations"] == [sixth]
    only = [{"Name": "reservationType", "Values": ["prefix"]}]
    answer = client.ask("GetSubnetCidrReservations", SubnetId=subnet, Filters=only)
    assert answer["SubnetIpv4CidrReservations"] == []
    one = client.ask("CreateNetworkInterface", SubnetId=subnet)["NetworkInterface"]
    assert one["PrivateIpAddress"] == "10.0.1.16"
    named = {"SubnetId": subnet, "PrivateIpAddress": "10.0.1.5"}
    two = client.ask("CreateNetworkInterface", **named)["NetworkInterface"]
    assert two["PrivateIpAddress"] == "10.0.1.5"
    name = made["SubnetCidrReservationId"]
    gone = client.ask("DeleteSubnetCidrReservation", SubnetCidrReservationId=name)
    assert gone["DeletedSubnetCidrReservation"] == made
    three = client.ask("CreateNetworkInterface", SubnetId=subnet)["NetworkInterface"]
    assert three["PrivateIpAddress"] == "10.0.1.4"


@pytest.mark.parametrize(
    ("cidr", "kind", "code"),
    [
        ("10.0.2.0/28", "prefix", "InvalidParameterValue"),
        ("10.0.1", "prefix", "InvalidParameterValue"),
        ("2001:db8::/80", "prefix", "InvalidParameterValue"),
        ("10.0.1.0/28", "mine", "InvalidParameterValue"),
        ("10.0.1.0/27", "prefix", "InvalidSubnetCidrReservation.Conflict"),
    ],
)
def test_a_reservation_that_aws_would_not_make_is_refused(client, vpc, cidr, kind, code):
    subnet = a_subnet(client, vpc)
    reserve(client, subnet, "10.0.1.16/28")
    given = {"SubnetId": subnet, "Cidr": cidr, "ReservationType": kind}
    assert client.refusal("CreateSubnetCidrReservation", **given) == code


def test_a_reservation_goes_with_its_subnet(client, vpc):
    subnet = a_subnet(client, vpc)
    name = reserve(client, subnet, "10.0.1.16/28")["SubnetCidrReservationId"]
    client.ask("DeleteSubnet", SubnetId=subnet)
    code = "InvalidSubnetCidrReservationID.NotFound"
    given = {"SubnetCidrReservationId": name}
    assert client.refusal("DeleteSubnetCidrReservation", **given) == code
