"""VPC peering connections: asked for, accepted or rejected, shown, deleted.

Both sides see the same record. What cannot become one (an unknown VPC, overlapping addresses) is
made all the same, and has failed. "VPC peering connection lifecycle" in the Amazon VPC Peering
guide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import check_form, need
from genkan.api.output import present
from genkan.api.peering_lookup import is_side, need_peering, sees
from genkan.api.quotas import (
    OUTSTANDING_PEERINGS,
    PEERING_CONNECTIONS,
    OutstandingVpcPeeringConnectionLimitExceeded,
    VpcPeeringConnectionLimitExceeded,
    check_quota,
)
from genkan.api.selection import Values, matching, page
from genkan.api.tagging import from_specifications, shown
from genkan.model.errors import (
    InvalidParameterValue,
    MissingParameter,
    OperationNotPermitted,
    Refused,
    UnsupportedOperation,
)
from genkan.model.network import put
from genkan.model.peering import (
    ENDED,
    PeeringSide,
    PeeringState,
    VpcPeeringConnection,
)
from genkan.model.vpc import Vpc

EXPIRES = timedelta(days=7)
WAITS = (PeeringState.INITIATING_REQUEST, PeeringState.PENDING_ACCEPTANCE)
DELETABLE = (*WAITS, PeeringState.PROVISIONING, PeeringState.ACTIVE)
OPTION = "AllowDnsResolutionFromRemoteVpc"
CLASSIC = (
    "AllowEgressFromLocalClassicLinkToRemoteVpc",
    "AllowEgressFromLocalVpcToRemoteClassicLink",
)


class DnsHostnamesDisabled(Refused):
    code = "InvalidVpcPeeringConnectionState.DnsHostnamesDisabled"


class InvalidStateTransition(Refused):
    code = "InvalidStateTransition"


class VpcPeeringConnectionAlreadyExists(Refused):
    code = "VpcPeeringConnectionAlreadyExists"


def create_vpc_peering_connection(
    call: Call,
    *,
    vpc_id: str,
    peer_vpc_id: str | None = None,
    peer_owner_id: str | None = None,
    peer_region: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    vpc = need(call, Vpc, vpc_id)
    if not peer_vpc_id:
        raise MissingParameter("The request must contain the parameter peerVpcId.")
    if peer_vpc_id == vpc.id:
        raise InvalidParameterValue(f"{vpc.id} cannot be peered with itself. Name another VPC.")
    requester = PeeringSide(account=vpc.account, region=vpc.region, vpc=vpc.id)
    check_form(Vpc, peer_vpc_id)
    accepter = PeeringSide(
        account=peer_owner_id or call.account, region=peer_region or call.region, vpc=peer_vpc_id
    )
    _check_new(call, vpc, peer_vpc_id)
    works = _works(call, vpc, accepter)
    state = PeeringState.INITIATING_REQUEST if works else PeeringState.FAILED
    peering = VpcPeeringConnection(
        id=call.new_id("pcx"),
        account=call.account,
        region=call.region,
        tags=from_specifications("vpc-peering-connection", tag_specifications),
        requester=requester,
        accepter=accepter,
        state=state,
        message=(
            f"Initiating Request to {accepter.account}"
            if works
            else "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
        ),
        expires_at=call.now + EXPIRES,
        ended_at=None if works else call.now,
    )
    return Answer({"VpcPeeringConnection": _shown(call, peering)}, put(peering))


def accept_vpc_peering_connection(call: Call, *, vpc_peering_connection_id: str) -> Answer:
    peering = _need_as_accepter(call, vpc_peering_connection_id)
    _check_state(peering, WAITS, "provisioning")
    accepted = replace(peering, state=PeeringState.PROVISIONING, message="Provisioning")
    return Answer({"VpcPeeringConnection": _shown(call, accepted)}, put(accepted))


def reject_vpc_peering_connection(call: Call, *, vpc_peering_connection_id: str) -> Answer:
    peering = _need_as_accepter(call, vpc_peering_connection_id)
    _check_state(peering, WAITS, "rejected")
    message = f"Rejected by {call.account}"
    return Answer(
        {"Return": True},
        put(
            replace(peering, state=PeeringState.REJECTED, message=message, ended_at=call.now),
        ),
    )


def delete_vpc_peering_connection(call: Call, *, vpc_peering_connection_id: str) -> Answer:
    """End a connection; routes to it become blackholes. Only the requester takes a request back."""
    peering = need_peering(call, vpc_peering_connection_id)
    if peering.state in WAITS and not is_side(call, peering.requester):
        raise OperationNotPermitted(
            f"{peering.id} is {peering.state.value}, so its requester alone can delete it. "
            "Reject it instead."
        )
    _check_state(peering, DELETABLE, "deleted")
    message = f"Deleted by {call.account}"
    return Answer(
        {"Return": True},
        put(replace(peering, state=PeeringState.DELETED, message=message, ended_at=call.now)),
    )


def describe_vpc_peering_connections(
    call: Call,
    *,
    vpc_peering_connection_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    ids = vpc_peering_connection_ids
    asked: Iterable[VpcPeeringConnection] = (
        [need_peering(call, name) for name in dict.fromkeys(ids)]
        if ids
        else [one for one in call.network.all(VpcPeeringConnection) if sees(call, one)]
    )
    rows, token = page(matching(asked, filters, _filters(call)), max_results, next_token, ids=ids)
    connections = [_shown(call, row) for row in rows]
    return Answer(present(VpcPeeringConnections=connections, NextToken=token))


def modify_vpc_peering_connection_options(
    call: Call,
    *,
    vpc_peering_connection_id: str,
    requester_peering_connection_options: Mapping[str, Any] | None = None,
    accepter_peering_connection_options: Mapping[str, Any] | None = None,
) -> Answer:
    """Say of one's own side what the other may resolve."""
    peering = need_peering(call, vpc_peering_connection_id)
    _check_state(peering, (PeeringState.ACTIVE,), "changed")
    requester = _with_options(call, peering.requester, requester_peering_connection_options)
    accepter = _with_options(call, peering.accepter, accepter_peering_connection_options)
    changed = replace(peering, requester=requester, accepter=accepter)
    answer = present(
        RequesterPeeringConnectionOptions=(
            None if requester_peering_connection_options is None else _options(requester)
        ),
        AccepterPeeringConnectionOptions=(
            None if accepter_peering_connection_options is None else _options(accepter)
        ),
    )
    return Answer(answer, put(changed))


