"""VPCs: made with a main route table and a default security group, and gone with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from genkan.api.block_public_access import without_exclusions
from genkan.api.call import Answer, Call
from genkan.api.cidrs import fits_a_network, parse_cidr
from genkan.api.group_rules import allow_all_egress, allow_self_ingress, with_ipv6_egress
from genkan.api.ids import need
from genkan.api.ipv6_cidrs import POOL, check_border_group, provided_association, shown_vpc_ipv6
from genkan.api.output import present
from genkan.api.peering_lookup import peerings_ended
from genkan.api.quotas import VPCS, VpcLimitExceeded, check_quota
from genkan.api.selection import Values, page, select, yes_no
from genkan.api.tagging import from_specifications, shown
from genkan.model.block_public_access import mode_of
from genkan.model.dhcp_options import shown_options
from genkan.model.dns_firewall import FirewallConfig, FirewallRuleGroupAssociation
from genkan.model.errors import (
    DependencyViolation,
    InvalidParameterValue,
    MissingParameter,
    Refused,
)
from genkan.model.network import Change, delete, put
from genkan.model.network_acl import NetworkAcl
from genkan.model.network_interface import NetworkInterface
from genkan.model.resolver import QueryLogAssociation, ResolverConfig, ResolverDnssecConfig
from genkan.model.route_table import RouteTable, RouteTableAssociation
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import CidrAssociation, EgressOnlyInternetGateway, InternetGateway, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.model.vpn import VpnGateway

TENANCIES = ("default", "dedicated")
FIREWALLS = (FirewallConfig, FirewallRuleGroupAssociation)  # what goes with its VPC
NEVER_A_VPC = tuple(
    map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"))
)

_FILTERS: Mapping[str, Values[Vpc]] = {
    "cidr": lambda vpc: [str(vpc.cidr)],
    "cidr-block": lambda vpc: [str(vpc.cidr)],
    "cidrBlock": lambda vpc: [str(vpc.cidr)],
    "cidr-block-association.cidr-block": lambda vpc: map(str, vpc.cidrs),
    "cidr-block-association.association-id": lambda vpc: [a.id for a in vpc.cidr_associations],
    "cidr-block-association.state": lambda vpc: ["associated"],
    "dhcp-options-id": lambda vpc: [shown_options(vpc)],
    "dhcpOptionsId": lambda vpc: [shown_options(vpc)],
    "ipv6-cidr-block-association.association-id": lambda vpc: [a.id for a in vpc.ipv6_associations],
    "ipv6-cidr-block-association.ipv6-cidr-block": lambda vpc: map(str, vpc.ipv6_cidrs),
    "ipv6-cidr-block-association.ipv6-pool": lambda vpc: [POOL for _ in vpc.ipv6_associations],
    "ipv6-cidr-block-association.state": lambda vpc: ["associated" for _ in vpc.ipv6_associations],
    "is-default": lambda vpc: [yes_no(vpc.is_default)],
    "isDefault": lambda vpc: [yes_no(vpc.is_default)],
    "state": lambda vpc: ["available"],
    "vpc-id": lambda vpc: [vpc.id],
}


class InvalidVpcRange(Refused):
    """The code that EC2 sends has a dot; its list of codes has none."""

    code = "InvalidVpc.Range"


def create_vpc(
    call: Call,
    *,
    cidr_block: str | None = None,
    instance_tenancy: str = "default",
    amazon_provided_ipv6_cidr_block: bool = False,
    ipv6_cidr_block_network_border_group: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    check_border_group(call, ipv6_cidr_block_network_border_group)
    if cidr_block is None:
        raise MissingParameter(
            "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided; Genkan takes cidrBlock."
        )
    if instance_tenancy not in TENANCIES:
        raise InvalidParameterValue(
            f"Value ({instance_tenancy}) for parameter instanceTenancy is invalid. "
            f"Choose from {', '.join(TENANCIES)}."
        )
    check_quota(call, len(call.mine(Vpc)) + 1, VPCS, VpcLimitExceeded, "VPCs")
    name = call.new_id("vpc")
    ipv6 = provided_association(call, 0, name) if amazon_provided_ipv6_cidr_block else None
    vpc = Vpc(
        id=name,
        account=call.account,
        region=call.region,
        tags=from_specifications("vpc", tag_specifications),
        cidr_associations=(
            CidrAssociation(id=call.new_id("vpc-cidr-assoc"), cidr=parse_range(cidr_block)),
        ),
        instance_tenancy=instance_tenancy,
        ipv6_associations=(ipv6,) if ipv6 else (),
    )
    return Answer({"Vpc": shown_vpc(call, vpc)}, with_what_belongs(call, vpc))


def with_what_belongs(call: Call, vpc: Vpc) -> Change:
    """Give the change that makes a VPC with its main route table and its default group."""
    return put(vpc, _main_route_table(call, vpc), _default_group(call, vpc))


def describe_vpcs(
    call: Call,
    *,
    vpc_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    vpcs = select(call, Vpc, ids=vpc_ids, filters=filters, table=_FILTERS)
    rows, token = page(vpcs, max_results, next_token, ids=vpc_ids)
    return Answer(present(Vpcs=[shown_vpc(call, vpc) for vpc in rows], NextToken=token))


def delete_vpc(call: Call, *, vpc_id: str) -> Answer:
    vpc = need(call, Vpc, vpc_id)
    blocking = _dependencies(call, vpc)
    if blocking:
        raise DependencyViolation(
            f"The vpc '{vpc.id}' has dependencies and cannot be deleted. "
            f"Delete or detach {', '.join(blocking)} first."
        )
    tables = call.network.where(RouteTable, vpc_id=vpc.id)
    groups = call.network.where(SecurityGroup, vpc_id=vpc.id)
    acls = call.network.where(NetworkAcl, vpc_id=vpc.id)
    ended = peerings_ended(call.network, vpc.id, call.now)
    ended += without_exclusions(call.network, vpc_id=vpc.id)
    kinds = (ResolverConfig, ResolverDnssecConfig, QueryLogAssociation, *FIREWALLS)
    ended += delete(*(row for of in kinds for row in call.network.where(of, vpc_id=vpc.id)))
    ended += put(*(_apart(row, vpc) for row in _associated(call, vpc)))
    return Answer(change=ended + delete(vpc, *tables, *groups, *acls))


def _associated(call: Call, vpc: Vpc) -> Iterator[SecurityGroup]:
    """Give the groups of other VPCs that interfaces of a VPC may wear."""
    return call.network.holding(SecurityGroup, associated_vpcs=vpc.id)


def _apart(group: SecurityGroup, vpc: Vpc) -> SecurityGroup:
    left = tuple(name for name in group.associated_vpcs if name != vpc.id)
    return replace(group, associated_vpcs=left)


def _block_mode(call: Call, vpc: Vpc) -> str:
    return mode_of(call.network, vpc.account, vpc.region, vpc.id).value


def parse_range(text: str) -> IPv4Network:
    """Read a block that a VPC may have. Raises InvalidParameterValue, InvalidVpcRange."""
    block = parse_cidr(text, "cidrBlock")
    if not fits_a_network(block) or any(block.overlaps(never) for never in NEVER_A_VPC):
        raise InvalidVpcRange(
            f"The CIDR '{text}' is invalid. "
            "Choose a block between /16 and /28, in private ranges preferably."
        )
    return block


def _main_route_table(call: Call, vpc: Vpc) -> RouteTable:
    return RouteTable(
        id=call.new_id("rtb"),
        account=vpc.account,
        region=vpc.region,
        vpc_id=vpc.id,
        associations=(RouteTableAssociation(id=call.new_id("rtbassoc")),),
    )


def _default_group(call: Call, vpc: Vpc) -> SecurityGroup:
    group_id = call.new_id("sg")
    group = SecurityGroup(
        id=group_id,
        account=vpc.account,
        region=vpc.region,
        vpc_id=vpc.id,
        group_name="default",
        description="default VPC security group",
        rules=(
            allow_self_ingress(call.new_id("sgr"), group_id, vpc.account),
            allow_all_egress(call.new_id("sgr")),
        ),
    )
    return with_ipv6_egress(group, call.new_id("sgr")) if vpc.ipv6_associations else group


def _dependencies(call: Call, vpc: Vpc) -> list[str]:
    network = call.network
    return [
        *(row.id for row in network.where(Subnet, vpc_id=vpc.id)),
        *(row.id for row in network.where(InternetGateway, vpc_id=vpc.id)),
        *(row.id for row in network.where(VpcEndpoint, vpc_id=vpc.id)),
        *(row.id for row in network.where(NetworkInterface, vpc_id=vpc.id)),
        *(row.id for row in network.where(RouteTable, vpc_id=vpc.id) if not row.is_main),
        *(row.id for row in network.where(SecurityGroup, vpc_id=vpc.id) if not row.is_default),
        *(row.id for row in network.where(NetworkAcl, vpc_id=vpc.id) if not row.is_default),
        *(row.id for row in network.where(EgressOnlyInternetGateway, vpc_id=vpc.id)),
        *(row.id for row in network.where(VpnGateway, vpc_id=vpc.id)),
    ]


def shown_vpc(call: Call, vpc: Vpc) -> dict[str, Any]:
    """Give a VPC as the API lists it."""
    return {
        "OwnerId": vpc.account,
        "InstanceTenancy": vpc.instance_tenancy,
        "Ipv6CidrBlockAssociationSet": shown_vpc_ipv6(vpc),
        "CidrBlockAssociationSet": [
            {
                "AssociationId": association.id,
                "CidrBlock": str(association.cidr),
                "CidrBlockState": {"State": "associated"},
            }
            for association in vpc.cidr_associations
        ],
        "IsDefault": vpc.is_default,
        "Tags": shown(vpc.tags),
        "VpcId": vpc.id,
        "State": "available",
        "BlockPublicAccessStates": {"InternetGatewayBlockMode": _block_mode(call, vpc)},
        "CidrBlock": str(vpc.cidr),
        "DhcpOptionsId": shown_options(vpc),
    }
