"""What a forwarding takes is asked of others; which one takes a name is the longest domain's."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from ipaddress import IPv4Address

import dns.asyncquery
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from genkan.dns import NameServer
from genkan.dns.fast import Onward, Responder
from genkan.program import Delta
from genkan.program.names import PUBLIC_ZONE, Forwarding, Resolver, Target
from tests.dns.entries import BECAUSE, VIEW, attached, record, resolver, zone

HERE, SOURCE = "127.0.0.71", "127.0.0.72"
PATIENCE = 20


def forwarding(domain: str, *targets: tuple[str, int], view: str = VIEW) -> Forwarding:
    return Forwarding(
        because=BECAUSE,
        view=view,
        domain=domain,
        targets=tuple(Target(address=IPv4Address(ip), port=port) for ip, port in targets),
        place="vpc-1",
        sources=(IPv4Address(SOURCE),),
    )


AWAY = ("192.0.2.53", 53)


@pytest.mark.parametrize(
    ("domains", "zones", "name", "taken"),
    [
        (["corp.test"], [], "www.corp.test", True),
        (["corp.test"], [], "corp.test", True),
        (["corp.test"], [], "mycorp.test", False),
        (["corp.test"], ["corp.test"], "www.corp.test", True),  # equal: the forwarding
        (["test"], ["corp.test"], "www.corp.test", False),  # the longer domain
        (["www.corp.test"], ["corp.test"], "www.corp.test", True),
        ([""], ["corp.test"], "www.corp.test", False),  # everything else, and not this
        ([""], ["corp.test"], "elsewhere.test", True),
        (["test", "-corp.test"], [], "www.corp.test", False),  # without targets: answered here
        (["test", "-corp.test"], [], "www.other.test", True),
    ],
)
def test_the_longest_domain_takes_a_name_and_a_forwarding_where_both_are_equal(
    domains, zones, name, taken
):
    responder = Responder()
    here = [record(PUBLIC_ZONE, name, "A", "198.51.100.1")]
    for origin in zones:
        here += [zone(origin, origin), attached(origin), record(origin, name, "A", "10.0.0.1")]
    rules = [
        forwarding(one.removeprefix("-"), *([] if one.startswith("-") else [AWAY]))
        for one in domains
    ]
    responder.apply(Delta(put=(*here, *rules)))
    wire = dns.message.make_query(name, "A").to_wire()
    reply = responder.reply(wire, responder.view(VIEW))
    assert isinstance(reply, Onward) is taken
    responder.apply(Delta(removed=tuple(rules)))
    assert isinstance(responder.reply(wire, responder.view(VIEW)), bytes)


def test_a_view_sees_what_is_attached_beyond_it_and_that_view_does_not_see_it():
    responder = Responder()
    inbound = responder.view("vpc-1/inbound", VIEW)
    own = [zone("own", "s3.test"), attached("own", "vpc-1/inbound")]
    responder.apply(Delta(put=(*own, record("own", "s3.test", "A", "10.0.0.9"))))
    responder.apply(Delta(put=(zone("z", "www.test"), attached("z"))))
    responder.apply(Delta(put=(record("z", "www.test", "A", "10.0.0.1"),)))

    def ask(name: str, view: str) -> list[str]:
        wire = dns.message.make_query(name, "A").to_wire()
        answer = dns.message.from_wire(responder.reply(wire, responder.view(view, beyond(view))))
        return [one.address for rrset in answer.answer for one in rrset]

    def beyond(view: str) -> str | None:
        return inbound.beyond if view == inbound.name else None

    assert ask("www.test", "vpc-1/inbound") == ask("www.test", VIEW) == ["10.0.0.1"]
    assert ask("s3.test", "vpc-1/inbound") == ["10.0.0.9"]
    assert ask("s3.test", VIEW) == []
    responder.apply(Delta(put=(record("z", "www.test", "A", "10.0.0.2"),)))
    assert ask("www.test", "vpc-1/inbound") == ["10.0.0.2"]  # what was kept is forgotten there too


class Elsewhere:
    """A name server of somebody else's: answers by UDP and TCP what a function makes of a query."""

    def __init__(self, answer: Callable[[dns.message.Message], dns.message.Message | None]) -> None:
        self._answer = answer
        self._streams = socket.create_server(("127.0.0.1", 0))
        self.port = self._streams.getsockname()[1]
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind(("127.0.0.1", self.port))
        self.askers: list[str] = []
        for serve in (self._by_datagram, self._by_stream):
            threading.Thread(target=serve, daemon=True).start()

    def _by_datagram(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                data, asker = self._datagrams.recvfrom(4096)
                self.askers.append(asker[0])
                answer = self._answer(dns.message.from_wire(data))
                if answer is not None:
                    written = answer.to_wire(max_size=512, prefer_truncation=True)
                    self._datagrams.sendto(written, asker)

    def _by_stream(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._streams.accept()
                with connection:
                    length = int.from_bytes(connection.recv(2))
                    answer = self._answer(dns.message.from_wire(connection.recv(length)))
                    written = answer.to_wire()
                    connection.sendall(len(written).to_bytes(2) + written)

    def close(self) -> None:
        self._datagrams.close()
        self._streams.close()


def corporate(query: dns.message.Message) -> dns.message.Message:
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.AA
    name = query.question[0].name
    if str(name) == "long.corp.test.":
        texts = [f'"{number:0>200}"' for number in range(20)]
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *texts))
    elif str(name) == "www.corp.test.":
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "host.corp.test."))
        answer.answer.append(dns.rrset.from_text("host.corp.test.", 30, "IN", "A", "10.9.9.9"))
    else:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere(corporate)
    yield server
    server.close()


