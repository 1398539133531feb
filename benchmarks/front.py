"""What the front costs, beside nginx as a TLS-terminating proxy to the same service in one run.

    python benchmarks/front.py [--rounds 3] [--seconds 1] [--large 0.25]

Four ways to one Unix socket: straight to it, through the front (TLS, the signature checked, the
call recorded), through nginx with one worker (TLS and nothing else), and through the front's TLS
and HTTP with nothing between (bare): the least that a request takes in Python's loop. Behind it are
the embedded services, asked for an object of 1 kB; then a server that says the same bytes to
everybody, and one that sends and takes a GB, so that what the proxies themselves can is seen. Each
round measures all ways in turn: one connection for what a request takes, sixteen for how many there
are in a second. Per core is by the processor time that the proxy used. An object of --large GB is
sent to the services and read; one of more than 1 GB through the front alone, whole and in parts,
and with nothing before it. The largest memory of the front and of the services is told.
Everything stays on loopback. Needs nginx, of PATH or /usr/sbin.
"""

import argparse
import asyncio
import contextlib
import hashlib
import os
import resource
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

from genkan.certificates.authority import Authority
from genkan.front import EventLog, Front
from genkan.front.listening import listen
from genkan.front.request import Request, Response
from genkan.front.role_credentials import RoleCredentials
from genkan.front.upstream import UpstreamSocket
from genkan.program import Because, Delta
from genkan.program.service import Answerer, Credential, Listener, Service, Upstream

REGION, ACCOUNT = "ap-northeast-1", "123456789012"
HOST = f"s3.{REGION}.amazonaws.com"
KEY, SECRET = "AKIAIOSFODNN7BENCH00", "a secret"
OURS, THEIRS, BARE = 14301, 14302, 14303  # below those that the kernel lends to clients
CONNECTIONS = 16
PART = 64  # MB
POURED = 1024  # MB
SMALL = b"x" * 1024
PATIENCE = 300
PLACED = (
    f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint>"
    "</CreateBucketConfiguration>"
).encode()
BECAUSE = Because("fixed", "benchmark")
USER = "user root; " if os.geteuid() == 0 else ""  # the socket is its owner's alone
NGINX = """
daemon off; {user}worker_processes 1; pid {home}/nginx.pid; error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_max_body_size 0;
  client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f;
  uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
  upstream service {{ server unix:{upstream}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {home}/n.pem; ssl_certificate_key {home}/n.pem;
    keepalive_requests 10000000;
    location / {{
      proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host; proxy_request_buffering off; proxy_buffering on;
    }}
  }}
}}
"""


def nginx() -> str:
    """Give the path of nginx."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        sys.exit("nginx is not there. Install it: sudo apt-get install nginx-light")
    return found


async def serve_front(home: Path, upstream: str) -> None:
    """Be the front of one service at a socket."""
    one = Front(
        open_socket=lambda place, family, kind: socket.socket(family, kind),
        authority=Authority(home / "ca.pem", home / "ca.key"),
        upstreams={Upstream.CONTROL: f"{home}/none", Upstream.EMBEDDED: upstream},
        start_upstream=lambda _: asyncio.sleep(0.1),
        events=EventLog(home / "events.jsonl"),
        clock=lambda: datetime.now(UTC),
        of_roles=RoleCredentials(b"a secret"),
    )
    service = Service(
        because=BECAUSE,
        id=f"{REGION}/s3",
        region=REGION,
        code="s3",
        hosts=(HOST,),
        signing_name="s3",
        model="s3",
        upstream=Upstream.EMBEDDED,
    )
    listener = Listener(
        because=BECAUSE,
        place="here",
        addresses=ip_network("127.0.0.1/32"),
        protocol=6,
        port=OURS,
        answerer=Answerer.FRONT,
        endpoint="vpce-1",
        vpc="vpc-1",
        service=service.id,
    )
    credential = Credential(
        because=BECAUSE,
        id=KEY,
        secret=SECRET,
        account=ACCOUNT,
        principal=f"arn:aws:iam::{ACCOUNT}:root",
    )
    await one.apply(Delta(put=(service, listener, credential), removed=()))
    await asyncio.Event().wait()


async def serve_bare(home: Path, upstream: str) -> None:
    """Pass requests without a body on, and do nothing else."""
    way = UpstreamSocket(upstream)

    async def answer(request: Request) -> Response:
        head = request.head
        found = await way.send(head.method, head.path, list(request.headers))
        try:
            return Response(found.status, found.headers, await found.read())
        finally:
            await found.aclose()

    listener = socket.create_server(("127.0.0.1", BARE))
    await listen(listener, answer, Authority(home / "ca.pem", home / "ca.key").context(HOST))
    await asyncio.Event().wait()


def serve_same(path: str) -> None:
    """Say the same bytes to everybody at a Unix socket."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + SMALL

    class Same(asyncio.Protocol):
        def connection_made(self, transport) -> None:
            self.transport, self.held = transport, b""

        def data_received(self, data: bytes) -> None:
            self.held += data
            while b"\r\n\r\n" in self.held:
                self.held = self.held.partition(b"\r\n\r\n")[2]
                self.transport.write(answer)

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_unix_server(Same, path)
        await server.serve_forever()

    asyncio.run(serve())


