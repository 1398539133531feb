"""REST APIs called: which method is meant, who may, what it answers.

"Private REST APIs in API Gateway" and "Control access to a REST API with API Gateway resource
policies". A private API is called through an endpoint alone, and by a policy of its own that says
so; any other is not called through one. What `authorizationType` NONE means is that nobody has to
sign. Policies, methods and integrations are in force when they are set, not when deployed.
"""

import re
from typing import Any
from urllib.parse import unquote

from genkan.policy import NOT_GRANTED, Decision, PolicyUnreadable, Source, authorize, evaluate
from genkan.services.decisions import denial_of, request_of
from genkan.services.gateway import rest_authorizers, rest_validation
from genkan.services.gateway.calls import Call, Failed, Reply
from genkan.services.gateway.context import context_of
from genkan.services.gateway.mappings import Request
from genkan.services.gateway.rest_integrations import Target, integrate
from genkan.services.gateway.upstreams import Upstreams
from genkan.services.identities import Question, identity_of, read_policy

INVOKE = "execute-api:Invoke"
PRIVATE = "PRIVATE"
PARAMETER = re.compile(r"\{([\w.:-]+)(\+?)\}")


def find(name: str, region: str) -> tuple[str, Any] | None:
    """Give an API and the account that owns it."""
    from moto.apigateway.models import apigateway_backends

    for account, regions in list(apigateway_backends.items()):
        api = regions[region].apis.get(name) if region in regions else None
        if api is not None:
            return account, api
    return None


def answer(
    question: Question,
    call: Call,
    owner: str,
    api: Any,  # noqa: ANN401 - moto's
    upstreams: Upstreams,
) -> Reply:
    """Answer a call. Raises Failed."""
    name, _, rest = call.path.lstrip("/").partition("/")
    stage = api.stages.get(name)
    is_private = PRIVATE in api.endpoint_configuration.get("types", ())
    disabled = str(api.disableExecuteApiEndpoint).lower() == "true"
    if stage is None or disabled or is_private != (call.endpoint is not None):
        raise Failed("FORBIDDEN")
    matched = _method(api, f"/{rest}", call.method)
    if matched is None:
        raise Failed("MISSING_AUTHENTICATION_TOKEN")
    resource, method, parameters = matched
    if method.authorization_type == "AWS_IAM" and not question.get("principal"):
        raise Failed("MISSING_AUTHENTICATION_TOKEN")
    arn = f"arn:aws:execute-api:{call.region}:{owner}:{api.id}/{name}/{call.method}/{rest}"
    signs = method.authorization_type == "AWS_IAM"
    denial = _denial(question, api, owner, arn, signs=signs, is_private=is_private)
    if denial:
        return Reply(403, denial=denial)
    context = context_of(call, owner, api.id, name)
    path = resource.get_path()
    context |= {"resourceId": resource.id, "resourcePath": path, "httpMethod": call.method}
    variables = {key: str(value) for key, value in (stage.variables or {}).items()}
    request = Request(call, parameters, context, variables)
    rest_authorizers.admit(api, method, request, arn, path, upstreams)
    rest_validation.check(api, method, request)
    of_method = f"arn:aws:execute-api:{call.region}:{owner}:{api.id}/{name}/{call.method}{path}"
    target = Target(owner, call.region, api, path, method, of_method)
    return integrate(target, request, upstreams)


def _method(api: Any, path: str, verb: str) -> tuple[Any, Any, dict[str, str]] | None:  # noqa: ANN401
    """Give the resource and the method that a path and a verb mean, the most exact one, and the
    parameters of the path."""
    found = []
    for resource in list(api.resources.values()):
        pattern = resource.get_path()
        method = resource.resource_methods.get(verb) or resource.resource_methods.get("ANY")
        parameters = _matched(pattern, path) if method is not None else None
        if parameters is not None:
            greedy = pattern.endswith("+}")
            rank = (greedy, len(PARAMETER.findall(pattern)), -len(pattern))
            found.append((rank, resource, method, parameters))
    if not found:
        return None
    _, resource, method, parameters = min(found, key=lambda one: one[0])
    return resource, method, parameters


def _matched(pattern: str, path: str) -> dict[str, str] | None:
    form, at, names = "", 0, []
    for one in PARAMETER.finditer(pattern):
        form += re.escape(pattern[at : one.start()]) + ("(.+)" if one[2] else "([^/]+)")
        at = one.end()
        names.append(one[1])
    matched = re.fullmatch(form + re.escape(pattern[at:].rstrip("/")) + "/?", path)
    if matched is None:
        return None
    return dict(zip(names, map(unquote, matched.groups()), strict=True))


def _denial(
    question: Question,
    api: Any,  # noqa: ANN401 - moto's
    owner: str,
    arn: str,
    *,
    signs: bool,
    is_private: bool,
) -> dict[str, Any] | None:
    if not api.policy and not is_private and not signs:
        return None
    account = question.get("account") or ""
    identity = identity_of(question) if signs else None
    request = request_of(question, identity, INVOKE, arn)
    by_resource: Decision | None = None
    if api.policy or is_private:
        by_resource = _by_policy(api, arn, request)
    if identity is None:
        found = authorize(identity=NOT_GRANTED, resource=by_resource)
    else:
        found = authorize(
            identity=identity.decide(request),
            resource=by_resource,
            boundary=identity.bound(request),
            session=identity.bind(request),
            same_account=owner == account,
            resource_has_to_allow=is_private,
        )
    if found.allows:
        return None
    source = Source.RESOURCE if identity is None else found.source or Source.IDENTITY
    return denial_of(INVOKE, arn, source, found.decision or NOT_GRANTED)


def _by_policy(api: Any, arn: str, request: Any) -> Decision:  # noqa: ANN401
    """Say what an API's policy says, whose resources may be written without what is before `/`."""
    whole = ":".join(arn.split(":")[:5]) + f":{api.id}/"
    text = str(api.policy or '{"Statement":[]}').replace('\\"', '"')
    try:
        return evaluate(read_policy(text.replace('"execute-api:/', f'"{whole}')), request)
    except PolicyUnreadable:
        return NOT_GRANTED
