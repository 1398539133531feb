"""Objects of S3 that are never whole in memory: taken from the request into a file, joined from the
files of their parts, and read from the file into the answer.

The emulator reads a request's body and gives an answer's as bytes; for what is larger than LARGE it
is shown an empty body, and its key is given the file. Whatever else there is to an object, its tag,
its checksums, conditions and errors, stays the emulator's.
"""

import hashlib
import io
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import parse_qs

from genkan.services.network_mirror import Refusal

LARGE = 1 << 20  # bytes
JOINED = 16 << 20
LEAST_PART = 5 << 20  # of those before the last
CHUNK = 256 << 10
LONGEST_LINE = 8192
WRITES = "s3:PutObject"
READS = ("s3:GetObject", "s3:GetObjectVersion")
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
CHECKSUM = "x-amz-checksum-"
ALGORITHM = "HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"
Environ = dict[str, Any]

_at = threading.local()  # what belongs to the call that a thread is at


@dataclass(slots=True)
class Spilled:
    """A body in a file of its own, which ends with whoever holds it; `tag` is its MD5, if that was
    taken while it came. The emulator would read the file again, in blocks that stay in the heaps of
    its threads."""

    file: IO[bytes]
    size: int
    tag: str | None = None


def is_large_upload(action: str, environ: Environ) -> bool:
    """Tell whether a call brings an object, or a part of one, that is to go to a file."""
    return (
        action == WRITES
        and environ["REQUEST_METHOD"] == "PUT"
        and "HTTP_X_AMZ_COPY_SOURCE" not in environ
        and int(environ.get("CONTENT_LENGTH") or 0) > LARGE
    )


def spill(environ: Environ) -> None:
    """Take a call's body into a file, and leave the call an empty one. Raises Refusal."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with its object
    source = environ["wsgi.input"]
    tag = hashlib.md5(usedforsecurity=False)
    if str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")).startswith("STREAMING-"):
        size = _unchunk(source, file, environ, tag)
        wanted = int(environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH") or size)
    else:
        wanted = int(environ["CONTENT_LENGTH"])
        size = _copy(source, file, wanted, tag)
    if size != wanted:
        raise Refusal(
            "IncompleteBody",
            "You did not provide the number of bytes specified by the Content-Length HTTP header.",
        )
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(), "0"
    environ["HTTP_X_AMZ_CONTENT_SHA256"] = "UNSIGNED-PAYLOAD"
    algorithm = str(environ.get(ALGORITHM, ""))
    if f"HTTP_X_AMZ_CHECKSUM_{algorithm.upper()}" not in environ:
        environ.pop(ALGORITHM, None)  # it would be that of an empty body
    _at.spilled = Spilled(file, size, tag.hexdigest())


def forget() -> None:
    """Let go of what a call has left."""
    _at.spilled = None


def keep_objects_in_files() -> None:
    """Have keys take files for bodies, and parts be joined in one."""
    from moto.s3.models import FakeKey, FakeMultipart

    key_type: Any = FakeKey
    plain = key_type.value
    complete = FakeMultipart.complete

    def take(key: Any, value: Any) -> None:  # noqa: ANN401 - moto's key, bytes or Spilled
        found = value if isinstance(value, Spilled) else None
        if value == b"" and getattr(_at, "spilled", None) is not None:
            found, _at.spilled = _at.spilled, None
        if found is None:
            plain.fset(key, value)
            return
        key._value_buffer.close()
        key._value_buffer, key.contentsize = found.file, found.size
        key._etag = key._etag or found.tag

    def join(multipart: Any, body: Any) -> Any:  # noqa: ANN401 - moto's
        asked = list(body)
        parts = [multipart.parts.get(number) for number, _ in asked]
        if sum(part.contentsize for part in parts if part) <= JOINED:
            return complete(multipart, iter(asked))
        return _joined(multipart, asked)

    key_type.value = property(plain.fget, take)
    multipart_type: Any = FakeMultipart
    multipart_type.complete = join


def read_large(
    action: str, resource: str, account: str, environ: Environ
) -> "tuple[Any, int] | None":
    """Give the key of an object that is to be read from its file, and its size; or None."""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if action not in READS or environ["REQUEST_METHOD"] != "GET" or "partNumber" in query:
        return None
    from moto.s3.models import s3_backends

    bucket, _, name = resource.removeprefix("arn:aws:s3:::").partition("/")
    _, owner = s3_backends.bucket_accounts.get(bucket, ("aws", None))
    held = s3_backends[owner]["aws"].buckets.get(bucket) if owner else None
    if held is None:
        return None
    wanted = query.get("versionId", [None])[0]
    keys = held.keys.getlist(name, [])
    found = [one for one in keys if wanted is None or getattr(one, "version_id", None) == wanted]
    if not found or getattr(found[-1], "contentsize", 0) <= LARGE:
        return None
    return found[-1], found[-1].contentsize


def as_head(environ: Environ) -> Environ:
    """Give the call that asks for an object's headers alone, whatever its range."""
    asked = {**environ, "REQUEST_METHOD": "HEAD"}
    asked.pop("HTTP_RANGE", None)
    return asked


