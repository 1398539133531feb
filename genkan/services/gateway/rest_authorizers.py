"""Who is let in to a method of a REST API beside IAM: API keys and Lambda authorizers.

"Use API Gateway Lambda authorizers" and "Usage plans and API keys for REST APIs". What an
authorizer says is not kept: it is asked for each call. Pools of Cognito sign nothing here, so a
method that asks for one admits nobody.
"""

import json
import re
from typing import Any

from genkan.policy import Principal, evaluate
from genkan.policy import Request as Asked
from genkan.services.gateway.calls import Failed
from genkan.services.gateway.mappings import Request
from genkan.services.gateway.proxy_events import event_of_rest
from genkan.services.gateway.upstreams import Upstreams, function_of
from genkan.services.identities import read_policy

INVOKE = "execute-api:Invoke"


def admit(
    api: Any,  # noqa: ANN401 - moto's
    method: Any,  # noqa: ANN401 - moto's
    request: Request,
    arn: str,
    resource: str,
    upstreams: Upstreams,
) -> None:
    """Let a call in, with what its authorizer says of it in the context. Raises Failed."""
    match method.authorization_type:
        case "CUSTOM":
            authorizer = api.authorizers.get(method.authorizer_id)
            if authorizer is None:
                raise Failed("AUTHORIZER_CONFIGURATION_ERROR", "there is no such authorizer")
            _ask(authorizer, request, arn, resource, upstreams)
        case "COGNITO_USER_POOLS":
            raise Failed("UNAUTHORIZED", "pools of Cognito sign nothing here")
    if str(method.api_key_required).lower() == "true":
        _check_key(api, request)


def _ask(
    authorizer: Any,  # noqa: ANN401 - moto's
    request: Request,
    arn: str,
    resource: str,
    upstreams: Upstreams,
) -> None:
    event = _event(authorizer, request, arn, resource)
    function = function_of(authorizer.authorizer_uri or "")
    if function is None:
        why = f"{authorizer.authorizer_uri} is no function"
        raise Failed("AUTHORIZER_CONFIGURATION_ERROR", why)
    source = (
        ":".join(arn.split(":")[:5]) + f":{request.context['apiId']}/authorizers/{authorizer.id}"
    )
    by_role = bool(authorizer.authorizer_credentials)
    outcome = upstreams.invoke(function, event, source, by_role=by_role)
    if outcome.failed:
        if '"Unauthorized"' in outcome.payload:
            raise Failed("UNAUTHORIZED")
        why = f"The authorizer failed: {outcome.payload[:500]}"
        raise Failed("AUTHORIZER_CONFIGURATION_ERROR", why)
    try:
        said = json.loads(outcome.payload)
        policy = read_policy(json.dumps(said["policyDocument"]))
        principal = str(said["principalId"])
        told = {name: str(value) for name, value in (said.get("context") or {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"The authorizer's answer is none: {outcome.payload[:500]}"
        raise Failed("AUTHORIZER_CONFIGURATION_ERROR", why) from error
    account = arn.split(":")[4]
    asked = Asked.of(INVOKE, arn, Principal(account, ()), request.call.context)
    decision = evaluate(policy, asked)
    if not decision.allows:
        explicit = " with an explicit deny" if decision.explicit else ""
        raise Failed(
            "FORBIDDEN", message=f"User is not authorized to access this resource{explicit}"
        )
    request.context["authorizer"] = {**told, "principalId": principal}


def _event(authorizer: Any, request: Request, arn: str, resource: str) -> dict[str, Any]:  # noqa: ANN401
    """Give what an authorizer is asked. Raises Failed where what identifies a caller is not
    there."""
    sources = [one.strip() for one in (authorizer.identity_source or "").split(",") if one.strip()]
    if authorizer.type == "TOKEN":
        name = (sources or ["method.request.header.Authorization"])[0].rpartition(".")[2]
        token = request.call.header(name)
        form = authorizer.identity_validation_expression
        if not token or (form and not re.fullmatch(form, token)):
            raise Failed("UNAUTHORIZED")
        return {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}
    for source in sources:
        kind, _, name = source.removeprefix("method.request.").partition(".")
        held = {
            "header": request.call.header(name),
            "querystring": dict(request.call.pairs).get(name),
        }
        if kind in held and not held[kind]:
            raise Failed("UNAUTHORIZED")
    event = event_of_rest(request, resource, is_binary=False)
    event.pop("body")
    event.pop("isBase64Encoded")
    return {"type": "REQUEST", "methodArn": arn, **event}


def _check_key(api: Any, request: Request) -> None:  # noqa: ANN401 - moto's
    from moto.apigateway.models import apigateway_backends

    held = apigateway_backends[api.account_id][api.region_name]
    source = request.context["identity"]["apiKey"]
    if api.api_key_source == "AUTHORIZER":
        source = request.context.get("authorizer", {}).get("usageIdentifierKey")
    stage = {"apiId": api.id, "stage": request.context["stage"]}
    for plan in list(held.usage_plans.values()):
        reaches = any({name: one.get(name) for name in stage} == stage for one in plan.api_stages)
        for key in list(held.usage_plan_keys.get(plan.id, {}).values()) if reaches else ():
            known = held.keys.get(key.id)
            if known is not None and known.enabled and known.value == source:
                return
    raise Failed("INVALID_API_KEY")
