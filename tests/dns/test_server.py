"""Real sockets on loopback: places are plain sockets there, at an unprivileged port."""

import asyncio
import contextlib
import ctypes
import os
import socket
import struct
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor

import dns.asyncquery
import dns.message
import pytest

from genkan.dns import SECTIONS, NameServer, stream
from genkan.program import Delta
from genkan.program.firewall import DomainList, Firewall
from genkan.program.names import PUBLIC_ZONE, Forwarding, RecordSet, Resolver, Zone, ZoneAttachment
from tests.dns.entries import attached, record, resolver, zone

CLONE_NEWNET = 0x40000000  # linux/sched.h
WWW = dns.message.make_query("www.test", "A", id=0x1234)
HERE, THERE = "127.0.0.61", "127.0.0.62"
LONG = record(PUBLIC_ZONE, "long.test", "TXT", *(f'"{number:0>200}"' for number in range(20)))
PROGRAM = (
    record(PUBLIC_ZONE, "www.test", "A", "198.51.100.1"),
    LONG,
    zone("z", "www.test"),
    attached("z", "inside"),
    record("z", "www.test", "A", "10.0.0.1"),
    resolver("vpc-1", HERE, view="inside"),
    resolver("internet", THERE, view="internet"),
)


def free_port() -> int:
    with socket.create_server((HERE, 0)) as sock:
        return sock.getsockname()[1]


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[tuple[NameServer, int]]:
    port = free_port()
    server = NameServer(lambda place, family, kind: socket.socket(family, kind), port)
    server.start(asyncio.get_running_loop())
    try:
        server.apply(Delta(put=PROGRAM))
        yield server, port
    finally:
        server.close()


