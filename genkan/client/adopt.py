"""Network namespaces that exist already, given to a site to hold: what a process's wears next.

A namespace is looked at from inside by a child, and bound into the site's own folder of namespaces
by another, which enters the site's mounts. An ordinary user's site may enter what was made in its
own user namespace alone: setns(2), open_tree(2), move_mount(2).
"""

import ctypes
import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genkan.client.exec import CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWUSER
from genkan.client.site import Site

FOLDER = "/run/genkan/ns"  # in a site's own mounts
OWN = "/proc/self/ns/net"
OPEN_TREE, MOVE_MOUNT = 428, 429
OPEN_TREE_CLONE, AT_EMPTY_PATH, MOVE_MOUNT_F_EMPTY_PATH = 1, 0x1000, 4
AT_FDCWD = -100
MNT_DETACH = 2
DEFAULT_ROUTE = "00000000"  # its destination, in /proc/net/route

_LIBC = ctypes.CDLL(None, use_errno=True)


class NotAdopted(Exception):
    """The kernel, or sense, does not let this site have a namespace: what, why, what to do."""

    def __init__(self, what: str, why: str, todo: str = "") -> None:
        super().__init__(what)
        self.why, self.todo = why, todo


@dataclass(frozen=True)
class Adopted:
    """A namespace as it was found: its number, a free device's number, whether it had no way
    out."""

    namespace: int
    device_index: int
    leads_out: bool


def adopt(site: Site, path: str, what: str, interface: str) -> Adopted:
    """Have the site hold a namespace for an interface. Raises NotAdopted, SiteDown."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise NotAdopted(
            f"the network namespace of {what} cannot be opened: {error.strerror}.",
            f"It is looked for at {path}.",
        ) from error
    try:
        number = os.fstat(descriptor).st_ino
        _check_foreign(site, number, what)
        found = _in_the_site(site, what, lambda: _look(descriptor))
        _in_the_site(site, what, lambda: _bind(descriptor, interface), mounts=True)
    finally:
        os.close(descriptor)
    taken = {int(name[3:]) for name in found["devices"] if name[:3] == "eth" and name[3:].isdigit()}
    free = next(index for index in range(len(taken) + 1) if index not in taken)
    return Adopted(number, free, not found["has_a_way_out"])


def release(site: Site, interface: str) -> None:
    """Have the site hold it no more."""
    _in_the_site(site, interface, lambda: _unbind(interface), mounts=True)


def _check_foreign(site: Site, number: int, what: str) -> None:
    """Raise NotAdopted for the network of this machine, or of the site itself."""
    anchor = _pid_of_anchor(site)
    if number in {os.stat(OWN).st_ino, os.stat("/proc/1/ns/net").st_ino if _may(1) else -1}:
        raise NotAdopted(
            f"{what} is in this machine's own network.",
            "A site changes nothing of that: what is attached has a network namespace of its own.",
            "start it with `unshare --net`, or in a container",
        )
    if _may(anchor) and number == os.stat(f"/proc/{anchor}/ns/net").st_ino:
        raise NotAdopted(f"{what} is in the site's own network.", "Its processes live there.")


def _may(pid: int) -> bool:
    return os.access(f"/proc/{pid}/ns/net", os.R_OK)


def _pid_of_anchor(site: Site) -> int:
    return next(int(one["pid"]) for one in site.processes() if one["name"] == "anchor")


def _look(descriptor: int) -> dict[str, Any]:
    """In a child: give what is in a namespace."""
    _check(_LIBC.setns(descriptor, CLONE_NEWNET))
    devices = [name for _, name in socket.if_nameindex()]
    lines = Path("/proc/self/net/route").read_text().splitlines()[1:]
    return {
        "devices": devices,
        "has_a_way_out": any(line.split()[1] == DEFAULT_ROUTE for line in lines),
    }


def _bind(descriptor: int, interface: str) -> None:
    """In a child, in the site's mounts: bind a namespace to the file of an interface."""
    flags = OPEN_TREE_CLONE | AT_EMPTY_PATH | os.O_CLOEXEC
    tree = _check(_LIBC.syscall(OPEN_TREE, descriptor, b"", flags))
    target = f"{FOLDER}/{interface}"
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    _check(_LIBC.syscall(MOVE_MOUNT, tree, b"", AT_FDCWD, target.encode(), MOVE_MOUNT_F_EMPTY_PATH))


def _unbind(interface: str) -> None:
    """In a child, in the site's mounts."""
    target = f"{FOLDER}/{interface}"
    _LIBC.umount2(target.encode(), MNT_DETACH)
    Path(target).unlink(missing_ok=True)


def _in_the_site(
    site: Site, what: str, work: Callable[[], Any], *, mounts: bool = False
) -> dict[str, Any]:
    """Work in a child that has the site's rights, and its mounts; give what it gave."""
    answer, descriptors = site.ask_anchor(do="processes")
    names = [one["name"] for one in answer["processes"]]
    kinds = (CLONE_NEWUSER if os.geteuid() else 0) | (CLONE_NEWNS if mounts else 0)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _report(writer, descriptors[names.index("anchor")], kinds, work)
    os.close(writer)
    for one in descriptors:
        os.close(one)
    with os.fdopen(reader) as told:
        result = json.loads(told.read() or '{"failed": "it ended without a word", "number": 0}')
    os.waitpid(child, 0)
    if "failed" in result:
        raise _refusal(what, result)
    return dict(result["gave"] or {})


def _refusal(what: str, result: dict[str, Any]) -> NotAdopted:
    if result["number"] == 1:  # EPERM
        return NotAdopted(
            f"the kernel does not let this site into the network of {what}.",
            "The site of an ordinary user has rights in namespaces that were made inside it, and "
            "in no others."
            if os.geteuid()
            else "This site may not enter it.",
            "start the site as root: sudo genkan up",
        )
    return NotAdopted(f"{what} cannot be attached: {result['failed']}.", "The kernel said so.")


def _report(writer: int, anchor: int, kinds: int, work: Callable[[], Any]) -> None:
    """In a child: enter, work, tell, end."""
    try:
        if kinds:
            _check(_LIBC.setns(anchor, kinds))
        told: dict[str, Any] = {"gave": work()}
    except OSError as error:
        told = {"failed": error.strerror, "number": error.errno}
    except BaseException as error:
        told = {"failed": repr(error), "number": 0}
    os.write(writer, json.dumps(told).encode())
    os._exit(0)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)
