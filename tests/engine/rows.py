"""Entries of a program in few words."""

from ipaddress import IPv4Address, IPv4Network, IPv6Network

from genkan.program import Because
from genkan.program.filter import Filter, Guard, InSet, Match, Rule, Stage, Verdict
from genkan.program.place import Place, PlaceKind

BECAUSE = Because("vpc", "vpc-1")
GROUP = Because("security-group", "sg-1", "sgr-1")


def place(name: str) -> Place:
    return Place(because=BECAUSE, id=name, kind=PlaceKind.VPC, forwards=True)


def guard(
    at: str | IPv4Address,
    stage: Stage = Stage.SECURITY_GROUP_INGRESS,
    filters: tuple[str, ...] = ("sg-1/ingress",),
) -> Guard:
    return Guard(because=BECAUSE, place="vpc-1", stage=stage, at=at, filters=filters)


def match(
    remote: str | None = None,
    protocol: int | None = None,
    ports: tuple[int, int] | None = None,
    icmp: tuple[int, int] | None = None,
) -> Match:
    """`remote` is a network, or "@" and the name of a set."""
    return Match(remote=_remote(remote), protocol=protocol, ports=ports, icmp=icmp)


def _remote(text: str | None) -> IPv4Network | IPv6Network | InSet | None:
    if text is None:
        return None
    if text.startswith("@"):
        return InSet(text[1:])
    return IPv6Network(text) if ":" in text else IPv4Network(text)


def rules_of(name: str, *matches: Match, verdict: Verdict = Verdict.ACCEPT) -> Filter:
    return Filter(
        because=GROUP,
        place="vpc-1",
        name=name,
        rules=tuple(Rule(match=one, verdict=verdict, because=GROUP) for one in matches),
    )
