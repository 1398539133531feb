"""What a namespace is told when it is made, and told again where others told it otherwise:
forwarding, and silence where Linux would talk."""

import contextlib
import os
from functools import cache
from pathlib import Path

NET = Path("/proc/sys/net")
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
    "netfilter/nf_conntrack_acct": "1",  # a connection's packets and bytes, from its first one on
    "netfilter/nf_conntrack_timestamp": "1",
    # how long a group knows a connection on which nothing is said, in seconds; "Amazon EC2
    # security group connection tracking"
    "netfilter/nf_conntrack_tcp_timeout_established": "432000",
    "netfilter/nf_conntrack_udp_timeout": "30",
    "netfilter/nf_conntrack_udp_timeout_stream": "180",
    "netfilter/nf_conntrack_generic_timeout": "600",
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
def wanted(forwards: bool, answers_marked: bool = False, idle: int | None = None) -> Values:
    """Give the settings of a namespace, in the order in which they have to be written."""
    passes = "1" if forwards else "0"
    forwarding = {"ipv4/ip_forward": passes, "ipv6/conf/all/forwarding": passes}
    marked = MARKED if answers_marked else {}
    forgets = {name: str(idle) for name in IDLE if idle}
    # forwarding sets others back, so it comes first
    return tuple({**forwarding, **QUIET, **marked, **forgets}.items())


def settle(values: Values) -> None:
    """Write settings of the calling thread's namespace; what this kernel lacks is left out."""
    for name, value in values:
        with contextlib.suppress(FileNotFoundError, PermissionError):
            (NET / name).write_text(value)


def found(values: Values) -> Values:
    """Give the same settings as they are in the calling thread's namespace. What this kernel lacks,
    or lets nobody write here, is given as it is wanted."""
    return tuple((name, _found(NET / name, value)) for name, value in values)


def _found(path: Path, value: str) -> str:
    try:
        there = path.read_text().strip()
    except (FileNotFoundError, PermissionError):
        return value
    return there if there == value or os.access(path, os.W_OK) else value


def forward_by(device: str) -> None:
    """Have the calling thread's namespace forward what comes by a device, whence ever it is."""
    for version in ("ipv4", "ipv6"):
        with contextlib.suppress(FileNotFoundError, PermissionError):
            (NET / version / "conf" / device / "forwarding").write_text("1")
    with contextlib.suppress(FileNotFoundError, PermissionError):
        (NET / "ipv4" / "conf" / device / "rp_filter").write_text("0")
