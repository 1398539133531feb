"""Prefix lists: there is none, for there are no gateway endpoints whose services would have one."""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.selection import Values, matching
from genkan.model.errors import NotFound
from genkan.model.resource import Resource

_FILTERS: Mapping[str, Values[Resource]] = {
    "prefix-list-id": lambda row: [row.id],
    "prefix-list-name": lambda row: [row.name],
}


def describe_prefix_lists(
    call: Call,
    *,
    prefix_list_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    return _none(prefix_list_ids, filters)


def describe_managed_prefix_lists(
    call: Call,
    *,
    prefix_list_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    return _none(prefix_list_ids, filters)


def _none(names: Sequence[str] | None, filters: Sequence[Mapping[str, Any]] | None) -> Answer:
    for name in names or ():
        raise NotFound(
            "InvalidPrefixListId.NotFound",
            f"The prefix list ID '{name}' does not exist. Leave it out to see which there are.",
        )
    none: list[Resource] = []
    return Answer({"PrefixLists": matching(none, filters, _FILTERS)})
