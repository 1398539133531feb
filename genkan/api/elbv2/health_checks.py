"""Health checks of target groups: their defaults, and what goes with what.

TCP, HTTP and HTTPS checks; a path and a matcher are HTTP's and HTTPS's. "Health checks for Network
Load Balancer target groups" and "…for Gateway Load Balancer target groups".
"""

import re
from dataclasses import replace

from genkan.api.elbv2.errors import InvalidConfigurationRequest
from genkan.api.output import present
from genkan.model.errors import ValidationError
from genkan.model.load_balancer import HealthCheck

TRAFFIC_PORT = "traffic-port"
PROTOCOLS = ("TCP", "HTTP", "HTTPS")
GENEVE = "GENEVE"
_INTERVAL, _GENEVE_INTERVAL = 30, 10  # seconds
_TIMEOUT, _HTTP_TIMEOUT, _GENEVE_TIMEOUT = 10, 6, 5  # seconds
_HEALTHY, _UNHEALTHY = 5, 2
_RANGES = {
    "interval": ("HealthCheckIntervalSeconds", 5, 300),
    "timeout": ("HealthCheckTimeoutSeconds", 2, 120),
    "healthy_threshold": ("HealthyThresholdCount", 2, 10),
    "unhealthy_threshold": ("UnhealthyThresholdCount", 2, 10),
}
_CODE = "[2-5][0-9]{2}"
_MATCHER = rf"{_CODE}(?:-{_CODE})?(?:,{_CODE}(?:-{_CODE})?)*"
_LONGEST_PATH = 1024
_HIGHEST_PORT = 65_535


def default_check(group_protocol: str, protocol: str | None) -> HealthCheck:
    """Give the check of a new target group that says nothing but the check's protocol."""
    checked = _known(protocol or "TCP")
    http = checked != "TCP"
    geneve = group_protocol == GENEVE
    timeout = _HTTP_TIMEOUT if checked == "HTTP" else _TIMEOUT
    return HealthCheck(
        protocol=checked,
        port=80 if geneve else None,
        interval=_GENEVE_INTERVAL if geneve else _INTERVAL,
        timeout=_GENEVE_TIMEOUT if geneve else timeout,
        healthy_threshold=_HEALTHY,
        unhealthy_threshold=_UNHEALTHY,
        path="/" if http else None,
        matcher="200-399" if http else None,
    )


def changed_check(
    check: HealthCheck,
    *,
    protocol: str | None = None,
    port: str | None = None,
    path: str | None = None,
    matcher: str | None = None,
    **numbers: int | None,
) -> HealthCheck:
    """Give a check with what is not None changed; `numbers` are HealthCheck's own names.

    Raises ValidationError, InvalidConfigurationRequest for a path or matcher of a TCP check.
    """
    checked = _known(protocol or check.protocol)
    http = checked != "TCP"
    if not http and (path is not None or matcher is not None):
        what = "path" if path is not None else "matcher"
        raise InvalidConfigurationRequest(
            f"Health check {what} cannot be specified for health checks with protocol {checked}. "
            "Leave it out, or use HTTP or HTTPS."
        )
    after = replace(
        check,
        protocol=checked,
        port=check.port if port is None else _port(port),
        path=(path or check.path or "/") if http else None,
        matcher=(matcher or check.matcher or "200-399") if http else None,
        **{name: value for name, value in numbers.items() if value is not None},
    )
    _check(after)
    return after


def shown(check: HealthCheck) -> dict[str, object]:
    """Give the members of a target group that describe its check."""
    return present(
        HealthCheckProtocol=check.protocol,
        HealthCheckPort=TRAFFIC_PORT if check.port is None else str(check.port),
        HealthCheckEnabled=True,
        HealthCheckIntervalSeconds=check.interval,
        HealthCheckTimeoutSeconds=check.timeout,
        HealthyThresholdCount=check.healthy_threshold,
        UnhealthyThresholdCount=check.unhealthy_threshold,
        HealthCheckPath=check.path,
        Matcher={"HttpCode": check.matcher} if check.matcher else None,
    )


def _known(protocol: str) -> str:
    if protocol not in PROTOCOLS:
        raise ValidationError(
            f"Health check protocol '{protocol}' must be one of '{', '.join(PROTOCOLS)}'"
        )
    return protocol


def _port(text: str) -> int | None:
    if text == TRAFFIC_PORT:
        return None
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= _HIGHEST_PORT:
        raise ValidationError(
            f"Health check port '{text}' must be '{TRAFFIC_PORT}' or in the range "
            f"1-{_HIGHEST_PORT} inclusive"
        )
    return int(text)


def _check(check: HealthCheck) -> None:
    for name, (member, lowest, highest) in _RANGES.items():
        value = getattr(check, name)
        if not lowest <= value <= highest:
            raise ValidationError(f"{member} '{value}' must be in the range {lowest}-{highest}")
    if check.timeout > check.interval:
        raise ValidationError(
            f"Health check timeout '{check.timeout}' must be smaller than or equal to the interval "
            f"'{check.interval}'. Name both."
        )
    if check.path is not None and not (
        check.path.startswith("/") and len(check.path) <= _LONGEST_PATH
    ):
        raise ValidationError(
            f"Health check path '{check.path}' must begin with a '/' character and have at most "
            f"{_LONGEST_PATH} characters"
        )
    if check.matcher is not None and not re.fullmatch(_MATCHER, check.matcher):
        raise ValidationError(
            f"Health check matcher HTTP code '{check.matcher}' must be within '200-599' "
            "inclusive: a code, codes with commas between, or a range."
        )
