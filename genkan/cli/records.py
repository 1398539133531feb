"""`events`: the calls that services saw."""

import json
from collections.abc import Mapping
from typing import Any

import click

from genkan.client.events import follow_events, read_events
from genkan.client.home import default_home


def show(as_json: bool, follow: bool) -> None:
    """Print the records, one a line."""
    records = (follow_events if follow else read_events)(default_home())
    shown = 0
    try:
        for shown, one in enumerate(records, 1):  # noqa: B007 - the last number counts
            click.echo(json.dumps(one) if as_json else event_line(one))
    except KeyboardInterrupt:
        return
    if not shown:
        click.echo(f"no call is on record at {default_home()}", err=True)


def event_line(record: Mapping[str, Any]) -> str:
    """Draw a record in a line."""
    service = str(record.get("eventSource", "")).partition(".")[0]
    way = record.get("vpcEndpointId") or "no endpoint"
    failed = f"  {record['errorCode']}" if record.get("errorCode") else ""
    denial = (record.get("additionalEventData") or {}).get("denial")
    if denial:
        failed += f"  {denial['policy']}: {denial['reason']}"
    return (
        f"{record.get('eventTime')}  {record.get('sourceIPAddress', ''):<15}  {way:<22}  "
        f"{service}:{record.get('eventName')}{failed}"
    )
