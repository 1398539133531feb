"""Where flow logs go: files of the home, the embedded CloudWatch Logs, the embedded S3.

"Publish flow logs to CloudWatch Logs" and "Publish flow logs to Amazon S3" in the Amazon VPC user
guide: groups and streams are made where they are missing, buckets are not.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from genkan.flows.lines import header_of
from genkan.program.record import FlowLog

LOGS, S3, FILE = "cloud-watch-logs", "s3", "file"
LARGEST_FILE = 64 << 20  # bytes; one older file is kept beside it
MOST_EVENTS = 10_000  # of one call, and their bytes: "PutLogEvents"
MOST_BYTES = 1_000_000
EVENT_OVERHEAD = 26
THERE_ALREADY = "ResourceAlreadyExistsException"
WORDS = {"ALL": "all", "ACCEPT": "accept", "REJECT": "reject"}

Line = tuple[float, str]
Ask = Callable[["Request"], Awaitable[tuple[int, bytes]]]


class DeliveryFailure(Exception):
    """A destination does not take records; the message is the error that AWS shows."""


class Request:
    """A call of a service, as the embedded ones take it."""

    def __init__(
        self,
        service: str,
        region: str,
        account: str,
        body: bytes,
        headers: dict[str, str],
        method: str = "POST",
        path: str = "/",
    ) -> None:
        self.method, self.path, self.body = method, path, body
        self.host = f"{service}.{region}.amazonaws.com"
        self.headers = {
            **headers,
            "Authorization": "AWS4-HMAC-SHA256 Credential=genkan/20260101/"
            f"{region}/{service}/aws4_request, SignedHeaders=host, Signature=0",
            "x-moto-account-id": account,
        }


class Delivery:
    """Brings lines to the destination of their log. Each method raises DeliveryFailure."""

    def __init__(self, ask: Ask, folder: Path) -> None:
        """`ask` speaks to the embedded services; `folder` is where files are."""
        self._ask = ask
        self._folder = folder
        self._streams: set[tuple[str, str, str]] = set()

    async def deliver(
        self, log: FlowLog, end: float, by_interface: Iterable[tuple[str, list[Line]]]
    ) -> None:
        """Bring the lines of a window that ended to where they go."""
        if log.destination_type == LOGS:
            for interface, lines in by_interface:
                await self._to_logs(log, interface, lines)
            return
        lines = [line for _, some in by_interface for line in some]
        if log.destination_type == S3:
            await self._to_s3(log, end, lines)
        elif log.destination_type == FILE:
            self._to_file(log, lines)
        else:
            raise DeliveryFailure(f"{log.destination_type} is no destination that is served")

    def _to_file(self, log: FlowLog, lines: Iterable[Line]) -> None:
        path = self._folder / f"{log.id}.log"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if path.exists() and path.stat().st_size > LARGEST_FILE:
                path.replace(path.with_suffix(".log.1"))
            with path.open("a") as file:
                if file.tell() == 0:
                    file.write(f"{header_of(log)}\n")
                file.writelines(f"{line}\n" for _, line in lines)
        except OSError as error:
            raise DeliveryFailure(f"{path} cannot be written: {error.strerror}") from error

    async def _to_logs(self, log: FlowLog, interface: str, lines: list[Line]) -> None:
        group = (log.destination or "").partition(":log-group:")[2].removesuffix(":*")
        stream = f"{interface}-{WORDS[log.traffic]}"
        for part in _batches(sorted(lines)):
            events = [{"timestamp": int(at * 1000), "message": line} for at, line in part]
            call = {"logGroupName": group, "logStreamName": stream, "logEvents": events}
            await self._make_stream(log, group, stream)
            status, body = await self._logs(log, "PutLogEvents", call)
            if status >= 400:  # the embedded services began anew, and the stream with them
                self._streams.discard((log.account, group, stream))
                await self._make_stream(log, group, stream)
                status, body = await self._logs(log, "PutLogEvents", call)
            _check(status, body)

    async def _make_stream(self, log: FlowLog, group: str, stream: str) -> None:
        key = (log.account, group, stream)
        if key in self._streams:
            return
        for operation, names in (
            ("CreateLogGroup", {"logGroupName": group}),
            ("CreateLogStream", {"logGroupName": group, "logStreamName": stream}),
        ):
            status, body = await self._logs(log, operation, names)
            if status >= 400 and THERE_ALREADY.encode() not in body:
                _check(status, body)
        self._streams.add(key)

    async def _logs(self, log: FlowLog, operation: str, call: object) -> tuple[int, bytes]:
        headers = {
            "X-Amz-Target": f"Logs_20140328.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        body = json.dumps(call).encode()
        return await self._ask(Request("logs", log.region, log.account, body, headers))

    async def _to_s3(self, log: FlowLog, end: float, lines: list[Line]) -> None:
        bucket, _, prefix = (log.destination or "").rpartition(":::")[2].partition("/")
        text = "\n".join([header_of(log), *(line for _, line in sorted(lines))]) + "\n"
        body = gzip.compress(text.encode(), mtime=0)
        key = key_of(log, prefix, end, hashlib.sha256(body).hexdigest()[:8])
        request = Request(
            "s3", log.region, log.account, body, {}, "PUT", f"/{bucket}/{quote(key, safe='/=')}"
        )
        _check(*await self._ask(request))

    async def put_metrics(
        self, region: str, account: str, namespace: str, data: list[dict[str, str]]
    ) -> None:
        """Bring metrics to the embedded CloudWatch; `data` holds the members of each datum."""
        form = {"Action": "PutMetricData", "Version": "2010-08-01", "Namespace": namespace}
        for number, datum in enumerate(data, 1):
            form |= {f"MetricData.member.{number}.{name}": value for name, value in datum.items()}
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        body = urlencode(form).encode()
        _check(*await self._ask(Request("monitoring", region, account, body, headers)))


def key_of(log: FlowLog, prefix: str, end: float, digest: str) -> str:
    """Give an object's key: folders by account, Region and day, and by hour if that is asked."""
    at = datetime.fromtimestamp(end, UTC)
    account, region = log.account, log.region
    if log.hive_partitions:
        folders = [
            f"aws-account-id={account}",
            "aws-service=vpcflowlogs",
            f"aws-region={region}",
            f"year={at:%Y}",
            f"month={at:%m}",
            f"day={at:%d}",
            *([f"hour={at:%H}"] if log.hourly_partitions else []),
        ]
    else:
        folders = [account, "vpcflowlogs", region, f"{at:%Y}", f"{at:%m}", f"{at:%d}"]
        folders += [f"{at:%H}"] if log.hourly_partitions else []
    name = f"{account}_vpcflowlogs_{region}_{log.id}_{at:%Y%m%dT%H%MZ}_{digest}.log.gz"
    return "/".join([*filter(None, prefix.strip("/").split("/")), "AWSLogs", *folders, name])


def _batches(lines: Iterable[Line]) -> Iterable[list[Line]]:
    part: list[Line] = []
    size = 0
    for line in lines:
        length = len(line[1].encode()) + EVENT_OVERHEAD
        if part and (len(part) >= MOST_EVENTS or size + length > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(line)
        size += length
    if part:
        yield part


def _check(status: int, body: bytes) -> None:
    if status in (403, 404):
        raise DeliveryFailure(f"Access error: {_words(body)}")
    if status >= 400:
        raise DeliveryFailure(f"Unknown error: {status} {_words(body)}")


def _words(body: bytes) -> str:
    """Give the code of an error, in whatever form it came."""
    text = body.decode(errors="replace")
    found = re.search(r"<Code>(\w+)</Code>|\"__type\": *\"(?:[^\"#]*#)?(\w+)\"", text)
    return next(filter(None, found.groups())) if found else " ".join(text.split())[:200]
