"""Networks from files, for commands that otherwise ask a site; what the files lack is told."""

import gc
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from genkan.cli.failure import REFUSED, Failure
from genkan.cli.options import GIVEN
from genkan.impact.offline import (
    NothingRead,
    Offline,
    plan_commands,
    read_offline,
    template_commands,
)
from genkan.imports import Note

MOST_NOTES = 12
READABLE = (
    "A network is read from a folder of `genkan collect`, a Terraform state or plan as JSON, "
    "or a CloudFormation template."
)
RARELY = (100_000, 50, 1_000)  # new objects, and rounds, until the collector looks


def collect_rarely() -> None:
    """Have Python's collector look seldom, in a process that ends with its answer: hardly anything
    of a network stands in a ring, and looking through it all took a quarter of the time."""
    gc.set_threshold(*RARELY)


def read(sources: Sequence[Path], account: str | None = None) -> Offline:
    """Read a network; notes go to stderr. Raises Failure."""
    collect_rarely()
    try:
        offline = read_offline(sources, datetime.now(UTC), account, parameters=given())
    except FileNotFoundError as error:
        raise Failure(REFUSED, f"{error} is not there.", READABLE) from error
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


def templated(
    template: Path, account: str, region: str, exports: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Give the orders of a CloudFormation template; what was left out goes to stderr.

    Raises Failure.
    """
    try:
        commands, notes = template_commands(template, account, region, given(), exports)
    except FileNotFoundError as error:
        raise Failure(REFUSED, f"{error} is not there.") from error
    except NothingRead as error:
        raise Failure(REFUSED, f"{error}.", todo="aws cloudformation get-template") from error
    tell(notes)
    return commands


def given() -> dict[str, str]:
    """Give what the command was told by --parameter."""
    context = click.get_current_context(silent=True)
    return dict(context.meta.get(GIVEN) or {}) if context else {}


def tell(notes: Iterable[Note]) -> None:
    told = [str(note) for note in notes]
    for one in told[:MOST_NOTES]:
        click.echo(f"# {one}", err=True)
    if len(told) > MOST_NOTES:
        click.echo(f"# and {len(told) - MOST_NOTES} more", err=True)
