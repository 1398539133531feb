"""Egress-only internet gateways: made for a VPC, and gone with a call."""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.quotas import (
    EGRESS_ONLY_GATEWAYS,
    EgressOnlyInternetGatewayLimitExceeded,
    check_quota,
)
from genkan.api.selection import Values, page, select
from genkan.api.tagging import from_specifications, shown
from genkan.model.network import delete, put
from genkan.model.vpc import EgressOnlyInternetGateway, Vpc

_FILTERS: Mapping[str, Values[EgressOnlyInternetGateway]] = {}


def _created(gateway: EgressOnlyInternetGateway) -> dict[str, Any]:
    return {"EgressOnlyInternetGateway": _shown(gateway)}


@idempotent(EgressOnlyInternetGateway, lambda call, rows: _created(rows[0]))
def create_egress_only_internet_gateway(
    call: Call,
    *,
    vpc_id: str,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    vpc = need(call, Vpc, vpc_id)
    count = len(call.mine(EgressOnlyInternetGateway)) + 1
    check_quota(
        call,
        count,
        EGRESS_ONLY_GATEWAYS,
        EgressOnlyInternetGatewayLimitExceeded,
        "egress-only internet gateways",
    )
    gateway = EgressOnlyInternetGateway(
        id=call.new_id("eigw"),
        account=call.account,
        region=call.region,
        tags=from_specifications("egress-only-internet-gateway", tag_specifications),
        vpc_id=vpc.id,
    )
    return Answer(_created(gateway), put(gateway))


def describe_egress_only_internet_gateways(
    call: Call,
    *,
    egress_only_internet_gateway_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    ids = egress_only_internet_gateway_ids
    found = select(call, EgressOnlyInternetGateway, ids=ids, filters=filters, table=_FILTERS)
    rows, token = page(found, max_results, next_token, ids=ids)
    shown_rows = [_shown(row) for row in rows]
    return Answer(present(EgressOnlyInternetGateways=shown_rows, NextToken=token))


def delete_egress_only_internet_gateway(
    call: Call, *, egress_only_internet_gateway_id: str
) -> Answer:
    """Delete a gateway; routes to it become blackholes."""
    gateway = need(call, EgressOnlyInternetGateway, egress_only_internet_gateway_id)
    return Answer({"ReturnCode": True}, delete(gateway))


def _shown(gateway: EgressOnlyInternetGateway) -> dict[str, Any]:
    return {
        "EgressOnlyInternetGatewayId": gateway.id,
        "Attachments": [{"State": "attached", "VpcId": gateway.vpc_id}],
        "Tags": shown(gateway.tags),
    }
