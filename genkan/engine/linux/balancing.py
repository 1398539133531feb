"""Load balancing by nftables, in a namespace of its own: Balancer, Intake, BalancedPort.

A connection by an intake is known in a zone of that intake in its first direction and in the zone
of all in its answers': so ports towards a target are given out once, whoever comes, and clients of
two intakes may have the same addresses and ports. Zones are sixteen bits of a hash: where two
intakes have the same one, the mark of a connection still tells whose it is, and what comes by
another is dropped.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from genkan.engine.linux import answers, endpoint_sizes, ruleset
from genkan.engine.linux.conntrack import Flows
from genkan.engine.linux.filters import of_version
from genkan.engine.linux.naming import chain_name, device_name, number
from genkan.engine.linux.objects import KernelObject, NftElement, NftSet, NftTimeout
from genkan.program.address import Address
from genkan.program.balancing import BalancedPort, BalancedTarget, Balancer, Intake, RelayedPort
from genkan.program.filter import Stage

ZONES, GUARDS = "intake_zones", "intake_guards"
TAKEN, BALANCED, KEPT = "balanced_ports", "balanced_targets", "kept_sources"
RELAYED = "relayed_ports"
HELD, ENDED = "held_targets", "ended_targets"  # no rule asks them; what changes there ends flows
HOLDING, ENDING = ((name, f"{name}{ruleset.IPV6}") for name in (HELD, ENDED))
TARGET = "set { type inet_proto . inet_service . ipv4_addr . inet_service; }"
PORTS = "map { type inet_proto . inet_service : verdict; }"
TCP = 6
PROTOCOLS = {TCP: "tcp", 17: "udp"}
BY_VERSION = {
    TAKEN: PORTS,
    BALANCED: PORTS,
    KEPT: "set { type mark . inet_proto . ipv4_addr . inet_service; }",
    RELAYED: "set { type inet_proto . inet_service; }",
    HELD: TARGET,
    ENDED: TARGET,
}
SETS = {
    ZONES: "map { typeof iifname : ct original zone; }",
    GUARDS: "map { type ifname : verdict; }",
    **BY_VERSION,
    **{f"{name}{ruleset.IPV6}": ruleset.for_ipv6(text) for name, text in BY_VERSION.items()},
    **answers.SETS,
}
KNOWN = "ct state established,related accept"
ASKED = "meta nfproto {v} meta l4proto . th dport"
OF_ANOTHER = f"ct direction original ct mark != 0 iifname . ct mark != @{answers.ANSWERED} drop"
RELAYED_PORT = f"{ASKED} @{RELAYED}{{_}}"
# A datagram to a client whose connection is forgotten would be the first one of another.
UNASKED = f"meta nfproto {{v}} meta l4proto udp meta l4proto . th sport @{RELAYED}{{_}}"
BACK = f"meta mark set iifname map @{answers.ANSWER_MARKS}"


Chain = tuple[str, str, tuple[str, ...]]


def lower_balancer(entry: Balancer) -> Iterator[KernelObject]:
    """Give everything that a balancer has whatever its ports and intakes."""
    place = entry.place
    way = f'"{device_name(entry.interface)}"'
    own: dict[int, Address] = {address.version: address for address in entry.addresses}
    for name, declaration in SETS.items():
        yield NftSet(place, name, declaration)
    for name, hook, rules in _stages(way, own):
        yield ruleset.stage(place, name, hook, rules)


def _stages(way: str, own: Mapping[int, Address]) -> tuple[Chain, ...]:
    """Give the chains, in their order: name, hook, rules."""
    return (
        *answers.STAGES,
        (
            "intakes",
            "type filter hook prerouting priority -300; policy accept;",
            (f"ct original zone set iifname map @{ZONES}",),
        ),
        (
            "listeners",
            "type filter hook prerouting priority -110; policy drop;",
            (
                OF_ANOTHER,
                KNOWN,
                *_of_another_address(way, own),
                *ruleset.each(f"{ASKED} vmap @{TAKEN}{{_}}"),
                *ruleset.dropped("endpoint", "no listener has this port"),
            ),
        ),
        (
            "balance",
            "type nat hook prerouting priority -100; policy accept;",
            ruleset.each(f"{ASKED} vmap @{BALANCED}{{_}}"),
        ),
        (
            "balanced",
            "type filter hook forward priority 0; policy drop;",
            (
                f"iifname {way} oifname {way} ct mark != 0 drop",  # its intake is gone
                f"meta l4proto {{ icmp, ipv6-icmp }} oifname != {way} drop",  # to endpoints
                *endpoint_sizes.agreeing(("ct mark != 0", "ct mark != 0")),
                KNOWN,
                "ct status dnat accept",
            ),
        ),
        (
            "delivered",
            "type filter hook input priority 0; policy drop;",
            (
                KNOWN,
                "iif lo accept",
                *ruleset.each(f"{RELAYED_PORT} {BACK}"),
                *ruleset.each(f"{RELAYED_PORT} accept"),
            ),
        ),
        (
            "relayed-answers",
            "type filter hook output priority 0; policy accept;",
            ruleset.each(f"{UNASKED} ct state new drop"),
        ),
        (
            "source",
            "type nat hook postrouting priority 100; policy accept;",
            (
                *ruleset.each(
                    f"ct mark 0 meta mark . meta l4proto . {{ip}} daddr . th dport @{KEPT}{{_}} "
                    "accept"
                ),
                *(
                    f"oifname {way} snat {ruleset.HEADERS[version]} to {address}"
                    for version, address in own.items()
                ),
            ),
        ),
    )


def _of_another_address(way: str, own: Mapping[int, Address]) -> Iterator[str]:
    """Give what drops what comes from the balancer's own network for another address than its, or
    as if from its own."""
    if 4 in own:
        yield f"iifname {way} ip saddr {own[4]} drop"  # accept_local would take it
    for version, header in ruleset.HEADERS.items():
        meant = f"{header} daddr != {own[version]} " if version in own else ""
        yield f"iifname {way} meta nfproto ipv{version} {meant}drop"


def lower_intake(entry: Intake) -> Iterator[KernelObject]:
    device = f'"{device_name(entry.interface)}"'
    yield NftElement(entry.place, ZONES, device, str(_zone(entry.interface)))
    if entry.filters is None:
        return
    hook = "type filter hook prerouting priority -120; policy accept;"
    asked = (KNOWN, f"iifname vmap @{GUARDS}")
    yield ruleset.stage(entry.place, "load-balancer-groups", hook, asked)
    name = chain_name(f"intake/{'+'.join(entry.filters)}")
    jumps = tuple((f"jump {chain_name(one)}", one) for one in entry.filters)
    stage = Stage.SECURITY_GROUP_INGRESS.value
    because = f"{stage}: no rule of the load balancer allows it"
    drops = ruleset.dropped(stage, "no rule of the load balancer allows it")
    yield ruleset.chain(entry.place, name, (*jumps, *((text, because) for text in drops)))
    yield NftElement(entry.place, GUARDS, device, f"goto {name}")


def lower_port(entry: BalancedPort) -> Iterator[KernelObject]:
    place, protocol, version = entry.place, PROTOCOLS[entry.protocol], entry.version
    port = f"{protocol} . {entry.port}"
    because = f"{entry.because} {protocol} {entry.port}"
    timeout = NftTimeout(place, protocol, entry.idle, version)
    yield timeout
    taken, balanced = (
        of_version(chain_name(f"{what}/{protocol}/{entry.port}"), version)
        for what in ("listener", "targets")
    )
    texts = _taken(entry, timeout.name)
    yield ruleset.chain(place, taken, tuple((text, because) for text in texts))
    yield NftElement(place, of_version(TAKEN, version), port, f"goto {taken}")
    yield from _marked(entry, port)
    if not entry.targets:
        return
    yield ruleset.chain(place, balanced, ((_choice(entry), because),))
    yield NftElement(place, of_version(BALANCED, version), port, f"goto {balanced}")
    for target in entry.targets:
        if target.keeps_source:
            meant = f"{entry.port} . {protocol} . {target.address} . {target.port}"
            yield NftElement(place, of_version(KEPT, version), meant)


def lower_relayed(entry: RelayedPort) -> Iterator[KernelObject]:
    """Give what brings connections to who listens in the place itself.

    A packet that is delivered carries the mark of its intake from then on, and so does the socket
    that accepts it.
    """
    place, protocol, version = entry.place, PROTOCOLS[entry.protocol], entry.version
    port = f"{protocol} . {entry.port}"
    because = f"{entry.because} {protocol} {entry.port}"
    taken, delivered = (
        of_version(chain_name(f"{what}/{protocol}/{entry.port}"), version)
        for what in ("listener", "relayed")
    )
    if entry.protocol == TCP:
        texts = (*_reset("ct state invalid "), "accept")
    else:
        timeout = NftTimeout(place, protocol, entry.idle, version)
        yield timeout
        texts = ("ct state invalid drop", f'ct timeout set "{timeout.name}"', "accept")
    yield ruleset.chain(place, taken, tuple((text, because) for text in texts))
    yield NftElement(place, of_version(TAKEN, version), port, f"goto {taken}")
    text = f"meta l4proto {protocol} dnat {ruleset.HEADERS[version]} to {entry.address}"
    yield ruleset.chain(place, delivered, ((text, because),))
    yield NftElement(place, of_version(BALANCED, version), port, f"goto {delivered}")
    yield NftElement(place, of_version(RELAYED, version), port)


def _reset(which: str) -> tuple[str, str]:
    return (f"{which}{BACK}", f"{which}meta l4proto tcp reject with tcp reset")


def _marked(entry: BalancedPort, port: str) -> Iterator[KernelObject]:
    """Give the marks by whose coming or going connections end."""
    ended, held = (of_version(name, entry.version) for name in (ENDED, HELD))
    for address, at in entry.ended:
        yield NftElement(entry.place, ended, f"{port} . {address} . {at}")
    if entry.ends_with_target:
        taking = ((target.address, target.port) for target in entry.targets)
        for address, at in {*taking, *entry.draining}:
            yield NftElement(entry.place, held, f"{port} . {address} . {at}")


def flows_of(element: NftElement) -> Flows:
    """Give the connections that an element of HELD or ENDED stands for."""
    protocol, port, address, target_port = element.element.split(" . ")
    numbers = {name: number for number, name in PROTOCOLS.items()}
    return Flows(numbers[protocol], int(port), ip_address(address), int(target_port))


def _taken(entry: BalancedPort, timeout: str) -> Iterator[str]:
    """Give what is done before a target is chosen."""
    if entry.protocol == TCP:
        yield from _reset("ct state invalid " if entry.targets else "")
    if entry.targets:
        yield "ct state invalid drop"
        yield f'ct timeout set "{timeout}"'
        yield f"meta mark set {entry.port}"  # until its source is decided, and no route's mark
        yield "accept"
    else:
        yield "drop"


def _choice(entry: BalancedPort) -> str:
    """Give the rule that chooses a target: a range of a hash's values for each, by weight."""
    header = ruleset.HEADERS[entry.version]
    what = f"{header} saddr"
    what += "" if entry.by_source else f" . th sport . {header} daddr . th dport"
    ranges, at = [], 0
    for target in entry.targets:
        last = at + target.weight - 1
        values = str(at) if last == at else f"{at}-{last}"
        ranges.append(f"{values} : {_address(target)}")
        at = last + 1
    return (
        f"meta l4proto {PROTOCOLS[entry.protocol]} dnat {header} to jhash {what} mod {at}"
        f" seed 0x67 map {{ {', '.join(ranges)} }}"
    )


def _address(target: BalancedTarget) -> str:
    return f"{target.address} . {target.port}"


def _zone(interface: str) -> int:
    """Give the zone of an intake; 0 is that of everybody."""
    return number(f"zone/{interface}") % 0xFFFF + 1
