"""Tags on resources that are there already, of every kind that has them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from genkan.api.call import Answer, Call
from genkan.api.group_lookup import RuleRow, need_rules, rule_rows
from genkan.api.ids import FORMS, need
from genkan.api.network_acl_lookup import need_acl
from genkan.api.output import present
from genkan.api.quotas import TAGGED_AT_ONCE
from genkan.api.selection import Values, matching, page
from genkan.api.tagging import merged
from genkan.model.errors import (
    InvalidParameterValue,
    Malformed,
)
from genkan.model.network import Change, put
from genkan.model.resource import Resource, Tags
from genkan.model.security_group import SecurityGroup

KINDS = {form.prefix: of for of, form in FORMS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _TagRow(Resource):
    """One tag as a row that filters can read: `id` is the resource's, `tags` are this tag."""

    kind: ClassVar[str] = "tag"

    resource_type: str
    key: str
    value: str


_FILTERS: Mapping[str, Values[_TagRow]] = {
    "key": lambda row: [row.key],
    "resource-id": lambda row: [row.id],
    "resource-type": lambda row: [row.resource_type],
    "value": lambda row: [row.value],
}


def create_tags(
    call: Call, *, resources: Sequence[str], tags: Sequence[Mapping[str, str]]
) -> Answer:
    return _retagged(call, resources, lambda held: merged(held, tags))


def delete_tags(
    call: Call, *, resources: Sequence[str], tags: Sequence[Mapping[str, str]] | None = None
) -> Answer:
    """Take tags off: those named (by key, or by key and value), or all when none is named."""
    return _retagged(call, resources, lambda held: _without(held, tags) if tags else ())


def describe_tags(
    call: Call,
    *,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows, token = page(matching(_tag_rows(call), filters, _FILTERS), max_results, next_token)
    shown = [
        {
            "Key": row.key,
            "Value": row.value,
            "ResourceId": row.id,
            "ResourceType": row.resource_type,
        }
        for row in rows
    ]
    return Answer(present(Tags=shown, NextToken=token))


def _retagged(call: Call, names: Sequence[str], edit: Callable[[Tags], Tags]) -> Answer:
    """Give the answer that edits the tags of every named resource."""
    if len(names) > TAGGED_AT_ONCE:
        raise InvalidParameterValue(
            f"{len(names)} resources are too many for one call: {TAGGED_AT_ONCE} is the limit. "
            "Use several calls."
        )
    asked = dict.fromkeys(names)
    rules = need_rules(call, [name for name in asked if _prefix(name) == "sgr"])
    rows = [_need(call, name) for name in asked if _prefix(name) != "sgr"]
    change = put(*(replace(row, tags=edit(row.tags)) for row in rows))
    return Answer(change=change + _retagged_rules(change, rules, edit))


def _retagged_rules(
    change: Change, rows: Iterable[RuleRow], edit: Callable[[Tags], Tags]
) -> Change:
    """Give the change to the groups that hold these rules; `change` may have touched them."""
    groups = {row.id: row for row in change.puts if isinstance(row, SecurityGroup)}
    touched: dict[str, SecurityGroup] = {}
    for row in rows:
        held = touched.get(row.group.id) or groups.get(row.group.id) or row.group
        rules = tuple(
            replace(rule, tags=edit(rule.tags)) if rule.id == row.id else rule
            for rule in held.rules
        )
        touched[held.id] = replace(held, rules=rules)
    return put(*touched.values())


def _need(call: Call, name: str) -> Resource:
    prefix = _prefix(name)
    if prefix == "acl":
        return need_acl(call, name)
    if prefix not in KINDS:
        raise Malformed("InvalidID", f"The ID '{name}' is not valid. Give a resource's id.")
    return need(call, KINDS[prefix], name)


def _prefix(name: str) -> str:
    return name.rpartition("-")[0]


def _without(held: Tags, tags: Sequence[Mapping[str, str]]) -> Tags:
    return tuple(
        (key, value)
        for key, value in held
        if not any(tag.get("Key") == key and tag.get("Value", value) == value for tag in tags)
    )


def _tag_rows(call: Call) -> list[_TagRow]:
    return [
        _TagRow(
            id=row.id,
            account=row.account,
            region=row.region,
            tags=((key, value),),
            resource_type=row.kind,
            key=key,
            value=value,
        )
        for row in _taggable(call)
        for key, value in row.tags
    ]


def _taggable(call: Call) -> Iterator[Resource]:
    for of in FORMS:
        yield from call.mine(of)
    yield from rule_rows(call)
