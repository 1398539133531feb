"""Who signs and what they may: users, keys and roles as the embedded IAM holds them.

A role that IAM does not know is taken as named, and may do everything, in an account that has no
role of its own; in one that has, it is nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from genkan.policy import (
    GRANTED,
    NOT_GRANTED,
    Decision,
    Policy,
    PolicyUnreadable,
    Principal,
    Request,
    evaluate,
    parse_policy,
    together,
)

PARTITION = "aws"
ASSUMED = ":assumed-role/"
ACTIVE = "Active"
TAG_KEY, USERNAME, USER_ID = "aws:principaltag/", "aws:username", "aws:userid"
Question = dict[str, Any]  # what the front knows of a call, as its header has it


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller: the names it goes by, its own condition keys, and the policies attached to it;
    `unbound`: no policy of its own is asked. `boundary`: those of the boundary of its permissions,
    `session`: those that bind its session, None where none do."""

    principal: Principal
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    unbound: bool = False
    boundary: tuple[str, ...] | None = None
    session: tuple[str, ...] | None = None

    def decide(self, request: Request) -> Decision:
        """Say what its policies say."""
        if self.unbound:
            return GRANTED
        return together([_asked(text, request) for text in self.policies])

    def bound(self, request: Request) -> Decision | None:
        """Say what the boundary of its permissions says; None where it has none."""
        if self.boundary is None:
            return None
        return together([_asked(text, request) for text in self.boundary])

    def bind(self, request: Request) -> Decision | None:
        """Say what its session's policies say; None where it has none."""
        if self.session is None:
            return None
        return together([_asked(text, request) for text in self.session])


def key_of(access_key: str) -> dict[str, str] | None:
    """Give an active access key's secret, and whose it is."""
    for account, user in _users():
        for key in user.access_keys:
            if key.access_key_id == access_key and key.status == ACTIVE:
                return {
                    "secret": key.secret_access_key,
                    "account": account,
                    "principal": user.arn,
                    "user_id": user.id,
                }
    return None


def identity_of(question: Question) -> Identity | None:
    """Give the identity that a question is about; None where nobody signed.

    A federated user's is its issuer's under its own name; a session's tags count before those of
    whom it is of.
    """
    arn, account = question.get("principal"), question.get("account") or ""
    if not arn:
        return None
    issuer = question.get("issuer")
    found = _lasting(issuer or arn, account)
    said = {
        name: tuple(values)
        for name, values in question["context"].items()
        if name.lower().startswith(TAG_KEY) or (issuer and name == USER_ID)
    }
    keys = {name: held for name, held in found.keys.items() if not (issuer and name == USERNAME)}
    arns = (arn, *found.principal.arns) if issuer else found.principal.arns
    bound = question.get("session_policies")
    return replace(
        found,
        principal=Principal(account, arns),
        keys={**keys, **said},
        session=None if bound is None else tuple(_documents(account, bound)),
    )


def _documents(account: str, policies: Iterable[str]) -> Iterator[str]:
    """Give session policies as documents; an ARN of what is not there grants nothing."""
    managed = backend(account).managed_policies
    for one in policies:
        if not one.startswith("arn:"):
            yield one
        elif one in managed:
            yield from _chosen(managed[one])


def _lasting(arn: str, account: str) -> Identity:
    """Give the identity with this ARN: a root user's, a user's, a session's of a role."""
    if arn.endswith(":root"):
        return Identity(Principal(account, (arn,)), unbound=True)
    if ASSUMED in arn:
        return _session(arn, account)
    return _user(arn, account)


def find_role(account: str, name: str) -> Any:  # noqa: ANN401 - moto's
    """Give a role by its name, or by the name of the instance profile that it is in; or None."""
    iam = backend(account)
    role = next((one for one in iam.roles.values() if one.name == name), None)
    if role is None:
        profiles = (one for one in iam.instance_profiles.values() if one.name == name)
        role = next((role for one in profiles for role in one.roles), None)
    return role


