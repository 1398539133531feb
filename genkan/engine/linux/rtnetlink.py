"""Messages of rtnetlink as bytes: devices, addresses, neighbours, routes and rules. Pure.

A request says what is to be done with one thing; what the kernel shows of things is read back by
attributes. See rtnetlink(7), linux/rtnetlink.h, linux/if_link.h, linux/fib_rules.h.
"""

import struct
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_INET, AF_INET6
from typing import NamedTuple

from genkan.engine.linux.nfnetlink import attribute, attributes
from genkan.engine.linux.objects import Address, Device, KernelRoute, Neighbour, PolicyRule

PROTOCOL = 0x67  # "g": whose routes, rules, neighbours and addresses these are
NEW_LINK, DELETE_LINK, GET_LINK = 16, 17, 18
NEW_ADDRESS, DELETE_ADDRESS, GET_ADDRESS = 20, 21, 22
NEW_ROUTE, DELETE_ROUTE, GET_ROUTE = 24, 25, 26
NEW_NEIGHBOUR, DELETE_NEIGHBOUR, GET_NEIGHBOUR = 28, 29, 30
NEW_RULE, DELETE_RULE, GET_RULE = 32, 33, 34
DELETE_QUEUE, GET_CONF = 37, 82  # RTM_DELQDISC, RTM_GETNETCONF
REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
REPLACE, EXCLUSIVE, CREATE = 0x100, 0x200, 0x400
FAMILIES = {4: AF_INET, 6: AF_INET6}

HEADER = struct.Struct("=IHHII")
LINK, ADDRESS = struct.Struct("=BxHiII"), struct.Struct("=BBBBI")
NEIGHBOUR, ROUTE = struct.Struct("=BxxxiHBB"), struct.Struct("=BBBBBBBBI")  # and of rules
QUEUE, CONF = struct.Struct("=BxxxiIII"), struct.Struct("=Bxxx")
NUMBER, BYTE = struct.Struct("=I"), struct.Struct("=B")

IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_QDISC, IFLA_OPERSTATE, IFLA_LINKINFO = 1, 3, 4, 6, 16, 18
IFLA_IFALIAS, IFLA_GROUP, IFLA_NET_NS_FD, IFLA_EXT_MASK = 20, 27, 28, 29
IFLA_GSO_IPV4_MAX_SIZE = 63  # since Linux 6.3; an older one neither takes nor shows it
INFO_KIND, INFO_DATA, VETH_PEER = 1, 2, 1
SKIP_STATISTICS = 1 << 3  # RTEXT_FILTER_SKIP_STATS
IFA_ADDRESS, IFA_LOCAL, IFA_FLAGS, IFA_PROTO = 1, 2, 8, 11
NDA_DST, NDA_LLADDR, NDA_PROTOCOL = 1, 2, 12
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PREFSRC, RTA_TABLE = 1, 4, 5, 7, 15
CONF_DEVICE, CONF_FORWARDING, CONF_REVERSE_PATH = 1, 2, 3  # NETCONFA_…
FRA_SRC, FRA_PRIORITY, FRA_FWMARK, FRA_TABLE, FRA_PROTOCOL = 2, 6, 10, 15, 21

IFF_UP, PERMANENT, NODAD, ONLINK, TO_TABLE = 1, 0x80, 0x02, 4, 1
ROOT = 0xFFFFFFFF  # TC_H_ROOT
NO_QUEUE = "noqueue"  # what a veth pair is made with
OPERATIONAL = 6  # IF_OPER_UP; in any other state a device drops what it is given
COMPATIBLE_TABLE = 252  # in the header's byte, for a table whose number does not fit
UNIVERSE, LINK_SCOPE, HOST_SCOPE, ANY_SCOPE = 0, 253, 254, 255
ROUTE_KINDS = {1: "unicast", 2: "local", 6: "blackhole", 7: "unreachable", 9: "throw"}
KIND_NUMBERS = {kind: number for number, kind in ROUTE_KINDS.items()}


class Shown(NamedTuple):
    """A device as the kernel shows it; `alias` tells whether it is ours."""

    number: int
    name: str
    mac: str
    mtu: int
    group: int
    alias: str
    up: bool
    state: int
    queue: str
    aggregate: int | None  # None: the kernel does not say


class Request(NamedTuple):
    """A message without its header: what the channel numbers and sends."""

    kind: int
    flags: int
    body: bytes

    def numbered(self, number: int) -> bytes:
        size = HEADER.size + len(self.body)
        head = HEADER.pack(size, self.kind, REQUEST | self.flags, number, 0)
        return head + self.body + bytes(-size % 4)


