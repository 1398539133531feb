"""What an answer rests on that is not known for certain: told only where what was looked at could
come out otherwise by it."""

from collections.abc import Iterable
from enum import Enum

from genkan.analysis import Trace
from genkan.impact.effects import Compared, Effect, Times
from genkan.impact.groups import Group, Sender
from genkan.impact.outlook import Verdict
from genkan.impact.state import State
from genkan.impact.target import Kind, Target
from genkan.program.filter import Stage

LISTENING = (Kind.INTERFACES, Kind.PUBLIC, Kind.BALANCER, Kind.ENDPOINT)
BY_PACKET = (Stage.NETWORK_ACL_EGRESS.value, Stage.NETWORK_ACL_INGRESS.value)


class Assumption(Enum):
    """The value is how people are told."""

    LISTENS = "a program listens at every port that packets are let in to"
    CALLERS = (
        "callers' own IAM policies are not known: of a call it is said what becomes of it where "
        "they allow it"
    )
    FIRST = (
        "interfaces of one subnet with the same security groups fare alike: the first of them was "
        "looked at"
    )
    CLIENT_PORTS = "clients send from ports 49152 to 65535, which network ACLs see in answers"
    BEYOND = "other VPCs that come in over the internet fare as the internet does"


def rested_on(
    times: Times, sender: Sender, target: Target, compared: Iterable[Compared], calls: bool
) -> set[Assumption]:
    """Give what answers about flows rest on. `calls`: they are calls of a service of AWS's."""
    found: set[Assumption] = set()
    changed = False
    for one in compared:
        changed |= one.effect is not Effect.UNCHANGED
        for state, outlook in ((times.before, one.before), (times.after, one.after)):
            if _asks_for_ports(state, outlook.trace):
                found.add(Assumption.CLIENT_PORTS)
            if one.effect is Effect.UNCHANGED:
                continue
            if target.kind in LISTENING and outlook.verdict is Verdict.WORKS:
                found.add(Assumption.LISTENS)
            if calls and outlook.verdict in (Verdict.WORKS, Verdict.DEPENDS):
                found.add(Assumption.CALLERS)
    if any(isinstance(one, Group) and len(one.members) > 1 for one in (sender, target.group)):
        found.add(Assumption.FIRST)
    if changed and not isinstance(sender, Group):
        found.add(Assumption.BEYOND)
    return found


def _asks_for_ports(state: State, trace: Trace | None) -> bool:
    """Tell whether an answer meets ACLs that ask for ports."""
    steps = trace.answer if trace else ()
    return any(
        step.stage in BY_PACKET and step.place in state.index.places_asking_for_ports
        for step in steps
    )
