"""Which protocol a request speaks, among those its service has.

The request tells: a `smithy-protocol` header, an `x-amz-target` header, a form. One service may be
asked in several: CloudWatch in CBOR by boto3, in JSON or as a form by others.
"""

from functools import cache
from typing import TYPE_CHECKING

from genkan.wire.errors import refusal
from genkan.wire.message import HttpRequest

if TYPE_CHECKING:
    from botocore.model import ServiceModel

CBOR = "smithy-rpc-v2-cbor"


@cache
def protocols_of(model: "ServiceModel") -> tuple[str, ...]:
    """Give the protocols that a service speaks, the preferred one first."""
    return tuple(model.metadata.get("protocols") or (model.metadata["protocol"],))


def protocol_of(model: "ServiceModel", request: HttpRequest) -> str:
    """Tell the protocol of `request`. Raises WireError when its service does not speak it."""
    spoken, unmarked = protocols_of(model), _unmarked(model)
    asked = _marked(request)
    if asked in spoken:
        return asked
    if asked is None and unmarked is not None:
        return unmarked
    if asked == "json" and unmarked is not None and unmarked.startswith("rest-"):
        return unmarked  # a stray header; what a rest service is asked stands in the path
    raise refusal(
        "UnknownOperation",
        f"The request is not in a protocol that {model.service_name} speaks "
        f"({', '.join(spoken)}). Use an SDK or CLI of this API's version.",
        "json",
    )


@cache
def _unmarked(model: "ServiceModel") -> str | None:
    """Give the first of a service's protocols that no header names."""
    return next((one for one in protocols_of(model) if one not in ("json", CBOR)), None)


def _marked(request: HttpRequest) -> str | None:
    if request.header("smithy-protocol") == "rpc-v2-cbor":
        return CBOR
    if request.header("x-amz-target") is not None:
        return "json"
    return None
