"""Questions and answers as a table, and against a slow resolver that is easy to believe."""

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.dns.fast import Responder
from genkan.program import Delta, Entry, Program
from genkan.program.names import EVERY_VIEW, PUBLIC_ZONE, RecordSet, Zone, ZoneAttachment
from tests.dns.entries import VIEW, alias, ask, attached, record, records, zone

SOA = "ns.corp.test. host.corp.test. 7 2 3 4 30"
MADE_SOA = "awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
SITE = (
    record(PUBLIC_ZONE, "monitoring.aws.test", "A", "198.51.100.1", "198.51.100.2"),
    record(PUBLIC_ZONE, "s3.aws.test", "A", "198.51.100.3"),
    record(PUBLIC_ZONE, "*.s3.aws.test", "A", "198.51.100.4"),
    record(PUBLIC_ZONE, "deep.er.s3.aws.test", "TXT", '"one" "two three"'),
    zone("private", "monitoring.aws.test"),
    attached("private"),
    record("private", "monitoring.aws.test", "A", "10.0.0.9"),
    zone("corp", "corp.test"),
    attached("corp"),
    record("corp", "corp.test", "SOA", SOA, ttl=900),
    record("corp", "corp.test", "NS", "ns.corp.test"),
    record("corp", "corp.test", "MX", "10 mail.corp.test", "20 mail.other.test."),
    record("corp", "corp.test", "CAA", '0 issue "ca.test"'),
    record("corp", "_x._tcp.corp.test", "SRV", "1 2 443 www.corp.test"),
    record("corp", "www.corp.test", "A", "10.0.0.1"),
    record("corp", "alias.corp.test", "CNAME", "www.corp.test."),
    record("corp", "far.corp.test", "CNAME", "S3.aws.test"),
    record("corp", "nowhere.corp.test", "CNAME", "gone.aws.test"),
    record("corp", "loop.corp.test", "CNAME", "pool.corp.test"),
    record("corp", "pool.corp.test", "CNAME", "loop.corp.test"),
    record("corp", "*.wild.corp.test", "CNAME", "www.corp.test"),
    record("corp", "broken.corp.test", "A", "10.0.0"),
    record(PUBLIC_ZONE, "9.0.0.10.in-addr.arpa", "PTR", "www.corp.test"),
    record("corp", "six.corp.test", "AAAA", "2001:db8::1"),
    zone("sub", "sub.corp.test"),
    attached("sub"),
    *(zone(id, "twin.test") for id in "cab"),
    *(attached(id) for id in "cab"),
    *(record(id, "twin.test", "TXT", id) for id in "cab"),
    record("corp", "hidden.sub.corp.test", "A", "10.0.0.66"),
    alias("corp", "s3.corp.test", "A", PUBLIC_ZONE, "bucket.s3.aws.test"),
    alias("corp", "inner.corp.test", "A", "corp", "S3.corp.test"),
    alias("corp", "star.corp.test", "CNAME", "corp", "x.wild.corp.test"),
    alias("corp", "lost.corp.test", "A", PUBLIC_ZONE, "gone.aws.test"),
    alias("corp", "nozone.corp.test", "A", "gone", "www.corp.test"),
    alias("corp", "round.corp.test", "A", "corp", "round.corp.test"),
    zone("org", "example.test"),
    attached("org", EVERY_VIEW),
    record("org", "www.example.test", "A", "192.0.2.80"),
    zone("inside", "inside.example.test"),
    attached("inside"),
    record("inside", "a.inside.example.test", "A", "10.0.0.80"),
    record("org", "a.inside.example.test", "A", "192.0.2.81"),
    record(PUBLIC_ZONE, "deep.own.s3.aws.test", "TXT", '"hidden"'),
    zone("aws", "own.s3.aws.test"),
    attached("aws", EVERY_VIEW),
)
WWW = "A 10.0.0.1"
ANSWERS = [
    # asked, in which view, code, the answer's records, whose SOA denies
    ("monitoring.aws.test A", "internet", "NOERROR", ["A 198.51.100.1", "A 198.51.100.2"], None),
    ("monitoring.aws.test A", VIEW, "NOERROR", ["A 10.0.0.9"], None),
    ("x.monitoring.aws.test A", VIEW, "NXDOMAIN", [], "monitoring.aws.test."),
    ("monitoring.aws.test AAAA", VIEW, "NOERROR", [], "monitoring.aws.test."),
    ("monitoring.aws.test AAAA", "internet", "NOERROR", [], "."),
    ("s3.aws.test A", VIEW, "NOERROR", ["A 198.51.100.3"], None),
    ("bucket.s3.aws.test A", VIEW, "NOERROR", ["A 198.51.100.4"], None),
    ("a.b.c.s3.aws.test A", VIEW, "NOERROR", ["A 198.51.100.4"], None),
    ("bucket.s3.aws.test AAAA", VIEW, "NOERROR", [], "."),
    ("er.s3.aws.test A", VIEW, "NOERROR", [], "."),
    ("x.er.s3.aws.test A", VIEW, "NXDOMAIN", [], "."),
    ("deep.er.s3.aws.test TXT", VIEW, "NOERROR", ['TXT "one" "two three"'], None),
    ("own.s3.aws.test A", VIEW, "NOERROR", [], "own.s3.aws.test."),
    ("deep.own.s3.aws.test TXT", VIEW, "NXDOMAIN", [], "own.s3.aws.test."),
    ("s3.corp.test A", VIEW, "NOERROR", ["A 198.51.100.4"], None),
    ("inner.corp.test A", VIEW, "NOERROR", ["A 198.51.100.4"], None),
    ("inner.corp.test AAAA", VIEW, "NOERROR", [], "corp.test."),
    ("star.corp.test A", VIEW, "NOERROR", ["CNAME www.corp.test.", WWW], None),
    ("lost.corp.test A", VIEW, "NOERROR", [], "corp.test."),
    ("nozone.corp.test A", VIEW, "NOERROR", [], "corp.test."),
    ("round.corp.test A", VIEW, "NOERROR", [], "corp.test."),
    ("www.example.test A", VIEW, "NOERROR", ["A 192.0.2.80"], None),
    ("www.example.test A", "internet", "NOERROR", ["A 192.0.2.80"], None),
    ("no.example.test A", "internet", "NXDOMAIN", [], "example.test."),
    ("a.inside.example.test A", VIEW, "NOERROR", ["A 10.0.0.80"], None),
    ("a.inside.example.test A", "internet", "NOERROR", ["A 192.0.2.81"], None),
    ("aws.test A", VIEW, "NOERROR", [], "."),
    ("nothing.test A", VIEW, "NXDOMAIN", [], "."),
    (". NS", VIEW, "NOERROR", [], "."),
    ("corp.test SOA", VIEW, "NOERROR", [f"SOA {SOA}"], None),
    ("corp.test SOA", "internet", "NXDOMAIN", [], "."),
    ("corp.test NS", VIEW, "NOERROR", ["NS ns.corp.test."], None),
    ("corp.test MX", VIEW, "NOERROR", ["MX 10 mail.corp.test.", "MX 20 mail.other.test."], None),
    ("corp.test CAA", VIEW, "NOERROR", ['CAA 0 issue "ca.test"'], None),
    ("_x._tcp.corp.test SRV", VIEW, "NOERROR", ["SRV 1 2 443 www.corp.test."], None),
    ("9.0.0.10.in-addr.arpa A", VIEW, "NOERROR", [], "."),
    ("9.0.0.10.in-addr.arpa PTR", VIEW, "NOERROR", ["PTR www.corp.test."], None),
    ("six.corp.test AAAA", VIEW, "NOERROR", ["AAAA 2001:db8::1"], None),
    ("alias.corp.test CNAME", VIEW, "NOERROR", ["CNAME www.corp.test."], None),
    ("alias.corp.test A", VIEW, "NOERROR", ["CNAME www.corp.test.", WWW], None),
    ("alias.corp.test AAAA", VIEW, "NOERROR", ["CNAME www.corp.test."], "corp.test."),
    ("x.wild.corp.test A", VIEW, "NOERROR", ["CNAME www.corp.test.", WWW], None),
    ("far.corp.test A", VIEW, "NOERROR", ["CNAME S3.aws.test.", "A 198.51.100.3"], None),
    ("nowhere.corp.test A", VIEW, "NXDOMAIN", ["CNAME gone.aws.test."], "."),
    ("loop.corp.test A", VIEW, "SERVFAIL", [], None),
    ("broken.corp.test A", VIEW, "SERVFAIL", [], None),
    ("hidden.sub.corp.test A", VIEW, "NXDOMAIN", [], "sub.corp.test."),
    ("twin.test TXT", VIEW, "NOERROR", ['TXT "a"'], None),
    ("corp.test ANY", VIEW, "REFUSED", [], None),
    ("corp.test AXFR", VIEW, "REFUSED", [], None),
]


