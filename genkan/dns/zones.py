"""Zones: which one a view looks into for a name, what stands there, and what a change touches.

1. The zone attached to the view, or to the one beyond it, with the longest origin that the name
   ends in is the one, unless a forwarding of as long a domain takes the question. None: the same
   among those attached to every view; none: the public zone. Two with one origin: the one whose
   id sorts first.
2. A name exists if it has records, if a name below it has, or if it is the origin (RFC 8020).
3. A name that does not exist is answered by `*` directly below its closest ancestor that exists
   (RFC 4592, 3.3.1).

Names are in wire form and lower case. Records stay the program's entries, shared with whoever holds
the program; their values are parsed when somebody asks.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from genkan.dns import domain_name, rdata
from genkan.dns.forwardings import ForwardingIndex
from genkan.program import Delta, Entry
from genkan.program.names import (
    EVERY_VIEW,
    PUBLIC_ZONE,
    Forwarding,
    RecordSet,
    Zone,
    ZoneAttachment,
)

LOG = logging.getLogger(__name__)
WILDCARD = b"\x01*"

Records = tuple[RecordSet, ...]


@dataclass(slots=True)
class ZoneRecords:
    """A zone's names. `below` counts the names with records under each name, so that it exists."""

    origin: bytes | None = None  # None: its records came, itself has not
    views: set[str] = field(default_factory=set)
    records: dict[bytes, Records] = field(default_factory=dict)
    below: dict[bytes, int] = field(default_factory=dict)

    def exists(self, name: bytes) -> bool:
        return name in self.records or name in self.below or name == self.origin

    def find(self, name: bytes) -> Records | None:
        """Give the records that answer for a name, by itself or a wildcard; None: no such name."""
        if name in self.records:
            return self.records[name]
        if self.exists(name):
            return ()
        encloser = next((one for one in domain_name.ancestors(name) if self.exists(one)), None)
        if encloser is None or not self.exists(WILDCARD + encloser):
            return None
        return self.records.get(WILDCARD + encloser, ())

    def soa(self) -> RecordSet | None:
        """Give the zone's own SOA, if it has one."""
        at_origin = self.records.get(self.origin or domain_name.ROOT, ())
        return next((one for one in at_origin if one.type == "SOA" and one.values), None)

    def put(self, name: bytes, record: RecordSet) -> None:
        held = self.records.get(name)
        if held is None:
            self._count(name, 1)
        others = (one for one in held or () if one.type != record.type)
        self.records[name] = (*others, record)

    def remove(self, name: bytes, of_type: str) -> None:
        held = self.records.get(name, ())
        kept = tuple(one for one in held if one.type != of_type)
        if kept:
            self.records[name] = kept
        elif held:
            del self.records[name]
            self._count(name, -1)

    def _count(self, name: bytes, by: int) -> None:
        for one in domain_name.ancestors(name):
            count = self.below.get(one, 0) + by
            if count:
                self.below[one] = count
            else:
                del self.below[one]


class Touched:
    """What a change may answer differently: names, and all at or below some names (trees)."""

    def __init__(self) -> None:
        self._names: dict[str | None, set[bytes]] = {}  # by view; None: in every view
        self._trees: dict[str | None, set[bytes]] = {}

    def add(self, view: str | None, names: Iterable[bytes], trees: Iterable[bytes]) -> None:
        view = None if view == EVERY_VIEW else view
        self._names.setdefault(view, set()).update(names)
        self._trees.setdefault(view, set()).update(trees)

    def in_views(self, *views: str | None) -> tuple[set[bytes], tuple[bytes, ...]]:
        """Give the names and the trees that are touched in a view and those beyond it."""
        names: set[bytes] = set()
        trees: set[bytes] = set()
        for view in {None, *views}:
            names |= self._names.get(view, set())
            trees |= self._trees.get(view, set())
        return names, tuple(trees)


