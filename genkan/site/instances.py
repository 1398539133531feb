"""Instances: the first process of each, and what programs find around them. Used by the anchor
alone.

An instance is a process namespace whose first process does nothing but be there: when it is killed,
the kernel ends every program inside. Its files are this machine's, but for its resolv.conf, its
host name, the certificates it trusts and a /run of its own.
"""

import base64
import contextlib
import gzip
import os
import select
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genkan.site import namespaces
from genkan.site.home import RUN, Home

BUNDLE = "/run/genkan/ca-bundle.pem"  # as an instance sees it
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
BUNDLE_VARIABLES = (
    "AWS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
    "GIT_SSL_CAINFO",
)
ASIDE = "/sys"  # where a mount may stand for a moment
PATIENCE = 10.0  # seconds for a boot
GZIP = b"\x1f\x8b"
MOST_DESCRIPTORS = 1 << 20


class BootFailure(Exception):
    """An instance could not be booted."""


@dataclass
class Running:
    """An instance that runs: its Boot entry as the program prints it, and its first process."""

    entry: dict[str, Any]
    line: str
    environment: dict[str, str]
    pid: int
    console: int | None = field(default=None)  # pid of the first boot's script while it runs

    @property
    def place(self) -> str:
        return str(self.entry["place"])

    def names(self) -> set[str]:
        return {self.place, str(self.entry.get("name") or self.place)}


def boot(line: str, environment: dict[str, str], home: Home) -> Running:
    """Start an instance's first process, and its script if this is its first boot.

    Raises BootFailure.
    """
    import json

    entry = json.loads(line.partition(" ")[2])
    reader, writer = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if child == 0:
        os.close(reader)
        _in_a_child(writer, lambda: _become_instance(entry, writer))
    os.close(writer)
    told = _read_all(reader)
    os.waitpid(child, 0)
    first, _, error = told.partition("\n")
    if error or not first.isdigit():
        raise BootFailure(f"{entry['place']} did not boot: {error or first or 'no answer'}.")
    running = Running(entry, line, environment, int(first))
    script = entry.get("first_boot_script")
    if script and not home.console(running.place).exists():
        running.console = run_script(running, base64.b64decode(script), home)
    return running


def environment_of(running: Running) -> dict[str, str]:
    """Give the variables that programs in an instance are started with, beside their caller's."""
    region = str(running.entry["region"])
    return {
        **running.environment,
        **dict.fromkeys(BUNDLE_VARIABLES, BUNDLE),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }


def run_script(running: Running, script: bytes, home: Home) -> int:
    """Run a first boot's script; what it prints stays in the home."""
    console = os.open(
        home.console(running.place), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
    )
    child = os.fork()
    if child == 0:
        _in_a_child(console, lambda: _become_script(running, script, console))
    os.close(console)
    return child


def _become_instance(entry: Mapping[str, Any], writer: int) -> None:
    with open(f"{RUN}/ns/{entry['place']}", "rb") as network:
        namespaces.enter(network.fileno(), namespaces.CLONE_NEWNET)
    namespaces.unshare_instance()
    first = os.fork()
    if first:
        os.write(writer, f"{first}\n".encode())
        return
    try:
        _furnish(entry)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # orphans are reaped by the kernel
        os.setsid()
        os.execv("/bin/sleep", [f"genkan-instance {entry['place']}", "infinity"])  # noqa: S606 - no shell is meant
    except OSError as error:
        os.write(writer, f"{error}".encode())
    os._exit(1)


def _furnish(entry: Mapping[str, Any]) -> None:
    """Put up what an instance sees: its own /proc, /run, names and certificates.

    The site's are not beneath them: by its /run and its processes one comes into every network.
    """
    namespaces.make_private()
    _put_up_run()
    namespaces.uncover("/proc")
    namespaces.mount_proc()
    namespaces.mount_sysfs()
    namespaces.set_hostname(str(entry["hostname"]))
    for name in {os.path.realpath(name) for name in SYSTEM_BUNDLES if os.path.exists(name)}:
        namespaces.bind(BUNDLE, name)
    _put_file("/etc/resolv.conf", _resolv_conf(entry))
    _put_file("/etc/hostname", f"{entry['hostname']}\n")
    _put_file("/etc/hosts", f"127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {entry['hostname']}\n")
    os.chdir("/")


def _put_up_run() -> None:
    """Put a /run with the certificates in the place of the site's. It is made aside: only what is
    there still can be bound."""
    namespaces.mount_tmpfs(ASIDE)
    bundle = Path(ASIDE) / Path(BUNDLE).relative_to("/run")
    bundle.parent.mkdir()
    bundle.touch()
    namespaces.bind(f"{RUN}/{bundle.name}", str(bundle))
    namespaces.uncover("/run")
    namespaces.move(ASIDE, "/run")


def _resolv_conf(entry: Mapping[str, Any]) -> str:
    search = f"search {entry['search']}\n" if entry.get("search") else ""
    return f"{search}nameserver {entry['nameserver']}\n"


def _put_file(path: str, text: str) -> None:
    """Show `text` at a path of /etc, without a change to the machine's file."""
    target = Path(os.path.realpath(path))
    if target.is_relative_to("/run"):  # a link into /run, which is this instance's own
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return
    if not target.exists():
        return
    own = Path("/run/genkan") / target.name
    own.write_text(text)
    namespaces.bind(str(own), str(target))


def _become_script(running: Running, script: bytes, console: int) -> None:
    if script.startswith(GZIP):  # "User data … must be base64-encoded", and may be compressed
        script = gzip.decompress(script)
    if not script.startswith(b"#!"):
        os.write(console, b"user data is no script: it does not start with #!, nothing was run\n")
        return
    pidfd = os.pidfd_open(running.pid)
    namespaces.enter_process(pidfd, rootless=False)
    if os.fork():
        os.closerange(console + 1, MOST_DESCRIPTORS)  # the anchor's: it lives as long as the script
        os.closerange(3, console)
        os.wait()
        return
    path = Path("/run/genkan/user-data")
    path.write_bytes(script)
    path.chmod(0o700)
    null = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((null, 0), (console, 1), (console, 2)):
        os.dup2(source, target)
    os.chdir("/")
    os.execve(path, [str(path)], {**_bare_environment(), **environment_of(running)})  # noqa: S606 - no shell is meant


def _bare_environment() -> dict[str, str]:
    kept = ("PATH", "LANG", "TERM")
    return {"HOME": "/root", **{name: os.environ[name] for name in kept if name in os.environ}}


def _in_a_child(errors: int, work: Any) -> None:  # noqa: ANN401 - a callable of no arguments
    """Run `work` in a fresh child and end it, whatever happens."""
    code = 1
    try:
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        work()
        code = 0
    except Exception as error:
        with contextlib.suppress(OSError):
            os.write(errors, f"\n{error}".encode())
    finally:
        os._exit(code)


def _read_all(reader: int) -> str:
    told = b""
    try:
        while select.select([reader], [], [], PATIENCE)[0]:
            part = os.read(reader, 4096)
            if not part:
                break
            told += part
    finally:
        os.close(reader)
    return told.decode(errors="replace")
