"""Each bug that benchmarks/mutations.py puts in has its line where it says."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUGS = runpy.run_path(str(ROOT / "benchmarks" / "mutations.py"))["BUGS"]


def test_the_line_of_each_bug_stands_once_in_its_file():
    assert len(BUGS) >= 20
    wrong = [one.name for one in BUGS if (ROOT / one.path).read_text().count(one.line) != 1]
    assert not wrong
