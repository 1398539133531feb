"""Hosted zones and their records, resolver endpoints and rules."""

from tests.api.examples.example import example

VPC = {"VPCRegion": "<region>", "VPCId": "<vpc>"}
PEER_VPC = {"VPCRegion": "<region>", "VPCId": "<peer_vpc>"}
RECORD = {
    "Name": "www.example.org",
    "Type": "A",
    "TTL": 60,
    "ResourceRecords": [{"Value": "203.0.113.1"}],
}
ALIAS = {
    "Name": "shop.example.org",
    "Type": "A",
    "AliasTarget": {
        "HostedZoneId": "<zone>",
        "DNSName": "www.example.org",
        "EvaluateTargetHealth": False,
    },
}

LOGS = "arn:aws:logs:us-east-1:<account>:log-group:/aws/route53/example.org"

MAKE = (
    example(
        "route53:CreateReusableDelegationSet",
        {"CallerReference": "shared"},
        delegation_set="DelegationSet.Id",
    ),
    example(
        "route53:CreateHostedZone",
        {
            "Name": "example.org",
            "CallerReference": "public",
            "DelegationSetId": "<delegation_set>",
        },
        zone="HostedZone.Id",
        bare_zone=lambda answer: answer["HostedZone"]["Id"].rpartition("/")[2],
        change="ChangeInfo.Id",
    ),
    example(
        "route53:CreateHostedZone",
        {"Name": "corp", "CallerReference": "private", "VPC": VPC},
        private_zone="HostedZone.Id",
    ),
    example(
        "route53:CreateHostedZone",
        {"Name": "example.com", "CallerReference": "lone"},
        lone_zone="HostedZone.Id",
    ),
    example(
        "route53:CreateQueryLoggingConfig",
        {"HostedZoneId": "<zone>", "CloudWatchLogsLogGroupArn": LOGS},
        query_log="QueryLoggingConfig.Id",
    ),
    example(
        "route53:CreateVPCAssociationAuthorization",
        {"HostedZoneId": "<private_zone>", "VPC": PEER_VPC},
    ),
    example(
        "route53:ChangeResourceRecordSets",
        {
            "HostedZoneId": "<zone>",
            "ChangeBatch": {"Changes": [{"Action": "CREATE", "ResourceRecordSet": RECORD}]},
        },
    ),
    example(
        "route53resolver:CreateResolverEndpoint",
        {
            "CreatorRequestId": "out",
            "Direction": "OUTBOUND",
            "SecurityGroupIds": ["<sg>"],
            "IpAddresses": [{"SubnetId": "<subnet>"}, {"SubnetId": "<subnet_c>"}],
        },
        resolver="ResolverEndpoint.Id",
        resolver_arn="ResolverEndpoint.Arn",
    ),
    example(
        "route53resolver:CreateResolverRule",
        {
            "CreatorRequestId": "rule",
            "RuleType": "FORWARD",
            "DomainName": "old.corp",
            "ResolverEndpointId": "<resolver>",
            "TargetIps": [{"Ip": "192.0.2.53"}],
        },
        rule="ResolverRule.Id",
    ),
    example(
        "route53resolver:AssociateResolverRule",
        {"ResolverRuleId": "<rule>", "VPCId": "<vpc>"},
        rule_association="ResolverRuleAssociation.Id",
    ),
    example(
        "route53:CreateHealthCheck",
        {
            "CallerReference": "well",
            "HealthCheckConfig": {"Type": "TCP", "IPAddress": "198.51.100.7", "Port": 80},
        },
        health="HealthCheck.Id",
    ),
    example(
        "route53:CreateHealthCheck",
        {
            "CallerReference": "all",
            "HealthCheckConfig": {"Type": "CALCULATED", "ChildHealthChecks": ["<health>"]},
        },
        all_health="HealthCheck.Id",
    ),
    example(
        "route53resolver:CreateResolverQueryLogConfig",
        {
            "Name": "questions",
            "DestinationArn": "arn:aws:s3:::questions",
            "CreatorRequestId": "questions",
        },
        rqlc="ResolverQueryLogConfig.Id",
    ),
    example(
        "route53resolver:AssociateResolverQueryLogConfig",
        {"ResolverQueryLogConfigId": "<rqlc>", "ResourceId": "<vpc>"},
        rqlca="ResolverQueryLogConfigAssociation.Id",
    ),
)
USE = (
    example("route53:ListGeoLocations", {"StartCountryCode": "JP"}),
    example("route53:GetGeoLocation", {"CountryCode": "US", "SubdivisionCode": "CA"}),
    example("route53:GetReusableDelegationSet", {"Id": "<delegation_set>"}),
    example("route53:ListReusableDelegationSets"),
    example(
        "route53:GetReusableDelegationSetLimit",
        {
            "DelegationSetId": "<delegation_set>",
            "Type": "MAX_ZONES_BY_REUSABLE_DELEGATION_SET",
        },
    ),
    example("route53:ListHostedZones", {"DelegationSetId": "<delegation_set>"}),
    example(
        "route53:CreateReusableDelegationSet",
        {"CallerReference": "taken", "HostedZoneId": "<lone_zone>"},
        taken_set="DelegationSet.Id",
    ),
    example("route53:GetQueryLoggingConfig", {"Id": "<query_log>"}),
    example("route53:ListQueryLoggingConfigs", {"HostedZoneId": "<zone>"}),
    example("route53:GetHealthCheck", {"HealthCheckId": "<health>"}),
    example("route53:GetHealthCheckStatus", {"HealthCheckId": "<health>"}),
    example("route53:GetHealthCheckLastFailureReason", {"HealthCheckId": "<health>"}),
    example("route53:GetHealthCheckCount"),
    example("route53:ListHealthChecks"),
    example("route53:UpdateHealthCheck", {"HealthCheckId": "<health>", "Port": 443}),
    example("route53resolver:GetResolverQueryLogConfig", {"ResolverQueryLogConfigId": "<rqlc>"}),
    example(
        "route53resolver:GetResolverQueryLogConfigAssociation",
        {"ResolverQueryLogConfigAssociationId": "<rqlca>"},
    ),
    example("route53resolver:ListResolverQueryLogConfigs"),
    example("route53resolver:ListResolverQueryLogConfigAssociations"),
    example("route53resolver:GetResolverConfig", {"ResourceId": "<vpc>"}),
    example(
        "route53resolver:UpdateResolverConfig",
        {"ResourceId": "<vpc>", "AutodefinedReverseFlag": "DISABLE"},
    ),
    example("route53resolver:ListResolverConfigs"),
    example(
        "route53resolver:UpdateResolverDnssecConfig",
        {"ResourceId": "<vpc>", "Validation": "ENABLE"},
    ),
    example("route53resolver:GetResolverDnssecConfig", {"ResourceId": "<vpc>"}),
    example("route53resolver:ListResolverDnssecConfigs"),
    example("route53:GetHostedZone", {"Id": "<private_zone>"}),
    example(
        "route53:ChangeResourceRecordSets",
        {
            "HostedZoneId": "<zone>",
            "ChangeBatch": {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": ALIAS}]},
        },
    ),
    example(
        "route53:ChangeResourceRecordSets",
        {
            "HostedZoneId": "<zone>",
            "ChangeBatch": {"Changes": [{"Action": "DELETE", "ResourceRecordSet": ALIAS}]},
        },
    ),
    example("route53:GetHostedZoneCount"),
    example("route53:GetChange", {"Id": "<change>"}),
    example("route53:GetAccountLimit", {"Type": "MAX_HOSTED_ZONES_BY_OWNER"}),
    example("route53:GetHostedZoneLimit", {"HostedZoneId": "<zone>", "Type": "MAX_RRSETS_BY_ZONE"}),
    example("route53:GetDNSSEC", {"HostedZoneId": "<zone>"}),
    example("route53:ListHostedZones"),
    example("route53:ListHostedZonesByName"),
    example("route53:ListHostedZonesByVPC", {"VPCId": "<vpc>", "VPCRegion": "<region>"}),
    example("route53:ListResourceRecordSets", {"HostedZoneId": "<zone>"}),
    example(
        "route53:TestDNSAnswer",
        {"HostedZoneId": "<zone>", "RecordName": "www.example.org", "RecordType": "A"},
    ),
    example("route53:UpdateHostedZoneComment", {"Id": "<zone>", "Comment": "ours"}),
    example("route53:ListVPCAssociationAuthorizations", {"HostedZoneId": "<private_zone>"}),
    example(
        "route53:AssociateVPCWithHostedZone", {"HostedZoneId": "<private_zone>", "VPC": PEER_VPC}
    ),
    example(
        "route53:ChangeTagsForResource",
        {
            "ResourceType": "hostedzone",
            "ResourceId": "<bare_zone>",
            "AddTags": [{"Key": "Name", "Value": "ours"}],
        },
    ),
    example(
        "route53:ListTagsForResource", {"ResourceType": "hostedzone", "ResourceId": "<bare_zone>"}
    ),
    example(
        "route53:ListTagsForResources",
        {"ResourceType": "hostedzone", "ResourceIds": ["<bare_zone>"]},
    ),
    example("route53resolver:GetResolverEndpoint", {"ResolverEndpointId": "<resolver>"}),
    example("route53resolver:ListResolverEndpoints"),
    example(
        "route53resolver:UpdateResolverEndpoint", {"ResolverEndpointId": "<resolver>", "Name": "o"}
    ),
    example(
        "route53resolver:ListResolverEndpointIpAddresses", {"ResolverEndpointId": "<resolver>"}
    ),
    example(
        "route53resolver:AssociateResolverEndpointIpAddress",
        {
            "ResolverEndpointId": "<resolver>",
            "IpAddress": {"SubnetId": "<subnet>", "Ip": "10.0.0.99"},
        },
    ),
    example(
        "route53resolver:DisassociateResolverEndpointIpAddress",
        {
            "ResolverEndpointId": "<resolver>",
            "IpAddress": {"SubnetId": "<subnet>", "Ip": "10.0.0.99"},
        },
    ),
    example("route53resolver:GetResolverRule", {"ResolverRuleId": "<rule>"}),
    example("route53resolver:ListResolverRules"),
    example(
        "route53resolver:UpdateResolverRule",
        {
            "ResolverRuleId": "<rule>",
            "Config": {"Name": "old", "ResolverEndpointId": "<resolver>"},
        },
    ),
    example(
        "route53resolver:GetResolverRuleAssociation",
        {"ResolverRuleAssociationId": "<rule_association>"},
    ),
    example("route53resolver:ListResolverRuleAssociations"),
    example(
        "route53resolver:TagResource",
        {"ResourceArn": "<resolver_arn>", "Tags": [{"Key": "Name", "Value": "out"}]},
    ),
    example("route53resolver:ListTagsForResource", {"ResourceArn": "<resolver_arn>"}),
    example(
        "route53resolver:UntagResource", {"ResourceArn": "<resolver_arn>", "TagKeys": ["Name"]}
    ),
)
UNMAKE = (
    example("route53:DeleteHealthCheck", {"HealthCheckId": "<all_health>"}),
    example("route53:DeleteHealthCheck", {"HealthCheckId": "<health>"}),
    example(
        "route53resolver:DisassociateResolverQueryLogConfig",
        {"ResolverQueryLogConfigId": "<rqlc>", "ResourceId": "<vpc>"},
    ),
    example("route53resolver:DeleteResolverQueryLogConfig", {"ResolverQueryLogConfigId": "<rqlc>"}),
    example(
        "route53resolver:DisassociateResolverRule", {"ResolverRuleId": "<rule>", "VPCId": "<vpc>"}
    ),
    example("route53resolver:DeleteResolverRule", {"ResolverRuleId": "<rule>"}),
    example("route53resolver:DeleteResolverEndpoint", {"ResolverEndpointId": "<resolver>"}),
    example(
        "route53:DeleteVPCAssociationAuthorization",
        {"HostedZoneId": "<private_zone>", "VPC": PEER_VPC},
    ),
    example(
        "route53:DisassociateVPCFromHostedZone",
        {"HostedZoneId": "<private_zone>", "VPC": PEER_VPC},
    ),
    example(
        "route53:ChangeResourceRecordSets",
        {
            "HostedZoneId": "<zone>",
            "ChangeBatch": {"Changes": [{"Action": "DELETE", "ResourceRecordSet": RECORD}]},
        },
    ),
    example("route53:DeleteQueryLoggingConfig", {"Id": "<query_log>"}),
    example("route53:DeleteHostedZone", {"Id": "<zone>"}),
    example("route53:DeleteReusableDelegationSet", {"Id": "<delegation_set>"}),
)
