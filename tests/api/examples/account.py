"""What belongs to the account or to everything: zones, tags, flow logs; peers and VPNs."""

from tests.api.examples.example import by, example

MAKE = (
    example(
        "CreateVpcPeeringConnection",
        {"VpcId": "<vpc>", "PeerVpcId": "<peer_vpc>"},
        pcx="VpcPeeringConnection.VpcPeeringConnectionId",
    ),
    example("AcceptVpcPeeringConnection", {"VpcPeeringConnectionId": "<pcx>"}),
    example(
        "CreateCustomerGateway",
        {"Type": "ipsec.1", "BgpAsn": 65000, "IpAddress": "198.51.100.7"},
        cgw="CustomerGateway.CustomerGatewayId",
    ),
    example("CreateVpnGateway", {"Type": "ipsec.1"}, vgw="VpnGateway.VpnGatewayId"),
    example("AttachVpnGateway", {"VpnGatewayId": "<vgw>", "VpcId": "<vpc>"}),
    example(
        "CreateFlowLogs",
        {
            "ResourceIds": ["<vpc>"],
            "ResourceType": "VPC",
            "TrafficType": "ALL",
            "LogDestinationType": "s3",
            "LogDestination": "arn:aws:s3:::flow-logs",
        },
        fl="FlowLogIds[0]",
    ),
)
USE = (
    example("DescribeAccountAttributes"),
    example("DescribeAvailabilityZones"),
    example("DescribeRegions"),
    example("CreateTags", {"Resources": ["<vpc>", "<igw>"], "Tags": [{"Key": "a", "Value": "b"}]}),
    example("DescribeTags", {"Filters": by("resource-id", "<vpc>")}),
    example("DeleteTags", {"Resources": ["<igw>"], "Tags": [{"Key": "a"}]}),
    example("DescribeVpcPeeringConnections", {"VpcPeeringConnectionIds": ["<pcx>"]}),
    example(
        "ModifyVpcPeeringConnectionOptions",
        {
            "VpcPeeringConnectionId": "<pcx>",
            "RequesterPeeringConnectionOptions": {"AllowDnsResolutionFromRemoteVpc": False},
        },
    ),
    example("DescribeCustomerGateways", {"CustomerGatewayIds": ["<cgw>"]}),
    example("DescribeVpnGateways", {"VpnGatewayIds": ["<vgw>"]}),
    example("DescribeFlowLogs", {"FlowLogIds": ["<fl>"]}),
)
UNMAKE = (
    example("DeleteFlowLogs", {"FlowLogIds": ["<fl>"]}),
    example("DeleteVpcPeeringConnection", {"VpcPeeringConnectionId": "<pcx>"}),
    example(
        "CreateVpcPeeringConnection",
        {"VpcId": "<vpc>", "PeerVpcId": "<peer_vpc>"},
        refused_pcx="VpcPeeringConnection.VpcPeeringConnectionId",
    ),
    example("RejectVpcPeeringConnection", {"VpcPeeringConnectionId": "<refused_pcx>"}),
    example("DetachVpnGateway", {"VpnGatewayId": "<vgw>", "VpcId": "<vpc>"}),
    example("DeleteVpnGateway", {"VpnGatewayId": "<vgw>"}),
    example("DeleteCustomerGateway", {"CustomerGatewayId": "<cgw>"}),
)
