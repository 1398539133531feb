"""Entries of network ACLs: made, replaced, deleted. In each direction a number stands once."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.cidrs import parse_cidr
from genkan.api.ip_protocols import ANY, ICMP, ICMPV6, TCP, UDP, parse_ports, parse_protocol
from genkan.api.ipv6_cidrs import parse_ipv6_cidr
from genkan.api.network_acl_lookup import need_acl
from genkan.api.output import present
from genkan.api.quotas import NETWORK_ACL_ENTRIES, NetworkAclEntryLimitExceeded, check_quota
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
    NotFound,
    Refused,
)
from genkan.model.network import put
from genkan.model.network_acl import NetworkAcl, NetworkAclEntry
from genkan.model.security_group import PortRange

HIGHEST_NUMBER = 32766
LAST = {4: 32767, 6: 32768}  # of the entries that drop the rest, by family
ACTIONS = ("allow", "deny")
EVERY_PROTOCOL = "-1"


class NetworkAclEntryAlreadyExists(Refused):
    code = "NetworkAclEntryAlreadyExists"


def create_network_acl_entry(
    call: Call,
    *,
    network_acl_id: str,
    rule_number: int,
    protocol: str,
    rule_action: str,
    egress: bool,
    cidr_block: str | None = None,
    ipv6_cidr_block: str | None = None,
    icmp_type_code: Mapping[str, int] | None = None,
    port_range: Mapping[str, int] | None = None,
) -> Answer:
    acl = need_acl(call, network_acl_id)
    cidr = _parse_remote(cidr_block, ipv6_cidr_block)
    entry = _entry(rule_number, egress, rule_action, protocol, cidr, icmp_type_code, port_range)
    if _find(acl, rule_number, egress):
        raise NetworkAclEntryAlreadyExists(
            f"The network acl entry identified by {rule_number} already exists. "
            "Use ReplaceNetworkAclEntry, or another number."
        )
    alike = [one for one in acl.entries if (one.egress, one.cidr.version) == (egress, cidr.version)]
    check_quota(
        call,
        len(alike) + 1,
        NETWORK_ACL_ENTRIES,
        NetworkAclEntryLimitExceeded,
        f"entries in {acl.id}",
    )
    return Answer(change=put(_with(acl, (*acl.entries, entry))))


def replace_network_acl_entry(
    call: Call,
    *,
    network_acl_id: str,
    rule_number: int,
    protocol: str,
    rule_action: str,
    egress: bool,
    cidr_block: str | None = None,
    ipv6_cidr_block: str | None = None,
    icmp_type_code: Mapping[str, int] | None = None,
    port_range: Mapping[str, int] | None = None,
) -> Answer:
    acl = need_acl(call, network_acl_id)
    cidr = _parse_remote(cidr_block, ipv6_cidr_block)
    entry = _entry(rule_number, egress, rule_action, protocol, cidr, icmp_type_code, port_range)
    former = _need(acl, rule_number, egress)
    left = tuple(one for one in acl.entries if one is not former)
    return Answer(change=put(_with(acl, (*left, entry))))


def delete_network_acl_entry(
    call: Call, *, network_acl_id: str, rule_number: int, egress: bool
) -> Answer:
    acl = need_acl(call, network_acl_id)
    former = _need(acl, rule_number, egress)
    return Answer(change=put(_with(acl, tuple(one for one in acl.entries if one is not former))))


def shown_acl_entries(acl: NetworkAcl, ipv6: bool) -> list[dict[str, Any]]:
    """Give an ACL's entries as the API lists them; the last of each family drops the rest."""
    return [
        shown
        for egress in (True, False)
        for shown in (
            *(_shown(entry) for entry in acl.entries if entry.egress is egress),
            _shown_last(egress, 4),
            *([_shown_last(egress, 6)] if ipv6 else []),
        )
    ]


