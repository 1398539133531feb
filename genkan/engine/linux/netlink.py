"""The network stack of places: devices, addresses, neighbours, routes and rules, read and written.

One channel a place, opened inside it and kept; what is written together goes to the kernel in a few
sends. Everything written carries our protocol number, so that routes that programs add in an
instance stay theirs.
"""

import errno
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from itertools import groupby
from socket import AF_INET6
from typing import Any, NamedTuple

from genkan.engine.linux import rtnetlink
from genkan.engine.linux.channel import Channel
from genkan.engine.linux.namespace import entered, path_of
from genkan.engine.linux.objects import (
    AGGREGATE,
    Address,
    Device,
    KernelObject,
    KernelRoute,
    Loopback,
    Neighbour,
    PolicyRule,
)
from genkan.engine.linux.offload import leave_nothing_to
from genkan.engine.linux.rtnetlink import FAMILIES, PROTOCOL, Request
from genkan.engine.linux.settings import forward_by
from genkan.engine.protocol import EngineFailure

LOG = logging.getLogger(__name__)
# Before Linux 5.18 an address does not say whose it is: there every one is taken for ours.
TELLS_OWNERS = tuple(map(int, os.uname().release.split(".")[:2])) >= (5, 18)
OWN_ADDRESS = (PROTOCOL,) if TELLS_OWNERS else (PROTOCOL, None)
LOOPBACK, LOOPBACKS_INDEX = "lo", 1
GONE = frozenset({errno.ENOENT, errno.ESRCH, errno.ENODEV, errno.EADDRNOTAVAIL})  # already
THERE = frozenset({errno.EEXIST})
NO_QUEUE_THERE = frozenset({errno.ENOENT, errno.EINVAL, errno.EOPNOTSUPP})
ROUTERS = ip_address("fd00:ec2::1")  # whom a router's own word is from: "too big", "unreachable"
MOST_CHANNELS = 1024
PATIENCE, PAUSE = 5.0, 0.001  # seconds for what the kernel does by itself, and between looks


class _Write(NamedTuple):
    """What is asked for one object, and the answers that are as good as done."""

    request: Request
    suffices: frozenset[int]


