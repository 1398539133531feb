"""VPN connections: tunnels, the device's configuration, static routes and their propagation."""

import xml.etree.ElementTree as ElementTree
from ipaddress import ip_network

import pytest

from genkan.compile import compile_network
from genkan.program.route import Blackhole, Route
from tests.api.providers import a_subnet, a_vpc
from tests.api.test_endpoint_connections import advance
from tests.build import Client

OFFICE = "192.168.10.0/24"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def gateway(client) -> str:
    return client.ask("CreateVpnGateway", Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]


@pytest.fixture
def customer(client) -> str:
    asked = {"Type": "ipsec.1", "IpAddress": "198.51.100.7", "BgpAsn": 65010}
    return client.ask("CreateCustomerGateway", **asked)["CustomerGateway"]["CustomerGatewayId"]


def connect(client: Client, gateway: str, customer: str, **options) -> dict:
    asked = {"Type": "ipsec.1", "VpnGatewayId": gateway, "CustomerGatewayId": customer}
    asked["Options"] = {"StaticRoutesOnly": True, **options}
    made = client.ask("CreateVpnConnection", **asked)["VpnConnection"]
    advance(client)
    return made


def shown(client: Client, connection: dict) -> dict:
    asked = {"VpnConnectionIds": [connection["VpnConnectionId"]]}
    (one,) = client.ask("DescribeVpnConnections", **asked)["VpnConnections"]
    return one


def routes_of(client: Client, table: str) -> dict[str, tuple[str, str]]:
    (one,) = client.ask("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    return {
        route["DestinationCidrBlock"]: (route["GatewayId"], route["Origin"])
        for route in one["Routes"]
    }


def test_a_connection_has_two_tunnels_that_differ_and_are_down(client, gateway, customer):
    made = connect(client, gateway, customer)
    assert (made["State"], shown(client, made)["State"]) == ("pending", "available")
    one, other = made["Options"]["TunnelOptions"]
    for member in ("OutsideIpAddress", "TunnelInsideCidr", "PreSharedKey"):
        assert one[member] != other[member]
    assert ip_network(one["TunnelInsideCidr"]).subnet_of(ip_network("169.254.0.0/16"))
    assert {row["Status"] for row in made["VgwTelemetry"]} == {"DOWN"}


def test_the_devices_configuration_says_addresses_keys_and_lifetimes(client, gateway, customer):
    made = connect(client, gateway, customer, TunnelOptions=[{"Phase1LifetimeSeconds": 1000}])
    root = ElementTree.fromstring(made["CustomerGatewayConfiguration"])
    assert root.get("id") == made["VpnConnectionId"]
    assert root.findtext("vpn_connection_attributes") == "NoBGPVPNConnection"
    tunnels = root.findall("ipsec_tunnel")
    for tunnel, told in zip(tunnels, made["Options"]["TunnelOptions"], strict=True):
        outside = "vpn_gateway/tunnel_outside_address/ip_address"
        assert tunnel.findtext(outside) == told["OutsideIpAddress"]
        assert tunnel.findtext("ike/pre_shared_key") == told["PreSharedKey"]
        inside = [
            tunnel.findtext(f"{end}/tunnel_inside_address/ip_address")
            for end in ("vpn_gateway", "customer_gateway")
        ]
        first, second = ip_network(told["TunnelInsideCidr"]).hosts()
        assert inside == [str(first), str(second)]
        assert tunnel.findtext("customer_gateway/bgp/asn") == "65010"
        far = "customer_gateway/tunnel_outside_address/ip_address"
        assert tunnel.findtext(far) == "198.51.100.7"
    assert [one.findtext("ike/lifetime") for one in tunnels] == ["1000", "28800"]


def test_the_same_gateways_are_connected_once(client, gateway, customer):
    first = connect(client, gateway, customer)
    assert connect(client, gateway, customer)["VpnConnectionId"] == first["VpnConnectionId"]
    assert len(client.ask("DescribeVpnConnections")["VpnConnections"]) == 1


