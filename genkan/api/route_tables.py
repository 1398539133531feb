"""Route tables: made empty but for the VPC's `local` routes, which are shown first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.quotas import ROUTE_TABLES, RouteTableLimitExceeded, check_quota
from genkan.api.route_destinations import MEMBERS, own_blocks
from genkan.api.route_targets import endpoint_routes, shown_endpoint_route, shown_route
from genkan.api.selection import Values, page, select, yes_no
from genkan.api.tagging import from_specifications, shown
from genkan.model.errors import DependencyViolation
from genkan.model.network import delete, put
from genkan.model.route_table import RouteTable
from genkan.model.vpc import Vpc
from genkan.model.vpn import VpnGateway, propagated_routes

ROUTE_MEMBERS = {
    "destination-cidr-block": "DestinationCidrBlock",
    "destination-ipv6-cidr-block": "DestinationIpv6CidrBlock",
    "destination-prefix-list-id": "DestinationPrefixListId",
    "egress-only-internet-gateway-id": "EgressOnlyInternetGatewayId",
    "gateway-id": "GatewayId",
    "instance-id": "InstanceId",
    "nat-gateway-id": "NatGatewayId",
    "network-interface-id": "NetworkInterfaceId",
    "origin": "Origin",
    "state": "State",
    "transit-gateway-id": "TransitGatewayId",
    "vpc-peering-connection-id": "VpcPeeringConnectionId",
}


@idempotent(RouteTable, lambda call, rows: _created(call, rows[0]))
def create_route_table(
    call: Call,
    *,
    vpc_id: str,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    vpc = need(call, Vpc, vpc_id)
    count = sum(1 for _ in call.network.where(RouteTable, vpc_id=vpc.id)) + 1
    check_quota(call, count, ROUTE_TABLES, RouteTableLimitExceeded, f"route tables in {vpc.id}")
    table = RouteTable(
        id=call.new_id("rtb"),
        account=call.account,
        region=call.region,
        tags=from_specifications("route-table", tag_specifications),
        vpc_id=vpc.id,
    )
    return Answer(_created(call, table), put(table))


def describe_route_tables(
    call: Call,
    *,
    route_table_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    tables = select(call, RouteTable, ids=route_table_ids, filters=filters, table=_filters(call))
    rows, token = page(tables, max_results, next_token, ids=route_table_ids)
    return Answer(present(RouteTables=[_shown(call, table) for table in rows], NextToken=token))


def delete_route_table(call: Call, *, route_table_id: str) -> Answer:
    table = need(call, RouteTable, route_table_id)
    if table.associations:
        used = (a.subnet_id or a.gateway_id or table.vpc_id for a in table.associations)
        raise DependencyViolation(
            f"The routeTable '{table.id}' has dependencies and cannot be deleted. "
            f"Give {', '.join(used)} another route table first."
        )
    by_endpoint = endpoint_routes(call.network, table)
    if by_endpoint:
        raise DependencyViolation(
            f"The routeTable '{table.id}' has dependencies and cannot be deleted. "
            f"Take it from {', '.join(route.target.id for route in by_endpoint)} first."
        )
    gateways = call.network.where(VpnGateway, vpc_id=table.vpc_id)
    change = put(
        *(
            replace(one, propagates_to=tuple(n for n in one.propagates_to if n != table.id))
            for one in gateways
            if table.id in one.propagates_to
        )
    )
    return Answer(change=change + delete(table))


def _filters(call: Call) -> Mapping[str, Values[RouteTable]]:
    of_routes = {
        f"route.{name}": _route_values(call, member) for name, member in ROUTE_MEMBERS.items()
    }
    return {
        "association.gateway-id": lambda table: [a.gateway_id for a in table.associations],
        "association.main": lambda table: [yes_no(a.main) for a in table.associations],
        "association.route-table-association-id": lambda table: [a.id for a in table.associations],
        "association.route-table-id": lambda table: [table.id] if table.associations else [],
        "association.subnet-id": lambda table: [a.subnet_id for a in table.associations],
        "route-table-id": lambda table: [table.id],
        "vpc-id": lambda table: [table.vpc_id],
        **of_routes,
    }


def _route_values(call: Call, member: str) -> Callable[[RouteTable], Iterable[str | None]]:
    return lambda table: [route.get(member) for route in _routes(call, table)]


def _routes(call: Call, table: RouteTable) -> list[dict[str, Any]]:
    vpc = need(call, Vpc, table.vpc_id)
    local = [
        {
            MEMBERS[block.version]: str(block),
            "GatewayId": "local",
            "Origin": "CreateRouteTable",
            "State": "active",
        }
        for block in own_blocks(vpc)
    ]
    own = [shown_route(call.network, table, route) for route in table.routes]
    by_endpoints = [shown_endpoint_route(r) for r in endpoint_routes(call.network, table)]
    return local + own + by_endpoints + _propagated(call, table)


def _propagated(call: Call, table: RouteTable) -> list[dict[str, Any]]:
    return [
        {
            MEMBERS[block.version]: str(block),
            "GatewayId": gateway.id,
            "Origin": "EnableVgwRoutePropagation",
            "State": "active",
        }
        for block, gateway in propagated_routes(call.network, table.id, table.vpc_id)
        if all(route.destination != block for route in table.routes)
    ]


def _created(call: Call, table: RouteTable) -> dict[str, Any]:
    return {"RouteTable": _shown(call, table)}


def _shown(call: Call, table: RouteTable) -> dict[str, Any]:
    return {
        "Associations": [
            present(
                Main=association.main,
                RouteTableAssociationId=association.id,
                RouteTableId=table.id,
                SubnetId=association.subnet_id,
                GatewayId=association.gateway_id,
                AssociationState={"State": "associated"},
            )
            for association in table.associations
        ],
        "PropagatingVgws": [
            {"GatewayId": gateway.id}
            for gateway in call.network.where(VpnGateway, vpc_id=table.vpc_id)
            if table.id in gateway.propagates_to
        ],
        "RouteTableId": table.id,
        "Routes": _routes(call, table),
        "Tags": shown(table.tags),
        "VpcId": table.vpc_id,
        "OwnerId": table.account,
    }
