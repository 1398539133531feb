"""What stops every packet of a path because of what its ends are, or are not now.

"Explanation codes" in the Reachability Analyzer user guide.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from genkan.api.call import Call
from genkan.api.network_insights_standins import RUNS
from genkan.model.instance import Instance
from genkan.model.network_insights import NetworkInsightsPath
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.vpc import InternetGateway
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState

Explanation = dict[str, Any]
OF_ENDPOINTS = (InterfaceType.VPC_ENDPOINT, InterfaceType.GATEWAY_LOAD_BALANCER_ENDPOINT)


def component(row: Resource) -> Explanation:
    """Give a thing as an AnalysisComponent."""
    arn = f"arn:aws:ec2:{row.region}:{row.account}:{row.kind}/{row.id}"
    return {"Id": row.id, "Arn": arn, **({"Name": row.name} if row.name else {})}


def of_ends(
    call: Call, path: NetworkInsightsPath, worn: Iterable[NetworkInterface]
) -> Iterator[Explanation]:
    """Give why nothing passes from or to the ends of a path; `worn` are their interfaces."""
    for interface in worn:
        instance = call.network.get(Instance, interface.instance_id)
        if instance and instance.state not in RUNS:
            yield _bad_state(instance, instance.state.value)
    for name in filter(None, (path.source, path.destination)):
        gateway = call.network.get(InternetGateway, name)
        if gateway and gateway.vpc_id is None:
            code = "BAD_STATE_ATTACHMENT"
            yield {"ExplanationCode": code, "Component": component(gateway)}
        endpoint = call.network.get(VpcEndpoint, name)
        if endpoint and endpoint.state is not VpcEndpointState.AVAILABLE:
            yield _bad_state(endpoint, endpoint.state.value)


def begins_nothing(
    call: Call, path: NetworkInsightsPath, source: NetworkInterface | None
) -> list[Explanation]:
    """Give the explanation of a path from an endpoint: that opens no connection into a VPC."""
    endpoint = call.network.get(VpcEndpoint, path.source)
    if endpoint is None and (source is None or source.interface_type not in OF_ENDPOINTS):
        return []
    row = endpoint or source
    code = "VPCE_INTRA_VPC_TRAFFIC"
    return [{"ExplanationCode": code, **({"Component": component(row)} if row else {})}]


def _bad_state(row: Resource, state: str) -> Explanation:
    return {"ExplanationCode": "BAD_STATE", "State": state, "Component": component(row)}
