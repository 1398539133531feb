"""VPC endpoints of every type, endpoint services, connections, permissions, notifications."""

from dataclasses import replace

from genkan.api import quotas
from genkan.api.endpoint_policies import LONGEST
from genkan.model.block_public_access import BlockPublicAccessExclusion
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState
from tests.api.boto import Site
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import as_partner, many

EXCLUDED = {"VpcId": "<vpc>", "InternetGatewayExclusionMode": "allow-egress"}
SQS = {
    "VpcId": "<vpc>",
    "ServiceName": "com.amazonaws.<region>.sqs",
    "VpcEndpointType": "Interface",
    "SubnetIds": ["<subnet>"],
}
S3 = {
    "VpcId": "<vpc>",
    "ServiceName": "com.amazonaws.<region>.s3",
    "RouteTableIds": ["<spare_rtb>"],
}
S3_INTERFACE = {**S3, "VpcEndpointType": "Interface", "RouteTableIds": None}
OWN = {
    "VpcId": "<vpc>",
    "ServiceName": "<service_name>",
    "VpcEndpointType": "Interface",
    "SubnetIds": ["<subnet>"],
}
BEHIND = {
    "VpcId": "<vpc>",
    "ServiceName": "<gwlb_service_name>",
    "VpcEndpointType": "GatewayLoadBalancer",
    "SubnetIds": ["<subnet>"],
}
CHANGE = {"VpcEndpointId": "<vpce>"}
SERVICE = {"ServiceId": "<vpce_svc>"}
TOPIC = "arn:aws:sns:<region>:<account>:topic"
NOTICE = {
    "ServiceId": "<vpce_svc>",
    "ConnectionNotificationArn": TOPIC,
    "ConnectionEvents": ["Accept"],
}
TABLE_OF_PEER = example(
    "CreateRouteTable", {"VpcId": "<peer_vpc>"}, peer_rtb="RouteTable.RouteTableId"
)
IPV6_SUBNET = example(
    "AssociateSubnetCidrBlock", {"SubnetId": "<subnet>", "Ipv6CidrBlock": "<subnet_ipv6>"}
)
IPV6_ONLY = example(
    "CreateSubnet",
    {"VpcId": "<vpc>", "Ipv6CidrBlock": "<subnet_ipv6>", "Ipv6Native": True},
    subnet_6="Subnet.SubnetId",
)
NO_NAMES = example("ModifyVpcAttribute", {"VpcId": "<vpc>", "EnableDnsHostnames": {"Value": False}})
NAMED = example(
    "ModifyVpcEndpointServiceConfiguration",
    {"ServiceId": "<vpce_svc>", "PrivateDnsName": "api.example.net", "AcceptanceRequired": False},
)
ASKS = example(
    "ModifyVpcEndpointServiceConfiguration",
    {"ServiceId": "<vpce_svc>", "PrivateDnsName": "api.example.net"},
)
SPARE_SERVICE = example(
    "CreateVpcEndpointServiceConfiguration",
    {"NetworkLoadBalancerArns": ["<spare_nlb>"]},
    spare_svc="ServiceConfiguration.ServiceId",
)


TWICE = '{"Sid":"again","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}'


def policy(text: str) -> dict:
    """Give a policy in place of the default."""
    return {"PolicyDocument": text}


def deleting(site: Site) -> None:
    """Let the endpoint be on its way out."""
    endpoint = site.call.network.get(VpcEndpoint, site.names["vpce"])
    site.put(replace(endpoint, state=VpcEndpointState.DELETING))


def many_gateways(site: Site) -> None:
    """Give the VPC as many gateway endpoints as it takes."""
    first = site.call.network.get(VpcEndpoint, site.names["gateway_vpce"])
    site.put(
        *(
            replace(first, id=f"vpce-{n:017x}", route_table_ids=())
            for n in range(quotas.GATEWAY_ENDPOINTS_OF_A_VPC)
        )
    )


