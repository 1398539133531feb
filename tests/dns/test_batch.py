"""Messages of several askers in one exchange, on loopback."""

import contextlib
import itertools
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from genkan.dns.batch import LONGEST_QUERY, MOST, Batch, tell_devices

HERE = {4: ("127.0.0.81", socket.AF_INET), 6: ("::1", socket.AF_INET6)}
KNOWN = {b"known": b"KNOWN", b"other": b"a longer reply"}


class Later:
    """What a reply is that comes later."""


def replied(data: bytes) -> bytes | Later | None:
    """Reply to what is not known."""
    if data[2:] == b"later":
        return Later()
    return None if data[2:] in {b"", b"silent"} else data[:2] + b"parsed " + data[2:]


@contextlib.contextmanager
def bound(version: int, count: int) -> Iterator[list[socket.socket]]:
    """Give so many sockets; the first is the server's, the others are connected to it."""
    address, family = HERE[version]
    with ExitStack() as opened:
        sockets = [
            opened.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for _ in [0] * count
        ]
        for sock in sockets:
            sock.bind((address, 0))
            sock.settimeout(5)
        for sock in sockets[1:]:
            sock.connect(sockets[0].getsockname())
        yield sockets


@pytest.mark.parametrize("version", [4, 6])
def test_each_asker_hears_its_own_with_its_id_whatever_lies_between(version):
    asked = (b"known", b"silent", b"new", b"later", b"other", b"", b"silent", b"known")
    heard = {b"known": b"KNOWN", b"new": b"parsed new", b"other": b"a longer reply"}
    with bound(version, 4) as (server, *askers):
        turn = itertools.cycle(askers)
        sent = [(next(turn), number.to_bytes(2), one) for number, one in enumerate(asked * 3)]
        for asker, number, one in sent:
            asker.send(number + one)
        batch = Batch(version)
        count, later = batch.exchange(server.fileno(), KNOWN, replied)
        assert count == len(sent)
        assert [who for who, _ in later] == [
            a.getsockname() for a, _, one in sent if one == b"later"
        ]
        for asker, number, one in sent:
            if one in heard:
                assert asker.recv(LONGEST_QUERY) == number + heard[one]
        for asker in askers:
            asker.setblocking(False)
            with pytest.raises(BlockingIOError):
                asker.recv(LONGEST_QUERY)


def test_what_is_shorter_than_an_id_or_longer_than_a_query_is_given_as_it_came():
    given: list[bytes] = []
    with bound(4, 2) as (server, asker):
        for size in (0, 1, 2, LONGEST_QUERY + 1):
            asker.send(b"x" * size)
        assert Batch(4).exchange(server.fileno(), {}, given.append) == (4, [])
    assert [len(one) for one in given] == [0, 1, 2, LONGEST_QUERY]


def test_a_socket_is_emptied_by_calls_of_so_many():
    with bound(4, 2) as (server, asker):
        batch = Batch(4)
        for number in range(MOST + 1):
            asker.send(number.to_bytes(2) + b"known")
        counts = [batch.exchange(server.fileno(), KNOWN, replied)[0] for _ in range(3)]
        assert counts == [MOST, 1, 0]
        assert [int.from_bytes(asker.recv(9)[:2]) for _ in range(MOST + 1)] == list(range(MOST + 1))


@pytest.mark.parametrize("version", [4, 6])
def test_what_is_not_admitted_is_neither_answered_nor_read(version):
    read: list[bytes] = []
    seen: list[tuple[int, str]] = []

    def admitted(devices, who):
        seen.extend((device, who(number)) for number, device in enumerate(devices))
        return [2, 3]

    with bound(version, 2) as (server, asker):
        tell_devices(server, version)
        batch = Batch(version, limited=True)
        for _ in range(2):  # the kernel writes over what it was told
            for number, one in enumerate((b"known", b"new", b"known", b"new")):
                asker.send(number.to_bytes(2) + one)
            batch.exchange(server.fileno(), KNOWN, read.append, admitted)
            assert asker.recv(9) == b"\0\2KNOWN"
        assert read == [b"\0\3new"] * 2
        assert seen == [(socket.if_nametoindex("lo"), HERE[version][0])] * 8
