"""Requests that are handed to control: each gets its own answer, none waits for ever."""

import asyncio

import pytest

from genkan import wire
from genkan.front import handover as handover_module
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
        held = []

        def take(request, reply):
            held.insert(0, (reply, wire.HttpAnswer(200, {}, request.path.encode())))
            if len(held) == 2:
                for waiting, answer in held:
                    waiting(answer)

        server = await handover.serve(take, path)
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


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    path = str(tmp_path / "control.sock")
    monkeypatch.setattr(handover_module, "ANSWER_PATIENCE", 0.05)

    async def main():
        server = await handover.serve(lambda request, reply: None, path)
        front = Handover(path, nobody)
        with pytest.raises(UpstreamDown, match="no answer within"):
            await front.send(asked("/"))
        front.close()
        server.close()

    run(main)


def test_the_next_request_meets_the_control_that_came_after(tmp_path):
    path = str(tmp_path / "control.sock")

    def take(request, reply):
        reply(wire.HttpAnswer(200, {}, b"here"))

    async def main():
        servers = []

        async def start() -> None:
            servers.append(await handover.serve(take, path))

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
