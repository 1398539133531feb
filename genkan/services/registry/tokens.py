"""Authorization tokens of ECR: who has one is who asked for it, for twelve hours.

"Private registry authentication in Amazon ECR". A token says whose it is, sealed by a secret of
this process; one of an earlier process is nobody's, as its images are not there either.
"""

import base64
import hmac
import json
import os
import time
from typing import Any

from genkan.services.identities import Question

LIFE = 12 * 3600  # seconds
KEPT = ("account", "principal", "issuer", "session_policies")
USER = "AWS"
SEAL = 32
LONGEST = 16_384
_secret = os.urandom(32)


def issue(question: Question) -> tuple[str, int]:
    """Give the token of who asks, and when it ends, in seconds since the epoch."""
    until = int(time.time()) + LIFE
    said = {**{name: question.get(name) for name in KEPT}, "until": until}
    payload = json.dumps(said).encode()
    password = base64.b64encode(_seal(payload) + payload).decode()
    return base64.b64encode(f"{USER}:{password}".encode()).decode(), until


def read(token: str) -> dict[str, Any] | None:
    """Give whose a token is; None for one that is none of ours, or that has ended."""
    if len(token) > LONGEST:
        return None
    try:
        user, _, password = base64.b64decode(token, validate=True).decode().partition(":")
        sealed = base64.b64decode(password, validate=True)
    except ValueError:
        return None
    seal, payload = sealed[:SEAL], sealed[SEAL:]
    if user != USER or not hmac.compare_digest(seal, _seal(payload)):
        return None
    said: dict[str, Any] = json.loads(payload)
    return said if said["until"] > time.time() else None


def _seal(payload: bytes) -> bytes:
    return hmac.digest(_secret, payload, "sha256")
