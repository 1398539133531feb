"""Who may make endpoints to an endpoint service.

Taking a permission away leaves connections as they are. "Manage permissions" in the AWS PrivateLink
guide.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.selection import Values, matching, page
from genkan.api.tagging import shown
from genkan.model.endpoint_service import EndpointService, ServicePermission
from genkan.model.errors import MissingParameter, Refused, UnsupportedOperation
from genkan.model.network import delete, put

PERMISSION_TYPE = "vpc-endpoint"
_TYPES = {
    r"\*": "All",
    "arn:aws:iam::[0-9]{12}:root": "Account",
    "arn:aws:iam::[0-9]{12}:user/[A-Za-z0-9+=,.@_-]{1,64}": "User",
    "arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_-]{1,64}": "Role",
    "arn:aws:organizations::[0-9]{12}:(?:organization|ou)/[a-z0-9/-]+": "OrganizationUnit",
    "[a-z0-9.-]+[.]amazonaws[.]com": "Service",
}
_FILTERS: Mapping[str, Values[ServicePermission]] = {
    "permission-type": lambda row: [PERMISSION_TYPE],
    "principal": lambda row: [row.principal],
    "principal-type": lambda row: [row.principal_type],
}


class InvalidPrincipal(Refused):
    code = "InvalidPrincipal"


def describe_vpc_endpoint_service_permissions(
    call: Call,
    *,
    service_id: str,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    service = need(call, EndpointService, service_id)
    rows = matching(call.network.where(ServicePermission, service_id=service.id), filters, _FILTERS)
    some, token = page(rows, max_results, next_token)
    allowed = [{**_shown(row), "Tags": shown(row.tags)} for row in some]
    return Answer(present(AllowedPrincipals=allowed, NextToken=token))


def modify_vpc_endpoint_service_permissions(
    call: Call,
    *,
    service_id: str,
    add_allowed_principals: Sequence[str] | None = None,
    remove_allowed_principals: Sequence[str] | None = None,
    permission_type: str = PERMISSION_TYPE,
) -> Answer:
    """Allow principals and take permissions away; what is so already changes nothing."""
    service = need(call, EndpointService, service_id)
    if permission_type != PERMISSION_TYPE:
        raise UnsupportedOperation(
            f"Genkan's endpoint services are reached by endpoints alone, not by {permission_type}. "
            "Leave PermissionType out."
        )
    if not add_allowed_principals and not remove_allowed_principals:
        raise MissingParameter(
            "The request must contain the parameter AddAllowedPrincipals or "
            "RemoveAllowedPrincipals."
        )
    held = {
        row.principal: row for row in call.network.where(ServicePermission, service_id=service.id)
    }
    types = {name: _type(name) for name in dict.fromkeys(add_allowed_principals or ())}
    added = [
        ServicePermission(
            id=call.new_id("vpce-svc-perm"),
            account=service.account,
            region=service.region,
            service_id=service.id,
            principal=name,
            principal_type=named,
        )
        for name, named in types.items()
        if name not in held
    ]
    gone = _named(held, remove_allowed_principals or ())
    output = {"AddedPrincipals": [_shown(row) for row in added], "ReturnValue": True}
    return Answer(output, put(*added) + delete(*gone))


def _named(held: Mapping[str, ServicePermission], names: Iterable[str]) -> list[ServicePermission]:
    return [held[name] for name in dict.fromkeys(names) if name in held]


def _type(principal: str) -> str:
    for form, named in _TYPES.items():
        if re.fullmatch(form, principal):
            return named
    raise InvalidPrincipal(
        f"Invalid principal: '{principal}'. Give the ARN of an account's root, of a user or role "
        "without its path, of an organization, a service's principal, or *."
    )


def _shown(row: ServicePermission) -> dict[str, Any]:
    return {
        "PrincipalType": row.principal_type,
        "Principal": row.principal,
        "ServicePermissionId": row.id,
        "ServiceId": row.service_id,
        "PermissionType": PERMISSION_TYPE,
    }
