"""Datagrams of IPv4 that are handed on to targets of IPv6, and back."""

import asyncio
import functools
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest

from genkan.front import datagrams
from genkan.front.datagrams import DatagramPort
from genkan.program import Because
from genkan.program.address import Address
from genkan.program.balancing import RelayedPort, RelayedTarget

PATIENCE = 5
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
HERE, HERE6 = IPv4Address("127.0.0.1"), IPv6Address("::1")


def in_a_loop(test: Callable[..., Coroutine[None, None, None]]) -> Callable[..., None]:
    @functools.wraps(test)
    def run(*arguments: object, **named: object) -> None:
        asyncio.run(test(*arguments, **named))

    return run


def bound(place: str, address: Address, port: int) -> socket.socket:
    opened = socket.socket(FAMILIES[address.version], socket.SOCK_DGRAM)
    opened.setblocking(False)
    opened.bind((str(address), port))
    return opened


@contextmanager
def target() -> Iterator[socket.socket]:
    with bound("", HERE6, 0) as opened:
        yield opened


def entry(*targets: socket.socket) -> RelayedPort:
    with bound("", HERE, 0) as free:
        port = free.getsockname()[1]
    return RelayedPort(
        because=Because("listener", "arn"),
        place="node",
        address=HERE,
        sources=(HERE, HERE6),
        protocol=17,
        port=port,
        targets=tuple(RelayedTarget(address=HERE6, port=one.getsockname()[1]) for one in targets),
        idle=120,
    )


@asynccontextmanager
async def relaying(wanted: RelayedPort) -> AsyncIterator[DatagramPort]:
    port = DatagramPort(bound, wanted)
    try:
        yield port
    finally:
        port.close()
        assert len(port) == 0


async def heard(opened: socket.socket) -> tuple[bytes, tuple[str, int]]:
    async with asyncio.timeout(PATIENCE):
        word, source = await asyncio.get_running_loop().sock_recvfrom(opened, 100)
        return word, source[:2]


def say(client: socket.socket, to: RelayedPort, word: bytes) -> None:
    client.sendto(word, (str(to.address), to.port))


@in_a_loop
async def test_each_client_has_a_flow_of_its_own_and_hears_what_answers_it() -> None:
    with target() as far, bound("", HERE, 0) as one, bound("", HERE, 0) as two:
        wanted = entry(far)
        async with relaying(wanted) as port:
            flows = []
            for client, word in ((one, b"one"), (two, b"two"), (one, b"more")):
                say(client, wanted, word)
                said, source = await heard(far)
                assert said == word
                flows.append(source)
            assert flows[0] == flows[2] != flows[1]
            far.sendto(b"to two", flows[1])
            far.sendto(b"to one", flows[0])
            assert await heard(one) == (b"to one", (str(HERE), wanted.port))
            assert (await heard(two))[0] == b"to two"
            assert len(port) == 2


@in_a_loop
async def test_a_port_has_so_many_flows_and_says_once_that_it_takes_no_more(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(datagrams, "MOST", 2)
    with ExitStack() as stack:
        far = stack.enter_context(target())
        clients = [stack.enter_context(bound("", HERE, 0)) for _ in range(3)]
        wanted = entry(far)
        async with relaying(wanted) as port:
            for client in (*clients, clients[2], clients[0]):
                say(client, wanted, str(clients.index(client)).encode())
            assert [(await heard(far))[0] for _ in range(3)] == [b"0", b"1", b"0"]
            assert len(port) == 2
            assert len(caplog.records) == 1


@in_a_loop
async def test_a_flow_on_which_nobody_speaks_is_forgotten() -> None:
    with target() as far, bound("", HERE, 0) as client:
        wanted = replace(entry(far), idle=1)
        async with relaying(wanted) as port:
            say(client, wanted, b"word")
            _, before = await heard(far)
            async with asyncio.timeout(PATIENCE):
                while len(port):
                    await asyncio.sleep(0.01)
            say(client, wanted, b"again")
            assert (await heard(far))[1] != before


@pytest.mark.parametrize("ends", [True, False])
@in_a_loop
async def test_a_flow_leaves_a_target_that_is_gone_where_it_is_said_to(ends: bool) -> None:
    with target() as first, target() as second, bound("", HERE, 0) as client:
        wanted = entry(first)
        async with relaying(wanted) as port:
            say(client, wanted, b"word")
            await heard(first)
            targets = entry(second).targets
            port.change(replace(wanted, targets=targets, ends_with_target=ends))
            say(client, wanted, b"again")
            assert (await heard(second if ends else first))[0] == b"again"


@in_a_loop
async def test_a_target_that_refuses_is_asked_again() -> None:
    with target() as gone, bound("", HERE, 0) as client:
        wanted = entry(gone)
        where = gone.getsockname()[1]
        gone.close()
        async with relaying(wanted):
            for word in (b"lost", b"lost too"):
                say(client, wanted, word)
                await asyncio.sleep(0)
            with bound("", HERE6, where) as back:
                async with asyncio.timeout(PATIENCE):
                    came = b""
                    while came != b"heard":
                        say(client, wanted, b"heard")
                        came, _ = await heard(back)
