"""Which record sets of Route 53 are healthy, and which names have to be looked at again when
something else is or is not any more.

A record set is as healthy as its health check says, and an alias that evaluates its target also as
healthy as that: record sets of its zone when one of them is, a load balancer when each of its
target groups that have targets has one that is well, an endpoint while it is available. Whatever
else there is counts as healthy. "How Amazon Route 53 determines whether a health check is healthy",
"How Amazon Route 53 chooses records when health checking is configured".
"""

from collections.abc import Iterable, Iterator

from genkan.compile.target_placement import is_healthy, taking
from genkan.model.endpoint_health import EndpointHealth
from genkan.model.hosted_zone import HealthCheck, ResourceRecordSet
from genkan.model.load_balancer import Listener, LoadBalancer, TargetGroup
from genkan.model.network import Network
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState

ENDPOINT_PREFIX = "vpce-"
BALANCER_PART = ".elb."
Seen = frozenset[str]  # what is being looked at: who asks for itself again is told yes


def record_is_healthy(network: Network, row: ResourceRecordSet, seen: Seen = frozenset()) -> bool:
    """Tell whether a record set is healthy."""
    if row.id in seen:
        return True
    if not check_is_healthy(network, row.health_check_id):
        return False
    return row.evaluated is None or _target_is_healthy(network, row, seen | {row.id})


def check_is_healthy(network: Network, name: str | None, seen: Seen = frozenset()) -> bool:
    """Tell whether a health check is; one that is not there, or knows too little yet, is."""
    check = network.get(HealthCheck, name)
    if check is None or check.id in seen:
        return True
    said = check.settings
    if said["Disabled"]:
        healthy = True
    elif said["Type"] == "CALCULATED":
        well = [check_is_healthy(network, one, seen | {check.id}) for one in check.children]
        healthy = sum(well) >= said["HealthThreshold"]
    else:
        found = network.get(EndpointHealth, check.id)
        healthy = found is None or found.passed is not False
    return healthy is not said["Inverted"]


def balancer_is_healthy(network: Network, balancer: LoadBalancer) -> bool:
    """Tell whether each target group that has targets has one that is well, and one has targets."""
    listeners = network.where(Listener, load_balancer=balancer.id)
    names = {forward.target_group for one in listeners for forward in one.forwards}
    groups = filter(None, (network.get(TargetGroup, name) for name in names))
    filled = [(group, targets) for group in groups if (targets := list(taking(group)))]
    return bool(filled) and all(
        any(is_healthy(network, group, one) for one in targets) for group, targets in filled
    )


def _target_is_healthy(network: Network, row: ResourceRecordSet, seen: Seen) -> bool:
    target = row.evaluated or ""
    if "/" in target:  # other record sets of the zone
        rows = network.where(ResourceRecordSet, owner=target, record_type=row.record_type)
        return any(record_is_healthy(network, one, seen) for one in rows)
    if target.startswith(ENDPOINT_PREFIX):
        endpoint = network.get(VpcEndpoint, target)
        return endpoint is not None and endpoint.state is VpcEndpointState.AVAILABLE
    if BALANCER_PART in target:
        found = network.where(LoadBalancer, canonical_name=target)
        return any(balancer_is_healthy(network, one) for one in found)
    return True


def owners_by_check(network: Network, check_id: str) -> Iterator[str]:
    """Give the owners of the record sets whose health depends on a health check."""
    checks, above = {check_id}, [check_id]
    while above:
        name = above.pop()
        for parent in network.holding(HealthCheck, children=name):
            if parent.id not in checks:
                checks.add(parent.id)
                above.append(parent.id)
    for name in checks:
        for row in network.where(ResourceRecordSet, health_check_id=name):
            yield row.owner
            yield from owners_evaluating(network, [row.owner])


def owners_evaluating(network: Network, targets: Iterable[str]) -> Iterator[str]:
    """Give the owners of the record sets whose health depends on these targets, as `evaluated`
    names them."""
    done, waiting = set[str](), list(targets)
    while waiting:
        for row in network.where(ResourceRecordSet, evaluated=waiting.pop()):
            if row.owner not in done:
                done.add(row.owner)
                waiting.append(row.owner)
                yield row.owner


def owners_by_balancers(before: Network, after: Network, vpcs: Iterable[str]) -> Iterator[str]:
    """Give the owners of the record sets that depend on load balancers of `vpcs` that are healthy
    in one network and not in the other."""
    for vpc_id in vpcs:
        was, is_now = (_healthy_names(one, vpc_id) for one in (before, after))
        yield from owners_evaluating(after, was ^ is_now)


def _healthy_names(network: Network, vpc_id: str) -> set[str]:
    return {
        one.canonical_name
        for one in network.where(LoadBalancer, vpc_id=vpc_id)
        if balancer_is_healthy(network, one)
    }
