"""Resources behind names: which of their calls a change has denied, let in or left open, by the
policies of resources and endpoints, with the statement that decides.

A call is judged twice, for callers whose own policies allow it and for those whose say nothing of
it. Where policies of a service's resources are not known, a way that changes what they are asked
about is told as DEPENDS.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from genkan.impact.blocks import Blocks
from genkan.impact.callers import Callers
from genkan.impact.calls import ANY, Asked, Caller, Whence, calls_of, decide, read, whence
from genkan.impact.code import Why
from genkan.impact.effects import Compared, Effect, Finding, Times
from genkan.impact.groups import Sender
from genkan.impact.outlook import Outlook, Said
from genkan.impact.outlook import Verdict as Ending
from genkan.impact.state import State
from genkan.impact.target import HTTPS, Kind, Ports, Target
from genkan.model.resource_policy import ResourcePolicies, ResourcePolicy
from genkan.policy import Outcome, Policy, Source, Verdict
from genkan.program import Program
from genkan.program.address import Block

HAVE_POLICIES = frozenset({"s3", "sqs", "sns", "kms", "secretsmanager"})
ADDRESSES = ("aws:sourceip", "aws:vpcsourceip")
IF_ALLOWED = "callers whose own policies allow it"
IF_SILENT = "callers whose own policies do not allow it"
OF_CALLERS = (Source.IDENTITY, Source.BOUNDARY)
UNSIGNED = (False, "callers who sign nothing")
WORDS = {
    (Source.RESOURCE, True): Why.RESOURCE_POLICY_DENY,
    (Source.RESOURCE, False): Why.RESOURCE_POLICY_IMPLICIT_DENY,
    (Source.BOUNDARY, True): Why.PERMISSIONS_BOUNDARY_EXPLICIT_DENY,
    (Source.BOUNDARY, False): Why.PERMISSIONS_BOUNDARY_IMPLICIT_DENY,
    (Source.IDENTITY, True): Why.IDENTITY_POLICY_EXPLICIT_DENY,
    (Source.IDENTITY, False): Why.RESOURCE_POLICY_IMPLICIT_DENY,  # it has no policy
    (Source.ENDPOINT, True): Why.VPCE_POLICY_EXPLICIT_DENY,
    (Source.ENDPOINT, False): Why.VPCE_POLICY_IMPLICIT_DENY,
}


@dataclass(frozen=True, slots=True)
class _Change:
    """What becomes of calls that are alike: before (None: they did not come), and after."""

    resource: ResourcePolicy
    effect: Effect
    before: Outcome | None
    after: Outcome
    callers: str
    calls: tuple[str, ...]


class Guarded:
    """The resources whose policies are known; belongs to one question."""

    def __init__(self, known: ResourcePolicies) -> None:
        self._known = known
        self.callers = Callers(known)
        self._held: dict[str, list[ResourcePolicy]] = {}
        for one in known.held:
            self._held.setdefault(one.service, []).append(one)
        self._told: dict[object, list[_Change]] = {}
        self._seen: set[object] = set()
        self.named = tuple(blocks_of(known))  # what policies tell addresses apart by
        self.blocks = Blocks(Program(), more=self.named)

    def findings(
        self, times: Times, sender: Sender, target: Target, compared: Iterable[Compared]
    ) -> Iterator[Finding]:
        """Say what becomes of calls of resources behind a name."""
        for one in compared:
            if (one.flow.protocol, one.flow.port) != HTTPS:
                continue
            named = times.after.index.service_named(target.name)
            before = whence(times.before, sender.vpc, one.before, named)
            after = whence(times.after, sender.vpc, one.after, named)
            if after is None or self._is_same(before, after):
                continue
            caller = self.callers.at(times.after, sender.origin)
            seen = (sender.id, self._alike(before) if before else None, self._alike(after))
            if seen in self._seen:
                continue  # by another name of the service
            self._seen.add(seen)
            if before is not None and after.service in HAVE_POLICIES - self._known.services:
                yield _not_known(sender, after, one)
            for change in self._changes(before, after, caller):
                yield _finding(sender, one, change, after)

    def stopped(
        self, state: State, origin: str, vpc: str, name: str | None, outlook: Outlook
    ) -> Iterator[tuple[Why, Said]]:
        """Give what policies deny, or leave open, of calls from a place by a way as it is; what the
        caller's own policies let nobody do is no news of a resource."""
        way = whence(state, vpc, outlook, state.index.service_named(name))
        if way is None:
            return
        for one in self._changes(None, way, self.callers.at(state, origin)):
            if one.after.source in OF_CALLERS and not one.callers.startswith("callers"):
                continue
            yield _code(one.after), _said(one, one.after, way)
        if way.service in HAVE_POLICIES - self._known.services:
            yield Why.RESOURCE_POLICY_UNKNOWN, _unknown(way)

    def _is_same(self, before: Whence | None, after: Whence) -> bool:
        return before is not None and self._alike(before) == self._alike(after)

    def _alike(self, way: Whence) -> object:
        """Give what policies can tell ways apart by."""
        source = self.blocks.of(ip_address(way.source))
        return (way.account, way.to.id, way.endpoint, way.vpc, way.policy, source)

    def _changes(
        self, before: Whence | None, after: Whence, caller: Caller | None
    ) -> list[_Change]:
        """Compare every call of every resource of a service; those that are alike are one."""
        role = caller.role.arn if caller else None
        key = (self._alike(before) if before else None, self._alike(after), role)
        found = self._told.get(key)
        if found is None:
            found = [
                change
                for resource in self._held.get(after.service, ())
                if resource.region in (None, after.to.region)
                for change in _compared(resource, before, after, caller)
            ]
            self._told[key] = found
        return found


