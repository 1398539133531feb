"""Internet gateways and NAT gateways, each a place of its own.

A place of its own, because a second crossing of the VPC's router with translated addresses would
share the entry of the first in its connection table. The internet gateway translates 1:1 and passes
nothing else ("Connect to the internet using an internet gateway"), but for the VPC's IPv6
addresses, which are the internet's too. An egress-only one passes these alone, and lets in only
answers. The NAT gateway stands in its subnet with one interface and lets in only answers ("NAT
gateway basics").
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from genkan.compile.naming import LINK_HOP, host_network, link_hop, mac_of
from genkan.model.nat_gateway import NatGateway
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import EgressOnlyInternetGateway, InternetGateway
from genkan.program import Because, Entry
from genkan.program.address import Block
from genkan.program.place import INTERNET, End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Blackhole, Forward, Route
from genkan.program.translation import Border, OneToOne, PortTranslation

ANYWHERE = IPv4Network("0.0.0.0/0")
ANYWHERE_IPV6 = IPv6Network("::/0")
EVERYWHERE: dict[int, Block] = {4: ANYWHERE, 6: ANYWHERE_IPV6}  # by IP version
# As many as AWS gives a destination, of the 64,512 that it draws from: "NAT gateway basics".
NAT_PORTS = (65_536 - 55_000, 65_535)
NAT_IDLE = 350  # seconds: "NAT gateway basics"
INTERNET_MTU = 1500  # "Maximum transmission unit (MTU) for your EC2 instance": to the internet


def compile_internet_gateway(
    gateway: InternetGateway, vpc_id: str, blocks: tuple[Block, ...], has_table: bool
) -> Iterator[Entry]:
    """Give the place of an attached gateway, between its VPC and the internet. `blocks` are those
    of its VPC that may pass; `has_table`: what comes in by it asks a table of its own."""
    because = Because("internet-gateway", gateway.id)
    yield Place(because=because, id=gateway.id, kind=PlaceKind.INTERNET_GATEWAY, forwards=True)
    yield from _between(gateway.id, vpc_id, blocks, because, has_table=has_table)


def compile_egress_only_gateway(
    gateway: EgressOnlyInternetGateway, blocks: tuple[IPv6Network, ...]
) -> Iterator[Entry]:
    """Give the place of an egress-only gateway. `blocks` are the IPv6 CIDRs that may pass."""
    because = Because("egress-only-internet-gateway", gateway.id)
    kind = PlaceKind.EGRESS_ONLY_INTERNET_GATEWAY
    yield Place(because=because, id=gateway.id, kind=kind, forwards=True)
    yield from _between(gateway.id, gateway.vpc_id, blocks, because, outward=True)


def compile_way_in(subnet_id: str, block: IPv6Network, gateway_id: str) -> Iterator[Entry]:
    """Give the internet's way to a subnet's IPv6 addresses: the gateway that its table leads to."""
    yield Route(
        because=Because("subnet", subnet_id),
        place=INTERNET,
        table=PLACE_TABLE,
        destination=block,
        action=Forward(gateway_id, link_hop(block)),
    )


def compile_no_way_in(interface_id: str, address: IPv6Address) -> Iterator[Entry]:
    """Give what becomes of packets from the internet to an address that gateways are closed to.
    "DenyAllIgwTraffic" in the Amazon EC2 API reference."""
    yield Route(
        because=Because("network-interface", interface_id),
        place=INTERNET,
        table=PLACE_TABLE,
        destination=host_network(address),
        action=Blackhole(),
    )


def _between(
    place: str,
    vpc_id: str,
    blocks: tuple[Block, ...],
    because: Because,
    *,
    outward: bool = False,
    has_table: bool = False,
) -> Iterator[Entry]:
    """Give a gateway's links to its VPC and to the internet, its routes, and what it passes."""
    for side, mtu in ((vpc_id, 9001), (INTERNET, INTERNET_MTU)):
        yield Link(
            because=because,
            id=f"{place}/{side}",
            left=End(
                place=side,
                name=place,
                mac=mac_of(side, place),
                subnet=place if has_table and side == vpc_id else None,
            ),
            right=End(place=place, name=side, mac=mac_of(place, side)),
            mtu=mtu,
            tracks=outward,
        )
    ipv6 = tuple(block for block in blocks if isinstance(block, IPv6Network))
    yield Border(
        because=because,
        place=place,
        inside=vpc_id,
        outside=INTERNET,
        untranslated=ipv6,
        outward=outward,
    )
    ways: list[tuple[Block, str]] = [(block, vpc_id) for block in blocks]
    ways += [(ANYWHERE, INTERNET)] if len(ipv6) < len(blocks) else []
    ways += [(ANYWHERE_IPV6, INTERNET)] if ipv6 else []
    for destination, side in ways:
        yield Route(
            because=because,
            place=place,
            table=PLACE_TABLE,
            destination=destination,
            action=Forward(side, link_hop(destination)),
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
    yield Place(
        because=because, id=gateway.id, kind=PlaceKind.NAT_GATEWAY, forwards=True, idle=NAT_IDLE
    )
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
        tracks=True,
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
    first, *others = interface.private_addresses
    yield PortTranslation(
        because=because,
        place=gateway.id,
        address=first,
        others=tuple(sorted(others)),
        ports=NAT_PORTS,
    )
