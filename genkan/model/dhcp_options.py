"""DHCP option sets: what a VPC tells its instances about names and time.

Every account has one in each Region that nobody made: Amazon's resolver, and the Region's internal
domain. It follows from both and is not stored. "DHCP option sets" in the Amazon VPC user guide.
"""

import hashlib
from dataclasses import dataclass
from typing import ClassVar

from genkan.model.host_names import internal_domain
from genkan.model.resource import Resource
from genkan.model.vpc import Vpc

NONE = "default"  # what a VPC shows that has no options
AMAZON_PROVIDED = "AmazonProvidedDNS"


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpConfiguration:
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpOptions(Resource):
    kind: ClassVar[str] = "dhcp-options"

    configurations: tuple[DhcpConfiguration, ...]


def first_options(account: str, region: str) -> DhcpOptions:
    """Give the set that an account has in a Region from the beginning."""
    return DhcpOptions(
        id=first_options_id(account, region),
        account=account,
        region=region,
        configurations=(
            DhcpConfiguration(key="domain-name", values=(internal_domain(region),)),
            DhcpConfiguration(key="domain-name-servers", values=(AMAZON_PROVIDED,)),
        ),
    )


def first_options_id(account: str, region: str) -> str:
    digest = hashlib.sha256(f"dhcp-options/{account}/{region}".encode()).hexdigest()
    return f"dopt-{digest[:17]}"


def shown_options(vpc: Vpc) -> str:
    """Give the id of a VPC's options as it is shown."""
    return vpc.dhcp_options_id or first_options_id(vpc.account, vpc.region)
