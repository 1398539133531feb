import dns.message

from genkan.dns.fast import Responder
from genkan.program import Delta
from genkan.program.names import PUBLIC_ZONE
from tests.dns.entries import VIEW, alias, ask, attached, record, zone

WWW = record(PUBLIC_ZONE, "www.test", "A", "198.51.100.1")
OTHER = record(PUBLIC_ZONE, "other.test", "A", "198.51.100.2")
INSIDE = (
    zone("z", "www.test"),
    attached("z"),
    record("z", "www.test", "A", "10.0.0.1"),
)


def kept(responder: Responder, view: str = VIEW) -> dict[bytes, object]:
    held = responder.view(view)
    return {**held.old, **held.young}


def asked(responder: Responder, *names: str) -> Responder:
    for name in names:
        for view in (VIEW, "vpc-2"):
            ask(responder, name, view=view)
    return responder


def test_a_changed_record_costs_the_answers_of_its_name_alone():
    responder = Responder()
    responder.apply(Delta(put=(WWW, OTHER)))
    asked(responder, "www.test", "other.test", "none.test")
    responder.apply(Delta(put=(record(PUBLIC_ZONE, "www.test", "A", "198.51.100.9"),)))
    for view in (VIEW, "vpc-2"):
        assert sorted(key[1:5] for key in kept(responder, view)) == [b"none", b"othe"]


def test_an_attached_zone_costs_what_lies_under_its_origin_in_that_view_alone():
    responder = Responder()
    responder.apply(Delta(put=(WWW, OTHER)))
    asked(responder, "www.test", "x.www.test", "xwww.test", "other.test")
    before = kept(responder, "vpc-2")
    responder.apply(Delta(put=INSIDE))
    assert kept(responder, "vpc-2") == before
    assert sorted(key[1:5] for key in kept(responder)) == [b"othe", b"xwww"]


def test_a_new_name_costs_the_denials_that_it_ends():
    responder = Responder()
    responder.apply(Delta(put=(WWW,)))
    asked(responder, "a.b.test", "b.test", "c.test")
    responder.apply(Delta(put=(record(PUBLIC_ZONE, "z.b.test", "A", "198.51.100.9"),)))
    assert [key[1:2] for key in kept(responder)] == [b"c"]


def test_a_changed_target_costs_the_answers_of_its_aliases():
    mine = (zone("z", "in.test"), attached("z"), record("z", "x.in.test", "A", "10.0.0.1"))
    responder = Responder()
    responder.apply(Delta(put=(WWW, *mine, alias("z", "a.in.test", "A", PUBLIC_ZONE, "www.test"))))
    responder.apply(Delta(put=(alias("z", "b.in.test", "A", "z", "a.in.test"),)))
    asked(responder, "b.in.test", "x.in.test")
    responder.apply(Delta(put=(record(PUBLIC_ZONE, "www.test", "A", "198.51.100.9"),)))
    assert [key[1:2] for key in kept(responder)] == [b"x"]
    assert str(ask(responder, "b.in.test").answer[0][0]) == "198.51.100.9"
    responder.apply(Delta(removed=(record(PUBLIC_ZONE, "www.test", "A", "198.51.100.9"),)))
    assert not ask(responder, "b.in.test").answer


def test_answers_kept_are_bounded_and_those_asked_again_stay():
    responder = Responder(bound=20)
    responder.apply(Delta(put=(WWW,)))
    for number in range(100):
        ask(responder, f"{number}.test")
        ask(responder, "www.test")
        assert len(kept(responder)) <= 20
    assert any(key.startswith(b"\3www") for key in kept(responder))


def test_types_that_differ_by_the_case_bit_are_told_apart():
    responder = Responder()
    responder.apply(Delta(put=(record(PUBLIC_ZONE, "www.test", "TYPE65", "1 . alpn=h2"),)))
    for of_type, found in ((65, 1), (97, 0), (65, 1)):
        wire = dns.message.make_query("www.test", of_type, use_edns=False).to_wire()
        answer = responder.reply(wire, responder.view(VIEW))
        assert answer is not None
        assert answer[7] == found


def test_what_no_question_can_name_is_left_out(caplog):
    responder = Responder()
    responder.apply(Delta(put=(record(PUBLIC_ZONE, "a..test", "A", "198.51.100.1"), WWW)))
    assert ask(responder, "www.test").answer
    assert "a..test" in caplog.text


def whole(responder: Responder) -> int:
    return len(responder.view(VIEW).replies)


def test_what_is_asked_again_has_a_whole_reply_that_is_what_it_hears():
    responder = Responder()
    responder.apply(Delta(put=(WWW,)))
    queries = [
        dns.message.make_query("www.test", "A", id=7, **options).to_wire()
        for options in ({}, {"use_edns": 0}, {"want_dnssec": True}, {"flags": 0})
    ]
    view = responder.view(VIEW)
    for query in queries:
        first = responder.reply(query, view)
        assert responder.reply(query, view) == first
        assert first[:2] + view.replies[query[2:]] == first
    assert whole(responder) == len(queries)


def test_a_change_costs_whole_replies_where_it_costs_answers():
    responder = Responder()
    responder.apply(Delta(put=(WWW, OTHER)))
    for _ in range(3):
        asked(responder, "www.test", "other.test")
    responder.apply(Delta(put=(record(PUBLIC_ZONE, "none.test", "A", "198.51.100.9"),)))
    assert whole(responder) == 2
    responder.apply(Delta(put=INSIDE))
    assert whole(responder) == 0
    assert len(responder.view("vpc-2").replies) == 2
    assert str(ask(responder, "www.test").answer[0][0]) == "10.0.0.1"


def test_whole_replies_are_bounded_and_go_when_answers_turn_old():
    responder = Responder(bound=20)
    for number in range(100):
        for payload in (512, 1000, 1232) * 2:
            ask(responder, f"{number % 8}.test", payload=payload)
        assert 0 < whole(responder) <= 20
    for number in range(20):
        ask(responder, f"once-{number}.test")
    assert whole(responder) == 0


def test_who_varies_the_case_is_answered_in_it_and_fills_nothing():
    responder = Responder()
    responder.apply(Delta(put=(WWW,)))
    for name in ("www.test", "wWw.test", "WWW.TEST", "wwW.tEst"):
        for _ in range(3):
            assert str(ask(responder, name).question[0].name) == f"{name}."
    assert whole(responder) == 1
