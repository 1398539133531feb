"""Filters, and what asks them, → nft chains, sets and elements. Pure.

Order of rules inside a filter is kept; rules that differ by their far side alone share one. A
stateful filter has a second chain with what it lets pass from everywhere, for guards that do not
track it: a connection that passes there is marked as untracked at this side, so that it can be
asked again when rules change.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv6Network, collapse_addresses
from itertools import groupby
from typing import Any

from genkan.engine.linux import ruleset
from genkan.engine.linux.naming import chain_name, device_name, number
from genkan.engine.linux.objects import KernelObject, NftElement, NftSet
from genkan.program.address import Block
from genkan.program.filter import (
    AddressSet,
    Filter,
    Guard,
    InSet,
    Match,
    Rule,
    SourceCheck,
    Stage,
    SubnetGuard,
    Verdict,
)

EVERYWHERE = "everywhere"  # ends the name of a filter's second chain
UNTRACKABLE = (6, 17)
GUARD_MAPS = {
    Stage.SECURITY_GROUP_EGRESS: ruleset.EGRESS,
    Stage.SECURITY_GROUP_INGRESS: ruleset.INGRESS,
}
ADDRESS_GUARD_MAPS = {
    Stage.SECURITY_GROUP_EGRESS: ruleset.OWN_EGRESS,
    Stage.ENDPOINT: ruleset.ENDPOINTS,
}
SUBNET_GUARD_MAPS = {
    Stage.NETWORK_ACL_EGRESS: (ruleset.EDGE_OUT, ruleset.NEAR_OUT),
    Stage.NETWORK_ACL_INGRESS: (ruleset.EDGE_IN, ruleset.NEAR_IN),
}


def address_set(entry: AddressSet, _: object) -> Iterator[KernelObject]:
    name = chain_name(entry.name)
    yield NftSet(entry.place, name, ruleset.ADDRESSES)
    yield NftSet(entry.place, f"{name}{ruleset.IPV6}", ruleset.for_ipv6(ruleset.ADDRESSES))
    for address in entry.members:
        yield NftElement(entry.place, of_version(name, address.version), str(address))


def of_version(container: str, version: int) -> str:
    """Give the set for an IP version, of the two that have one name."""
    return container if version == 4 else f"{container}{ruleset.IPV6}"


def filter_chains(entry: Filter, _: object) -> Iterator[KernelObject]:
    """Give a filter's chain; and a stateful one's second."""
    yield _chain(entry)
    if entry.stateful:
        yield _from_everywhere(entry)


def _from_everywhere(entry: Filter) -> KernelObject:
    """Give the chain of what a filter lets pass from everywhere and connections need not know."""
    egress = entry.name.endswith("/egress")
    rest = ruleset.untracked(ruleset.UNTRACKED_OUT if egress else ruleset.UNTRACKED_IN)
    rules: list[tuple[str, str]] = []
    for rule in entry.rules:
        match = rule.match
        everywhere = isinstance(match.remote, Block) and match.remote.prefixlen == 0
        if everywhere and match.protocol in (None, *UNTRACKABLE):
            family = _remotes("", [match.remote])
            service = _service(match) or "meta l4proto { 6, 17 } "
            rules.append((f"{family}{service}{rest}", str(rule.because)))
    return ruleset.chain(entry.place, chain_name(f"{entry.name}/{EVERYWHERE}"), tuple(rules))


def _chain(entry: Filter) -> KernelObject:
    rules: list[tuple[str, str]] = []
    ordered: Iterable[Rule] = entry.rules
    if len({rule.verdict for rule in entry.rules}) == 1:  # then their order decides nothing
        ordered = sorted(entry.rules, key=lambda rule: repr(_but_for_remote(rule)))
    for _, alike in groupby(ordered, key=_but_for_remote):
        rules.extend(_texts(list(alike), entry.name))
    return ruleset.chain(entry.place, chain_name(entry.name), tuple(rules))


def _but_for_remote(rule: Rule) -> tuple[object, ...]:
    match = rule.match
    kind = type(match.remote).__name__
    return (kind, match.protocol, match.ports, match.icmp, rule.verdict.value)


def _texts(rules: list[Rule], filter_name: str) -> Iterator[tuple[str, str]]:
    """Give one nft rule for rules that differ by their far side; a named set stands alone."""
    side = "daddr" if filter_name.endswith("/egress") else "saddr"
    first = rules[0]
    service = _service(first.match)
    because = ", ".join(str(rule.because) for rule in rules)
    if isinstance(first.match.remote, InSet):
        for rule in rules:
            name = chain_name(rule.match.remote.name)  # type: ignore[union-attr]
            for header in _headers(first.match):
                text = f"{header} {side} @{name}{ruleset.FAMILIES[header]} {service}"
                yield from _decided(text, first.verdict, str(rule.because), filter_name)
    elif first.match.remote is None:
        yield from _decided(service, first.verdict, because, filter_name)
    else:
        networks = [rule.match.remote for rule in rules]
        text = f"{_remotes(side, networks)}{service}"
        yield from _decided(text, first.verdict, because, filter_name)


def _headers(match: Match) -> tuple[str, ...]:
    """Give the headers that a rule without a family of its own can meet."""
    return {1: ("ip",), 58: ("ip6",)}.get(match.protocol or 0, tuple(ruleset.FAMILIES))


def _decided(
    match: str, verdict: Verdict, because: str, filter_name: str
) -> Iterator[tuple[str, str]]:
    """Give the rule, or the rules where what they drop is logged; only network ACLs deny."""
    if verdict is Verdict.ACCEPT:
        yield f"{match}{verdict.value}", because
        return
    stage = (
        Stage.NETWORK_ACL_EGRESS if filter_name.endswith("/egress") else Stage.NETWORK_ACL_INGRESS
    )
    for text in ruleset.dropped(stage.value, because, match):
        yield text, because


def _remotes(side: str, networks: list[Any]) -> str:
    family, everywhere = (
        ("ip6", "::/0") if isinstance(networks[0], IPv6Network) else ("ip", "0.0.0.0/0")
    )
    collapsed = [str(network) for network in collapse_addresses(networks)]
    if everywhere in collapsed:
        return f"meta nfproto {'ipv6' if family == 'ip6' else 'ipv4'} "
    return f"{family} {side} {{ {', '.join(collapsed)} }} "


def _service(match: Match) -> str:
    if match.protocol is None:
        return ""
    if match.ports is not None:
        first, last = match.ports
        ports = str(first) if first == last else f"{first}-{last}"
        return f"meta l4proto {match.protocol} th dport {ports} "
    if match.icmp is not None:
        return _icmp(match.protocol, *match.icmp)
    return f"meta l4proto {match.protocol} "


def _icmp(protocol: int, kind: int, code: int) -> str:
    name = "icmp" if protocol == 1 else "icmpv6"
    wanted = f"meta l4proto {protocol} "
    if kind >= 0:
        wanted += f"{name} type {kind} "
    if code >= 0:
        wanted += f"{name} code {code} "
    return wanted


def guard(entry: Guard, _: object) -> Iterator[KernelObject]:
    whole = "".join(f"/{version}-{protocol}" for version, protocol in entry.untracked)
    name = chain_name(f"{entry.stage.value}/{'+'.join(entry.filters)}{whole}")
    jumps = (*_not_tracking(entry), *((f"jump {chain_name(one)}", one) for one in entry.filters))
    groups = ", ".join(one.partition("/")[0] for one in entry.filters)
    rest = ruleset.dropped(entry.stage.value, f"no rule of {groups}")
    yield ruleset.chain(
        entry.place,
        name,
        (*jumps, *((text, f"{entry.stage.value}: no rule allows it") for text in rest)),
    )
    if isinstance(entry.at, str):
        at, container = f'"{device_name(entry.at)}"', GUARD_MAPS[entry.stage]
    else:
        at, container = str(entry.at), of_version(ADDRESS_GUARD_MAPS[entry.stage], entry.at.version)
    yield NftElement(entry.place, container, at, f"goto {name}")


def _not_tracking(entry: Guard) -> Iterator[tuple[str, str]]:
    """Give the jumps to what need not be tracked, a family of protocols each."""
    for version, rows in groupby(entry.untracked, key=lambda row: row[0]):
        protocols = ", ".join(str(protocol) for _, protocol in rows)
        for one in entry.filters:
            chain = chain_name(f"{one}/{EVERYWHERE}")
            text = f"meta nfproto ipv{version} meta l4proto {{ {protocols} }} jump {chain}"
            yield text, f"{one}, not tracked"


def subnet_guard(entry: SubnetGuard, _: object) -> Iterator[KernelObject]:
    """A chain a subnet, so that another ACL changes a chain and no element."""
    name = chain_name(f"{entry.stage.value}/{entry.subnet}")
    rest = ruleset.dropped(entry.stage.value, f"no entry of {entry.because.id}")
    yield ruleset.chain(
        entry.place,
        name,
        (
            (f"jump {chain_name(entry.filter)}", entry.filter),
            *((text, f"{entry.stage.value}: no entry allows it") for text in rest),
        ),
    )
    edge, near = SUBNET_GUARD_MAPS[entry.stage]
    group, verdict = str(number(entry.subnet)), f"goto {name}"
    yield NftElement(entry.place, edge, group, verdict)
    yield NftElement(entry.place, ruleset.EDGE_INSIDE, f"{group} . {group}")
    for address in entry.addresses:
        inside = of_version(ruleset.NEAR_INSIDE, address.version)
        yield NftElement(entry.place, of_version(near, address.version), str(address), verdict)
        yield NftElement(entry.place, inside, f"{group} . {address}")


def source_check(entry: SourceCheck, _: object) -> Iterator[KernelObject]:
    device = device_name(entry.interface)
    yield NftElement(entry.place, ruleset.CHECKED, f'"{device}"')
    for address in entry.addresses:
        own = of_version(ruleset.OWN, address.version)
        yield NftElement(entry.place, own, f'"{device}" . {address}')
