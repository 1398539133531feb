"""Names and numbers in the kernel, derived from ids, so that what is found there can be told to be
ours.

A device is `gk-` and ten characters of a hash (15 bytes is the limit), its alias says whose it is;
inside instances devices are called as programs expect them, eth0. Groups, marks and tables are
numbers drawn from ids by a hash of 28 bits; a mark has four bits above for what is no number.
"""

import hashlib

PLAIN_DEVICE = "eth"
NUMBERS = 0x0FFFFFFF
LOWEST_NUMBER = 1 << 16  # below are the kernel's and the system's own tables and groups


def device_name(interface: str) -> str:
    """Give the kernel's name of an interface of a place."""
    if interface.startswith(PLAIN_DEVICE):
        return interface
    return f"gk-{_digest(interface, 5)}"


def number(name: str) -> int:
    """Give the group, mark or table that stands for a subnet or a route table."""
    value = int(_digest(name, 4), 16) & NUMBERS
    return value if value >= LOWEST_NUMBER else value + LOWEST_NUMBER


def chain_name(name: str) -> str:
    """Give the nft chain or set of a filter, a list of filters or an address set."""
    if len(name) < 60:
        return "".join(c if c.isalnum() else "_" for c in name)
    return f"gk_{_digest(name, 16)}"  # nft takes no name that begins with a digit


def _digest(name: str, size: int) -> str:
    return hashlib.blake2s(name.encode(), digest_size=size).hexdigest()