@pytest.fixture
def silent() -> Iterator[Elsewhere]:
    server = Elsewhere(lambda query: None)
    yield server
    server.close()


def free_port() -> int:
    with socket.create_server((HERE, 0)) as sock:
        return sock.getsockname()[1]


@contextlib.asynccontextmanager
async def serving(*entries: object) -> AsyncIterator[int]:
    port = free_port()
    server = NameServer(lambda place, family, kind: socket.socket(family, kind), port)
    server.start(asyncio.get_running_loop())
    here: Resolver = resolver("vpc-1", HERE)
    try:
        server.apply(Delta(put=(here, *entries)))
        yield port
    finally:
        server.close()


def run(main):
    return asyncio.run(asyncio.wait_for(main(), PATIENCE))


async def ask(port: int, name: str, kind: str = "A", *, tcp: bool = False):
    query = dns.message.make_query(name, kind)
    way = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    return await way(query, HERE, port=port, timeout=10)


def shown(answer: dns.message.Message) -> list[str]:
    return [f"{rrset.name} {rrset.ttl} {one}" for rrset in answer.answer for one in rrset]


def test_an_answer_comes_back_from_who_was_asked_by_the_way_it_was_asked(elsewhere):
    async def main():
        async with serving(forwarding("corp.test", ("127.0.0.1", elsewhere.port))) as port:
            return [await ask(port, "www.corp.test", tcp=tcp) for tcp in (False, True)]

    for answer in run(main):
        assert shown(answer) == [
            "www.corp.test. 60 host.corp.test.",
            "host.corp.test. 30 10.9.9.9",
        ]
        assert answer.flags & dns.flags.RA
        assert not answer.flags & dns.flags.AA
    assert elsewhere.askers == [SOURCE]


def test_a_denial_comes_back_as_it_is(elsewhere):
    async def main():
        async with serving(forwarding("corp.test", ("127.0.0.1", elsewhere.port))) as port:
            return await ask(port, "none.corp.test")

    assert run(main).rcode() == dns.rcode.NXDOMAIN


def test_what_is_too_long_is_cut_and_whole_by_tcp(elsewhere):
    async def main():
        async with serving(forwarding("corp.test", ("127.0.0.1", elsewhere.port))) as port:
            cut = await ask(port, "long.corp.test", "TXT")
            return cut, await ask(port, "long.corp.test", "TXT", tcp=True)

    cut, whole = run(main)
    assert cut.flags & dns.flags.TC
    assert len(whole.answer[0]) == 20


def test_a_cname_of_ours_leads_there_and_what_is_found_follows_it(elsewhere):
    async def main():
        async with serving(
            forwarding("corp.test", ("127.0.0.1", elsewhere.port)),
            zone("z", "ours.test"),
            attached("z"),
            record("z", "web.ours.test", "CNAME", "www.corp.test"),
            record("z", "gone.ours.test", "CNAME", "none.corp.test"),
        ) as port:
            return await ask(port, "web.ours.test"), await ask(port, "gone.ours.test")

    found, gone = run(main)
    assert shown(found) == [
        "web.ours.test. 60 www.corp.test.",
        "www.corp.test. 60 host.corp.test.",
        "host.corp.test. 30 10.9.9.9",
    ]
    assert shown(gone) == ["gone.ours.test. 60 none.corp.test."]
    assert gone.rcode() == dns.rcode.NXDOMAIN


def test_the_next_target_is_asked_when_one_is_silent_or_not_there(elsewhere, silent):
    async def main():
        targets = [("127.0.0.1", port) for port in (silent.port, free_port(), elsewhere.port)]
        async with serving(forwarding("corp.test", *targets)) as port:
            return await ask(port, "www.corp.test")

    assert len(shown(run(main))) == 2
    assert silent.askers == [SOURCE]


