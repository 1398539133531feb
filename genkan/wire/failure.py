"""Errors on the wire: written in each protocol, and read back from an answer for the record."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from genkan.wire.errors import WireError, family_of, worded, worded_for
from genkan.wire.message import HttpAnswer
from genkan.wire.models import Model
from genkan.wire.protocol import CBOR
from genkan.wire.xml_answer import DECLARATION, escape
from genkan.wire.xml_document import BadXml, parse_xml

if TYPE_CHECKING:
    from botocore.model import ServiceModel

XML_PATHS = (("Errors", "Error"), ("Error",), ())
SERVER_ERROR = 500
CLIENT_ERROR = 400
QUERY_ERROR = "x-amzn-query-error"


def serialize_error(
    model: "ServiceModel | None",
    protocol: str,
    code: str,
    message: str,
    status: int,
    request_id: str,
) -> HttpAnswer:
    """Write an error as the service would; without a model in the protocol's plainest form."""
    return SERIALIZERS[protocol](model, code, message, status, request_id)


def serialize_wire_error(
    model: "ServiceModel | None", protocol: str, error: WireError, request_id: str
) -> HttpAnswer:
    """Write a WireError with the code and status that this service has for its kind."""
    code, status = worded_for(error, model, protocol)
    answer = serialize_error(model, protocol, code, str(error), status, request_id)
    if error.kind and QUERY_ERROR in answer.headers:
        of_that_time = worded(error.kind, "query")[0]
        more = {QUERY_ERROR: f"{of_that_time};{_blame(status)}"}
        return dataclasses.replace(answer, headers={**answer.headers, **more})
    return answer


def error_code_of(
    protocol: str, status: int, headers: Mapping[str, str], body: bytes
) -> tuple[str, str] | None:
    """Read an answer's error: its code and message, or None when it is none or says nothing.

    Header names are lower case.
    """
    if status < CLIENT_ERROR:
        return None
    if protocol in ("ec2", "query", "rest-xml"):
        return _read_xml(body)
    return _read_tree(headers, _load_cbor(body) if protocol == CBOR else _load_json(body))


def _ec2(model: Model, code: str, message: str, status: int, request_id: str) -> HttpAnswer:
    text = (
        f"{DECLARATION}<Response><Errors><Error><Code>{escape(code)}</Code>"
        f"<Message>{escape(message)}</Message></Error></Errors>"
        f"<RequestID>{escape(request_id)}</RequestID></Response>"
    )
    return _xml(text, status, request_id)


def _query(model: Model, code: str, message: str, status: int, request_id: str) -> HttpAnswer:
    namespace = model.metadata.get("xmlNamespace") if model is not None else None
    namespace = namespace or (_input_namespace(model) if model is not None else "")
    xmlns = f' xmlns="{escape(namespace)}"' if namespace else ""
    text = (
        f"{DECLARATION}<ErrorResponse{xmlns}><Error><Type>{_blame(status)}</Type>"
        f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    )
    return _xml(text, status, request_id)


def _rest_xml(model: Model, code: str, message: str, status: int, request_id: str) -> HttpAnswer:
    if family_of(model, "rest-xml") != "s3":
        return _query(model, code, message, status, request_id)
    text = (
        f"{DECLARATION}<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{escape(request_id)}</RequestId><HostId>{escape(request_id)}</HostId></Error>"
    )
    headers = {
        "content-type": "application/xml",
        "x-amz-request-id": request_id,
        "x-amz-id-2": request_id,
    }
    return HttpAnswer(status, headers, text.encode())


def _json(model: Model, code: str, message: str, status: int, request_id: str) -> HttpAnswer:
    version = model.metadata.get("jsonVersion", "1.0") if model is not None else "1.0"
    headers = {
        "content-type": f"application/x-amz-json-{version}",
        "x-amzn-requestid": request_id,
        "x-amzn-errortype": code,
        **_query_error(model, code, status),
    }
    return HttpAnswer(status, headers, _dump({"__type": code, "message": message}))


def _rest_json(model: Model, code: str, message: str, status: int, request_id: str) -> HttpAnswer:
    headers = {
        "content-type": "application/json",
        "x-amzn-requestid": request_id,
        "x-amzn-errortype": code,
    }
    return HttpAnswer(status, headers, _dump({"message": message}))


def _cbor(model: Model, code: str, message: str, status: int, request_id: str) -> HttpAnswer:
    import cbor2

    headers = {
        "content-type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        "x-amzn-requestid": request_id,
        **_query_error(model, code, status),
    }
    return HttpAnswer(status, headers, cbor2.dumps({"__type": code, "message": message}))


def _xml(text: str, status: int, request_id: str) -> HttpAnswer:
    headers = {"content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": request_id}
    return HttpAnswer(status, headers, text.encode())


def _dump(value: dict[str, str]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _blame(status: int) -> str:
    return "Receiver" if status >= SERVER_ERROR else "Sender"


def _query_error(model: Model, code: str, status: int) -> dict[str, str]:
    """Services that once spoke query say the code of that time in a header."""
    if model is None or "awsQueryCompatible" not in model.metadata:
        return {}
    return {QUERY_ERROR: f"{code};{_blame(status)}"}


def _input_namespace(model: Model) -> str:
    """Route 53's model has its namespace on the input shapes alone."""
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        found = shape.serialization.get("xmlNamespace") if shape is not None else None
        if found:
            return str(found if isinstance(found, str) else found["uri"])
    return ""


def _read_xml(body: bytes) -> tuple[str, str] | None:
    try:
        root = parse_xml(body)
    except BadXml:
        return None
    for path in XML_PATHS:
        code = root.text_of(*path, "Code")
        if code:
            return code.strip(), root.text_of(*path, "Message") or ""
    return None


def _read_tree(headers: Mapping[str, str], tree: object) -> tuple[str, str] | None:
    found = tree if isinstance(tree, dict) else {}
    query_error = headers.get(QUERY_ERROR, "").partition(";")[0]
    code = (
        query_error
        or headers.get("x-amzn-errortype")
        or found.get("__type")
        or found.get("code")
        or found.get("Code")
    )
    name = str(code or "").partition(":")[0].rpartition("#")[2]
    if not name:
        return None
    message = found.get("message") or found.get("Message") or found.get("errorMessage") or ""
    return name, str(message)


def _load_json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _load_cbor(body: bytes) -> object:
    import cbor2

    try:
        return cbor2.loads(body)
    except Exception:  # whatever a decoder of untrusted bytes may raise
        return None


SERIALIZERS: dict[str, Callable[[Any, str, str, int, str], HttpAnswer]] = {
    "ec2": _ec2,
    "query": _query,
    "json": _json,
    "rest-json": _rest_json,
    "rest-xml": _rest_xml,
    CBOR: _cbor,
}
