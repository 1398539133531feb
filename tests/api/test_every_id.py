"""Every parameter that takes an id: malformed, of nothing and of another account's, it is refused
with AWS's code for its kind."""

import inspect
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from genkan import wire
from genkan.api import registry
from genkan.api.families import FAMILIES
from genkan.api.ids import FORMS, PARTS
from tests.api.boto import parts_of
from tests.api.every_id import ANOTHERS, MALFORMED, UNKNOWN, Wrong, prefix_of, spoiled, wrong_ids
from tests.api.examples import EXAMPLES
from tests.api.test_examples import played

# By what an id begins with: how a malformed one and one of nothing are refused.
CODES: dict[str, tuple[str | None, str | None]] = {
    **{form.prefix: (form.malformed, form.not_found) for form in (*FORMS.values(), *PARTS)},
    "ami-genkan": ("InvalidAMIID.Malformed", None),  # every image is the one that there is
    "vpc-cidr-assoc": ("InvalidVpcCidrBlockAssociationID.NotFound",) * 2,
    "subnet-cidr-assoc": ("InvalidSubnetCidrBlockAssociationID.NotFound",) * 2,
    "vpce-nfn": ("InvalidConnectionNotification",) * 2,
    "elasticloadbalancing:listener": ("ValidationError", "ListenerNotFound"),
    "elasticloadbalancing:listener-rule": ("ValidationError", "RuleNotFound"),
    "elasticloadbalancing:loadbalancer": ("ValidationError", "LoadBalancerNotFound"),
    "elasticloadbalancing:targetgroup": ("ValidationError", "TargetGroupNotFound"),
    "/hostedzone/": ("NoSuchHostedZone",) * 2,
    "/change/": ("NoSuchChange",) * 2,
    "00000000-0000-0000-0000": ("NoSuchHealthCheck",) * 2,
    "/delegationset/": ("NoSuchDelegationSet",) * 2,
    "rqlc": ("ResourceNotFoundException",) * 2,
    "rqlca": ("ResourceNotFoundException",) * 2,
    "rslvr-out": ("ResourceNotFoundException",) * 2,
    "rslvr-rr": ("ResourceNotFoundException",) * 2,
    "rslvr-fdl": ("ResourceNotFoundException",) * 2,
    "rslvr-frg": ("ResourceNotFoundException",) * 2,
    "rslvr-frgassoc": ("ResourceNotFoundException",) * 2,
    "rslvr-rrassoc": ("ResourceNotFoundException",) * 2,
    "route53resolver:firewall-domain-list": (
        "InvalidParameterException",
        "ResourceNotFoundException",
    ),
    "route53resolver:resolver-endpoint": (
        "InvalidParameterException",
        "ResourceNotFoundException",
    ),
    "": ("ValidationError",) * 2,  # an access key
}
GATEWAY = ("InvalidGatewayID.NotFound",) * 2
NAT = ("InvalidNatGatewayID.NotFound",) * 2
NO_ERROR = (None, None)
INVALID_VPC = ("InvalidVPCId",) * 2
SUBNET = ("SubnetNotFound",) * 2
RESOLVER = ("InvalidParameterException",) * 2
NOT_THE_ENDPOINTS = ("InvalidParameter",) * 2
# Where AWS has other codes for an id of the kind, or answers item by item.
ELSEWHERE: dict[tuple[str, str], tuple[str | None, str | None]] = {
    **{
        (operation, member): codes
        for operation in ("CreateRoute", "ReplaceRoute")
        for member, codes in (
            ("GatewayId", GATEWAY),
            ("EgressOnlyInternetGatewayId", GATEWAY),
            ("NatGatewayId", NAT),
        )
    },
    ("AssociateRouteTable", "GatewayId"): GATEWAY,
    ("CreateVpcEndpointServiceConfiguration", "NetworkLoadBalancerArns"): ("InvalidParameter",) * 2,
    ("CreateVpcEndpointServiceConfiguration", "GatewayLoadBalancerArns"): ("InvalidParameter",) * 2,
    **dict.fromkeys(
        (
            ("CreateVpcEndpoint", "SubnetIds"),
            ("CreateVpcEndpoint", "SubnetConfigurations.SubnetId"),
            ("ModifyVpcEndpoint", "AddSubnetIds"),
            ("ModifyVpcEndpoint", "SubnetConfigurations.SubnetId"),
        ),
        ("InvalidSubnetId.Malformed", "InvalidSubnetID.NotFound"),
    ),
    ("ModifyVpcEndpoint", "RemoveSubnetIds"): NOT_THE_ENDPOINTS,
    ("ModifyVpcEndpoint", "RemoveSecurityGroupIds"): NOT_THE_ENDPOINTS,
    ("DescribePrefixLists", "PrefixListIds"): (
        "InvalidPrefixListId.Malformed",
        "InvalidPrefixListId.NotFound",
    ),
    ("DetachInternetGateway", "VpcId"): ("InvalidVpcID.Malformed", "Gateway.NotAttached"),
    ("CreateTags", "Resources"): ("InvalidID", ""),
    ("DeleteTags", "Resources"): ("InvalidID", ""),
    # What is not there is as deleted as it can be.
    ("DeleteKeyPair", "KeyPairId"): NO_ERROR,
    ("DescribeKeyPairs", "KeyPairIds"): ("InvalidKeyPair.NotFound",) * 2,
    ("elbv2:DeleteLoadBalancer", "LoadBalancerArn"): ("ValidationError", None),
    ("elbv2:DeleteTargetGroup", "TargetGroupArn"): ("ValidationError", None),
    # A connection to a VPC that is not there is made, and has failed.
    ("CreateVpcPeeringConnection", "PeerVpcId"): ("InvalidVpcID.Malformed", None),
    # Answered item by item.
    ("DeleteFlowLogs", "FlowLogIds"): NO_ERROR,
    ("DeleteVpcEndpoints", "VpcEndpointIds"): ("InvalidVpcEndpointId.Malformed", None),
    ("AcceptVpcEndpointConnections", "VpcEndpointIds"): ("InvalidVpcEndpointId.Malformed", None),
    ("RejectVpcEndpointConnections", "VpcEndpointIds"): ("InvalidVpcEndpointId.Malformed", None),
    ("DeleteVpcEndpointConnectionNotifications", "ConnectionNotificationIds"): NO_ERROR,
    ("DeleteVpcEndpointServiceConfigurations", "ServiceIds"): (
        "InvalidVpcEndpointServiceIdId.Malformed",
        None,
    ),
    ("elbv2:RegisterTargets", "Targets.Id"): ("InvalidTarget",) * 2,
    ("elbv2:DeregisterTargets", "Targets.Id"): NO_ERROR,
    ("elbv2:DescribeTargetHealth", "Targets.Id"): NO_ERROR,  # Target.NotRegistered
    **{
        (f"elbv2:{operation}", f"SubnetMappings.{member}"): (code,) * 2
        for operation in ("CreateLoadBalancer", "SetSubnets")
        for member, code in (
            ("SubnetId", "SubnetNotFound"),
            ("AllocationId", "AllocationIdNotFound"),
        )
    },
    ("CreateNetworkInsightsPath", "Source"): ("InvalidParameterValue", ""),
    ("CreateNetworkInsightsPath", "Destination"): ("InvalidParameterValue", ""),
    ("GetVpnConnectionDeviceSampleConfiguration", "VpnConnectionDeviceTypeId"): (
        "InvalidParameterValue",
    )
    * 2,
    ("elbv2:CreateLoadBalancer", "SecurityGroups"): ("InvalidSecurityGroup",) * 2,
    ("elbv2:SetSecurityGroups", "SecurityGroups"): ("InvalidSecurityGroup",) * 2,
    ("elbv2:CreateLoadBalancer", "Subnets"): SUBNET,
    ("elbv2:SetSubnets", "Subnets"): SUBNET,
    ("elbv2:CreateTargetGroup", "VpcId"): ("ValidationError",) * 2,
    ("route53:CreateHostedZone", "VPC.VPCId"): INVALID_VPC,
    **{
        (f"route53:{operation}", member): ("NoSuchHostedZone",) * 2
        for operation, member in (
            ("ChangeTagsForResource", "ResourceId"),
            ("ListTagsForResource", "ResourceId"),
            ("ListTagsForResources", "ResourceIds"),
        )
    },
    ("route53:CreateReusableDelegationSet", "HostedZoneId"): ("HostedZoneNotFound",) * 2,
    ("route53:DeleteQueryLoggingConfig", "Id"): ("NoSuchQueryLoggingConfig",) * 2,
    ("route53:GetQueryLoggingConfig", "Id"): ("NoSuchQueryLoggingConfig",) * 2,
    ("route53:AssociateVPCWithHostedZone", "VPC.VPCId"): INVALID_VPC,
    ("route53:ListHostedZonesByVPC", "VPCId"): INVALID_VPC,
    ("route53:CreateVPCAssociationAuthorization", "VPC.VPCId"): INVALID_VPC,
    ("route53:DisassociateVPCFromHostedZone", "VPC.VPCId"): ("VPCAssociationNotFound",) * 2,
    ("route53:DeleteVPCAssociationAuthorization", "VPC.VPCId"): (
        "VPCAssociationAuthorizationNotFound",
    )
    * 2,
    ("route53resolver:CreateResolverEndpoint", "SecurityGroupIds"): (
        "InvalidParameterException",
        "ResourceNotFoundException",
    ),
    ("route53resolver:CreateResolverEndpoint", "IpAddresses.SubnetId"): RESOLVER,
    ("route53resolver:AssociateResolverEndpointIpAddress", "IpAddress.SubnetId"): RESOLVER,
    ("route53resolver:DisassociateResolverEndpointIpAddress", "IpAddress.SubnetId"): RESOLVER,
    ("route53resolver:AssociateResolverRule", "VPCId"): RESOLVER,
    ("route53resolver:AssociateResolverQueryLogConfig", "ResourceId"): RESOLVER,
    **{
        (f"route53resolver:{operation}", "ResourceId"): ("ResourceNotFoundException",) * 2
        for operation in (
            "DisassociateResolverQueryLogConfig",
            "GetResolverConfig",
            "GetResolverDnssecConfig",
            "UpdateResolverConfig",
            "UpdateResolverDnssecConfig",
            "GetFirewallConfig",
            "UpdateFirewallConfig",
        )
    },
    ("route53resolver:AssociateFirewallRuleGroup", "VpcId"): ("ResourceNotFoundException",) * 2,
    ("route53resolver:ListFirewallRuleGroupAssociations", "FirewallRuleGroupId"): NO_ERROR,
    ("route53resolver:ListFirewallRuleGroupAssociations", "VpcId"): NO_ERROR,
    ("route53resolver:DisassociateResolverRule", "VPCId"): ("ResourceNotFoundException",) * 2,
}
NOT_ANOTHERS = {  # where another account's is as good as one's own
    ("route53:CreateVPCAssociationAuthorization", "VPC.VPCId"),  # what an authorization is for
    ("sts:GetAccessKeyInfo", "AccessKeyId"),  # tells whose a key is
}

