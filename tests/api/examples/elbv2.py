"""Load balancers, listeners, target groups, targets."""

from tests.api.examples.example import example

FORWARD = [{"Type": "forward", "TargetGroupArn": "<tg>"}]
WEIGHED = [
    {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "<spare_tg>"}]}}
]

CERTIFICATE = "arn:aws:acm:<region>:<account>:certificate/1"
SERVER = "arn:aws:iam::<account>:server-certificate/orders"
MAKE = (
    example(
        "elbv2:CreateLoadBalancer",
        {
            "Name": "nlb",
            "Type": "network",
            "Scheme": "internal",
            "Subnets": ["<subnet>"],
            "SecurityGroups": ["<sg>"],
        },
        nlb="LoadBalancers[0].LoadBalancerArn",
    ),
    example(
        "elbv2:CreateLoadBalancer",
        {"Name": "gwlb", "Type": "gateway", "Subnets": ["<subnet>"]},
        gwlb="LoadBalancers[0].LoadBalancerArn",
    ),
    example(
        "elbv2:CreateLoadBalancer",
        {"Name": "spare", "Type": "network", "Scheme": "internal", "Subnets": ["<subnet>"]},
        spare_nlb="LoadBalancers[0].LoadBalancerArn",
    ),
    example(
        "elbv2:CreateTargetGroup",
        {"Name": "web", "Protocol": "TCP", "Port": 443, "VpcId": "<vpc>", "TargetType": "ip"},
        tg="TargetGroups[0].TargetGroupArn",
    ),
    example(
        "elbv2:CreateTargetGroup",
        {"Name": "spare", "Protocol": "TCP", "Port": 443, "VpcId": "<vpc>"},
        spare_tg="TargetGroups[0].TargetGroupArn",
    ),
    example(
        "elbv2:CreateListener",
        {"LoadBalancerArn": "<nlb>", "Protocol": "TCP", "Port": 443, "DefaultActions": FORWARD},
        listener="Listeners[0].ListenerArn",
    ),
    example("elbv2:RegisterTargets", {"TargetGroupArn": "<tg>", "Targets": [{"Id": "10.0.0.9"}]}),
    example(
        "elbv2:CreateTargetGroup",
        {"Name": "tls", "Protocol": "TLS", "Port": 443, "VpcId": "<vpc>"},
        tls_tg="TargetGroups[0].TargetGroupArn",
    ),
    example(
        "elbv2:CreateListener",
        {
            "LoadBalancerArn": "<nlb>",
            "Protocol": "TLS",
            "Port": 8443,
            "Certificates": [{"CertificateArn": CERTIFICATE}],
            "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "AlpnPolicy": ["HTTP2Preferred"],
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": "<tls_tg>"}],
        },
        tls_listener="Listeners[0].ListenerArn",
    ),
)
USE = (
    example("elbv2:DescribeAccountLimits"),
    example("elbv2:DescribeSSLPolicies"),
    example("elbv2:DescribeLoadBalancers", {"LoadBalancerArns": ["<nlb>"]}),
    example("elbv2:DescribeLoadBalancerAttributes", {"LoadBalancerArn": "<nlb>"}),
    example(
        "elbv2:ModifyLoadBalancerAttributes",
        {
            "LoadBalancerArn": "<nlb>",
            "Attributes": [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}],
        },
    ),
    example(
        "elbv2:SetSubnets", {"LoadBalancerArn": "<nlb>", "Subnets": ["<subnet>", "<subnet_c>"]}
    ),
    example("elbv2:SetSecurityGroups", {"LoadBalancerArn": "<nlb>", "SecurityGroups": ["<sg>"]}),
    example("elbv2:SetIpAddressType", {"LoadBalancerArn": "<nlb>", "IpAddressType": "ipv4"}),
    example("AllocateAddress", {"Domain": "vpc"}, nlb_eip="AllocationId"),
    example(
        "elbv2:CreateLoadBalancer",
        {
            "Name": "front",
            "Type": "network",
            "SubnetMappings": [{"SubnetId": "<subnet>", "AllocationId": "<nlb_eip>"}],
        },
        front_nlb="LoadBalancers[0].LoadBalancerArn",
    ),
    example(
        "elbv2:SetSubnets",
        {
            "LoadBalancerArn": "<front_nlb>",
            "SubnetMappings": [
                {"SubnetId": "<subnet>", "AllocationId": "<nlb_eip>"},
                {"SubnetId": "<subnet_c>", "AllocationId": "<eip>"},
            ],
        },
    ),
    example(
        "elbv2:CreateListener",
        {
            "LoadBalancerArn": "<front_nlb>",
            "Protocol": "TCP",
            "Port": 80,
            "DefaultActions": WEIGHED,
        },
        front_listener="Listeners[0].ListenerArn",
    ),
    example("elbv2:ModifyListener", {"ListenerArn": "<front_listener>", "DefaultActions": WEIGHED}),
    example("elbv2:DeleteLoadBalancer", {"LoadBalancerArn": "<front_nlb>"}),
    example("elbv2:DescribeListeners", {"LoadBalancerArn": "<nlb>"}),
    example("elbv2:DescribeListeners", {"ListenerArns": ["<listener>"]}),
    example("elbv2:DescribeRules", {"ListenerArn": "<listener>"}, listener_rule="Rules[0].RuleArn"),
    example("elbv2:DescribeRules", {"RuleArns": ["<listener_rule>"]}),
    example("elbv2:DescribeListenerAttributes", {"ListenerArn": "<listener>"}),
    example(
        "elbv2:ModifyListenerAttributes",
        {
            "ListenerArn": "<listener>",
            "Attributes": [{"Key": "tcp.idle_timeout.seconds", "Value": "400"}],
        },
    ),
    example(
        "elbv2:ModifyListener",
        {"ListenerArn": "<listener>", "Port": 444, "DefaultActions": FORWARD},
    ),
    example(
        "elbv2:AddListenerCertificates",
        {"ListenerArn": "<tls_listener>", "Certificates": [{"CertificateArn": SERVER}]},
    ),
    example("elbv2:DescribeListenerCertificates", {"ListenerArn": "<tls_listener>"}),
    example(
        "elbv2:RemoveListenerCertificates",
        {"ListenerArn": "<tls_listener>", "Certificates": [{"CertificateArn": SERVER}]},
    ),
    example("elbv2:DescribeTargetGroups", {"TargetGroupArns": ["<tg>"]}),
    example("elbv2:DescribeTargetGroups", {"LoadBalancerArn": "<nlb>"}),
    example("elbv2:DescribeTargetGroupAttributes", {"TargetGroupArn": "<tg>"}),
    example(
        "elbv2:ModifyTargetGroupAttributes",
        {
            "TargetGroupArn": "<tg>",
            "Attributes": [{"Key": "proxy_protocol_v2.enabled", "Value": "true"}],
        },
    ),
    example(
        "elbv2:ModifyTargetGroup", {"TargetGroupArn": "<tg>", "HealthCheckIntervalSeconds": 10}
    ),
    example("elbv2:DescribeTargetHealth", {"TargetGroupArn": "<tg>"}),
    example(
        "elbv2:RegisterTargets",
        {"TargetGroupArn": "<spare_tg>", "Targets": [{"Id": "<instance>"}]},
    ),
    example(
        "elbv2:DescribeTargetHealth",
        {"TargetGroupArn": "<spare_tg>", "Targets": [{"Id": "<instance>"}]},
    ),
    example(
        "elbv2:DeregisterTargets",
        {"TargetGroupArn": "<spare_tg>", "Targets": [{"Id": "<instance>"}]},
    ),
    example(
        "elbv2:AddTags", {"ResourceArns": ["<nlb>"], "Tags": [{"Key": "Name", "Value": "front"}]}
    ),
    example("elbv2:DescribeTags", {"ResourceArns": ["<nlb>"]}),
    example("elbv2:RemoveTags", {"ResourceArns": ["<nlb>"], "TagKeys": ["Name"]}),
)
UNMAKE = (
    example("elbv2:DeleteListener", {"ListenerArn": "<tls_listener>"}),
    example("elbv2:DeleteTargetGroup", {"TargetGroupArn": "<tls_tg>"}),
    example("elbv2:DeregisterTargets", {"TargetGroupArn": "<tg>", "Targets": [{"Id": "10.0.0.9"}]}),
    example("elbv2:DeleteListener", {"ListenerArn": "<listener>"}),
    example("elbv2:DeleteTargetGroup", {"TargetGroupArn": "<tg>"}),
    example("elbv2:DeleteLoadBalancer", {"LoadBalancerArn": "<spare_nlb>"}),
)
