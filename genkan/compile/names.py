"""Names: the VPC's resolver, names of instances, names of endpoints.

Private names need both DNS attributes of the VPC ("DNS attributes for your VPC"). Each private name
of an endpoint is a zone of its own, hidden from users and tied to this VPC; a public name of an
instance that answers privately inside is one too, so that every other name of its domain stays
public.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from genkan.compile import naming
from genkan.compile.endpoints import TCP, UDP
from genkan.compile.naming import host_network
from genkan.model import endpoint_names
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program import Because, Entry
from genkan.program.address import Address, in_order
from genkan.program.names import PUBLIC_ZONE, RecordSet, Resolver, Zone, ZoneAttachment
from genkan.program.route import PLACE_TABLE, Deliver, Route
from genkan.program.service import Answerer, Listener

DNS_PORT = 53
TTL = 60  # of instance and endpoint names


def compile_resolver(
    place: str, addresses: tuple[Address, ...], because: Because, region: str | None = None
) -> Iterator[Entry]:
    """Give the resolver that answers at these addresses of a place, and nowhere else there."""
    yield Resolver(because=because, place=place, addresses=addresses, view=place, region=region)
    for address in addresses:
        yield Route(
            because=because,
            place=place,
            table=PLACE_TABLE,
            destination=host_network(address),
            action=Deliver(),
        )
        for protocol in (UDP, TCP):
            yield Listener(
                because=because,
                place=place,
                addresses=host_network(address),
                protocol=protocol,
                port=DNS_PORT,
                answerer=Answerer.DNS,
            )


def internal_zone(vpc: Vpc) -> Iterator[Entry]:
    """Give the zone of private instance names."""
    yield from _attached(
        vpc.id,
        f"{vpc.id}/internal",
        naming.internal_domain(vpc.region),
        Because("vpc", vpc.id, "enableDnsHostnames"),
    )


def instance_names(
    vpc: Vpc, instance_id: str, interface: NetworkInterface, subnet: Subnet, primary: bool
) -> Iterator[Entry]:
    """Give the private names of an interface: by address, and for the primary one by instance.

    A resource name has AAAA records where its subnet wants them ("Resource name DNS AAAA record").
    """
    first = list(interface.private_addresses[:1])
    named: list[tuple[str, list[Address]]] = [(naming.private_host(one), [one]) for one in first]
    if primary:
        with_ipv6 = subnet.dns_aaaa_record or subnet.ipv6_native
        named.append((instance_id, [*first, *(interface.ipv6_addresses if with_ipv6 else ())]))
    for host, held in named:
        name = f"{host}.{naming.internal_domain(vpc.region)}"
        yield from _addresses(f"{vpc.id}/internal", name, held, Because("instance", instance_id))


def public_name(
    region: str, vpc_id: str, interface_id: str, private: IPv4Address, public: IPv4Address
) -> Iterator[Entry]:
    """Give the public name of an address: public outside, private inside its VPC."""
    because = Because("network-interface", interface_id)
    name = f"{naming.public_host(public)}.{naming.public_domain(region)}"
    zone = f"{vpc_id}/{name}"
    yield from _attached(vpc_id, zone, name, because)
    for inside, address in ((zone, private), (PUBLIC_ZONE, public)):
        yield RecordSet(
            because=because, zone=inside, name=name, type="A", ttl=TTL, values=(str(address),)
        )


def endpoint_names_public(
    endpoint: VpcEndpoint,
    bases: tuple[str, ...],
    addresses: tuple[tuple[str, Address], ...],
    unserved: tuple[Address, ...] = (),
) -> Iterator[Entry]:
    """Give the regional and zonal names: public ones that hold private addresses.

    `addresses` pairs each interface's zone with its address. To a service of another Region there
    is no zonal name. The regional one lacks those that are `unserved`.
    """
    because = Because("vpc-endpoint", endpoint.id)
    for base in bases:
        named = {
            endpoint_names.regional_name(endpoint.id, endpoint.dns_suffix, base): [
                address for _, address in addresses if address not in unserved
            ]
        }
        for zone, address in () if endpoint.service_region else addresses:
            name = endpoint_names.zonal_name(endpoint.id, endpoint.dns_suffix, zone, base)
            named.setdefault(name, []).append(address)
        for name, held in named.items():
            yield from _addresses(PUBLIC_ZONE, name, held, because)


def endpoint_names_private(
    endpoint: VpcEndpoint, names: tuple[str, ...], addresses: tuple[Address, ...]
) -> Iterator[Entry]:
    """Give the hidden zones of the service's private names; without interfaces they are empty.

    Where they are for inbound Resolver endpoints alone, the VPC itself does not see them.
    """
    because = Because("vpc-endpoint", endpoint.id, "private-dns")
    inbound = endpoint.private_dns_inbound_only
    view = naming.inbound_view(endpoint.vpc_id) if inbound else endpoint.vpc_id
    for origin in sorted({endpoint_names.zone_origin(name) for name in names}):
        yield from _attached(view, f"{endpoint.id}/{origin}", origin, because)
    for name in names:
        zone = f"{endpoint.id}/{endpoint_names.zone_origin(name)}"
        yield from _addresses(zone, name, list(addresses), because)


def named_addresses(
    endpoint: VpcEndpoint, interface: NetworkInterface, private: bool
) -> Iterator[Address]:
    """Give the addresses of an interface that the endpoint's private, or public, names answer."""
    held: dict[str, tuple[Address, ...]] = {
        "ipv4": interface.private_addresses[:1],
        "ipv6": interface.ipv6_addresses[:1],
    }
    for family in endpoint.record_families(private):
        yield from held[family]


def _attached(view: str, zone: str, origin: str, because: Because) -> Iterator[Entry]:
    yield Zone(because=because, id=zone, origin=origin)
    yield ZoneAttachment(because=because, view=view, zone=zone)


def _addresses(zone: str, name: str, held: list[Address], because: Because) -> Iterator[Entry]:
    """Give a name's record sets: A, AAAA, or both."""
    for version, kind in ((4, "A"), (6, "AAAA")):
        values = tuple(str(address) for address in in_order(held) if address.version == version)
        if values:
            yield RecordSet(
                because=because, zone=zone, name=name, type=kind, ttl=TTL, values=values
            )
