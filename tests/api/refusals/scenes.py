"""Steps that no call takes in a test's time: another account, another Region, a quota used up."""

from collections.abc import Callable
from dataclasses import replace

from genkan.control.quotas import set_quota
from genkan.model.resource import Resource
from tests.api.boto import OTHER_ACCOUNT, Site

FAR = "us-east-1"


def as_partner(site: Site) -> None:
    """Go on as the other account."""
    site.become(OTHER_ACCOUNT)


def as_first(site: Site) -> None:
    """Go on as the account that the hall is of."""
    site.become()


def far_away(site: Site) -> None:
    """Go on in another Region."""
    site.become(region=FAR)


def at_most(title: str, number: int) -> Callable[[Site], None]:
    """Let the account have so many of what a quota counts, as the site's owner does."""

    def step(site: Site) -> None:
        change, _ = set_quota(site.call, title, number)
        site.put(*change.puts)

    return step


def many(of: type[Resource], count: int, **differing: object) -> Callable[[Site], None]:
    """Put `count` more of a kind there, each like the first one of the hall."""

    def step(site: Site) -> None:
        first = next(iter(site.call.network.all(of)))
        copies = (
            replace(first, id=f"{first.id[:-8]}{number:08x}", **differing)  # type: ignore[arg-type]
            for number in range(0xA0000000, 0xA0000000 + count)
        )
        site.put(*copies)

    return step
