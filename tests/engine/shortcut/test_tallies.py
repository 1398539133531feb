"""What two processes share about flows on the shortcut: given, counted, taken once, none missed."""

import mmap
import os
from collections.abc import Iterator

import pytest

from genkan.engine.linux import tallies
from genkan.engine.linux.tallies import Carried, Tallies
from genkan.engine.traffic import Connection, Flow

PLACE, OTHER = 4026532001, 4026532002
FLOW = Flow(bytes([10, 0, 1, 10]), bytes([10, 0, 1, 60]), 6, 40_000, 443)
SIX = Flow(bytes(15) + b"\1", bytes(15) + b"\2", 17, 5000, 53)
KNOWN = Connection(7, FLOW, FLOW.back, 3, 180, 2, 120, 50.0, None, "established")


@pytest.fixture
def memory() -> Iterator[int]:
    """A file in memory, in the place of a map's."""
    descriptor = os.memfd_create("tallies")
    os.ftruncate(descriptor, tallies.MOST * tallies.SIZE + mmap.PAGESIZE)
    yield descriptor
    os.close(descriptor)


def count(memory: int, number: int, *amount: int) -> None:
    """Count as the program in the kernel does."""
    for which, value in enumerate(amount):
        at = number * tallies.SIZE + tallies.PACKETS + 8 * which
        now = int.from_bytes(os.pread(memory, 8, at), "little")
        os.pwrite(memory, (now + value).to_bytes(8, "little"), at)


def sizes(one: Connection) -> tuple[int, int, int, int]:
    return one.packets, one.bytes, one.packets_back, one.bytes_back


def reading(memory: int) -> Carried:
    carried = Carried()
    carried.adopt(memory)
    return carried


def test_what_is_counted_is_added_to_its_connection_and_taken_once(memory: int) -> None:
    giving, carried = Tallies(memory), reading(memory)
    number = giving.give(PLACE, FLOW)
    assert number is not None
    carried.read()
    count(memory, number, 10, 1000, 5, 400)
    assert sizes(carried.add_to(KNOWN, PLACE, take=False)) == (13, 1180, 7, 520)
    assert sizes(carried.add_to(KNOWN, PLACE, take=True)) == (13, 1180, 7, 520)
    assert carried.add_to(KNOWN, PLACE, take=True) == KNOWN
    count(memory, number, 1, 100)
    assert carried.add_to(KNOWN, OTHER, take=True) == KNOWN
    assert sizes(carried.add_to(KNOWN, PLACE, take=True)) == (4, 280, 2, 120)


def test_what_has_no_connection_any_more_remains(memory: int) -> None:
    giving, carried = Tallies(memory), reading(memory)
    for flow in (FLOW, SIX):
        number = giving.give(PLACE, flow)
        assert number is not None
        count(memory, number, 2, 200)
        giving.end(number)
    carried.read()
    carried.add_to(KNOWN, PLACE, take=True)
    (left,) = carried.remaining(PLACE, 99.0)
    assert (left.asks, sizes(left), left.ended) == (SIX, (2, 200, 0, 0), 99.0)
    assert not list(carried.remaining(PLACE, 99.0))


def test_a_flow_that_is_handed_on_again_adds_to_what_it_carried(memory: int) -> None:
    giving, carried = Tallies(memory), reading(memory)
    for last in (False, True):
        number = giving.give(PLACE, FLOW)
        assert number is not None
        count(memory, number, 2, 200)
        if not last:
            giving.end(number)
        carried.read()
    assert sizes(carried.add_to(KNOWN, PLACE, take=True)) == (7, 580, 2, 120)


def test_what_was_counted_is_known_when_who_gave_it_out_is_gone(memory: int) -> None:
    giving, carried = Tallies(memory), reading(memory)
    number = giving.give(PLACE, FLOW)
    assert number is not None
    giving.close()
    count(memory, number, 2, 200)
    carried.leave()
    assert sizes(carried.add_to(KNOWN, PLACE, take=True)) == (5, 380, 2, 120)


def test_numbers_go_round_past_those_in_use_and_a_reader_in_time_misses_none(memory: int) -> None:
    giving, carried = Tallies(memory), reading(memory)
    lasting = giving.give(PLACE, FLOW)
    for number in range(3 * tallies.MOST):
        given = giving.give(PLACE, SIX)
        assert given not in (None, lasting)
        count(memory, given, 1, 100)
        giving.end(given)
        if number % 5000 == 0:
            carried.read()
    carried.read()
    (left,) = carried.remaining(PLACE, 99.0)
    assert (left.packets, carried.missed) == (3 * tallies.MOST, False)


def test_a_reader_that_comes_too_late_knows_it(memory: int) -> None:
    giving, carried = Tallies(memory), reading(memory)
    for number in range(tallies.MOST + 10):
        given = giving.give(PLACE, SIX)
        assert given is not None
        giving.end(given)
        if number == 0:
            carried.read()
    carried.read()
    assert carried.missed


def test_there_is_none_left_when_all_are_in_use(memory: int) -> None:
    giving = Tallies(memory)
    given = [giving.give(PLACE, SIX) for _ in range(tallies.MOST - 1)]
    assert sorted(given) == list(range(1, tallies.MOST))
    assert giving.give(PLACE, SIX) is None
    giving.end(7)
    assert giving.give(PLACE, SIX) == 7