def has_roles(account: str) -> bool:
    return bool(backend(account).roles)


def backend(account: str) -> Any:  # noqa: ANN401 - moto's
    """Give an account's IAM."""
    from moto.iam.models import iam_backends

    return iam_backends[account][PARTITION]


def every_role() -> Iterator[dict[str, Any]]:
    """Give every role: its ARN, its account, the names of profiles that it is found by, its
    policies as `documents`, and those of its permissions' `boundary`, None where it has none."""
    from moto.iam.models import iam_backends

    for account, partitions in list(iam_backends.items()):
        iam = partitions.get(PARTITION)
        profiles = list(iam.instance_profiles.values()) if iam else []
        for role in list(iam.roles.values()) if iam else ():
            names = [one.name for one in profiles if role in one.roles]
            yield {
                "arn": role.arn,
                "account": account,
                "profiles": [*names, role.name],
                "documents": list(_attached(role)),
                "boundary": _boundary(account, role),
            }


def _users() -> Iterator[tuple[str, Any]]:
    from moto.iam.models import iam_backends

    for account, partitions in list(iam_backends.items()):
        if PARTITION in partitions:
            yield from ((account, user) for user in list(partitions[PARTITION].users.values()))


def _session(arn: str, account: str) -> Identity:
    name, _, session = arn.partition(ASSUMED)[2].partition("/")
    role = find_role(account, name)
    if role is None:
        named = f"arn:aws:iam::{account}:role/{name}"
        return Identity(Principal(account, (arn, named)), unbound=not has_roles(account))
    keys = _tag_keys(role.tags)
    keys |= {"aws:PrincipalArn": (role.arn,), "aws:userid": (f"{role.id}:{session}",)}
    policies, boundary = tuple(_attached(role)), _boundary(account, role)
    return Identity(Principal(account, (arn, role.arn)), keys, policies, boundary=boundary)


def _user(arn: str, account: str) -> Identity:
    iam = backend(account)
    user = next((one for one in iam.users.values() if one.arn == arn), None)
    if user is None:
        return Identity(Principal(account, (arn,)))
    policies = list(_attached(user))
    for group in iam.get_groups_for_user(user.name):
        policies += _attached(group)
    keys = _tag_keys(user.tags)
    keys |= {"aws:userid": (user.id,), "aws:username": (user.name,)}
    return Identity(Principal(account, (arn,)), keys, tuple(policies))


def _attached(owner: Any) -> Iterator[str]:  # noqa: ANN401 - moto's user, group or role
    yield from owner.policies.values()
    for policy in owner.managed_policies.values():
        yield from _chosen(policy)


def _boundary(account: str, owner: Any) -> tuple[str, ...] | None:  # noqa: ANN401 - moto's
    """Give the policy that bounds a role's permissions, None where none does; one that is not there
    grants nothing."""
    arn = owner.permissions_boundary_arn
    return tuple(_documents(account, [arn])) if arn else None


def _chosen(policy: Any) -> Iterator[str]:  # noqa: ANN401 - moto's managed policy
    chosen = policy.default_version_id
    yield from (one.document for one in policy.versions if one.version_id == chosen)


def _tag_keys(tags: Any) -> dict[str, tuple[str, ...]]:  # noqa: ANN401 - a list or a mapping
    each = tags.values() if isinstance(tags, dict) else tags or ()
    return {f"aws:PrincipalTag/{one['Key']}": (one["Value"],) for one in each}


@lru_cache(1024)
def read_policy(text: str) -> Policy:
    """Read a policy, once for as long as it is asked often. Raises PolicyUnreadable."""
    return parse_policy(text)


def _asked(text: str, request: Request) -> Decision:
    try:
        return evaluate(read_policy(text), request)
    except PolicyUnreadable:
        return NOT_GRANTED
