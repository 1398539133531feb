"""The watch for coverage: on what a table says, not on what chance does."""

import pytest
from coverage import Coverage


@pytest.mark.parametrize("seed", [1])
def test_what_is_drawn_is_not_watched(seed):
    assert Coverage.current() is None


def test_all_else_is_where_there_is_a_watch(request):
    wanted = bool(request.config.getoption("cov_source", []))
    assert (Coverage.current() is not None) == wanted
