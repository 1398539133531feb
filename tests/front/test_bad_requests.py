"""Requests that nobody should send, over a real connection: each is refused as AWS refuses it.

No row may be answered with a status of 500 or more, and nothing of them makes a traceback.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from tests.front.conftest import Api, raw, read_reply
from tests.story.conftest import until

VPCS = b"Action=DescribeVpcs&Version=2016-11-15"
WHO = b"Action=GetCallerIdentity&Version=2011-06-15"
TARGET = "DynamoDB_20120810"
CBOR = {"Smithy-Protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
METRIC = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
LARGEST = 16 << 20


def dynamodb(operation: str = "PutItem") -> dict[str, object]:
    headers = {
        "X-Amz-Target": f"{TARGET}.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
    }
    return {"service": "dynamodb", "headers": headers}


def s3(method: str, path: str) -> dict[str, object]:
    return {"service": "s3", "method": method, "path": path, "headers": {}}


STS = {"service": "sts"}
ROWS = [
    # what is sent, how it is signed, status, code
    (b"Action=%ff", {}, 400, "MalformedQueryString"),
    (b"\xff\xfe", {}, 400, "MalformedQueryString"),
    (b"", {}, 400, "MissingAction"),
    (b'{"Action":"DescribeVpcs"}', {"headers": {"Content-Type": "application/json"}}, 400,
     "MissingAction"),
    (b"Action=MakeTea", {}, 400, "InvalidAction"),
    (b"Action=CreateTrafficMirrorFilter", {}, 400, "InvalidAction"),
    (VPCS + b"&Action=CreateVpc", {}, 400, "MalformedQueryString"),
    (VPCS + b"&Colour=red", {}, 400, "UnknownParameter"),
    (VPCS + b"&MaxResults=many", {}, 400, "InvalidParameterValue"),
    (VPCS + b"&MaxResults=-5", {}, 400, "InvalidParameterValue"),
    (VPCS + b"&MaxResults=99999999999999", {}, 400, "InvalidParameterValue"),
    (VPCS + b"&DryRun=perhaps", {}, 400, "InvalidParameterValue"),
    (VPCS + b"&VpcId.0=vpc-1", {}, 400, "InvalidParameterValue"),
    (VPCS + b"&VpcId.-1=vpc-1", {}, 400, "UnknownParameter"),
    (VPCS + b"&VpcId.1=a&VpcId.1=b", {}, 400, "MalformedQueryString"),
    (VPCS + b"&VpcId.1=%E6%97%A5", {}, 400, "InvalidVpcID.Malformed"),
    (VPCS + b"&VpcId.7=vpc-00000000000000000", {}, 400, "InvalidVpcID.NotFound"),
    (VPCS + b"&Filter" + b".1" * 99 + b"=a", {}, 400, "MalformedQueryString"),
    (b"Action=CreateSubnet&CidrBlock=10.0.0.0/24", {}, 400, "MissingParameter"),
    (b"Action=DescribeVpcs&A=" + b"x" * LARGEST, {}, 413, "RequestEntityTooLarge"),
    (VPCS, {"region": "nowhere-1"}, 403, "SignatureDoesNotMatch"),
    (VPCS, {"region": "us-east-1", "headers": {"Host": "ec2.ap-northeast-1.amazonaws.com"}}, 403,
     "SignatureDoesNotMatch"),
    (VPCS, {"service": "s3", "headers": {"Host": "ec2.ap-northeast-1.amazonaws.com"}}, 403,
     "SignatureDoesNotMatch"),
    (VPCS, {"key": "AKIAIOSFODNN7EXAMPLE"}, 401, "AuthFailure"),
    (VPCS, {"secret": "wrong"}, 403, "SignatureDoesNotMatch"),
    (WHO + b"&Colour=red", STS, 400, "UnknownParameter"),
    (b"Action=MakeTea", STS, 400, "InvalidAction"),
    (WHO, STS | {"key": "AKIAIOSFODNN7EXAMPLE"}, 403, "InvalidClientTokenId"),
    (WHO, STS | {"secret": "wrong"}, 403, "SignatureDoesNotMatch"),
    (b"Action=SendMessage", {"service": "sqs"}, 400, "UnknownOperationException"),
    (b"{", dynamodb(), 400, "SerializationException"),
    (b"[]", dynamodb(), 400, "SerializationException"),
    (b'"\xff"', dynamodb(), 400, "SerializationException"),
    (b'{"TableName":1}', dynamodb(), 400, "SerializationException"),
    (b"{}", dynamodb(), 400, "ValidationException"),
    (b"{}", dynamodb("MakeTea"), 400, "UnknownOperationException"),
    (b"{}" + b" " * LARGEST, dynamodb(), 413, "RequestEntityTooLargeException"),
    (b"{}", dynamodb() | {"secret": "wrong"}, 400, "InvalidSignatureException"),
    (b"{}", dynamodb() | {"key": "AKIAIOSFODNN7EXAMPLE"}, 400, "UnrecognizedClientException"),
    (b"\xff\x00", {"service": "monitoring", "path": METRIC, "headers": CBOR}, 400,
     "SerializationException"),
    (b"\xa0", {"service": "monitoring", "path": METRIC, "headers": CBOR}, 400,
     "ValidationException"),
    (b"\xa0", {"service": "monitoring", "path": METRIC + "Z", "headers": CBOR}, 400,
     "UnknownOperationException"),
    (b"", s3("PATCH", "/bucket/key"), 405, "MethodNotAllowed"),
    (b"<a>", s3("PUT", "/bucket?acl"), 400, "MalformedXML"),
    (b"", s3("GET", "/bucket?list-type=2&max-keys=many"), 400, "InvalidArgument"),
    (b"a", s3("PUT", "/bucket/key?partNumber=one&uploadId=x"), 400, "InvalidArgument"),
    (b"<a>" + b" " * LARGEST, s3("PUT", "/bucket?acl"), 400, "MaxMessageLengthExceeded"),
    (b"", s3("GET", "/") | {"key": "AKIAIOSFODNN7EXAMPLE"}, 403, "InvalidAccessKeyId"),
    (b"", s3("GET", "/") | {"secret": "wrong"}, 403, "SignatureDoesNotMatch"),
    (b"", s3("GET", "/") | {"region": "us-east-1", "headers": {
        "Host": "s3.ap-northeast-1.amazonaws.com"}}, 400, "AuthorizationHeaderMalformed"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "how", "status", "code"), ROWS, ids=range(len(ROWS)))
def test_what_cannot_be_is_refused_in_the_services_words(api: Api, body, how, status, code):
    reply = api.send(raw(api.signed(body, **how)))
    assert (reply.status, reply.code) == (status, code), reply.body[:300]


UNSIGNED = [
    ("ec2.ap-northeast-1.amazonaws.com", VPCS, {}, 403, "MissingAuthenticationToken"),
    ("sts.amazonaws.com", WHO, {}, 403, "MissingAuthenticationToken"),
    ("s3.ap-northeast-1.amazonaws.com", b"", {}, 403, "AccessDenied"),
    ("dynamodb.ap-northeast-1.amazonaws.com", b"{}", {"X-Amz-Target": f"{TARGET}.ListTables"}, 400,
     "MissingAuthenticationTokenException"),
    ("ec2.ap-northeast-1.amazonaws.com", VPCS, {"Authorization": "Basic eDp5"}, 400,
     "IncompleteSignature"),
    ("ec2.ap-northeast-1.amazonaws.com", VPCS,
     {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c"}, 400, "IncompleteSignature"),
]  # fmt: skip


@pytest.mark.parametrize(("host", "body", "headers", "status", "code"), UNSIGNED)
def test_who_does_not_say_who_they_are_is_refused(api: Api, host, body, headers, status, code):
    reply = api.send(raw(AWSRequest("POST", api.url, {"Host": host, **headers}, body)))
    assert (reply.status, reply.code) == (status, code)


@pytest.mark.parametrize(
    ("service", "minutes", "status", "code"),
    [
        ("ec2", -20, 400, "RequestExpired"),
        ("ec2", 20, 400, "RequestExpired"),
        ("sts", -20, 403, "SignatureDoesNotMatch"),
        ("dynamodb", -20, 400, "InvalidSignatureException"),
        ("s3", -20, 403, "RequestTimeTooSkewed"),
    ],
)
def test_a_clock_that_is_wrong_is_told_so(api: Api, clock, service, minutes, status, code):
    clock(datetime.now(UTC) + timedelta(minutes=minutes))
    how = dynamodb() if service == "dynamodb" else {"service": service}
    reply = api.send(raw(api.signed(VPCS, **how)))
    assert (reply.status, reply.code) == (status, code)


@pytest.mark.parametrize(
    ("service", "signer", "status", "code"),
    [
        ("ec2", SigV4QueryAuth, 400, "RequestExpired"),
        ("sts", SigV4QueryAuth, 403, "SignatureDoesNotMatch"),
        ("s3", S3SigV4QueryAuth, 403, "AccessDenied"),
    ],
)
def test_a_presigned_request_ends_when_it_says(api: Api, clock, service, signer, status, code):
    clock(datetime.now(UTC) - timedelta(minutes=5))
    request = api.signed(
        method="GET",
        path="/?Action=DescribeVpcs",
        service=service,
        headers={},
        signer=lambda *who: signer(*who, expires=60),
    )
    reply = api.send(raw(request))
    assert (reply.status, reply.code) == (status, code)


@pytest.mark.parametrize("service", ["ec2", "sts", "dynamodb"])
def test_a_body_that_is_not_the_signed_one_is_refused(api: Api, service):
    how = dynamodb() if service == "dynamodb" else {"service": service}
    reply = api.send(raw(api.signed(VPCS, **how), body=VPCS[:-1] + b"6"))
    assert reply.code in ("SignatureDoesNotMatch", "InvalidSignatureException")


def length(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple(("Content-Length", value) for value in values)


@pytest.mark.parametrize(
    "more",
    [
        length("5", str(len(VPCS))),
        length("-5"),
        length("1e3"),
        (*length("5"), ("Transfer-Encoding", "chunked")),
        (("Transfer-Encoding", "tea"),),
        tuple((f"X-A-{number}", "b") for number in range(5000)),
        (("X-Long", "b" * 100_000),),
    ],
    ids=["lengths", "negative", "word", "length-and-chunks", "coding", "flood", "long"],
)
def test_what_is_no_http_is_answered_with_400_and_the_connection_ends(api: Api, more):
    with api.connect() as connection:
        connection.sendall(raw(api.signed(VPCS), *more, length=None))
        reply = read_reply(connection)
        assert reply.status == 400
        assert connection.recv(1) == b""


@pytest.mark.parametrize("target", [b"*", b"a:443", b"../../etc/passwd"])
def test_a_target_that_is_no_path_is_refused(api: Api, target):
    assert api.send(b"OPTIONS " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n").status == 400


def test_a_client_that_waits_to_go_on_is_told_to(api: Api):
    request = api.signed(VPCS)
    with api.connect() as connection:
        connection.sendall(
            raw(request, ("Expect", "100-continue"), body=b"", length=str(len(VPCS)))
        )
        assert read_reply(connection).status == 100
        connection.sendall(VPCS)
        assert read_reply(connection).status == 200


def test_a_client_that_waits_to_go_on_is_refused_before_its_body(api: Api):
    request = api.signed(b"x" * 100, **s3("PUT", "/bucket/key"), secret="wrong")
    with api.connect() as connection:
        connection.sendall(raw(request, ("Expect", "100-continue"), body=b"", length="100"))
        assert read_reply(connection).code == "SignatureDoesNotMatch"


def test_slow_clients_keep_nobody_waiting(api: Api):
    begun = raw(api.signed(VPCS), body=VPCS[:5], length=str(len(VPCS)))
    slow = [api.connect() for _ in range(200)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(begun if number % 2 else begun[:30])
        began = datetime.now(UTC)
        assert api.send(raw(api.signed(VPCS))).status == 200
        assert datetime.now(UTC) - began < timedelta(seconds=5)
    finally:
        for connection in slow:
            connection.close()
    assert api.send(raw(api.signed(VPCS))).status == 200


def test_every_refusal_is_on_record_and_no_row_left_a_traceback(api: Api):
    api.send(raw(api.signed(VPCS + b"&Colour=blue", secret="wrong")))
    last = json.loads((api.site.home / "events.jsonl").read_text().splitlines()[-1])
    assert (last["eventName"], last["errorCode"]) == ("DescribeVpcs", "SignatureDoesNotMatch")
    log = api.site.home / "log"
    until(
        lambda: (log / "front.log").read_text().count("a client left"), lambda count: count >= 100
    )
    for name in ("front", "control"):
        assert "Traceback" not in (log / f"{name}.log").read_text()
