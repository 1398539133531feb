"""Formats of flow logs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.model.flow_log_fields import (
    DEFAULT_FORMAT,
    FIELDS,
    UnreadableFormat,
    fields_of,
    version_of,
)


@given(st.lists(st.sampled_from(sorted(FIELDS)), min_size=1))
def test_a_format_is_its_fields_in_their_order(names: list[str]) -> None:
    assert fields_of(" ".join(f"${{{name}}}" for name in names)) == tuple(names)


@pytest.mark.parametrize(
    ("log_format", "version"),
    [
        (DEFAULT_FORMAT, 2),
        ("${version}", 2),
        ("${genkan-stage}", 2),
        ("${srcaddr} ${vpc-id}", 3),
        ("${traffic-path} ${vpc-id}", 5),
        ("${ecs-task-id}", 7),
        ("${encryption-status} ${reject-reason}", 10),
    ],
)
def test_a_records_version_is_that_of_its_newest_field(log_format: str, version: int) -> None:
    assert version_of(fields_of(log_format)) == version


@pytest.mark.parametrize(
    "log_format", ["", "  ", "srcaddr", "${srcaddr", "${colour}", "${}", "a ${b}"]
)
def test_what_is_no_field_is_named(log_format: str) -> None:
    with pytest.raises(UnreadableFormat):
        fields_of(log_format)
