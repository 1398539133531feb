"""A VPN connection as the API shows it, with the configuration of the customer's device.

The configuration is AWS's own XML: addresses, keys and lifetimes of both tunnels. "Download the
configuration file" in the AWS Site-to-Site VPN user guide.
"""

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from genkan.api.call import Call
from genkan.api.output import present
from genkan.api.tagging import shown
from genkan.api.vpn_tunnel_options import setting, shown_tunnel
from genkan.model.vpn import CustomerGateway, VpnConnection, VpnGateway, VpnTunnel

TYPE = "ipsec.1"
HOLD_TIME = 30
Node = tuple[str, "str | list[Node]"]


def vpn_connection(call: Call, connection: VpnConnection) -> dict[str, Any]:
    """Give a connection as DescribeVpnConnections does."""
    return present(
        Category="VPN",
        CustomerGatewayConfiguration=device_configuration(call, connection),
        CustomerGatewayId=connection.customer_gateway_id,
        GatewayAssociationState="associated" if connection.vpn_gateway_id else "not-associated",
        Options={
            "EnableAcceleration": False,
            "StaticRoutesOnly": connection.static_routes_only,
            "LocalIpv4NetworkCidr": str(connection.local_cidr),
            "RemoteIpv4NetworkCidr": str(connection.remote_cidr),
            "OutsideIpAddressType": "PublicIpv4",
            "TunnelInsideIpVersion": "ipv4",
            "TunnelOptions": [shown_tunnel(tunnel) for tunnel in connection.tunnels],
        },
        Routes=[
            {"DestinationCidrBlock": str(route), "Source": "Static", "State": "available"}
            for route in connection.routes
        ],
        State=connection.state.value,
        Tags=shown(connection.tags),
        Type=TYPE,
        VgwTelemetry=[
            {
                "AcceptedRouteCount": len(connection.routes),
                "LastStatusChange": tunnel.changed_at,
                "OutsideIpAddress": str(tunnel.outside_ip),
                "Status": "DOWN",
                "StatusMessage": "",
            }
            for tunnel in connection.tunnels
        ],
        VpnConnectionId=connection.id,
        VpnGatewayId=connection.vpn_gateway_id,
    )


def device_configuration(call: Call, connection: VpnConnection) -> str:
    """Give the configuration that the customer's device needs."""
    customer = call.network.get(CustomerGateway, connection.customer_gateway_id)
    amazon = call.network.get(VpnGateway, connection.vpn_gateway_id)
    routing = "NoBGPVPNConnection" if connection.static_routes_only else "BGPVPNConnection"
    nodes: list[Node] = [
        ("customer_gateway_id", connection.customer_gateway_id),
        ("vpn_gateway_id", connection.vpn_gateway_id or ""),
        ("vpn_connection_type", TYPE),
        ("vpn_connection_attributes", routing),
        *(("ipsec_tunnel", _tunnel(tunnel, customer, amazon)) for tunnel in connection.tunnels),
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    body = "\n".join(line for node in nodes for line in _lines(node, "  "))
    return f'{head}\n<vpn_connection id="{connection.id}">\n{body}\n</vpn_connection>\n'


def _tunnel(
    tunnel: VpnTunnel, customer: CustomerGateway | None, amazon: VpnGateway | None
) -> list[Node]:
    address = str(customer.address) if customer and customer.address else ""
    far = _end(address, str(tunnel.customer_inside), customer.bgp_asn if customer else 0)
    near = _end(
        str(tunnel.outside_ip), str(tunnel.amazon_inside), amazon.amazon_asn if amazon else 0
    )
    secrecy: Node = ("perfect_forward_secrecy", "group2")
    return [
        ("customer_gateway", far),
        ("vpn_gateway", near),
        (
            "ike",
            [
                ("authentication_protocol", "sha1"),
                ("encryption_protocol", "aes-128-cbc"),
                ("lifetime", str(setting(tunnel, "Phase1LifetimeSeconds", 28_800))),
                secrecy,
                ("mode", "main"),
                ("pre_shared_key", tunnel.pre_shared_key),
            ],
        ),
        (
            "ipsec",
            [
                ("protocol", "esp"),
                ("authentication_protocol", "hmac-sha1-96"),
                ("encryption_protocol", "aes-128-cbc"),
                ("lifetime", str(setting(tunnel, "Phase2LifetimeSeconds", 3_600))),
                secrecy,
                ("mode", "tunnel"),
                ("clear_df_bit", "true"),
                ("fragmentation_before_encryption", "true"),
                ("tcp_mss_adjustment", "1379"),
                ("dead_peer_detection", [("interval", "10"), ("retries", "3")]),
            ],
        ),
    ]


def _end(outside: str, inside: str, asn: int) -> list[Node]:
    return [
        ("tunnel_outside_address", [("ip_address", outside)]),
        (
            "tunnel_inside_address",
            [
                ("ip_address", inside),
                ("network_mask", "255.255.255.252"),
                ("network_cidr", "30"),
            ],
        ),
        ("bgp", [("asn", str(asn)), ("hold_time", str(HOLD_TIME))]),
    ]


def _lines(node: Node, indent: str) -> Iterator[str]:
    name, value = node
    if isinstance(value, str):
        yield f"{indent}<{name}>{escape(value)}</{name}>"
        return
    yield f"{indent}<{name}>"
    for one in value:
        yield from _lines(one, indent + "  ")
    yield f"{indent}</{name}>"
