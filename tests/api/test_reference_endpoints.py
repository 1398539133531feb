"""Sentences of AWS's PrivateLink guide and EC2 reference about endpoints, asked over the wire."""

from typing import Any

import jmespath
import pytest

from tests.api.boto import Site, fill
from tests.api.examples import hall, play
from tests.api.examples.example import example

SQS = {
    "VpcId": "<vpc>",
    "ServiceName": "com.amazonaws.<region>.sqs",
    "VpcEndpointType": "Interface",
}
NEW = example("CreateVpcEndpoint", SQS, made="VpcEndpoint.VpcEndpointId")
OFF = example(
    "CreateVpcEndpoint",
    {**SQS, "PrivateDnsEnabled": False},
    made="VpcEndpoint.VpcEndpointId",
)
IN_TWO = example(
    "CreateVpcEndpoint",
    {**SQS, "SubnetIds": ["<subnet>", "<subnet_c>"]},
    made="VpcEndpoint.VpcEndpointId",
)
ENDPOINT = ("DescribeVpcEndpoints", {"VpcEndpointIds": ["<made>"]})
METRICS = ("DescribeVpcEndpoints", {"VpcEndpointIds": ["<vpce>"]})
GATEWAY = ("DescribeVpcEndpoints", {"VpcEndpointIds": ["<gateway_vpce>"]})
WORN = ("DescribeNetworkInterfaces", {"NetworkInterfaceIds": ["<vpce_eni>"]})
SERVICE = ("DescribeVpcEndpointServiceConfigurations", {"ServiceIds": ["<vpce_svc>"]})
UNKNOWN = "vpce-0123456789abcdef0"

