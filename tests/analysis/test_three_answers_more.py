"""As many flows of other networks, in a file of their own: both are asked at the same time."""

import pytest

from tests.analysis.three_answers import compare

SEEDS, EACH = range(200, 208), 6_250


@pytest.mark.parametrize("seed", SEEDS)
def test_three_answers_agree_on_fifty_thousand_more(seed: int):
    met, wrong = compare(seed, EACH)
    assert not wrong, wrong
    assert met[True] > EACH / 50
