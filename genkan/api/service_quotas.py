"""Service Quotas: how many of a thing an account may have, and having that raised.

A request for more of what AWS adjusts is granted as it is made. "Service Quotas" API reference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from genkan.api import quotas
from genkan.api.call import Answer, Call
from genkan.api.elbv2.certificates import CERTIFICATES
from genkan.api.elbv2.listeners import LISTENERS
from genkan.api.elbv2.load_balancers import LOAD_BALANCERS
from genkan.api.elbv2.target_groups import TARGET_GROUPS
from genkan.api.output import present
from genkan.api.quotas import Quota, value_of
from genkan.api.vpc_endpoints import ENDPOINTS
from genkan.model.errors import Refused
from genkan.model.network import put
from genkan.model.quota import QuotaRequest, ServiceQuota, quota_id

T = TypeVar("T")
HEX = "0123456789abcdef"
APPROVED, ACCOUNT_LEVEL, NO_UNIT = "APPROVED", "ACCOUNT", "None"
NAMES = {
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "elasticloadbalancing": "Elastic Load Balancing (ELB)",
    "route53resolver": "Amazon Route 53 Resolver",
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
}
EVERY: tuple[Quota, ...] = (
    *(one for one in vars(quotas).values() if isinstance(one, Quota)),
    CERTIFICATES,
    ENDPOINTS,
    LISTENERS,
    LOAD_BALANCERS,
    TARGET_GROUPS,
)
MOST_RESULTS = 100


class NoSuchResourceException(Refused):
    code = "NoSuchResourceException"


class IllegalArgumentException(Refused):
    code = "IllegalArgumentException"


class InvalidResourceStateException(Refused):
    code = "InvalidResourceStateException"


def list_services(
    call: Call, *, max_results: int | None = None, next_token: str | None = None
) -> Answer:
    services = [{"ServiceCode": code, "ServiceName": name} for code, name in NAMES.items()]
    some, token = _paged(services, max_results, next_token)
    return Answer(present(Services=list(some), NextToken=token))


def list_service_quotas(
    call: Call,
    *,
    service_code: str,
    quota_code: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = [one for one in _of(service_code) if quota_code in (None, one.code)]
    some, token = _paged(rows, max_results, next_token)
    shown = [_quota(call, one, value_of(call, one)) for one in some]
    return Answer(present(Quotas=shown, NextToken=token))


def get_service_quota(call: Call, *, service_code: str, quota_code: str) -> Answer:
    quota = need_quota(service_code, quota_code)
    return Answer({"Quota": _quota(call, quota, value_of(call, quota))})


def list_aws_default_service_quotas(
    call: Call, *, service_code: str, max_results: int | None = None, next_token: str | None = None
) -> Answer:
    """Give AWS's defaults; an account here begins above them."""
    some, token = _paged(_of(service_code), max_results, next_token)
    return Answer(present(Quotas=[_quota(call, one, one.aws) for one in some], NextToken=token))


def get_aws_default_service_quota(call: Call, *, service_code: str, quota_code: str) -> Answer:
    quota = need_quota(service_code, quota_code)
    return Answer({"Quota": _quota(call, quota, quota.aws)})


def request_service_quota_increase(
    call: Call, *, service_code: str, quota_code: str, desired_value: float
) -> Answer:
    quota = need_quota(service_code, quota_code)
    check_adjustable(quota)
    if desired_value != int(desired_value) or desired_value <= value_of(call, quota):
        raise IllegalArgumentException(
            f"The desired value {desired_value:g} has to be a whole number above the current one, "
            f"{value_of(call, quota)}, of {quota.title}."
        )
    after = changed(call, quota, int(desired_value))
    return Answer({"RequestedQuota": _request(call, quota, after.requests[-1])}, put(after))


def get_requested_service_quota_change(call: Call, *, request_id: str) -> Answer:
    for quota, one in _requests(call, EVERY):
        if one.id == request_id:
            return Answer({"RequestedQuota": _request(call, quota, one)})
    raise NoSuchResourceException(f"There is no request with the ID '{request_id[:64]}'.")


