"""What a request asks for in IAM's words: each action, on each resource.

An action is the service's prefix and the operation's name; the tables have what differs. "Actions,
resources, and condition keys for AWS services" in the Service Authorization Reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genkan import wire
from genkan.front.iam.endpoint_keys import ALLOW_MULTI_REGION, crosses_regions
from genkan.front.iam.registry_actions import is_registry, registry_action
from genkan.front.iam.resources import resources_of
from genkan.front.iam.s3_actions import UNREAD, s3_actions
from genkan.policy import action_prefix
from genkan.program.service import Service

ACTIONS = {
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "InvokeAsync"): "InvokeFunction",
    ("dynamodb", "BatchExecuteStatement"): "PartiQLSelect",
    ("dynamodb", "ExecuteStatement"): "PartiQLSelect",
    ("dynamodb", "TransactGetItems"): "GetItem",
    ("dynamodb", "TransactWriteItems"): "PutItem",
    ("sqs", "SendMessageBatch"): "SendMessage",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "ChangeMessageVisibilityBatch"): "ChangeMessageVisibility",
    ("sns", "PublishBatch"): "Publish",
}
TAG_SESSION = "sts:TagSession"
OF_ONESELF = frozenset(  # IAM's operations that are about the caller where they name no user
    {"GetUser", "CreateAccessKey", "DeleteAccessKey", "ListAccessKeys", "UpdateAccessKey"}
    | {"ChangePassword", "ListMFADevices", "ListSigningCertificates"}
)


@dataclass(frozen=True, slots=True)
class Asked:
    action: str  # "s3:GetObject"
    resource: str


def asked_of(
    service: Service,
    operation: str,
    parameters: Mapping[str, Any],
    head: wire.HttpRequest,
    account: str,
    principal: str = "",
) -> list[Asked]:
    """Give all that a request asks for; every one of it has to be allowed."""
    prefix = prefix_of(service)
    if service.code == "execute-api":
        name = "ManageConnections" if "/@connections/" in head.path else "Invoke"
        return [Asked(f"execute-api:{name}", _invoked(service, head, account))]
    if is_registry(service, head):
        one = registry_action(service, head, account)
        return [Asked(*one)] if one else []
    if service.model == "apigateway":
        arn = f"arn:aws:apigateway:{service.region}::{head.path}"
        return [Asked(f"apigateway:{head.method}", arn)]
    if service.model == "s3":
        return [Asked(f"s3:{name}", arn) for name, arn in s3_actions(operation, parameters)]
    name = operation if operation.isalnum() else UNREAD
    if name in OF_ONESELF and prefix == "iam" and "UserName" not in parameters:
        return [Asked(f"iam:{name}", principal)]
    action = f"{prefix}:{ACTIONS.get((prefix, name), name)}"
    named = resources_of(prefix, operation, parameters, service.region, account)
    also: list[Asked] = []
    if service.model == "sts" and parameters.get("Tags"):
        also += [Asked(TAG_SESSION, arn) for arn in named]
    if service.model == "ec2" and crosses_regions(operation, parameters, service.region):
        also.append(Asked(ALLOW_MULTI_REGION, "*"))
    return [*(Asked(action, arn) for arn in named), *also]


def prefix_of(service: Service) -> str:
    """Give the prefix of a service's actions."""
    return action_prefix(service.signing_name or service.code)


def _invoked(service: Service, head: wire.HttpRequest, account: str) -> str:
    api = head.header("x-apigw-api-id") or (head.header("host") or "").partition(".")[0]
    stage, _, path = head.path.lstrip("/").partition("/")
    region = service.region
    return f"arn:aws:execute-api:{region}:{account}:{api}/{stage}/{head.method}/{path}"
