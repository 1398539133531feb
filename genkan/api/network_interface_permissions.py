"""Network interface permissions: which other account may attach an interface. Data alone.

Interfaces are attached by their owner here; what a permission says is shown again, not acted on.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.interface_making import need_own
from genkan.api.output import present
from genkan.api.selection import Values, absent, page, select
from genkan.model.errors import InvalidParameterValue, MissingParameter
from genkan.model.network import delete, put
from genkan.model.network_interface import NetworkInterfacePermission

PERMISSIONS = ("INSTANCE-ATTACH", "EIP-ASSOCIATE")

_FILTERS: Mapping[str, Values[NetworkInterfacePermission]] = {
    **absent("network-interface-permission.aws-service"),
    "network-interface-permission.network-interface-permission-id": lambda row: [row.id],
    "network-interface-permission.network-interface-id": lambda row: [row.network_interface_id],
    "network-interface-permission.aws-account-id": lambda row: [row.grantee],
    "network-interface-permission.permission": lambda row: [row.permission],
}


def create_network_interface_permission(
    call: Call, *, network_interface_id: str, permission: str, aws_account_id: str | None = None
) -> Answer:
    interface = need_own(call, network_interface_id)
    if permission not in PERMISSIONS:
        raise InvalidParameterValue(
            f"Value ({permission}) for parameter permission is invalid. "
            f"Choose from {', '.join(PERMISSIONS)}."
        )
    if aws_account_id is None:
        raise MissingParameter("The request must contain the parameter awsAccountId.")
    if not re.fullmatch("[0-9]{12}", aws_account_id):
        raise InvalidParameterValue(
            f"Value ({aws_account_id}) for parameter awsAccountId is invalid. "
            "Give the twelve digits of an account."
        )
    made = NetworkInterfacePermission(
        id=call.new_id("eni-perm"),
        account=call.account,
        region=call.region,
        network_interface_id=interface.id,
        grantee=aws_account_id,
        permission=permission,
    )
    return Answer({"InterfacePermission": _shown(made)}, put(made))


def describe_network_interface_permissions(
    call: Call,
    *,
    network_interface_permission_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    ids = network_interface_permission_ids
    rows = select(call, NetworkInterfacePermission, ids=ids, filters=filters, table=_FILTERS)
    some, token = page(rows, max_results, next_token, ids=ids)
    return Answer(
        present(NetworkInterfacePermissions=[_shown(row) for row in some], NextToken=token)
    )


def delete_network_interface_permission(
    call: Call, *, network_interface_permission_id: str, force: bool = False
) -> Answer:
    row = need(call, NetworkInterfacePermission, network_interface_permission_id)
    return Answer({"Return": True}, delete(row))


def _shown(row: NetworkInterfacePermission) -> dict[str, Any]:
    return {
        "NetworkInterfacePermissionId": row.id,
        "NetworkInterfaceId": row.network_interface_id,
        "AwsAccountId": row.grantee,
        "Permission": row.permission,
        "PermissionState": {"State": "granted"},
    }
