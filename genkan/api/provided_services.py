"""Endpoint services of providers: who sees which, and who may make endpoints to it.

The owner always may; somebody else when a permission names the account, the user or role that asks,
or everybody. Membership of an organization is not known here, so such a permission lets nobody in.
"Manage permissions" in the AWS PrivateLink guide.
"""

import re
from collections.abc import Iterable

from genkan.api.call import Call
from genkan.api.endpoint_services import InvalidServiceName
from genkan.model.endpoint_service import (
    EndpointConnection,
    EndpointService,
    ServicePermission,
    service_id_of,
)
from genkan.model.network import Network
from genkan.model.vpc_endpoint import VpcEndpoint

EVERYBODY = "*"


def need_provided(call: Call, name: str, region: str | None = None) -> EndpointService:
    """Give the service of this name in a Region, the call's if none is named.

    Raises InvalidServiceName also when the caller may not use it, or not from its own Region.
    """
    service = find_provided(call.network, name)
    if (
        service is None
        or service.region != (region or call.region)
        or call.region not in (service.region, *service.regions)
        or not may_use(call, service)
    ):
        raise InvalidServiceName(f"The Vpc Endpoint Service '{name}' does not exist")
    return service


def find_provided(network: Network, name: str) -> EndpointService | None:
    """Give the service that is called `name`, or None."""
    service = network.get(EndpointService, service_id_of(name))
    return service if service and service.service_name == name else None


def may_use(call: Call, service: EndpointService) -> bool:
    """Tell whether the caller may make endpoints to a service."""
    return service.account == call.account or any(
        permission.principal == EVERYBODY or _is_caller(call, permission.principal)
        for permission in call.network.where(ServicePermission, service_id=service.id)
    )


def discovered(call: Call, regions: Iterable[str]) -> Iterable[EndpointService]:
    """Give the services of Regions that a caller sees who asks for none by name: its own, and
    those whose permissions name it."""
    there = (one for name in regions for one in call.network.where(EndpointService, region=name))
    for service in there:
        if call.region not in (service.region, *service.regions):
            continue
        if service.account == call.account or any(
            _is_caller(call, permission.principal)
            for permission in call.network.where(ServicePermission, service_id=service.id)
        ):
            yield service


def connected_endpoints(network: Network, service: EndpointService) -> list[VpcEndpoint]:
    """Give the endpoints to a service that are still there, in whatever state."""
    connections = network.where(EndpointConnection, service_id=service.id)
    endpoints = (network.get(VpcEndpoint, one.endpoint_id) for one in connections)
    return [one for one in endpoints if one]


def _is_caller(call: Call, principal: str) -> bool:
    """Tell whether a principal is the caller: its account, itself, or the role it has assumed."""
    if principal == f"arn:aws:iam::{call.account}:root":
        return True
    assumed = re.fullmatch(r"arn:aws:sts::([0-9]{12}):assumed-role/([^/]+)/.+", call.principal)
    role = f"arn:aws:iam::{assumed[1]}:role/{assumed[2]}" if assumed else None
    return principal in (call.principal, role)
