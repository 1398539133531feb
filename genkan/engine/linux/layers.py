"""Ordered rules as few lookups: those that no packet can match together need no order among them.

A layer holds such rules, and packets ask the layers in turn. Of two rules that some packet matches
both, the later one is in a later layer, so the first match is the same as in order. Forty entries
of a network ACL are two or three layers, and a layer is a verdict map for each form of rule.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network

from genkan.program.address import Block
from genkan.program.filter import InSet, Match, Rule

ANY = -1  # of ICMP's types and codes


def laid(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Give the layers of ordered rules."""
    layers: list[list[Rule]] = []
    for rule in rules:
        last = max(
            (at for at, layer in enumerate(layers) if any(meet(rule, one) for one in layer)),
            default=-1,
        )
        if last + 1 == len(layers):
            layers.append([])
        layers[last + 1].append(rule)
    return layers


def meet(one: Rule, other: Rule) -> bool:
    """Tell whether some packet matches both rules."""
    first, second = one.match, other.match
    return (
        _blocks_meet(first.remote, second.remote)
        and (None in (first.protocol, second.protocol) or first.protocol == second.protocol)
        and _ranges_meet(first.ports, second.ports)
        and _kinds_meet(first.icmp, second.icmp)
    )


def maps(layer: Iterable[Rule]) -> Iterator[list[Rule]]:
    """Give the rules of a layer by form: what is asked of a packet, and of which IP version. One
    that no map can hold stands alone."""
    by_form: dict[tuple[object, ...], list[Rule]] = {}
    for number, rule in enumerate(layer):
        by_form.setdefault(_form(rule.match) or (number,), []).append(rule)
    yield from by_form.values()


def key(match: Match, side: str) -> str:
    """Give what a map of rules like this asks of a packet; `side` is that of the far end."""
    parts = [f"{'ip6' if isinstance(match.remote, IPv6Network) else 'ip'} {side}"]
    parts += ["meta l4proto"] if match.protocol is not None else []
    parts += ["th dport"] if match.ports is not None else []
    return " . ".join(parts)


def element(match: Match, block: Block) -> str:
    """Give the element of a map that stands for a rule about a block."""
    parts = [f"{block[0]}-{block[-1]}" if block.prefixlen < block.max_prefixlen else str(block[0])]
    parts += [str(match.protocol)] if match.protocol is not None else []
    parts += ["-".join(map(str, dict.fromkeys(match.ports)))] if match.ports is not None else []
    return " . ".join(parts)


def _form(match: Match) -> tuple[object, ...] | None:
    if match.icmp is not None or not isinstance(match.remote, Block):
        return None
    return (match.remote.version, match.protocol is not None, match.ports is not None)


def _blocks_meet(one: Block | InSet | None, other: Block | InSet | None) -> bool:
    """Tell whether two far sides have an address in common; what is in a set may be anything."""
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.overlaps(other)
    if isinstance(one, IPv6Network) and isinstance(other, IPv6Network):
        return one.overlaps(other)
    return not (isinstance(one, Block) and isinstance(other, Block))


def _ranges_meet(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    return one is None or other is None or (one[0] <= other[1] and other[0] <= one[1])


def _kinds_meet(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    if one is None or other is None:
        return True
    return all(ANY in pair or pair[0] == pair[1] for pair in zip(one, other, strict=True))