def serve_large(path: str) -> None:
    """Read whatever comes and send objects of POURED MB, as fast as a socket takes them."""

    def answer(connection: socket.socket) -> None:
        block = bytes(1 << 20)
        with connection, connection.makefile("rb", 1 << 20) as read:
            while line := read.readline():
                length = 0
                while (header := read.readline()) != b"\r\n":
                    name, _, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                while length:
                    length -= len(read.read(min(length, 1 << 20)))
                megabytes = POURED if line.startswith(b"GET") else 0
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {megabytes << 20}\r\n\r\n"
                connection.sendall(head.encode())
                for _ in range(megabytes):
                    connection.sendall(block)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()


def serve_network(path: str) -> None:
    """Answer as control does that a network is empty; embedded services ask."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_unix_server(answer, path)
        await server.serve_forever()

    asyncio.run(serve())


def signed(method: str, path: str, body: bytes = b"", payload: str | None = None) -> bytes:
    """Give a signed request whole."""
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    headers = {"Host": HOST, "Content-Length": str(len(body))}
    if payload is not None:
        headers["Content-Length"] = payload
    request = AWSRequest(method, f"https://{HOST}{path}", data=body, headers=headers)
    signer = S3SigV4Auth(Credentials(KEY, SECRET), "s3", REGION)
    if payload is not None:
        signer.payload = lambda _: "UNSIGNED-PAYLOAD"
    signer.add_auth(request)
    lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class Way:
    """A way to the service: how to connect, and whose processor time counts."""

    def __init__(self, name: str, where: str | int, trusted: str | None, pid: int | None) -> None:
        self.name, self.where, self.pid = name, where, pid
        self.context = ssl.create_default_context(cadata=trusted) if trusted else None

    def connect(self) -> socket.socket:
        if isinstance(self.where, str):
            opened = socket.socket(socket.AF_UNIX)
            opened.settimeout(PATIENCE)
            opened.connect(self.where)
            return opened
        opened = socket.create_connection(("127.0.0.1", self.where), PATIENCE)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert self.context is not None
        return self.context.wrap_socket(opened, server_hostname=HOST)

    def processor(self) -> float:
        """Give the seconds of processor time that the proxy has used."""
        if self.pid is None:
            return 0.0
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ask(connection: socket.socket, request: bytes) -> bytes:
    """Send a request; give its body."""
    connection.sendall(request)
    found = b""
    while b"\r\n\r\n" not in found:
        part = connection.recv(1 << 16)
        if not part:
            raise EOFError(found)
        found += part
    head, _, body = found.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ValueError(found)
    lowered = head.lower()
    length = int(lowered.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(1 << 16)
    return body


def latency(way: Way, request: bytes, seconds: float) -> float:
    """Give the median seconds of a request on one connection."""
    with way.connect() as connection:
        taken, end = [], time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            ask(connection, request)
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def rate(way: Way, request: bytes, seconds: float) -> tuple[float, float]:
    """Give requests a second of many connections, and those a second of the proxy's processor."""
    counts, done = [0] * CONNECTIONS, threading.Event()

    def client(number: int, connection: socket.socket) -> None:
        with connection:
            while not done.is_set():
                ask(connection, request)
                counts[number] += 1

    connections = [way.connect() for _ in range(CONNECTIONS)]
    clients = [
        threading.Thread(target=client, args=(number, one))
        for number, one in enumerate(connections)
    ]
    used, began = way.processor(), time.perf_counter()
    for one in clients:
        one.start()
    time.sleep(seconds)
    done.set()
    for one in clients:
        one.join()
    taken, used = time.perf_counter() - began, way.processor() - used
    return sum(counts) / taken, sum(counts) / used if used else 0.0


