"""What of a network a change can touch, read from the difference of two programs.

An interface, as one that sends or one that is sent to; the way between subnets and a block; the
names of a zone; or a VPC as a whole, whose ways to services and to the internet are looked at anew.
What is not touched comes to the same as before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from genkan.impact.groups import Group
from genkan.impact.state import State
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program import Delta, Entry
from genkan.program.address import Address, Block
from genkan.program.filter import AddressSet, Filter, Guard, SourceCheck, Stage, SubnetGuard
from genkan.program.names import PUBLIC_ZONE, Forwarding, RecordSet, Resolver, Zone, ZoneAttachment
from genkan.program.place import End, Link, Place
from genkan.program.route import PLACE_TABLE, Forward, Route, TableChoice
from genkan.program.service import EndpointPolicy

IDLE = ("interface", "flow-log", "boot", "credential", "service", "health-check")
NAMES = (Zone, ZoneAttachment, RecordSet, Forwarding, Resolver)
Where = tuple[str, str]  # a place, and an interface or a subnet there


@dataclass(slots=True)
class Touched:
    """`ways` are (place, subnets, block): packets between them and it."""

    sends: set[Where] = field(default_factory=set)
    takes: set[Where] = field(default_factory=set)
    ways: list[tuple[str, frozenset[str], Block]] = field(default_factory=list)
    vpcs: set[str] = field(default_factory=set)
    doors: set[str] = field(default_factory=set)  # VPCs with endpoints that were not there
    zones: set[str] = field(default_factory=set)
    public_names: set[str] = field(default_factory=set)
    views: set[str] = field(default_factory=set)  # whose resolver or forwardings changed

    @property
    def moves(self) -> bool:
        """Whether a packet that arrived before can go another way now, or be stopped."""
        return bool(self.sends or self.takes or self.ways or self.vpcs)

    def __or__(self, other: "Touched") -> "Touched":
        """Give what either touches."""
        return Touched(
            self.sends | other.sends,
            self.takes | other.takes,
            [*self.ways, *(way for way in other.ways if way not in self.ways)],
            self.vpcs | other.vpcs,
            self.doors | other.doors,
            self.zones | other.zones,
            self.public_names | other.public_names,
            self.views | other.views,
        )

    def senders(self, groups: Iterable[Group]) -> set[str]:
        """Give the groups (ids) that are touched as those that send."""
        return _among(self.sends, groups)

    def takers(self, groups: Iterable[Group]) -> set[str]:
        """Give the groups that are touched as those that are sent to."""
        return _among(self.takes, groups)

    def between(self, one: Group, other: Group) -> bool:
        """Tell whether the way between two groups is touched."""
        return any(_leads(way, one, other) or _leads(way, other, one) for way in self.ways)


def _among(held: set[Where], groups: Iterable[Group]) -> set[str]:
    return {
        one.id
        for one in groups
        if (one.vpc, one.subnet) in held
        or any((one.vpc, member.interface.id) in held for member in one.members)
    }


def _leads(way: tuple[str, frozenset[str], Block], near: Group, far: Group) -> bool:
    place, subnets, block = way
    if near.vpc != place or near.subnet not in subnets:
        return False
    address = far.address(block.version)
    return address is not None and address in block


def touched(before: State, after: State, delta: Delta) -> Touched:
    """Read a difference."""
    reader = _Reader(before, after)
    for new in delta.put:
        reader.read(before.program.get(new.key), new)
    for old in delta.removed:
        reader.read(old, None)
    reader.beside()
    reader.over_middleboxes()
    found = reader.found
    found.vpcs |= {place for place, _ in (*found.sends, *found.takes)}
    found.vpcs |= {place for place, _, _ in found.ways}
    return found


class _Reader:
    """What was found so far in a difference."""

    def __init__(self, before: State, after: State) -> None:
        self.before, self.after = before, after
        self.states = (before, after)
        self.found = Touched()

    def read(self, old: Entry | None, new: Entry | None) -> None:
        """Take an entry that came (`old` None), went (`new` None), or is another now."""
        entry = new or old
        if isinstance(entry, NAMES):
            self._name(entry)
        elif entry is not None and not self._is_idle(entry, old):
            self._packets(entry, old, new)

    def _name(self, entry: Entry) -> None:
        match entry:
            case RecordSet(zone=zone, name=name):
                self.found.zones.add(zone)
                if zone == PUBLIC_ZONE:
                    self.found.public_names.add(name)
            case ZoneAttachment(zone=zone) | Zone(id=zone):
                self.found.zones.add(zone)
            case Resolver(view=view) | Forwarding(view=view):
                self.found.views.add(view)

    def beside(self) -> None:
        """Take the other interfaces of an instance: it may answer by this one."""
        for held in (self.found.sends, self.found.takes):
            for state in self.states:
                rows = [state.network.get(NetworkInterface, name) for _, name in held]
                owners = {one.instance_id for one in rows if one and one.instance_id}
                for owner in owners:
                    for one in state.network.where(NetworkInterface, instance_id=owner):
                        held.add((one.vpc_id, one.id))

    def over_middleboxes(self) -> None:
        """Take the ways that lead over an interface, or a subnet, that is touched."""
        held = self.found.sends | self.found.takes
        for state in self.states if held else ():
            for route in state.program.of(Route):
                hop = route.action.interface if isinstance(route.action, Forward) else ""
                if not hop or route.table == PLACE_TABLE:
                    continue
                subnet = state.atlas.subnet(route.place, hop) or ""
                if (route.place, hop) in held or (route.place, subnet) in held:
                    self._way(route)

    def _way(self, route: Route) -> None:
        of = (route.place, route.table)
        subnets = frozenset().union(
            *(state.index.subnets_of_table.get(of, ()) for state in self.states)
        )
        if subnets:
            self.found.ways.append((route.place, subnets, route.destination))

    def _is_idle(self, entry: Entry, old: Entry | None) -> bool:
        """Tell whether an entry alters nobody's way: it is not about packets, or is of an endpoint
        that was not there. A gateway endpoint has a place of its own, where others' ways lead."""
        if entry.section in IDLE:
            return True
        if old is not None:
            return False
        name = entry.because.id
        if entry.because.kind != "vpc-endpoint" or self.before.network.get(VpcEndpoint, name):
            return False
        endpoint = self.after.network.get(VpcEndpoint, name)
        if endpoint is None or self.after.program.get((Place.section, name)):
            return False
        self.found.doors.add(endpoint.vpc_id)
        return True

    def _packets(self, entry: Entry, old: Entry | None, new: Entry | None) -> None:
        found = self.found
        match entry:
            case Filter(place=place, name=name):
                self._filter(place, name)
            case AddressSet(place=place):
                self._members(old, new)
                if self.after.network.get(Vpc, place):
                    return
            case SubnetGuard(place=place, subnet=subnet):
                if _filter_of(old) == _filter_of(new):
                    return
                self._both((place, subnet))
            case Guard(place=place, stage=Stage.SECURITY_GROUP_EGRESS, at=str(at)):
                found.sends.add((place, at))
            case Guard(place=place, at=str(at)):
                found.takes.add((place, at))
            case Route():
                self._route(entry, old, new)
            case TableChoice(place=place, subnet=subnet):
                self._both((place, subnet))
            case SourceCheck(place=place, interface=interface):
                found.sends.add((place, interface))
            case Link(left=left, right=right):
                self._end(left)
                self._end(right)
            case EndpointPolicy(endpoint=name):
                rows = (state.network.get(VpcEndpoint, name) for state in self.states)
                found.vpcs |= {one.vpc_id for one in rows if one}
                return
        self._near(str(getattr(entry, "place", "") or getattr(entry, "id", "")))

    def _both(self, where: Where) -> None:
        self.found.sends.add(where)
        self.found.takes.add(where)

    def _near(self, place: str) -> None:
        """Take the VPC that a place is or is beside, and those with endpoints to what it holds."""
        for state in self.states:
            vpcs = {place} if state.network.get(Vpc, place) else set()
            vpcs |= state.index.vpcs_beside.get(place, set()) if not vpcs else set()
            self.found.vpcs |= vpcs.union(*(state.index.consumers.get(one, ()) for one in vpcs))

    def _filter(self, place: str, name: str) -> None:
        """Take who is asked by a filter: interfaces that wear a group, subnets that have an ACL."""
        owner, _, way = name.partition("/")
        held = self.found.sends if way == "egress" else self.found.takes
        for state in self.states:
            for interface in state.network.where(NetworkInterface, vpc_id=place):
                if owner in interface.group_ids:
                    held.add((place, interface.id))
            for subnet in state.index.subnets_of_acl.get(owner, ()):
                self._both((place, subnet))

    def _members(self, old: Entry | None, new: Entry | None) -> None:
        """Take the addresses that came to a set, or went."""
        sets = [
            {*one.members, *(block[0] for block in one.blocks)}
            if isinstance(one, AddressSet)
            else set()
            for one in (old, new)
        ]
        for _, interface in self._wearers(sets[0] ^ sets[1], None):
            self._both((interface.vpc_id, interface.id))

    def _wearers(
        self, addresses: set[Address], vpc_id: str | None
    ) -> Iterable[tuple[State, NetworkInterface]]:
        """Give who has an address; not endpoints, which begin nothing."""
        for state in self.states if addresses else ():
            rows = (
                state.network.where(NetworkInterface, vpc_id=vpc_id)
                if vpc_id
                else state.network.all(NetworkInterface)
            )
            for one in rows:
                firsts = (block[0] for block in one.prefixes)
                if one.interface_type is not InterfaceType.VPC_ENDPOINT and not (
                    addresses.isdisjoint((*one.addresses, *firsts))
                ):
                    yield state, one

    def _route(self, route: Route, old: Entry | None, new: Entry | None) -> None:
        if isinstance(old, Route) and isinstance(new, Route) and old.action == new.action:
            return
        if route.table != PLACE_TABLE:
            self._way(route)
            return
        address = route.destination.network_address
        for _, interface in self._wearers({address}, route.place):
            self.found.takes.add((route.place, interface.id))

    def _end(self, end: End) -> None:
        for state in self.states:
            interface = state.network.get(NetworkInterface, end.name)
            if interface is not None and end.place == interface.vpc_id:
                self._both((end.place, end.name))


def _filter_of(entry: Entry | None) -> str | None:
    return entry.filter if isinstance(entry, SubnetGuard) else None
