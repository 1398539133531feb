"""Public addresses: the same for a service in a Region on every machine, from ranges that AWS
publishes.

One rule for all: an address that is known from public answers where there is one, else one drawn
from the Region's range by a hash of the service's code, the next free one where two meet; S3 has
eight. Ranges are those of AWS's ip-ranges.json as of December 2025: one of service S3, one of
service AMAZON that is neither EC2's nor S3's, one of service EC2 for the addresses of instances and
Elastic IPs. Zone ids of the names of endpoints are those that public DNS controllers carry.
"""

import hashlib
from functools import cache
from ipaddress import IPv4Address, IPv4Network

from genkan.model.catalogue.services import ROWS

# Region, S3, other services, EC2
_RANGES = (
    ("af-south-1", "3.5.228.0/22", "99.78.128.0/20", "13.244.0.0/15"),
    ("ap-east-1", "3.5.236.0/22", "13.248.32.0/20", "16.162.0.0/15"),
    ("ap-east-2", "3.5.196.0/22", "15.190.112.0/20", "43.212.0.0/15"),
    ("ap-northeast-1", "52.219.0.0/20", "52.119.216.0/21", "35.72.0.0/13"),
    ("ap-northeast-2", "3.5.184.0/21", "52.95.192.0/20", "3.36.0.0/14"),
    ("ap-northeast-3", "3.5.240.0/22", "13.248.0.0/20", "13.208.0.0/16"),
    ("ap-south-1", "3.5.208.0/22", "52.95.64.0/20", "3.108.0.0/14"),
    ("ap-south-2", "3.5.44.0/22", "99.87.16.0/20", "18.60.0.0/15"),
    ("ap-southeast-1", "16.12.48.0/21", "15.221.8.0/21", "47.128.0.0/14"),
    ("ap-southeast-2", "52.95.128.0/21", "15.221.20.0/22", "3.24.0.0/14"),
    ("ap-southeast-3", "3.5.36.0/22", "99.78.240.0/20", "108.136.0.0/15"),
    ("ap-southeast-4", "3.5.40.0/22", "70.232.64.0/20", "16.50.0.0/15"),
    ("ap-southeast-5", "3.5.180.0/22", "15.190.32.0/20", "43.216.0.0/15"),
    ("ap-southeast-6", "16.15.8.0/22", "15.190.128.0/20", "182.24.0.0/14"),
    ("ap-southeast-7", "3.5.60.0/22", "15.190.80.0/20", "43.208.0.0/15"),
    ("ca-central-1", "3.5.252.0/22", "52.94.80.0/20", "3.96.0.0/15"),
    ("ca-west-1", "3.5.172.0/22", "15.190.48.0/20", "40.176.0.0/15"),
    ("eu-central-1", "16.12.24.0/21", "52.94.136.0/21", "3.64.0.0/12"),
    ("eu-central-2", "3.5.52.0/22", "70.232.96.0/20", "16.62.0.0/15"),
    ("eu-north-1", "3.5.216.0/22", "52.46.192.0/20", "13.48.0.0/15"),
    ("eu-south-1", "3.5.248.0/22", "52.119.128.0/20", "15.160.0.0/16"),
    ("eu-south-2", "3.5.32.0/22", "99.77.32.0/20", "18.100.0.0/15"),
    ("eu-west-1", "52.92.0.0/17", "52.95.112.0/20", "3.248.0.0/13"),
    ("eu-west-2", "3.5.244.0/22", "52.94.32.0/20", "3.8.0.0/14"),
    ("eu-west-3", "3.5.204.0/22", "52.46.64.0/20", "13.36.0.0/14"),
    ("il-central-1", "3.5.56.0/22", "15.190.16.0/20", "51.16.0.0/15"),
    ("me-central-1", "3.5.48.0/22", "99.77.0.0/20", "3.28.0.0/15"),
    ("me-south-1", "3.5.220.0/22", "99.82.128.0/20", "13.152.0.0/16"),
    ("me-west-1", "16.15.16.0/22", "15.190.144.0/20", "51.168.0.0/15"),
    ("mx-central-1", "3.5.192.0/22", "15.190.96.0/20", "78.12.0.0/15"),
    ("sa-east-1", "3.5.232.0/22", "15.221.40.0/21", "15.228.0.0/15"),
    ("sa-west-1", "16.12.120.0/22", "15.190.160.0/20", "83.160.0.0/15"),
    ("us-east-1", "52.216.0.0/15", "15.221.176.0/20", "44.192.0.0/11"),
    ("us-east-2", "52.219.80.0/20", "52.95.0.0/20", "3.136.0.0/13"),
    ("us-west-1", "16.15.0.0/21", "52.119.176.0/21", "18.144.0.0/15"),
    ("us-west-2", "52.92.128.0/17", "15.248.80.0/20", "44.224.0.0/11"),
)
_OBSERVED: dict[tuple[str, str], tuple[IPv4Address, ...]] = {
    ("monitoring", "ap-northeast-1"): (IPv4Address("52.119.219.193"),)
}
_EIGHT_ADDRESSES = "s3"
_VPCE_ZONES = {
    "us-east-1": "Z7HUB22UULQXV",
    "us-east-2": "ZC8PG0KIFKBRI",
    "us-west-1": "Z12I86A8N7VCZO",
    "us-west-2": "Z1YSA3EXCYUU9Z",
    "ap-northeast-1": "Z2E726K9Y6RL4W",
    "ap-northeast-2": "Z27UANNT0PRK1T",
    "ap-northeast-3": "Z376B5OMM2JZL2",
    "ap-southeast-1": "Z18LLCSTV4NVNL",
    "ap-southeast-2": "ZDK2GCRPAFKGO",
    "ap-south-1": "Z2KVTB3ZLFM7JR",
    "ap-east-1": "Z2LIHJ7PKBEMWN",
    "ca-central-1": "ZRCXCF510Y6P9",
    "eu-central-1": "Z273ZU8SZ5RJPC",
    "eu-west-1": "Z38GZ743OKFT7T",
    "eu-west-2": "Z7K1066E3PUKB",
    "eu-west-3": "Z1DWHTMFP0WECP",
    "eu-north-1": "Z3OWWK6JFDEDGC",
    "eu-south-1": "Z2A5FDNRLY7KZG",
    "sa-east-1": "Z2LXUWEVLCVZIB",
    "me-south-1": "Z3B95P3VBGEQGY",
    "af-south-1": "Z09302161J80N9A7UTP7U",
}

