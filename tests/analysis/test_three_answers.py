"""The walker, sets of flows and decision diagrams answer alike."""

from pathlib import Path

import pytest

from tests.analysis.three_answers import DISAGREEMENTS, answers, compare, from_text

SEEDS, EACH = range(100, 108), 6_250


@pytest.mark.parametrize("seed", SEEDS)
def test_three_answers_agree_on_fifty_thousand_flows_of_random_networks(seed: int):
    met, wrong = compare(seed, EACH)
    assert not wrong, wrong
    assert met.total() == EACH
    assert met[True] > EACH / 50


@pytest.mark.parametrize("path", sorted(DISAGREEMENTS.glob("*.json")), ids=lambda path: path.stem)
def test_what_once_was_answered_differently_is_answered_alike(path: Path):
    program, forwarding, flow = from_text(path.read_text())
    (told,) = answers(program, forwarding, [flow])
    assert told.agree, told
