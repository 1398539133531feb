"""The commands that are about networks elsewhere, as files. The work is done elsewhere."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--profile", help="A profile of the AWS CLI's settings.")
@click.option("--region", "regions", multiple=True, help="AWS Region; may be given several times.")
@click.option("--script", is_flag=True, help="Print a shell script that does the same instead.")
def collect(
    folder: Path | None, profile: str | None, regions: tuple[str, ...], script: bool
) -> None:
    """Write an account's network into files, by read-only calls.

    FOLDER/ACCOUNT/REGION gets a file a call, and `--from FOLDER` of other commands reads them. The
    account is the one that the AWS CLI would ask: by environment, profile, or `genkan env`. What is
    refused is told, and known to be unknown. The script needs the AWS CLI and nothing of Genkan.
    Exit code 1: some calls were refused.

    Example: genkan collect dump --region eu-west-1
    """
    if script:
        from genkan.imports.collection_script import script as text

        click.echo(text(), nl=False)
        return
    if folder is None:
        raise click.UsageError("Say where to: genkan collect FOLDER")
    from genkan.cli import collecting

    collecting.gather(folder, profile, regions)


COMMANDS = (collect,)