NAMED_LIKE_AN_ID = re.compile(r"(Ids?|ID|Arns?|Groups|Resources)$")
# Members that are named like an id and name no resource of the site, with what they are.
NO_RESOURCE = {
    **dict.fromkeys(
        ("AvailabilityZoneId", "ZoneIds", "Placement.AvailabilityZoneId"), "a zone's id"
    ),
    **dict.fromkeys(
        (
            *("AwsAccountId", "PeerOwnerId", "SourceSecurityGroupOwnerId", "TransferAccountId"),
            "IpPermissions.UserIdGroupPairs.UserId",
        ),
        "an account",
    ),
    **dict.fromkeys(
        (
            *("CertificateArn", "Certificates.CertificateArn", "ConnectionNotificationArn"),
            *("DestinationArn", "DeliverLogsPermissionArn", "IamInstanceProfile.Arn", "RoleArn"),
            "CloudWatchLogsLogGroupArn",
        ),
        "of a service whose things are taken as they are named",
    ),
    **dict.fromkeys(("CreatorRequestId", "ExternalId"), "the caller's own words"),
    "CapacityReservationIds": "of what there is none",
    "HostedZoneId": "where ListHostedZonesByName begins; everywhere else it stands in an example",
    **dict.fromkeys(
        ("ImageId", "VolumeIds", "Targets.QuicServerId"), "of what there is one, or none"
    ),
    **dict.fromkeys(
        ("SecurityGroups", "IpPermissions.UserIdGroupPairs.VpcId"), "a name, or said by another id"
    ),
}
PARTS_REFUSED = re.compile(  # wholes of which no id is taken: they are refused by name, or kept
    r"^(BlockDeviceMappings|CapacityReservationSpecification|Placement|Monitoring)\."
    r"|^DefaultActions\.Authenticate|HealthCheckId$|RoutingControlArn$|HealthCheckSourceId$|TrafficPolicyInstanceId$"
    r"|CidrRoutingConfig|AZAffinity|AliasTarget|TransportTransitGateway|CloudWatchLogOptions"
    r"|^(Match|Exclude)Paths\.|^Filter(In|Out)Arns"
)
BY_ANOTHER_NAME = {  # the same id of the same parameter family, given in another example or row
    "ec2": {
        "AddGatewayLoadBalancerArns",
        "AddNetworkLoadBalancerArns",
        "RemoveGatewayLoadBalancerArns",
        "RemoveNetworkLoadBalancerArns",
        "IpPermissions.UserIdGroupPairs.VpcPeeringConnectionId",
        "SecurityGroupRules.SecurityGroupRule.PrefixListId",
    },
    "elbv2": set(),
    "route53": set(),
    "route53resolver": {"IpAddress.IpId"},
    "service-quotas": {"RequestId"},  # refused in test_service_quotas
    "sts": set(),
}


