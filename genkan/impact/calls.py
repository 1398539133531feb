"""Calls as policies see them: whence they come by a way, which calls stand for all that a policy
tells apart, and what the endpoint's and the resource's policies say of one.

A call by an endpoint has aws:SourceVpce, aws:SourceVpc and aws:VpcSourceIp and no aws:SourceIp; any
other has aws:SourceIp alone. Keys that are not of the way, or of who calls, are unknown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from genkan.impact.outlook import Outlook, listener_at
from genkan.impact.state import State
from genkan.model.resource_policy import ResourcePolicy
from genkan.model.role_policies import RolePolicies
from genkan.model.vpc import Vpc
from genkan.policy import (
    GRANTED,
    NOT_GRANTED,
    Decision,
    Outcome,
    Policy,
    PolicyUnreadable,
    Principal,
    Request,
    Source,
    Verdict,
    action_prefix,
    authorize,
    evaluate,
    parse_policy,
    together,
)
from genkan.policy.document import Statement
from genkan.program.service import EndpointPolicy
from genkan.program.service import Service as ServiceEntry

ANY = "Anything"  # stands for all that a wildcard does
BUCKETS = "s3"
UNREADABLE = "a policy that cannot be read"


@dataclass(frozen=True, slots=True)
class Whence:
    """How calls come to a service: from whose VPC and which address, by which endpoint with which
    policy."""

    account: str
    to: ServiceEntry
    source: str
    endpoint: str | None = None
    vpc: str | None = None
    policy: EndpointPolicy | None = None

    @property
    def service(self) -> str:
        """The prefix of the service's actions."""
        return action_prefix(self.to.signing_name or self.to.code)

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Give the condition keys of the way; one without values is known not to be there."""
        by_endpoint = (self.source,) if self.endpoint else ()
        return {
            "aws:SourceVpce": (self.endpoint,) if self.endpoint else (),
            "aws:SourceVpc": (self.vpc,) if self.vpc else (),
            "aws:VpcSourceIp": by_endpoint,
            "aws:SourceIp": () if self.endpoint else (self.source,),
            "aws:SecureTransport": ("true",),
            "aws:RequestedRegion": (self.to.region,),
            "aws:ViaAWSService": ("false",),
            "aws:PrincipalIsAWSService": ("false",),
            "aws:CalledVia": (),
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that stands for those that policies tell it from. `principal` None: nobody signed."""

    action: str
    resource: str
    principal: Principal | None


@dataclass(frozen=True)
class Caller:
    """An instance that signs as its role."""

    role: RolePolicies
    session: str

    @property
    def principal(self) -> Principal:
        start = f"arn:aws:sts::{self.role.account}:assumed-role/{self.role.name}"
        return Principal(self.role.account, (f"{start}/{self.session}", self.role.arn))

    def request(self, way: Whence, action: str, resource: str) -> Request:
        keys = {
            **way.keys(),
            "aws:PrincipalArn": (self.role.arn,),
            "aws:PrincipalAccount": (self.role.account,),
        }
        return Request.of(action, resource, self.principal, keys, unknown=("*",))

    def says(self, request: Request) -> Decision:
        """Say what its role's own policies say of a call."""
        return together([unreadable_or(one, request) for one in self.role.documents])

    def bounds(self, request: Request) -> Decision | None:
        """Say what the boundary of its permissions says; None where it has none."""
        if self.role.boundary is None:
            return None
        return together([unreadable_or(one, request) for one in self.role.boundary])


def whence(
    state: State, sender: str, outlook: Outlook, named: ServiceEntry | None
) -> Whence | None:
    """Say how calls come from a VPC that go as a flow does, to the service that was named where no
    endpoint says which it is; None where no service of AWS's takes them."""
    vpc = state.network.get(Vpc, sender)
    trace, source = outlook.trace, outlook.sees
    if vpc is None or trace is None or trace.blockers or source is None:
        return None
    listener = listener_at(state, trace)
    if listener is None or listener.endpoint is None:
        return None if named is None else Whence(vpc.account, named, source)
    service = state.program.get((ServiceEntry.section, listener.service or ""))
    entry = state.program.get((EndpointPolicy.section, listener.endpoint))
    if not isinstance(service, ServiceEntry):
        return None
    policy = entry if isinstance(entry, EndpointPolicy) else None
    return Whence(vpc.account, service, source, listener.endpoint, listener.vpc, policy)


def calls_of(
    resource: ResourcePolicy, ways: Iterable[Whence | None], caller: Caller | None = None
) -> list[Asked]:
    """Give the calls of a resource that stand for all that its policy, and those of endpoints on
    the ways, tell apart: of each statement its actions, on what it is about, by whom it names, or
    by the caller that is known."""
    known = [one for one in ways if one is not None]
    documents = [resource.document, *(one.policy.document for one in known if one.policy)]
    documents += (*caller.role.documents, *(caller.role.boundary or ())) if caller else ()
    policies = [found for one in documents if isinstance(found := read(one), Policy)]
    statements = [one for policy in policies for one in policy.statements]
    pairs = {(f"{resource.service}:{ANY}", one): None for one in _wholes(resource)}
    for statement in statements:
        for action in actions_of(statement, resource.service):
            pairs |= {(action, one): None for one in _resources(statement, resource)}
    callers = dict.fromkeys(one for way in known[:1] for one in _callers(statements, way.account))
    if caller is not None:
        callers = {caller.principal: None}
    return [Asked(*pair, one) for pair in pairs for one in callers]


