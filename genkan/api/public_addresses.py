"""Public addresses: the next free one of the Region's range, never one that anybody has."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from genkan.api.call import Call
from genkan.model.catalogue.addresses import EC2_RANGES
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import Refused
from genkan.model.instance import Instance
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpn import VpnConnection


class InsufficientAddressCapacity(Refused):
    code = "InsufficientAddressCapacity"


def free_public_addresses(call: Call) -> Iterator[IPv4Address]:
    """Give free addresses, each once. Raises InsufficientAddressCapacity at the end of the range.

    They are drawn and not counted up, so that an address says nothing of when it was given.
    """
    for network in EC2_RANGES.get(call.region, ()):
        first = int(call.token(8, "0123456789abcdef"), 16)
        usable = network.num_addresses - 2
        for step in range(usable):
            address = network[1 + (first + step) % usable]
            if not _is_taken(call.network, address):
                yield address
    raise InsufficientAddressCapacity(
        f"Not enough free public addresses in {call.region}. Release some, and try again."
    )


def is_lent_one(network: Network, instance: Instance, primary: NetworkInterface) -> bool:
    """Tell whether an instance that runs is lent a public address for its primary interface.

    It is when it was launched so, has no second interface, and no Elastic IP stands there. "Public
    IPv4 addresses" in the Amazon EC2 user guide.
    """
    if not instance.lent_public_address or not primary.has_ipv4:
        return False
    worn = sum(1 for _ in network.where(NetworkInterface, instance_id=instance.id))
    return worn == 1 and elastic_ip_of(network, primary, primary.private_ip) is None


def elastic_ip_of(
    network: Network, interface: NetworkInterface, private_ip: IPv4Address
) -> ElasticIp | None:
    """Give the Elastic IP that is mapped to a private address of an interface."""
    for elastic in network.where(ElasticIp, network_interface_id=interface.id):
        if elastic.private_ip == private_ip:
            return elastic
    return None


def _is_taken(network: Network, address: IPv4Address) -> bool:
    elastic = network.where(ElasticIp, public_ip=address)
    lent = network.where(NetworkInterface, public_ip=address)
    tunnels = (tunnel for one in network.all(VpnConnection) for tunnel in one.tunnels)
    return (
        any(True for _ in elastic)
        or any(True for _ in lent)
        or any(tunnel.outside_ip == address for tunnel in tunnels)
    )
