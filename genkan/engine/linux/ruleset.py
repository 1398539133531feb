"""The nftables of a place that forwards: sets, maps, and a base chain for each stage, in their
order.

Chains and sets that are named here are in every such place; filters and guards fill them. A stage
that lets a packet pass ends with `accept`, which in nftables means: on to the next base chain.
Chains of guards end with `drop`. Nothing here is ever deleted to be made anew.

What is dropped is logged first, to a group that nobody may listen to, and then it costs next to
nothing. The prefix says the stage and why. Each rule logs so many packets a second and no more;
of what is beyond, one a second is logged with a `+`, so that whoever listens knows that he does not
see all.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from genkan.engine.linux import endpoint_sizes
from genkan.engine.linux.objects import KernelObject, NftChain, NftElement, NftSet
from genkan.program.address import Block

FAMILY_TABLE = "inet genkan"
MARKS = "marks"
EGRESS, INGRESS, ENDPOINTS = "egress_guards", "ingress_guards", "endpoint_guards"
OWN_EGRESS = "own_egress_guards"  # by addresses that the place sends from
EDGE_OUT, EDGE_IN, EDGE_INSIDE = "edge_out", "edge_in", "edge_inside"  # by interfaces' subnets
NEAR_OUT, NEAR_IN, NEAR_INSIDE = "near_out", "near_in", "near_inside"  # by addresses delivered
CHECKED, OWN = "checked_interfaces", "own_addresses"
ROUTERS_OWN = "routers_own_addresses"  # which nobody else sends from
TRACKED, FOREIGN = "tracked_interfaces", "foreign_interfaces"
PASSING_ON, REFUSALS = "passing_on_interfaces", "refusals"
LISTENERS, GUARDED, RANGES = "listeners", "guarded_listeners", "listener_ranges"
OWN_BLOCKS = "own_blocks"  # of IPv6: asked where no address of an interface's own was found

IPV6 = "_6"  # ends the name of a set that holds IPv6 addresses, beside the one for IPv4
FAMILIES = {"ip": "", "ip6": IPV6}
HEADERS = {4: "ip", 6: "ip6"}  # by IP version

BY_DEVICE = {
    MARKS: "map { type devgroup : mark; }",
    EGRESS: "map { type ifname : verdict; }",
    INGRESS: "map { type ifname : verdict; }",
    EDGE_OUT: "map { type devgroup : verdict; }",
    EDGE_IN: "map { type devgroup : verdict; }",
    EDGE_INSIDE: "set { type devgroup . devgroup; }",
    CHECKED: "set { type ifname; }",
    TRACKED: "set { type ifname; }",
    FOREIGN: "set { type ifname; }",
    PASSING_ON: "set { type ifname; }",
}
BY_ADDRESS = {
    ENDPOINTS: "map { type ipv4_addr : verdict; }",
    OWN_EGRESS: "map { type ipv4_addr : verdict; }",
    NEAR_OUT: "map { type ipv4_addr : verdict; }",
    NEAR_IN: "map { type ipv4_addr : verdict; }",
    NEAR_INSIDE: "set { type devgroup . ipv4_addr; }",
    OWN: "set { type ifname . ipv4_addr; }",
    LISTENERS: "set { type ipv4_addr . inet_proto . inet_service; }",
    GUARDED: "set { type ipv4_addr . inet_proto . inet_service; }",
    RANGES: "set { type ipv4_addr . inet_proto . inet_service; flags interval; }",
    REFUSALS: (
        "set { type ipv4_addr . inet_service . ipv4_addr . inet_service; size 65536; "
        "flags dynamic,timeout; timeout 10s; }"
    ),
}


def for_ipv6(declaration: str) -> str:
    """Give the declaration of the set for IPv6 beside one for IPv4."""
    return declaration.replace("ipv4_addr", "ipv6_addr")


SETS = {
    **BY_DEVICE,
    **BY_ADDRESS,
    **{f"{name}{IPV6}": for_ipv6(declaration) for name, declaration in BY_ADDRESS.items()},
    OWN_BLOCKS: "set { type ifname . ipv6_addr; flags interval; }",
    ROUTERS_OWN: "set { type ipv4_addr; }",
}
ADDRESSES = "set { type ipv4_addr; }"
BLOCKS = "set { type ipv6_addr; flags interval; }"

LOG_GROUP = 0x67
SEPARATOR, BEYOND = "|", "+"  # in a prefix: between stage and reason; before one of many
LONGEST_PREFIX = 127  # NF_LOG_PREFIXLEN, less its end
LOGGED = "limit rate 1000/second burst 2000 packets"
LOGGED_BEYOND = "limit rate 1/second burst 1 packets"

KNOWN = "ct state established,related accept"
# Marks of connections: where one is not tracked, at its source's interface or at its destination's,
# and where it is to be asked again. ASKED_AGAIN is UNTRACKED, shifted by AGAIN.
UNTRACKED_OUT, UNTRACKED_IN, AGAIN = 0x1000_0000, 0x2000_0000, 2  # above NUMBERS
UNTRACKED = UNTRACKED_OUT | UNTRACKED_IN
ASKED_AGAIN = UNTRACKED << AGAIN
SPOOFED, OF_NO_CONNECTION = "spoofed", "of_no_connection"  # chains that end packets
OF_CHECKED = "of_checked_interfaces"


def dropped(stage: str, because: str, match: str = "") -> tuple[str, ...]:
    """Give the rules that drop what matches: a bounded part of it logged with its stage and
    reason."""
    reason = ascii_of(because)[: LONGEST_PREFIX - len(f"{BEYOND}{stage}{SEPARATOR}")]
    told = f'{stage}{SEPARATOR}{reason}"'
    return (
        f'{match}{LOGGED} log prefix "{told} group {LOG_GROUP} drop',
        f'{match}{LOGGED_BEYOND} log prefix "{BEYOND}{told} group {LOG_GROUP} drop',
        f"{match}drop",
    )


def ascii_of(text: str) -> str:
    """Give text as nft can quote it."""
    return "".join(c if c.isascii() and c.isprintable() and c != '"' else "?" for c in text)


def known(asked: int, answered: int) -> tuple[str, str, str]:
    """Give the rules that let pass, at one interface, what belongs to a connection: unless it is to
    be asked again there. `asked` and `answered` are the marks that count for its two directions."""
    known = KNOWN.removesuffix(" accept")
    return (
        f"{known} ct mark and {ASKED_AGAIN:#x} == 0 accept",
        f"{known} ct direction original ct mark and {asked << AGAIN:#x} == 0 accept",
        f"{known} ct direction reply ct mark and {answered << AGAIN:#x} == 0 accept",
    )


def untracked(mark: int) -> str:
    """Give the end of a rule that lets pass what is then not tracked at an interface."""
    kept = 0xFFFFFFFF ^ (mark << AGAIN)
    return (
        f"ct direction original iifname != @{TRACKED} oifname != @{TRACKED} "
        f"ct mark set ct mark and {kept:#x} or {mark:#x} accept"
    )


def each(rule: str) -> tuple[str, str]:
    """Give a rule for IPv4 and its twin: `{v}` is the family, `{ip}` the header, `{_}` the end of a
    set's name."""
    return (rule.format(v="ipv4", ip="ip", _=""), rule.format(v="ipv6", ip="ip6", _=IPV6))


