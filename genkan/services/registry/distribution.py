"""The registry that `docker push` and `docker pull` speak to: manifests, blobs and tags.

The OCI Distribution Specification 1.1, as ECR has it: repositories are made before they are pushed
to, a blob is had from S3 by a redirect, and images stay when their tag goes to another. The state
is the embedded ECR's, so its API shows what was pushed.
"""

import hashlib
import json
import re
import tempfile
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import parse_qs, quote

from genkan.services.gateway.calls import Headers, Reply
from genkan.services.identities import Question
from genkan.services.registry import layers

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
PATH = re.compile(
    r"/v2/(?P<name>[a-z0-9][a-z0-9._/-]*)/"
    r"(?:(?P<upload>blobs/uploads)(?:/(?P<id>[^/]*))?|(?P<kind>manifests|blobs)/(?P<reference>[^/]+)"
    r"|(?P<tags>tags/list))/?"
)
RANGE = re.compile(r"(?:bytes )?(\d+)-(\d+)(?:/.*)?")
LARGEST_MANIFEST = 4 << 20  # bytes
CHUNK = 256 << 10
MOST_UPLOADS = 1000  # under way
STATUS = {
    "BLOB_UNKNOWN": 404,
    "BLOB_UPLOAD_INVALID": 416,
    "BLOB_UPLOAD_UNKNOWN": 404,
    "DIGEST_INVALID": 400,
    "MANIFEST_BLOB_UNKNOWN": 404,
    "MANIFEST_INVALID": 400,
    "MANIFEST_UNKNOWN": 404,
    "NAME_UNKNOWN": 404,
    "SIZE_INVALID": 400,
    "TAG_INVALID": 400,
    "TOOMANYREQUESTS": 429,
    "UNSUPPORTED": 405,
}
VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")
JSON = ("Content-Type", "application/json; charset=utf-8")
Environ = dict[str, Any]


class Refused(Exception):
    """What a registry answers: one of the specification's codes, and words."""

    def __init__(self, code: str, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.code = code
        self.headers = headers


@dataclass(slots=True)
class Upload:
    """A blob on its way."""

    repository: str
    file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, source: Any, length: int) -> None:  # noqa: ANN401 - a WSGI input
        """Take so many bytes in. Raises Refused."""
        left = length
        while left:
            part = source.read(min(CHUNK, left))
            if not part:
                raise Refused("SIZE_INVALID", "the body ends before its length")
            self.file.write(part)
            self.digest.update(part)
            left -= len(part)
        self.size += length


