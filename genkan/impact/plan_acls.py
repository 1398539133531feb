"""The calls for network ACLs: entries that stand in a list, and those that are resources."""

from typing import Any

from genkan.impact.plan import PlannedChange, Planning
from genkan.impact.plan_lookups import acl_association, default_acl

GONE = "DeleteSubnet"
WAYS = ("ingress", "egress")
WITHOUT_PORTS = ("-1", "all")
ICMP = ("1", "58", "icmp", "icmpv6")


def create_acl(planning: Planning, change: PlannedChange) -> None:
    number = planning.order("CreateNetworkAcl", VpcId=planning.value(change, "vpc_id"))
    planning.answered(change, number, id="NetworkAcl.NetworkAclId")
    for way in WAYS:
        for block in planning.blocks(change, way):
            name = f"{{{number}.NetworkAcl.NetworkAclId}}"
            planning.order("CreateNetworkAclEntry", NetworkAclId=name, **entry_of(block, way))
    for subnet in planning.value(change, "subnet_ids") or ():
        _associate(planning, f"{{{number}.NetworkAcl.NetworkAclId}}", subnet)


def _associate(planning: Planning, acl: str, subnet: str) -> None:
    """Take over the association with an ACL that a subnet has."""
    held = acl_association(planning, subnet)
    planning.order("ReplaceNetworkAclAssociation", AssociationId=held, NetworkAclId=acl)


def associate_acl(planning: Planning, change: PlannedChange) -> None:
    acl, subnet = planning.value(change, "network_acl_id"), planning.value(change, "subnet_id")
    _associate(planning, acl, subnet)


def update_acl(planning: Planning, change: PlannedChange) -> None:
    name = change.before["id"]
    held = set(change.before.get("subnet_ids") or ())
    for way in WAYS:
        old = {one["rule_no"]: one for one in change.before.get(way) or ()}
        new = {one["rule_no"]: one for one in planning.blocks(change, way)}
        for number in old.keys() - new.keys():
            gone = {"RuleNumber": number, "Egress": way == "egress"}
            planning.order("DeleteNetworkAclEntry", NetworkAclId=name, **gone)
        for number, block in new.items():
            if number not in old:
                planning.order("CreateNetworkAclEntry", NetworkAclId=name, **entry_of(block, way))
            elif block != old[number]:
                planning.order("ReplaceNetworkAclEntry", NetworkAclId=name, **entry_of(block, way))
    wanted = set(planning.value(change, "subnet_ids") or ())
    for subnet in sorted(wanted - held):
        _associate(planning, name, subnet)
    for subnet in sorted(held - wanted):  # the provider gives it the VPC's default ACL back
        _associate(planning, default_acl(planning, change.before["vpc_id"])(), subnet)


def create_entry(planning: Planning, change: PlannedChange) -> None:
    planning.order("CreateNetworkAclEntry", **_separate(planning, change))


def update_entry(planning: Planning, change: PlannedChange) -> None:
    planning.order("ReplaceNetworkAclEntry", **_separate(planning, change))


def delete_entry(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "DeleteNetworkAclEntry",
        NetworkAclId=change.before["network_acl_id"],
        RuleNumber=change.before["rule_number"],
        Egress=bool(change.before.get("egress")),
    )


def leave_acl(planning: Planning, change: PlannedChange) -> None:
    """The association ends with the ACL or the subnet; by itself it is not deleted."""


def delete_acl(planning: Planning, change: PlannedChange) -> None:
    gone = [one.parameters.get("SubnetId") for one in planning.orders if one.operation == GONE]
    for subnet in sorted(set(change.before.get("subnet_ids") or ()) - set(gone)):
        _associate(planning, default_acl(planning, change.before["vpc_id"])(), subnet)
    planning.order("DeleteNetworkAcl", NetworkAclId=change.before["id"])


def _separate(planning: Planning, change: PlannedChange) -> dict[str, Any]:
    block = dict(change.after)
    block["rule_no"], block["action"] = block.get("rule_number"), block.get("rule_action")
    way = "egress" if block.get("egress") else "ingress"
    return {"NetworkAclId": planning.value(change, "network_acl_id"), **entry_of(block, way)}


def entry_of(block: Any, way: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
    protocol = str(block.get("protocol"))
    given = {
        "RuleNumber": block.get("rule_no"),
        "Egress": way == "egress",
        "RuleAction": block.get("action"),
        "Protocol": protocol,
        "CidrBlock": block.get("cidr_block"),
        "Ipv6CidrBlock": block.get("ipv6_cidr_block"),
    }
    if protocol in ICMP:
        given["IcmpTypeCode"] = {"Type": block.get("icmp_type"), "Code": block.get("icmp_code")}
    elif protocol not in WITHOUT_PORTS:
        given["PortRange"] = {"From": block.get("from_port"), "To": block.get("to_port")}
    return {name: value for name, value in given.items() if value not in (None, "")}


CREATES = {
    "aws_network_acl": create_acl,
    "aws_network_acl_rule": create_entry,
    "aws_network_acl_association": associate_acl,
}
UPDATES = {
    "aws_network_acl": update_acl,
    "aws_default_network_acl": update_acl,
    "aws_network_acl_rule": update_entry,
    "aws_network_acl_association": associate_acl,
}
DELETES = {
    "aws_network_acl_rule": delete_entry,
    "aws_network_acl_association": leave_acl,
    "aws_network_acl": delete_acl,
}
