"""Which of several record sets of one name answers: by weight, by Region, by place."""

from collections import Counter

import dns.message
import dns.rcode
import pytest

from genkan.dns.fast import Responder
from genkan.dns.resolution import resolve
from genkan.dns.zones import ZoneIndex
from genkan.program import Delta
from genkan.program.names import ELSEWHERE, PUBLIC_ZONE, Alias, Alternative, RecordSet
from tests.dns.entries import BECAUSE, VIEW, record


def among(*alternatives: Alternative, name: str = "www.test") -> RecordSet:
    return RecordSet(
        because=BECAUSE,
        zone=PUBLIC_ZONE,
        name=name,
        type="A",
        ttl=0,
        values=(),
        alternatives=alternatives,
    )


def weighted(*weights: int) -> tuple[Alternative, ...]:
    return tuple(
        Alternative(ttl=60, values=(f"10.0.0.{number}",), weight=weight)
        for number, weight in enumerate(weights)
    )


def chosen(weights: tuple[int, ...], at: float) -> int:
    index = ZoneIndex()
    index.apply(Delta(put=(among(*weighted(*weights)),)))
    found = resolve(index, VIEW, b"\x03www\x04test\0", 1, chance=lambda: at)
    assert found.by_chance
    return found.steps[0].data[0][-1]


@pytest.mark.parametrize(
    ("weights", "at", "answers"),
    [
        ((1, 9), 0.0, 0),
        ((1, 9), 0.0999, 0),
        ((1, 9), 0.1, 1),
        ((1, 9), 0.999, 1),
        ((0, 5), 0.0, 1),  # of weight 0, never, while another has one
        ((5, 0), 0.999, 0),
        ((0, 0), 0.49, 0),  # all of weight 0: as if they were equal
        ((0, 0), 0.5, 1),
        ((0, 0), 0.999, 1),
    ],
)
def test_a_weight_is_a_part_of_the_sum(weights, at, answers):
    assert chosen(weights, at) == answers


def ask(responder: Responder, region: str | None) -> str:
    view = responder.view(f"view-{region}", None, region)
    wire = responder.reply(dns.message.make_query("www.test", "A").to_wire(), view)
    return dns.message.from_wire(wire).answer[0][0].address


def test_weighted_answers_are_not_kept_and_change_from_question_to_question():
    responder = Responder()
    responder.apply(Delta(put=(among(*weighted(1, 1)),)))
    seen = Counter(ask(responder, None) for _ in range(200))
    assert set(seen) == {"10.0.0.0", "10.0.0.1"}


def test_the_asker_s_region_decides_and_the_first_where_none_is_of_it():
    responder = Responder()
    one = Alternative(ttl=60, values=("10.0.0.1",), region="us-east-1")
    two = Alternative(ttl=60, values=("10.0.0.2",), region="eu-west-1")
    responder.apply(Delta(put=(among(one, two),)))
    answers = [ask(responder, region) for region in ("eu-west-1", "us-east-1", "sa-east-1", None)]
    assert answers == ["10.0.0.2", "10.0.0.1", "10.0.0.1", "10.0.0.1"]


def test_an_alternative_may_be_an_alias_and_follows_it_when_it_changes():
    responder = Responder()
    alias = Alternative(alias=Alias(zone=PUBLIC_ZONE, name="nlb.test"), region="us-east-1")
    held = record(PUBLIC_ZONE, "nlb.test", "A", "10.0.0.7")
    responder.apply(Delta(put=(among(alias), held)))
    assert ask(responder, "us-east-1") == "10.0.0.7"
    responder.apply(Delta(put=(record(PUBLIC_ZONE, "nlb.test", "A", "10.0.0.8"),)))
    assert ask(responder, "us-east-1") == "10.0.0.8"


def test_the_place_of_the_asker_decides_and_nothing_answers_where_no_place_is_his():
    responder = Responder()
    tokyo = Alternative(ttl=60, values=("10.0.0.1",), regions=("ap-northeast-1",))
    rest = Alternative(ttl=60, values=("10.0.0.2",), regions=("eu-west-1", ELSEWHERE))
    responder.apply(Delta(put=(among(tokyo, rest),)))
    asked = ("ap-northeast-1", "eu-west-1", "sa-east-1", None)
    answers = [ask(responder, region) for region in asked]
    assert answers == ["10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.2"]
    responder.apply(Delta(put=(among(tokyo),)))
    view = responder.view("view-sa-east-1", None, "sa-east-1")
    query = dns.message.make_query("www.test", "A").to_wire()
    empty = dns.message.from_wire(responder.reply(query, view))
    assert (empty.rcode(), empty.answer) == (dns.rcode.NOERROR, [])
