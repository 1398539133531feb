"""What an analysis answers, in AWS's shapes: components of the way, and why it ends.

Explanation codes are those of "Explanation codes" in the Reachability Analyzer user guide.
"""

import json
from collections.abc import Iterable
from ipaddress import IPv4Address, ip_address
from typing import Any

from genkan.api.call import Call
from genkan.api.network_insights_standins import stand_in_of
from genkan.api.network_insights_states import component
from genkan.api.network_interface_shape import association
from genkan.api.way import Address, Flow, Stage, Way
from genkan.model.catalogue.prefix_lists import list_of_service
from genkan.model.instance import Instance
from genkan.model.network_insights import NetworkInsightsPath
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.model.security_group import Direction, SecurityGroup
from genkan.model.vpc import InternetGateway
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType

Answer = dict[str, Any]
ANY_PORT = 443  # asked for first where a path names none
MOST_PORTS = 8
OUTSIDE = "outside"  # the place of the host outside every VPC
OUTSIDE_ADDRESS = IPv4Address("198.51.100.10")
GROUPS, ACLS = "security-group-", "network-acl-"
OF_GROUPS = ("ENI_SG_RULES_MISMATCH", "SG_HAS_NO_RULES")
CODES = {
    "source-dest-check": "ENI_SOURCE_DEST_CHECK_RESTRICTION",
    "route": "NO_ROUTE_TO_DESTINATION",
    "internet-gateway": "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
    "nat-gateway": "NGW_REQUIRES_SOURCE_IN_VPC",
    "blackhole": "BAD_STATE_ROUTE",
}
# Of the codes that a walk gives, those that are AWS's; what it has words of its own for is UNKNOWN.
AWS_CODES = (
    *("BAD_STATE", "BAD_STATE_ATTACHMENT", "BAD_STATE_ROUTE"),
    "GATEWAY_REJECTS_SPOOFED_TRAFFIC",
    *("ENI_SG_RULES_MISMATCH", "ENI_SOURCE_DEST_CHECK_RESTRICTION", "SUBNET_ACL_RESTRICTION"),
    *("ELBV2_LISTENERS_MISMATCH", "ELBV2_NO_TARGETS_IN_AZ", "NO_ROUTE_TO_DESTINATION"),
    *("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"),
)
UNKNOWN = "NO_POSSIBLE_DESTINATION"


class Unanswerable(Exception):
    """A path that no answer is known for; the message says why."""


def flows_of(call: Call, path: NetworkInsightsPath) -> list[Flow]:
    """Give the packets that a path asks about, any of which is enough: one to its port; without a
    port one to each that is likely. Raises Unanswerable."""
    origin, source = _source(call, path)
    destination = _destination(call, path)
    asked = path.destination_port or _port_at(path)
    ports = [asked] if asked else [ANY_PORT, *_let_in(call, path)]
    return [
        Flow(
            origin=origin,
            source=source,
            destination=destination,
            protocol=path.protocol,
            port=port,
        )
        for port in dict.fromkeys(ports)
    ]


def _let_in(call: Call, path: NetworkInsightsPath) -> list[int]:
    """Give the first port of what the groups of a path's destination let in, at most MOST_PORTS."""
    worn = interface_of(call, path.destination or "")
    groups = (call.network.get(SecurityGroup, name) for name in (worn.group_ids if worn else ()))
    protocol = {"tcp": 6, "udp": 17}[path.protocol]
    ports = [
        rule.ports.first
        for group in groups
        if group
        for rule in group.rules
        if rule.direction is Direction.INGRESS and rule.protocol == protocol and rule.ports
    ]
    return sorted({port for port in ports if port > 0})[:MOST_PORTS]


def components(call: Call, stages: Iterable[Stage], first: str | None) -> list[Answer]:
    """Give the way as PathComponents: each thing that decided, once, in order."""
    named = [call.network.find(one.kind, one.id) for one in stages if one.kind and one.id]
    begin = _anything(call, first) if first else None
    rows = [begin, *named] if begin else named
    found: list[Answer] = []
    for row in rows:
        if row and (not found or found[-1]["Component"]["Id"] != row.id):
            found.append({"SequenceNumber": len(found) + 1, "Component": component(row)})
    return found


def path_components(call: Call, way: Way, first: str) -> list[Answer]:
    """Give a way from its beginning to who takes it as PathComponents."""
    found = components(call, way.forward, first)
    end = _anything(call, way.taken_by or "")
    if end is not None and (not found or found[-1]["Component"]["Id"] != end.id):
        found.append({"SequenceNumber": len(found) + 1, "Component": component(end)})
    return found


