"""Networks from files, for commands that otherwise ask a site; what the files lack is told."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from genkan.cli.failure import REFUSED, Failure
from genkan.impact.offline import NothingRead, Offline, plan_commands, read_offline
from genkan.imports import Note

MOST_NOTES = 12


def read(sources: Sequence[Path], account: str | None = None) -> Offline:
    """Read a network; notes go to stderr. Raises Failure."""
    try:
        offline = read_offline(sources, datetime.now(UTC), account)
    except FileNotFoundError as error:
        raise Failure(REFUSED, f"{error} is not there.", todo="genkan collect FOLDER") from error
    except NothingRead as error:
        shown = ", ".join(map(str, sources))
        raise Failure(REFUSED, f"{shown}: {error}.", todo="genkan collect FOLDER") from error
    tell(offline.notes)
    return offline


def planned(plan: Path) -> list[dict[str, Any]]:
    """Give the orders of a Terraform plan; what was left out goes to stderr. Raises Failure."""
    try:
        commands, notes = plan_commands(plan)
    except FileNotFoundError as error:
        raise Failure(REFUSED, f"{error} is not there.") from error
    except NothingRead as error:
        raise Failure(REFUSED, f"{error}.", todo="terraform show -json PLAN > plan.json") from error
    tell(notes)
    return commands


def tell(notes: Iterable[Note]) -> None:
    told = [str(note) for note in notes]
    for one in told[:MOST_NOTES]:
        click.echo(f"# {one}", err=True)
    if len(told) > MOST_NOTES:
        click.echo(f"# and {len(told) - MOST_NOTES} more", err=True)
