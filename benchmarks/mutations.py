"""Bugs put in on purpose: does the suite find them?

python benchmarks/mutations.py [NAME …] [--seconds 240]

Each bug is one change of a line of the analyser, the sets of flows, the compiler or impact, made in
a temporary copy of the project; the tests named with it run on the copy until one fails. A bug is
found when a test fails; tests that do not end in time find nothing. Exit code 1 where more than one
in twenty is missed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("genkan", "tests", "pyproject.toml", "docs", "README.md", "CHANGELOG.md", "scripts")
WALKS = ("tests/analysis/test_walk.py", "tests/analysis/test_edges.py")
THREE = "tests/analysis/test_three_answers.py"
COMPILED = ("tests/compile/test_lists_and_acls.py", "tests/compile/test_compilation.py")
MEANT = 0.95  # of the bugs


@dataclass(frozen=True)
class Bug:
    """`line` stands once in `path`, and `instead` takes its place."""

    name: str
    path: str
    line: str
    instead: str
    tests: tuple[str, ...]


WALK, SETS, COMPILE, IMPACT = (
    f"genkan/{room}/" for room in ("analysis", "analysis/sets", "compile", "impact")
)
# fmt: off
BUGS = (
    Bug("a walk asks no network ACL about answers", WALK + "edges.py",
        "    if guard is None:\n        return\n",
        "    if guard is None or at.known:\n        return\n",
        (*WALKS, THREE)),
    Bug("a walk asks network ACLs inside a subnet too", WALK + "edges.py",
        "at.from_subnet is not None and at.from_subnet == at.to_subnet", "False", (*WALKS, THREE)),
    Bug("a walk prefers the shortest prefix", WALK + "atlas.py",
        "for one in sorted(known))", "for one in sorted(known, reverse=True))",
        ("tests/analysis/test_atlas.py", *WALKS, THREE)),
    Bug("a walk's intervals of ports end one early", WALK + "matching.py",
        "has[1] < wanted[0] or wanted[1] < has[0]", "has[1] < wanted[0] or wanted[1] <= has[0]",
        (*WALKS, THREE)),
    Bug("a walk asks groups about answers", WALK + "guards.py",
        "    if at.known:\n        yield", "    if False:\n        yield", (*WALKS, THREE)),
    Bug("a walk checks no source", WALK + "guards.py",
        "    if check is None:\n        return", "    return", (*WALKS, THREE)),
    Bug("a walk holds a rule of one far side against the other", WALK + "guards.py",
        "yield from _asked(at, Stage.SECURITY_GROUP_INGRESS, guard or None, at.packet.source)",
        "yield from _asked(at, Stage.SECURITY_GROUP_INGRESS, guard or None, at.packet.destination)",
        (*WALKS, THREE)),
    Bug("a walk lets in what is for nobody's public address", WALK + "translation.py",
        "(untranslated or meant.destination != inner)", "(untranslated or True)", (*WALKS, THREE)),
    Bug("sets take an interval of ports for one that is shorter", SETS + "atoms.py",
        "high = bisect_right(starts, min(ports[1], LAST_PORT)) - 1",
        "high = bisect_right(starts, min(ports[1], LAST_PORT) - 1) - 1",
        ("tests/analysis/test_sets.py",)),
    Bug("sets forget what an earlier rule denied", SETS + "rulings.py",
        "            undecided &= ~hit\n            if accepts:", "            if accepts:",
        ("tests/analysis/test_sets.py", THREE)),
    Bug("sets let connections in by an egress-only gateway", SETS + "way.py",
        "return out or not border.outward", "return True",
        ("tests/analysis/test_three_answers_more.py", THREE)),
    Bug("sets ask no network ACL on the way back", SETS + "questions.py",
        "if guard is None or not at.held:",
        "if guard is None or not at.held or at.header.is_answer:",
        (THREE,)),
    Bug("sets take the first of a hash's choices for all", SETS + "way.py",
        "            if (both := one.held.and_also(other.held))",
        "            if (both := one.held)", ("tests/analysis/test_balancing.py", THREE)),
    Bug("sets join what only one of two relations holds", SETS + "relation.py",
        "    for services, senders in parts:\n        left, held = services, found",
        "    for services, senders in list(parts)[:1]:\n        left, held = services, found",
        ("tests/analysis/test_sets.py",)),
    Bug("compile puts rules of both directions in each filter", COMPILE + "security_groups.py",
        "(rule for rule in group.rules if rule.direction is direction), key", "group.rules, key",
        COMPILED),
    Bug("compile orders entries of network ACLs the other way round", COMPILE + "network_acls.py",
        "key=lambda entry: entry.number)", "key=lambda entry: -entry.number)", COMPILED),
    Bug("compile lets a route of a prefix list beat a static one", COMPILE + "routing.py",
        "found.setdefault(block, _resolve(network, table, target, reachable, block))",
        "found[block] = _resolve(network, table, target, reachable, block)", COMPILED),
    Bug("reach tells a way that one of several addresses does not take", IMPACT + "open_ways.py",
        "openings = found if openings is None else _both(openings, found)", "openings = found",
        ("tests/impact/test_reach.py", "tests/impact/test_reach_random.py")),
    Bug("reach tells ways that work from some ports as ways that work", IMPACT + "open_ways.py",
        "    return 0 if left else every", "    return every",
        ("tests/impact/test_reach.py", "tests/impact/test_reach_random.py")),
    Bug("impact puts interfaces with and without a public address in one group",
        IMPACT + "groups.py",
        "    return tuple(beyond.of(one) for one in held if one is not None)", "    return ()",
        ("tests/impact/test_reach.py", "tests/impact/test_impact.py")),
)
# fmt: on


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", help="parts of names of bugs; none: all")
    parser.add_argument("--seconds", type=int, default=240, help="for the tests of one bug")
    asked = parser.parse_args()
    meant = [
        bug for bug in BUGS if not asked.names or any(part in bug.name for part in asked.names)
    ]
    found = 0
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "genkan"
        copy.mkdir()
        for part in PARTS:
            _copied(ROOT / part, copy / part)
        for bug in meant:
            start = time.monotonic()
            try:
                told = tried(copy, bug, asked.seconds)
            except subprocess.TimeoutExpired:
                print(f"MISSED {bug.name}: no end in {asked.seconds} s", flush=True)
                continue
            found += bool(told)
            print(
                f"{'found' if told else 'MISSED':<7}{bug.name}: {told or 'every test passes'} "
                f"({time.monotonic() - start:.0f} s)",
                flush=True,
            )
    print(f"{found} of {len(meant)} found")
    sys.exit(found < MEANT * len(meant))


def _copied(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def tried(copy: Path, bug: Bug, seconds: int) -> str:
    """Run a bug's tests with it; give which test found it, empty where none did."""
    path = copy / bug.path
    sound = path.read_text()
    if sound.count(bug.line) != 1:
        raise SystemExit(f"{bug.path} has the line of “{bug.name}” {sound.count(bug.line)} times")
    path.write_text(sound.replace(bug.line, bug.instead))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *bug.tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    finally:
        path.write_text(sound)
    if not done.returncode:
        return ""
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].partition(" - ")[0] if failed else f"exit code {done.returncode}"


if __name__ == "__main__":
    main()
