"""Objects larger than the embedded services keep in memory: the same bytes, and flat memory."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from tests.front.conftest import Api, an_api, raw
from tests.front.test_objects import Trailing
from tests.story.conftest import REGION

MIB = 1 << 20
PLACE = {"Bucket": "large", "Key": "k"}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """One whose services have held nothing yet: how much memory they take is looked at."""
    with an_api() as one:
        yield one


@pytest.fixture(scope="module")
def s3(api: Api):
    client = api.site.client("s3")
    client.create_bucket(Bucket="large", CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


def bytes_of(size):
    """Give bytes that are different everywhere."""
    return b"".join(number.to_bytes(8, "big") for number in range(size // 8))


def peak(api):
    """Give the most memory that the embedded process ever had, in MiB."""
    status = Path(f"/proc/{api.site.processes()['embedded']}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def test_a_large_object_comes_back_whole_and_in_parts(s3):
    body = bytes_of(3 * MIB)
    made = s3.put_object(**PLACE, Body=body, ContentType="text/x-any", Metadata={"a": "b"})
    assert made["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    got = s3.get_object(**PLACE)
    assert got["Body"].read() == body
    assert (got["ContentType"], got["Metadata"]) == ("text/x-any", {"a": "b"})
    assert s3.head_object(**PLACE)["ContentLength"] == len(body)
    for asked, start, end in (
        ("bytes=10-19", 10, 20),
        ("bytes=2000000-", 2_000_000, len(body)),
        ("bytes=-7", len(body) - 7, len(body)),
    ):
        part = s3.get_object(**PLACE, Range=asked)
        assert part["Body"].read() == body[start:end]
        assert part["ContentRange"] == f"bytes {start}-{end - 1}/{len(body)}"
    with pytest.raises(ClientError, match="InvalidRange"):
        s3.get_object(**PLACE, Range=f"bytes={len(body)}-")
    assert s3.get_object(**PLACE, ResponseContentType="a/b")["ContentType"] == "a/b"
    with pytest.raises(ClientError, match="304"):
        s3.get_object(**PLACE, IfNoneMatch=made["ETag"])


def test_versions_and_small_objects_after_large_ones_are_what_they_were(s3):
    s3.put_bucket_versioning(Bucket="large", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="large", Key="v", Body=b"1" * 2 * MIB)["VersionId"]
    s3.put_object(Bucket="large", Key="v", Body=b"2" * 2 * MIB)
    s3.put_object(Bucket="large", Key="empty", Body=b"")
    old = s3.get_object(Bucket="large", Key="v", VersionId=first)["Body"].read()
    assert (old[:1], len(old)) == (b"1", 2 * MIB)
    assert s3.get_object(Bucket="large", Key="v")["Body"].read()[:1] == b"2"
    assert s3.get_object(Bucket="large", Key="empty")["Body"].read() == b""


def test_a_body_in_chunks_goes_to_its_file_without_them(s3, api):
    data = bytes_of(2 * MIB)
    halves = (data[:MIB], data[MIB:])
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in halves)
    body = chunked + b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    headers = {
        "Content-Encoding": "aws-chunked",
        "X-Amz-Decoded-Content-Length": str(len(data)),
        "X-Amz-Trailer": "x-amz-checksum-crc32",
        "X-Amz-Sdk-Checksum-Algorithm": "CRC32",
    }
    how = {"method": "PUT", "path": "/large/chunked", "service": "s3", "headers": headers}
    assert api.send(raw(api.signed(body, **how, signer=Trailing))).status == 200
    request = api.signed(method="GET", path="/large/chunked", service="s3", headers={})
    answer = api.send(raw(request))
    assert answer.body == data
    assert "aws-chunked" not in answer.headers.get("content-encoding", "")
    short = {**headers, "X-Amz-Decoded-Content-Length": str(len(data) + 1)}
    how["headers"] = short
    assert api.send(raw(api.signed(body, **how, signer=Trailing))).code == "IncompleteBody"


def test_parts_are_joined_and_memory_stays_flat(s3, api):
    body = bytes_of(48 * MIB)
    before = peak(api)
    in_parts = TransferConfig(multipart_chunksize=8 * MIB, max_concurrency=2)
    s3.upload_fileobj(io.BytesIO(body), "large", "parts", Config=in_parts)
    digest, size = hashlib.sha256(), 0
    for part in s3.get_object(Bucket="large", Key="parts")["Body"].iter_chunks(MIB):
        digest.update(part)
        size += len(part)
    assert (size, digest.digest()) == (len(body), hashlib.sha256(body).digest())
    tags = b"".join(
        hashlib.md5(body[at : at + 8 * MIB]).digest() for at in range(0, len(body), 8 * MIB)
    )
    made = s3.head_object(Bucket="large", Key="parts")["ETag"]
    assert made == f'"{hashlib.md5(tags).hexdigest()}-6"'
    assert peak(api) - before < 40
