"""The broker is there again when it is killed, and goes when the anchor does."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from genkan.site.home import Home
from genkan.site.sockets import accepts, connect
from tests.site.homes import processes_of
from tests.story.conftest import until


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """The home of a broker that runs; its anchor is a pipe of this test's."""
    home = Home(tmp_path)
    home.make()
    reader, writer = os.pipe()
    command = [sys.executable, "-P", "-m", "genkan.site.broker", str(tmp_path), str(reader)]
    with subprocess.Popen(command, pass_fds=[reader], stderr=subprocess.DEVNULL):
        os.close(reader)
        try:
            until(lambda: accepts(str(home.broker_socket)), bool)
            yield home
        finally:
            os.close(writer)
    assert until(lambda: processes_of(tmp_path), lambda left: left == []) == []


def answered(home: Home) -> bytes:
    """Give what comes from a server of the host by a listener that the broker serves."""
    with (
        socket.create_server(("127.0.0.1", 0)) as outside,
        socket.create_server(("127.0.0.1", 0)) as inside,
        connect(str(home.broker_socket), 5.0) as asked,
    ):
        question = json.dumps({"connect": list(outside.getsockname())}).encode()
        socket.send_fds(asked, [question], [inside.fileno()])
        with socket.create_connection(inside.getsockname(), 5.0) as client:
            outside.settimeout(5.0)
            with outside.accept()[0] as served:
                served.sendall(b"hello")
            return client.recv(100)


def kept_and_worker(home: Home) -> tuple[int, ...]:
    """Give the keeper's pid and the worker's, its child; nothing while they are not both there."""
    parents = {}
    for pid in processes_of(home.path):
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text()
            parents[pid] = int(stat.rpartition(")")[2].split()[1])
    pairs = [(parent, pid) for pid, parent in parents.items() if parent in parents]
    return pairs[0] if len(pairs) == 1 and len(parents) == 2 else ()


@pytest.mark.parametrize("which", [0, 1], ids=["keeper", "worker"])
def test_a_killed_broker_serves_again(home: Home, which: int) -> None:
    assert answered(home) == b"hello"
    before = until(lambda: kept_and_worker(home), bool)
    os.kill(before[which], signal.SIGKILL)
    until(lambda: kept_and_worker(home), lambda now: bool(now) and now[1] not in before)
    until(lambda: accepts(str(home.broker_socket)), bool)
    assert answered(home) == b"hello"
