"""Service Quotas: what an account may have, and having it raised."""

from tests.api.examples.example import example

VPCS = {"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"}

MAKE = ()
USE = (
    example(
        "service-quotas:RequestServiceQuotaIncrease",
        {**VPCS, "DesiredValue": 20_000},
        quota_request="RequestedQuota.Id",
    ),
    example("service-quotas:ListServices"),
    example("service-quotas:ListServiceQuotas", {"ServiceCode": "vpc", "MaxResults": 5}),
    example("service-quotas:GetServiceQuota", VPCS),
    example("service-quotas:ListAWSDefaultServiceQuotas", {"ServiceCode": "ec2"}),
    example("service-quotas:GetAWSDefaultServiceQuota", VPCS),
    example("service-quotas:GetRequestedServiceQuotaChange", {"RequestId": "<quota_request>"}),
    example("service-quotas:ListRequestedServiceQuotaChangeHistory"),
    example("service-quotas:ListRequestedServiceQuotaChangeHistoryByQuota", VPCS),
)
UNMAKE = ()
