"""The README as a session: what it types, and whether what came is what it shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY_LINES = "…"

# What is another one each time. Of the kinds in SAME, what is shown alike has to be alike, what
# is shown as two has to be two.
VARIABLE = re.compile(
    r"(?P<id>\b[a-z]+-[0-9a-f]{17}\b)|(?P<time>\d{4}-\d\d-\d\dT[\d:]+Z)"
    r"|(?P<address>\b\d+\.\d+\.\d+\.\d+\b)|(?P<port>(?<=:)\d{4,5}\b)|(?P<key>AKIA\w{16})"
    r"|(?P<path>/(?:tmp|home)/[\w./-]+)|(?P<blanks> {2,})"
)
FORMS = {
    "id": r"[a-z]+-[0-9a-f]{17}",
    "time": r"\d{4}-\d\d-\d\dT[\d:]+Z",
    "address": r"\d+\.\d+\.\d+\.\d+",
    "port": r"\d+",
    "key": r"AKIA\w{16}",
    "path": r"/[\w./-]+",
    "blanks": r" {2,}",
}
SAME = {"id", "address", "port", "key", "path"}


@dataclass(frozen=True)
class Step:
    """A command, and the lines that the README shows after it; None: it shows none on purpose."""

    command: str
    shown: tuple[str, ...] | None


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(README.read_text()) if kind == language]


def steps(page: Path = README) -> list[Step]:
    """Give the console blocks' commands and the Python blocks, in a page's order.

    A text block is what the command before it says: `demo` says commands itself.
    """
    found: list[Step] = []
    for kind, text in BLOCK.findall(page.read_text()):
        if kind == "console":
            found += _console(text.splitlines())
        elif kind == "text":
            found[-1] = replace(found[-1], shown=tuple(text.splitlines()))
        elif kind == "python":
            found.append(Step(f"python - <<'README'\n{text}README", None))
    return found


def _console(lines: list[str]) -> Iterator[Step]:
    rest = list(lines)
    while rest:
        command = [rest.pop(0).removeprefix("$ ")]
        while command[-1].endswith("\\"):
            command.append(rest.pop(0))
        shown = []
        while rest and not rest[0].startswith("$ "):
            shown.append(rest.pop(0))
        yield Step("\n".join(command), tuple(shown))


class Shape:
    """Compares what came with what is shown; remembers which id stands for which."""

    def __init__(self) -> None:
        self._means: dict[str, str] = {}
        self._stands_for: dict[str, str] = {}

    def difference(self, shown: tuple[str, ...], seen: list[str]) -> str | None:
        """Say where they differ; None: they do not."""
        rest, skipping = list(seen), False
        for line in shown:
            if line == ANY_LINES:
                skipping = True
                continue
            while skipping and rest and not self._alike(line, rest[0]):
                rest.pop(0)
            if not rest or not self._alike(line, rest[0]):
                return f"shown {line!r}, came {rest[0] if rest else 'the end'!r}"
            rest.pop(0)
            skipping = False
        return f"came {rest[0]!r}, which is not shown" if rest and not skipping else None

    def _alike(self, shown: str, seen: str) -> bool:
        parts = list(VARIABLE.finditer(shown))
        pattern, at = "", 0
        for part in parts:
            pattern += re.escape(shown[at : part.start()]) + f"({FORMS[part.lastgroup or '']})"
            at = part.end()
        match = re.fullmatch(pattern + re.escape(shown[at:]), seen)
        if not match:
            return False
        pairs = [
            (part[0], came)
            for part, came in zip(parts, match.groups(), strict=True)
            if part.lastgroup in SAME
        ]
        for one, came in pairs:
            if self._means.get(one, came) != came or self._stands_for.get(came, one) != one:
                return False
        self._means.update(pairs)
        self._stands_for.update((came, one) for one, came in pairs)
        return True