def show_link(name: str) -> Request:
    """Ask for the device of a name."""
    wanted = attribute(IFLA_IFNAME, name.encode() + b"\0")
    return Request(GET_LINK, 0, LINK.pack(0, 0, 0, 0, 0) + wanted)


def show_links() -> Request:
    mask = attribute(IFLA_EXT_MASK, NUMBER.pack(SKIP_STATISTICS))
    return Request(GET_LINK, DUMP, LINK.pack(0, 0, 0, 0, 0) + mask)


def make_pair(one: Device, far_namespace: int) -> Request:
    """Make a device and its far end, which is born in the namespace of a descriptor."""
    mtu = attribute(IFLA_MTU, NUMBER.pack(one.mtu))
    far = attribute(IFLA_IFNAME, one.peer.encode() + b"\0") + mtu
    far += attribute(IFLA_NET_NS_FD, NUMBER.pack(far_namespace))
    peer = attribute(VETH_PEER, LINK.pack(0, 0, 0, 0, 0) + far)
    kind = attribute(INFO_KIND, b"veth") + attribute(INFO_DATA, peer)
    body = attribute(IFLA_IFNAME, one.name.encode() + b"\0") + mtu
    body += attribute(IFLA_ADDRESS, _mac(one.mac)) + attribute(IFLA_LINKINFO, kind)
    return Request(NEW_LINK, CREATE | EXCLUSIVE, LINK.pack(0, 0, 0, 0, 0) + body)


def set_link(one: Device, index: int, with_address: bool) -> Request:
    """Set what a device has, and set it up. Its address set anew, a device forgets its neighbours,
    even if it is the same address: it is set only where it is another."""
    body = attribute(IFLA_MTU, NUMBER.pack(one.mtu)) + attribute(IFLA_GROUP, NUMBER.pack(one.group))
    body += attribute(IFLA_IFALIAS, one.alias.encode())
    body += attribute(IFLA_GSO_IPV4_MAX_SIZE, NUMBER.pack(one.aggregate))
    if with_address:
        body += attribute(IFLA_ADDRESS, _mac(one.mac))
    return Request(NEW_LINK, 0, LINK.pack(0, 0, index, IFF_UP, IFF_UP) + body)


def set_up(index: int) -> Request:
    return Request(NEW_LINK, 0, LINK.pack(0, 0, index, IFF_UP, IFF_UP))


def remove_link(index: int) -> Request:
    return Request(DELETE_LINK, 0, LINK.pack(0, 0, index, 0, 0))


def read_link(data: bytes, start: int, end: int) -> Shown:
    _, _, index, flags, _ = LINK.unpack_from(data, start)
    found = attributes(data, start + LINK.size, end)
    return Shown(
        index,
        _text(data, found.get(IFLA_IFNAME)),
        _shown_mac(data, found.get(IFLA_ADDRESS)),
        _number(data, found.get(IFLA_MTU)) or 0,
        _number(data, found.get(IFLA_GROUP)) or 0,
        _text(data, found.get(IFLA_IFALIAS)),
        bool(flags & IFF_UP),
        _byte(data, found.get(IFLA_OPERSTATE)) or 0,
        _text(data, found.get(IFLA_QDISC)),
        _number(data, found.get(IFLA_GSO_IPV4_MAX_SIZE)),
    )


def remove_queue(index: int) -> Request:
    """Have a device send at once again."""
    return Request(DELETE_QUEUE, 0, QUEUE.pack(0, index, 0, ROOT, 0))


def show_confs(family: int) -> Request:
    """Ask how devices forward."""
    return Request(GET_CONF, DUMP, CONF.pack(family))


def read_conf(data: bytes, start: int, end: int) -> tuple[int, bool]:
    """Give a device's number, and whether it forwards whatever comes."""
    found = attributes(data, start + CONF.size, end)
    forwards = _number(data, found.get(CONF_FORWARDING))
    checks = _number(data, found.get(CONF_REVERSE_PATH))
    return _number(data, found.get(CONF_DEVICE)) or 0, forwards == 1 and not checks


def put_address(one: Address, index: int) -> Request:
    """Give a device an address; nobody is asked whether he has it, so it is there at once."""
    flags = NODAD if one.address.version == 6 else 0
    return Request(NEW_ADDRESS, CREATE | EXCLUSIVE, _address(one, index, flags))


