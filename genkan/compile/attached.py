"""Attached processes → a place that is their network namespace, with an interface of the VPC.

To the VPC it is an instance that wears the interface. In the namespace nothing else is touched:
where it has a way out already, the VPC's own addresses alone lead to the VPC, and what answers from
the interface's.
"""

from collections.abc import Iterator, Mapping

from genkan.compile.gateways import ANYWHERE
from genkan.compile.instances import compile_interface
from genkan.compile.part import Part
from genkan.compile.security_groups import Traffic, groups_in, whole_ways
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.security_group import Direction
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Block
from genkan.program.place import Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Forward, Route


def parts(network: Network, vpc: Vpc) -> Iterator[Part]:
    """Give the parts of what is attached in a VPC."""
    whole = whole_ways(groups_in(network, vpc.id))
    for one, interface, subnet in attached(network, vpc):
        inputs = (one, interface, subnet, vpc.cidrs, whole(interface.group_ids))
        yield Part(("attached", one.id), compile_attachment, inputs)


def attached(
    network: Network, vpc: Vpc
) -> Iterator[tuple[ProcessAttachment, NetworkInterface, Subnet]]:
    """Give what is attached, each with its interface and subnet."""
    for one in network.where(ProcessAttachment, vpc_id=vpc.id):
        interface = network.get(NetworkInterface, one.id)
        subnet = network.get(Subnet, interface.subnet_id) if interface else None
        if interface and subnet and not interface.attachment:
            yield one, interface, subnet


def compile_attachment(
    one: ProcessAttachment,
    interface: NetworkInterface,
    subnet: Subnet,
    cidrs: tuple[Block, ...],
    whole: Mapping[Direction, Traffic],
) -> Iterator[Entry]:
    """Give the place of a namespace, its interface, and what may pass there."""
    because = Because("process-attachment", one.id)
    yield Place(because=because, id=one.id, kind=PlaceKind.ATTACHED, forwards=False)
    yield from compile_interface(
        interface, one.id, one.device_index, subnet, leads_to_subnet=True, whole=whole
    )
    if not interface.has_ipv4 or one.device_index == 0:
        return
    blocks = (ANYWHERE,) if one.leads_out else cidrs
    for block in blocks:
        if block.version == ANYWHERE.version and block != subnet.block:
            yield Route(
                because=because,
                place=one.id,
                table=PLACE_TABLE,
                destination=block,
                action=Forward(one.device, subnet.router),
            )
