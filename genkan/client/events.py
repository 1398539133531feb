"""The records of calls, read from a site's home, whether it is up or not."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WAIT = 0.1  # seconds between looks at the end of the file


def read_events(home: Path) -> Iterator[dict[str, Any]]:
    """Give every record that is kept, oldest first; a torn line is passed over."""
    for name in ("events.jsonl.1", "events.jsonl"):
        path = home / name
        if path.is_file():
            with path.open(errors="replace") as lines:
                yield from _records(lines)


def follow_events(home: Path) -> Iterator[dict[str, Any]]:
    """Give what is kept, and then what comes, for ever."""
    yield from read_events(home)
    path = home / "events.jsonl"
    at = path.stat().st_size if path.is_file() else 0
    while True:
        if path.is_file():
            size = path.stat().st_size
            if size < at:  # it was begun anew
                at = 0
            if size > at:
                with path.open(errors="replace") as lines:
                    lines.seek(at)
                    yield from _records(lines)
                    at = lines.tell()
        time.sleep(WAIT)


def _records(lines: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - an open text file
    for line in iter(lines.readline, ""):
        try:
            yield json.loads(line)
        except ValueError:
            continue
