"""A template's YAML as plain data: short forms become what JSON says, scalars stay what was typed.

Nothing but mappings, lists, texts, numbers and truth values is made. Aliases are refused, as
CloudFormation does ("Template format" in its guide), and with them what they could blow up into;
depth is bounded. A date is a text, for policies have versions; so is a number that YAML 1.1 would
read in base 8 or 60.
"""

import re
from typing import Any

import yaml

MOST_DEPTH = 100
MOST_CHARACTERS = 5_000_000
INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")
WITHOUT_PREFIX = ("Ref", "Condition")
PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableYaml(ValueError):
    """A text that is no YAML, or more than a template may have of it; the message says what."""


class _Loader(PARSER):  # type: ignore[misc] # libyaml's, where it is there
    """Makes plain data of YAML with CloudFormation's short forms."""


def read_yaml(text: str) -> Any:  # noqa: ANN401 - YAML
    """Read a document. Raises UnreadableYaml."""
    if len(text) > MOST_CHARACTERS:
        raise UnreadableYaml(f"it has {len(text)} characters, more than {MOST_CHARACTERS}")
    try:
        _check(text)
        return yaml.load(text, _Loader)  # noqa: S506 - the safe loader's, with tags that make data
    except yaml.YAMLError as error:
        raise UnreadableYaml(" ".join(str(error).split())) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableYaml(str(error)) from error


def _check(text: str) -> None:
    """Raise UnreadableYaml for aliases, and for what stands too deep, before anything is made."""
    depth = 0
    for event in yaml.parse(text, PARSER):
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableYaml(f"it has an alias, *{event.anchor}, which CloudFormation refuses")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            raise UnreadableYaml(f"it is nested deeper than {MOST_DEPTH}")


def _short_form(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:  # noqa: ANN401
    """Give `!Sub x` as `{"Fn::Sub": x}`; "Intrinsic function reference"."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = list(value.partition(".")[::2])
    return {suffix if suffix in WITHOUT_PREFIX else f"Fn::{suffix}": value}


def _number(loader: Any, node: yaml.ScalarNode) -> int | float | str:  # noqa: ANN401
    text = str(loader.construct_scalar(node))
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


def _text(loader: Any, node: yaml.ScalarNode) -> str:  # noqa: ANN401
    return str(loader.construct_scalar(node))


_Loader.add_multi_constructor("!", _short_form)
for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _number)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)
