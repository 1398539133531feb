"""Where in `genkan.api` something is refused, and which of these places were reached."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import genkan.api

ROOT = Path(genkan.api.__file__).parent


@dataclass(frozen=True, slots=True)
class Place:
    """One `raise`: the lines that it spans, and how it reads."""

    path: str  # below genkan/api
    function: str
    first: int
    last: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.first} {self.function}: {self.text[:100]}"


@cache
def places() -> tuple[Place, ...]:
    """Give every `raise` of an error of its own."""
    return tuple(one for path in sorted(ROOT.rglob("*.py")) for one in _raises(path))


def unreached(reached: set[tuple[str, int]]) -> list[Place]:
    """Give the places that none of these files' lines lies in."""
    lines = {(str(Path(path).relative_to(ROOT)), line) for path, line in _ours(reached)}
    return [
        one
        for one in places()
        if not any((one.path, line) in lines for line in range(one.first, one.last + 1))
    ]


def _ours(reached: set[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    return ((path, line) for path, line in reached if Path(path).is_relative_to(ROOT))


def _raises(path: Path) -> Iterator[Place]:
    name = str(path.relative_to(ROOT))
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Raise) and node.exc is not None:
                    text = " ".join(ast.unparse(node.exc).split())
                    last = node.end_lineno or node.lineno
                    yield Place(name, function.name, node.lineno, last, text)
