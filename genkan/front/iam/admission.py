"""`Admission`: which requests an endpoint's policy lets through.

Every action of a request has to be allowed on every resource. A policy that cannot be read lets
nothing through.
"""

from genkan.front.iam.denial import Denial
from genkan.front.iam.identities import Identities
from genkan.front.iam.principal import principal_of
from genkan.front.iam.question import Question, denied
from genkan.front.iam.resources import is_partly_named
from genkan.front.records import Seen
from genkan.policy import (
    Decision,
    Policy,
    PolicyUnreadable,
    Request,
    Verdict,
    evaluate,
    parse_policy,
)
from genkan.program import Delta
from genkan.program.service import EndpointPolicy


class Admission:
    """The policies of the program's endpoints, read and ready to be asked."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._policies: dict[str, tuple[Policy, bool]] = {}

    def apply(self, delta: Delta) -> None:
        """Take a difference of the program in."""
        for entry in delta.removed:
            if isinstance(entry, EndpointPolicy):
                self._policies.pop(entry.endpoint, None)
        for entry in delta.put:
            if isinstance(entry, EndpointPolicy):
                self._policies[entry.endpoint] = (_read(entry.document), entry.accounts_mean_root)

    def asks(self, seen: Seen) -> bool:
        """Tell whether a call comes through an endpoint with a policy."""
        return seen.listener is not None and seen.listener.endpoint in self._policies

    async def admit(self, seen: Seen, question: Question) -> None:
        """Raise WireError for a call that its endpoint's policy denies; the call keeps why. What
        the policy needs and is not known here is asked for. Raises UpstreamDown."""
        endpoint = seen.listener.endpoint if seen.listener else None
        if endpoint is None or endpoint not in self._policies:
            return
        principal = principal_of(seen.credential)
        unknown = question.unknown
        known = {key: held for key, held in question.context.items() if key.lower() not in unknown}
        asked = [
            Request.of(
                one.action,
                None if is_partly_named(one.resource) else one.resource,
                principal,
                known,
                unknown,
            )
            for one in question.asked
        ]
        if any(self._ask(endpoint, one).verdict is Verdict.DEPENDS for one in asked):
            question = await self._identities.complete(question)
        for one in question.asked:
            request = Request.of(one.action, one.resource, principal, question.context)
            decision = self._ask(endpoint, request)
            if not decision.allows:
                raise denied(seen, Denial.by_endpoint(one, question.caller, decision))

    def _ask(self, endpoint: str, request: Request) -> Decision:
        policy, accounts_mean_root = self._policies[endpoint]
        return evaluate(policy, request, accounts_mean_root=accounts_mean_root)


def _read(document: str) -> Policy:
    try:
        return parse_policy(document)
    except PolicyUnreadable:
        return Policy(())
