"""The calls for what hangs off a whole VPC: blocks, options, gateways, peering, and the group, ACL
and table that AWS gives it, which Terraform takes over."""

from typing import Any

from genkan.impact.plan import PlannedChange, Planning, Unresolved
from genkan.impact.plan_acls import WAYS, entry_of
from genkan.impact.plan_groups import authorize, permissions_of, update_group
from genkan.impact.plan_lookups import (
    default_group,
    has_ipv6,
    is_new,
    main_association,
    out_at_first,
    vpc_asked,
)
from genkan.impact.plan_networks import route_of, update_route_table

EVERYTHING, EVERYTHING_BY_IPV6 = 100, 101  # the entries that a new VPC's ACL has, each way
DHCP = {
    "domain_name": "domain-name",
    "domain_name_servers": "domain-name-servers",
    "ntp_servers": "ntp-servers",
    "netbios_name_servers": "netbios-name-servers",
    "netbios_node_type": "netbios-node-type",
}
REMOTE_DNS = "AllowDnsResolutionFromRemoteVpc"


def add_block(planning: Planning, change: PlannedChange) -> None:
    vpc = planning.value(change, "vpc_id")
    number = planning.order(
        "AssociateVpcCidrBlock", VpcId=vpc, CidrBlock=planning.value(change, "cidr_block")
    )
    planning.answered(change, number, id="CidrBlockAssociation.AssociationId")
    planning.stands(change, vpc_id=vpc)


def create_options(planning: Planning, change: PlannedChange) -> None:
    configurations = []
    for attribute, key in DHCP.items():
        value = planning.value(change, attribute)
        if value:
            several = value if isinstance(value, list) else [value]
            configurations.append({"Key": key, "Values": [str(one) for one in several]})
    number = planning.order("CreateDhcpOptions", DhcpConfigurations=configurations)
    planning.answered(change, number, id="DhcpOptions.DhcpOptionsId")


def associate_options(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "AssociateDhcpOptions",
        VpcId=planning.value(change, "vpc_id"),
        DhcpOptionsId=planning.value(change, "dhcp_options_id"),
    )


def leave_options(planning: Planning, change: PlannedChange) -> None:
    """The provider gives a VPC the default options back."""
    planning.order("AssociateDhcpOptions", VpcId=change.before["vpc_id"], DhcpOptionsId="default")


def create_egress_only(planning: Planning, change: PlannedChange) -> None:
    vpc = planning.value(change, "vpc_id")
    number = planning.order("CreateEgressOnlyInternetGateway", VpcId=vpc)
    planning.answered(change, number, id="EgressOnlyInternetGateway.EgressOnlyInternetGatewayId")


def attach_gateway(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "AttachInternetGateway",
        InternetGatewayId=planning.value(change, "internet_gateway_id"),
        VpcId=planning.value(change, "vpc_id"),
    )


def detach_gateway(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "DetachInternetGateway",
        InternetGatewayId=change.before["internet_gateway_id"],
        VpcId=change.before["vpc_id"],
    )


def set_main_table(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "ReplaceRouteTableAssociation",
        AssociationId=main_association(planning, planning.value(change, "vpc_id"))(),
        RouteTableId=planning.value(change, "route_table_id"),
    )


def unset_main_table(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "ReplaceRouteTableAssociation",
        AssociationId=main_association(planning, change.before["vpc_id"])(),
        RouteTableId=change.before["original_route_table_id"],
    )


def take_over_group(planning: Planning, change: PlannedChange) -> None:
    """The provider takes all rules off a default group first."""
    vpc = planning.value(change, "vpc_id")
    if not is_new(vpc):
        raise Unresolved("which rules the group has today is not in a plan")
    group = default_group(planning, vpc)()
    own = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    planning.order("RevokeSecurityGroupIngress", GroupId=group, IpPermissions=own)
    out = out_at_first(planning, vpc, group)
    planning.order("RevokeSecurityGroupEgress", GroupId=group, IpPermissions=out)
    planning.stands(change, id=group)
    for way in WAYS:
        rules = planning.blocks(change, way)
        authorize(planning, way, group, list(permissions_of(rules, group)))


def take_over_acl(planning: Planning, change: PlannedChange) -> None:
    """The provider takes all entries out of a default ACL first."""
    acl = planning.value(change, "default_network_acl_id")
    if not is_new(acl):
        raise Unresolved("which entries the ACL has today is not in a plan")
    planning.stands(change, id=acl)
    six = has_ipv6(planning, vpc_asked(planning, acl) or "")
    held = (EVERYTHING, EVERYTHING_BY_IPV6) if six else (EVERYTHING,)
    for way in WAYS:
        for number in held:
            given = {"RuleNumber": number, "Egress": way == "egress"}
            planning.order("DeleteNetworkAclEntry", NetworkAclId=acl, **given)
        for block in planning.blocks(change, way):
            planning.order("CreateNetworkAclEntry", NetworkAclId=acl, **entry_of(block, way))