def decide(
    resource: ResourcePolicy,
    asked: Asked,
    way: Whence,
    *,
    allowed: bool,
    caller: Caller | None = None,
) -> Outcome:
    """Say what becomes of a call, by the policies of the caller that is known. Of another,
    `allowed`: its own policies allow it; else they say nothing of it, and what denies it is that
    the resource's policy does not let it in."""
    keys = way.keys() | {"aws:ResourceAccount": (resource.account,)}
    if resource.service == BUCKETS:
        keys["s3:ResourceAccount"] = (resource.account,)
    if asked.principal is not None:
        keys["aws:PrincipalAccount"] = (asked.principal.account,)
        if asked.principal.arns:
            keys["aws:PrincipalArn"] = (caller.role.arn,) if caller else asked.principal.arns[:1]
    request = Request.of(asked.action, asked.resource, asked.principal, keys, unknown=("*",))
    by_resource = unreadable_or(resource.document, request) if resource.document else None
    by_endpoint = GRANTED
    if way.policy is not None:
        by_endpoint = unreadable_or(way.policy.document, request, way.policy.accounts_mean_root)
    identity, boundary = GRANTED if allowed else NOT_GRANTED, None
    if caller is not None and asked.principal is not None:
        identity, boundary = caller.says(request), caller.bounds(request)
    outcome = authorize(
        identity=identity,
        boundary=boundary,
        resource=by_resource,
        endpoint=by_endpoint,
        same_account=asked.principal is None or asked.principal.account == resource.account,
        resource_has_to_allow=resource.has_to_allow,
    )
    if outcome.source is Source.IDENTITY and by_resource is not None and caller is None:
        return replace(outcome, source=Source.RESOURCE, decision=by_resource)
    return outcome


def policy_says(way: Whence, action: str, resource: str) -> Decision:
    """Say what the policy of the endpoint on a way says of a call that somebody else signed, as
    AWS's services sign addresses for their callers."""
    if way.policy is None:
        return GRANTED
    request = Request.of(action, resource, Principal("", ()), way.keys(), unknown=("*",))
    return unreadable_or(way.policy.document, request, way.policy.accounts_mean_root)


@lru_cache(4096)
def read(document: str | None) -> Policy | PolicyUnreadable | None:
    """Read a policy, once; what is none is given as what is wrong with it."""
    if document is None:
        return None
    try:
        return parse_policy(document)
    except PolicyUnreadable as error:
        return error


def unreadable_or(
    document: str | None, request: Request, accounts_mean_root: bool = False
) -> Decision:
    """Say what a policy says of a call; of one that cannot be read, that it depends on it."""
    policy = read(document)
    if not isinstance(policy, Policy):
        return Decision(Verdict.DEPENDS, keys=frozenset({UNREADABLE}))
    return evaluate(policy, request, accounts_mean_root=accounts_mean_root)


def _wholes(resource: ResourcePolicy) -> list[str]:
    """Give what of a resource can be asked for: a bucket itself, and what is in it."""
    return [resource.arn, *([f"{resource.arn}/{ANY}"] if resource.service == BUCKETS else [])]


def actions_of(statement: Statement, service: str) -> Iterator[str]:
    """Give the actions of a service that a statement names, wildcards filled."""
    for pattern in statement.actions.patterns:
        prefix, _, name = pattern.text.partition(":")
        if pattern.text == "*":
            yield f"{service}:{ANY}"
        elif prefix.lower() == service or "*" in prefix:
            yield f"{service}:{filled(name or '*')}"


def _resources(statement: Statement, resource: ResourcePolicy) -> Iterator[str]:
    """Give what a statement is about, as far as it is this resource."""
    patterns = statement.resources.patterns if statement.resources else ()
    for pattern in patterns:
        found = filled(pattern.text)
        if found == resource.arn or found.startswith(f"{resource.arn}/"):
            yield found
    if not patterns or any(one.text.startswith("*") or "${" in one.text for one in patterns):
        yield from _wholes(resource)


def filled(text: str) -> str:
    """Put in the place of wildcards what they stand for."""
    return text.replace("*", ANY).replace("?", "x")


def _callers(statements: Iterable[Statement], account: str) -> Iterator[Principal | None]:
    """Give somebody of an account, those of it that statements name, and nobody where a statement
    lets everybody in."""
    yield Principal(account, ())
    for statement in statements:
        who = statement.principals
        names = who.kinds.get("AWS", ()) if who is not None else ()
        for name in names:
            is_one = name.startswith("arn:") and not name.endswith(":root")
            if is_one and name.split(":")[4:5] == [account]:
                yield Principal(account, (name,))
        if who is not None and statement.allows and "*" in (*names, *who.kinds):
            yield None
