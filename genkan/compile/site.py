"""What is outside every VPC → the internet with its public names and services, a host on it,
credentials.

Public services have the addresses of the catalogue; the internet's resolver and the host outside
have addresses that RFC 5737 and RFC 9637 keep for documentation, so they can be nobody's.
"""

from collections.abc import Iterator
from functools import cache
from ipaddress import IPv4Address, IPv6Address

from genkan.compile import names
from genkan.compile.endpoints import HTTPS, TCP
from genkan.compile.gateways import ANYWHERE, ANYWHERE_IPV6, INTERNET_MTU
from genkan.compile.naming import host_network, link_hop, mac_of
from genkan.compile.part import Part
from genkan.model.account import AccessKey, Account, first_account, standing_keys
from genkan.model.catalogue.addresses import SERVICE_RANGES, public_addresses
from genkan.model.catalogue.regions import REGIONS
from genkan.model.catalogue.services import SERVICES, hosts
from genkan.model.network import Network
from genkan.program import Because, Entry
from genkan.program.address import Block
from genkan.program.names import PUBLIC_ZONE, RecordSet, Zone
from genkan.program.place import INTERNET, OUTSIDE, Boot, End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Deliver, Forward, Route
from genkan.program.service import Answerer, Credential, Listener, Service, Upstream

OUTSIDE_ADDRESS = IPv4Address("198.51.100.10")
OUTSIDE_IPV6_ADDRESS = IPv6Address("3fff::10")
INTERNET_RESOLVER = IPv4Address("192.0.2.53")
INTERNET_IPV6_RESOLVER = IPv6Address("3fff::53")
GENKANS_OWN = frozenset(
    {"ec2", "elbv2", "route53", "route53resolver", "service-quotas", "sts"}
)  # services whose API Genkan itself answers
PUBLIC_TTL = 60
FIXED = Because("fixed", "the internet")


def parts(network: Network) -> Iterator[Part]:
    """Give the parts of what is outside every VPC."""
    yield Part(("internet",), _compile_internet, ())
    for region in REGIONS:
        yield Part(("public-names", region), _compile_public_names, (region,))
        yield Part(("services", region), _compile_services, (region,))
    keys = sorted(network.all(AccessKey), key=lambda key: key.id)
    for key in keys:
        yield Part(("credential", key.id), _compile_credential, (key,))
    account = first_account(network.all(Account))
    theirs = [key for key in standing_keys(keys) if account and key.account == account.id]
    if account and theirs:
        yield Part(("outside",), _compile_outside, (theirs[0], account))


def _compile_internet() -> Iterator[Entry]:
    yield Place(because=FIXED, id=INTERNET, kind=PlaceKind.INTERNET, forwards=True)
    yield from names.compile_resolver(INTERNET, (INTERNET_RESOLVER, INTERNET_IPV6_RESOLVER), FIXED)
    yield Zone(because=FIXED, id=PUBLIC_ZONE, origin="")
    for network in sorted({network for ranges in SERVICE_RANGES.values() for network in ranges}):
        yield _internet_route(network, Deliver())
        yield Listener(
            because=FIXED,
            place=INTERNET,
            addresses=network,
            protocol=TCP,
            port=HTTPS,
            answerer=Answerer.FRONT,
        )


def _compile_outside(key: AccessKey, account: Account) -> Iterator[Entry]:
    """Give the host outside every VPC. It belongs to the first account, in that account's
    Region."""
    yield Place(because=FIXED, id=OUTSIDE, kind=PlaceKind.HOST, forwards=False)
    yield Link(
        because=FIXED,
        id=OUTSIDE,
        left=End(place=INTERNET, name=OUTSIDE, mac=mac_of(INTERNET, OUTSIDE)),
        right=End(
            place=OUTSIDE,
            name="eth0",
            mac=mac_of(OUTSIDE, INTERNET),
            addresses=(OUTSIDE_ADDRESS, OUTSIDE_IPV6_ADDRESS),
        ),
        mtu=INTERNET_MTU,
    )
    for address in (OUTSIDE_ADDRESS, OUTSIDE_IPV6_ADDRESS):
        yield _internet_route(host_network(address), Forward(OUTSIDE))
    everything: tuple[Block, ...] = (ANYWHERE, ANYWHERE_IPV6)
    for destination in everything:
        yield Route(
            because=FIXED,
            place=OUTSIDE,
            table=PLACE_TABLE,
            destination=destination,
            action=Forward("eth0", link_hop(destination)),
        )
    yield Boot(
        because=FIXED,
        place=OUTSIDE,
        number=1,
        hostname="internet",
        nameserver=INTERNET_RESOLVER,
        search="",
        account=account.id,
        region=account.region,
        access_key=key.id,
        name=INTERNET,
    )


def _internet_route(destination: Block, action: Deliver | Forward) -> Route:
    return Route(
        because=FIXED, place=INTERNET, table=PLACE_TABLE, destination=destination, action=action
    )


@cache  # the catalogue stays as it is, and there are thousands of names in it
def _compile_public_names(region: str) -> tuple[Entry, ...]:
    return tuple(
        RecordSet(
            because=because,
            zone=PUBLIC_ZONE,
            name=name,
            type="A",
            ttl=PUBLIC_TTL,
            values=values,
        )
        for code, names in _hosts(region).items()
        for because in (Because("service", code),)
        for values in (tuple(map(str, public_addresses(code, region))),)
        for name in names
    )


@cache
def _compile_services(region: str) -> tuple[Entry, ...]:
    return tuple(
        Service(
            because=Because("service", service.code),
            id=f"{region}/{service.code}",
            region=region,
            code=service.code,
            hosts=_hosts(region)[service.code],
            signing_name=service.signing_name,
            model=service.model,
            upstream=Upstream.CONTROL if service.model in GENKANS_OWN else Upstream.EMBEDDED,
        )
        for service in SERVICES.values()
    )


@cache
def _hosts(region: str) -> dict[str, tuple[str, ...]]:
    return {service.code: hosts(service, region) for service in SERVICES.values()}


def _compile_credential(key: AccessKey) -> Iterator[Entry]:
    yield Credential(
        because=Because("access-key", key.id),
        id=key.id,
        secret=key.secret,
        account=key.account,
        principal=key.principal,
        session_token=key.session_token,
        expires=key.expires_at,
        issuer=key.issuer,
        session_policies=key.session_policies,
        session_tags=key.session_tags,
    )
