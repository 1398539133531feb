"""Every refusal of the operations, as rows: a module a family of resources.

A row is a call that is refused in the hall that `tests.api.examples` makes. What is refused at a
place in the code that no row reaches fails a test, so a new refusal brings its row.
"""

from functools import cache

from tests.api.boto import Refusal
from tests.api.refusals import (
    account,
    beside,
    dns_firewall,
    elbv2,
    endpoints,
    filters,
    insights,
    instances,
    interfaces,
    limits,
    names,
    routing,
    sts,
    vpcs,
    vpn,
)
from tests.api.refusals.row import Row, provoke

FAMILIES = (
    vpcs,
    filters,
    routing,
    account,
    elbv2,
    endpoints,
    interfaces,
    limits,
    instances,
    names,
    vpn,
    insights,
    sts,
    dns_firewall,
    beside,
)
ROWS: tuple[tuple[str, Row], ...] = tuple(
    (family.__name__.rpartition(".")[2], row) for family in FAMILIES for row in family.ROWS
)


@cache
def provoked(number: int) -> tuple[Refusal, str]:
    """Give what row `number` is refused with, and the word that its message has to have."""
    return provoke(ROWS[number][1])
