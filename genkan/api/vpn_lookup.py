"""Finding VPN connections that stand, and their tunnels."""

from collections.abc import Iterator

from genkan.api.call import Call
from genkan.api.ids import need
from genkan.model.errors import InvalidParameterValue, Refused
from genkan.model.network import Network
from genkan.model.vpn import VpnConnection, VpnConnectionState, VpnTunnel

ENDING = (VpnConnectionState.DELETING, VpnConnectionState.DELETED)


class InvalidConnectionState(Refused):
    code = "InvalidVpnConnection.InvalidState"


def standing(network: Network, **ends: str) -> Iterator[VpnConnection]:
    """Give the connections of a gateway that are not on their way out."""
    for one in network.where(VpnConnection, **ends):
        if one.state not in ENDING:
            yield one


def need_available(call: Call, name: str) -> VpnConnection:
    """Give a connection that can be changed. Raises Malformed, NotFound, InvalidConnectionState."""
    connection = need(call, VpnConnection, name)
    if connection.state is not VpnConnectionState.AVAILABLE:
        raise InvalidConnectionState(
            f"{connection.id} is {connection.state.value}: a VPN connection must be available to "
            "be changed."
        )
    return connection


def need_tunnel(connection: VpnConnection, outside: str) -> VpnTunnel:
    """Give the tunnel with this outside address. Raises InvalidParameterValue."""
    for tunnel in connection.tunnels:
        if str(tunnel.outside_ip) == outside:
            return tunnel
    raise InvalidParameterValue(
        f"Value ({outside}) for parameter vpnTunnelOutsideIpAddress is invalid. {connection.id} "
        f"has {' and '.join(str(one.outside_ip) for one in connection.tunnels)}."
    )
