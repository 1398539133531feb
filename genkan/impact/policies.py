"""What an endpoint's policy says of callers that are not known: all pass, none, or it depends."""

from genkan.impact.code import Why
from genkan.policy import Policy, PolicyUnreadable, parse_policy
from genkan.policy.document import Named, Statement
from genkan.program.service import EndpointPolicy


def judge(entry: EndpointPolicy | None, signing: str) -> Why | None:
    """Tell what a policy does to calls of a service, by the prefix of its actions; None: it lets
    everybody call everything."""
    if entry is None:
        return None
    try:
        policy = parse_policy(entry.document)
    except PolicyUnreadable:
        return Why.VPCE_POLICY_DEPENDS
    return _judged(policy, signing)


def _judged(policy: Policy, signing: str) -> Why | None:
    denying = [one for one in policy.statements if not one.allows and _meant(one, signing)]
    allowing = [one for one in policy.statements if one.allows and _meant(one, signing)]
    if any(_is_whole(one) for one in denying):
        return Why.VPCE_POLICY_EXPLICIT_DENY
    if not allowing:
        return Why.VPCE_POLICY_IMPLICIT_DENY
    if not denying and any(_is_whole(one) for one in allowing):
        return None
    return Why.VPCE_POLICY_DEPENDS


def _meant(statement: Statement, signing: str) -> bool:
    """Tell whether a statement can be about a service's actions."""
    actions = statement.actions
    if actions.negated:
        return not any(_text(one) in ("*", f"{signing}:*") for one in actions.patterns)
    return any(_is_of(_text(one), signing) for one in actions.patterns)


def _is_of(action: str, signing: str) -> bool:
    prefix = action.partition(":")[0]
    return "*" in prefix or "?" in prefix or prefix.lower() == signing.lower()


def _is_whole(statement: Statement) -> bool:
    """Tell whether it is about everybody, everything, always."""
    who = statement.principals
    return (
        not statement.conditions
        and (who is None or (not who.negated and "*" in (*who.kinds, *who.kinds.get("AWS", ()))))
        and _everything(statement.actions)
        and (statement.resources is None or _everything(statement.resources))
    )


def _everything(named: Named) -> bool:
    return not named.negated and any(_text(one) == "*" for one in named.patterns)


def _text(pattern: object) -> str:
    return str(getattr(pattern, "text", pattern))
