"""What a walk through the program says is what real packets meet, in random networks."""

from typing import Any

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(100)]

FIRST_SEED, NETWORKS, PROBES, SECONDS = 3, 9, 300, 60


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    arguments = tuple(map(str, (FIRST_SEED, NETWORKS, PROBES, SECONDS)))
    return report_of("tests.engine.differential", patience=90, arguments=arguments)


def test_nothing_else_happens_than_what_the_walk_says(report):
    told = [f"{one['seed']}: {one['wrong']}\n{one['trace']}" for one in report["disagreements"]]
    assert not told, "\n".join(told[:5])


def test_thousands_of_flows_were_sent_and_every_way_to_end_was_met(report):
    assert report["networks"] == NETWORKS
    assert report["flows"] > 2500
    assert report["met"]["reached"] > 300
    assert report["met"]["unanswered"] > 30
    assert report["met"]["reached by IPv6"] > 100
    assert report["met"]["reached by a load balancer"] > 15
    assert report["met"].get("depends", 0) < 100
