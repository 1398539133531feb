"""A running site, found by its home."""

import http.client
import json
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

PATIENCE = 30.0
RESTART_PATIENCE = 10.0  # seconds for a control process to come back
MOST_DESCRIPTORS = 16


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
        with self._connect("site.sock") as connection:
            connection.sendall(json.dumps(question).encode() + b"\n")
            received = b""
            descriptors: list[int] = []
            while not received.endswith(b"\n"):
                part, came, _, _ = socket.recv_fds(connection, 1 << 16, MOST_DESCRIPTORS)
                if not part:
                    raise SiteDown(str(self.home))
                received += part
                descriptors += came
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
            running = ", ".join(answer.get("running", ())) or "nothing"
            raise UnknownTarget(f"No instance that runs is called {target}. Running: {running}.")
        return Inside(
            answer["place"], descriptors[0], bool(answer["rootless"]), answer["environment"]
        )

    def stop(self) -> None:
        """End the site; it is gone when this returns. Raises SiteDown."""
        _, descriptors = self.ask_anchor(do="processes")
        anchor = descriptors[0]
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        self.ask_anchor(do="stop")
        end = time.monotonic() + PATIENCE
        while _pid_of(anchor) > 0 and time.monotonic() < end:
            time.sleep(0.005)
        os.close(anchor)

    def get(self, path: str) -> dict[str, Any]:
        """Ask control; it is waited for while it restarts. Raises SiteDown."""
        end = time.monotonic() + RESTART_PATIENCE
        while True:
            try:
                return self._get(path)
            except (SiteDown, http.client.HTTPException, ConnectionError) as error:
                self.ask_anchor(do="boots")  # raises SiteDown when there is no site at all
                if time.monotonic() > end:
                    raise SiteDown(f"control does not answer: {error!r}") from error
                time.sleep(0.05)

    def _get(self, path: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection("genkan", timeout=PATIENCE)
        connection.sock = self._connect("control.sock")
        try:
            connection.request("GET", path)
            return cast(dict[str, Any], json.loads(connection.getresponse().read()))
        finally:
            connection.close()

    def _connect(self, name: str) -> socket.socket:
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


def _pid_of(pidfd: int) -> int:
    """Give the pid that a pidfd stands for in this process namespace; -1 for one that ended."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    return -1
