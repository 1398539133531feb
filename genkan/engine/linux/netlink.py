"""rtnetlink in places: devices, addresses, neighbours, routes and rules, read and written.

One socket a place, opened inside it and kept. Everything written carries our protocol number, so
that routes that programs add in an instance stay theirs. See rtnetlink(7).
"""

import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address, ip_network
from socket import AF_INET, AF_INET6, if_nametoindex
from typing import Any

from genkan.engine.linux.namespace import entered, path_of
from genkan.engine.linux.objects import (
    Address,
    Device,
    KernelObject,
    KernelRoute,
    Neighbour,
    PolicyRule,
)
from genkan.engine.linux.offload import leave_nothing_to
from genkan.engine.protocol import EngineFailure

LOG = logging.getLogger(__name__)
PROTOCOL = 0x67  # "g": whose routes and rules these are
PERMANENT = 0x80
# Before Linux 5.18 an address does not say whose it is: there every one is taken for ours.
TELLS_OWNERS = tuple(map(int, os.uname().release.split(".")[:2])) >= (5, 18)
OWN_ADDRESS = (PROTOCOL,) if TELLS_OWNERS else (PROTOCOL, None)
FAMILIES = {4: AF_INET, 6: AF_INET6}
# IFA_F_NODAD: nobody is asked whether he has it, and it is there at once
NO_ASKING: dict[int, dict[str, int]] = {4: {}, 6: {"flags": 0x02}}
IFF_UP = 1
LOCAL_TABLE = 255
ONLINK = 4
NO_SUCH = (2, 3, 19, 99)  # ENOENT, ESRCH, ENODEV, EADDRNOTAVAIL: gone already
EXISTS = 17
MOST_SOCKETS = 256
ROUTE_KINDS = {1: "unicast", 2: "local", 6: "blackhole", 7: "unreachable", 9: "throw"}
KIND_NUMBERS = {kind: number for number, kind in ROUTE_KINDS.items()}
SENDS = "UP"  # RFC 2863's operational state; in any other the device drops what it is given
PATIENCE, PAUSE = 5.0, 0.001  # seconds for what the kernel does by itself, and between looks
UNIVERSE, LINK_SCOPE, HOST_SCOPE = 0, 253, 254


