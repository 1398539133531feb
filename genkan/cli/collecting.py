"""`collect`: an account's network as files, by read-only calls."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from genkan.cli.failure import NO, REFUSED, USAGE, Failure
from genkan.client.account import AwsAccount, Refused
from genkan.imports.collection import NotAnswered, collect, file_name, written


def gather(folder: Path, profile: str | None, regions: Sequence[str]) -> None:
    """Write FOLDER/ACCOUNT/REGION/CALL.json; exit 1 when some call was refused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Failure(
            USAGE,
            f"{folder} is there already, and not empty.",
            "What was collected earlier would be mixed with what is collected now.",
            f"genkan collect {folder}-2",
        )
    refused = 0
    for region in regions or (None,):
        refused += _gather_region(folder, profile, region)
    if refused:
        click.echo(f"# {refused} calls were refused; what they would say is not known", err=True)
        sys.exit(NO)


def _gather_region(folder: Path, profile: str | None, region: str | None) -> int:
    try:
        account = AwsAccount(profile, region)
    except Refused as error:
        raise Failure(
            REFUSED,
            "no account answers.",
            str(error),
            'aws sts get-caller-identity, or for a site: eval "$(genkan env)"',
        ) from error
    place = folder / account.id / account.region
    place.mkdir(parents=True, exist_ok=True)
    refused = count = 0
    for one in collect(_asking(account)):
        text = written(one, account.id, account.region)
        (place / file_name(one)).write_text(text)
        count += 1
        if one.refused is not None:
            refused += 1
            click.echo(f"{one.operation}: {one.refused}", err=True)
    click.echo(f"{place}: {count - refused} answers")
    return refused


def _asking(account: AwsAccount) -> Any:  # noqa: ANN401 - collection's Ask
    def ask(service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return account.ask(service, operation, parameters)
        except Refused as error:
            raise NotAnswered(str(error)) from error

    return ask
