"""Groups as the peers of rules: which one a request means, and how one is shown.

A rule names a group of its own VPC, or one of a VPC that is peered, also another account's: then it
is named by its id and its account. It stays when the connection ends, and is stale: it can be
revoked as it is shown. "Update your security groups to reference peer security groups" in the
Amazon VPC peering guide.
"""

from collections.abc import Collection, Mapping
from typing import Any

from genkan.api.call import Call
from genkan.api.group_lookup import need_group_by_name
from genkan.api.ids import check_form, need
from genkan.api.output import present
from genkan.api.peering_lookup import need_peering, peered, peering_between
from genkan.model.errors import NotFound
from genkan.model.network import Network
from genkan.model.security_group import GroupPeer, Peer, SecurityGroup


def parse_group_peer(
    call: Call, group: SecurityGroup, pair: Mapping[str, Any], held: Collection[Peer] = ()
) -> GroupPeer:
    """Read a group peer, in the VPC of `group` or in one that is peered.

    `held` are peers that are taken as they stand. Raises Malformed, NotFound.
    """
    stale = GroupPeer(pair.get("GroupId", ""), pair.get("UserId", call.account))
    if stale in held:
        return stale
    other = _need_other(call, group, pair)
    together = not set(other.vpcs).isdisjoint(group.vpcs)
    near = together or peered(call.network, other.vpc_id, group.vpc_id)
    if not near or pair.get("UserId", other.account) != other.account:
        raise NotFound(
            "InvalidGroup.NotFound",
            "You have specified two resources that belong to different networks. "
            f"{other.id} is in {other.vpc_id}, {group.id} in {group.vpc_id}.",
        )
    if pair.get("VpcPeeringConnectionId"):
        need_peering(call, pair["VpcPeeringConnectionId"])
    return GroupPeer(other.id, other.account)


def _need_other(call: Call, group: SecurityGroup, pair: Mapping[str, Any]) -> SecurityGroup:
    """Give the caller's group, or the peer's that is named with its account."""
    name = pair.get("GroupId")
    if not name:
        return need_group_by_name(call, pair.get("GroupName", ""))
    check_form(SecurityGroup, name)
    found = call.network.get(SecurityGroup, name)
    if (
        found
        and found.account == pair.get("UserId")
        and found.region == group.region
        and peered(call.network, found.vpc_id, group.vpc_id)
    ):
        return found
    return need(call, SecurityGroup, name)


def shown_group_peer(network: Network, group: SecurityGroup, peer: GroupPeer) -> dict[str, Any]:
    """Give a peer of a rule of `group`; one of a peered VPC says by which connection."""
    shown = {"UserId": peer.account, "GroupId": peer.group_id}
    other = network.get(SecurityGroup, peer.group_id)
    if other is None or not set(other.vpcs).isdisjoint(group.vpcs):
        return shown
    between = peering_between(network, group.vpc_id, other.vpc_id)
    return shown | present(
        VpcId=other.vpc_id,
        VpcPeeringConnectionId=between.id if between else None,
        PeeringStatus=between.state.value if between else None,
    )
