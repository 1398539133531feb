"""Load balancers and what they are made of, listeners, target groups, targets, their tags."""

from dataclasses import replace

from genkan.api.elbv2.targets import TARGETS
from genkan.model.load_balancer import Listener, LoadBalancer, Target, TargetGroup
from tests.api.boto import Site
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import many

NLB = {"Name": "new", "Type": "network", "Scheme": "internal", "Subnets": ["<subnet>"]}
FRONT = {"Name": "new", "Type": "network", "Subnets": ["<subnet>"]}
GROUP = {"Name": "new", "Protocol": "TCP", "Port": 443, "VpcId": "<vpc>", "TargetType": "ip"}
FORWARD = [{"Type": "forward", "TargetGroupArn": "<spare_tg>"}]
LISTENER = {
    "LoadBalancerArn": "<spare_nlb>",
    "Protocol": "TCP",
    "Port": 80,
    "DefaultActions": FORWARD,
}
ACM = "arn:aws:acm:<region>:<account>:certificate/"
TLS = {
    **LISTENER,
    "Protocol": "TLS",
    "Certificates": [{"CertificateArn": "arn:aws:acm:<region>:<account>:certificate/1"}],
}
RULE = "arn:aws:elasticloadbalancing:<region>:<account>:listener-rule/net/nlb/0/1"
TLS_LISTENER = example(
    "elbv2:CreateListener", {**TLS, "Port": 8443}, tls="Listeners[0].ListenerArn"
)
PEER_GROUP = example(
    "elbv2:CreateTargetGroup",
    {**GROUP, "Name": "peer", "VpcId": "<peer_vpc>"},
    peer_tg="TargetGroups[0].TargetGroupArn",
)
IPV6_GROUP = example(
    "elbv2:CreateTargetGroup",
    {**GROUP, "Name": "six", "IpAddressType": "ipv6"},
    ipv6_tg="TargetGroups[0].TargetGroupArn",
)
UDP_GROUP = example(
    "elbv2:CreateTargetGroup",
    {**GROUP, "Name": "udp", "Protocol": "UDP"},
    udp_tg="TargetGroups[0].TargetGroupArn",
)
DUAL_STACK = (
    example(
        "CreateSubnet",
        {"VpcId": "<vpc>", "CidrBlock": "10.0.223.0/24", "Ipv6CidrBlock": "<subnet_ipv6>"},
        dual_subnet="Subnet.SubnetId",
    ),
    example(
        "elbv2:CreateLoadBalancer",
        {**NLB, "Name": "dual", "Subnets": ["<dual_subnet>"], "IpAddressType": "dualstack"},
        dual_nlb="LoadBalancers[0].LoadBalancerArn",
    ),
)
PROTECTED = example(
    "elbv2:ModifyLoadBalancerAttributes",
    {
        "LoadBalancerArn": "<spare_nlb>",
        "Attributes": [{"Key": "deletion_protection.enabled", "Value": "true"}],
    },
)
STOPPED = example("TerminateInstances", {"InstanceIds": ["<instance>"]})
LONE_VPC = example("CreateVpc", {"CidrBlock": "10.70.0.0/16"}, lone_vpc="Vpc.VpcId")
LONE_SUBNET = example(
    "CreateSubnet",
    {"VpcId": "<lone_vpc>", "CidrBlock": "10.70.0.0/24"},
    lone_subnet="Subnet.SubnetId",
)
IPV6_ONLY = example(
    "CreateSubnet",
    {"VpcId": "<vpc>", "Ipv6CidrBlock": "<subnet_ipv6>", "Ipv6Native": True},
    subnet_6="Subnet.SubnetId",
)
TINY = (
    example(
        "CreateSubnet",
        {"VpcId": "<vpc>", "CidrBlock": "10.0.222.0/28"},
        tiny_subnet="Subnet.SubnetId",
    ),
    *(example("CreateNetworkInterface", {"SubnetId": "<tiny_subnet>"}) for _ in range(11)),
)


def mapping(subnet: str = "<subnet>", **more: str) -> dict:
    """Give one mapping of a subnet in place of subnets."""
    return {"Subnets": None, "SubnetMappings": [{"SubnetId": subnet, **more}]}


def forwards(*groups: dict) -> dict:
    """Give an action that names groups by ForwardConfig."""
    return {
        "DefaultActions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": list(groups)}}]
    }


