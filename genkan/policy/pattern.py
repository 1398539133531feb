"""Patterns of a policy: text with wildcards and policy variables.

`*` stands for any characters and `?` for one; what a variable is replaced by stands for itself.
`${*}`, `${?}` and `${$}` are the characters; `${key, 'default'}` has a default. Before version
2012-10-17 a `${` is text like any other. A variable without a value, or with several, matches
nothing. "IAM policy elements: Variables and tags" in the IAM user guide.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from genkan.policy.request import Request, Unknown
from genkan.policy.truth import NO, Truth, depends, truth

VARIABLE = re.compile(r"\$\{([^{}]*)\}")
DEFAULT = re.compile(r"([^,]+),\s*'(.*)'")
THEMSELVES = ("*", "?", "$")


class Wild(Enum):
    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    key: str
    default: str | None


Piece = str | Wild | Variable
Character = str | Wild  # one character, or what stands for one


@dataclass(frozen=True, slots=True)
class Pattern:
    """`text` is the pattern as the policy has it."""

    text: str
    pieces: tuple[Piece, ...]

    def match(self, value: str, request: Request, *, fold: bool = False) -> Truth:
        """Compare a text with it; `fold`: without regard to case."""
        pieces = self.resolve(request)
        if isinstance(pieces, Truth):
            return pieces
        return truth(_matches(pieces, value, fold))

    def resolve(self, request: Request) -> "tuple[str | Wild, ...] | Truth":
        """Put the variables' values in; give the truth that follows from one that has none."""
        missing: set[str] = set()
        resolved: list[str | Wild] = []
        for piece in self.pieces:
            if not isinstance(piece, Variable):
                resolved.append(piece)
                continue
            values = request.values(piece.key)
            if isinstance(values, Unknown):
                missing.add(piece.key)
            elif values is not None and len(values) == 1:
                resolved.append(values[0])
            elif not values and piece.default is not None:
                resolved.append(piece.default)
            else:
                return NO
        return depends(*missing) if missing else tuple(resolved)


def parse_pattern(text: str, *, variables: bool, wildcards: bool = True) -> Pattern:
    """Read a pattern; `variables` and `wildcards`: whether it can have any."""
    return Pattern(text, tuple(_pieces(text, variables, wildcards)))


def _pieces(text: str, variables: bool, wildcards: bool) -> Iterator[Piece]:
    at = 0
    for found in VARIABLE.finditer(text) if variables else ():
        yield from _literal(text[at : found.start()], wildcards)
        at = found.end()
        yield _variable(found[1])
    yield from _literal(text[at:], wildcards)


def _variable(inner: str) -> Piece:
    if inner in THEMSELVES:
        return inner
    defaulted = DEFAULT.fullmatch(inner)
    if defaulted:
        return Variable(defaulted[1].strip(), defaulted[2])
    return Variable(inner.strip(), None)


def _literal(text: str, wildcards: bool) -> Iterator[Piece]:
    if not wildcards:
        if text:
            yield text
        return
    for part in re.split(r"([*?])", text):
        if part in ("*", "?"):
            yield Wild(part)
        elif part:
            yield part


def _matches(pieces: Sequence[str | Wild], value: str, fold: bool) -> bool:
    """Match by the runs between the `*`: the first at the start, the last at the end, the others at
    the first place where they are; in time that grows with both lengths, whatever the pattern."""
    if fold:
        value = value.lower()
    runs: list[list[Character]] = [[]]
    for piece in pieces:
        if piece is Wild.ANY:
            runs.append([])
        elif isinstance(piece, Wild):
            runs[-1].append(piece)
        else:
            runs[-1].extend(piece.lower() if fold else piece)
    first, *rest = runs
    if not rest:
        return len(first) == len(value) and _stands_at(first, value, 0)
    last, at, end = rest.pop(), len(first), len(value)
    if end < at + len(last) or not _stands_at(first, value, 0):
        return False
    end -= len(last)
    if not _stands_at(last, value, end):
        return False
    for run in rest:
        found = _find(run, value, at, end)
        if found < 0:
            return False
        at = found + len(run)
    return True


def _find(run: Sequence[Character], value: str, start: int, end: int) -> int:
    if Wild.ONE not in run:
        return value.find("".join(str(one) for one in run), start, end)
    return next(
        (at for at in range(start, end - len(run) + 1) if _stands_at(run, value, at)),
        -1,
    )


def _stands_at(run: Sequence[Character], value: str, at: int) -> bool:
    if at + len(run) > len(value):
        return False
    return all(one is Wild.ONE or one == value[at + offset] for offset, one in enumerate(run))
