"""Internet gateways and NAT gateways, each a place of its own.

A place of its own, because a second crossing of the VPC's router with translated addresses would
share the entry of the first in its connection table. The internet gateway translates 1:1 and passes
nothing else ("Connect to the internet using an internet gateway"); the NAT gateway stands in its
subnet with one interface and lets in only answers ("NAT gateway basics").
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from genkan.compile.naming import LINK_HOP, host_network, mac_of
from genkan.model.nat_gateway import NatGateway
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import InternetGateway
from genkan.program import Because, Entry
from genkan.program.place import INTERNET, End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Forward, Route
from genkan.program.translation import Border, OneToOne, PortTranslation

ANYWHERE = IPv4Network("0.0.0.0/0")
INTERNET_MTU = 1500  # "Maximum transmission unit (MTU) for your EC2 instance": to the internet


def compile_internet_gateway(
    gateway: InternetGateway, vpc_id: str, cidrs: tuple[IPv4Network, ...]
) -> Iterator[Entry]:
    """Give the place of an attached gateway, between its VPC and the internet."""
    because = Because("internet-gateway", gateway.id)
    yield Place(because=because, id=gateway.id, kind=PlaceKind.INTERNET_GATEWAY, forwards=True)
    for side, mtu in ((vpc_id, 9001), (INTERNET, INTERNET_MTU)):
        yield Link(
            because=because,
            id=f"{gateway.id}/{side}",
            left=End(place=side, name=gateway.id, mac=mac_of(side, gateway.id)),
            right=End(place=gateway.id, name=side, mac=mac_of(gateway.id, side)),
            mtu=mtu,
        )
    yield Border(because=because, place=gateway.id, inside=vpc_id, outside=INTERNET)
    for destination, side in ((ANYWHERE, INTERNET), *((cidr, vpc_id) for cidr in cidrs)):
        yield Route(
            because=because,
            place=gateway.id,
            table=PLACE_TABLE,
            destination=destination,
            action=Forward(side, LINK_HOP),
        )


def compile_public_address(
    gateway_id: str, interface_id: str, private: IPv4Address, public: IPv4Address
) -> Iterator[Entry]:
    """Give the 1:1 translation of an interface's public address, and the internet's way to it."""
    because = Because("network-interface", interface_id)
    yield OneToOne(because=because, place=gateway_id, private=private, public=public)
    yield Route(
        because=because,
        place=INTERNET,
        table=PLACE_TABLE,
        destination=host_network(public),
        action=Forward(gateway_id, LINK_HOP),
    )


def compile_nat_gateway(
    gateway: NatGateway, interface: NetworkInterface, subnet: Subnet
) -> Iterator[Entry]:
    """Give the place of a NAT gateway, with one interface in its subnet."""
    because = Because("natgateway", gateway.id)
    yield Place(because=because, id=gateway.id, kind=PlaceKind.NAT_GATEWAY, forwards=True)
    yield Link(
        because=because,
        id=interface.id,
        left=End(
            place=subnet.vpc_id,
            name=interface.id,
            mac=mac_of(subnet.vpc_id, interface.id),
            subnet=subnet.id,
        ),
        right=End(
            place=gateway.id, name="eth0", mac=interface.mac, addresses=interface.private_addresses
        ),
    )
    for address in interface.private_addresses:
        yield Route(
            because=because,
            place=subnet.vpc_id,
            table=PLACE_TABLE,
            destination=host_network(address),
            action=Forward(interface.id),
        )
    yield Route(
        because=because,
        place=gateway.id,
        table=PLACE_TABLE,
        destination=ANYWHERE,
        action=Forward("eth0", subnet.router),
    )
    yield PortTranslation(because=because, place=gateway.id, address=interface.private_ip)
