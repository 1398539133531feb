"""What is reported of targets → what is known of them.

A reporter says all it knows in a line, when it connects and whenever it changes, and hears when
that is in force:

    → {"targets": {"ARN i-1 6081": null, "ARN i-2 6081": {"why": ["Target.Timeout", "…"]},
                   "ARN i-3 6081": {"why": null}}}
    ← {"taken": true}

Of the first nothing is known yet, which changes nothing; the third is well.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from genkan.model.load_balancer import TargetGroup
from genkan.model.network import Change, Network, delete, put
from genkan.model.target_health import TargetHealth, group_of


def told(network: Network, targets: Mapping[str, Mapping[str, Any] | None], at: datetime) -> Change:
    """Give the change that a report makes at a time; what it does not name is checked no more."""
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
