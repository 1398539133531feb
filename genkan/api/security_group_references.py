"""Groups that name groups across a peering connection: who does, and whose rules are stale."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.ip_permissions import shown_permissions
from genkan.api.output import present
from genkan.api.selection import page
from genkan.model.peering import PeeringState, VpcPeeringConnection
from genkan.model.security_group import Direction, GroupPeer, SecurityGroup
from genkan.model.vpc import Vpc

SERVICE = ("IpProtocol", "FromPort", "ToPort")


def describe_security_group_references(call: Call, *, group_id: Sequence[str]) -> Answer:
    """Give the VPCs at the far end of peering connections whose groups name these groups."""
    found = []
    for group in [need(call, SecurityGroup, name) for name in dict.fromkeys(group_id)]:
        for peering, far in _peers(call, group.vpc_id):
            if any(group.id in _named(other) for other in _groups(call, far)):
                found.append(
                    {
                        "GroupId": group.id,
                        "ReferencingVpcId": far,
                        "VpcPeeringConnectionId": peering.id,
                    }
                )
    return Answer({"SecurityGroupReferenceSet": found})


def describe_stale_security_groups(
    call: Call, *, vpc_id: str, max_results: int | None = None, next_token: str | None = None
) -> Answer:
    """Give a VPC's groups with rules that name a group which is no more, or no longer a peer's."""
    vpc = need(call, Vpc, vpc_id)
    near = {vpc.id, *(far for _, far in _peers(call, vpc.id))}
    stale = [_shown(call, group, near) for group in _groups(call, vpc.id)]
    rows, token = page([one for one in stale if one], max_results, next_token)
    return Answer(present(StaleSecurityGroupSet=list(rows), NextToken=token))


def _peers(call: Call, vpc_id: str) -> Iterator[tuple[VpcPeeringConnection, str]]:
    for one in call.network.where(VpcPeeringConnection, state=PeeringState.ACTIVE):
        ends = (one.requester.vpc, one.accepter.vpc)
        if vpc_id in ends:
            yield one, ends[1] if ends[0] == vpc_id else ends[0]


def _groups(call: Call, vpc_id: str) -> Iterator[SecurityGroup]:
    yield from call.network.where(SecurityGroup, vpc_id=vpc_id)


def _named(group: SecurityGroup) -> set[str]:
    return {rule.peer.group_id for rule in group.rules if isinstance(rule.peer, GroupPeer)}


def _shown(call: Call, group: SecurityGroup, near: set[str]) -> Mapping[str, Any] | None:
    gone = {
        name
        for name in _named(group)
        if (other := call.network.get(SecurityGroup, name)) is None or other.vpc_id not in near
    }
    if not gone:
        return None
    return {
        "Description": group.description,
        "GroupId": group.id,
        "GroupName": group.group_name,
        "StaleIpPermissions": list(_stale(call, group, Direction.INGRESS, gone)),
        "StaleIpPermissionsEgress": list(_stale(call, group, Direction.EGRESS, gone)),
        "VpcId": group.vpc_id,
    }


def _stale(
    call: Call, group: SecurityGroup, direction: Direction, gone: set[str]
) -> Iterator[dict[str, Any]]:
    for permission in shown_permissions(call.network, group, direction):
        pairs = [one for one in permission["UserIdGroupPairs"] if one["GroupId"] in gone]
        if pairs:
            yield {
                **{
                    key: permission[key] for key in permission if key.endswith(("Port", "Protocol"))
                },
                "IpRanges": [],
                "PrefixListIds": [],
                "UserIdGroupPairs": pairs,
            }
