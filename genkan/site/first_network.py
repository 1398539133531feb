"""What a new site starts with: one account, or the network of another that files describe."""

from collections.abc import Callable
from datetime import UTC, datetime

from genkan.control.accounts import first_account, root_key
from genkan.model.account import Account
from genkan.model.network import Change, put
from genkan.model.process_attachment import ProcessAttachment
from genkan.site.home import Home

Token = Callable[[int, str], str]


def first_network(home: Home, token: Token) -> Change:
    """Give the change that fills an empty store. Raises FileNotFoundError for files that are gone.

    What of another account is worn by something that is not here (a function, a database) stays an
    interface, and nobody wears it.
    """
    sources = home.sources
    if not sources:
        return first_account(home.region, token)
    from genkan.impact.sources import read_sources  # most sites have none

    network = read_sources(sources, datetime.now(UTC), home.parameters).network
    keys = [root_key(one.id, token) for one in network.all(Account)]
    kept = (one for one in network if not isinstance(one, ProcessAttachment))
    return put(*kept, *keys)
