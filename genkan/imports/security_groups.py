"""Security groups, by their permissions or, where they are there, by their rules."""

import hashlib
from collections.abc import Iterator

from genkan.imports.dump import Told
from genkan.imports.members import Row, Unusable, block, inner, number, optional, rows, tags, text
from genkan.imports.notes import NoteCode
from genkan.imports.prefix_lists import PrefixLists
from genkan.imports.protocols import parse_ports, parse_protocol
from genkan.imports.reading import Reading
from genkan.model.resource import Resource
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    GroupPeer,
    ListPeer,
    Peer,
    SecurityGroup,
    SecurityGroupRule,
)

PERMISSIONS = (("IpPermissions", Direction.INGRESS), ("IpPermissionsEgress", Direction.EGRESS))


def read_security_groups(reading: Reading, lists: PrefixLists) -> Iterator[Resource]:
    """Give the groups of VPCs; those of EC2-Classic, which is no more, are left out."""
    by_id: dict[str, list[Row]] = {}
    for told in reading.dump.of("SecurityGroupRules"):
        by_id.setdefault(str(told.row.get("GroupId")), []).append(told.row)
    yield from reading.each("SecurityGroups", lambda told: _group(reading, lists, by_id, told))


def _group(
    reading: Reading, lists: PrefixLists, by_id: dict[str, list[Row]], told: Told
) -> SecurityGroup | None:
    row = told.row
    vpc_id = optional(row, "VpcId")
    if vpc_id is None:
        return None
    account, region = reading.where(told)
    name = text(row, "GroupId")
    permitted = list(_permitted(reading, lists, row))
    ruled = [_rule(lists, one) for one in by_id.get(name, ())]
    if ruled and len(ruled) != len(permitted):
        reading.note(
            name,
            NoteCode.TOLD_TWICE,
            f"Its permissions are {len(permitted)} and its rules {len(ruled)}. The permissions "
            "were taken; collect both at one time.",
        )
        ruled = []
    return SecurityGroup(
        id=name,
        account=account,
        region=region,
        tags=tags(row),
        vpc_id=vpc_id,
        group_name=optional(row, "GroupName") or name,
        description=optional(row, "Description") or "",
        rules=tuple(ruled or permitted),
    )


def _permitted(reading: Reading, lists: PrefixLists, row: Row) -> Iterator[SecurityGroupRule]:
    group = text(row, "GroupId")
    for member, direction in PERMISSIONS:
        if member not in row:
            reading.note(
                group,
                NoteCode.ASSUMED_DEFAULT,
                f"It has no {member}, so it was taken to have no such rules. Collect it again.",
            )
        for permission in rows(row, member):
            protocol = parse_protocol(permission.get("IpProtocol"))
            ports = parse_ports(
                protocol, number(permission, "FromPort"), number(permission, "ToPort")
            )
            for peer, description in _peers(reading, lists, row, permission):
                said = f"{group} {direction.value} {protocol} {ports} {peer}"
                digest = hashlib.blake2s(said.encode(), digest_size=9).hexdigest()[:17]
                yield SecurityGroupRule(
                    id=f"sgr-{digest}",
                    direction=direction,
                    protocol=protocol,
                    ports=ports,
                    peer=peer,
                    description=description,
                )


def _peers(
    reading: Reading, lists: PrefixLists, group: Row, permission: Row
) -> Iterator[tuple[Peer, str | None]]:
    for member, key in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
        for one in rows(permission, member):
            yield CidrPeer(block(text(one, key), key)), optional(one, "Description")
    for one in rows(permission, "PrefixListIds"):
        found = ListPeer(lists.known(text(one, "PrefixListId")))
        yield found, optional(one, "Description")
    for one in rows(permission, "UserIdGroupPairs"):
        name = optional(one, "GroupId")
        owner = optional(one, "UserId") or str(group.get("OwnerId") or "")
        if name is None:
            continue  # of EC2-Classic, by a name
        _note_unknown(reading, group, name)
        yield GroupPeer(name, owner), optional(one, "Description")


def _note_unknown(reading: Reading, group: Row, name: str) -> None:
    if reading.dump.get("SecurityGroups", name) is None:
        reading.note(
            name,
            NoteCode.UNKNOWN_RESOURCE,
            f"{group.get('GroupId')} refers to it, and it is described nowhere, so nobody is known "
            "to wear it. Add describe-security-groups and describe-network-interfaces of its "
            "account.",
        )


def _rule(lists: PrefixLists, row: Row) -> SecurityGroupRule:
    protocol = parse_protocol(row.get("IpProtocol"))
    return SecurityGroupRule(
        id=text(row, "SecurityGroupRuleId"),
        direction=Direction.EGRESS if row.get("IsEgress") else Direction.INGRESS,
        protocol=protocol,
        ports=parse_ports(protocol, number(row, "FromPort"), number(row, "ToPort")),
        peer=_peer(lists, row),
        description=optional(row, "Description"),
        tags=tags(row),
    )


def _peer(lists: PrefixLists, row: Row) -> Peer:
    for member in ("CidrIpv4", "CidrIpv6"):
        cidr = optional(row, member)
        if cidr:
            return CidrPeer(block(cidr, member))
    listed = optional(row, "PrefixListId")
    if listed:
        return ListPeer(lists.known(listed))
    referenced = inner(row, "ReferencedGroupInfo")
    name = optional(referenced, "GroupId")
    if name is None:
        raise Unusable("a rule of it has no peer")
    return GroupPeer(name, optional(referenced, "UserId") or str(row.get("GroupOwnerId") or ""))
