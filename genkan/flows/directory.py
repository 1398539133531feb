"""`Directory`: whose an address is, which flow logs there are, and where routes lead."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address

from genkan.engine.traffic import Flow
from genkan.flows.reasons import Reasons
from genkan.program import Delta, Entry
from genkan.program.filter import AddressSet, Filter, Guard, SubnetGuard
from genkan.program.names import Resolver
from genkan.program.place import Place, PlaceKind
from genkan.program.record import FlowLog, Interface
from genkan.program.route import Forward, Local, Route, TableChoice

OF_REASONS = (AddressSet, Filter, Guard, SubnetGuard)
SECTIONS = frozenset(
    kind.section for kind in (Place, Interface, FlowLog, Resolver, Route, TableChoice, *OF_REASONS)
)
WITHOUT_CONNECTIONS = (PlaceKind.INTERNET_GATEWAY,)  # what passes them was seen in the VPC
LINK_LOCAL = IPv4Network("169.254.0.0/16")  # resolver, metadata, time, licences
AMAZONS = IPv6Network("fd00:ec2::/32")  # the same by IPv6
DHCP = frozenset({67, 68, 546, 547})
UDP = 17


class Directory:
    """The program, as far as it tells about packets."""

    def __init__(self) -> None:
        self.interfaces: dict[str, Interface] = {}
        self.logs: dict[str, FlowLog] = {}
        self.places: dict[str, PlaceKind] = {}
        self.reasons = Reasons()
        self._by_address: dict[tuple[str, bytes], Interface] = {}
        self._resolvers: dict[str, frozenset[bytes]] = {}
        self._tables: dict[tuple[str, str], str] = {}
        self._routes: dict[tuple[str, str], dict[tuple[int, int], Route]] = {}

    def apply(self, delta: Delta) -> None:
        """Take a difference in."""
        for entry in delta.removed:
            self._take(entry, there=False)
        for entry in delta.put:
            self._take(entry, there=True)
        self.reasons.forget_answers()

    def _take(self, entry: Entry, there: bool) -> None:
        match entry:
            case Interface():
                self._take_interface(entry, there)
            case FlowLog():
                _keep(self.logs, entry.id, entry, there)
            case Place():
                if entry.kind in (PlaceKind.VPC, *WITHOUT_CONNECTIONS):
                    _keep(self.places, entry.id, entry.kind, there)
            case Resolver():
                addresses = frozenset(address.packed for address in entry.addresses)
                _keep(self._resolvers, entry.place, addresses, there)
            case TableChoice():
                _keep(self._tables, (entry.place, entry.subnet), entry.table, there)
            case Route():
                routes = self._routes.setdefault((entry.place, entry.table), {})
                network = entry.destination
                where = (network.prefixlen, int(network.network_address))
                _keep(routes, (where[0] + 1000 * network.version, where[1]), entry, there)
            case _:
                self.reasons.take(entry, there)

    def _take_interface(self, entry: Interface, there: bool) -> None:
        old = self.interfaces.pop(entry.id, None)
        for address in old.addresses if old else ():
            self._by_address.pop((old.place if old else "", address.packed), None)
        if there:
            self.interfaces[entry.id] = entry
            for address in entry.addresses:
                self._by_address[entry.place, address.packed] = entry

    def at(self, place: str, address: bytes) -> Interface | None:
        """Give whose an address is at a place."""
        return self._by_address.get((place, address))

    def leads_to(self, place: str, source: Interface | None, destination: bytes) -> str | None:
        """Give what a route leads to: an interface's id, a gateway's, a peering connection's."""
        table = self._tables.get((place, source.subnet)) if source else None
        routes = self._routes.get((place, table), {}) if table else {}
        address = ip_address(destination)
        number, width = int(address), address.max_prefixlen
        lengths = {key[0] % 1000 for key in routes if key[0] // 1000 == address.version}
        for length in sorted(lengths, reverse=True):
            masked = number >> (width - length) << (width - length)
            route = routes.get((length + 1000 * address.version, masked))
            if route is not None:
                action = route.action
                return action.interface if isinstance(action, Forward) else _word(action)
        return None

    def is_left_out(self, place: str, flow: Flow) -> bool:
        """Tell whether flow logs leave a flow out. "Flow log limitations"."""
        resolvers = self._resolvers.get(place, frozenset())
        if flow.source in resolvers or flow.destination in resolvers:
            return True
        if flow.protocol == UDP and {flow.source_port, flow.destination_port} & DHCP:
            return True
        return any(_is_amazons(end) for end in (flow.source, flow.destination))

    def of_log(self, log: FlowLog) -> Iterator[Interface]:
        """Give the interfaces whose packets a log is about."""
        one = self.interfaces.get(log.logged)
        if one is not None:
            yield one
            return
        for interface in self.interfaces.values():
            if log.logged in (interface.place, interface.subnet):
                yield interface

    def named(self, who: str) -> frozenset[str] | None:
        """Give the interfaces that somebody may mean: by its own id, by what wears it, or by that
        one's name; None: nobody is called so."""
        found = frozenset(
            one.id
            for one in self.interfaces.values()
            if who in (one.id, one.owner, one.name) or who in map(str, one.addresses)
        )
        return found or None


def _keep(kept: dict, key: object, value: object, there: bool) -> None:  # type: ignore[type-arg]
    if there:
        kept[key] = value
    else:
        kept.pop(key, None)


def _word(action: object) -> str | None:
    return "local" if isinstance(action, Local) else None


def _is_amazons(address: bytes) -> bool:
    if len(address) == 4:
        return address[:2] == LINK_LOCAL.network_address.packed[:2]
    return address[:4] == AMAZONS.network_address.packed[:4]
