"""Prefix lists: AWS's own, and those that accounts manage.

A list is made at once, so it is shown in its final state. "Work with customer-managed prefix lists"
in the Amazon VPC user guide.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import check_form, need
from genkan.api.output import present
from genkan.api.prefix_list_entries import FAMILIES, check_room, edited, shown_entries
from genkan.api.prefix_list_lookup import AWS, need_visible_list, refuse_aws_list
from genkan.api.prefix_list_references import referring_to
from genkan.api.quotas import (
    PREFIX_LIST_ENTRIES,
    PREFIX_LISTS,
    PrefixListLimitExceeded,
    check_quota,
)
from genkan.api.selection import Values, matching, page
from genkan.api.tagging import from_specifications, shown
from genkan.model.catalogue.prefix_lists import AwsPrefixList, aws_lists
from genkan.model.errors import DependencyViolation, InvalidParameterValue, NotFound
from genkan.model.network import delete, put
from genkan.model.prefix_list import ManagedPrefixList, PrefixListEntry, PrefixListVersion

LONGEST_NAME = 255
OF_AWS = "com.amazonaws"
DONE = "create-complete"

_FILTERS: Mapping[str, Values[ManagedPrefixList]] = {
    "prefix-list-id": lambda row: [row.id],
    "prefix-list-name": lambda row: [row.prefix_list_name],
}


def describe_prefix_lists(
    call: Call,
    *,
    prefix_list_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    """Give AWS's own lists with their blocks."""
    rows = {one.id: _row(one) for one in aws_lists(call.region)}
    for name in prefix_list_ids or ():
        check_form(ManagedPrefixList, name)
        if name not in rows:
            raise NotFound(
                "InvalidPrefixListId.NotFound", f"The prefix list ID '{name}' does not exist"
            )
    asked = [rows[name] for name in dict.fromkeys(prefix_list_ids or rows)]
    some, token = page(
        matching(asked, filters, _FILTERS), max_results, next_token, ids=prefix_list_ids
    )
    lists = [
        {
            "PrefixListId": row.id,
            "PrefixListName": row.prefix_list_name,
            "Cidrs": [str(block) for block in row.blocks],
        }
        for row in some
    ]
    return Answer(present(PrefixLists=lists, NextToken=token))


@idempotent(ManagedPrefixList, lambda call, rows: {"PrefixList": shown_list(rows[0])}, echoed=False)
def create_managed_prefix_list(
    call: Call,
    *,
    prefix_list_name: str,
    max_entries: int,
    address_family: str,
    entries: Sequence[Mapping[str, Any]] | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    if address_family not in FAMILIES:
        raise InvalidParameterValue(
            f"Value ({address_family}) for parameter AddressFamily is invalid. "
            f"Choose from {', '.join(FAMILIES)}."
        )
    check_max_entries(max_entries)
    held = edited(address_family, (), entries, None)
    check_room(held, max_entries)
    count = len(call.mine(ManagedPrefixList)) + 1
    check_quota(call, count, PREFIX_LISTS, PrefixListLimitExceeded, "prefix lists")
    new = ManagedPrefixList(
        id=call.new_id("pl"),
        account=call.account,
        region=call.region,
        tags=from_specifications("prefix-list", tag_specifications),
        prefix_list_name=check_name(prefix_list_name),
        address_family=address_family,
        max_entries=max_entries,
        state=DONE,
        versions=(PrefixListVersion(number=1, entries=held),),
    )
    return Answer({"PrefixList": shown_list(new)}, put(new))


def describe_managed_prefix_lists(
    call: Call,
    *,
    prefix_list_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    """Give AWS's lists and the caller's own."""
    if prefix_list_ids:
        found = [need_visible_list(call, name) for name in dict.fromkeys(prefix_list_ids)]
    else:
        found = [*aws_lists(call.region), *call.mine(ManagedPrefixList)]
    rows = [_row(one) if isinstance(one, AwsPrefixList) else one for one in found]
    some, token = page(
        matching(rows, filters, _FILTERS), max_results, next_token, ids=prefix_list_ids
    )
    return Answer(present(PrefixLists=[shown_list(row) for row in some], NextToken=token))


def get_managed_prefix_list_entries(
    call: Call,
    *,
    prefix_list_id: str,
    target_version: int | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    found = need_visible_list(call, prefix_list_id)
    held = _row(found) if isinstance(found, AwsPrefixList) else found
    number = held.current.number if target_version is None else target_version
    for version in held.versions:
        if version.number == number:
            some, token = page(version.entries, max_results, next_token)
            return Answer(present(Entries=shown_entries(some), NextToken=token))
    raise NotFound(
        "InvalidPrefixListVersion.NotFound", f"{held.id} has no version {number}. Choose another."
    )


def get_managed_prefix_list_associations(
    call: Call,
    *,
    prefix_list_id: str,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    """Give what refers to one of the caller's lists."""
    need(call, ManagedPrefixList, prefix_list_id)
    rows, token = page(list(referring_to(call, prefix_list_id)), max_results, next_token)
    owned = [{"ResourceId": row.id, "ResourceOwner": row.account} for row in rows]
    return Answer(present(PrefixListAssociations=owned, NextToken=token))


def delete_managed_prefix_list(call: Call, *, prefix_list_id: str) -> Answer:
    refuse_aws_list(prefix_list_id)
    held = need(call, ManagedPrefixList, prefix_list_id)
    users = [row.id for row in referring_to(call, held.id)]
    if users:
        raise DependencyViolation(
            f"The prefix list '{held.id}' has dependencies and cannot be deleted. "
            f"Take it out of {', '.join(users)} first."
        )
    return Answer({"PrefixList": {**shown_list(held), "State": "delete-complete"}}, delete(held))


def check_name(name: str) -> str:
    """Give a list's name back. Raises InvalidParameterValue."""
    if not 1 <= len(name) <= LONGEST_NAME or name.startswith(OF_AWS):
        raise InvalidParameterValue(
            f"The prefix list name '{name[:40]}' is not valid. Give 1 to {LONGEST_NAME} "
            f"characters that do not start with {OF_AWS}."
        )
    return name


def check_max_entries(count: int) -> None:
    """Raise InvalidParameterValue for a maximum that no list may have."""
    if not 1 <= count <= PREFIX_LIST_ENTRIES:
        raise InvalidParameterValue(
            f"Value ({count}) for parameter MaxEntries is invalid. Give 1 to {PREFIX_LIST_ENTRIES}."
        )


def shown_list(held: ManagedPrefixList) -> dict[str, Any]:
    """Give a list as the API shows it; AWS's have no version and no maximum."""
    mine = held.account != AWS
    owner = held.account if mine else "aws"
    return present(
        PrefixListId=held.id,
        AddressFamily=held.address_family,
        State=held.state,
        PrefixListArn=f"arn:aws:ec2:{held.region}:{owner}:prefix-list/{held.id}",
        PrefixListName=held.prefix_list_name,
        MaxEntries=held.max_entries if mine else None,
        Version=held.current.number if mine else None,
        Tags=shown(held.tags),
        OwnerId=held.account,
    )


def _row(one: AwsPrefixList) -> ManagedPrefixList:
    """Give one of AWS's lists as a row that filters can read."""
    entries = tuple(PrefixListEntry(cidr=block) for block in one.blocks)
    return ManagedPrefixList(
        id=one.id,
        account=AWS,
        region=one.region,
        prefix_list_name=one.name,
        address_family="IPv4",
        max_entries=len(entries),
        state=DONE,
        versions=(PrefixListVersion(number=1, entries=entries),),
    )
