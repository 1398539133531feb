"""Requests as botocore's clients send them, and parameters drawn from its shapes."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest, prepare_request_dict
from botocore.credentials import Credentials
from botocore.serialize import create_serializer
from hypothesis import strategies as st

from genkan import wire

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGION = "ap-northeast-1"

# What every protocol can carry: XML has no control characters, headers no edges of spaces.
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"
)
TEXT = st.text(LETTERS, min_size=1, max_size=8)
TOKEN = st.text("abcXYZ019-_.~", min_size=1, max_size=8)
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)).map(
    lambda value: value.replace(microsecond=0)
)


def request_of(
    service: str,
    operation: str,
    parameters: dict[str, Any],
    protocol: str | None = None,
    sign: bool = False,
) -> wire.HttpRequest:
    """Give the request that botocore's serializer (and signer) makes."""
    model = wire.service_model(service)
    serializer = create_serializer(protocol or model.resolved_protocol, include_validation=False)
    made = serializer.serialize_to_request(parameters, model.operation_model(operation))
    made.pop("host_prefix", None)
    prepare_request_dict(made, endpoint_url=f"https://{service}.{REGION}.amazonaws.com", context={})
    request = AWSRequest(
        method=made["method"], url=made["url"], headers=made["headers"], data=made["body"]
    )
    if sign:
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        signer(Credentials(KEY, SECRET), model.signing_name, REGION).add_auth(request)
    return as_http(request)


def as_http(request: AWSRequest) -> wire.HttpRequest:
    """Give what a server sees of a botocore request."""
    prepared = request.prepare()
    url = urlsplit(prepared.url)
    body = prepared.body or b""
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in prepared.headers.items()
    }
    headers.setdefault("host", url.netloc)
    return wire.HttpRequest(
        prepared.method,
        url.path or "/",
        url.query,
        headers,
        body.encode() if isinstance(body, str) else bytes(body),
    )


def form(**parameters: str) -> wire.HttpRequest:
    """Give a form's request with these names and values."""
    return wire.HttpRequest("POST", "/", body=urlencode(parameters).encode())


def parameters(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Draw values that `shape` can hold and that every protocol can carry."""
    if shape is None:
        return st.just({})
    return DRAWERS.get(shape.type_name, lambda shape, depth: SCALARS[shape.type_name])(shape, depth)


def _structure(shape: Any, depth: int) -> st.SearchStrategy[Any]:
    if shape.is_document_type:
        return st.just({"any": ["thing", 1]})
    drawn = {
        name: member
        for name, member in shape.members.items()
        if not member.serialization.get("eventstream") and not member.serialization.get("streaming")
    }
    required = {
        name: _member(drawn[name], depth) for name in shape.required_members if name in drawn
    }
    names = sorted(_reachable(drawn, depth) - set(required))
    most = 1 if getattr(shape, "is_tagged_union", False) else 4
    # No protocol of forms can say that a structure is there and empty.
    least = 1 if depth and names and not required else 0
    some = st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True)
    return (some if names else st.just([])).flatmap(
        lambda names: st.fixed_dictionaries(
            required | {name: _member(drawn[name], depth) for name in names}
        )
    )


def _reachable(members: dict[str, Any], depth: int) -> set[str]:
    """Give the members to draw from: deep down only scalars, where there are any."""
    scalars = {name for name, member in members.items() if member.type_name in SCALARS}
    return scalars if depth > 2 and scalars else set(members)


def _member(shape: Any, depth: int) -> st.SearchStrategy[Any]:
    if shape.serialization.get("location") and shape.type_name == "string":
        return TOKEN
    if shape.serialization.get("location") == "headers":
        return st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), TOKEN, min_size=1)
    if shape.serialization.get("location") and shape.type_name in ("list", "map"):
        return _located(shape)
    return parameters(shape, depth + 1)


def _located(shape: Any) -> st.SearchStrategy[Any]:
    if shape.type_name == "list":
        return st.lists(TOKEN, min_size=1, max_size=3)
    return st.dictionaries(st.from_regex("[a-z]{6}", fullmatch=True), TOKEN, min_size=1, max_size=3)


def _list(shape: Any, depth: int) -> st.SearchStrategy[Any]:
    return st.lists(parameters(shape.member, depth + 1), min_size=1, max_size=2)


def _map(shape: Any, depth: int) -> st.SearchStrategy[Any]:
    return st.dictionaries(TEXT, parameters(shape.value, depth + 1), min_size=1, max_size=2)


DRAWERS = {"structure": _structure, "list": _list, "map": _map}
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**53), 2**53),
    "float": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "blob": st.binary(min_size=1, max_size=8),
    "timestamp": TIMES,
}
