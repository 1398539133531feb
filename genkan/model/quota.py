"""Quotas that an account has had changed, each with the requests that changed it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRequest:
    id: str
    value: int
    requested_at: datetime
    requester: str  # ARN


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceQuota(Resource):
    """`id` is "account/Region/code"."""

    kind: ClassVar[str] = "service-quota"

    value: int
    requests: tuple[QuotaRequest, ...] = ()


def quota_id(account: str, region: str, code: str) -> str:
    return f"{account}/{region}/{code}"
