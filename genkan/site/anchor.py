"""The anchor: the first process of a site. It holds the namespaces and starts again what dies.

Small on purpose: what it holds is lost with it, so it does little. It listens for JSON lines at the
home's site.sock and at anchor.sock inside: `processes`, `boot`, `halt`, `boots`, `enter`, `start`,
`ready`, `stop`. When it ends, however it ends, the kernel ends everything in its process namespace.

    python -m genkan.site.anchor HOME API_FD READY_FD ROOTLESS
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from genkan.site import instances, namespaces
from genkan.site.home import RUN, Home
from genkan.site.instances import BootFailure, Running
from genkan.site.unix_socket import listen

LONGEST_LINE = 1 << 20
RAPID = 1.0  # seconds: a process that lives shorter waits before it is started again
LONGEST_WAIT = 5.0
START_PATIENCE = 30.0
LARGEST_LOG = 16 << 20


class Process:
    """A process of the site that is started again when it dies."""

    def __init__(self, name: str, arguments: list[str], pass_fd: int | None = None) -> None:
        self.name = name
        self.arguments = arguments
        self.pass_fd = pass_fd
        self.pid = 0
        self.deaths = 0
        self.started = 0.0
        self.due: float | None = 0.0  # when it is to be started; None: it runs

    def start(self, home: Home) -> None:
        log = home.log(self.name)
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        null = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        if self.pass_fd is not None:
            os.set_inheritable(self.pass_fd, True)
        actions = [
            (os.POSIX_SPAWN_DUP2, null, 0),
            (os.POSIX_SPAWN_DUP2, out, 1),
            (os.POSIX_SPAWN_DUP2, out, 2),
        ]
        self.pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", *self.arguments],
            dict(os.environ),
            file_actions=actions,
            setsigdef=(signal.SIGCHLD, signal.SIGINT, signal.SIGTERM),
        )
        if self.pass_fd is not None:
            os.set_inheritable(self.pass_fd, False)
        os.close(out)
        os.close(null)
        self.started, self.due = time.monotonic(), None

    def died(self) -> None:
        """Say when it is to be started again: at once, or later if it lived but a moment."""
        self.deaths += 1
        rapid = time.monotonic() - self.started < RAPID
        wait = min(0.1 * 2 ** min(self.deaths, 10), LONGEST_WAIT) if rapid else 0.0
        self.due, self.pid = time.monotonic() + wait, 0


class Client:
    """A connection, and what of its line has come."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.buffer = b""

    def answer(self, message: dict[str, Any], descriptors: list[int] | None = None) -> None:
        line = json.dumps(message).encode() + b"\n"
        with contextlib.suppress(OSError):
            self.connection.setblocking(True)
            self.connection.settimeout(5)
            if descriptors:
                sent = socket.send_fds(self.connection, [line], descriptors)
                line = line[sent:]
            self.connection.sendall(line)
        for descriptor in descriptors or ():
            os.close(descriptor)


