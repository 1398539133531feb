"""What opens security groups and network ACLs to a packet: the smallest rule, as an order."""

from collections.abc import Iterator
from typing import Any

from genkan.analysis import Packet, Step
from genkan.analysis.packet import ICMP, ICMPV6, TCP, UDP
from genkan.compile.peering import peers_of
from genkan.impact.order import Order
from genkan.impact.state import State
from genkan.model.network import Network
from genkan.model.network_acl import NetworkAcl, default_acl
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.program.address import Address, Block, host_block
from genkan.program.balancing import Intake
from genkan.program.filter import Guard, Stage, SubnetGuard
from genkan.program.service import Listener

EPHEMERAL = (1024, 65535)  # ports that answers go to, whatever client asked
NAMES = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMPV6: "icmpv6"}
LAST_NUMBER = 32766


def group_openings(state: State, step: Step) -> Iterator[tuple[Order, ...]]:
    """Give orders that let a packet through the groups that stopped it."""
    asked = step.asked
    if not isinstance(asked, Guard | Intake) or not asked.filters:
        return
    outbound = step.stage == Stage.SECURITY_GROUP_EGRESS.value
    remote = step.before.destination if outbound else step.before.source
    groups = [state.network.get(SecurityGroup, one.partition("/")[0]) for one in asked.filters]
    known = sorted((one for one in groups if one), key=lambda one: (one.is_default, one.id))
    peers = list(_peers(state, asked, step.before, remote, outbound))
    for group in known:
        for peer in peers:
            permission = {**_protocol(step.before), **peer}
            word = "Egress" if outbound else "Ingress"
            yield (
                Order(
                    f"AuthorizeSecurityGroup{word}",
                    {"GroupId": group.id, "IpPermissions": [permission]},
                    **owner(group),
                ),
            )


def acl_openings(state: State, step: Step) -> Iterator[tuple[Order, ...]]:
    """Give orders that let a packet over the edge of a subnet that stopped it."""
    guard = step.asked
    if not isinstance(guard, SubnetGuard):
        return
    acl = _acl(state.network, guard)
    if acl is None:
        return
    egress = step.stage == Stage.NETWORK_ACL_EGRESS.value
    remote = step.before.destination if egress else step.before.source
    number = _number(acl, egress, step)
    if number is None:
        return
    block = _block_of(state.network, guard.place, remote)
    parameters: dict[str, Any] = {
        "NetworkAclId": acl.id,
        "RuleNumber": number,
        "Protocol": str(step.before.protocol),
        "RuleAction": "allow",
        "Egress": egress,
        "CidrBlock" if block.version == 4 else "Ipv6CidrBlock": str(block),
    }
    packet = step.before
    if packet.icmp:
        parameters["IcmpTypeCode"] = {"Type": packet.icmp[0], "Code": -1}
    elif packet.destination_port:
        first, last = packet.destination_port
        if packet.is_answer and first >= EPHEMERAL[0]:
            first, last = EPHEMERAL
        parameters["PortRange"] = {"From": first, "To": last}
    yield (Order("CreateNetworkAclEntry", parameters, **owner(acl)),)


def owner(resource: Resource) -> dict[str, Any]:
    """Give whose order it has to be that changes a resource."""
    return {"account": resource.account, "region": resource.region}


def wearer(state: State, vpc_id: str, address: Address) -> NetworkInterface | None:
    """Give the interface of a VPC, or of one that it is peered with, that has an address."""
    known = state.index.interfaces
    found = (known.get((one, address)) for one in (vpc_id, *peers_of(state.network, vpc_id)))
    return next((one for one in found if one), None)


def _peers(
    state: State, asked: Guard | Intake, packet: Packet, remote: Address, outbound: bool
) -> Iterator[dict[str, Any]]:
    """Give the far side as rules name it: by its group where it keeps one, then by its address, or
    the range of the service that has it."""
    if isinstance(asked, Guard):
        interface = wearer(state, asked.place, remote)
        groups = (
            state.network.get(SecurityGroup, name)
            for name in (interface.group_ids if interface else ())
        )
        for group in sorted((one for one in groups if one), key=lambda one: one.is_default):
            yield {"UserIdGroupPairs": [{"GroupId": group.id}]}
    block: Block = host_block(remote)
    if outbound:
        block = _service_block(state, remote, packet) or block
    name = "IpRanges" if block.version == 4 else "Ipv6Ranges"
    yield {name: [{"CidrIp" if block.version == 4 else "CidrIpv6": str(block)}]}


def _service_block(state: State, address: Address, packet: Packet) -> Block | None:
    """Give the range of a public service that an address is of."""
    ports = packet.destination_port
    for listener in state.program.of(Listener) if ports else ():
        wide = listener.addresses.prefixlen < listener.addresses.max_prefixlen
        if wide and address in listener.addresses:
            return listener.addresses
    return None


def _protocol(packet: Packet) -> dict[str, Any]:
    name = NAMES.get(packet.protocol, str(packet.protocol))
    if packet.icmp:
        return {"IpProtocol": name, "FromPort": packet.icmp[0], "ToPort": -1}
    if packet.destination_port:
        first, last = packet.destination_port
        return {"IpProtocol": name, "FromPort": first, "ToPort": last}
    return {"IpProtocol": name}


def _acl(network: Network, guard: SubnetGuard) -> NetworkAcl | None:
    name = guard.filter.partition("/")[0]
    vpc = network.get(Vpc, guard.place)
    default = default_acl(network, vpc) if vpc else None
    return default if default and default.id == name else network.get(NetworkAcl, name)


def _number(acl: NetworkAcl, egress: bool, step: Step) -> int | None:
    """Give a number that is free and stands before what stopped the packet."""
    taken = {entry.number for entry in acl.entries if entry.egress is egress}
    rule = step.because.rule if step.because else None
    if rule is None:
        after = max(taken, default=0) // 10 * 10 + 10
        return after if after <= LAST_NUMBER else _below(taken, LAST_NUMBER + 1)
    return _below(taken, int(rule.rpartition(" ")[2]))


def _below(taken: set[int], number: int) -> int | None:
    return next((one for one in range(number - 1, 0, -1) if one not in taken), None)


def _block_of(network: Network, vpc_id: str, address: Address) -> Block:
    """Give the subnet's block that an address is of: an ACL stands before subnets."""
    for one in (vpc_id, *peers_of(network, vpc_id)):
        for subnet in network.where(Subnet, vpc_id=one):
            for block in subnet.blocks:
                if block.version == address.version and address in block:
                    return block
    return host_block(address)
