"""The AWS CLI's words → an operation and its parameters, driven by botocore's models.

`create-vpc-endpoint --vpc-id vpc-1 --no-private-dns-enabled`, with `aws` and a service before it or
without. Lists take several words; what is not plain is shorthand or JSON; `--cli-input-json` gives
what no option does. Options about the shape of the answer mean nothing here and are passed over;
any other that the operation does not have is refused. `command_words` has what the AWS CLI says
otherwise than the models. "Command structure in the AWS CLI" in its user guide.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from genkan.wire import command_words
from genkan.wire.models import Shape, Value, service_model, snake_case
from genkan.wire.shorthand import ShorthandUnreadable, parse_shorthand
from genkan.wire.timestamp import parse_timestamp

SERVICES = ("ec2", "elbv2", "route53", "route53resolver", "service-quotas", "sts")
OF_THE_ANSWER = {
    "--output": 1, "--query": 1, "--color": 1, "--no-cli-pager": 0, "--no-paginate": 0,
    "--no-cli-auto-prompt": 0,
}  # fmt: skip
COMPLEX = ("structure", "list", "map")
BOOLEANS = {"true": True, "false": False}


class CommandUnreadable(ValueError):
    """Words that are no command of the AWS CLI; the message says what, and why."""


@dataclass(frozen=True, slots=True)
class Command:
    """What was said. `region` None: the caller's."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str | None = None


@dataclass(slots=True)
class _Said:
    """An option and the words after it."""

    name: str
    words: list[str] = field(default_factory=list)


def parse_command(words: Sequence[str]) -> Command:
    """Read a command. Raises CommandUnreadable."""
    rest = list(words[1:] if words[:1] == ["aws"] else words)
    service = rest.pop(0) if rest and rest[0] in SERVICES else SERVICES[0]
    if not rest:
        raise CommandUnreadable("There is no operation: say `create-vpc-endpoint --vpc-id …`.")
    name = rest.pop(0)
    operation = _operations(service).get(name)
    if operation is None:
        raise CommandUnreadable(
            f"{name} is no operation of {service}. Say the service before it, one of "
            f"{', '.join(SERVICES)}, and the operation as the AWS CLI does."
        )
    shape = service_model(service).operation_model(operation).input_shape
    members = dict(shape.members) if shape else {}
    region: str | None = None
    given: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for said in _options(rest):
        if said.name == "--region":
            region = _one(said)
        elif said.name == "--cli-input-json":
            known = _json(said, _one(said))
        elif said.name in OF_THE_ANSWER:
            if len(said.words) != OF_THE_ANSWER[said.name]:
                raise CommandUnreadable(f"{said.name} takes {OF_THE_ANSWER[said.name]} words.")
        else:
            _give(given, service, operation, members, said)
    command_words.finish(service, operation, given)
    parameters = {**known, **given}
    _check(name, shape, parameters)
    return Command(service, operation, parameters, region)


def _check(name: str, shape: Shape, parameters: Mapping[str, Any]) -> None:
    """Refuse what no client would send: what is missing, and values of another kind."""
    from botocore.validate import ParamValidator

    report = ParamValidator().validate(parameters, shape) if shape else None
    if report is not None and report.has_errors():
        told = " ".join(str(report.generate_report()).split())
        raise CommandUnreadable(f"{name} cannot be called so: {told}.")


@cache
def _operations(service: str) -> Mapping[str, str]:
    names = service_model(service).operation_names
    return {snake_case(name).replace("_", "-"): name for name in names}


def _options(words: Sequence[str]) -> Iterator[_Said]:
    """Part words by the options that they stand after."""
    said: _Said | None = None
    for word in words:
        if word.startswith("--") and len(word) > 2:
            if said is not None:
                yield said
            name, equals, value = word.partition("=")
            said = _Said(name, [value] if equals else [])
        elif said is None:
            raise CommandUnreadable(f"{word} stands after no option.")
        else:
            said.words.append(word)
    if said is not None:
        yield said


def _give(
    given: dict[str, Any], service: str, operation: str, members: Mapping[str, Shape], said: _Said
) -> None:
    """Put into `given` what an option says."""
    try:
        if command_words.take(service, operation, given, said.name, said.words):
            return
    except ValueError as error:
        raise CommandUnreadable(f"{said.name}: {error}.") from error
    member, negated = _member(members, said.name)
    if member is None:
        known = ", ".join(sorted(_option(name) for name in members)) or "none"
        raise CommandUnreadable(f"{operation} has no option {said.name}. It has: {known}.")
    shape = members[member]
    if member in given:
        raise CommandUnreadable(f"{said.name} is said twice.")
    given[member] = _value(shape, said, negated)