def served(*entries: Entry) -> Responder:
    responder = Responder()
    responder.apply(Delta(put=entries))
    return responder


@pytest.mark.parametrize(("asked", "view", "rcode", "answer", "denied_by"), ANSWERS)
def test_a_question_has_its_answer(asked, view, rcode, answer, denied_by):
    name, _, of_type = asked.partition(" ")
    got = ask(served(*SITE), name, of_type, view)
    assert dns.rcode.to_text(got.rcode()) == rcode
    assert [value for _, _, value in records(got.answer)] == answer
    assert [str(rrset.name) for rrset in got.authority] == ([denied_by] if denied_by else [])
    assert all(rrset.rdtype == dns.rdatatype.SOA for rrset in got.authority)


def test_a_denial_is_kept_as_long_as_the_soa_says():
    responder = served(*SITE)
    assert ask(responder, "no.corp.test").authority[0].ttl == 30
    assert records(ask(responder, "no.sub.corp.test").authority) == [
        ("sub.corp.test.", 900, f"SOA ns-0.sub.corp.test. {MADE_SOA}")
    ]


@pytest.mark.parametrize("name", ["WwW.cOrP.tEsT", "nO.CORP.test", "X.wild.CORP.test"])
def test_the_name_comes_back_in_the_case_asked(name: str):
    responder = served(*SITE)
    for asked in (name, name.lower(), name.swapcase()):
        answer = ask(responder, asked)
        assert str(answer.question[0].name) == f"{asked}."
        assert all(str(rrset.name) == f"{asked}." for rrset in answer.answer[:1])


