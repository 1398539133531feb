"""Ids: their form, and finding what they name, each kind with AWS's own codes and sentences."""

import re
from dataclasses import dataclass
from typing import TypeVar

from genkan.api.call import Call
from genkan.model.account import KeyPair
from genkan.model.block_public_access import BlockPublicAccessExclusion
from genkan.model.dhcp_options import DhcpOptions
from genkan.model.elastic_ip import ElasticIp
from genkan.model.endpoint_service import (
    ConnectionNotification,
    EndpointConnection,
    EndpointService,
    ServicePermission,
)
from genkan.model.errors import Malformed, NotFound
from genkan.model.flow_log import FlowLog
from genkan.model.instance import Instance
from genkan.model.nat_gateway import NatGateway
from genkan.model.network_acl import NetworkAcl
from genkan.model.network_insights import (
    NetworkInsightsAccessScope,
    NetworkInsightsAccessScopeAnalysis,
    NetworkInsightsAnalysis,
    NetworkInsightsPath,
)
from genkan.model.network_interface import NetworkInterface, NetworkInterfacePermission
from genkan.model.peering import VpcPeeringConnection
from genkan.model.prefix_list import ManagedPrefixList
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTable
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet, SubnetCidrReservation
from genkan.model.vpc import EgressOnlyInternetGateway, InternetGateway, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.model.vpn import CustomerGateway, VpnConnection, VpnGateway

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class IdForm:
    """How ids of a kind begin, and what AWS says of one that names nothing.

    Where AWS documents no code for a malformed one, it names nothing as well.
    """

    prefix: str
    not_found: str
    sentence: str
    malformed: str


FORMS: dict[type[Resource], IdForm] = {
    Vpc: IdForm(
        "vpc", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist", "InvalidVpcID.Malformed"
    ),
    Subnet: IdForm(
        "subnet",
        "InvalidSubnetID.NotFound",
        "The subnet ID '{}' does not exist",
        "InvalidSubnetID.Malformed",
    ),
    SubnetCidrReservation: IdForm(
        "scr",
        "InvalidSubnetCidrReservationID.NotFound",
        "The subnet CIDR reservation ID '{}' does not exist",
        "InvalidSubnetCidrReservationID.Malformed",
    ),
    InternetGateway: IdForm(
        "igw",
        "InvalidInternetGatewayID.NotFound",
        "The internetGateway ID '{}' does not exist",
        "InvalidInternetGatewayId.Malformed",
    ),
    RouteTable: IdForm(
        "rtb",
        "InvalidRouteTableID.NotFound",
        "The routeTable ID '{}' does not exist",
        "InvalidRouteTableId.Malformed",
    ),
    SecurityGroup: IdForm(
        "sg",
        "InvalidGroup.NotFound",
        "The security group '{}' does not exist",
        "InvalidGroupId.Malformed",
    ),
    NetworkInterface: IdForm(
        "eni",
        "InvalidNetworkInterfaceID.NotFound",
        "The networkInterface ID '{}' does not exist",
        "InvalidNetworkInterfaceId.Malformed",
    ),
    NetworkInterfacePermission: IdForm(
        "eni-perm",
        "InvalidPermissionID.NotFound",
        "The networkInterfacePermission ID '{}' does not exist",
        "InvalidPermissionID.Malformed",
    ),
    ElasticIp: IdForm(
        "eipalloc",
        "InvalidAllocationID.NotFound",
        "The allocation ID '{}' does not exist",
        "InvalidAllocationID.NotFound",
    ),
    NatGateway: IdForm(
        "nat",
        "NatGatewayNotFound",
        "The Nat Gateway {} was not found",
        "NatGatewayMalformed",
    ),
    Instance: IdForm(
        "i",
        "InvalidInstanceID.NotFound",
        "The instance ID '{}' does not exist",
        "InvalidInstanceID.Malformed",
    ),
    VpcEndpoint: IdForm(
        "vpce",
        "InvalidVpcEndpointId.NotFound",
        "The Vpc Endpoint Id '{}' does not exist",
        "InvalidVpcEndpointId.Malformed",
    ),
    EndpointService: IdForm(
        "vpce-svc",
        "InvalidVpcEndpointServiceId.NotFound",
        "The VpcEndpointService Id '{}' does not exist",
        "InvalidVpcEndpointServiceIdId.Malformed",
    ),
    ServicePermission: IdForm(
        "vpce-svc-perm",
        "InvalidVpcEndpointServicePermissionId.NotFound",
        "The VpcEndpointServicePermission Id '{}' does not exist",
        "InvalidVpcEndpointServicePermissionId.Malformed",
    ),
    EndpointConnection: IdForm(
        "vpce-con",
        "InvalidVpcEndpointConnectionId.NotFound",
        "The VpcEndpointConnection Id '{}' does not exist",
        "InvalidVpcEndpointConnectionId.Malformed",
    ),
    ConnectionNotification: IdForm(
        "vpce-nfn",
        "InvalidConnectionNotification",
        "The connection notification '{}' does not exist",
        "InvalidConnectionNotification",
    ),
    BlockPublicAccessExclusion: IdForm(
        "vpcbpa-exclude",
        "InvalidVpcBlockPublicAccessExclusionId.NotFound",
        "The VPC block public access exclusion ID '{}' does not exist",
        "InvalidVpcBlockPublicAccessExclusionId.Malformed",
    ),
    NetworkAcl: IdForm(
        "acl",
        "InvalidNetworkAclID.NotFound",
        "The networkAcl ID '{}' does not exist",
        "InvalidNetworkAclId.Malformed",
    ),
    ManagedPrefixList: IdForm(
        "pl",
        "InvalidPrefixListID.NotFound",
        "The prefix list ID '{}' does not exist",
        "InvalidPrefixListId.Malformed",
    ),
    DhcpOptions: IdForm(
        "dopt",
        "InvalidDhcpOptionID.NotFound",
        "The dhcpOption ID '{}' does not exist",
        "InvalidDhcpOptionsId.Malformed",
    ),
    VpcPeeringConnection: IdForm(
        "pcx",
        "InvalidVpcPeeringConnectionID.NotFound",
        "The vpcPeeringConnection ID '{}' does not exist",
        "InvalidVpcPeeringConnectionId.Malformed",
    ),
    EgressOnlyInternetGateway: IdForm(
        "eigw",
        "InvalidGatewayID.NotFound",
        "The eigw ID '{}' does not exist",
        "InvalidEgressOnlyInternetGatewayId.Malformed",
    ),
    FlowLog: IdForm(
        "fl",
        "InvalidFlowLogId.NotFound",
        "The flow log ID '{}' does not exist",
        "InvalidFlowLogId.Malformed",
    ),
    CustomerGateway: IdForm(
        "cgw",
        "InvalidCustomerGatewayID.NotFound",
        "The customerGateway ID '{}' does not exist",
        "InvalidCustomerGatewayId.Malformed",
    ),
    VpnGateway: IdForm(
        "vgw",
        "InvalidVpnGatewayID.NotFound",
        "The vpnGateway ID '{}' does not exist",
        "InvalidVpnGatewayId.Malformed",
    ),
    VpnConnection: IdForm(
        "vpn",
        "InvalidVpnConnectionID.NotFound",
        "The vpnConnection ID '{}' does not exist",
        "InvalidVpnConnectionId.Malformed",
    ),
    NetworkInsightsPath: IdForm(
        "nip",
        "InvalidNetworkInsightsPathId.NotFound",
        "The network insights path '{}' does not exist",
        "InvalidNetworkInsightsPathId.Malformed",
    ),
    NetworkInsightsAnalysis: IdForm(
        "nia",
        "InvalidNetworkInsightsAnalysisId.NotFound",
        "The network insights analysis '{}' does not exist",
        "InvalidNetworkInsightsAnalysisId.Malformed",
    ),
    NetworkInsightsAccessScope: IdForm(
        "nis",
        "InvalidNetworkInsightsAccessScopeId.NotFound",
        "The network insights access scope '{}' does not exist",
        "InvalidNetworkInsightsAccessScopeId.Malformed",
    ),
    NetworkInsightsAccessScopeAnalysis: IdForm(
        "nisa",
        "InvalidNetworkInsightsAccessScopeAnalysisId.NotFound",
        "The network insights access scope analysis '{}' does not exist",
        "InvalidNetworkInsightsAccessScopeAnalysisId.Malformed",
    ),
    KeyPair: IdForm(
        "key",
        "InvalidKeyPair.NotFound",
        "The key pair ID '{}' does not exist",
        "InvalidKeyPair.Malformed",
    ),
}

