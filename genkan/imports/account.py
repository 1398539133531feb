"""Documents → a network: every reader in the order in which they need each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from genkan.imports import config_snapshot
from genkan.imports.documents import Document
from genkan.imports.dump import Dump
from genkan.imports.gateways import read_gateways
from genkan.imports.hosted_zones import read_hosted_zones
from genkan.imports.load_balancers import read_endpoint_services, read_load_balancers
from genkan.imports.network_interfaces import read_network_interfaces
from genkan.imports.notes import Note, NoteCode
from genkan.imports.prefix_lists import PrefixLists
from genkan.imports.reading import Reading
from genkan.imports.resolver import read_resolver
from genkan.imports.resource_policies import read_resource_policies
from genkan.imports.role_policies import read_role_policies
from genkan.imports.security_groups import read_security_groups
from genkan.imports.subnets import read_network_acls, read_route_tables, read_subnets
from genkan.imports.terraform import UnknownFormat, described, is_state, resources_of
from genkan.imports.vpc_endpoints import read_vpc_endpoints
from genkan.imports.vpcs import read_block_public_access, read_vpcs
from genkan.model.account import FIRST, Account
from genkan.model.network import Network, put
from genkan.model.resource import Resource
from genkan.model.resource_policy import ResourcePolicies

# What a way cannot be told without, by the call that gives it.
NEEDED = {
    "Vpcs": "describe-vpcs",
    "Subnets": "describe-subnets",
    "RouteTables": "describe-route-tables",
    "SecurityGroups": "describe-security-groups",
    "NetworkAcls": "describe-network-acls",
    "NetworkInterfaces": "describe-network-interfaces",
    "VpcEndpoints": "describe-vpc-endpoints",
    "InternetGateways": "describe-internet-gateways",
    "NatGateways": "describe-nat-gateways",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What documents describe, as the model has it, and what there is to say of them. `exports`:
    what stacks of CloudFormation's hand to others, by name."""

    network: Network
    notes: tuple[Note, ...]
    policies: ResourcePolicies = field(default_factory=ResourcePolicies)
    exports: Mapping[str, str] = field(default_factory=dict)


def read_network(documents: Iterable[Document], notes: Iterable[Note] = ()) -> Imported:
    """Read a network. `notes` are of those who read the files, and come first."""
    documents, told = _as_answers(documents)
    notes = (*notes, *told)
    reading = Reading(Dump(documents))
    lists = PrefixLists(reading)
    network = _added(Network(), read_vpcs(reading))
    network = _added(network, read_subnets(reading))
    network = _added(network, read_route_tables(reading, lists))
    network = _added(network, read_network_acls(reading, network))
    network = _added(network, lists.resources())
    network = _added(network, read_security_groups(reading, lists))
    network = _added(network, read_network_interfaces(reading))
    network = _added(network, read_gateways(reading))
    network = _added(network, read_block_public_access(reading))
    network = _added(network, read_vpc_endpoints(reading, network))
    network = _added(network, read_load_balancers(reading, network))
    network = _added(network, read_endpoint_services(reading, network))
    network = _added(network, read_hosted_zones(reading, network))
    network = _added(network, read_resolver(reading, network))
    network = _added(network, _accounts(network))
    _note_missing(reading)
    policies = replace(read_resource_policies(reading), roles=read_role_policies(reading))
    return Imported(network, (*notes, *reading.notes), policies)


def _as_answers(documents: Iterable[Document]) -> tuple[list[Document], list[Note]]:
    """Put in the place of what AWS Config says, and of Terraform's states and plans, what describe
    calls would say."""
    documents = list(documents)
    found, notes = config_snapshot.described(one for one in documents if _is_of_config(one))
    for one in documents:
        if _is_of_config(one):
            continue
        if not is_state(one.response):
            found.append(one)
            continue
        try:
            more, said = described(one.source, resources_of(one.response))
        except UnknownFormat as error:
            text = f"It was left out: {error}. Write it anew with terraform show -json."
            notes.append(Note(one.source, NoteCode.UNREADABLE, text))
            continue
        found += more
        notes += said
    return found, notes


def _is_of_config(document: Document) -> bool:
    return config_snapshot.is_config(document.response)


def _added(network: Network, resources: Iterable[Resource]) -> Network:
    return network.apply(put(*resources))


def _accounts(network: Network) -> list[Account]:
    """Give the accounts that own something; the first of them is the one that a site is at home
    in, each in the Region where it has most."""
    regions: dict[str, dict[str, int]] = {}
    for one in network:
        if one.account.isdigit():
            held = regions.setdefault(one.account, {})
            held[one.region] = held.get(one.region, 0) + (one.region != "aws-global")
    return [
        Account(
            id=name,
            account=name,
            region=max(sorted(held), key=lambda region: held[region]),
            account_name=FIRST if at == 0 else f"account-{name}",
        )
        for at, (name, held) in enumerate(sorted(regions.items()))
    ]


def _note_missing(reading: Reading) -> None:
    for member, call in NEEDED.items():
        if not reading.dump.has(member) and not any(True for _ in reading.dump.of(member)):
            reading.note(
                member,
                NoteCode.UNKNOWN_RESOURCE,
                f"No answer of {call} is there, so it was taken that there are none. Add it.",
            )
