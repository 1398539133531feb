"""Policy documents, read: JSON text → statements whose patterns are ready to be compared.

The form is checked as far as an evaluation has to understand it: what no policy says is refused,
never passed over. "Grammar of the IAM JSON policy language" in the IAM user guide.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from genkan.policy.condition import Condition, Over
from genkan.policy.operators import OPERATORS, read_value
from genkan.policy.pattern import Pattern, parse_pattern

OLD, NEW = "2008-10-17", "2012-10-17"  # versions; without one a document is of the old
IF_EXISTS = "ifexists"
ELEMENTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource"}
    | {"NotResource", "Condition"}
)
PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")


class PolicyUnreadable(Exception):
    """A text that is no policy. The message says what is wrong with it.

    `position`, of a text that is no JSON, is the line and the column where that shows.
    """

    position: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """What a pair like Action and NotAction names; `negated`: everything else."""

    patterns: tuple[Pattern, ...]
    negated: bool

    @property
    def prefix(self) -> str:
        return "Not" if self.negated else ""


@dataclass(frozen=True, slots=True)
class NamedPrincipals:
    """Whom a statement is about, by kind ("AWS", "Service"); `negated`: everybody else."""

    kinds: Mapping[str, tuple[str, ...]]
    negated: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """`number` counts from 1. `principals` None: whoever the policy is attached to; `resources`
    None: what it is attached to."""

    number: int
    sid: str | None
    allows: bool
    principals: NamedPrincipals | None
    actions: Named
    resources: Named | None
    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        name = f" ({self.sid})" if self.sid else ""
        return f"statement {self.number}{name}"


@dataclass(frozen=True, slots=True)
class Policy:
    statements: tuple[Statement, ...]


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises PolicyUnreadable."""
    try:
        document = json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        unreadable = PolicyUnreadable(f"It is no JSON: {error}")
        if isinstance(error, json.JSONDecodeError):
            unreadable.position = (error.lineno, error.colno)
        raise unreadable from error
    if not isinstance(document, dict):
        raise PolicyUnreadable("It is no JSON object")
    _check_names(document, {"Version", "Id", "Statement"}, "policy")
    version = document.get("Version", OLD)
    if version not in (OLD, NEW):
        raise PolicyUnreadable(f"The Version is {OLD} or {NEW}")
    statements = document.get("Statement")
    several = statements if isinstance(statements, list) else [statements]
    return Policy(
        tuple(
            _statement(number, one, version == NEW) for number, one in enumerate(several, start=1)
        )
    )


def _statement(number: int, given: Any, variables: bool) -> Statement:  # noqa: ANN401 - JSON
    if not isinstance(given, dict):
        raise PolicyUnreadable("It has to have a Statement")
    _check_names(given, ELEMENTS, "statement")
    effect = given.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise PolicyUnreadable("The Effect of a statement is Allow or Deny")
    actions = _named(given, "Action", variables=False)
    if actions is None:
        raise PolicyUnreadable("A statement has one of Action and NotAction")
    sid = given.get("Sid")
    return Statement(
        number,
        str(sid) if sid else None,
        effect == "Allow",
        _principals(given),
        actions,
        _named(given, "Resource", variables=variables),
        tuple(_conditions(given.get("Condition", {}), variables)),
    )


def _named(given: Mapping[str, Any], name: str, *, variables: bool) -> Named | None:
    positive, negative = name in given, f"Not{name}" in given
    if positive and negative:
        raise PolicyUnreadable(f"A statement has one of {name} and Not{name}")
    if not (positive or negative):
        return None
    texts = _texts(given[f"Not{name}" if negative else name], name)
    return Named(
        tuple(parse_pattern(text, variables=variables) for text in texts), negated=negative
    )


def _principals(given: Mapping[str, Any]) -> NamedPrincipals | None:
    if "Principal" in given and "NotPrincipal" in given:
        raise PolicyUnreadable("A statement has one of Principal and NotPrincipal")
    negated = "NotPrincipal" in given
    if not negated and "Principal" not in given:
        return None
    found = given["NotPrincipal" if negated else "Principal"]
    if found == "*":
        return NamedPrincipals({"*": ("*",)}, negated)
    if not isinstance(found, dict) or not found:
        raise PolicyUnreadable('A Principal is "*" or a JSON object')
    _check_names(found, PRINCIPAL_KINDS, "principal")
    return NamedPrincipals(
        {kind: tuple(_texts(texts, "Principal")) for kind, texts in found.items()}, negated
    )


def _conditions(given: Any, variables: bool) -> Iterable[Condition]:  # noqa: ANN401 - JSON
    if not isinstance(given, dict):
        raise PolicyUnreadable("A Condition is a JSON object")
    for name, keys in given.items():
        qualifier, colon, rest = name.rpartition(":")
        over = next((one for one in Over if one.value.lower() == qualifier.lower()), None)
        lowered = rest.lower()
        operator = OPERATORS.get(lowered.removesuffix(IF_EXISTS))
        if operator is None or (colon and over is None) or lowered == f"null{IF_EXISTS}":
            raise PolicyUnreadable(f"There is no condition operator '{name}'")
        if not isinstance(keys, dict):
            raise PolicyUnreadable(f"The condition operator '{name}' has a JSON object of keys")
        for key, values in keys.items():
            patterns = tuple(
                read_value(operator, text, variables=variables)
                for text in _texts(values, f"Condition key {key}")
            )
            yield Condition(name, operator, over, lowered.endswith(IF_EXISTS), key, patterns)


def _texts(given: Any, name: str) -> list[str]:  # noqa: ANN401 - JSON
    several = given if isinstance(given, list) else [given]
    texts = []
    for one in several:
        if isinstance(one, bool):
            texts.append(str(one).lower())
        elif isinstance(one, str | int | float):
            texts.append(str(one))
        else:
            raise PolicyUnreadable(f"The values of {name} are texts, and this is not: {one!r}")
    return texts


def _check_names(given: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise PolicyUnreadable(f"There is no {what} element '{unknown[0]}'")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has a name twice")
    return found
