"""Route tables, their routes and associations."""

from dataclasses import replace
from ipaddress import IPv4Address
from types import SimpleNamespace

import pytest

from genkan.model.instance import Instance, InstanceState
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network_interface import Attachment, NetworkInterface
from tests.build import ACCOUNT, AT, REGION, Client

MINE = {"account": ACCOUNT, "region": REGION}
INSTANCE, ENI, NAT = "i-00000000000000001", "eni-00000000000000001", "nat-00000000000000001"
NOBODY = "0" * 17
ANYWHERE = "0.0.0.0/0"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def site(client) -> SimpleNamespace:
    """A VPC with a subnet, a gateway, an instance, a NAT gateway and a table; another VPC's too."""
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    other = client.ask("CreateVpc", CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = client.ask("CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    gateways = [
        client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
        for _ in range(2)
    ]
    for gateway, where in zip(gateways, (vpc, other), strict=True):
        client.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=where)
    instance = Instance(
        id=INSTANCE,
        reservation_id="r-1",
        vpc_id=vpc,
        subnet_id=subnet,
        zone=f"{REGION}a",
        image_id="ami-genkan",
        instance_type="t3.micro",
        state=InstanceState.RUNNING,
        launched_at=AT,
        **MINE,
    )
    attachment = Attachment(
        id="eni-attach-1",
        instance_id=INSTANCE,
        instance_owner=ACCOUNT,
        device_index=0,
        attached_at=AT,
    )
    interface = NetworkInterface(
        id=ENI,
        vpc_id=vpc,
        subnet_id=subnet,
        zone=f"{REGION}a",
        mac="02:00:00:00:00:01",
        private_addresses=(IPv4Address("10.0.1.4"),),
        attachment=attachment,
        **MINE,
    )
    nat = NatGateway(
        id=NAT,
        vpc_id=vpc,
        subnet_id=subnet,
        network_interface_id="eni-00000000000000002",
        state=NatGatewayState.AVAILABLE,
        created_at=AT,
        **MINE,
    )
    client.put(instance, interface, nat)
    table = client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    return SimpleNamespace(
        vpc=vpc,
        other=other,
        subnet=subnet,
        igw=gateways[0],
        other_igw=gateways[1],
        table=table,
        instance=instance,
        interface=interface,
        nat=nat,
    )


