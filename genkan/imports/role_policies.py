"""Roles of instance profiles and their policies, as GetAccountAuthorizationDetails answers them.

A document is JSON, as text (RFC 3986's escapes taken out) or as it stands. A managed policy that
the answer names and does not hold is one that is not known.
"""

import json
from typing import Any
from urllib.parse import unquote

from genkan.imports.documents import Document
from genkan.imports.members import Row, inner, optional, rows
from genkan.imports.reading import Reading
from genkan.model.role_policies import RolePolicies

ROLES = "RoleDetailList"


def read_role_policies(reading: Reading) -> tuple[RolePolicies, ...]:
    """Read every role that is told of."""
    documents = [one for one in reading.dump.documents if _is_details(one)]
    managed = {
        str(policy["Arn"]): _chosen(policy)
        for one in documents
        for policy in rows(one.response, "Policies")
        if optional(policy, "Arn")
    }
    found = (_role(row, managed) for one in documents for row in rows(one.response, ROLES))
    return tuple({one.arn: one for one in found if one is not None}.values())


def _is_details(document: Document) -> bool:
    return ROLES in document.response or "UserDetailList" in document.response


def _role(row: Row, managed: dict[str, str | None]) -> RolePolicies | None:
    arn, name = optional(row, "Arn"), optional(row, "RoleName")
    if not arn or not name or len(arn.split(":")) < 6:
        return None
    profiles = (optional(one, "InstanceProfileName") for one in rows(row, "InstanceProfileList"))
    attached = rows(row, "AttachedManagedPolicies")
    boundary = optional(inner(row, "PermissionsBoundary"), "PermissionsBoundaryArn")
    return RolePolicies(
        arn,
        arn.split(":")[4],
        (*(one for one in profiles if one), name),
        (
            *(_document(one.get("PolicyDocument")) for one in rows(row, "RolePolicyList")),
            *(managed.get(str(one.get("PolicyArn"))) for one in attached),
        ),
        (managed.get(boundary),) if boundary else None,
    )


def _chosen(policy: Row) -> str | None:
    """Give the version of a managed policy that counts."""
    for version in rows(policy, "PolicyVersionList"):
        if version.get("IsDefaultVersion"):
            return _document(version.get("Document"))
    return None


def _document(held: Any) -> str | None:  # noqa: ANN401 - whatever a file says
    if isinstance(held, dict):
        return json.dumps(held)
    if not isinstance(held, str) or not held:
        return None
    return held if held.lstrip().startswith("{") else unquote(held)