def blocks_of(known: ResourcePolicies) -> Iterator[Block]:
    """Give the blocks that policies tell addresses apart by."""
    for resource in known.held:
        policy = read(resource.document)
        for statement in policy.statements if isinstance(policy, Policy) else ():
            for condition in statement.conditions:
                if condition.key.lower() in ADDRESSES:
                    yield from (found for one in condition.patterns if (found := _block(one.text)))


def _block(text: str) -> Block | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _compared(
    resource: ResourcePolicy, before: Whence | None, after: Whence, caller: Caller | None
) -> Iterator[_Change]:
    found: dict[object, list[_Change]] = {}
    for asked in calls_of(resource, (before, after), caller):
        change = _change(resource, asked, before, after, caller)
        if change is not None:
            told = (change.effect, str(change.before), str(change.after))
            found.setdefault(told, []).append(change)
    for same in found.values():
        calls = dict.fromkeys(call for one in same for call in one.calls)
        yield replace(same[0], calls=tuple(calls))


def _change(
    resource: ResourcePolicy,
    asked: Asked,
    before: Whence | None,
    after: Whence,
    caller: Caller | None,
) -> _Change | None:
    """Say what becomes of a call: for the caller that is known; else for those who may by their own
    policies, or else for others."""
    variants: tuple[tuple[bool, str], ...] = ((True, IF_ALLOWED), (False, IF_SILENT))
    if asked.principal is None:
        variants = (UNSIGNED,)
    elif caller is not None:
        variants = ((True, f"role {caller.role.name}"),)
    for allowed, callers in variants:
        now = decide(resource, asked, after, allowed=allowed, caller=caller)
        was = decide(resource, asked, before, allowed=allowed, caller=caller) if before else None
        effect = _effect(was, now)
        if effect is Effect.DENIED and callers is IF_SILENT:
            effect = Effect.DEPENDS  # on whether their own policies let them
        if effect is not None:
            call = f"{asked.action} on {asked.resource}".replace(ANY, "*")
            return _Change(resource, effect, was, now, callers, (call,))
        if was is None:
            return None  # what is let in for those who may is no news for the others
    return None


def _effect(was: Outcome | None, now: Outcome) -> Effect | None:
    if was is None:
        return None if now.allows else _still(now)
    if was.verdict is now.verdict:
        more = now.keys - was.keys
        return Effect.DEPENDS if now.verdict is Verdict.DEPENDS and more else None
    if now.allows:
        return Effect.GAINED
    return Effect.DENIED if now.verdict is Verdict.DENY else Effect.DEPENDS


def _still(now: Outcome) -> Effect:
    return Effect.DEPENDS if now.verdict is Verdict.DEPENDS else Effect.STILL_BLOCKED


def _finding(sender: Sender, compared: Compared, change: _Change, after: Whence) -> Finding:
    sides = [
        _as_outlook(outlook, change, outcome, after)
        for outlook, outcome in ((compared.before, change.before), (compared.after, change.after))
    ]
    ports = (Ports(compared.flow.protocol, compared.flow.port, compared.flow.port),)
    target = Target(Kind.RESOURCE, change.resource.arn)
    return Finding(
        change.effect, sender, target, ports, sides[0], sides[1], versions=(compared.flow.version,)
    )


def _as_outlook(
    outlook: Outlook, change: _Change, outcome: Outcome | None, after: Whence
) -> Outlook:
    if outcome is None:
        return outlook
    codes = () if outcome.allows else (_code(outcome).value,)
    said = _said(change, outcome, after)
    return replace(outlook, verdict=ENDINGS[outcome.verdict], codes=codes, said=said)


def _said(change: _Change, outcome: Outcome, after: Whence) -> Said:
    whose = f"{Source.RESOURCE.value} of {change.resource.arn}"
    if outcome.source is not None and outcome.source in OF_CALLERS:
        whose = f"{outcome.source.value} of {change.callers}"
    if outcome.source is Source.ENDPOINT:
        whose = f"{Source.ENDPOINT.value} of {after.endpoint}"
    reason = str(outcome.decision) if outcome.decision else "allowed"
    if outcome.verdict is Verdict.DEPENDS:
        reason = f"depends on {', '.join(sorted(outcome.keys))}"
    return Said(whose, reason, change.calls, change.callers)


def _code(outcome: Outcome) -> Why:
    if outcome.verdict is Verdict.DEPENDS:
        return Why.RESOURCE_POLICY_DEPENDS
    explicit = outcome.decision is not None and outcome.decision.explicit
    return WORDS[outcome.source or Source.IDENTITY, explicit]


ENDINGS = {
    Verdict.ALLOW: Ending.WORKS,
    Verdict.DENY: Ending.DENIED,
    Verdict.DEPENDS: Ending.DEPENDS,
}


def _not_known(sender: Sender, way: Whence, compared: Compared) -> Finding:
    codes = (Why.RESOURCE_POLICY_UNKNOWN.value,)
    after = replace(compared.after, verdict=Ending.DEPENDS, codes=codes, said=_unknown(way))
    ports = (Ports(compared.flow.protocol, compared.flow.port, compared.flow.port),)
    target = Target(Kind.RESOURCE, f"resources of {way.service}")
    return Finding(
        Effect.DEPENDS, sender, target, ports, compared.before, after,
        versions=(compared.flow.version,),
    )  # fmt: skip


def _unknown(way: Whence) -> Said:
    return Said(
        f"policies of {way.service}'s resources",
        "not known; what they say of aws:SourceIp, aws:SourceVpc and aws:SourceVpce decides",
        (f"{way.service}:*",),
    )
