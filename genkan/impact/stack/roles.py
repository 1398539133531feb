"""Roles of a template, with what their own policies say: no call here makes them, and calls from
instances are signed by them.

One that nobody named is called by its logical id, for AWS adds letters that are not known before.
A document that is not known leaves its role unknown.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genkan.impact.order import Order, UnknownReference
from genkan.impact.stack.stacking import SELF, Stacking
from genkan.imports.cloudformation import Evaluation, TemplateResource, Unresolved
from genkan.model.role_policies import RolePolicies

ROLE, PROFILE = "AWS::IAM::Role", "AWS::IAM::InstanceProfile"
MANAGED = "AWS::IAM::ManagedPolicy"
BESIDE = ("AWS::IAM::Policy", MANAGED)
NAME, ARN = SELF, "Arn"


def roles_of(stacking: Stacking, answers: Sequence[Mapping[str, Any]]) -> list[RolePolicies]:
    """Give the roles of a stack whose calls were answered so."""
    return list(_Roles(stacking, answers).found())


class _Roles:
    def __init__(self, stacking: Stacking, answers: Sequence[Mapping[str, Any]]) -> None:
        self._stacking = stacking
        self._answers = answers
        self._managed = {
            stacking.attribute(one.name, SELF): self._document(one.properties)
            for one in self._of(MANAGED)
        }

    def found(self) -> Iterator[RolePolicies]:
        for one in self._of(ROLE):
            name = self._stacking.attribute(one.name, NAME)
            bound = one.properties.get("PermissionsBoundary")
            profiles = (
                self._stacking.attribute(held.name, NAME)
                for held in self._of(PROFILE)
                if name in self._list(held.properties.get("Roles"))
            )
            yield RolePolicies(
                self._stacking.attribute(one.name, ARN),
                self._stacking.account,
                (*profiles, name),
                (*self._own(one), *self._given(name)),
                None if bound is None else (self._managed.get(self._text(bound)),),
            )

    def _of(self, kind: str) -> list[TemplateResource]:
        return [one for one in self._stacking.template.resources.values() if one.type == kind]

    def _own(self, role: TemplateResource) -> Iterator[str | None]:
        """Give the policies that a role says itself."""
        written = role.properties.get("Policies") or ()
        for one in written if isinstance(written, list) else [{}]:
            yield self._document(one) if isinstance(one, dict) else None
        for arn in self._list(role.properties.get("ManagedPolicyArns")):
            yield self._managed.get(arn)

    def _given(self, name: str) -> Iterator[str | None]:
        """Give the policies that say themselves which roles have them."""
        for kind in BESIDE:
            for one in self._of(kind):
                roles = self._list(one.properties.get("Roles"))
                if name in roles:
                    yield self._document(one.properties)
                elif None in roles:
                    yield None

    def _document(self, held: Mapping[str, Any]) -> str | None:
        found = self._value(held.get("PolicyDocument"))
        return json.dumps(found) if isinstance(found, dict) else None

    def _list(self, written: Any) -> list[str | None]:  # noqa: ANN401 - JSON
        """Give the texts of a list, None for those that are not known."""
        found = written if isinstance(written, list) else self._value(written)
        if found is None:
            return [] if written is None else [None]
        return [self._text(one) for one in found] if isinstance(found, list) else [None]

    def _text(self, written: Any) -> str | None:  # noqa: ANN401 - JSON
        found = self._value(written)
        return found if isinstance(found, str) else None

    def _value(self, written: Any) -> Any:  # noqa: ANN401 - JSON
        """Work out a value; None where it is not known."""
        try:
            found = Evaluation(self._stacking).value(written)
            return Order("", {"Value": found}).resolved(self._answers)["Value"]
        except (Unresolved, UnknownReference):
            return None
