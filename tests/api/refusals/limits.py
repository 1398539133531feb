"""Quotas, health checks, Resolver's configs, and what an account has by default."""

from genkan.api.health_checks import MOST_CHECKS
from genkan.model.hosted_zone import HealthCheck
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import many

VPCS = {"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE", "DesiredValue": 20_000}
TCP = {"Type": "TCP", "IPAddress": "198.51.100.7", "Port": 80}
LOG = {"Name": "new", "DestinationArn": "arn:aws:s3:::new", "CreatorRequestId": "new"}
QUESTIONS = {"ResolverQueryLogConfigId": "<rqlc>"}

ROWS: tuple[Row, ...] = (
    *rows(
        "service-quotas:RequestServiceQuotaIncrease",
        VPCS,
        ({"DesiredValue": 5}, "IllegalArgumentException", "5"),
        ({"QuotaCode": "L-5F53652F"}, "InvalidResourceStateException", "8"),
        ({"QuotaCode": "L-00000000"}, "NoSuchResourceException", "L-00000000"),
        ({"ServiceCode": "sqs"}, "NoSuchResourceException", "sqs"),
    ),
    *rows(
        "service-quotas:GetRequestedServiceQuotaChange",
        {"RequestId": "nobody"},
        ({}, "NoSuchResourceException", "nobody"),
    ),
    *rows(
        "service-quotas:ListServices",
        {},
        ({"MaxResults": 0}, "IllegalArgumentException", "0"),
        ({"NextToken": "x"}, "InvalidPaginationTokenException", "x"),
    ),
    *rows(
        "route53:CreateHealthCheck",
        {"CallerReference": "well", "HealthCheckConfig": TCP},
        (
            {"HealthCheckConfig": {**TCP, "Port": 81}},
            "HealthCheckAlreadyExists",
            "well",
        ),
        (
            {"CallerReference": "one more"},
            "TooManyHealthChecks",
            str(MOST_CHECKS),
            many(HealthCheck, MOST_CHECKS),
        ),
    ),
    *rows(
        "route53:UpdateHealthCheck",
        {"HealthCheckId": "<health>"},
        ({"HealthCheckVersion": 99}, "HealthCheckVersionMismatch", "99"),
        ({"ResetElements": ["Port"]}, "InvalidInput", "Port"),
        ({"IPAddress": "here"}, "InvalidInput", "here"),
        ({"FailureThreshold": 11}, "InvalidInput", "11"),
    ),
    *rows("route53:DeleteHealthCheck", {"HealthCheckId": "<health>"}, ({}, "HealthCheckInUse", "")),
    *rows(
        "route53resolver:CreateResolverQueryLogConfig",
        LOG,
        ({"DestinationArn": "arn:aws:sqs:::x"}, "InvalidParameterException", "sqs"),
        ({"CreatorRequestId": "questions"}, "ResourceExistsException", "questions"),
    ),
    *rows(
        "route53resolver:AssociateResolverQueryLogConfig",
        {**QUESTIONS, "ResourceId": "<vpc>"},
        ({}, "ResourceExistsException", "<vpc>"),
        ({"ResourceId": "vpc-0"}, "InvalidParameterException", "vpc-0"),
    ),
    *rows(
        "route53resolver:DisassociateResolverQueryLogConfig",
        {**QUESTIONS, "ResourceId": "vpc-0"},
        ({}, "ResourceNotFoundException", "vpc-0"),
    ),
    *rows(
        "route53resolver:DeleteResolverQueryLogConfig",
        QUESTIONS,
        ({}, "InvalidRequestException", "<rqlc>"),
    ),
    *rows(
        "route53resolver:UpdateResolverDnssecConfig",
        {"ResourceId": "<vpc>", "Validation": "ENABLE"},
        ({"Validation": "MAYBE"}, "ValidationException", "MAYBE"),
        (
            {"Validation": "USE_LOCAL_RESOURCE_SETTING"},
            "InvalidParameterException",
            "USE_LOCAL_RESOURCE_SETTING",
        ),
        ({"ResourceId": "vpc-0"}, "ResourceNotFoundException", "vpc-0"),
    ),
    *rows(
        "ModifyInstanceMetadataDefaults",
        {},
        ({"HttpTokens": "sometimes"}, "InvalidParameterValue", "sometimes"),
        ({"HttpPutResponseHopLimit": 65}, "InvalidParameterValue", "65"),
    ),
    *rows(
        "DescribeCapacityReservations",
        {"CapacityReservationIds": ["cr-0123456789abcdef0"]},
        ({}, "InvalidCapacityReservationId.NotFound", "cr-0123456789abcdef0"),
        ({"CapacityReservationIds": ["cr-0"]}, "InvalidCapacityReservationId.Malformed", "cr-0"),
    ),
    *rows(
        "ModifyAvailabilityZoneGroup",
        {"GroupName": "<region>", "OptInStatus": "opted-in"},
        ({"OptInStatus": "not-opted-in"}, "InvalidParameterValue", "not-opted-in"),
        ({"GroupName": "us-west-2-lax-1"}, "InvalidParameterValue", "lax"),
    ),
)