class Netlink:
    """Reads and writes the network stack of places."""

    def __init__(self) -> None:
        self._sockets: OrderedDict[str, Any] = OrderedDict()
        self._indexes: dict[str, dict[str, int]] = {}

    def forget(self, place: str) -> None:
        """Close the socket of a place that is gone."""
        self._indexes.pop(place, None)
        found = self._sockets.pop(place, None)
        if found is not None:
            found.close()

    def close(self) -> None:
        for place in list(self._sockets):
            self.forget(place)

    def observe(self, place: str) -> Iterator[KernelObject]:
        """Give everything of ours in a place."""
        names = self._names(place)
        socket = self._socket(place)
        devices = list(self._devices(place))
        yield from devices
        ours = {one.name for one in devices}
        for family in FAMILIES.values():
            yield from (one for one in self._addresses(place, family, names) if one.device in ours)
            for message in socket.get_neighbours(family=family):
                own = message.get_attr("NDA_PROTOCOL") == PROTOCOL
                if message["state"] & PERMANENT and own:
                    yield Neighbour(
                        place,
                        names.get(message["ifindex"], ""),
                        ip_address(message.get_attr("NDA_DST")),
                        message.get_attr("NDA_LLADDR") or "",
                    )
            for message in socket.get_routes(family=family):
                if message["proto"] == PROTOCOL:
                    yield _read_route(place, message, names)
            for message in socket.get_rules(family=family):
                if message.get_attr("FRA_PROTOCOL") == PROTOCOL:
                    yield _read_rule(place, message)

    def _addresses(self, place: str, family: int, names: dict[int, str]) -> Iterator[Address]:
        for message in self._socket(place).get_addr(family=family):
            device = names.get(message["index"], "")
            address = message.get_attr("IFA_LOCAL") or message.get_attr("IFA_ADDRESS")
            own = message.get_attr("IFA_PROTO") in OWN_ADDRESS
            if device != "lo" and message["scope"] != LINK_SCOPE and own:
                yield Address(place, device, ip_address(address))

    def put(self, one: KernelObject) -> None:
        """Make an object so. Raises EngineFailure."""
        self._write(one, _PUT[type(one)])

    def remove(self, one: KernelObject) -> None:
        """Take an object away; one that is gone is gone. Raises EngineFailure."""
        self._write(one, _REMOVE[type(one)])

    def _write(self, one: Any, write: Callable[["Netlink", Any], None]) -> None:  # noqa: ANN401
        from pyroute2.netlink.exceptions import NetlinkError

        try:
            write(self, one)
        except NetlinkError as error:
            raise EngineFailure(f"the kernel refused {one}: {error}") from error

    def bring_up(self, place: str, device: str) -> None:
        """Set a device up; lo is one too."""
        self._socket(place).link("set", index=self._index(place, device), state="up")

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
        found = self._socket(place).link("get", index=self._index(place, device))
        return bool(found[0].get_attr("IFLA_OPERSTATE") == SENDS)

    def _receives(self, one: Address) -> bool:
        from pyroute2.netlink.exceptions import NetlinkError

        try:
            found = self._socket(one.place).route("get", family=AF_INET6, dst=str(one.address))
        except NetlinkError:  # nothing leads there yet
            return False
        return bool(found[0]["type"] == KIND_NUMBERS["local"])

    def _socket(self, place: str) -> Any:  # noqa: ANN401 - pyroute2 has no types
        found = self._sockets.get(place)
        if found is None:
            from pyroute2 import IPRoute

            while len(self._sockets) >= MOST_SOCKETS:
                self.forget(next(iter(self._sockets)))
            with entered(place):
                found = self._sockets[place] = IPRoute()
        self._sockets.move_to_end(place)
        return found

    def _names(self, place: str) -> dict[int, str]:
        names = {
            message["index"]: message.get_attr("IFLA_IFNAME")
            for message in self._socket(place).get_links()
        }
        self._indexes[place] = {name: index for index, name in names.items()}
        return names

    def _index(self, place: str, device: str) -> int:
        """Give a device's number; asked one by one, for a place may have thousands."""
        known = self._indexes.setdefault(place, {})
        if device not in known:
            found = _number_of(place, device)
            if found is None:
                raise EngineFailure(f"{place} has no device {device}.")
            known[device] = found
        return known[device]

    def _devices(self, place: str) -> Iterator[Device]:
        for message in self._socket(place).get_links():
            alias = message.get_attr("IFLA_IFALIAS") or ""
            if len(alias.split()) != 3:
                continue
            _, peer_place, peer = alias.split()
            yield Device(
                place=place,
                name=message.get_attr("IFLA_IFNAME"),
                mac=message.get_attr("IFLA_ADDRESS"),
                mtu=message.get_attr("IFLA_MTU"),
                group=message.get_attr("IFLA_GROUP") or 0,
                alias=alias,
                peer_place=peer_place,
                peer=peer,
                up=bool(message["flags"] & IFF_UP),
            )

    def _put_device(self, one: Device) -> None:
        """Make both ends at once; the far end's own turn finds it there and sets what is its."""
        socket = self._socket(one.place)
        self._indexes.get(one.place, {}).pop(one.name, None)  # it may be another by now
        if _number_of(one.place, one.name) is None:
            self._make_pair(one)
        index = self._index(one.place, one.name)
        there = socket.link("get", index=index)[0].get_attr("IFLA_ADDRESS")
        # Its address set anew, a device forgets its neighbours, even if it is the same address.
        address = {} if there == one.mac else {"address": one.mac}
        socket.link(
            "set",
            index=index,
            **address,
            mtu=one.mtu,
            group=one.group,
            ifalias=one.alias,
            state="up",
        )
        if one.whole:
            leave_nothing_to(one)

    def _make_pair(self, one: Device) -> None:
        with open(path_of(one.peer_place), "rb") as far:
            self._socket(one.place).link(
                "add",
                ifname=one.name,
                kind="veth",
                address=one.mac,
                mtu=one.mtu,
                peer={"ifname": one.peer, "net_ns_fd": far.fileno(), "mtu": one.mtu},
            )
        self._forget_pair(one)

    def _remove_device(self, one: Device) -> None:
        self._quietly(
            lambda: self._socket(one.place).link("del", index=self._index(one.place, one.name))
        )
        self._forget_pair(one)

    def _forget_pair(self, one: Device) -> None:
        for place, name in ((one.place, one.name), (one.peer_place, one.peer)):
            self._indexes.get(place, {}).pop(name, None)

    def _put_address(self, one: Address) -> None:
        index = self._index(one.place, one.device)
        self._unless_there(
            lambda: self._socket(one.place).addr(
                "add",
                index=index,
                address=str(one.address),
                prefixlen=one.address.max_prefixlen,
                proto=PROTOCOL,
                **NO_ASKING[one.address.version],
            )
        )

    def _remove_address(self, one: Address) -> None:
        self._quietly(
            lambda: self._socket(one.place).addr(
                "del",
                index=self._index(one.place, one.device),
                address=str(one.address),
                prefixlen=one.address.max_prefixlen,
            )
        )

    def _put_neighbour(self, one: Neighbour) -> None:
        self._socket(one.place).neigh(
            "replace",
            family=FAMILIES[one.address.version],
            dst=str(one.address),
            lladdr=one.mac,
            protocol=PROTOCOL,
            ifindex=self._index(one.place, one.device),
            state=PERMANENT,
        )

    def _remove_neighbour(self, one: Neighbour) -> None:
        self._quietly(
            lambda: self._socket(one.place).neigh(
                "del",
                family=FAMILIES[one.address.version],
                dst=str(one.address),
                ifindex=self._index(one.place, one.device),
            )
        )

    def _put_route(self, one: KernelRoute) -> None:
        self._socket(one.place).route("replace", **self._route(one))

    def _remove_route(self, one: KernelRoute) -> None:
        self._quietly(
            lambda: self._socket(one.place).route(
                "del",
                family=FAMILIES[one.destination.version],
                dst=str(one.destination),
                table=one.table,
                type=KIND_NUMBERS[one.kind],
                proto=PROTOCOL,
                scope=255,
            )
        )

    def _route(self, one: KernelRoute) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "family": FAMILIES[one.destination.version],
            "dst": str(one.destination),
            "table": one.table,
            "type": KIND_NUMBERS[one.kind],
            "proto": PROTOCOL,
            "scope": _scope(one),
        }
        if one.device:
            fields["oif"] = self._index(one.place, one.device)
        if one.via:
            fields |= {"gateway": str(one.via), "flags": ONLINK}
        if one.source:
            fields["prefsrc"] = str(one.source)
        return fields

    def _put_rule(self, one: PolicyRule) -> None:
        self._unless_there(lambda: self._socket(one.place).rule("add", **_rule(one)))

    def _remove_rule(self, one: PolicyRule) -> None:
        self._quietly(lambda: self._socket(one.place).rule("del", **_rule(one)))

    def _quietly(self, write: Callable[[], object]) -> None:
        self._but_for(NO_SUCH, write)

    def _unless_there(self, write: Callable[[], object]) -> None:
        self._but_for((EXISTS,), write)

    def _but_for(self, codes: tuple[int, ...], write: Callable[[], object]) -> None:
        from pyroute2.netlink.exceptions import NetlinkError

        try:
            write()
        except NetlinkError as error:
            if error.code not in codes:
                raise
        except EngineFailure:
            if codes is not NO_SUCH:
                raise


