"""Which operation a request asks for.

Forms say it in `Action`, JSON in `x-amz-target`, CBOR and REST in the path; all but forms can be
told from a request's head.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from genkan.wire.errors import WireError, family_of, refusal
from genkan.wire.form import form_pairs
from genkan.wire.message import HttpRequest
from genkan.wire.protocol import CBOR, protocol_of
from genkan.wire.reading import Reading
from genkan.wire.rest import is_streamed
from genkan.wire.route import Query, Route, find_route, parse_query

if TYPE_CHECKING:
    from botocore.model import ServiceModel

Pairs = Sequence[tuple[str, str]]


def operation_of(
    model: "ServiceModel", request: HttpRequest, *, bucket_from_host: str | None = None
) -> str:
    """Name the operation that `request` asks for. Raises WireError when the service has none such.

    `bucket_from_host` is the bucket of an S3 request whose host names it. Only ec2 and query need
    the body.
    """
    protocol = protocol_of(model, request)
    family = family_of(model, protocol)
    if protocol.startswith("rest-"):
        route, _, _ = route_of(model, request, bucket_from_host, family)
        return route.operation
    if protocol == "json":
        name = (request.header("x-amz-target") or "").rpartition(".")[2]
    elif protocol == CBOR:
        name = _cbor_operation(request.path)
    else:
        pairs = form_pairs(request, Reading(family))
        name = _action(pairs, family)
        if protocol == "query":
            _check_version(model, pairs, name, family)
    if name not in _names(model):
        raise _unknown(name, family)
    return name


@cache
def _names(model: "ServiceModel") -> frozenset[str]:
    return frozenset(model.operation_names)


def has_streaming_body(model: "ServiceModel", operation: str) -> bool:
    """Tell whether the operation's request body is streamed, and only its head is to be read."""
    return is_streamed(model.operation_model(operation).input_shape)


def may_be_unsigned(model: "ServiceModel | None", operation: str) -> bool:
    """Tell whether anybody may ask for an operation without saying who they are.

    Operations say so in their model (`AssumeRoleWithWebIdentity`); S3 is asked by everybody for
    what is in a bucket, which may be public.
    """
    if family_of(model, "") == "s3":
        return operation != "ListBuckets" and not operation.endswith(" /")
    if model is None or operation not in model.operation_names:
        return False
    return bool(model.operation_model(operation).auth_type == "none")


def route_of(
    model: "ServiceModel", request: HttpRequest, bucket_from_host: str | None, family: str
) -> tuple[Route, dict[str, str], Query]:
    """Give a REST request's route, its labels' raw text and its query. Raises WireError."""
    try:
        query = parse_query(request.query)
    except UnicodeDecodeError as error:
        raise refusal("InvalidValue", "The query string is not UTF-8", family) from error
    path = f"/{bucket_from_host}{request.path}" if bucket_from_host else request.path
    found = find_route(model, request, path, query)
    if found is None:
        if family == "s3":
            raise refusal(
                "UnknownOperation",
                "The specified method is not allowed against this resource.",
                family,
            )
        raise _unknown(f"{request.method} {path}", family)
    return *found, query


def _action(pairs: Pairs, family: str) -> str:
    actions = [value for name, value in pairs if name == "Action"]
    if len(actions) > 1:
        raise refusal("Malformed", "The parameter Action is given more than once", family)
    if not actions:
        raise refusal("MissingOperation", "The request must contain the parameter Action", family)
    return actions[0]


def _check_version(model: "ServiceModel", pairs: Pairs, action: str, family: str) -> None:
    """Refuse another API that shares the endpoint and names of actions, as Classic Load Balancers
    do."""
    for name, value in pairs:
        if name == "Version" and value != model.api_version:
            raise refusal(
                "UnknownOperation",
                f"The action {action[:100]} is not valid for the version {value[:20]}: this is "
                f"{model.api_version}.",
                family,
            )


def _cbor_operation(path: str) -> str:
    steps = path.rsplit("/", 4)  # …/service/<service>/operation/<operation>
    return steps[4] if len(steps) == 5 and (steps[1], steps[3]) == ("service", "operation") else ""


def _unknown(name: str, family: str) -> WireError:
    return refusal(
        "UnknownOperation", f"The action {name[:100]} is not valid for this web service.", family
    )
