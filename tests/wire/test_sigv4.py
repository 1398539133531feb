"""Signatures that botocore makes hold; whatever is changed afterwards does not."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genkan import wire
from genkan.wire import sigv4
from tests.wire.calls import KEY, REGION, SECRET, as_http, request_of


def secret_of(key):
    return SECRET if key == KEY else None


def verify(request, now=None):
    return sigv4.verify(request, now=now or datetime.now(UTC), secret_of=secret_of)


CALLS = {
    "ec2": ("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}),
    "s3": ("s3", "PutObject", {"Bucket": "b", "Key": "a b/ü~(x)+*.txt", "Metadata": {"a": "x  y"}}),
    "s3 dots": ("s3", "GetObject", {"Bucket": "b", "Key": "a/../b//c/./"}),
    "s3 query": ("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "a b/+&=ü", "StartAfter": "z"}),
    "lambda": ("lambda", "ListTags", {"Resource": f"arn:aws:lambda:{REGION}:1:function:f"}),
    "dynamodb": ("dynamodb", "GetItem", {"TableName": "t", "Key": {"id": {"S": "ü"}}}),
    "cloudwatch": ("cloudwatch", "PutMetricData", {"Namespace": "n", "MetricData": []}),
}


def signed(name):
    service, operation, parameters = CALLS[name]
    return request_of(service, operation, parameters, sign=True)


def presigned(service="s3", expires=60, signer=S3SigV4QueryAuth):
    request = AWSRequest("GET", f"https://{service}.{REGION}.amazonaws.com/b/k%20y?versionId=a%2Bb")
    signer(Credentials(KEY, SECRET, "token/+="), service, REGION, expires=expires).add_auth(request)
    return as_http(request)


@pytest.mark.parametrize("name", CALLS)
def test_a_signed_request_holds(name):
    signature = verify(signed(name))
    assert (signature.access_key, signature.region) == (KEY, REGION)
    assert signature.body_sha256 is None


def test_the_scope_can_be_read_before_the_signature_is_checked():
    for request, service in ((signed("cloudwatch"), "monitoring"), (presigned(), "s3")):
        claim = sigv4.claim_of(request)
        assert (claim.access_key, claim.region, claim.service) == (KEY, REGION, service)
    assert sigv4.claim_of(wire.HttpRequest("GET", "/")) is None


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_changed_byte_anywhere_is_found(name, data):
    request = signed(name)
    part = data.draw(st.sampled_from(["method", "path", "query", "headers", "body"]))
    if part == "headers":
        claimed = request.header("authorization").partition("SignedHeaders=")[2].partition(",")[0]
        header = data.draw(st.sampled_from([*claimed.split(";"), "authorization"]))
        value = data.draw(changed(request.header(header)))
        changed_request = replace(request, headers={**request.headers, header: value})
    elif part == "body":
        changed_request = replace(request, body=data.draw(changed(request.body.decode())).encode())
    else:
        changed_request = replace(request, **{part: data.draw(changed(getattr(request, part)))})
    with pytest.raises(wire.WireError):
        verify(changed_request)


def changed(text):
    """Draw `text` with a letter put in: no other spelling of the same."""
    return st.tuples(st.integers(0, len(text)), st.sampled_from("qQ7")).map(
        lambda cut: text[: cut[0]] + cut[1] + text[cut[0] :]
    )


@pytest.mark.parametrize("header", ["x-amz-security-token", "x-amz-acl"])
def test_a_header_of_amazons_that_is_not_signed_is_refused(header):
    request = signed("s3")
    with pytest.raises(wire.WireError, match="not signed"):
        verify(replace(request, headers={**request.headers, header: "x"}))


def test_escapes_that_mean_the_same_are_the_same():
    request = signed("s3 query")
    spelled = request.query.replace("%2B", "%2b").replace("%20", "+")
    assert spelled != request.query
    verify(replace(request, query=spelled))


@pytest.mark.parametrize(("minutes", "holds"), [(-16, False), (-14, True), (14, True), (16, False)])
def test_a_clock_may_be_fifteen_minutes_off(minutes, holds):
    request = signed("ec2")
    now = datetime.now(UTC) + timedelta(minutes=minutes)
    if holds:
        verify(request, now)
        return
    with pytest.raises(wire.WireError) as refused:
        verify(request, now)
    assert refused.value.kind == "RequestTimeTooSkewed"


def test_a_presigned_request_holds_until_it_expires():
    request = presigned()
    signature = verify(request)
    assert (signature.service, signature.session_token) == ("s3", "token/+=")
    with pytest.raises(wire.WireError, match="expired"):
        verify(request, datetime.now(UTC) + timedelta(minutes=2))
    with pytest.raises(wire.WireError):
        verify(replace(request, query=request.query.replace("versionId=a", "versionId=b")))
    with pytest.raises(wire.WireError, match="604800"):
        verify(presigned(expires=604801))


def test_a_presigned_request_of_other_services_is_signed_over_its_body():
    request = presigned("sts", signer=SigV4QueryAuth)
    verify(request)
    with pytest.raises(wire.WireError):
        verify(replace(request, body=b"x"))


def test_a_streamed_body_is_checked_at_the_end():
    request = replace(signed("s3"), body=b"")
    assert sigv4.declares_body(request)
    signature = sigv4.verify_head(request, now=datetime.now(UTC), secret_of=secret_of)
    sigv4.check_body(signature, hashlib.sha256(b"").hexdigest())
    with pytest.raises(wire.WireError) as refused:
        sigv4.check_body(signature, hashlib.sha256(b"other").hexdigest())
    assert refused.value.kind == "BodyHashMismatch"
    assert not sigv4.declares_body(signed("ec2"))


AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/r/s/aws4_request"
REST = ", SignedHeaders=host;x-amz-date, Signature=00"


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, "MissingAuthenticationToken"),
        ({"authorization": "Basic eDp5"}, "IncompleteSignature"),
        ({"authorization": "AWS4-ECDSA-P256-SHA256 " + REST}, "IncompleteSignature"),
        ({"authorization": AUTHORIZATION}, "IncompleteSignature"),
        ({"authorization": AUTHORIZATION + REST}, "IncompleteSignature"),
        (
            {"authorization": AUTHORIZATION + REST, "x-amz-date": "now", "host": "h"},
            "IncompleteSignature",
        ),
        (
            {"authorization": AUTHORIZATION + REST, "x-amz-date": "20260102T000000Z", "host": "h"},
            "IncompleteSignature",
        ),
        (
            {"authorization": AUTHORIZATION + REST, "x-amz-date": "20260101T000000Z", "host": "h"},
            "SignatureDoesNotMatch",
        ),
        (
            {"authorization": AUTHORIZATION + REST, "x-amz-date": "20260101T000000Z"},
            "SignatureDoesNotMatch",
        ),
        (
            {
                "authorization": AUTHORIZATION + REST + "ü\udcff",
                "x-amz-date": "20260101T000000Z",
                "host": "h\udcff",
            },
            "SignatureDoesNotMatch",
        ),
        (
            {
                "authorization": AUTHORIZATION + REST.replace("host", "host;x-amz-content-sha256"),
                "x-amz-date": "20260101T000000Z",
                "x-amz-content-sha256": "none",
                "host": "h",
            },
            "IncompleteSignature",
        ),
        (
            {
                "authorization": AUTHORIZATION + REST.replace("host;", ""),
                "x-amz-date": "20260101T000000Z",
            },
            "UnsignedHeader",
        ),
        (
            {"authorization": AUTHORIZATION.replace(KEY, "AKIAOTHER") + REST, "date": "x"},
            "IncompleteSignature",
        ),
        (
            {
                "authorization": AUTHORIZATION.replace(KEY, "AKIAOTHER") + REST,
                "x-amz-date": "20260101T000000Z",
            },
            "UnknownAccessKey",
        ),
    ],
)
def test_what_is_wrong_with_a_signature_is_said(headers, kind):
    with pytest.raises(wire.WireError) as refused:
        verify(wire.HttpRequest("GET", "/", "", headers), datetime(2026, 1, 1, tzinfo=UTC))
    assert refused.value.kind == kind


@pytest.mark.parametrize(
    ("kind", "service", "protocol", "code", "status"),
    [
        ("UnknownAccessKey", "ec2", "ec2", "AuthFailure", 401),
        ("UnknownAccessKey", "sts", "query", "InvalidClientTokenId", 403),
        ("UnknownAccessKey", "dynamodb", "json", "UnrecognizedClientException", 400),
        ("UnknownAccessKey", "s3", "rest-xml", "InvalidAccessKeyId", 403),
        ("SignatureDoesNotMatch", "ec2", "ec2", "SignatureDoesNotMatch", 403),
        ("SignatureDoesNotMatch", "lambda", "rest-json", "InvalidSignatureException", 403),
        ("SignatureDoesNotMatch", "s3", "rest-xml", "SignatureDoesNotMatch", 403),
        ("RequestTimeTooSkewed", "ec2", "ec2", "RequestExpired", 400),
        ("RequestTimeTooSkewed", "s3", "rest-xml", "RequestTimeTooSkewed", 403),
        ("RequestExpired", "s3", "rest-xml", "AccessDenied", 403),
        ("MissingAuthenticationToken", "s3", "rest-xml", "AccessDenied", 403),
        ("MissingAuthenticationToken", "ec2", "ec2", "MissingAuthenticationToken", 403),
        ("IncompleteSignature", "cloudwatch", "query", "IncompleteSignature", 400),
    ],
)
def test_each_service_has_its_own_words_for_it(kind, service, protocol, code, status):
    error = wire.WireError("any", "why", kind=kind)
    answer = wire.serialize_wire_error(wire.service_model(service), protocol, error, "req-1")
    assert answer.status == status
    found = wire.error_code_of(protocol, answer.status, answer.headers, answer.body)
    assert found == (code, "why")


ANY = st.text(st.characters(), max_size=20)


@settings(max_examples=200, deadline=None)
@given(
    headers=st.fixed_dictionaries(
        {},
        optional={
            "authorization": ANY | ANY.map((AUTHORIZATION + REST).__add__),
            "x-amz-date": ANY | st.just("20260101T000000Z"),
            "date": ANY,
            "host": ANY,
            "x-amz-content-sha256": ANY,
        },
    ),
    query=ANY | ANY.map("X-Amz-Signature=00&".__add__),
    path=ANY,
    body=st.binary(max_size=10),
)
@example(
    headers={"authorization": AUTHORIZATION + REST, "x-amz-date": "20260101T000000Z", "host": "h"},
    query="a=\ud800",
    path="\ud800",
    body=b"",
)
def test_whatever_comes_is_refused_with_words(headers, query, path, body):
    with pytest.raises(wire.WireError):
        verify(
            wire.HttpRequest("GET", path, query, headers, body), datetime(2026, 1, 1, tzinfo=UTC)
        )
