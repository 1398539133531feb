"""Options that many commands have."""

from pathlib import Path

import click

SOURCE = click.Path(path_type=Path)
FROM = "Read the network from this file or folder, not from the site; several are one network."
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
