"""Public addresses: the next free one of the Region's range, never one that anybody has."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from genkan.api.call import Call
from genkan.model.catalogue.addresses import EC2_RANGES
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import Refused
from genkan.model.network_interface import NetworkInterface


class InsufficientAddressCapacity(Refused):
    code = "InsufficientAddressCapacity"


def free_public_addresses(call: Call) -> Iterator[IPv4Address]:
    """Give free addresses, each once. Raises InsufficientAddressCapacity at the end of the range.

    They are drawn and not counted up, so that an address says nothing of when it was given.
    """
    taken = {elastic.public_ip for elastic in call.network.all(ElasticIp)}
    taken |= {one.public_ip for one in call.network.all(NetworkInterface) if one.public_ip}
    for network in EC2_RANGES.get(call.region, ()):
        first = int(call.token(8, "0123456789abcdef"), 16)
        usable = network.num_addresses - 2
        for step in range(usable):
            address = network[1 + (first + step) % usable]
            if address not in taken:
                yield address
    raise InsufficientAddressCapacity(
        f"Not enough free public addresses in {call.region}. Release some, and try again."
    )
