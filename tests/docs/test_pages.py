"""Pages that are generated say what the code says."""

import runpy
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = runpy.run_path(str(ROOT / "scripts/pages.py"))["PAGES"]


@pytest.mark.parametrize("path", PAGES)
def test_a_generated_page_is_what_its_generator_gives(path: str) -> None:
    module = PAGES[path]
    written, given = (ROOT / path).read_text(), import_module(module).page()
    assert written == given, f"out of date. To write it anew: python -m {module} > {path}"
