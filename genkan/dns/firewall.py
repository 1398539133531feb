"""`FirewallIndex`: which names a view's firewall takes, and what it does with them."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from genkan.dns import domain_name, rdata
from genkan.dns.resolution import Answered, Rcode, Resolution, resolve
from genkan.dns.zones import ZoneIndex
from genkan.program import Delta, Entry
from genkan.program.firewall import (
    BlockResponse,
    DomainList,
    Firewall,
    FirewallAction,
    FirewallRule,
)

LOG = logging.getLogger(__name__)
EVERYTHING, BELOW = "*", "*."


@dataclass(slots=True)
class _Domains:
    """A list's domains in wire form: names, and those of which every name below is meant."""

    names: set[bytes] = field(default_factory=set)
    below: set[bytes] = field(default_factory=set)
    everything: bool = False

    def has(self, name: bytes) -> bool:
        return (
            self.everything
            or name in self.names
            or (bool(self.below) and any(one in self.below for one in domain_name.ancestors(name)))
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a firewall decided about a question. `told`: somebody is to hear of it each time."""

    blocked: FirewallRule | None = None
    told: bool = False


PASSED = Ruling()


class FirewallIndex:
    """The firewalls of all views."""

    def __init__(self) -> None:
        self._firewalls: dict[str, Firewall] = {}
        self._lists: dict[str, _Domains] = {}

    def apply(self, delta: Delta) -> set[str]:
        """Take a difference in; give the views whose questions may be decided otherwise."""
        views: set[str] = set()
        lists: set[str] = set()
        for entry in (*delta.removed, *delta.put):
            match entry:
                case Firewall(view=view):
                    views.add(view)
                case DomainList(id=name):
                    lists.add(name)
        for entry in delta.removed:
            self._forget(entry)
        for entry in delta.put:
            self._take(entry)
        for view, firewall in self._firewalls.items():
            if any(rule.domains in lists for rule in firewall.rules):
                views.add(view)
        return views

    def ruling(
        self, views: Iterable[str | None], names: Sequence[bytes], of_type: int, first: int = 0
    ) -> Ruling:
        """Decide about the names of a question, its own and those that CNAMEs lead to, in lower
        case. `first`: how many were decided about before."""
        if not self._firewalls:
            return PASSED
        told = False
        for firewall in (self._firewalls.get(view) for view in views if view is not None):
            if firewall is None:
                continue
            for number, name in enumerate(names, first):
                rule = self._rule(firewall, name, of_type, following=number > 0)
                if rule is None:
                    continue
                if rule.action is FirewallAction.BLOCK:
                    LOG.info("%s blocks %s in %s", rule.because, name, firewall.view)
                    return Ruling(rule, told)
                if rule.action is FirewallAction.ALERT:
                    LOG.warning("%s alerts of %s in %s", rule.because, name, firewall.view)
                    told = True
                if not rule.follows:
                    break
        return Ruling(None, told)

    def follows(self, views: Iterable[str | None], name: bytes, of_type: int) -> bool:
        """Tell whether a firewall has a say about names behind a question's own."""
        for firewall in (self._firewalls.get(view) for view in views if view is not None):
            if firewall is None:
                continue
            rule = self._rule(firewall, name, of_type, following=False)
            if rule is None or rule.follows:
                return True
        return False

    def _rule(
        self, firewall: Firewall, name: bytes, of_type: int, *, following: bool
    ) -> FirewallRule | None:
        for rule in firewall.rules:
            if following and not rule.follows:
                continue
            if rule.type is not None and rdata.type_number(rule.type) != of_type:
                continue
            held = self._lists.get(rule.domains)
            if held is not None and held.has(name):
                return rule
        return None

    def _take(self, entry: Entry) -> None:
        match entry:
            case Firewall(view=view):
                self._firewalls[view] = entry
            case DomainList(id=name):
                self._lists[name] = _read(entry.domains)

    def _forget(self, entry: Entry) -> None:
        match entry:
            case Firewall(view=view):
                self._firewalls.pop(view, None)
            case DomainList(id=name):
                self._lists.pop(name, None)


def instead(
    index: ZoneIndex, view: str, rule: FirewallRule, names: tuple[bytes, ...], of_type: int
) -> Resolution:
    """Give what a blocked question comes to. `names` are those that it would have led to."""
    match rule.response:
        case BlockResponse.OVERRIDE:
            target = domain_name.parse(rule.override).lower()
            step = Answered(rdata.CNAME, rule.ttl, (target,))
            if of_type == rdata.CNAME:
                return Resolution(Rcode.NOERROR, names[:1], (step,), behind=names)
            found = resolve(index, view, target, of_type)
            return Resolution(
                Rcode.NOERROR if found.rcode is Rcode.NXDOMAIN else found.rcode,
                (names[0], *found.names),
                (step, *found.steps),
                None,
                (*names, *found.behind),
                found.onward,
                found.by_chance,
                is_overridden=True,
            )
        case BlockResponse.NXDOMAIN:
            return Resolution(Rcode.NXDOMAIN, names[:1], behind=names)
        case _:
            return Resolution(Rcode.NOERROR, names[:1], behind=names)


def _read(domains: Iterable[str]) -> _Domains:
    found = _Domains()
    for text in domains:
        try:
            if text.rstrip(".") == EVERYTHING:
                found.everything = True
            elif text.startswith(BELOW):
                found.below.add(domain_name.parse(text.removeprefix(BELOW)).lower())
            else:
                found.names.add(domain_name.parse(text).lower())
        except ValueError as error:
            LOG.error("A domain of a firewall is passed over: %s", error)
    return found
