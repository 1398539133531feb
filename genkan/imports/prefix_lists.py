"""Prefix lists: an account's own with their entries, and which of the catalogue's an id of AWS's
means, for those differ between Regions and are in every account's rules."""

from collections.abc import Iterator

from genkan.imports.dump import Told
from genkan.imports.members import Row, block, number, optional, rows, tags, text, texts
from genkan.imports.notes import NoteCode
from genkan.imports.reading import Reading
from genkan.model.catalogue.prefix_lists import find_aws_list, list_of_service
from genkan.model.prefix_list import ManagedPrefixList, PrefixListEntry, PrefixListVersion
from genkan.model.resource import Resource

AWS = "AWS"
OF_AWS = "com.amazonaws."


class PrefixLists:
    """The lists that a dump's rules and routes name, under the ids that the model has for them."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._catalogue = {**_of_routes(reading), **_of_names(reading)}

    def resources(self) -> Iterator[Resource]:
        """Give the lists that are not in the catalogue."""
        yield from self._reading.each("PrefixLists", self._list)

    def known(self, name: str) -> str:
        """Give the id under which the model has a list; one that is nowhere is noted."""
        found = self._catalogue.get(name, name)
        if find_aws_list(found) is None and self._reading.dump.get("PrefixLists", name) is None:
            self._reading.note(
                name,
                NoteCode.UNKNOWN_RESOURCE,
                "It is described nowhere, so it was taken to be empty. Add "
                "describe-managed-prefix-lists, its entries, and describe-prefix-lists.",
            )
        return found

    def _list(self, told: Told) -> ManagedPrefixList | None:
        row = told.row
        name = text(row, "PrefixListId")
        if name in self._catalogue or find_aws_list(name):
            return None
        entries = self._entries(name, row)
        account, region = self._reading.where(told if row.get("OwnerId") != AWS else _nobodys(told))
        family = optional(row, "AddressFamily") or f"IPv{entries[0].cidr.version if entries else 4}"
        return ManagedPrefixList(
            id=name,
            account=account,
            region=region,
            tags=tags(row),
            prefix_list_name=optional(row, "PrefixListName") or name,
            address_family=family,
            max_entries=number(row, "MaxEntries") or max(1, len(entries)),
            state=optional(row, "State") or "create-complete",
            versions=(PrefixListVersion(number=number(row, "Version") or 1, entries=entries),),
        )

    def _entries(self, name: str, row: Row) -> tuple[PrefixListEntry, ...]:
        held = self._reading.dump.about("Entries", name)
        if held is None and "Cidrs" not in row:
            self._reading.note(
                name,
                NoteCode.UNKNOWN_RESOURCE,
                "Its entries are nowhere, so it was taken to be empty. Add "
                "get-managed-prefix-list-entries, with the list's id beside the answer.",
            )
        told = [{"Cidr": one} for one in texts(row, "Cidrs")] if held is None else held
        found = (
            PrefixListEntry(
                cidr=block(text(one, "Cidr"), "Cidr"), description=optional(one, "Description")
            )
            for one in told
        )
        return tuple(sorted(found, key=lambda one: (one.cidr.version, one.cidr)))


def _of_names(reading: Reading) -> dict[str, str]:
    """Give the catalogue's lists by the ids that the dump has for them."""
    found = {}
    for told in reading.dump.of("PrefixLists"):
        name = optional(told.row, "PrefixListId")
        listed = list_of_service(optional(told.row, "PrefixListName") or "")
        if name and listed:
            found[name] = listed.id
    return found


def _of_routes(reading: Reading) -> dict[str, str]:
    """Give the same from the routes of gateway endpoints, where no list is described."""
    found = {}
    for told in reading.dump.of("RouteTables"):
        for route in rows(told.row, "Routes"):
            name, gateway = optional(route, "DestinationPrefixListId"), optional(route, "GatewayId")
            endpoint = reading.dump.get("VpcEndpoints", gateway)
            listed = list_of_service(str(endpoint.row.get("ServiceName"))) if endpoint else None
            if name and listed:
                found[name] = listed.id
    return found


def _nobodys(told: Told) -> Told:
    """Give a list of AWS's without its owner, who is no account."""
    row = {member: value for member, value in told.row.items() if member != "OwnerId"}
    return Told(row, told.source, told.account, told.region)
