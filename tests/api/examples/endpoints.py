"""VPC endpoints, endpoint services, their connections, permissions and notifications."""

from tests.api.examples.example import by, example, tagged

MONITORING = "com.amazonaws.<region>.monitoring"
S3 = "com.amazonaws.<region>.s3"
TOPIC = "arn:aws:sns:<region>:<account>:topic"
PARTNER = "arn:aws:iam::<other>:root"

MAKE = (
    example(
        "CreateVpcEndpoint",
        {
            "VpcId": "<vpc>",
            "ServiceName": MONITORING,
            "VpcEndpointType": "Interface",
            "SubnetIds": ["<subnet>"],
            "SecurityGroupIds": ["<sg>"],
            "TagSpecifications": tagged("vpc-endpoint", "metrics"),
        },
        vpce="VpcEndpoint.VpcEndpointId",
        vpce_eni="VpcEndpoint.NetworkInterfaceIds[0]",
    ),
    example(
        "CreateVpcEndpoint",
        {"VpcId": "<vpc>", "ServiceName": S3, "RouteTableIds": ["<rtb>"]},
        gateway_vpce="VpcEndpoint.VpcEndpointId",
    ),
    example(
        "CreateVpcEndpointServiceConfiguration",
        {"NetworkLoadBalancerArns": ["<nlb>"], "AcceptanceRequired": True},
        vpce_svc="ServiceConfiguration.ServiceId",
        service_name="ServiceConfiguration.ServiceName",
    ),
    example(
        "CreateVpcEndpointServiceConfiguration",
        {"GatewayLoadBalancerArns": ["<gwlb>"], "AcceptanceRequired": False},
        gwlb_svc="ServiceConfiguration.ServiceId",
        gwlb_service_name="ServiceConfiguration.ServiceName",
    ),
    example(
        "ModifyVpcEndpointServicePermissions",
        {"ServiceId": "<vpce_svc>", "AddAllowedPrincipals": [PARTNER]},
        perm="AddedPrincipals[0].ServicePermissionId",
    ),
    example(
        "CreateVpcEndpoint",
        {
            "VpcId": "<peer_vpc>",
            "ServiceName": "<service_name>",
            "VpcEndpointType": "Interface",
            "SubnetIds": ["<peer_subnet>"],
        },
        consumer_vpce="VpcEndpoint.VpcEndpointId",
    ),
    example(
        "CreateVpcEndpoint",
        {
            "VpcId": "<vpc>",
            "ServiceName": "<gwlb_service_name>",
            "VpcEndpointType": "GatewayLoadBalancer",
            "SubnetIds": ["<subnet>"],
        },
        gwlb_vpce="VpcEndpoint.VpcEndpointId",
    ),
    example(
        "CreateVpcEndpointConnectionNotification",
        {
            "ServiceId": "<vpce_svc>",
            "ConnectionNotificationArn": TOPIC,
            "ConnectionEvents": ["Accept", "Reject"],
        },
        nfn="ConnectionNotification.ConnectionNotificationId",
    ),
    example(
        "CreateVpcEndpointConnectionNotification",
        {
            "VpcEndpointId": "<vpce>",
            "ConnectionNotificationArn": TOPIC,
            "ConnectionEvents": ["Delete"],
        },
        endpoint_nfn="ConnectionNotification.ConnectionNotificationId",
    ),
)
USE = (
    example("DescribeVpcEndpoints", {"VpcEndpointIds": ["<vpce>"]}),
    example(
        "CreateVpcEndpoint",
        {
            "VpcId": "<vpc>",
            "ServiceName": "com.amazonaws.<region>.sqs",
            "VpcEndpointType": "Interface",
            "SubnetConfigurations": [{"SubnetId": "<subnet_c>", "Ipv4": "10.0.1.77"}],
            "SubnetIds": ["<subnet_c>"],
        },
        fixed_vpce="VpcEndpoint.VpcEndpointId",
    ),
    example(
        "ModifyVpcEndpoint",
        {
            "VpcEndpointId": "<fixed_vpce>",
            "SubnetConfigurations": [{"SubnetId": "<subnet_c>", "Ipv4": "10.0.1.78"}],
        },
    ),
    example("DeleteVpcEndpoints", {"VpcEndpointIds": ["<fixed_vpce>"]}),
    example("DescribeVpcEndpointAssociations", {"VpcEndpointIds": ["<vpce>"]}),
    example("DescribeVpcEndpointServices", {"ServiceNames": [MONITORING]}),
    example("DescribeVpcEndpointServiceConfigurations", {"ServiceIds": ["<vpce_svc>"]}),
    example("DescribeVpcEndpointServicePermissions", {"ServiceId": "<vpce_svc>"}),
    example(
        "DescribeVpcEndpointConnections",
        {"Filters": by("service-id", "<vpce_svc>")},
        con="VpcEndpointConnections[0].VpcEndpointConnectionId",
    ),
    example(
        "AcceptVpcEndpointConnections",
        {"ServiceId": "<vpce_svc>", "VpcEndpointIds": ["<consumer_vpce>"]},
    ),
    example(
        "RejectVpcEndpointConnections",
        {"ServiceId": "<vpce_svc>", "VpcEndpointIds": ["<consumer_vpce>"]},
    ),
    example("DescribeVpcEndpointConnectionNotifications", {"ConnectionNotificationId": "<nfn>"}),
    example(
        "ModifyVpcEndpointConnectionNotification",
        {"ConnectionNotificationId": "<nfn>", "ConnectionEvents": ["Connect"]},
    ),
    example(
        "ModifyVpcEndpoint",
        {
            "VpcEndpointId": "<vpce>",
            "AddSubnetIds": ["<subnet_c>"],
            "AddSecurityGroupIds": ["<default_sg>"],
        },
    ),
    example(
        "ModifyVpcEndpoint",
        {
            "VpcEndpointId": "<vpce>",
            "RemoveSubnetIds": ["<subnet_c>"],
            "RemoveSecurityGroupIds": ["<default_sg>"],
        },
    ),
    example(
        "ModifyVpcEndpoint",
        {"VpcEndpointId": "<gateway_vpce>", "AddRouteTableIds": ["<spare_rtb>"]},
    ),
    example(
        "ModifyVpcEndpoint",
        {"VpcEndpointId": "<gateway_vpce>", "RemoveRouteTableIds": ["<spare_rtb>"]},
    ),
    example(
        "ModifyVpcEndpointServiceConfiguration",
        {"ServiceId": "<vpce_svc>", "PrivateDnsName": "api.example.org"},
    ),
    example("StartVpcEndpointServicePrivateDnsVerification", {"ServiceId": "<vpce_svc>"}),
    example(
        "ModifyVpcEndpointServicePayerResponsibility",
        {"ServiceId": "<vpce_svc>", "PayerResponsibility": "ServiceOwner"},
    ),
    example(
        "ModifyVpcEndpointPayerResponsibility",
        {
            "ServiceId": "<vpce_svc>",
            "VpcEndpointId": "<consumer_vpce>",
            "PayerResponsibility": "vpc-endpoint-service-account",
            "Scope": "vpc-endpoint-charges",
        },
    ),
)
UNMAKE = (
    example(
        "DeleteVpcEndpointConnectionNotifications",
        {"ConnectionNotificationIds": ["<nfn>", "<endpoint_nfn>"]},
    ),
    example("DeleteVpcEndpoints", {"VpcEndpointIds": ["<consumer_vpce>", "<gateway_vpce>"]}),
    example("DeleteVpcEndpointServiceConfigurations", {"ServiceIds": ["<vpce_svc>"]}),
)