class ZoneIndex:
    """The zones of every view."""

    def __init__(self) -> None:
        self._zones: dict[str, ZoneRecords] = {PUBLIC_ZONE: ZoneRecords(origin=domain_name.ROOT)}
        self._public = self._zones[PUBLIC_ZONE]
        self._views: dict[str, dict[bytes, tuple[str, ...]]] = {}  # view, origin: zones' ids
        self._beyond: dict[str, str | None] = {}  # view: the one that it sees too
        self._regions: dict[str, str | None] = {}
        self._forwardings = ForwardingIndex()

    def set_view(self, view: str, beyond: str | None, region: str | None) -> None:
        """Say what a view sees too, and the Region of those who ask by it."""
        self._beyond[view] = beyond
        self._regions[view] = region

    def drop_view(self, view: str) -> None:
        self._beyond.pop(view, None)
        self._regions.pop(view, None)

    def region_of(self, view: str) -> str | None:
        """Give the Region of those who ask by a view."""
        return self._regions.get(view)

    def select(self, view: str, name: bytes) -> ZoneRecords | Forwarding:
        """Give what answers a name in this view: a zone, or a forwarding that takes it."""
        zone, taken = self._attached(view, name), self._forwardings.find(view, name)
        beyond = self._beyond.get(view)
        if beyond:
            zones = filter(None, (zone, self._attached(beyond, name)))
            zone = max(zones, key=lambda zone: len(zone.origin or b""), default=None)
            found = filter(None, (taken, self._forwardings.find(beyond, name)))
            taken = max(found, key=lambda found: len(found[0]), default=None)
        if taken is not None:
            domain, forwarding = taken
            if forwarding.targets and (zone is None or len(domain) >= len(zone.origin or b"")):
                return forwarding
        return zone or self._attached(EVERY_VIEW, name) or self._public

    def _attached(self, view: str, name: bytes) -> ZoneRecords | None:
        origins = self._views.get(view)
        if origins:
            for one in domain_name.lineage(name):
                if one in origins:
                    return self._zones[origins[one][0]]
        return None

    def get(self, zone_id: str) -> ZoneRecords | None:
        """Give a zone by its id, whoever may look into it."""
        return self._zones.get(zone_id)

    def id_of(self, zone: ZoneRecords) -> str | None:
        """Give the id of a zone that `select` gave."""
        return next((name for name, one in self._zones.items() if one is zone), None)

    def apply(self, delta: Delta) -> Touched:
        """Make a delta so and say what it touched. Entries of other sections are passed over.

        What is named as no question can be is logged and left out.
        """
        touched = Touched()
        steps = ((delta.removed, False), (delta.put, True))
        for entry, put in ((entry, put) for entries, put in steps for entry in entries):
            try:
                self._change(entry, touched, put=put)
            except ValueError as error:
                LOG.error("%s is left out of every answer: %s", "/".join(entry.key), error)
        return touched

    def _change(self, entry: Entry, touched: Touched, *, put: bool) -> None:
        if isinstance(entry, RecordSet):
            self._change_record(entry, touched, put=put)
        elif isinstance(entry, Zone) and entry.id != PUBLIC_ZONE:
            self._change_origin(entry, touched, put=put)
        elif isinstance(entry, ZoneAttachment):
            self._change_attachment(entry, touched, put=put)
        elif isinstance(entry, Forwarding):
            change = self._forwardings.put if put else self._forwardings.remove
            touched.add(entry.view, (), (change(entry),))

    def _change_record(self, record: RecordSet, touched: Touched, *, put: bool) -> None:
        name = domain_name.parse(record.name).lower()
        rdata.type_number(record.type)
        zone = self._zones.setdefault(record.zone, ZoneRecords())
        began = _highest_absent(zone, name)
        if put:
            zone.put(name, record)
        else:
            zone.remove(name, record.type)
        trees = {began, _highest_absent(zone, name)} - {None}
        if record.type == "SOA" and name == zone.origin:
            trees.add(name)
        self._touch(record.zone, name, trees, touched)
        self._drop_if_empty(record.zone)

    def _touch(self, zone_id: str, name: bytes, trees: set[bytes | None], touched: Touched) -> None:
        """Note a name; below `trees`, names began or ceased to exist, and wildcards with them."""
        zone = self._zones[zone_id]
        if zone.origin is None:
            return
        stars = (one for one in domain_name.lineage(name) if one.startswith(WILDCARD))
        tops = {one for one in trees if one} | {domain_name.parent(star) for star in stars}
        for view in (None,) if zone_id == PUBLIC_ZONE else zone.views:
            touched.add(view, (name,), (max(top, zone.origin, key=len) for top in tops))

    def _change_origin(self, entry: Zone, touched: Touched, *, put: bool) -> None:
        origin = domain_name.parse(entry.origin).lower() if put else None
        zone = self._zones.setdefault(entry.id, ZoneRecords())
        if origin == zone.origin:
            return
        for view in zone.views:
            self._unlist(view, entry.id, zone, touched)
        zone.origin = origin
        for view in zone.views:
            self._list(view, entry.id, zone, touched)
        self._drop_if_empty(entry.id)

    def _change_attachment(self, entry: ZoneAttachment, touched: Touched, *, put: bool) -> None:
        zone = self._zones.setdefault(entry.zone, ZoneRecords())
        if put and entry.view not in zone.views:
            zone.views.add(entry.view)
            self._list(entry.view, entry.zone, zone, touched)
        elif not put and entry.view in zone.views:
            zone.views.remove(entry.view)
            self._unlist(entry.view, entry.zone, zone, touched)
        self._drop_if_empty(entry.zone)

    def _list(self, view: str, zone_id: str, zone: ZoneRecords, touched: Touched) -> None:
        if zone.origin is not None:
            origins = self._views.setdefault(view, {})
            origins[zone.origin] = tuple(sorted({*origins.get(zone.origin, ()), zone_id}))
            touched.add(view, (), (zone.origin,))

    def _unlist(self, view: str, zone_id: str, zone: ZoneRecords, touched: Touched) -> None:
        if zone.origin is None:
            return
        origins = self._views[view]
        left = tuple(one for one in origins[zone.origin] if one != zone_id)
        if left:
            origins[zone.origin] = left
        else:
            del origins[zone.origin]
        if not origins:
            del self._views[view]
        touched.add(view, (), (zone.origin,))

    def _drop_if_empty(self, zone_id: str) -> None:
        zone = self._zones[zone_id]
        if zone.origin is None and not zone.views and not zone.records:
            del self._zones[zone_id]


def _highest_absent(zone: ZoneRecords, name: bytes) -> bytes | None:
    """Give the highest of a name and its ancestors that does not exist."""
    highest = None
    for one in domain_name.lineage(name):
        if zone.exists(one):
            return highest
        highest = one
    return highest
