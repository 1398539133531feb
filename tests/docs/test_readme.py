"""What the README shows is what comes: every block of it is typed, in order, on a real site."""

import itertools
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.readme import README, Shape, Step, blocks, steps
from tests.story.conftest import RunningSite

ROOT = README.parent
PAGES = (README, ROOT / "docs/private-names.md")
END = "\x1e"  # after each command's output, with its exit code
LONGEST = 150  # lines


def makes(step: Step) -> str | None:
    """Give the target of a step that runs make: the set-up and the suite are not run in the
    suite."""
    words = step.command.split()
    return words[1] if words[0] == "make" else None


@pytest.fixture
def site() -> Iterator[RunningSite]:
    """A home without a site: the README's first command makes one."""
    home = Path(tempfile.mkdtemp(prefix="gk-"))
    one = RunningSite(home, ordinary=False)
    try:
        yield one
    finally:
        one.attempt("genkan", "down")
        shutil.rmtree(home, ignore_errors=True)


def run(site: RunningSite, typed: list[Step]) -> list[tuple[int, list[str]]]:
    """Type commands into one shell; give each one's exit code and lines."""
    script = "".join(
        f"{{ {step.command}\n}} 2>&1; code=$?; printf '{END}%d{END}' $code; (exit $code)\n"
        for step in typed
    )
    said = site.attempt("bash", "-c", script, timeout=110).stdout.split(END)
    return [
        (int(code), text.splitlines()) for text, code in zip(said[::2], said[1::2], strict=False)
    ]


@pytest.mark.site
@pytest.mark.kernel
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_gives_what_it_shows(site: RunningSite, page: Path) -> None:
    typed = [step for step in steps(page) if not makes(step)]
    ended = run(site, typed)
    assert len(ended) == len(typed)
    shape = Shape()
    asked = {step.command: after.command for step, after in itertools.pairwise(typed)}
    for step, (code, seen) in zip(typed, ended, strict=True):
        wrong = shape.difference(step.shown, seen) if step.shown is not None else None
        assert wrong is None, f"{step.command}: {wrong}\n" + "\n".join(seen)
        expects_failure = asked.get(step.command) == "echo $?"  # which shows the code
        assert (code != 0) == expects_failure, (step.command, code, seen)


def test_two_commands_do_all_set_up_and_the_makefile_has_them() -> None:
    targets = re.findall(r"^(\w+): setup$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {target for step in steps() if (target := makes(step))} >= {"demo", "test"}
    assert {target for step in steps() if (target := makes(step))} <= {*targets, "check"}


def test_every_link_leads_to_a_file_that_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", README.read_text())
    missing = [one or other for one, other in links if not (ROOT / (one or other)).exists()]
    assert missing == []


def test_it_can_be_read_at_once() -> None:
    assert len(README.read_text().splitlines()) <= LONGEST
    assert blocks("console")


@pytest.mark.parametrize(
    ("shown", "seen", "alike"),
    [
        (["vpc-0123456789abcdef0 up"], ["vpc-00000000000000001 up"], True),
        (["vpc-0123456789abcdef0 up"], ["vpc-00000000000000001 down"], False),
        (["vpc-0123456789abcdef0"], ["subnet-1"], False),
        (["10.0.0.1", "10.0.0.1"], ["10.0.0.7", "10.0.0.7"], True),
        (["10.0.0.1", "10.0.0.1"], ["10.0.0.7", "10.0.0.8"], False),
        (["10.0.0.1", "10.0.0.2"], ["10.0.0.7", "10.0.0.7"], False),
        (["…", "end"], ["a", "b", "end"], True),
        (["…", "end"], ["a", "b"], False),
        (["a", "…"], ["a", "b", "c"], True),
        (["a"], ["a", "b"], False),
        (["a", "b"], ["a"], False),
        (["at 2026-01-01T00:00:00Z"], ["at 2027-02-03T04:05:06Z"], True),
    ],
)
def test_shapes_are_compared(shown: list[str], seen: list[str], alike: bool) -> None:
    assert (Shape().difference(tuple(shown), seen) is None) == alike
