"""An order: a call of AWS's API that may be made, and the AWS CLI's words for it.

A text like {1.GroupId} in a parameter stands for what the first order of a list answered; in the
place of a member of a list it may stand for a list. A step of such a path is a member, a number in
a list, or NAME=VALUE: the first in a list whose NAME is VALUE, which may be such a text itself.
"""

import hashlib
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genkan import wire

PLAIN = ("tcp", "udp")  # protocols whose permissions can be said flat
NEGATED = {"Egress": "--ingress"}  # what the AWS CLI says instead
REFERENCE = re.compile(r"\{(\d+)\.([A-Za-z0-9.=_-]+)\}")
MOST_WITHIN = 2  # references within references


class UnknownReference(Exception):
    """A text refers to what no order before it answered; the message says which."""


@dataclass(frozen=True, slots=True)
class Order:
    """`operation` and `parameters` under AWS's names. `account` and `region` None: the caller's."""

    operation: str
    parameters: Mapping[str, Any]
    service: str = "ec2"
    account: str | None = None
    region: str | None = None

    @property
    def words(self) -> str:
        """Give it as the AWS CLI is told it."""
        name = wire.snake_case(self.operation).replace("_", "-")
        return " ".join(("aws", self.service, name, *_words(_flat(self.parameters))))

    def resolved(self, answers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Give the parameters with what the answers before say. Raises UnknownReference."""
        return {name: _resolved(value, answers) for name, value in self.parameters.items()}


def tokens_of(orders: Sequence[Order]) -> Callable[[int, str], str]:
    """Give what makes ids and passwords on a copy: the same ones for the same orders."""
    said = hashlib.sha256(" ".join(order.words for order in orders).encode()).digest()
    count = 0

    def token(length: int, alphabet: str) -> str:
        nonlocal count
        count += 1
        drawn = hashlib.shake_256(said + count.to_bytes(8)).digest(2 * length)
        numbers = (int.from_bytes(drawn[at : at + 2]) for at in range(0, 2 * length, 2))
        return "".join(alphabet[number % len(alphabet)] for number in numbers)

    return token


def _flat(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a single permission as the AWS CLI lets one say it."""
    permissions = parameters.get("IpPermissions")
    one = permissions[0] if isinstance(permissions, list) and len(permissions) == 1 else None
    if not isinstance(one, dict):
        return parameters
    rest = dict(one)
    said: dict[str, Any] = {"Protocol": str(rest.pop("IpProtocol", ""))}
    first, last = rest.pop("FromPort", None), rest.pop("ToPort", None)
    if not isinstance(first, int) or not isinstance(last, int) or not 0 <= first <= last:
        return parameters
    if said["Protocol"] not in PLAIN:
        return parameters
    said["Port"] = str(first) if first == last else f"{first}-{last}"
    match rest:
        case {"UserIdGroupPairs": [{"GroupId": str(group), **more}], **others} if not (
            more or others
        ):
            said["SourceGroup"] = group
        case {"IpRanges": [{"CidrIp": str(cidr), **more}], **others} if not (more or others):
            said["Cidr"] = cidr
        case _:
            return parameters
    return {**{name: one for name, one in parameters.items() if name != "IpPermissions"}, **said}


def _words(parameters: Mapping[str, Any]) -> Iterator[str]:
    for name, value in parameters.items():
        option = "--" + wire.snake_case(name).replace("_", "-")
        match value:
            case True:
                yield option
            case False:
                yield NEGATED.get(name) or option.replace("--", "--no-", 1)
            case {"Value": bool() as said}:
                yield option if said else option.replace("--", "--no-", 1)
            case list() if all(isinstance(one, str) for one in value):
                yield " ".join((option, *map(shlex.quote, value)))
            case dict() | list():
                yield f"{option} {shlex.quote(json.dumps(value, separators=(',', ':')))}"
            case _:
                yield f"{option} {shlex.quote(str(value))}"


def _resolved(value: Any, answers: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _resolved(one, answers) for name, one in value.items()}
    if isinstance(value, list):
        found: list[Any] = []
        for one in value:
            known = _resolved(one, answers)
            spliced = isinstance(one, str) and isinstance(known, list)
            found.extend(known if spliced else [known])
        return found
    if not isinstance(value, str):
        return value
    for _ in range(MOST_WITHIN):
        whole = REFERENCE.fullmatch(value)
        if whole:
            return _referred(whole, answers)
        value = REFERENCE.sub(lambda found: _part(found, answers), value)
    return value


def _part(found: re.Match[str], answers: Sequence[Mapping[str, Any]]) -> str:
    known = _referred(found, answers)
    if isinstance(known, list):
        raise UnknownReference(f"{found[0]} is a list, and stands in a text.")
    return str(known)


def _member(held: Any, step: str) -> Any:  # noqa: ANN401 - JSON
    """Give what a step of a path leads to, None where that is nowhere."""
    if isinstance(held, dict):
        return held.get(step)
    if not isinstance(held, list):
        return None
    name, equals, value = step.partition("=")
    if equals:
        return next((one for one in held if str(_member(one, name)) == value), None)
    return held[int(step)] if step.isdecimal() and int(step) < len(held) else None


def _referred(
    found: re.Match[str], answers: Sequence[Mapping[str, Any]]
) -> str | int | float | bool | list[Any]:
    number, path = int(found[1]), found[2]
    at: Any = answers[number - 1] if 1 <= number <= len(answers) else None
    for step in path.split("."):
        at = _member(at, step)
    if not isinstance(at, str | int | float | list):
        raise UnknownReference(f"{found[0]} is no value that call {number} answered before.")
    return at
