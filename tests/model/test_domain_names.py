"""Names as Route 53 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.model.domain_names import (
    ALLOWED,
    canonical,
    is_at_or_below,
    parse_name,
    print_name,
    sort_key,
    zone_file_name,
    zone_file_text,
)

LABEL = st.text(sorted(ALLOWED | {".", " "}), min_size=1, max_size=20)


@given(st.lists(LABEL, max_size=5).map(tuple))
def test_what_is_written_is_read_back(labels):
    assert parse_name(print_name(labels)) == labels


@pytest.mark.parametrize(
    ("text", "shown", "in_a_zone_file"),
    [
        ("Example.COM", "example.com.", "example.com"),
        ("*.a.test.", "\\052.a.test.", "*.a.test"),
        ("\\052.a.test", "\\052.a.test.", "*.a.test"),
        ("_x._tcp.a.test", "_x._tcp.a.test.", "_x._tcp.a.test"),
        ("a\\040b.test", "a\\040b.test.", "a\\032b.test"),
        ("a*b.test", "a\\052b.test.", "a\\042b.test"),
        (".", ".", ""),
    ],
)
def test_a_name_has_one_form(text, shown, in_a_zone_file):
    assert canonical(text) == shown
    assert zone_file_name(shown) == in_a_zone_file


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a..b", "empty"),
        (".a", "empty"),
        ("x" * 64 + ".test", "label is too long"),
        (".".join(["x" * 60] * 5), "name is too long"),
        ("a b.test", "unsupported character"),
        ("é.test", "unsupported character"),
    ],
)
def test_what_is_no_name_is_said_to_be_none(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        canonical(text)


def test_names_sort_by_their_labels_from_the_top():
    names = ["b.test.", "a.b.test.", "\\052.b.test.", "a.test.", "test."]
    assert sorted(names, key=sort_key) == [
        "test.",
        "a.test.",
        "b.test.",
        "\\052.b.test.",
        "a.b.test.",
    ]


@pytest.mark.parametrize(
    ("name", "zone", "inside"),
    [
        ("a.test.", "a.test.", True),
        ("b.a.test.", "a.test.", True),
        ("ba.test.", "a.test.", False),
        ("test.", "a.test.", False),
        ("test.", ".", True),
    ],
)
def test_a_zone_holds_its_own_name_and_those_below(name, zone, inside):
    assert is_at_or_below(name, zone) is inside


def test_octal_escapes_of_a_value_become_decimal():
    assert zone_file_text('"a\\040b\\"c"') == '"a\\032b\\"c"'
