"""What a namespace is told when it is made, and told again where others told it otherwise:
forwarding, and silence where Linux would talk.

A process filesystem finds a setting by its name among those of all namespaces that were ever asked
by it: among a thousand, in 0.9 ms. So each look is by one of its own, which nobody else has asked;
it goes with its descriptor. See fsopen(2), proc_sys_compare in fs/proc/proc_sysctl.c.
"""

import contextlib
import ctypes
import os
from collections.abc import Iterator
from functools import cache

SYSTEM = "sys/net/"  # of a process filesystem
PROC = "/proc"
_LIBC = ctypes.CDLL(None, use_errno=True)
FSOPEN, FSCONFIG, FSMOUNT, MAKE = 430, 431, 432, 6  # the same on every architecture
QUIET = {
    # IPv6 addresses are those that are given: nobody is asked for any, or whether it has one
    "ipv6/conf/all/disable_ipv6": "0",
    "ipv6/conf/default/disable_ipv6": "0",
    "ipv6/conf/default/addr_gen_mode": "1",  # no link-local ones: there is nobody to talk to
    "ipv6/conf/all/accept_ra": "0",
    "ipv6/conf/default/accept_ra": "0",
    "ipv6/conf/all/accept_dad": "0",
    "ipv6/conf/default/accept_dad": "0",
    "ipv6/conf/default/dad_transmits": "0",
    "ipv6/conf/default/router_solicitations": "0",
    "ipv6/conf/all/accept_redirects": "0",
    "ipv6/conf/default/accept_redirects": "0",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/default/send_redirects": "0",
    "ipv4/conf/all/accept_redirects": "0",
    "ipv4/conf/default/accept_redirects": "0",
    "netfilter/nf_conntrack_tcp_loose": "0",  # a connection that was cut is not taken up again
    # how long a group knows a connection on which nothing is said, in seconds; "Amazon EC2
    # security group connection tracking"
    "netfilter/nf_conntrack_tcp_timeout_established": "432000",
    "netfilter/nf_conntrack_udp_timeout": "30",
    "netfilter/nf_conntrack_udp_timeout_stream": "180",
    "netfilter/nf_conntrack_generic_timeout": "600",
}


# Of VPCs: connections are recorded there, and packets are checked for a source that is the router's
# own by one look at a set. The kernel does that by looking for a second route for each packet.
OF_VPC = {
    "netfilter/nf_conntrack_acct": "1",  # a connection's packets and bytes, from its first one on
    "netfilter/nf_conntrack_timestamp": "1",
    "ipv4/conf/all/accept_local": "1",
}
UNRECORDED = {
    "netfilter/nf_conntrack_acct": "0",
    "netfilter/nf_conntrack_timestamp": "0",
    "netfilter/nf_conntrack_events": "0",
}


# Of places whose sides may have the same addresses: what is sent to an intake's client is found by
# its mark, and a client may have an address that the place has itself.
MARKED = {
    "ipv4/fwmark_reflect": "1",
    "ipv6/fwmark_reflect": "1",
    "ipv4/tcp_fwmark_accept": "1",
    "ipv4/conf/all/accept_local": "1",
    "ipv4/ip_early_demux": "0",  # before rules have told apart who has the same address and port
}


IDLE = (
    "netfilter/nf_conntrack_tcp_timeout_established",
    "netfilter/nf_conntrack_udp_timeout",
    "netfilter/nf_conntrack_udp_timeout_stream",
)


Values = tuple[tuple[str, str], ...]


@cache
def wanted(
    forwards: bool, vpc: bool = False, answers_marked: bool = False, idle: int | None = None
) -> Values:
    """Give the settings of a namespace, in the order in which they have to be written.

    `answers_marked`: what it answers to a marked packet by itself carries the mark. `idle`: seconds
    after which it forgets a connection; None: the kernel's own.
    """
    passes = "1" if forwards else "0"
    forwarding = {"ipv4/ip_forward": passes, "ipv6/conf/all/forwarding": passes}
    marked = MARKED if answers_marked else {}
    forgets = {name: str(idle) for name in IDLE if idle}
    # forwarding sets others back, so it comes first
    kind = OF_VPC if vpc else UNRECORDED
    return tuple({**forwarding, **QUIET, **kind, **marked, **forgets}.items())


def settle(values: Values) -> None:
    """Write settings of the calling thread's namespace; what this kernel lacks is left out."""
    with _processes() as proc:
        for name, value in values:
            _write(proc, name, value)


def found(values: Values) -> Values:
    """Give the same settings as they are in the calling thread's namespace. What this kernel lacks,
    or lets nobody write here, is given as it is wanted."""
    with _processes() as proc:
        return tuple((name, _found(proc, name, value)) for name, value in values)


def forward_by(device: str) -> None:
    """Have the calling thread's namespace forward what comes by a device, whence ever it is."""
    with _processes() as proc:
        for version in ("ipv4", "ipv6"):
            _write(proc, f"{version}/conf/{device}/forwarding", "1")
        _write(proc, f"ipv4/conf/{device}/rp_filter", "0")


def _write(proc: int, name: str, value: str) -> None:
    with contextlib.suppress(FileNotFoundError, PermissionError):
        opened = os.open(SYSTEM + name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
        try:
            os.write(opened, value.encode())
        finally:
            os.close(opened)


def _found(proc: int, name: str, value: str) -> str:
    try:
        opened = os.open(SYSTEM + name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    except (FileNotFoundError, PermissionError):
        return value
    try:
        there = os.read(opened, 100).decode().strip()
    finally:
        os.close(opened)
    writable = there == value or os.access(SYSTEM + name, os.W_OK, dir_fd=proc)
    return there if writable else value


@contextlib.contextmanager
def _processes() -> Iterator[int]:
    """Open a process filesystem of one's own; the machine's, where there is none to be had."""
    opened = _own_processes()
    if opened is None:
        opened = os.open(PROC, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield opened
    finally:
        os.close(opened)


def _own_processes() -> int | None:
    context = _LIBC.syscall(FSOPEN, b"proc", 1)
    if context < 0:
        return None
    try:
        made = _LIBC.syscall(FSCONFIG, context, MAKE, None, None, 0)
        mounted = _LIBC.syscall(FSMOUNT, context, 1, 0) if made == 0 else -1
    finally:
        os.close(context)
    return int(mounted) if mounted >= 0 else None