def read_headers(
    key: Any,  # noqa: ANN401 - moto's
    environ: Environ,
    headers: list[tuple[str, str]],
) -> list[tuple[str, str]]:
    """Give the headers of an answer to GET, from those to HEAD: the ones that the request names
    itself (response-content-type), and the checksum of an object in parts with their number."""
    from moto.s3.responses import ALLOWED_HEADER_OVERRIDES

    query = parse_qs(environ.get("QUERY_STRING", ""))
    named = {
        header: query[name][0] for name, header in ALLOWED_HEADER_OVERRIDES.items() if name in query
    }
    if key.checksum_type == "COMPOSITE" and key.checksum_algorithm:
        header = f"{CHECKSUM}{key.checksum_algorithm.lower()}"
        if any(name.lower() == header for name, _ in headers):
            named[header] = f"{key.checksum_value}-{key.checksum_parts}"
            named[f"{CHECKSUM}type"] = key.checksum_type
    lowered = {name.lower() for name in named} | {"content-length"}
    kept = ((name.lower(), value) for name, value in headers)
    return [*(one for one in kept if one[0] not in lowered), *named.items()]


def span_of(header: str | None, size: int) -> tuple[int, int] | None:
    """Give the first byte and the one after the last that a Range header asks for; None for the
    whole. Raises Refusal for a range that lies outside."""
    found = RANGE.fullmatch(header or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    start, end = int(first), min(size, int(last) + 1 if last else size)
    if start >= size or start >= end:
        raise Refusal("InvalidRange", "The requested range is not satisfiable")
    return start, end


def parts_of(key: Any, start: int, end: int) -> Iterator[bytes]:  # noqa: ANN401 - moto's key
    """Give a span of an object's bytes; they stay there while it is read."""
    with key.lock:
        key._value_buffer.flush()
        descriptor = os.dup(key._value_buffer.fileno())
    try:
        while start < end:
            part = os.pread(descriptor, min(CHUNK, end - start), start)
            if not part:
                return
            yield part
            start += len(part)
    finally:
        os.close(descriptor)


def _copy(source: Any, file: IO[bytes], size: int, tag: Any = None) -> int:  # noqa: ANN401
    """Copy so many bytes, which `tag` hears too; give how many there were."""
    done = 0
    while done < size:
        part = source.read(min(CHUNK, size - done))
        if not part:
            break
        file.write(part)
        if tag is not None:
            tag.update(part)
        done += len(part)
    return done


def _unchunk(source: Any, file: IO[bytes], environ: Environ, tag: Any) -> int:  # noqa: ANN401
    """Copy a body in signed or unsigned chunks; give its size, and what its trailer says of it to
    the call. "Transferring payload in multiple chunks" in the Amazon S3 API reference."""
    size = 0
    while True:
        head = source.readline(LONGEST_LINE).strip().partition(b";")[0]
        try:
            length = int(head, 16)
        except ValueError as error:
            raise Refusal("InvalidRequest", "The body is not in chunks, as it says") from error
        if length == 0:
            break
        if _copy(source, file, length, tag) != length:
            raise Refusal("IncompleteBody", "The body ends in the midst of a chunk")
        source.readline(LONGEST_LINE)
        size += length
    while line := source.readline(LONGEST_LINE).strip():
        name, _, value = line.decode("latin-1").partition(":")
        if name.lower().startswith(CHECKSUM):
            environ["HTTP_" + name.upper().replace("-", "_")] = value.strip()
    return size


def _joined(multipart: Any, asked: list[tuple[int, str]]) -> Any:  # noqa: ANN401 - moto's
    """Join parts as the emulator does, in a file: the bytes, the tag, the checksums of parts."""
    from moto.s3.exceptions import EntityTooSmall, InvalidPart
    from moto.s3.models import MultipartChecksumBuilder

    kind = multipart.metadata.get("x-amz-checksum-type")
    checksums: Any = MultipartChecksumBuilder(
        multipart.metadata.get("x-amz-checksum-algorithm"), kind
    )
    by_parts = checksums.checksum_type == "COMPOSITE"
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with its object
    tags, size, last = hashlib.md5(usedforsecurity=False), 0, None
    for number, tag in asked:
        part = multipart.parts.get(number)
        if part is None or part.etag.strip('"') != tag.strip('"'):
            raise InvalidPart
        if last is not None and last.contentsize < LEAST_PART:
            raise EntityTooSmall
        tags.update(bytes.fromhex(part.etag.strip('"')))
        part._value_buffer.seek(0)
        size += _copy(part._value_buffer, file, part.contentsize)
        if by_parts:
            checksums.addPart(part.value)
        last = part
    whole = checksums.build() if by_parts else None  # of all bytes it would need all bytes
    return Spilled(file, size), f"{tags.hexdigest()}-{len(asked)}", whole
