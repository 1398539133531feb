"""Links as packets meet them."""

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]


def test_a_link_carries_packets_when_its_change_is_answered() -> None:
    report = report_of("tests.engine.links")
    assert report["arrived"] == report["sent"] == 80
