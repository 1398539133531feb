"""Route 53 Resolver's refusals, and what its families share: finding, filtering, pages, ARNs.

Filters are joined by AND, the values of one by OR, and there are no wildcards
("ListResolverEndpoints" in the Route 53 Resolver API reference).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from genkan import wire
from genkan.api.call import Call
from genkan.api.constraints import CODES, ConstraintBroken
from genkan.model.dns_firewall import (
    FirewallDomainList,
    FirewallRuleGroup,
    FirewallRuleGroupAssociation,
)
from genkan.model.errors import Refused
from genkan.model.resolver import (
    QueryLogAssociation,
    QueryLogConfig,
    ResolverEndpoint,
    ResolverRule,
    ResolverRuleAssociation,
)
from genkan.model.resource import Resource

R = TypeVar("R", bound=Resource)
T = TypeVar("T")
Values = Callable[[R], Iterable[str | None]]
MOST_RESULTS = 100  # of a page
USUAL_RESULTS = 10  # of endpoints and rules, where no number is asked for
_NAME = re.compile(r"(?!^[0-9]+$)[a-zA-Z0-9\-_' ]+", re.ASCII)
WORDS: dict[type[Resource], str] = {
    FirewallDomainList: "Firewall domain list",
    FirewallRuleGroup: "Firewall rule group",
    FirewallRuleGroupAssociation: "Firewall rule group association",
    QueryLogAssociation: "Resolver query log config association",
    QueryLogConfig: "Resolver query log config",
    ResolverEndpoint: "Resolver endpoint",
    ResolverRule: "Resolver rule",
    ResolverRuleAssociation: "Resolver rule association",
}


class InvalidParameterException(Refused):
    code = "InvalidParameterException"


class InvalidRequestException(Refused):
    code = "InvalidRequestException"


class InvalidNextTokenException(Refused):
    code = "InvalidNextTokenException"


class InvalidTagException(Refused):
    code = "InvalidTagException"


class LimitExceededException(Refused):
    code = "LimitExceededException"


class ResourceExistsException(Refused):
    code = "ResourceExistsException"


class ResourceInUseException(Refused):
    code = "ResourceInUseException"


class ResourceNotFoundException(Refused):
    code = "ResourceNotFoundException"


def need(call: Call, of: type[R], name: str) -> R:
    """Give the caller's resource with this id. Raises ResourceNotFoundException."""
    row = call.find(of, name)
    if row is None:
        raise ResourceNotFoundException(
            f"[RSLVR-00703] {WORDS[of]} with ID '{name[:64]}' does not exist in {call.region}."
        )
    return row


def filtered(
    rows: Iterable[R],
    filters: Sequence[Mapping[str, Any]] | None,
    table: Mapping[str, Values[R]],
) -> list[R]:
    """Give the rows that every filter lets through. Raises InvalidParameterException.

    A name may be written as it was at first, in capitals: `CreatorRequestId`, CREATOR_REQUEST_ID.
    """
    kept = list(rows)
    in_capitals = {wire.snake_case(name).upper(): name for name in table}
    for one in filters or ():
        name = in_capitals.get(one.get("Name", ""), one.get("Name", ""))
        if name not in table:
            raise InvalidParameterException(
                f"The filter '{name}' is invalid. Use one of {', '.join(sorted(table))}."
            )
        wanted = set(one.get("Values") or ())
        kept = [row for row in kept if wanted & set(table[name](row))]
    return kept


def paged(
    rows: Sequence[T], max_results: int | None, next_token: str | None
) -> tuple[Sequence[T], str | None]:
    """Give a page and the token of the next."""
    start = int(next_token or 0)
    end = start + (max_results or MOST_RESULTS)
    return rows[start:end], str(end) if end < len(rows) else None


def usual(max_results: int | None) -> int:
    """Give the size of a page of endpoints or rules."""
    return USUAL_RESULTS if max_results is None else max_results


def check_name(name: str | None) -> None:
    """Raise ConstraintBroken for a name of other characters, or of digits alone."""
    if name and not _NAME.fullmatch(name):
        raise ConstraintBroken(
            CODES["route53resolver"],
            f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {_NAME.pattern}. Use letters, "
            "digits, - _ ' and spaces, not digits alone.",
        )


def arn_of(row: Resource) -> str:
    return f"arn:aws:route53resolver:{row.region}:{row.account}:{row.kind}/{row.id}"


def time(at: datetime) -> str:
    """Write a time as Resolver does, as text."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