def full_group(site: Site) -> None:
    """Fill the group with as many targets as it takes."""
    group = site.call.network.get(TargetGroup, site.names["tg"])
    one = group.targets[0]
    targets = (
        replace(one, id=f"10.0.{n // 200}.{n % 200 + 4}", port=n + 1) for n in range(TARGETS)
    )
    site.put(replace(group, targets=tuple[Target, ...](targets)))


def many_listeners(site: Site) -> None:
    """Give the load balancer as many listeners as it has."""
    first = next(iter(site.call.network.all(Listener)))
    balancer = site.names["spare_nlb"]
    path = f"{balancer.replace(':loadbalancer/', ':listener/')}"
    site.put(
        *(
            replace(first, id=f"{path}/{n:016x}", load_balancer=balancer, port=1_000 + n)
            for n in range(50)
        )
    )


ROWS: tuple[Row, ...] = (
    *rows(
        "elbv2:CreateLoadBalancer",
        NLB,
        ({"Name": "n" * 33}, "ValidationError", "33"),
        ({"Name": "-nlb"}, "ValidationError", "hyphen"),
        ({"Name": "internal-nlb"}, "ValidationError", "internal-"),
        ({"Type": "application"}, "UnsupportedOperation", "application"),
        ({"Type": "classic"}, "ValidationError", "classic"),
        ({"Scheme": "outside"}, "InvalidScheme", "outside"),
        ({"Type": "gateway"}, "InvalidConfigurationRequest", "Scheme"),
        (
            {"Type": "gateway", "Scheme": None, "SecurityGroups": ["<sg>"]},
            "InvalidConfigurationRequest",
            "Security groups",
        ),
        ({"Name": "nlb", "Scheme": None}, "DuplicateLoadBalancerName", "nlb"),
        ({"Subnets": None}, "ValidationError", "subnet"),
        ({"Subnets": ["<subnet>", "<peer_subnet>"]}, "InvalidConfigurationRequest", "one VPC"),
        (
            {"Subnets": ["<subnet>", "<spare_subnet>"]},
            "InvalidConfigurationRequest",
            "same Availability Zone",
        ),
        ({"IpAddressType": "ipv5"}, "ValidationError", "ipv5"),
        ({"IpAddressType": "dualstack"}, "InvalidConfigurationRequest", "dualstack"),
        ({"Subnets": ["<subnet_6>"]}, "InvalidConfigurationRequest", "IPv6-only", IPV6_ONLY),
        (mapping(AllocationId="<eip>"), "InvalidConfigurationRequest", "Elastic IP"),
        (mapping(PrivateIPv4Address="ten"), "ValidationError", "ten"),
        (mapping(PrivateIPv4Address="10.9.9.9"), "InvalidConfigurationRequest", "10.9.9.9"),
        (mapping(IPv6Address="six"), "ValidationError", "six"),
        (
            mapping(IPv6Address="2001:db8::1"),
            "InvalidConfigurationRequest",
            "dualstack",
        ),
        (
            mapping(SourceNatIpv6Prefix="auto_assigned"),
            "InvalidConfigurationRequest",
            "SourceNatIpv6Prefix",
        ),
        ({"Subnets": ["<tiny_subnet>"]}, "InvalidSubnet", "IP space", *TINY),
        ({"Tags": [{"Key": "a", "Value": ""}] * 2}, "DuplicateTagKeys", "a"),
        (
            {"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]},
            "TooManyTags",
            "50",
        ),
        ({"Tags": [{"Key": "aws:a", "Value": ""}]}, "ValidationError", "aws:"),
        ({}, "TooManyLoadBalancers", "load balancers", many(LoadBalancer, 10_000)),
    ),
    *rows(
        "elbv2:CreateLoadBalancer",
        FRONT,
        (
            {"Subnets": ["<lone_subnet>"]},
            "InvalidSubnet",
            "internet gateway",
            LONE_VPC,
            LONE_SUBNET,
        ),
        (mapping(PrivateIPv4Address="10.0.0.77"), "InvalidConfigurationRequest", "10.0.0.77"),
        (mapping(AllocationId="<nat_eip>"), "ResourceInUse", "<nat_eip>"),
    ),
    *rows(
        "elbv2:DescribeLoadBalancers",
        {},
        ({"LoadBalancerArns": ["<nlb>"], "Names": ["nlb"]}, "ValidationError", "names"),
        ({"Names": ["nobody"]}, "LoadBalancerNotFound", "nobody"),
        ({"PageSize": 0}, "ValidationError", "page size"),
    ),
    *rows(
        "elbv2:DeleteLoadBalancer",
        {"LoadBalancerArn": "<spare_nlb>"},
        ({}, "OperationNotPermitted", "deletion_protection", PROTECTED),
        ({"LoadBalancerArn": "<nlb>"}, "ResourceInUse", "<vpce_svc>"),
    ),
    *rows(
        "elbv2:ModifyLoadBalancerAttributes",
        {"LoadBalancerArn": "<nlb>"},
        (
            {"Attributes": [{"Key": "colour", "Value": "red"}]},
            "InvalidConfigurationRequest",
            "colour",
        ),
        (
            {"Attributes": [{"Key": "deletion_protection.enabled", "Value": "maybe"}]},
            "ValidationError",
            "maybe",
        ),
    ),
    *rows(
        "elbv2:SetSubnets",
        {"LoadBalancerArn": "<nlb>", "Subnets": ["<subnet>"]},
        ({"Subnets": ["<peer_subnet>"]}, "InvalidConfigurationRequest", "<vpc>"),
        (
            {"LoadBalancerArn": "<gwlb>", "Subnets": ["<subnet_c>"]},
            "InvalidConfigurationRequest",
            "<subnet>",
        ),
        (
            mapping(PrivateIPv4Address="10.0.0.99"),
            "InvalidConfigurationRequest",
            "10.0.0.99",
        ),
    ),
    *rows(
        "elbv2:SetSecurityGroups",
        {"LoadBalancerArn": "<nlb>", "SecurityGroups": ["<sg>"]},
        (
            {"EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "maybe"},
            "ValidationError",
            "maybe",
        ),
        ({"LoadBalancerArn": "<spare_nlb>"}, "InvalidConfigurationRequest", "without any"),
        ({"SecurityGroups": []}, "InvalidConfigurationRequest", "without a security group"),
    ),
    *rows(
        "elbv2:CreateTargetGroup",
        GROUP,
        ({"Name": "web", "Port": 80}, "DuplicateTargetGroupName", "web"),
        ({"TargetType": "lambda"}, "UnsupportedOperation", "functions"),
        ({"TargetType": "moon"}, "ValidationError", "moon"),
        ({"Protocol": None}, "ValidationError", "protocol"),
        ({"Protocol": "HTTP"}, "UnsupportedOperation", "HTTP"),
        ({"Protocol": "MOON"}, "ValidationError", "MOON"),
        ({"Port": 70_000}, "ValidationError", "70000"),
        ({"Protocol": "GENEVE", "Port": 1}, "InvalidConfigurationRequest", "6081"),
        ({"VpcId": None}, "ValidationError", "VPC"),
        ({"HealthCheckEnabled": False}, "InvalidConfigurationRequest", "enabled"),
        ({"IpAddressType": "ipv5"}, "ValidationError", "ipv5"),
        (
            {"IpAddressType": "ipv6", "VpcId": "<lone_vpc>"},
            "InvalidConfigurationRequest",
            "IPv6 CIDR",
            LONE_VPC,
        ),
        ({"HealthCheckProtocol": "SMTP"}, "ValidationError", "SMTP"),
        ({"HealthCheckPort": "door"}, "ValidationError", "door"),
        ({"HealthCheckPath": "/"}, "InvalidConfigurationRequest", "path"),
        (
            {"HealthCheckProtocol": "HTTP", "HealthCheckPath": "up"},
            "ValidationError",
            "up",
        ),
        (
            {"HealthCheckProtocol": "HTTP", "Matcher": {"HttpCode": "99"}},
            "ValidationError",
            "99",
        ),
        (
            {"HealthCheckProtocol": "HTTP", "Matcher": {"GrpcCode": "1"}},
            "InvalidConfigurationRequest",
            "GRPC",
        ),
        ({"HealthCheckIntervalSeconds": 1}, "ValidationError", "Interval"),
        (
            {"HealthCheckTimeoutSeconds": 20, "HealthCheckIntervalSeconds": 10},
            "ValidationError",
            "20",
        ),
        ({}, "TooManyTargetGroups", "target groups", many(TargetGroup, 10_000)),
    ),
    *rows(
        "elbv2:ModifyTargetGroupAttributes",
        {"TargetGroupArn": "<gwlb_tg>"},
        (
            {"Attributes": [{"Key": "target_failover.on_deregistration", "Value": "rebalance"}]},
            "InvalidConfigurationRequest",
            "same value",
            example(
                "elbv2:CreateTargetGroup",
                {"Name": "fleet", "Protocol": "GENEVE", "Port": 6081, "VpcId": "<vpc>"},
                gwlb_tg="TargetGroups[0].TargetGroupArn",
            ),
        ),
        (
            {
                "TargetGroupArn": "<tg>",
                "Attributes": [
                    {
                        "Key": "target_health_state.unhealthy.draining_interval_seconds",
                        "Value": "60",
                    }
                ],
            },
            "InvalidConfigurationRequest",
            "connection_termination",
        ),
    ),
    *rows(
        "elbv2:DescribeTargetGroups",
        {},
        ({"TargetGroupArns": ["<tg>"], "Names": ["web"]}, "ValidationError", "names"),
        ({"Names": ["nobody"]}, "TargetGroupNotFound", "nobody"),
    ),
    *rows("elbv2:DeleteTargetGroup", {"TargetGroupArn": "<tg>"}, ({}, "ResourceInUse", "<tg>")),
    *rows(
        "elbv2:CreateListener",
        LISTENER,
        (
            {"LoadBalancerArn": "<nlb>", "Port": 443},
            "DuplicateListener",
            "443",
        ),
        ({"DefaultActions": []}, "ValidationError", "default action"),
        ({"DefaultActions": FORWARD * 2}, "TooManyActions", "2"),
        (
            {"DefaultActions": [{**FORWARD[0], "FixedResponseConfig": {"StatusCode": "200"}}]},
            "InvalidLoadBalancerAction",
            "FixedResponseConfig",
        ),
        (
            {"DefaultActions": [{"Type": "redirect"}]},
            "InvalidLoadBalancerAction",
            "redirect",
        ),
        (
            {
                "DefaultActions": [
                    {
                        "Type": "forward",
                        "ForwardConfig": {
                            "TargetGroups": [{"TargetGroupArn": "<spare_tg>"}],
                            "TargetGroupStickinessConfig": {"Enabled": True},
                        },
                    }
                ]
            },
            "InvalidConfigurationRequest",
            "stickiness",
        ),
        (
            {
                "DefaultActions": [
                    {
                        "Type": "forward",
                        "TargetGroupArn": "<tg>",
                        "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "<spare_tg>"}]},
                    }
                ]
            },
            "ValidationError",
            "differ",
        ),
        ({"DefaultActions": [{"Type": "forward"}]}, "ValidationError", "target groups"),
        (
            forwards({"TargetGroupArn": "<spare_tg>"}, {"TargetGroupArn": "<spare_tg>"}),
            "ValidationError",
            "once",
        ),
        (
            forwards({"TargetGroupArn": "<spare_tg>", "Weight": 1_000}),
            "ValidationError",
            "1000",
        ),
        (
            {"DefaultActions": [{"Type": "forward", "TargetGroupArn": "<udp_tg>"}]},
            "IncompatibleProtocols",
            "UDP",
            UDP_GROUP,
        ),
        (
            {
                "LoadBalancerArn": "<dual_nlb>",
                "Protocol": "UDP",
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": "<udp_tg>"}],
            },
            "InvalidConfigurationRequest",
            "dualstack",
            UDP_GROUP,
            *DUAL_STACK,
        ),
        (
            {"DefaultActions": [{"Type": "forward", "TargetGroupArn": "<peer_tg>"}]},
            "InvalidConfigurationRequest",
            "same VPC",
            PEER_GROUP,
        ),
        (
            {"DefaultActions": [{"Type": "forward", "TargetGroupArn": "<ipv6_tg>"}]},
            "InvalidConfigurationRequest",
            "ipv6",
            IPV6_GROUP,
        ),
        (
            forwards({"TargetGroupArn": "<spare_tg>"}, {"TargetGroupArn": "<ipv6_tg>"}),
            "InvalidConfigurationRequest",
            "same IP address type",
            IPV6_GROUP,
        ),
        (
            {"DefaultActions": [{"Type": "forward", "TargetGroupArn": "<tg>"}]},
            "TargetGroupAssociationLimit",
            "<tg>",
        ),
        ({"Port": None}, "ValidationError", "port"),
        ({"Protocol": "HTTP"}, "UnsupportedProtocol", "HTTP"),
        ({"Port": 0}, "ValidationError", "0"),
        ({"LoadBalancerArn": "<gwlb>"}, "ValidationError", "every packet"),
        ({"SslPolicy": "ELBSecurityPolicy-2016-08"}, "InvalidConfigurationRequest", "TLS"),
        ({}, "TooManyListeners", "listeners", many_listeners),
    ),
    *rows(
        "elbv2:CreateListener",
        TLS,
        ({"Certificates": None}, "ValidationError", "certificate"),
        ({"Certificates": TLS["Certificates"] * 2}, "TooManyCertificates", "2"),
        ({"Certificates": [{"CertificateArn": "paper"}]}, "CertificateNotFound", "paper"),
        ({"Certificates": [{"CertificateArn": f"{ACM}none"}]}, "CertificateNotFound", "none"),
        (
            {"Certificates": [{"CertificateArn": ACM.replace("<region>", "eu-west-1") + "1"}]},
            "CertificateNotFound",
            "eu-west-1",
        ),
        (
            {"Certificates": [{"CertificateArn": ACM.replace("<account>", "111111111111") + "1"}]},
            "CertificateNotFound",
            "111111111111",
        ),
        ({"AlpnPolicy": ["Maybe"]}, "ALPNPolicyNotFound", "Maybe"),
        ({"SslPolicy": "none"}, "SSLPolicyNotFound", "none"),
    ),
    *rows(
        "elbv2:AddListenerCertificates",
        {"ListenerArn": "<listener>", "Certificates": [{"CertificateArn": f"{ACM}2"}]},
        ({}, "ValidationError", "TCP"),
        ({"ListenerArn": "<tls>", "Certificates": []}, "ValidationError", "one", TLS_LISTENER),
        (
            {"ListenerArn": "<tls>", "Certificates": [{"CertificateArn": f"{ACM}none"}]},
            "CertificateNotFound",
            "none",
            TLS_LISTENER,
        ),
        (
            {
                "ListenerArn": "<tls>",
                "Certificates": [{"CertificateArn": f"{ACM}2", "IsDefault": True}],
            },
            "ValidationError",
            "IsDefault",
            TLS_LISTENER,
        ),
        (
            {
                "ListenerArn": "<tls>",
                "Certificates": [{"CertificateArn": f"{ACM}{n}"} for n in range(2, 28)],
            },
            "TooManyCertificates",
            "certificates",
            TLS_LISTENER,
        ),
    ),
    *rows(
        "elbv2:RemoveListenerCertificates",
        {"ListenerArn": "<tls>", "Certificates": [{"CertificateArn": f"{ACM}1"}]},
        ({}, "OperationNotPermitted", "default", TLS_LISTENER),
        ({"ListenerArn": "<listener>"}, "ValidationError", "TCP"),
    ),
    *rows(
        "elbv2:DescribeRules",
        {"ListenerArn": "<listener>"},
        ({"ListenerArn": None}, "ValidationError", "either"),
        ({"RuleArns": [f"{RULE}/0000000000000000"]}, "ValidationError", "either"),
        ({"ListenerArn": None, "RuleArns": ["<listener>"]}, "ValidationError", "<listener>"),
        ({"ListenerArn": None, "RuleArns": [f"{RULE}/0"]}, "RuleNotFound", "/0"),
    ),
    *rows(
        "elbv2:DescribeListeners",
        {},
        ({}, "ValidationError", "either"),
    ),
    *rows(
        "elbv2:ModifyListener",
        {"ListenerArn": "<listener>", "Port": 80},
        (
            {},
            "DuplicateListener",
            "80",
            example("elbv2:CreateListener", {**LISTENER, "LoadBalancerArn": "<nlb>"}),
        ),
    ),
    *rows(
        "elbv2:RegisterTargets",
        {"TargetGroupArn": "<tg>", "Targets": [{"Id": "10.0.0.9"}]},
        ({"Targets": []}, "ValidationError", "target"),
        ({}, "TooManyTargets", str(TARGETS), full_group),
        (
            {"Targets": [{"Id": "10.0.0.9", "QuicServerId": "0x1"}]},
            "InvalidConfigurationRequest",
            "QUIC",
        ),
        ({"Targets": [{"Id": "10.0.0.9", "Port": 0}]}, "ValidationError", "0"),
        ({"Targets": [{"Id": "ten"}]}, "ValidationError", "ten"),
        ({"Targets": [{"Id": "203.0.113.9"}]}, "InvalidTarget", "203.0.113.9"),
        ({"Targets": [{"Id": "192.168.0.9"}]}, "ValidationError", "all"),
        (
            {"Targets": [{"Id": "10.0.0.9", "AvailabilityZone": "<region>c"}]},
            "ValidationError",
            "<region>c",
        ),
        (
            {"TargetGroupArn": "<spare_tg>", "Targets": [{"Id": "<instance>"}]},
            "InvalidTarget",
            "running",
            STOPPED,
        ),
    ),
    *rows(
        "elbv2:DescribeTags",
        {"ResourceArns": ["<nlb>"] * 21},
        ({}, "ValidationError", "21"),
    ),
)
