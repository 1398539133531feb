"""What AWS says when it refuses something of endpoints, in the words that clients look for."""

from typing import NamedTuple

import pytest

from tests.api.boto import fill
from tests.api.examples import hall, play
from tests.api.examples.example import Example, example

SQS = {
    "VpcId": "<vpc>",
    "ServiceName": "com.amazonaws.<region>.sqs",
    "VpcEndpointType": "Interface",
    "SubnetIds": ["<subnet>"],
}
S3 = {"VpcId": "<vpc>", "ServiceName": "com.amazonaws.<region>.s3"}
NAMES_OFF = example(
    "ModifyVpcAttribute", {"VpcId": "<vpc>", "EnableDnsHostnames": {"Value": False}}
)
MADE = example("CreateVpcEndpoint", SQS, made="VpcEndpoint.VpcEndpointId")
OWN_ZONE = example(
    "route53:CreateHostedZone",
    {
        "Name": "sqs.<region>.amazonaws.com",
        "CallerReference": "own",
        "VPC": {"VPCRegion": "<region>", "VPCId": "<vpc>"},
    },
)
LIST_OF_S3 = example(
    "DescribePrefixLists",
    {"Filters": [{"Name": "prefix-list-name", "Values": [S3["ServiceName"]]}]},
    s3_list="PrefixLists[0].PrefixListId",
)
UNKNOWN, UNKNOWN_SERVICE = "vpce-0123456789abcdef0", "vpce-svc-0123456789abcdef0"
NO_ENDPOINT = f"The Vpc Endpoint Id '{UNKNOWN}' does not exist"
NO_SERVICE = f"The VpcEndpointService Id '{UNKNOWN_SERVICE}' does not exist"
ACCEPT = {"ServiceId": UNKNOWN_SERVICE, "VpcEndpointIds": ["<vpce>"]}
TO_ENDPOINT = {"RouteTableId": "<rtb>", "DestinationCidrBlock": "10.77.0.0/16"}


class Said(NamedTuple):
    """A refusal whose message begins with these words."""

    operation: str
    parameters: dict
    code: str
    words: str
    before: tuple[Example, ...] = ()


def endpoint(**more) -> dict:
    """Give the parameters of an endpoint for SQS, differing in these."""
    return {name: value for name, value in {**SQS, **more}.items() if value is not None}


