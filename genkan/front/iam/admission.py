"""`Admission`: which requests an endpoint's policy lets through.

Every action of a request has to be allowed on every resource. A policy that cannot be read lets
nothing through.
"""

from datetime import datetime

from genkan import wire
from genkan.front.iam.actions import asked_of
from genkan.front.iam.context import context_of
from genkan.front.iam.denial import Denial
from genkan.front.iam.principal import principal_of
from genkan.front.records import Seen
from genkan.policy import Policy, PolicyUnreadable, Request, Source, evaluate, parse_policy
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

    def admit(self, seen: Seen, head: wire.HttpRequest, now: datetime) -> None:
        """Raise WireError for a call that its endpoint's policy denies; the call keeps why."""
        endpoint = seen.listener.endpoint if seen.listener else None
        if endpoint is None or endpoint not in self._policies:
            return
        policy, accounts_mean_root = self._policies[endpoint]
        credential = seen.credential
        principal = principal_of(credential)
        context = context_of(
            service=seen.service,
            head=head,
            parameters=seen.parameters,
            source=seen.source,
            listener=seen.listener,
            credential=credential,
            now=now,
        )
        account = credential.account if credential else ""
        for one in asked_of(seen.service, seen.operation, seen.parameters, head, account):
            request = Request.of(one.action, one.resource, principal, context)
            decision = evaluate(policy, request, accounts_mean_root=accounts_mean_root)
            if not decision.allows:
                caller = principal.arns[0] if principal else "anonymous"
                seen.denial = Denial(one, caller, Source.ENDPOINT, decision)
                raise seen.denial.error()


def _read(document: str) -> Policy:
    try:
        return parse_policy(document)
    except PolicyUnreadable:
        return Policy(())
