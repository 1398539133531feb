"""Changes to the tunnels of a VPN connection, which are named by their outside addresses."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.output import present
from genkan.api.vpn_lookup import need_available, need_tunnel
from genkan.api.vpn_shape import vpn_connection
from genkan.api.vpn_tunnel_options import changed_tunnel
from genkan.model.errors import InvalidParameterValue
from genkan.model.network import put
from genkan.model.vpn import CustomerGateway, VpnConnection


def modify_vpn_tunnel_options(
    call: Call,
    *,
    vpn_connection_id: str,
    vpn_tunnel_outside_ip_address: str,
    tunnel_options: Mapping[str, Any],
    skip_tunnel_replacement: bool = False,
) -> Answer:
    """Change a tunnel; nothing has to be replaced for it, so `skip_tunnel_replacement` is met."""
    connection = need_available(call, vpn_connection_id)
    tunnel = need_tunnel(connection, vpn_tunnel_outside_ip_address)
    taken = {
        other.inside_cidr
        for one in call.mine(VpnConnection)
        if one.vpn_gateway_id == connection.vpn_gateway_id
        for other in one.tunnels
        if other != tunnel
    }
    changed = changed_tunnel(tunnel, tunnel_options, taken, call.now)
    tunnels = tuple(changed if one == tunnel else one for one in connection.tunnels)
    after = replace(connection, tunnels=tunnels)
    return Answer({"VpnConnection": vpn_connection(call, after)}, put(after))


def modify_vpn_tunnel_certificate(
    call: Call, *, vpn_connection_id: str, vpn_tunnel_outside_ip_address: str
) -> Answer:
    """Have a tunnel's certificate made anew; only one to a customer gateway with one has it."""
    connection = need_available(call, vpn_connection_id)
    tunnel = need_tunnel(connection, vpn_tunnel_outside_ip_address)
    customer = call.network.get(CustomerGateway, connection.customer_gateway_id)
    if customer is None or customer.certificate_arn is None:
        raise InvalidParameterValue(
            f"{connection.id} uses pre-shared keys and no certificates. "
            "ModifyVpnTunnelOptions changes its keys."
        )
    renewed = replace(tunnel, changed_at=call.now)
    tunnels = tuple(renewed if one == tunnel else one for one in connection.tunnels)
    after = replace(connection, tunnels=tunnels)
    return Answer({"VpnConnection": vpn_connection(call, after)}, put(after))


def replace_vpn_tunnel(
    call: Call,
    *,
    vpn_connection_id: str,
    vpn_tunnel_outside_ip_address: str,
    apply_pending_maintenance: bool = False,
) -> Answer:
    """Replace a tunnel's end at AWS: nothing of it is told apart from the one before."""
    connection = need_available(call, vpn_connection_id)
    tunnel = need_tunnel(connection, vpn_tunnel_outside_ip_address)
    renewed = replace(tunnel, changed_at=call.now)
    tunnels = tuple(renewed if one == tunnel else one for one in connection.tunnels)
    return Answer({"Return": True}, put(replace(connection, tunnels=tunnels)))


def get_vpn_tunnel_replacement_status(
    call: Call, *, vpn_connection_id: str, vpn_tunnel_outside_ip_address: str
) -> Answer:
    connection = need_available(call, vpn_connection_id)
    tunnel = need_tunnel(connection, vpn_tunnel_outside_ip_address)
    return Answer(
        present(
            VpnConnectionId=connection.id,
            CustomerGatewayId=connection.customer_gateway_id,
            VpnGatewayId=connection.vpn_gateway_id,
            VpnTunnelOutsideIpAddress=str(tunnel.outside_ip),
            MaintenanceDetails={},
        )
    )