def explanations(call: Call, stages: Iterable[Stage]) -> list[Answer]:
    """Give every stage that blocks as an Explanation.

    Groups without any rule are told of twice: that no rule applies, and that there is none.
    """
    told = []
    for one in stages:
        if one.blocks:
            told.append(_explanation(call, one))
            if one.code == OF_GROUPS[1]:
                told.append({**told[-1], "ExplanationCode": one.code})
    return told


def interface_of(call: Call, name: str) -> NetworkInterface | None:
    """Give the interface that an end of a path stands for, if it has one."""
    endpoint = call.network.get(VpcEndpoint, name)
    if endpoint:
        return call.network.get(NetworkInterface, next(iter(endpoint.network_interface_ids), None))
    worn = [
        one
        for one in call.network.where(NetworkInterface, instance_id=name)
        if one.attachment and one.attachment.device_index == 0
    ]
    return worn[0] if worn else call.network.get(NetworkInterface, name)


def goes_by(call: Call, path: NetworkInsightsPath, stages: Iterable[Stage]) -> bool:
    """Tell whether a way goes by the gateway endpoint that is its path's destination, if one is."""
    endpoint = call.network.get(VpcEndpoint, path.destination or "")
    if endpoint is None or endpoint.endpoint_type is not VpcEndpointType.GATEWAY:
        return True
    return any(one.id == endpoint.id for one in stages)


def _explanation(call: Call, stage: Stage) -> Answer:
    row = call.network.find(stage.kind, stage.id) if stage.kind and stage.id else None
    decided = component(row) if row else None
    known = stage.code if stage.code in AWS_CODES else None
    told: Answer = {"ExplanationCode": known or CODES.get(stage.name, UNKNOWN)}
    if stage.name.startswith(GROUPS) or stage.code in OF_GROUPS:
        told = {"ExplanationCode": OF_GROUPS[0]}
        told["Direction"] = stage.name.removeprefix(GROUPS) if GROUPS in stage.name else "ingress"
        if decided and stage.kind == "security-group":
            told["SecurityGroup"] = decided
    elif stage.name.startswith(ACLS):
        told = {"ExplanationCode": "SUBNET_ACL_RESTRICTION"}
        told["Direction"] = stage.name.removeprefix(ACLS)
        if decided and stage.kind == "network-acl":
            told["Acl"] = decided
    if decided:
        told["Component"] = decided
    return told


def _anything(call: Call, name: str) -> Resource | None:
    of = (Instance, NetworkInterface, InternetGateway, VpcEndpoint)
    return next((row for one in of if (row := call.network.get(one, name))), None)


def _source(call: Call, path: NetworkInsightsPath) -> tuple[str, Address]:
    if path.source.startswith("igw-"):
        return OUTSIDE, ip_address(path.source_ip) if path.source_ip else OUTSIDE_ADDRESS
    interface = interface_of(call, path.source)
    if interface is None or interface.interface_type is not InterfaceType.INTERFACE:
        raise Unanswerable(
            f"{path.source} sends nothing here: a source is an instance, an interface that one can "
            "have, or an internet gateway."
        )
    wanted = ip_address(path.source_ip) if path.source_ip else None
    return stand_in_of(interface), wanted or _primary(interface)


def _destination(call: Call, path: NetworkInsightsPath) -> Address:
    if path.destination_ip:
        return ip_address(path.destination_ip)
    filters = json.loads(path.filter_at_destination or path.filter_at_source or "{}")
    if filters.get("DestinationAddress"):
        return ip_address(filters["DestinationAddress"])
    name = path.destination or ""
    if name.startswith("igw-"):
        return OUTSIDE_ADDRESS
    endpoint = call.network.get(VpcEndpoint, name)
    if endpoint and endpoint.endpoint_type is VpcEndpointType.GATEWAY:
        listed = list_of_service(endpoint.service_name)
        return next(iter(listed.blocks)).network_address if listed else OUTSIDE_ADDRESS
    interface = interface_of(call, name)
    if interface is None:
        raise Unanswerable(
            f"{name or 'The destination'} has no address here: a destination is an instance, an "
            "interface, an endpoint with interfaces, an internet gateway, or an address."
        )
    public = association(call, interface)
    if path.source.startswith("igw-") and public:
        return ip_address(public["PublicIp"])
    return _primary(interface)


def _primary(interface: NetworkInterface) -> Address:
    addresses: list[Address] = [*interface.private_addresses, *interface.ipv6_addresses]
    return addresses[0]


def _port_at(path: NetworkInsightsPath) -> int | None:
    filters = json.loads(path.filter_at_destination or path.filter_at_source or "{}")
    port = (filters.get("DestinationPortRange") or {}).get("FromPort")
    return int(port) if port is not None else None