def routes(client: Client, table: str) -> list[dict]:
    (seen,) = client.ask("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    return seen["Routes"]


def associations(client: Client, table: str) -> dict[str, str | None]:
    (seen,) = client.ask("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    return {a["RouteTableAssociationId"]: a.get("SubnetId") for a in seen["Associations"]}


def main_of(client: Client, vpc: str) -> str:
    filters = [
        {"Name": "vpc-id", "Values": [vpc]},
        {"Name": "association.main", "Values": ["true"]},
    ]
    (seen,) = client.ask("DescribeRouteTables", Filters=filters)["RouteTables"]
    return seen["RouteTableId"]


def test_the_local_route_comes_first_and_a_route_is_shown_as_made(client, site):
    client.ask(
        "CreateRoute", RouteTableId=site.table, DestinationCidrBlock="0.0.0.9/0", GatewayId=site.igw
    )
    assert routes(client, site.table) == [
        {
            "DestinationCidrBlock": "10.0.0.0/16",
            "GatewayId": "local",
            "Origin": "CreateRouteTable",
            "State": "active",
        },
        {
            "DestinationCidrBlock": ANYWHERE,
            "GatewayId": site.igw,
            "Origin": "CreateRoute",
            "State": "active",
        },
    ]


def test_an_instance_stands_for_its_interface(client, site):
    client.ask(
        "CreateRoute", RouteTableId=site.table, DestinationCidrBlock=ANYWHERE, InstanceId=INSTANCE
    )
    shown = routes(client, site.table)[1]
    assert (shown["NetworkInterfaceId"], shown["InstanceId"]) == (ENI, INSTANCE)


def test_a_route_whose_target_is_gone_is_a_blackhole(client, site):
    for destination, target in (
        ("11.0.0.0/8", {"GatewayId": site.igw}),
        ("12.0.0.0/8", {"NatGatewayId": NAT}),
        ("13.0.0.0/8", {"NetworkInterfaceId": ENI}),
    ):
        client.ask(
            "CreateRoute", RouteTableId=site.table, DestinationCidrBlock=destination, **target
        )
    assert {route["State"] for route in routes(client, site.table)} == {"active"}
    client.ask("DetachInternetGateway", InternetGatewayId=site.igw, VpcId=site.vpc)
    client.put(
        replace(site.nat, state=NatGatewayState.DELETED),
        replace(site.instance, state=InstanceState.STOPPED),
    )
    states = [route["State"] for route in routes(client, site.table)]
    assert states == ["active", "blackhole", "blackhole", "blackhole"]
    blackholes = [{"Name": "route.state", "Values": ["blackhole"]}]
    (seen,) = client.ask("DescribeRouteTables", Filters=blackholes)["RouteTables"]
    assert seen["RouteTableId"] == site.table


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"DestinationCidrBlock": ANYWHERE, "GatewayId": "igw"}, "RouteAlreadyExists"),
        ({"DestinationCidrBlock": "10.0.0.0/16", "NatGatewayId": NAT}, "InvalidParameterValue"),
        ({"DestinationCidrBlock": "10.0.1.0/24", "GatewayId": "igw"}, "InvalidParameterValue"),
        ({"DestinationCidrBlock": "10.0.2.0/24", "NatGatewayId": NAT}, "InvalidParameterValue"),
        (
            {"DestinationCidrBlock": "169.254.169.0/24", "NatGatewayId": NAT},
            "InvalidParameterValue",
        ),
        ({"DestinationCidrBlock": "ten", "GatewayId": "igw"}, "InvalidParameterValue"),
        ({"DestinationCidrBlock": "8.0.0.0/8", "GatewayId": "other"}, "InvalidParameterValue"),
        (
            {"DestinationCidrBlock": "8.0.0.0/8", "GatewayId": f"igw-{NOBODY}"},
            "InvalidGatewayID.NotFound",
        ),
        (
            {"DestinationCidrBlock": "8.0.0.0/8", "NatGatewayId": f"nat-{NOBODY}"},
            "InvalidNatGatewayID.NotFound",
        ),
        (
            {"DestinationCidrBlock": "8.0.0.0/8", "NetworkInterfaceId": f"eni-{NOBODY}"},
            "InvalidNetworkInterfaceID.NotFound",
        ),
        (
            {"DestinationCidrBlock": "8.0.0.0/8", "InstanceId": f"i-{NOBODY}"},
            "InvalidInstanceID.NotFound",
        ),
        ({"DestinationCidrBlock": "8.0.0.0/8"}, "MissingParameter"),
        ({"GatewayId": "igw"}, "MissingParameter"),
        (
            {"DestinationCidrBlock": "8.0.0.0/8", "GatewayId": "igw", "NatGatewayId": NAT},
            "InvalidParameterCombination",
        ),
        (
            {
                "DestinationCidrBlock": "0.0.0.0/0",
                "DestinationIpv6CidrBlock": "::/0",
                "GatewayId": "igw",
            },
            "InvalidParameterCombination",
        ),
    ],
)
def test_a_route_that_aws_would_not_make_is_refused(client, site, parameters, code):
    given = {"RouteTableId": site.table, **parameters}
    gateways = {"igw": site.igw, "other": site.other_igw}
    if "GatewayId" in given:
        given["GatewayId"] = gateways.get(given["GatewayId"], given["GatewayId"])
    client.ask(
        "CreateRoute", RouteTableId=site.table, DestinationCidrBlock=ANYWHERE, GatewayId=site.igw
    )
    assert client.refusal("CreateRoute", **given) == code


def test_a_route_to_a_whole_subnet_may_lead_to_an_interface(client, site):
    client.ask(
        "CreateRoute",
        RouteTableId=site.table,
        DestinationCidrBlock="10.0.1.0/24",
        NetworkInterfaceId=ENI,
    )
    assert routes(client, site.table)[1]["DestinationCidrBlock"] == "10.0.1.0/24"


def test_a_full_route_table_takes_no_more(client, site, monkeypatch):
    monkeypatch.setattr("genkan.api.routes.ROUTES", 1)
    route = {"RouteTableId": site.table, "GatewayId": site.igw}
    client.ask("CreateRoute", DestinationCidrBlock="8.0.0.0/8", **route)
    assert client.refusal("CreateRoute", DestinationCidrBlock="9.0.0.0/8", **route) == (
        "RouteLimitExceeded"
    )


