"""Signature Version 4: who signed this request, and is it what they signed?

Both forms are checked, the Authorization header and the presigned query string. The canonical
request is made anew from what came ("AWS Signature Version 4 for API requests" in the IAM user
guide). SigV4A is refused. A failure's kind is phrased by `serialize_wire_error` as each service
phrases it.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from genkan.wire.canonical import canonical_request, query_values
from genkan.wire.claim import ALGORITHM, DATE, TERMINATOR, Claim, incomplete, parse_claim
from genkan.wire.errors import WireError, refusal
from genkan.wire.message import HttpRequest

SKEW = timedelta(minutes=15)
UNSIGNED = "UNSIGNED-PAYLOAD"
OF_NOTHING = hashlib.sha256(b"").hexdigest()
BODY_HASH = "x-amz-content-sha256"
HASH = re.compile("[0-9a-f]{64}")
STAMP = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
S3_NAMES = frozenset({"s3", "s3express", "s3-object-lambda", "s3-outposts"})

SecretOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that holds: whose key, for which service and Region, made when.

    `body_sha256` is the hash that the body must still prove to have, None when the signature says
    nothing of the body or the body was checked.
    """

    access_key: str
    service: str
    region: str
    signed_at: datetime
    session_token: str | None = None
    body_sha256: str | None = None


def verify(
    request: HttpRequest, *, now: datetime, secret_of: SecretOf, claim: Claim | None = None
) -> Signature:
    """Check a whole request's signature and body. Raises WireError.

    `secret_of` gives the secret of an access key, None for a key that there is not; `claim` is what
    `claim_of` gave, where it was asked.
    """
    found = hashlib.sha256(request.body).hexdigest() if request.body else OF_NOTHING
    claim = claim or parse_claim(request)
    signed_at, payload = _check(request, claim, now, secret_of, found)
    _check_hash(payload, found)
    return _signature_of(claim, signed_at, None)


def verify_head(
    request: HttpRequest,
    *,
    now: datetime,
    secret_of: SecretOf,
    body_sha256: str | None = None,
    claim: Claim | None = None,
) -> Signature:
    """Check a request's signature before its body is there. Raises WireError.

    The body's hash is what `x-amz-content-sha256` declares: compare it with `check_body` once the
    body is read. A request without that header is signed over its body's hash (see
    `declares_body`): give it as `body_sha256`.
    """
    claim = claim or parse_claim(request)
    signed_at, payload = _check(request, claim, now, secret_of, body_sha256)
    return _signature_of(claim, signed_at, payload if HASH.fullmatch(payload) else None)


def _check(
    request: HttpRequest,
    claim: Claim,
    now: datetime,
    secret_of: SecretOf,
    body_sha256: str | None,
) -> tuple[datetime, str]:
    """Check all but the body; give when it was signed, and the body's hash or what stands for
    it."""
    secret = secret_of(claim.access_key)
    if secret is None:
        raise refusal("UnknownAccessKey", _unknown_key(claim.service))
    _check_headers(request, claim)
    signed_at = _check_time(claim, now)
    declared = request.header(BODY_HASH) or query_values(request.query).get("X-Amz-Content-Sha256")
    payload = declared or _default_payload(claim, body_sha256)
    if not (HASH.fullmatch(payload) or payload == UNSIGNED or payload.startswith("STREAMING-")):
        raise incomplete(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a valid sha256 value."
        )
    text = canonical_request(
        request,
        claim.signed_headers,
        payload,
        presigned=claim.expires is not None,
        s3=claim.service in S3_NAMES,
    )
    given = claim.signature.encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(_written(secret, claim, text).encode(), given):
        raise refusal(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method.",
        )
    return signed_at, payload


def _signature_of(claim: Claim, signed_at: datetime, to_prove: str | None) -> Signature:
    return Signature(
        claim.access_key, claim.service, claim.region, signed_at, claim.session_token, to_prove
    )


