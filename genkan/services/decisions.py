"""What policies of identities and resources say of a call: what is decided where IAM's state is.

A question is what the front knows of a call: who signed, what is asked, the condition keys. The
answer is the first denial, or nothing. What nobody signed is a resource's policy's to grant; where
it says nothing, the service's own access lists are left to speak.
"""

from typing import Any

from genkan.policy import (
    NOT_GRANTED,
    Decision,
    PolicyUnreadable,
    Principal,
    Request,
    Source,
    authorize,
    evaluate,
)
from genkan.services.identities import Identity, Question, identity_of, read_policy
from genkan.services.resource_policies import TRUSTED, Held, held

FREE = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})  # nobody needs to be allowed
OF_THE_OWNER = frozenset({"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"})
ACCESS_LISTS = frozenset({"s3:GetObject", "s3:GetObjectVersion"})  # that anonymous calls may meet
TRUST = "role trust policy"


def decide(question: Question) -> dict[str, Any] | None:
    """Answer a question: what is denied first, and why; None where nothing is."""
    account = question.get("account") or ""
    identity = identity_of(question)
    for action, resource in question["asked"]:
        denial = _decide_one(question, identity, account, action, resource)
        if denial is not None:
            return denial
    return None


def complete(question: Question) -> dict[str, Any]:
    """Give what of a question is known here alone: whole names of what is asked for, and the
    condition keys of who asks and of who owns it."""
    account, identity = question.get("account") or "", identity_of(question)
    found = [held(action, resource, account) for action, resource in question["asked"]]
    keys = dict(identity.keys) if identity else {}
    for one in found[:1]:
        if one.account:
            keys |= {"aws:ResourceAccount": (one.account,), "s3:ResourceAccount": (one.account,)}
    return {"resources": [one.arn for one in found], "context": keys}


def granted_by_resource(question: Question) -> bool:
    """Tell whether a resource's policy grants all of what nobody signed."""
    return not question.get("principal") and all(
        _by_resource(
            held(action, resource, ""), request_of(question, None, action, resource)
        ).allows
        for action, resource in question["asked"]
    )


def _decide_one(
    question: Question, identity: Identity | None, account: str, action: str, resource: str
) -> dict[str, Any] | None:
    if action in FREE and identity is not None:
        return None
    one = held(action, resource, account)
    request = request_of(question, identity, action, one.arn, one)
    by_resource = _by_resource(one, request) if one.policy else None
    mine = one.account == account
    if identity is None:
        if not action.startswith("s3:") or not one.account:
            return None  # what is anybody's to ask, and buckets that there are not
        if action in ACCESS_LISTS and not (by_resource and by_resource.explicit):
            return None
        found = authorize(identity=NOT_GRANTED, resource=by_resource)
    else:
        if identity.principal.is_root and mine and action in OF_THE_OWNER:
            by_resource = None
        found = authorize(
            identity=identity.decide(request),
            resource=by_resource,
            boundary=identity.bound(request),
            session=identity.bind(request),
            same_account=mine,
            resource_has_to_allow=one.has_to_allow,
        )
    if found.allows:
        return None
    return denial_of(
        action, one.arn, found.source or Source.IDENTITY, found.decision or NOT_GRANTED
    )


def request_of(
    question: Question,
    identity: Identity | None,
    action: str,
    resource: str,
    one: Held | None = None,
) -> Request:
    """Put one of the things that a question asks as policies are asked."""
    keys = dict(question["context"])
    if identity is not None:
        keys |= identity.keys
        if action.startswith("sns:"):
            keys["aws:SourceOwner"] = (identity.principal.account,)
    if one is not None:
        keys["aws:ResourceAccount"] = (one.account,)
        if action.startswith("s3:"):
            keys["s3:ResourceAccount"] = (one.account,)
    principal: Principal | None = identity.principal if identity else None
    return Request.of(action, resource, principal, keys)


def _by_resource(one: Held, request: Request) -> Decision:
    try:
        return evaluate(read_policy(one.policy or ""), request)
    except PolicyUnreadable:
        return NOT_GRANTED


def denial_of(action: str, resource: str, source: Source, decision: Decision) -> dict[str, Any]:
    """Give a denial as it is told."""
    trust = source is Source.RESOURCE and action in TRUSTED
    return {
        "action": action,
        "resource": resource,
        "policy": TRUST if trust else source.value,
        "explicit": decision.explicit,
        "reason": str(decision),
        "statement": str(decision.statement) if decision.statement else None,
        "element": decision.element,
    }
