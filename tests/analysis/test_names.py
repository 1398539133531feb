"""What a name is said to answer is what the name server answers, in drawn zones and views."""

import random
from ipaddress import IPv4Address

import dns.message
import dns.rdatatype
import pytest

from genkan.analysis.names import Ending, NameBook
from genkan.compile import compile_network
from genkan.dns import domain_name, rdata
from genkan.dns.fast import Onward, Responder
from genkan.dns.resolution import Rcode, resolve
from genkan.dns.zones import ZoneIndex
from genkan.model.network import Network
from genkan.program import Because, Delta, Program
from genkan.program.firewall import (
    BlockResponse,
    DomainList,
    Firewall,
    FirewallAction,
    FirewallRule,
)
from genkan.program.names import (
    EVERY_VIEW,
    PUBLIC_ZONE,
    Alias,
    Alternative,
    Forwarding,
    RecordSet,
    Resolver,
    Target,
)
from tests.compile.scenario import resources
from tests.dns.entries import BECAUSE, alias, attached, record, resolver, zone

LABELS = ("a", "b", "c")
VIEWS = ("vpc-1", "vpc-2", "beyond-1")
NAMES = [
    *LABELS,
    *(f"{one}.{two}" for one in LABELS for two in LABELS),
    *(f"{one}.{two}.{three}" for one in LABELS for two in LABELS for three in LABELS),
]


def drawn(seed: int) -> list:
    """Give zones with records, wildcards, aliases, CNAMEs and forwardings that overlap."""
    dice = random.Random(seed)
    entries = [
        zone(PUBLIC_ZONE, ""),
        resolver("vpc-1", "10.0.0.2"),
        resolver("vpc-2", "10.1.0.2", view="vpc-2"),
        Resolver(because=BECAUSE, place="vpc-1", addresses=(IPv4Address("10.0.0.9"),),
              view="inbound", beyond="beyond-1"),
    ]  # fmt: skip
    zones = {PUBLIC_ZONE: ""}
    for number in range(dice.randrange(1, 7)):
        name, origin = f"z{number}", dice.choice(NAMES)
        zones[name] = origin
        entries.append(zone(name, origin))
        views = (*VIEWS, "inbound", EVERY_VIEW)
        entries += [attached(name, view) for view in dice.sample(views, dice.randrange(1, 3))]
    keys = set()
    for _ in range(dice.randrange(5, 30)):
        where = dice.choice(list(zones))
        below = dice.choice(("", "a.", "*.", "b.", "*.a.", "a.b.", "c.b."))
        name = (below + zones[where]).strip(".") or "a"
        kind = dice.choice(("A", "A", "A", "AAAA", "CNAME", "TXT"))
        if (where, name, kind) in keys:
            continue
        keys.add((where, name, kind))
        if kind == "CNAME":
            entries.append(record(where, name, kind, dice.choice(NAMES)))
        elif kind == "TXT":
            entries.append(record(where, name, kind, '"x"'))
        elif dice.random() < 0.2:
            target = dice.choice(list(zones))
            entries.append(alias(where, name, kind, target, dice.choice(NAMES)))
        else:
            at = dice.randrange(1, 250)
            entries.append(
                record(where, name, kind, f"10.0.0.{at}" if kind == "A" else f"3fff::{at}")
            )
    for view in dice.sample((*VIEWS, "inbound"), dice.randrange(0, 3)):
        targets = (Target(address=IPv4Address("10.9.9.9")),) if dice.random() < 0.7 else ()
        entries.append(
            Forwarding(because=BECAUSE, view=view, domain=dice.choice(NAMES), targets=targets)
        )
    return entries


ENDINGS = {
    Rcode.NXDOMAIN: Ending.NO_SUCH_NAME,
    Rcode.NOERROR: Ending.NOTHING,
    Rcode.SERVFAIL: Ending.NOTHING,
}


def indexed(entries: list) -> ZoneIndex:
    """Give the name server's index, as the name server makes it."""
    index = ZoneIndex()
    index.apply(Delta(put=tuple(entries)))
    for one in entries:
        if isinstance(one, Resolver):
            index.set_view(one.view, one.beyond, one.region)
    return index


def compared(index: ZoneIndex, book: NameBook, view: str, name: str, kind: str) -> str:
    said = book.resolve(view, name, kind)
    real = resolve(index, view, domain_name.parse(name).lower(), rdata.type_number(kind))
    if real.onward is not None:
        wanted: tuple = (Ending.ELSEWHERE, ())
    elif real.steps and real.steps[-1].type == rdata.type_number(kind):
        data = sorted(real.steps[-1].data)
        wanted = (Ending.ANSWERED, tuple(data))
    else:
        wanted = (ENDINGS[real.rcode], ())
    got = (said.ending, tuple(sorted(one.packed for one in said.addresses)))
    return "" if got == wanted else f"{view} {name} {kind}: said {got}, is {wanted}"


