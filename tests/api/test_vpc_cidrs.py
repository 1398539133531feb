"""Blocks that a VPC gets after it was made: which may join, what they bring, when they may go."""

from ipaddress import IPv6Network

import pytest

from tests.build import REGION, Client

NOBODY = "0123456789abcdef0"


@pytest.fixture
def client() -> Client:
    return Client()


def vpc_of(client: Client, cidr: str = "10.0.0.0/16", **more: object) -> str:
    return client.ask("CreateVpc", CidrBlock=cidr, **more)["Vpc"]["VpcId"]


def seen(client: Client, vpc: str) -> dict:
    return client.ask("DescribeVpcs", VpcIds=[vpc])["Vpcs"][0]


def add(client: Client, vpc: str, cidr: str) -> str:
    answer = client.ask("AssociateVpcCidrBlock", VpcId=vpc, CidrBlock=cidr)
    return answer["CidrBlockAssociation"]["AssociationId"]


def add_ipv6(client: Client, vpc: str) -> dict:
    answer = client.ask("AssociateVpcCidrBlock", VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    return answer["Ipv6CidrBlockAssociation"]


def test_a_block_that_joined_is_shown_filtered_and_used(client):
    vpc = vpc_of(client)
    answer = client.ask("AssociateVpcCidrBlock", VpcId=vpc, CidrBlock="100.64.3.4/16")
    made = answer["CidrBlockAssociation"]
    assert (made["CidrBlock"], made["CidrBlockState"]) == (
        "100.64.0.0/16",
        {"State": "associating"},
    )
    blocks = seen(client, vpc)["CidrBlockAssociationSet"]
    assert [one["CidrBlock"] for one in blocks] == ["10.0.0.0/16", "100.64.0.0/16"]
    assert blocks[1]["CidrBlockState"] == {"State": "associated"}
    for name, value in (("association-id", made["AssociationId"]), ("cidr-block", "100.64.*")):
        filters = [{"Name": f"cidr-block-association.{name}", "Values": [value]}]
        assert len(client.ask("DescribeVpcs", Filters=filters)["Vpcs"]) == 1
    client.ask("CreateSubnet", VpcId=vpc, CidrBlock="100.64.9.0/24")
    (table,) = client.ask("DescribeRouteTables")["RouteTables"]
    local = [route["DestinationCidrBlock"] for route in table["Routes"]]
    assert local == ["10.0.0.0/16", "100.64.0.0/16"]


@pytest.mark.parametrize(
    ("primary", "joins"),
    [
        ("10.0.0.0/16", "10.2.0.0/16"),
        ("10.0.0.0/16", "10.1.0.0/16"),
        ("10.9.0.0/16", "10.0.0.0/16"),
        ("10.0.0.0/16", "100.64.0.0/16"),
        ("10.0.0.0/16", "8.8.0.0/16"),
        ("10.0.0.0/16", "198.18.0.0/16"),
        ("172.16.0.0/16", "172.20.0.0/16"),
        ("172.16.0.0/16", "100.127.0.0/16"),
        ("192.168.0.0/20", "192.168.64.0/20"),
        ("198.19.0.0/20", "198.19.64.0/20"),
        ("100.64.0.0/16", "100.65.0.0/16"),
        ("8.8.0.0/16", "9.9.0.0/16"),
    ],
)
def test_a_block_of_the_same_range_or_a_public_one_may_join(client, primary, joins):
    add(client, vpc_of(client, primary), joins)


@pytest.mark.parametrize(
    ("primary", "stays_out"),
    [
        ("10.0.0.0/16", "172.16.0.0/16"),
        ("10.0.0.0/16", "192.168.0.0/16"),
        ("10.0.0.0/16", "198.19.0.0/16"),
        ("10.1.0.0/16", "10.0.0.0/16"),
        ("10.0.0.0/24", "10.0.1.0/24"),
        ("172.16.0.0/16", "10.0.0.0/16"),
        ("172.16.0.0/16", "172.31.0.0/16"),
        ("172.16.0.0/16", "198.19.0.0/20"),
        ("192.168.0.0/20", "10.0.0.0/16"),
        ("198.19.0.0/20", "10.0.0.0/16"),
        ("100.64.0.0/16", "10.0.0.0/16"),
        ("100.64.0.0/16", "198.19.0.0/16"),
        ("8.8.0.0/16", "192.168.0.0/16"),
        ("10.0.0.0/16", "10.0.128.0/17"),
        ("10.0.0.0/16", "100.64.0.0/15"),
        ("10.0.0.0/16", "100.64.0.0/29"),
        ("10.0.0.0/16", "224.0.0.0/16"),
    ],
)
def test_a_restricted_block_stays_out(client, primary, stays_out):
    vpc = vpc_of(client, primary)
    given = {"VpcId": vpc, "CidrBlock": stays_out}
    assert client.refusal("AssociateVpcCidrBlock", **given) == "InvalidVpc.Range"


def test_a_block_that_covers_where_a_route_leads_stays_out(client):
    vpc = vpc_of(client)
    gateway = client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    client.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    table = client.ask("DescribeRouteTables")["RouteTables"][0]["RouteTableId"]
    for destination in ("0.0.0.0/0", "100.64.7.0/24"):
        client.ask(
            "CreateRoute",
            RouteTableId=table,
            DestinationCidrBlock=destination,
            GatewayId=gateway,
        )
    given = {"VpcId": vpc, "CidrBlock": "100.64.0.0/16"}
    assert client.refusal("AssociateVpcCidrBlock", **given) == "InvalidVpc.Range"
    add(client, vpc, "100.65.0.0/16")


def test_what_is_asked_for_is_one_block(client):
    vpc = vpc_of(client)
    assert client.refusal("AssociateVpcCidrBlock", VpcId=vpc) == "MissingParameter"
    both = {"VpcId": vpc, "CidrBlock": "100.64.0.0/16", "AmazonProvidedIpv6CidrBlock": True}
    assert client.refusal("AssociateVpcCidrBlock", **both) == "InvalidParameterCombination"
    elsewhere = {
        "VpcId": vpc,
        "AmazonProvidedIpv6CidrBlock": True,
        "Ipv6CidrBlockNetworkBorderGroup": "us-west-2-lax-1",
    }
    assert client.refusal("AssociateVpcCidrBlock", **elsewhere) == "InvalidParameterValue"
    stranger = {"VpcId": f"vpc-{NOBODY}", "CidrBlock": "100.64.0.0/16"}
    assert client.refusal("AssociateVpcCidrBlock", **stranger) == "InvalidVpcID.NotFound"


def test_a_vpc_has_five_ipv6_blocks_and_fifty_ipv4_blocks_at_most(client):
    vpc = vpc_of(client)
    blocks = {add_ipv6(client, vpc)["Ipv6CidrBlock"] for _ in range(5)}
    assert len(blocks) == 5
    more = {"VpcId": vpc, "AmazonProvidedIpv6CidrBlock": True}
    assert client.refusal("AssociateVpcCidrBlock", **more) == "CidrLimitExceeded"
    for number in range(49):
        add(client, vpc, f"100.{64 + number}.0.0/16")
    one_more = {"VpcId": vpc, "CidrBlock": "100.126.0.0/16"}
    assert client.refusal("AssociateVpcCidrBlock", **one_more) == "CidrLimitExceeded"


def test_an_ipv6_block_is_a_56_of_the_region_and_is_shown(client):
    made = client.ask("CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)
    (one,) = made["Vpc"]["Ipv6CidrBlockAssociationSet"]
    block = IPv6Network(one["Ipv6CidrBlock"])
    assert block.prefixlen == 56
    assert block.subnet_of(IPv6Network("2406:da14::/36"))
    assert one["Ipv6CidrBlockState"] == {"State": "associated"}
    assert (one["NetworkBorderGroup"], one["Ipv6Pool"]) == (REGION, "Amazon")
    filters = [
        {"Name": "ipv6-cidr-block-association.ipv6-cidr-block", "Values": [str(block)]},
        {"Name": "ipv6-cidr-block-association.association-id", "Values": [one["AssociationId"]]},
        {"Name": "ipv6-cidr-block-association.ipv6-pool", "Values": ["Amazon"]},
        {"Name": "ipv6-cidr-block-association.state", "Values": ["associated"]},
    ]
    assert len(client.ask("DescribeVpcs", Filters=filters)["Vpcs"]) == 1
    (table,) = client.ask("DescribeRouteTables")["RouteTables"]
    assert table["Routes"][1] == {
        "DestinationIpv6CidrBlock": str(block),
        "GatewayId": "local",
        "Origin": "CreateRouteTable",
        "State": "active",
    }


def test_a_region_whose_range_is_not_known_draws_from_documentation_addresses():
    client = Client(region="mx-central-1")
    block = add_ipv6(client, vpc_of(client))["Ipv6CidrBlock"]
    assert IPv6Network(block).subnet_of(IPv6Network("2001:db8::/32"))


def egress(client: Client, group: str) -> list[str]:
    found = client.ask("DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]
    return [
        one.get("CidrIp") or one["CidrIpv6"]
        for permission in found["IpPermissionsEgress"]
        for one in (*permission["IpRanges"], *permission["Ipv6Ranges"])
    ]


def test_with_ipv6_groups_let_it_out(client):
    vpc = vpc_of(client)
    (default,) = client.ask("DescribeSecurityGroups")["SecurityGroups"]
    assert egress(client, default["GroupId"]) == ["0.0.0.0/0"]
    add_ipv6(client, vpc)
    assert egress(client, default["GroupId"]) == ["0.0.0.0/0", "::/0"]
    add_ipv6(client, vpc)
    assert egress(client, default["GroupId"]) == ["0.0.0.0/0", "::/0"]
    made = client.ask("CreateSecurityGroup", GroupName="a", Description="a", VpcId=vpc)
    assert egress(client, made["GroupId"]) == ["0.0.0.0/0", "::/0"]


def test_a_block_goes_when_no_subnet_is_in_it(client):
    vpc = vpc_of(client)
    extra, ipv6 = add(client, vpc, "100.64.0.0/16"), add_ipv6(client, vpc)
    first = str(next(IPv6Network(ipv6["Ipv6CidrBlock"]).subnets(new_prefix=64)))
    subnet = client.ask("CreateSubnet", VpcId=vpc, CidrBlock="100.64.0.0/24", Ipv6CidrBlock=first)[
        "Subnet"
    ]["SubnetId"]
    for association in (extra, ipv6["AssociationId"]):
        given = {"AssociationId": association}
        assert client.refusal("DisassociateVpcCidrBlock", **given) == "InvalidCidrBlock.InUse"
    client.ask("DeleteSubnet", SubnetId=subnet)
    gone = client.ask("DisassociateVpcCidrBlock", AssociationId=extra)
    assert gone["CidrBlockAssociation"]["CidrBlockState"] == {"State": "disassociating"}
    client.ask("DisassociateVpcCidrBlock", AssociationId=ipv6["AssociationId"])
    shown = seen(client, vpc)
    assert len(shown["CidrBlockAssociationSet"]) == 1
    assert shown["Ipv6CidrBlockAssociationSet"] == []


def test_the_primary_block_stays(client):
    vpc = vpc_of(client)
    primary = seen(client, vpc)["CidrBlockAssociationSet"][0]["AssociationId"]
    given = {"AssociationId": primary}
    assert client.refusal("DisassociateVpcCidrBlock", **given) == "OperationNotPermitted"
    unknown = {"AssociationId": f"vpc-cidr-assoc-{NOBODY}"}
    code = "InvalidVpcCidrBlockAssociationID.NotFound"
    assert client.refusal("DisassociateVpcCidrBlock", **unknown) == code


def test_a_dedicated_vpc_becomes_a_default_one_and_never_the_other_way(client):
    vpc = vpc_of(client, InstanceTenancy="dedicated")
    given = {"VpcId": vpc, "InstanceTenancy": "dedicated"}
    assert client.refusal("ModifyVpcTenancy", **given) == "UnsupportedTenancy"
    assert client.ask("ModifyVpcTenancy", VpcId=vpc, InstanceTenancy="default")["ReturnValue"]
    assert seen(client, vpc)["InstanceTenancy"] == "default"
