"""What `genkan impact` says of flows is what their packets meet before a change and after it."""

from typing import Any

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(100)]

FIRST_SEED, CHANGES = 36, 3


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    arguments = (str(FIRST_SEED), str(CHANGES))
    return report_of("tests.engine.impact_flows", patience=90, arguments=arguments)


def test_packets_meet_what_is_said_and_as_before_where_nothing_is(report):
    told = [f"{one['seed']}: {one['order']}\n{one}" for one in report["disagreements"]]
    assert not told, "\n".join(told[:3])


def test_changes_were_made_and_flows_told_of(report):
    assert sum(report["changes"].values()) == CHANGES
    assert report["flows"]["untold"] > 300
    assert report["flows"]["told"] > 15
    assert {"LOST", "GAINED"} & set(report["effects"])
