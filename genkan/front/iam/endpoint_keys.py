"""Condition keys of EC2's operations that make endpoints and endpoint services.

Of a request's own parameters; what it names by an id is not looked up. "Actions, resources, and
condition keys for Amazon EC2" in the Service Authorization Reference; "Cross-Region access" in the
AWS PrivateLink guide.
"""

from collections.abc import Mapping, Sequence
from typing import Any

CREATE_ENDPOINT = "CreateVpcEndpoint"
OF_SERVICES = (
    "CreateVpcEndpointServiceConfiguration",
    "ModifyVpcEndpointServiceConfiguration",
)
ALLOW_MULTI_REGION = "vpce:AllowMultiRegion"  # a permission without an operation
OF_CUSTOMERS = "com.amazonaws.vpce."
AMAZON = "amazon"


def endpoint_keys(
    operation: str, parameters: Mapping[str, Any], region: str
) -> dict[str, tuple[str, ...]]:
    """Give the keys of one of these operations; none of any other."""
    if operation not in (CREATE_ENDPOINT, *OF_SERVICES):
        return {}
    crosses = str(crosses_regions(operation, parameters, region)).lower()
    keys: dict[str, tuple[str, ...]] = {"ec2:VpceMultiRegion": (crosses,)}
    if operation == CREATE_ENDPOINT:
        name = str(parameters.get("ServiceName") or "")
        keys["ec2:VpceServiceRegion"] = (str(parameters.get("ServiceRegion") or region),)
        if name:
            keys["ec2:VpceServiceName"] = (name,)
            if not name.startswith(OF_CUSTOMERS):
                keys["ec2:VpceServiceOwner"] = (AMAZON,)
        return keys
    supported = _supported(parameters)
    if supported:
        keys["ec2:VpceSupportedRegion"] = tuple(map(str, supported))
    if parameters.get("PrivateDnsName"):
        keys["ec2:VpceServicePrivateDnsName"] = (str(parameters["PrivateDnsName"]),)
    return keys


def crosses_regions(operation: str, parameters: Mapping[str, Any], region: str) -> bool:
    """Tell whether an endpoint leads to another Region, or a service is to be had from one."""
    if operation == CREATE_ENDPOINT:
        return parameters.get("ServiceRegion") not in (None, region)
    return operation in OF_SERVICES and any(one != region for one in _supported(parameters))


def _supported(parameters: Mapping[str, Any]) -> Sequence[Any]:
    for name in ("SupportedRegions", "AddSupportedRegions"):
        found = parameters.get(name)
        if isinstance(found, list) and found:
            return found
    return ()
