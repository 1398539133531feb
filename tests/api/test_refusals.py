"""Every refusal that there is has a row that provokes it, over the wire."""

import pytest

from tests.api.refusals import ROWS, provoked


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=f"{family}-{row.operation}-{row.code}-{number}")
        for number, (family, row) in enumerate(ROWS)
    ],
)
def test_what_aws_refuses_is_refused_with_its_code(number):
    _, row = ROWS[number]
    refusal, word = provoked(number)
    assert (refusal.code, word in refusal.message) == (row.code, True), refusal