def _with_options(call: Call, side: PeeringSide, options: Mapping[str, Any] | None) -> PeeringSide:
    if options is None:
        return side
    if not is_side(call, side):
        raise OperationNotPermitted(
            f"The options of {side.vpc} are those of {side.account} in {side.region}. "
            "Ask from there."
        )
    for name in sorted(set(options) - {OPTION, *CLASSIC}):
        raise UnsupportedOperation(
            f"Genkan's peering connections do not take {name}, and ignore none. Leave it out."
        )
    for name in CLASSIC:
        if options.get(name):
            raise InvalidParameterValue(
                f"{name} is of EC2-Classic, which is no more. Leave it out."
            )
    vpc = call.find(Vpc, side.vpc)
    wanted = options.get(OPTION, side.remote_dns)
    if wanted and not (vpc and vpc.dns_support and vpc.dns_hostnames):
        raise DnsHostnamesDisabled(
            f"{OPTION} needs DNS hostnames and DNS support of {side.vpc}. Turn both on first."
        )
    return replace(side, remote_dns=wanted)


def _check_new(call: Call, vpc: Vpc, peer: str) -> None:
    live = [
        one
        for one in call.network.all(VpcPeeringConnection)
        if vpc.id in (one.requester.vpc, one.accepter.vpc) and one.state not in ENDED
    ]
    for one in live:
        if peer in (one.requester.vpc, one.accepter.vpc):
            raise VpcPeeringConnectionAlreadyExists(
                f"A VPC peering connection between {vpc.id} and {peer} already exists: {one.id}."
            )
    waiting = [one for one in live if one.requester.vpc == vpc.id and one.state in WAITS]
    check_quota(
        call,
        len(waiting) + 1,
        OUTSTANDING_PEERINGS,
        OutstandingVpcPeeringConnectionLimitExceeded,
        f"unanswered requests of {vpc.id}",
    )
    check_quota(
        call,
        len(live) + 1,
        PEERING_CONNECTIONS,
        VpcPeeringConnectionLimitExceeded,
        f"VPC peering connections of {vpc.id}",
    )


