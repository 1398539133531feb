"""How many load balancers, listeners and targets there may be."""

from genkan.api.call import Answer, Call
from genkan.api.elbv2.listeners import LISTENERS
from genkan.api.elbv2.load_balancers import LOAD_BALANCERS
from genkan.api.elbv2.paging import page
from genkan.api.elbv2.target_groups import TARGET_GROUPS
from genkan.api.elbv2.targets import TARGETS
from genkan.api.output import present
from genkan.api.quotas import value_of

_LIMITS = {
    "network-load-balancers": LOAD_BALANCERS,
    "gateway-load-balancers": LOAD_BALANCERS,
    "target-groups": TARGET_GROUPS,
    "geneve-target-groups": TARGET_GROUPS,
    "listeners-per-network-load-balancer": LISTENERS,
    "targets-per-network-load-balancer": TARGETS,
}


def describe_account_limits(
    call: Call, *, marker: str | None = None, page_size: int | None = None
) -> Answer:
    limits = [{"Name": name, "Max": str(value_of(call, most))} for name, most in _LIMITS.items()]
    some, following = page(limits, page_size, marker)
    return Answer(present(Limits=list(some), NextMarker=following))