SAID = (
    Said("DescribeVpcEndpoints", {"VpcEndpointIds": [UNKNOWN]}, "Id.NotFound", NO_ENDPOINT),
    Said("ModifyVpcEndpoint", {"VpcEndpointId": UNKNOWN}, "Id.NotFound", NO_ENDPOINT),
    Said(
        "DescribeVpcEndpointServiceConfigurations",
        {"ServiceIds": [UNKNOWN_SERVICE]},
        "ServiceId.NotFound",
        NO_SERVICE,
    ),
    Said("AcceptVpcEndpointConnections", ACCEPT, "ServiceId.NotFound", NO_SERVICE),
    Said("RejectVpcEndpointConnections", ACCEPT, "ServiceId.NotFound", NO_SERVICE),
    Said(
        "DescribeVpcEndpointServicePermissions",
        {"ServiceId": UNKNOWN_SERVICE},
        "ServiceId.NotFound",
        NO_SERVICE,
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(ServiceName="com.amazonaws.<region>.moon"),
        "InvalidServiceName",
        "The Vpc Endpoint Service 'com.amazonaws.<region>.moon' does not exist",
    ),
    Said(
        "CreateVpcEndpoint",
        {"VpcId": "<vpc>", "ServiceName": SQS["ServiceName"]},
        "InvalidParameter",
        "Endpoint type (Gateway) does not match available service types ([Interface]).",
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(RouteTableIds=["<rtb>"]),
        "InvalidParameter",
        "Route table IDs are only supported for Gateway type VPC Endpoint.",
    ),
    Said(
        "CreateVpcEndpoint",
        {**S3, "SubnetIds": ["<subnet>"]},
        "InvalidParameter",
        "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.",
    ),
    Said(
        "CreateVpcEndpoint",
        {**S3, "SecurityGroupIds": ["<sg>"]},
        "InvalidParameter",
        "Security group IDs are only supported for Interface type VPC Endpoints.",
    ),
    Said(
        "CreateVpcEndpoint",
        {
            "VpcId": "<vpc>",
            "ServiceName": "<gwlb_service_name>",
            "VpcEndpointType": "GatewayLoadBalancer",
            "SubnetIds": ["<subnet>"],
            "SecurityGroupIds": ["<sg>"],
        },
        "InvalidParameter",
        "Security group IDs are only supported for Interface type VPC Endpoints.",
    ),
    Said(
        "ModifyVpcEndpoint",
        {"VpcEndpointId": "<gwlb_vpce>", "AddSubnetIds": ["<subnet>"]},
        "InvalidParameter",
        "AddSubnetIds cannot be changed of <gwlb_vpce>",
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(),
        "InvalidParameter",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes "
        "set to true for <vpc>",
        (NAMES_OFF,),
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(),
        "InvalidParameter",
        "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
        "sqs.<region>.amazonaws.com in the VPC <vpc>",
        (OWN_ZONE,),
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(ServiceName="com.amazonaws.<region>.execute-api"),
        "InvalidParameter",
        "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
        "*.execute-api.<region>.amazonaws.com in the VPC <vpc>",
        (example("CreateVpcEndpoint", endpoint(ServiceName="com.amazonaws.<region>.execute-api")),),
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(ServiceName="com.amazonaws.<region>.dynamodb", PrivateDnsEnabled=True),
        "InvalidParameter",
        "Private DNS can't be enabled because the service com.amazonaws.<region>.dynamodb does not "
        "provide a private DNS name.",
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(
            ServiceName=S3["ServiceName"],
            PrivateDnsEnabled=True,
        ),
        "InvalidParameter",
        "To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC <vpc> must have a "
        "Gateway endpoint for the service.",
        (example("DeleteVpcEndpoints", {"VpcEndpointIds": ["<gateway_vpce>"]}),),
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(ServiceName="<service_name>", SubnetIds=["<subnet_c>"]),
        "InvalidParameter",
        "The VPC endpoint service <service_name> does not support the availability zone of the "
        "subnet: <subnet_c>",
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(SubnetIds=["<subnet>", "<spare_subnet>"]),
        "DuplicateSubnetsInSameZone",
        "Found another VPC endpoint subnet in the availability zone of <spare_subnet>.",
    ),
    Said(
        "ModifyVpcEndpoint",
        {"VpcEndpointId": "<vpce>", "AddSubnetIds": ["<spare_subnet>"]},
        "DuplicateSubnetsInSameZone",
        "Found another VPC endpoint subnet in the availability zone of <spare_subnet>.",
    ),
    Said(
        "CreateVpcEndpoint",
        {**S3, "RouteTableIds": ["<rtb>"]},
        "RouteAlreadyExists",
        "route table <rtb> already has a route with destination-prefix-list-id <s3_list>",
        (LIST_OF_S3,),
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(VpcId="vpc-0123456789abcdef0"),
        "InvalidVpcID.NotFound",
        "The vpc ID 'vpc-0123456789abcdef0' does not exist",
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(SubnetIds=["subnet-0123456789abcdef0"]),
        "InvalidSubnetID.NotFound",
        "The subnet ID 'subnet-0123456789abcdef0' does not exist",
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(SubnetIds=["x"]),
        "InvalidSubnetId.Malformed",
        "Invalid Subnet Id: 'x' (expecting 'subnet-...; the Id may only contain lowercase "
        "alphanumeric characters and a single dash)",
    ),
    Said(
        "CreateVpcEndpoint",
        endpoint(PolicyDocument="{"),
        "InvalidPolicyDocument",
        "The Policy Document is not valid. Syntax error at position (1,2)",
    ),
    Said(
        "CreateRoute",
        {**TO_ENDPOINT, "VpcEndpointId": "<vpce>"},
        "RouteNotSupported",
        "Route table contains unsupported route target: <vpce>. VPC Endpoints of this type cannot "
        "be used as route targets.",
    ),
    Said(
        "CreateRoute",
        {**TO_ENDPOINT, "GatewayId": "<gateway_vpce>"},
        "RouteNotSupported",
        "Route table contains unsupported route target: <gateway_vpce>.",
    ),
    Said(
        "CreateRoute",
        {
            "RouteTableId": "<rtb>",
            "DestinationPrefixListId": "<pl>",
            "VpcEndpointId": "<gwlb_vpce>",
        },
        "InvalidParameterValue",
        "<gwlb_vpce>",
    ),
    Said(
        "route53:CreateHostedZone",
        {
            "Name": "sqs.<region>.amazonaws.com",
            "CallerReference": "late",
            "VPC": {"VPCRegion": "<region>", "VPCId": "<vpc>"},
        },
        "ConflictingDomainExists",
        "The VPC <vpc> in region <region> has already been associated with the hosted zone Z",
        (MADE,),
    ),
    Said(
        "DescribeVpcEndpoints",
        {"Filters": [{"Name": "colour", "Values": ["red"]}]},
        "InvalidParameterValue",
        "The filter 'colour' is invalid",
    ),
    *(
        Said(operation, {"NetworkInterfaceId": "<vpce_eni>", **more}, "OperationNotPermitted", "")
        for operation, more in (
            ("DeleteNetworkInterface", {}),
            ("AssignPrivateIpAddresses", {"SecondaryPrivateIpAddressCount": 1}),
            ("ModifyNetworkInterfaceAttribute", {"Description": {"Value": "mine"}}),
            ("ModifyNetworkInterfaceAttribute", {"Groups": ["<sg>"]}),
            ("ModifyNetworkInterfaceAttribute", {"SourceDestCheck": {"Value": False}}),
            ("AssociateAddress", {"AllocationId": "<eip>"}),
        )
    ),
    *(
        Said(operation, parameters, "DependencyViolation", "")
        for operation, parameters in (
            ("DeleteSecurityGroup", {"GroupId": "<sg>"}),
            ("DeleteSubnet", {"SubnetId": "<subnet>"}),
            ("DeleteVpc", {"VpcId": "<vpc>"}),
            ("DeleteRouteTable", {"RouteTableId": "<rtb>"}),
        )
    ),
)


