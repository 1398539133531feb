"""Requests that are handed to control: each gets its own answer, none waits for ever."""

import asyncio

import pytest

from genkan import wire
from genkan.front.handover import Handover
from genkan.front.upstream import UpstreamDown
from genkan.site import handover

PATIENCE = 20


def asked(path: str) -> wire.HttpRequest:
    return wire.HttpRequest("POST", path)


def run(main):
    return asyncio.run(asyncio.wait_for(main(), PATIENCE))


async def nobody() -> None:
    raise UpstreamDown("control did not start")


def test_answers_find_those_who_asked_in_whatever_order_they_come(tmp_path):
    path = str(tmp_path / "control.sock")

    async def main():
        first = asyncio.Event()

        async def answer(request):
            if request.path == "/first":
                await first.wait()
            else:
                first.set()
            return wire.HttpAnswer(200, {}, request.path.encode())

        server = await handover.serve(answer, path)
        front = Handover(path, nobody)
        bodies = await asyncio.gather(front.send(asked("/first")), front.send(asked("/second")))
        front.close()
        server.close()
        return [one.body for one in bodies]

    assert run(main) == [b"/first", b"/second"]


def test_who_waits_for_a_control_that_ends_is_told(tmp_path):
    path = str(tmp_path / "control.sock")

    async def main():
        taken = asyncio.Event()

        class Ending(asyncio.Protocol):
            def connection_made(self, transport):
                self.transport = transport

            def data_received(self, data):
                taken.set()
                self.transport.abort()

        server = await asyncio.get_running_loop().create_unix_server(Ending, path)
        front = Handover(path, nobody)
        with pytest.raises(UpstreamDown, match="went away"):
            await front.send(asked("/"))
        server.close()

    run(main)


def test_the_next_request_meets_the_control_that_came_after(tmp_path):
    path = str(tmp_path / "control.sock")

    async def answer(request):
        return wire.HttpAnswer(200, {}, b"here")

    async def main():
        servers = []

        async def start() -> None:
            servers.append(await handover.serve(answer, path))

        front = Handover(path, start)
        first = await front.send(asked("/"))
        servers[0].close()
        front._connection.close()
        while not front._connection.lost:
            await asyncio.sleep(0)
        second = await front.send(asked("/"))
        front.close()
        servers[-1].close()
        return first.body, second.body, len(servers)

    assert run(main) == (b"here", b"here", 2)


def test_without_a_control_the_reason_is_said(tmp_path):
    async def main():
        with pytest.raises(UpstreamDown, match="did not start"):
            await Handover(str(tmp_path / "none.sock"), nobody).send(asked("/"))

    run(main)
