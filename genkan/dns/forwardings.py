"""`ForwardingIndex`: which forwarding of a view a name falls under."""

from genkan.dns import domain_name
from genkan.program.names import Forwarding


class ForwardingIndex:
    """The forwardings of every view, by domain in wire form and lower case."""

    def __init__(self) -> None:
        self._views: dict[str, dict[bytes, Forwarding]] = {}

    def put(self, entry: Forwarding) -> bytes:
        """Take one in; give its domain. Raises ValueError for what is no name."""
        domain = domain_name.parse(entry.domain).lower()
        self._views.setdefault(entry.view, {})[domain] = entry
        return domain

    def remove(self, entry: Forwarding) -> bytes:
        """Let one go; give its domain. Raises ValueError for what is no name."""
        domain = domain_name.parse(entry.domain).lower()
        held = self._views.get(entry.view, {})
        held.pop(domain, None)
        if not held:
            self._views.pop(entry.view, None)
        return domain

    def find(self, view: str, name: bytes) -> tuple[bytes, Forwarding] | None:
        """Give the longest domain that covers a name, and what stands for it."""
        held = self._views.get(view)
        if held:
            for one in domain_name.lineage(name):
                if one in held:
                    return one, held[one]
        return None
