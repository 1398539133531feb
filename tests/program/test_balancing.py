"""Entries of load balancing are read back as they were written."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from genkan.program import Because, Entry
from genkan.program.balancing import (
    BalancedPort,
    BalancedTarget,
    Balancer,
    Intake,
    RelayedPort,
    RelayedTarget,
    TlsEnd,
)
from genkan.program.route import AnswerChoice
from genkan.program.text import parse_entry, print_entry

BECAUSE = Because("load-balancer", "arn")
TARGET = BalancedTarget(address=IPv4Address("10.0.0.4"), port=80, weight=3, keeps_source=True)
ENTRIES = [
    Balancer(
        because=BECAUSE, place="eni-1", interface="eth0", addresses=(IPv4Address("10.0.0.9"),)
    ),
    Intake(because=BECAUSE, place="eni-1", interface="eni-2", filters=("sg-1/ingress",)),
    Intake(because=BECAUSE, place="eni-1", interface="eni-3"),
    BalancedPort(because=BECAUSE, place="eni-1", protocol=6, port=443, targets=(TARGET,), idle=350),
    BalancedPort(
        because=BECAUSE, place="eni-1", protocol=6, port=443, targets=(), idle=350, version=6
    ),
    RelayedPort(
        because=BECAUSE,
        place="eni-1",
        address=IPv4Address("10.0.0.9"),
        sources=(IPv4Address("10.0.0.9"), IPv6Address("2001:db8::9")),
        port=443,
        targets=(RelayedTarget(address=IPv4Address("10.0.0.4"), port=80, tells_source=True),),
        idle=350,
        tls=TlsEnd(
            certificates=("arn",), versions=("TLSv1.2",), ciphers=("AES128-SHA",), alpn=("h2",)
        ),
        ended=((IPv4Address("10.0.0.5"), 80),),
    ),
    RelayedPort(
        because=BECAUSE,
        place="eni-1",
        address=IPv4Address("10.0.0.9"),
        sources=(IPv4Address("10.0.0.9"), IPv6Address("2001:db8::9")),
        protocol=17,
        port=443,
        targets=(RelayedTarget(address=IPv6Address("2001:db8::4"), port=80),),
        idle=120,
    ),
    AnswerChoice(because=BECAUSE, place="eni-1", interface="eni-2", table="answers/eni-2"),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.section)
def test_an_entry_reads_back(entry: Entry) -> None:
    assert parse_entry(print_entry(entry)) == entry


def test_every_entry_has_a_key_of_its_own() -> None:
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)
