"""Health checks of Route 53: made, shown with what was measured, and named by record sets.

"Creating Amazon Route 53 health checks" in the Amazon Route 53 developer guide.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.hosted_zone_lookup import parse_max_items
from genkan.api.output import present
from genkan.api.route53_errors import (
    HealthCheckAlreadyExists,
    HealthCheckInUse,
    HealthCheckVersionMismatch,
    InvalidInput,
    NoSuchHealthCheck,
    TooManyHealthChecks,
)
from genkan.model.endpoint_health import EndpointHealth
from genkan.model.hosted_zone import GLOBAL, HealthCheck
from genkan.model.network import delete, put

HEX = "0123456789abcdef"
MOST_ITEMS = 100
MOST_CHECKS = 10_000  # of an account; AWS's default is 200
HTTP = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH")
CALCULATED = "CALCULATED"
TYPES = (*HTTP, "TCP", CALCULATED)
PORTS = {"HTTP": 80, "HTTP_STR_MATCH": 80, "HTTPS": 443, "HTTPS_STR_MATCH": 443}
INTERVALS = (10, 30)
CHECKERS = ("us-east-1",)  # where checks are made from when nobody says
HIGHEST_PORT, MOST_FAILURES, MOST_CHILDREN = 65_535, 10, 256
KNOWN = frozenset(
    {"Type", "IPAddress", "Port", "ResourcePath", "FullyQualifiedDomainName", "SearchString"}
    | {"RequestInterval", "FailureThreshold", "MeasureLatency", "Inverted", "Disabled"}
    | {"HealthThreshold", "ChildHealthChecks", "EnableSNI", "Regions"}
)
RESET = {
    "ChildHealthChecks": "ChildHealthChecks",
    "FullyQualifiedDomainName": "FullyQualifiedDomainName",
    "Regions": "Regions",
    "ResourcePath": "ResourcePath",
}


def create_health_check(
    call: Call, *, caller_reference: str, health_check_config: Mapping[str, Any]
) -> Answer:
    config = _checked(call, dict(health_check_config))
    for one in own_checks(call):
        if one.caller_reference == caller_reference:
            if one.settings == config:
                return Answer(_made(one))
            raise HealthCheckAlreadyExists(
                f"A health check with the caller reference {caller_reference} exists and has other "
                "settings. Give another caller reference."
            )
    if len(own_checks(call)) >= MOST_CHECKS:
        raise TooManyHealthChecks(f"This account has {MOST_CHECKS} health checks, the limit.")
    digits = call.token(32, HEX)
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    check = HealthCheck(
        id="-".join(parts),
        account=call.account,
        region=GLOBAL,
        caller_reference=caller_reference,
        config=json.dumps(config, sort_keys=True),
        version=1,
    )
    return Answer(_made(check), put(check))


def get_health_check(call: Call, *, health_check_id: str) -> Answer:
    return Answer({"HealthCheck": _shown(need_check(call, health_check_id))})


def get_health_check_status(call: Call, *, health_check_id: str) -> Answer:
    """Tell what the checker saw last; nothing of a check whose endpoint nobody asks."""
    check = need_check(call, health_check_id)
    found = call.network.get(EndpointHealth, check.id)
    rows = [_observation(check, found, found.report, found.reported_at)] if found else []
    return Answer({"HealthCheckObservations": rows})


def get_health_check_last_failure_reason(call: Call, *, health_check_id: str) -> Answer:
    """Tell why a check failed last, if it ever did."""
    check = need_check(call, health_check_id)
    found = call.network.get(EndpointHealth, check.id)
    if found is None or found.last_failure is None or found.failed_at is None:
        return Answer({"HealthCheckObservations": []})
    row = _observation(check, found, found.last_failure, found.failed_at)
    return Answer({"HealthCheckObservations": [row]})


def get_health_check_count(call: Call) -> Answer:
    return Answer({"HealthCheckCount": len(own_checks(call))})


def own_checks(call: Call) -> list[HealthCheck]:
    return list(call.network.where(HealthCheck, account=call.account))


def list_health_checks(
    call: Call, *, marker: str | None = None, max_items: str | None = None
) -> Answer:
    most = parse_max_items(max_items, MOST_ITEMS)
    every = sorted(call.network.where(HealthCheck, account=call.account), key=lambda one: one.id)
    rows = [one for one in every if one.id >= (marker or "")]
    return Answer(
        present(
            HealthChecks=[_shown(row) for row in rows[:most]],
            Marker=marker or "",
            IsTruncated=len(rows) > most,
            NextMarker=rows[most].id if len(rows) > most else None,
            MaxItems=str(most),
        )
    )


def update_health_check(
    call: Call,
    *,
    health_check_id: str,
    health_check_version: int | None = None,
    ip_address: str | None = None,
    port: int | None = None,
    resource_path: str | None = None,
    fully_qualified_domain_name: str | None = None,
    search_string: str | None = None,
    failure_threshold: int | None = None,
    inverted: bool | None = None,
    disabled: bool | None = None,
    health_threshold: int | None = None,
    child_health_checks: Sequence[str] | None = None,
    enable_sni: bool | None = None,
    regions: Sequence[str] | None = None,
    reset_elements: Sequence[str] | None = None,
) -> Answer:
    """Change what is named; `reset_elements` go back to what they are without a word."""
    held = need_check(call, health_check_id)
    if health_check_version not in (None, held.version):
        raise HealthCheckVersionMismatch(
            f"The version of {held.id} is {held.version}, not {health_check_version}. "
            "GetHealthCheck tells it."
        )
    config = held.settings
    for name in reset_elements or ():
        if name not in RESET:
            raise InvalidInput(f"{name} cannot be reset. Use {', '.join(sorted(RESET))}.")
        config.pop(RESET[name], None)
    config |= present(
        IPAddress=ip_address,
        Port=port,
        ResourcePath=resource_path,
        FullyQualifiedDomainName=fully_qualified_domain_name,
        SearchString=search_string,
        FailureThreshold=failure_threshold,
        Inverted=inverted,
        Disabled=disabled,
        HealthThreshold=health_threshold,
        ChildHealthChecks=list(child_health_checks) if child_health_checks is not None else None,
        EnableSNI=enable_sni,
        Regions=list(regions) if regions is not None else None,
    )
    after = replace(
        held,
        config=json.dumps(_checked(call, config, held), sort_keys=True),
        version=held.version + 1,
    )
    return Answer({"HealthCheck": _shown(after)}, put(after))


def delete_health_check(call: Call, *, health_check_id: str) -> Answer:
    held = need_check(call, health_check_id)
    for one in call.network.where(HealthCheck, account=call.account):
        if held.id in one.children:
            raise HealthCheckInUse(f"The health check {held.id} is a child of {one.id}.")
    return Answer({}, delete(held))


def need_check(call: Call, name: str) -> HealthCheck:
    """Give the caller's health check. Raises NoSuchHealthCheck."""
    held = call.network.get(HealthCheck, name)
    if held is None or held.account != call.account:
        raise NoSuchHealthCheck(f"No health check exists with the specified ID {name[:64]}.")
    return held