def test_a_route_is_replaced_and_deleted(client, site):
    route = {"RouteTableId": site.table, "DestinationCidrBlock": ANYWHERE}
    assert client.refusal("ReplaceRoute", **route, GatewayId=site.igw) == "InvalidParameterValue"
    assert client.refusal("DeleteRoute", **route) == "InvalidRoute.NotFound"
    client.ask("CreateRoute", **route, GatewayId=site.igw)
    client.ask("ReplaceRoute", **route, NatGatewayId=NAT)
    shown = routes(client, site.table)[1]
    assert shown["NatGatewayId"] == NAT
    assert "GatewayId" not in shown
    client.ask("DeleteRoute", **route)
    assert len(routes(client, site.table)) == 1
    assert (
        client.refusal("DeleteRoute", RouteTableId=site.table, DestinationCidrBlock="10.0.0.0/16")
        == "InvalidParameterValue"
    )


def test_a_subnet_has_one_table_of_its_vpc(client, site):
    elsewhere = client.ask("CreateRouteTable", VpcId=site.other)["RouteTable"]["RouteTableId"]
    both = {"RouteTableId": site.table, "SubnetId": site.subnet}
    made = client.ask("AssociateRouteTable", **both)["AssociationId"]
    assert client.ask("AssociateRouteTable", **both)["AssociationId"] == made
    assert associations(client, site.table) == {made: site.subnet}
    assert client.refusal("AssociateRouteTable", **{**both, "RouteTableId": elsewhere}) == (
        "InvalidParameterValue"
    )
    main = {**both, "RouteTableId": main_of(client, site.vpc)}
    assert client.refusal("AssociateRouteTable", **main) == "Resource.AlreadyAssociated"
    assert client.refusal("DeleteRouteTable", RouteTableId=site.table) == "DependencyViolation"
    client.ask("DisassociateRouteTable", AssociationId=made)
    assert client.refusal("DisassociateRouteTable", AssociationId=made) == (
        "InvalidAssociationID.NotFound"
    )
    client.ask("DeleteRouteTable", RouteTableId=site.table)


def test_another_table_becomes_the_main_one(client, site):
    main = main_of(client, site.vpc)
    (association,) = associations(client, main)
    assert client.refusal("DisassociateRouteTable", AssociationId=association) == (
        "InvalidParameterValue"
    )
    assert client.refusal("DeleteRouteTable", RouteTableId=main) == "DependencyViolation"
    made = client.ask(
        "ReplaceRouteTableAssociation", AssociationId=association, RouteTableId=site.table
    )["NewAssociationId"]
    assert main_of(client, site.vpc) == site.table
    assert associations(client, site.table) == {made: None}
    client.ask("DeleteRouteTable", RouteTableId=main)


def test_a_subnet_moves_to_another_table_and_stays_where_it_is_told_to(client, site):
    second = client.ask("CreateRouteTable", VpcId=site.vpc)["RouteTable"]["RouteTableId"]
    made = client.ask("AssociateRouteTable", RouteTableId=site.table, SubnetId=site.subnet)
    for target in (second, second):
        made = client.ask(
            "ReplaceRouteTableAssociation",
            AssociationId=made.get("NewAssociationId") or made["AssociationId"],
            RouteTableId=target,
        )
    assert associations(client, second) == {made["NewAssociationId"]: site.subnet}
    assert associations(client, site.table) == {}


def test_a_repeated_call_with_a_client_token_makes_one_table(client, site):
    asked = {"VpcId": site.vpc, "ClientToken": "once"}
    first = client.ask("CreateRouteTable", **asked)
    before = client.call.network
    assert client.ask("CreateRouteTable", **asked) == first
    assert client.call.network == before
    assert client.refusal("CreateRouteTable", **{**asked, "VpcId": site.other}) == (
        "IdempotentParameterMismatch"
    )


def test_the_local_route_stands_even_where_a_subnet_is_the_whole_vpc(client):
    whole = {"CidrBlock": "10.2.0.0/24"}
    vpc = client.ask("CreateVpc", **whole)["Vpc"]["VpcId"]
    client.ask("CreateSubnet", VpcId=vpc, **whole)
    table = client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    client.put(
        NatGateway(
            id=NAT,
            vpc_id=vpc,
            subnet_id="subnet-1",
            network_interface_id=ENI,
            state=NatGatewayState.AVAILABLE,
            created_at=AT,
            **MINE,
        )
    )
    route = {"RouteTableId": table, "DestinationCidrBlock": "10.2.0.0/24", "NatGatewayId": NAT}
    for operation in ("CreateRoute", "ReplaceRoute"):
        assert client.refusal(operation, **route) == "InvalidParameterValue"


