"""Policies of several kinds, put together: what AWS decides when more than one has a say.

An explicit denial by any decides. An endpoint's policy grants nothing, and has to allow. Of the
rest, in the resource's own account either side may grant; between accounts both have to, and a
key's or a role's own policy has to in every case. Where a resource's policy names the account and
not the caller, the account's policies have the word. A session policy grants nothing and has to
allow, unless a resource's policy in the same account names the session itself; so does the
boundary of a user's or a role's permissions. "How AWS enforcement code logic evaluates requests"
and "Permissions boundaries for IAM entities" in the IAM user guide.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from genkan.policy.evaluation import Decision, Verdict

GRANTED = Decision(Verdict.ALLOW)  # what an account's root user needs no policy for
NOT_GRANTED = Decision(Verdict.DENY)


class Source(Enum):
    """Whose policy it is, as AWS's sentences name it."""

    ENDPOINT = "VPC endpoint policy"
    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all policies say together; `source` and `decision`: who denied it, and why."""

    verdict: Verdict
    source: Source | None = None
    decision: Decision | None = None
    keys: frozenset[str] = frozenset()

    @property
    def allows(self) -> bool:
        return self.verdict is Verdict.ALLOW


def together(decisions: Sequence[Decision]) -> Decision:
    """Give what policies of one kind say together: any may deny, any may allow."""
    explicit = _first(decisions, lambda one: one.explicit)
    if explicit:
        return explicit
    keys = _keys(decisions)
    if keys:
        return Decision(Verdict.DEPENDS, keys=keys)
    allowed = _first(decisions, lambda one: one.allows)
    if allowed is not None:
        return allowed
    nearest = _first(decisions, lambda one: one.statement is not None) or NOT_GRANTED
    return replace(nearest, may_deny=_may_deny(decisions))


def authorize(
    *,
    identity: Decision,
    resource: Decision | None = None,
    endpoint: Decision = GRANTED,
    boundary: Decision | None = None,
    session: Decision | None = None,
    same_account: bool = True,
    resource_has_to_allow: bool = False,
) -> Outcome:
    """Put policies together. `resource` None: the resource has no policy, or can have none;
    `boundary` None: the caller's permissions have none; `session` None: no session policy binds."""
    given = {Source.ENDPOINT: endpoint, Source.IDENTITY: identity}
    if resource is not None:
        given[Source.RESOURCE] = resource
    if boundary is not None:
        given[Source.BOUNDARY] = boundary
    if session is not None:
        given[Source.SESSION] = session
    for source, decision in given.items():
        if decision.explicit:
            return Outcome(Verdict.DENY, source, decision)
    denier = _denier(given, resource_has_to_allow or not same_account, same_account)
    if denier is not None:
        return Outcome(Verdict.DENY, denier, given.get(denier, NOT_GRANTED))
    keys = _keys(list(given.values()))
    if keys:
        return Outcome(Verdict.DEPENDS, keys=keys)
    return Outcome(Verdict.ALLOW)


def _denier(
    given: Mapping[Source, Decision], resource_has_to_allow: bool, same_account: bool
) -> Source | None:
    """Give whose policy denies it, what is not known yet being in its favour."""
    if _denies(given[Source.ENDPOINT]):
        return Source.ENDPOINT
    resource = given.get(Source.RESOURCE, NOT_GRANTED)
    if resource_has_to_allow and _denies(resource):
        return Source.RESOURCE
    by_resource = same_account and not _denies(resource) and not resource.by_account
    if _denies(given[Source.IDENTITY]) and not by_resource:
        return Source.IDENTITY
    names_caller = by_resource and not resource.by_owner
    for source in (Source.BOUNDARY, Source.SESSION):
        if _denies(given.get(source, GRANTED)) and not names_caller:
            return source
    return None


def _denies(decision: Decision) -> bool:
    return decision.verdict is Verdict.DENY


def _first(decisions: Sequence[Decision], is_it: Callable[[Decision], bool]) -> Decision | None:
    return next((one for one in decisions if is_it(one)), None)


def _keys(decisions: Sequence[Decision]) -> frozenset[str]:
    """Give what decisions together depend on, where one may allow it."""
    open_ = [one.keys for one in decisions if one.verdict is Verdict.DEPENDS]
    if not open_ and not any(one.allows for one in decisions):
        return frozenset()
    return _may_deny(decisions).union(*open_)


def _may_deny(decisions: Sequence[Decision]) -> frozenset[str]:
    return frozenset[str]().union(*(one.may_deny for one in decisions))
