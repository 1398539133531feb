"""Internet gateways: made alone, then attached to one VPC."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import check_form, need
from genkan.api.output import present
from genkan.api.quotas import INTERNET_GATEWAYS, InternetGatewayLimitExceeded, check_quota
from genkan.api.route_table_associations import without_gateway
from genkan.api.selection import Values, page, select
from genkan.api.tagging import from_specifications, shown
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import (
    AlreadyAssociated,
    DependencyViolation,
    GatewayNotAttached,
    InvalidParameterValue,
)
from genkan.model.network import delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import InternetGateway, Vpc

_FILTERS: Mapping[str, Values[InternetGateway]] = {
    "attachment.state": lambda gateway: ["available"] if gateway.vpc_id else [],
    "attachment.vpc-id": lambda gateway: [gateway.vpc_id],
    "internet-gateway-id": lambda gateway: [gateway.id],
}


def create_internet_gateway(
    call: Call, *, tag_specifications: Sequence[Mapping[str, Any]] | None = None
) -> Answer:
    count = len(call.mine(InternetGateway)) + 1
    check_quota(call, count, INTERNET_GATEWAYS, InternetGatewayLimitExceeded, "internet gateways")
    gateway = InternetGateway(
        id=call.new_id("igw"),
        account=call.account,
        region=call.region,
        tags=from_specifications("internet-gateway", tag_specifications),
    )
    return Answer({"InternetGateway": _shown(gateway)}, put(gateway))


def describe_internet_gateways(
    call: Call,
    *,
    internet_gateway_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    gateways = select(
        call, InternetGateway, ids=internet_gateway_ids, filters=filters, table=_FILTERS
    )
    rows, token = page(gateways, max_results, next_token, ids=internet_gateway_ids)
    return Answer(present(InternetGateways=[_shown(row) for row in rows], NextToken=token))


def attach_internet_gateway(call: Call, *, internet_gateway_id: str, vpc_id: str) -> Answer:
    gateway = need(call, InternetGateway, internet_gateway_id)
    vpc = need(call, Vpc, vpc_id)
    if gateway.vpc_id:
        raise AlreadyAssociated(
            f"resource {gateway.id} is already attached to network {gateway.vpc_id}. "
            "Detach it first, or attach another gateway."
        )
    if any(call.network.where(InternetGateway, vpc_id=vpc.id)):
        raise InvalidParameterValue(
            f"Network {vpc.id} already has an internet gateway attached. A VPC has at most one."
        )
    return Answer(change=put(replace(gateway, vpc_id=vpc.id)))


def detach_internet_gateway(call: Call, *, internet_gateway_id: str, vpc_id: str) -> Answer:
    gateway = need(call, InternetGateway, internet_gateway_id)
    check_form(Vpc, vpc_id)
    vpc = call.find(Vpc, vpc_id)
    if vpc is None or gateway.vpc_id != vpc.id:
        raise GatewayNotAttached(
            f"resource {gateway.id} is not attached to network {vpc_id}. "
            f"It is {'attached to ' + gateway.vpc_id if gateway.vpc_id else 'detached'}."
        )
    mapped = [
        row.id
        for row in call.network.where(NetworkInterface, vpc_id=vpc.id)
        if _is_public(call, row)
    ]
    if mapped:
        raise DependencyViolation(
            f"Network {vpc.id} has some mapped public address(es). Please unmap those public "
            f"address(es) before detaching the gateway: {', '.join(mapped)} have them."
        )
    change = without_gateway(call.network, vpc.id, gateway.id)
    return Answer(change=change + put(replace(gateway, vpc_id=None)))


def delete_internet_gateway(call: Call, *, internet_gateway_id: str) -> Answer:
    gateway = need(call, InternetGateway, internet_gateway_id)
    if gateway.vpc_id:
        raise DependencyViolation(
            f"The internetGateway '{gateway.id}' has dependencies and cannot be deleted. "
            f"Detach it from {gateway.vpc_id} first."
        )
    return Answer(change=delete(gateway))


def _is_public(call: Call, interface: NetworkInterface) -> bool:
    elastic = any(call.network.where(ElasticIp, network_interface_id=interface.id))
    return elastic or interface.public_ip is not None


def _shown(gateway: InternetGateway) -> dict[str, Any]:
    attached = [{"State": "available", "VpcId": gateway.vpc_id}] if gateway.vpc_id else []
    return {
        "Attachments": attached,
        "InternetGatewayId": gateway.id,
        "OwnerId": gateway.account,
        "Tags": shown(gateway.tags),
    }