def _checked(call: Call, config: dict[str, Any], held: HealthCheck | None = None) -> dict[str, Any]:
    """Give a config, that of `held` from now on, with what it has without a word. Raises
    InvalidInput."""
    kind = config.get("Type")
    if kind not in TYPES:
        raise InvalidInput(f"Health checks of type {kind} are none here. Use {', '.join(TYPES)}.")
    for name in sorted(set(config) - KNOWN):
        raise InvalidInput(f"{name} is not offered here, and is not ignored. Leave it out.")
    if kind == CALCULATED:
        return _checked_calculation(call, config, held)
    if not config.get("IPAddress") and not config.get("FullyQualifiedDomainName"):
        raise InvalidInput(
            "Invalid parameter : Either IPAddress or FullyQualifiedDomainName is required."
        )
    if config.get("IPAddress"):
        _check_address(config["IPAddress"])
    if kind == "TCP" and not config.get("Port"):
        raise InvalidInput("Invalid parameter : Port is required for health checks of type TCP.")
    if kind.endswith("STR_MATCH") != bool(config.get("SearchString")):
        raise InvalidInput(
            f"Invalid parameter : SearchString goes with STR_MATCH types, and this is {kind}."
        )
    config.setdefault("Port", PORTS.get(kind))
    config.setdefault("RequestInterval", INTERVALS[1])
    config.setdefault("FailureThreshold", 3)
    config.setdefault("MeasureLatency", False)
    if kind in HTTP:
        config.setdefault("EnableSNI", kind.startswith("HTTPS"))
    _check_ranges(config)
    return {"Inverted": False, "Disabled": False, **config}


def _checked_calculation(
    call: Call, config: dict[str, Any], held: HealthCheck | None
) -> dict[str, Any]:
    children = config.get("ChildHealthChecks") or []
    if len(children) > MOST_CHILDREN:
        raise InvalidInput(f"A calculated health check has {MOST_CHILDREN} children at most.")
    for child in [need_check(call, name) for name in children]:
        if held and held.id in _below(call, child):
            raise InvalidInput(f"The health check {held.id} would be a child of its own.")
    threshold = config.setdefault("HealthThreshold", 0)
    if not 0 <= threshold <= MOST_CHILDREN:
        raise InvalidInput(f"HealthThreshold {threshold} is not from 0 to {MOST_CHILDREN}.")
    return {"Inverted": False, "Disabled": False, **config}


def _below(call: Call, check: HealthCheck) -> set[str]:
    """Give a check, its children, theirs and so on."""
    found, waiting = {check.id}, list(check.children)
    while waiting:
        child = call.network.get(HealthCheck, waiting.pop())
        if child and child.id not in found:
            found.add(child.id)
            waiting += child.children
    return found


def _check_address(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        raise InvalidInput(f"Invalid parameter : '{text[:64]}' is no IP address.") from None


def _check_ranges(config: Mapping[str, Any]) -> None:
    if not 1 <= config["Port"] <= HIGHEST_PORT:
        raise InvalidInput(f"Port {config['Port']} is not from 1 to {HIGHEST_PORT}.")
    if config["RequestInterval"] not in INTERVALS:
        raise InvalidInput(
            f"RequestInterval {config['RequestInterval']} is none of "
            f"{' and '.join(map(str, INTERVALS))}."
        )
    if not 1 <= config["FailureThreshold"] <= MOST_FAILURES:
        raise InvalidInput(
            f"FailureThreshold {config['FailureThreshold']} is not from 1 to {MOST_FAILURES}."
        )


def _observation(
    check: HealthCheck, health: EndpointHealth, status: str, at: datetime
) -> dict[str, Any]:
    """Give what the one checker saw; it is in the first of the check's Regions, in its words."""
    return {
        "Region": (check.settings.get("Regions") or CHECKERS)[0],
        "IPAddress": health.checker,
        "StatusReport": {"Status": status, "CheckedTime": at},
    }


def _shown(row: HealthCheck) -> dict[str, Any]:
    return {
        "Id": row.id,
        "CallerReference": row.caller_reference,
        "HealthCheckConfig": row.settings,
        "HealthCheckVersion": row.version,
    }


def _made(row: HealthCheck) -> dict[str, Any]:
    location = f"https://route53.amazonaws.com/2013-04-01/healthcheck/{row.id}"
    return {"HealthCheck": _shown(row), "Location": location}