class Netlink:
    """Reads and writes the network stack of places."""

    def __init__(self) -> None:
        self._channels: OrderedDict[str, Channel] = OrderedDict()
        self._indexes: dict[str, dict[str, int]] = {}

    def forget(self, place: str) -> None:
        """Close the channel of a place that is gone."""
        self._indexes.pop(place, None)
        found = self._channels.pop(place, None)
        if found is not None:
            found.close()

    def close(self) -> None:
        for place in list(self._channels):
            self.forget(place)

    def observe(self, place: str) -> Iterator[KernelObject]:
        """Give everything of ours in a place. Raises EngineFailure."""
        shown = self._links(place)
        names = {one.number: one.name for one in shown}
        stopping = self._stopping(place)
        devices = [device for one in shown if (device := _device(place, one, stopping))]
        yield from devices
        ours = {one.name for one in devices}
        loops = any(one.up for one in shown if one.number == LOOPBACKS_INDEX)
        for family in FAMILIES.values():
            addresses = list(self._addresses(place, family, names))
            yield from (one for one in addresses if one.device in ours)
            if loops and loopbacks_address(place) in addresses:
                yield Loopback(place)
            for found in self._all(place, rtnetlink.show_neighbours(family)):
                neighbour = rtnetlink.read_neighbour(place, names, *found)
                if neighbour:
                    yield neighbour
            for found in self._all(place, rtnetlink.show_routes(family)):
                route = rtnetlink.read_route(place, names, *found)
                if route:
                    yield route
            for found in self._all(place, rtnetlink.show_rules(family)):
                rule = rtnetlink.read_rule(place, *found)
                if rule:
                    yield rule

    def _addresses(self, place: str, family: int, names: dict[int, str]) -> Iterator[Address]:
        for found in self._all(place, rtnetlink.show_addresses(family)):
            one, scope, owner = rtnetlink.read_address(place, names, *found)
            own = owner in OWN_ADDRESS
            if scope != rtnetlink.LINK_SCOPE and own:
                yield one

    def _stopping(self, place: str) -> set[int]:
        """Give the numbers of the devices whose packets are not forwarded, whatever they are."""
        confs = [
            rtnetlink.read_conf(*found)
            for family in FAMILIES.values()
            for found in self._all(place, rtnetlink.show_confs(family))
        ]
        return {number for number, forwards in confs if not forwards}

    def _links(self, place: str) -> list[rtnetlink.Shown]:
        shown = [rtnetlink.read_link(*found) for found in self._all(place, rtnetlink.show_links())]
        self._indexes[place] = {one.name: one.number for one in shown}
        return shown

    def put(self, objects: Iterable[KernelObject]) -> None:
        """Make objects so, in order. Raises EngineFailure."""
        self._write(objects, _PUT, self._put_device)

    def remove(self, objects: Iterable[KernelObject]) -> None:
        """Take objects away, in order; one that is gone is gone. Raises EngineFailure."""
        self._write(objects, _REMOVE, self._remove_device)

    def _write(
        self,
        objects: Iterable[KernelObject],
        writes: dict[type, Callable[["Netlink", Any], _Write | None]],
        of_device: Callable[[Device], None],
    ) -> None:
        """Write one after the other; what stands together in a place and is no device, at once."""
        for (place, is_device), some in groupby(
            objects, key=lambda one: (one.place, isinstance(one, Device))
        ):
            if is_device:
                for one in some:
                    if isinstance(one, Device):
                        of_device(one)
                continue
            asked = [(one, writes[type(one)](self, one)) for one in some]
            self._ask(place, [(one, write) for one, write in asked if write])

    def _ask(self, place: str, writes: list[tuple[KernelObject, _Write]]) -> None:
        requests = [write.request for _, write in writes]
        codes = self._through(place, lambda channel: channel.ask(requests))
        for (one, write), code in zip(writes, codes, strict=True):
            if code and code not in write.suffices:
                raise EngineFailure(f"the kernel refused {one}: {os.strerror(code)}")

    def _through(self, place: str, ask: Callable[[Channel], Any]) -> Any:  # noqa: ANN401
        """Ask by a place's channel; one that breaks is not used again. Raises EngineFailure."""
        try:
            return ask(self._channel(place))
        except OSError as error:
            broken = self._channels.pop(place, None)
            if broken is not None:
                broken.close()
            raise EngineFailure(f"the network of {place} cannot be asked: {error}") from error

    def _all(self, place: str, request: Request) -> list[tuple[bytes, int, int]]:
        found: list[tuple[bytes, int, int]] = self._through(place, lambda one: one.all(request))
        return found

    def bring_up(self, place: str, device: str) -> None:
        """Set a device up; lo is one too."""
        request = rtnetlink.set_up(self._index(place, device))
        (code,) = self._through(place, lambda channel: channel.ask([request]))
        if code:
            raise EngineFailure(f"{device} of {place} is not set up: {os.strerror(code)}")

    def put_loopback(self, place: str) -> None:
        """Have a place's loopback up, with the address that the router answers from."""
        self.bring_up(place, LOOPBACK)
        self.put([loopbacks_address(place)])

    def make_plain(self, one: Device) -> None:
        """Take a queue from a device that somebody put before it, and have it forward."""
        removing = rtnetlink.remove_queue(self._index(one.place, one.name))
        self._ask(one.place, [(one, _Write(removing, NO_QUEUE_THERE))])
        with entered(one.place):
            forward_by(one.name)

    def wait_until_they_send(self, devices: Iterable[Device]) -> None:
        """Wait until the kernel has noticed, at both ends, that these devices' links are whole.

        It does so in a worker of its own, which stands in line with everybody who changes links;
        until then a device throws away what is sent. One that was set up again makes the far end
        whole too, which nobody touched.
        """
        self._wait((one, self._carries) for one in devices)

    def wait_until_they_receive(self, addresses: Iterable[Address]) -> None:
        """Wait until packets for these addresses are taken: the kernel gives an IPv6 address its
        local route in a worker, even where nobody is asked whether he has it."""
        self._wait((one, self._receives) for one in addresses if one.address.version == 6)

    def _wait(self, checks: Iterable[tuple[Any, Callable[[Any], bool]]]) -> None:
        """Wait for all, and no longer than PATIENCE: an instance's root may undo what is made."""
        end = time.monotonic() + PATIENCE
        for one, holds in checks:
            while not holds(one):
                if time.monotonic() > end:
                    LOG.warning("%s of %s is not there when it should be", one, one.place)
                    break
                time.sleep(PAUSE)

    def _carries(self, one: Device) -> bool:
        return self._sends(one.place, one.name) and self._sends(one.peer_place, one.peer)

    def _sends(self, place: str, device: str) -> bool:
        found = self._shown(place, device)
        if found is None:
            raise EngineFailure(f"{place} has no device {device}.")
        return found.state == rtnetlink.OPERATIONAL

    def _receives(self, one: Address) -> bool:
        request = rtnetlink.find_route(AF_INET6, one.address.packed)
        found = self._through(one.place, lambda channel: channel.find(request))
        return found is not None and rtnetlink.leads_here(found[0], found[1])

    def _channel(self, place: str) -> Channel:
        found = self._channels.get(place)
        if found is None:
            while len(self._channels) >= MOST_CHANNELS:
                self._channels.popitem(last=False)[1].close()
            found = self._channels[place] = Channel(place)
        self._channels.move_to_end(place)
        return found

    def _shown(self, place: str, device: str) -> rtnetlink.Shown | None:
        request = rtnetlink.show_link(device)
        found = self._through(place, lambda channel: channel.find(request))
        return rtnetlink.read_link(*found) if found else None

    def _index(self, place: str, device: str) -> int:
        """Give a device's number; asked one by one, for a place may have thousands."""
        if device == LOOPBACK:
            return LOOPBACKS_INDEX
        known = self._indexes.setdefault(place, {})
        if device not in known:
            found = self._shown(place, device)
            if found is None:
                raise EngineFailure(f"{place} has no device {device}.")
            known[device] = found.number
        return known[device]

    def _put_device(self, one: Device) -> None:
        """Make both ends at once; the far end's own turn finds it there and sets what is its."""
        self._indexes.get(one.place, {}).pop(one.name, None)  # it may be another by now
        found = self._shown(one.place, one.name)
        if found is None:
            self._make_pair(one)
            found = self._shown(one.place, one.name)
        if found is None:
            raise EngineFailure(f"{one.place} has no device {one.name}.")
        setting = rtnetlink.set_link(one, found.number, with_address=found.mac != one.mac)
        self._ask(one.place, [(one, _Write(setting, frozenset()))])
        if one.whole:
            leave_nothing_to(one)

    def _make_pair(self, one: Device) -> None:
        try:
            with open(path_of(one.peer_place), "rb") as far:
                making = rtnetlink.make_pair(one, far.fileno())
                self._ask(one.place, [(one, _Write(making, frozenset()))])
        except OSError as error:
            raise EngineFailure(f"{one.peer_place} cannot be linked to: {error}") from error
        self._forget_pair(one)

    def _remove_device(self, one: Device) -> None:
        found = self._shown(one.place, one.name)
        if found is not None:
            self._ask(one.place, [(one, _Write(rtnetlink.remove_link(found.number), GONE))])
        self._forget_pair(one)

    def _forget_pair(self, one: Device) -> None:
        for place, name in ((one.place, one.name), (one.peer_place, one.peer)):
            self._indexes.get(place, {}).pop(name, None)

    def _index_if_there(self, place: str, device: str) -> int | None:
        known = self._indexes.get(place, {}).get(device)
        if known is not None or device == LOOPBACK:
            return known or LOOPBACKS_INDEX
        found = self._shown(place, device)
        return found.number if found else None

    def _put_address(self, one: Address) -> _Write:
        return _Write(rtnetlink.put_address(one, self._index(one.place, one.device)), THERE)

    def _remove_address(self, one: Address) -> _Write | None:
        index = self._index_if_there(one.place, one.device)
        return _Write(rtnetlink.remove_address(one, index), GONE) if index else None

    def _put_neighbour(self, one: Neighbour) -> _Write:
        index = self._index(one.place, one.device)
        return _Write(rtnetlink.put_neighbour(one, index), frozenset())

    def _remove_neighbour(self, one: Neighbour) -> _Write | None:
        index = self._index_if_there(one.place, one.device)
        return _Write(rtnetlink.remove_neighbour(one, index), GONE) if index else None

    def _put_route(self, one: KernelRoute) -> _Write:
        index = self._index(one.place, one.device) if one.device else None
        return _Write(rtnetlink.put_route(one, index), frozenset())

    def _remove_route(self, one: KernelRoute) -> _Write:
        return _Write(rtnetlink.remove_route(one), GONE)

    def _put_rule(self, one: PolicyRule) -> _Write:
        return _Write(rtnetlink.put_rule(one), THERE)

    def _remove_rule(self, one: PolicyRule) -> _Write:
        return _Write(rtnetlink.remove_rule(one), GONE)


