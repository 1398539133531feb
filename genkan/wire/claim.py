"""What a request says of its own signature: the Authorization header, or a presigned query string.

Only the form is checked here; whether any of it is true is `sigv4`'s to tell.
"""

import re
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from genkan.wire.canonical import query_values
from genkan.wire.errors import WireError, refusal
from genkan.wire.message import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
DATE = "%Y%m%dT%H%M%SZ"
LONGEST_PRESIGNED = timedelta(days=7)
PARTS = ("Credential", "SignedHeaders", "Signature")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says of its own signature."""

    access_key: str
    day: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    stamp: str
    expires: timedelta | None  # presigned requests have one
    session_token: str | None


def parse_claim(request: HttpRequest) -> Claim:
    """Read who a request says has signed it, and how. Raises WireError."""
    authorization = request.header("authorization")
    query = query_values(request.query)
    if authorization is not None:
        if "X-Amz-Signature" in query:
            raise refusal(
                "IncompleteSignature",
                "Only one way of signing is allowed: an Authorization header or X-Amz-Signature.",
            )
        return _header_claim(request, authorization.strip())
    if "X-Amz-Algorithm" in query or "X-Amz-Signature" in query:
        return _query_claim(query)
    raise refusal("MissingAuthenticationToken", "Request is missing Authentication Token")


def _header_claim(request: HttpRequest, authorization: str) -> Claim:
    scope, signed_headers, signature = _read_authorization(authorization)
    return Claim(
        *scope,
        signed_headers=signed_headers,
        signature=signature,
        stamp=_header_stamp(request),
        expires=None,
        session_token=request.header("x-amz-security-token"),
    )


@lru_cache(maxsize=64)  # whose it is, is asked before whether it is true
def _read_authorization(text: str) -> tuple[tuple[str, str, str, str], tuple[str, ...], str]:
    algorithm, _, rest = text.partition(" ")
    _check_algorithm(algorithm)
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    for name in PARTS:
        if not parts.get(name):
            raise incomplete(f"Authorization header requires '{name}' parameter.")
    if len(parts) != len(PARTS) or rest.count(",") != len(PARTS) - 1:
        raise incomplete(f"Authorization header has {', '.join(PARTS)} once each, nothing else.")
    signed_headers = tuple(parts["SignedHeaders"].split(";"))
    return _scope(parts["Credential"]), signed_headers, parts["Signature"]


def _query_claim(query: dict[str, str]) -> Claim:
    _check_algorithm(query.get("X-Amz-Algorithm", ""))
    for name in ("Credential", "SignedHeaders", "Signature", "Date", "Expires"):
        if not query.get(f"X-Amz-{name}"):
            raise incomplete(f"The query string requires the parameter X-Amz-{name}.")
    seconds = query["X-Amz-Expires"]
    if not re.fullmatch("[0-9]{1,6}", seconds) or not (
        timedelta(0) < timedelta(seconds=int(seconds)) <= LONGEST_PRESIGNED
    ):
        raise incomplete(f"X-Amz-Expires must be from 1 to 604800 seconds, not {seconds[:20]}.")
    return Claim(
        *_scope(query["X-Amz-Credential"]),
        signed_headers=tuple(query["X-Amz-SignedHeaders"].split(";")),
        signature=query["X-Amz-Signature"],
        stamp=query["X-Amz-Date"],
        expires=timedelta(seconds=int(seconds)),
        session_token=query.get("X-Amz-Security-Token"),
    )


def _check_algorithm(algorithm: str) -> None:
    if algorithm == "AWS4-ECDSA-P256-SHA256":
        raise incomplete(
            "The request is signed with AWS4-ECDSA-P256-SHA256 (SigV4A), which is not spoken here. "
            "Sign with AWS4-HMAC-SHA256 for one Region."
        )
    if algorithm != ALGORITHM:
        raise incomplete(
            f"The signing algorithm {algorithm[:40]!r} is not supported. Sign with {ALGORITHM}."
        )


def _scope(credential: str) -> tuple[str, str, str, str]:
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != TERMINATOR or not all(parts):
        raise incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/aws4_request, got '{credential[:100]}'."
        )
    access_key, day, region, service, _ = parts
    return access_key, day, region, service


def _header_stamp(request: HttpRequest) -> str:
    stamp = request.header("x-amz-date")
    if stamp is not None:
        return stamp.strip()
    date = request.header("date")
    if date is None:
        raise incomplete("Authorization requires a 'X-Amz-Date' or a 'Date' header.")
    if re.fullmatch(r"\d{8}T\d{6}Z", date.strip(), re.ASCII):
        return date.strip()
    try:
        return parsedate_to_datetime(date).astimezone(UTC).strftime(DATE)
    except (ValueError, OverflowError) as error:
        raise incomplete(f"The Date header {date[:40]!r} is no date.") from error


def incomplete(message: str) -> WireError:
    """Make the error for a signature that is not in the form that it must have."""
    return refusal("IncompleteSignature", message)
