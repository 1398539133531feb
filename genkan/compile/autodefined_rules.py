"""Autodefined rules: domains that a VPC's resolver answers itself, whatever shorter rule sends on.

Without a forwarding rule there is nothing for them to except, so a VPC has them with its first. A
rule of the very domain wins. "VPCs and autodefined rules" in the Amazon Route 53 developer guide.
"""

from collections.abc import Iterable, Iterator

from genkan.compile import naming
from genkan.compile.reverse_names import reverse_origin
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Block
from genkan.program.names import Forwarding

EVERY_NAME = ""
NIBBLES = 32
LOOPBACK_IPV6 = ".".join(["1"] + ["0"] * (NIBBLES - 1)) + ".ip6.arpa"
UNSPECIFIED_IPV6 = ".".join(["0"] * NIBBLES) + ".ip6.arpa"
LINK_LOCAL = ("8.e.f.ip6.arpa", "9.e.f.ip6.arpa", "a.e.f.ip6.arpa", "b.e.f.ip6.arpa")
ALWAYS = (
    *("localhost", "localdomain", "127.in-addr.arpa"),
    *(LOOPBACK_IPV6, UNSPECIFIED_IPV6, "c.f.ip6.arpa", "d.f.ip6.arpa", *LINK_LOCAL),
)
PRIVATE = (
    "10.in-addr.arpa",
    *(f"{second}.172.in-addr.arpa" for second in range(16, 32)),
    *("168.192.in-addr.arpa", "254.169.254.169.in-addr.arpa"),
)


def autodefined(vpc: Vpc, peers: Iterable[Block]) -> list[str]:
    """Give the domains of a VPC that is peered with networks of these blocks."""
    if not vpc.dns_hostnames:
        return list(ALWAYS)
    named = (naming.internal_domain(vpc.region), naming.public_domain(vpc.region))
    blocks = map(reverse_origin, (*vpc.blocks, *peers))
    return list(dict.fromkeys((*ALWAYS, *named, *PRIVATE, *blocks)))


def excepted(domains: Iterable[str], sent: Iterable[str]) -> tuple[str, ...]:
    """Give the domains that lie below one that is sent on and are none of those themselves."""
    rules = frozenset(sent)
    return tuple(
        domain
        for domain in domains
        if domain not in rules and any(_is_below(domain, rule) for rule in rules)
    )


def compile_autodefined(vpc_id: str, domains: tuple[str, ...]) -> Iterator[Entry]:
    """Give what keeps questions for these domains here."""
    because = Because("vpc", vpc_id, "autodefined-rules")
    for domain in domains:
        yield Forwarding(because=because, view=vpc_id, domain=domain)


def _is_below(domain: str, rule: str) -> bool:
    return rule == EVERY_NAME or domain.endswith(f".{rule}")