def stream(way: Way, megabytes: int) -> tuple[float, float]:
    """Send a large object and read it; give both ways' Gbit/s."""
    block, size = bytes(1 << 20), megabytes << 20
    with way.connect() as connection:
        began = time.perf_counter()
        connection.sendall(signed("PUT", "/bench/large", payload=str(size)))
        for _ in range(megabytes):
            connection.sendall(block)
        ask(connection, b"")
        sent = time.perf_counter() - began
    return size * 8 / sent / 1e9, read(way, "/bench/large", size)


@contextlib.contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()  # nginx ends its workers by itself
        process.wait(10)


def wait_for(way: Way) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            way.connect().close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@contextlib.contextmanager
def ways(home: Path, upstream: str) -> Iterator[tuple[list[Way], subprocess.Popen[bytes]]]:
    """Give the four ways to what is at a socket, and the front's process."""
    authority = Authority(home / "ca.pem", home / "ca.key")
    (home / "n.pem").write_bytes(authority._chain(HOST))
    (home / "nginx.conf").write_text(
        NGINX.format(user=USER, home=home, upstream=upstream, port=THEIRS)
    )
    front = (sys.executable, __file__, "--as-front", str(home), upstream)
    nothing = (sys.executable, __file__, "--as-bare", str(home), upstream)
    proxy = (nginx(), "-p", str(home), "-c", str(home / "nginx.conf"))
    trusted = authority.pem.decode()
    with running(*front) as ours, running(*proxy) as theirs, running(*nothing) as bare:
        found = [
            Way("straight", upstream, None, None),
            Way("front", OURS, trusted, ours.pid),
            Way("nginx", THEIRS, trusted, None),
            Way("bare", BARE, trusted, bare.pid),
        ]
        for one in found:
            wait_for(one)
        children = Path(f"/proc/{theirs.pid}/task/{theirs.pid}/children").read_text().split()
        found[2].pid = int(children[0])
        yield found, ours


def measure(found: list[Way], request: bytes, rounds: int, seconds: float, title: str) -> None:
    """Print one table."""
    taken: dict[str, list[float]] = {one.name: [] for one in found}
    rates: dict[str, list[tuple[float, float]]] = {one.name: [] for one in found}
    for _ in range(rounds):
        for one in found:
            taken[one.name].append(latency(one, request, seconds))
            rates[one.name].append(rate(one, request, seconds))
    print(f"\n{title}")
    for name in taken:
        every = [one for one, _ in rates[name]]
        core = [one for _, one in rates[name]]
        print(
            f"  {name:9} p50 {statistics.median(taken[name]) * 1e3:6.2f} ms   "
            f"{statistics.median(every):8,.0f}/s   "
            f"{statistics.median(core):8,.0f}/s and core of the proxy"
        )
    added = [a - b for a, b in zip(taken["front"], taken["straight"], strict=True)]
    share = [a[0] / b[0] for a, b in zip(rates["front"], rates["straight"], strict=True)]
    core = [a[1] / b[1] for a, b in zip(rates["front"], rates["nginx"], strict=True)]
    print(f"  added by the front, p50: {statistics.median(added) * 1e3:.2f} ms")
    print(f"  of the throughput straight to it: {statistics.median(share):.2f}")
    print(f"  of nginx per core: {statistics.median(core):.2f}")
    added = [a - b for a, b in zip(taken["bare"], taken["straight"], strict=True)]
    core = [a[1] / b[1] for a, b in zip(rates["bare"], rates["nginx"], strict=True)]
    print(
        f"  bare: added {statistics.median(added) * 1e3:.2f} ms, "
        f"{statistics.median(core):.2f} of nginx per core"
    )


