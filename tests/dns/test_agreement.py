"""The name server and a second implementation of the rules agree about random worlds of names.

One name server lives through all worlds: each is put into it, asked, and taken out again, so what a
world leaves behind shows in the next. A world about which they once disagreed is kept as a file of
`worlds`; a new one is printed in that form.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from genkan.codec import decode, encode
from genkan.compile import compile_network
from genkan.dns.fast import Onward, Responder
from genkan.model.network import Network
from genkan.program import Delta, Program
from genkan.program.names import Resolver
from tests.dns.reference import Outcome, Records, Reference
from tests.dns.world import Built, World, build, worlds

WORLDS = sorted(Path(__file__).with_name("worlds").glob("*.json"))
BARE = compile_network(Network()).program
UNKNOWN = frozenset({b"?"})  # what the API chose by itself


@pytest.fixture(scope="module")
def responder() -> Responder:
    """A name server that has what every site has."""
    made = Responder()
    made.apply(Delta(put=tuple(BARE)))
    return made


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=worlds())
def test_every_answer_is_one_that_the_reference_gives(responder, world):
    note(json.dumps(encode(world)))
    agree(responder, world)


@pytest.mark.parametrize("path", WORLDS, ids=lambda path: path.stem)
def test_they_agree_where_they_once_did_not(responder, path):
    agree(responder, decode(World, json.loads(path.read_text())))


def agree(responder: Responder, world: World) -> None:
    built = build(world)
    there, gone = BARE.delta(built.program), built.program.delta(BARE)
    responder.apply(there)
    try:
        reference = Reference(built)
        for question in world.questions:
            right = reference.outcomes(question.vpc, question.name, question.type)
            for _ in "ab":  # the second time from what is kept
                found = asked(responder, built, question.vpc, question.name, question.type)
                if found is not None:
                    assert any(same(found, one) for one in right), (question, found, right)
    finally:
        responder.apply(gone)
        for vpc_id in built.vpc_ids:
            responder.drop_view(vpc_id)


def asked(responder: Responder, built: Built, vpc: int, name: str, kind: str) -> Outcome | None:
    """Give what a VPC's resolver answers; None where it has none."""
    resolver = resolver_of(built.program, built.vpc_ids[vpc])
    if resolver is None:
        assert not built.world.vpcs[vpc].support
        return None
    query = dns.message.make_query(name, kind, use_edns=True, payload=1232)
    view = responder.view(resolver.view, resolver.beyond, resolver.region)
    reply = responder.reply_by_stream(query.to_wire(), view)
    if isinstance(reply, Onward):
        return onward(reply)
    answer = dns.message.from_wire(reply)
    assert query.is_response(answer)
    assert answer.question[0].name.to_text() == query.question[0].name.to_text()
    assert not answer.flags & dns.flags.AA
    denial = next(((text(one.name), one.ttl) for one in answer.authority), None)
    return Outcome(dns.rcode.to_text(answer.rcode()), tuple(records(answer)), denial)


def resolver_of(program: Program, vpc_id: str) -> Resolver | None:
    return next((one for one in program.of(Resolver) if one.view == vpc_id), None)


def onward(reply: Onward) -> Outcome:
    """Give what is known of a question that is sent on."""
    names = [text(dns.name.from_wire(one, 0)[0]) for one in reply.resolution.names]
    led = tuple(
        (name, step.ttl, dns.rdatatype.to_text(step.type), frozenset(step.data))
        for name, step in zip(names, reply.resolution.steps, strict=False)
    )
    return Outcome("NOERROR", led, forwarded=names[-1])


def records(answer: dns.message.Message) -> Iterator[Records]:
    for rrset in answer.answer:
        values = frozenset(one.to_wire() for one in rrset)
        yield text(rrset.name), rrset.ttl, dns.rdatatype.to_text(rrset.rdtype), values


def text(name: dns.name.Name) -> str:
    return name.to_text().lower()


def same(found: Outcome, right: Outcome) -> bool:
    """Tell whether an answer is this one, as far as a world says."""
    if (found.rcode, found.denial, found.forwarded) != (right.rcode, right.denial, right.forwarded):
        return False
    pairs = list(zip(found.answers, right.answers, strict=False))
    return len(found.answers) == len(right.answers) == len(pairs) and all(
        (one[0], one[2]) == (other[0], other[2]) if other[3] == UNKNOWN else one == other
        for one, other in pairs
    )
