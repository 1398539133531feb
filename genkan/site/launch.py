"""`up` from the host's side: one site a home, started apart from its starter, ready when this
returns.

    python -m genkan.site.launch HOME ENGINE

GENKAN_DATABASE_URL says where the state is to be, GENKAN_PORT where the API; both are kept in the
home.
Exit code 0: it is up, and the line on standard output says `started` or `running`. 3: the home
cannot be used; 4: this machine cannot. Then the last line on standard error is a JSON object: what,
why, todo.
"""

import contextlib
import fcntl
import json
import os
import resource
import select
import shlex
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from genkan.site import namespaces, sockets
from genkan.site.broker_launch import is_wanted, start_broker
from genkan.site.check import missing
from genkan.site.home import Home, HomeUnusable

PATIENCE = 60.0  # seconds without a word until a site is given up
ENTRIES_A_SECOND = 500  # of a program, that may take so long beside: a tenth of what is usual
WAIT = 0.02
ANCHOR_PATIENCE = 5.0
# What a site's processes hold: one heap each, no columns for tracebacks.
LEAN = {
    "MALLOC_ARENA_MAX": "1",
    "PYTHONNODEBUGRANGES": "1",
}
LOG_TAIL = 12  # lines of a log that go into an error


class LaunchFailure(Exception):
    """The site did not come up: what the machine or the log said, why, and what to do."""

    def __init__(self, what: str, why: str = "", todo: str = "genkan check") -> None:
        super().__init__(what)
        self.words = {"what": what, "why": why, "todo": todo}


def launch(home: Home, engine: str) -> bool:
    """Bring a site up. False: it was up already, or somebody else has just done it.

    Raises LaunchFailure, HomeUnusable.
    """
    home.make()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with _locked(home) as lock:
            if lock is not None:
                _bring_up(home, engine, lock)
                return True
        told = _ask(home, "is_ready")
        if told.get("ready", False) is True:
            return False
        if told:  # whoever starts it says when that takes too long
            end = time.monotonic() + PATIENCE
        time.sleep(WAIT)  # one is coming up, or the kernel is still ending the last one
    raise LaunchFailure(
        f"a site at {home.path} is neither up nor down.",
        f"Some process has held {home.lock} for {PATIENCE:.0f} s and does not answer.",
        f"fuser {shlex.quote(str(home.lock))}",
    )


def _bring_up(home: Home, engine: str, lock: int) -> None:
    if engine != "none":
        for lacking in missing():
            raise LaunchFailure(
                f"this machine lacks {lacking.name}: {lacking.found}.", lacking.why, lacking.todo
            )
    for stale in (
        home.site_socket,
        home.control_socket,
        home.broker_socket,
        home.flows_socket,
    ):
        stale.unlink(missing_ok=True)
    with _api_socket(home) as api:
        home.remember(port=api.getsockname()[1], engine=engine, **_asked())
        reader, writer = os.pipe2(os.O_CLOEXEC)
        starter = os.fork()
        if starter == 0:
            os.close(reader)
            _start(home, engine, api.fileno(), writer, lock)
        os.close(writer)
        os.waitpid(starter, 0)
        told = _await_ready(reader)
    if told is None:
        _end(home)
        raise LaunchFailure("the site did not come up.", _last_words(home))
    if told.pop("unreadable", False):
        raise HomeUnusable(**told)
    if "ready" not in told:
        raise LaunchFailure(**told)


def _end(home: Home) -> None:
    """End what did not come up, so that nothing half-made is left."""
    _ask(home, "stop")


def _ask(home: Home, what: str) -> dict[str, Any]:
    try:
        with sockets.connect(str(home.site_socket), ANCHOR_PATIENCE) as connection:
            connection.sendall(json.dumps({"do": what}).encode() + b"\n")
            with connection.makefile("rb") as answers:
                return cast(dict[str, Any], json.loads(answers.readline()))
    except (OSError, ValueError):
        return {}


@contextlib.contextmanager
def _locked(home: Home) -> Iterator[int | None]:
    """Hold the home's lock; the anchor inherits it and holds it for its life. None: it is held."""
    lock = os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        yield None
        return
    try:
        yield lock
    finally:
        os.close(lock)


@contextlib.contextmanager
def _api_socket(home: Home) -> Iterator[socket.socket]:
    """Listen on loopback in the host's network, at the port that is asked for; else at that of the
    last time if it is free."""
    asked = int(os.environ.get("GENKAN_PORT") or 0)
    for port in (asked,) if asked else dict.fromkeys((home.port, 0)):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            listener.close()
            continue
        with listener:
            listener.listen(1024)
            yield listener
        return
    if asked:
        raise LaunchFailure(
            f"127.0.0.1:{asked} cannot be had.",
            "Another program listens at this port, or only root may.",
            f"ss -ltnp 'sport = :{asked}', or genkan up --port of another",
        )
    raise LaunchFailure("No port of 127.0.0.1 can be had. The API listens there.")


