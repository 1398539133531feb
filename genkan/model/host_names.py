"""Host names that AWS gives addresses, private and public ones.

"Amazon EC2 instance hostnames and domains" in the Amazon EC2 user guide.
"""

from ipaddress import IPv4Address

FIRST_REGION = "us-east-1"  # older than the scheme, so its domains name no Region


def internal_domain(region: str) -> str:
    """Give the domain of private instance names in a Region."""
    return "ec2.internal" if region == FIRST_REGION else f"{region}.compute.internal"


def public_domain(region: str) -> str:
    """Give the domain of public instance names in a Region."""
    zone = "compute-1" if region == FIRST_REGION else f"{region}.compute"
    return f"{zone}.amazonaws.com"


def private_host(address: IPv4Address) -> str:
    """Give the host name of a private address, without its domain."""
    return "ip-" + str(address).replace(".", "-")


def public_host(address: IPv4Address) -> str:
    """Give the host name of a public address, without its domain."""
    return "ec2-" + str(address).replace(".", "-")
