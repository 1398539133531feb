"""What rtnetlink is told and shows: every object goes into a kernel and comes back as it was."""

from typing import Any

import pytest

from tests.engine.inside import report_of

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of("tests.engine.netlink_objects")


def test_what_is_put_is_what_is_shown(report: dict[str, Any]) -> None:
    assert report["shown"] == report["put"]


def test_what_is_there_already_may_be_put_again(report: dict[str, Any]) -> None:
    assert report["again"] == report["put"]


def test_what_others_put_beside_is_not_shown(report: dict[str, Any]) -> None:
    assert report["beside"] == report["put"]


def test_what_is_removed_is_gone_and_may_be_removed_again(report: dict[str, Any]) -> None:
    assert report["left"] == []


def test_more_than_one_send_holds_is_put_and_shown(report: dict[str, Any]) -> None:
    assert report["many"] == report["many put"]


def test_what_the_kernel_refuses_is_told_with_its_name(report: dict[str, Any]) -> None:
    assert "192.0.2.0/24" in report["refused"]
    assert "No such device" in report["refused"]
    assert report["after a refusal"] == report["put"]


def test_a_process_that_holds_all_low_descriptors_reaches_nftables_nowhere_and_lives(
    report: dict[str, Any],
) -> None:
    assert "descriptors below 1024" in report["no low descriptor"]
    assert report["with low ones again"]


def test_sockets_that_are_kept_leave_the_low_descriptors_to_others(report: dict[str, Any]) -> None:
    assert report["lowest kept"] >= 1024
