"""IPv6 blocks that Amazon provides: the EC2 range of each Region of which it is known.

Ranges are those of AWS's ip-ranges.json as of December 2025. A Region that is not listed draws from
2001:db8::/32, which RFC 3849 keeps for documentation, so that its blocks can be nobody's.
"""

from ipaddress import IPv6Address, IPv6Network

VPC_PREFIX = 56  # "IPv6 VPC CIDR blocks": what Amazon provides is a /56
DOCUMENTATION = IPv6Network("2001:db8::/32")

_EC2_RANGES = {
    region: IPv6Network(block)
    for region, block in (
        ("ap-northeast-1", "2406:da14::/36"),
        ("ap-northeast-2", "2406:da12::/36"),
        ("ap-south-1", "2406:da1a::/36"),
        ("ap-southeast-1", "2406:da18::/36"),
        ("ap-southeast-2", "2406:da1c::/36"),
        ("ca-central-1", "2600:1f11::/36"),
        ("eu-central-1", "2a05:d014::/36"),
        ("eu-north-1", "2a05:d016::/36"),
        ("eu-west-1", "2a05:d018::/36"),
        ("eu-west-2", "2a05:d01c::/36"),
        ("eu-west-3", "2a05:d012::/36"),
        ("sa-east-1", "2600:1f1e::/36"),
        ("us-east-1", "2600:1f18::/36"),
        ("us-east-2", "2600:1f16::/36"),
        ("us-west-1", "2600:1f1c::/36"),
        ("us-west-2", "2600:1f14::/36"),
    )
}


def is_given_ipv6(address: IPv6Address) -> bool:
    """Tell whether an address is in a range that blocks of VPCs are drawn from."""
    return any(address in network for network in (*_EC2_RANGES.values(), DOCUMENTATION))


def ipv6_block(region: str, number: int) -> IPv6Network:
    """Give the block of a VPC in a Region that `number`, counted round, stands for."""
    whole = _EC2_RANGES.get(region, DOCUMENTATION)
    blocks = 1 << (VPC_PREFIX - whole.prefixlen)
    offset = (number % blocks) << (whole.max_prefixlen - VPC_PREFIX)
    return IPv6Network((int(whole.network_address) + offset, VPC_PREFIX))
