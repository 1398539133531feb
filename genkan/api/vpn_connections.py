"""VPN connections: made with two tunnels, shown, given another end, deleted.

Data alone but for their static routes, which a virtual private gateway propagates: no far end is
there, so tunnels are down. "AWS Site-to-Site VPN" user guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from itertools import islice
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.public_addresses import free_public_addresses
from genkan.api.quotas import VPN_CONNECTIONS, VpnConnectionLimitExceeded, check_quota
from genkan.api.selection import Values, select, yes_no
from genkan.api.tagging import from_specifications
from genkan.api.vpn_lookup import ENDING, need_available
from genkan.api.vpn_shape import TYPE, device_configuration, vpn_connection
from genkan.api.vpn_tunnel_options import new_tunnel
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    Refused,
    UnsupportedOperation,
)
from genkan.model.network import put
from genkan.model.vpn import CustomerGateway, VpnConnection, VpnConnectionState, VpnGateway

TUNNELS = 2
FIXED = {
    "EnableAcceleration": False,
    "TunnelInsideIpVersion": "ipv4",
    "OutsideIpAddressType": "PublicIpv4",
}
CHOSEN = ("StaticRoutesOnly", "TunnelOptions", "LocalIpv4NetworkCidr", "RemoteIpv4NetworkCidr")


class AsnConflict(Refused):
    code = "AsnConflict"


class ConnectionConflict(Refused):
    code = "InvalidOption.Conflict"


def create_vpn_connection(
    call: Call,
    *,
    customer_gateway_id: str,
    type: str,
    vpn_gateway_id: str | None = None,
    options: Mapping[str, Any] | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    """Make a connection; one between the same gateways that is there already is given instead,
    where its routes are of the same kind."""
    if type != TYPE:
        raise InvalidParameterValue(f"Value ({type}) for parameter type is invalid. Use {TYPE}.")
    customer = need(call, CustomerGateway, customer_gateway_id)
    gateway = need(call, VpnGateway, vpn_gateway_id) if vpn_gateway_id else None
    asked = options or {}
    _check_options(asked)
    _check_systems(customer, gateway)
    static = bool(asked.get("StaticRoutesOnly"))
    there = [one for one in call.mine(VpnConnection) if one.state not in ENDING]
    ends = (customer.id, vpn_gateway_id)
    between = [
        one for one in there if gateway and (one.customer_gateway_id, one.vpn_gateway_id) == ends
    ]
    for one in between:
        if one.static_routes_only == static:
            return Answer({"VpnConnection": vpn_connection(call, one)})
    count = len(there) + 1
    check_quota(call, count, VPN_CONNECTIONS, VpnConnectionLimitExceeded, "VPN connections")
    connection = VpnConnection(
        id=call.new_id("vpn"),
        account=call.account,
        region=call.region,
        tags=from_specifications("vpn-connection", tag_specifications),
        customer_gateway_id=customer.id,
        vpn_gateway_id=gateway.id if gateway else None,
        state=VpnConnectionState.PENDING,
        created_at=call.now,
        tunnels=(),
        static_routes_only=static,
        local_cidr=_cidr(asked, "LocalIpv4NetworkCidr"),
        remote_cidr=_cidr(asked, "RemoteIpv4NetworkCidr"),
    )
    made = _with_tunnels(call, connection, asked.get("TunnelOptions") or [])
    for one in between:
        raise ConnectionConflict(
            f"{one.id} is between {customer.id} and {vpn_gateway_id} already, and its routes are "
            f"{'static' if one.static_routes_only else 'of BGP'}. Delete it first."
        )
    return Answer({"VpnConnection": vpn_connection(call, made)}, put(made))


def describe_vpn_connections(
    call: Call,
    *,
    vpn_connection_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    table = _filters(call)
    rows = select(call, VpnConnection, ids=vpn_connection_ids, filters=filters, table=table)
    return Answer({"VpnConnections": [vpn_connection(call, row) for row in rows]})


def modify_vpn_connection(
    call: Call,
    *,
    vpn_connection_id: str,
    customer_gateway_id: str | None = None,
    vpn_gateway_id: str | None = None,
) -> Answer:
    """Give a connection another end."""
    held = need_available(call, vpn_connection_id)
    if bool(customer_gateway_id) == bool(vpn_gateway_id):
        raise InvalidParameterCombination(
            "The request must contain exactly one of CustomerGatewayId and VpnGatewayId."
        )
    if customer_gateway_id:
        after = replace(
            held, customer_gateway_id=need(call, CustomerGateway, customer_gateway_id).id
        )
    else:
        after = replace(held, vpn_gateway_id=need(call, VpnGateway, vpn_gateway_id or "").id)
    return Answer({"VpnConnection": vpn_connection(call, after)}, put(after))


def modify_vpn_connection_options(
    call: Call,
    *,
    vpn_connection_id: str,
    local_ipv4_network_cidr: str | None = None,
    remote_ipv4_network_cidr: str | None = None,
) -> Answer:
    held = need_available(call, vpn_connection_id)
    asked = {
        "LocalIpv4NetworkCidr": local_ipv4_network_cidr or str(held.local_cidr),
        "RemoteIpv4NetworkCidr": remote_ipv4_network_cidr or str(held.remote_cidr),
    }
    after = replace(
        held,
        local_cidr=_cidr(asked, "LocalIpv4NetworkCidr"),
        remote_cidr=_cidr(asked, "RemoteIpv4NetworkCidr"),
    )
    return Answer({"VpnConnection": vpn_connection(call, after)}, put(after))


def delete_vpn_connection(call: Call, *, vpn_connection_id: str) -> Answer:
    connection = need(call, VpnConnection, vpn_connection_id)
    if connection.state in ENDING:
        return Answer()
    return Answer(change=put(replace(connection, state=VpnConnectionState.DELETING)))


def _check_systems(customer: CustomerGateway, gateway: VpnGateway | None) -> None:
    if gateway and customer.bgp_asn == gateway.amazon_asn:
        raise AsnConflict(
            f"{customer.id} and {gateway.id} are of one autonomous system, {customer.bgp_asn}. "
            "Make a gateway with another number."
        )


def _check_options(asked: Mapping[str, Any]) -> None:
    for name, value in asked.items():
        if name not in CHOSEN and FIXED.get(name) != value:
            raise UnsupportedOperation(
                f"Genkan's VPN connections do not take {name} {value}: they are IPv4 ones, over "
                "the internet, to a virtual private gateway. Leave it out."
            )


def _cidr(asked: Mapping[str, Any], name: str) -> IPv4Network:
    text = asked.get(name, "0.0.0.0/0")
    try:
        return IPv4Network(text)
    except ValueError:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter {name} is invalid. Give an IPv4 CIDR block."
        ) from None


def _with_tunnels(
    call: Call, connection: VpnConnection, asked: Sequence[Mapping[str, Any]]
) -> VpnConnection:
    if len(asked) > TUNNELS:
        raise InvalidParameterValue(
            f"A VPN connection has {TUNNELS} tunnels, and TunnelOptions says of {len(asked)}."
        )
    taken = {
        tunnel.inside_cidr
        for one in call.mine(VpnConnection)
        if one.vpn_gateway_id == connection.vpn_gateway_id
        for tunnel in one.tunnels
    }
    outside = islice(free_public_addresses(call), TUNNELS)
    said = [*asked, *({} for _ in range(TUNNELS - len(asked)))]
    tunnels = [
        new_tunnel(call, address, taken, one) for address, one in zip(outside, said, strict=True)
    ]
    return replace(connection, tunnels=tuple(tunnels))


def _filters(call: Call) -> Mapping[str, Values[VpnConnection]]:
    def asn(row: VpnConnection) -> list[str]:
        customer = call.network.get(CustomerGateway, row.customer_gateway_id)
        return [str(customer.bgp_asn)] if customer else []

    return {
        "bgp-asn": asn,
        "customer-gateway-configuration": lambda row: [device_configuration(call, row)],
        "customer-gateway-id": lambda row: [row.customer_gateway_id],
        "option.static-routes-only": lambda row: [yes_no(row.static_routes_only)],
        "route.destination-cidr-block": lambda row: [str(route) for route in row.routes],
        "state": lambda row: [row.state.value],
        "transit-gateway-id": lambda row: [],
        "type": lambda row: [TYPE],
        "vpn-connection-id": lambda row: [row.id],
        "vpn-gateway-id": lambda row: [row.vpn_gateway_id],
    }
