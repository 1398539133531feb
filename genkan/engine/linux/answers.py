"""Answers that go back the way their connection came: AnswerChoice entries → marks of connections.

A new connection is marked by the interface that it enters from; its answers carry the mark while
they look for their route.
"""

from collections.abc import Iterator

from genkan.engine.linux import ruleset
from genkan.engine.linux.naming import NUMBERS, device_name, number
from genkan.engine.linux.objects import KernelObject, NftElement, NftSet, PolicyRule
from genkan.program.route import AnswerChoice

ANSWER_MARKS, ANSWERED = "answer_marks", "answered"
VERSIONS = (4, 6)
PRIORITY = 900  # before the subnets' tables
SETS = {
    ANSWER_MARKS: "map { type ifname : mark; }",
    ANSWERED: "set { type ifname . mark; }",
}
OF_AN_INTERFACE = f"ct mark and {NUMBERS:#x} != 0 meta mark set ct mark and {NUMBERS:#x}"
STAGES = (
    (
        "answers",
        "type filter hook prerouting priority -145; policy accept;",
        (
            f"ct state new ct mark set iifname map @{ANSWER_MARKS}",
            f"ct direction reply {OF_AN_INTERFACE}",
        ),
    ),
    (
        "own-answers",
        "type route hook output priority -145; policy accept;",
        (OF_AN_INTERFACE,),
    ),
)


def lower(entry: AnswerChoice) -> Iterator[KernelObject]:
    """Give the marks of one interface, and the chains that all of a place share."""
    place, table = entry.place, number(entry.table)
    for name, declaration in SETS.items():
        yield NftSet(place, name, declaration)
    for name, hook, rules in STAGES:
        yield ruleset.stage(place, name, hook, rules)
    device = device_name(entry.interface)
    yield NftElement(place, ANSWER_MARKS, f'"{device}"', str(table))
    yield NftElement(place, ANSWERED, f'"{device}" . {table}')
    for version in VERSIONS:
        yield PolicyRule(place, PRIORITY, table, table, version=version)
