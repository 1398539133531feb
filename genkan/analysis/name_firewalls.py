"""What a view's firewall says of a name, read from a program: the rule that decides, or none."""

from collections.abc import Iterable

from genkan.program.entry import Entry
from genkan.program.firewall import DomainList, Firewall, FirewallAction, FirewallRule


class NameFirewalls:
    """A program's firewalls."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._rules: dict[str, tuple[FirewallRule, ...]] = {}
        self._lists: dict[str, frozenset[str]] = {}
        for entry in entries:
            match entry:
                case Firewall():
                    self._rules[entry.view] = entry.rules
                case DomainList():
                    domains = (one.rstrip(".").lower() for one in entry.domains)
                    self._lists[entry.id] = frozenset(domains)

    def rule(
        self, views: Iterable[str], name: str, kind: str, *, following: bool
    ) -> FirewallRule | None:
        """Give the rule that decides about a name, in lower case and without its final dot.
        `following`: a CNAME led to it."""
        for view in views:
            for rule in self._rules.get(view, ()):
                if following and not rule.follows:
                    continue
                if rule.type in (None, kind) and self._has(rule.domains, name):
                    return rule
        return None

    def _has(self, listed: str, name: str) -> bool:
        domains = self._lists.get(listed, frozenset())
        if not domains:
            return False
        labels = name.split(".")
        below = (f"*.{'.'.join(labels[at:])}" for at in range(1, len(labels)))
        return name in domains or "*" in domains or any(one in domains for one in below)


def blocks(rule: FirewallRule | None) -> bool:
    return rule is not None and rule.action is FirewallAction.BLOCK
