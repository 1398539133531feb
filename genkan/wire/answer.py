"""An operation's output on the wire, in the protocol that was asked in."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from genkan.wire.message import HttpAnswer
from genkan.wire.models import Model, OperationModel, Value
from genkan.wire.protocol import CBOR
from genkan.wire.rest_answer import rest_answer
from genkan.wire.tree_answer import tree_converter
from genkan.wire.xml_answer import DECLARATION, content_writer, escape

if TYPE_CHECKING:
    from botocore.model import ServiceModel

Output = Mapping[str, Any]
XML = "text/xml;charset=UTF-8"


def serialize_answer(
    model: "ServiceModel", operation: str, protocol: str, output: Output, request_id: str
) -> HttpAnswer:
    """Write `output` (the API's member names; None is left out) as the answer of `operation`.

    Raises ValueError for a member that the model lacks or a value that its shape cannot hold: both
    are mistakes of ours.
    """
    return SERIALIZERS[protocol](model, model.operation_model(operation), output, request_id)


def _ec2(model: Model, operation: OperationModel, output: Output, request_id: str) -> HttpAnswer:
    name = operation.name + "Response"
    out = [
        f'{DECLARATION}<{name} xmlns="{model.metadata["xmlNamespace"].rstrip("/")}/">',
        f"<requestId>{escape(request_id)}</requestId>",
    ]
    if operation.output_shape is None:
        _check_empty(operation, output)
        out.append("<return>true</return>")
    else:
        content_writer(operation.output_shape, "ec2")(output, out)
    out.append(f"</{name}>")
    return _xml("".join(out), request_id)


def _query(model: Model, operation: OperationModel, output: Output, request_id: str) -> HttpAnswer:
    name = operation.name + "Response"
    out = [f'{DECLARATION}<{name} xmlns="{model.metadata["xmlNamespace"]}">']
    shape = operation.output_shape
    if shape is None:
        _check_empty(operation, output)
    else:
        wrapper = shape.serialization.get("resultWrapper") or operation.name + "Result"
        out.append(f"<{wrapper}>")
        content_writer(shape, "query")(output, out)
        out.append(f"</{wrapper}>")
    out.append(f"<ResponseMetadata><RequestId>{escape(request_id)}</RequestId></ResponseMetadata>")
    out.append(f"</{name}>")
    return _xml("".join(out), request_id)


def _json(model: Model, operation: OperationModel, output: Output, request_id: str) -> HttpAnswer:
    body = _tree(operation, output, cbor=False)
    headers = {
        "content-type": f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.0')}",
        "x-amzn-requestid": request_id,
    }
    return HttpAnswer(200, headers, json.dumps(body, separators=(",", ":")).encode())


def _cbor(model: Model, operation: OperationModel, output: Output, request_id: str) -> HttpAnswer:
    import cbor2

    headers = {
        "content-type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        "x-amzn-requestid": request_id,
    }
    return HttpAnswer(200, headers, cbor2.dumps(_tree(operation, output, cbor=True)))


def _tree(operation: OperationModel, output: Output, *, cbor: bool) -> Value:
    if operation.output_shape is None:
        _check_empty(operation, output)
        return {}
    return tree_converter(operation.output_shape, cbor)(output)


def _check_empty(operation: OperationModel, output: Output) -> None:
    if output:
        raise ValueError(f"{operation.name} has no output, so none of {', '.join(output)}")


def _xml(text: str, request_id: str) -> HttpAnswer:
    headers = {"content-type": XML, "x-amzn-requestid": request_id}
    return HttpAnswer(200, headers, text.encode())


SERIALIZERS: dict[str, Callable[[Any, Any, Output, str], HttpAnswer]] = {
    "ec2": _ec2,
    "query": _query,
    "json": _json,
    CBOR: _cbor,
    "rest-json": rest_answer,
    "rest-xml": rest_answer,
}
