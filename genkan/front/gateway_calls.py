"""What API Gateway is told of a call beside the call itself: its headers as they came, who it came
from, its id. Names of headers lose their case and their number on the way to the services."""

import base64
import json
import uuid
from typing import Any

from genkan.front.records import Seen
from genkan.front.request import Request

EXECUTE_API = "execute-api"
HEADER = "x-genkan-call"
OURS = ("x-genkan-", "x-moto-")


def call_header(
    seen: Seen, request: Request, socket: dict[str, Any] | None = None
) -> tuple[str, str]:
    """Give the header that tells it, and what happened on a WebSocket."""
    told = {
        "headers": [one for one in request.headers if not one[0].lower().startswith(OURS)],
        "source": seen.source,
        "id": seen.request_id if socket is None else str(uuid.uuid4()),
        "socket": socket,
    }
    return HEADER, base64.b64encode(json.dumps(told).encode()).decode()