_ASSOCIATION = (
    "InvalidAssociationID.NotFound",
    "The association ID '{}' does not exist",
    "InvalidAssociationID.NotFound",
)
# What has an id and is part of a resource: rules, associations, attachments.
PARTS: tuple[IdForm, ...] = (
    IdForm(
        "sgr",
        "InvalidSecurityGroupRuleId.NotFound",
        "The security group rule ID '{}' does not exist",
        "InvalidSecurityGroupRuleId.Malformed",
    ),
    IdForm("aclassoc", *_ASSOCIATION),
    IdForm("rtbassoc", *_ASSOCIATION),
    IdForm("eipassoc", *_ASSOCIATION),
    IdForm("iip-assoc", *_ASSOCIATION),
    IdForm(
        "eni-attach",
        "InvalidAttachmentID.NotFound",
        "The attachment ID '{}' does not exist",
        "InvalidNetworkInterfaceAttachmentId.Malformed",
    ),
)
_PART_FORMS = {form.prefix: form for form in PARTS}


def check_form(of: type[Resource], name: str) -> None:
    """Raise Malformed when `name` cannot be the id of an `of`."""
    _check(FORMS[of], name)


def unknown_part(prefix: str, name: str) -> NotFound:
    """Give the refusal of a part's id that names nothing. Raises Malformed when it is no id."""
    form = _PART_FORMS[prefix]
    _check(form, name)
    return NotFound(form.not_found, form.sentence.format(name))


def _check(form: IdForm, name: str) -> None:
    if not re.fullmatch(rf"{form.prefix}-(?:[0-9a-f]{{8}}|[0-9a-f]{{17}})", name):
        if form.malformed == form.not_found:
            raise NotFound(form.not_found, form.sentence.format(name))
        raise Malformed(
            form.malformed,
            f'Invalid id: "{name}" (expecting "{form.prefix}-..."; the Id may only contain '
            "lowercase alphanumeric characters and a single dash)",
        )


def need(call: Call, of: type[R], name: str) -> R:
    """Give the caller's resource with this id. Raises Malformed or NotFound with AWS's code."""
    check_form(of, name)
    row = call.find(of, name)
    if row is None:
        form = FORMS[of]
        raise NotFound(form.not_found, form.sentence.format(name))
    return row
