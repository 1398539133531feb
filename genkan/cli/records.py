"""`events`: the calls that services saw."""

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from genkan.client.events import follow_events, read_events
from genkan.client.home import default_home


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for: of one service, through one endpoint, from a moment on, only
    what was refused; a None or False asks for nothing."""

    service: str | None = None
    endpoint: str | None = None
    since: datetime | None = None
    failed: bool = False

    def admits(self, record: Mapping[str, Any]) -> bool:
        """Say whether a record is one of them."""
        if self.service is not None and _service(record) != self.service:
            return False
        if self.endpoint is not None and record.get("vpcEndpointId") != self.endpoint:
            return False
        if self.failed and not record.get("errorCode"):
            return False
        return self.since is None or _at(record) >= self.since


def show(as_json: bool, follow: bool, wanted: Wanted, last: int | None = None) -> None:
    """Print the records that are wanted, or the last of them, one a line."""
    records: Iterable[dict[str, Any]] = (follow_events if follow else read_events)(default_home())
    asked = filter(wanted.admits, records)
    shown = 0
    try:
        for shown, one in enumerate(deque(asked, last) if last else asked, 1):  # noqa: B007
            click.echo(json.dumps(one) if as_json else event_line(one))
    except KeyboardInterrupt:
        return
    if not shown:
        which = "no call is" if wanted == Wanted() else "no call that was asked for is"
        click.echo(f"{which} on record at {default_home()}", err=True)


def event_line(record: Mapping[str, Any]) -> str:
    """Draw a record in a line."""
    way = record.get("vpcEndpointId") or "no endpoint"
    failed = f"  {record['errorCode']}" if record.get("errorCode") else ""
    denial = (record.get("additionalEventData") or {}).get("denial")
    if denial:
        failed += f"  {denial['policy']}: {denial['reason']}"
    return (
        f"{record.get('eventTime')}  {record.get('sourceIPAddress', ''):<15}  {way:<22}  "
        f"{_service(record)}:{record.get('eventName')}{failed}"
    )


def _service(record: Mapping[str, Any]) -> str:
    return str(record.get("eventSource", "")).partition(".")[0]


def _at(record: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(record["eventTime"]))
