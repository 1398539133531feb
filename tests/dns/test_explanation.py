"""An explanation is the resolution's own way, with what decided each name."""

from genkan.dns.explanation import Explanation, explain
from genkan.dns.firewall import FirewallIndex
from genkan.dns.zones import ZoneIndex
from genkan.program import Delta, Entry
from genkan.program.names import PUBLIC_ZONE, Resolver
from tests.dns.entries import attached, record, resolver, zone
from tests.dns.test_firewall import BLOCK, SINKHOLE, firewall, listed, rule
from tests.dns.test_forwarding import AWAY, forwarding

ENTRIES = (
    record(PUBLIC_ZONE, "www.test", "A", "198.51.100.1", ttl=300),
    zone("z", "inner.test"),
    attached("z"),
    record("z", "web.inner.test", "CNAME", "www.test"),
    record("z", "far.inner.test", "CNAME", "www.corp.test"),
    record("z", "txt.inner.test", "TXT", '"a b"'),
    forwarding("corp.test", AWAY),
)


def told_of(name: str, asked: Resolver | None, *more: Entry) -> Explanation:
    """Explain a name's addresses to a resolver; None: to the internet."""
    index, firewalls, everything = ZoneIndex(), FirewallIndex(), Delta(put=(*ENTRIES, *more))
    index.apply(everything)
    firewalls.apply(everything)
    return explain(index, firewalls, asked, name, "A")


HERE = resolver("vpc-1", "10.0.0.2")


def test_each_name_on_the_way_is_told_with_what_decided_it():
    told = told_of("Web.Inner.Test", HERE)
    assert [(one.name, one.zone, one.domain, one.records) for one in told.steps] == [
        ("web.inner.test", "z", "inner.test", ("www.test.",)),
        ("www.test", PUBLIC_ZONE, ".", ("198.51.100.1",)),
    ]
    assert (told.rcode, told.ends_elsewhere) == ("NOERROR", False)


def test_a_denial_names_the_zone_that_denies():
    told = told_of("none.inner.test", HERE)
    (step,) = told.steps
    assert (told.rcode, step.zone, step.records) == ("NXDOMAIN", "z", ())
    told = told_of("txt.inner.test", HERE)
    assert (told.rcode, told.steps[0].records) == ("NOERROR", ())


def test_what_others_answer_ends_with_the_forwarding():
    told = told_of("far.inner.test", HERE)
    first, second = told.steps
    assert first.records == ("www.corp.test.",)
    assert second.forwarding is not None
    assert (second.domain, told.ends_elsewhere) == ("corp.test", True)


def test_a_name_goes_another_way_in_another_view():
    (step,) = told_of("web.inner.test", None).steps
    assert step.zone == PUBLIC_ZONE


def test_what_a_firewall_blocks_is_told_as_its_rules():
    blocking = rule("l", **BLOCK)
    told = told_of("web.inner.test", HERE, firewall(blocking), listed("l", "www.test."))
    (step,) = told.steps
    assert (told.rcode, step.firewall, step.zone, step.records) == ("NXDOMAIN", blocking, None, ())
    overriding = rule("l", **{**SINKHOLE, "override": "www.test."})
    entries = (firewall(overriding), listed("l", "txt.inner.test."))
    first, second = told_of("txt.inner.test", HERE, *entries).steps
    assert (first.firewall, first.records, second.zone) == (overriding, ("www.test.",), PUBLIC_ZONE)
    assert told_of("txt.inner.test", None, *entries).rcode == "NXDOMAIN"