def _number_of(place: str, device: str) -> int | None:
    with entered(place):
        try:
            return if_nametoindex(device)
        except OSError:
            return None


_PUT: dict[type, Callable[[Netlink, Any], None]] = {
    Device: Netlink._put_device,
    Address: Netlink._put_address,
    Neighbour: Netlink._put_neighbour,
    KernelRoute: Netlink._put_route,
    PolicyRule: Netlink._put_rule,
}
_REMOVE: dict[type, Callable[[Netlink, Any], None]] = {
    Device: Netlink._remove_device,
    Address: Netlink._remove_address,
    Neighbour: Netlink._remove_neighbour,
    KernelRoute: Netlink._remove_route,
    PolicyRule: Netlink._remove_rule,
}


def _scope(one: KernelRoute) -> int:
    if one.kind == "local":
        return HOST_SCOPE
    return LINK_SCOPE if one.kind == "unicast" and one.via is None else UNIVERSE


def _rule(one: PolicyRule) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "priority": one.priority,
        "table": one.table,
        "protocol": PROTOCOL,
        "family": FAMILIES[one.version],
    }
    if one.source is not None:
        fields |= {"src": str(one.source), "src_len": one.source.max_prefixlen}
    return fields if one.mark is None else {**fields, "fwmark": one.mark}


def _read_rule(place: str, message: Any) -> PolicyRule:  # noqa: ANN401
    source = message.get_attr("FRA_SRC")
    return PolicyRule(
        place,
        message.get_attr("FRA_PRIORITY"),
        message.get_attr("FRA_FWMARK"),
        message.get_attr("FRA_TABLE"),
        ip_address(source) if source else None,
        6 if message["family"] == AF_INET6 else 4,
    )


def _read_route(place: str, message: Any, names: dict[int, str]) -> KernelRoute:  # noqa: ANN401
    everywhere = "::" if message["family"] == AF_INET6 else "0.0.0.0"  # noqa: S104 - the default
    destination = message.get_attr("RTA_DST") or everywhere
    via, source = message.get_attr("RTA_GATEWAY"), message.get_attr("RTA_PREFSRC")
    device = names.get(message.get_attr("RTA_OIF"))
    kind = ROUTE_KINDS.get(message["type"], str(message["type"]))
    return KernelRoute(
        place=place,
        table=message.get_attr("RTA_TABLE") or message["table"],
        destination=ip_network((destination, message["dst_len"])),
        kind=kind,
        device=device if kind in ("unicast", "local") else None,
        via=ip_address(via) if via else None,
        source=ip_address(source) if source else None,
    )
