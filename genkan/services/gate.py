"""The gate before the embedded services: calls that come with a question are let in when it is
answered, and questions alone are answered.

A call says in `x-genkan-question` what the front knows of it; a denial leaves as 403 with
`x-genkan-denied`, which the front words. `x-genkan-ask` makes a question of its own of a request.
All are JSON in base64, and none is a client's to send.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

from genkan.services.decisions import decide, granted_by_resource
from genkan.services.identities import key_of

QUESTION, ASK, DENIED = "HTTP_X_GENKAN_QUESTION", "HTTP_X_GENKAN_ASK", "x-genkan-denied"
Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]

_now = threading.local()  # what the gate knows of the call that a thread is at


def gate(app: App) -> App:
    """Put the gate before an application."""

    def answer(environ: Environ, start: Start) -> Iterable[bytes]:
        asked = environ.get(ASK)
        if asked is not None:
            return _answer(ASKED[asked](json.load(environ["wsgi.input"])), start)
        given = environ.pop(QUESTION, None)
        _now.granted = False
        if given is not None:
            question = json.loads(base64.b64decode(given))
            denial = decide(question)
            if denial is not None:
                told = base64.b64encode(json.dumps(denial).encode()).decode()
                start("403 Forbidden", [(DENIED, told), ("Content-Length", "0")])
                return [b""]
            _now.granted = granted_by_resource(question)
        return app(environ, start)

    return answer


def leave_buckets_policies_to_the_gate() -> None:
    """Have S3 not decide by bucket policies itself; what nobody signed needs its word."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    def decided(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
        granted = getattr(_now, "granted", False)
        return PermissionResult.PERMITTED if granted else PermissionResult.NEUTRAL

    FakeBucket.get_permission = decided  # type: ignore[method-assign, assignment]


def _answer(found: Any, start: Start) -> Iterable[bytes]:  # noqa: ANN401 - JSON
    body = json.dumps(found).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


ASKED: dict[str, Callable[[Any], Any]] = {
    "key": lambda asked: key_of(asked["id"]),
    "decision": decide,
}
