"""`Inspector`: packets from endpoints to appliances and back.

Sockets are read in turn, a few batches each, so that a storm at one endpoint keeps another waiting
for no longer than those take; what comes faster than it is carried is dropped by the kernel, at the
socket of the endpoint that it came to.
"""

import asyncio
import logging
import struct
import time
from ipaddress import IPv4Address

from genkan.inspection.flows import Appliances, Flow, FlowTable, new_flow
from genkan.inspection.geneve import HEADER_LENGTH, unwrap
from genkan.inspection.packets import TCP, key_of, limit_segment_size
from genkan.inspection.rings import HEADROOM, LARGEST, MOST, SLOT, Ring
from genkan.inspection.ways import FRONT, OUTER, UDP_LENGTH, EndpointWay, FleetWay, OpenSocket
from genkan.program import Delta
from genkan.program.inspection import Fleet, Inspection

LOG = logging.getLogger(__name__)
SECTIONS = frozenset(kind.section for kind in (Inspection, Fleet))
TICK = 0.5  # seconds between looks for what ended, and for sockets to open again
_TURNS = 4  # batches from one socket before the others have their turn
_PLAIN = HEADER_LENGTH // 4 - 2  # the first byte of a header with our options and no other
_length = struct.Struct("!H")


class _FleetState:
    """A fleet, its sockets, and the flows that its appliances may send back, by their options."""

    def __init__(self, entry: Fleet) -> None:
        self.entry = entry
        self.appliances = Appliances(entry)
        self.way: FleetWay | None = None
        self.flows: dict[bytes, tuple[Flow, _EndpointState]] = {}


class _EndpointState:
    """An endpoint, its socket and its flows."""

    def __init__(self, entry: Inspection) -> None:
        self.entry = entry
        self.way: EndpointWay | None = None
        self.table = FlowTable()


