"""A site with the API alone, and requests to it, byte by byte."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.story.conftest import REGION, RunningSite, running_site

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE = 20.0


@dataclass(frozen=True)
class Reply:
    """An answer: status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error code, whatever protocol says it."""
        text = self.body.decode("utf-8", "replace")
        if "<Code>" in text:
            return text.partition("<Code>")[2].partition("</Code>")[0]
        for mark in ('"__type":"', '"x-amzn-errortype":"'):
            if mark in text:
                return text.partition(mark)[2].partition('"')[0]
        if self.body[:1] == b"\xa2":
            import cbor2

            return str(cbor2.loads(self.body)["__type"])
        return self.headers.get("x-amzn-errortype", "")


class Api:
    """The address and the keys of a site's API."""

    def __init__(self, site: RunningSite) -> None:
        exported = site.exported()
        self.site = site
        self.url = exported["AWS_ENDPOINT_URL"]
        self.netloc = urlsplit(self.url).netloc
        self.key = exported["AWS_ACCESS_KEY_ID"]
        self.secret = exported["AWS_SECRET_ACCESS_KEY"]

    def signed(
        self,
        body: bytes = b"",
        *,
        method: str = "POST",
        path: str = "/",
        service: str = "ec2",
        region: str = REGION,
        headers: dict[str, str] | None = None,
        key: str = "",
        secret: str = "",
        signer: Any = None,
    ) -> AWSRequest:
        """Give a request signed as botocore's clients sign."""
        given = {"Host": self.netloc, **(FORM if headers is None else headers)}
        request = AWSRequest(method=method, url=self.url + path, data=body, headers=given)
        credentials = Credentials(key or self.key, secret or self.secret)
        sign = signer or (S3SigV4Auth if service == "s3" else SigV4Auth)
        sign(credentials, service, region).add_auth(request)
        return request

    def connect(self) -> socket.socket:
        host, _, port = self.netloc.partition(":")
        return socket.create_connection((host, int(port)), timeout=PATIENCE)

    def send(self, content: bytes) -> Reply | None:
        """Send bytes; give the answer, None when the connection is closed without one."""
        with self.connect() as connection:
            connection.sendall(content)
            return read_reply(connection)


def raw(
    request: AWSRequest, *more: tuple[str, str], body: bytes | None = None, length: str | None = ""
) -> bytes:
    """Give a request's bytes; `length` is its Content-Length, None leaves it out."""
    content = (request.data or b"") if body is None else body
    url = urlsplit(request.url)
    target = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
    headers = [*request.headers.items(), *more]
    if length is not None and "content-length" not in (name.lower() for name, _ in headers):
        headers.append(("Content-Length", length or str(len(content))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{request.method} {target} HTTP/1.1\r\n{lines}\r\n".encode() + content


def read_reply(connection: socket.socket) -> Reply | None:
    """Read one answer."""
    content = b""
    while b"\r\n\r\n" not in content:
        part = connection.recv(1 << 16)
        if not part:
            return None
        content += part
    head, _, body = content.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    while len(body) < int(headers.get("content-length", 0)):
        part = connection.recv(1 << 16)
        if not part:
            break
        body += part
    return Reply(int(first.split()[1]), headers, body)


@contextmanager
def an_api() -> Iterator[Api]:
    """Give the API of a site without packets: it needs nothing of the machine."""
    with running_site(False, "--engine", "none") as site:
        yield Api(site)


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    """One for all files of this folder: each names what it makes in its own way."""
    with an_api() as one:
        yield one


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the time at which botocore believes to sign."""

    def set_to(at: Any) -> None:
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: at)

    return set_to
