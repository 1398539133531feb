"""AWS's commercial Regions and the zones that a new account gets there.

Names and descriptions as botocore 1.44 lists the partition `aws`; zones and zone ids as AWS's own
documentation and public accounts show them ("Availability Zone IDs for your AWS resources"). Which
zone id stands behind a letter differs between accounts; this is one account's view. As of November
2026.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone's name in this account, and its id, which means the same place in every account."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Region:
    """`opt_in`: a new account has to ask for it first."""

    name: str
    description: str
    opt_in: bool
    zones: tuple[Zone, ...]


_ROWS = (
    ("af-south-1", "Africa (Cape Town)", True, "afs1", "a=1 b=2 c=3"),
    ("ap-east-1", "Asia Pacific (Hong Kong)", True, "ape1", "a=1 b=2 c=3"),
    ("ap-east-2", "Asia Pacific (Taipei)", True, "ape2", "a=1 b=2 c=3"),
    ("ap-northeast-1", "Asia Pacific (Tokyo)", False, "apne1", "a=4 c=1 d=2"),
    ("ap-northeast-2", "Asia Pacific (Seoul)", False, "apne2", "a=1 b=2 c=3 d=4"),
    ("ap-northeast-3", "Asia Pacific (Osaka)", False, "apne3", "a=1 b=2 c=3"),
    ("ap-south-1", "Asia Pacific (Mumbai)", False, "aps1", "a=1 b=3 c=2"),
    ("ap-south-2", "Asia Pacific (Hyderabad)", True, "aps2", "a=1 b=2 c=3"),
    ("ap-southeast-1", "Asia Pacific (Singapore)", False, "apse1", "a=1 b=2 c=3"),
    ("ap-southeast-2", "Asia Pacific (Sydney)", False, "apse2", "a=1 b=3 c=2"),
    ("ap-southeast-3", "Asia Pacific (Jakarta)", True, "apse3", "a=1 b=2 c=3"),
    ("ap-southeast-4", "Asia Pacific (Melbourne)", True, "apse4", "a=1 b=2 c=3"),
    ("ap-southeast-5", "Asia Pacific (Malaysia)", True, "apse5", "a=1 b=2 c=3"),
    ("ap-southeast-6", "Asia Pacific (New Zealand)", True, "apse6", "a=1 b=2 c=3"),
    ("ap-southeast-7", "Asia Pacific (Thailand)", True, "apse7", "a=1 b=2 c=3"),
    ("ca-central-1", "Canada (Central)", False, "cac1", "a=1 b=2 d=4"),
    ("ca-west-1", "Canada West (Calgary)", True, "caw1", "a=1 b=2 c=3"),
    ("eu-central-1", "Europe (Frankfurt)", False, "euc1", "a=1 b=2 c=3"),
    ("eu-central-2", "Europe (Zurich)", True, "euc2", "a=1 b=2 c=3"),
    ("eu-north-1", "Europe (Stockholm)", False, "eun1", "a=1 b=2 c=3"),
    ("eu-south-1", "Europe (Milan)", True, "eus1", "a=1 b=2 c=3"),
    ("eu-south-2", "Europe (Spain)", True, "eus2", "a=1 b=2 c=3"),
    ("eu-west-1", "Europe (Ireland)", False, "euw1", "a=3 b=1 c=2"),
    ("eu-west-2", "Europe (London)", False, "euw2", "a=2 b=3 c=1"),
    ("eu-west-3", "Europe (Paris)", False, "euw3", "a=1 b=2 c=3"),
    ("il-central-1", "Israel (Tel Aviv)", True, "ilc1", "a=1 b=2 c=3"),
    ("me-central-1", "Middle East (UAE)", True, "mec1", "a=1 b=2 c=3"),
    ("me-south-1", "Middle East (Bahrain)", True, "mes1", "a=1 b=2 c=3"),
    ("me-west-1", "Middle East (Saudi Arabia)", True, "mew1", "a=1 b=2 c=3"),
    ("mx-central-1", "Mexico (Central)", True, "mxc1", "a=1 b=2 c=3"),
    ("sa-east-1", "South America (Sao Paulo)", False, "sae1", "a=1 b=2 c=3"),
    ("sa-west-1", "South America (Chile)", True, "saw1", "a=1 b=2 c=3"),
    ("us-east-1", "US East (N. Virginia)", False, "use1", "a=6 b=1 c=2 d=4 e=3 f=5"),
    ("us-east-2", "US East (Ohio)", False, "use2", "a=1 b=2 c=3"),
    ("us-west-1", "US West (N. California)", False, "usw1", "a=3 b=1"),
    ("us-west-2", "US West (Oregon)", False, "usw2", "a=2 b=1 c=3 d=4"),
)


def _region(name: str, description: str, opt_in: bool, prefix: str, zones: str) -> Region:
    pairs = (pair.split("=") for pair in zones.split())
    return Region(
        name,
        description,
        opt_in,
        tuple(Zone(f"{name}{letter}", f"{prefix}-az{number}") for letter, number in pairs),
    )


REGIONS: dict[str, Region] = {row[0]: _region(*row) for row in _ROWS}
