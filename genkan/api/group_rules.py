"""Rules of security groups: when two are the same, which a group starts with, how one is shown."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.api.group_peers import shown_group_peer
from genkan.api.ip_protocols import ANY, shown_protocol
from genkan.api.output import present
from genkan.api.tagging import shown
from genkan.model.network import Network
from genkan.model.prefix_list import weight_of
from genkan.model.resource import Tags
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    ListPeer,
    Peer,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)

ANYWHERE = IPv4Network("0.0.0.0/0")
ANYWHERE_IPV6 = IPv6Network("::/0")


@dataclass(frozen=True, slots=True)
class Permission:
    """What a rule allows: rules of a group in one direction differ by it."""

    protocol: int | None
    ports: PortRange | None
    peer: Peer

    def __str__(self) -> str:
        """Write it as AWS's errors do."""
        match self.peer:
            case CidrPeer(cidr):
                peer = str(cidr)
            case GroupPeer(group_id):
                peer = group_id
            case ListPeer(prefix_list_id):
                peer = prefix_list_id
        protocol = "ALL" if self.protocol is None else shown_protocol(self.protocol).upper()
        ports = f", from port: {self.ports.first}, to port: {self.ports.last}" if self.ports else ""
        return f"peer: {peer}, {protocol}{ports}, ALLOW"


def weight(network: Network, peer: Peer) -> int:
    """Give what a rule with this peer counts against a group's quota."""
    return weight_of(network, peer.prefix_list_id) if isinstance(peer, ListPeer) else 1


def permission_of(rule: SecurityGroupRule) -> Permission:
    return Permission(rule.protocol, rule.ports, rule.peer)


def new_rule(
    rule_id: str,
    direction: Direction,
    permission: Permission,
    description: str | None = None,
    tags: Tags = (),
) -> SecurityGroupRule:
    return SecurityGroupRule(
        id=rule_id,
        direction=direction,
        protocol=permission.protocol,
        ports=permission.ports,
        peer=permission.peer,
        description=description,
        tags=tags,
    )


def allow_all_egress(rule_id: str) -> SecurityGroupRule:
    """Give the rule that every new group has."""
    return new_rule(rule_id, Direction.EGRESS, Permission(None, None, CidrPeer(ANYWHERE)))


def with_ipv6_egress(group: SecurityGroup, rule_id: str) -> SecurityGroup:
    """Give a group with the outbound rule for IPv6 that it has in a VPC with an IPv6 CIDR."""
    peer = CidrPeer(ANYWHERE_IPV6)
    rule = new_rule(rule_id, Direction.EGRESS, Permission(None, None, peer))
    there = {(other.direction, permission_of(other)) for other in group.rules}
    if (rule.direction, permission_of(rule)) in there:
        return group
    return replace(group, rules=(*group.rules, rule))


def allow_self_ingress(rule_id: str, group_id: str, account: str) -> SecurityGroupRule:
    """Give the rule that every default group has."""
    peer = GroupPeer(group_id, account)
    return new_rule(rule_id, Direction.INGRESS, Permission(None, None, peer))


def rule_arn(group: SecurityGroup, rule: SecurityGroupRule) -> str:
    return f"arn:aws:ec2:{group.region}:{group.account}:security-group-rule/{rule.id}"


def shown_rule(network: Network, group: SecurityGroup, rule: SecurityGroupRule) -> dict[str, Any]:
    """Give a rule as DescribeSecurityGroupRules lists it; ports that it has not are -1."""
    referenced = None
    if isinstance(rule.peer, GroupPeer):
        referenced = shown_group_peer(network, group, rule.peer)
    return {
        **_shown_core(group, rule),
        **present(ReferencedGroupInfo=referenced),
        "GroupOwnerId": group.account,
        "Tags": shown(rule.tags),
        "SecurityGroupRuleArn": rule_arn(group, rule),
    }


def shown_revoked_rule(group: SecurityGroup, rule: SecurityGroupRule) -> dict[str, Any]:
    """Give a rule as the revoke operations list it."""
    referenced = rule.peer.group_id if isinstance(rule.peer, GroupPeer) else None
    return {**_shown_core(group, rule), **present(ReferencedGroupId=referenced)}


def _shown_core(group: SecurityGroup, rule: SecurityGroupRule) -> dict[str, Any]:
    cidr = rule.peer.cidr if isinstance(rule.peer, CidrPeer) else None
    family = "CidrIpv4" if isinstance(cidr, IPv4Network) else "CidrIpv6"
    return {
        "SecurityGroupRuleId": rule.id,
        "GroupId": group.id,
        "IsEgress": rule.direction is Direction.EGRESS,
        "IpProtocol": shown_protocol(rule.protocol),
        "FromPort": rule.ports.first if rule.ports else ANY,
        "ToPort": rule.ports.last if rule.ports else ANY,
        **({family: str(cidr)} if cidr else {}),
        **({"PrefixListId": rule.peer.prefix_list_id} if isinstance(rule.peer, ListPeer) else {}),
        **present(Description=rule.description),
    }