def declares_body(request: HttpRequest) -> bool:
    """Tell whether a request's head says how its body is signed: the body may come later."""
    return (
        request.header(BODY_HASH) is not None
        or "X-Amz-Content-Sha256" in query_values(request.query)
        or ("X-Amz-Signature" in query_values(request.query) and _service(request) in S3_NAMES)
    )


def check_body(signature: Signature, sha256: str) -> None:
    """Check that a body has the hash that was signed. Raises WireError."""
    if signature.body_sha256 is not None:
        _check_hash(signature.body_sha256, sha256)


def _check_hash(payload: str, sha256: str) -> None:
    """Raise WireError where a body's signed hash, if it is one, is another than the body's."""
    if payload != sha256 and HASH.fullmatch(payload):
        raise refusal(
            "BodyHashMismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )


def claim_of(request: HttpRequest) -> Claim | None:
    """Give what a request says of its signature, unverified; None if it says nothing that can be
    read."""
    try:
        return parse_claim(request)
    except WireError:
        return None


def _service(request: HttpRequest) -> str | None:
    claim = claim_of(request)
    return claim.service if claim else None


def _check_headers(request: HttpRequest, claim: Claim) -> None:
    names = {name for name, _ in request.header_items()}
    if "host" not in claim.signed_headers:
        raise refusal("UnsignedHeader", "'Host' must be a 'SignedHeader' in the AWS Authorization.")
    absent = sorted(set(claim.signed_headers) - names)
    if absent:
        raise refusal(
            "SignatureDoesNotMatch", f"The signed header {absent[0][:100]} is not in the request."
        )
    loose = sorted(name for name in names - set(claim.signed_headers) if name.startswith("x-amz-"))
    if loose:
        raise refusal(
            "UnsignedHeader",
            f"There were headers present in the request which were not signed: {', '.join(loose)}",
        )


def _check_time(claim: Claim, now: datetime) -> datetime:
    try:
        signed_at = _read_stamp(claim.stamp)
    except ValueError as error:
        raise incomplete(
            f"Date must be in ISO-8601 'basic format'. Got '{claim.stamp[:40]}'."
        ) from error
    if claim.day != claim.stamp[:8]:
        raise incomplete(
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: "
            f"'{claim.day[:20]}' != '{claim.stamp[:8]}'."
        )
    if claim.expires is not None and now > signed_at + claim.expires:
        raise refusal("RequestExpired", "Request has expired.")
    too_old = claim.expires is None and now - signed_at > SKEW
    if too_old or signed_at - now > SKEW:
        raise refusal(
            "RequestTimeTooSkewed",
            f"Signature expired: {claim.stamp} is more than {SKEW.seconds // 60} minutes from "
            f"{now.astimezone(UTC).strftime(DATE)}, the time here. Set the clock.",
        )
    return signed_at


def _read_stamp(text: str) -> datetime:
    if STAMP.fullmatch(text):  # as everybody writes it; strptime takes ten times as long
        day, time = text[:8], text[9:15]
        return datetime.fromisoformat(f"{day}T{time}+00:00")
    return datetime.strptime(text, DATE).replace(tzinfo=UTC)


def _default_payload(claim: Claim, body_sha256: str | None) -> str:
    if claim.expires is not None and claim.service in S3_NAMES:
        return UNSIGNED
    if body_sha256 is None:
        raise incomplete(
            "The request does not declare its body's hash. Send x-amz-content-sha256 with a body "
            "that is streamed."
        )
    return body_sha256


def _written(secret: str, claim: Claim, canonical: str) -> str:
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    scope = (claim.day, claim.region, claim.service, TERMINATOR)
    to_sign = "\n".join((ALGORITHM, claim.stamp, "/".join(scope), digest))
    return _hmac(_signing_key(secret, scope), to_sign).hex()


@lru_cache(maxsize=1024)
def _signing_key(secret: str, scope: tuple[str, ...]) -> bytes:
    """Give the key of a day, a Region and a service."""
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")


def _unknown_key(service: str) -> str:
    if service == "ec2":
        return "AWS was not able to validate the provided access credentials"
    if service in S3_NAMES:
        return "The AWS Access Key Id you provided does not exist in our records."
    return "The security token included in the request is invalid."
