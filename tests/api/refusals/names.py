"""Hosted zones, records, what VPCs see of them; resolver endpoints and rules; STS."""

from dataclasses import replace

from genkan.api.hosted_zones import MOST_ZONES
from genkan.model.hosted_zone import DelegationSet, HostedZone, ZoneVpc
from tests.api.boto import Site
from tests.api.examples.example import example
from tests.api.examples.names import LOGS, PEER_VPC, RECORD, VPC
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import as_partner, many

ZONE = {"Name": "example.net", "CallerReference": "new"}
CHANGES = {"HostedZoneId": "<zone>"}
TARGET = {
    "HostedZoneId": "<zone>",
    "DNSName": "www.example.org",
    "EvaluateTargetHealth": False,
}
RULE = {
    "CreatorRequestId": "new",
    "RuleType": "FORWARD",
    "DomainName": "far.corp",
    "ResolverEndpointId": "<resolver>",
    "TargetIps": [{"Ip": "192.0.2.53"}],
}
SECOND = {"SubnetId": "<subnet_c>"}
ENDPOINT = {
    "CreatorRequestId": "new",
    "Direction": "OUTBOUND",
    "SecurityGroupIds": ["<sg>"],
    "IpAddresses": [{"SubnetId": "<subnet>"}, SECOND],
}
IN_ENDPOINT = {"ResolverEndpointId": "<resolver>"}


def change(action: str = "CREATE", **record: object) -> dict:
    """Give a batch of one change to a record that differs from the usual one."""
    row = {name: value for name, value in {**RECORD, **record}.items() if value is not None}
    return {"ChangeBatch": {"Changes": [{"Action": action, "ResourceRecordSet": row}]}}


def weighed(identifier: str | None, weight: int | None = 1, **more: object) -> dict:
    """Give a batch that makes one of several records by weight."""
    named = {"Name": "many.example.org", "SetIdentifier": identifier, "Weight": weight}
    return change(**{**named, **more})


ONE_WEIGHED = example("route53:ChangeResourceRecordSets", {**CHANGES, **weighed("one")})


def many_vpcs(site: Site) -> None:
    """Give the private zone as many VPCs and authorizations as it takes."""
    zone = site.call.network.get(HostedZone, site.names["private_zone"].rpartition("/")[2])
    vpcs = tuple(ZoneVpc(region=site.call.region, vpc_id=f"vpc-{n:017x}") for n in range(1_000))
    site.put(replace(zone, vpcs=vpcs[:300], authorized=vpcs))


def many_zones(site: Site) -> None:
    """Give as many zones the shared name servers as may have them."""
    zone = site.call.network.get(HostedZone, site.names["zone"].rpartition("/")[2])
    site.put(*(replace(zone, id=f"Z{n:020d}", caller_reference=str(n)) for n in range(100)))


def soa(site: Site) -> None:
    """Call the zone's own SOA record `<soa>`."""
    found = site.ask("route53:ListResourceRecordSets", CHANGES)["ResourceRecordSets"]
    site.names["soa"] = next(one for one in found if one["Type"] == "SOA")


def without_vpc(site: Site) -> None:
    """Let another account's VPC see the zone, and a third account ask."""
    site.become("333333333333")


LOGGING = {"HostedZoneId": "<lone_zone>", "CloudWatchLogsLogGroupArn": LOGS}
SHARED = {"CallerReference": "new"}

