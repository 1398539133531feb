"""DNS Firewall: a VPC's rules in one order, and the lists of domains that they name.

Groups count by the priority of their association with the VPC, rules by theirs in the group.
"""

from collections.abc import Iterator

from genkan.compile.part import Part
from genkan.model.dns_firewall import (
    FirewallDomainList,
    FirewallRule,
    FirewallRuleGroup,
    FirewallRuleGroupAssociation,
)
from genkan.model.network import Network
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program import firewall as program

INSPECT = "INSPECT_REDIRECTION_DOMAIN"


def parts(network: Network, vpc: Vpc) -> Iterator[Part]:
    """Give the firewall of a VPC, where a group filters its questions."""
    groups = tuple(_groups_of(network, vpc.id))
    if groups:
        yield Part(("firewall",), _compile_firewall, (vpc.id, groups))


def list_parts(network: Network, name: str) -> Iterator[Part]:
    """Give a list of domains, where a rule of some group names it."""
    held = network.get(FirewallDomainList, name)
    if held is not None and any(network.holding(FirewallRuleGroup, list_ids=name)):
        yield Part(("domain-list",), _compile_list, (held,))


def filtered_by(network: Network, group: FirewallRuleGroup) -> Iterator[str]:
    """Give the VPCs whose questions a group filters."""
    for one in network.where(FirewallRuleGroupAssociation, group_id=group.id):
        yield one.vpc_id


def _groups_of(network: Network, vpc_id: str) -> Iterator[FirewallRuleGroup]:
    there = network.where(FirewallRuleGroupAssociation, vpc_id=vpc_id)
    for association in sorted(there, key=lambda one: (one.priority, one.id)):
        group = network.get(FirewallRuleGroup, association.group_id)
        if group is not None:
            yield group


def _compile_firewall(vpc_id: str, groups: tuple[FirewallRuleGroup, ...]) -> Iterator[Entry]:
    yield program.Firewall(
        because=Because("vpc", vpc_id),
        view=vpc_id,
        rules=tuple(_compile_rule(group.id, rule) for group in groups for rule in group.rules),
    )


def _compile_rule(group_id: str, rule: FirewallRule) -> program.FirewallRule:
    return program.FirewallRule(
        because=Because("firewall-rule-group", group_id, rule.rule_name),
        domains=rule.list_id,
        action=program.FirewallAction(rule.action),
        response=program.BlockResponse(rule.block_response) if rule.block_response else None,
        override=rule.override_domain or "",
        ttl=rule.override_ttl or 0,
        type=rule.qtype,
        follows=rule.redirection == INSPECT,
    )


def _compile_list(held: FirewallDomainList) -> Iterator[Entry]:
    yield program.DomainList(
        because=Because("firewall-domain-list", held.id), id=held.id, domains=held.domains
    )
