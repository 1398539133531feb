"""Instances and their interfaces → places, links, and what their programs find there."""

from collections.abc import Iterator, Mapping

from genkan.compile import naming
from genkan.compile.gateways import ANYWHERE, ANYWHERE_IPV6
from genkan.compile.naming import LINK_HOP_IPV6, UNIQUE_LOCAL_RESOLVER, host_network, mac_of
from genkan.compile.security_groups import Traffic, guard
from genkan.model.instance import Instance
from genkan.model.instance_profile import given_profile
from genkan.model.network_interface import NetworkInterface
from genkan.model.security_group import Direction
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Block, in_order
from genkan.program.filter import SourceCheck
from genkan.program.place import Boot, End, Link, Place, PlaceKind
from genkan.program.route import PLACE_TABLE, Forward, Route, SourceChoice


def compile_instance(
    instance: Instance, vpc: Vpc, primary: NetworkInterface, access_key: str
) -> Iterator[Entry]:
    """Give the place of an instance that runs, and its boot.

    Where it has an instance profile, its programs find their credentials in its metadata and are
    given no key.
    """
    because = Because("instance", instance.id)
    host = naming.private_host(primary.private_ip) if primary.has_ipv4 else instance.id
    yield Place(because=because, id=instance.id, kind=PlaceKind.INSTANCE, forwards=False)
    yield Boot(
        because=because,
        place=instance.id,
        number=instance.boots,
        hostname=host,
        nameserver=naming.resolver_address(vpc) if primary.has_ipv4 else UNIQUE_LOCAL_RESOLVER,
        search=naming.internal_domain(instance.region),
        account=instance.account,
        region=instance.region,
        access_key="" if given_profile(instance) else access_key,
        name=instance.name,
        first_boot_script=instance.user_data,
    )


def compile_interface(
    interface: NetworkInterface,
    instance_id: str,
    device_index: int,
    subnet: Subnet,
    leads_to_subnet: bool,
    whole: Mapping[Direction, Traffic],
) -> Iterator[Entry]:
    """Give the link of an instance's interface, and what may pass there.

    `leads_to_subnet`: it is the first of its instance in this subnet, so connections there begin
    at it. `whole`: what its groups let pass each way whatever it is.
    """
    because = Because("network-interface", interface.id)
    device = f"eth{device_index}"
    yield _link(interface, instance_id, device, subnet, because)
    for block in (*map(host_network, interface.addresses), *interface.prefixes):
        yield Route(
            because=because,
            place=interface.vpc_id,
            table=PLACE_TABLE,
            destination=block,
            action=Forward(interface.id),
        )
    for everything, within, way_out in _ways_out(interface, subnet, device):
        if device_index == 0 or leads_to_subnet:
            yield Route(
                because=because,
                place=instance_id,
                table=PLACE_TABLE,
                destination=everything if device_index == 0 else within,
                action=way_out,
            )
        if device_index > 0:
            yield from _own_table(interface, instance_id, everything, way_out, because)
    for direction in Direction:
        yield guard(
            interface.vpc_id,
            interface.id,
            interface.group_ids,
            direction,
            whole[direction.opposite],
            because,
        )
    if interface.source_dest_check:
        yield SourceCheck(
            because=because,
            place=interface.vpc_id,
            interface=interface.id,
            addresses=in_order(interface.answerable),
            blocks=tuple(sorted(interface.ipv6_prefixes)),
        )


def _link(
    interface: NetworkInterface, instance_id: str, device: str, subnet: Subnet, because: Because
) -> Link:
    router = End(
        place=interface.vpc_id,
        name=interface.id,
        mac=mac_of(interface.vpc_id, interface.id),
        subnet=subnet.id,
    )
    own = End(place=instance_id, name=device, mac=interface.mac, addresses=interface.addresses)
    return Link(
        because=because,
        id=interface.id,
        left=router,
        right=own,
        passes_on=not interface.source_dest_check,
    )


def _ways_out(
    interface: NetworkInterface, subnet: Subnet, device: str
) -> Iterator[tuple[Block, Block, Forward]]:
    """Give (every destination, the subnet's own, the way) for each family of the interface."""
    if interface.has_ipv4:
        yield ANYWHERE, subnet.block, Forward(device, subnet.router)
    if interface.has_ipv6 and subnet.ipv6_cidr:
        yield ANYWHERE_IPV6, subnet.ipv6_cidr, Forward(device, LINK_HOP_IPV6)


def _own_table(
    interface: NetworkInterface,
    instance_id: str,
    everything: Block,
    way_out: Forward,
    because: Because,
) -> Iterator[Entry]:
    """Give what answers from a secondary interface's addresses leave by: that interface. Through
    another one they would be dropped for their source."""
    yield Route(
        because=because,
        place=instance_id,
        table=interface.id,
        destination=everything,
        action=way_out,
    )
    for address in (*interface.answerable, *interface.ipv6_prefixes):
        if address.version == everything.version:
            yield SourceChoice(
                because=because, place=instance_id, source=address, table=interface.id
            )
