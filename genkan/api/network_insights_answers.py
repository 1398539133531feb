"""What an analysis answers, in AWS's shapes: components of the way, and why it ends.

Explanation codes are those of "Explanation codes" in the Reachability Analyzer user guide.
"""

import json
from collections.abc import Iterable
from ipaddress import IPv4Address, ip_address
from typing import Any

from genkan.api.call import Call
from genkan.api.network_interface_shape import association
from genkan.api.way import Address, Flow, Stage
from genkan.model.instance import Instance
from genkan.model.network_insights import NetworkInsightsPath
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.vpc import InternetGateway
from genkan.model.vpc_endpoint import VpcEndpoint

Answer = dict[str, Any]
ANY_PORT = 443  # asked for where a path names none
OUTSIDE = "outside"  # the place of the host outside every VPC
OUTSIDE_ADDRESS = IPv4Address("198.51.100.10")
GROUPS, ACLS = "security-group-", "network-acl-"
CODES = {
    "source-dest-check": "ENI_SOURCE_DEST_CHECK_RESTRICTION",
    "route": "NO_ROUTE_TO_DESTINATION",
    "internet-gateway": "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
    "nat-gateway": "NGW_REQUIRES_SOURCE_IN_VPC",
    "blackhole": "BAD_STATE_ROUTE",
}
UNKNOWN = "NO_POSSIBLE_DESTINATION"


class Unanswerable(Exception):
    """A path that no answer is known for; the message says why."""


def flow_of(call: Call, path: NetworkInsightsPath) -> Flow:
    """Give the packet that a path asks about. Raises Unanswerable."""
    origin, source = _source(call, path)
    return Flow(
        origin=origin,
        source=source,
        destination=_destination(call, path),
        protocol=path.protocol,
        port=path.destination_port or _port_at(path) or ANY_PORT,
    )


def components(call: Call, stages: Iterable[Stage], first: str | None) -> list[Answer]:
    """Give the way as PathComponents: each thing that decided, once, in order."""
    named = [call.network.find(one.kind, one.id) for one in stages if one.kind and one.id]
    begin = _anything(call, first) if first else None
    rows = [begin, *named] if begin else named
    found: list[Answer] = []
    for row in rows:
        if row and (not found or found[-1]["Component"]["Id"] != row.id):
            found.append({"SequenceNumber": len(found) + 1, "Component": _component(row)})
    return found


def explanations(call: Call, stages: Iterable[Stage]) -> list[Answer]:
    """Give every stage that blocks as an Explanation."""
    return [_explanation(call, one) for one in stages if one.blocks]


def _explanation(call: Call, stage: Stage) -> Answer:
    row = call.network.find(stage.kind, stage.id) if stage.kind and stage.id else None
    component = _component(row) if row else None
    told: Answer = {"ExplanationCode": CODES.get(stage.name, UNKNOWN)}
    if stage.name.startswith(GROUPS):
        told = {"ExplanationCode": "ENI_SG_RULES_MISMATCH"}
        told["Direction"] = stage.name.removeprefix(GROUPS)
        if component and stage.kind == "security-group":
            told["SecurityGroup"] = component
    elif stage.name.startswith(ACLS):
        told = {"ExplanationCode": "SUBNET_ACL_RESTRICTION"}
        told["Direction"] = stage.name.removeprefix(ACLS)
        if component and stage.kind == "network-acl":
            told["Acl"] = component
    if component:
        told["Component"] = component
    return told


def _component(row: Resource) -> Answer:
    arn = f"arn:aws:ec2:{row.region}:{row.account}:{row.kind}/{row.id}"
    return {"Id": row.id, "Arn": arn, **({"Name": row.name} if row.name else {})}


def _anything(call: Call, name: str) -> Resource | None:
    of = (Instance, NetworkInterface, InternetGateway, VpcEndpoint)
    return next((row for one in of if (row := call.network.get(one, name))), None)


def _source(call: Call, path: NetworkInsightsPath) -> tuple[str, Address]:
    if path.source.startswith("igw-"):
        return OUTSIDE, ip_address(path.source_ip) if path.source_ip else OUTSIDE_ADDRESS
    interface = _interface(call, path.source)
    if interface is None or interface.instance_id is None:
        raise Unanswerable(
            f"{path.source} sends nothing here: a source is an instance, an interface of one, or "
            "an internet gateway."
        )
    wanted = ip_address(path.source_ip) if path.source_ip else None
    return interface.instance_id, wanted or _primary(interface)


def _destination(call: Call, path: NetworkInsightsPath) -> Address:
    if path.destination_ip:
        return ip_address(path.destination_ip)
    filters = json.loads(path.filter_at_destination or path.filter_at_source or "{}")
    if filters.get("DestinationAddress"):
        return ip_address(filters["DestinationAddress"])
    name = path.destination or ""
    if name.startswith("igw-"):
        return OUTSIDE_ADDRESS
    interface = _interface(call, name)
    if interface is None:
        raise Unanswerable(
            f"{name or 'The destination'} has no address here: a destination is an instance, an "
            "interface, an endpoint with interfaces, an internet gateway, or an address."
        )
    public = association(call, interface)
    if path.source.startswith("igw-") and public:
        return ip_address(public["PublicIp"])
    return _primary(interface)


def _interface(call: Call, name: str) -> NetworkInterface | None:
    endpoint = call.network.get(VpcEndpoint, name)
    if endpoint:
        return call.network.get(NetworkInterface, next(iter(endpoint.network_interface_ids), None))
    worn = [
        one
        for one in call.network.where(NetworkInterface, instance_id=name)
        if one.attachment and one.attachment.device_index == 0
    ]
    return worn[0] if worn else call.network.get(NetworkInterface, name)


def _primary(interface: NetworkInterface) -> Address:
    addresses: list[Address] = [*interface.private_addresses, *interface.ipv6_addresses]
    return addresses[0]


def _port_at(path: NetworkInsightsPath) -> int | None:
    filters = json.loads(path.filter_at_destination or path.filter_at_source or "{}")
    port = (filters.get("DestinationPortRange") or {}).get("FromPort")
    return int(port) if port is not None else None