ASKED = "{ip} daddr . meta l4proto . th dport @%s{_}"
ANSWERS = "{ip} saddr . meta l4proto . th sport @%s{_}"
ASK_OWN = each(f"{ASKED % LISTENERS} accept")
OWN_ANSWERS = each(f"{ANSWERS % LISTENERS} accept")

# A reset that answers a connection's first packet ends what the kernel knows of the connection. Who
# passes it on brings it here a second time, of no connection: it is let pass as the one before.
REFUSED = each(
    f"ct state invalid meta nfproto {{v}} iifname @{PASSING_ON} tcp flags & rst == rst "
    f"{{ip}} saddr . tcp sport . {{ip}} daddr . tcp dport @{REFUSALS}{{_}} accept"
)
ENDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        SPOOFED,
        (
            f"iifname . ip6 saddr @{OWN_BLOCKS} accept",
            "ip6 saddr { ::, fe80::/10 } drop",  # what hosts tell their link is told to nobody
            *dropped("source-dest-check", "the interface has no such address"),
        ),
    ),
    (
        OF_CHECKED,
        (*each(f"iifname . {{ip}} saddr @{OWN}{{_}} accept"), f"goto {SPOOFED}"),
    ),
    (OF_NO_CONNECTION, dropped("security-group-egress", "of no connection")),
)
STAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "route",
        "type filter hook prerouting priority -150; policy accept;",
        (
            f"meta mark set iifgroup map @{MARKS}",
            f"iifname @{CHECKED} goto {OF_CHECKED}",
            f"ip saddr @{ROUTERS_OWN} goto {SPOOFED}",
        ),
    ),
    (
        "security-group-egress",
        "type filter hook forward priority 0; policy accept;",
        (
            *known(UNTRACKED_OUT, UNTRACKED_IN),
            *REFUSED,
            f"ct state invalid goto {OF_NO_CONNECTION}",
            f"iifname vmap @{EGRESS}",
        ),
    ),
    (
        "security-group-ingress",
        "type filter hook forward priority 10; policy accept;",
        (*known(UNTRACKED_IN, UNTRACKED_OUT), *REFUSED, f"oifname vmap @{INGRESS}"),
    ),
    (
        "delivered-egress",
        "type filter hook input priority 0; policy accept;",
        (
            *each(f"iifname @{FOREIGN} {ASKED % LISTENERS} drop"),
            KNOWN,
            *ASK_OWN,
            f"iifname vmap @{EGRESS}",
        ),
    ),
    (
        "own-egress",
        "type filter hook output priority 0; policy accept;",
        (
            *endpoint_sizes.WITHOUT_A_WORD,
            *endpoint_sizes.agreeing(each(ANSWERS % GUARDED)),
            KNOWN,
            *each(f"{{ip}} saddr vmap @{OWN_EGRESS}{{_}}"),
        ),
    ),
    (
        "endpoint",
        "type filter hook input priority 10; policy drop;",
        (
            KNOWN,
            "iif lo accept",
            *ASK_OWN,
            *each(f"{ASKED % RANGES} accept"),
            *endpoint_sizes.agreeing(each(ASKED % GUARDED)),
            *each(f"{ASKED % GUARDED} {{ip}} daddr vmap @{ENDPOINTS}{{_}}"),
            *dropped("endpoint", "nothing listens here"),
        ),
    ),
)
ACL_STAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "network-acl-egress",
        "type filter hook forward priority 3; policy accept;",
        (f"iifgroup . oifgroup @{EDGE_INSIDE} accept", f"iifgroup vmap @{EDGE_OUT}"),
    ),
    (
        "network-acl-ingress",
        "type filter hook forward priority 6; policy accept;",
        (f"iifgroup . oifgroup @{EDGE_INSIDE} accept", f"oifgroup vmap @{EDGE_IN}"),
    ),
    (
        "delivered-acl-egress",
        "type filter hook input priority 3; policy accept;",
        (
            *ASK_OWN,
            *each(f"iifgroup . {{ip}} daddr @{NEAR_INSIDE}{{_}} accept"),
            f"iifgroup vmap @{EDGE_OUT}",
        ),
    ),
    (
        "delivered-acl-ingress",
        "type filter hook input priority 6; policy accept;",
        (
            *ASK_OWN,
            *each(f"iifgroup . {{ip}} daddr @{NEAR_INSIDE}{{_}} accept"),
            *each(f"{{ip}} daddr vmap @{NEAR_IN}{{_}}"),
        ),
    ),
    (
        "answer-acl-egress",
        "type filter hook output priority 3; policy accept;",
        (
            *OWN_ANSWERS,
            *each(f"oifgroup . {{ip}} saddr @{NEAR_INSIDE}{{_}} accept"),
            *each(f"{{ip}} saddr vmap @{NEAR_OUT}{{_}}"),
        ),
    ),
    (
        "answer-acl-ingress",
        "type filter hook output priority 6; policy accept;",
        (
            *OWN_ANSWERS,
            *each(f"oifgroup . {{ip}} saddr @{NEAR_INSIDE}{{_}} accept"),
            f"oifgroup vmap @{EDGE_IN}",
        ),
    ),
)


