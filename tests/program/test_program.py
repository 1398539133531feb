"""Programs, their differences, their text."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.program import Because, Delta, Program
from genkan.program.entry import Entry
from genkan.program.filter import Filter as FilterEntry
from genkan.program.filter import Guard, InSet, Match, Rule, Stage, Verdict
from genkan.program.names import RecordSet
from genkan.program.place import INTERNET, Boot, End, Link
from genkan.program.route import PLACE_TABLE, Blackhole, Deliver, Forward, Local, Route
from genkan.program.text import parse_entry, parse_program, print_entry, print_program

BECAUSE = Because("vpc", "vpc-1")
addresses = st.ip_addresses(v=4)
names = st.text("abc-", min_size=1, max_size=4)

routes = st.builds(
    Route,
    because=st.just(BECAUSE),
    place=names,
    table=st.sampled_from([PLACE_TABLE, "rtb-1"]),
    destination=addresses.map(IPv4Network),
    action=st.builds(Forward, names, st.none() | addresses)
    | st.sampled_from([Deliver(), Local(), Blackhole(), Blackhole("vpce-1 is failed")]),
)
guards = st.builds(
    Guard,
    because=st.just(BECAUSE),
    place=names,
    stage=st.sampled_from(Stage),
    at=names | addresses,
    filters=st.lists(names).map(tuple),
)
filters = st.builds(
    FilterEntry,
    because=st.just(BECAUSE),
    place=names,
    name=names,
    rules=st.lists(
        st.builds(
            Rule,
            match=st.builds(
                Match,
                remote=st.none() | addresses.map(IPv4Network) | st.builds(InSet, names),
                protocol=st.none() | st.integers(0, 255),
                ports=st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)),
            ),
            verdict=st.sampled_from(Verdict),
            because=st.just(Because("security-group", "sg-1", "sgr-1")),
        )
    ).map(tuple),
)
entries = routes | guards | filters
programs = st.lists(entries, max_size=8).map(Program)


@given(programs, programs)
def test_applying_the_difference_gives_the_other(one: Program, other: Program):
    assert one.apply(one.delta(other)) == other
    assert not one.delta(one)


@given(entries)
def test_parsing_is_the_inverse_of_printing(entry: Entry):
    assert parse_entry(print_entry(entry)) == entry


@given(programs)
def test_a_program_prints_the_same_in_any_order(program: Program):
    text = print_program(program)
    assert print_program(reversed(list(program))) == text
    assert parse_program(text) == program


def test_an_entry_with_many_kinds_of_values_reads_back():
    link = Link(
        because=BECAUSE,
        id="eni-1",
        left=End(place="vpc-1", name="eni-1", mac="06:00:00:00:00:01", subnet="subnet-1"),
        right=End(place="i-1", name="eth0", mac="02:0", addresses=(IPv4Address("10.0.0.4"),)),
    )
    boot = Boot(
        because=BECAUSE,
        place="i-1",
        number=2,
        hostname="h",
        nameserver=IPv4Address("10.0.0.2"),
        search="s",
        account="1",
        region="r",
        access_key="AK",
    )
    for entry in (link, boot):
        assert parse_entry(print_entry(entry)) == entry


def test_a_delta_can_be_cut_down_to_sections():
    record = RecordSet(because=BECAUSE, zone="z", name="n", type="A", ttl=1, values=("1.2.3.4",))
    boot = Delta(put=(record,), removed=(record,))
    assert boot.only(["zone"]) == Delta()
    assert boot.only(["record-set"]) == boot


def test_a_line_of_no_section_is_refused():
    with pytest.raises(ValueError, match="nonsense"):
        parse_entry("nonsense {}")


def test_a_because_reads_as_a_reference():
    assert str(Because("security-group", "sg-1", "sgr-2")) == "sg-1 rule sgr-2"
    assert str(Because("fixed", INTERNET)) == "internet"


def test_a_program_finds_by_key_and_kind():
    record = RecordSet(because=BECAUSE, zone="z", name="n", type="A", ttl=1, values=("1.2.3.4",))
    program = Program([record])
    assert program.get(record.key) == record
    assert list(program.of(RecordSet)) == [record]
    assert list(program.of(Route)) == []
    assert len(program) == 1
    assert program != "a program"
