"""Network insights paths and analyses: a question kept, and what the network answers to it now.

An analysis is done when it is answered. "Reachability Analyzer" user guide.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import FORMS, need
from genkan.api.network_insights_answers import (
    Unanswerable,
    components,
    explanations,
    flows_of,
    goes_by,
    interface_of,
)
from genkan.api.network_insights_standins import stand_ins
from genkan.api.network_insights_states import begins_nothing, of_ends
from genkan.api.output import present
from genkan.api.selection import Values, matching, page, select, yes_no
from genkan.api.tagging import from_specifications, shown
from genkan.api.way import Flow, Way
from genkan.model.endpoint_service import EndpointService
from genkan.model.errors import (
    DependencyViolation,
    InvalidParameterValue,
    MissingParameter,
    UnsupportedOperation,
)
from genkan.model.instance import Instance
from genkan.model.network import Change, delete, put
from genkan.model.network_insights import NetworkInsightsAnalysis, NetworkInsightsPath
from genkan.model.network_interface import NetworkInterface
from genkan.model.peering import VpcPeeringConnection
from genkan.model.resource import Resource
from genkan.model.vpc import InternetGateway
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.model.vpn import VpnGateway

PROTOCOLS = ("tcp", "udp")
HIGHEST_PORT = 65_535
SUCCEEDED, FAILED = "succeeded", "failed"
# What a path may begin or end at, of the kinds that there are here.
ENDS: tuple[type[Resource], ...] = (
    Instance,
    NetworkInterface,
    VpcEndpoint,
    EndpointService,
    InternetGateway,
    VpcPeeringConnection,
    VpnGateway,
)


@idempotent(NetworkInsightsPath, lambda call, rows: _made(rows[0]), echoed=False)
def create_network_insights_path(
    call: Call,
    *,
    source: str,
    protocol: str,
    destination: str | None = None,
    source_ip: str | None = None,
    destination_ip: str | None = None,
    destination_port: int | None = None,
    filter_at_source: Mapping[str, Any] | None = None,
    filter_at_destination: Mapping[str, Any] | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    if protocol not in PROTOCOLS:
        raise InvalidParameterValue(
            f"Value ({protocol}) for parameter protocol is invalid. Use {' or '.join(PROTOCOLS)}."
        )
    if not (destination or destination_ip or filter_at_source):
        raise MissingParameter("The request must contain the parameter destination.")
    if destination_port is not None and not 0 <= destination_port <= HIGHEST_PORT:
        raise InvalidParameterValue(
            f"Value ({destination_port}) for parameter destinationPort is invalid. "
            f"Give 0 to {HIGHEST_PORT}."
        )
    path = NetworkInsightsPath(
        id=call.new_id("nip"),
        account=call.account,
        region=call.region,
        tags=from_specifications(NetworkInsightsPath.kind, tag_specifications),
        source=_end(call, source, "source"),
        destination=_end(call, destination, "destination") if destination else None,
        protocol=protocol,
        created_at=call.now,
        source_ip=_address(source_ip, "sourceIp"),
        destination_ip=_address(destination_ip, "destinationIp"),
        destination_port=destination_port,
        filter_at_source=_filter(filter_at_source),
        filter_at_destination=_filter(filter_at_destination),
    )
    return Answer(_made(path), put(path))


def describe_network_insights_paths(
    call: Call,
    *,
    network_insights_path_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(
        call, NetworkInsightsPath, ids=network_insights_path_ids, filters=filters, table=_PATHS
    )
    some, token = page(rows, max_results, next_token)
    return Answer(present(NetworkInsightsPaths=[_path(row) for row in some], NextToken=token))


def delete_network_insights_path(call: Call, *, network_insights_path_id: str) -> Answer:
    path = need(call, NetworkInsightsPath, network_insights_path_id)
    held = list(call.network.where(NetworkInsightsAnalysis, path_id=path.id))
    if held:
        raise DependencyViolation(
            f"The network insights path '{path.id}' has {len(held)} analyses and cannot be "
            "deleted. Delete those first."
        )
    return Answer({"NetworkInsightsPathId": path.id}, delete(path))


@idempotent(NetworkInsightsAnalysis, lambda call, rows: _started(rows[0]), echoed=False)
def start_network_insights_analysis(
    call: Call,
    *,
    network_insights_path_id: str,
    filter_in_arns: Sequence[str] | None = None,
    filter_out_arns: Sequence[str] | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    path = need(call, NetworkInsightsPath, network_insights_path_id)
    if filter_in_arns or filter_out_arns:
        raise UnsupportedOperation(
            "Genkan's network has one way for a packet, and FilterInArns and FilterOutArns choose "
            "among several. Leave them out."
        )
    tags = from_specifications(NetworkInsightsAnalysis.kind, tag_specifications)
    analysis = NetworkInsightsAnalysis(
        id=call.new_id("nia"),
        account=call.account,
        region=call.region,
        tags=tags,
        path_id=path.id,
        started_at=call.now,
        **_found(call, path),
    )
    return Answer(_started(analysis), put(analysis))


def describe_network_insights_analyses(
    call: Call,
    *,
    network_insights_analysis_ids: Sequence[str] | None = None,
    network_insights_path_id: str | None = None,
    analysis_start_time: datetime | None = None,
    analysis_end_time: datetime | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(
        call, NetworkInsightsAnalysis, ids=network_insights_analysis_ids, filters=None, table={}
    )
    if network_insights_path_id:
        path = need(call, NetworkInsightsPath, network_insights_path_id)
        rows = [row for row in rows if row.path_id == path.id]
    first, last = analysis_start_time or datetime.min, analysis_end_time or datetime.max
    inside = [row for row in rows if _naive(first) <= _naive(row.started_at) <= _naive(last)]
    some, token = page(matching(inside, filters, _ANALYSES), max_results, next_token)
    shown_rows = [_analysis(row) for row in some]
    return Answer(present(NetworkInsightsAnalyses=shown_rows, NextToken=token))


def delete_network_insights_analysis(call: Call, *, network_insights_analysis_id: str) -> Answer:
    analysis = need(call, NetworkInsightsAnalysis, network_insights_analysis_id)
    return Answer({"NetworkInsightsAnalysisId": analysis.id}, delete(analysis))


def _found(call: Call, path: NetworkInsightsPath) -> dict[str, Any]:
    """Ask the network; give what an analysis keeps of the answer."""
    named = [interface_of(call, name) for name in (path.source, path.destination) if name]
    interfaces = [one for one in named if one]
    told = begins_nothing(call, path, named[0])
    if told:
        return {"found": False, "explanations": json.dumps(told)}
    try:
        way = _first_way(call, stand_ins(call, interfaces), flows_of(call, path))
    except Unanswerable as why:
        return {"found": None, "message": str(why)}
    back = reversed(way.back)
    told = [*of_ends(call, path, interfaces), *explanations(call, (*way.forward, *way.back))]
    if not goes_by(call, path, way.forward):
        told += [{"ExplanationCode": "NO_ROUTE_TO_DESTINATION"}]
    return {
        "found": way.reached and not told,
        "forward": json.dumps(components(call, way.forward, path.source)),
        "back": json.dumps(components(call, back, None)),
        "explanations": json.dumps(told),
    }


def _first_way(call: Call, supposed: Change, flows: Sequence[Flow]) -> Way:
    """Give the way of the first packet that arrives; where none does, that of the first."""
    ways = (call.find_way(call.network, supposed, flow) for flow in flows)
    first = next(ways)
    return first if first.reached else next((way for way in ways if way.reached), first)


def _end(call: Call, text: str, parameter: str) -> str:
    """Give the id of what an id or an ARN names. Raises InvalidParameterValue, NotFound."""
    name = text.rpartition("/")[2] if text.startswith("arn:") else text
    prefix = name.rpartition("-")[0]
    of = next((one for one in ENDS if FORMS[one].prefix == prefix), None)
    if of is None:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter {parameter} is invalid. Give the id or the ARN of an "
            "instance, an interface, an endpoint or a gateway."
        )
    return need(call, of, name).id


def _address(text: str | None, parameter: str) -> str | None:
    if text is None:
        return None
    try:
        return str(ip_address(text))
    except ValueError:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter {parameter} is invalid. Give an IP address."
        ) from None


def _filter(asked: Mapping[str, Any] | None) -> str | None:
    if not asked:
        return None
    for name in ("SourceAddress", "DestinationAddress"):
        _address(asked.get(name), name)
    return json.dumps(asked, sort_keys=True)


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _arn(row: NetworkInsightsPath | NetworkInsightsAnalysis) -> str:
    return f"arn:aws:ec2:{row.region}:{row.account}:{row.kind}/{row.id}"


def _status(row: NetworkInsightsAnalysis) -> str:
    return FAILED if row.found is None else SUCCEEDED


def _path(row: NetworkInsightsPath) -> dict[str, Any]:
    at_source, at_destination = row.filter_at_source, row.filter_at_destination
    return present(
        NetworkInsightsPathId=row.id,
        NetworkInsightsPathArn=_arn(row),
        CreatedDate=row.created_at,
        Source=row.source,
        Destination=row.destination,
        SourceIp=row.source_ip,
        DestinationIp=row.destination_ip,
        Protocol=row.protocol,
        DestinationPort=row.destination_port,
        FilterAtSource=json.loads(at_source) if at_source else None,
        FilterAtDestination=json.loads(at_destination) if at_destination else None,
        Tags=shown(row.tags),
    )


def _made(row: NetworkInsightsPath) -> dict[str, Any]:
    return {"NetworkInsightsPath": _path(row)}


def _analysis(row: NetworkInsightsAnalysis) -> dict[str, Any]:
    return present(
        NetworkInsightsAnalysisId=row.id,
        NetworkInsightsAnalysisArn=_arn(row),
        NetworkInsightsPathId=row.path_id,
        StartDate=row.started_at,
        Status=_status(row),
        StatusMessage=row.message,
        NetworkPathFound=row.found,
        ForwardPathComponents=json.loads(row.forward),
        ReturnPathComponents=json.loads(row.back),
        Explanations=json.loads(row.explanations),
        Tags=shown(row.tags),
    )


def _started(row: NetworkInsightsAnalysis) -> dict[str, Any]:
    return {"NetworkInsightsAnalysis": _analysis(row)}


def _at(end: str, member: str) -> Values[NetworkInsightsPath]:
    """Give the filter that reads a member of a path's own filter; a range as `80-443`."""

    def values(row: NetworkInsightsPath) -> list[str]:
        value = _path(row).get(end, {}).get(member)
        if isinstance(value, dict):
            value = f"{value.get('FromPort', '')}-{value.get('ToPort', '')}"
        return [] if value is None else [str(value)]

    return values


_PATHS: Mapping[str, Values[NetworkInsightsPath]] = {
    **{
        f"filter-at-{end.lower()}.{name}": _at(f"FilterAt{end}", member)
        for end in ("Source", "Destination")
        for name, member in (
            ("source-address", "SourceAddress"),
            ("source-port-range", "SourcePortRange"),
            ("destination-address", "DestinationAddress"),
            ("destination-port-range", "DestinationPortRange"),
        )
    },
    "destination": lambda row: [row.destination],
    "protocol": lambda row: [row.protocol],
    "source": lambda row: [row.source],
}
_ANALYSES: Mapping[str, Values[NetworkInsightsAnalysis]] = {
    "path-found": lambda row: [] if row.found is None else [yes_no(row.found)],
    "status": lambda row: [_status(row)],
}
