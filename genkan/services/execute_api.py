"""REST APIs of the embedded API Gateway, called: who may, which method is meant, what it answers.

"Private REST APIs in API Gateway" and "Control access to a REST API with API Gateway resource
policies". A private API is called through an endpoint alone, and by a policy of its own that says
so; what `authorizationType` NONE means is that nobody has to sign. MOCK integrations are executed,
with templates that say what they say; the other kinds, and templates that compute, are refused by
name: there is nothing for them to reach. A policy is in force when it is set, not when deployed.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from genkan.policy import NOT_GRANTED, Decision, PolicyUnreadable, Source, authorize, evaluate
from genkan.services.decisions import denial_of, request_of
from genkan.services.identities import Question, identity_of, read_policy

INVOKE = "execute-api:Invoke"
JSON = "application/json"
PRIVATE = "PRIVATE"
COMPUTES = re.compile(r"[#$]")  # of Velocity
PARAMETER = re.compile(r"\{(\w+)(\+?)\}")
FORBIDDEN = "Forbidden"
ERRORS = {
    (403, True): "ForbiddenException",
    (403, False): "MissingAuthenticationTokenException",
    (500, False): "InternalServerErrorException",
    (501, False): "NotImplementedException",
}
HEADER = "method.response.header."


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; or, with a denial, what the front is to word."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    denial: dict[str, Any] | None = None


def call(question: Question, method: str, path: str) -> Reply:
    """Answer a call: `path` begins with the stage."""
    arn = question["asked"][0][1]
    region, name = arn.split(":")[3], arn.split(":", 5)[5].partition("/")[0]
    found = _find(name, region)
    stage, _, rest = path.lstrip("/").partition("/")
    if found is None or stage not in found[1].stages:
        return _told(403, FORBIDDEN)
    owner, api = found
    is_private = PRIVATE in api.endpoint_configuration.get("types", ())
    if is_private and "aws:SourceVpce" not in question["context"]:
        return _told(403, FORBIDDEN)
    matched = _method(api, f"/{rest}", method)
    if matched is None:
        return _told(403, "Missing Authentication Token")
    signs = matched.authorization_type == "AWS_IAM"
    if not signs and matched.authorization_type not in (None, "NONE"):
        return _refused(f"its authorization is {matched.authorization_type}")
    if signs and not question.get("principal"):
        return _told(403, "Missing Authentication Token")
    whole = f"arn:aws:execute-api:{region}:{owner}:{name}/{stage}/{method}/{rest}"
    denial = _denial(question, api, owner, whole, signs=signs, is_private=is_private)
    return Reply(403, denial=denial) if denial else _integrated(matched)


def _find(name: str, region: str) -> tuple[str, Any] | None:
    """Give an API and the account that owns it."""
    from moto.apigateway.models import apigateway_backends

    for account, regions in list(apigateway_backends.items()):
        api = regions[region].apis.get(name) if region in regions else None
        if api is not None:
            return account, api
    return None


def _method(api: Any, path: str, verb: str) -> Any:  # noqa: ANN401 - moto's
    """Give the method that a path and a verb mean: the most exact one."""
    found = []
    for resource in list(api.resources.values()):
        pattern = resource.get_path()
        method = resource.resource_methods.get(verb) or resource.resource_methods.get("ANY")
        if method is not None and _matches(pattern, path):
            found.append((len(PARAMETER.findall(pattern)), -len(pattern), method))
    return min(found, key=lambda one: one[:2])[2] if found else None


def _matches(pattern: str, path: str) -> bool:
    form, at = "", 0
    for one in PARAMETER.finditer(pattern):
        form += re.escape(pattern[at : one.start()]) + (".+" if one[2] else "[^/]+")
        at = one.end()
    return re.fullmatch(form + re.escape(pattern[at:].rstrip("/")) + "/?", path) is not None


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
        by_resource = _by_policy(api, owner, arn, request)
    if identity is None:
        found = authorize(identity=NOT_GRANTED, resource=by_resource)
    else:
        found = authorize(
            identity=identity.decide(request),
            resource=by_resource,
            session=identity.bind(request),
            same_account=owner == account,
            resource_has_to_allow=is_private,
        )
    if found.allows:
        return None
    source = Source.RESOURCE if identity is None else found.source or Source.IDENTITY
    return denial_of(INVOKE, arn, source, found.decision or NOT_GRANTED)


def _by_policy(api: Any, owner: str, arn: str, request: Any) -> Decision:  # noqa: ANN401
    """Say what an API's policy says, whose resources may be written without what is before `/`."""
    whole = ":".join(arn.split(":")[:5]) + f":{api.id}/"
    text = str(api.policy or '{"Statement":[]}').replace('\\"', '"')
    try:
        return evaluate(read_policy(text.replace('"execute-api:/', f'"{whole}')), request)
    except PolicyUnreadable:
        return NOT_GRANTED


def _integrated(method: Any) -> Reply:  # noqa: ANN401 - moto's
    integration = method.method_integration
    if integration is None:
        return _told(500, "Internal server error")
    if integration.integration_type != "MOCK":
        return _refused(f"its integration is {integration.integration_type}")
    try:
        template = (integration.request_templates or {}).get(JSON) or "{}"
        status = int(json.loads(_literal(template)).get("statusCode", 200))
        answer = _chosen((integration.integration_responses or {}).values(), status)
        body = _literal((answer.response_templates or {}).get(JSON) or "")
    except _Computes as error:
        return _refused(f"its template computes: {error}")
    except (ValueError, AttributeError):
        return _told(500, "Internal server error")
    headers = tuple(
        (name.removeprefix(HEADER), value.strip("'"))
        for name, value in (answer.response_parameters or {}).items()
        if name.startswith(HEADER) and value.startswith("'")
    )
    return Reply(int(answer.status_code), body.encode(), (("Content-Type", JSON), *headers))


class _Computes(Exception):
    """A template has more in it than what it says."""


def _literal(template: str) -> str:
    if COMPUTES.search(template):
        raise _Computes(template[:80])
    return template


def _chosen(answers: Iterable[Any], status: int) -> Any:  # noqa: ANN401 - moto's
    """Give the response whose pattern a status matches, or the one without a pattern."""
    every = list(answers)
    for one in every:
        if one.selection_pattern and re.fullmatch(one.selection_pattern, str(status)):
            return one
    return next((one for one in every if not one.selection_pattern), None)


def _refused(why: str) -> Reply:
    return _told(
        501,
        f"This method is not executed here: {why}. A site's API Gateway executes MOCK integrations "
        "whose templates are literal, with authorization NONE or AWS_IAM.",
    )


def _told(status: int, message: str) -> Reply:
    body = json.dumps({"message": message}).encode()
    kind = ("x-amzn-ErrorType", ERRORS[status, message == FORBIDDEN])
    return Reply(status, body, (("Content-Type", JSON), kind))
