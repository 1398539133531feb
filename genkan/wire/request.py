"""A request on the wire, read: operation, parameters under the API's names, protocol."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from genkan.wire.errors import family_of
from genkan.wire.form import parse_form
from genkan.wire.message import HttpRequest, ParsedRequest
from genkan.wire.models import Shape
from genkan.wire.operation import operation_of, route_of
from genkan.wire.protocol import CBOR, protocol_of
from genkan.wire.reading import Reading
from genkan.wire.rest import Bound, parse_rest
from genkan.wire.tree import CBOR as CBOR_SCALARS
from genkan.wire.tree import JSON as JSON_SCALARS
from genkan.wire.tree import load_cbor, load_json, parse_tree

if TYPE_CHECKING:
    from botocore.model import ServiceModel


def parse_request(
    model: "ServiceModel",
    request: HttpRequest,
    *,
    bucket_from_host: str | None = None,
    strict: bool = True,
) -> ParsedRequest:
    """Read `request`. Raises WireError in the service's own words.

    Parameters are typed: integers, booleans, aware UTC datetimes, bytes for blobs; a streamed
    payload is left out, and so is what is null. When not `strict`, members that the model lacks are
    left out and required ones are not asked for, as a relay wants it that only records.
    """
    protocol = protocol_of(model, request)
    reading = Reading(family_of(model, protocol), strict)
    if protocol.startswith("rest-"):
        route, labels, query = route_of(model, request, bucket_from_host, reading.family)
        bound = Bound(request, labels, query, route.literals, reading, protocol == "rest-json")
        shape = model.operation_model(route.operation).input_shape
        return ParsedRequest(route.operation, parse_rest(shape, bound), protocol)
    operation = operation_of(model, request)
    shape = model.operation_model(operation).input_shape
    return ParsedRequest(operation, PARSERS[protocol](shape, request, reading), protocol)


def _parse_json(shape: Shape, request: HttpRequest, reading: Reading) -> dict[str, Any]:
    value = load_json(request.body, reading)
    return dict(parse_tree(shape, value, reading, JSON_SCALARS))


def _parse_cbor(shape: Shape, request: HttpRequest, reading: Reading) -> dict[str, Any]:
    value = load_cbor(request.body, reading)
    return dict(parse_tree(shape, value, reading, CBOR_SCALARS))


PARSERS: dict[str, Callable[[Any, HttpRequest, Reading], dict[str, Any]]] = {
    "ec2": parse_form,
    "query": parse_form,
    "json": _parse_json,
    CBOR: _parse_cbor,
}
