"""`up` from the host's side: one site a home, started apart from its starter, ready when this
returns.

    python -m genkan.site.launch HOME ENGINE

GENKAN_DATABASE_URL says where the state is to be; it is kept in the home.
Exit code 0: it is up, and the line on standard output says `started` or `running`; 4: this machine
cannot, standard error says why.
"""

import contextlib
import fcntl
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from genkan.site import namespaces
from genkan.site.home import Home

PATIENCE = 60.0  # seconds until a site has to be ready
LOG_TAIL = 12  # lines of a log that go into an error


class LaunchFailure(Exception):
    """The site did not come up; the message says what the machine or the log said."""


def launch(home: Home, engine: str) -> bool:
    """Bring a site up. False: it was up already. Raises LaunchFailure."""
    home.make()
    with _locked(home) as lock:
        if lock is None:
            return False
        for stale in (home.site_socket, home.control_socket, home.broker_socket):
            stale.unlink(missing_ok=True)
        with _api_socket(home) as api:
            home.remember(port=api.getsockname()[1], engine=engine, **_database())
            reader, writer = os.pipe2(os.O_CLOEXEC)
            starter = os.fork()
            if starter == 0:
                os.close(reader)
                _start(home, engine, api.fileno(), writer, lock)
            os.close(writer)
            os.waitpid(starter, 0)
            told = _await_ready(reader)
    if told != "ready":
        raise LaunchFailure(told or f"the site did not come up. {_last_words(home)}")
    return True


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
    """Listen on loopback in the host's network, at the port of the last time if it is free."""
    for port in dict.fromkeys((home.port, 0)):
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
        if engine != "none" and home.database_url:
            _start_broker(home)
        rootless = namespaces.unshare_site() if engine != "none" else False
        if os.fork() == 0:
            for descriptor in (api, ready, lock):
                os.set_inheritable(descriptor, True)
            environment = dict(os.environ)
            if engine == "none":
                environment["GENKAN_RUN"] = str(home.path / "run")
            os.chdir("/")
            os.execve(  # noqa: S606 - no shell is meant
                sys.executable,
                [
                    sys.executable,
                    "-m",
                    "genkan.site.anchor",
                    str(home.path),
                    str(api),
                    str(ready),
                    "rootless" if rootless else "root",
                ],
                environment,
            )
        os._exit(0)
    except BaseException as error:
        os.write(ready, f"{error}".encode())
        os._exit(1)


def _database() -> dict[str, str]:
    url = os.environ.get("GENKAN_DATABASE_URL")
    return {"database_url": url} if url else {}


def _start_broker(home: Home) -> None:
    """Leave a process in the host's network that ends with the anchor, which inherits a pipe."""
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    log = os.open(home.log("broker"), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "genkan.site.broker", str(home.path), str(reader)],
        dict(os.environ),
        file_actions=[
            (os.POSIX_SPAWN_CLOSE, writer),
            (os.POSIX_SPAWN_DUP2, log, 2),
            (os.POSIX_SPAWN_DUP2, reader, reader),
        ],
    )
    os.close(reader)


def _raise_limits() -> None:
    """Each VPC costs the site some open files, so take as many as we may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _await_ready(reader: int) -> str:
    told = b""
    try:
        while select.select([reader], [], [], PATIENCE)[0]:
            part = os.read(reader, 4096)
            told += part
            if not part or told.endswith(b"ready\n"):
                break
    finally:
        os.close(reader)
    return told.decode(errors="replace").strip()


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
    except (LaunchFailure, OSError) as failure:
        print(failure, file=sys.stderr)
        sys.exit(4)


if __name__ == "__main__":
    main()
