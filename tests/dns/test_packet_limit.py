"""So many packets a second of an interface are answered; what is above is dropped and counted."""

import asyncio
import socket
from dataclasses import replace
from ipaddress import ip_address

import dns.asyncquery
import dns.exception
import dns.message
import pytest

from genkan.dns import NameServer, PacketLimit, packet_limit
from genkan.program import Delta
from genkan.program.names import PUBLIC_ZONE, Resolver
from tests.dns.entries import record, resolver
from tests.dns.test_forwarding import free_port, run


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def admitted(limit: PacketLimit, *devices: int, place: str = "vpc-1") -> list[int]:
    return list(limit.admitted(place, devices, lambda position: f"10.0.0.{position}"))


def test_each_interface_has_its_own_and_gets_it_back_by_time():
    clock = Clock()
    limit = PacketLimit(4, clock)
    assert admitted(limit, 7, 7, 7, 8, 7, 7, 8) == [0, 1, 2, 3, 4, 6]
    assert admitted(limit, 7, 7, place="vpc-2") == [0, 1]
    for seconds, more in ((0.2, 0), (0.5, 2), (60, 4)):
        clock.seconds += seconds
        assert admitted(limit, *[7] * 9) == list(range(more))


def test_what_was_dropped_is_told_by_place_and_address():
    limit = PacketLimit(1, Clock())
    admitted(limit, 7, 7, 8, 7)
    lines = [line for line in limit.prometheus().splitlines() if not line.startswith("#")]
    name = "genkan_resolver_dropped_packets_total"
    assert lines == [f'{name}{{place="vpc-1",address="10.0.0.3"}} 2']


def test_it_remembers_a_bounded_number_of_interfaces_and_those_that_sent_too_much(monkeypatch):
    monkeypatch.setattr(packet_limit, "MOST", 10)
    limit = PacketLimit(1, Clock())
    admitted(limit, 0, 0)
    for device in range(1, 40):
        admitted(limit, device)
    assert "} 1\n" in limit.prometheus()
    assert len(limit._known) <= 10
    for device in range(100, 140):
        admitted(limit, device, device)
    assert len(limit._known) <= 10


@pytest.mark.parametrize(
    ("here", "version", "region", "answered"),
    [
        ("127.0.0.75", 4, "us-east-1", 3),
        ("::1", 6, "us-east-1", 3),
        ("127.0.0.75", 4, None, 9),  # the internet's resolver is not a VPC's
    ],
)
def test_a_server_drops_what_is_above_the_limit_of_its_vpcs_resolvers(
    here, version, region, answered
):
    async def main() -> tuple[int, str]:
        port, limit = free_port(), PacketLimit(3, Clock())
        server = NameServer(lambda place, family, kind: socket.socket(family, kind), port, limit)
        server.start(asyncio.get_running_loop())
        try:
            server.apply(Delta(put=(entry(here, region), record(PUBLIC_ZONE, "a", "A", "1.2.3.4"))))
            query = dns.message.make_query("a", "A")
            asked = (dns.asyncquery.udp(query, here, timeout=2, port=port) for _ in range(9))
            answers = await asyncio.gather(*asked, return_exceptions=True)
        finally:
            server.close()
        lost = sum(isinstance(one, dns.exception.Timeout) for one in answers)
        return len(answers) - lost, limit.prometheus()

    got, told = run(main)
    assert got == answered
    counted = f'place="vpc-1",address="{"127.0.0.1" if version == 4 else "::1"}"}} {9 - answered}\n'
    assert (counted in told) is (answered < 9)


def entry(here: str, region: str | None) -> Resolver:

    return replace(resolver("vpc-1"), addresses=(ip_address(here),), region=region)
