"""Security groups and prefix lists of a state: rules that stand in a group, and those that are
resources of their own. What both tell counts once."""

from collections.abc import Iterator
from typing import Any

from genkan.imports.documents import Document
from genkan.imports.members import Row, optional, rows, texts
from genkan.imports.terraform.networks import VPCS
from genkan.imports.terraform.rows import Rows, owner_of, present, tags_of

GROUPS = ("aws_security_group", "aws_default_security_group")
WAYS = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}
ANYWHERE = "0.0.0.0/0"


def documents(state: Rows) -> Iterator[Document]:
    """Give the answers about a state's groups and lists."""
    yield state.document(
        {
            "SecurityGroups": [
                *(_group(state, row) for row in state.of(*GROUPS)),
                *_default_groups(state),
            ],
            "PrefixLists": [_list(row) for row in state.of("aws_ec2_managed_prefix_list")],
        }
    )
    for row in state.of("aws_ec2_managed_prefix_list"):
        separate = state.where("aws_ec2_managed_prefix_list_entry", "prefix_list_id", row["id"])
        entries = {str(one.get("cidr")): one for one in (*rows(row, "entry"), *separate)}
        yield state.document(
            {
                "Entries": [
                    present(Cidr=cidr, Description=one.get("description"))
                    for cidr, one in entries.items()
                ]
            },
            PrefixListId=str(row["id"]),
        )


def _group(state: Rows, row: Row) -> Row:
    name = str(row["id"])
    permissions: dict[str, list[Row]] = {"ingress": [], "egress": []}
    for way, found in permissions.items():
        told = [
            one
            for rule in (*_inline(row, way), *_separate(state, name, way))
            for one in _permissions(rule, name, owner_of(row))
        ]
        found.extend(one for at, one in enumerate(told) if one not in told[:at])
    return {
        **present(
            GroupId=name,
            OwnerId=owner_of(row),
            SecurityGroupArn=row.get("arn"),
            VpcId=row.get("vpc_id"),
            GroupName=row.get("name"),
            Description=row.get("description"),
            Tags=tags_of(row),
        ),
        **{member: permissions[way] for way, member in WAYS.items()},
    }


def _default_groups(state: Rows) -> Iterator[Row]:
    """Give default groups that AWS made and nobody manages: members among themselves, and out."""
    managed = {row["id"] for row in state.of(*GROUPS)}
    for vpc in state.of(*VPCS):
        name = optional(vpc, "default_security_group_id")
        if name is None or name in managed:
            continue
        member = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": name}]}
        yield {
            "GroupId": name,
            "OwnerId": owner_of(vpc),
            "VpcId": vpc["id"],
            "GroupName": "default",
            "Description": "default VPC security group",
            "IpPermissions": [member],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}],
        }


def _inline(row: Row, way: str) -> Iterator[Row]:
    yield from rows(row, way)


def _separate(state: Rows, group: str, way: str) -> Iterator[Row]:
    """Give the rules of both kinds of resource in the words of a rule that stands in a group."""
    for one in state.where("aws_security_group_rule", "security_group_id", group):
        if one.get("type") == way:
            source = optional(one, "source_security_group_id")
            yield {**one, "security_groups": [source] if source else []}
    for one in state.where(f"aws_vpc_security_group_{way}_rule", "security_group_id", group):
        yield {
            "protocol": one.get("ip_protocol"),
            "from_port": one.get("from_port"),
            "to_port": one.get("to_port"),
            "cidr_blocks": [one["cidr_ipv4"]] if one.get("cidr_ipv4") else [],
            "ipv6_cidr_blocks": [one["cidr_ipv6"]] if one.get("cidr_ipv6") else [],
            "prefix_list_ids": [one["prefix_list_id"]] if one.get("prefix_list_id") else [],
            "security_groups": [peer] if (peer := one.get("referenced_security_group_id")) else [],
        }


def _permissions(rule: Row, group: str, owner: str | None) -> Iterator[Row]:
    """Give a permission for each peer of a rule."""
    protocol = str(rule.get("protocol"))
    ports = {} if protocol == "-1" else present_ports(rule)
    groups = [*texts(rule, "security_groups"), *([group] if rule.get("self") else [])]
    peers: list[tuple[str, dict[str, Any]]] = [
        *(("IpRanges", {"CidrIp": one}) for one in texts(rule, "cidr_blocks")),
        *(("Ipv6Ranges", {"CidrIpv6": one}) for one in texts(rule, "ipv6_cidr_blocks")),
        *(("PrefixListIds", {"PrefixListId": one}) for one in texts(rule, "prefix_list_ids")),
        *(("UserIdGroupPairs", _pair(one, owner)) for one in groups),
    ]
    for member, peer in peers:
        yield {"IpProtocol": protocol, **ports, member: [peer]}


def present_ports(rule: Row) -> dict[str, Any]:
    return {"FromPort": rule.get("from_port"), "ToPort": rule.get("to_port")}


def _pair(group: str, owner: str | None) -> dict[str, Any]:
    """Give a group as a peer; one of another account is written ACCOUNT/GROUP."""
    account, _, name = group.rpartition("/")
    return present(GroupId=name, UserId=account or owner)


def _list(row: Row) -> Row:
    return present(
        PrefixListId=row["id"],
        OwnerId=owner_of(row),
        PrefixListArn=row.get("arn"),
        PrefixListName=row.get("name"),
        AddressFamily=row.get("address_family"),
        MaxEntries=row.get("max_entries"),
        Version=row.get("version"),
        Tags=tags_of(row),
    )
