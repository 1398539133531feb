"""What others change in the kernel beside the engine is noticed, mended, or left alone."""

from typing import Any

import pytest

from tests.engine.inside import report_of
from tests.engine.packets import TAMPERING
from tests.engine.packets_tampered import BESIDE, MORE

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(100)]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.packets_tampered", patience=90)


@pytest.mark.parametrize("what", [*TAMPERING, *MORE])
def test_tampering_is_noticed_and_mended(report: dict[str, Any], what: str) -> None:
    found = report["tampered"][what]
    assert found["noticed"]
    assert found["mended"]
    assert found["answer"] == "172.16.2.4 172.16.2.5"


@pytest.mark.parametrize("what", [*TAMPERING, *MORE])
def test_what_flows_beside_goes_on(report: dict[str, Any], what: str) -> None:
    assert report["tampered"][what]["beside"] == what


@pytest.mark.parametrize("what", BESIDE)
def test_what_others_put_beside_ours_stays(report: dict[str, Any], what: str) -> None:
    assert report["others"][what]


def test_nothing_is_mended_without_a_cause(report: dict[str, Any]) -> None:
    assert report["without a cause"] == 0
    assert report["in the end"] == 0
