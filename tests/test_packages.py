"""Rooms that a reader can enter: a package tells its one job, a module its own and is short."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import genkan

ROOT = Path(genkan.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
PACKAGES = [path for path in MODULES if path.name == "__init__.py"]
LONGEST_SENTENCE = 120
LONGEST_MODULE = 450  # lines
NEEDS_NO_WORDS = 5  # lines


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT.parent))


def docstring_of(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text())) or ""


def first_sentence_of(path: Path) -> str:
    paragraph = " ".join(docstring_of(path).partition("\n\n")[0].split())
    sentence, full_stop, _ = f"{paragraph} ".partition(". ")
    return sentence + full_stop.strip()


@pytest.mark.parametrize("path", PACKAGES, ids=name_of)
def test_a_package_tells_its_one_job_in_a_short_sentence(path: Path) -> None:
    sentence = first_sentence_of(path)
    assert sentence.endswith(".")
    assert len(sentence) <= LONGEST_SENTENCE, sentence


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in MODULES}
    assert folders == {path.parent for path in PACKAGES}


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in MODULES if not docstring_of(path)]
    assert [
        name_of(path) for path in silent if len(path.read_text().splitlines()) > NEEDS_NO_WORDS
    ] == []


def test_no_module_is_too_long_to_read_at_once() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_control_begins_without_what_most_sites_never_ask_for() -> None:
    """What it imports stays in memory for good: files of other networks, their languages."""
    names = "import genkan.site.control_process, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", names], check=True, capture_output=True, text=True, timeout=60
    )
    loaded = {".".join(name.split(".")[:2]) for name in done.stdout.split()}
    assert "genkan.api" in loaded
    assert not loaded & {"genkan.imports", "genkan.reach", "yaml", "moto", "cryptography"}
