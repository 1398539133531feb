"""Which tests this machine can run. Where CI is set, it has to run those that need
something of the machine; but for what few kernels grant, and root alone: the accelerator."""

import gc
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

SENDS_PACKETS = {"kernel", "site"}
RUNS_IN_CI = SENDS_PACKETS | {"postgresql"}
ACCELERATOR = "accelerator"
NEEDED = frozenset(
    {"namespaces", "nftables", "ip", "dig"}
)  # findings of the check, without which none can
settings.register_profile("genkan", deadline=None)  # how fast a machine is, is no test's matter
settings.load_profile("genkan")
RARELY = (50_000, 20, 50)  # new objects, and rounds, until the collector looks
TESTS = Path(__file__).parent
AS_USER = TESTS / "story" / "as_user.py"
# Whose tests are watched for coverage of the pure core: its own, and those of the rooms that ask it
# in process. All others would take twice the time to reach what these reach.
WATCHED = frozenset(
    {
        *("overlay", "codec", "model", "policy", "program", "compile", "analysis"),
        *("imports", "impact", "control", "docs", "test_watch.py"),
    }
)
WATCH = pytest.StashKey[Coverage]()
# Files that take longest, the longest first; what is not here any more fails in test_order.py.
LONGEST = (
    "story/test_story.py",
    "docs/test_readme.py",
    "story/test_host_programs.py",
    "site/test_starting.py",
    "site/test_homes.py",
    "site/test_control_deaths.py",
    "flows/test_storm.py",
    "engine/test_packets.py",
    "story/test_record_health.py",
    "site/test_endpoint_policies.py",
    "story/test_resolver.py",
    "story/test_services.py",
    "story/test_apis.py",
    "story/test_interfaces.py",
    "analysis/test_three_answers.py",
    "analysis/test_three_answers_more.py",
    "engine/test_plan.py",
    "api/test_refusals.py",
    "api/test_every_id.py",
    "api/test_any_request.py",
)
ROOTS_OR_A_USERS = re.compile(r"\[(root|user)")


def pytest_configure(config: pytest.Config) -> None:
    """Look for garbage rarely, and end the watches for coverage that nobody reads, as of pytest-cov
    7.1: the one beneath a worker's own, which would go on where that one ends, and that of the
    process that deals the tests out."""
    unread = Coverage.current() if hasattr(config, "workerinput") or _deals_out(config) else None
    if unread is not None:
        unread.stop()
    gc.set_threshold(*RARELY)


def _deals_out(config: pytest.Config) -> bool:
    return config.getoption("dist", "no") != "no"


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Watch how the core is imported, and from then on the tests alone that are to be watched."""
    watch = Coverage.current()
    if watch is not None:
        for room in watch.get_option("run:source_pkgs"):
            for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
                importlib.import_module(module.name)
        watch.stop()
        session.config.stash[WATCH] = watch
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    watch = item.config.stash.get(WATCH, None)
    with watch.collect() if watch is not None and is_watched(item) else nullcontext():
        return (yield)


def pytest_xdist_auto_num_workers() -> int:
    """Begin two workers a processor: tests that wait for packets and processes leave theirs."""
    return 2 * len(os.sched_getaffinity(0))


class ByFileAndSite(LoadFileScheduling):
    """Deals tests out by the file; those of root's site there and those of an ordinary user's share
    nothing and go apart."""

    def _split_scope(self, nodeid: str) -> str:
        site = ROOTS_OR_A_USERS.search(nodeid)
        return super()._split_scope(nodeid) + (site[1] if site else "")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFileAndSite | None:
    return ByFileAndSite(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()  # thousands of tests stay: nobody looks through them again and again


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_marked(item, SENDS_PACKETS) and (obstacle := _obstacle(_as_ordinary_user(item))):
            item.add_marker(pytest.mark.skip(reason=obstacle))
        elif _needs_what_is_not_granted(item):
            item.add_marker(pytest.mark.skip(reason=_lacks(False, frozenset({ACCELERATOR}))))
    _put_long_files_first(items)


def _put_long_files_first(items: list[pytest.Item]) -> None:
    """Order the files; workers take them in turn, and one that is begun last may leave the others
    with nothing to do. After those that are known to be long come those that start sites or send
    packets, few tests as they have; then those with many tests."""
    tests = Counter(item.path for item in items)
    waits = {item.path for item in items if _is_marked(item, SENDS_PACKETS)}
    known = {TESTS / path: at for at, path in enumerate(LONGEST)}

    def turn(item: pytest.Item) -> tuple[int, bool, int, str]:
        path = item.path
        return known.get(path, len(known)), path not in waits, -tests[path], str(path)

    items.sort(key=turn)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail")
    has_to = _is_marked(item, RUNS_IN_CI) and not _needs_what_is_not_granted(item)
    if skipped and os.environ.get("CI") and has_to:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} has to run where CI is set. {reason}"
    return report


def _is_marked(item: pytest.Item, names: set[str]) -> bool:
    return any(mark.name in names for mark in item.iter_markers())


def is_watched(item: pytest.Item) -> bool:
    """Tell whether what a test reaches is counted; chance is no cover, and a watch thrice the
    time."""
    return item.path.relative_to(TESTS).parts[0] in WATCHED and not _draws(item)


def _draws(item: pytest.Item) -> bool:
    """Tell whether a test's inputs are drawn: by hypothesis, or from a seed."""
    callspec = getattr(item, "callspec", None)
    drawn = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return bool(drawn) or (callspec is not None and "seed" in callspec.params)


def _as_ordinary_user(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return os.geteuid() == 0 and callspec is not None and callspec.params.get("site") == "user"


def _needs_what_is_not_granted(item: pytest.Item) -> bool:
    return _is_marked(item, {ACCELERATOR}) and bool(_lacks(False, frozenset({ACCELERATOR})))


def _obstacle(as_ordinary_user: bool) -> str:
    """Say why packets cannot be sent on this machine and what to do; nothing: they can."""
    return _lacks(as_ordinary_user, NEEDED)


def _lacks(as_ordinary_user: bool, needed: frozenset[str]) -> str:
    """Say which of these findings of the check are missing, and what to do."""
    missing = [
        finding
        for finding in _findings(as_ordinary_user)
        if finding["name"] in needed and not finding["ok"]
    ]
    return " ".join(f"{one['name']}: {one['found']}. {one['todo']}" for one in missing)


@cache
def _findings(as_ordinary_user: bool) -> list[dict[str, Any]]:
    """Run the check, once a worker and user."""
    command = [sys.executable, "-m", "genkan.site.check"]
    if as_ordinary_user:
        command = [sys.executable, str(AS_USER), *command]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in result.stdout.splitlines()]
