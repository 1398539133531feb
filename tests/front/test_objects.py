"""Objects through the front: passed on as they came, never half made, their bytes on no record."""

import gzip
import json

import pytest
from botocore.auth import S3SigV4Auth

from tests.front.conftest import Api, raw
from tests.story.conftest import REGION

SECRET = b"the object's own bytes"
CHUNKED = {
    "Content-Encoding": "aws-chunked",
    "X-Amz-Decoded-Content-Length": "5",
    "X-Amz-Trailer": "x-amz-checksum-crc32",
}


class Trailing(S3SigV4Auth):
    """Signs a body whose checksum comes after it, as SDKs send objects over TLS."""

    def payload(self, request) -> str:
        return "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@pytest.fixture(scope="module")
def s3(api: Api):
    client = api.site.client("s3")
    client.create_bucket(Bucket="things", CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


def test_an_object_comes_back_as_it_went_and_goes(s3):
    s3.put_object(Bucket="things", Key="a b/é", Body=SECRET)
    assert s3.get_object(Bucket="things", Key="a b/é")["Body"].read() == SECRET
    assert s3.head_object(Bucket="things", Key="a b/é")["ContentLength"] == len(SECRET)
    s3.delete_object(Bucket="things", Key="a b/é")
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="things", Key="a b/é")


def test_a_compressed_object_stays_compressed(s3):
    packed = gzip.compress(b"hello" * 1000)
    s3.put_object(Bucket="things", Key="packed", Body=packed, ContentEncoding="gzip")
    assert s3.get_object(Bucket="things", Key="packed")["Body"].read() == packed


def test_parts_become_one_object(s3):
    place = {"Bucket": "things", "Key": "parts"}
    upload = s3.create_multipart_upload(**place)["UploadId"]
    tag = s3.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"z" * 6_000_000)["ETag"]
    s3.complete_multipart_upload(
        **place,
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]},
    )
    assert s3.head_object(**place)["ContentLength"] == 6_000_000


def test_a_body_in_chunks_with_a_trailer_is_taken(s3, api):
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    how = {"method": "PUT", "path": "/things/t", "service": "s3", "headers": CHUNKED}
    request = api.signed(body, **how, signer=Trailing)
    assert api.send(raw(request)).status == 200
    assert s3.get_object(Bucket="things", Key="t")["Body"].read() == b"hello"


@pytest.mark.parametrize("size", [0, 3, 3_000_000])
def test_a_body_that_is_not_the_signed_one_leaves_no_object(s3, api, size):
    path = f"/things/wrong-{size}"
    request = api.signed(b"a" * size + b"a", method="PUT", path=path, service="s3", headers={})
    del request.headers["Content-Length"]
    reply = api.send(raw(request, body=b"a" * max(size - 1, 0) + b"b" * bool(size)))
    assert reply.code == "XAmzContentSHA256Mismatch"
    assert s3.list_objects_v2(Bucket="things", Prefix="wrong")["KeyCount"] == 0


def test_the_record_says_what_was_asked_and_nothing_of_the_bytes(s3, api):
    s3.put_object(Bucket="things", Key="recorded", Body=SECRET)
    lines = (api.site.home / "events.jsonl").read_text()
    last = json.loads(lines.splitlines()[-1])
    assert last["eventName"] == "PutObject"
    assert last["requestParameters"]["key"] == "recorded"
    assert SECRET.decode() not in lines
    assert api.secret not in lines
