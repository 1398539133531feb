"""What AWS made by itself, which no plan names: found by a call that describes it, when it is
asked for. Each is given as a text that refers to the answer."""

from collections.abc import Callable
from typing import Any

from genkan.impact.plan import Planning

EVERYWHERE = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
EVERYWHERE_BY_IPV6 = {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
Find = Callable[[], str]


def default_group(planning: Planning, vpc_id: str) -> Find:
    return _found(
        planning, "DescribeSecurityGroups", "SecurityGroups.0.GroupId", vpc_id, "group-name"
    )


def default_acl(planning: Planning, vpc_id: str) -> Find:
    of = "NetworkAcls.0.NetworkAclId"
    return _found(planning, "DescribeNetworkAcls", of, vpc_id, "default", "true")


def main_table(planning: Planning, vpc_id: str) -> Find:
    of = "RouteTables.0.RouteTableId"
    return _found(planning, "DescribeRouteTables", of, vpc_id, "association.main", "true")


def main_association(planning: Planning, vpc_id: str) -> Find:
    of = "RouteTables.0.Associations.Main=True.RouteTableAssociationId"
    return _found(planning, "DescribeRouteTables", of, vpc_id, "association.main", "true")


def acl_association(planning: Planning, subnet_id: str) -> str:
    """Give the association with an ACL that a subnet has."""
    held = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    number = planning.order("DescribeNetworkAcls", Filters=held)
    of = f"NetworkAcls.0.Associations.SubnetId={subnet_id}.NetworkAclAssociationId"
    return f"{{{number}.{of}}}"


def ipv6_block(planning: Planning, vpc_id: str) -> Find:
    def find() -> str:
        number = planning.order("DescribeVpcs", VpcIds=[vpc_id])
        return f"{{{number}.Vpcs.0.Ipv6CidrBlockAssociationSet.0.Ipv6CidrBlock}}"

    return find


def has_ipv6(planning: Planning, vpc_id: str) -> bool | None:
    """Tell whether a VPC has an IPv6 block; None where the plan does not say it."""
    for at, order in enumerate(planning.orders, 1):
        if vpc_id == f"{{{at}.Vpc.VpcId}}":
            return bool(order.parameters.get("AmazonProvidedIpv6CidrBlock"))
    held = next((one for one in planning.ids.values() if one.get("id") == vpc_id), None)
    return None if held is None else bool(held.get("ipv6_cidr_block"))


def out_at_first(planning: Planning, vpc_id: str, group: str) -> list[Any]:
    """Give the permissions out that AWS gives a group when it makes it: everywhere, and by IPv6 too
    in a VPC that has it. Where that is not known they are looked at."""
    six = has_ipv6(planning, vpc_id)
    if six is None:
        number = planning.order("DescribeSecurityGroups", GroupIds=[group])
        return [f"{{{number}.SecurityGroups.0.IpPermissionsEgress}}"]
    return [EVERYWHERE | (EVERYWHERE_BY_IPV6 if six else {})]


def vpc_asked(planning: Planning, answer: str) -> str | None:
    """Give the VPC that a call was asked about whose answer a text stands for."""
    number = answer.lstrip("{").partition(".")[0]
    if not is_new(answer) or not number.isdecimal():
        return None
    filters = planning.orders[int(number) - 1].parameters.get("Filters") or [{}]
    return next(iter(filters[0].get("Values") or ()), None)


def is_new(name: Any) -> bool:  # noqa: ANN401 - an id, or what stands for one
    """Tell whether a resource is made by the same plan: what AWS gives it is as it gives it."""
    return str(name).startswith("{")


def _found(
    planning: Planning, operation: str, path: str, vpc_id: str, name: str, value: str = "default"
) -> Find:
    def find() -> str:
        filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": name, "Values": [value]}]
        return f"{{{planning.order(operation, Filters=filters)}.{path}}}"

    return find
