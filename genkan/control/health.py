"""What is reported of targets → what is known of them.

A reporter says all it knows in a line, when it connects and whenever it changes, and hears when
that is in force:

    → {"targets": {"ARN i-1 6081": null, "ARN i-2 6081": {"why": ["Target.Timeout", "…"]},
                   "ARN i-3 6081": {"why": null}}}
    ← {"taken": true}

Of the first nothing is known yet, which changes nothing; the third is well.
"""

from collections.abc import Mapping
from typing import Any

from genkan.model.load_balancer import TargetGroup
from genkan.model.network import Change, Network, delete, put
from genkan.model.target_health import TargetHealth, group_of


def told(network: Network, targets: Mapping[str, Mapping[str, Any] | None]) -> Change:
    """Give the change that a report makes; what it does not name is checked no more."""
    gone = [one for one in network.all(TargetHealth) if one.id not in targets]
    measured = (_measured(network, name, found["why"]) for name, found in targets.items() if found)
    new = (one for one in measured if one and network.get(TargetHealth, one.id) != one)
    return delete(*gone) + put(*new)


def _measured(network: Network, target: str, why: list[str] | None) -> TargetHealth | None:
    group = network.get(TargetGroup, group_of(target))
    if group is None:
        return None
    reason, description = why or (None, None)
    return TargetHealth(
        id=target,
        account=group.account,
        region=group.region,
        vpc_id=group.vpc_id,
        target_group=group.id,
        healthy=why is None,
        reason=reason,
        description=description,
    )
