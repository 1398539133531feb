"""The order in which files of tests are begun."""

from tests.conftest import LONGEST, TESTS


def test_the_files_that_are_begun_first_are_there():
    assert [path for path in LONGEST if not (TESTS / path).exists()] == []
