"""Virtual private gateways: made alone, attached to one VPC, propagated to route tables.

What is propagated are the static routes of the gateway's VPN connections: there is no far end
that could tell others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.quotas import VPN_GATEWAYS, VpnGatewayLimitExceeded, check_quota
from genkan.api.route_table_associations import without_gateway
from genkan.api.selection import Values, absent, select
from genkan.api.subnets import choose_zone
from genkan.api.tagging import from_specifications, shown
from genkan.api.vpn_lookup import standing
from genkan.model.errors import (
    GatewayNotAttached,
    IncorrectState,
    InvalidParameterValue,
    NotFound,
    Refused,
)
from genkan.model.network import delete, put
from genkan.model.route_table import RouteTable
from genkan.model.vpc import Vpc
from genkan.model.vpn import VpnGateway

TYPE = "ipsec.1"
DEFAULT_ASN = 64512
PRIVATE_ASNS = (range(64512, 65535), range(4_200_000_000, 4_294_967_295))

_FILTERS: Mapping[str, Values[VpnGateway]] = {
    "availability-zone": lambda row: [row.zone],
    "amazon-side-asn": lambda row: [str(row.amazon_asn)],
    "attachment.state": lambda row: ["attached"] if row.vpc_id else [],
    "attachment.vpc-id": lambda row: [row.vpc_id],
    "state": lambda row: ["available"],
    **absent("availability-zone"),
    "type": lambda row: [TYPE],
    "vpn-gateway-id": lambda row: [row.id],
}


class VpnGatewayAttachmentLimitExceeded(Refused):
    code = "VpnGatewayAttachmentLimitExceeded"


class InvalidVpcState(Refused):
    code = "InvalidVpcState"


def create_vpn_gateway(
    call: Call,
    *,
    type: str,
    amazon_side_asn: int = DEFAULT_ASN,
    availability_zone: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    if type != TYPE:
        raise InvalidParameterValue(f"Value ({type}) for parameter type is invalid. Use {TYPE}.")
    if not any(amazon_side_asn in asns for asns in PRIVATE_ASNS):
        raise InvalidParameterValue(
            f"Value ({amazon_side_asn}) for parameter amazonSideAsn is invalid. "
            "Give a private ASN: 64512 to 65534 or 4200000000 to 4294967294."
        )
    count = len(call.mine(VpnGateway)) + 1
    check_quota(call, count, VPN_GATEWAYS, VpnGatewayLimitExceeded, "virtual private gateways")
    gateway = VpnGateway(
        id=call.new_id("vgw"),
        account=call.account,
        region=call.region,
        tags=from_specifications("vpn-gateway", tag_specifications),
        amazon_asn=amazon_side_asn,
        zone=choose_zone(call.region, availability_zone, None) if availability_zone else None,
    )
    return Answer({"VpnGateway": _shown(gateway)}, put(gateway))


def describe_vpn_gateways(
    call: Call,
    *,
    vpn_gateway_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    rows = select(call, VpnGateway, ids=vpn_gateway_ids, filters=filters, table=_FILTERS)
    return Answer({"VpnGateways": [_shown(row) for row in rows]})


def attach_vpn_gateway(call: Call, *, vpc_id: str, vpn_gateway_id: str) -> Answer:
    gateway = need(call, VpnGateway, vpn_gateway_id)
    vpc = need(call, Vpc, vpc_id)
    if gateway.vpc_id and gateway.vpc_id != vpc.id:
        raise VpnGatewayAttachmentLimitExceeded(
            f"{gateway.id} is attached to {gateway.vpc_id} already. Detach it first."
        )
    for other in call.network.where(VpnGateway, vpc_id=vpc.id):
        if other.id != gateway.id:
            raise InvalidVpcState(
                f"Network {vpc.id} already has a virtual private gateway attached: {other.id}. "
                "Detach that first."
            )
    answer = {"VpcAttachment": {"State": "attached", "VpcId": vpc.id}}
    return Answer(answer, put(replace(gateway, vpc_id=vpc.id)))


def detach_vpn_gateway(call: Call, *, vpc_id: str, vpn_gateway_id: str) -> Answer:
    gateway = need(call, VpnGateway, vpn_gateway_id)
    vpc = need(call, Vpc, vpc_id)
    if gateway.vpc_id != vpc.id:
        raise NotFound(
            "InvalidVpnGatewayAttachment.NotFound",
            f"The attachment with vpn gateway ID '{gateway.id}' and vpc ID '{vpc.id}' does not "
            f"exist: it is {'attached to ' + gateway.vpc_id if gateway.vpc_id else 'detached'}.",
        )
    change = without_gateway(call.network, vpc.id, gateway.id)
    return Answer(change=change + put(replace(gateway, vpc_id=None, propagates_to=())))


def delete_vpn_gateway(call: Call, *, vpn_gateway_id: str) -> Answer:
    gateway = need(call, VpnGateway, vpn_gateway_id)
    if gateway.vpc_id:
        raise IncorrectState(
            f"The vpnGateway '{gateway.id}' is attached to {gateway.vpc_id} and cannot be deleted. "
            "Detach it first."
        )
    if any(standing(call.network, vpn_gateway_id=gateway.id)):
        raise IncorrectState(
            f"The vpnGateway '{gateway.id}' is in use by a VPN connection. Delete that first."
        )
    return Answer(change=delete(gateway))


def enable_vgw_route_propagation(call: Call, *, gateway_id: str, route_table_id: str) -> Answer:
    gateway = need(call, VpnGateway, gateway_id)
    table = need(call, RouteTable, route_table_id)
    if gateway.vpc_id != table.vpc_id:
        raise GatewayNotAttached(
            f"resource {gateway.id} is not attached to network {table.vpc_id}, where {table.id} is."
        )
    tables = dict.fromkeys((*gateway.propagates_to, table.id))
    return Answer(change=put(replace(gateway, propagates_to=tuple(tables))))


def disable_vgw_route_propagation(call: Call, *, gateway_id: str, route_table_id: str) -> Answer:
    gateway = need(call, VpnGateway, gateway_id)
    table = need(call, RouteTable, route_table_id)
    if table.id not in gateway.propagates_to:
        raise NotFound(
            "InvalidRoute.NotFound", f"{gateway.id} does not propagate routes to {table.id}."
        )
    left = tuple(name for name in gateway.propagates_to if name != table.id)
    return Answer(change=put(replace(gateway, propagates_to=left)))


def _shown(gateway: VpnGateway) -> dict[str, Any]:
    attached = [{"State": "attached", "VpcId": gateway.vpc_id}] if gateway.vpc_id else []
    return present(
        AmazonSideAsn=gateway.amazon_asn,
        AvailabilityZone=gateway.zone,
        State="available",
        Type=TYPE,
        VpcAttachments=attached,
        VpnGatewayId=gateway.id,
        Tags=shown(gateway.tags),
    )
