"""No bytes surprise a parser: those that are kept, mutations of them, arbitrary ones."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutations import mutated
from tests.fuzz.parsers import CORPUS, PARSERS, corpus

BOUNDED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def test_every_parser_has_a_corpus_and_every_corpus_a_parser():
    assert {path.stem for path in CORPUS.iterdir()} == set(PARSERS)


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_kept_is_met_as_it_should_be_and_reaches_more_than_one_end(name):
    assert len({PARSERS[name](data) for data in corpus(name)}) > 1


@pytest.mark.parametrize("name", PARSERS)
@BOUNDED
@given(data=st.data())
def test_mutations_of_what_is_kept_surprise_nobody(name, data):
    kept = data.draw(st.sampled_from(corpus(name)))
    PARSERS[name](mutated(kept, data.draw(st.binary(min_size=1, max_size=24))))


@pytest.mark.parametrize("name", PARSERS)
@BOUNDED
@given(data=st.binary(max_size=300))
def test_arbitrary_bytes_surprise_nobody(name, data):
    PARSERS[name](data)
