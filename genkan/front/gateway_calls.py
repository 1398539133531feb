"""What API Gateway is told of a call beside the call itself: its headers as they came, who it came
from, its id. Names of headers lose their case and their number on the way to the services."""

import base64
import json

from genkan.front.records import Seen
from genkan.front.request import Request

EXECUTE_API = "execute-api"
HEADER = "x-genkan-call"
OURS = ("x-genkan-", "x-moto-")


def call_header(seen: Seen, request: Request) -> tuple[str, str]:
    """Give the header that tells it."""
    told = {
        "headers": [one for one in request.headers if not one[0].lower().startswith(OURS)],
        "source": seen.source,
        "id": seen.request_id,
    }
    return HEADER, base64.b64encode(json.dumps(told).encode()).decode()
