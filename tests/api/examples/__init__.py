"""One call that works of every operation, in an order in which each builds on those before.

A family's module has three parts: MAKE leaves something that later calls name, USE reads and
changes it, UNMAKE takes it away. All of MAKE runs first, then all of USE, then all of UNMAKE from
the last family to the first. What stands after MAKE is the *hall* that other tables of tests ask.
"""

from functools import cache

from genkan.control.accounts import DEFAULT_ACCOUNT
from tests.api.boto import Site, a_site
from tests.api.examples import (
    account,
    dns_firewall,
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
    dns_firewall,
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
        as_caller(site, one)
        play(site, one)
    return site


def as_caller(site: Site, one: Example) -> None:
    """Go on as the account whose call an example is."""
    if site.call.account != (one.account or DEFAULT_ACCOUNT):
        site.become(one.account or DEFAULT_ACCOUNT)


def play(site: Site, one: Example) -> dict:
    """Make an example's call and keep what it keeps, when lifecycles have gone their way."""
    answer = site.ask(one.operation, one.parameters)
    site.keep(answer, one.keep)
    site.settle()
    return answer
