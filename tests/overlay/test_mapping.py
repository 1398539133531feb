"""A version of a mapping says what a dictionary would, whatever became of the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.overlay import Overlay
from genkan.overlay.mapping import LEAST

keys = st.integers(0, 8)
steps = st.lists(
    st.tuples(st.dictionaries(keys, st.integers(), max_size=3), st.lists(keys, max_size=3))
)


def changed(before: dict, puts: dict, gone: list) -> dict:
    return {**{key: value for key, value in before.items() if key not in gone}, **puts}


@given(st.dictionaries(keys, st.integers()), steps, st.booleans())
def test_a_version_is_the_dictionary_that_the_same_steps_make(first, all_steps, looked_through):
    versions = [(Overlay(first), dict(first))]
    for puts, gone in all_steps:
        overlay, plain = versions[-1]
        versions.append((overlay.changed(puts, gone), changed(plain, puts, gone)))
        if looked_through:
            list(versions[-1][0])
    for overlay, plain in versions:
        assert len(overlay) == len(plain)
        assert {key: overlay.get(key, "none") for key in range(9)} == {
            key: plain.get(key, "none") for key in range(9)
        }
        assert all((key in overlay) == (key in plain) for key in range(9))
        assert dict(overlay.items()) == plain
        assert sorted(overlay.values()) == sorted(plain.values())
        assert overlay == Overlay(plain) == plain


@given(st.dictionaries(keys, st.integers(0, 2)), steps, st.dictionaries(keys, st.integers(0, 2)))
def test_a_difference_is_what_makes_one_mapping_of_the_other(first, all_steps, other):
    before = Overlay(first)
    after = Overlay(other)
    for puts, gone in all_steps:
        before, after = before.changed(puts), before.changed({}, gone)
    puts, gone = before.difference(after)
    assert {**{key: value for key, value in before.items() if key not in gone}, **puts} == after
    assert all(before.get(key, "none") != value for key, value in puts.items())
    assert all(before[key] == value and key not in after for key, value in gone.items())


def test_a_key_that_is_not_there_is_a_key_error():
    gone = Overlay({1: "a"}).changed({}, [1, 2])
    with pytest.raises(KeyError, match="1"):
        gone[1]
    assert gone != "no mapping"


def test_what_is_replaced_keeps_its_place_and_what_is_new_comes_last():
    overlay = Overlay({"a": 1, "b": 2}).changed({"c": 3, "a": 4})
    assert list(overlay.items()) == [("a", 4), ("b", 2), ("c", 3)]


def test_a_long_row_of_changes_is_taken_into_the_whole():
    overlay: Overlay[int, int] = Overlay()
    for number in range(10 * LEAST):
        overlay = overlay.changed({number: number})
        assert len(overlay._parts[1]) <= max(LEAST, len(overlay._parts[0]) // 32)
    assert list(overlay) == list(range(10 * LEAST))
