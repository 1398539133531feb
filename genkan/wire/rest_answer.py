"""Answers of rest-json and rest-xml: members in the status, the headers and the body."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from genkan.wire.message import HttpAnswer
from genkan.wire.models import Model, OperationModel, Shape, Value
from genkan.wire.protocol import protocols_of
from genkan.wire.tree_answer import members_converter, tree_converter
from genkan.wire.xml_answer import (
    DECLARATION,
    content_writer,
    namespace_of,
    scalar_text,
    xml_writer,
)


def rest_answer(
    model: Model,
    operation: OperationModel,
    output: Mapping[str, Any],
    request_id: str,
) -> HttpAnswer:
    """Write `output` as the answer of a REST operation. Raises ValueError as serialize_answer."""
    as_json = "rest-json" in protocols_of(model)
    status = int(operation.http.get("responseCode", 200))
    headers = {"x-amzn-requestid": request_id}
    if model.service_name == "s3":
        headers["x-amz-request-id"] = request_id
    shape = operation.output_shape
    if shape is None:
        return HttpAnswer(status, headers, b"{}" if as_json and status != 204 else b"")
    unbound: dict[str, Any] = {}
    for name, value in output.items():
        if value is None:
            continue
        if name not in shape.members:
            raise ValueError(
                f"{shape.name} has no member {name}; it has {', '.join(shape.members)}"
            )
        member = shape.members[name]
        location = member.serialization.get("location")
        if location == "statusCode":
            status = int(value)
        elif location in ("header", "headers"):
            headers |= _headers(member, name, value)
        else:
            unbound[name] = value
    body, content_type = _body(model, operation, unbound, as_json)
    if content_type:
        headers.setdefault("content-type", content_type)
    return HttpAnswer(status, headers, body)


def _headers(shape: Shape, name: str, value: Value) -> dict[str, str]:
    written = shape.serialization
    key = str(written.get("name", name)).lower()
    if written["location"] == "headers":
        return {key + one: str(text) for one, text in value.items()}
    return {key: _header_text(shape, value)}


def _header_text(shape: Shape, value: Value) -> str:
    if shape.type_name == "list":
        return ",".join(_header_text(shape.member, item) for item in value)
    if shape.serialization.get("jsonvalue"):
        return base64.b64encode(json.dumps(value).encode()).decode("ascii")
    if shape.type_name == "string":
        return str(value)
    return scalar_text(shape, "rfc822")(value)


def _body(
    model: Model,
    operation: OperationModel,
    unbound: dict[str, Any],
    as_json: bool,
) -> tuple[bytes, str | None]:
    shape = operation.output_shape
    payload = shape.serialization.get("payload")
    if payload is None:
        if not any("location" not in one.serialization for one in shape.members.values()):
            return (b"{}", "application/json") if as_json else (b"", None)
        return (
            _json(members_converter(shape, False, located=True)(unbound))
            if as_json
            else (_xml_body(model, operation, unbound))
        )
    value = unbound.get(payload)
    if value is None:
        return b"", None
    member = shape.members[payload]
    if member.type_name in ("blob", "string"):
        return value.encode() if isinstance(value, str) else bytes(value), None
    if as_json:
        return _json(tree_converter(member, False)(value))
    out = [DECLARATION]
    xml_writer(member, member.serialization.get("name", member.name), "rest-xml")(value, out)
    return "".join(out).encode(), "application/xml"


def _json(tree: Value) -> tuple[bytes, str]:
    return json.dumps(tree, separators=(",", ":")).encode(), "application/json"


def _xml_body(
    model: Model, operation: OperationModel, unbound: dict[str, Any]
) -> tuple[bytes, str]:
    shape = operation.output_shape
    name = shape.serialization.get("name", shape.name)
    out = [f"{DECLARATION}<{name}{_namespace(model, operation)}>"]
    content_writer(shape, "rest-xml")(unbound, out)
    out.append(f"</{name}>")
    return "".join(out).encode(), "text/xml"


def _namespace(model: Model, operation: OperationModel) -> str:
    """Give the namespace of an answer; models often state the request's alone."""
    for shape in (operation.output_shape, operation.input_shape):
        if shape is not None and (found := namespace_of(shape)):
            return found
    found = model.metadata.get("xmlNamespace", "")
    return f' xmlns="{found}"' if found else ""