ROWS: tuple[Row, ...] = (
    *rows(
        "route53:GetGeoLocation",
        {},
        ({"CountryCode": "XX"}, "NoSuchGeoLocation", "XX"),
        ({"ContinentCode": "EU", "CountryCode": "DE"}, "NoSuchGeoLocation", "alone"),
        ({"CountryCode": "DE", "SubdivisionCode": "BY"}, "NoSuchGeoLocation", "BY"),
    ),
    *rows("route53:ListGeoLocations", {"StartContinentCode": "XX"}, ({}, "InvalidInput", "XX")),
    *rows(
        "route53:CreateReusableDelegationSet",
        SHARED,
        ({"CallerReference": ""}, "InvalidInput", "0"),
        ({"CallerReference": "shared"}, "DelegationSetAlreadyCreated", "shared"),
        ({"HostedZoneId": "<private_zone>"}, "InvalidInput", "private"),
        ({"HostedZoneId": "<zone>"}, "DelegationSetAlreadyReusable", "reusable"),
        ({"HostedZoneId": "Z0"}, "HostedZoneNotFound", "Z0"),
        ({}, "LimitsExceeded", "100", many(DelegationSet, 100)),
    ),
    *rows(
        "route53:DeleteReusableDelegationSet",
        {"Id": "<delegation_set>"},
        ({}, "DelegationSetInUse", "1 hosted zones"),
        ({"Id": "N0"}, "NoSuchDelegationSet", "N0"),
    ),
    *rows(
        "route53:GetReusableDelegationSetLimit",
        {"DelegationSetId": "<delegation_set>", "Type": "MOST"},
        ({}, "InvalidInput", "MOST"),
    ),
    *rows(
        "route53:CreateQueryLoggingConfig",
        LOGGING,
        ({"HostedZoneId": "<private_zone>"}, "InvalidInput", "private"),
        ({"HostedZoneId": "<zone>"}, "QueryLoggingConfigAlreadyExists", "Delete"),
        ({"CloudWatchLogsLogGroupArn": LOGS.replace("us-", "eu-")}, "InvalidInput", "us-east-1"),
        (
            {"CloudWatchLogsLogGroupArn": LOGS.replace("<account>", "<other>")},
            "NoSuchCloudWatchLogsLogGroup",
            "<other>",
        ),
    ),
    *rows(
        "route53:GetQueryLoggingConfig",
        {"Id": "none"},
        ({}, "NoSuchQueryLoggingConfig", "none"),
    ),
    *rows(
        "route53:CreateHostedZone",
        {**ZONE, "DelegationSetId": "<delegation_set>"},
        ({"VPC": VPC, "Name": "in.corp"}, "InvalidInput", "private"),
        ({"DelegationSetId": "N0"}, "NoSuchDelegationSet", "N0"),
        ({}, "LimitsExceeded", "100", many_zones),
    ),
    *rows(
        "route53:CreateHostedZone",
        ZONE,
        ({"Name": "a..b"}, "InvalidDomainName", "a..b"),
        ({"Name": "."}, "InvalidDomainName", "."),
        ({"Name": "com"}, "InvalidDomainName", "com"),
        ({"Name": "amazonaws.com"}, "InvalidDomainName", "amazonaws.com"),
        ({"HostedZoneConfig": {"PrivateZone": True}}, "InvalidInput", "VPC"),
        ({"HostedZoneConfig": {"Comment": "c" * 257}}, "InvalidInput", "257"),
        ({"CallerReference": "r" * 129}, "InvalidInput", "129"),
        ({"CallerReference": "public"}, "HostedZoneAlreadyExists", "public"),
        ({}, "TooManyHostedZones", str(MOST_ZONES), many(HostedZone, MOST_ZONES)),
        ({"Name": "corp", "VPC": VPC}, "ConflictingDomainExists", "<vpc>"),
        ({"VPC": {"VPCId": "<peer_vpc>"}}, "InvalidInput", "VPCRegion"),
        ({"HostedZoneConfig": {"HostedZoneTier": "GOLD"}}, "InvalidInput", "GOLD"),
    ),
    *rows(
        "route53:DeleteHostedZone", {"Id": "<zone>"}, ({}, "HostedZoneNotEmpty", "www.example.org")
    ),
    *rows("route53:GetHostedZone", {"Id": "<zone>"}, ({}, "NoSuchHostedZone", "Z", as_partner)),
    *rows(
        "route53:ListHostedZones",
        {},
        ({"HostedZoneType": "Public"}, "InvalidInput", "Public"),
        ({"MaxItems": "x"}, "InvalidInput", "maxitems"),
    ),
    *rows(
        "route53:ListHostedZonesByName",
        {},
        ({"HostedZoneId": "<zone>"}, "InvalidInput", "hostedzoneid"),
        ({"DNSName": "a..b"}, "InvalidDomainName", "a..b"),
    ),
    *rows(
        "route53:AssociateVPCWithHostedZone",
        {"HostedZoneId": "<private_zone>", "VPC": PEER_VPC},
        ({"HostedZoneId": "<zone>"}, "PublicZoneVPCAssociation", "public"),
        ({}, "LimitsExceeded", "300", many_vpcs),
        (
            {"VPC": {"VPCRegion": "<region>", "VPCId": "<their_vpc>"}},
            "NotAuthorizedException",
            "<their_vpc>",
            as_partner,
            example("CreateVpc", {"CidrBlock": "10.80.0.0/16"}, their_vpc="Vpc.VpcId"),
        ),
        ({"VPC": {"VPCId": "<peer_vpc>"}}, "InvalidInput", "VPCRegion"),
    ),
    *rows(
        "route53:DisassociateVPCFromHostedZone",
        {"HostedZoneId": "<private_zone>", "VPC": VPC},
        ({}, "LastVPCAssociation", "<vpc>"),
        ({}, "InvalidVPCId", "<vpc>", without_vpc),
        ({"VPC": {"VPCId": "vpc-0"}}, "InvalidInput", "VPCRegion"),
    ),
    *rows(
        "route53:CreateVPCAssociationAuthorization",
        {"HostedZoneId": "<private_zone>", "VPC": PEER_VPC},
        ({"HostedZoneId": "<zone>"}, "InvalidInput", "public"),
        ({}, "TooManyVPCAssociationAuthorizations", "1000", many_vpcs),
    ),
    *rows(
        "route53:ListVPCAssociationAuthorizations",
        {"HostedZoneId": "<private_zone>", "MaxResults": "x"},
        ({}, "InvalidInput", "MaxResults"),
    ),
    *rows(
        "route53:ChangeResourceRecordSets",
        CHANGES,
        ({"ChangeBatch": {"Changes": []}}, "InvalidInput", "no changes"),
        (
            {
                "ChangeBatch": {
                    "Changes": [
                        {"Action": "CREATE", "ResourceRecordSet": {**RECORD, "Name": f"n{n}"}}
                        for n in range(1_001)
                    ]
                }
            },
            "InvalidChangeBatch",
            "1000",
        ),
        (change("MAKE"), "InvalidInput", "MAKE"),
        (change(), "InvalidChangeBatch", "already exists"),
        (change("DELETE", Name="no.example.org"), "InvalidChangeBatch", "not found"),
        (change("DELETE", TTL=61), "InvalidChangeBatch", "do not match"),
        (
            {"ChangeBatch": {"Changes": [{"Action": "DELETE", "ResourceRecordSet": "<soa>"}]}},
            "InvalidChangeBatch",
            "SOA",
            soa,
        ),
        (change(Type="MOON"), "InvalidInput", "MOON"),
        (change(Type="CNAME", ResourceRecords=[{"Value": "a.b"}]), "InvalidChangeBatch", "CNAME"),
        (change(Name="www.example.com"), "InvalidChangeBatch", "example.com"),
        (change(Name="a..example.org"), "InvalidChangeBatch", "a..example.org"),
        (change(HealthCheckId="1"), "NoSuchHealthCheck", "1"),
        (
            change(
                Name="geo.example.org", CidrRoutingConfig={"CollectionId": "1", "LocationName": "x"}
            ),
            "InvalidInput",
            "CidrRoutingConfig",
        ),
        (change(TTL=None, ResourceRecords=None), "InvalidInput", "exactly one"),
        (change(TTL=-1), "InvalidInput", "-1"),
        (weighed("one", None), "InvalidInput", "exactly one"),
        (weighed(None), "InvalidInput", "SetIdentifier"),
        (weighed("i" * 129), "InvalidInput", "128"),
        (weighed("one", 256), "InvalidInput", "256"),
        (weighed("one", None, Failover="THIRD"), "InvalidInput", "THIRD"),
        (
            change(
                TTL=None, ResourceRecords=None, Name="al", AliasTarget={**TARGET, "DNSName": "a..b"}
            ),
            "InvalidChangeBatch",
            "example.org",
        ),
        (
            change(Name="bad.example.org", ResourceRecords=[{"Value": "ten"}]),
            "InvalidChangeBatch",
            "ten",
        ),
        (weighed(None, None), "InvalidChangeBatch", "routing policy", ONE_WEIGHED),
        (weighed("two", None, Region="us-east-1"), "InvalidChangeBatch", "policy", ONE_WEIGHED),
        (
            weighed("two", None, Failover="PRIMARY"),
            "InvalidChangeBatch",
            "PRIMARY",
            example(
                "route53:ChangeResourceRecordSets",
                {**CHANGES, **weighed("one", None, Failover="PRIMARY")},
            ),
        ),
    ),
    *rows(
        "route53:ListResourceRecordSets",
        CHANGES,
        ({"StartRecordType": "A"}, "InvalidInput", "name"),
        ({"StartRecordName": "a", "StartRecordIdentifier": "1"}, "InvalidInput", "type"),
        ({"StartRecordName": "a", "StartRecordType": "MOON"}, "InvalidInput", "MOON"),
        ({"StartRecordName": "a..b"}, "InvalidInput", "a..b"),
    ),
    *rows(
        "route53:TestDNSAnswer",
        {"HostedZoneId": "<zone>", "RecordName": "www.example.org", "RecordType": "A"},
        ({"RecordType": "MOON"}, "InvalidInput", "MOON"),
        ({"RecordName": "a..b"}, "InvalidInput", "a..b"),
        ({"RecordName": "example.com"}, "InvalidInput", "example.com"),
    ),
    *rows(
        "route53:ListHostedZonesByVPC",
        {"VPCId": "<vpc>", "VPCRegion": "<region>", "NextToken": "x"},
        ({}, "InvalidPaginationToken", "x"),
    ),
    *rows("route53:GetAccountLimit", {"Type": "MOON"}, ({}, "InvalidInput", "MOON")),
    *rows(
        "route53:GetHostedZoneLimit",
        {"HostedZoneId": "<zone>", "Type": "MOON"},
        ({}, "InvalidInput", "MOON"),
        ({"Type": "MAX_VPCS_ASSOCIATED_BY_ZONE"}, "HostedZoneNotPrivate", "public"),
    ),
    *rows(
        "route53:ChangeTagsForResource",
        {"ResourceType": "hostedzone", "ResourceId": "<bare_zone>"},
        ({"ResourceId": "<zone>"}, "InvalidInput", "resourceId"),
        ({}, "InvalidInput", "AddTags"),
        ({"RemoveTagKeys": [f"k{n}" for n in range(11)]}, "InvalidInput", "10"),
        ({"AddTags": [{"Key": "aws:a", "Value": ""}]}, "InvalidInput", "aws:"),
    ),
    *rows(
        "route53:ListTagsForResource",
        {"ResourceType": "healthcheck", "ResourceId": "1"},
        ({}, "NoSuchHealthCheck", "1"),
        ({"ResourceType": "moon"}, "InvalidInput", "moon"),
    ),
    *rows(
        "route53:ListTagsForResources",
        {"ResourceType": "hostedzone", "ResourceIds": ["<bare_zone>"] * 11},
        ({}, "InvalidInput", "11"),
    ),
    *rows(
        "route53resolver:CreateResolverEndpoint",
        ENDPOINT,
        ({"IpAddresses": ENDPOINT["IpAddresses"][:1]}, "ValidationException", "2"),
        ({"IpAddresses": [SECOND] * 7}, "InvalidRequestException", "7"),
        ({"CreatorRequestId": "out", "Name": "o"}, "ResourceExistsException", "out"),
        ({"Direction": "SIDEWAYS"}, "ValidationException", "SIDEWAYS"),
        ({"ResolverEndpointType": "IPV6"}, "InvalidParameterException", "IPV6"),
        ({"Protocols": ["Smoke"]}, "ValidationException", "Smoke"),
        (
            {"Protocols": ["Smoke"], "Name": "n" * 65},
            "ValidationException",
            "2 validation errors",
        ),
        (
            {"IpAddresses": [{"SubnetId": "<subnet>", "Ipv6": "2001:db8::1"}, SECOND]},
            "InvalidParameterException",
            "IPv6",
        ),
        ({"SecurityGroupIds": []}, "InvalidParameterException", "SecurityGroupIds"),
        ({"SecurityGroupIds": ["<sg>"] * 11}, "InvalidParameterException", "11"),
        ({"SecurityGroupIds": ["banana"]}, "InvalidParameterException", "banana"),
        ({"SecurityGroupIds": ["sg-0"]}, "ResourceNotFoundException", "sg-0"),
        ({"SecurityGroupIds": ["<peer_sg>"]}, "InvalidParameterException", "<peer_sg>"),
        (
            {"IpAddresses": [{"SubnetId": "<subnet>"}, {"SubnetId": "<peer_subnet>"}]},
            "InvalidParameterException",
            "<peer_subnet>",
        ),
        (
            {
                "IpAddresses": [
                    {"SubnetId": "<subnet>", "Ip": "10.9.9.9"},
                    {"SubnetId": "<subnet_c>"},
                ]
            },
            "InvalidParameterException",
            "10.9.9.9",
        ),
        ({"Name": "n" * 65}, "ValidationException", "64"),
        ({"Name": "0@*3"}, "ValidationException", "0@*3"),
        (
            {"IpAddresses": [{"SubnetId": "<subnet>", "Ip": "10.0.0.4"}, SECOND]},
            "ResourceExistsException",
            "10.0.0.4",
        ),
        ({"Tags": [{"Key": "aws:a", "Value": ""}]}, "InvalidTagException", "aws:"),
    ),
    *rows(
        "route53resolver:DeleteResolverEndpoint",
        IN_ENDPOINT,
        ({}, "InvalidRequestException", "<rule>"),
    ),
    *rows(
        "route53resolver:AssociateResolverEndpointIpAddress",
        IN_ENDPOINT,
        (
            {"IpAddress": {"IpId": "rni-1", "SubnetId": "<subnet>"}},
            "InvalidParameterException",
            "IpId",
        ),
        (
            {"IpAddress": {"SubnetId": "<subnet>"}},
            "LimitExceededException",
            "6",
            *(
                example(
                    "route53resolver:AssociateResolverEndpointIpAddress",
                    {**IN_ENDPOINT, "IpAddress": {"SubnetId": "<subnet>"}},
                )
                for _ in range(4)
            ),
        ),
    ),
    *rows(
        "route53resolver:DisassociateResolverEndpointIpAddress",
        IN_ENDPOINT,
        ({"IpAddress": {"SubnetId": "<subnet>"}}, "InvalidRequestException", "RSLVR-00503"),
        (
            {"IpAddress": {"IpId": "<ip_id>"}},
            "InvalidRequestException",
            "fewest",
            example(
                "route53resolver:ListResolverEndpointIpAddresses",
                IN_ENDPOINT,
                ip_id="IpAddresses[0].IpId",
            ),
        ),
    ),
    *rows(
        "route53resolver:ListResolverEndpoints",
        {},
        (
            {"Filters": [{"Name": "colour", "Values": ["red"]}]},
            "InvalidParameterException",
            "colour",
        ),
        ({"MaxResults": 0}, "ValidationException", "0"),
        ({"NextToken": "x"}, "InvalidNextTokenException", "x"),
    ),
    *rows(
        "route53resolver:CreateResolverRule",
        RULE,
        ({"RuleType": "RECURSIVE"}, "InvalidParameterException", "RECURSIVE"),
        ({"CreatorRequestId": "rule"}, "ResourceExistsException", "rule"),
        ({"DomainName": None}, "InvalidParameterException", "DomainName"),
        ({"DomainName": "a..b"}, "InvalidParameterException", "a..b"),
        ({"TargetIps": [{"Ip": "ten"}]}, "ValidationException", "ten"),
        ({"TargetIps": [{"Ipv6": "2001:db8::53"}]}, "InvalidParameterException", "Ipv6"),
        ({"TargetIps": [{"Ip": "192.0.2.300"}]}, "InvalidParameterException", "192.0.2.300"),
        ({"TargetIps": [{"Ip": "192.0.2.1", "Port": 0}]}, "InvalidParameterException", "0"),
        ({"TargetIps": None}, "InvalidRequestException", "target"),
        ({"ResolverEndpointId": None}, "InvalidRequestException", "ResolverEndpointId"),
        ({"RuleType": "SYSTEM"}, "InvalidRequestException", "nowhere"),
        (
            {"ResolverEndpointId": "<inbound>"},
            "InvalidRequestException",
            "INBOUND",
            example(
                "route53resolver:CreateResolverEndpoint",
                {**ENDPOINT, "Direction": "INBOUND"},
                inbound="ResolverEndpoint.Id",
            ),
        ),
    ),
    *rows(
        "route53resolver:DeleteResolverRule",
        {"ResolverRuleId": "<rule>"},
        ({}, "ResourceInUseException", "<vpc>"),
    ),
    *rows(
        "route53resolver:AssociateResolverRule",
        {"ResolverRuleId": "<rule>", "VPCId": "<vpc>"},
        ({}, "InvalidRequestException", "<rule>"),
        (
            {"ResolverRuleId": "<second_rule>"},
            "InvalidRequestException",
            "old.corp",
            example(
                "route53resolver:CreateResolverRule",
                {**RULE, "DomainName": "old.corp"},
                second_rule="ResolverRule.Id",
            ),
        ),
    ),
)
