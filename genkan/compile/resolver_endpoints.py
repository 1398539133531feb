"""Resolver endpoints and rules → where a VPC's resolver answers besides, and what it sends on.

An inbound endpoint's addresses answer as the VPC's own resolver does, for whoever reaches them
through its groups: another network too. An outbound endpoint's addresses are where questions leave
from, through its groups and by its subnets' routes. A rule that a VPC follows takes the names of
its domain. "What is Route 53 VPC Resolver?" in the Amazon Route 53 developer guide.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from genkan.compile.autodefined_rules import autodefined, compile_autodefined, excepted
from genkan.compile.endpoints import TCP, UDP
from genkan.compile.naming import host_network, inbound_view
from genkan.compile.part import Part
from genkan.compile.peering import peers_of
from genkan.compile.security_groups import filters_of
from genkan.model.domain_names import zone_file_name
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.resolver import (
    ResolverEndpoint,
    ResolverEndpointState,
    ResolverRule,
    ResolverRuleAssociation,
)
from genkan.model.route_table import RouteTable
from genkan.model.security_group import Direction
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Address, in_order
from genkan.program.filter import Guard, Stage
from genkan.program.names import Forwarding, Resolver, Target
from genkan.program.route import PLACE_TABLE, Deliver, Route, SourceChoice
from genkan.program.service import Answerer, Listener

DNS_PORT = 53
OUTBOUND = "OUTBOUND"


def parts(network: Network, vpc: Vpc) -> Iterator[Part]:
    """Give the parts of a VPC's endpoints, and of the rules that it follows."""
    inbound: list[Address] = []
    for endpoint in network.where(ResolverEndpoint, vpc_id=vpc.id):
        for interface in _interfaces(network, endpoint):
            parts_of = (endpoint, interface, _table_of(network, interface))
            yield Part(("resolver-interface", interface.id), _compile_interface, parts_of)
            if endpoint.direction != OUTBOUND:
                inbound += interface.addresses
    if inbound and vpc.dns_support:
        yield Part(("inbound-resolver",), _compile_inbound, (vpc.id, vpc.region, in_order(inbound)))
    if vpc.dns_support:
        yield from _followed(network, vpc)


def followers(network: Network, resource: ResolverRule | ResolverEndpoint) -> Iterator[str]:
    """Give the VPCs that follow a rule, or a rule that sends by an endpoint."""
    rules = (
        [resource]
        if isinstance(resource, ResolverRule)
        else network.where(ResolverRule, resolver_endpoint_id=resource.id)
    )
    for rule in rules:
        for association in network.where(ResolverRuleAssociation, rule_id=rule.id):
            yield association.vpc_id


def _interfaces(network: Network, endpoint: ResolverEndpoint) -> list[NetworkInterface]:
    if endpoint.state is ResolverEndpointState.DELETING:
        return []
    found = (
        network.get(NetworkInterface, address.network_interface_id)
        for address in endpoint.addresses
    )
    return [interface for interface in found if interface]


def _table_of(network: Network, interface: NetworkInterface) -> str:
    """Give the route table of an interface's subnet."""
    main = ""
    for table in network.where(RouteTable, vpc_id=interface.vpc_id):
        if any(one.subnet_id == interface.subnet_id for one in table.associations):
            return table.id
        if table.is_main:
            main = table.id
    return main


def _followed(network: Network, vpc: Vpc) -> Iterator[Part]:
    sent, held = [], []
    for association in network.where(ResolverRuleAssociation, vpc_id=vpc.id):
        rule = network.get(ResolverRule, association.rule_id)
        if rule is None:
            continue
        endpoint = network.get(ResolverEndpoint, rule.resolver_endpoint_id)
        interfaces = _interfaces(network, endpoint) if endpoint else []
        sources = in_order(address for one in interfaces for address in one.addresses)
        place = endpoint.vpc_id if endpoint else ""
        domain = zone_file_name(rule.domain_name)
        held.append(domain)
        if rule.targets:
            sent.append(domain)
        yield Part(("resolver-rule", rule.id), _compile_rule, (vpc.id, rule, place, sources))
    if sent:
        yield from _kept(network, vpc, sent, held)


def _kept(network: Network, vpc: Vpc, sent: list[str], held: list[str]) -> Iterator[Part]:
    """Give what the rules that send questions on leave to the VPC's own resolver."""
    beside = (network.get(Vpc, name) for name in peers_of(network, vpc.id))
    blocks = [block for peer in beside if peer for block in peer.blocks]
    kept = excepted(autodefined(vpc, blocks), sent)
    domains = tuple(domain for domain in kept if domain not in held)
    if domains:
        yield Part(("autodefined-rules",), compile_autodefined, (vpc.id, domains))


def _compile_interface(
    endpoint: ResolverEndpoint, interface: NetworkInterface, table: str
) -> Iterator[Entry]:
    because = Because("resolver-endpoint", endpoint.id)
    place = endpoint.vpc_id
    outbound = endpoint.direction == OUTBOUND
    stage = Stage.SECURITY_GROUP_EGRESS if outbound else Stage.ENDPOINT
    direction = Direction.EGRESS if outbound else Direction.INGRESS
    filters = filters_of(interface.group_ids, direction)
    for address in interface.addresses:
        block = host_network(address)
        yield Route(
            because=because, place=place, table=PLACE_TABLE, destination=block, action=Deliver()
        )
        yield Guard(because=because, place=place, stage=stage, at=address, filters=filters)
        yield SourceChoice(because=because, place=place, source=address, table=table)
        for protocol in () if outbound else (UDP, TCP):
            yield Listener(
                because=because,
                place=place,
                addresses=block,
                protocol=protocol,
                port=DNS_PORT,
                answerer=Answerer.DNS,
                guarded=True,
            )


def _compile_inbound(vpc_id: str, region: str, addresses: tuple[Address, ...]) -> Iterator[Entry]:
    yield Resolver(
        because=Because("vpc", vpc_id),
        place=vpc_id,
        addresses=addresses,
        view=inbound_view(vpc_id),
        beyond=vpc_id,
        region=region,
    )


def _compile_rule(
    vpc_id: str, rule: ResolverRule, place: str, sources: tuple[Address, ...]
) -> Iterator[Entry]:
    yield Forwarding(
        because=Because("resolver-rule", rule.id),
        view=vpc_id,
        domain=zone_file_name(rule.domain_name),
        targets=tuple(
            Target(address=ip_address(target.ip), port=target.port) for target in rule.targets
        ),
        place=place,
        sources=sources,
    )
