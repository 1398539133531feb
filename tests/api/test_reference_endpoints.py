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


@pytest.mark.parametrize(
    "number", range(len(SENTENCES)), ids=lambda n: SENTENCES[n][0].replace(" ", "-")
)
def test_it_is_as_aws_says(number: int) -> None:
    _, before, (operation, parameters), path, expected = SENTENCES[number]
    site: Site = hall().fork()
    for step in before:
        play(site, step)
    answer = site.ask(operation, parameters)

    assert jmespath.search(fill(path, site.names), answer) == expected
