"""Which modules hold the operations of which service (named as botocore names them)."""

from types import ModuleType

from genkan.api import (
    account_attributes,
    availability_zones,
    internet_gateways,
    network_acls,
    route_table_associations,
    route_tables,
    routes,
    security_group_permissions,
    security_group_rules,
    security_groups,
    subnets,
    tags,
    vpc_attributes,
    vpcs,
)

FAMILIES: dict[str, tuple[ModuleType, ...]] = {
    "ec2": (
        account_attributes,
        availability_zones,
        internet_gateways,
        network_acls,
        route_table_associations,
        route_tables,
        routes,
        security_group_permissions,
        security_group_rules,
        security_groups,
        subnets,
        tags,
        vpc_attributes,
        vpcs,
    ),
    "sts": (),
}
