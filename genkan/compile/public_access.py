"""VPC block public access → which addresses a gateway to the internet passes.

What is blocked has no translation, no route from the internet, and is in no block that a gateway
passes untranslated. INGRESS leaves what NAT gateways and egress-only gateways begin. "Block public
access to VPCs and subnets" in the Amazon VPC user guide.
"""

from ipaddress import IPv6Network

from genkan.model.block_public_access import BlockMode, mode_of
from genkan.model.network import Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import EgressOnlyInternetGateway, Vpc
from genkan.program.address import Block


def is_translated(network: Network, vpc: Vpc, interface_id: str) -> bool:
    """Tell whether an interface's public addresses lead to it."""
    interface = network.get(NetworkInterface, interface_id)
    mode = mode_of(
        network, vpc.account, vpc.region, vpc.id, interface.subnet_id if interface else None
    )
    begins = interface is not None and interface.interface_type is InterfaceType.NAT_GATEWAY
    return mode is BlockMode.OFF or (mode is BlockMode.INGRESS and begins)


def is_found(network: Network, subnet: Subnet, gateway_id: str) -> bool:
    """Tell whether a subnet's IPv6 addresses are reached by a gateway."""
    mode = mode_of(network, subnet.account, subnet.region, subnet.vpc_id, subnet.id)
    outward = network.get(EgressOnlyInternetGateway, gateway_id) is not None
    return mode is BlockMode.OFF or (mode is BlockMode.INGRESS and outward)


def blocks_of(network: Network, vpc: Vpc, gateway_id: str) -> tuple[Block, ...]:
    """Give the blocks of a VPC that a gateway knows: of IPv6, those that it passes."""
    return (*vpc.cidrs, *ipv6_blocks_of(network, vpc, gateway_id))


def ipv6_blocks_of(network: Network, vpc: Vpc, gateway_id: str) -> tuple[IPv6Network, ...]:
    """Give the VPC's own IPv6 blocks, or where something is blocked those of the subnets that are
    not."""
    subnets = list(network.where(Subnet, vpc_id=vpc.id))
    found = {one.id: is_found(network, one, gateway_id) for one in subnets}
    if all(found.values()):
        return vpc.ipv6_cidrs
    passed = (one.ipv6_cidr for one in subnets if found[one.id] and one.ipv6_cidr)
    return tuple(sorted(passed))