def test_without_any_answer_the_asker_hears_of_it_and_others_are_not_kept_waiting(silent):
    async def main():
        async with serving(
            forwarding("corp.test", ("127.0.0.1", silent.port)),
            record(PUBLIC_ZONE, "www.test", "A", "198.51.100.1"),
        ) as port:
            slow = asyncio.ensure_future(ask(port, "www.corp.test"))
            quick = await ask(port, "www.test")
            assert not slow.done()
            return quick, await slow

    quick, slow = run(main)
    assert shown(quick) == ["www.test. 60 198.51.100.1"]
    assert slow.rcode() == dns.rcode.SERVFAIL


def test_an_answer_of_another_id_or_question_is_not_believed():
    def forged(query):
        answer = corporate(query)
        answer.id ^= 1
        return answer

    server = Elsewhere(forged)

    async def main():
        async with serving(forwarding("corp.test", ("127.0.0.1", server.port))) as port:
            return await ask(port, "www.corp.test")

    try:
        assert run(main).rcode() == dns.rcode.SERVFAIL
    finally:
        server.close()


def counted() -> tuple[Elsewhere, list[str]]:
    """Give a server elsewhere, and the names that it was asked for."""
    asked: list[str] = []

    def answer(query: dns.message.Message) -> dns.message.Message:
        asked.append(f"{query.question[0].name}")
        made = corporate(query)
        if made.rcode() == dns.rcode.NXDOMAIN:
            soa = "ns.corp.test. host.corp.test. 1 2 3 4 300"
            made.authority.append(dns.rrset.from_text("corp.test.", 60, "IN", "SOA", soa))
        return made

    return Elsewhere(answer), asked


def test_a_target_is_asked_once_for_what_holds_however_many_ask():
    server, asked = counted()

    async def main():
        rule = forwarding("corp.test", ("127.0.0.1", server.port))
        ours = [zone("z", "ours.test"), attached("z")]
        ours.append(record("z", "web.ours.test", "CNAME", "www.corp.test"))
        ours.append(record("z", "gone.ours.test", "CNAME", "none.corp.test"))
        async with serving(rule, *ours) as port:
            names = ["www.corp.test", "WWW.corp.TEST", "web.ours.test", "none.corp.test"]
            first = await asyncio.gather(*(ask(port, "www.corp.test") for _ in range(20)))
            rest = [await ask(port, name) for name in (*names, "gone.ours.test", names[-1])]
            cut = await ask(port, "long.corp.test", "TXT")
            whole = await ask(port, "long.corp.test", "TXT", tcp=True)
            return first, rest, cut, whole

    try:
        first, rest, cut, whole = run(main)
    finally:
        server.close()
    assert {tuple(shown(one)) for one in first} == {tuple(shown(rest[0]))}
    assert [one.rcode() for one in rest[3:]] == [dns.rcode.NXDOMAIN] * 3
    assert [str(one.authority[0].name) for one in rest[3:]] == ["corp.test."] * 3
    assert shown(rest[2])[1:] == shown(rest[0])
    assert (bool(cut.flags & dns.flags.TC), len(whole.answer[0])) == (True, 20)
    # Twice the last: by UDP it was cut.
    assert asked == ["www.corp.test.", "none.corp.test.", *["long.corp.test."] * 2]


def test_what_one_view_was_answered_another_does_not_see_and_nor_does_the_next_rule():
    servers = [counted(), counted()]
    first, second = (server.port for server, _ in servers)

    async def main():
        port = free_port()
        server = NameServer(lambda place, family, kind: socket.socket(family, kind), port)
        server.start(asyncio.get_running_loop())
        other = "127.0.0.73"
        try:
            rules = [forwarding("corp.test", ("127.0.0.1", first), view=one) for one in "ab"]
            here = [resolver("vpc-a", HERE, view="a"), resolver("vpc-b", other, view="b")]
            server.apply(Delta(put=(*here, *rules)))
            query = dns.message.make_query("www.corp.test", "A")
            for where in (HERE, other, HERE, other):
                await dns.asyncquery.udp(query, where, port=port, timeout=10)
            before = len(servers[0][1])
            server.apply(Delta(put=(forwarding("corp.test", ("127.0.0.1", second), view="a"),)))
            for where in (HERE, other):
                await dns.asyncquery.udp(query, where, port=port, timeout=10)
            return before, len(servers[0][1]), len(servers[1][1])
        finally:
            server.close()

    try:
        assert run(main) == (2, 2, 1)
    finally:
        for server, _ in servers:
            server.close()