def test_static_routes_propagate_to_the_tables_that_take_them(client, gateway, customer):
    vpc = a_vpc(client)
    subnet = a_subnet(client, vpc)
    table = client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    client.ask("AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
    client.ask("AttachVpnGateway", VpnGatewayId=gateway, VpcId=vpc)
    named = {"VpnConnectionId": connect(client, gateway, customer)["VpnConnectionId"]}
    client.ask("CreateVpnConnectionRoute", **named, DestinationCidrBlock=OFFICE)
    assert OFFICE not in routes_of(client, table)
    client.ask("EnableVgwRoutePropagation", GatewayId=gateway, RouteTableId=table)
    assert routes_of(client, table)[OFFICE] == (gateway, "EnableVgwRoutePropagation")
    compiled = compile_network(client.call.network).program.of(Route)
    (way,) = (one for one in compiled if str(one.destination) == OFFICE)
    assert (way.table, way.action) == (table, Blackhole())
    client.ask("DeleteVpnConnectionRoute", **named, DestinationCidrBlock=OFFICE)
    assert OFFICE not in routes_of(client, table)


def test_a_static_route_wins_over_a_propagated_one(client, gateway, customer):
    vpc = a_vpc(client)
    interface = client.ask("CreateNetworkInterface", SubnetId=a_subnet(client, vpc))
    name = interface["NetworkInterface"]["NetworkInterfaceId"]
    table = client.ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    client.ask("AttachVpnGateway", VpnGatewayId=gateway, VpcId=vpc)
    named = {"VpnConnectionId": connect(client, gateway, customer)["VpnConnectionId"]}
    client.ask("CreateVpnConnectionRoute", **named, DestinationCidrBlock=OFFICE)
    client.ask("EnableVgwRoutePropagation", GatewayId=gateway, RouteTableId=table)
    route = {"RouteTableId": table, "DestinationCidrBlock": OFFICE}
    client.ask("CreateRoute", **route, NetworkInterfaceId=name)
    (one,) = client.ask("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    found = [r for r in one["Routes"] if r["DestinationCidrBlock"] == OFFICE]
    assert [r["Origin"] for r in found] == ["CreateRoute"]


def test_tunnel_options_are_kept_and_shown(client, gateway, customer):
    made = connect(client, gateway, customer)
    outside = made["Options"]["TunnelOptions"][1]["OutsideIpAddress"]
    options = {
        "PreSharedKey": "abcd.1234_xyz",
        "TunnelInsideCidr": "169.254.44.0/30",
        "DPDTimeoutSeconds": 40,
        "IKEVersions": [{"Value": "ikev2"}],
    }
    named = {"VpnConnectionId": made["VpnConnectionId"], "VpnTunnelOutsideIpAddress": outside}
    client.ask("ModifyVpnTunnelOptions", **named, TunnelOptions=options)
    _, told = shown(client, made)["Options"]["TunnelOptions"]
    assert told == {
        "OutsideIpAddress": outside,
        "PreSharedKey": "abcd.1234_xyz",
        "TunnelInsideCidr": "169.254.44.0/30",
        "DpdTimeoutSeconds": 40,
        "IkeVersions": [{"Value": "ikev2"}],
    }


@pytest.mark.parametrize(
    "options",
    [
        {"PreSharedKey": "short"},
        {"PreSharedKey": "0begins_with_zero"},
        {"TunnelInsideCidr": "169.254.0.0/30"},  # reserved
        {"TunnelInsideCidr": "10.0.0.0/30"},
        {"TunnelInsideCidr": "169.254.9.0/29"},
        {"Phase1LifetimeSeconds": 899},
        {"Phase2LifetimeSeconds": 3601},
        {"DPDTimeoutAction": "explode"},
        {"Phase1EncryptionAlgorithms": [{"Value": "DES"}]},
        {"Phase2DHGroupNumbers": [{"Value": 1}]},
    ],
)
def test_tunnel_options_that_are_not_valid_are_refused(client, gateway, customer, options):
    asked = {"Type": "ipsec.1", "VpnGatewayId": gateway, "CustomerGatewayId": customer}
    asked["Options"] = {"TunnelOptions": [options]}
    assert client.refusal("CreateVpnConnection", **asked) == "InvalidParameterValue"


def test_gateways_stay_while_a_connection_needs_them(client, gateway, customer):
    made = connect(client, gateway, customer)
    ends = {"DeleteVpnGateway": {"VpnGatewayId": gateway}}
    ends["DeleteCustomerGateway"] = {"CustomerGatewayId": customer}
    for operation, named in ends.items():
        assert client.refusal(operation, **named) == "IncorrectState"
    client.ask("DeleteVpnConnection", VpnConnectionId=made["VpnConnectionId"])
    assert shown(client, made)["State"] == "deleting"
    for operation, named in ends.items():
        client.ask(operation, **named)
    advance(client)
    assert shown(client, made)["State"] == "deleted"  # waiters look for it


def test_routes_are_those_of_static_connections_that_stand(client, gateway, customer):
    made = connect(client, gateway, customer, StaticRoutesOnly=False)
    route = {"VpnConnectionId": made["VpnConnectionId"], "DestinationCidrBlock": OFFICE}
    for operation in ("CreateVpnConnectionRoute", "DeleteVpnConnectionRoute"):
        assert client.refusal(operation, **route) == "InvalidVpnConnection.InvalidType"
    client.ask("DeleteVpnConnection", VpnConnectionId=made["VpnConnectionId"])
    static = connect(client, gateway, customer)
    route["VpnConnectionId"] = static["VpnConnectionId"]
    assert client.refusal("DeleteVpnConnectionRoute", **route) == "InvalidRoute.NotFound"
    wrong = {**route, "DestinationCidrBlock": "here"}
    assert client.refusal("CreateVpnConnectionRoute", **wrong) == "InvalidRoute.Malformed"
    client.ask("DeleteVpnConnection", VpnConnectionId=static["VpnConnectionId"])
    refused = client.refusal("CreateVpnConnectionRoute", **route)
    assert refused == "InvalidVpnConnection.InvalidState"
    unknown = {**route, "VpnConnectionId": "vpn-00000000000000000"}
    assert client.refusal("CreateVpnConnectionRoute", **unknown) == (
        "InvalidVpnConnectionID.NotFound"
    )


def test_a_tunnel_is_named_by_its_own_outside_address(client, gateway, customer):
    made = connect(client, gateway, customer)
    named = {"VpnConnectionId": made["VpnConnectionId"], "VpnTunnelOutsideIpAddress": "192.0.2.1"}
    for operation in ("ReplaceVpnTunnel", "GetVpnTunnelReplacementStatus"):
        assert client.refusal(operation, **named) == "InvalidParameterValue"
    outside = made["Options"]["TunnelOptions"][0]["OutsideIpAddress"]
    named["VpnTunnelOutsideIpAddress"] = outside
    uses_keys = client.refusal("ModifyVpnTunnelCertificate", **named)
    assert uses_keys == "InvalidParameterValue"
