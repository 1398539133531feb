"""The anchor: the first process of a site. It holds the namespaces and starts again what dies.

Small on purpose: what it holds is lost with it, so it does little. It listens for JSON lines at the
home's site.sock and at anchor.sock inside: `processes`, `boot`, `halt`, `boots`, `enter`, `start`,
`expect`, `ready`, `is_ready`, `fail`, `stop`. When it ends, however it ends, the kernel ends
everything in its process namespace.

    python -m genkan.site.anchor HOME API_FD READY_FD ROOTLESS LOCK_FD
"""

import contextlib
import json
import os
import select
import selectors
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from genkan.site import instances, namespaces, sockets
from genkan.site.home import RUN, Home
from genkan.site.instances import BootFailure, Running
from genkan.site.sockets import LineClient

CAUGHT = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)
RAPID = 1.0  # seconds: a process that lives shorter waits before it is started again
LONGEST_WAIT = 5.0
START_PATIENCE = 30.0
LARGEST_LOG = 16 << 20
HALT_PATIENCE = 2.0
BOOT_AGAIN = 1.0  # seconds until an instance that did not boot is tried again
MOST_DEATHS = 4  # of a process before the site was ever ready: `up` is told, and the site ends


class Process:
    """A process of the site that is started again when it dies."""

    def __init__(self, name: str, arguments: list[str], pass_fd: int | None = None) -> None:
        self.name = name
        self.arguments = arguments
        self.pass_fd = pass_fd
        self.pid = 0
        self.deaths = 0
        self.rapid = 0  # deaths one after the other, each after but a moment
        self.started = 0.0
        self.due: float | None = 0.0  # when it is to be started; None: it runs

    def start(self, home: Home) -> None:
        """Start it, to die with the anchor. Raises OSError."""
        log = home.log(self.name)
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            anchor = os.getpid()
            child = os.fork()
            if child == 0:
                self._become(out, anchor)
        finally:
            os.close(out)
        self.pid, self.started, self.due = child, time.monotonic(), None

    def _become(self, out: int, anchor: int) -> None:
        try:
            namespaces.die_with_parent(signal.SIGKILL)
            signal.set_wakeup_fd(-1)
            for number in (*CAUGHT, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            null = os.open("/dev/null", os.O_RDONLY)
            for source, target in ((null, 0), (out, 1), (out, 2)):
                os.dup2(source, target)
            if self.pass_fd is not None:
                os.set_inheritable(self.pass_fd, True)
            if os.getppid() == anchor:  # otherwise it ended before we asked to end with it
                os.execv(sys.executable, [sys.executable, "-m", *self.arguments])  # noqa: S606
        finally:
            os._exit(1)

    def died(self) -> None:
        """Say when it is to be started again: at once, or later if it lived but a moment."""
        self.deaths += 1
        lived = time.monotonic() - self.started
        self.rapid = self.rapid + 1 if lived < RAPID else 0
        wait = min(0.1 * 2 ** min(self.rapid, 10), LONGEST_WAIT) if self.rapid else 0.0
        self.due, self.pid = time.monotonic() + wait, 0


class Anchor:
    """The loop: sockets, dead children, processes that are due."""

    def __init__(self, home: Home, api: int, ready: int, rootless: bool) -> None:
        self.home = home
        self.rootless = rootless
        self._ready: int | None = ready
        self._selector = selectors.DefaultSelector()
        self._running: dict[str, Running] = {}
        self._waiting: list[tuple[LineClient, Process, float]] = []
        self._unbooted: dict[str, tuple[str, dict[str, str], float]] = {}
        bare = home.engine == "none"
        here = [str(home.path)]
        self.processes = {
            "control": Process("control", ["genkan.site.control_process", *here]),
            "front": Process("front", ["genkan.site.front_process", *here, str(api)], api),
        }
        if not bare:
            self.processes["dns"] = Process("dns", ["genkan.site.dns_process", *here])
        self._on_demand = {
            "embedded": Process("embedded", ["genkan.site.embedded_process", *here]),
            "inspection": Process("inspection", ["genkan.site.inspection_process", *here]),
            "health": Process("health", ["genkan.site.health_process", *here]),
            "published": Process("published", ["genkan.site.published_process", *here]),
            "recorder": Process("recorder", ["genkan.site.recorder_process", *here]),
            "streams": Process("streams", ["genkan.site.stream_process", *here]),
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
            self._selector.register(sockets.listen(path), selectors.EVENT_READ, self._accept)
        while True:
            for key, _ in self._selector.select(self._next_wait()):
                if key.data is None:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake, 4096)
                else:
                    key.data(key.fileobj)
            self._reap()
            self._start_what_is_due()
            self._boot_what_is_due()
            self._answer_the_waiting()

    def _next_wait(self) -> float | None:
        dues = [process.due for process in self.processes.values() if process.due is not None]
        dues += [due for _, _, due in self._unbooted.values()]
        waits = [due - time.monotonic() for due in dues]
        if self._waiting:
            waits.append(0.02)
        return max(0.0, min(waits)) if waits else None

    def _start_what_is_due(self) -> None:
        for process in self.processes.values():
            if process.due is not None and process.due <= time.monotonic():
                try:
                    process.start(self.home)
                except OSError as error:  # no memory, or the home is gone: it may come back
                    _say(f"{process.name} cannot be started: {error}")
                    process.due = time.monotonic() + LONGEST_WAIT

    def _boot_what_is_due(self) -> None:
        for place, (line, environment, due) in list(self._unbooted.items()):
            if due <= time.monotonic():
                self._boot_again(place, line, environment)

    def _boot_again(self, place: str, line: str, environment: dict[str, str]) -> None:
        try:
            self._boot(line, environment)
        except (BootFailure, OSError) as error:
            _say(f"{place} is tried again: {error}")
            self._unbooted[place] = (line, environment, time.monotonic() + BOOT_AGAIN)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for process in list(self.processes.values()):
                if process.pid == pid:
                    process.died()
                    if status == 0 and process.name in self._on_demand:
                        del self.processes[process.name]  # it is not needed any more
                    self._give_up_on(process)
            for running in list(self._running.values()):
                if running.pid == pid:  # nobody asked for it: programs inside are started anew
                    del self._running[running.place]
                    self._boot_again(running.place, running.line, running.environment)

    def _give_up_on(self, process: Process) -> None:
        """End a site that never was ready, and does not get there; nothing of it is left."""
        if self._ready is not None and process.deaths >= MOST_DEATHS:
            log = self.home.log(process.name)
            self._tell_starter(
                {
                    "what": f"the site's process {process.name} ends as soon as it starts.",
                    "why": f"Its last words, in {log}: {_last_line(log)}",
                    "todo": "genkan check",
                }
            )
            self._end()

    def _tell_starter(self, words: dict[str, Any]) -> None:
        """Say to `up`, once, how it went; it may have gone away meanwhile."""
        if self._ready is not None:
            with contextlib.suppress(OSError):
                os.write(self._ready, json.dumps(words).encode() + b"\n")
            os.close(self._ready)
            self._ready = None

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # who asked is gone, or there are no descriptors now
            connection, _ = listener.accept()
            LineClient(connection, self._selector, self._answer)

    def _answer(self, client: LineClient, line: bytes) -> None:
        try:
            asked = json.loads(line)
            answer = getattr(self, f"_do_{asked['do']}")(client, asked)
        except (BootFailure, OSError) as error:
            answer = {"error": str(error)}
        except Exception as error:  # whatever was sent, the anchor goes on
            answer = {"error": f"not understood: {error!r}"}
        if answer is not None:
            client.answer(_line(answer))

    def _do_processes(self, client: LineClient, asked: dict[str, Any]) -> None:
        """Answer with a pidfd each: who asks sees the pids of its own process namespace."""
        shown: list[dict[str, Any]] = [{"name": "anchor", "deaths": 0}]
        pidfds = [os.pidfd_open(os.getpid())]
        for process in self.processes.values():
            if process.pid:
                with contextlib.suppress(OSError):
                    pidfds.append(os.pidfd_open(process.pid))
                    shown.append({"name": process.name, "deaths": process.deaths})
        client.answer(_line({"processes": shown, "instances": sorted(self._running)}), pidfds)

    def _do_boot(self, client: LineClient, asked: dict[str, Any]) -> dict[str, Any]:
        self._boot(asked["boot"], asked["environment"])
        return {"ok": True}

    def _boot(self, line: str, environment: dict[str, str]) -> None:
        entry = json.loads(line.partition(" ")[2])
        self._unbooted.pop(entry["place"], None)
        known = self._running.get(entry["place"])
        if known and known.entry["number"] == entry["number"]:
            known.entry, known.line, known.environment = entry, line, environment
            return
        if known:
            self._halt(entry["place"])
        self._running[entry["place"]] = instances.boot(line, environment, self.home)

    def _do_halt(self, client: LineClient, asked: dict[str, Any]) -> dict[str, Any]:
        self._halt(asked["place"])
        return {"ok": True}

    def _halt(self, place: str) -> None:
        self._unbooted.pop(place, None)
        running = self._running.pop(place, None)
        if running is not None:
            pidfd = os.pidfd_open(running.pid)
            os.kill(running.pid, signal.SIGKILL)
            # Its programs are dead by then. The kernel keeps the first process until each is taken
            # note of, and who started one from outside may be stopped itself: it is not waited for.
            select.select([pidfd], [], [], HALT_PATIENCE)
            os.close(pidfd)
            os.waitpid(running.pid, os.WNOHANG)

    def _do_boots(self, client: LineClient, asked: dict[str, Any]) -> dict[str, Any]:
        return {"boots": [running.line for running in self._running.values()]}

    def _do_enter(self, client: LineClient, asked: dict[str, Any]) -> dict[str, Any] | None:
        found = self._find(asked["target"])
        if isinstance(found, dict):
            return found
        told = {
            "place": found.place,
            "name": found.entry.get("name"),
            "rootless": self.rootless,
            "environment": instances.environment_of(found),
        }
        client.answer(_line(told), [os.pidfd_open(found.pid)])
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

    def _do_start(self, client: LineClient, asked: dict[str, Any]) -> None:
        """Start a process that is needed now; answered when its socket accepts."""
        process = self._on_demand[asked["process"]]
        self.processes.setdefault(process.name, process)
        self._waiting.append((client, process, time.monotonic() + START_PATIENCE))

    def _answer_the_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for client, process, end in waiting:
            log = self.home.log(process.name)
            if sockets.accepts(f"{RUN}/{process.name}.sock"):
                client.answer(_line({"ok": True}))
            elif time.monotonic() > end:
                client.answer(_line({"error": f"{process.name} did not start: see {log}"}))
            else:
                self._waiting.append((client, process, end))

    def _do_ready(self, client: LineClient, asked: dict[str, Any]) -> dict[str, Any]:
        self._tell_starter({"ready": True})
        return {"ok": True}

    def _do_expect(self, client: LineClient, asked: dict[str, Any]) -> dict[str, Any]:
        """Hear how much a start has to do, and pass it on to whoever waits for it."""
        if self._ready is not None:
            with contextlib.suppress(OSError):
                os.write(self._ready, _line({"entries": asked["entries"]}))
        return {"ok": True}

    def _do_is_ready(self, client: LineClient, asked: dict[str, Any]) -> dict[str, Any]:
        return {"ready": self._ready is None}

    def _do_fail(self, client: LineClient, asked: dict[str, Any]) -> dict[str, Any]:
        """Hear that a process can never start here; a site that was ready once is kept."""
        if self._ready is not None:
            self._tell_starter(asked["words"])
            self._end()
        return {"ok": True}

    def _do_stop(self, client: LineClient, asked: dict[str, Any]) -> None:
        client.answer(_line({"ok": True}))
        self._end()

    def _end(self) -> NoReturn:
        pids = [process.pid for process in self.processes.values() if process.pid]
        pids += [running.pid for running in self._running.values()]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for path in (self.home.site_socket, self.home.control_socket):
            path.unlink(missing_ok=True)
        os._exit(0)


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _say(what: str) -> None:
    with contextlib.suppress(OSError):
        print(what, file=sys.stderr, flush=True)


def _last_line(log: Path) -> str:
    with contextlib.suppress(OSError):
        lines = log.read_text(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "none")
    return "none"


def _cover_run(home: Path) -> None:
    """Put the site's own /run up; a home that lies below the machine's stays where it was."""
    folder = os.open(home, os.O_PATH | os.O_DIRECTORY)
    namespaces.mount_tmpfs("/run")
    if Path(os.path.realpath(home.parent)).is_relative_to("/run"):
        covered = Path(os.path.realpath(home.parent)) / home.name
        covered.mkdir(parents=True, exist_ok=True)
        namespaces.bind(f"/proc/self/fd/{folder}", str(covered))
    os.close(folder)


def main() -> None:
    """Set the site's own mounts up and serve."""
    home, api, ready = Home(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
    os.set_inheritable(ready, False)
    os.set_inheritable(api, False)
    os.set_inheritable(int(sys.argv[5]), False)  # the lock: held here, and by nobody else
    if home.engine == "none":
        namespaces.adopt_orphans()
    else:
        namespaces.make_private()
        namespaces.mount_proc()
        _cover_run(home.path)
        namespaces.bring_up_loopback()
    Path(RUN).mkdir(parents=True, exist_ok=True)
    Anchor(home, api, ready, sys.argv[4] == "rootless").run()


if __name__ == "__main__":
    main()
