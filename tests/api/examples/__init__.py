"""One call that works of every operation, in an order in which each builds on those before.

A family's module has three parts: MAKE leaves something that later calls name, USE reads and
changes it, UNMAKE takes it away. All of MAKE runs first, then all of USE, then all of UNMAKE from
the last family to the first. What stands after MAKE is the *hall* that other tables of tests ask.
"""

from functools import cache

from tests.api.boto import Site, a_site
from tests.api.examples import (
    account,
    elbv2,
    endpoints,
    exposure,
    filters,
    insights,
    instances,
    interfaces,
    names,
    quotas,
    routing,
    sts,
    vpcs,
    vpn,
)
from tests.api.examples.example import Example

FAMILIES = (
    vpcs,
    filters,
    account,
    routing,
    interfaces,
    instances,
    elbv2,
    endpoints,
    exposure,
    names,
    sts,
    quotas,
    vpn,
    insights,
)
MAKE = tuple(one for family in FAMILIES for one in family.MAKE)
EXAMPLES: tuple[Example, ...] = (
    *MAKE,
    *(one for family in FAMILIES for one in family.USE),
    *(one for family in reversed(FAMILIES) for one in family.UNMAKE),
)


@cache
def hall() -> Site:
    """Give the network that MAKE leaves: fork it before asking."""
    site = a_site()
    for one in MAKE:
        play(site, one)
    return site


def play(site: Site, one: Example) -> dict:
    """Make an example's call and keep what it keeps, when lifecycles have gone their way."""
    answer = site.ask(one.operation, one.parameters)
    site.keep(answer, one.keep)
    site.settle()
    return answer