class Dual(Client):
    """A VPC of two families with an internet gateway and a subnet, and its main table."""

    def __init__(self) -> None:
        super().__init__()
        made = self.ask("CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)
        self.vpc = made["Vpc"]["VpcId"]
        self.block = made["Vpc"]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
        self.small = self.block.replace("/56", "/64")
        given = {"VpcId": self.vpc, "CidrBlock": "10.0.0.0/24", "Ipv6CidrBlock": self.small}
        self.subnet = self.ask("CreateSubnet", **given)["Subnet"]["SubnetId"]
        self.gateway = self.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
        self.ask("AttachInternetGateway", InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.table = self.ask("DescribeRouteTables")["RouteTables"][0]["RouteTableId"]

    def interface(self) -> str:
        made = self.ask("CreateNetworkInterface", SubnetId=self.subnet)
        return made["NetworkInterface"]["NetworkInterfaceId"]

    def routes(self) -> dict[str, dict]:
        (table,) = self.ask("DescribeRouteTables")["RouteTables"]
        return {
            route.get("DestinationIpv6CidrBlock") or route["DestinationCidrBlock"]: route
            for route in table["Routes"]
        }


def test_an_ipv6_route_is_made_replaced_filtered_and_deleted():
    client = Dual()
    given = {"RouteTableId": client.table, "DestinationIpv6CidrBlock": "::/0"}
    client.ask("CreateRoute", **given, GatewayId=client.gateway)
    assert client.routes()["::/0"]["GatewayId"] == client.gateway
    again = {**given, "GatewayId": client.gateway}
    assert client.refusal("CreateRoute", **again) == "RouteAlreadyExists"
    filters = [{"Name": "route.destination-ipv6-cidr-block", "Values": ["::/0"]}]
    assert len(client.ask("DescribeRouteTables", Filters=filters)["RouteTables"]) == 1
    interface = client.interface()
    client.ask("ReplaceRoute", **given, NetworkInterfaceId=interface)
    assert client.routes()["::/0"]["NetworkInterfaceId"] == interface
    client.ask("DeleteRoute", **given)
    assert set(client.routes()) == {"10.0.0.0/16", client.block}
    assert client.refusal("DeleteRoute", **given) == "InvalidRoute.NotFound"


def test_an_ipv6_destination_inside_the_vpc_is_a_whole_subnet():
    client = Dual()
    interface = {"NetworkInterfaceId": client.interface()}
    part = client.small.replace("/64", "/68")
    for destination, target in (
        (client.block, interface),
        (part, interface),
        (client.small, {"GatewayId": client.gateway}),
    ):
        given = {"RouteTableId": client.table, "DestinationIpv6CidrBlock": destination, **target}
        assert client.refusal("CreateRoute", **given) == "InvalidParameterValue"
    given = {"RouteTableId": client.table, "DestinationIpv6CidrBlock": client.small}
    client.ask("CreateRoute", **given, **interface)
    local = {"RouteTableId": client.table, "DestinationIpv6CidrBlock": client.block}
    assert client.refusal("DeleteRoute", **local) == "InvalidParameterValue"


def test_a_nat_gateway_carries_ipv6_to_ipv4_hosts_alone():
    client = Dual()
    given = {"SubnetId": client.subnet, "ConnectivityType": "private"}
    nat = {"NatGatewayId": client.ask("CreateNatGateway", **given)["NatGateway"]["NatGatewayId"]}
    table = {"RouteTableId": client.table}
    wide = {**table, "DestinationIpv6CidrBlock": "::/0"}
    assert client.refusal("CreateRoute", **wide, **nat) == "InvalidParameterValue"
    client.ask("CreateRoute", **table, DestinationIpv6CidrBlock="64:ff9b::/96", **nat)
    unknown = {"EgressOnlyInternetGatewayId": "eigw-0123456789abcdef0"}
    assert client.refusal("CreateRoute", **wide, **unknown) == "InvalidGatewayID.NotFound"