def skeleton(place: str) -> list[KernelObject]:
    """Give what every forwarding place has."""
    return [
        *(NftSet(place, name, declaration) for name, declaration in SETS.items()),
        *(stage(place, name, "", rules) for name, rules in ENDS),
        *(stage(place, name, hook, rules) for name, hook, rules in STAGES),
    ]


def routers_own(place: str, destination: Block) -> Iterator[KernelObject]:
    """Give what drops packets that say to come from an address which the router itself answers."""
    if destination.version == 4 and destination.prefixlen == destination.max_prefixlen:
        yield NftSet(place, ROUTERS_OWN, SETS[ROUTERS_OWN])  # a load balancer's node has no other
        yield NftElement(place, ROUTERS_OWN, str(destination.network_address))


def acl_stages(place: str) -> Iterator[NftChain]:
    """Give what a place has beside whose subnets have ACLs: they are asked about every packet."""
    return (stage(place, name, hook, rules) for name, hook, rules in ACL_STAGES)


def passing_on(place: str) -> NftChain:
    """Give what notes the refusals that leave over interfaces which bring them back."""
    noted = each(
        f"meta nfproto {{v}} tcp flags & rst == rst ct direction reply oifname @{PASSING_ON} "
        f"add @{REFUSALS}{{_}} {{{{ {{ip}} saddr . tcp sport . {{ip}} daddr . tcp dport }}}}"
    )
    return stage(place, "refusals", "type filter hook forward priority -1; policy accept;", noted)


def stage(place: str, name: str, hook: str, rules: tuple[str, ...]) -> NftChain:
    return chain(place, name, tuple((rule, name) for rule in rules), hook)


def chain(place: str, name: str, rules: tuple[tuple[str, str], ...], hook: str = "") -> NftChain:
    """Make a chain of (rule, what it is there for); the comment tells both, as nft can show it."""
    return NftChain(place, name, *_written(rules), hook)


@lru_cache(maxsize=1024)  # a thousand places share the rules of their stages
def _written(rules: tuple[tuple[str, str], ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    comments = tuple(_comment(text, because) for text, because in rules)
    texts = tuple(
        f'{text} comment "{comment}"' for (text, _), comment in zip(rules, comments, strict=True)
    )
    return comments, texts


def _comment(text: str, because: str) -> str:
    """At most 128 bytes of ASCII: the reason, cut if need be, and a hash by which a changed rule is
    noticed."""
    digest = hashlib.blake2s(text.encode(), digest_size=4).hexdigest()
    return f"{ascii_of(because)[:110]} #{digest}"
