"""What describe calls share: ids, filters with wildcards, pages.

A family states its filters as a table from filter name to a function that gives the values a
resource has under it; `tag:Key`, `tag-key`, `tag-value` (which AWS takes and no longer documents)
and `owner-id` are everybody's. Filters are joined by AND, the values of one by OR; `*` and `?` are
wildcards, `\\` takes their meaning away. "List and filter your resources" in the Amazon EC2 user
guide.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from genkan.api.call import Call
from genkan.api.ids import need
from genkan.model.errors import (
    InvalidFilter,
    InvalidParameterCombination,
    InvalidParameterValue,
    Refused,
)
from genkan.model.resource import Resource

R = TypeVar("R", bound=Resource)
T = TypeVar("T")
Values = Callable[[R], Iterable[str | None]]

MOST_VALUES = 200  # of all filters of a call
MOST = 1000  # what a page holds at most, whatever is asked


class FilterLimitExceeded(Refused):
    code = "FilterLimitExceeded"


def select(
    call: Call,
    of: type[R],
    *,
    ids: Sequence[str] | None,
    filters: Sequence[Mapping[str, Any]] | None,
    table: Mapping[str, Values[R]],
    hidden: Callable[[R], bool] | None = None,
) -> list[R]:
    """Give the caller's resources that `ids` and `filters` let through.

    Raises NotFound for an id that names nothing, InvalidFilter for a filter that is not in `table`.
    """
    rows = [need(call, of, name) for name in dict.fromkeys(ids)] if ids else call.mine(of)
    seen = rows if hidden is None else [row for row in rows if not hidden(row)]
    return matching(seen, filters, table)


def matching(
    rows: Iterable[R], filters: Sequence[Mapping[str, Any]] | None, table: Mapping[str, Values[R]]
) -> list[R]:
    """Give the rows that every filter lets through. Raises InvalidFilter, FilterLimitExceeded."""
    count = sum(len(one.get("Values") or ()) for one in filters or ())
    if count > MOST_VALUES:
        raise FilterLimitExceeded(
            f"The maximum number of filter values specified on a single call is {MOST_VALUES}, and "
            f"these are {count}. Use several calls."
        )
    tests = [_test(one, table) for one in filters or ()]
    return [row for row in rows if all(test(row) for test in tests)] if tests else list(rows)


def page(
    rows: Sequence[T], max_results: int | None, next_token: str | None, *, ids: object = None
) -> tuple[Sequence[T], str | None]:
    """Give one page of `rows` and the token of the next, None at the end."""
    if max_results is not None and ids:
        raise InvalidParameterCombination(
            "The parameter MaxResults cannot be used together with ids. Leave one of them out."
        )
    if max_results is not None and max_results < 1:
        raise InvalidParameterValue(
            f"Value ( {max_results} ) for parameter maxResults is invalid. Give 1 to {MOST}."
        )
    first = int(next_token or 0)
    size = min(max_results or (len(rows) or 1), MOST) if max_results else len(rows)
    last = first + size
    return rows[first:last], str(last) if last < len(rows) else None


def _test(one: Mapping[str, Any], table: Mapping[str, Values[R]]) -> Callable[[R], bool]:
    name, wanted = one.get("Name", ""), one.get("Values") or []
    values = _values_of(name, table)
    patterns = [_pattern(text) for text in wanted]
    return lambda row: any(
        value is not None and any(pattern.fullmatch(value) for pattern in patterns)
        for value in values(row)
    )


def _values_of(name: str, table: Mapping[str, Values[R]]) -> Values[R]:
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return lambda row: [value for tag, value in row.tags if tag == key]
    if name == "tag-key":
        return lambda row: [tag for tag, _ in row.tags]
    if name == "tag-value":
        return lambda row: [value for _, value in row.tags]
    if name == "owner-id":
        return lambda row: [row.account]
    if name not in table:
        raise InvalidFilter(f"The filter '{name}' is invalid")
    return table[name]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|.", text, re.DOTALL)
    wild = {"*": ".*", "?": "."}
    return re.compile(
        "".join(wild.get(part) or re.escape(part.removeprefix("\\") or "\\") for part in parts),
        re.DOTALL,
    )


def absent(*names: str) -> dict[str, Values[Any]]:
    """Give filters on what nothing here has: AWS knows them, and no resource passes."""
    return dict.fromkeys(names, lambda row: ())


def instant(at: datetime) -> str:
    """Write a time as filters have it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def yes_no(claim: bool) -> str:
    """Write a boolean as filters have it."""
    return "true" if claim else "false"