class Inspector:
    """Everything between endpoints and appliances. Lives in one event loop."""

    def __init__(self, open_socket: OpenSocket, loop: asyncio.AbstractEventLoop) -> None:
        """`open_socket(place, family, type, protocol)` gives a socket that lives in that place."""
        self._open_socket = open_socket
        self._loop = loop
        self._ring = Ring()
        self._fleets: dict[str, _FleetState] = {}
        self._endpoints: dict[str, _EndpointState] = {}
        self._tick()

    def apply(self, delta: Delta) -> None:
        """Make a delta so: sockets are open and flows go where they are to when this returns.

        Raises OSError when a socket cannot be opened; it is tried again, and all else is applied.
        """
        now = time.monotonic()
        for entry in delta.removed:
            if isinstance(entry, Inspection):
                self._forget(self._endpoints.pop(entry.place))
            elif isinstance(entry, Fleet):
                self._drop_fleet(self._fleets.pop(entry.place))
        for entry in delta.put:
            if isinstance(entry, Fleet):
                self._put_fleet(entry, now)
        for entry in delta.put:
            if isinstance(entry, Inspection):
                self._put_endpoint(entry)
        failures = self._open_what_is_closed()
        if failures:
            raise failures[0]

    def close(self) -> None:
        """Close every socket."""
        for endpoint in self._endpoints.values():
            self._forget(endpoint)
        for fleet in self._fleets.values():
            self._close_fleet(fleet)
        self._endpoints.clear()
        self._fleets.clear()

    def flows(self) -> int:
        """Give how many flows are kept."""
        return sum(len(one.table) for one in self._endpoints.values())

    def _put_fleet(self, entry: Fleet, now: float) -> None:
        fleet = self._fleets.get(entry.place)
        if fleet is None:
            self._fleets[entry.place] = _FleetState(entry)
            return
        if (fleet.entry.address, fleet.entry.port) != (entry.address, entry.port):
            self._close_fleet(fleet)
        fleet.entry = entry
        fleet.appliances.change(entry, now)

    def _drop_fleet(self, fleet: _FleetState) -> None:
        self._close_fleet(fleet)
        for endpoint in self._endpoints.values():
            if endpoint.entry.fleet == fleet.entry.place:
                endpoint.table = FlowTable()  # what comes back could not be told to be theirs

    def _put_endpoint(self, entry: Inspection) -> None:
        endpoint = self._endpoints.get(entry.place)
        if endpoint is not None and endpoint.entry != entry:
            self._forget(endpoint)
            endpoint = None
        if endpoint is None:
            self._endpoints[entry.place] = _EndpointState(entry)

    def _forget(self, endpoint: _EndpointState) -> None:
        self._close_way(endpoint)
        fleet = self._fleets.get(endpoint.entry.fleet or "")
        if fleet is not None:
            for flow in endpoint.table:
                fleet.flows.pop(flow.options, None)

    def _close_way(self, endpoint: _EndpointState) -> None:
        if endpoint.way is not None:
            self._loop.remove_reader(endpoint.way.socket)
            endpoint.way.socket.close()
            endpoint.way = None

    def _close_fleet(self, fleet: _FleetState) -> None:
        if fleet.way is not None:
            self._loop.remove_reader(fleet.way.receiver)
            fleet.way.close()
            fleet.way = None
        fleet.appliances.version += 1  # what stands in front of its flows is written anew

    def _open_what_is_closed(self) -> list[OSError]:
        failures: list[OSError] = []
        for fleet in self._fleets.values():
            if fleet.way is None:
                try:
                    fleet.way = FleetWay(fleet.entry, self._open_socket)
                    self._loop.add_reader(fleet.way.receiver, self._from_fleet, fleet)
                except OSError as error:
                    LOG.warning("%s is not spoken from: %s", fleet.entry.place, error)
                    failures.append(error)
        for endpoint in self._endpoints.values():
            if endpoint.way is None:
                try:
                    endpoint.way = EndpointWay(endpoint.entry, self._open_socket)
                    self._loop.add_reader(endpoint.way.socket, self._from_endpoint, endpoint)
                except OSError as error:
                    LOG.warning("%s is not listened at: %s", endpoint.entry.place, error)
                    failures.append(error)
        return failures

    def _tick(self) -> None:
        now = time.monotonic()
        for fleet in self._fleets.values():
            fleet.appliances.tick(now)
        for endpoint in self._endpoints.values():
            found = self._fleets.get(endpoint.entry.fleet or "")
            idle = found.entry.idle if found else 0
            for flow in endpoint.table.expire(now, idle):
                if found:
                    found.flows.pop(flow.options, None)
        self._open_what_is_closed()
        self._loop.call_later(TICK, self._tick)

    def _from_endpoint(self, endpoint: _EndpointState) -> None:
        """Carry what entered an endpoint to its fleet."""
        way = endpoint.way
        fleet = self._fleets.get(endpoint.entry.fleet or "")
        try:
            for _ in range(_TURNS):
                count = self._ring.receive(way.descriptor) if way else 0
                if fleet is not None and fleet.way is not None:
                    self._wrap(endpoint, fleet, count)
                    self._ring.send(fleet.way.sender.fileno())
                if count < MOST:
                    return
        except OSError as error:  # its interface is gone; if it comes back, so do we
            LOG.warning("%s: %s", endpoint.entry.place, error)
            self._close_way(endpoint)

    def _wrap(self, endpoint: _EndpointState, fleet: _FleetState, count: int) -> None:
        ring, flows, mtu = self._ring, endpoint.table.by_key, endpoint.entry.mtu
        view, lengths, appliances = ring.bytes, ring.lengths, fleet.appliances
        now = time.monotonic()
        for number in range(count):
            size = lengths[number]
            if size > mtu:
                continue
            start = number * SLOT + HEADROOM
            packet = view[start : start + size]
            key = key_of(packet)
            if key is None:
                continue
            flow = flows.get(key) or self._begin(endpoint, fleet, key, now)
            if flow.version != appliances.version:
                self._settle(fleet, flow)
            if flow.to is None:
                continue
            flow.seen = now
            if key[0] == TCP:
                limit_segment_size(packet, mtu)
            first = start - FRONT
            view[first:start] = flow.front
            _length.pack_into(view, first + UDP_LENGTH, FRONT - OUTER + 8 + size)
            ring.put(first, FRONT + size, flow.to)

    def _begin(self, endpoint: _EndpointState, fleet: _FleetState, key: bytes, now: float) -> Flow:
        flow = new_flow(endpoint.entry, key)
        for gone in endpoint.table.add(flow, now):
            fleet.flows.pop(gone.options, None)
        fleet.flows[flow.options] = (flow, endpoint)
        return flow

    def _settle(self, fleet: _FleetState, flow: Flow) -> None:
        """Choose the appliance of a flow that has none, or none that it may stay at."""
        if not fleet.appliances.keeps(flow.appliance):
            flow.appliance = fleet.appliances.choose(flow.key)
        flow.version = fleet.appliances.version
        if flow.appliance is None or fleet.way is None:
            flow.to = None
            return
        flow.to = fleet.way.to(flow.appliance)
        flow.front = fleet.way.front(flow.appliance, flow.key, flow.options)

    def _from_fleet(self, fleet: _FleetState) -> None:
        """Carry what appliances sent back to the endpoints that it entered at."""
        way = fleet.way
        try:
            for _ in range(_TURNS):
                count = self._ring.receive(way.receiver.fileno()) if way else 0
                self._unwrap(fleet, count)
                if count < MOST:
                    return
        except OSError as error:
            LOG.warning("%s: %s", fleet.entry.place, error)
            self._close_fleet(fleet)

    def _unwrap(self, fleet: _FleetState, count: int) -> None:
        ring, flows = self._ring, fleet.flows
        view, lengths, names = ring.bytes, ring.lengths, ring.names
        now = time.monotonic()
        to: EndpointWay | None = None
        for number in range(count):
            size = lengths[number]
            start = number * SLOT + HEADROOM
            found = None
            if size >= LARGEST:
                continue
            if size > HEADER_LENGTH and view[start] == _PLAIN:
                found = flows.get(view[start + 8 : start + HEADER_LENGTH].tobytes())
                inner = start + HEADER_LENGTH
            if found is None:
                read = unwrap(view[start : start + size])
                found = flows.get(read.options) if read else None
                if read is None or found is None:
                    continue
                inner = start + read.start
            flow, endpoint = found
            end = start + size
            version = view[inner] >> 4 if end - inner >= 20 else 0
            source = IPv4Address(names[number * 32 + 4 : number * 32 + 8].tobytes())
            if source != flow.appliance and not fleet.appliances.has(source):
                continue
            if endpoint.way is None or version not in (4, 6):
                continue
            flow.seen = now
            if endpoint.way is not to:
                if to is not None:
                    ring.send(to.descriptor)
                to = endpoint.way
            ring.put(inner, end - inner, to.to[version])
        if to is not None:
            ring.send(to.descriptor)
