"""Options that many commands have."""

from collections.abc import Sequence
from pathlib import Path

import click

SOURCE = click.Path(path_type=Path)
FROM = "Read the network from this file or folder, not from the site; several are one network."
GIVEN = "genkan.parameters"  # where a command's context has what --parameter gave


def _keep(context: click.Context, parameter: click.Parameter, said: Sequence[str]) -> None:
    held = {}
    for one in said:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{one} is no NAME=VALUE.", context, parameter)
        held[name] = value
    context.meta[GIVEN] = held


PARAMETER = click.option(
    "--parameter",
    multiple=True,
    expose_value=False,
    callback=_keep,
    metavar="NAME=VALUE",
    help="What a CloudFormation template is given; AWS::Region too.",
)
OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "json"]),
    default="table",
    help="Form of the answer.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
ACCOUNT = click.option("--account", help="Name or number; the first account when left out.")
REGION = click.option("--region", help="AWS Region; the account's own when left out.")