def _start(home: Home, engine: str, api: int, ready: int, lock: int) -> None:
    """In a child: part from the terminal, make the namespaces, become the parent of the anchor."""
    try:
        os.setsid()
        _raise_limits()
        null = os.open("/dev/null", os.O_RDWR)
        log = os.open(home.log("anchor"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        if engine != "none" and is_wanted(home):
            _leave_broker(home)
        rootless = namespaces.unshare_site() if engine != "none" else False
        if os.fork() == 0:
            for descriptor in (api, ready, lock):
                os.set_inheritable(descriptor, True)
            environment = {**LEAN, **os.environ, "GENKAN_RUN": "/run/genkan"}
            if engine == "none":
                environment["GENKAN_RUN"] = _own_run(home)
            os.chdir("/")
            os.execve(  # noqa: S606 - no shell is meant
                sys.executable,
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "genkan.site.anchor",
                    str(home.path),
                    str(api),
                    str(ready),
                    "rootless" if rootless else "root",
                    str(lock),
                ],
                environment,
            )
        os._exit(0)
    except BaseException as error:
        words = LaunchFailure("the site did not come up.", f"{error}.").words
        os.write(ready, json.dumps(words).encode())
        os._exit(1)


def _own_run(home: Home) -> str:
    """Give a short path of the sockets' folder, for a site without mounts of its own: by a
    descriptor that all its processes inherit."""
    folder = home.path / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    os.set_inheritable(descriptor, True)
    return f"/proc/self/fd/{descriptor}"


def _asked() -> dict[str, object]:
    """Give the settings that this start brings along in its environment."""
    url = os.environ.get("GENKAN_DATABASE_URL")
    wanted = "GENKAN_DEFAULT_VPC" in os.environ
    accelerator = os.environ.get("GENKAN_ACCELERATOR", "auto")
    sources = [one for one in os.environ.get("GENKAN_FROM", "").split(os.pathsep) if one]
    parameters = os.environ.get("GENKAN_PARAMETERS") or "{}"
    return {
        **({"database_url": url} if url else {}),
        **({"sources": sources, "parameters": json.loads(parameters)} if sources else {}),
        "default_vpc": wanted,
        "accelerator": accelerator,
        "resolver_limit": int(os.environ.get("GENKAN_RESOLVER_LIMIT", "0")),
    }


def _leave_broker(home: Home) -> None:
    """Leave the broker outside; it ends with the anchor, which inherits the other end of a pipe."""
    reader, writer = os.pipe2(os.O_CLOEXEC)
    start_broker(home, reader)
    os.close(reader)
    os.set_inheritable(writer, True)


def _raise_limits() -> None:
    """Each VPC costs the site some open files, so take as many as we may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _await_ready(reader: int) -> dict[str, Any] | None:
    """Give what the site says of its start; None: nothing in time, or it ended without a word.

    How much it has to do it says first: a large one takes longer.
    """
    told, patience = b"", PATIENCE
    try:
        while select.select([reader], [], [], patience)[0]:
            part = os.read(reader, 4096)
            told += part
            *lines, told = told.split(b"\n")
            for line in lines:
                word = cast(dict[str, Any], json.loads(line))
                if "entries" not in word:
                    return word
                patience = PATIENCE + word["entries"] / ENTRIES_A_SECOND
            if not part:
                return cast(dict[str, Any], json.loads(told)) if told else None
    except ValueError:
        return None
    finally:
        os.close(reader)
    return None


def _last_words(home: Home) -> str:
    for process in ("control", "front", "dns", "anchor"):
        log = home.log(process)
        if log.is_file() and (lines := log.read_text(errors="replace").splitlines()[-LOG_TAIL:]):
            return f"The end of {log}:\n" + "\n".join(lines)
    return f"{Path(home.path) / 'log'} says nothing."


def main() -> None:
    """Bring a site up and say so."""
    home = Home(Path(sys.argv[1]))
    try:
        print("started" if launch(home, sys.argv[2]) else "running")
    except HomeUnusable as failure:
        print(json.dumps(failure.words), file=sys.stderr)
        sys.exit(3)
    except (LaunchFailure, OSError) as failure:
        words = getattr(failure, "words", None) or LaunchFailure(f"{failure}.").words
        print(json.dumps(words), file=sys.stderr)
        sys.exit(4)


if __name__ == "__main__":
    main()
