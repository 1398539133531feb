"""Names that clients ask for in their handshake: what the site vouches for, and what not."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from genkan.certificates.authority import Authority
from genkan.front import EventLog, Front
from genkan.front.role_credentials import RoleCredentials
from genkan.program import Because, Delta
from genkan.program.service import Answerer, Listener, Service, Upstream
from tests.front.listener import looping

BECAUSE = Because("fixed", "test")
REGION = "ap-northeast-1"
SERVICE = Service(
    because=BECAUSE,
    id=f"{REGION}/s3",
    region=REGION,
    code="s3",
    hosts=(f"s3.{REGION}.amazonaws.com", f"*.s3.{REGION}.amazonaws.com"),
    signing_name="s3",
    model="s3",
    upstream=Upstream.EMBEDDED,
)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """Give the port of a front of S3, and whom to trust."""
    home: Path = tmp_path_factory.mktemp("front")
    authority = Authority(home / "ca.pem", home / "ca.key")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    listener = Listener(
        because=BECAUSE,
        place="here",
        addresses=ip_network("127.0.0.1/32"),
        protocol=6,
        port=port,
        answerer=Answerer.FRONT,
        endpoint="vpce-1",
        vpc="vpc-1",
        service=SERVICE.id,
    )

    async def start(delta: Delta) -> Front:
        one = Front(
            open_socket=lambda place, family, kind: socket.socket(family, kind),
            authority=authority,
            upstreams=dict.fromkeys(Upstream, f"{home}/none"),
            start_upstream=lambda _: asyncio.sleep(0),
            events=EventLog(home / "events.jsonl"),
            clock=lambda: datetime.now(UTC),
            of_roles=RoleCredentials(b"a secret"),
        )
        await one.apply(delta)
        return one

    with looping() as loop:
        delta = Delta(put=(SERVICE, listener), removed=())
        one = asyncio.run_coroutine_threadsafe(start(delta), loop).result(10)
        yield port, authority.pem.decode()
        asyncio.run_coroutine_threadsafe(one.close(), loop).result(10)


def handshake(port: int, trusted: str, name: str | None) -> None:
    context = ssl.create_default_context(cadata=trusted)
    context.check_hostname = name is not None
    with (
        socket.create_connection(("127.0.0.1", port), 10) as opened,
        context.wrap_socket(opened, server_hostname=name),
    ):
        pass


@pytest.mark.parametrize(
    "name",
    [
        f"s3.{REGION}.amazonaws.com",
        f"S3.{REGION}.AMAZONAWS.com",
        f"orders.s3.{REGION}.amazonaws.com",
        f"bucket.vpce-0123456789abcdef0-l1b1e7oj.s3.{REGION}.vpce.amazonaws.com",
    ],
)
def test_the_site_vouches_for_every_name_of_the_service(front, name: str) -> None:
    handshake(*front, name)


@pytest.mark.parametrize(
    "name", ["evil.example.com", "amazonaws.com", f"sqs.{REGION}.amazonaws.com", None]
)
def test_a_name_that_is_nobodys_ends_the_handshake(front, name: str | None) -> None:
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        handshake(*front, name)