@pytest.mark.parametrize(
    "one", [pytest.param(one, id=f"{n}-{one.operation}") for n, one in enumerate(SAID)]
)
def test_it_is_said_as_aws_says_it(one):
    site = hall().fork()
    for step in one.before:
        play(site, step)
    refusal = site.refusal(one.operation, one.parameters)

    assert refusal.code.endswith(one.code)
    assert refusal.message.startswith(fill(one.words, site.names))


VPC = {"VPCRegion": "<region>", "VPCId": "<vpc>"}
PEER = {"VPCRegion": "<region>", "VPCId": "<peer_vpc>"}
STATUSES = (
    ("route53:GetHostedZone", {"Id": "ZNOBODY"}, "NoSuchHostedZone", 404),
    (
        "route53:CreateHostedZone",
        {"Name": "example.org", "CallerReference": "public"},
        "HostedZoneAlreadyExists",
        409,
    ),
    (
        "route53:AssociateVPCWithHostedZone",
        {"HostedZoneId": "<lone_zone>", "VPC": VPC},
        "PublicZoneVPCAssociation",
        400,
    ),
    (
        "route53:CreateHostedZone",
        {"Name": "corp", "CallerReference": "again", "VPC": VPC},
        "ConflictingDomainExists",
        400,
    ),
    (
        "route53:DisassociateVPCFromHostedZone",
        {"HostedZoneId": "<private_zone>", "VPC": PEER},
        "VPCAssociationNotFound",
        404,
    ),
    (
        "route53:DisassociateVPCFromHostedZone",
        {"HostedZoneId": "<private_zone>", "VPC": VPC},
        "LastVPCAssociation",
        400,
    ),
    (
        "route53:DeleteVPCAssociationAuthorization",
        {"HostedZoneId": "<private_zone>", "VPC": VPC},
        "VPCAssociationAuthorizationNotFound",
        404,
    ),
    (
        "route53:CreateHostedZone",
        {
            "Name": "nobodys",
            "CallerReference": "no VPC",
            "VPC": {**VPC, "VPCId": "vpc-0123456789abcdef0"},
        },
        "InvalidVPCId",
        400,
    ),
    ("CreateVpc", {"CidrBlock": "10.0.0.0/16", "DryRun": True}, "DryRunOperation", 412),
    ("CreateVpcEndpoint", {**S3, "VpcId": "vpc"}, "InvalidVpcID.Malformed", 400),
)


@pytest.mark.parametrize(("operation", "parameters", "code", "status"), STATUSES)
def test_it_has_awss_status(operation, parameters, code, status):
    refusal = hall().fork().refusal(operation, parameters)

    assert (refusal.code, refusal.status) == (code, status)


def test_a_vpc_of_another_account_is_associated_when_its_zones_owner_allows_it():
    site = hall().fork()
    zone = site.names["private_zone"]
    site.become(site.names["other"])
    made = site.ask("CreateVpc", {"CidrBlock": "10.0.0.0/16"})["Vpc"]["VpcId"]
    asked = {"HostedZoneId": zone, "VPC": {"VPCRegion": "<region>", "VPCId": made}}
    refusal = site.refusal("route53:AssociateVPCWithHostedZone", asked)
    assert (refusal.code, refusal.status) == ("NotAuthorizedException", 401)
    site.become()
    for _ in range(2):  # again is no other
        site.ask("route53:CreateVPCAssociationAuthorization", asked)
    site.become(site.names["other"])
    site.ask("route53:AssociateVPCWithHostedZone", asked)
    site.become()
    site.ask("route53:DeleteVPCAssociationAuthorization", asked)
    shown = site.ask("route53:GetHostedZone", {"Id": zone})
    assert made in [one["VPCId"] for one in shown["VPCs"]]