TTL = st.integers(0, 3)
LABEL = st.sampled_from(["a", "b", "*"])
NAME = st.lists(LABEL, max_size=4).map(tuple)
ZONES = (PUBLIC_ZONE, "z1", "z2", "z3")
VIEWS = (VIEW, "vpc-2", EVERY_VIEW)
KINDS = ["A", "AAAA", "SOA", "CNAME"]
Labels = tuple[str, ...]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Few names, so that they meet: zones in zones, wildcards, aliases to anywhere, loops."""
    entries: list[Entry] = []
    for id in ZONES:
        origin = draw(NAME) if id != PUBLIC_ZONE else ()
        if draw(st.booleans()):
            entries.append(zone(id, ".".join(origin)))
        entries += [attached(id, view) for view in VIEWS if draw(st.booleans())]
        for below in draw(st.lists(NAME, max_size=4, unique=True)):
            kind, name = draw(st.sampled_from(KINDS)), ".".join((*below, *origin))
            target = draw(NAME)
            if draw(st.integers(0, 3)):
                entries.append(record(id, name, kind, value(kind, target), ttl=draw(TTL)))
            else:
                entries.append(alias(id, name, kind, draw(st.sampled_from(ZONES)), dotted(target)))
    return Program(entries)


def dotted(name: Labels) -> str:
    return ".".join(name)


def value(kind: str, target: Labels) -> str:
    name = ".".join(target) + "."
    return {"A": "10.0.0.1", "AAAA": "::1", "CNAME": name, "SOA": f"{name} h. 1 2 3 4 5"}[kind]


def labels(name: str) -> Labels:
    return tuple(name.removesuffix(".").split(".")) if name.strip(".") else ()


def naive_zone(program: Program, name: Labels) -> tuple[Labels, dict[Labels, dict[str, RecordSet]]]:
    """Give the origin and the records of the zone that answers, by looking through all."""
    origins = {PUBLIC_ZONE: (), **{one.id: labels(one.origin) for one in program.of(Zone)}}
    for view in (VIEW, EVERY_VIEW):
        seen = {one.zone for one in program.of(ZoneAttachment) if one.view == view}
        over = {
            id: origin
            for id, origin in origins.items()
            if id in seen and name[len(name) - len(origin) :] == origin
        }
        if over:
            best = min(over, key=lambda id: (-len(over[id]), id))
            return over[best], naive_records(program, best)
    return (), naive_records(program, PUBLIC_ZONE)


def naive_records(program: Program, zone_id: str) -> dict[Labels, dict[str, RecordSet]]:
    held: dict[Labels, dict[str, RecordSet]] = {}
    for one in program.of(RecordSet):
        if one.zone == zone_id:
            held.setdefault(labels(one.name), {})[one.type] = one
    return held


def naive_source(held: dict[Labels, dict[str, RecordSet]], origin: Labels, name: Labels) -> Labels:
    """Give the name whose records answer for a name: itself, or a wildcard that may not exist."""
    exist = {owner[at:] for owner in held for at in range(len(owner) + 1)} | {origin}
    if name in exist:
        return name
    return ("*", *next((name[at:] for at in range(len(name) + 1) if name[at:] in exist), ("?",)))


def naive_aliased(program: Program, hit: RecordSet | None) -> RecordSet | None:
    origins = {one.id: labels(one.origin) for one in program.of(Zone)}
    for _ in range(16):
        if hit is None or hit.alias is None:
            return hit
        held = naive_records(program, hit.alias.zone)
        origin = origins.get(hit.alias.zone, () if hit.alias.zone == PUBLIC_ZONE else ("?",))
        source = naive_source(held, origin, labels(hit.alias.name))
        hit = held.get(source, {}).get(hit.type)
    return None


def naive(program: Program, name: Labels, kind: str):
    """Give the code, the records and whose SOA denies."""
    answers: list[tuple[str, int, str]] = []
    for _ in range(16):
        origin, held = naive_zone(program, name)
        exist = {owner[at:] for owner in held for at in range(len(owner) + 1)} | {origin}
        source = naive_source(held, origin, name)
        found = held.get(source, {})
        hit = naive_aliased(program, found.get(kind)) or naive_aliased(program, found.get("CNAME"))
        if hit is None and kind == "SOA" and name == origin:
            made = f"{'.'.join(('ns-0', *origin))}. {MADE_SOA}"
            return "NOERROR", [*answers, (".".join(name) + ".", 900, f"SOA {made}")], None
        if hit is None:
            return ("NOERROR" if source in exist else "NXDOMAIN"), answers, ".".join(origin) + "."
        answers.append((".".join(name) + ".", hit.ttl, f"{hit.type} {hit.values[0]}"))
        if hit.type == kind:
            return "NOERROR", answers, None
        name = labels(hit.values[0])
    return "SERVFAIL", [], None


@settings(deadline=None)
@given(programs(), NAME, st.sampled_from([*KINDS, "TXT"]))
def test_answers_equal_those_of_a_naive_resolver(program: Program, name: Labels, kind: str):
    rcode, answers, denied_by = naive(program, name, kind)
    got = ask(served(*program), ".".join(name) + ".", kind)
    assert dns.rcode.to_text(got.rcode()) == rcode
    assert records(got.answer) == answers
    assert [str(rrset.name) for rrset in got.authority] == ([denied_by] if denied_by else [])


ASKED = [
    dns.message.make_query(name, kind).to_wire()
    for name in (".", "a.", "b.a.", "*.a.", "b.b.a.", "a.b.", "b.a.b.", "a.*.")
    for kind in ("A", "SOA")
]


@settings(deadline=None)
@given(st.lists(programs(), min_size=2, max_size=5))
def test_after_any_changes_answers_equal_those_of_a_fresh_server(steps: list[Program]):
    changed, before = Responder(), Program()
    for after in steps:
        changed.apply(before.delta(after))
        fresh = served(*after)
        for view in (VIEW, "vpc-2", "internet"):
            mine, theirs = changed.view(view), fresh.view(view)
            for query in ASKED:
                assert changed.reply(query, mine) == fresh.reply(query, theirs)
        before = after
