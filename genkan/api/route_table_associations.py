"""Which route table a subnet uses, and which is a VPC's main one."""

import re
from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.model.errors import InvalidParameterValue, Malformed, NotFound, Refused
from genkan.model.network import put
from genkan.model.route_table import RouteTable, RouteTableAssociation
from genkan.model.subnet import Subnet


class AlreadyAssociated(Refused):
    code = "Resource.AlreadyAssociated"


def associate_route_table(call: Call, *, route_table_id: str, subnet_id: str) -> Answer:
    """Join a subnet to a table; an association that is there already answers with its id."""
    table = need(call, RouteTable, route_table_id)
    subnet = need(call, Subnet, subnet_id)
    if table.vpc_id != subnet.vpc_id:
        raise InvalidParameterValue(
            f"Route table {table.id} and subnet {subnet.id} belong to different networks. "
            f"The table is in {table.vpc_id}, the subnet in {subnet.vpc_id}."
        )
    for other in call.network.where(RouteTable, vpc_id=table.vpc_id):
        for association in other.associations:
            if association.subnet_id != subnet.id:
                continue
            if other.id == table.id:
                return _associated(association)
            raise AlreadyAssociated(
                f"the specified association for route table {table.id} conflicts with an "
                f"existing association: {association.id} joins {subnet.id} to {other.id}. "
                "Use ReplaceRouteTableAssociation."
            )
    made = RouteTableAssociation(id=call.new_id("rtbassoc"), subnet_id=subnet.id)
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


def _associated(association: RouteTableAssociation) -> Answer:
    return Answer({"AssociationId": association.id, "AssociationState": {"State": "associated"}})


def _find(call: Call, name: str) -> tuple[RouteTable, RouteTableAssociation]:
    if not re.fullmatch(r"rtbassoc-[0-9a-f]{8,17}", name):
        raise Malformed(
            "InvalidAssociationID.Malformed", f'Invalid id: "{name}" (expecting "rtbassoc-...")'
        )
    for table in call.mine(RouteTable):
        for association in table.associations:
            if association.id == name:
                return table, association
    raise NotFound("InvalidAssociationID.NotFound", f"The association ID '{name}' does not exist")


def _without(table: RouteTable, association: RouteTableAssociation) -> RouteTable:
    left = tuple(other for other in table.associations if other.id != association.id)
    return replace(table, associations=left)
