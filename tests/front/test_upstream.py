"""What stands behind services, over connections that are kept: what is sent, how answers end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

import genkan.front.upstream as upstream_module
from genkan.front.upstream import BrokenOff, NotThere, UpstreamDown, UpstreamSocket

PATIENCE = 20.0
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Story = Callable[[UpstreamSocket], Awaitable[None]]


class Upstream:
    """A server of a test's own: it counts its connections and keeps what it was sent."""

    def __init__(self, *answers: bytes, closes: bool = False, reads: bool = True) -> None:
        self.answers = list(answers)
        self.closes = closes
        self.reads = reads
        self.connections = 0
        self.sent = b""
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        while self.answers:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            self.sent += head
            if self.reads and b"Transfer-Encoding: chunked" in head:
                self.sent += await reader.readuntil(b"0\r\n\r\n")
            writer.write(self.answers.pop(0))
            if self.closes:
                break
        if self.closes or not self.answers:
            await writer.drain()
        if self.closes:
            writer.close()


def told(path: Path, upstream: Upstream, story: Story) -> None:
    """Tell a story to an upstream at a socket."""

    async def main() -> None:
        server = await asyncio.start_unix_server(upstream.serve, path)
        way = UpstreamSocket(str(path))
        try:
            await asyncio.wait_for(story(way), PATIENCE)
        finally:
            way.close()
            server.close()
            for writer in upstream.writers:
                writer.transport.abort()
            await asyncio.sleep(0)

    asyncio.run(main())


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = "".join(f"{header}\r\n" for header in (f"Content-Length: {len(body)}", *headers))
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


async def asked(way: UpstreamSocket, method: str = "GET", body: bytes = b"") -> bytes:
    """Ask, read the answer whole, and let go of it."""
    found = await way.send(method, "/", [("Host", "a")], body)
    try:
        return await found.read()
    finally:
        await found.aclose()


def test_a_connection_is_used_again_when_an_answer_was_read(tmp_path):
    upstream = Upstream(answer(b"one"), answer(b"two"), answer(b""), answer(b"four"))

    async def story(way: UpstreamSocket) -> None:
        assert [await asked(way) for _ in range(4)] == [b"one", b"two", b"", b"four"]

    told(tmp_path / "s", upstream, story)
    assert upstream.connections == 1


def test_one_that_was_not_read_to_its_end_is_not_used_again(tmp_path):
    upstream = Upstream(answer(b"x" * 2_000_000), answer(b"two"))

    async def story(way: UpstreamSocket) -> None:
        first = await way.send("GET", "/", [("Host", "a")])
        await first.aclose()
        assert await asked(way) == b"two"

    told(tmp_path / "s", upstream, story)
    assert upstream.connections == 2


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(upstream_module, "ANSWER_PATIENCE", 0.05)
    upstream = Upstream(answer(b"one"), b"")

    async def story(way: UpstreamSocket) -> None:
        assert await asked(way) == b"one"
        with pytest.raises(UpstreamDown, match="no answer within"):
            await asked(way)

    told(tmp_path / "s", upstream, story)


def test_an_answer_to_head_has_no_body_and_leaves_its_connection(tmp_path):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    upstream = Upstream(head, answer(b"next"))

    async def story(way: UpstreamSocket) -> None:
        found = await way.send("HEAD", "/", [("Host", "a")])
        assert (await found.read(), found.header("content-length")) == (b"", "1000")
        await found.aclose()
        assert await asked(way) == b"next"

    told(tmp_path / "s", upstream, story)
    assert upstream.connections == 1


def test_an_answer_without_a_length_ends_with_its_connection(tmp_path):
    upstream = Upstream(b"HTTP/1.1 200 OK\r\n\r\nall of it", closes=True)

    async def story(way: UpstreamSocket) -> None:
        assert await asked(way) == b"all of it"

    told(tmp_path / "s", upstream, story)


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
)
def test_an_answer_that_breaks_off_is_never_whole(tmp_path, cut):
    async def story(way: UpstreamSocket) -> None:
        with pytest.raises(BrokenOff):
            await asked(way)

    told(tmp_path / "s", Upstream(cut, closes=True), story)


def test_who_does_not_answer_and_who_is_not_there_are_told_apart(tmp_path):
    async def silent(way: UpstreamSocket) -> None:
        with pytest.raises(UpstreamDown) as caught:
            await asked(way)
        assert not isinstance(caught.value, NotThere)

    told(tmp_path / "s", Upstream(b"", closes=True), silent)

    async def absent() -> None:
        with pytest.raises(NotThere):
            await asked(UpstreamSocket(str(tmp_path / "nobody")))

    asyncio.run(absent())


async def parts(*given: bytes) -> AsyncIterator[bytes]:
    for part in given:
        yield part


def test_a_body_in_parts_is_sent_in_chunks_or_by_its_length(tmp_path):
    upstream = Upstream(answer(b"one"), answer(b"two"))

    async def story(way: UpstreamSocket) -> None:
        for headers in ([("Host", "a")], [("Host", "a"), ("content-length", "5")]):
            found = await way.send("PUT", "/", headers, parts(b"abc", b"de"))
            await found.read()
            await found.aclose()

    told(tmp_path / "s", upstream, story)
    assert b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" in upstream.sent
    assert b"Content-Length: 5\r\n" in upstream.sent


def test_an_answer_that_comes_before_the_body_was_sent_is_given(tmp_path):
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536
            await asyncio.sleep(0)

    async def story(way: UpstreamSocket) -> None:
        found = await way.send("PUT", "/", [("Host", "a")], endless())
        assert (found.status, await found.read()) == (403, b"no")
        await found.aclose()

    told(tmp_path / "s", Upstream(answer(b"no", status="403 No"), reads=False), story)


def test_what_a_body_raises_is_raised_and_no_answer_is_waited_for(tmp_path):
    async def broken() -> AsyncIterator[bytes]:
        yield b"some"
        raise LookupError("not what was signed")

    async def story(way: UpstreamSocket) -> None:
        with pytest.raises(LookupError):
            await way.send("PUT", "/", [("Host", "a")], broken())

    told(tmp_path / "s", Upstream(answer(b"never")), story)


def test_an_answer_that_is_no_http_is_told_so(tmp_path):
    async def story(way: UpstreamSocket) -> None:
        with pytest.raises(UpstreamDown, match="no HTTP"):
            await asked(way)

    told(tmp_path / "s", Upstream(b"SSH-2.0-OpenSSH\r\n\r\n"), story)
