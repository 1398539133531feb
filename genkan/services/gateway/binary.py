"""Which bodies of a REST API are bytes and which are text: `binaryMediaTypes`.

"Content type conversions in API Gateway" in the developer guide.
"""

import base64
import threading
from collections.abc import Iterable
from typing import Any

TO_TEXT, TO_BINARY = "CONVERT_TO_TEXT", "CONVERT_TO_BINARY"
EVERYTHING = "*/*"
TEXTS = ("json", "javascript", "xml")  # of application/
PATCHED = "/binaryMediaTypes/"

_now = threading.local()  # the types that the call of a thread names


def is_binary(media_type: str, binary: Iterable[str]) -> bool:
    """Tell whether a media type is one of the API's binary ones."""
    named = media_type.partition(";")[0].strip().lower()
    kinds = {one.lower() for one in binary}
    return EVERYTHING in kinds or named in kinds or f"{named.partition('/')[0]}/*" in kinds


def is_text(media_type: str) -> bool:
    """Tell whether an HTTP API hands a body of this type to a function as it is."""
    named = media_type.partition(";")[0].strip().lower()
    return named.startswith("text/") or named.removeprefix("application/") in TEXTS


def converted(body: bytes, handling: str | None) -> bytes:
    """Give a body as `contentHandling` has it; what is no base64 stays as it is."""
    if handling == TO_TEXT:
        return base64.b64encode(body)
    if handling == TO_BINARY:
        try:
            return base64.b64decode(body, validate=True)
        except ValueError:
            return body
    return body


def keep_binary_types() -> None:
    """Have the emulator keep the types that an API is made with, or that a patch names in its path
    (`/binaryMediaTypes/image~1png`)."""
    from moto.apigateway.models import RestAPI
    from moto.apigateway.responses import APIGatewayResponse

    api_type: Any = RestAPI
    responses_type: Any = APIGatewayResponse
    begin, patch = api_type.__init__, api_type.apply_patch_operations
    create = responses_type.create_rest_api

    def create_rest_api(self: Any) -> Any:  # noqa: ANN401 - moto's
        _now.binary = self._get_param("binaryMediaTypes")
        try:
            return create(self)
        finally:
            _now.binary = None

    def made(self: Any, *given: Any, **named: Any) -> None:  # noqa: ANN401 - moto's
        begin(self, *given, **named)
        self.binaryMediaTypes = list(getattr(_now, "binary", None) or self.binaryMediaTypes)

    def apply(self: Any, operations: list[dict[str, Any]]) -> None:  # noqa: ANN401 - moto's
        patch(self, [_with_value(one) for one in operations])

    api_type.__init__ = made
    api_type.apply_patch_operations = apply
    responses_type.create_rest_api = create_rest_api


def _with_value(operation: dict[str, Any]) -> dict[str, Any]:
    _, kinds, named = str(operation.get("path", "")).partition(PATCHED)
    if not kinds or not named:
        return operation
    return {**operation, "value": named.replace("~1", "/").replace("~0", "~")}
