"""Gateway endpoints → a place behind the VPC's router that is the service's public addresses.

Packets come there by routes of the tables that the endpoint has, and nothing translates them: the
service sees private addresses. A place of its own, because the same public addresses lead elsewhere
from subnets whose tables have no such route; it knows the way back to its VPC and no other.
"Gateway endpoints" in the AWS PrivateLink guide.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from genkan.compile.endpoints import HTTPS, TCP
from genkan.compile.naming import LINK_HOP, mac_of
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program import Because, Entry
from genkan.program.place import End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Action, Deliver, Forward, Route
from genkan.program.service import Answerer, Listener


def compile_gateway_endpoint(
    endpoint: VpcEndpoint,
    cidrs: tuple[IPv4Network, ...],
    blocks: tuple[IPv4Network, ...],
    service_id: str,
) -> Iterator[Entry]:
    """Give an endpoint's place. `cidrs` are its VPC's, `blocks` the service's."""
    because = Because("vpc-endpoint", endpoint.id)
    yield Place(because=because, id=endpoint.id, kind=PlaceKind.GATEWAY_ENDPOINT, forwards=True)
    yield Link(
        because=because,
        id=endpoint.id,
        left=End(place=endpoint.vpc_id, name=endpoint.id, mac=mac_of(endpoint.vpc_id, endpoint.id)),
        right=End(
            place=endpoint.id, name=endpoint.vpc_id, mac=mac_of(endpoint.id, endpoint.vpc_id)
        ),
    )
    ways: list[tuple[IPv4Network, Action]] = [
        *((block, Deliver()) for block in blocks),
        *((cidr, Forward(endpoint.vpc_id, LINK_HOP)) for cidr in cidrs),
    ]
    for destination, action in ways:
        yield Route(
            because=because,
            place=endpoint.id,
            table=PLACE_TABLE,
            destination=destination,
            action=action,
        )
    for block in blocks:
        yield Listener(
            because=because,
            place=endpoint.id,
            addresses=block,
            protocol=TCP,
            port=HTTPS,
            answerer=Answerer.FRONT,
            endpoint=endpoint.id,
            vpc=endpoint.vpc_id,
            service=service_id,
        )
