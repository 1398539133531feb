"""The canonical request of Signature Version 4, made from a request as it came.

Each part is decoded and encoded anew, so that equal requests are equal however they were escaped.
S3 signs the path as it is; everybody else signs it normalised (RFC 3986, dot segments and repeated
slashes gone) and encoded once more ("Create a canonical request" in the IAM user guide).
"""

import re
from functools import lru_cache
from urllib.parse import quote

from genkan.wire.message import HttpRequest
from genkan.wire.percent import decode_bytes

PLAIN_PATH = re.compile("[A-Za-z0-9._~/-]+")


def canonical_request(
    request: HttpRequest,
    signed_headers: tuple[str, ...],
    payload: str,
    *,
    presigned: bool,
    s3: bool,
) -> str:
    """Give the text whose hash is signed; `payload` is the body's hash or what stands for it."""
    headers = "".join([f"{name}:{_header(request, name)}\n" for name in signed_headers])
    return "\n".join(
        (
            request.method.upper(),
            _s3_path(request.path) if s3 else _path(request.path),
            _query(request.query, presigned),
            headers,
            ";".join(signed_headers),
            payload,
        )
    )


def _header(request: HttpRequest, name: str) -> str:
    first = request.first_headers()
    if len(first) == len(request.headers):  # none is there twice
        return " ".join(first.get(name, "").split())
    return ",".join(" ".join(value.split()) for value in request.header_values(name))


def query_values(query: str) -> dict[str, str]:
    """Give the first value of each name in a query string; bytes that are no UTF-8 are escaped."""
    found: dict[str, str] = {}
    if not query:
        return found
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        found.setdefault(_decode(name), _decode(value))
    return found


def _decode(text: str) -> str:
    return decode_bytes(text, plus=True).decode("utf-8", "replace")


def _encode(text: str) -> str:
    return quote(decode_bytes(text), safe="-_.~")


def _s3_path(path: str) -> str:
    if PLAIN_PATH.fullmatch(path):  # as most are: encoded anew it is itself
        return path
    return "/".join(_encode(segment) for segment in path.split("/")) or "/"


@lru_cache(maxsize=256)
def _path(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    ends = path.endswith("/") and bool(kept)
    normal = "/" + "/".join(kept) + ("/" if ends else "")
    return quote(normal.encode("utf-8", "surrogatepass"), safe="/-_.~")


def _query(query: str, presigned: bool) -> str:
    pairs = []
    for pair in query.split("&") if query else ():
        if pair:
            name, _, value = pair.replace("+", "%20").partition("=")
            pairs.append((_encode(name), _encode(value)))
    return "&".join(
        f"{name}={value}"
        for name, value in sorted(pairs)
        if not (presigned and name == "X-Amz-Signature")
    )
