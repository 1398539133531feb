"""Options that many commands have."""

import click

OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "json"]),
    default="table",
    help="Form of the answer.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