def _entry(
    number: int,
    egress: bool,
    action: str,
    protocol: str,
    cidr: IPv4Network | IPv6Network,
    icmp: Mapping[str, int] | None,
    ports: Mapping[str, int] | None,
) -> NetworkAclEntry:
    if not 1 <= number <= HIGHEST_NUMBER:
        raise InvalidParameterValue(
            f"Value ({number}) for parameter ruleNumber is invalid. Give 1 to {HIGHEST_NUMBER}."
        )
    if action not in ACTIONS:
        raise InvalidParameterValue(
            f"Value ({action}) for parameter ruleAction is invalid. "
            f"Choose from {', '.join(ACTIONS)}."
        )
    of = parse_protocol(protocol)
    return NetworkAclEntry(
        number=number,
        egress=egress,
        allow=action == "allow",
        protocol=of,
        cidr=cidr,
        ports=_parse_ports(of, icmp or {}, ports or {}),
    )


def _parse_ports(
    protocol: int | None, icmp: Mapping[str, int], ports: Mapping[str, int]
) -> PortRange | None:
    if protocol in (ICMP, ICMPV6):
        if not icmp:
            raise MissingParameter(
                "The request must contain the parameter icmpTypeCode for this protocol."
            )
        return parse_ports(protocol, icmp.get("Type", ANY), icmp.get("Code", ANY))
    if protocol in (TCP, UDP) and not ports:
        raise MissingParameter(
            "The request must contain the parameter portRange for this protocol."
        )
    return parse_ports(protocol, ports.get("From"), ports.get("To"))


def _parse_remote(ipv4: str | None, ipv6: str | None) -> IPv4Network | IPv6Network:
    if ipv4 is not None and ipv6 is not None:
        raise InvalidParameterCombination(
            "The parameters cidrBlock and ipv6CidrBlock cannot be used together. "
            "Make an entry for each."
        )
    if ipv6 is not None:
        return parse_ipv6_cidr(ipv6)
    if ipv4 is None:
        raise MissingParameter("The request must contain the parameter cidrBlock or ipv6CidrBlock.")
    return parse_cidr(ipv4, "cidrBlock")


def _find(acl: NetworkAcl, number: int, egress: bool) -> NetworkAclEntry | None:
    return next((one for one in acl.entries if (one.number, one.egress) == (number, egress)), None)


def _need(acl: NetworkAcl, number: int, egress: bool) -> NetworkAclEntry:
    found = _find(acl, number, egress)
    if found is None:
        raise NotFound(
            "InvalidNetworkAclEntry.NotFound",
            f"The specified {'egress' if egress else 'ingress'} entry (rule number: {number}) does "
            f"not exist in {acl.id}.",
        )
    return found


def _with(acl: NetworkAcl, entries: tuple[NetworkAclEntry, ...]) -> NetworkAcl:
    ordered = sorted(entries, key=lambda entry: (not entry.egress, entry.number))
    return replace(acl, entries=tuple(ordered))


def _shown(entry: NetworkAclEntry) -> dict[str, Any]:
    icmp = entry.protocol in (ICMP, ICMPV6)
    ports = entry.ports
    return present(
        **{"CidrBlock" if entry.cidr.version == 4 else "Ipv6CidrBlock": str(entry.cidr)},
        Egress=entry.egress,
        IcmpTypeCode={"Type": ports.first, "Code": ports.last} if ports and icmp else None,
        PortRange={"From": ports.first, "To": ports.last} if ports and not icmp else None,
        Protocol=EVERY_PROTOCOL if entry.protocol is None else str(entry.protocol),
        RuleAction="allow" if entry.allow else "deny",
        RuleNumber=entry.number,
    )


def _shown_last(egress: bool, family: int) -> dict[str, Any]:
    member, anywhere = ("CidrBlock", "0.0.0.0/0") if family == 4 else ("Ipv6CidrBlock", "::/0")
    return {
        member: anywhere,
        "Egress": egress,
        "Protocol": EVERY_PROTOCOL,
        "RuleAction": "deny",
        "RuleNumber": LAST[family],
    }
