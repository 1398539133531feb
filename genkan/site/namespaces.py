"""Linux namespaces by system call: making a site's own, entering an instance's. Light to import.

Root makes network, mount and process namespaces as it is; anybody else makes a user namespace first
and is root in that. See user_namespaces(7), pid_namespaces(7), mount_namespaces(7).
"""

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 0x1000, 0x2000, 0x4000, 0x40000
MNT_DETACH = 2
MOST_LAYERS = 16  # of mounts at one place
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

_LIBC = ctypes.CDLL(None, use_errno=True)


def unshare_site() -> bool:
    """Make the namespaces of a site; the next child is its first process.

    Gives whether a user namespace was needed. Raises OSError.
    """
    rootless = os.geteuid() != 0
    user, group = os.geteuid(), os.getegid()
    flags = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID
    _check(_LIBC.unshare(flags | (CLONE_NEWUSER if rootless else 0)), "make namespaces")
    if rootless:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    return rootless


def unshare_instance() -> None:
    """Make the namespaces of an instance; the next child is its first process. Raises OSError."""
    _check(
        _LIBC.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID), "make an instance's namespaces"
    )


def unshare_processes() -> None:
    """Make a process namespace; the next child is its first process. Raises OSError."""
    _check(_LIBC.unshare(CLONE_NEWPID), "make a process namespace")


def enter(descriptor: int, kinds: int) -> None:
    """Enter the namespaces that a namespace's file or a pidfd stands for. Raises OSError."""
    _check(_LIBC.setns(descriptor, kinds), "enter namespaces")


def enter_process(pidfd: int, rootless: bool) -> None:
    """Enter everything of an instance; the next child runs inside. Raises OSError."""
    kinds = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID
    enter(pidfd, kinds | (CLONE_NEWUSER if rootless else 0))


def make_private() -> None:
    """Keep every mount from here on from everybody else."""
    _mount(None, "/", None, MS_REC | MS_PRIVATE)


def mount_proc() -> None:
    _mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)


def mount_tmpfs(target: str) -> None:
    _mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")


def mount_sysfs() -> None:
    """Show the network of these namespaces under /sys too, where the kernel lets us."""
    with contextlib.suppress(OSError):
        _mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC)


def bind(source: str, target: str) -> None:
    _mount(source, target, None, MS_BIND)


def move(source: str, target: str) -> None:
    """Put what is mounted at one place, with all that is mounted in it, at another."""
    _mount(source, target, None, MS_MOVE)


def uncover(target: str) -> None:
    """Take away all that is mounted at a place, so that nobody who unmounts what comes there next
    finds it. What a more privileged mount namespace put there stays: nobody here can take it away.
    """
    for _ in range(MOST_LAYERS):
        if _LIBC.umount2(target.encode(), MNT_DETACH):
            return


def set_hostname(name: str) -> None:
    encoded = name.encode()
    _check(_LIBC.sethostname(encoded, len(encoded)), f"name this host {name}")


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends."""
    _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(signal: int) -> None:
    _LIBC.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)


def bring_up_loopback() -> None:
    """Set lo up. See netdevice(7)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    encoded = [None if text is None else text.encode() for text in (source, target, kind)]
    _check(_LIBC.mount(*encoded, ctypes.c_ulong(flags), data.encode() or None), f"mount {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"could not {what}: {os.strerror(error)}")