EC2_RANGES: dict[str, tuple[IPv4Network, ...]] = {
    region: (IPv4Network(ec2),) for region, _, _, ec2 in _RANGES
}
SERVICE_RANGES: dict[str, tuple[IPv4Network, ...]] = {
    region: (IPv4Network(s3), IPv4Network(other)) for region, s3, other, _ in _RANGES
}


def is_given(address: IPv4Address) -> bool:
    """Tell whether a public address is in a range that the site gives addresses of."""
    given = (*EC2_RANGES.values(), *SERVICE_RANGES.values())
    return any(address in network for networks in given for network in networks)


def public_addresses(code: str, region: str) -> tuple[IPv4Address, ...]:
    """Give the addresses of a service's public names in a Region."""
    return _drawn(region)[code]


def vpce_zone_id(region: str) -> str:
    """Give the id of the public zone that holds the names of a Region's endpoints."""
    return _VPCE_ZONES.get(region) or "Z" + hashlib.sha256(region.encode()).hexdigest()[:13].upper()


@cache
def _drawn(region: str) -> dict[str, tuple[IPv4Address, ...]]:
    s3, other = SERVICE_RANGES[region]
    drawn: dict[str, tuple[IPv4Address, ...]] = {
        code: held for (code, where), held in _OBSERVED.items() if where == region
    }
    taken = {address for held in drawn.values() for address in held}
    for code in sorted(service.code for service in ROWS if service.code not in drawn):
        eight = code == _EIGHT_ADDRESSES
        drawn[code] = _draw(code, s3 if eight else other, 8 if eight else 1, taken)
    return drawn


def _draw(
    code: str, network: IPv4Network, count: int, taken: set[IPv4Address]
) -> tuple[IPv4Address, ...]:
    """Draw `count` addresses of the network, never its first or last one."""
    found: list[IPv4Address] = []
    first, inner = int(network.network_address) + 1, network.num_addresses - 2
    at = int.from_bytes(hashlib.blake2s(code.encode()).digest()[:8], "big")
    while len(found) < count:
        address = IPv4Address(first + at % inner)
        at += 1
        if address not in taken:
            taken.add(address)
            found.append(address)
            at += 36  # S3's eight stand apart, as they do in public answers
    return tuple(sorted(found))
