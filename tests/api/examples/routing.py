"""Route tables, routes, associations, propagation."""

from tests.api.examples.example import by, example, tagged

MAKE = (
    example(
        "CreateRouteTable",
        {"VpcId": "<vpc>", "TagSpecifications": tagged("route-table", "front")},
        rtb="RouteTable.RouteTableId",
    ),
    example("CreateRouteTable", {"VpcId": "<vpc>"}, spare_rtb="RouteTable.RouteTableId"),
    example(
        "AssociateRouteTable",
        {"RouteTableId": "<rtb>", "SubnetId": "<subnet>"},
        rtbassoc="AssociationId",
    ),
    example(
        "DescribeRouteTables",
        {"Filters": [*by("vpc-id", "<vpc>"), *by("association.main", "true")]},
        main_rtb="RouteTables[0].RouteTableId",
        main_rtbassoc="RouteTables[0].Associations[0].RouteTableAssociationId",
    ),
    example(
        "CreateRoute",
        {"RouteTableId": "<rtb>", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "<igw>"},
    ),
    example(
        "CreateRoute",
        {
            "RouteTableId": "<rtb>",
            "DestinationIpv6CidrBlock": "::/0",
            "EgressOnlyInternetGatewayId": "<eigw>",
        },
    ),
)
USE = (
    example("DescribeRouteTables", {"RouteTableIds": ["<rtb>"]}),
    *(
        example(
            "CreateRoute",
            {"RouteTableId": "<rtb>", "DestinationCidrBlock": block, name: f"<{target}>"},
        )
        for block, name, target in (
            ("10.101.0.0/16", "NatGatewayId", "nat"),
            ("10.102.0.0/16", "NetworkInterfaceId", "eni"),
            ("10.103.0.0/16", "InstanceId", "instance"),
            ("10.104.0.0/16", "VpcPeeringConnectionId", "pcx"),
            ("10.105.0.0/16", "VpcEndpointId", "gwlb_vpce"),
            ("10.106.0.0/16", "GatewayId", "vgw"),
        )
    ),
    example(
        "CreateRoute",
        {"RouteTableId": "<rtb>", "DestinationPrefixListId": "<pl>", "GatewayId": "<igw>"},
    ),
    *(
        example(
            "ReplaceRoute",
            {"RouteTableId": "<rtb>", "DestinationCidrBlock": "10.101.0.0/16", name: f"<{target}>"},
        )
        for name, target in (
            ("NetworkInterfaceId", "eni"),
            ("InstanceId", "instance"),
            ("VpcPeeringConnectionId", "pcx"),
            ("VpcEndpointId", "gwlb_vpce"),
            ("GatewayId", "igw"),
            ("NatGatewayId", "nat"),
        )
    ),
    example(
        "ReplaceRoute",
        {"RouteTableId": "<rtb>", "DestinationPrefixListId": "<pl>", "NatGatewayId": "<nat>"},
    ),
    example(
        "ReplaceRoute",
        {
            "RouteTableId": "<rtb>",
            "DestinationIpv6CidrBlock": "::/0",
            "EgressOnlyInternetGatewayId": "<eigw>",
        },
    ),
    example("DeleteRoute", {"RouteTableId": "<rtb>", "DestinationPrefixListId": "<pl>"}),
    *(
        example("DeleteRoute", {"RouteTableId": "<rtb>", "DestinationCidrBlock": block})
        for block in (
            "10.101.0.0/16",
            "10.102.0.0/16",
            "10.103.0.0/16",
            "10.104.0.0/16",
            "10.105.0.0/16",
            "10.106.0.0/16",
        )
    ),
    example(
        "ReplaceRouteTableAssociation",
        {"AssociationId": "<rtbassoc>", "RouteTableId": "<spare_rtb>"},
        rtbassoc="NewAssociationId",
    ),
    example(
        "AssociateRouteTable",
        {"RouteTableId": "<spare_rtb>", "GatewayId": "<igw>"},
        edge_rtbassoc="AssociationId",
    ),
    example("DisassociateRouteTable", {"AssociationId": "<edge_rtbassoc>"}),
    example("EnableVgwRoutePropagation", {"RouteTableId": "<rtb>", "GatewayId": "<vgw>"}),
    example("DisableVgwRoutePropagation", {"RouteTableId": "<rtb>", "GatewayId": "<vgw>"}),
)
UNMAKE = (
    example("DeleteRoute", {"RouteTableId": "<rtb>", "DestinationCidrBlock": "0.0.0.0/0"}),
    example("DeleteRoute", {"RouteTableId": "<rtb>", "DestinationIpv6CidrBlock": "::/0"}),
    example("DisassociateRouteTable", {"AssociationId": "<rtbassoc>"}),
    example("DeleteRouteTable", {"RouteTableId": "<spare_rtb>"}),
)
