"""A policy asked: which statements a request meets, and what follows.

A statement applies when who, what, which and every condition of it are met. One that denies and
applies decides; else one that allows; else it is denied, by nobody's word. NotPrincipal is met
where none of the names that a caller goes by, its account's among them, is listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from genkan.policy.document import Named, NamedPrincipals, Policy, Statement
from genkan.policy.request import RESOURCE, Principal, Request
from genkan.policy.truth import NO, YES, Truth, all_of, any_of, depends, truth

ELEMENT_ORDER = ("Principal", "Action", "Resource", "Condition")


class Verdict(Enum):
    ALLOW = "allow"
    DENY = "deny"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says of a request, and by which of its statements.

    Without an `explicit` statement, a denial names the statement that came nearest to allowing it,
    and the `element` that was not met. `keys` are what it depends on. `by_account`: all that allows
    it names the caller's account and not the caller, which leaves it to that account's policies.
    `by_owner`: it names the role or the user that a session is of, and not the session.
    `may_deny` are what an explicit denial depends on, where nothing allows it here: what others
    allow, that would deny.
    """

    verdict: Verdict
    explicit: bool = False
    statement: Statement | None = None
    element: str | None = None
    keys: frozenset[str] = frozenset()
    by_account: bool = False
    by_owner: bool = False
    may_deny: frozenset[str] = frozenset()

    @property
    def allows(self) -> bool:
        return self.verdict is Verdict.ALLOW

    def __str__(self) -> str:
        if self.verdict is Verdict.DEPENDS:
            return f"depends on {', '.join(sorted(self.keys))}"
        if self.statement is None:
            return "denied: no statement allows anything"
        if self.allows:
            return f"allowed by {self.statement}"
        if self.explicit:
            return f"denied by {self.statement}"
        return f"denied: {self.statement} does not apply, {self.element} is not met"


@dataclass(frozen=True, slots=True)
class _Met:
    """Whether a request meets a statement, and the first element that it does not."""

    statement: Statement
    applies: Truth
    element: str | None = None
    by_account: bool = False
    by_owner: bool = False


def evaluate(policy: Policy, request: Request, *, accounts_mean_root: bool = False) -> Decision:
    """Ask a policy. `accounts_mean_root`: an account in a Principal is its root user alone, as in
    the policy of a gateway endpoint."""
    met = [_meet(one, request, accounts_mean_root) for one in policy.statements]
    denying = [one for one in met if not one.statement.allows]
    allowing = [one for one in met if one.statement.allows]
    for one in denying:
        if one.applies is YES:
            return Decision(Verdict.DENY, explicit=True, statement=one.statement)
    allowed = any_of(one.applies for one in allowing)
    denied = any_of(one.applies for one in denying)
    if allowed is NO:
        return replace(_denied_by_nobody(allowing), may_deny=denied.keys)
    if allowed is YES and denied is NO:
        return _allowed([one for one in allowing if one.applies is YES])
    return Decision(Verdict.DEPENDS, keys=allowed.keys | denied.keys)


def _allowed(by: list[_Met]) -> Decision:
    named = min(by, key=lambda one: (one.by_account, one.by_owner))
    return Decision(
        Verdict.ALLOW,
        statement=named.statement,
        by_account=named.by_account,
        by_owner=named.by_owner,
    )


def _denied_by_nobody(allowing: list[_Met]) -> Decision:
    nearest = max(allowing, key=lambda one: _order(one.element or ""), default=None)
    if nearest is None:
        return Decision(Verdict.DENY)
    return Decision(Verdict.DENY, statement=nearest.statement, element=nearest.element)


def _order(element: str) -> int:
    kind = element.split(" ")[0].removeprefix("Not")
    return ELEMENT_ORDER.index(kind) if kind in ELEMENT_ORDER else -1


def _meet(statement: Statement, request: Request, accounts_mean_root: bool) -> _Met:
    by_account = by_owner = False
    truths: list[Truth] = []
    for element, found in _elements(statement, request, accounts_mean_root):
        if found is NO:
            return _Met(statement, NO, element)
        truths.append(found)
    if statement.principals and not statement.principals.negated:
        by_account = not _names_caller(statement.principals, request.principal)
        by_owner = not by_account and not _names_session(statement.principals, request.principal)
    return _Met(statement, all_of(truths), by_account=by_account, by_owner=by_owner)


def _elements(
    statement: Statement, request: Request, accounts_mean_root: bool
) -> Iterator[tuple[str, Truth]]:
    principals = statement.principals
    if principals is not None:
        yield (
            "NotPrincipal" if principals.negated else "Principal",
            _is_principal(principals, request, accounts_mean_root),
        )
    actions = statement.actions
    yield f"{actions.prefix}Action", _is_named(actions, request.action, request, fold=True)
    if statement.resources is not None:
        resources = statement.resources
        yield f"{resources.prefix}Resource", _is_resource(resources, request)
    for condition in statement.conditions:
        yield str(condition), condition.met(request)


def _is_named(named: Named, value: str, request: Request, *, fold: bool = False) -> Truth:
    found = any_of(pattern.match(value, request, fold=fold) for pattern in named.patterns)
    return ~found if named.negated else found


def _is_resource(named: Named, request: Request) -> Truth:
    if request.resource is not None:
        return _is_named(named, request.resource, request)
    everything = any(pattern.text == "*" for pattern in named.patterns)
    return truth(not named.negated) if everything else depends(RESOURCE)


def _is_principal(principals: NamedPrincipals, request: Request, accounts_mean_root: bool) -> Truth:
    caller = request.principal
    found = _names_everybody(principals) or (
        caller is not None
        and (
            _names_caller(principals, caller)
            or (_names_account(principals, caller) and (caller.is_root or not accounts_mean_root))
        )
    )
    return truth(found != principals.negated)


def _names_everybody(principals: NamedPrincipals) -> bool:
    return "*" in principals.kinds or "*" in principals.kinds.get("AWS", ())


def _names_caller(principals: NamedPrincipals, caller: Principal | None) -> bool:
    """Tell whether a caller is named itself, or as one of everybody."""
    if _names_everybody(principals):
        return True
    if caller is None:
        return False
    if caller.service is not None:
        return caller.service in principals.kinds.get("Service", ())
    if caller.is_root and _names_account(principals, caller):
        return True
    return any(arn in principals.kinds.get("AWS", ()) for arn in caller.arns)


def _names_session(principals: NamedPrincipals, caller: Principal | None) -> bool:
    """Tell whether who is named is the caller under its first name, or everybody."""
    if caller is None or len(caller.arns) < 2 or _names_everybody(principals):
        return True
    return caller.arns[0] in principals.kinds.get("AWS", ())


def _names_account(principals: NamedPrincipals, caller: Principal) -> bool:
    if caller.service is not None:
        return False
    root = f"arn:aws:iam::{caller.account}:root"
    return any(name in (caller.account, root) for name in principals.kinds.get("AWS", ()))
