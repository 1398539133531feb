"""What reaches what, as plain data: the JSON of `genkan reach`."""

from collections.abc import Mapping
from typing import Any

from genkan.impact.access_scope import ScopeUnreadable, parse_scope
from genkan.impact.groups import Group, Sender
from genkan.impact.open_ways import Reached
from genkan.impact.reach import TooMany, UnknownWord, Wanted, reach
from genkan.impact.shown import name_of, ports_shown
from genkan.impact.state import State
from genkan.impact.target import Kind, Target

SCHEMA = "genkan-reach/1"


def answer_reach(state: State, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a question: `sources`, `destinations` (none: all), and a `scope` whose findings alone
    are meant. `unreadable` says what is wrong with it, `unknown` what nothing is called."""
    try:
        scope = parse_scope(asked["scope"]) if asked.get("scope") is not None else None
        sources, destinations = (
            Wanted(map(str, asked.get(name) or ())) for name in ("sources", "destinations")
        )
        found = reach(state, sources, destinations)
        if scope is not None:
            found = scope.findings(state.network, found)
    except (TooMany, ScopeUnreadable) as error:
        return {"unreadable": str(error)}
    except UnknownWord as error:
        return {"unknown": error.word, "near": list(error.near)}
    return {
        "schema": SCHEMA,
        "is_scope": scope is not None,
        "ways": [_shown(state, one) for one in found],
    }


def _shown(state: State, reached: Reached) -> dict[str, Any]:
    return {
        "from": _end(state, reached.sender),
        "to": _target(state, reached.target),
        "ports": [ports_shown(one) for one in reached.ports],
        "source_ports": [ports_shown(one) for one in reached.source_ports],
        "verdict": reached.verdict.value,
        "via": list(reached.via),
        "sees": reached.sees,
        "codes": list(reached.codes),
        "witness": _witness(reached),
    }


def _end(state: State, sender: Sender) -> dict[str, Any]:
    if not isinstance(sender, Group):
        return {"kind": "internet", "interfaces": []}
    return {
        "kind": "interfaces",
        "vpc": sender.vpc,
        "subnet": sender.subnet,
        "groups": list(sender.group_ids),
        "interfaces": [
            {
                "interface": one.interface.id,
                "place": one.place,
                "name": name_of(state.network, one.place),
                "addresses": [str(address) for address in one.interface.addresses],
            }
            for one in sender.members
        ],
    }


def _target(state: State, target: Target) -> dict[str, Any]:
    held = _end(state, target.group) if target.group is not None else {"interfaces": []}
    return {**held, "kind": target.kind.value, "id": target.id, "name": target.name}


def _witness(reached: Reached) -> dict[str, Any]:
    """Give a flow of them that can be traced, or sent."""
    ports = ports_shown(reached.ports[0])
    sender = reached.sender
    named = reached.target.kind is Kind.NAME and reached.target.name
    to = named or str(reached.to)
    return {
        "source": sender.members[0].place if isinstance(sender, Group) else "internet",
        "destination": to,
        "protocol": ports["protocol"],
        "port": ports["first"],
    }
