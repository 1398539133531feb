"""The program's way to those who answer: a real socket, a subscriber written in its plainest
form."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from genkan.control import Publisher
from genkan.control import publisher as publisher_module
from genkan.program import Because, Delta, Program
from genkan.program.names import RecordSet, Zone
from genkan.program.text import parse_entry

BECAUSE = Because("vpc", "vpc-1")
ZONE = Zone(because=BECAUSE, id="z", origin="example.com")
PATIENCE = 10


def record(address: str) -> RecordSet:
    return RecordSet(
        because=BECAUSE, zone="z", name="a.example.com", type="A", ttl=1, values=(address,)
    )


class Plain:
    """A subscriber that applies what it is told and says so."""

    def __init__(self, *sections: str) -> None:
        self.sections = list(sections)
        self.program = Program()
        self.messages = 0

    async def follow(self, path: str) -> None:
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(json.dumps({"name": "plain", "subscribe": self.sections}).encode() + b"\n")
            while line := await reader.readline():
                message = json.loads(line)
                if message.get("reset"):
                    self.program = Program()
                self.program = self.program.apply(
                    Delta(
                        tuple(map(parse_entry, message["put"])),
                        tuple(map(parse_entry, message["removed"])),
                    )
                )
                self.messages += 1
                writer.write(json.dumps({"applied": message["seq"]}).encode() + b"\n")
        finally:
            writer.close()


def run(tmp_path, story: Callable[[Publisher, str], Awaitable[None]]) -> None:
    async def main() -> None:
        publisher = Publisher()
        path = str(tmp_path / "program.sock")
        await publisher.listen(path)
        try:
            async with asyncio.timeout(PATIENCE):
                await story(publisher, path)
        finally:
            await publisher.close()

    asyncio.run(main())


def test_a_subscriber_has_the_difference_before_publish_returns(tmp_path):
    async def story(publisher: Publisher, path: str) -> None:
        plain = Plain("zone", "record-set")
        following = asyncio.create_task(plain.follow(path))
        await publisher.reset(Program([ZONE, record("10.0.0.1")]))
        await publisher.wait_for("plain")
        assert plain.program == Program([ZONE, record("10.0.0.1")])
        await publisher.publish(Delta(put=(record("10.0.0.2"),)))
        assert plain.program == Program([ZONE, record("10.0.0.2")])
        await publisher.publish(Delta(removed=(record("10.0.0.2"),)))
        assert plain.program == Program([ZONE])
        following.cancel()

    run(tmp_path, story)


def test_a_subscriber_hears_of_its_sections_alone(tmp_path):
    async def story(publisher: Publisher, path: str) -> None:
        plain = Plain("zone")
        following = asyncio.create_task(plain.follow(path))
        await publisher.reset(Program([ZONE, record("10.0.0.1")]))
        await publisher.wait_for("plain")
        await publisher.publish(Delta(put=(record("10.0.0.2"),)))
        assert plain.program == Program([ZONE])
        assert plain.messages == 1
        following.cancel()

    run(tmp_path, story)


def test_what_nobody_wants_is_kept_for_who_comes_and_is_nobodys_message(tmp_path):
    async def story(publisher: Publisher, path: str) -> None:
        zones = Plain("zone")
        following = [asyncio.create_task(zones.follow(path))]
        await publisher.reset(Program([ZONE]))
        await publisher.wait_for("plain")
        for last in range(200):
            assert publisher.keep(Delta(put=(record(f"10.0.0.{last}"),)))
        assert zones.messages == 1
        everything = Plain("zone", "record-set")
        following.append(asyncio.create_task(everything.follow(path)))
        while everything.program != Program([ZONE, record("10.0.0.199")]):
            await asyncio.sleep(0)
        assert not publisher.keep(Delta(put=(record("10.0.0.1"),)))
        await publisher.publish(Delta(put=(record("10.0.0.1"),)))
        assert everything.program == Program([ZONE, record("10.0.0.1")])
        assert zones.messages == 1
        for task in following:
            task.cancel()

    run(tmp_path, story)


def test_one_that_comes_late_gets_everything(tmp_path):
    async def story(publisher: Publisher, path: str) -> None:
        await publisher.reset(Program([ZONE]))
        await publisher.publish(Delta(put=(record("10.0.0.1"),)))
        plain = Plain("zone", "record-set")
        following = asyncio.create_task(plain.follow(path))
        await publisher.wait_for("plain")
        assert plain.program == Program([ZONE, record("10.0.0.1")])
        following.cancel()

    run(tmp_path, story)


def test_one_that_leaves_keeps_nobody_waiting(tmp_path):
    async def story(publisher: Publisher, path: str) -> None:
        plain = Plain("record-set")
        following = asyncio.create_task(plain.follow(path))
        await publisher.reset(Program())
        await publisher.wait_for("plain")
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await publisher.publish(Delta(put=(record("10.0.0.1"),)))

    run(tmp_path, story)


def test_one_that_only_connected_has_not_got_it(tmp_path):
    async def story(publisher: Publisher, path: str) -> None:
        await publisher.reset(Program([ZONE]))
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(json.dumps({"subscribe": ["zone"], "name": "slow"}).encode() + b"\n")
        message = json.loads(await reader.readline())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(publisher.wait_for("slow"), 0.1)
        writer.write(json.dumps({"applied": message["seq"]}).encode() + b"\n")
        await publisher.wait_for("slow")
        writer.close()

    run(tmp_path, story)


def test_one_that_hangs_is_cut_off(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(publisher_module, "PATIENCE", 0.2)

    async def story(publisher: Publisher, path: str) -> None:
        await publisher.reset(Program())
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"name": "mute", "subscribe": ["zone"]}\n')
        assert await reader.readline()
        await publisher.publish(Delta(put=(ZONE,)))
        assert await reader.read() == b""  # told nothing more: the line is closed
        writer.close()

    run(tmp_path, story)


def test_nonsense_is_turned_away(tmp_path):
    async def story(publisher: Publisher, path: str) -> None:
        await publisher.reset(Program())
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"GET / HTTP/1.1\r\n")
        assert await reader.read() == b""
        writer.close()

    run(tmp_path, story)


def test_who_could_not_apply_is_cut_off_and_begins_anew_with_everything(tmp_path):
    async def story(publisher: Publisher, path: str) -> None:
        await publisher.reset(Program([ZONE]))
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(
            json.dumps({"name": "plain", "subscribe": ["zone", "record"]}).encode() + b"\n"
        )
        message = json.loads(await reader.readline())
        writer.write(json.dumps({"failed": message["seq"], "why": "no sockets"}).encode() + b"\n")
        assert await reader.readline() == b""
        writer.close()
        plain = Plain("zone")
        task = asyncio.create_task(plain.follow(path))
        await publisher.wait_for("plain")
        assert plain.program == Program([ZONE])
        task.cancel()

    run(tmp_path, story)