# sentence; what happens before; the call; a JMESPath of its answer; what it gives
SENTENCES: tuple[tuple[str, tuple, tuple[str, dict], str, Any], ...] = (
    ("SubnetIds may be empty: no interfaces", (NEW,), ENDPOINT, "VpcEndpoints[0].SubnetIds", []),
    ("and no addresses", (NEW,), ENDPOINT, "VpcEndpoints[0].NetworkInterfaceIds", []),
    (
        "private DNS is on when left out",
        (NEW,),
        ENDPOINT,
        "VpcEndpoints[0].PrivateDnsEnabled",
        True,
    ),
    ("and off when asked", (OFF,), ENDPOINT, "VpcEndpoints[0].PrivateDnsEnabled", False),
    (
        "one interface a subnet",
        (IN_TWO,),
        ENDPOINT,
        "length(VpcEndpoints[0].NetworkInterfaceIds)",
        2,
    ),
    ("states are lower camel case", (NEW,), ENDPOINT, "VpcEndpoints[0].State", "available"),
    ("a gateway endpoint has no names", (), GATEWAY, "VpcEndpoints[0].DnsEntries", []),
    ("nor interfaces", (), GATEWAY, "VpcEndpoints[0].NetworkInterfaceIds", []),
    ("nor private DNS", (), GATEWAY, "VpcEndpoints[0].PrivateDnsEnabled", False),
    (
        "its record type is service-defined",
        (),
        GATEWAY,
        "VpcEndpoints[0].DnsOptions.DnsRecordIpType",
        "service-defined",
    ),
    ("an interface's is ipv4", (), METRICS, "VpcEndpoints[0].DnsOptions.DnsRecordIpType", "ipv4"),
    (
        "regional name first",
        (),
        METRICS,
        "starts_with(VpcEndpoints[0].DnsEntries[0].DnsName, 'vpce-')",
        True,
    ),
    (
        "four private names of monitoring",
        (),
        METRICS,
        "length(VpcEndpoints[0].DnsEntries[?!starts_with(DnsName, 'vpce-')])",
        4,
    ),
    (
        "one zone id for regional and zonal",
        (),
        METRICS,
        "VpcEndpoints[0].DnsEntries[0].HostedZoneId == VpcEndpoints[0].DnsEntries[1].HostedZoneId",
        True,
    ),
    (
        "the interface is of type vpc_endpoint",
        (),
        WORN,
        "NetworkInterfaces[0].InterfaceType",
        "vpc_endpoint",
    ),
    ("requester-managed", (), WORN, "NetworkInterfaces[0].RequesterManaged", True),
    ("in use", (), WORN, "NetworkInterfaces[0].Status", "in-use"),
    (
        "attached by amazon-aws",
        (),
        WORN,
        "NetworkInterfaces[0].Attachment.InstanceOwnerId",
        "amazon-aws",
    ),
    ("at index 1", (), WORN, "NetworkInterfaces[0].Attachment.DeviceIndex", 1),
    ("to no instance", (), WORN, "NetworkInterfaces[0].Attachment.InstanceId", None),
    (
        "not deleted with one",
        (),
        WORN,
        "NetworkInterfaces[0].Attachment.DeleteOnTermination",
        False,
    ),
    ("with the source checked", (), WORN, "NetworkInterfaces[0].SourceDestCheck", True),
    (
        "a new service is available",
        (),
        SERVICE,
        "ServiceConfigurations[0].ServiceState",
        "Available",
    ),
    (
        "its base name is its own",
        (),
        SERVICE,
        "ends_with(ServiceConfigurations[0].BaseEndpointDnsNames[0], 'vpce.amazonaws.com')",
        True,
    ),
    (
        "an unknown endpoint is an item of a deletion",
        (),
        ("DeleteVpcEndpoints", {"VpcEndpointIds": [UNKNOWN]}),
        "Unsuccessful[0].Error.Code",
        "InvalidVpcEndpoint.NotFound",
    ),
    (
        "by its id",
        (),
        ("DeleteVpcEndpoints", {"VpcEndpointIds": [UNKNOWN]}),
        "Unsuccessful[0].ResourceId",
        UNKNOWN,
    ),
    (
        "so is an unknown service",
        (),
        ("DeleteVpcEndpointServiceConfigurations", {"ServiceIds": ["vpce-svc-0123456789abcdef0"]}),
        "Unsuccessful[0].Error.Code",
        "InvalidVpcEndpointService.NotFound",
    ),
    (
        "a service with connections stays",
        (),
        ("DeleteVpcEndpointServiceConfigurations", {"ServiceIds": ["<vpce_svc>"]}),
        "Unsuccessful[0].Error.Code",
        "ExistingVpcEndpointConnections",
    ),
    (
        "a route's endpoint stays",
        (
            example(
                "CreateRoute",
                {
                    "RouteTableId": "<rtb>",
                    "DestinationCidrBlock": "10.105.0.0/16",
                    "VpcEndpointId": "<gwlb_vpce>",
                },
            ),
        ),
        ("DeleteVpcEndpoints", {"VpcEndpointIds": ["<gwlb_vpce>"]}),
        "Unsuccessful[0].Error.Code",
        "InvalidParameter",
    ),
    (
        "an endpoint of a load balancer has no groups",
        (),
        ("DescribeVpcEndpoints", {"VpcEndpointIds": ["<gwlb_vpce>"]}),
        "VpcEndpoints[0].Groups",
        [],
    ),
    (
        "nor names",
        (),
        ("DescribeVpcEndpoints", {"VpcEndpointIds": ["<gwlb_vpce>"]}),
        "VpcEndpoints[0].DnsEntries",
        [],
    ),
    (
        "an endpoint that waits is pendingAcceptance",
        (),
        ("DescribeVpcEndpoints", {"VpcEndpointIds": ["<consumer_vpce>"]}),
        "VpcEndpoints[0].State",
        "pendingAcceptance",
    ),
    (
        "and has its interface",
        (),
        ("DescribeVpcEndpoints", {"VpcEndpointIds": ["<consumer_vpce>"]}),
        "length(VpcEndpoints[0].NetworkInterfaceIds)",
        1,
    ),
    (
        "a principal's kind is derived",
        (),
        ("DescribeVpcEndpointServicePermissions", {"ServiceId": "<vpce_svc>"}),
        "AllowedPrincipals[0].PrincipalType",
        "Account",
    ),
    (
        "a gateway's route has no block",
        (),
        ("DescribeRouteTables", {"RouteTableIds": ["<rtb>"]}),
        "RouteTables[0].Routes[?GatewayId=='<gateway_vpce>'].DestinationCidrBlock",
        [],
    ),
    (
        "and is active",
        (),
        ("DescribeRouteTables", {"RouteTableIds": ["<rtb>"]}),
        "RouteTables[0].Routes[?GatewayId=='<gateway_vpce>'].State",
        ["active"],
    ),
    (
        "a list is known by its service",
        (),
        (
            "DescribePrefixLists",
            {"Filters": [{"Name": "prefix-list-name", "Values": ["com.amazonaws.<region>.s3"]}]},
        ),
        "length(PrefixLists)",
        1,
    ),
)


