"""What `genkan explain` says: how a name is answered to an instance, and to the internet."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from genkan.dns.explanation import Explanation, Step, explain
from genkan.dns.firewall import FirewallIndex
from genkan.dns.zones import ZoneIndex
from genkan.program import Because, Delta, Program
from genkan.program.names import PUBLIC_ZONE, RecordSet, Resolver, Zone
from genkan.program.place import INTERNET, OUTSIDE, Boot, Link

ENDPOINT = "vpc-endpoint"
WORDS = {
    "hosted-zone": "hosted zone",
    ENDPOINT: "endpoint's private DNS",
    "vpc": "names of the VPC",
    "network-interface": "names of the VPC",
    "instance": "names of the VPC",
}


def explained(program: Program, asker: str, name: str, kind: str) -> dict[str, Any]:
    """Explain a name to an asker: an instance by id or Name, or `internet`.

    INTERNET is also what people call the host outside every VPC. Gives `unknown` and who there is
    for an asker that there is not, `unreadable` for what is no name or type.
    """
    boot = _asker(program, asker) if asker != INTERNET else None
    if boot is None and asker != INTERNET:
        return {"unknown": asker, "running": sorted(_names(program))}
    index, firewalls = ZoneIndex(), FirewallIndex()
    everything = Delta(put=tuple(program))
    index.apply(everything)
    firewalls.apply(everything)
    for one in program.of(Resolver):
        index.set_view(one.view, one.beyond, one.region)
    try:
        outside = explain(index, firewalls, None, name, kind)
        if boot is None:
            return {"answer": _shown(program, outside)}
        vpc = _vpc_of(program, boot.place)
        resolver = _resolver_of(program, vpc, boot)
        told: dict[str, Any] = {
            "asker": boot.place,
            "nameserver": str(boot.nameserver),
            "internet": _shown(program, outside),
        }
        if resolver is not None:
            answer = explain(index, firewalls, resolver, name, kind)
            told["answer"] = _shown(program, answer)
    except ValueError as error:
        return {"unreadable": str(error)}
    return told


def _asker(program: Program, asker: str) -> Boot | None:
    return next((one for one in program.of(Boot) if asker in (one.place, one.name)), None)


def _names(program: Program) -> Iterator[str]:
    for one in program.of(Boot):
        if one.place != OUTSIDE:
            yield one.name or one.place


def _vpc_of(program: Program, place: str) -> str | None:
    for link in program.of(Link):
        for near, far in ((link.left, link.right), (link.right, link.left)):
            if near.place == place:
                return far.place
    return None


def _resolver_of(program: Program, vpc: str | None, boot: Boot) -> Resolver | None:
    """Give the resolver that an instance asks; None when its name server is somebody else's."""
    for one in program.of(Resolver):
        if one.place == vpc and boot.nameserver in one.addresses:
            return one
    return None


def _shown(program: Program, explanation: Explanation) -> dict[str, Any]:
    return {
        "rcode": explanation.rcode,
        "forwarded": explanation.ends_elsewhere,
        "steps": [_step(program, one) for one in explanation.steps],
    }


def _step(program: Program, step: Step) -> Mapping[str, Any]:
    kind, because = _decided(program, step)
    return {
        "name": step.name,
        "decided_by": kind,
        "because": str(because) if because else None,
        "domain": step.domain,
        "records": list(step.records),
        "ttl": step.ttl,
    }


def _decided_outside(program: Program, step: Step) -> tuple[str, Because | None]:
    """Say whose a public name is: an endpoint's has its own, which everybody is told."""
    wildcard = f"*.{step.name.partition('.')[2]}"
    for name, kind in product((step.name, wildcard), ("A", "AAAA")):
        entry = program.get((RecordSet.section, PUBLIC_ZONE, name, kind))
        if entry is not None and entry.because.kind == ENDPOINT:
            return "endpoint's public name", entry.because
    return "internet", None


def _decided(program: Program, step: Step) -> tuple[str, Because | None]:
    """Say in a word what decided, and which resource that is."""
    if step.firewall is not None:
        return "DNS Firewall", step.firewall.because
    if step.forwarding is not None:
        return "resolver rule", step.forwarding.because
    if step.zone == PUBLIC_ZONE:
        return _decided_outside(program, step)
    entry = program.get((Zone.section, step.zone or ""))
    because = entry.because if entry else None
    return WORDS.get(because.kind if because else "", "zone"), because