def _works(call: Call, vpc: Vpc, side: PeeringSide) -> bool:
    peer = call.network.get(Vpc, side.vpc)
    if peer is None or (peer.account, peer.region) != (side.account, side.region):
        return False
    blocks = [(a, b) for a in vpc.cidrs for b in peer.cidrs]
    ipv6 = [(a, b) for a in vpc.ipv6_cidrs for b in peer.ipv6_cidrs]
    return not any(a.overlaps(b) for a, b in blocks) and not any(a.overlaps(b) for a, b in ipv6)


def _need_as_accepter(call: Call, name: str) -> VpcPeeringConnection:
    peering = need_peering(call, name)
    if call.account == peering.accepter.account and call.region != peering.accepter.region:
        raise OperationNotPermitted(
            f"Incorrect region ({call.region}) specified for this request. VPC peering connection "
            f"{peering.id} must be accepted or rejected in region {peering.accepter.region}"
        )
    if not is_side(call, peering.accepter):
        raise OperationNotPermitted(
            f"User {call.account} cannot accept or reject peering {peering.id}: "
            f"{peering.accepter.account} can, in {peering.accepter.region}."
        )
    return peering


def _check_state(
    peering: VpcPeeringConnection, allowed: tuple[PeeringState, ...], wanted: str
) -> None:
    if peering.state not in allowed:
        raise InvalidStateTransition(
            f"Invalid state transition for {peering.id}, attempted to transition from "
            f"{peering.state.value} to {wanted}"
        )


def _filters(call: Call) -> Mapping[str, Values[VpcPeeringConnection]]:
    return {
        "accepter-vpc-info.cidr-block": lambda row: _cidrs(call, row.accepter),
        "accepter-vpc-info.owner-id": lambda row: [row.accepter.account],
        "accepter-vpc-info.vpc-id": lambda row: [row.accepter.vpc],
        "expiration-time": lambda row: [row.expires_at.isoformat()],
        "requester-vpc-info.cidr-block": lambda row: _cidrs(call, row.requester),
        "requester-vpc-info.owner-id": lambda row: [row.requester.account],
        "requester-vpc-info.vpc-id": lambda row: [row.requester.vpc],
        "status-code": lambda row: [row.state.value],
        "status-message": lambda row: [row.message],
        "vpc-peering-connection-id": lambda row: [row.id],
    }


def _cidrs(call: Call, side: PeeringSide) -> list[str]:
    vpc = call.network.get(Vpc, side.vpc)
    return [str(cidr) for cidr in vpc.cidrs] if vpc else []


def _options(side: PeeringSide) -> dict[str, bool]:
    return {OPTION: side.remote_dns, **dict.fromkeys(CLASSIC, False)}


def _shown(call: Call, peering: VpcPeeringConnection) -> dict[str, Any]:
    known = peering.state not in (PeeringState.FAILED, *WAITS)
    waits = peering.state in WAITS
    return present(
        AccepterVpcInfo=_shown_side(call, peering.accepter, known),
        RequesterVpcInfo=_shown_side(call, peering.requester, peering.state not in ENDED),
        ExpirationTime=peering.expires_at if waits else None,
        Status={"Code": peering.state.value, "Message": peering.message},
        Tags=shown(peering.tags),
        VpcPeeringConnectionId=peering.id,
    )


def _shown_side(call: Call, side: PeeringSide, known: bool) -> dict[str, Any]:
    """Give a side; addresses and options are shown of one that is known to be there."""
    vpc = call.network.get(Vpc, side.vpc) if known else None
    return present(
        OwnerId=side.account,
        VpcId=side.vpc,
        Region=side.region,
        CidrBlock=str(vpc.cidr) if vpc else None,
        CidrBlockSet=[{"CidrBlock": str(cidr)} for cidr in vpc.cidrs] if vpc else None,
        Ipv6CidrBlockSet=(
            [{"Ipv6CidrBlock": str(cidr)} for cidr in vpc.ipv6_cidrs]
            if vpc and vpc.ipv6_cidrs
            else None
        ),
        PeeringOptions=_options(side) if vpc else None,
    )
