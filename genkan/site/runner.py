"""`AnchorRunner`: how control has instances booted, over the anchor's socket."""

import json
import socket
from collections.abc import Mapping
from typing import Any, cast

from genkan.program.place import Boot
from genkan.program.text import parse_entry, print_entry
from genkan.site.home import RUN

PATIENCE = 30.0


class RunnerFailure(Exception):
    """The anchor could not do what it was asked; the message is its own."""


class AnchorRunner:
    """Asks the anchor. See genkan.control.runner.Runner."""

    def boots(self) -> Mapping[str, Boot]:
        """Give what runs now, by place."""
        entries = [cast(Boot, parse_entry(line)) for line in self._ask(do="boots")["boots"]]
        return {entry.place: entry for entry in entries}

    def boot(self, entry: Boot, environment: Mapping[str, str]) -> None:
        """Boot, reboot, or bring what is known of a running instance up to date."""
        self._ask(do="boot", boot=print_entry(entry), environment=dict(environment))

    def halt(self, place: str) -> None:
        """End everything at a place."""
        self._ask(do="halt", place=place)

    def start(self, process: str) -> None:
        """Start a process that is needed from now on; it serves when this returns."""
        self._ask(do="start", process=process)

    def expect(self, entries: int) -> None:
        """Say how large the program is that a start makes so."""
        self._ask(do="expect", entries=entries)

    def ready(self) -> None:
        """Say that the site is ready for its users."""
        self._ask(do="ready")

    def fail(self, words: Mapping[str, str]) -> None:
        """Say that the home cannot be read, so that the site is never ready: what, why, todo.

        It ends a start; a site that was ready once is kept.
        """
        self._ask(do="fail", words={**words, "unreadable": True})

    def _ask(self, **question: object) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(f"{RUN}/anchor.sock")
            connection.sendall(json.dumps(question).encode() + b"\n")
            with connection.makefile("rb") as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        if "error" in answer:
            raise RunnerFailure(answer["error"])
        return answer
