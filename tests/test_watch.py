"""The watch for coverage: on what a table says of the core, not on what chance does."""

import pytest
from coverage import Coverage

from tests.conftest import is_watched


@pytest.mark.parametrize("seed", [1])
def test_what_is_drawn_is_not_watched(seed):
    assert Coverage.current() is None


def test_all_else_is_where_there_is_a_watch(request):
    wanted = bool(request.config.getoption("cov_source", []))
    assert (Coverage.current() is not None) == wanted


def test_what_does_not_ask_the_core_is_not_watched(request):
    there = {item.path.parent.name: is_watched(item) for item in request.session.items}
    beside = {"api", "wire", "dns", "engine", "front", "site", "story"} & there.keys()
    assert [room for room in beside if there[room]] == []