@cache
def wrong() -> dict[str, Wrong]:
    """Give every wrong id by a label of its own."""
    return {
        f"{EXAMPLES[one.example].operation}-{one.member}-{one.how}-{number}": one
        for number, one in enumerate(wrong_ids())
    }


def expected(one: Wrong) -> str | None:
    operation, value = EXAMPLES[one.example].operation, str(_value(one))
    codes = CODES[prefix_of(value)]
    codes = ELSEWHERE.get((operation, one.member), codes)
    if codes[1] == "":  # as the kind has it
        codes = (codes[0], CODES[prefix_of(value)][1])
    if one.how == ANOTHERS and (operation, one.member) in NOT_ANOTHERS:
        return None
    return codes[0] if one.how == MALFORMED else codes[1]


def _value(one: Wrong) -> Any:
    return played()[one.example].before.names[one.name]


@pytest.mark.parametrize("label", wrong())
def test_an_id_that_is_wrong_is_refused_with_the_code_of_its_kind(label):
    one = wrong()[label]
    given = spoiled(played()[one.example].before, one)
    if given is None:
        return  # a part of a resource has no account of its own
    site, parameters = given
    operation, code = EXAMPLES[one.example].operation, expected(one)
    if code is None:
        site.ask(operation, parameters)
    else:
        assert site.refusal(operation, parameters).code == code