def remove_address(one: Address, index: int) -> Request:
    return Request(DELETE_ADDRESS, 0, _address(one, index, 0))


def _address(one: Address, index: int, flags: int) -> bytes:
    version, packed = one.address.version, one.address.packed
    head = ADDRESS.pack(FAMILIES[version], one.address.max_prefixlen, flags, 0, index)
    told = attribute(IFA_LOCAL, packed) + attribute(IFA_ADDRESS, packed)
    return head + told + attribute(IFA_PROTO, BYTE.pack(PROTOCOL))


def show_addresses(family: int) -> Request:
    return Request(GET_ADDRESS, DUMP, ADDRESS.pack(family, 0, 0, 0, 0))


def read_address(
    place: str, names: dict[int, str], data: bytes, start: int, end: int
) -> tuple[Address, int, int | None]:
    """Give an address, its scope, and whose it is; None where the kernel does not say."""
    _, _, _, scope, index = ADDRESS.unpack_from(data, start)
    found = attributes(data, start + ADDRESS.size, end)
    first, last = found.get(IFA_LOCAL) or found[IFA_ADDRESS]
    owner = _byte(data, found.get(IFA_PROTO))
    return Address(place, names.get(index, ""), ip_address(data[first:last])), scope, owner


def put_neighbour(one: Neighbour, index: int) -> Request:
    more = attribute(NDA_LLADDR, _mac(one.mac)) + attribute(NDA_PROTOCOL, BYTE.pack(PROTOCOL))
    return Request(NEW_NEIGHBOUR, CREATE | REPLACE, _neighbour(one, index, PERMANENT) + more)


def remove_neighbour(one: Neighbour, index: int) -> Request:
    return Request(DELETE_NEIGHBOUR, 0, _neighbour(one, index, 0))


def _neighbour(one: Neighbour, index: int, state: int) -> bytes:
    head = NEIGHBOUR.pack(FAMILIES[one.address.version], index, state, 0, 0)
    return head + attribute(NDA_DST, one.address.packed)


def show_neighbours(family: int) -> Request:
    return Request(GET_NEIGHBOUR, DUMP, NEIGHBOUR.pack(family, 0, 0, 0, 0))


def read_neighbour(
    place: str, names: dict[int, str], data: bytes, start: int, end: int
) -> Neighbour | None:
    """Give a permanent neighbour of ours; None for any other."""
    _, index, state, _, _ = NEIGHBOUR.unpack_from(data, start)
    found = attributes(data, start + NEIGHBOUR.size, end)
    ours = _byte(data, found.get(NDA_PROTOCOL)) == PROTOCOL
    if not ours or not state & PERMANENT or NDA_DST not in found:
        return None
    first, last = found[NDA_DST]
    mac = _shown_mac(data, found.get(NDA_LLADDR))
    return Neighbour(place, names.get(index, ""), ip_address(data[first:last]), mac)


def put_route(one: KernelRoute, index: int | None) -> Request:
    flags = ONLINK if one.via else 0
    body = _route(one, _scope(one), flags)
    if index is not None:
        body += attribute(RTA_OIF, NUMBER.pack(index))
    if one.via:
        body += attribute(RTA_GATEWAY, one.via.packed)
    if one.source:
        body += attribute(RTA_PREFSRC, one.source.packed)
    return Request(NEW_ROUTE, CREATE | REPLACE, body)


def remove_route(one: KernelRoute) -> Request:
    return Request(DELETE_ROUTE, 0, _route(one, ANY_SCOPE, 0))


def find_route(family: int, destination: bytes) -> Request:
    """Ask which way a packet for an address goes."""
    head = ROUTE.pack(family, 8 * len(destination), 0, 0, 0, 0, 0, 0, 0)
    return Request(GET_ROUTE, 0, head + attribute(RTA_DST, destination))


def _route(one: KernelRoute, scope: int, flags: int) -> bytes:
    destination = one.destination
    head = ROUTE.pack(
        FAMILIES[destination.version],
        destination.prefixlen,
        0,
        0,
        one.table if one.table < COMPATIBLE_TABLE else COMPATIBLE_TABLE,
        PROTOCOL,
        scope,
        KIND_NUMBERS[one.kind],
        flags,
    )
    told = attribute(RTA_DST, destination.network_address.packed) if destination.prefixlen else b""
    return head + told + attribute(RTA_TABLE, NUMBER.pack(one.table))


