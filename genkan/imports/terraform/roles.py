"""Roles and their policies in a state → the answer of GetAccountAuthorizationDetails.

A role that Terraform manages says itself which policies it has, by whoever gave them
(`inline_policy`, `managed_policy_arns`); resources beside it say it too where a provider does not.
The document of a managed policy is known where the state has the policy.
"""

from collections.abc import Iterator
from typing import Any

from genkan.imports.documents import Document
from genkan.imports.members import Row, optional, rows, texts
from genkan.imports.terraform.rows import Rows, present

ROLE, POLICY, PROFILE = "aws_iam_role", "aws_iam_policy", "aws_iam_instance_profile"


def documents(state: Rows) -> Iterator[Document]:
    roles = [_role(state, row) for row in state.of(ROLE) if optional(row, "arn")]
    policies = [_policy(row) for row in state.of(POLICY) if optional(row, "policy")]
    if roles:
        yield state.document({"RoleDetailList": roles, "Policies": policies})


def _role(state: Rows, row: Row) -> dict[str, Any]:
    name = str(row.get("name"))
    inline = {optional(one, "policy") for one in rows(row, "inline_policy")}
    inline |= {optional(one, "policy") for one in state.where("aws_iam_role_policy", "role", name)}
    attached = {*texts(row, "managed_policy_arns")}
    attached |= {
        str(one.get("policy_arn"))
        for one in state.where("aws_iam_role_policy_attachment", "role", name)
    }
    attached |= {
        str(one.get("policy_arn"))
        for one in state.of("aws_iam_policy_attachment")
        if name in texts(one, "roles")
    }
    boundary = optional(row, "permissions_boundary")
    return present(
        Arn=row["arn"],
        RoleName=name,
        InstanceProfileList=[
            {"InstanceProfileName": one.get("name")} for one in state.where(PROFILE, "role", name)
        ],
        RolePolicyList=[{"PolicyDocument": one} for one in sorted(filter(None, inline))],
        AttachedManagedPolicies=[{"PolicyArn": one} for one in sorted(attached)],
        PermissionsBoundary={"PermissionsBoundaryArn": boundary} if boundary else None,
    )


def _policy(row: Row) -> dict[str, Any]:
    version = {"IsDefaultVersion": True, "Document": row["policy"]}
    return {"Arn": row.get("arn"), "PolicyVersionList": [version]}
