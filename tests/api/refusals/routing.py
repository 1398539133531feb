"""Routes and where they may lead, route tables and what they are joined to, peering."""

from dataclasses import replace
from ipaddress import IPv4Network
from itertools import islice

from genkan.api import quotas
from genkan.model.peering import PeeringState, VpcPeeringConnection
from genkan.model.route_table import Route, RouteTable
from tests.api.boto import Site
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import FAR, as_first, as_partner, far_away, many

ROUTE = {"RouteTableId": "<rtb>", "DestinationCidrBlock": "10.200.0.0/16", "GatewayId": "<igw>"}
PEER_TABLE = example(
    "CreateRouteTable", {"VpcId": "<peer_vpc>"}, peer_rtb="RouteTable.RouteTableId"
)
THIRD_TABLE = example(
    "CreateRouteTable", {"VpcId": "<third_vpc>"}, third_rtb="RouteTable.RouteTableId"
)
THIRD_VPC = example("CreateVpc", {"CidrBlock": "10.50.0.0/16"}, third_vpc="Vpc.VpcId")
NO_ENDPOINT = example(
    "RejectVpcEndpointConnections",
    {"ServiceId": "<gwlb_svc>", "VpcEndpointIds": ["<gwlb_vpce>"]},
)
GONE = example("TerminateInstances", {"InstanceIds": ["<instance>"]})
TWO_INTERFACES = example(
    "AttachNetworkInterface",
    {"NetworkInterfaceId": "<eni>", "InstanceId": "<instance>", "DeviceIndex": 1},
)
EDGE = example("AssociateRouteTable", {"RouteTableId": "<spare_rtb>", "GatewayId": "<igw>"})
ASKED = example(
    "CreateVpcPeeringConnection",
    {"VpcId": "<third_vpc>", "PeerVpcId": "<vpc>"},
    asked_pcx="VpcPeeringConnection.VpcPeeringConnectionId",
)
ASKED_PARTNER = example(
    "CreateVpcPeeringConnection",
    {"VpcId": "<vpc>", "PeerVpcId": "<their_vpc>", "PeerOwnerId": "<other>"},
    partner_pcx="VpcPeeringConnection.VpcPeeringConnectionId",
)
THEIR_VPC = example("CreateVpc", {"CidrBlock": "10.60.0.0/16"}, their_vpc="Vpc.VpcId")
REMOTE_DNS = {"AllowDnsResolutionFromRemoteVpc": True}


def full_table(site: Site) -> None:
    """Fill the table with as many routes as it takes."""
    table = site.call.network.get(RouteTable, site.names["rtb"])
    target = table.routes[0].target
    blocks = islice(IPv4Network("11.0.0.0/8").subnets(new_prefix=24), quotas.ROUTES)
    routes = tuple(Route(destination=block, target=target) for block in blocks)
    site.put(replace(table, routes=routes))