def list_requested_service_quota_change_history(
    call: Call,
    *,
    service_code: str | None = None,
    status: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = _of(service_code) if service_code else EVERY
    return _history(call, rows, status, max_results, next_token)


def list_requested_service_quota_change_history_by_quota(
    call: Call,
    *,
    service_code: str,
    quota_code: str,
    status: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = [need_quota(service_code, quota_code)]
    return _history(call, rows, status, max_results, next_token)


def need_quota(service_code: str, quota_code: str) -> Quota:
    """Give the quota with this code. Raises NoSuchResourceException."""
    for one in _of(service_code):
        if one.code == quota_code:
            return one
    raise NoSuchResourceException(
        f"There is no quota '{quota_code[:64]}' of {service_code} here. ListServiceQuotas lists "
        "them."
    )


def check_adjustable(quota: Quota) -> None:
    """Raise InvalidResourceStateException for a quota that AWS does not adjust."""
    if not quota.adjustable:
        raise InvalidResourceStateException(
            f"{quota.title} is {int(quota)} and cannot be changed: AWS does not adjust it."
        )


def changed(call: Call, quota: Quota, value: int) -> ServiceQuota:
    """Give an account's quota with another value, and the request that asked for it."""
    name = quota_id(call.account, call.region, quota.code)
    held = call.network.get(ServiceQuota, name)
    request = QuotaRequest(
        id=call.token(32, HEX), value=value, requested_at=call.now, requester=call.principal
    )
    if held:
        return replace(held, value=value, requests=(*held.requests, request))
    return ServiceQuota(
        id=name, account=call.account, region=call.region, value=value, requests=(request,)
    )


def _of(service_code: str) -> list[Quota]:
    if service_code not in NAMES:
        raise NoSuchResourceException(
            f"There are no quotas of the service '{service_code[:64]}' here. ListServices lists "
            "those that have some."
        )
    return [one for one in EVERY if one.service == service_code]


def _requests(call: Call, rows: Iterable[Quota]) -> Iterable[tuple[Quota, QuotaRequest]]:
    for quota in rows:
        name = quota_id(call.account, call.region, quota.code)
        held = call.network.get(ServiceQuota, name)
        yield from ((quota, one) for one in (held.requests if held else ()))


def _history(
    call: Call,
    rows: Iterable[Quota],
    status: str | None,
    max_results: int | None,
    next_token: str | None,
) -> Answer:
    found = [one for one in _requests(call, rows) if status in (None, APPROVED)]
    some, token = _paged(found, max_results, next_token)
    shown = [_request(call, quota, one) for quota, one in some]
    return Answer(present(RequestedQuotas=shown, NextToken=token))


def _paged(
    rows: Sequence[T], max_results: int | None, next_token: str | None
) -> tuple[Sequence[T], str | None]:
    if max_results is not None and not 1 <= max_results <= MOST_RESULTS:
        raise IllegalArgumentException(
            f"MaxResults {max_results} is not from 1 to {MOST_RESULTS}. Choose one between."
        )
    start = int(next_token or 0)  # of ours: the registry has looked
    end = start + (max_results or MOST_RESULTS)
    return rows[start:end], str(end) if end < len(rows) else None


def _named(call: Call, quota: Quota) -> dict[str, Any]:
    where = f"{call.region}:{call.account}"
    return {
        "ServiceCode": quota.service,
        "ServiceName": NAMES[quota.service],
        "QuotaArn": f"arn:aws:servicequotas:{where}:{quota.service}/{quota.code}",
        "QuotaCode": quota.code,
        "QuotaName": quota.title,
        "GlobalQuota": False,
        "Unit": NO_UNIT,
    }


def _quota(call: Call, quota: Quota, value: int) -> dict[str, Any]:
    return {
        **_named(call, quota),
        "Value": float(value),
        "Adjustable": quota.adjustable,
        "QuotaAppliedAtLevel": ACCOUNT_LEVEL,
    }


def _request(call: Call, quota: Quota, one: QuotaRequest) -> dict[str, Any]:
    return {
        **_named(call, quota),
        "Id": one.id,
        "DesiredValue": float(one.value),
        "Status": APPROVED,
        "Created": one.requested_at,
        "LastUpdated": one.requested_at,
        "Requester": one.requester,
        "QuotaRequestedAtLevel": ACCOUNT_LEVEL,
    }