ROWS: tuple[Row, ...] = (
    *rows(
        "CreateVpcBlockPublicAccessExclusion",
        EXCLUDED,
        ({"SubnetId": "<subnet>"}, "InvalidParameterCombination", "exactly one"),
        ({}, "VpcBlockPublicAccessExclusionAlreadyExists", "<vpcbpa>"),
        (
            {"VpcId": "<peer_vpc>"},
            "VpcBlockPublicAccessExclusionLimitExceeded",
            "exclusions",
            many(BlockPublicAccessExclusion, quotas.BPA_EXCLUSIONS),
        ),
        (
            {"VpcId": "<peer_vpc>", "InternetGatewayExclusionMode": "some"},
            "InvalidParameterValue",
            "some",
        ),
    ),
    *rows(
        "CreateVpcEndpoint",
        SQS,
        ({"ServiceName": None}, "MissingParameter", "ServiceName"),
        (
            {"ServiceName": "com.amazonaws.<region>.moon"},
            "InvalidServiceName",
            "com.amazonaws.<region>.moon",
        ),
        ({"VpcEndpointType": "Wormhole"}, "InvalidVpcEndpointType", "Wormhole"),
        ({"VpcEndpointType": None, "SubnetIds": None}, "InvalidParameter", "(Gateway)"),
        ({"VpcEndpointType": "ServiceNetwork"}, "InvalidParameter", "(ServiceNetwork)"),
        ({"RouteTableIds": ["<rtb>"]}, "InvalidParameter", "Route table IDs"),
        ({"SubnetIds": ["<peer_subnet>"]}, "InvalidParameter", "<peer_subnet>"),
        (
            {"SubnetIds": ["<subnet>", "<spare_subnet>"]},
            "DuplicateSubnetsInSameZone",
            "<spare_subnet>",
        ),
        ({"SubnetIds": ["<subnet>", "<subnet>"]}, "DuplicateSubnetsInSameZone", "<subnet>"),
        (
            {
                "SubnetConfigurations": [
                    {"SubnetId": "<subnet>", "Ipv4": "10.0.0.40"},
                    {"SubnetId": "<subnet>", "Ipv4": "10.0.0.41"},
                ]
            },
            "InvalidParameter",
            "<subnet>",
        ),
        (
            {"SubnetConfigurations": [{"Ipv4": "10.0.0.40"}]},
            "MissingParameter",
            "SubnetId",
        ),
        (
            {"SubnetConfigurations": [{"SubnetId": "<subnet>", "Ipv6": "2001:db8::9"}]},
            "InvalidParameter",
            "2001:db8::9",
        ),
        (
            {"SubnetConfigurations": [{"SubnetId": "<subnet>", "Ipv4": "10.0.0.1"}]},
            "InvalidParameterValue",
            "10.0.0.1",
        ),
        (
            {"SubnetConfigurations": [{"SubnetId": "<subnet>", "Ipv4": "10.0.9.9"}]},
            "InvalidParameterValue",
            "10.0.9.9",
        ),
        ({"IpAddressType": "ipv5"}, "InvalidParameter", "ipv5"),
        ({"IpAddressType": "dualstack"}, "InvalidParameter", "dualstack"),
        ({"SubnetIds": ["<subnet_6>"]}, "InvalidParameter", "<subnet_6>", IPV6_ONLY),
        ({"DnsOptions": {"DnsRecordIpType": "ipv6"}}, "InvalidParameter", "ipv6"),
        (
            {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True}},
            "InvalidParameter",
            "Inbound",
        ),
        (
            {"DnsOptions": {"PrivateDnsPreference": "ALL_DOMAINS"}},
            "InvalidParameter",
            "rivateDnsPreference",
        ),
        (policy("{nope"), "InvalidPolicyDocument", "Syntax error at position (1,2)"),
        (policy('{"Statement":\n[}'), "InvalidPolicyDocument", "Syntax error at position (2,2)"),
        (policy('{"Statement":[]}'), "InvalidPolicyDocument", "Statement"),
        (policy(f'{{"Statement":[{TWICE},{TWICE}]}}'), "InvalidPolicyDocument", "'again'"),
        (
            policy('{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'),
            "InvalidPolicyDocument",
            "Principal",
        ),
        (
            policy('{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}'),
            "InvalidPolicyDocument",
            "Resource",
        ),
        (policy("{" + " " * LONGEST + "}"), "InvalidPolicyDocument", str(LONGEST)),
        ({}, "InvalidParameter", "enableDnsSupport", NO_NAMES),
        (
            {"SecurityGroupIds": ["<peer_sg>"]},
            "InvalidParameter",
            "<peer_sg>",
        ),
        ({}, "InvalidParameter", "conflicting DNS domain", example("CreateVpcEndpoint", SQS)),
        ({"ServiceRegion": "us-east-1"}, "InvalidServiceName", "us-east-1"),
        ({"ServiceRegion": "moon-1"}, "InvalidServiceName", "moon-1"),
    ),
    *rows(
        "CreateVpcEndpoint",
        {
            **SQS,
            "ServiceName": "com.amazonaws.<region>.dynamodb",
            "PrivateDnsEnabled": True,
        },
        ({}, "InvalidParameter", "does not provide a private DNS name"),
    ),
    *rows(
        "CreateVpcEndpoint",
        S3_INTERFACE,
        (
            {"VpcId": "<peer_vpc>", "PrivateDnsEnabled": True, "SubnetIds": ["<peer_subnet>"]},
            "InvalidParameter",
            "Gateway endpoint",
            example(
                "ModifyVpcAttribute",
                {"VpcId": "<peer_vpc>", "EnableDnsHostnames": {"Value": True}},
            ),
        ),
        ({"SubnetIds": ["<subnet>"], "IpAddressType": "ipv6"}, "InvalidParameter", "ipv6"),
    ),
    *rows(
        "CreateVpcEndpoint",
        S3,
        ({"SubnetIds": ["<subnet>"]}, "InvalidParameter", "Subnet IDs"),
        ({"SecurityGroupIds": ["<sg>"]}, "InvalidParameter", "ecurity"),
        ({"PrivateDnsEnabled": True}, "InvalidParameter", "Private DNS"),
        ({"IpAddressType": "ipv6"}, "InvalidParameter", "ipv6"),
        (
            {"DnsOptions": {"PrivateDnsPreference": "ALL_DOMAINS"}},
            "InvalidParameter",
            "rivateDnsPreference",
        ),
        (
            {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True}},
            "InvalidParameter",
            "Inbound",
        ),
        (
            {"DnsOptions": {"DnsRecordIpType": "ipv4"}},
            "InvalidParameter",
            "enableDnsSupport",
            NO_NAMES,
        ),
        (
            {"RouteTableIds": ["<peer_rtb>"]},
            "InvalidParameter",
            "<peer_rtb>",
            TABLE_OF_PEER,
        ),
        ({"RouteTableIds": ["<rtb>"]}, "RouteAlreadyExists", "<rtb>"),
        ({}, "VpcEndpointLimitExceeded", "<vpc>", many_gateways),
        ({"VpcEndpointType": "Resource"}, "InvalidParameter", "(Resource)"),
    ),
    *rows(
        "CreateVpcEndpoint",
        OWN,
        ({"VpcEndpointType": "Gateway"}, "InvalidParameter", "(Gateway)"),
        ({"RouteTableIds": ["<rtb>"]}, "InvalidParameter", "Route table IDs"),
        (
            policy(
                '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'
            ),
            "InvalidParameter",
            "policies",
        ),
        (
            {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True}},
            "InvalidParameter",
            "Inbound",
        ),
        ({"PrivateDnsEnabled": True}, "InvalidParameter", "private DNS name"),
        ({"PrivateDnsEnabled": True}, "InvalidParameter", "accepted", ASKS),
        ({"PrivateDnsEnabled": True}, "InvalidParameter", "not verified", NAMED),
        ({"SubnetIds": ["<subnet_c>"]}, "InvalidParameter", "<subnet_c>"),
        ({"IpAddressType": "dualstack"}, "InvalidParameter", "dualstack"),
        ({"ServiceRegion": "us-east-1"}, "InvalidServiceName", "<service_name>"),
        (
            {"ServiceName": "<spare_service_name>"},
            "InvalidServiceName",
            "<spare_service_name>",
            example(
                "CreateVpcEndpointServiceConfiguration",
                {"NetworkLoadBalancerArns": ["<spare_nlb>"]},
                spare_service_name="ServiceConfiguration.ServiceName",
            ),
            as_partner,
            example("CreateVpc", {"CidrBlock": "10.0.0.0/16"}, vpc="Vpc.VpcId"),
        ),
    ),
    *rows(
        "CreateVpcEndpoint",
        BEHIND,
        ({"SubnetIds": None}, "InvalidParameter", "exactly one subnet"),
        ({"SecurityGroupIds": ["<sg>"]}, "InvalidParameter", "ecurity"),
    ),
    *rows(
        "ModifyVpcEndpoint",
        CHANGE,
        ({"AddRouteTableIds": ["<rtb>"]}, "InvalidParameter", "Route table IDs"),
        ({}, "IncorrectState", "deleting", deleting),
        ({"RemoveSecurityGroupIds": ["<sg>"]}, "InvalidParameter", "without a security group"),
        (
            {"ResetPolicy": True, "PolicyDocument": "{}"},
            "InvalidParameterCombination",
            "resetPolicy",
        ),
        (
            {"VpcEndpointId": "<gateway_vpce>", "RemoveRouteTableIds": ["<spare_rtb>"]},
            "InvalidParameter",
            "<spare_rtb>",
        ),
        (
            {"VpcEndpointId": "<gwlb_vpce>", "AddSubnetIds": ["<subnet_c>"]},
            "InvalidParameter",
            "GatewayLoadBalancer",
        ),
    ),
    *rows(
        "CreateVpcEndpoint",
        {**SQS, "ServiceName": "com.amazonaws.<region>.apprunner.requests"},
        (policy('{"Statement":[]}'), "InvalidParameter", "policies"),
    ),
    *rows(
        "ModifyVpcEndpointPayerResponsibility",
        {
            "ServiceId": "<vpce_svc>",
            "VpcEndpointId": "<consumer_vpce>",
            "PayerResponsibility": "vpc-endpoint-account",
            "Scope": "vpc-endpoint-charges",
        },
        ({"Scope": "moon-charges"}, "InvalidParameter", "moon-charges"),
        ({"PayerResponsibility": "nobody"}, "InvalidParameter", "nobody"),
    ),
    *rows(
        "DescribeVpcEndpointServices",
        {"ServiceNames": ["com.amazonaws.<region>.moon"]},
        ({}, "InvalidServiceName", "com.amazonaws.<region>.moon"),
    ),
    *rows(
        "CreateVpcEndpointServiceConfiguration",
        {"NetworkLoadBalancerArns": ["<spare_nlb>"]},
        ({"NetworkLoadBalancerArns": None}, "InvalidParameter", "Exactly one"),
        ({"GatewayLoadBalancerArns": ["<gwlb>"]}, "InvalidParameter", "Exactly one"),
        ({"NetworkLoadBalancerArns": ["<nlb>"]}, "InvalidParameter", "<vpce_svc>"),
        ({"SupportedIpAddressTypes": ["ipv5"]}, "InvalidParameter", "ipv5"),
        ({"SupportedIpAddressTypes": ["ipv6"]}, "InvalidParameter", "dualstack"),
        ({"SupportedRegions": ["mars-1"]}, "InvalidParameter", "mars-1"),
        ({"SupportedRegions": ["us-east-1"]}, "InvalidParameter", "Availability Zones"),
        ({"PrivateDnsName": "UPPER.example.org"}, "InvalidParameter", "UPPER.example.org"),
    ),
    *rows(
        "CreateVpcEndpointServiceConfiguration",
        {"GatewayLoadBalancerArns": ["<new_gwlb>"]},
        *(
            (
                change,
                "InvalidParameter",
                word,
                example(
                    "elbv2:CreateLoadBalancer",
                    {"Name": "gwlb2", "Type": "gateway", "Subnets": ["<subnet>"]},
                    new_gwlb="LoadBalancers[0].LoadBalancerArn",
                ),
            )
            for change, word in (
                ({"PrivateDnsName": "api.example.org"}, "GatewayLoadBalancer"),
                ({"SupportedRegions": ["us-east-1"]}, "GatewayLoadBalancer"),
            )
        ),
    ),
    *rows(
        "ModifyVpcEndpointServiceConfiguration",
        SERVICE,
        (
            {"AddGatewayLoadBalancerArns": ["<gwlb>"]},
            "InvalidParameter",
            "one type",
        ),
        ({"RemoveNetworkLoadBalancerArns": ["<spare_nlb>"]}, "InvalidParameter", "<spare_nlb>"),
        (
            {"ServiceId": "<spare_svc>", "RemoveNetworkLoadBalancerArns": ["<spare_nlb>"]},
            "InvalidParameter",
            "without a load balancer",
            SPARE_SERVICE,
        ),
        (
            {
                "RemoveNetworkLoadBalancerArns": ["<nlb>"],
                "AddNetworkLoadBalancerArns": ["<spare_nlb>"],
            },
            "ExistingVpcEndpointConnections",
            "existing",
        ),
        (
            {"PrivateDnsName": "api.example.org", "RemovePrivateDnsName": True},
            "InvalidParameterCombination",
            "RemovePrivateDnsName",
        ),
        ({"RemoveSupportedIpAddressTypes": ["ipv4"]}, "InvalidParameter", "at least one"),
        ({"RemoveSupportedRegions": ["<region>"]}, "InvalidParameter", "<region>"),
    ),
    *rows(
        "StartVpcEndpointServicePrivateDnsVerification",
        SERVICE,
        ({}, "InvalidParameter", "<vpce_svc>"),
    ),
    *rows(
        "ModifyVpcEndpointServicePayerResponsibility",
        {**SERVICE, "PayerResponsibility": "Nobody"},
        ({}, "InvalidParameter", "Nobody"),
    ),
    *rows(
        "ModifyVpcEndpointServicePermissions",
        SERVICE,
        ({}, "MissingParameter", "AddAllowedPrincipals"),
        ({"AddAllowedPrincipals": ["anna"]}, "InvalidPrincipal", "anna"),
        (
            {
                "AddAllowedPrincipals": ["*"],
                "PermissionType": "transit-gateway-attachment",
            },
            "UnsupportedOperation",
            "transit-gateway-attachment",
        ),
    ),
    *rows(
        "CreateVpcEndpointConnectionNotification",
        NOTICE,
        ({"VpcEndpointId": "<vpce>"}, "InvalidParameterCombination", "exactly one"),
        ({"ServiceId": "<gwlb_svc>"}, "InvalidParameter", "GatewayLoadBalancer"),
        ({"ConnectionNotificationArn": "topic"}, "InvalidParameter", "topic"),
        ({"ConnectionEvents": ["Knock"]}, "InvalidParameter", "Knock"),
    ),
)
