"""An explanation is the resolution's own way, with what decided each name."""

from genkan.dns.explanation import explain
from genkan.dns.zones import ZoneIndex
from genkan.program import Delta
from genkan.program.names import PUBLIC_ZONE
from tests.dns.entries import VIEW, attached, record, zone
from tests.dns.test_forwarding import AWAY, forwarding


def an_index(*entries) -> ZoneIndex:
    index = ZoneIndex()
    index.apply(Delta(put=entries))
    return index


INDEX = an_index(
    record(PUBLIC_ZONE, "www.test", "A", "198.51.100.1", ttl=300),
    zone("z", "inner.test"),
    attached("z"),
    record("z", "web.inner.test", "CNAME", "www.test"),
    record("z", "far.inner.test", "CNAME", "www.corp.test"),
    record("z", "txt.inner.test", "TXT", '"a b"'),
    forwarding("corp.test", AWAY),
)


def test_each_name_on_the_way_is_told_with_what_decided_it():
    told = explain(INDEX, VIEW, "Web.Inner.Test", "A")
    assert [(one.name, one.zone, one.domain, one.records) for one in told.steps] == [
        ("web.inner.test", "z", "inner.test", ("www.test.",)),
        ("www.test", PUBLIC_ZONE, ".", ("198.51.100.1",)),
    ]
    assert (told.rcode, told.ends_elsewhere) == ("NOERROR", False)


def test_a_denial_names_the_zone_that_denies():
    told = explain(INDEX, VIEW, "none.inner.test", "A")
    (step,) = told.steps
    assert (told.rcode, step.zone, step.records) == ("NXDOMAIN", "z", ())
    told = explain(INDEX, VIEW, "txt.inner.test", "A")
    assert (told.rcode, told.steps[0].records) == ("NOERROR", ())


def test_what_others_answer_ends_with_the_forwarding():
    told = explain(INDEX, VIEW, "far.inner.test", "A")
    first, second = told.steps
    assert first.records == ("www.corp.test.",)
    assert second.forwarding is not None
    assert (second.domain, told.ends_elsewhere) == ("corp.test", True)


def test_a_name_goes_another_way_in_another_view():
    (step,) = explain(INDEX, "internet", "web.inner.test", "A").steps
    assert step.zone == PUBLIC_ZONE
