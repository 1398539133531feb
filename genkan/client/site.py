"""A running site, found by its home."""

import json
import os
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

PATIENCE = 30.0
RESTART_PATIENCE = 10.0  # seconds for a control process to come back
MOST_DESCRIPTORS = 16
MOST_NAMES = 5


class SiteDown(Exception):
    """No site answers at this home."""


class UnknownTarget(Exception):
    """No instance that runs is called so; the message names those that run."""


@dataclass(frozen=True)
class Inside:
    """An instance to enter: a pidfd of its first process, and what programs in it are given."""

    place: str
    pidfd: int
    rootless: bool
    environment: dict[str, str]


class Site:
    """Speaks to the site of a home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def ask_anchor(self, **question: object) -> tuple[dict[str, Any], list[int]]:
        """Ask the anchor; give its answer and the descriptors that came with it. Raises
        SiteDown."""
        with self.connect("site.sock") as connection:
            received = b""
            descriptors: list[int] = []
            try:
                connection.sendall(json.dumps(question).encode() + b"\n")
                while not received.endswith(b"\n"):
                    part, came, _, _ = socket.recv_fds(connection, 1 << 16, MOST_DESCRIPTORS)
                    descriptors += came
                    if not part:
                        raise ConnectionResetError("the anchor ended")
                    received += part
            except OSError as error:
                for descriptor in descriptors:
                    os.close(descriptor)
                raise SiteDown(f"{self.home}: {error}") from error
        return json.loads(received), descriptors

    def processes(self) -> list[dict[str, Any]]:
        """Give the site's processes with their pids as this machine counts them. Raises
        SiteDown."""
        answer, descriptors = self.ask_anchor(do="processes")
        shown = []
        for process, pidfd in zip(answer["processes"], descriptors, strict=True):
            pid = _pid_of(pidfd)
            os.close(pidfd)
            if pid > 0:
                shown.append({**process, "pid": pid})
        return shown

    def enter(self, target: str) -> Inside:
        """Find an instance by id, the beginning of one, or Name. Raises SiteDown, UnknownTarget."""
        answer, descriptors = self.ask_anchor(do="enter", target=target)
        if "ambiguous" in answer:
            raise UnknownTarget(
                f"{target} can mean {', '.join(answer['ambiguous'])}. Give the whole id."
            )
        if not descriptors:
            raise UnknownTarget(_unknown(target, answer.get("running", ())))
        return Inside(
            answer["place"], descriptors[0], bool(answer["rootless"]), answer["environment"]
        )

    def stop(self) -> None:
        """End the site; it is gone when this returns. Raises SiteDown."""
        _, descriptors = self.ask_anchor(do="processes")
        self.ask_anchor(do="stop")
        end = time.monotonic() + PATIENCE
        for pidfd in descriptors:  # each is readable when its process has ended
            select.select([pidfd], [], [], max(0.0, end - time.monotonic()))
            os.close(pidfd)

    def get(self, path: str) -> dict[str, Any]:
        """Ask control; it is waited for while it restarts. Raises SiteDown."""
        end = time.monotonic() + RESTART_PATIENCE
        while True:
            try:
                return self._get(path)
            except (SiteDown, OSError, ValueError) as error:
                self.ask_anchor(do="boots")  # raises SiteDown when there is no site at all
                if time.monotonic() > end:
                    raise SiteDown(f"control does not answer: {error!r}") from error
                time.sleep(0.05)

    def post(self, path: str, body: object) -> dict[str, Any]:
        """Tell control something, once. Raises SiteDown."""
        return self._ask("POST", path, json.dumps(body))

    def _get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, None)

    def _ask(self, method: str, path: str, body: str | None) -> dict[str, Any]:
        import http.client  # a third of the start of a command; `exec` and `dig` ask the anchor

        connection = http.client.HTTPConnection("genkan", timeout=PATIENCE)
        connection.sock = self.connect("control.sock")
        try:
            connection.request(method, path, body)
            return cast(dict[str, Any], json.loads(connection.getresponse().read()))
        except http.client.HTTPException as error:
            raise SiteDown(f"control was cut off: {error!r}") from error
        finally:
            connection.close()

    def connect(self, name: str) -> socket.socket:
        """Connect to a socket of the home, however long its path is."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(PATIENCE)
        try:
            folder = os.open(self.home, os.O_PATH | os.O_DIRECTORY)
        except OSError as error:
            connection.close()
            raise SiteDown(str(self.home)) from error
        try:
            connection.connect(f"/proc/self/fd/{folder}/{name}")
        except OSError as error:
            connection.close()
            raise SiteDown(str(self.home)) from error
        finally:
            os.close(folder)
        return connection


def _unknown(target: str, running: Sequence[str]) -> str:
    """Say that nothing is called so, and what is called nearly so."""
    import difflib  # for who mistypes

    near = difflib.get_close_matches(target, running, MOST_NAMES) or running[:MOST_NAMES]
    more = "" if len(running) <= len(near) else f" and {len(running) - len(near)} more"
    shown = f"{', '.join(near)}{more}" if near else "nothing"
    return f"No instance that runs is called {target}. Running: {shown}."


def _pid_of(pidfd: int) -> int:
    """Give the pid that a pidfd stands for in this process namespace; -1 for one that ended."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    return -1