def in_loop(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    def run() -> None:
        async def bounded() -> None:
            async with asyncio.timeout(20):
                await test()

        asyncio.run(bounded())

    run.__name__ = test.__name__
    return run


async def addresses(where: str, port: int, name: str = "www.test") -> list[str]:
    query = dns.message.make_query(name, "A")
    answer = await dns.asyncquery.udp(query, where, port=port, timeout=5)
    return [item.address for rrset in answer.answer for item in rrset]


async def dig(*arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        "dig", "+time=2", "+tries=1", *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return out.decode()


async def connected(where: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.wait_for(asyncio.open_connection(where, port), 5)


def framed(wire: bytes) -> bytes:
    return struct.pack("!H", len(wire)) + wire


@in_loop
async def test_each_place_sees_its_own_names():
    async with serving() as (_, port):
        assert await addresses(HERE, port) == ["10.0.0.1"]
        assert await addresses(THERE, port) == ["198.51.100.1"]


@in_loop
async def test_dig_is_answered_by_udp_by_tcp_and_by_tcp_when_cut():
    async with serving() as (_, port):
        for way in ("+notcp", "+tcp", "+noedns", "+dnssec"):
            assert await dig(f"@{HERE}", "-p", str(port), "+short", way, "www.test") == "10.0.0.1\n"
        cut = await dig(f"@{HERE}", "-p", str(port), "long.test", "TXT")
        assert "retrying in TCP mode" in cut
        assert "ANSWER: 20" in cut


@in_loop
async def test_many_questions_at_once_are_all_answered():
    async with serving() as (_, port):
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.connect((HERE, port))
            wire = dns.message.make_query("www.test", "A").to_wire()[2:]
            for number in range(150):
                sock.send(number.to_bytes(2) + wire)
                if number % 3 == 0:
                    sock.send(b"noise")
            got = [await loop.sock_recv(sock, 512) for _ in range(150)]
            assert [int.from_bytes(answer[:2]) for answer in got] == list(range(150))
            assert all(answer.endswith(got[0][-30:]) for answer in got)


@in_loop
async def test_questions_on_one_stream_are_answered_in_turn_however_they_are_cut():
    async with serving() as (_, port):
        reader, writer = await connected(HERE, port)
        queries = [dns.message.make_query(name, "A") for name in ("www.test", "no.test") * 20]
        for query in queries:
            query.id = queries.index(query)
        sent = b"".join(framed(query.to_wire()) for query in queries)
        for at in range(0, len(sent), 37):
            writer.write(sent[at : at + 37])
            await writer.drain()
        for query in queries:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            assert query.is_response(dns.message.from_wire(await reader.readexactly(length)))
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


def test_a_stream_on_which_nothing_is_asked_is_closed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "IDLE", 0.1)

    @in_loop
    async def ask_half() -> None:
        async with serving() as (_, port):
            reader, writer = await connected(HERE, port)
            writer.write(b"\0\x20half")
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()

    ask_half()


@in_loop
async def test_a_change_is_answered_by_when_apply_returns():
    async with serving() as (server, port):
        assert await addresses(HERE, port) == ["10.0.0.1"]
        server.apply(Delta(removed=(zone("z", "www.test"), attached("z", "inside"))))
        assert await addresses(HERE, port) == ["198.51.100.1"]
        server.apply(Delta(put=(zone("z", "www.test"), attached("z", "inside"))))
        assert await addresses(HERE, port) == ["10.0.0.1"]


@in_loop
async def test_sockets_and_streams_come_and_go_with_the_resolver():
    async with serving() as (server, port):
        reader, writer = await connected(HERE, port)
        inside, wider = PROGRAM[5], resolver("vpc-1", HERE, "127.0.0.63", view="internet")
        server.apply(Delta(removed=(inside,), put=(wider,)))
        assert await addresses("127.0.0.63", port) == await addresses(HERE, port)
        moved = resolver("vpc-1", "127.0.0.63", view="inside")
        server.apply(Delta(removed=(wider,), put=(moved,)))
        assert await addresses("127.0.0.63", port) == ["10.0.0.1"]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((HERE, port))  # free again
        with pytest.raises(ConnectionRefusedError):
            await connected(HERE, port)
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert await addresses(THERE, port) == ["198.51.100.1"]
        server.apply(Delta(removed=(moved,)))
        with pytest.raises(ConnectionRefusedError):
            await connected("127.0.0.63", port)


@in_loop
async def test_a_place_that_cannot_be_entered_is_said_and_tried_again():
    port, entered = free_port(), []

    def open_socket(place: str, family: int, kind: int) -> socket.socket:
        if place == "vpc-1" and not entered:
            raise FileNotFoundError(f"no network stack for {place}")
        return socket.socket(family, kind)

    server = NameServer(open_socket, port)
    server.start(asyncio.get_running_loop())
    try:
        with pytest.raises(FileNotFoundError, match="vpc-1"):
            server.apply(Delta(put=PROGRAM))
        assert await addresses(THERE, port) == ["198.51.100.1"]
        entered.append(True)
        server.apply(Delta())
        assert await addresses(HERE, port) == ["10.0.0.1"]
    finally:
        server.close()


def test_it_reads_names_and_nothing_else():
    reads = (Resolver, Forwarding, Zone, ZoneAttachment, RecordSet, Firewall, DomainList)
    assert {kind.section for kind in reads} == SECTIONS


@pytest.mark.kernel
def test_an_address_that_is_local_by_a_policy_table_alone_is_answered_from():
    """As a router has its resolver's address: assigned nowhere, delivered by a route."""

    async def ask() -> list[str]:
        server = NameServer(lambda place, family, kind: socket.socket(family, kind))
        server.start(asyncio.get_running_loop())
        server.apply(Delta(put=(resolver("vpc-1", "172.16.0.2"), *PROGRAM[:1])))
        try:
            stream = dns.asyncquery.tcp(WWW, "172.16.0.2", timeout=5)
            assert (await stream).answer
            return await addresses("172.16.0.2", 53)
        finally:
            server.close()

    def in_a_network_of_its_own() -> list[str]:
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
            pytest.skip(f"unshare: {os.strerror(ctypes.get_errno())}; run it as root")
        for command in (
            "link set lo up",
            "address add 172.16.2.50/32 dev lo",
            "route add local 172.16.0.2 dev lo src 172.16.2.50 table 900",
            "rule add pref 900 lookup 900",
        ):
            subprocess.run(["ip", *command.split()], check=True, timeout=10)
        return asyncio.run(ask())

    with ThreadPoolExecutor(1) as thread:  # the network ends with its thread
        assert thread.submit(in_a_network_of_its_own).result(30) == ["198.51.100.1"]