class Registry:
    """The registries of all accounts."""

    def __init__(self) -> None:
        self._uploads: dict[str, Upload] = {}

    def answer(self, question: Question, environ: Environ) -> Reply:
        """Answer a request that policies let through."""
        host = str(environ.get("HTTP_HOST", ""))
        region = question["context"]["aws:RequestedRegion"][0]
        if not question.get("principal"):
            return _challenge(host)
        try:
            return self._answer(_account_of(host, question), region, environ)
        except Refused as refused:
            told = {"errors": [{"code": refused.code, "message": str(refused)}]}
            status = STATUS[refused.code]
            return Reply(status, json.dumps(told).encode(), (JSON, VERSION, *refused.headers))

    def _answer(self, account: str, region: str, environ: Environ) -> Reply:
        path = str(environ["PATH_INFO"])
        verb = environ["REQUEST_METHOD"]
        if path in ("/v2/", "/v2"):
            return Reply(200, b"{}", (JSON, VERSION))
        found = PATH.fullmatch(path)
        if found is None:
            raise Refused("UNSUPPORTED", f"{verb} {path[:200]} is nothing that this registry has")
        one = Repository(account, region, found["name"])
        if found["upload"]:
            return self._upload(one, verb, found["id"] or "", environ)
        if found["tags"]:
            return one.tags(environ)
        if found["kind"] == "manifests":
            return one.manifest(verb, found["reference"], environ)
        return one.blob(verb, found["reference"])

    def _upload(self, one: "Repository", verb: str, name: str, environ: Environ) -> Reply:
        asked = parse_qs(environ.get("QUERY_STRING", ""))
        if verb == "POST" and not name:
            return self._begin(one, asked, environ)
        upload = self._uploads.get(name)
        if upload is None or upload.repository != one.key:
            raise Refused("BLOB_UPLOAD_UNKNOWN", f"there is no upload {name[:80]}")
        with upload.lock:
            match verb:
                case "GET":
                    return Reply(204, b"", one.progress(name, upload))
                case "PATCH":
                    self._go_on(one, name, upload, environ)
                    return Reply(202, b"", one.progress(name, upload))
                case "PUT":
                    self._go_on(one, name, upload, environ)
                    reply = one.complete(upload, (asked.get("digest") or [""])[0])
                    self._uploads.pop(name, None)
                    return reply
                case "DELETE":
                    self._uploads.pop(name, None)
                    upload.file.close()
                    return Reply(204, b"", (VERSION,))
        raise Refused("UNSUPPORTED", f"{verb} is nothing that an upload takes")

    def _begin(self, one: "Repository", asked: dict[str, list[str]], environ: Environ) -> Reply:
        mounted = (asked.get("mount") or [""])[0]
        source = (asked.get("from") or [""])[0]
        if mounted and source and one.mount(mounted, source):
            return one.created(mounted)
        if len(self._uploads) >= MOST_UPLOADS:
            raise Refused("TOOMANYREQUESTS", f"{MOST_UPLOADS} uploads are under way")
        name, upload = str(uuid.uuid4()), Upload(one.key)
        digest = (asked.get("digest") or [""])[0]
        if digest:
            self._go_on(one, name, upload, environ)
            return one.complete(upload, digest)
        self._uploads[name] = upload
        return Reply(202, b"", one.progress(name, upload))

    def _go_on(self, one: "Repository", name: str, upload: Upload, environ: Environ) -> None:
        """Take what a request brings; it has to begin where the upload is."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        told = RANGE.fullmatch(environ.get("HTTP_CONTENT_RANGE", ""))
        if told is not None:
            first, last = int(told[1]), int(told[2])
            if first != upload.size or last - first + 1 != length:
                words = f"bytes {first}-{last} do not follow the {upload.size} that are here"
                raise Refused("BLOB_UPLOAD_INVALID", words, one.progress(name, upload))
        upload.take(environ["wsgi.input"], length)


class Repository:
    """A repository of the embedded ECR. Raises Refused where it is not there."""

    def __init__(self, account: str, region: str, name: str) -> None:
        from moto.ecr.models import ecr_backends

        self._account, self._region, self._name = account, region, name
        self.key = f"{account}/{region}/{name}"
        self._ecr: Any = ecr_backends[account][region]
        self._held: Any = self._ecr.repositories.get(name)
        if self._held is None:
            raise Refused(
                "NAME_UNKNOWN",
                f"The repository with name '{name}' does not exist in the registry with id "
                f"'{account}'",
            )

    def progress(self, name: str, upload: Upload) -> Headers:
        """Give the headers that say how far an upload is."""
        return (
            VERSION,
            ("Location", f"/v2/{self._name}/blobs/uploads/{name}"),
            ("Range", f"0-{max(0, upload.size - 1)}"),
            ("Docker-Upload-UUID", name),
        )

    def complete(self, upload: Upload, digest: str) -> Reply:
        """Keep a blob that is what its digest says."""
        is_digest = DIGEST.fullmatch(digest) is not None
        if not is_digest or f"sha256:{upload.digest.hexdigest()}" != digest:
            raise Refused("DIGEST_INVALID", f"the blob is not {digest[:80]}")
        if digest not in self._held.layers or not self._has(digest):
            layers.store(self._account, self._region, digest, upload.file, upload.size)
        self._held.layers[digest] = upload.size
        return self.created(digest)

    def created(self, digest: str) -> Reply:
        """Say that a blob is here."""
        where = ("Location", f"/v2/{self._name}/blobs/{digest}")
        return Reply(201, b"", (VERSION, where, ("Docker-Content-Digest", digest)))

    def mount(self, digest: str, source: str) -> bool:
        """Take a blob from another repository of the registry, if it is there."""
        other = self._ecr.repositories.get(source)
        if other is None or digest not in other.layers:
            return False
        self._held.layers[digest] = other.layers[digest]
        return True

    def blob(self, verb: str, digest: str) -> Reply:
        """Show a blob, or say where it is had."""
        if digest not in self._held.layers or not self._has(digest):
            raise Refused("BLOB_UNKNOWN", f"{digest[:80]} is not in {self._name}")
        if verb == "HEAD":
            size = ("Content-Length", str(self._held.layers[digest]))
            kind = ("Content-Type", "application/octet-stream")
            return Reply(200, b"", (VERSION, kind, size, ("Docker-Content-Digest", digest)))
        if verb != "GET":
            raise Refused("UNSUPPORTED", f"{verb} is nothing that a blob takes")
        where = layers.address(self._account, self._region, digest)
        return Reply(307, b"", (VERSION, ("Location", where), ("Docker-Content-Digest", digest)))

    def tags(self, environ: Environ) -> Reply:
        """List tags, in their order, as many as are asked for."""
        asked = parse_qs(environ.get("QUERY_STRING", ""))
        every = sorted(tag for image in self._held.images for tag in image.image_tags)
        after = (asked.get("last") or [""])[0]
        rest = [one for one in every if one > after]
        told = (asked.get("n") or [""])[0]
        most = int(told) if told.isdigit() else 1000
        shown = rest[:most]
        headers: Headers = (JSON, VERSION)
        if len(rest) > most and shown:
            following = f"/v2/{self._name}/tags/list?n={most}&last={quote(shown[-1])}"
            headers = (*headers, ("Link", f'<{following}>; rel="next"'))
        return Reply(200, json.dumps({"name": self._name, "tags": shown}).encode(), headers)

    def manifest(self, verb: str, reference: str, environ: Environ) -> Reply:
        """Show a manifest, or take one."""
        if verb == "PUT":
            return self._put_manifest(reference, environ)
        if verb not in ("GET", "HEAD"):
            raise Refused("UNSUPPORTED", f"{verb} is nothing that a manifest takes here")
        image = self._image(reference)
        if image is None:
            raise Refused("MANIFEST_UNKNOWN", "Requested image not found")
        body = image.image_manifest.encode()
        headers = (
            VERSION,
            ("Content-Type", image.image_manifest_media_type or "application/json"),
            ("Content-Length", str(len(body))),
            ("Docker-Content-Digest", image.get_image_digest()),
        )
        return Reply(200, b"" if verb == "HEAD" else body, headers)

    def _put_manifest(self, reference: str, environ: Environ) -> Reply:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > LARGEST_MANIFEST:
            raise Refused("MANIFEST_INVALID", f"it has more than {LARGEST_MANIFEST} bytes")
        body = environ["wsgi.input"].read(length)
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        by_digest = DIGEST.fullmatch(reference) is not None
        if by_digest and reference != digest:
            raise Refused("DIGEST_INVALID", f"the manifest is not {reference}")
        if not by_digest and not TAG.fullmatch(reference):
            raise Refused("TAG_INVALID", f"{reference[:130]} is no tag")
        try:
            manifest = json.loads(body.decode())
            missing = list(self._missing(manifest))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused("MANIFEST_INVALID", f"it is no manifest: {error}") from error
        if missing:
            raise Refused("MANIFEST_BLOB_UNKNOWN", f"not pushed before: {', '.join(missing)}")
        kind = environ.get("CONTENT_TYPE") or manifest.get("mediaType") or "application/json"
        self._keep(body.decode(), kind, digest, None if by_digest else reference)
        where = ("Location", f"/v2/{self._name}/manifests/{digest}")
        return Reply(201, b"", (VERSION, where, ("Docker-Content-Digest", digest)))

    def _missing(self, manifest: dict[str, Any]) -> Iterator[str]:
        """Give what a manifest names and is not here: blobs, or the images of an index."""
        for one in manifest.get("manifests") or ():
            if self._image(one["digest"]) is None:
                yield one["digest"]
        config = manifest.get("config")
        for one in (*([config] if config else ()), *(manifest.get("layers") or ())):
            foreign = bool(one.get("urls"))
            if not foreign and one["digest"] not in self._held.layers:
                yield one["digest"]

    def _keep(self, manifest: str, kind: str, digest: str, tag: str | None) -> None:
        from moto.ecr.models import Image

        same = self._image(digest)
        if same is not None and (tag is None or tag in same.image_tags):
            return
        before = self._image(tag) if tag is not None else None
        if before is not None:
            if self._held.is_tag_immutable():
                raise Refused(
                    "TAG_INVALID",
                    f"The image tag '{tag}' already exists in the '{self._name}' repository and "
                    "cannot be overwritten because the tag is immutable.",
                )
            before.remove_tag(tag)
        if same is not None:
            same.update_tag(tag)
            return
        made: Any = Image(self._account, tag, manifest, self._name, kind, digest)  # type: ignore[arg-type]
        self._held.images.append(made)

    def _image(self, reference: str) -> Any:  # noqa: ANN401 - moto's
        for image in self._held.images:
            if reference == image.get_image_digest() or reference in image.image_tags:
                return image
        return None

    def _has(self, digest: str) -> bool:
        return layers.has(self._account, self._region, digest)


def _account_of(host: str, question: Question) -> str:
    """Give the registry's account: what the name begins with, or the caller's."""
    first = host.partition(".")[0]
    return first if len(first) == 12 and first.isdigit() else str(question["account"])


def _challenge(host: str) -> Reply:
    realm = f'Basic realm="https://{host}/",service="ecr.amazonaws.com"'
    return Reply(401, b"Not Authorized\n", (VERSION, ("WWW-Authenticate", realm)))
