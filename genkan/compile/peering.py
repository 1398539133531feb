"""Peering connections → a link between the routers of two VPCs.

It is there for whom a route leads to it, on both sides; what comes over it reaches interfaces of
the VPC and goes no further ("VPC peering limitations" in the Amazon VPC Peering guide). Rules may
name groups of the other VPC while it stands. Endpoints answer over it, the VPC's resolver does not.
"""

from collections.abc import Iterator

from genkan.compile.naming import mac_of
from genkan.model.network import Network
from genkan.model.peering import HAS_A_PATH, VpcPeeringConnection
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.place import End, Link


def is_joined(network: Network, peering: VpcPeeringConnection) -> bool:
    """Tell whether packets can pass: it is accepted, and both VPCs are there."""
    ends = (peering.requester.vpc, peering.accepter.vpc)
    return peering.state in HAS_A_PATH and all(network.get(Vpc, end) for end in ends)


def joined_by(network: Network, vpc_id: str) -> Iterator[VpcPeeringConnection]:
    """Give the connections that a VPC asked for and that packets can pass."""
    for peering in network.all(VpcPeeringConnection):
        if peering.requester.vpc == vpc_id and is_joined(network, peering):
            yield peering


def peers_of(network: Network, vpc_id: str) -> list[str]:
    """Give the VPCs that packets of a VPC can pass to."""
    ends = {
        end
        for peering in network.all(VpcPeeringConnection)
        if vpc_id in (peering.requester.vpc, peering.accepter.vpc) and is_joined(network, peering)
        for end in (peering.requester.vpc, peering.accepter.vpc)
    }
    return sorted(ends - {vpc_id})


def ends_of(network: Network, vpc_id: str) -> set[str]:
    """Give the VPCs at the ends of every connection of a VPC."""
    return {
        end
        for peering in network.all(VpcPeeringConnection)
        for end in (peering.requester.vpc, peering.accepter.vpc)
        if vpc_id in (peering.requester.vpc, peering.accepter.vpc)
    }


def compile_peering(peering_id: str, requester: str, accepter: str) -> Iterator[Entry]:
    """Give the link; it has the connection's name in both VPCs."""
    yield Link(
        because=Because("vpc-peering-connection", peering_id),
        id=peering_id,
        left=End(place=requester, name=peering_id, mac=mac_of(requester, peering_id)),
        right=End(place=accepter, name=peering_id, mac=mac_of(accepter, peering_id)),
        foreign=True,
    )
