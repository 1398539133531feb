"""What an embedded service may look up of a network: VPCs, subnets and groups of an account in a
Region, as plain data. A pure function of the snapshot."""

from collections.abc import Iterable
from typing import Any, TypeVar

from genkan.model.network import Network
from genkan.model.resource import Resource
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc

R = TypeVar("R", bound=Resource)


def shown_network(network: Network, account: str, region: str) -> dict[str, Any]:
    """Give what there is, in a stable order."""

    def there(kind: type[R]) -> Iterable[R]:
        found = (one for one in network.where(kind, account=account) if one.region == region)
        return sorted(found, key=lambda one: one.id)

    return {
        "vpcs": [
            {"id": one.id, "cidr": str(one.cidr), "default": one.is_default} for one in there(Vpc)
        ],
        "subnets": [
            {
                "id": one.id,
                "vpc": one.vpc_id,
                "cidr": str(one.block),
                "zone": one.zone,
                "default": one.default_for_az,
            }
            for one in there(Subnet)
            if not one.ipv6_native
        ],
        "groups": [
            {
                "id": one.id,
                "vpc": one.vpc_id,
                "name": one.group_name,
                "description": one.description,
                "default": one.is_default,
            }
            for one in there(SecurityGroup)
        ],
    }