def made(service: str, path: str, expected: Any, sentence: str, **more: Any) -> tuple:
    """Give the sentence of what CreateVpcEndpoint answers for an interface endpoint."""
    asked = {**SQS, "ServiceName": f"com.amazonaws.<region>.{service}", **more}
    return (sentence, (), ("CreateVpcEndpoint", asked), path, expected)


def service(name: str, path: str, expected: Any, sentence: str) -> tuple:
    """Give the sentence of what is shown of one of AWS's services."""
    asked = {"ServiceNames": [f"com.amazonaws.<region>.{name}"]}
    return (sentence, (), ("DescribeVpcEndpointServices", asked), path, expected)


FIRST, LAST = "VpcEndpoint.DnsEntries[0]", "VpcEndpoint.DnsEntries[-1]"
SUBNET = {"SubnetIds": ["<subnet>"]}
BY_VPC = ("route53:ListHostedZonesByVPC", {"VPCId": "<vpc>", "VPCRegion": "<region>"})
AWS_LISTS = ("DescribeManagedPrefixLists", {"Filters": [{"Name": "owner-id", "Values": ["AWS"]}]})
TAGGED = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "q"}]}]
GATEWAY_POLICY = (
    '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*",'
    '"Resource":"*"}]}'
)
INTERFACE_POLICY = """\
{
  "Statement": [
    {
      "Action": "*", \n\
      "Effect": "Allow", \n\
      "Principal": "*", \n\
      "Resource": "*"
    }
  ]
}"""
SENTENCES += (
    (
        "without a type it is a gateway's",
        (),
        (
            "CreateVpcEndpoint",
            {"VpcId": "<peer_vpc>", "ServiceName": "com.amazonaws.<region>.s3"},
        ),
        "VpcEndpoint.[VpcEndpointType, State, PolicyDocument]",
        ["Gateway", "available", GATEWAY_POLICY],
    ),
    made("sqs", "VpcEndpoint.PolicyDocument", INTERFACE_POLICY, "an interface's policy is longer"),
    made("sqs", "VpcEndpoint.State", "pending", "an accepted one begins pending"),
    made("sqs", "VpcEndpoint.Groups[].GroupName", ["default"], "its group is the default one"),
    made("sqs", "VpcEndpoint.ServiceRegion", "ap-northeast-1", "its service's Region is shown"),
    made("sqs", "ClientToken", "once", "a token comes back", ClientToken="once"),
    made(
        "sqs",
        "VpcEndpoint.Tags",
        [{"Key": "Name", "Value": "q"}],
        "its tags are shown",
        TagSpecifications=TAGGED,
    ),
    made(
        "sqs",
        "VpcEndpoint.DnsEntries[].starts_with(DnsName, 'vpce-')",
        [True, True, False],
        "regional then zonal then private",
        **SUBNET,
    ),
    made(
        "sqs",
        "contains(VpcEndpoint.DnsEntries[1].DnsName, '-ap-northeast-1a.sqs.ap-northeast-1.vpce')",
        True,
        "a zonal name has its zone's",
        **SUBNET,
    ),
    made("sqs", f"{FIRST}.HostedZoneId", "Z2E726K9Y6RL4W", "public names are of the Region's zone"),
    made(
        "sqs",
        f"{LAST}.[DnsName, HostedZoneId == 'Z2E726K9Y6RL4W']",
        ["sqs.ap-northeast-1.amazonaws.com", False],
        "private ones of the endpoint's own",
    ),
    made(
        "s3",
        f"starts_with({FIRST}.DnsName, '*.vpce-')",
        True,
        "names of S3 are wildcards",
        PrivateDnsEnabled=False,
    ),
    made("s3", "VpcEndpoint.PrivateDnsEnabled", False, "private names of S3 are asked for"),
    made(
        "s3",
        "VpcEndpoint.DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint",
        True,
        "and are for inbound endpoints by default",
        PrivateDnsEnabled=True,
    ),
    made("dynamodb", "VpcEndpoint.PrivateDnsEnabled", False, "DynamoDB has none"),
    made(
        "execute-api",
        f"{LAST}.DnsName",
        "*.execute-api.ap-northeast-1.amazonaws.com",
        "the name of execute-api is a wildcard",
    ),
    made(
        "ecr.dkr",
        f"{LAST}.DnsName",
        "*.dkr.ecr.ap-northeast-1.amazonaws.com",
        "so is that of images",
    ),
    service(
        "s3",
        "ServiceDetails[].ServiceType[0].ServiceType",
        ["Gateway", "Interface"],
        "one name and two services",
    ),
    service("s3", "ServiceDetails[0].ServiceId == ServiceDetails[1].ServiceId", False, "two ids"),
    service(
        "s3",
        "ServiceDetails[0].[BaseEndpointDnsNames, PrivateDnsNames, PrivateDnsName]",
        [["s3.ap-northeast-1.amazonaws.com"], [], None],
        "a gateway's base is the public host",
    ),
    service(
        "s3express",
        "ServiceDetails[0].[ServiceType[0].ServiceType, BaseEndpointDnsNames, PrivateDnsNames]",
        ["Gateway", ["s3express.ap-northeast-1.amazonaws.com"], []],
        "directory buckets have a base of their own",
    ),
    service(
        "monitoring",
        "ServiceDetails[0].[Owner, PrivateDnsName, length(PrivateDnsNames), AcceptanceRequired]",
        ["amazon", "monitoring.ap-northeast-1.amazonaws.com", 4, False],
        "the first private name is the service's",
    ),
    (
        "an endpoint's interface is described so",
        (),
        WORN,
        "NetworkInterfaces[0].[Description, Association, Groups[0].GroupId, RequesterId==OwnerId]",
        ["VPC Endpoint Interface <vpce>", None, "<sg>", False],
    ),
    (
        "that of a load balancer's endpoint has its own type",
        (),
        (
            "DescribeNetworkInterfaces",
            {"Filters": [{"Name": "description", "Values": ["*<gwlb_vpce>"]}]},
        ),
        "NetworkInterfaces[].[InterfaceType, Groups]",
        [["gateway_load_balancer_endpoint", []]],
    ),
    (
        "a service without a name has an empty configuration of it",
        (),
        SERVICE,
        "ServiceConfigurations[0].PrivateDnsNameConfiguration",
        {},
    ),
    (
        "a permission has an id and a type",
        (),
        ("DescribeVpcEndpointServicePermissions", {"ServiceId": "<vpce_svc>"}),
        "AllowedPrincipals[].[ServicePermissionId, PermissionType]",
        [["<perm>", "vpc-endpoint"]],
    ),
    (
        "a list of AWS's own is owned by AWS",
        (),
        AWS_LISTS,
        "PrefixLists[?PrefixListName=='com.amazonaws.ap-northeast-1.s3'].PrefixListId",
        ["pl-61a54008"],
    ),
    (
        "a hidden zone is the service's",
        (NEW,),
        BY_VPC,
        "HostedZoneSummaries[?Name=='sqs.ap-northeast-1.amazonaws.com.'].Owner.OwningService",
        ["vpce.amazonaws.com"],
    ),
    (
        "and in nobody's list",
        (NEW,),
        ("route53:ListHostedZones", {}),
        "HostedZones[?Name=='sqs.ap-northeast-1.amazonaws.com.']",
        [],
    ),
)


@pytest.mark.parametrize(
    "number", range(len(SENTENCES)), ids=lambda n: SENTENCES[n][0].replace(" ", "-")
)
def test_it_is_as_aws_says(number: int) -> None:
    _, before, (operation, parameters), path, expected = SENTENCES[number]
    site: Site = hall().fork()
    for step in before:
        play(site, step)
    answer = site.ask(operation, parameters)

    assert jmespath.search(fill(path, site.names), answer) == fill(expected, site.names)
