"""The nftables that a gateway has beside those of every place that forwards: 1:1 translation and
nothing else across the border, a port of its own for each connection from inside, idle connections
forgotten.
"""

from collections.abc import Iterator

from genkan.engine.linux.objects import KernelObject, NftChain, NftSet
from genkan.engine.linux.ruleset import KNOWN, chain, dropped, stage

PRIVATE, PUBLIC_OF, PRIVATE_OF = "private_addresses", "public_of", "private_of"
UNTRANSLATED = "untranslated"
BORDER_SETS = {
    PRIVATE: "set { type ipv4_addr; }",
    PUBLIC_OF: "map { type ipv4_addr : ipv4_addr; }",
    PRIVATE_OF: "map { type ipv4_addr : ipv4_addr; }",
    UNTRANSLATED: "set { type ipv6_addr; flags interval; }",
}


def border(place: str, inside: str, outside: str, outward: bool) -> list[KernelObject]:
    """Give what a gateway to the internet has beside: 1:1 translation, untranslated blocks, and
    nothing else across."""
    inward = () if outward else (f'iifname "{outside}" ip6 daddr @{UNTRANSLATED} accept',)
    return [
        *(NftSet(place, name, declaration) for name, declaration in BORDER_SETS.items()),
        stage(
            place,
            "internet-gateway-in",
            "type nat hook prerouting priority -100; policy accept;",
            (f"dnat ip to ip daddr map @{PRIVATE_OF}",),
        ),
        stage(
            place,
            "internet-gateway-out",
            "type nat hook postrouting priority 100; policy accept;",
            (f"snat ip to ip saddr map @{PUBLIC_OF}",),
        ),
        stage(
            place,
            "internet-gateway",
            "type filter hook forward priority 20; policy drop;",
            (
                KNOWN,
                f'iifname "{inside}" ip saddr @{PRIVATE} accept',
                f'iifname "{outside}" ct status dnat accept',
                f'iifname "{inside}" ip6 saddr @{UNTRANSLATED} accept',
                *inward,
                *dropped("internet-gateway", "no public address"),
            ),
        ),
    ]


def forgetting(place: str) -> NftChain:
    """Give what a place has beside that forgets idle connections: whoever goes on is told."""
    return stage(
        place,
        "nat-gateway-idle",
        "type filter hook forward priority -5; policy accept;",
        ("ct state invalid meta l4proto tcp reject with tcp reset",),
    )


def port_translation(
    place: str, addresses: tuple[str, ...], ports: tuple[int, int]
) -> Iterator[NftChain]:
    """Give what a NAT gateway has beside: a port of its own for every connection from inside."""
    first, last = ports
    for address in addresses:
        rules = (
            f"meta l4proto {{ tcp, udp }} snat ip to {address}:{first}-{last} random",
            f"snat ip to {address}",
        )
        yield chain(place, _leaving_as(address), tuple((rule, "nat-gateway") for rule in rules))
    others = f"ip saddr != {{ {', '.join(addresses)} }}"
    chosen = f"goto {_leaving_as(addresses[0])}"
    if len(addresses) > 1:
        rows = (f"{at} : goto {_leaving_as(address)}" for at, address in enumerate(addresses))
        hashed = "jhash ip saddr . ip daddr . th sport . th dport"
        chosen = f"{hashed} mod {len(addresses)} vmap {{ {', '.join(rows)} }}"
    hook = "type nat hook postrouting priority 100; policy accept;"
    yield stage(place, "nat-gateway", hook, (f"{others} {chosen}",))


def _leaving_as(address: str) -> str:
    return f"leaving_as_{address.replace('.', '_')}"
