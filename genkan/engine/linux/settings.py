"""What a namespace is told once, when it is made: forwarding, and silence where Linux would
talk."""

import contextlib
from pathlib import Path

NET = Path("/proc/sys/net")
QUIET = {
    "ipv6/conf/all/disable_ipv6": "1",  # until a place has IPv6 addresses, it asks nobody for any
    "ipv6/conf/default/disable_ipv6": "1",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/default/send_redirects": "0",
    "ipv4/conf/all/accept_redirects": "0",
    "ipv4/conf/default/accept_redirects": "0",
    "netfilter/nf_conntrack_tcp_loose": "0",  # a connection that was cut is not taken up again
    "netfilter/nf_conntrack_acct": "1",  # a connection's packets and bytes, from its first one on
    "netfilter/nf_conntrack_timestamp": "1",
}


def settle(forwards: bool) -> None:
    """Write the settings of the calling thread's namespace; what this kernel lacks is left out."""
    for name, value in {**QUIET, "ipv4/ip_forward": "1" if forwards else "0"}.items():
        with contextlib.suppress(FileNotFoundError, PermissionError):
            (NET / name).write_text(value)