ROWS: tuple[Row, ...] = (
    *rows(
        "CreateRoute",
        ROUTE,
        ({"DestinationCidrBlock": None}, "MissingParameter", "destinationCidrBlock"),
        ({"DestinationIpv6CidrBlock": "::/0"}, "InvalidParameterCombination", "destination"),
        ({"GatewayId": None}, "MissingParameter", "exactly one"),
        ({"NatGatewayId": "<nat>"}, "InvalidParameterCombination", "exactly one"),
        ({"DestinationCidrBlock": "0.0.0.0/0"}, "RouteAlreadyExists", "0.0.0.0/0"),
        ({"DestinationCidrBlock": "169.254.169.0/24"}, "InvalidParameterValue", "169.254"),
        ({"DestinationCidrBlock": "10.0.0.0/16"}, "InvalidParameterValue", "local route"),
        ({"DestinationCidrBlock": "10.0.0.0/24"}, "InvalidParameterValue", "only an interface"),
        (
            {"DestinationCidrBlock": "10.0.0.0/25", "GatewayId": None, "InstanceId": "<instance>"},
            "InvalidParameterValue",
            "no subnet's",
        ),
        (
            {"GatewayId": None, "EgressOnlyInternetGatewayId": "<eigw>"},
            "InvalidParameterValue",
            "IPv6 alone",
        ),
        (
            {
                "DestinationCidrBlock": None,
                "DestinationIpv6CidrBlock": "2001:db8::/32",
                "GatewayId": None,
                "NatGatewayId": "<nat>",
            },
            "InvalidParameterValue",
            "NAT gateway",
        ),
        (
            {
                "DestinationCidrBlock": None,
                "DestinationPrefixListId": "<pl>",
                "GatewayId": None,
                "VpcEndpointId": "<gwlb_vpce>",
            },
            "InvalidParameterValue",
            "prefix list",
        ),
        ({"GatewayId": None, "VpcEndpointId": "<vpce>"}, "RouteNotSupported", "<vpce>"),
        ({"GatewayId": "<gateway_vpce>"}, "RouteNotSupported", "<gateway_vpce>"),
        (
            {"GatewayId": None, "VpcEndpointId": "<gwlb_vpce>"},
            "InvalidParameterValue",
            "rejected",
            NO_ENDPOINT,
        ),
        (
            {
                "RouteTableId": "<third_rtb>",
                "GatewayId": None,
                "VpcPeeringConnectionId": "<pcx>",
            },
            "InvalidParameterValue",
            "different networks",
            THIRD_VPC,
            THIRD_TABLE,
        ),
        (
            {"RouteTableId": "<peer_rtb>"},
            "InvalidParameterValue",
            "different networks",
            PEER_TABLE,
        ),
        (
            {"GatewayId": None, "InstanceId": "<instance>"},
            "IncorrectInstanceState",
            "terminated",
            GONE,
        ),
        (
            {"GatewayId": None, "InstanceId": "<instance>"},
            "InvalidInstanceID",
            "multiple interfaces",
            TWO_INTERFACES,
        ),
        (
            {"DestinationCidrBlock": "11.255.255.0/24"},
            "RouteLimitExceeded",
            "<rtb>",
            full_table,
        ),
    ),
    *rows("ReplaceRoute", ROUTE, ({}, "InvalidParameterValue", "10.200.0.0/16")),
    *rows(
        "DeleteRoute",
        {"RouteTableId": "<rtb>", "DestinationCidrBlock": "10.200.0.0/16"},
        ({}, "InvalidRoute.NotFound", "10.200.0.0/16"),
        ({"DestinationCidrBlock": "10.0.0.0/16"}, "InvalidParameterValue", "local route"),
        (
            {"DestinationCidrBlock": None, "DestinationPrefixListId": "<s3_pl>"},
            "InvalidParameterValue",
            "<gateway_vpce>",
            example(
                "DescribePrefixLists",
                {"Filters": [{"Name": "prefix-list-name", "Values": ["*.s3"]}]},
                s3_pl="PrefixLists[0].PrefixListId",
            ),
        ),
    ),
    *rows(
        "CreateRouteTable",
        {"VpcId": "<vpc>"},
        ({}, "RouteTableLimitExceeded", "<vpc>", many(RouteTable, quotas.ROUTE_TABLES)),
    ),
    *rows(
        "DeleteRouteTable",
        {"RouteTableId": "<rtb>"},
        ({"RouteTableId": "<main_rtb>"}, "DependencyViolation", "<main_rtb>"),
        ({}, "DependencyViolation", "<rtb>"),
        (
            {},
            "DependencyViolation",
            "<gateway_vpce>",
            example("DisassociateRouteTable", {"AssociationId": "<rtbassoc>"}),
        ),
    ),
    *rows(
        "AssociateRouteTable",
        {"RouteTableId": "<rtb>", "SubnetId": "<subnet_c>"},
        ({"SubnetId": None}, "MissingParameter", "subnetId"),
        ({"GatewayId": "<igw>"}, "InvalidParameterCombination", "gatewayId"),
        ({"SubnetId": "<peer_subnet>"}, "InvalidParameterValue", "<peer_subnet>"),
        (
            {"RouteTableId": "<spare_rtb>", "SubnetId": "<subnet>"},
            "Resource.AlreadyAssociated",
            "<rtbassoc>",
        ),
        ({"SubnetId": None, "GatewayId": "<igw>"}, "Resource.AlreadyAssociated", "<igw>", EDGE),
    ),
    *rows(
        "DisassociateRouteTable",
        {"AssociationId": "<main_rtbassoc>"},
        ({}, "InvalidParameterValue", "main"),
    ),
    *rows(
        "ReplaceRouteTableAssociation",
        {"AssociationId": "<rtbassoc>", "RouteTableId": "<peer_rtb>"},
        ({}, "InvalidParameterValue", "<peer_rtb>", PEER_TABLE),
    ),
    *rows(
        "CreateVpcPeeringConnection",
        {"VpcId": "<vpc>", "PeerVpcId": "<peer_vpc>"},
        ({"PeerVpcId": None}, "MissingParameter", "peerVpcId"),
        ({"PeerVpcId": "<vpc>"}, "InvalidParameterValue", "itself"),
        ({}, "VpcPeeringConnectionAlreadyExists", "<pcx>"),
        (
            {"PeerVpcId": "<third_vpc>"},
            "OutstandingVpcPeeringConnectionLimitExceeded",
            "<vpc>",
            THIRD_VPC,
            many(
                VpcPeeringConnection,
                quotas.OUTSTANDING_PEERINGS,
                state=PeeringState.PENDING_ACCEPTANCE,
            ),
        ),
        (
            {"PeerVpcId": "<third_vpc>"},
            "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
            "<vpc>",
            THIRD_VPC,
            many(VpcPeeringConnection, quotas.PEERING_CONNECTIONS),
        ),
    ),
    *rows(
        "AcceptVpcPeeringConnection",
        {"VpcPeeringConnectionId": "<pcx>"},
        ({}, "InvalidStateTransition", "active"),
        (
            {"VpcPeeringConnectionId": "<far_pcx>"},
            "OperationNotPermitted",
            f"in region {FAR}",
            far_away,
            example("CreateVpc", {"CidrBlock": "10.81.0.0/16"}, far_vpc="Vpc.VpcId"),
            as_first,
            example(
                "CreateVpcPeeringConnection",
                {"VpcId": "<vpc>", "PeerVpcId": "<far_vpc>", "PeerRegion": FAR},
                far_pcx="VpcPeeringConnection.VpcPeeringConnectionId",
            ),
        ),
        (
            {"VpcPeeringConnectionId": "<partner_pcx>"},
            "OperationNotPermitted",
            "<other>",
            as_partner,
            THEIR_VPC,
            as_first,
            ASKED_PARTNER,
        ),
    ),
    *rows(
        "DeleteVpcPeeringConnection",
        {"VpcPeeringConnectionId": "<partner_pcx>"},
        (
            {},
            "OperationNotPermitted",
            "requester alone",
            as_partner,
            THEIR_VPC,
            as_first,
            ASKED_PARTNER,
            as_partner,
        ),
    ),
    *rows(
        "ModifyVpcPeeringConnectionOptions",
        {"VpcPeeringConnectionId": "<pcx>"},
        (
            {"AccepterPeeringConnectionOptions": REMOTE_DNS},
            "InvalidVpcPeeringConnectionState.DnsHostnamesDisabled",
            "<peer_vpc>",
        ),
        (
            {"RequesterPeeringConnectionOptions": {"AllowMultipathResilience": True}},
            "UnsupportedOperation",
            "AllowMultipathResilience",
        ),
        (
            {
                "RequesterPeeringConnectionOptions": {
                    "AllowEgressFromLocalVpcToRemoteClassicLink": True
                }
            },
            "InvalidParameterValue",
            "Classic",
        ),
        (
            {
                "VpcPeeringConnectionId": "<partner_pcx>",
                "AccepterPeeringConnectionOptions": REMOTE_DNS,
            },
            "OperationNotPermitted",
            "<their_vpc>",
            as_partner,
            THEIR_VPC,
            as_first,
            ASKED_PARTNER,
            as_partner,
            example("AcceptVpcPeeringConnection", {"VpcPeeringConnectionId": "<partner_pcx>"}),
            as_first,
        ),
        (
            {"VpcPeeringConnectionId": "<asked_pcx>"},
            "InvalidStateTransition",
            "changed",
            THIRD_VPC,
            ASKED,
        ),
    ),
)
