"""Filters, and what asks them, → nft chains, sets and elements. Pure.

Rules that all accept need no order: those of a stateful filter that differ by their far side alone
share one. Others are asked in their order, as lookups (see `layers`). A stateful filter has a
second chain with what it lets pass from everywhere, for guards that do not track it: a connection
that passes there is marked as untracked at this side, so that it can be asked again when rules
change.
"""

from collections.abc import Iterator
from ipaddress import IPv6Network, collapse_addresses
from itertools import groupby
from typing import Any

from genkan.engine.linux import layers, ruleset
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
BLOCKS = "_blocks"  # ends the name of an address set's third set
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
    yield NftSet(entry.place, f"{name}{BLOCKS}", ruleset.BLOCKS)
    for block in entry.blocks:
        yield NftElement(entry.place, f"{name}{BLOCKS}", str(block))


def of_version(container: str, version: int) -> str:
    """Give the set for an IP version, of the two that have one name."""
    return container if version == 4 else f"{container}{ruleset.IPV6}"


def filter_chains(entry: Filter, _: object) -> Iterator[KernelObject]:
    """Give a filter's chain; a stateful one's second, and those that end what others deny."""
    denying = [rule for rule in entry.rules if rule.verdict is Verdict.DROP]
    yield _layered(entry) if denying or not entry.stateful else _chain(entry)
    if entry.stateful:
        yield _from_everywhere(entry)
    for rule in denying:
        yield _denial(entry, rule)


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


def _layered(entry: Filter) -> KernelObject:
    """Give the chain of ordered rules that accept or deny: few lookups, see `layers`."""
    side = _side(entry.name)
    rules: list[tuple[str, str]] = []
    for layer in layers.laid(entry.rules):
        for alike in layers.maps(layer):
            rules.extend(_lookup(entry.name, alike, side))
    return ruleset.chain(entry.place, chain_name(entry.name), tuple(rules))


def _lookup(name: str, alike: list[Rule], side: str) -> Iterator[tuple[str, str]]:
    """Give the lookup in a map that decides by rules of one form; one alone needs no map."""
    rows = [
        f"{layers.element(rule.match, rule.match.remote)} : {_verdict(name, rule)}"
        for rule in alike
        if isinstance(rule.match.remote, Block)
    ]
    if len(alike) == 1 or len(rows) < len(alike):
        for text, because in _texts(alike, name):
            yield f"{text}{_verdict(name, alike[0])}", because
        return
    asked = layers.key(alike[0].match, side)
    yield f"{asked} vmap {{ {', '.join(rows)} }}", ", ".join(str(one.because) for one in alike)


def _verdict(name: str, rule: Rule) -> str:
    if rule.verdict is Verdict.ACCEPT:
        return "accept"
    return f"goto {_denying(name, rule)}"


def _denying(name: str, rule: Rule) -> str:
    return chain_name(f"{name}/denied/{rule.because.rule}")


def _denial(entry: Filter, rule: Rule) -> KernelObject:
    """Give the chain in which what a rule denies ends."""
    egress = entry.name.endswith("/egress")
    stage = Stage.NETWORK_ACL_EGRESS if egress else Stage.NETWORK_ACL_INGRESS
    because = str(rule.because)
    texts = ruleset.dropped(stage.value, because)
    name = _denying(entry.name, rule)
    return ruleset.chain(entry.place, name, tuple((one, because) for one in texts))


def _side(filter_name: str) -> str:
    """Give where the far end's address is."""
    return "daddr" if filter_name.endswith("/egress") else "saddr"


def _chain(entry: Filter) -> KernelObject:
    """Give the chain of rules that all accept: their order decides nothing."""
    rules: list[tuple[str, str]] = []
    ordered = sorted(entry.rules, key=lambda rule: repr(_but_for_remote(rule)))
    for _, alike in groupby(ordered, key=_but_for_remote):
        rules.extend((f"{text}accept", why) for text, why in _texts(list(alike), entry.name))
    return ruleset.chain(entry.place, chain_name(entry.name), tuple(rules))


def _but_for_remote(rule: Rule) -> tuple[object, ...]:
    match = rule.match
    kind = type(match.remote).__name__
    return (kind, match.protocol, match.ports, match.icmp)


def _texts(rules: list[Rule], filter_name: str) -> Iterator[tuple[str, str]]:
    """Give what one nft rule asks for rules that differ by their far side; a named set stands
    alone."""
    side = _side(filter_name)
    first = rules[0]
    service = _service(first.match)
    because = ", ".join(str(rule.because) for rule in rules)
    if isinstance(first.match.remote, InSet):
        for rule in rules:
            name = chain_name(rule.match.remote.name)  # type: ignore[union-attr]
            for header in _headers(first.match):
                text = f"{header} {side} @{name}{ruleset.FAMILIES[header]} {service}"
                yield text, str(rule.because)
                if header == "ip6":
                    yield f"{header} {side} @{name}{BLOCKS} {service}", str(rule.because)
    elif first.match.remote is None:
        yield service, because
    else:
        networks = [rule.match.remote for rule in rules]
        text = f"{_remotes(side, networks)}{service}"
        yield text, because


def _headers(match: Match) -> tuple[str, ...]:
    """Give the headers that a rule without a family of its own can meet."""
    return {1: ("ip",), 58: ("ip6",)}.get(match.protocol or 0, tuple(ruleset.FAMILIES))


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
    yield from ruleset.acl_stages(entry.place)
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
    for block in entry.blocks:
        yield NftElement(entry.place, ruleset.OWN_BLOCKS, f'"{device}" . {block}')
