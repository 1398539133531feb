"""Which peering connections a caller sees: those it asked for, and those that it is asked."""

from dataclasses import replace
from datetime import datetime

from genkan.api.call import Call
from genkan.api.ids import FORMS, check_form
from genkan.model.errors import NotFound
from genkan.model.network import Change, Network, put
from genkan.model.peering import ENDED, PeeringSide, PeeringState, VpcPeeringConnection


def sees(call: Call, peering: VpcPeeringConnection) -> bool:
    """Tell whether the caller, in this Region, is one of the two sides."""
    return any(is_side(call, side) for side in (peering.requester, peering.accepter))


def is_side(call: Call, side: PeeringSide) -> bool:
    return (side.account, side.region) == (call.account, call.region)


def need_peering(call: Call, name: str) -> VpcPeeringConnection:
    """Give the connection with this id. Raises Malformed, NotFound."""
    check_form(VpcPeeringConnection, name)
    peering = call.network.get(VpcPeeringConnection, name)
    if peering is None or not sees(call, peering):
        form = FORMS[VpcPeeringConnection]
        raise NotFound(form.not_found, form.sentence.format(name))
    return peering


def peerings_ended(network: Network, vpc_id: str, at: datetime) -> Change:
    """Give the change that ends the connections of a VPC which goes."""
    return put(
        *(
            replace(one, state=PeeringState.DELETED, message="Deleted with its VPC", ended_at=at)
            for one in network.all(VpcPeeringConnection)
            if vpc_id in (one.requester.vpc, one.accepter.vpc) and one.state not in ENDED
        )
    )


def peered(network: Network, vpc_id: str, other_id: str) -> bool:
    """Tell whether an active connection joins two VPCs."""
    return any(
        {vpc_id, other_id} == {one.requester.vpc, one.accepter.vpc}
        for one in network.where(VpcPeeringConnection, state=PeeringState.ACTIVE)
    )


def peering_between(network: Network, vpc_id: str, other_id: str) -> VpcPeeringConnection | None:
    """Give the connection of two VPCs: the active one, else the one that ended last."""
    joining = [
        one
        for one in network.all(VpcPeeringConnection)
        if {vpc_id, other_id} == {one.requester.vpc, one.accepter.vpc}
    ]
    active = (one for one in joining if one.state is PeeringState.ACTIVE)
    ended = sorted(
        (one for one in joining if one.ended_at),
        key=lambda one: (one.ended_at, one.id),
        reverse=True,
    )
    return next(active, next(iter(ended), None))
