"""Condition operators: how a value of the request compares with a value of the policy.

A table: each operator's way of comparing and whether it is the negation of that. Values that
cannot be read as what an operator compares are unlike every other. "IAM JSON policy elements:
Condition operators" in the IAM user guide.
"""

import base64
import binascii
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from ipaddress import IPv4Network, IPv6Network, ip_network

from genkan.policy.pattern import Pattern, Wild, parse_pattern
from genkan.policy.request import Request
from genkan.policy.truth import NO, YES, Truth, all_of, any_of, truth

Compare = Callable[[Pattern, str, Request], Truth]
ARN_PARTS = 6


@dataclass(frozen=True, slots=True)
class Operator:
    """`variables` and `wildcards`: what values of the policy may have."""

    name: str
    compare: Compare
    negated: bool = False
    variables: bool = False
    wildcards: bool = False


def _equals(pattern: Pattern, value: str, request: Request) -> Truth:
    return pattern.match(value, request)


def _equals_any_case(pattern: Pattern, value: str, request: Request) -> Truth:
    return pattern.match(value, request, fold=True)


def _arn(pattern: Pattern, value: str, request: Request) -> Truth:
    """Compare the six parts of two ARNs, each on its own; `*` alone is every ARN."""
    if pattern.pieces == (Wild.ANY,):
        return YES
    wanted = _split_arn(pattern)
    given = value.split(":", ARN_PARTS - 1)
    if len(wanted) != ARN_PARTS or len(given) != ARN_PARTS:
        return NO
    return all_of(part.match(text, request) for part, text in zip(wanted, given, strict=True))


def _split_arn(pattern: Pattern) -> list[Pattern]:
    """Divide a pattern at its first five colons; those in variables divide nothing."""
    parts: list[list[str | Wild | object]] = [[]]
    for piece in pattern.pieces:
        if not isinstance(piece, str):
            parts[-1].append(piece)
            continue
        head, *rest = piece.split(":", ARN_PARTS - len(parts))
        parts[-1].append(head)
        parts.extend([text] for text in rest)
    return [Pattern(pattern.text, tuple(part)) for part in parts]  # type: ignore[arg-type]


def _number(how: Callable[[Decimal, Decimal], bool]) -> Compare:
    def compare(pattern: Pattern, value: str, request: Request) -> Truth:
        try:
            return truth(how(Decimal(value), Decimal(pattern.text)))
        except InvalidOperation:
            return NO

    return compare


def _date(how: Callable[[datetime, datetime], bool]) -> Compare:
    def compare(pattern: Pattern, value: str, request: Request) -> Truth:
        given, wanted = _moment(value), _moment(pattern.text)
        return truth(given is not None and wanted is not None and how(given, wanted))

    return compare


def _moment(text: str) -> datetime | None:
    try:
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _bool(pattern: Pattern, value: str, request: Request) -> Truth:
    return truth(value.lower() == pattern.text.lower() in ("true", "false"))


def _binary(pattern: Pattern, value: str, request: Request) -> Truth:
    try:
        return truth(_bytes(value) == _bytes(pattern.text))
    except (binascii.Error, ValueError):
        return NO


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _address(pattern: Pattern, value: str, request: Request) -> Truth:
    given, wanted = _network(value), _network(pattern.text)
    match given, wanted:
        case (IPv4Network(), IPv4Network()):
            return truth(given.subnet_of(wanted))
        case (IPv6Network(), IPv6Network()):
            return truth(given.subnet_of(wanted))
    return NO


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _absent(pattern: Pattern, value: str, request: Request) -> Truth:
    raise AssertionError("Null compares no values")


NULL = Operator("Null", _absent)

_ORDERS = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}

_TABLE = (
    Operator("StringEquals", _equals, variables=True),
    Operator("StringNotEquals", _equals, negated=True, variables=True),
    Operator("StringEqualsIgnoreCase", _equals_any_case, variables=True),
    Operator("StringNotEqualsIgnoreCase", _equals_any_case, negated=True, variables=True),
    Operator("StringLike", _equals, variables=True, wildcards=True),
    Operator("StringNotLike", _equals, negated=True, variables=True, wildcards=True),
    *(Operator(f"Numeric{name}", _number(how)) for name, how in _ORDERS.items()),
    Operator("NumericNotEquals", _number(operator.eq), negated=True),
    *(Operator(f"Date{name}", _date(how)) for name, how in _ORDERS.items()),
    Operator("DateNotEquals", _date(operator.eq), negated=True),
    Operator("Bool", _bool),
    Operator("BinaryEquals", _binary),
    Operator("IpAddress", _address),
    Operator("NotIpAddress", _address, negated=True),
    Operator("ArnEquals", _arn, variables=True, wildcards=True),
    Operator("ArnLike", _arn, variables=True, wildcards=True),
    Operator("ArnNotEquals", _arn, negated=True, variables=True, wildcards=True),
    Operator("ArnNotLike", _arn, negated=True, variables=True, wildcards=True),
    NULL,
)

OPERATORS = {one.name.lower(): one for one in _TABLE}


def compare(op: Operator, patterns: tuple[Pattern, ...], value: str, request: Request) -> Truth:
    """Compare a value of the request with those of the policy: one has to match, or for a negated
    operator none may."""
    found = any_of(op.compare(pattern, value, request) for pattern in patterns)
    return ~found if op.negated else found


def read_value(op: Operator, text: str, *, variables: bool) -> Pattern:
    """Read a policy's value for an operator."""
    return parse_pattern(text, variables=variables and op.variables, wildcards=op.wildcards)
