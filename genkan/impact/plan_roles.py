"""Roles that a plan makes, with what their own policies say: no call here makes them, and calls
from instances are signed by them.

A document that is not known leaves its role unknown; a policy of which it is not known whose it is
leaves all of them so.
"""

from collections.abc import Iterator
from dataclasses import replace

from genkan.impact.plan import PlannedChange, Planning, Unresolved
from genkan.model.role_policies import RolePolicies


def create_role(planning: Planning, change: PlannedChange) -> None:
    name = _known(planning, change, "name")
    if name is None or planning.account is None:
        return
    path = _known(planning, change, "path") or "/"
    arn = f"arn:aws:iam::{planning.account}:role{path}{name}"
    planning.stands(change, id=name, name=name, arn=arn)
    bound = None
    if planning.configuration.is_written(change.base, "permissions_boundary"):
        bound = (_managed(planning, _known(planning, change, "permissions_boundary")),)
    documents = tuple(_own(planning, change))
    planning.roles[name] = RolePolicies(arn, planning.account, (name,), documents, bound)


def _own(planning: Planning, change: PlannedChange) -> Iterator[str | None]:
    """Give the policies that a role says itself."""
    try:
        inline = planning.blocks(change, "inline_policy")
        attached = planning.value(change, "managed_policy_arns")
    except Unresolved:
        yield None
        return
    for one in inline:
        if one:  # an empty block says that there is none
            yield one.get("policy")
    for arn in attached or ():
        yield _managed(planning, arn)


def create_policy(planning: Planning, change: PlannedChange) -> None:
    name, path = _known(planning, change, "name"), _known(planning, change, "path") or "/"
    if name is not None and planning.account is not None:
        arn = f"arn:aws:iam::{planning.account}:policy{path}{name}"
        planning.stands(change, id=arn, name=name, arn=arn)
        planning.policies[arn] = _known(planning, change, "policy")


def add_inline(planning: Planning, change: PlannedChange) -> None:
    planning.given.append((_known(planning, change, "role"), _known(planning, change, "policy")))


def attach(planning: Planning, change: PlannedChange) -> None:
    arn = _known(planning, change, "policy_arn")
    planning.given.append((_known(planning, change, "role"), _managed(planning, arn)))


def create_profile(planning: Planning, change: PlannedChange) -> None:
    name, role = (_known(planning, change, one) for one in ("name", "role"))
    if name is None:
        return
    planning.stands(change, id=name, name=name)
    planning.profiles.append((role, name))


def roles_in(planning: Planning) -> Iterator[RolePolicies]:
    """Give the roles with all that is given to them; what is given to one that is not known may be
    any's."""
    for name, held in planning.roles.items():
        more = (said if role else None for role, said in planning.given if role in (None, name))
        profiles = (profile for role, profile in planning.profiles if role == name)
        yield replace(
            held, documents=(*held.documents, *more), profiles=(*profiles, *held.profiles)
        )


def _managed(planning: Planning, arn: str | None) -> str | None:
    """Give the document of a managed policy, of the plan or of what there was before it."""
    if arn in planning.policies:
        return planning.policies[arn]
    held = next((one for one in planning.ids.values() if arn and one.get("arn") == arn), {})
    found = held.get("policy")
    return found if isinstance(found, str) else None


def _known(planning: Planning, change: PlannedChange, attribute: str) -> str | None:
    try:
        found = planning.value(change, attribute)
    except Unresolved:
        return None
    return found if isinstance(found, str) else None


CREATES = {
    "aws_iam_policy": create_policy,
    "aws_iam_role": create_role,
    "aws_iam_role_policy": add_inline,
    "aws_iam_role_policy_attachment": attach,
    "aws_iam_instance_profile": create_profile,
}
