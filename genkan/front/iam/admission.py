"""`Admission`: which requests an endpoint's policy lets through.

Every action of a request has to be allowed on every resource. A policy that cannot be read lets
nothing through.
"""

from genkan.front.iam.denial import Denial
from genkan.front.iam.principal import principal_of
from genkan.front.iam.question import Question, denied
from genkan.front.records import Seen
from genkan.policy import Policy, PolicyUnreadable, Request, evaluate, parse_policy
from genkan.program import Delta
from genkan.program.service import EndpointPolicy


class Admission:
    """The policies of the program's endpoints, read and ready to be asked."""

    def __init__(self) -> None:
        self._policies: dict[str, tuple[Policy, bool]] = {}

    def apply(self, delta: Delta) -> None:
        """Take a difference of the program in."""
        for entry in delta.removed:
            if isinstance(entry, EndpointPolicy):
                self._policies.pop(entry.endpoint, None)
        for entry in delta.put:
            if isinstance(entry, EndpointPolicy):
                self._policies[entry.endpoint] = (_read(entry.document), entry.accounts_mean_root)

    def admit(self, seen: Seen, question: Question) -> None:
        """Raise WireError for a call that its endpoint's policy denies; the call keeps why."""
        endpoint = seen.listener.endpoint if seen.listener else None
        if endpoint is None or endpoint not in self._policies:
            return
        policy, accounts_mean_root = self._policies[endpoint]
        principal = principal_of(seen.credential)
        for one in question.asked:
            request = Request.of(one.action, one.resource, principal, question.context)
            decision = evaluate(policy, request, accounts_mean_root=accounts_mean_root)
            if not decision.allows:
                raise denied(seen, Denial.by_endpoint(one, question.caller, decision))


def _read(document: str) -> Policy:
    try:
        return parse_policy(document)
    except PolicyUnreadable:
        return Policy(())
