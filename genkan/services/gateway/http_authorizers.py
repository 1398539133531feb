"""Who is let in to a route of an HTTP API, or to a WebSocket API's `$connect`, beside IAM: tokens
of an issuer, and Lambda authorizers.

"Control access to HTTP APIs with JWT authorizers" and "… with AWS Lambda authorizers" in the API
Gateway developer guide. An issuer's keys are asked of it, where the site reaches it, and kept for a
while; what a function says is not kept.
"""

import json
import re
import time
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from genkan.policy import PolicyUnreadable, Principal, evaluate
from genkan.policy import Request as Asked
from genkan.services.gateway import http_mappings
from genkan.services.gateway.calls import Failed
from genkan.services.gateway.mappings import Request
from genkan.services.gateway.proxy_events import event_of_http, event_of_rest
from genkan.services.gateway.upstreams import Server, Upstreams, function_of
from genkan.services.identities import read_policy

INVOKE = "execute-api:Invoke"
KEPT = 300.0  # seconds that an issuer's keys are
PATIENCE = 1.5  # seconds for an issuer: "1,500 milliseconds"
ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"]

COGNITO = re.compile(r"https://cognito-idp\.([a-z0-9-]+)\.amazonaws\.com/([\w-]+)")

_keys: dict[str, tuple[float, KeySet]] = {}


def admit(
    api: Any,  # noqa: ANN401 - moto's
    route: Any,  # noqa: ANN401 - moto's
    request: Request,
    arn: str,
    upstreams: Upstreams,
) -> None:
    """Let a call in, with what its authorizer says of it in the context. Raises Failed."""
    if route.authorization_type not in ("JWT", "CUSTOM"):
        return
    authorizer = api.authorizers.get(route.authorizer_id)
    if authorizer is None:
        raise Failed("AUTHORIZER_CONFIGURATION_ERROR", "there is no such authorizer")
    if route.authorization_type == "JWT":
        _check_token(authorizer, route, request, upstreams)
    else:
        _ask(api, authorizer, request, arn, upstreams)


