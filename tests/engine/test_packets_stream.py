"""A stream's packets are joined as far as the kernel lets them, on all of their way."""

from typing import Any

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]
WITHOUT = 65_536  # bytes of a packet that the kernel joins if nobody asks


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.packets_stream")


def test_a_stream_through_an_endpoint_comes_whole(report: dict[str, Any]) -> None:
    assert report["stream"]["whole"]


def test_a_stream_crosses_every_place_in_packets_that_nobody_cuts(report: dict[str, Any]) -> None:
    if report["told otherwise"]["told"] == report["told otherwise"]["made"]:
        pytest.skip("this kernel joins no more: Linux 6.3 is needed")
    assert all(size > WITHOUT for size in report["stream"]["packets"].values())


def test_what_a_routers_device_is_told_is_mended_and_an_instances_own_is_its_affair(
    report: dict[str, Any],
) -> None:
    made, told, mended = (report["told otherwise"][when] for when in ("made", "told", "mended"))
    assert mended == {"vpc-c": made["vpc-c"], "i-c-client": told["i-c-client"]}
