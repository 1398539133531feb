"""AWS's wire protocols in both directions: what a request asks, how an answer or an error is
written.

Everything is driven by botocore's service models, and this package alone imports botocore, on first
use: importing `wire` costs nothing. A request comes in as an `HttpRequest`; `sigv4` tells who
signed it, `operation_of` and `parse_request` what it asks, `serialize_answer` and `serialize_error`
write what goes back. Spoken are ec2, query, json 1.0 and 1.1, rest-json, rest-xml and Smithy's RPC
v2 CBOR ("AWS protocols" in the Smithy specification). Event streams are left out: their bodies pass
through.
"""

from genkan.wire import sigv4
from genkan.wire.answer import serialize_answer
from genkan.wire.authorization_message import decode_message, encode_message
from genkan.wire.command_line import Command, CommandUnreadable, parse_command
from genkan.wire.errors import WireError
from genkan.wire.failure import error_code_of, serialize_error, serialize_wire_error
from genkan.wire.handover import (
    Frames,
    read_answer,
    read_request,
    write_answer,
    write_request,
)
from genkan.wire.message import HttpAnswer, HttpRequest, ParsedRequest
from genkan.wire.models import service_model, snake_case
from genkan.wire.operation import has_streaming_body, may_be_unsigned, operation_of
from genkan.wire.protocol import protocol_of
from genkan.wire.request import parse_request
from genkan.wire.shaped import fault_in, shaped

__all__ = [
    "Command",
    "CommandUnreadable",
    "Frames",
    "HttpAnswer",
    "HttpRequest",
    "ParsedRequest",
    "WireError",
    "decode_message",
    "encode_message",
    "error_code_of",
    "fault_in",
    "has_streaming_body",
    "may_be_unsigned",
    "operation_of",
    "parse_command",
    "parse_request",
    "protocol_of",
    "read_answer",
    "read_request",
    "serialize_answer",
    "serialize_error",
    "serialize_wire_error",
    "service_model",
    "shaped",
    "sigv4",
    "snake_case",
    "write_answer",
    "write_request",
]
