"""CloudTrail's LookupEvents, answered from the record of calls.

"LookupEvents" in the CloudTrail API reference: the newest first, of one account in one Region, by
one attribute at most, at most 50 a page. The record is read from its end, and no further than an
answer needs. A resource is what a request's parameters name; ids that an answer gave are not in it.
Insights there are none.
"""

import base64
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from genkan.wire import WireError

MOST = 50
BLOCK = 1 << 18  # bytes that are read at once, from the end on
AN_ID = re.compile(r"(?:[a-z]+-)+[0-9a-f]{17}")
TYPES = {
    "acl": "NetworkAcl",
    "eipalloc": "EIP",
    "eni": "NetworkInterface",
    "i": "Instance",
    "igw": "InternetGateway",
    "nat": "NatGateway",
    "pcx": "VPCPeeringConnection",
    "pl": "PrefixList",
    "rtb": "RouteTable",
    "sg": "SecurityGroup",
    "subnet": "Subnet",
    "vpc": "VPC",
    "vpce": "VPCEndpoint",
    "vpce-svc": "VPCEndpointService",
}
Record = Mapping[str, Any]


def look_up(path: Path, account: str, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Give a page of events. Raises WireError."""
    key, value = _attribute(asked.get("LookupAttributes") or [])
    start, end = asked.get("StartTime"), asked.get("EndTime")
    if start and end and _aware(start) > _aware(end):
        raise WireError("InvalidTimeRangeException", "StartTime is later than EndTime.")
    most = asked.get("MaxResults", MOST)
    if not 1 <= most <= MOST:
        raise WireError(
            "InvalidMaxResultsException", f"MaxResults ({most}) is not between 1 and {MOST}."
        )
    if asked.get("EventCategory"):
        return {"Events": []}
    told = [account, region, key, value, str(start), str(end)]
    found: list[dict[str, Any]] = []
    before = (0, 0)
    for line, where in _lines_before(path, _place_of(asked.get("NextToken"), told)):
        record = _read(line, account)
        if record is None:
            continue
        at = datetime.fromisoformat(str(record["eventTime"]))
        if start and at < _aware(start):
            break
        if end and at > _aware(end):
            continue
        if record.get("awsRegion") == region and (not key or value in _values(record, key)):
            if len(found) == most:
                return {"Events": found, "NextToken": _token(before, told)}
            found.append(_shown(record, at, line))
        before = where
    return {"Events": found}


def _attribute(attributes: list[Mapping[str, str]]) -> tuple[str, str]:
    if not attributes:
        return "", ""
    if len(attributes) > 1:
        raise WireError(
            "InvalidLookupAttributesException",
            f"LookupAttributes holds {len(attributes)} attributes; one can be looked up at a time.",
        )
    key, value = attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]
    if key not in _VALUES:
        raise WireError(
            "InvalidLookupAttributesException",
            f"{key} is no attribute of events. Choose from {', '.join(_VALUES)}.",
        )
    return key, value


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _lines_before(
    path: Path, place: tuple[int, int] | None
) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Give the lines before a place, the last first, each with the place where it begins."""
    older = path.with_name(f"{path.name}.1")
    passed = place is None
    for one in (path, older):
        try:
            with one.open("rb") as file:
                state = os.fstat(file.fileno())
                end = state.st_size
                if place is not None and not passed and place[0] == state.st_ino:
                    end, passed = min(place[1], end), True
                if passed:
                    for line, at in _backwards(file.fileno(), end):
                        yield line, (state.st_ino, at)
        except FileNotFoundError:
            continue
    if not passed:
        raise WireError(
            "InvalidNextTokenException", "NextToken is of a record that is not kept any more."
        )


def _backwards(file: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Give the whole lines before `end`, the last first, each with its offset.

    What follows the last line's end was cut off with its writer.
    """
    rest = b""  # the end of a line whose beginning is further up
    whole = False
    while end > 0:
        at = max(0, end - BLOCK)
        first, *lines = (os.pread(file, end - at, at) + rest).split(b"\n")
        offset = end + len(rest)
        for number, line in enumerate(reversed(lines)):
            offset -= len(line)
            if whole or number:
                yield line, offset
            offset -= 1
        whole = whole or bool(lines)
        rest, end = first, at
    if whole and rest:
        yield rest, 0


def _read(line: bytes, account: str) -> Record | None:
    if account.encode() not in line:
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if record.get("recipientAccountId") == account else None


def _values(record: Record, key: str) -> list[str]:
    return [value for value in _VALUES[key](record) if value]


def _user(record: Record) -> str:
    identity = record.get("userIdentity") or {}
    if identity.get("type") == "Root":
        return "root"
    return str(identity.get("arn") or "").rpartition("/")[2]


def _read_only(record: Record) -> str:
    return "true" if record.get("readOnly") else "false"


def _resources(record: Record) -> list[tuple[str, str]]:
    """Give (type, name) of what a request names."""
    found = AN_ID.findall(json.dumps(record.get("requestParameters")))
    known = ((TYPES.get(name.rpartition("-")[0]), name) for name in dict.fromkeys(found))
    return [(f"AWS::EC2::{kind}", name) for kind, name in known if kind]


_VALUES: dict[str, Callable[[Record], list[Any]]] = {
    "EventId": lambda record: [record.get("eventID")],
    "EventName": lambda record: [record.get("eventName")],
    "ReadOnly": lambda record: [_read_only(record)],
    "Username": lambda record: [_user(record)],
    "ResourceType": lambda record: [kind for kind, _ in _resources(record)],
    "ResourceName": lambda record: [name for _, name in _resources(record)],
    "EventSource": lambda record: [record.get("eventSource")],
    "AccessKeyId": lambda record: [(record.get("userIdentity") or {}).get("accessKeyId")],
}


def _shown(record: Record, at: datetime, line: bytes) -> dict[str, Any]:
    event = {
        "EventId": record.get("eventID"),
        "EventName": record.get("eventName"),
        "ReadOnly": _read_only(record),
        "AccessKeyId": (record.get("userIdentity") or {}).get("accessKeyId"),
        "EventTime": at,
        "EventSource": record.get("eventSource"),
        "Username": _user(record),
        "Resources": [
            {"ResourceType": kind, "ResourceName": name} for kind, name in _resources(record)
        ],
        "CloudTrailEvent": line.decode(errors="replace"),
    }
    return {name: value for name, value in event.items() if value is not None}


def _token(place: tuple[int, int], told: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps([*place, told]).encode()).decode()


def _place_of(token: str | None, told: list[str]) -> tuple[int, int] | None:
    if token is None:
        return None
    try:
        inode, offset, asked = json.loads(base64.urlsafe_b64decode(token))
        place = int(inode), int(offset)
    except (ValueError, TypeError) as error:
        raise WireError("InvalidNextTokenException", "NextToken is none of ours.") from error
    if asked != told:
        raise WireError(
            "InvalidNextTokenException", "NextToken belongs to a request with other parameters."
        )
    return place