@pytest.mark.parametrize("seed", range(100))
def test_every_name_is_said_as_it_is_answered(seed):
    entries = drawn(seed)
    index, book = indexed(entries), NameBook(Program(entries))
    asked = ((view, name, kind) for view in ("vpc-1", "vpc-2", "inbound")
             for name in NAMES for kind in ("A", "AAAA"))  # fmt: skip
    wrong = [
        told for view, name, kind in asked if (told := compared(index, book, view, name, kind))
    ]
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("seed", range(60))
def test_a_book_after_a_difference_says_what_one_read_anew_says(seed):
    before = Program(drawn(seed))
    after = Program(drawn(seed + 1000)) if seed % 3 else Program(drawn(seed)[: -1 - seed % 7])
    book, anew = NameBook(before).after(before.delta(after)), NameBook(after)
    views = anew.resolvers.keys() | NameBook(before).resolvers.keys() | {"nobody"}
    for view in views:
        for name in NAMES:
            assert book.addresses(view, name) == anew.addresses(view, name), (view, name)
    held = {one.zone for one in after.of(RecordSet)}
    assert {zone: set(book.names_in(zone)) for zone in held} == {
        zone: set(anew.names_in(zone)) for zone in held
    }


def test_the_names_of_a_whole_network_are_said_as_they_are_answered():
    program = compile_network(Network.of(resources())).program
    index, book = indexed(list(program)), NameBook(program)
    names = sorted({one.name for one in program.of(RecordSet) if "ap-northeast-1" in one.name})
    assert len(names) > 150
    views = list(book.resolvers)
    wrong = [
        told
        for view in views
        for name in (one.replace("*", "any") for one in names[::3])
        if (told := compared(index, book, view, name, "A"))
    ]
    assert not wrong, wrong[:5]


def test_of_several_that_answer_by_chance_all_are_said():
    sets = [
        Alternative(ttl=5, values=(f"10.0.0.{n}",), weight=w) for n, w in ((1, 1), (2, 3), (3, 0))
    ]
    one = RecordSet(because=BECAUSE, zone="z", name="a", type="A", ttl=0, values=(),
                    alternatives=tuple(sets))  # fmt: skip
    book = NameBook(Program([zone(PUBLIC_ZONE, ""), zone("z", "a"), attached("z"),
                             resolver("vpc-1", "10.0.0.2"), one]))  # fmt: skip
    said = book.addresses("vpc-1", "a")
    assert [str(at) for at in said.addresses] == ["10.0.0.1", "10.0.0.2"]
    assert said.by_chance


def test_who_decides_is_said_by_the_entry_that_does():
    because = Because("vpc-endpoint", "vpce-1", "private-dns")
    owned = type(zone("z", "s3"))(because=because, id="z", origin="s3")
    held = Alias(zone="z", name="s3")
    entries = [zone(PUBLIC_ZONE, ""), owned, attached("z"), resolver("vpc-1", "10.0.0.2")]
    said = NameBook(Program(entries)).resolve("vpc-1", "a.s3", "A")
    assert (said.because, said.origin, said.ending) == (because, "s3", Ending.NO_SUCH_NAME)
    assert NameBook(Program(entries)).resolve("vpc-9", "s3", "A").ending is Ending.NO_RESOLVER
    assert held.zone == "z"


def filtering(seed: int) -> list:
    """Give a firewall of each view, and lists of domains that overlap."""
    dice = random.Random(seed)
    lists = [
        DomainList(
            because=BECAUSE,
            id=f"l{number}",
            domains=tuple(
                dice.choice(("", "*.")) + dice.choice(NAMES) for _ in range(dice.randrange(1, 4))
            ),
        )
        for number in range(4)
    ]
    responses = list(BlockResponse)
    firewalls = []
    for view in VIEWS:
        rules = []
        for one in dice.sample(lists, 3):
            action = dice.choice(list(FirewallAction))
            rules.append(
                FirewallRule(
                    because=BECAUSE,
                    domains=one.id,
                    action=action,
                    response=dice.choice(responses) if action is FirewallAction.BLOCK else None,
                    override=dice.choice(NAMES),
                    type=dice.choice((None, None, "A")),
                    follows=dice.random() < 0.7,
                )
            )
        firewalls.append(Firewall(because=BECAUSE, view=view, rules=tuple(rules)))
    return [*lists, *firewalls]


def heard(responder: Responder, book: NameBook, view: str, name: str, kind: str) -> str:
    """Give what is said of a name and not what is answered; nothing where both are one."""
    seen = responder.view(view, book.resolvers[view].beyond)
    reply = responder.reply(dns.message.make_query(name, kind).to_wire(), seen)
    said = book.resolve(view, name, kind)
    if isinstance(reply, Onward):
        wanted: tuple = (Ending.ELSEWHERE, set())
    else:
        answer = dns.message.from_wire(reply)
        found = {str(one) for row in answer.answer for one in row
                 if row.rdtype == dns.rdatatype.from_text(kind)}  # fmt: skip
        denied = ENDINGS.get(answer.rcode(), Ending.NOTHING)
        wanted = (Ending.ANSWERED if found else denied, found)
    got = (said.ending, {str(one) for one in said.addresses})
    return "" if got == wanted else f"{view} {name} {kind}: said {got}, is {wanted}"


@pytest.mark.parametrize("seed", range(60))
def test_what_a_firewall_makes_of_a_name_is_said_as_it_is_answered(seed):
    entries = [*drawn(seed), *filtering(seed)]
    responder, book = Responder(), NameBook(Program(entries))
    responder.apply(Delta(put=tuple(entries)))
    wrong = [
        told
        for view in ("vpc-1", "vpc-2", "inbound")
        for name in NAMES
        for kind in ("A", "AAAA")
        if (told := heard(responder, book, view, name, kind))
    ]
    assert not wrong, wrong[:5]