def take_over_table(planning: Planning, change: PlannedChange) -> None:
    table = planning.value(change, "default_route_table_id")
    if not is_new(table):
        raise Unresolved("which routes the table has today is not in a plan")
    planning.stands(change, id=table)
    for route in planning.blocks(change, "route"):
        planning.order("CreateRoute", RouteTableId=table, **route_of(route))


def forget(planning: Planning, change: PlannedChange) -> None:
    """Say that what belongs to a VPC stays as it is when Terraform forgets it."""


def create_peering(planning: Planning, change: PlannedChange) -> None:
    owner, region = planning.value(change, "peer_owner_id"), planning.value(change, "peer_region")
    number = planning.order(
        "CreateVpcPeeringConnection",
        VpcId=planning.value(change, "vpc_id"),
        PeerVpcId=planning.value(change, "peer_vpc_id"),
        PeerOwnerId=owner,
        PeerRegion=region,
    )
    of = "VpcPeeringConnection.VpcPeeringConnectionId"
    planning.answered(change, number, id=of)
    if planning.value(change, "auto_accept"):
        planning.order("AcceptVpcPeeringConnection", VpcPeeringConnectionId=f"{{{number}.{of}}}")
    peering_options(planning, change, f"{{{number}.{of}}}")


def accept_peering(planning: Planning, change: PlannedChange) -> None:
    name = planning.value(change, "vpc_peering_connection_id")
    planning.stands(change, id=name, vpc_peering_connection_id=name)
    if planning.value(change, "auto_accept"):
        planning.order("AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    peering_options(planning, change, name)


def set_peering_options(planning: Planning, change: PlannedChange) -> None:
    peering_options(planning, change, planning.value(change, "vpc_peering_connection_id"))


def update_peering(planning: Planning, change: PlannedChange) -> None:
    peering_options(planning, change, change.before["id"])


def peering_options(planning: Planning, change: PlannedChange, name: str) -> None:
    given: dict[str, Any] = {}
    for side in ("requester", "accepter"):
        held = [one for one in change.after.get(side) or () if isinstance(one, dict)]
        allowed = held[0].get("allow_remote_vpc_dns_resolution") if held else None
        if allowed is not None:
            given[f"{side.capitalize()}PeeringConnectionOptions"] = {REMOTE_DNS: allowed}
    if given:
        planning.order("ModifyVpcPeeringConnectionOptions", VpcPeeringConnectionId=name, **given)


def deletes(operation: str, member: str) -> Any:  # noqa: ANN401
    def delete(planning: Planning, change: PlannedChange) -> None:
        planning.order(operation, **{member: change.before["id"]})

    return delete


CREATES = {
    "aws_vpc_ipv4_cidr_block_association": add_block,
    "aws_vpc_dhcp_options": create_options,
    "aws_vpc_dhcp_options_association": associate_options,
    "aws_egress_only_internet_gateway": create_egress_only,
    "aws_internet_gateway_attachment": attach_gateway,
    "aws_main_route_table_association": set_main_table,
    "aws_default_security_group": take_over_group,
    "aws_default_network_acl": take_over_acl,
    "aws_default_route_table": take_over_table,
    "aws_vpc_peering_connection": create_peering,
    "aws_vpc_peering_connection_accepter": accept_peering,
    "aws_vpc_peering_connection_options": set_peering_options,
}
UPDATES = {
    "aws_vpc_dhcp_options_association": associate_options,
    "aws_main_route_table_association": set_main_table,
    "aws_default_security_group": update_group,
    "aws_default_route_table": update_route_table,
    "aws_vpc_peering_connection": update_peering,
    "aws_vpc_peering_connection_accepter": set_peering_options,
    "aws_vpc_peering_connection_options": set_peering_options,
}
DELETES = {
    "aws_default_security_group": forget,
    "aws_default_network_acl": forget,
    "aws_default_route_table": forget,
    "aws_vpc_peering_connection_options": forget,
    "aws_vpc_peering_connection_accepter": forget,
    "aws_vpc_peering_connection": deletes("DeleteVpcPeeringConnection", "VpcPeeringConnectionId"),
    "aws_main_route_table_association": unset_main_table,
    "aws_internet_gateway_attachment": detach_gateway,
    "aws_egress_only_internet_gateway": deletes(
        "DeleteEgressOnlyInternetGateway", "EgressOnlyInternetGatewayId"
    ),
    "aws_vpc_dhcp_options_association": leave_options,
    "aws_vpc_dhcp_options": deletes("DeleteDhcpOptions", "DhcpOptionsId"),
    "aws_vpc_ipv4_cidr_block_association": deletes("DisassociateVpcCidrBlock", "AssociationId"),
}