def _member(members: Mapping[str, Shape], option: str) -> tuple[str | None, bool]:
    for name, shape in members.items():
        if option == _option(name):
            return name, False
        if option == "--no-" + _option(name)[2:] and _is_flag(shape):
            return name, True
    return None, False


@cache
def _option(member: str) -> str:
    return "--" + snake_case(member).replace("_", "-")


def _is_flag(shape: Shape) -> bool:
    """Tell whether a member is true or false alone, or a structure of nothing else (`Value`)."""
    if shape.type_name == "structure":
        return list(shape.members) == ["Value"] and shape.members["Value"].type_name == "boolean"
    return bool(shape.type_name == "boolean")


def _value(shape: Shape, said: _Said, negated: bool) -> Value:
    if _is_flag(shape):
        if negated or not said.words:
            if said.words:
                raise CommandUnreadable(f"{said.name} takes no value: {said.words[0]}.")
            return {"Value": not negated} if shape.type_name == "structure" else not negated
        if shape.type_name == "boolean":
            raise CommandUnreadable(f"{said.name} takes no value: {said.words[0]}.")
    try:
        if shape.type_name == "list":
            return _list(shape, said)
        return _unpacked(shape, _one(said))
    except (ShorthandUnreadable, ValueError, TypeError) as error:
        if isinstance(error, CommandUnreadable):
            raise
        shown = " ".join(said.words)
        raise CommandUnreadable(f"{said.name} cannot be read: {shown}: {error}.") from error


def _one(said: _Said) -> str:
    if len(said.words) != 1:
        raise CommandUnreadable(f"{said.name} takes one value, not {len(said.words)}.")
    return said.words[0]


def _list(shape: Shape, said: _Said) -> Value:
    if not said.words:
        return []
    if len(said.words) == 1 and said.words[0].lstrip().startswith("["):
        return _json(said, said.words[0])
    return [_unpacked(shape.member, word) for word in said.words]


def _unpacked(shape: Shape, word: str) -> Value:
    """Read a word as what a shape describes."""
    if shape.type_name not in COMPLEX:
        return _scalar(shape, word)
    if word.lstrip()[:1] in ("{", "["):
        return json.loads(word)
    if shape.type_name == "list":
        return [_unpacked(shape.member, one) for one in word.split(",")]
    if shape.type_name == "structure" and "=" not in word and len(shape.members) == 1:
        ((name, member),) = shape.members.items()
        return {name: _coerced(member, word)}
    return _coerced(shape, parse_shorthand(word))


def _coerced(shape: Shape, value: Any) -> Value:  # noqa: ANN401 - text, lists, dictionaries
    """Give shorthand the types of a shape; one text stands for a list of it."""
    if shape.type_name == "structure" and isinstance(value, dict):
        unknown = next((name for name in value if name not in shape.members), None)
        if unknown is not None:
            known = ", ".join(shape.members)
            raise ShorthandUnreadable(f"there is no {unknown}, but {known}")
        return {name: _coerced(shape.members[name], one) for name, one in value.items()}
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: _coerced(shape.value, one) for name, one in value.items()}
    if shape.type_name == "list":
        values = value if isinstance(value, list) else [value]
        return [_coerced(shape.member, one) for one in values]
    if isinstance(value, str) and shape.type_name not in COMPLEX:
        return _scalar(shape, value)
    raise ShorthandUnreadable(f"{value!r} is no {shape.type_name}")


def _scalar(shape: Shape, word: str) -> Value:
    match shape.type_name:
        case "integer" | "long":
            return int(word)
        case "float" | "double":
            return float(word)
        case "boolean":
            if word.lower() not in BOOLEANS:
                raise ShorthandUnreadable(f"{word!r} is neither true nor false")
            return BOOLEANS[word.lower()]
        case "timestamp":
            return parse_timestamp(word, "iso8601")
        case "blob":
            return word.encode()
    return word


def _json(said: _Said, text: str) -> Value:
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandUnreadable(f"{said.name} is no JSON: {error}.") from error
