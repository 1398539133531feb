"""A dump being read: in which account and Region each thing is, and what is noted on the way."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from genkan.imports.dump import TABLES, Dump, Told
from genkan.imports.members import Row, Unusable, inner, optional, rows
from genkan.imports.notes import Note, NoteCode
from genkan.model.catalogue.regions import REGIONS

T = TypeVar("T")
REGION = re.compile(r"[a-z]{2}(?:-[a-z]+){1,2}-\d")
MALFORMED = (ValueError, LookupError, TypeError, AttributeError)  # members of another kind
SAYS_REGION = ("AvailabilityZone", "VpcArn", "SubnetArn", "SecurityGroupArn", "ServiceName")
OWNED = ("OwnerId", "NetworkInterfaceOwnerId")
PLACED = ("Subnets", "NetworkInterfaces", "SecurityGroups", "VpcEndpoints", "Vpcs")
UNSAID_ACCOUNT = "123456789012"  # the account of AWS's own examples
UNSAID_REGION = "us-east-1"


class Reading:
    """Where the things of a dump are, and what is noted while it is read."""

    def __init__(self, dump: Dump) -> None:
        self.dump = dump
        self._notes = dict.fromkeys(dump.notes)  # in their order, each once
        self._region_of_vpc = _regions_of_vpcs(dump)
        self._folder_region = _folder_regions(dump, self._region_of_vpc)
        self._only_region = _sole({*self._region_of_vpc.values(), *self._folder_region.values()})
        owners = (
            owner
            for member in PLACED
            for told in dump.of(member)
            if (owner := optional(told.row, "OwnerId"))
        )
        self._only_account = _sole(set(owners))

    def each(self, member: str, read: Callable[[Told], T | None]) -> Iterator[T]:
        """Read the things in a member; those that cannot be used are noted and left out."""
        for told in self.dump.of(member):
            try:
                found = read(told)
            except (Unusable, *MALFORMED) as error:
                names = (str(told.row[one]) for one in TABLES[member] if told.row.get(one))
                name = next(names, told.source)
                self.note(name, NoteCode.UNREADABLE, _left_out(told, error))
                continue
            if found is not None:
                yield found

    def note(self, about: str, code: NoteCode, text: str) -> None:
        """Say something once."""
        self._notes[Note(about, code, text)] = None

    @property
    def notes(self) -> list[Note]:
        return list(self._notes)

    def where(self, told: Told) -> tuple[str, str]:
        """Give the account and the Region of a thing. Raises Unusable for a Region that is none of
        the catalogue's."""
        account = next((one for name in OWNED if (one := optional(told.row, name))), None)
        account = account or told.account or self._only_account
        if account is None:
            account = UNSAID_ACCOUNT
            self._assume("the account", account)
        return account, self._region(told)

    def _region(self, told: Told) -> str:
        found = (
            self._region_of_vpc.get(vpc_of(told.row) or "")
            or region_in(told.row)
            or told.region
            or self._folder_region.get(_folder(told.source))
            or self._only_region
        )
        if found is None:
            found = UNSAID_REGION
            self._assume("the Region", found)
        if found not in REGIONS:
            raise Unusable(f"its Region, {found}, is not in the catalogue")
        return found

    def _assume(self, what: str, value: str) -> None:
        self.note(
            what,
            NoteCode.ASSUMED_DEFAULT,
            f"No file says which it is, so {value} was taken. Put the files in a folder that is "
            "called by account and Region.",
        )


def vpc_of(row: Row) -> str | None:
    """Give the VPC in which a thing is, or to which it is attached."""
    attached = next((one for one in rows(row, "Attachments")), {})
    return optional(row, "VpcId") or optional(attached, "VpcId")


def region_in(row: Row) -> str | None:
    """Give the Region that a thing's own members say."""
    for member in SAYS_REGION:
        found = REGION.search(optional(row, member) or "")
        if found:
            return found[0]
    placed = REGION.match(optional(inner(row, "Placement"), "AvailabilityZone") or "")
    return placed[0] if placed else None


def _regions_of_vpcs(dump: Dump) -> dict[str, str]:
    found: dict[str, str] = {}
    for member in PLACED:
        for told in dump.of(member):
            vpc, region = vpc_of(told.row), region_in(told.row) or told.region
            if vpc and region:
                found.setdefault(vpc, region)
    return found


def _folder_regions(dump: Dump, of_vpc: dict[str, str]) -> dict[str, str]:
    """Give the Region of files that lie beside one that says it."""
    regions: dict[str, set[str]] = {}
    for told in dump.of("Vpcs"):
        region = of_vpc.get(vpc_of(told.row) or "")
        if region:
            regions.setdefault(_folder(told.source), set()).add(region)
    return {folder: one for folder, found in regions.items() if (one := _sole(found))}


def _sole(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def _folder(source: str) -> str:
    return source.rpartition("/")[0]


def _left_out(told: Told, error: Exception) -> str:
    return f"It was left out: {error}, in {told.source}. Collect it again."