def test_every_way_to_be_wrong_is_tried():
    assert {one.how for one in wrong().values()} == {MALFORMED, UNKNOWN, ANOTHERS}


@pytest.mark.parametrize("service", sorted(FAMILIES))
def test_every_parameter_that_takes_an_id_stands_in_an_example(service):
    tried = {
        (EXAMPLES[one.example].operation.rpartition(":")[2], one.member)
        for one in wrong().values()
        if parts_of(EXAMPLES[one.example].operation)[0] == service
    }
    free = NO_RESOURCE.keys() | BY_ANOTHER_NAME[service]
    missing = [
        f"{operation}.{member}"
        for operation, member in _id_members(service)
        if (operation, member) not in tried and member not in free
    ]
    assert missing == []


def _id_members(service: str) -> Iterator[tuple[str, str]]:
    ours, model = registry.operations(service), wire.service_model(service)
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        function = ours.get(wire.snake_case(name))
        if shape is None or function is None:
            continue
        taken = inspect.signature(function).parameters
        for member, one in shape.members.items():
            if wire.snake_case(member) in taken and member not in ("Filters", "Filter"):
                for path in _strings(one, member, 0):
                    if NAMED_LIKE_AN_ID.search(path) and not PARTS_REFUSED.search(path):
                        yield name, path


def _strings(shape: Any, path: str, depth: int) -> Iterator[str]:
    match shape.type_name:
        case "string":
            yield path
        case "list":
            yield from _strings(shape.member, path, depth + 1)
        case "structure" if depth < 6:
            for name, one in shape.members.items():
                yield from _strings(one, f"{path}.{name}", depth + 1)
