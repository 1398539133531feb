"""Which route table a subnet uses, and which is a VPC's main one."""

from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.ids import need, unknown_part
from genkan.model.errors import (
    AlreadyAssociated,
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
    NotFound,
)
from genkan.model.network import Change, Network, put
from genkan.model.route_table import RouteTable, RouteTableAssociation
from genkan.model.subnet import Subnet
from genkan.model.vpc import InternetGateway
from genkan.model.vpn import VpnGateway


def associate_route_table(
    call: Call, *, route_table_id: str, subnet_id: str | None = None, gateway_id: str | None = None
) -> Answer:
    """Join a subnet, or a gateway at the VPC's edge, to a table.

    An association that is there already answers with its id.
    """
    table = need(call, RouteTable, route_table_id)
    if (subnet_id is None) == (gateway_id is None):
        refusal = MissingParameter if subnet_id is None else InvalidParameterCombination
        raise refusal("The request must contain either subnetId or gatewayId.")
    joined: Subnet | InternetGateway | VpnGateway
    joined = need(call, Subnet, subnet_id) if subnet_id else _need_gateway(call, gateway_id or "")
    if table.vpc_id != joined.vpc_id:
        raise InvalidParameterValue(
            f"Route table {table.id} and {joined.kind} {joined.id} belong to different networks. "
            f"The table is in {table.vpc_id}, the {joined.kind} in {joined.vpc_id or 'no VPC'}."
        )
    for other in call.network.where(RouteTable, vpc_id=table.vpc_id):
        for association in other.associations:
            if joined.id not in (association.subnet_id, association.gateway_id):
                continue
            if other.id == table.id:
                return _associated(association)
            raise AlreadyAssociated(
                f"the specified association for route table {table.id} conflicts with an "
                f"existing association: {association.id} joins {joined.id} to {other.id}. "
                "Use ReplaceRouteTableAssociation."
            )
    made = RouteTableAssociation(
        id=call.new_id("rtbassoc"), subnet_id=subnet_id, gateway_id=gateway_id
    )
    change = put(replace(table, associations=(*table.associations, made)))
    return Answer(_associated(made).output, change)


def disassociate_route_table(call: Call, *, association_id: str) -> Answer:
    table, association = _find(call, association_id)
    if association.main:
        raise InvalidParameterValue(
            f"cannot disassociate the main route table association {association.id}. "
            "Use ReplaceRouteTableAssociation to make another table the main one."
        )
    return Answer(change=put(_without(table, association)))


def replace_route_table_association(
    call: Call, *, association_id: str, route_table_id: str
) -> Answer:
    """Move a subnet, or the VPC's main association, to another table."""
    former, association = _find(call, association_id)
    table = need(call, RouteTable, route_table_id)
    if table.vpc_id != former.vpc_id:
        raise InvalidParameterValue(
            f"route table {table.id} and association {association.id} belong to different "
            f"networks. The table is in {table.vpc_id}, the association in {former.vpc_id}."
        )
    made = replace(association, id=call.new_id("rtbassoc"))
    left = _without(former, association)
    base = left if table.id == former.id else table
    moved = replace(base, associations=(*base.associations, made))
    return Answer(
        {"NewAssociationId": made.id, "AssociationState": {"State": "associated"}},
        put(left) + put(moved),
    )


def without_gateway(network: Network, vpc_id: str, gateway_id: str) -> Change:
    """Give the change that takes a gateway's associations from the tables of a VPC."""
    return put(
        *(
            replace(
                table,
                associations=tuple(a for a in table.associations if a.gateway_id != gateway_id),
            )
            for table in network.where(RouteTable, vpc_id=vpc_id)
            if any(association.gateway_id == gateway_id for association in table.associations)
        )
    )


def _need_gateway(call: Call, name: str) -> InternetGateway | VpnGateway:
    gateway = call.find(VpnGateway, name) or call.find(InternetGateway, name)
    if gateway is None:
        raise NotFound(
            "InvalidGatewayID.NotFound",
            f"The gateway ID '{name}' does not exist. GatewayId takes an internet gateway or a "
            "virtual private gateway.",
        )
    return gateway


def _associated(association: RouteTableAssociation) -> Answer:
    return Answer({"AssociationId": association.id, "AssociationState": {"State": "associated"}})


def _find(call: Call, name: str) -> tuple[RouteTable, RouteTableAssociation]:
    for table in call.mine(RouteTable):
        for association in table.associations:
            if association.id == name:
                return table, association
    raise unknown_part("rtbassoc", name)


def _without(table: RouteTable, association: RouteTableAssociation) -> RouteTable:
    left = tuple(other for other in table.associations if other.id != association.id)
    return replace(table, associations=left)
