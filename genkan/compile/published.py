"""Publications → a place at their interface, where programs of the host answer.

To the VPC it is like an instance that wears the interface: groups, ACLs and routes hold. It has
nothing but listeners.
"""

from collections.abc import Iterator, Mapping

from genkan.compile.instances import compile_interface
from genkan.compile.part import Part
from genkan.compile.security_groups import Traffic, groups_in, whole_ways
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.publication import Publication
from genkan.model.security_group import Direction
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.place import Place, PlaceKind
from genkan.program.published import Published


def parts(network: Network, vpc: Vpc) -> Iterator[Part]:
    """Give the parts of a VPC's publications."""
    whole = whole_ways(groups_in(network, vpc.id))
    for interface, subnet in interfaces(network, vpc):
        inputs = (interface, subnet, whole(interface.group_ids))
        yield Part(("published-place", interface.id), compile_place, inputs)
        for one in network.where(Publication, network_interface_id=interface.id):
            yield Part(("published", one.id), compile_publication, (one, interface))


def interfaces(network: Network, vpc: Vpc) -> Iterator[tuple[NetworkInterface, Subnet]]:
    """Give the interfaces at which something is published, each with its subnet."""
    names = {one.network_interface_id for one in network.where(Publication, vpc_id=vpc.id)}
    for name in sorted(names):
        interface = network.get(NetworkInterface, name)
        subnet = network.get(Subnet, interface.subnet_id) if interface else None
        attached = network.get(ProcessAttachment, name)
        worn = interface is None or interface.attachment or attached
        if interface and subnet and interface.has_ipv4 and not worn:
            yield interface, subnet


def compile_place(
    interface: NetworkInterface, subnet: Subnet, whole: Mapping[Direction, Traffic]
) -> Iterator[Entry]:
    """Give the place of an interface, and what may pass there. `whole`: see compile_interface."""
    because = Because("network-interface", interface.id)
    yield Place(because=because, id=interface.id, kind=PlaceKind.PUBLISHED, forwards=False)
    yield from compile_interface(
        interface, interface.id, 0, subnet, leads_to_subnet=True, whole=whole
    )


def compile_publication(one: Publication, interface: NetworkInterface) -> Iterator[Entry]:
    """Give the listener of a program."""
    yield Published(
        because=Because("publication", one.id),
        place=interface.id,
        address=interface.private_ip,
        port=one.port,
        host=one.host,
        host_port=one.host_port,
    )
