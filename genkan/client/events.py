"""The records of calls, read from a site's home, whether it is up or not."""

import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

WAIT = 0.1  # seconds between looks at the end of the file


def read_events(home: Path) -> Iterator[dict[str, Any]]:
    """Give every record that is kept, oldest first; a torn line is passed over."""
    for name in ("events.jsonl.1", "events.jsonl"):
        path = home / name
        if path.is_file():
            with path.open(errors="replace") as lines:
                yield from _records(lines)


def follow_events(home: Path) -> Iterator[dict[str, Any]]:
    """Give what is kept, and then what comes, for ever; also over the file's change for a new
    one."""
    path = home / "events.jsonl"
    file: BinaryIO | None = None
    torn = b""
    older = home / "events.jsonl.1"
    if older.is_file():
        with older.open(errors="replace") as lines:
            yield from _records(lines)
    try:
        while True:
            if file is None and path.is_file():
                file, torn = path.open("rb"), b""
            if file is not None:
                replaced = not _is_same(file, path)  # looked at first: nothing comes after that
                *whole, torn = (torn + file.read()).split(b"\n")
                yield from _records(line.decode(errors="replace") for line in whole)
                if replaced:
                    file.close()
                    file = None
                    continue
            time.sleep(WAIT)
    finally:
        if file is not None:
            file.close()


def _is_same(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return True  # it will be there again


def _records(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue
