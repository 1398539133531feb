"""Who calls from an instance: the role of its instance profile, where its policies are known, and
what these and the endpoint's on a way say together of the calls of a service.

Weighed are the calls that statements of either tell apart. Policies of resources are asked apart,
about each resource (`genkan.impact.guarded`). "Policy evaluation logic" in the IAM user guide.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from genkan.impact.calls import ANY, Caller, Whence, actions_of, filled, read, unreadable_or, whence
from genkan.impact.code import Why
from genkan.impact.effects import Compared, Times, classify
from genkan.impact.groups import Sender
from genkan.impact.outlook import Outlook, Said, Verdict
from genkan.impact.state import State
from genkan.impact.target import HTTPS, Kind, Target
from genkan.model.instance import Instance
from genkan.model.instance_profile import given_profile, profile_name
from genkan.model.resource_policy import ResourcePolicies
from genkan.policy import GRANTED, Decision, Policy, Request, Source, together
from genkan.policy import Verdict as Ruling
from genkan.policy.document import Statement

PASSES = (Verdict.WORKS, Verdict.DEPENDS, Verdict.DENIED)
DENIES = {
    (Source.IDENTITY, True): Why.IDENTITY_POLICY_EXPLICIT_DENY,
    (Source.IDENTITY, False): Why.IDENTITY_POLICY_IMPLICIT_DENY,
    (Source.BOUNDARY, True): Why.PERMISSIONS_BOUNDARY_EXPLICIT_DENY,
    (Source.BOUNDARY, False): Why.PERMISSIONS_BOUNDARY_IMPLICIT_DENY,
    (Source.ENDPOINT, True): Why.VPCE_POLICY_EXPLICIT_DENY,
    (Source.ENDPOINT, False): Why.VPCE_POLICY_IMPLICIT_DENY,
}
Weighed = tuple[Verdict, Why | None, Said | None]


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that stands for others, and what the caller's and the endpoint's policies say;
    `whose`: whether its own policies have the word of them, or the boundary of its permissions."""

    text: str
    whose: Source
    own: Decision
    endpoint: Decision


class Callers:
    """The callers of instances; belongs to one question."""

    def __init__(self, known: ResourcePolicies) -> None:
        self._roles = {
            (one.account, name): one for one in known.roles for name in one.profiles if one.is_known
        }
        self._told: dict[object, Weighed] = {}

    def at(self, state: State, place: str) -> Caller | None:
        """Give who calls from an instance; None where that is not known."""
        if not self._roles:
            return None
        instance = state.network.get(Instance, place)
        given = given_profile(instance) if instance else None
        if instance is None or given is None:
            return None
        role = self._roles.get((instance.account, profile_name(given)))
        return Caller(role, instance.id) if role else None

    def compared(
        self, times: Times, sender: Sender, target: Target, one: Compared, captured: bool
    ) -> Compared:
        """Give a flow to a name with both its sides weighed."""
        if target.kind is not Kind.NAME or (one.flow.protocol, one.flow.port) != HTTPS:
            return one
        before, after = (
            self.weighed(state, sender.origin, sender.vpc, target.name, outlook)
            for state, outlook in ((times.before, one.before), (times.after, one.after))
        )
        if before is one.before and after is one.after:
            return one
        effect = classify(before, after, captured)
        return replace(one, before=before, after=after, effect=effect)

    def weighed(
        self, state: State, place: str, vpc: str, name: str | None, outlook: Outlook
    ) -> Outlook:
        """Give an outlook of calls as the caller's own policies and the endpoint's have it."""
        caller = self.at(state, place)
        if caller is None or outlook.verdict not in PASSES or outlook.said is not None:
            return outlook
        way = whence(state, vpc, outlook, state.index.service_named(name))
        if way is None:
            return outlook
        key = (caller.role.arn, way.service, way.to.region, way.endpoint, way.policy, way.source)
        if key not in self._told:
            self._told[key] = _weigh(caller, way)
        verdict, why, said = self._told[key]
        return _with(outlook, verdict, why, said)


def _with(outlook: Outlook, verdict: Verdict, why: Why | None, said: Said | None) -> Outlook:
    return replace(outlook, verdict=verdict, codes=(why.value,) if why else (), said=said)


def _weigh(caller: Caller, way: Whence) -> Weighed:
    calls = list(_calls(caller, way))
    may = [one for one in calls if one.own.verdict is not Ruling.DENY]
    if not may:
        nearest = next((one for one in calls if one.own.explicit), None)
        bound = next((one for one in calls if one.whose is Source.BOUNDARY), None)
        told = nearest or bound
        whose = told.whose if told else Source.IDENTITY
        decision = told.own if told else together([one.own for one in calls])
        return _denied(caller, way, whose, decision, [f"{way.service}:*"])
    denied = [one for one in may if one.endpoint.verdict is Ruling.DENY]
    if len(denied) == len(may):
        texts = [one.text for one in denied]
        return _denied(caller, way, Source.ENDPOINT, denied[0].endpoint, texts)
    if denied:
        said = _said(caller, way, Source.ENDPOINT, denied[0].endpoint, [x.text for x in denied])
        return Verdict.DEPENDS, Why.VPCE_POLICY_DEPENDS, said
    for source, why in (
        (Source.ENDPOINT, Why.VPCE_POLICY_DEPENDS),
        (Source.IDENTITY, Why.IDENTITY_POLICY_DEPENDS),
    ):
        found = [(one.text, one.endpoint if source is Source.ENDPOINT else one.own) for one in may]
        open_ = [(text, decision) for text, decision in found if not decision.allows]
        if open_:
            said = _said(caller, way, source, open_[0][1], [text for text, _ in open_])
            return Verdict.DEPENDS, why, said
    return Verdict.WORKS, None, None


def _denied(
    caller: Caller, way: Whence, source: Source, decision: Decision, calls: list[str]
) -> Weighed:
    return (
        Verdict.DENIED,
        DENIES[source, decision.explicit],
        _said(caller, way, source, decision, calls),
    )


def _said(
    caller: Caller, way: Whence, source: Source, decision: Decision, calls: list[str]
) -> Said:
    whose = way.endpoint if source is Source.ENDPOINT else caller.role.arn
    return Said(f"{source.value} of {whose}", str(decision), tuple(calls), caller.role.name)


def _calls(caller: Caller, way: Whence) -> Iterator[_Call]:
    documents = [*caller.role.documents, *(caller.role.boundary or ())]
    if way.policy is not None:
        documents.append(way.policy.document)
    policies = [found for one in documents if isinstance(found := read(one), Policy)]
    pairs = dict.fromkeys(
        pair for one in policies for statement in one.statements for pair in _pairs(statement, way)
    )
    for action, resource in pairs or {(f"{way.service}:{ANY}", ANY): None}:
        request = caller.request(way, action, resource)
        endpoint = GRANTED
        if way.policy is not None:
            endpoint = unreadable_or(way.policy.document, request, way.policy.accounts_mean_root)
        text = f"{action} on {resource}".replace(ANY, "*")
        yield _Call(text, *_own(caller, request), endpoint)


def _own(caller: Caller, request: Request) -> tuple[Source, Decision]:
    """Say what a caller's own policies say within the boundary of its permissions, and which of
    them has the word."""
    own, bound = caller.says(request), caller.bounds(request)
    if bound is None or (bound.allows and not own.explicit) or own.verdict is Ruling.DENY:
        return Source.IDENTITY, own
    return Source.BOUNDARY, bound


def _pairs(statement: Statement, way: Whence) -> Iterator[tuple[str, str]]:
    actions = list(actions_of(statement, way.service))
    if statement.actions.negated:
        actions = [f"{way.service}:{ANY}"]
    for action in actions:
        yield from ((action, resource) for resource in _resources(statement, way.service))


def _resources(statement: Statement, service: str) -> Iterable[str]:
    named = statement.resources
    if named is None or named.negated:
        return [ANY]
    found = [filled(one.text) for one in named.patterns if "${" not in one.text]
    return [one for one in found if not one.startswith("arn:") or one.split(":")[2] == service] or (
        [ANY] if len(found) < len(named.patterns) else []
    )
