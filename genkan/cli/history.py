"""`history`: what changed in the network, when and by whom."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import click

from genkan.cli.failure import REFUSED, Failure
from genkan.client.history import read_history
from genkan.client.home import default_home

SIGNS = (("made", "+"), ("changed", "~"), ("deleted", "-"))


def show(as_json: bool, last: int | None) -> None:
    """Print the changes, or the last of them."""
    try:
        rows = read_history(default_home())
    except subprocess.CalledProcessError as error:
        said = str(error.stderr).strip().splitlines()
        raise Failure(
            REFUSED, "the journal cannot be read.", said[-1] if said else "", "genkan up"
        ) from error
    rows = rows[len(rows) - min(last, len(rows)) :] if last is not None else rows
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo(f"no change is on record at {default_home()}", err=True)
    for row in rows:
        for line in history_lines(row):
            click.echo(line)


def history_lines(row: Mapping[str, Any]) -> Iterator[str]:
    """Draw a change: a line for it, and one for each thing it touched."""
    at = str(row["at"])[:19]
    yield f"{at}Z  {row['region']:<15} {row['operation']:<34} {row['by']}"
    for word, sign in SIGNS:
        for thing in row[word]:
            yield f"  {sign} {thing['kind']} {thing['id']}"
