"""Who is let in to a method of a REST API beside IAM: by API keys, functions, pools of Cognito.

"Use API Gateway Lambda authorizers", "Usage plans and API keys for REST APIs" and "Control access
to REST APIs using Amazon Cognito user pools as an authorizer". What a function says is not kept: it
is asked for each call.
"""

import json
import re
import time
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from genkan.policy import Principal, evaluate
from genkan.policy import Request as Asked
from genkan.services.gateway.calls import Failed
from genkan.services.gateway.http_authorizers import ALGORITHMS, pools_keys
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
            authorizer = api.authorizers.get(method.authorizer_id)
            if authorizer is None:
                raise Failed("AUTHORIZER_CONFIGURATION_ERROR", "there is no such authorizer")
            request.context["authorizer"] = {"claims": _claims(authorizer, method, request)}
    if str(method.api_key_required).lower() == "true":
        _check_key(api, request)


def _claims(authorizer: Any, method: Any, request: Request) -> dict[str, str]:  # noqa: ANN401
    """Give what a token says of whom a pool of the authorizer has signed it for. Raises Failed."""
    source = authorizer.identity_source or "method.request.header.Authorization"
    told = request.call.header(source.rpartition(".")[2]) or ""
    token = re.sub(r"(?i)^bearer\s+", "", told).strip()
    for arn in authorizer.provider_arns or ():
        region, pool = arn.split(":")[3], arn.rpartition("/")[2]
        issuer = f"https://cognito-idp.{region}.amazonaws.com/{pool}"
        try:
            keys = KeySet.import_key_set(pools_keys(issuer))
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, KeyError, TypeError):
            continue
        wanted, scopes = method.authorization_scopes or [], str(claims.get("scope", "")).split()
        use = "access" if wanted else "id"
        is_meant = claims.get("iss") == issuer and claims.get("token_use") == use
        if is_meant and claims.get("exp", 0) > time.time():
            if wanted and not set(wanted) & set(scopes):
                raise Failed("UNAUTHORIZED", f"the token has none of the scopes {wanted}")
            return {name: str(value) for name, value in claims.items()}
    raise Failed("UNAUTHORIZED", "the token is of none of the authorizer's pools, or has ended")


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