class Anchor:
    """The loop: sockets, dead children, processes that are due."""

    def __init__(self, home: Home, api: int, ready: int, rootless: bool) -> None:
        self.home = home
        self.rootless = rootless
        self._ready: int | None = ready
        self._selector = selectors.DefaultSelector()
        self._running: dict[str, Running] = {}
        self._waiting: list[tuple[Client, Process, float]] = []
        bare = home.engine == "none"
        here = [str(home.path)]
        self.processes = {
            "control": Process("control", ["genkan.site.control_process", *here]),
            "front": Process("front", ["genkan.site.front_process", *here, str(api)], api),
        }
        if not bare:
            self.processes["dns"] = Process("dns", ["genkan.site.dns_process", *here])
        self._on_demand = {
            "embedded": Process("embedded", ["genkan.services.embedded", f"{RUN}/embedded.sock"])
        }

    def run(self) -> None:
        """Serve until told to stop."""
        wake, waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(waker)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._selector.register(wake, selectors.EVENT_READ, None)
        for path in (str(self.home.site_socket), f"{RUN}/anchor.sock"):
            self._selector.register(listen(path), selectors.EVENT_READ, self._accept)
        while True:
            for key, _ in self._selector.select(self._next_wait()):
                if key.data is None:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake, 4096)
                else:
                    key.data(key.fileobj)
            self._reap()
            self._start_what_is_due()
            self._answer_the_waiting()

    def _next_wait(self) -> float | None:
        waits = [p.due - time.monotonic() for p in self.processes.values() if p.due is not None]
        if self._waiting:
            waits.append(0.02)
        return max(0.0, min(waits)) if waits else None

    def _start_what_is_due(self) -> None:
        for process in self.processes.values():
            if process.due is not None and process.due <= time.monotonic():
                process.start(self.home)

    def _reap(self) -> None:
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for process in self.processes.values():
                if process.pid == pid:
                    process.died()
            for running in list(self._running.values()):
                if running.pid == pid:  # nobody asked for it: programs inside are started anew
                    del self._running[running.place]
                    with contextlib.suppress(BootFailure):
                        self._boot(running.line, running.environment)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        client = Client(connection)
        self._selector.register(connection, selectors.EVENT_READ, lambda _: self._read(client))

    def _read(self, client: Client) -> None:
        try:
            part = client.connection.recv(65536)
        except OSError:
            part = b""
        client.buffer += part
        if not part or len(client.buffer) > LONGEST_LINE:
            self._selector.unregister(client.connection)
            client.connection.close()
            return
        while b"\n" in client.buffer:
            line, _, client.buffer = client.buffer.partition(b"\n")
            self._answer(client, line)

    def _answer(self, client: Client, line: bytes) -> None:
        try:
            asked = json.loads(line)
            answer = getattr(self, f"_do_{asked['do']}")(client, asked)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            answer = {"error": f"not understood: {error!r}"}
        except (BootFailure, OSError) as error:
            answer = {"error": str(error)}
        if answer is not None:
            client.answer(answer)

    def _do_processes(self, client: Client, asked: dict[str, Any]) -> None:
        """Answer with a pidfd each: who asks sees the pids of its own process namespace."""
        shown: list[dict[str, Any]] = [{"name": "anchor", "deaths": 0}]
        pidfds = [os.pidfd_open(os.getpid())]
        for process in self.processes.values():
            if process.pid:
                with contextlib.suppress(OSError):
                    pidfds.append(os.pidfd_open(process.pid))
                    shown.append({"name": process.name, "deaths": process.deaths})
        client.answer({"processes": shown, "instances": sorted(self._running)}, pidfds)

    def _do_boot(self, client: Client, asked: dict[str, Any]) -> dict[str, Any]:
        self._boot(asked["boot"], asked["environment"])
        return {"ok": True}

    def _boot(self, line: str, environment: dict[str, str]) -> None:
        entry = json.loads(line.partition(" ")[2])
        known = self._running.get(entry["place"])
        if known and known.entry["number"] == entry["number"]:
            known.entry, known.line, known.environment = entry, line, environment
            return
        if known:
            self._halt(entry["place"])
        self._running[entry["place"]] = instances.boot(line, environment, self.home)

    def _do_halt(self, client: Client, asked: dict[str, Any]) -> dict[str, Any]:
        self._halt(asked["place"])
        return {"ok": True}

    def _halt(self, place: str) -> None:
        running = self._running.pop(place, None)
        if running is not None:
            os.kill(running.pid, signal.SIGKILL)
            os.waitpid(running.pid, 0)

    def _do_boots(self, client: Client, asked: dict[str, Any]) -> dict[str, Any]:
        return {"boots": [running.line for running in self._running.values()]}

    def _do_enter(self, client: Client, asked: dict[str, Any]) -> dict[str, Any] | None:
        found = self._find(asked["target"])
        if isinstance(found, dict):
            return found
        client.answer(
            {
                "place": found.place,
                "name": found.entry.get("name"),
                "rootless": self.rootless,
                "environment": instances.environment_of(found),
            },
            [os.pidfd_open(found.pid)],
        )
        return None

    def _find(self, target: str) -> Running | dict[str, Any]:
        exact = [one for one in self._running.values() if target in one.names()]
        found = exact or [
            one for one in self._running.values() if one.place.startswith(target) and "-" in target
        ]
        if len(found) == 1:
            return found[0]
        names = sorted(str(one.entry.get("name") or one.place) for one in self._running.values())
        if found:
            return {"ambiguous": [one.place for one in found]}
        return {"unknown": target, "running": names}

    def _do_start(self, client: Client, asked: dict[str, Any]) -> None:
        """Start a process that is needed now; answered when its socket accepts."""
        process = self._on_demand[asked["process"]]
        self.processes.setdefault(process.name, process)
        self._waiting.append((client, process, time.monotonic() + START_PATIENCE))

    def _answer_the_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for client, process, end in waiting:
            if _accepts(f"{RUN}/{process.name}.sock"):
                client.answer({"ok": True})
            elif time.monotonic() > end:
                client.answer(
                    {"error": f"{process.name} did not start: see {self.home.log(process.name)}"}
                )
            else:
                self._waiting.append((client, process, end))

    def _do_ready(self, client: Client, asked: dict[str, Any]) -> dict[str, Any]:
        if self._ready is not None:
            os.write(self._ready, b"ready\n")
            os.close(self._ready)
            self._ready = None
        return {"ok": True}

    def _do_stop(self, client: Client, asked: dict[str, Any]) -> dict[str, Any]:
        pids = [process.pid for process in self.processes.values() if process.pid]
        pids += [running.pid for running in self._running.values()]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for path in (self.home.site_socket, self.home.control_socket):
            path.unlink(missing_ok=True)
        client.answer({"ok": True})
        os._exit(0)


def _accepts(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
        return True


def main() -> None:
    """Set the site's own mounts up and serve."""
    home, api, ready = Home(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
    os.set_inheritable(ready, False)
    os.set_inheritable(api, False)
    if home.engine == "none":
        namespaces.adopt_orphans()
    else:
        namespaces.make_private()
        namespaces.mount_proc()
        namespaces.mount_tmpfs("/run")
        namespaces.bring_up_loopback()
    Path(RUN).mkdir(parents=True, exist_ok=True)
    Anchor(home, api, ready, sys.argv[4] == "rootless").run()


if __name__ == "__main__":
    main()
