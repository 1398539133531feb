"""What an IAM policy says of a request: allow, deny, or depends.

A policy is read once (`parse_policy`) and asked often (`evaluate`); a `Decision` has one of three
verdicts, because a request may be known in part only: allow, deny, or depends on named keys; with
the statement that decided and the element of it. `together` asks several policies as one, and
`authorize` puts identity, resource and endpoint policies together as AWS does. "Policy evaluation
logic" and "IAM JSON policy reference" in the IAM user guide.
"""

from genkan.policy.action_prefix import action_prefix
from genkan.policy.combination import (
    GRANTED,
    NOT_GRANTED,
    Outcome,
    Source,
    authorize,
    together,
)
from genkan.policy.document import Policy, PolicyUnreadable, parse_policy
from genkan.policy.evaluation import Decision, Verdict, evaluate
from genkan.policy.request import Principal, Request

__all__ = [
    "GRANTED",
    "NOT_GRANTED",
    "Decision",
    "Outcome",
    "Policy",
    "PolicyUnreadable",
    "Principal",
    "Request",
    "Source",
    "Verdict",
    "action_prefix",
    "authorize",
    "evaluate",
    "parse_policy",
    "together",
]
