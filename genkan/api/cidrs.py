"""CIDR blocks in requests: read, and brought to the form AWS shows them in.

Host bits are cleared, not refused: EC2 turns 100.68.0.18/18 into 100.68.0.0/18 wherever it takes a
block. A bare address is no block.
"""

from ipaddress import IPv4Network, IPv6Network
from typing import TypeVar

from genkan.model.errors import InvalidParameterValue

N = TypeVar("N", IPv4Network, IPv6Network)

LARGEST_PREFIX = 28  # "VPC CIDR blocks" and "Subnet sizing" in the Amazon VPC user guide
SMALLEST_PREFIX = 16


def parse_cidr(text: str, parameter: str) -> IPv4Network:
    """Read an IPv4 block that `parameter` (AWS's name, lower camel case) holds.

    Raises InvalidParameterValue.
    """
    block = parse_block(IPv4Network, text)
    if block is None:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter {parameter} is invalid. "
            "This is not a valid CIDR block. Write it as 10.0.0.0/16."
        )
    return block


def parse_block(of: type[N], text: str) -> N | None:
    """Read a block of one family with its host bits cleared; None when it is none."""
    try:
        return of(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def is_within(block: IPv4Network | IPv6Network, whole: IPv4Network | IPv6Network) -> bool:
    """Tell whether a block lies in another one of the same family."""
    if isinstance(block, IPv4Network):
        return isinstance(whole, IPv4Network) and block.subnet_of(whole)
    return isinstance(whole, IPv6Network) and block.subnet_of(whole)


def fits_a_network(block: IPv4Network) -> bool:
    """Tell whether a VPC or a subnet may have this size."""
    return SMALLEST_PREFIX <= block.prefixlen <= LARGEST_PREFIX