def _scope(one: KernelRoute) -> int:
    if one.kind == "local":
        return HOST_SCOPE
    return LINK_SCOPE if one.kind == "unicast" and one.via is None else UNIVERSE


def show_routes(family: int) -> Request:
    """Ask for our own routes; a kernel before 4.20 shows all."""
    return Request(GET_ROUTE, DUMP, ROUTE.pack(family, 0, 0, 0, 0, PROTOCOL, 0, 0, 0))


def read_route(
    place: str, names: dict[int, str], data: bytes, start: int, end: int
) -> KernelRoute | None:
    """Give a route of ours; None for any other."""
    family, size, _, _, table, protocol, _, kind, _ = ROUTE.unpack_from(data, start)
    if protocol != PROTOCOL:
        return None
    found = attributes(data, start + ROUTE.size, end)
    destination = _bytes(data, found.get(RTA_DST)) or bytes(16 if family == AF_INET6 else 4)
    via, source = _bytes(data, found.get(RTA_GATEWAY)), _bytes(data, found.get(RTA_PREFSRC))
    shown = ROUTE_KINDS.get(kind, str(kind))
    leads = shown in ("unicast", "local")
    device = names.get(_number(data, found.get(RTA_OIF)) or 0)
    return KernelRoute(
        place=place,
        table=_number(data, found.get(RTA_TABLE)) or table,
        destination=ip_network((destination, size)),
        kind=shown,
        device=device if leads else None,
        via=ip_address(via) if via else None,
        source=ip_address(source) if source else None,
    )


def put_rule(one: PolicyRule) -> Request:
    return Request(NEW_RULE, CREATE | EXCLUSIVE, _rule(one))


def remove_rule(one: PolicyRule) -> Request:
    return Request(DELETE_RULE, 0, _rule(one))


def _rule(one: PolicyRule) -> bytes:
    block = ip_network(one.source) if one.source else None
    size = block.prefixlen if block else 0
    body = ROUTE.pack(FAMILIES[one.version], 0, size, 0, 0, 0, 0, TO_TABLE, 0)
    for kind, number in ((FRA_PRIORITY, one.priority), (FRA_TABLE, one.table)):
        body += attribute(kind, NUMBER.pack(number))
    body += attribute(FRA_PROTOCOL, BYTE.pack(PROTOCOL))
    if block:
        body += attribute(FRA_SRC, block.network_address.packed)
    return body if one.mark is None else body + attribute(FRA_FWMARK, NUMBER.pack(one.mark))


def show_rules(family: int) -> Request:
    return Request(GET_RULE, DUMP, ROUTE.pack(family, 0, 0, 0, 0, 0, 0, 0, 0))


def read_rule(place: str, data: bytes, start: int, end: int) -> PolicyRule | None:
    """Give a rule of ours; None for any other."""
    family, _, size, _, table, _, _, _, _ = ROUTE.unpack_from(data, start)
    found = attributes(data, start + ROUTE.size, end)
    if _byte(data, found.get(FRA_PROTOCOL)) != PROTOCOL:
        return None
    source = _bytes(data, found.get(FRA_SRC))
    address = ip_address(source) if source else None
    block = isinstance(address, IPv6Address) and size < address.max_prefixlen
    return PolicyRule(
        place,
        _number(data, found.get(FRA_PRIORITY)) or 0,
        _number(data, found.get(FRA_FWMARK)),
        _number(data, found.get(FRA_TABLE)) or table,
        IPv6Network((int(address), size)) if block and address else address,
        6 if family == AF_INET6 else 4,
    )


def leads_here(data: bytes, start: int) -> bool:
    """Tell of an answer to `find_route` whether the packet is for the place itself."""
    return int(ROUTE.unpack_from(data, start)[7]) == KIND_NUMBERS["local"]


Where = tuple[int, int] | None


def _bytes(data: bytes, where: Where) -> bytes | None:
    return data[where[0] : where[1]] if where else None


def _number(data: bytes, where: Where) -> int | None:
    return int(NUMBER.unpack_from(data, where[0])[0]) if where else None


def _byte(data: bytes, where: Where) -> int | None:
    return data[where[0]] if where else None


def _text(data: bytes, where: Where) -> str:
    return data[where[0] : where[1]].rstrip(b"\0").decode(errors="replace") if where else ""


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _shown_mac(data: bytes, where: Where) -> str:
    return ":".join(f"{byte:02x}" for byte in data[where[0] : where[1]]) if where else ""