def _check_token(authorizer: Any, route: Any, request: Request, upstreams: Upstreams) -> None:  # noqa: ANN401
    source = (_sources(authorizer) or ["$request.header.Authorization"])[0]
    told = http_mappings.value_of(source, request)
    token = re.sub(r"(?i)^bearer\s+", "", told).strip()
    settings = {
        name[:1].lower() + name[1:]: held for name, held in (authorizer.jwt_config or {}).items()
    }
    issuer, audience = str(settings.get("issuer", "")), settings.get("audience") or []
    try:
        decoded = jwt.decode(token, _keys_of(issuer, upstreams), algorithms=ALGORITHMS)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Failed("UNAUTHORIZED", f"the token is none of {issuer}: {error}") from error
    claims, now = decoded.claims, time.time()
    meant = claims.get("aud", claims.get("client_id"))
    is_meant = set(meant if isinstance(meant, list) else [meant]) & set(audience)
    times = [claims.get("exp", 0) > now, claims.get("nbf", 0) <= now, claims.get("iat", 0) <= now]
    if claims.get("iss") != issuer or not is_meant or not all(times):
        raise Failed("UNAUTHORIZED", "its issuer, its audience or its time is another")
    scopes = str(claims.get("scope", " ".join(claims.get("scp") or []))).split()
    wanted = route.authorization_scopes or []
    if wanted and not set(scopes) & set(wanted):
        raise Failed("FORBIDDEN", f"the token has none of the scopes {wanted}")
    shown = {name: _shown(value) for name, value in claims.items()}
    request.context["authorizer"] = {"jwt": {"claims": shown, "scopes": wanted or None}}


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "[" + " ".join(map(str, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _keys_of(issuer: str, upstreams: Upstreams) -> KeySet:
    """Give the keys that an issuer signs by. Raises Failed, ValueError."""
    kept = _keys.get(issuer)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    base = issuer.rstrip("/")
    if urlsplit(base).scheme != "https":
        raise Failed("AUTHORIZER_CONFIGURATION_ERROR", f"{issuer} is no https address")
    try:
        keys = KeySet.import_key_set(pools_keys(base) or _issuers_keys(base, upstreams))
    except (Failed, ValueError, KeyError, TypeError) as failure:
        raise Failed("UNAUTHORIZED", f"the keys of {issuer} are not had: {failure}") from failure
    _keys[issuer] = (time.monotonic() + KEPT, keys)
    return keys


def pools_keys(issuer: str) -> Any:  # noqa: ANN401 - JSON
    """Give the keys of a pool of the embedded Cognito, whose name is one of AWS's and none of the
    site's; None for any other issuer. Raises ValueError where there is no such pool."""
    from moto.cognitoidp.models import cognitoidp_backends
    from moto.cognitoidp.responses import CognitoIdpJsonWebKeyResponse

    found = COGNITO.fullmatch(issuer)
    if found is None:
        return None
    for regions in list(cognitoidp_backends.values()):
        if found[1] in regions and found[2] in regions[found[1]].user_pools:
            return json.loads(CognitoIdpJsonWebKeyResponse().json_web_key)
    raise ValueError("there is no such pool")


def _issuers_keys(issuer: str, upstreams: Upstreams) -> Any:  # noqa: ANN401 - JSON
    settings = _fetched(f"{issuer}/.well-known/openid-configuration", upstreams)
    return _fetched(str(settings["jwks_uri"]), upstreams)


def _fetched(url: str, upstreams: Upstreams) -> Any:  # noqa: ANN401 - JSON
    answer = upstreams.ask(Server(url), "GET", (("Accept", "application/json"),), b"", PATIENCE)
    if answer.status != 200:
        raise Failed("INTEGRATION_FAILURE", f"{url} answered {answer.status}")
    return json.loads(answer.body)


def _ask(
    api: Any,  # noqa: ANN401 - moto's
    authorizer: Any,  # noqa: ANN401 - moto's
    request: Request,
    arn: str,
    upstreams: Upstreams,
) -> None:
    sources = _sources(authorizer)
    values = [_value(one, request) for one in sources]
    if not all(values):
        raise Failed("UNAUTHORIZED", f"the request lacks one of {sources}")
    second = authorizer.auth_payload_format_version == "2.0"
    key, stage = request.context["routeKey"], request.context["stage"]
    if second:
        event = event_of_http(request, key, stage, is_binary=False)
        event |= {"type": "REQUEST", "routeArn": arn, "identitySource": values}
    else:
        event = event_of_rest(request, key, is_binary=False)
        event |= {"type": "REQUEST", "methodArn": arn}
    for name in ("body", "isBase64Encoded"):
        event.pop(name, None)
    uri = authorizer.authorizer_uri or ""
    whose = ":".join(arn.split(":")[:5])
    outcome = upstreams.invoke(
        function_of(uri) or uri,
        event,
        f"{whose}:{api.api_id}/authorizers/{authorizer.id}",
        by_role=bool(authorizer.auth_creds_arn),
    )
    if outcome.failed:
        if '"Unauthorized"' in outcome.payload:
            raise Failed("UNAUTHORIZED")
        why = f"The authorizer failed: {outcome.payload[:500]}"
        raise Failed("AUTHORIZER_CONFIGURATION_ERROR", why)
    try:
        said = json.loads(outcome.payload)
        told = dict(said.get("context") or {})
        simple = second and str(authorizer.enable_simple_response).lower() == "true"
        allowed = bool(said["isAuthorized"]) if simple else _allows(said["policyDocument"], arn)
    except (ValueError, KeyError, TypeError, AttributeError, PolicyUnreadable) as error:
        why = f"The authorizer's answer is none: {outcome.payload[:500]}"
        raise Failed("AUTHORIZER_CONFIGURATION_ERROR", why) from error
    if not allowed:
        raise Failed("FORBIDDEN")
    principal = {"principalId": said["principalId"]} if "principalId" in said else {}
    request.context["authorizer"] = {"lambda": told} if second else {**told, **principal}


def _allows(document: object, arn: str) -> bool:
    principal = Principal(arn.split(":")[4], ())
    return evaluate(read_policy(json.dumps(document)), Asked.of(INVOKE, arn, principal)).allows


def _sources(authorizer: Any) -> list[str]:  # noqa: ANN401 - moto's
    held = authorizer.identity_source or []
    return [one.strip() for one in (held.split(",") if isinstance(held, str) else held) if one]


def _value(source: str, request: Request) -> str:
    """Give what identifies a caller; WebSocket APIs write it `route.request.header.X`."""
    plain = source.removeprefix("$")
    named = plain.removeprefix("route.")
    return http_mappings.value_of("${" + named + "}", request)
