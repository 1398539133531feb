"""Network load balancers → their public names, one for all zones and one for each.

An internal one's names hold private addresses, as an endpoint's do; an internet-facing one's hold
public ones, inside too. A zone without targets that are well leaves the name for all. "DNS name" in
the user guide for Network Load Balancers.
"""

from collections.abc import Iterator

from genkan.compile.balanced_targets import serving
from genkan.compile.part import Part
from genkan.model.elastic_ip import ElasticIp
from genkan.model.load_balancer import LoadBalancer, LoadBalancerState, LoadBalancerType
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Address
from genkan.program.names import PUBLIC_ZONE, RecordSet

TTL = 60
RECORDS = {4: "A", 6: "AAAA"}  # by IP version


def parts(network: Network, vpc: Vpc) -> Iterator[Part]:
    """Give the parts of a VPC's load balancers, those that stand."""
    for balancer in network.where(LoadBalancer, vpc_id=vpc.id):
        stands = balancer.state is LoadBalancerState.ACTIVE
        if stands and balancer.type is LoadBalancerType.NETWORK:
            addresses = tuple(sorted(_addresses(network, balancer), key=_order))
            yield Part(
                ("load-balancer-names", balancer.id),
                _compile_names,
                (balancer, addresses, serving(network, balancer)),
            )


def _addresses(network: Network, balancer: LoadBalancer) -> Iterator[tuple[str, Address]]:
    """Give the addresses that callers use in each zone."""
    for name in balancer.network_interface_ids:
        interface = network.get(NetworkInterface, name)
        if interface is None:
            continue
        elastic = next(iter(network.where(ElasticIp, network_interface_id=interface.id)), None)
        public = elastic.public_ip if elastic else interface.public_ip
        if not balancer.internal and public:
            yield interface.zone, public
        else:
            for private in interface.private_addresses[:1]:
                yield interface.zone, private
        for six in interface.ipv6_addresses[:1]:
            yield interface.zone, six


def _order(one: tuple[str, Address]) -> tuple[str, int, int]:
    zone, address = one
    return zone, address.version, int(address)


def _compile_names(
    balancer: LoadBalancer,
    addresses: tuple[tuple[str, Address], ...],
    serving: frozenset[str],
) -> Iterator[Entry]:
    whole = balancer.dns_name.lower()
    named: dict[tuple[str, str], list[str]] = {}
    for zone, address in addresses:
        for name in (whole, f"{zone}.{whole}") if zone in serving else (f"{zone}.{whole}",):
            named.setdefault((name, RECORDS[address.version]), []).append(str(address))
    for (name, kind), values in named.items():
        yield RecordSet(
            because=Because("load-balancer", balancer.id),
            zone=PUBLIC_ZONE,
            name=name,
            type=kind,
            ttl=TTL,
            values=tuple(values),
        )