def in_parts(way: Way, megabytes: int) -> tuple[float, float]:
    """Send a large object in parts of PART MB and read it; give both ways' Gbit/s."""
    block, tags = bytes(1 << 20), []
    began = time.perf_counter()
    with way.connect() as connection:
        made = ask(connection, signed("POST", "/bench/parts?uploads=")).decode()
        upload = made.partition("<UploadId>")[2].partition("</UploadId>")[0]
        for number in range(1, -(-megabytes // PART) + 1):
            size = min(PART, megabytes - (number - 1) * PART)
            path = f"/bench/parts?partNumber={number}&uploadId={upload}"
            connection.sendall(signed("PUT", path, payload=str(size << 20)))
            for _ in range(size):
                connection.sendall(block)
            ask(connection, b"")
            tags.append(hashlib.md5(block * size).hexdigest())
        listed = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
            for number, tag in enumerate(tags, 1)
        )
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        ask(connection, signed("POST", f"/bench/parts?uploadId={upload}", body))
        sent = time.perf_counter() - began
    got = read(way, "/bench/parts", megabytes << 20)
    return megabytes * 8 / 1024 / sent * 1.073741824, got


def read(way: Way, path: str, size: int) -> float:
    """Read an object; give Gbit/s."""
    with way.connect() as connection:
        began, got = time.perf_counter(), 0
        connection.sendall(signed("GET", path))
        buffer = bytearray(1 << 18)
        while got < size:
            part = connection.recv_into(buffer)
            if not part:
                raise EOFError(f"{got} bytes of {size}")
            got += part
        return size * 8 / (time.perf_counter() - began) / 1e9


def whole_and_in_parts(way: Way, gigabytes: float, front: int, services: int) -> None:
    """Send and read what is too large for a look at every way; print speeds and memory."""
    megabytes = round(gigabytes * 1024)
    before = peak_of(front), peak_of(services)
    for name, send in (("whole", stream), ("in parts", in_parts)):
        sent, got = send(way, megabytes)
        print(
            f"  {gigabytes:g} GB {name}: sent at {sent:.2f}, read at {got:.2f} Gbit/s", flush=True
        )
        with way.connect() as connection:
            key = "large" if send is stream else "parts"
            connection.sendall(signed("DELETE", f"/bench/{key}"))
            connection.recv(4096)
    for name, pid, was in (("front", front, before[0]), ("services", services, before[1])):
        print(f"  memory of the {name} at most: {was} MB before, {peak_of(pid)} MB after")


def peak_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


def run(rounds: int, seconds: float, gigabytes: float) -> None:
    """Measure, and print the tables."""
    megabytes = round(gigabytes * 1024)
    small = signed("GET", "/bench/key")
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gk-front-")))
        control, embedded, same = (f"{home}/{name}" for name in ("control", "embedded", "same"))
        stack.enter_context(running(sys.executable, __file__, "--as-network", control))
        files = [str(home / name) for name in ("certificates", "ca.pem", "ca.key")]
        services = stack.enter_context(
            running(*(sys.executable, "-m", "genkan.services.embedded", embedded, control, *files))
        )
        wait_for(Way("", embedded, None, None))
        with ways(home, embedded) as (found, front):
            with found[1].connect() as connection:
                ask(connection, signed("PUT", "/bench", PLACED))
                ask(connection, signed("PUT", "/bench/key", SMALL))
            if gigabytes > 1:
                whole_and_in_parts(found[1], gigabytes, front.pid, services.pid)
                return
            for one in found:
                with one.connect() as connection:
                    assert ask(connection, small) == SMALL
            measure(found, small, rounds, seconds, "GetObject of 1 kB from the embedded services")
            before = peak_of(front.pid)
            for one in found[:3]:
                sent, got = stream(one, megabytes)
                print(
                    f"  {one.name:9} {megabytes} MB: sent at {sent:.2f}, read at {got:.2f} Gbit/s"
                )
            print(
                f"  memory of the front at most: {before} MB before, {peak_of(front.pid)} MB after"
            )
        stack.enter_context(running(sys.executable, __file__, "--as-same", same))
        wait_for(Way("", same, None, None))
        with ways(home, same) as (found, _):
            measure(found, small, rounds, seconds, "The same bytes from a server that does nothing")
        large = f"{home}/large"
        stack.enter_context(running(sys.executable, __file__, "--as-large", large))
        wait_for(Way("", large, None, None))
        print(f"\n{POURED} MB to and from a server that does nothing with them")
        with ways(home, large) as (found, _):
            for one in found[:3]:
                sent, got = stream(one, POURED)
                print(f"  {one.name:9} sent at {sent:.2f}, read at {got:.2f} Gbit/s")


def main() -> None:
    """Be one of the processes, or measure."""
    match sys.argv[1:]:
        case ["--as-front", home, upstream]:
            asyncio.run(serve_front(Path(home), upstream))
        case ["--as-bare", home, upstream]:
            asyncio.run(serve_bare(Path(home), upstream))
        case ["--as-same", path]:
            serve_same(path)
        case ["--as-large", path]:
            serve_large(path)
        case ["--as-network", path]:
            serve_network(path)
        case _:
            parser = argparse.ArgumentParser()
            parser.add_argument("--rounds", type=int, default=3)
            parser.add_argument("--seconds", type=float, default=1.0)
            parser.add_argument("--large", type=float, default=0.25, help="GB")
            asked = parser.parse_args()
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
            run(asked.rounds, asked.seconds, asked.large)


if __name__ == "__main__":
    main()