_PUT: dict[type, Callable[[Netlink, Any], _Write | None]] = {
    Address: Netlink._put_address,
    Neighbour: Netlink._put_neighbour,
    KernelRoute: Netlink._put_route,
    PolicyRule: Netlink._put_rule,
}
_REMOVE: dict[type, Callable[[Netlink, Any], _Write | None]] = {
    Address: Netlink._remove_address,
    Neighbour: Netlink._remove_neighbour,
    KernelRoute: Netlink._remove_route,
    PolicyRule: Netlink._remove_rule,
}


def loopbacks_address(place: str) -> Address:
    return Address(place, LOOPBACK, ROUTERS)


def _device(place: str, shown: rtnetlink.Shown, stopping: set[int]) -> Device | None:
    """Give a device of ours by its alias; None for any other. `stopping` are the numbers of those
    that do not forward."""
    words = shown.alias.split()
    if len(words) != 3:
        return None
    _, peer_place, peer = words
    return Device(
        place=place,
        name=shown.name,
        mac=shown.mac,
        mtu=shown.mtu,
        group=shown.group,
        alias=shown.alias,
        peer_place=peer_place,
        peer=peer,
        up=shown.up,
        plain=shown.queue == rtnetlink.NO_QUEUE and shown.number not in stopping,
        aggregate=AGGREGATE if shown.aggregate is None else shown.aggregate,
    )
