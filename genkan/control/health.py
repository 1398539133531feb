"""What is reported of targets and endpoints → what is known of them.

A reporter says all it knows in a line, when it connects and whenever it changes, and hears when
that is in force:

    → {"targets": {"ARN i-1 6081": null, "ARN i-2 6081": {"why": ["Target.Timeout", "…"]},
                   "ARN i-3 6081": {"why": null}},
       "endpoints": {"0f3c…": {"passed": false, "report": "Failure: …",
                               "checker": "198.51.100.10"}}}
    ← {"taken": true}

Of the first nothing is known yet, which changes nothing; the third is well. The fourth is a health
check of Route 53 whose requests failed often enough.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from genkan.model.endpoint_health import EndpointHealth
from genkan.model.hosted_zone import HealthCheck
from genkan.model.load_balancer import TargetGroup
from genkan.model.network import Change, Network, delete, put
from genkan.model.target_health import TargetHealth, group_of


def told(network: Network, report: Mapping[str, Any], at: datetime) -> Change:
    """Give the change that a report makes at a time; what it does not name is checked no more."""
    return _of_targets(network, report["targets"], at) + _of_endpoints(
        network, report["endpoints"], at
    )


def _of_targets(
    network: Network, targets: Mapping[str, Mapping[str, Any] | None], at: datetime
) -> Change:
    gone = [one for one in network.all(TargetHealth) if one.id not in targets]
    found = {name: one["why"] for name, one in targets.items() if one}
    measured = (_measured(network, name, why, at) for name, why in found.items())
    new = (one for one in measured if one and network.get(TargetHealth, one.id) != one)
    return delete(*gone) + put(*new)


def _measured(
    network: Network, target: str, why: list[str] | None, at: datetime
) -> TargetHealth | None:
    group = network.get(TargetGroup, group_of(target))
    if group is None:
        return None
    reason, description = why or (None, None)
    earlier = network.get(TargetHealth, target)
    until = None
    if why is not None and group.unhealthy_draining:
        begins = earlier is None or earlier.healthy
        begun = earlier.draining_until if earlier else None
        until = at + timedelta(seconds=group.unhealthy_draining) if begins else begun
    return TargetHealth(
        id=target,
        account=group.account,
        region=group.region,
        vpc_id=group.vpc_id,
        target_group=group.id,
        healthy=why is None,
        reason=reason,
        description=description,
        draining_until=until,
    )


def _of_endpoints(
    network: Network, endpoints: Mapping[str, Mapping[str, Any] | None], at: datetime
) -> Change:
    gone = [one for one in network.all(EndpointHealth) if one.id not in endpoints]
    observed = (_observed(network, name, one, at) for name, one in endpoints.items() if one)
    new = (one for one in observed if one and network.get(EndpointHealth, one.id) != one)
    return delete(*gone) + put(*new)


def _observed(
    network: Network, name: str, told: Mapping[str, Any], at: datetime
) -> EndpointHealth | None:
    """Give what is known of an endpoint now. Who asks may have begun anew, and not decided yet:
    then what was decided before holds."""
    check, earlier = network.get(HealthCheck, name), network.get(EndpointHealth, name)
    if check is None:
        return None
    report, passed = told["report"], told["passed"]
    if earlier and passed is None:
        passed = earlier.passed
    failed = report.startswith("Failure")
    same = earlier is not None and earlier.report == report
    since = earlier.reported_at if earlier and same else at
    return EndpointHealth(
        id=name,
        account=check.account,
        region=check.region,
        passed=passed,
        report=report,
        reported_at=since,
        checker=told["checker"],
        last_failure=report if failed else earlier.last_failure if earlier else None,
        failed_at=since if failed else earlier.failed_at if earlier else None,
    )
