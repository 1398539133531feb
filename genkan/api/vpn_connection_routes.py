"""Static routes of VPN connections: what the customer's side says it has."""

from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_network

from genkan.api.call import Answer, Call
from genkan.api.quotas import VPN_ROUTES, VpnRouteLimitExceeded, check_quota
from genkan.api.vpn_lookup import need_available
from genkan.model.errors import NotFound, Refused
from genkan.model.network import put
from genkan.model.vpn import VpnConnection


class InvalidConnectionType(Refused):
    code = "InvalidVpnConnection.InvalidType"


class MalformedRoute(Refused):
    code = "InvalidRoute.Malformed"


def create_vpn_connection_route(
    call: Call, *, destination_cidr_block: str, vpn_connection_id: str
) -> Answer:
    """Add a route; one that is there already stays."""
    connection = _need_static(call, vpn_connection_id)
    route = _block(destination_cidr_block)
    if route in connection.routes:
        return Answer()
    routes = (*connection.routes, route)
    what = f"static routes of {connection.id}"
    check_quota(call, len(routes), VPN_ROUTES, VpnRouteLimitExceeded, what)
    return Answer(change=put(replace(connection, routes=routes)))


def delete_vpn_connection_route(
    call: Call, *, destination_cidr_block: str, vpn_connection_id: str
) -> Answer:
    connection = _need_static(call, vpn_connection_id)
    route = _block(destination_cidr_block)
    if route not in connection.routes:
        raise NotFound(
            "InvalidRoute.NotFound",
            f"The specified route {route} does not exist in {connection.id}.",
        )
    left = tuple(one for one in connection.routes if one != route)
    return Answer(change=put(replace(connection, routes=left)))


def _need_static(call: Call, name: str) -> VpnConnection:
    connection = need_available(call, name)
    if not connection.static_routes_only:
        raise InvalidConnectionType(
            f"{connection.id} does not support static routes: its routes are BGP's. "
            "Make a connection with StaticRoutesOnly."
        )
    return connection


def _block(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise MalformedRoute(
            f"Value ({text}) for parameter destinationCidrBlock is invalid. Give a CIDR block."
        ) from None
