"""Changes to managed prefix lists. A change of entries makes a version; a restored one too."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.prefix_list_entries import (
    InvalidPrefixListModification,
    check_room,
    edited,
)
from genkan.api.prefix_list_lookup import refuse_aws_list
from genkan.api.prefix_lists import check_max_entries, check_name, shown_list
from genkan.model.errors import MissingParameter, NotFound, Refused
from genkan.model.network import put
from genkan.model.prefix_list import ManagedPrefixList, PrefixListEntry, PrefixListVersion

MODIFIED = "modify-complete"


class PrefixListVersionMismatch(Refused):
    code = "PrefixListVersionMismatch"


def modify_managed_prefix_list(
    call: Call,
    *,
    prefix_list_id: str,
    current_version: int | None = None,
    prefix_list_name: str | None = None,
    add_entries: Sequence[Mapping[str, Any]] | None = None,
    remove_entries: Sequence[Mapping[str, Any]] | None = None,
    max_entries: int | None = None,
) -> Answer:
    refuse_aws_list(prefix_list_id)
    held = need(call, ManagedPrefixList, prefix_list_id)
    changes_entries = bool(add_entries or remove_entries)
    if changes_entries and max_entries is not None:
        raise InvalidPrefixListModification(
            "The maximum number of entries cannot be changed in the call that changes entries. "
            "Use two calls."
        )
    if not changes_entries and max_entries is None and prefix_list_name is None:
        raise MissingParameter("The request must contain a change: entries, a name or MaxEntries.")
    changed = held
    if prefix_list_name is not None:
        name = check_name(prefix_list_name)
        changed = replace(changed, prefix_list_name=name, state=MODIFIED)
    if changes_entries:
        _check_version(held, current_version)
        entries = edited(held.address_family, held.current.entries, add_entries, remove_entries)
        check_room(entries, held.max_entries)
        changed = _next(changed, entries, MODIFIED)
    if max_entries is not None:
        check_max_entries(max_entries)
        check_room(held.current.entries, max_entries)
        changed = replace(changed, max_entries=max_entries, state=MODIFIED)
    return Answer({"PrefixList": shown_list(changed)}, put(changed))


def restore_managed_prefix_list_version(
    call: Call, *, prefix_list_id: str, previous_version: int, current_version: int
) -> Answer:
    refuse_aws_list(prefix_list_id)
    held = need(call, ManagedPrefixList, prefix_list_id)
    _check_version(held, current_version)
    for version in held.versions[:-1]:
        if version.number == previous_version:
            check_room(version.entries, held.max_entries)
            restored = _next(held, version.entries, "restore-complete")
            return Answer({"PrefixList": shown_list(restored)}, put(restored))
    raise NotFound(
        "InvalidPrefixListVersion.NotFound",
        f"{held.id} has no earlier version {previous_version}. "
        f"Choose one below {held.current.number}.",
    )


def _check_version(held: ManagedPrefixList, current: int | None) -> None:
    if current is None:
        raise MissingParameter("The request must contain the parameter CurrentVersion.")
    if current != held.current.number:
        raise PrefixListVersionMismatch(
            f"The prefix list has the incorrect version number: {held.id} has version "
            f"{held.current.number}, not {current}. Read it again."
        )


def _next(
    held: ManagedPrefixList, entries: tuple[PrefixListEntry, ...], state: str
) -> ManagedPrefixList:
    version = PrefixListVersion(number=held.current.number + 1, entries=entries)
    return replace(held, versions=(*held.versions, version), state=state)
