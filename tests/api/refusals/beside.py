"""Operations of ELBv2, Route 53 and its Resolver beside those that make a thing: what they list and
change is refused with the codes of its making, and quotas that are settable."""

from tests.api.examples.example import example
from tests.api.refusals.names import ENDPOINT, RULE
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import at_most

ELB = "arn:aws:elasticloadbalancing:<region>:<account>:"
ID = "0123456789abcdef"
NOBODY = {
    "ListenerNotFound": f"{ELB}listener/net/nobody/{ID}/{ID}",
    "TargetGroupNotFound": f"{ELB}targetgroup/nobody/{ID}",
    "RuleNotFound": f"{ELB}listener-rule/net/nobody/{ID}/{ID}/{ID}",
    "LoadBalancerNotFound": f"{ELB}loadbalancer/net/nobody/{ID}",
}
MANY = [{"Key": f"key{n}", "Value": ""} for n in range(51)]
FORWARD = {"Type": "forward", "TargetGroupArn": "<tg>"}
CHECK = "11111111-2222-3333-4444-555555555555"
TLS = {"ListenerArn": "<tls_listener>"}
PAPER = [{"CertificateArn": "paper"}]

ROWS: tuple[Row, ...] = (
    *rows(
        "elbv2:ModifyListener",
        TLS,
        ({"AlpnPolicy": ["Carrier"]}, "ALPNPolicyNotFound", "Carrier"),
        ({"Certificates": PAPER}, "CertificateNotFound", "paper"),
        ({"Certificates": PAPER * 2}, "TooManyCertificates", "2"),
        ({"SslPolicy": "open"}, "SSLPolicyNotFound", "open"),
    ),
    *rows(
        "elbv2:ModifyListener",
        {"ListenerArn": "<listener>"},
        ({"Protocol": "UDP"}, "IncompatibleProtocols", "UDP"),
        ({"Protocol": "HTTP"}, "UnsupportedProtocol", "HTTP"),
        ({"SslPolicy": "ELBSecurityPolicy-2016-08"}, "InvalidConfigurationRequest", "TLS"),
        ({"DefaultActions": [FORWARD] * 2}, "TooManyActions", "2"),
        (
            {
                "DefaultActions": [
                    {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}
                ]
            },
            "InvalidLoadBalancerAction",
            "redirect",
        ),
    ),
    *rows(
        "elbv2:ModifyListenerAttributes",
        {**TLS, "Attributes": [{"Key": "tcp.idle_timeout.seconds", "Value": "60"}]},
        ({}, "InvalidConfigurationRequest", "TLS"),
    ),
    *rows(
        "elbv2:ModifyTargetGroup",
        {"TargetGroupArn": "<tg>", "HealthCheckPath": "/"},
        ({}, "InvalidConfigurationRequest", "TCP"),
    ),
    *rows(
        "elbv2:SetIpAddressType",
        {"LoadBalancerArn": "<nlb>", "IpAddressType": "dualstack"},
        ({}, "InvalidConfigurationRequest", "IPv6"),
    ),
    *rows("elbv2:DescribeSSLPolicies", {"Names": ["open"]}, ({}, "SSLPolicyNotFound", "open")),
    *(
        row
        for operation, more in (
            ("AddTags", {"Tags": [{"Key": "a", "Value": "b"}]}),
            ("DescribeTags", {}),
            ("RemoveTags", {"TagKeys": ["a"]}),
        )
        for code, arn in NOBODY.items()
        for row in rows(f"elbv2:{operation}", {"ResourceArns": [arn], **more}, ({}, code, "nobody"))
    ),
    *rows(
        "elbv2:DescribeTags",
        {"ResourceArns": ["<default_rule>"]},
        (
            {},
            "UnsupportedOperation",
            "<listener>",
            example(
                "elbv2:DescribeRules",
                {"ListenerArn": "<listener>"},
                default_rule="Rules[0].RuleArn",
            ),
        ),
    ),
    *rows(
        "elbv2:AddTags",
        {"ResourceArns": ["<tg>"], "Tags": MANY},
        ({}, "TooManyTags", "51"),
        ({"Tags": [{"Key": "a"}, {"Key": "a"}]}, "DuplicateTagKeys", "a"),
    ),
    *rows(
        "elbv2:CreateTargetGroup",
        {"Name": "tagged", "Protocol": "TCP", "Port": 443, "VpcId": "<vpc>", "Tags": MANY},
        ({}, "TooManyTags", "51"),
    ),
    *rows(
        "elbv2:CreateListener",
        {"LoadBalancerArn": "<nlb>", "Protocol": "TCP", "Port": 99, "DefaultActions": [FORWARD]},
        ({"Tags": MANY}, "TooManyTags", "51"),
    ),
    *rows(
        "route53:AssociateVPCWithHostedZone",
        {"HostedZoneId": "<private_zone>", "VPC": {"VPCRegion": "<region>", "VPCId": "<vpc>"}},
        ({}, "ConflictingDomainExists", "<vpc>"),
    ),
    *rows(
        "route53:ListQueryLoggingConfigs",
        {"NextToken": "once upon a time"},
        ({}, "InvalidPaginationToken", "once"),
    ),
    *rows(
        "route53:ListVPCAssociationAuthorizations",
        {"HostedZoneId": "<private_zone>", "NextToken": "once upon a time"},
        ({}, "InvalidPaginationToken", "once"),
    ),
    *rows(
        "route53:ChangeTagsForResource",
        {"ResourceType": "healthcheck", "ResourceId": CHECK, "RemoveTagKeys": ["a"]},
        ({}, "NoSuchHealthCheck", CHECK),
    ),
    *rows(
        "route53:ListTagsForResources",
        {"ResourceType": "healthcheck", "ResourceIds": [CHECK]},
        ({}, "NoSuchHealthCheck", CHECK),
    ),
    *rows(
        "route53:CreateHealthCheck",
        {"CallerReference": "no end", "HealthCheckConfig": {"Type": "TCP"}},
        ({}, "InvalidInput", "IPAddress"),
    ),
    *rows("route53:ListHealthChecks", {"MaxItems": "none"}, ({}, "InvalidInput", "none")),
    *rows(
        "route53:UpdateHostedZoneComment",
        {"Id": "<private_zone>", "Comment": "c" * 257},
        ({}, "InvalidInput", "257"),
    ),
    *(
        row
        for operation, more in (
            ("ListResolverConfigs", {}),
            ("ListResolverDnssecConfigs", {}),
            ("ListResolverEndpointIpAddresses", {"ResolverEndpointId": "<resolver>"}),
            ("ListResolverQueryLogConfigs", {}),
            ("ListResolverRuleAssociations", {}),
            ("ListResolverRules", {}),
            ("ListTagsForResource", {"ResourceArn": "<resolver_arn>"}),
        )
        for row in rows(
            f"route53resolver:{operation}",
            {**more, "NextToken": "once upon a time"},
            ({}, "InvalidNextTokenException", "once"),
        )
    ),
    *(
        row
        for kind in (
            *("DnssecConfigs", "Endpoints", "QueryLogConfigAssociations", "QueryLogConfigs"),
            *("RuleAssociations", "Rules"),
        )
        for row in rows(
            f"route53resolver:ListResolver{kind}",
            {"Filters": [{"Name": "Colour", "Values": ["red"]}]},
            ({}, "InvalidParameterException", "Colour"),
        )
    ),
    *rows(
        "route53resolver:TagResource",
        {"ResourceArn": "<resolver_arn>", "Tags": [{"Key": "aws:a", "Value": "b"}]},
        ({}, "InvalidTagException", "aws:"),
    ),
    *rows(
        "route53resolver:CreateResolverEndpoint",
        {**ENDPOINT, "CreatorRequestId": "one more"},
        ({}, "LimitExceededException", "1", at_most("L-4A669CC0", 1)),
    ),
    *rows(
        "route53resolver:CreateResolverRule",
        {**RULE, "CreatorRequestId": "one more"},
        ({}, "LimitExceededException", "1", at_most("L-51D8A1FB", 1)),
    ),
    *rows(
        "route53resolver:AssociateResolverRule",
        {"ResolverRuleId": "<second_rule>", "VPCId": "<vpc>"},
        (
            {},
            "LimitExceededException",
            "1",
            example(
                "route53resolver:CreateResolverRule",
                {**RULE, "DomainName": "one.more"},
                second_rule="ResolverRule.Id",
            ),
            at_most("L-94E19253", 1),
        ),
    ),
)
