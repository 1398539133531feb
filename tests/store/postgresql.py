"""A PostgreSQL server of a test's own: files in a folder, a unix socket, nothing on the network."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ORDINARY = "nobody"  # the server refuses to run as root
PATIENCE = 60
PROGRAMS = ("initdb", "postgres", "pg_isready", "createdb")
# What a test is about is our side: that this server survives power is not.
SETTINGS = ("listen_addresses=", "max_connections=10", "shared_buffers=16MB", "fsync=off")


def _bin() -> Path | None:
    """Give the folder of the newest server that is installed; Debian's is not on PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += map(Path, os.get_exec_path())
    return next((one for one in folders if all((one / name).exists() for name in PROGRAMS)), None)


class Server:
    """A server that can be stopped and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self.folder = folder
        self._as = {"user": ORDINARY, "group": "nogroup"} if os.geteuid() == 0 else {}
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "genkan", "-N")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://genkan@/{database}?host={self.folder}"

    def start(self) -> None:
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._programs / "postgres", "-D", f"{self.folder}/data"),
                    *("-k", str(self.folder), *settings),
                ],
                stdout=log,
                stderr=log,
                **self._as,
            )
        end = time.monotonic() + PATIENCE
        while self._run("pg_isready", "-h", str(self.folder), check=False).returncode != 0:
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """End it at once: whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(3)  # SIGQUIT: immediate shutdown
            self._process.wait(timeout=PATIENCE)
            self._process = None

    def create_database(self, name: str) -> str:
        """Make a database; give its URL."""
        self._run("createdb", "-h", str(self.folder), "-U", "genkan", name)
        return self.url(name)

    def _run(
        self, program: str, *arguments: str, check: bool = True
    ) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self._programs / program, *arguments],
            check=check,
            capture_output=True,
            timeout=PATIENCE,
            cwd="/",
            **self._as,
        )


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """Start a server; skip the test where none is installed."""
    programs = _bin()
    if programs is None:
        pytest.skip("no PostgreSQL server is here. Type: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="gk-pg-"))
    folder.chmod(0o755)  # a site of another user connects to the socket in it
    if os.geteuid() == 0:
        shutil.chown(folder, ORDINARY, "nogroup")
    server = Server(programs, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
