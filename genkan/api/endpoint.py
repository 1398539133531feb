"""From a request on the wire to an operation's name and parameters, and from its answer back.

Every error that an operation raises leaves in its service's own words; what nobody foresaw leaves
as AWS's InternalError with the request's id, and stands in the log.
"""

import logging
from dataclasses import dataclass

from genkan import wire
from genkan.api.call import Answer
from genkan.model.errors import Refused

LOG = logging.getLogger(__name__)
INTERNAL_ERROR = 500


@dataclass(frozen=True, slots=True)
class Question:
    """One parsed request: what is asked of which service."""

    service: str
    parsed: wire.ParsedRequest
    request_id: str

    @property
    def operation(self) -> str:
        return self.parsed.operation


def parse(service: str, request: wire.HttpRequest, request_id: str) -> Question:
    """Read a request of a service (botocore's name). Raises wire.WireError."""
    return Question(service, wire.parse_request(wire.service_model(service), request), request_id)


def serialize(question: Question, answer: Answer) -> wire.HttpAnswer:
    """Write an operation's answer in the protocol that was asked in."""
    return wire.serialize_answer(
        wire.service_model(question.service),
        question.operation,
        question.parsed.protocol,
        answer.output,
        question.request_id,
    )


def refuse(
    service: str, protocol: str | None, error: Exception, request_id: str
) -> wire.HttpAnswer:
    """Write an error; anything but a refusal is ours and says so."""
    model = wire.service_model(service)
    code, message, status = _worded(error, request_id)
    return wire.serialize_error(
        model, protocol or model.metadata["protocol"], code, message, status, request_id
    )


def _worded(error: Exception, request_id: str) -> tuple[str, str, int]:
    if isinstance(error, Refused | wire.WireError):
        return error.code, str(error), error.status
    LOG.error("request %s failed", request_id, exc_info=error)
    return (
        "InternalError",
        f"An internal error has occurred: {type(error).__name__}: {error}. Request {request_id} "
        "stands in log/control.log.",
        INTERNAL_ERROR,
    )
