"""The record of calls: JSON lines in the site's home, one a call, the oldest dropped when it grows.

A line is written at once and whole before its call is answered; it outlives the process, and a torn
last line of a crashed machine is passed over when it is read.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from genkan.front.records import written

LARGEST = 64 << 20  # bytes of a file; one older file is kept beside it


class EventLog:
    """Appends records to a file."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self.path = path
        self._largest = largest
        self._open()

    def append(self, record: dict[str, Any]) -> None:
        """Write a record; it is in the file when this returns. Raises OSError."""
        self._size += os.write(self._file, written(record).encode() + b"\n")
        if self._size > self._largest:
            self._rotate()

    def close(self) -> None:
        os.close(self._file)

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(self.path, flags, 0o600)
        self._size = os.fstat(self._file).st_size

    def _rotate(self) -> None:
        os.close(self._file)
        self.path.replace(_older(self.path))
        self._open()


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Give every record that is kept, oldest first."""
    for file in (_older(path), path):
        if not file.is_file():
            continue
        with file.open(errors="replace") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue


def _older(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")
