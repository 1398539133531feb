"""Services of the user's own, added and removed: what `genkan service` may ask for."""

import re
from collections.abc import Sequence
from typing import Any

from genkan.model.catalogue.regions import REGIONS
from genkan.model.catalogue.services import SERVICES
from genkan.model.errors import InvalidParameterValue, NotFound
from genkan.model.hosted_service import HostedService, hosted_service_id
from genkan.model.network import Change, Network, delete, put
from genkan.model.vpc_endpoint import VpcEndpoint

HIGHEST_PORT = 65_535
OWNER = "amazon"
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
CODE = re.compile(rf"{LABEL}(?:\.{LABEL})*")
NAME = re.compile(rf"(?:\*\.)?{LABEL}(?:\.{LABEL})+")


def add(
    network: Network,
    name: str,
    region: str,
    ports: Sequence[int],
    upstream: tuple[str, int],
    private_names: Sequence[str],
) -> Change:
    """Give the change by which a service is there. Raises InvalidParameterValue."""
    code = name.removeprefix(f"com.amazonaws.{region}.")
    if region not in REGIONS:
        raise InvalidParameterValue(f"There is no Region {region}.")
    if not CODE.fullmatch(code) or code.startswith("vpce."):
        raise InvalidParameterValue(
            f"{name} cannot be a service's name. Give letters, digits and dashes, with dots between"
            f", or com.amazonaws.{region} before such."
        )
    taken = network.get(HostedService, hosted_service_id(region, code))
    if code in SERVICES or taken is not None:
        raise InvalidParameterValue(f"There is a service {code} in {region} already.")
    if not all(1 <= port <= HIGHEST_PORT for port in ports) or not 0 <= upstream[1] <= HIGHEST_PORT:
        raise InvalidParameterValue(f"Ports are 1 to {HIGHEST_PORT}.")
    names = tuple(dict.fromkeys(private_names)) or (f"{code}.{region}.amazonaws.com",)
    for one in names:
        if not NAME.fullmatch(one):
            raise InvalidParameterValue(f"{one} cannot be a private DNS name: it is no domain.")
    host, host_port = upstream
    return put(
        HostedService(
            id=hosted_service_id(region, code),
            account=OWNER,
            region=region,
            code=code,
            ports=tuple(sorted(set(ports))),
            host=host,
            host_port=host_port,
            private_names=names,
        )
    )


def remove(network: Network, name: str, region: str) -> Change:
    """Give the change by which a service is gone. Raises Refused."""
    code = name.removeprefix(f"com.amazonaws.{region}.")
    found = network.get(HostedService, hosted_service_id(region, code))
    if found is None:
        raise NotFound(
            "InvalidServiceName",
            f"There is no service {name} of yours in {region}. Those that there are: "
            "genkan service list",
        )
    used = sorted(
        one.id
        for one in network.where(VpcEndpoint, service_name=found.service_name)
        if one.region == region
    )
    if used:
        raise InvalidParameterValue(
            f"{found.service_name} has endpoints: {', '.join(used)}. Delete them first: "
            f"genkan aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {' '.join(used)}"
        )
    return delete(found)


def shown(network: Network) -> list[dict[str, Any]]:
    """Give every service as plain data."""
    return [
        {
            "service": one.service_name,
            "region": one.region,
            "ports": list(one.ports),
            "program": one.program,
            "private_names": list(one.private_names),
            "endpoints": sum(
                endpoint.region == one.region
                for endpoint in network.where(VpcEndpoint, service_name=one.service_name)
            ),
        }
        for one in sorted(network.all(HostedService), key=lambda one: one.id)
    ]
