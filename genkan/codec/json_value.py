"""The two directions, each one function per kind of type, chosen once per type and kept."""

import dataclasses
import types
import typing
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, TypeVar

JsonValue = dict[str, Any] | list[Any] | str | int | float | bool | None

T = TypeVar("T")
Convert = Callable[[Any], Any]

TEXTUAL = (IPv4Address, IPv6Address, IPv4Network, IPv6Network)
PLAIN = frozenset({str, int, float, bool, type(None)})  # written as they are
_ENCODERS: dict[Any, Convert] = {}
_DECODERS: dict[Any, Convert] = {}
KIND = "~"  # the key that tells the classes of a union apart; no field can have this name


def encode(value: Any) -> Any:  # noqa: ANN401 - any annotated value is the point
    """Write `value` as a JSON value. Raises TypeError for a type it does not know."""
    return _encoder(type(value))(value)


def decode(of: type[T], value: Any) -> T:  # noqa: ANN401
    """Read back what `encode` wrote of a value of type `of`."""
    return typing.cast(T, _decoder(of)(value))


def _same(value: Any) -> Any:  # noqa: ANN401
    return value


def _encoder(of: Any) -> Convert:  # noqa: ANN401
    found = _ENCODERS.get(of)
    if found is None:
        found = _ENCODERS[of] = _make_encoder(of)
    return found


def _make_encoder(of: Any) -> Convert:  # noqa: ANN401
    if of in PLAIN:
        return _same
    if of in TEXTUAL:
        return str
    if issubclass(of, datetime):
        return datetime.isoformat
    if issubclass(of, Enum):
        return lambda value: value.value
    if issubclass(of, (tuple, list)):
        return lambda value: [encode(item) for item in value]
    if dataclasses.is_dataclass(of):
        return _dataclass_encoder(of)
    raise TypeError(
        f"{of!r} cannot be written as JSON. Annotate the field with a type codec knows."
    )


def _dataclass_encoder(of: Any) -> Convert:  # noqa: ANN401
    hints = typing.get_type_hints(of)
    fields = [
        (field.name, field.default, _dataclass_union(hints[field.name]))
        for field in dataclasses.fields(of)
    ]

    def write(value: Any) -> dict[str, Any]:  # noqa: ANN401
        out: dict[str, Any] = {}
        for name, default, tagged in fields:
            item = getattr(value, name)
            if item is default or (default is not dataclasses.MISSING and item == default):
                continue
            kind = type(item)
            if kind in PLAIN:
                out[name] = item
                continue
            written = _encoder(kind)(item)
            if tagged and isinstance(written, dict):
                written[KIND] = type(item).__name__
            elif tagged and isinstance(item, tuple):
                for member, text in zip(item, written, strict=True):
                    if isinstance(text, dict):
                        text[KIND] = type(member).__name__
            out[name] = written
        return out

    return write


def _dataclass_union(hint: Any) -> bool:  # noqa: ANN401
    """Tell whether values of `hint` (or the members of its tuple) need their class's name."""
    if typing.get_origin(hint) is tuple:
        return _dataclass_union(typing.get_args(hint)[0])
    return sum(1 for arm in _arms(hint) if dataclasses.is_dataclass(arm)) > 1


def _arms(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return typing.get_args(hint)
    return (hint,)


def _decoder(of: Any) -> Convert:  # noqa: ANN401
    found = _DECODERS.get(of)
    if found is None:
        found = _DECODERS[of] = _make_decoder(of)
    return found


def _make_decoder(of: Any) -> Convert:  # noqa: ANN401
    arms = _arms(of)
    if len(arms) > 1:
        return _union_decoder(arms)
    origin = typing.get_origin(of)
    if origin is tuple:
        return _tuple_decoder(typing.get_args(of))
    if of in PLAIN:
        return _same
    if of in TEXTUAL or issubclass(of, Enum):
        return typing.cast(Convert, of)
    if issubclass(of, datetime):
        return datetime.fromisoformat
    if dataclasses.is_dataclass(of):
        return _dataclass_decoder(of)
    raise TypeError(f"{of!r} cannot be read from JSON. Annotate the field with a type codec knows.")


def _tuple_decoder(args: tuple[Any, ...]) -> Convert:
    if len(args) == 2 and args[1] is Ellipsis:
        item = _decoder(args[0])
        return lambda value: tuple(item(member) for member in value)
    items = [_decoder(arg) for arg in args]
    return lambda value: tuple(read(member) for read, member in zip(items, value, strict=True))


def _dataclass_decoder(of: Any) -> Convert:  # noqa: ANN401
    hints = typing.get_type_hints(of)
    readers = {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(of)}

    def read(value: dict[str, Any]) -> Any:  # noqa: ANN401
        return of(**{name: readers[name](item) for name, item in value.items() if name != KIND})

    return read


def _union_decoder(arms: tuple[Any, ...]) -> Convert:
    dataclass_arms: list[Any] = [arm for arm in arms if dataclasses.is_dataclass(arm)]
    classes = {arm.__name__: _decoder(arm) for arm in dataclass_arms}
    rest = [
        _decoder(arm)
        for arm in sorted(arms, key=lambda arm: arm in PLAIN)  # text that parses is not left a str
        if arm is not type(None) and arm.__name__ not in classes
    ]

    def read(value: Any) -> Any:  # noqa: ANN401
        if value is None:
            return None
        if isinstance(value, dict):
            name = value[KIND] if KIND in value else next(iter(classes))
            return classes[name](value)
        for reader in rest:
            try:
                return reader(value)
            except ValueError:
                continue
        raise ValueError(f"{value!r} is none of {', '.join(map(str, arms))}.")

    return read
